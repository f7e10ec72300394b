//! The agreements of a department: who sees them, who suspends, lifts, revokes and ends.

use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::{self, KeyForm};
use crate::domain::agreement::Agreement;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{HoldId, KeyId};
use crate::domain::people::Role;
use crate::portal::tests::{NOTHING, Office, complains, looks_like_nothing, offices, pairs};
use crate::store::holds;

fn path(agreement: &Agreement) -> String {
    format!("/review/agreements/{}", agreement.id)
}

fn key_of(office: &Office, agreement: &Agreement) -> KeyId {
    let wish = KeyForm { name: "web map".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
    let wish = wish.read(chrono_tz::America::New_York).unwrap();
    keys::create(office.desk(), &office.city.maria, agreement.id, &wish).unwrap().key.id
}

fn hold(office: &Office, by: &str, target: HoldTarget) -> HoldId {
    let explanation = "500 refused calls in a minute.".to_owned();
    let wish = Suspension { target, reason: HoldReason::Misuse, explanation, case: None };
    enforce::suspend(office.desk(), &office.caller(by), &wish).unwrap().id
}

fn in_force(office: &Office) -> usize {
    office.desk().read(holds::all_in_force).unwrap().len()
}

#[actix_web::test]
async fn the_departments_staff_the_clerk_and_the_auditor_see_an_agreement_and_nobody_else() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        key_of(&office, &agreement);
        let here = path(&agreement);
        for name in ["Manager 0", "Rita Reviewer", "Clara Clerk", "Ivan Auditor"] {
            let browser = office.of(name).await;
            assert!(browser.page("/review/agreements").await.contains(&agreement.number), "{name}");
            let page = browser.page(&here).await;
            for wanted in
                ["Held by Maria Gonzalez", "web map", "parking:read", "5,000 calls a day", &agreement.text_hash]
            {
                assert!(page.contains(wanted), "{name} {wanted}: {page}");
            }
            let may = |act: &str| page.contains(&format!("action=\"{here}/{act}\""));
            let expected = match name {
                "Manager 0" => [true, true, true],
                "Clara Clerk" => [true, false, false],
                _ => [false, false, false],
            };
            assert_eq!([may("suspend"), may("revoke"), may("terminate")], expected, "{name}");
        }
        for name in ["Manager 1", "Rex Reviewer"] {
            let browser = office.of(name).await;
            assert!(browser.page("/review/agreements").await.contains("No agreement is in force yet"), "{name}");
            looks_like_nothing(&browser, &here, &format!("/review/agreements/{NOTHING}")).await;
        }
        for name in ["Maria Gonzalez", "Ada Admin"] {
            assert_eq!(office.of(name).await.get(&here).await.status, 403, "{name}");
        }
    }
}

#[actix_web::test]
async fn the_list_is_narrowed_by_state_and_words() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let rita = office.of("Rita Reviewer").await;
        for (query, is_there) in [
            ("?state=all", true),
            ("?state=executed&q=maria", true),
            (&format!("?q={}", agreement.number), true),
            ("?state=terminated", false),
            ("?q=nobody", false),
        ] {
            let page = rita.page(&format!("/review/agreements{query}")).await;
            assert_eq!(page.contains(&agreement.number), is_there, "{query}");
            assert_eq!(page.contains("Nothing fits this filter"), !is_there, "{query}");
        }
        hold(&office, "Manager 0", HoldTarget::Agreement(agreement.id));
        assert!(rita.page("/review/agreements").await.contains("Suspended"));
    }
}

#[actix_web::test]
async fn a_suspension_says_what_is_missing_and_stops_what_was_chosen() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let key = key_of(&office, &agreement);
        let (here, suspend) = (path(&agreement), format!("{}/suspend", path(&agreement)));
        let manager = office.of("Manager 0").await;
        let mute =
            manager.send(&here, &suspend, &pairs(&[("target", "agreement"), ("explanation", "Seen today.")])).await;
        complains(&mute, "reason", "Choose a reason.", &["Seen today."]);
        let chosen = "value=\"misuse\" checked";
        let mute = manager.send(&here, &suspend, &pairs(&[("target", "agreement"), ("reason", "misuse")])).await;
        complains(&mute, "explanation", "State the facts", &[chosen]);
        for target in ["", "everything", "key:", "key:x"] {
            let odd = pairs(&[("target", target), ("reason", "misuse"), ("explanation", "Seen today.")]);
            complains(
                &manager.send(&here, &suspend, &odd).await,
                "target",
                "Choose what is suspended.",
                &["Seen today."],
            );
        }
        let long = "z".repeat(4_001);
        let long_one = pairs(&[("target", "agreement"), ("reason", "misuse"), ("explanation", &long)]);
        complains(&manager.send(&here, &suspend, &long_one).await, "explanation", "4000", &[&long]);
        let reserved = pairs(&[("target", "agreement"), ("reason", "holder_request"), ("explanation", "For them.")]);
        let reserved = manager.send(&here, &suspend, &reserved).await;
        assert!(
            reserved.status == 422 && reserved.body.contains("Choose a reason of your office"),
            "{}",
            reserved.body
        );
        assert_eq!(in_force(&office), 0);

        let form =
            [("target", &*format!("key:{key}")), ("reason", "leaked"), ("explanation", "Found in a public page.")];
        let page = manager.follow(&manager.send(&here, &suspend, &pairs(&form)).await).await;
        for wanted in ["The gate refuses the next call", "The key “web map”", "Found in a public page.", "Manager 0"]
        {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert_eq!((in_force(&office), office.last_act()), (1, ("hold.place".to_owned(), "manager".to_owned())));
        let foreign = pairs(&[("target", &*format!("key:{NOTHING}")), ("reason", "leaked"), ("explanation", "x")]);
        assert_eq!(manager.send(&here, &suspend, &foreign).await.status, 404);
    }
}

#[actix_web::test]
async fn who_may_not_suspend_revoke_or_end_cannot() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let key = key_of(&office, &agreement);
        let here = path(&agreement);
        let department = office.city.departments[0].to_string();
        let reason = format!("revoke_reason.{key}");
        let acts = |here: &str| {
            [
                (
                    format!("{here}/suspend"),
                    pairs(&[("target", "agreement"), ("reason", "misuse"), ("explanation", "x")]),
                ),
                (format!("{here}/revoke"), vec![("key", key.to_string()), (reason.as_str(), "Gone".to_owned())]),
                (format!("{here}/terminate"), pairs(&[("department", &department), ("end_reason", "Over")])),
            ]
        };
        for (name, expected) in [
            ("Rita Reviewer", [403, 403, 403]),
            ("Ivan Auditor", [403, 403, 403]),
            ("Maria Gonzalez", [403, 403, 403]),
            ("Manager 1", [404, 404, 404]),
            ("Clara Clerk", [303, 403, 403]),
        ] {
            let browser = office.of(name).await;
            for ((action, fields), status) in acts(&here).into_iter().zip(expected) {
                let answer = browser.send("/account", &action, &fields).await;
                assert_eq!(answer.status, status, "{name} {action}: {}", answer.body);
            }
        }
        let manager = office.of("Manager 0").await;
        for (action, fields) in acts(&here) {
            assert_eq!(manager.bare(&action, &fields).await.status, 403, "{action} from elsewhere");
        }
        assert!(office.agreement(agreement.id).is_live(office.desk().clock.now()));
        assert_eq!(in_force(&office), 1, "the clerk's alone");
    }
}

#[actix_web::test]
async fn only_the_office_that_placed_a_hold_lifts_it_and_no_other_goes_with_it() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let here = path(&agreement);
        let ours = hold(&office, "Manager 0", HoldTarget::Agreement(agreement.id));
        let clerks = hold(&office, "Clara Clerk", HoldTarget::Agreement(agreement.id));
        let lift = |hold: HoldId, reason: &str| {
            vec![("hold".to_owned(), hold.to_string()), (format!("lift_reason.{hold}"), reason.to_owned())]
        };
        let send = async |name: &str, hold: HoldId, reason: &str| {
            let fields = lift(hold, reason);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            office.of(name).await.send(&here, &format!("{here}/lift"), &fields).await
        };
        let page = office.of("Manager 0").await.page(&here).await;
        let form = |hold: HoldId| page.contains(&format!("id=\"f-lift_reason.{hold}\""));
        assert_eq!((form(ours), form(clerks)), (true, false), "a form for the own hold only: {page}");
        assert!(page.contains("Only the office that placed it can lift it."));
        for (name, hold) in [("Manager 0", clerks), ("Clara Clerk", ours)] {
            let refused = send(name, hold, "Cleared up.").await;
            assert_eq!(refused.status, 403, "{name}: {}", refused.body);
            assert!(refused.body.contains("Cleared up."), "what was typed is kept: {}", refused.body);
        }
        for name in ["Rita Reviewer", "Ivan Auditor"] {
            assert_eq!(send(name, ours, "Cleared up.").await.status, 403, "{name}");
        }
        assert_eq!(send("Manager 1", ours, "Cleared up.").await.status, 404);
        let field = format!("lift_reason.{ours}");
        complains(&send("Manager 0", ours, " ").await, &field, "", &["<details class=\"more\" open>"]);
        assert_eq!(in_force(&office), 2);
        assert_eq!(send("Second Manager", ours, "Cleared up.").await.status, 303, "a colleague of the office may");
        let page = office.of("Manager 0").await.page(&here).await;
        assert!(page.contains("Earlier holds") && page.contains("Holds in force"), "the other still stops it: {page}");
        assert_eq!(send("Second Manager", ours, "Again.").await.status, 409, "a second tab finds it lifted");
        assert_eq!(in_force(&office), 1);
    }
}

#[actix_web::test]
async fn a_key_is_revoked_and_an_agreement_ended_with_reasons_that_the_holder_reads() {
    for office in offices() {
        let agreement = office.executed(&["parking"]);
        let key = key_of(&office, &agreement);
        let here = path(&agreement);
        let manager = office.of("Manager 0").await;
        let reason = format!("revoke_reason.{key}");
        let revoke = |why: &str| vec![("key", key.to_string()), (reason.as_str(), why.to_owned())];
        let mute = manager.send(&here, &format!("{here}/revoke"), &revoke("")).await;
        complains(&mute, &reason, "", &["<details class=\"more\" open>"]);
        let page = manager.follow(&manager.send(&here, &format!("{here}/revoke"), &revoke("Sold on")).await).await;
        assert!(page.contains("revoked for good") && page.contains("Revoked"), "{page}");
        assert_eq!(manager.send(&here, &format!("{here}/revoke"), &revoke("Sold on")).await.status, 409, "twice");
        let hers = office.of("Maria Gonzalez").await;
        assert!(hers.page(&format!("/keys/{key}")).await.contains("Sold on"));

        let end = |department: &str, why: &str| pairs(&[("department", department), ("end_reason", why)]);
        let [ours, theirs] = [0, 1].map(|at: usize| office.city.departments[at].to_string());
        let terminate = format!("{here}/terminate");
        complains(&manager.send(&here, &terminate, &end(&ours, " ")).await, "end_reason", "Say why", &[]);
        for foreign in [theirs.as_str(), NOTHING, "x"] {
            assert_eq!(manager.send(&here, &terminate, &end(foreign, "Over")).await.status, 404, "{foreign}");
        }
        let page = manager.follow(&manager.send(&here, &terminate, &end(&ours, "The feed is gone.")).await).await;
        assert!(page.contains("Its keys no longer work") && page.contains("Terminated"), "{page}");
        assert!(!page.contains(&format!("{here}/suspend")), "nothing is left to suspend: {page}");
        let late = manager.send(&here, &terminate, &end(&ours, "Once more.")).await;
        assert!(late.status == 409 && late.body.contains("Once more."), "{}", late.body);
    }
}

#[actix_web::test]
async fn a_manager_on_the_holders_side_only_reads() {
    for office in offices() {
        let mut office = office;
        for name in ["Second Manager", "Maria Gonzalez"] {
            office.city.desk.join(&office.caller(name), "Harbor Labs");
        }
        office.city.maria = office.caller("Maria Gonzalez");
        let agreement = office.executed(&["parking"]);
        office.appoint("Maria Gonzalez", Role::Manager, 0);
        let here = path(&agreement);
        for name in ["Second Manager", "Maria Gonzalez"] {
            let browser = office.of(name).await;
            let page = browser.page(&here).await;
            for act in ["suspend", "revoke", "terminate"] {
                assert!(!page.contains(&format!("action=\"{here}/{act}\"")), "{name} {act}: {page}");
            }
            let fields = pairs(&[("target", "agreement"), ("reason", "misuse"), ("explanation", "Mine")]);
            let refused = browser.send(&here, &format!("{here}/suspend"), &fields).await;
            assert_eq!((refused.status, refused.body.contains("Mine")), (403, true), "{name}: {}", refused.body);
        }
        assert_eq!(in_force(&office), 0);
    }
}
