//! One's own account: profile, password, sessions, tokens for programs.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::links::PasswordRule;
use crate::cases::passwords::HashingPool;
use crate::cases::{accounts, organisations};
use crate::domain::id::SessionId;
use crate::domain::language::Language;
use crate::portal::shared::Choice;
use crate::portal::{id_in, named_errors};
use crate::store::people::{self, Account as StoredAccount, Department};
use crate::store::sessions::SessionRow;
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::matrix::role_name;
use crate::web::tongue::remember;
use crate::web::{Account, Flash, FormErrors, FormView, Means, Page, Posted, Redirect, Signed, Site, WebError};

/// What `account/overview.html` shows.
#[derive(Serialize)]
struct Overview {
    name: String,
    email: String,
    language: &'static str,
    organisation: String,
    /// Who else acts for it, by name.
    members: Vec<MemberLine>,
    since: String,
    roles: Vec<String>,
    sessions: Vec<SessionLine>,
    tokens: Vec<SessionLine>,
    has_others: bool,
}

#[derive(Serialize)]
struct MemberLine {
    name: String,
    email: String,
    is_me: bool,
}

#[derive(Serialize)]
struct SessionLine {
    id: String,
    label: String,
    address: String,
    began: String,
    seen: String,
    ends: String,
    is_this: bool,
}

pub(super) async fn overview(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Account>,
) -> Result<HttpResponse, WebError> {
    let (caller, id) = (caller(&request), me.account);
    let (account, organisation, departments, rows) = desk
        .run(move |desk| {
            let rows = accounts::my_sessions(desk, &caller)?;
            let organisation = organisations::mine(desk, &caller)?;
            desk.read(|conn| Ok((people::account_by_id(conn, id)?, organisation, people::departments(conn)?, rows)))
        })
        .await?;
    let (tokens, sessions): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.kind == "api");
    let this = session_of(&me).map(|id| id.to_string());
    let lines =
        |rows: Vec<SessionRow>| -> Vec<_> { rows.into_iter().map(|row| session_line(row, this.as_deref())).collect() };
    let has_others = sessions.len() + tokens.len() > 1;
    let sessions = lines(sessions);
    let (organisation, members) = organisation.map(|(known, members)| (known.name, members)).unwrap_or_default();
    let member = |member: StoredAccount| MemberLine { is_me: member.id == id, name: member.name, email: member.email };
    let view = Overview {
        organisation,
        members: members.into_iter().map(member).collect(),
        since: account.created_at.to_rfc3339(),
        roles: role_lines(&account, &departments),
        has_others,
        sessions,
        tokens: lines(tokens),
        language: Language::of_mail(&account.language).name(),
        name: account.name,
        email: account.email,
    };
    Page::new(&request, "Your account")?.render("account/overview.html", &view)
}

fn session_of(me: &Signed<Account>) -> Option<SessionId> {
    match &me.means {
        Means::Session { id, .. } => Some(*id),
        Means::Token { .. } => None,
    }
}

fn session_line(row: SessionRow, this: Option<&str>) -> SessionLine {
    let label = if row.kind == "api" { row.label } else { program(&row.agent) };
    SessionLine {
        is_this: Some(row.id.as_str()) == this,
        id: row.id,
        label,
        address: row.address,
        began: row.created_at.and_utc().to_rfc3339(),
        seen: row.seen_at.and_utc().to_rfc3339(),
        ends: row.expires_at.and_utc().to_rfc3339(),
    }
}

/// A browser's own description in words that people know; the beginning of it where it is none of these.
fn program(agent: &str) -> String {
    // Each of the later ones also claims to be the earlier ones' kin, so the order matters.
    let browsers =
        [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ];
    let named =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if agent.is_empty() => "A program without a name".to_owned(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

/// The roles of an account in words: “manager, Transportation”.
pub(crate) fn role_lines(account: &StoredAccount, departments: &[Department]) -> Vec<String> {
    let department = |id| departments.iter().find(|known| Some(known.id) == id).map(|known| known.name.as_str());
    let line = |grant: &crate::domain::people::RoleGrant| {
        let role = role_name(grant.role);
        department(grant.department).map_or_else(|| role.to_owned(), |name| format!("{role}, {name}"))
    };
    account.roles.iter().map(line).collect()
}

#[derive(Serialize)]
struct ProfileView {
    version: i64,
    languages: Vec<Choice>,
}

fn show_profile(request: &HttpRequest, form: FormView, version: i64) -> Result<HttpResponse, WebError> {
    let offered = Language::ALL.into_iter().filter(|language| language.is_complete());
    let languages = offered.map(|language| Choice::new(language.tag(), language.name())).collect();
    Page::new(request, "Change your name and language")?
        .crumb("Your account", "/account")
        .form(form)
        .render("account/profile.html", &ProfileView { version, languages })
}

pub(super) async fn profile_page(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Account>,
) -> Result<HttpResponse, WebError> {
    let id = me.account;
    let account = desk.run(move |desk| desk.read(|conn| people::account_by_id(conn, id))).await?;
    let known = FormView::with([("name", account.name), ("language", account.language)]);
    show_profile(&request, known, account.version)
}

pub(super) async fn save_profile(
    request: HttpRequest,
    desk: DeskData,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["name", "language", "version"])?;
    let mut errors = FormErrors::default();
    let language = Language::of_tag(form.text("language"));
    let Some(language) = language else {
        errors.add("language", "Choose a language.");
        return show_profile(&request, form.view(&errors), form.version()?);
    };
    let (caller, name, version) = (caller(&request), form.text("name").to_owned(), form.version()?);
    match desk.run(move |desk| accounts::edit_profile(desk, &caller, (&name, language.tag()), version)).await {
        Ok(()) => {
            let answer = Redirect::with(&request, "/account", &Flash::good("Your name and language are saved."))?;
            remember(&request, answer, language)
        }
        Err(error) => {
            let errors = named_errors(error, &[("name", "Your full name")])?;
            show_profile(&request, form.view(&errors), version)
        }
    }
}

#[derive(Serialize)]
struct PasswordView {
    rule: PasswordRule,
}

fn show_password(request: &HttpRequest, form: FormView) -> Result<HttpResponse, WebError> {
    Page::new(request, "Change your password")?
        .crumb("Your account", "/account")
        .form(form)
        .render("account/password.html", &PasswordView { rule: PasswordRule::new() })
}

pub(super) async fn password_page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    show_password(&request, FormView::default())
}

pub(super) async fn change_password(
    request: HttpRequest,
    desk: DeskData,
    hashing: web::Data<HashingPool>,
    me: Signed<Account>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["old_password", "password"])?;
    let Some(keep) = session_of(&me) else { return Err(WebError::sign_in_needed()) };
    let words = (SecretString::from(form.exact("old_password")), SecretString::from(form.exact("password")));
    match accounts::change_password(&desk, &hashing, caller(&request), words, keep).await {
        Ok(()) => {
            let said = "Your password is changed. Every other session was ended.";
            Redirect::with(&request, "/account", &Flash::good(said))
        }
        Err(error) => {
            let errors = shown_on_form(error)?;
            show_password(&request, form.view(&errors))
        }
    }
}

pub(super) async fn end_session(
    request: HttpRequest,
    desk: DeskData,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let id: SessionId = id_in(&id)?;
    let caller = caller(&request);
    desk.run(move |desk| accounts::end_sessions(desk, &caller, Some(id), None)).await?;
    Redirect::with(&request, "/account", &Flash::good("It is ended and works no longer."))
}

pub(super) async fn end_others(
    request: HttpRequest,
    desk: DeskData,
    me: Signed<Account>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    posted.only(&[])?;
    let (caller, keep) = (caller(&request), session_of(&me));
    let ended = desk.run(move |desk| accounts::end_sessions(desk, &caller, None, keep)).await?;
    let said = match ended {
        0 => "There was no other session or token.".to_owned(),
        1 => "One other session or token was ended.".to_owned(),
        count => format!("{count} other sessions and tokens were ended."),
    };
    Redirect::with(&request, "/account", &Flash::good(said))
}

fn show_token_form(request: &HttpRequest, form: FormView) -> Result<HttpResponse, WebError> {
    Page::new(request, "Make a token for a program")?
        .crumb("Your account", "/account")
        .form(form)
        .render("account/token_new.html", &serde_json::json!({}))
}

pub(super) async fn token_page(request: HttpRequest) -> Result<HttpResponse, WebError> {
    show_token_form(&request, FormView::default())
}

/// What `account/token_made.html` shows, this once.
#[derive(Serialize)]
struct TokenMade<'a> {
    label: &'a str,
    token: &'a str,
    ends: String,
    command: String,
}

pub(super) async fn new_token(request: HttpRequest, desk: DeskData, posted: Posted) -> Result<HttpResponse, WebError> {
    let form = posted.only(&["label"])?;
    let (caller, label) = (caller(&request), form.text("label").to_owned());
    match desk.run(move |desk| accounts::new_api_token(desk, &caller, &label)).await {
        Ok(begun) => {
            let token = begun.token.expose_secret();
            let address = Site::of(&request)?.portal_link("/api/v1/account");
            let view = TokenMade {
                label: form.text("label"),
                token,
                ends: begun.expires_at.to_rfc3339(),
                command: format!("curl -H 'Authorization: Bearer {token}' {address}"),
            };
            Page::new(&request, "Your new token")?
                .crumb("Your account", "/account")
                .render("account/token_made.html", &view)
        }
        Err(error) => {
            let errors = named_errors(error, &[("label", "What is it for?")])?;
            show_token_form(&request, form.view(&errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn browsers_are_named_in_words_and_other_programs_by_their_own() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36";
        assert_eq!(program(chrome), "Chrome on Linux");
        assert_eq!(program("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17 Safari/604.1"), "Safari on iPhone");
        assert_eq!(program("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(program(&"x".repeat(500)).chars().count(), 60);
    }
}
