//! Appeals from every kind of decision, from filing to what the decision does, on both databases.

use std::io::Read as _;

use sha2::{Digest as _, Sha256};

use super::desk::{self, Ruled};
use super::{Wish, file, list, one, packet, prospect, withdraw};
use crate::cases::apply_tests::{City, approve, cities, code, deny, draft, item, submit};
use crate::cases::enforce::{self, Suspension};
use crate::cases::keys::form::KeyForm;
use crate::cases::{Caller, CaseError, Desk, agree, apply, keys, review, terms};
use crate::domain::agreement::Agreement;
use crate::domain::appeal::{Appeal, Appealed, Outcome};
use crate::domain::application::State;
use crate::domain::audit::{Hash, hex};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, ApplicationId, HoldId, KeyId};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::terms::TermsFamily;
use crate::store::{agreements, appeals, applications, audit, holds, outbox};

struct Town {
    city: City,
    clerk: Caller,
}

fn towns() -> Vec<Town> {
    let with_clerk = |city: City| {
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        Town { city, clerk }
    };
    cities().into_iter().map(with_clerk).collect()
}

impl Town {
    fn desk(&self) -> &Desk {
        &self.city.desk.desk
    }

    fn manager(&self) -> &Caller {
        &self.city.managers[0]
    }

    fn denied(&self, slugs: &[&str]) -> ApplicationId {
        let id = draft(&self.city, slugs);
        submit(&self.city, id);
        deny(&self.city, self.manager(), id, slugs[0]);
        id
    }

    fn agreement_on(&self, slug: &str) -> Agreement {
        let id = draft(&self.city, &[slug]);
        submit(&self.city, id);
        let State::Executed { agreement, .. } = approve(&self.city, self.manager(), id, slug).unwrap() else {
            panic!()
        };
        self.agreement(agreement)
    }

    fn agreement(&self, id: AgreementId) -> Agreement {
        self.desk().read(|conn| agreements::by_id(conn, id)).unwrap()
    }

    fn sign(&self, id: ApplicationId, offered: AgreementId) {
        let terms = terms::current(self.desk(), TermsFamily::Standard).unwrap();
        let signature = apply::Signature {
            reviewed: String::new(),
            terms: terms.id.to_string(),
            terms_hash: terms.hash.to_string(),
            text_hash: self.agreement(offered).text_hash,
            name: "Maria Gonzalez".to_owned(),
            title: "Owner".to_owned(),
            has_authority: true,
            consents: true,
            declarations: Vec::new(),
        };
        apply::sign(self.desk(), &self.city.maria, id, &signature).unwrap();
    }

    fn key(&self, agreement: AgreementId) -> KeyId {
        let form = KeyForm { name: "Map".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        keys::create(self.desk(), &self.city.maria, agreement, &wish).unwrap().key.id
    }

    fn hold(&self, by: &Caller, target: HoldTarget) -> HoldId {
        let explanation = "500 refused calls.".to_owned();
        let wish = Suspension { target, reason: HoldReason::Misuse, explanation, case: None };
        enforce::suspend(self.desk(), by, &wish).unwrap().id
    }

    fn try_file(&self, by: &Caller, of: Appealed) -> Result<Appeal, CaseError> {
        let wish = Wish { of, grounds: "It is wrong.".to_owned(), wanted: "Change it.".to_owned() };
        file(self.desk(), by, &wish)
    }

    fn filed(&self, of: Appealed) -> Appeal {
        self.try_file(&self.city.maria, of).unwrap()
    }

    fn ready(&self, of: Appealed) -> Appeal {
        let appeal = self.filed(of);
        desk::acknowledge(self.desk(), &self.clerk, appeal.id, "").unwrap();
        desk::compile(self.desk(), &self.clerk, appeal.id).unwrap()
    }

    fn rule(&self, by: &Caller, appeal: &Appeal, outcome: Outcome) -> Result<Appeal, CaseError> {
        let ruled =
            Ruled { outcome, reasons: "As the record shows.".to_owned(), instructions: "Look again.".to_owned() };
        desk::decide(self.desk(), by, appeal.id, &ruled)
    }

    fn effect(&self, of: Appealed, outcome: Outcome) -> String {
        let decided = self.rule(&self.clerk, &self.ready(of), outcome).unwrap();
        let crate::domain::appeal::AppealState::Decided { ruling } = decided.state else { panic!("{decided:?}") };
        ruling.effect
    }

    fn state(&self, id: ApplicationId) -> State {
        self.desk().read(|conn| applications::by_id(conn, id)).unwrap().state
    }

    fn denial(&self, id: ApplicationId, slug: &str) -> Appealed {
        Appealed::Denial { application: id, item: item(&self.city, id, slug) }
    }

    fn days_on(&self, days: i64) {
        self.desk().clock.set(self.desk().clock.now() + chrono::TimeDelta::days(days));
    }

    fn told(&self, address: &str, kind: NoticeKind) -> usize {
        let all = self.desk().read(|conn| outbox::newest(conn, Some(address), 500)).unwrap();
        all.iter().filter(|message| message.kind == kind).count()
    }
}

const MARIA: &str = "maria.gonzalez@people.example";
const CLERK: &str = "clara.clerk@people.example";

#[test]
fn a_reversed_denial_opens_the_dataset_and_somebody_else_decides() {
    for town in towns() {
        let id = town.denied(&["parking"]);
        assert_eq!(town.state(id).as_str(), "denied");
        let before = town.desk().read(audit::head).unwrap().number;
        let appeal = town.filed(town.denial(id, "parking"));
        assert_eq!((appeal.number.as_str(), appeal.version), ("APL-2026-0001", 1));
        assert_eq!(town.desk().read(audit::head).unwrap().number, before + 1, "one entry an act");
        assert_eq!((town.told(MARIA, NoticeKind::AppealReceived), town.told(CLERK, NoticeKind::AppealFiled)), (1, 1));
        desk::acknowledge(town.desk(), &town.clerk, appeal.id, "We have it.").unwrap();
        assert_eq!(code(&town.rule(&town.clerk, &appeal, Outcome::Reversed).unwrap_err()), "wrong_state");
        desk::compile(town.desk(), &town.clerk, appeal.id).unwrap();
        let decided = town.rule(&town.clerk, &appeal, Outcome::Reversed).unwrap();
        assert_eq!(decided.state.as_str(), "reversed");
        assert_eq!(town.state(id).as_str(), "submitted", "it is open again");
        assert_eq!(town.told(MARIA, NoticeKind::AppealDecided), 1);
        assert_eq!(code(&approve(&town.city, town.manager(), id, "parking").unwrap_err()), "recused");
        let state = approve(&town.city, &town.city.second, id, "parking").unwrap();
        assert_eq!(state.as_str(), "executed", "the signature given at submission covers it");
        let again = town.try_file(&town.city.maria, town.denial(id, "parking")).unwrap_err();
        assert_eq!(code(&again), "nothing_to_appeal");
    }
}

#[test]
fn sent_back_the_same_people_may_decide_and_affirmed_nothing_moves() {
    for town in towns() {
        let id = town.denied(&["parking"]);
        town.effect(town.denial(id, "parking"), Outcome::Remanded);
        town.days_on(1);
        deny(&town.city, town.manager(), id, "parking");
        assert_eq!(town.effect(town.denial(id, "parking"), Outcome::Affirmed), "Nothing changes.", "a new decision");
        assert_eq!(town.state(id).as_str(), "denied");
        let closed = town.try_file(&town.city.maria, town.denial(id, "parking")).unwrap_err();
        assert_eq!(code(&closed), "already_appealed");
    }
}

#[test]
fn a_decision_has_one_open_appeal_and_the_second_is_told_its_number() {
    for town in towns() {
        let id = town.denied(&["parking"]);
        let of = town.denial(id, "parking");
        let known = prospect(town.desk(), &town.city.maria, of).unwrap();
        assert!(known.known.is_none() && !known.is_late);
        let first = town.filed(of);
        let CaseError::Refused(refusal) = town.try_file(&town.city.maria, of).unwrap_err() else { panic!() };
        assert!(refusal.code == "appeal_open" && refusal.detail.contains(&first.number), "{refusal}");
        let twin =
            Appeal { id: town.desk().new_id(first.filed_at), number: "APL-2026-0009".to_owned(), ..first.clone() };
        let taken = town.desk().store.write(|conn| appeals::insert(conn, &twin));
        assert!(matches!(taken, Err(crate::store::StoreError::Taken)), "the database says so too: {taken:?}");
        assert_eq!(withdraw(town.desk(), &town.city.maria, first.id, "").unwrap().state.as_str(), "withdrawn");
        assert_eq!(town.filed(of).number, "APL-2026-0002", "taken back, it can be filed again");
        let once = Caller { idempotency: Some("one".to_owned()), ..town.city.maria.clone() };
        let other = town.denied(&["parking"]);
        let (a, b) =
            (town.try_file(&once, town.denial(other, "parking")), town.try_file(&once, town.denial(other, "parking")));
        assert_eq!(a.unwrap().id, b.unwrap().id, "sent twice, filed once");
    }
}

#[test]
fn strangers_hear_that_there_is_nothing_and_who_decided_before_keeps_out() {
    for town in towns() {
        let id = town.denied(&["parking"]);
        let of = town.denial(id, "parking");
        let stranger = town.city.desk.person("Sam Stranger", &[]);
        for who in [&stranger, town.manager(), &town.clerk] {
            assert!(matches!(town.try_file(who, of), Err(CaseError::Missing)));
            assert!(matches!(prospect(town.desk(), who, of), Err(CaseError::Missing)));
        }
        let appeal = town.filed(of);
        for who in [&stranger, town.manager()] {
            assert!(matches!(one(town.desk(), who, appeal.id), Err(CaseError::Missing)));
            assert!(matches!(packet(town.desk(), who, appeal.id), Err(CaseError::Missing)));
            assert!(matches!(desk::read(town.desk(), who, appeal.id), Err(CaseError::Missing)));
            assert!(matches!(desk::list(town.desk(), who, true), Err(CaseError::Missing)));
            assert!(matches!(town.rule(who, &appeal, Outcome::Affirmed), Err(CaseError::Missing)));
        }
        assert_eq!(list(town.desk(), &stranger).unwrap().len(), 0);
        let agreement = town.agreement_on("parking");
        let hold = town.hold(&town.clerk, HoldTarget::Agreement(agreement.id));
        let own = town.filed(Appealed::Suspension { hold });
        let before = town.desk().read(audit::head).unwrap();
        let refused = desk::acknowledge(town.desk(), &town.clerk, own.id, "").unwrap_err();
        assert_eq!(code(&refused), "decided_before");
        assert_eq!(town.desk().read(audit::head).unwrap(), before, "a refused act leaves nothing behind");
    }
}

#[test]
fn a_denial_in_an_offer_closes_the_offer_and_conditions_can_be_appealed() {
    for town in towns() {
        let id = draft(&town.city, &["parking", "air-quality"]);
        submit(&town.city, id);
        let condition = Condition {
            text: "Show the city's name.".to_owned(),
            kind: ConditionKind::Promise,
            basis: "Policy 4".to_owned(),
            is_precedent: false,
        };
        let parking = item(&town.city, id, "parking");
        let decided = review::Decided::Approve(vec![condition]);
        review::decide(town.desk(), town.manager(), id, parking, decided, "With a condition.").unwrap();
        let state = deny(&town.city, &town.city.managers[1], id, "air-quality");
        let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
        town.effect(town.denial(id, "air-quality"), Outcome::Modified);
        assert_eq!((town.state(id).as_str(), town.agreement(agreement).state.as_str()), ("submitted", "closed"));
        let of = Appealed::Conditions { application: id, item: parking };
        town.effect(of, Outcome::Reversed);
        assert_eq!(code(&approve(&town.city, town.manager(), id, "parking").unwrap_err()), "recused");
        approve(&town.city, &town.city.second, id, "parking").unwrap();
        apply::withdraw(town.desk(), &town.city.maria, id, "").unwrap();
        assert_eq!(code(&town.try_file(&town.city.maria, of).unwrap_err()), "nothing_to_appeal");
    }
}

#[test]
fn what_is_in_force_stays_so_until_the_amended_agreement_takes_its_place() {
    for town in towns() {
        let id = draft(&town.city, &["parking", "air-quality"]);
        submit(&town.city, id);
        approve(&town.city, town.manager(), id, "parking").unwrap();
        let state = deny(&town.city, &town.city.managers[1], id, "air-quality");
        let State::Offered { agreement: first, .. } = state else { panic!("{state:?}") };
        town.sign(id, first);
        assert!(town.agreement(first).is_live(town.desk().clock.now()));
        let effect = town.effect(town.denial(id, "air-quality"), Outcome::Remanded);
        assert!(effect.contains("stays so until"), "{effect}");
        assert!(town.agreement(first).is_live(town.desk().clock.now()), "nothing is taken away meanwhile");
        let state = approve(&town.city, &town.city.managers[1], id, "air-quality").unwrap();
        let second = if let State::Executed { agreement, .. } = state {
            agreement
        } else {
            let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
            town.sign(id, agreement);
            agreement
        };
        assert_eq!(town.agreement(first).state.as_str(), "superseded");
        assert_eq!(town.agreement(second).schedules.len(), 2, "both datasets");
    }
}

#[test]
fn a_reversed_suspension_lifts_its_hold_and_no_other() {
    for town in towns() {
        let agreement = town.agreement_on("parking");
        let key = town.key(agreement.id);
        let (first, second) =
            (town.hold(town.manager(), HoldTarget::Key(key)), town.hold(town.manager(), HoldTarget::Key(key)));
        let effect = town.effect(Appealed::Suspension { hold: first }, Outcome::Remanded);
        assert!(effect.contains("stays in force"), "{effect}");
        town.effect(Appealed::Suspension { hold: second }, Outcome::Reversed);
        let left: Vec<_> = town.desk().read(holds::all_in_force).unwrap().into_iter().map(|hold| hold.id).collect();
        assert_eq!(left, [first]);
        let person = town.hold(&town.clerk, HoldTarget::Requester(town.city.maria.actor.account.unwrap()));
        let appeal = town.filed(Appealed::Suspension { hold: person });
        let parts = packet(town.desk(), &town.city.maria, appeal.id).unwrap().parts;
        assert!(parts.iter().any(|part| part.name == "08-audit.json"), "before the clerk compiled anything");
        let paused = enforce::pause(town.desk(), &town.city.maria, HoldTarget::Key(key), "").unwrap();
        let own = town.try_file(&town.city.maria, Appealed::Suspension { hold: paused.id }).unwrap_err();
        assert_eq!(code(&own), "nothing_to_appeal");
    }
}

#[test]
fn a_revoked_key_stays_dead_and_a_new_one_can_be_made_and_an_ended_agreement_lives_again() {
    for town in towns() {
        let agreement = town.agreement_on("parking");
        let key = town.key(agreement.id);
        let of = Appealed::Revocation { key };
        assert_eq!(code(&town.try_file(&town.city.maria, of).unwrap_err()), "nothing_to_appeal");
        keys::revoke_as_manager(town.desk(), town.manager(), key, "It leaked.").unwrap();
        let effect = town.effect(of, Outcome::Reversed);
        assert!(effect.contains("new key") && effect.contains(&agreement.number), "{effect}");
        town.key(agreement.id);

        let of = Appealed::Termination { agreement: agreement.id };
        let department = Some(town.city.departments[0]);
        agree::terminate(town.desk(), town.manager(), agreement.id, department, "Not kept.").unwrap();
        assert!(!town.agreement(agreement.id).is_live(town.desk().clock.now()));
        let effect = town.effect(of, Outcome::Reversed);
        assert!(effect.contains("in force again"), "{effect}");
        assert!(town.agreement(agreement.id).is_live(town.desk().clock.now()));
        agree::terminate(town.desk(), &town.city.maria, agreement.id, None, "I stop.").unwrap();
        assert_eq!(code(&town.try_file(&town.city.maria, of).unwrap_err()), "nothing_to_appeal", "their own act");
    }
}

#[test]
fn a_late_appeal_is_taken_in_and_the_clerk_says_with_a_reason_whether_it_is_heard() {
    for town in towns() {
        let (one, other) = (town.denied(&["parking"]), town.denied(&["parking"]));
        town.days_on(16);
        assert!(prospect(town.desk(), &town.city.maria, town.denial(one, "parking")).unwrap().is_late);
        let heard = town.filed(town.denial(one, "parking"));
        let closed = town.filed(town.denial(other, "parking"));
        let (desk, clerk) = (town.desk(), &town.clerk);
        assert_eq!(code(&desk::acknowledge(desk, clerk, heard.id, "").unwrap_err()), "late_undecided");
        assert!(matches!(desk::admit(desk, clerk, heard.id, " "), Err(CaseError::Invalid(_))));
        desk::admit(desk, clerk, heard.id, "The letter came back.").unwrap();
        desk::acknowledge(desk, clerk, heard.id, "").unwrap();
        assert_eq!(desk::turn_away(desk, clerk, closed.id, "Four months.").unwrap().state.as_str(), "not_heard");
        let again = town.try_file(&town.city.maria, town.denial(other, "parking")).unwrap_err();
        assert_eq!(code(&again), "already_appealed");
        let open = desk::list(desk, clerk, false).unwrap();
        assert_eq!(open.iter().map(|appeal| appeal.id).collect::<Vec<_>>(), [heard.id]);
        assert_eq!(desk::list(desk, clerk, true).unwrap().len(), 2);
        desk::compile(desk, clerk, heard.id).unwrap();
        let closed_day = desk::set_hearing(desk, clerk, heard.id, "2026-12-25".parse().unwrap(), "10 AM");
        assert!(matches!(closed_day, Err(CaseError::Invalid(_))), "the offices are closed");
        let set = desk::set_hearing(desk, clerk, heard.id, "2026-12-22".parse().unwrap(), "10 AM, City Hall").unwrap();
        assert_eq!(set.state.as_str(), "hearing_set");
    }
}

#[test]
fn the_packet_is_the_record_as_compiled_with_the_hash_of_each_part_and_no_private_note() {
    for town in towns() {
        let id = draft(&town.city, &["parking"]);
        submit(&town.city, id);
        review::note(town.desk(), town.manager(), id, town.city.departments[0], "Between us only.").unwrap();
        deny(&town.city, town.manager(), id, "parking");
        let appeal = town.ready(town.denial(id, "parking"));
        let made = packet(town.desk(), &town.city.maria, appeal.id).unwrap();
        assert!(made.is_compiled && made.parts == appeal.record);
        town.rule(&town.clerk, &appeal, Outcome::Affirmed).unwrap();
        let after = packet(town.desk(), &town.clerk, appeal.id).unwrap();
        assert_eq!(after.bytes, made.bytes, "what happened since does not change it");
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(made.bytes)).unwrap();
        let mut text = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let sums = text("SHA256SUMS");
        let manifest: serde_json::Value = serde_json::from_str(&text("manifest.json")).unwrap();
        assert_eq!(manifest["parts"].as_array().unwrap().len(), made.parts.len());
        for part in &made.parts {
            let body = text(&part.name);
            let sum: Hash = Sha256::digest(body.as_bytes()).into();
            assert!(sums.contains(&format!("{}  {}", hex(&sum), part.name)), "{}", part.name);
            assert!(!body.contains("Between us only.") && !body.contains("192.0.2.7"), "{}: {body}", part.name);
        }
        assert!(text("03-decision.txt").contains("Hourly data will do."));
        assert!(text("01-notice-of-appeal.txt").contains("Freedom of Information Commission"));
        assert!(text("07-notices.json").contains("denied") && text("08-audit.json").contains("application.decide"));
    }
}

#[test]
fn the_clerks_are_reminded_once_before_the_day_and_once_after() {
    for town in towns() {
        let id = town.denied(&["parking"]);
        town.filed(town.denial(id, "parking"));
        assert_eq!(desk::remind_of_due(town.desk()).unwrap(), 0);
        for (days, expected) in [(26, 1), (1, 0), (10, 1), (1, 0)] {
            town.days_on(days);
            assert_eq!(desk::remind_of_due(town.desk()).unwrap(), expected, "{days} days on");
        }
        assert_eq!(town.told(CLERK, NoticeKind::AppealDue), 2);
    }
}
