//! The pages of one's own account, and the doors to it. Decides nothing about passwords or links: cases do.

mod close;
mod data;
mod doors;
mod leave;
mod links;
mod notices;
mod own;
#[cfg(test)]
mod tests;

use crate::web::{Access, Routes};

pub(crate) use own::role_lines;

/// Adds the routes of these pages.
#[must_use]
pub fn routes(routes: Routes) -> Routes {
    own_routes(door_routes(routes))
}

fn door_routes(routes: Routes) -> Routes {
    routes
        .get("/register", Access::Public, "Create an account", doors::register_page)
        .post("/register", Access::Public, "Create an account", doors::register)
        .get("/register/sent", Access::Public, "What to do after registering", doors::registered)
        .get("/login", Access::Public, "Sign in", doors::login_page)
        .post("/login", Access::Public, "Sign in", doors::log_in)
        .post("/logout", Access::SignedIn, "Sign out", doors::log_out)
        .get("/forgot-password", Access::Public, "Ask for a link to choose a new password", doors::forgot_page)
        .post("/forgot-password", Access::Public, "Ask for a link to choose a new password", doors::forgot)
        .get("/forgot-password/sent", Access::Public, "What to do after asking for a link", doors::forgot_sent)
        .get("/verify-email", Access::SignedLink, "Confirm a mail address", links::verify_page)
        .post("/verify-email", Access::SignedLink, "Confirm a mail address", links::verify)
        .get("/reset-password", Access::SignedLink, "Choose a new password by a mailed link", links::reset_page)
        .post("/reset-password", Access::SignedLink, "Choose a new password by a mailed link", links::reset)
        .get("/mails/stop", Access::SignedLink, "Stop the mails of a group", leave::page)
        .post("/mails/stop", Access::SignedLink, "Stop the mails of a group by one click", leave::stop)
        .one_click()
        .get("/invitation", Access::SignedLink, "Take up an invitation as staff", links::invitation_page)
        .post("/invitation", Access::SignedLink, "Take up an invitation as staff", links::accept)
}

fn own_routes(routes: Routes) -> Routes {
    routes
        .get("/account", Access::SignedIn, "Your account, sessions and tokens", own::overview)
        .get("/account/profile", Access::SignedIn, "Change your name and language", own::profile_page)
        .post("/account/profile", Access::SignedIn, "Change your name and language", own::save_profile)
        .get("/account/password", Access::SignedIn, "Change your password", own::password_page)
        .post("/account/password", Access::SignedIn, "Change your password", own::change_password)
        .get("/account/data", Access::SignedIn, "What is kept about you", data::page)
        .post("/account/data", Access::SignedIn, "Download what is kept about you", data::download)
        .get("/account/close", Access::SignedIn, "Close your account", close::page)
        .post("/account/close", Access::SignedIn, "Close your account", close::close)
        .get("/account/notices", Access::SignedIn, "Which mails you get, and your messages", notices::page)
        .post("/account/notices", Access::SignedIn, "Choose which mails you get", notices::choose)
        .post("/account/sessions/end-others", Access::SignedIn, "End every other session", own::end_others)
        .post("/account/sessions/{session}/end", Access::SignedIn, "End one session or token", own::end_session)
        .get("/account/tokens/new", Access::SignedIn, "Make a token for a program", own::token_page)
        .post("/account/tokens/new", Access::SignedIn, "Make a token for a program", own::new_token)
}
