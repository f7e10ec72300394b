//! Passwords guessed, accounts looked for, links reused, sessions planted, mail sent to people who did not ask.

use std::time::Duration;

use reqwest::header::{COOKIE, HOST};
use serde_json::json;

use super::super::harness::client::{MARIA, OMAR, Program, Visitor};
use super::super::harness::demo::Demo;

const GOOD: &str = "plover tangent oyster mill";

/// The text of each mail to this address, newest first.
async fn mails(demo: &Demo, to: &str) -> Vec<String> {
    let visitor = Visitor::new(demo);
    let list = visitor.get(&format!("/demo/mailbox?to={}", to.replace('@', "%40"))).await.body;
    let mut texts = Vec::new();
    for link in list.split("href=\"/demo/mailbox/").skip(1) {
        texts.push(visitor.get(&format!("/demo/mailbox/{}", link.split('"').next().unwrap())).await.body);
    }
    texts
}

fn token(mail: &str) -> String {
    mail.split("token=").nth(1).unwrap().split(['"', '<', '&']).next().unwrap().to_owned()
}

#[actix_web::test]
async fn no_answer_tells_whether_an_address_has_an_account() {
    let demo = Demo::start("");
    let nobody = Program::nobody(&demo);
    for (path, field) in [("/sessions", "password"), ("/password-resets", ""), ("/registrations", "password")] {
        let mut answers = Vec::new();
        for email in [MARIA, "nobody.at.all@people.example"] {
            let mut body = json!({ "email": email });
            if !field.is_empty() {
                body[field] = json!(GOOD);
            }
            if path == "/registrations" {
                body["name"] = json!("Pat Person");
            }
            let answer = nobody.post(path, &body).await;
            let id = answer.json()["request_id"].as_str().unwrap_or("none").to_owned();
            answers.push((answer.status, answer.body.replace(&id, "")));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
    // Both mails were sent, each to its own address: who registers again is told so, and only by mail.
    assert!(mails(&demo, MARIA).await.iter().any(|mail| mail.contains("reset-password?token=")));
    assert_eq!(mails(&demo, "nobody.at.all@people.example").await.len(), 1);
}

#[actix_web::test]
async fn one_address_gets_few_mails_however_often_strangers_ask() {
    let demo = Demo::start("");
    let before = mails(&demo, OMAR).await.len();
    let nobody = Program::nobody(&demo);
    for _ in 0..8 {
        assert_eq!(nobody.post("/password-resets", &json!({ "email": OMAR })).await.status, 202);
        let wish = json!({ "email": "Victim@people.example", "name": "Pat Person", "password": GOOD });
        assert_eq!(nobody.post("/registrations", &wish).await.status, 202);
    }
    assert_eq!(mails(&demo, OMAR).await.len() - before, 5);
    assert_eq!(mails(&demo, "Victim@people.example").await.len(), 5);
    for email in
        ["a@people.example\r\nBcc: b@people.example", "a@people.example, b@people.example", "a@people.example b"]
    {
        let wish = json!({ "email": email, "name": "Pat Person", "password": GOOD });
        assert_eq!(nobody.post("/registrations", &wish).await.status, 422, "{email:?}");
    }
    let named = json!({ "email": "c@people.example", "name": "Pat\r\nBcc: d@people.example", "password": GOOD });
    assert_eq!(nobody.post("/registrations", &named).await.status, 422);
}

#[actix_web::test]
async fn a_link_leads_to_the_configured_address_works_once_and_never_after_a_newer_one() {
    let demo = Demo::start("");
    let nobody = Program::nobody(&demo);
    let poisoned = nobody.ask("POST", "/password-resets").header(HOST, "evil.example");
    let poisoned = poisoned.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
    assert_eq!(nobody.send(poisoned.json(&json!({ "email": MARIA }))).await.status, 202);
    let first = mails(&demo, MARIA).await.remove(0);
    assert!(first.contains(&format!("{}/reset-password?token=", demo.portal)) && !first.contains("evil"), "{first}");
    nobody.post("/password-resets", &json!({ "email": MARIA })).await;
    let second = mails(&demo, MARIA).await.remove(0);
    let (old, new) = (token(&first), token(&second));
    let visitor = Visitor::new(&demo);
    let page = visitor.get(&format!("/reset-password?token={new}")).await;
    assert_eq!(page.header("referrer-policy"), "same-origin", "the token goes to no other site");
    assert_eq!(page.header("cache-control"), "no-store");
    let set = |token: String| {
        let nobody = &nobody;
        async move { nobody.post("/passwords", &json!({ "token": token, "password": GOOD })).await }
    };
    // In the middle of the signature: the last character's low bits may mean nothing.
    let at = new.len() - 10;
    let other = if new[at..].starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{}{other}{}", &new[..at], &new[at + 1..]);
    for (what, token) in [("old", old), ("forged", forged), ("none", String::new()), ("huge", "e".repeat(100_000))] {
        let answer = set(token).await;
        assert!((400..500).contains(&answer.status), "{what}: {}", answer.body);
    }
    let all = futures_util::future::join_all((0..20).map(|_| set(new.clone()))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 204).count(), 1, "of twenty at once one");
    let signed_in = nobody.post("/sessions", &json!({ "email": MARIA, "password": GOOD })).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.body);
}

#[actix_web::test]
async fn a_planted_session_is_never_taken_up_and_an_ended_one_is_over() {
    let demo = Demo::start("");
    let planted = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let page = client.get(format!("{}/login", demo.portal)).header(COOKIE, format!("accord={planted}"));
    let page = page.send().await.unwrap();
    let form = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let body = page.text().await.unwrap();
    let csrf = body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("email", MARIA), ("password", demo.password.as_str()), ("next", ""), ("csrf", csrf)];
    let request = client.post(format!("{}/login", demo.portal)).header(COOKIE, format!("accord={planted}; {form}"));
    let signed_in = request.form(&fields).send().await.unwrap();
    assert_eq!(signed_in.status(), 303);
    let cookies: Vec<_> = signed_in.headers().get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let session = cookies.iter().find(|set| set.starts_with("accord=")).unwrap().split(';').next().unwrap();
    assert!(!session.contains(planted), "a new session at sign-in");
    assert!(
        cookies.iter().any(|set| set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"))
    );
    let account = |cookie: String| client.get(format!("{}/account", demo.portal)).header(COOKIE, cookie).send();
    assert_eq!(account(session.to_owned()).await.unwrap().status(), 200);
    assert_eq!(account(format!("accord={planted}")).await.unwrap().status(), 303);

    let page = account(session.to_owned()).await.unwrap().text().await.unwrap();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let out = client.post(format!("{}/logout", demo.portal)).header(COOKIE, session).form(&[("csrf", csrf)]);
    assert_eq!(out.send().await.unwrap().status(), 303);
    assert_eq!(
        account(session.to_owned()).await.unwrap().status(),
        303,
        "ended on the server, not in the browser alone"
    );
}

#[actix_web::test]
async fn guessing_waits_and_who_is_signed_in_notices_nothing() {
    let demo = Demo::start("");
    let maria = Program::of(&demo, MARIA).await;
    let nobody = Program::nobody(&demo);
    let mut waits = 0;
    for number in 0..10 {
        let answer = nobody.post("/sessions", &json!({ "email": MARIA, "password": format!("{GOOD} {number}") })).await;
        assert!(matches!(answer.status, 401 | 429), "{}", answer.body);
        waits += usize::from(answer.status == 429 && !answer.header("retry-after").is_empty());
        assert!(!answer.body.contains("account"), "{}", answer.body);
    }
    assert!(waits >= 5, "{waits} of ten were told to wait");
    let right = nobody.post("/sessions", &json!({ "email": MARIA, "password": demo.password })).await;
    assert_eq!(right.status, 429, "the right password waits too, so that it tells nothing");
    assert_eq!(maria.get("/account").await.status, 200, "a known session keeps working");
    assert_eq!(Program::of(&demo, OMAR).await.get("/account").await.status, 200, "and so does everybody else");
}

#[actix_web::test]
async fn a_flood_of_sign_ins_is_turned_away_and_pages_stay_open() {
    let cost =
        "[accounts]\nargon2_memory_kib = 19456\nargon2_iterations = 6\nhashes_at_once = 1\n[log]\nlevel = 'warn'\n";
    let demo = Demo::start_with(cost);
    let nobody = Program::nobody(&demo);
    let tries: Vec<_> = (0..120)
        .map(|number| {
            let (nobody, login) =
                (nobody.clone(), json!({ "email": format!("p{number}@people.example"), "password": GOOD }));
            tokio::spawn(async move { nobody.post("/sessions", &login).await })
        })
        .collect();
    // A page is there long before the last of them has an answer.
    let page = tokio::time::timeout(Duration::from_secs(30), Visitor::new(&demo).get("/datasets")).await.unwrap();
    assert_eq!(page.status, 200);
    assert!(tries.iter().any(|one| !one.is_finished()), "the flood was still on");
    let mut statuses = Vec::new();
    for one in tries {
        statuses.push(one.await.unwrap().status);
    }
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
    assert!(statuses.iter().any(|status| matches!(status, 429 | 503)), "nobody was turned away: {statuses:?}");
}
