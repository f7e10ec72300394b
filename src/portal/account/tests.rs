use crate::cases::Caller;
use crate::domain::notice::{Delivery, Group, Notice, NoticeKind, Recipient};
use crate::domain::people::{Role, RoleGrant};
use crate::portal::testing::{PASSWORD, Portal, portals};
use crate::store::outbox;

const EMAIL: &str = "ana.diaz@people.example";

fn pairs<'a>(fields: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn registration(email: &str) -> Vec<(&'static str, String)> {
    pairs(&[("name", "Ana Díaz"), ("email", email), ("password", PASSWORD)])
}

/// The page without what differs on every page anyway.
fn bare(body: &str) -> String {
    let mut rest = body.to_owned();
    for name in ["csrf", "once"] {
        while let Some((before, after)) = rest.split_once(&format!("name=\"{name}\" value=\"")) {
            let after = after.split_once('"').map_or("", |(_, after)| after);
            rest = format!("{before}{after}");
        }
    }
    rest
}

#[actix_web::test]
async fn a_stranger_registers_confirms_signs_in_and_out() {
    for portal in portals() {
        let browser = portal.browser();
        assert!(browser.page("/register").await.contains("At least 15 characters"), "the rule is said beforehand");
        let answer = browser.fill("/register", &registration(EMAIL)).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/register/sent"), "{}", answer.body);
        browser.page("/register/sent").await;

        let login = pairs(&[("email", EMAIL), ("password", PASSWORD), ("next", "/account")]);
        assert_eq!(browser.fill("/login", &login).await.status, 422, "not confirmed yet");
        let link = portal.mailed_link(EMAIL);
        browser.page(&link).await;
        assert_eq!(browser.fill("/login", &login).await.status, 422, "opening the link confirms nothing");
        let token = link.split_once('=').unwrap().1.to_owned();
        let confirmed = browser.fill(&link, &[("token", token.clone())]).await;
        assert_eq!((confirmed.status, confirmed.header("location")), (303, "/login"), "{}", confirmed.body);
        assert!(browser.page("/login").await.contains("Your mail address is confirmed"));
        let again = browser.get(&link).await;
        assert_eq!(again.status, 400);
        assert!(again.body.contains("This link does not work any more"));

        let signed = browser.fill("/login", &login).await;
        assert_eq!((signed.status, signed.header("location")), (303, "/account"), "{}", signed.body);
        let page = browser.page("/account").await;
        assert!(page.contains("Ana Díaz") && page.contains("This one"), "{page}");
        assert_eq!(browser.get("/login").await.header("location"), "/", "no form for who is signed in");
        let out = browser.send("/account", "/logout", &[]).await;
        assert_eq!((out.status, out.header("location")), (303, "/"));
        assert_eq!(browser.get("/account").await.header("location"), "/login?next=%2Faccount");
    }
}

#[actix_web::test]
async fn registering_and_resetting_answer_alike_for_known_and_unknown_addresses() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.browser();
        for email in [EMAIL, "nobody@people.example"] {
            let registered = browser.fill("/register", &registration(email)).await;
            assert_eq!((registered.status, registered.header("location")), (303, "/register/sent"), "{email}");
            let reset = browser.fill("/forgot-password", &pairs(&[("email", email)])).await;
            assert_eq!((reset.status, reset.header("location")), (303, "/forgot-password/sent"), "{email}");
        }
        browser.page("/forgot-password/sent").await;
    }
}

#[actix_web::test]
async fn wrong_unknown_and_unconfirmed_logins_are_the_same_page() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.browser();
        browser.fill("/register", &registration("new@people.example")).await;
        let mut pages = Vec::new();
        for (email, password) in
            [(EMAIL, "wrong wrong wrong wrong"), ("no.body@people.example", PASSWORD), ("new@people.example", PASSWORD)]
        {
            let answer = browser.fill("/login", &pairs(&[("email", email), ("password", password)])).await;
            assert_eq!(answer.status, 422);
            assert!(!answer.body.contains(password), "a password is not sent back");
            pages.push(bare(&answer.body).replace(email, "ADDRESS"));
        }
        assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
    }
}

#[actix_web::test]
async fn guessing_has_to_wait_and_is_told_for_how_long() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.browser();
        let wrong = pairs(&[("email", EMAIL), ("password", "not the password")]);
        for _ in 0..3 {
            assert_eq!(browser.fill("/login", &wrong).await.status, 422);
        }
        let right = pairs(&[("email", EMAIL), ("password", PASSWORD)]);
        let answer = browser.fill("/login", &right).await;
        assert_eq!(answer.status, 429, "even the right one waits: {}", answer.body);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
        assert!(answer.body.contains("href=\"/forgot-password\""), "a way on");
    }
}

#[actix_web::test]
async fn only_pages_of_this_site_come_after_signing_in() {
    let portal = portals().swap_remove(0);
    portal.person("Ana Diaz", &[]);
    for (next, location) in
        [("https://evil.example/", "/"), ("//evil.example", "/"), ("/datasets?q=a", "/datasets?q=a"), ("", "/")]
    {
        let fields = pairs(&[("email", EMAIL), ("password", PASSWORD), ("next", next)]);
        let answer = portal.browser().fill("/login", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, location), "{next}");
    }
    let page = portal.browser().page("/login?next=//evil.example").await;
    assert!(!page.contains("evil.example"));
}

#[actix_web::test]
async fn a_wrong_registration_comes_back_with_what_was_typed_and_links_to_the_fields() {
    let portal = portals().swap_remove(0);
    let fields = pairs(&[("name", "Ana"), ("email", "not an address"), ("password", "short")]);
    let answer = portal.browser().fill("/register", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("value=\"Ana\"") && answer.body.contains("value=\"not an address\""));
    assert!(answer.body.contains("href=\"#f-email\"") && answer.body.contains("href=\"#f-password\""));
    assert!(!answer.body.contains("\"short\""));
    let more = [registration(EMAIL), pairs(&[("role", "manager")])].concat();
    let answer = portal.browser().fill("/register", &more).await;
    assert_eq!(answer.status, 400, "fields that are not of the form are refused");
    assert!(portal.newest_mail(EMAIL).is_none());
}

#[actix_web::test]
async fn a_new_password_by_mail_works_once_and_ends_every_session() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let elsewhere = portal.signed_in("Ana Diaz").await;
        let browser = portal.browser();
        browser.page("/forgot-password").await;
        browser.fill("/forgot-password", &pairs(&[("email", EMAIL)])).await;
        let link = portal.mailed_link(EMAIL);
        assert!(browser.page(&link).await.contains(EMAIL));
        let token = link.split_once('=').unwrap().1;
        let short = browser.fill(&link, &pairs(&[("token", token), ("password", "short")])).await;
        assert_eq!(short.status, 422, "the link is still good after a refused password");
        let new = "walnut ferry lantern moss";
        let set = browser.fill(&link, &pairs(&[("token", token), ("password", new)])).await;
        assert_eq!((set.status, set.header("location")), (303, "/login"), "{}", set.body);
        assert_eq!(elsewhere.get("/account").await.status, 303, "the other session has ended");
        browser.page("/login").await;
        let forged = browser.get("/reset-password?token=a.b.c").await;
        let used = browser.get(&link).await;
        assert_eq!((forged.status, used.status), (400, 400));
        assert_eq!(bare(&forged.body), bare(&used.body), "forged and used look alike");
        let login = browser.fill("/login", &pairs(&[("email", EMAIL), ("password", new)])).await;
        assert_eq!(login.status, 303);
    }
}

async fn two_people(portal: &Portal) {
    portal.person("Ana Diaz", &[]);
    portal.person("Ben Roy", &[RoleGrant { role: Role::Auditor, department: None }]);
}

/// The addresses of the buttons that end a session.
fn end_buttons(page: &str) -> Vec<String> {
    let actions = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    actions.filter(|action| action.ends_with("/end")).map(str::to_owned).collect()
}

#[actix_web::test]
async fn people_end_their_own_sessions_and_nobody_elses() {
    for portal in portals() {
        two_people(&portal).await;
        let (here, there) = (portal.signed_in("Ana Diaz").await, portal.signed_in("Ana Diaz").await);
        let ben = portal.signed_in("Ben Roy").await;
        assert!(ben.page("/account").await.contains("auditor"));
        let theirs = end_buttons(&here.page("/account").await);
        assert_eq!(theirs.len(), 1, "the present one has no button");
        let stolen = ben.send("/account", &theirs[0], &[]).await;
        let unknown = "/account/sessions/0190b4a2-0000-7000-8000-000000000001/end";
        let unknown = ben.send("/account", unknown, &[]).await;
        assert_eq!((stolen.status, unknown.status), (404, 404));
        assert_eq!(bare(&stolen.body), bare(&unknown.body));
        assert_eq!(there.get("/account").await.status, 200);
        let ended = here.send("/account", &theirs[0], &[]).await;
        assert_eq!((ended.status, there.get("/account").await.status), (303, 303));
        let again = portal.signed_in("Ana Diaz").await;
        here.send("/account", "/account/sessions/end-others", &[]).await;
        assert_eq!((again.get("/account").await.status, here.get("/account").await.status), (303, 200));
    }
}

#[actix_web::test]
async fn the_name_and_the_password_are_changed_by_their_owner_only() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.signed_in("Ana Diaz").await;
        let version = browser.version("/account/profile").await;
        let named = browser
            .fill("/account/profile", &pairs(&[("name", "Ana María Díaz"), ("language", "es"), ("version", &version)]))
            .await;
        assert_eq!(named.status, 303, "{}", named.body);
        let account = browser.page("/account").await;
        assert!(
            account.contains("Ana María Díaz") && account.contains("<html lang=\"es\">"),
            "the page follows: {account}"
        );
        let stale = browser
            .fill("/account/profile", &pairs(&[("name", "Other"), ("language", "es"), ("version", &version)]))
            .await;
        assert_eq!(stale.status, 409, "made from an old version");

        let new = "walnut ferry lantern moss";
        browser.page("/account/password").await;
        let wrong = pairs(&[("old_password", "not it at all"), ("password", new)]);
        let wrong = browser.fill("/account/password", &wrong).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("href=\"#f-old_password\""));
        let right = pairs(&[("old_password", PASSWORD), ("password", new)]);
        assert_eq!(browser.fill("/account/password", &right).await.status, 303);
        assert_eq!(browser.get("/account").await.status, 200, "this session goes on");
    }
}

#[actix_web::test]
async fn a_token_is_shown_once_and_is_no_cookie() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.signed_in("Ana Diaz").await;
        browser.page("/account/tokens/new").await;
        assert_eq!(browser.fill("/account/tokens/new", &pairs(&[("label", "")])).await.status, 422);
        let made = browser.fill("/account/tokens/new", &pairs(&[("label", "night report")])).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let token = made.body.split("Bearer ").nth(1).unwrap().split(['\'', '&']).next().unwrap();
        assert_eq!(token.len(), 64);
        let page = browser.page("/account").await;
        assert!(page.contains("night report") && !page.contains(token));
        let thief = portal.browser();
        thief.keep("accord", token);
        assert_eq!(thief.get("/account").await.status, 303);
    }
}

#[actix_web::test]
async fn mails_are_chosen_on_a_page_that_says_which_always_come() {
    for portal in portals() {
        let ana = portal.person("Ana Diaz", &[]);
        portal.person("Cleo Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let browser = portal.signed_in("Ana Diaz").await;
        let page = browser.page("/account/notices").await;
        assert!(page.contains("Some mails always come at once."), "{page}");
        assert!(page.contains("Use of your quotas") && !page.contains("New in your queue"), "{page}");
        let wish = |group: &'static str, way: &str| [(group, way.to_owned())];
        let saved = browser.fill("/account/notices", &wish("quotas", "never")).await;
        assert_eq!((saved.status, saved.header("location")), (303, "/account/notices"), "{}", saved.body);
        let page = browser.page("/account/notices").await;
        assert!(page.contains("value=\"never\" checked"), "{page}");
        let refused = browser.fill("/account/notices", &wish("queue", "daily")).await;
        assert_eq!(refused.status, 422, "{}", refused.body);

        let notice = Notice::new(Recipient::Account(ana), NoticeKind::QuotaReached).with("path", "/agreements");
        portal.desk.desk.act(&Caller::service("test"), |work| work.notify(&notice)).unwrap();
        let page = browser.page("/account/notices").await;
        assert!(page.contains("<a href=\"/agreements\">") && page.contains("Only here"), "{page}");

        let clerk = portal.signed_in("Cleo Clerk").await;
        let page = clerk.page("/account/notices").await;
        assert!(page.contains("New in your queue") && !page.contains("quota reached"), "{page}");
    }
}

#[actix_web::test]
async fn what_is_kept_is_downloaded_with_one_button() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.signed_in("Ana Diaz").await;
        let page = browser.page("/account/data").await;
        assert!(page.contains("What is not in it"), "{page}");
        let zip = browser.fill("/account/data", &[]).await;
        assert_eq!((zip.status, zip.header("content-type")), (200, "application/zip"));
        assert_eq!(zip.header("content-disposition"), "attachment; filename=\"my-data-2026-11-23.zip\"");
        assert!(zip.body.contains("SHA256SUMS") && zip.body.contains(EMAIL));
        assert_eq!(browser.bare("/account/data", &[]).await.status, 403, "not by another site's form");
    }
}

#[actix_web::test]
async fn an_account_is_closed_with_its_password_and_its_address() {
    for portal in portals() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.signed_in("Ana Diaz").await;
        let page = browser.page("/account/close").await;
        assert!(page.contains("What happens when you close it") && page.contains("What the record keeps"), "{page}");
        let form = |password: &str, confirm: &str| pairs(&[("password", password), ("confirm", confirm)]);
        let wrong = browser.fill("/account/close", &form("not the password", EMAIL)).await;
        assert_eq!((wrong.status, wrong.body.contains("#f-password")), (422, true), "{}", wrong.body);
        let slip = browser.fill("/account/close", &form(PASSWORD, "yes")).await;
        assert_eq!((slip.status, slip.body.contains("#f-confirm")), (422, true), "{}", slip.body);
        let closed = browser.fill("/account/close", &form(PASSWORD, EMAIL)).await;
        assert_eq!((closed.status, closed.header("location")), (303, "/"), "{}", closed.body);
        assert!(browser.page("/").await.contains("Your account is closed."));
        assert_eq!(browser.get("/account").await.status, 303, "signed out");
        let clerk = portal.person("Cleo Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let browser = portal.signed_in("Cleo Clerk").await;
        let page = browser.page("/account/close").await;
        assert!(page.contains("You work for the city.") && !page.contains("name=\"confirm\""), "{clerk}: {page}");
    }
}

#[actix_web::test]
async fn the_page_one_wanted_survives_registering_and_confirming() {
    let portal = portals().swap_remove(0);
    let browser = portal.browser();
    let wanted = "/applications/new?dataset=parking&project=Free%20bays";
    let door = browser.get(wanted).await.header("location").to_owned();
    assert!(browser.page(&door).await.contains("/register?next=%2Fapplications%2Fnew"));
    let mut fields = registration(EMAIL);
    fields.push(("next", wanted.to_owned()));
    assert_eq!(browser.fill("/register", &fields).await.status, 303);
    let link = portal.mailed_link(EMAIL);
    let token = link.split_once('=').unwrap().1.to_owned();
    let confirmed = browser.fill(&link, &[("token", token)]).await;
    let next = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", wanted).finish();
    assert_eq!(confirmed.header("location"), format!("/login?{next}"));
    for evil in ["https://evil.example/", "//evil.example"] {
        let page = browser.page(&format!("/register?next={evil}")).await;
        assert!(!page.contains("evil.example"), "{page}");
    }
}

/// An address for the form of an application, so many characters long.
fn long_link(length: usize) -> String {
    let begin = "/applications/new?project=Bays&use=";
    let link = format!("{begin}{}", "Free%20bays".repeat(length)).chars().take(length).collect::<String>();
    assert_eq!(link.len(), length);
    link
}

#[actix_web::test]
async fn a_link_too_long_for_a_header_is_kept_in_the_form_while_one_signs_in() {
    let portal = portals().swap_remove(0);
    portal.person("Ana Diaz", &[]);
    let login = |next: String| vec![("email", EMAIL.to_owned()), ("password", PASSWORD.to_owned()), ("next", next)];
    let browser = portal.browser();
    assert!(browser.get(&long_link(2_000)).await.header("location").starts_with("/login?next="), "as ever");
    for length in [2_001, 8_000] {
        let (browser, link) = (portal.browser(), long_link(length));
        let written = link.replace('&', "&amp;");
        let asked = browser.get(&link).await;
        assert_eq!((asked.status, asked.hidden("next")), (401, written.clone()), "{length}: {}", asked.body);
        assert!(asked.body.contains("only this form keeps it") && asked.body.contains("href=\"/register\""));
        assert!(!asked.body.contains("hreflang"), "a switch of languages would lose it");
        let mut slip = login(link.clone());
        slip[1].1 = "not the password".to_owned();
        let slip = browser.send(&link, "/login", &slip).await;
        assert_eq!((slip.status, slip.hidden("next")), (422, written.clone()), "{}", slip.body);
        let signed = browser.send(&link, "/login", &login(link.clone())).await;
        let refresh = format!("content=\"0; url={written}\"");
        assert_eq!(signed.status, 200, "{}", signed.body);
        assert!(
            signed.body.contains(&refresh) && signed.body.contains(&format!("href=\"{written}\"")),
            "{}",
            signed.body
        );
        for answer in [&asked, &slip, &signed] {
            let head: usize = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
            assert!(head < 3_000, "{length}: a head of {head} bytes passes every proxy");
        }
        assert!(browser.page(&link).await.contains("Ana Diaz"), "where the page leads, the person is signed in");
    }
}

#[actix_web::test]
async fn a_link_too_long_to_be_kept_is_said_to_be_and_leads_to_its_page_without_its_answers() {
    let portal = portals().swap_remove(0);
    portal.person("Ana Diaz", &[]);
    let browser = portal.browser();
    let link = long_link(8_001);
    let asked = browser.get(&link).await;
    assert_eq!((asked.status, asked.hidden("next").as_str()), (401, "/applications/new"), "{}", asked.body);
    assert!(asked.body.contains("too long to be kept. Sign in, then open the link again."), "{}", asked.body);
    assert!(!asked.body.contains("Sign in to open the page you asked for."));
    let next = "/applications/new".to_owned();
    let fields = [("email", EMAIL.to_owned()), ("password", PASSWORD.to_owned()), ("next", next.clone())];
    let signed = browser.send(&link, "/login", &fields).await;
    assert_eq!((signed.status, signed.header("location")), (303, next.as_str()), "{}", signed.body);
    for evil in ["//evil.example/", "https://evil.example/", "/\\evil.example/"] {
        let evil = format!("{evil}{}", "x".repeat(3_000));
        let fields = [("email", EMAIL.to_owned()), ("password", PASSWORD.to_owned()), ("next", evil)];
        let signed = portal.browser().send("/login", "/login", &fields).await;
        assert_eq!((signed.status, signed.header("location")), (303, "/"), "{}", signed.body);
    }
}

#[actix_web::test]
async fn mails_of_a_group_are_stopped_by_one_click_without_signing_in() {
    for portal in portals() {
        let id = portal.person("Ana Diaz", &[]);
        let desk = &portal.desk.desk;
        let token = crate::cases::links::mint_leave(&desk.secrets, id, Group::Quotas).unwrap();
        let path = format!("/mails/stop?token={token}");
        let browser = portal.browser();
        assert!(browser.page(&path).await.contains("no more mails about"));
        let chosen = || desk.read(|conn| outbox::choice(conn, id, Group::Quotas)).unwrap();
        assert_eq!(chosen(), None, "to look changes nothing");
        let one_click = pairs(&[("List-Unsubscribe", "One-Click")]);
        for _ in 0..2 {
            let stopped = portal.browser().bare(&path, &one_click).await;
            assert_eq!((stopped.status, chosen()), (200, Some(Delivery::Never)), "{}", stopped.body);
        }
        let queue = crate::cases::links::mint_leave(&desk.secrets, id, Group::Queue).unwrap();
        for bad in ["", "forged", queue.as_str()] {
            let path = format!("/mails/stop?token={bad}");
            assert_eq!(browser.get(&path).await.status, 400, "{bad}");
            assert_eq!(browser.bare(&path, &one_click).await.status, 400, "{bad}");
        }
    }
}
