//! Pages rendered over real cases, forms sent, strangers kept out.

use super::asking_tests::answers;
use super::testing::{City, caller_of, cities};
use crate::cases::keys;
use crate::domain::application::STEPS;
use crate::domain::key::Mode;
use crate::domain::scope::Scope;
use crate::web::testing::Answer;

/// Everybody with applications or agreements of their own.
const REQUESTERS: [&str; 4] = ["maria", "chen", "omar", "jo"];

/// Every page that `nick` can open.
fn pages(city: &City, nick: &str) -> Vec<String> {
    let mut found = vec!["/applications".to_owned(), "/applications/new".to_owned(), "/agreements".to_owned()];
    for application in city.applications(nick) {
        let here = format!("/applications/{}", application.id);
        if matches!(application.state.as_str(), "draft" | "info_requested") {
            found.extend(STEPS.iter().map(|(step, _)| format!("{here}/edit/{step}")));
            found.extend(["edit/datasets", "review", "review/text"].map(|page| format!("{here}/{page}")));
        }
        match application.state.as_str() {
            "offered" => found.push(format!("{here}/offer")),
            "denied" => found.push(format!("{here}/letter")),
            _ => {}
        }
        found.push(here);
    }
    for agreement in city.agreements(nick) {
        found.push(format!("/agreements/{}", agreement.id));
        found.push(format!("/agreements/{}/text", agreement.id));
        found.push(format!("/agreements/{}/keys/new", agreement.id));
    }
    found
}

pub(super) fn well_formed(answer: &Answer, path: &str) {
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    if answer.header("content-type").starts_with("text/html") {
        assert_eq!(answer.body.matches("<h1").count(), 1, "{path}");
        let ids: Vec<&str> = answer.body.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[..at].contains(id), "{path}: two elements have the id {id}");
        }
    }
}

#[actix_web::test]
async fn every_page_of_every_requester_renders() {
    for city in cities() {
        for nick in REQUESTERS {
            for path in pages(&city, nick) {
                well_formed(&city.get(nick, &path).await, &path);
            }
        }
    }
}

#[actix_web::test]
async fn somebody_elses_thing_looks_like_nothing() {
    for city in cities() {
        // The tokens of the forms differ each time, even for the same address.
        let plain = |answer: &Answer, path: &str| {
            assert_eq!(answer.status, 404, "{path}");
            let (csrf, once) = (answer.hidden("csrf"), answer.body.split("name=\"once\"").count());
            assert_eq!(once, 1, "no other form is on the page");
            answer.body.replace(&csrf, "csrf")
        };
        for path in pages(&city, "jo").into_iter().filter(|path| path.matches('/').count() > 1) {
            if path == "/applications/new" {
                continue;
            }
            let id = path.split('/').nth(2).unwrap();
            let nowhere = path.replace(id, "01900000-0000-7000-8000-000000000000");
            let (seen, unknown) = (city.get("maria", &path).await, city.get("maria", &nowhere).await);
            assert_eq!(plain(&seen, &path), plain(&unknown, &nowhere));
            assert_eq!(city.get("rita", &path).await.status, 404, "staff have their own pages: {path}");
            assert_eq!(city.get("", &path).await.status, 303, "signing in comes first: {path}");
        }
        let theirs = city.application("jo", "offered").id;
        for (act, fields) in [
            ("withdraw", vec![("reason", "x")]),
            ("reopen", vec![]),
            ("sign", vec![("name", "x")]),
            ("submit", vec![("name", "x")]),
            ("answer", vec![("answer", "x")]),
            ("message", vec![("message", "x"), ("department", "01900000-0000-7000-8000-000000000000")]),
            ("counter", vec![]),
            ("copy", vec![]),
        ] {
            let answer = city.post("maria", &format!("/applications/{theirs}/{act}"), &fields).await;
            assert_eq!(answer.status, 404, "{act}: {}", answer.body);
        }
        assert_eq!(city.application("jo", "offered").id, theirs, "nothing changed");
    }
}

#[actix_web::test]
async fn a_draft_keeps_what_was_typed_even_if_it_is_wrong() {
    for city in cities() {
        let draft = city.application("maria", "draft");
        let step = format!("/applications/{}/edit/data", draft.id);
        let version = city.get("maria", &step).await.hidden("version");
        let fields = [("version", version.as_str()), ("calls_per_day", "many"), ("go", "next")];
        let saved = city.post("maria", &step, &fields).await;
        assert_eq!(saved.status, 303);
        assert!(saved.header("location").ends_with("/edit/handling"));
        let page = city.get("maria", &step).await;
        assert!(page.body.contains("value=\"many\""), "{}", page.body);
        assert!(page.body.contains("Enter a whole number from 1 to"), "what is wrong is said beside it");

        let stale = city.post("maria", &step, &[("version", &version), ("calls_per_day", "12"), ("go", "next")]).await;
        assert_eq!(stale.status, 409);
        assert!(stale.body.contains("many") && stale.body.contains("12"), "both texts are shown: {}", stale.body);

        let version = page.hidden("version");
        let long = "x".repeat(4_001);
        let refused = city.post("maria", &step, &[("version", &version), ("coarser", &long)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(&long), "nothing typed is lost");
        assert!(refused.body.contains("href=\"#f-coarser\""));

        let unknown = city.post("maria", &step, &[("version", &version), ("state", "executed")]).await;
        assert_eq!((unknown.status, unknown.body.contains("“state”")), (400, true));
    }
}

#[actix_web::test]
async fn datasets_are_added_and_left_out_without_losing_what_was_typed() {
    for city in cities() {
        let draft = city.application("maria", "draft");
        let step = format!("/applications/{}/edit/datasets", draft.id);
        let page = city.get("maria", &step).await;
        let fields = [
            ("version", page.hidden("version")),
            ("operations.traffic-counts", "read".to_owned()),
            ("operations.traffic-counts", "history".to_owned()),
            ("add", "bike-share".to_owned()),
            ("go", "add".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = city.follow("maria", &city.post("maria", &step, &fields).await).await;
        assert!(page.body.contains("operations.bike-share"));
        let version = page.hidden("version");
        let fields = [("version", version.as_str()), ("operations.traffic-counts", "read"), ("remove", "ev-chargers")];
        let page = city.follow("maria", &city.post("maria", &step, &fields).await).await;
        assert!(!page.body.contains("operations.ev-chargers"), "{}", page.body);
        let now = city.application("maria", "draft");
        let asked: Vec<(&str, usize)> =
            now.items.iter().map(|item| (item.slug.as_str(), item.asked.operations.len())).collect();
        assert_eq!(asked, [("traffic-counts", 1), ("bike-share", 0)]);

        let open = city.post("maria", "/applications", &[("datasets", "air-quality"), ("datasets", "nowhere")]).await;
        assert_eq!(open.status, 422);
        assert!(open.body.contains("nowhere"), "each dataset that cannot be asked for is named");
    }
}

/// Fills the block of a page with everything it asks for.
fn signed(page: &Answer) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = ["reviewed", "terms", "terms_hash", "text_hash", "once"]
        .map(|name| (name.to_owned(), page.hidden(name)))
        .to_vec();
    for part in page.body.split("name=\"declared.").skip(1) {
        fields.push((format!("declared.{}", part.split('"').next().unwrap()), "yes".to_owned()));
    }
    for (name, value) in [("name", "Maria Gonzalez"), ("title", "Owner"), ("authority", "yes"), ("consent", "yes")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields
}

fn as_pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[actix_web::test]
async fn an_incomplete_draft_shows_what_is_missing_and_cannot_be_signed() {
    for city in cities() {
        let draft = city.application("maria", "draft");
        let here = format!("/applications/{}", draft.id);
        let page = city.get("maria", &format!("{here}/review")).await;
        assert!(page.body.contains("to do before you can sign"));
        assert!(page.body.contains(&format!("{here}/edit/project?back=review#f-purpose")));
        assert!(!page.body.contains("name=\"consent\""), "no signature block");
        let forced = city.post("maria", &format!("{here}/submit"), &[("name", "Maria"), ("title", "x")]).await;
        assert_eq!(forced.status, 422);
        assert_eq!(city.application("maria", "draft").id, draft.id);
    }
}

#[actix_web::test]
async fn reopened_answers_are_signed_again_and_only_as_they_were_shown() {
    for city in cities() {
        let agreement = city.live("maria");
        let application = agreement.application;
        let new = city.post("maria", &format!("/applications/{application}/reopen"), &[]).await;
        let here = new.header("location").to_owned();
        let review = format!("{here}/review");
        let page = city.get("maria", &review).await;
        let submit = format!("{here}/submit");

        let hidden: Vec<(String, String)> = signed(&page).into_iter().take(5).collect();
        let blank = city.post("maria", &submit, &as_pairs(&hidden)).await;
        assert_eq!(blank.status, 422);
        for field in ["name", "title", "authority", "consent", "declared.truthful"] {
            assert!(blank.body.contains(&format!("href=\"#f-{field}\"")), "{field} is pointed at: {}", blank.body);
            assert!(blank.body.contains(&format!("id=\"f-{field}\"")), "{field} is there");
        }

        // Somebody changes an answer after the page was shown.
        let step = format!("{here}/edit/handling");
        let version = city.get("maria", &step).await.hidden("version");
        let changed = city.post("maria", &step, &[("version", &version), ("retention_days", "7")]).await;
        assert_eq!(changed.status, 303);
        let late = city.post("maria", &submit, &as_pairs(&signed(&page))).await;
        assert_eq!(late.status, 422);
        assert!(late.body.contains("The application changed after you reviewed it"), "{}", late.body);
        assert!(late.body.contains("value=\"Maria Gonzalez\""), "what was typed is kept");

        let page = city.get("maria", &review).await;
        let text = city.get("maria", &format!("{review}/text")).await;
        let hash = crate::domain::terms::TextHash::of(&text.body).to_string();
        assert_eq!(hash, page.hidden("text_hash"), "the text can be hashed by anybody");
        let fields = signed(&page);
        let sent = city.post("maria", &submit, &as_pairs(&fields)).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let again = city.post("maria", &submit, &as_pairs(&fields)).await;
        assert_eq!((again.status, again.header("location")), (303, sent.header("location")), "sent twice, done once");
        let page = city.get("maria", sent.header("location")).await;
        assert!(page.body.contains(&hash) && page.body.contains("Evidence of the signature"), "{}", page.body);
        assert_ne!(city.live("maria").id, agreement.id, "the new agreement took the place of the old one");
    }
}

#[actix_web::test]
async fn an_offer_is_countered_or_signed() {
    for city in cities() {
        let offered = city.application("jo", "offered");
        let here = format!("/applications/{}", offered.id);
        let ahead = "You sign, propose other conditions, or decline";
        assert!(city.get("jo", &here).await.body.contains(ahead));
        let page = city.get("jo", &format!("{here}/offer")).await;
        assert!(page.body.contains("You asked") && page.body.contains("What it means for you"), "{}", page.body);
        let (choices, texts) = answers(&offered);
        let silent = city.post("jo", &format!("{here}/counter"), &[]).await;
        assert_eq!(silent.status, 422);
        assert!(silent.body.contains(&format!("href=\"#f-{}\"", choices[0])), "{}", silent.body);
        let mut fields: Vec<(&str, &str)> = choices.iter().map(|name| (name.as_str(), "accept")).collect();
        let all = city.post("jo", &format!("{here}/counter"), &fields).await;
        assert_eq!(all.header("location"), format!("{here}/offer#sign-it"), "who accepts all signs next");
        fields[0].1 = "propose";
        let empty = city.post("jo", &format!("{here}/counter"), &fields).await;
        assert_eq!(empty.status, 422);
        assert!(empty.body.contains(&format!("href=\"#f-{}\"", texts[0])), "{}", empty.body);

        let mut fields = signed(&page);
        fields.retain(|(name, _)| name != "consent");
        let refused = city.post("jo", &format!("{here}/sign"), &as_pairs(&fields)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("href=\"#f-consent\""), "{}", refused.body);
        let sent = city.post("jo", &format!("{here}/sign"), &as_pairs(&signed(&page))).await;
        let page = city.follow("jo", &sent).await;
        assert!(page.body.contains("Its keys open what"), "{}", page.body);
        assert!(!city.get("jo", &here).await.body.contains(ahead), "nothing is ahead of what is settled");
        let gone = city.get("jo", &format!("{here}/offer")).await;
        assert_eq!(gone.status, 409);
    }
}

#[actix_web::test]
async fn a_question_is_answered_on_the_applications_page() {
    for city in cities() {
        let asked = city.application("omar", "info_requested");
        let here = format!("/applications/{}", asked.id);
        let page = city.get("omar", &here).await;
        assert!(page.body.contains("Will the map show single addresses"), "{}", page.body);
        let empty = city.post("omar", &format!("{here}/answer"), &[("answer", "")]).await;
        assert_eq!((empty.status, empty.body.contains("href=\"#f-answer\"")), (422, true), "{}", empty.body);
        let sent = city.post("omar", &format!("{here}/answer"), &[("answer", "Only blocks, to everybody.")]).await;
        let page = city.follow("omar", &sent).await;
        assert!(page.body.contains("Only blocks, to everybody.") && page.body.contains("The city is reviewing it"));
        let closed = city.get("omar", &format!("{here}/edit/project")).await;
        assert_eq!(closed.status, 409, "the form is closed again");
    }
}

#[actix_web::test]
async fn the_letter_shows_reasons_and_both_dates_with_their_working() {
    for city in cities() {
        let denied = city.application("jo", "denied");
        let page = city.get("jo", &format!("/applications/{}/letter", denied.id)).await;
        let letter = crate::cases::letters::denial(&city.desk().profile, &denied).unwrap();
        for route in [&letter.clerk, &letter.state] {
            for wanted in [route.by.format("%B %-d, %Y").to_string(), escaped(&route.working), escaped(&route.body)] {
                assert!(page.body.contains(&wanted), "{wanted} in {}", page.body);
            }
        }
        for wanted in ["D6", "D7", "hourly counts"] {
            assert!(page.body.contains(wanted), "{wanted}");
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('\'', "&#39;").replace('"', "&quot;")
}

#[actix_web::test]
async fn a_keys_text_is_shown_once() {
    for city in cities() {
        let agreement = city.live("maria");
        let form = format!("/agreements/{}/keys/new", agreement.id);
        let make = format!("/agreements/{}/keys", agreement.id);
        let page = city.get("maria", &form).await;
        let once = page.hidden("once");
        let wrong = city.post("maria", &make, &[("name", ""), ("mode", "live"), ("networks", "everywhere")]).await;
        assert_eq!(wrong.status, 422);
        for field in ["name", "scopes", "networks"] {
            assert!(wrong.body.contains(&format!("href=\"#f-{field}\"")), "{field}: {}", wrong.body);
        }
        assert!(wrong.body.contains("everywhere"));
        let wide = city.post("maria", &make, &[("name", "x"), ("mode", "live"), ("scopes", "noise-levels:read")]).await;
        assert_eq!((wide.status, wide.body.contains("href=\"#f-scopes\"")), (422, true), "{}", wide.body);

        let fields =
            [("name", "web server"), ("mode", "live"), ("scopes", "parking-occupancy:read"), ("once", once.as_str())];
        let made = city.post("maria", &make, &fields).await;
        assert_eq!((made.status, made.header("cache-control")), (200, "no-store"), "{}", made.body);
        let text = made.body.split("<code>").nth(1).unwrap().split('<').next().unwrap();
        assert!(text.starts_with("nwk_live_"), "{text}");
        assert!(made.body.contains("curl -H &#39;Authorization: Bearer nwk_live_"), "{}", made.body);
        assert!(made.body.contains("https://gate.example.gov/parking-occupancy/"), "{}", made.body);
        let again = city.post("maria", &make, &fields).await;
        assert_eq!(again.status, 200);
        assert!(!again.body.contains(text) && again.body.contains("shown once"), "{}", again.body);
        let list = city.get("maria", &format!("/agreements/{}", agreement.id)).await;
        assert_eq!(list.body.matches("web server").count(), 1, "sent twice, made once");
        assert!(!list.body.contains(text));
    }
}

#[actix_web::test]
async fn a_key_is_paused_resumed_rolled_and_revoked_on_its_page() {
    for city in cities() {
        let who = caller_of(city.desk(), "maria");
        let agreement = city.live("maria");
        let wish = keys::KeyWish {
            name: "notebook".to_owned(),
            mode: Mode::Test,
            scopes: vec![Scope::new("parking-occupancy", "read").unwrap()],
            limits: crate::domain::limits::Limits::default(),
            networks: crate::domain::net::CidrList::default(),
            expires_at: None,
        };
        let key = keys::create(city.desk(), &who, agreement.id, &wish).unwrap().key;
        let here = format!("/keys/{}", key.id);
        let page = city.get("maria", &here).await;
        well_formed(&page, &here);
        for nick in ["jo", "rosa"] {
            assert_eq!(city.get(nick, &here).await.status, 404, "{nick}");
            assert_eq!(city.post(nick, &format!("{here}/revoke"), &[]).await.status, 404, "{nick}");
        }
        let version = page.hidden("version");
        let named = city.post("maria", &format!("{here}/name"), &[("name", "desk"), ("version", &version)]).await;
        assert_eq!(named.status, 303);
        let stale = city.post("maria", &format!("{here}/network"), &[("networks", ""), ("version", &version)]).await;
        assert_eq!(stale.status, 409);
        let version = city.get("maria", &here).await.hidden("version");
        let wrong =
            city.post("maria", &format!("{here}/network"), &[("networks", "home"), ("version", &version)]).await;
        assert_eq!((wrong.status, wrong.body.contains("href=\"#f-networks\"")), (422, true), "{}", wrong.body);

        let paused = city.post("maria", &format!("{here}/pause"), &[("pause_reason", "Holiday")]).await;
        let page = city.follow("maria", &paused).await;
        assert!(page.body.contains("On hold") && page.body.contains("Holiday"), "{}", page.body);
        let held = city.post("maria", &format!("{here}/roll"), &[("overlap_days", "1")]).await;
        assert_eq!(held.status, 422, "a paused key cannot be rolled");
        let resumed = city.post("maria", &format!("{here}/resume"), &[("hold", &page.hidden("hold"))]).await;
        assert!(city.follow("maria", &resumed).await.body.contains("It opens what is listed below."));

        let rolled = city.post("maria", &format!("{here}/roll"), &[("overlap_days", "3")]).await;
        assert_eq!(rolled.status, 200, "{}", rolled.body);
        assert!(rolled.body.contains("nwk_test_") && rolled.body.contains("The key before it works until"));
        let far = city.post("maria", &format!("{here}/roll"), &[("overlap_days", "8")]).await;
        assert_eq!(far.status, 422);
        let revoked = city.post("maria", &format!("{here}/revoke"), &[("revoke_reason", "Moved")]).await;
        let page = city.follow("maria", &revoked).await;
        assert!(page.body.contains("Revoked for good by your side: Moved"), "{}", page.body);
        assert!(!page.body.contains("Roll the key"));
    }
}

#[actix_web::test]
async fn ending_an_agreement_asks_for_a_reason() {
    for city in cities() {
        let agreement = city.live("maria");
        let here = format!("/agreements/{}", agreement.id);
        let bare = city.post("maria", &format!("{here}/terminate"), &[("reason", "")]).await;
        assert_eq!((bare.status, bare.body.contains("href=\"#f-reason\"")), (422, true), "{}", bare.body);
        let ended = city.post("maria", &format!("{here}/terminate"), &[("reason", "The app is done.")]).await;
        assert!(city.follow("maria", &ended).await.body.contains("The app is done."));
        assert!(!city.get("maria", &here).await.body.contains("keys/new"));
    }
}

#[actix_web::test]
async fn a_held_key_says_why_by_whom_and_what_to_do() {
    for city in cities() {
        let key = city.used_and_suspended();
        let here = format!("/keys/{key}");
        let page = city.get("maria", &here).await;
        well_formed(&page, &here);
        for wanted in [
            "On hold",
            "The key was used to follow a single car",
            "Rosa Marino, Norwalk Parking Authority",
            "What to do:",
            "#message",
            "203.0.113.0/24",
            "Wait as Retry-After says, and spread the calls.",
            "rate_limited",
        ] {
            assert!(page.body.contains(wanted), "{wanted} in {}", page.body);
        }
        assert!(!page.body.contains("203.0.113.77"), "a caller's address is shown truncated");
        assert!(!page.body.contains("Roll the key"), "a held key cannot be rolled");
        let hold = city.desk().read(crate::store::holds::all_in_force).unwrap().remove(0).id.to_string();
        let lifted = city.post("maria", &format!("{here}/resume"), &[("hold", &hold)]).await;
        assert_eq!(lifted.status, 422, "only the office that placed it lifts it");
        assert!(lifted.body.contains("On hold"), "{}", lifted.body);
        let agreement = city.live("maria").id;
        let page = city.get("maria", &format!("/agreements/{agreement}")).await;
        assert!(page.body.contains("On hold") && page.body.contains("Calls in 30 days"), "{}", page.body);
    }
}
