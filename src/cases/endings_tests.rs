//! Renewal, certificates of destruction and later terms, on both databases, from the end that comes near to what is owed
//! after it.

use std::collections::BTreeMap;

use super::again;
use super::appeals::{self, Wish, desk as appeal_desk};
use super::apply::{Signature, Wanted};
use super::apply_tests::{City, approve, cities, code, draft, item, submit};
use super::catalogue::{self, Edit};
use super::destruction::{self, Done, Signed};
use super::enforce::{self, Suspension};
use super::keys::{self, KeyForm};
use super::review::{self, Decided};
use super::terms::{self, NewTerms};
use super::{Caller, agree, apply, renewal, reterms};
use crate::domain::agreement::{Agreement, AgreementState};
use crate::domain::appeal::{Appealed, Outcome};
use crate::domain::application::State;
use crate::domain::hold::{Hold, HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, ApplicationId, RenewalId};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::renewal::{Attestation, RenewalState};
use crate::domain::review::{Condition, ConditionKind};
use crate::domain::terms::{TermsFamily, TermsVersion};
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::store::{agreements, holds, outbox, terms as kept};

fn executed(state: &State) -> AgreementId {
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    *agreement
}

fn read(city: &City, id: AgreementId) -> Agreement {
    city.desk.desk.read(|conn| agreements::by_id(conn, id)).unwrap()
}

fn end_of(city: &City, id: AgreementId) -> Instant {
    read(city, id).execution().unwrap().ends_at
}

fn set(city: &City, at: Instant) {
    city.desk.desk.clock.set(at);
}

fn days_before_end(city: &City, id: AgreementId, days: i64) {
    set(city, end_of(city, id) - chrono::Duration::days(days));
}

fn mails(city: &City, kind: NoticeKind) -> Vec<outbox::Message> {
    let all = city.desk.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
    all.into_iter().filter(|message| message.kind == kind).collect()
}

fn signed(city: &City, terms: &TermsVersion, (reviewed, text_hash): (String, &str)) -> Signature {
    Signature {
        reviewed,
        terms: terms.id.to_string(),
        terms_hash: terms.hash.to_string(),
        text_hash: text_hash.to_owned(),
        name: "Maria Gonzalez".to_owned(),
        title: "Owner".to_owned(),
        has_authority: true,
        consents: true,
        declarations: city.desk.desk.profile.declarations.iter().map(|one| one.id.as_str().to_owned()).collect(),
    }
}

/// An agreement on parking with a promise, signed by Maria.
fn promised(city: &City) -> (ApplicationId, AgreementId) {
    let desk = &city.desk.desk;
    let id = draft(city, &["parking"]);
    submit(city, id);
    let text = "Publish no single bay.".to_owned();
    let promise = Condition { text, kind: ConditionKind::Promise, basis: String::new(), is_precedent: false };
    let decided = Decided::Approve(vec![promise]);
    review::decide(desk, &city.managers[0], id, item(city, id, "parking"), decided, "Fine so.").unwrap();
    let offer = agree::offer(desk, &city.maria, id).unwrap();
    let reviewed = offer.application.reviewed_digest();
    let signature = signed(city, &offer.terms, (reviewed, &offer.offered.agreement.text_hash));
    (id, executed(&apply::sign(desk, &city.maria, id, &signature).unwrap()))
}

fn key(city: &City, agreement: AgreementId) -> crate::domain::key::Key {
    let scopes = vec!["parking:read".to_owned()];
    let form = KeyForm { name: "app".to_owned(), scopes, ..KeyForm::default() };
    let wish = form.read(city.desk.desk.profile.zone).unwrap();
    keys::create(&city.desk.desk, &city.maria, agreement, &wish).unwrap().key
}

/// Opens a renewal, attests and signs.
fn renewed(city: &City, agreement: AgreementId) -> RenewalId {
    let desk = &city.desk.desk;
    let opened = renewal::open(desk, &city.maria, agreement).unwrap();
    let all = 0..opened.questions.len();
    let met = Attestation { is_met: true, text: "We show streets.".to_owned() };
    let given: BTreeMap<usize, Attestation> = all.map(|at| (at, met.clone())).collect();
    let contacts = [("incident_contact".to_owned(), "oncall@people.example".to_owned())];
    renewal::answer(desk, &city.maria, opened.id, &given, &contacts, None).unwrap();
    sign_renewal(city, opened.id).unwrap();
    opened.id
}

fn sign_renewal(city: &City, id: RenewalId) -> Result<RenewalState, super::CaseError> {
    let desk = &city.desk.desk;
    let review = renewal::review(desk, &city.maria, id).unwrap();
    let signature = signed(city, &review.draft.terms, (review.renewal.reviewed_digest(), &review.draft.hash));
    renewal::sign(desk, &city.maria, id, &signature).map(|renewal| renewal.state)
}

fn new_terms(city: &City, is_material: bool) -> TermsVersion {
    let known = city.desk.desk.read(|conn| kept::versions(conn, TermsFamily::Standard)).unwrap();
    let clause = 90 + known.len();
    let markdown = format!("{}\n\n## ({clause}) More\n\nSomething new.\n", known[0].markdown);
    let title = "Standard terms".to_owned();
    let new = NewTerms { family: TermsFamily::Standard, title, markdown, is_material, effective_at: None };
    terms::publish(&city.desk.desk, &Caller::service("terms publish"), &new).unwrap()
}

fn held(city: &City, id: AgreementId) -> Vec<Hold> {
    city.desk.desk.read(|conn| holds::in_force(conn, HoldTarget::Agreement(id))).unwrap()
}

fn suspend(city: &City, id: AgreementId) {
    let (target, explanation) = (HoldTarget::Agreement(id), "Odd calls.".to_owned());
    let wish = Suspension { target, reason: HoldReason::Misuse, explanation, case: None };
    enforce::suspend(&city.desk.desk, &city.managers[0], &wish).unwrap();
}

#[test]
fn a_renewal_is_attested_signed_and_confirmed_and_keys_and_holds_go_along() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (application, old) = promised(&city);
        days_before_end(&city, old, 61);
        assert_eq!(code(&renewal::open(desk, &city.maria, old).unwrap_err()), "renewal_too_early");
        assert!(!renewal::prospect(desk, &read(&city, old)).unwrap().is_open);
        days_before_end(&city, old, 20);
        let key = key(&city, old);
        suspend(&city, old);
        let placed = held(&city, old)[0].id;
        let id = renewed(&city, old);
        assert_eq!(renewal::open(desk, &city.maria, old).unwrap().id, id, "a pending one is given back");
        assert_eq!(mails(&city, NoticeKind::RenewalToConfirm).len(), 4, "the office, its managers and its reviewer");
        assert!(read(&city, old).is_live(desk.clock.now()), "the old one stays in force");
        let stranger = &city.managers[1];
        let department = city.departments[0];
        assert_eq!(code(&renewal::for_staff(desk, stranger, id).unwrap_err()), "missing");
        assert_eq!(code(&renewal::confirm(desk, stranger, id, department).unwrap_err()), "missing");
        assert_eq!(code(&renewal::confirm(desk, &city.reviewer, id, department).unwrap_err()), "missing");
        let done = renewal::confirm(desk, &city.managers[0], id, department).unwrap();
        let RenewalState::Done { agreement: new, .. } = done.state else { panic!("{done:?}") };
        assert!(matches!(read(&city, old).state, AgreementState::Superseded { by, .. } if by == new));
        let renewed = read(&city, new);
        assert_eq!((renewed.number.as_str(), renewed.previous), ("DSA-2026-0001.2", Some(old)));
        assert_eq!(end_of(&city, new).date_naive().to_string(), "2028-11-24", "twelve months from the old last day");
        let carried = desk.read(|conn| crate::store::keys::by_id(conn, key.id)).unwrap();
        assert_eq!(carried.key.agreement, new);
        assert_eq!(held(&city, new).len(), 1, "a renewal is no way out of a suspension");
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let lift = || desk.act(&clerk, |work| enforce::lift_on_appeal(work, placed, "Nothing was odd."));
        assert!(lift().unwrap() && held(&city, new).is_empty(), "what it became is lifted with it");
        assert!(held(&city, old).is_empty() && !lift().unwrap(), "once");
        let next = again::reopen(desk, &city.maria, application).unwrap();
        let next = desk.read(|conn| crate::store::applications::by_id(conn, next)).unwrap();
        assert_eq!(next.amends, Some(new), "an amendment is of the agreement in force");
        let entries = desk.read(|conn| crate::store::audit::after(conn, 0, 1_000)).unwrap();
        let acts: Vec<_> = entries.iter().map(|entry| entry.act.as_str()).collect();
        for act in ["renewal.open", "renewal.answer", "renewal.sign", "renewal.confirm", "renewal.complete"] {
            assert!(acts.contains(&act), "{act}");
        }
        days_before_end(&city, new, 30);
        let again = renewal::open(desk, &city.maria, new).unwrap();
        assert_eq!(again.contacts.get("incident_contact"), "oncall@people.example", "as confirmed the last time");
    }
}

#[test]
fn registered_data_is_renewed_with_the_signature_and_restricted_data_by_two() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["bike-share"]);
        let plain = executed(&submit(&city, id));
        let id = draft(&city, &["cameras"]);
        submit(&city, id);
        approve(&city, &city.managers[0], id, "cameras").unwrap();
        let strict = executed(&approve(&city, &city.second, id, "cameras").unwrap());
        days_before_end(&city, plain, 10);
        let done = renewal::one(desk, &city.maria, renewed(&city, plain)).unwrap();
        assert_eq!(done.state.as_str(), "done", "nobody has to confirm it");
        let id = renewed(&city, strict);
        let confirm = |who: &Caller| renewal::confirm(desk, who, id, city.departments[0]);
        assert_eq!(confirm(&city.managers[0]).unwrap().state.as_str(), "signed");
        assert_eq!(code(&confirm(&city.managers[0]).unwrap_err()), "second_person_needed");
        assert_eq!(confirm(&city.second).unwrap().state.as_str(), "done");
    }
}

#[test]
fn what_changed_after_the_signature_is_signed_again_and_what_became_restricted_is_not_renewed() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, old) = promised(&city);
        days_before_end(&city, old, 20);
        let id = renewed(&city, old);
        new_terms(&city, false);
        let returned = renewal::confirm(desk, &city.managers[0], id, city.departments[0]).unwrap();
        assert!(matches!(returned.state, RenewalState::Open { returned: Some(_) }), "{returned:?}");
        assert_eq!(mails(&city, NoticeKind::RenewalMoved).len(), 1);
        assert_eq!(sign_renewal(&city, id).unwrap().as_str(), "signed");
        let version = catalogue::for_staff(desk, &city.managers[0], "parking").unwrap().version;
        catalogue::edit(desk, &city.managers[0], "parking", Edit::Tier(Tier::Restricted), version).unwrap();
        let refused = renewal::confirm(desk, &city.managers[0], id, city.departments[0]).unwrap_err();
        assert_eq!(code(&refused), "tier_changed");
        renewal::refuse(desk, &city.managers[0], id, city.departments[0], "Apply anew for tier 3.").unwrap();
        assert_eq!(renewal::one(desk, &city.maria, id).unwrap().state.as_str(), "refused");
    }
}

#[test]
fn a_refusal_that_an_appeal_reverses_is_open_again_as_it_was_signed_even_after_the_end() {
    for (city, is_late) in cities().into_iter().zip([false, true]).chain(cities().into_iter().zip([true, false])) {
        let desk = &city.desk.desk;
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let (_, old) = promised(&city);
        days_before_end(&city, old, 20);
        let id = renewed(&city, old);
        let of = Appealed::NotRenewed { renewal: id };
        let wish = Wish { of, grounds: "We kept to it.".to_owned(), wanted: String::new() };
        assert_eq!(code(&appeals::file(desk, &city.maria, &wish).unwrap_err()), "nothing_to_appeal");
        renewal::refuse(desk, &city.managers[0], id, city.departments[0], "Too many calls.").unwrap();
        let stranger = city.desk.person("Omar Stranger", &[]);
        assert!(matches!(appeals::file(desk, &stranger, &wish), Err(super::CaseError::Missing)));
        let appeal = appeals::file(desk, &city.maria, &wish).unwrap();
        assert_eq!(appeal.contested.office, Some(city.departments[0]));
        appeal_desk::acknowledge(desk, &clerk, appeal.id, "").unwrap();
        appeal_desk::compile(desk, &clerk, appeal.id).unwrap();
        if is_late {
            days_before_end(&city, old, -5);
            agree::expire_agreements(desk).unwrap();
        }
        let ruled = appeal_desk::Ruled {
            outcome: Outcome::Reversed,
            reasons: "They did.".to_owned(),
            instructions: String::new(),
        };
        let ruled = appeal_desk::decide(desk, &clerk, appeal.id, &ruled).unwrap();
        assert_eq!(ruled.state.as_str(), "reversed");
        let confirm = |who: &Caller| renewal::confirm(desk, who, id, city.departments[0]);
        assert_eq!(code(&confirm(&city.managers[0]).unwrap_err()), "decided_before");
        let done = confirm(&city.second).unwrap();
        let RenewalState::Done { agreement, .. } = done.state else { panic!("{done:?}") };
        assert!(read(&city, agreement).is_live(desk.clock.now()), "late: {is_late}");
    }
}

#[test]
fn the_old_agreement_ends_on_its_day_and_a_signed_renewal_can_still_be_confirmed() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, old) = promised(&city);
        let (_, unsigned) = promised(&city);
        days_before_end(&city, old, 5);
        suspend(&city, old);
        let (id, open) = (renewed(&city, old), renewal::open(desk, &city.maria, unsigned).unwrap().id);
        assert_eq!(
            (renewal::clocks::remind(desk).unwrap(), renewal::clocks::remind(desk).unwrap()),
            (1, 0),
            "within seven days"
        );
        days_before_end(&city, old, 1);
        assert_eq!(
            (renewal::clocks::remind(desk).unwrap(), renewal::clocks::remind(desk).unwrap()),
            (1, 0),
            "and one day before"
        );
        set(&city, end_of(&city, old));
        assert_eq!(agree::expire_agreements(desk).unwrap(), 2);
        assert_eq!((renewal::clocks::lapse_due(desk).unwrap(), renewal::clocks::lapse_due(desk).unwrap()), (1, 0));
        assert_eq!(renewal::one(desk, &city.maria, open).unwrap().state.as_str(), "lapsed");
        assert_eq!(destruction::mine(desk, &city.maria, old).unwrap().state.as_str(), "owed");
        let done = renewal::confirm(desk, &city.managers[0], id, city.departments[0]).unwrap();
        let RenewalState::Done { agreement: new, .. } = done.state else { panic!("{done:?}") };
        assert!(matches!(read(&city, old).state, AgreementState::Expired { .. }), "it ended, and stays so");
        assert!(read(&city, new).is_live(desk.clock.now()));
        assert_eq!(held(&city, new).len(), 1, "what was suspended is so in the new one");
        assert_eq!(destruction::mine(desk, &city.maria, old).unwrap().state.as_str(), "released");
        let late = renewed_late(&city);
        set(&city, desk.clock.now() + chrono::Duration::days(36));
        assert_eq!(renewal::clocks::lapse_due(desk).unwrap(), 1, "nobody confirmed it");
        assert_eq!(renewal::one(desk, &city.maria, late).unwrap().state.as_str(), "lapsed");
    }
}

/// A renewal signed five days before an end.
fn renewed_late(city: &City) -> RenewalId {
    let (_, agreement) = promised(city);
    days_before_end(city, agreement, 5);
    renewed(city, agreement)
}

#[test]
fn an_agreement_ended_otherwise_closes_its_renewal() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, agreement) = promised(&city);
        days_before_end(&city, agreement, 5);
        let id = renewed(&city, agreement);
        agree::terminate(desk, &city.maria, agreement, None, "The app is closed.").unwrap();
        let again = agree::terminate(desk, &city.maria, agreement, None, "Not\u{202e} readable.").unwrap_err();
        assert_eq!(code(&again), "wrong_state", "what it is comes before what was typed");
        assert_eq!(renewal::one(desk, &city.maria, id).unwrap().state.as_str(), "lapsed");
        let late = renewal::confirm(desk, &city.managers[0], id, city.departments[0]).unwrap_err();
        assert_eq!(code(&late), "wrong_state");
        assert_eq!(code(&renewal::open(desk, &city.maria, agreement).unwrap_err()), "renewal_not_live");
    }
}

fn done() -> Done {
    let (method, scope) = ("Overwritten twice.".to_owned(), "The database and its backups.".to_owned());
    Done { method, scope, exceptions: String::new() }
}

fn certify(city: &City, id: AgreementId) -> Result<&'static str, super::CaseError> {
    let desk = &city.desk.desk;
    let text_hash = destruction::draft(desk, &city.maria, id, &done()).unwrap().hash;
    let (name, title) = ("Maria Gonzalez".to_owned(), "Owner".to_owned());
    let signed = Signed { text_hash, name, title, has_authority: true, consents: true };
    destruction::certify(desk, &city.maria, id, &done(), &signed).map(|known| known.state.as_str())
}

#[test]
fn a_certificate_is_owed_reminded_of_signed_asked_again_and_accepted() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, id) = promised(&city);
        agree::terminate(desk, &city.maria, id, None, "The app is closed.").unwrap();
        let owed = destruction::mine(desk, &city.maria, id).unwrap();
        assert_eq!(owed.due.to_string(), "2026-12-23", "30 calendar days after November 23");
        assert_eq!(destruction::remind(desk).unwrap(), 0, "told at once already");
        let mut told = Vec::new();
        for days in [15, 16, 23, 29, 30, 31, 32, 44, 60] {
            set(&city, owed.since + chrono::Duration::days(days));
            let count = destruction::remind(desk).unwrap();
            assert_eq!(destruction::remind(desk).unwrap(), 0, "said once, over restarts too");
            told.extend(std::iter::repeat_n(days, count));
        }
        assert_eq!(told, [16, 23, 29, 31, 44, 60], "14, 7 and 1 days before, 1, 14 and 30 after");
        assert_eq!(mails(&city, NoticeKind::CertificateMissing).len(), 3 * 4, "the office and its people, thrice");
        assert_eq!(certify(&city, id).unwrap(), "certified");
        assert_eq!(code(&certify(&city, id).unwrap_err()), "wrong_state");
        let department = city.departments[0];
        assert_eq!(code(&destruction::accept(desk, &city.managers[1], id, department).unwrap_err()), "missing");
        let reason = "Which backups?";
        destruction::ask_again(desk, &city.managers[0], id, department, reason).unwrap();
        let asked = destruction::mine(desk, &city.maria, id).unwrap();
        assert_eq!((asked.due - crate::domain::time::day_in(desk.profile.zone, desk.clock.now())).num_days(), 10);
        assert_eq!(certify(&city, id).unwrap(), "certified");
        destruction::accept(desk, &city.managers[0], id, department).unwrap();
        assert_eq!(destruction::mine(desk, &city.maria, id).unwrap().state.as_str(), "accepted");
        assert!(destruction::list_for_staff(desk, &city.managers[0]).unwrap().is_empty());
        let stranger = city.desk.person("Steven Stranger", &[]);
        assert_eq!(code(&destruction::mine(desk, &stranger, id).unwrap_err()), "missing");
    }
}

#[test]
fn a_certificate_is_signed_as_it_was_shown_and_click_through_terms_ask_for_none() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, id) = promised(&city);
        agree::terminate(desk, &city.maria, id, None, "Over.").unwrap();
        let text_hash = destruction::draft(desk, &city.maria, id, &done()).unwrap().hash;
        let signed =
            Signed { text_hash, name: "M".to_owned(), title: "O".to_owned(), has_authority: true, consents: true };
        let other = Done { scope: "Nothing at all.".to_owned(), ..done() };
        let differs = destruction::certify(desk, &city.maria, id, &other, &signed).unwrap_err();
        assert_eq!(code(&differs), "text_differs");
        let empty = destruction::draft(desk, &city.maria, id, &Done::default()).unwrap_err();
        assert_eq!(code(&empty), "method_needed");
        let plain = draft(&city, &["bike-share"]);
        let plain = executed(&submit(&city, plain));
        agree::terminate(desk, &city.maria, plain, None, "Over.").unwrap();
        assert_eq!(code(&destruction::mine(desk, &city.maria, plain).unwrap_err()), "missing");
    }
}

#[test]
fn a_certificate_is_owed_for_the_dataset_that_an_amendment_leaves_out() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        approve(&city, &city.managers[0], id, "parking").unwrap();
        let old = executed(&approve(&city, &city.managers[1], id, "air-quality").unwrap());
        let next = again::reopen(desk, &city.maria, id).unwrap();
        let only = [Wanted { slug: "parking".to_owned(), operations: vec!["read".to_owned()], ..Wanted::default() }];
        apply::save(desk, &city.maria, next, &[], Some(&only), 1).unwrap();
        submit(&city, next);
        assert_eq!(
            code(&destruction::mine(desk, &city.maria, old).unwrap_err()),
            "missing",
            "not before it is executed"
        );
        executed(&approve(&city, &city.managers[0], next, "parking").unwrap());
        let owed = destruction::mine(desk, &city.maria, old).unwrap();
        assert_eq!((owed.titles().as_str(), owed.departments()), ("air quality", vec![city.departments[1]]));
    }
}

fn accept(city: &City, id: AgreementId) -> Result<(), super::CaseError> {
    let owed = reterms::of(&city.desk.desk, &city.maria, id)?;
    let signature = signed(city, &owed.next, (owed.draft.hash.clone(), &owed.draft.hash));
    reterms::accept(&city.desk.desk, &city.maria, id, &signature)
}

#[test]
fn terms_not_accepted_by_the_day_they_bind_hold_the_agreement_and_accepting_lifts_exactly_that() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, late) = promised(&city);
        let (_, prompt) = promised(&city);
        assert_eq!(code(&accept(&city, late).unwrap_err()), "nothing_to_accept");
        new_terms(&city, false);
        assert_eq!(code(&accept(&city, late).unwrap_err()), "nothing_to_accept", "no material change");
        let next = new_terms(&city, true);
        assert_eq!(mails(&city, NoticeKind::TermsPublished).len(), 1, "a holder is told once");
        accept(&city, prompt).unwrap();
        assert_eq!(read(&city, prompt).terms_accepted(), next.id);
        let mut told = Vec::new();
        for days in [20, 14, 7, 3, 1, 0] {
            set(&city, next.effective_at - chrono::Duration::days(days));
            let count = reterms::remind(desk).unwrap();
            assert_eq!(reterms::remind(desk).unwrap(), 0, "said once, over restarts too");
            told.extend(std::iter::repeat_n(days, count));
            if days > 0 {
                assert_eq!(reterms::hold_late(desk).unwrap(), 0, "{days} days are left");
            }
        }
        assert_eq!(told, [14, 7, 1]);
        assert_eq!(mails(&city, NoticeKind::TermsDue).len(), 3);
        suspend(&city, late);
        assert_eq!((reterms::hold_late(desk).unwrap(), reterms::hold_late(desk).unwrap()), (1, 0));
        let reasons: Vec<_> = held(&city, late).into_iter().map(|hold| hold.reason).collect();
        assert_eq!(reasons, [HoldReason::Misuse, HoldReason::TermsNotAccepted]);
        assert!(held(&city, prompt).is_empty());
        accept(&city, late).unwrap();
        let reasons: Vec<_> = held(&city, late).into_iter().map(|hold| hold.reason).collect();
        assert_eq!(reasons, [HoldReason::Misuse], "the other hold stays");
        assert_eq!(reterms::hold_late(desk).unwrap(), 0);
        let text = desk.read(|conn| agreements::text(conn, &read(&city, late).accepted[0].text_hash)).unwrap();
        assert!(text.contains("Something new."), "what was accepted is kept");
    }
}

#[test]
fn a_renewal_under_the_present_terms_leaves_the_hold_for_them_behind() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (_, old) = promised(&city);
        days_before_end(&city, old, 50);
        let next = new_terms(&city, true);
        set(&city, next.effective_at);
        assert_eq!(reterms::hold_late(desk).unwrap(), 1);
        let id = renewed(&city, old);
        let done = renewal::confirm(desk, &city.managers[0], id, city.departments[0]).unwrap();
        let RenewalState::Done { agreement: new, .. } = done.state else { panic!("{done:?}") };
        assert!(held(&city, new).is_empty() && held(&city, old).is_empty());
        assert_eq!(read(&city, new).terms, next.id);
        assert_eq!(reterms::hold_late(desk).unwrap(), 0);
    }
}
