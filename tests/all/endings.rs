//! How agreements end and go on, from outside, in the running city: a renewal whose key goes along, a certificate of
//! destruction, new terms accepted, and the public register.

use serde_json::{Value, json};

use super::harness::client::{Answer, Program, Visitor};
use super::harness::demo::Demo;

const CHEN: &str = "lin.chen@university.example";
const NOOR: &str = "noor.aziz@norwalk.example";

/// The signature over what a draft shows.
fn signature(draft: &Value, declarations: &[String]) -> Value {
    json!({
        "reviewed": draft["reviewed"], "terms": draft["terms"], "terms_hash": draft["terms_hash"],
        "text_hash": draft["text_hash"], "name": "Lin Chen", "title": "Professor", "has_authority": true,
        "consents": true, "declarations": declarations,
    })
}

/// The declarations that the review page asks to tick.
async fn declarations(visitor: &Visitor, page: &str) -> Vec<String> {
    let body = visitor.get(page).await.body;
    let names = body.split("name=\"declared.").skip(1).filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

fn well(answer: &Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.body);
    answer.json()
}

async fn call(demo: &Demo, key: &str) -> u16 {
    let request = reqwest::Client::new().get(format!("{}/noise-levels/latest", demo.gate));
    request.bearer_auth(key).send().await.unwrap().status().as_u16()
}

/// The agreement of Chen's with these words in its title.
async fn agreement(chen: &Program, words: &str, state: &str) -> Value {
    let all = chen.list("/agreements").await;
    let fits = |one: &&Value| one["title"].as_str().unwrap().contains(words) && one["state"] == state;
    all.iter().find(fits).unwrap_or_else(|| panic!("no {state} {words} in {all:?}")).clone()
}

#[actix_web::test]
async fn an_agreement_is_renewed_and_its_key_goes_along() {
    let demo = Demo::start("");
    let (chen, noor) = (Program::of(&demo, CHEN).await, Program::of(&demo, NOOR).await);
    let visitor = Visitor::signed_in(&demo, CHEN).await;
    let old = agreement(&chen, "a year of it", "executed").await["id"].as_str().unwrap().to_owned();
    let wish = json!({ "name": "paper", "scopes": ["noise-levels:read"] });
    let key = well(&chen.post(&format!("/agreements/{old}/keys"), &wish).await);
    let key = key["text"].as_str().unwrap_or_else(|| key["key"].as_str().unwrap()).to_owned();
    assert_eq!(call(&demo, &key).await, 200);

    let renewal = well(&chen.post(&format!("/agreements/{old}/renewals"), &json!({})).await);
    let id = renewal["id"].as_str().unwrap();
    assert_eq!((renewal["state"].as_str(), renewal["missing"][0].as_str()), (Some("open"), Some("met.0")));
    let omar = Program::of(&demo, "omar@bayfinder.example").await;
    assert_eq!(omar.get(&format!("/renewals/{id}")).await.status, 404);
    let page = visitor.get(&format!("/renewals/{id}")).await;
    assert!(page.body.contains("there is no grace"), "it says that the end stays: {}", page.body);

    let answers = [("met.0", "no"), ("how.0", ""), ("signatory", "Lin Chen"), ("signatory_title", "Professor")];
    let people = [("incident_contact", "lab@university.example"), ("users", ""), ("version", "1")];
    let fields: Vec<(&str, &str)> = answers.into_iter().chain(people).collect();
    let path = format!("/renewals/{id}");
    let wrong = visitor.fill(&path, &format!("{path}/answers"), &fields).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(wrong.body.contains("Say why it is not met"));
    let given = json!({ "questions": [{ "is_met": true, "text": "By street, <b>never</b> by address." }] });
    let answered = chen.send(chen.ask("PUT", &format!("/renewals/{id}/answers")).json(&given)).await;
    assert_eq!(well(&answered)["missing"], json!([]));
    let draft = well(&chen.get(&format!("/renewals/{id}/draft")).await);
    let ticked = declarations(&visitor, &format!("{path}/review")).await;
    assert!(!ticked.is_empty());
    let mut bare = signature(&draft, &ticked);
    bare["name"] = json!("");
    let refused = chen.post(&format!("/renewals/{id}/sign"), &bare).await;
    assert_eq!(refused.json()["errors"][0]["code"], "signature_needed", "{}", refused.body);
    let signed = well(&chen.post(&format!("/renewals/{id}/sign"), &signature(&draft, &ticked)).await);
    assert_eq!(signed["state"], "signed");

    let staff = Visitor::signed_in(&demo, NOOR).await;
    let seen = staff.get(&format!("/review/renewals/{id}")).await;
    assert!(seen.body.contains("&lt;b&gt;never"), "what was typed is text: {}", seen.body);
    assert!(staff.get("/review/endings").await.body.contains(&format!("/review/renewals/{id}")));
    let department = signed["waits_for"].as_object().unwrap().keys().next().unwrap().clone();
    let confirm = json!({ "department": department });
    let done = well(&noor.post(&format!("/review-renewals/{id}/confirm"), &confirm).await);
    let new = done["new_agreement"].as_str().unwrap();
    assert_eq!(agreement(&chen, "a year of it", "executed").await["id"], *new);
    agreement(&chen, "a year of it", "superseded").await;
    assert_eq!(call(&demo, &key).await, 200, "the key went along");
    let shown = visitor.get(&format!("/agreements/{new}")).await.body;
    assert!(shown.contains("You can renew it from"), "{shown}");
}

#[actix_web::test]
async fn a_certificate_is_signed_by_the_holder_and_accepted_by_the_department() {
    let demo = Demo::start("");
    let chen = Program::of(&demo, CHEN).await;
    let (holder, noor) = (Visitor::signed_in(&demo, CHEN).await, Visitor::signed_in(&demo, NOOR).await);
    let ended = agreement(&chen, "Pilot", "expired").await["id"].as_str().unwrap().to_owned();
    let path = format!("/agreements/{ended}/destruction");
    assert!(holder.get(&format!("/agreements/{ended}")).await.body.contains(&path), "its page leads there");
    let empty = holder.fill(&path, &format!("{path}/check"), &[("scope", ""), ("method", "")]).await;
    assert_eq!(empty.status, 422);
    let (scope, method) = ("All tables & <i>backups</i>.", "Overwritten on Friday.");
    let done = [("scope", scope), ("method", method), ("exceptions", "")];
    let check = holder.fill(&path, &format!("{path}/check"), &done).await;
    assert!(check.body.contains("&lt;i&gt;backups"), "{}", check.body);
    let hash = check.field("text_hash");
    let who = [("text_hash", hash.as_str()), ("name", "Lin Chen"), ("title", "Professor")];
    let fields: Vec<(&str, &str)> = done.into_iter().chain(who).collect();
    let unsure = holder.fill(&path, &path, &fields).await;
    assert_eq!(unsure.status, 422, "authority and consent are missing");
    let sure: Vec<_> = fields.iter().copied().chain([("authority", "yes"), ("consent", "yes")]).collect();
    assert_eq!(holder.fill(&path, &path, &sure).await.status, 303);
    let staff = format!("/review/destructions/{ended}");
    let page = noor.get(&staff).await;
    assert!(page.body.contains("Overwritten on Friday."), "{}", page.body);
    let department = page.field("department");
    let accepted = noor.fill(&staff, &format!("{staff}/accept"), &[("department", &department)]).await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    assert_eq!(well(&chen.get(&path).await)["state"], "accepted");
    let omar = Visitor::signed_in(&demo, "omar@bayfinder.example").await;
    assert_eq!(omar.get(&path).await.status, 404);
}

#[actix_web::test]
async fn new_terms_are_shown_and_accepted_before_they_bind() {
    let demo = Demo::start("");
    let chen = Program::of(&demo, CHEN).await;
    let ada = Program::of(&demo, "ada.alvarez@norwalk.example").await;
    let visitor = Visitor::signed_in(&demo, CHEN).await;
    let id = agreement(&chen, "a year of it", "executed").await["id"].as_str().unwrap().to_owned();
    assert_eq!(chen.get(&format!("/agreements/{id}/terms-owed")).await.code(), "nothing_to_accept");
    let known = well(&ada.get("/terms/standard").await);
    let markdown = format!("{}\n\n## (90) More\n\nSomething new.\n", known["items"][0]["markdown"].as_str().unwrap());
    let new = json!({ "family": "standard", "title": "Standard terms", "markdown": markdown, "is_material": true });
    well(&ada.post("/terms", &new).await);
    let page = format!("/agreements/{id}/terms");
    assert!(visitor.get(&format!("/agreements/{id}")).await.body.contains(&page), "its page leads there");
    let ticked = declarations(&visitor, &page).await;
    let owed = well(&chen.get(&format!("/agreements/{id}/terms-owed")).await);
    assert!(owed["text"].as_str().unwrap().contains("Something new."));
    let accepted = chen.post(&format!("/agreements/{id}/terms-acceptances"), &signature(&owed, &ticked)).await;
    assert_eq!(accepted.status, 204, "{}", accepted.body);
    assert_eq!(chen.get(&format!("/agreements/{id}/terms-owed")).await.code(), "nothing_to_accept");
}

#[actix_web::test]
async fn the_public_register_is_open_to_all_and_names_no_individual() {
    let demo = Demo::start("");
    let visitor = Visitor::new(&demo);
    let page = visitor.get("/public-register").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Long Island Sound University") && page.body.contains("An individual"));
    let feed = visitor.get("/public-register.atom").await;
    assert!(feed.header("content-type").starts_with("application/atom+xml") && feed.body.contains("<entry>"));
    let sheet = visitor.get("/public-register/agreements.csv").await;
    assert!(sheet.body.starts_with("agreement,dataset,title,"), "{}", sheet.body);
    assert_eq!(visitor.get("/public-register/people.csv").await.status, 404);
    let all = visitor.get("/public-register.json").await;
    assert!(all.json()["in_force"].as_array().unwrap().len() > 3);
    for name in ["denials", "misuse", "appeals", "waits"] {
        assert_eq!(visitor.get(&format!("/public-register/{name}.csv")).await.status, 200, "{name}");
    }
    for body in [page.body, feed.body, sheet.body, all.body] {
        for personal in ["Maria", "Lin Chen", "Omar", "@", "Find a bay"] {
            assert!(
                !body.split("<main").last().unwrap().split("</main").next().unwrap().contains(personal),
                "{personal}"
            );
        }
    }
}
