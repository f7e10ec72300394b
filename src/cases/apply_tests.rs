//! From draft to executed agreement and back, on both databases.

use super::again;
use super::apply::{self, Signature, Wanted};
use super::catalogue::{self, Edit};
use super::review::{self, Decided, GroundTyped};
use super::testing::{TestDesk, desks, profile_file};
use super::{Caller, CaseError, agree, letters, settle, terms};
use crate::domain::agreement::AgreementState;
use crate::domain::application::{Proposal, State};
use crate::domain::catalogue::{Field, Sensitivity};
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::domain::letter::{LetterKind, to_plain};
use crate::domain::limits::Limits;
use crate::domain::net::CidrList;
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::review::{Advice, Condition, ConditionKind};
use crate::domain::terms::TermsFamily;
use crate::domain::tier::Tier;
use crate::store::applications::QueueFilter;
use crate::store::letters as sent;
use crate::store::{agreements, applications, outbox, people};

pub(crate) struct City {
    pub(crate) desk: TestDesk,
    pub(crate) departments: Vec<DepartmentId>,
    pub(crate) maria: Caller,
    pub(crate) managers: Vec<Caller>,
    pub(crate) second: Caller,
    pub(crate) reviewer: Caller,
}

pub(crate) fn cities() -> Vec<City> {
    desks().into_iter().map(city).collect()
}

fn city(desk: TestDesk) -> City {
    assert!(terms::set_up(&desk.desk, profile_file).unwrap());
    let departments: Vec<_> =
        desk.desk.read(people::departments).unwrap().into_iter().map(|department| department.id).take(2).collect();
    let grant = |role, department: &DepartmentId| RoleGrant::new(role, Some(*department)).unwrap();
    let managers = departments
        .iter()
        .enumerate()
        .map(|(at, department)| desk.person(&format!("Manager {at}"), &[grant(Role::Manager, department)]))
        .collect();
    let second = desk.person("Second Manager", &[grant(Role::Manager, &departments[0])]);
    let reviewer = desk.person("Rita Reviewer", &[grant(Role::Reviewer, &departments[0])]);
    let maria = desk.person("Maria Gonzalez", &[]);
    let city = City { desk, departments, maria, managers, second, reviewer };
    for (slug, department, tier) in [
        ("bike-share", 0, Tier::Registered),
        ("parking", 0, Tier::Conditioned),
        ("cameras", 0, Tier::Restricted),
        ("air-quality", 1, Tier::Conditioned),
    ] {
        add_dataset(&city, slug, department, tier);
    }
    city
}

fn add_dataset(city: &City, slug: &str, department: usize, tier: Tier) {
    let manager = &city.managers[department];
    let desk = &city.desk.desk;
    let title = slug.replace('-', " ");
    catalogue::create(desk, manager, city.departments[department], (slug, &title, "What it measures.")).unwrap();
    let limits = Limits::parse("5000/day").unwrap();
    let mut version = 1;
    for edit in [Edit::Tier(tier), Edit::Limits(limits), Edit::Publish(true)] {
        version = catalogue::edit(desk, manager, slug, edit, version).unwrap().version;
    }
}

fn wanted(slug: &str) -> Wanted {
    Wanted { slug: slug.to_owned(), operations: vec!["read".to_owned()], ..Wanted::default() }
}

pub(crate) fn draft(city: &City, slugs: &[&str]) -> ApplicationId {
    let names: Vec<_> = slugs.iter().map(|slug| (*slug).to_owned()).collect();
    let id = apply::start(&city.desk.desk, &city.maria, &names).unwrap();
    let answers = [
        ("title", "Find a bay"),
        ("purpose_category", "app_service"),
        ("purpose", "Show free bays on a map."),
        ("public_benefit", "Less circling for parking."),
        ("calls_per_day", "2000"),
        ("peak_per_minute", "10"),
        ("storage", "One server in Connecticut, encrypted."),
        ("security", "Keys in a vault."),
        ("retention_days", "30"),
        ("deletion", "Overwritten nightly."),
        ("incident_contact", "ops@people.example"),
        ("sharing", "none"),
        ("ai_training", "no"),
        ("commercial", "no"),
        ("requester_type", "individual"),
        ("users", "Maria Gonzalez, developer"),
        ("signatory", "Maria Gonzalez"),
        ("signatory_title", "Owner"),
    ];
    let purpose = city.desk.desk.profile.purposes[0].id.as_str().to_owned();
    let answers: Vec<_> = answers
        .into_iter()
        .map(|(name, text)| {
            (name.to_owned(), if name == "purpose_category" { purpose.clone() } else { text.to_owned() })
        })
        .collect();
    let wishes: Vec<_> = slugs.iter().map(|slug| wanted(slug)).collect();
    apply::save(&city.desk.desk, &city.maria, id, &answers, Some(&wishes), 1).unwrap();
    id
}

pub(crate) fn signature(city: &City, id: ApplicationId) -> Signature {
    let review = apply::review(&city.desk.desk, &city.maria, id).unwrap();
    assert_eq!(review.problems, Vec::new());
    Signature {
        reviewed: review.reviewed,
        terms: review.draft.terms.id.to_string(),
        terms_hash: review.draft.terms.hash.to_string(),
        text_hash: review.draft.hash,
        name: "Maria Gonzalez".to_owned(),
        title: "Owner".to_owned(),
        has_authority: true,
        consents: true,
        declarations: city.desk.desk.profile.declarations.iter().map(|one| one.id.as_str().to_owned()).collect(),
    }
}

pub(crate) fn submit(city: &City, id: ApplicationId) -> State {
    apply::submit(&city.desk.desk, &city.maria, id, &signature(city, id)).unwrap()
}

pub(crate) fn item(city: &City, id: ApplicationId, slug: &str) -> ItemId {
    let application = city.desk.desk.read(|conn| applications::by_id(conn, id)).unwrap();
    application.items.iter().find(|item| item.slug == slug).unwrap().id
}

pub(crate) fn approve(city: &City, manager: &Caller, id: ApplicationId, slug: &str) -> Result<State, CaseError> {
    review::decide(&city.desk.desk, manager, id, item(city, id, slug), Decided::Approve(Vec::new()), "A good use.")
}

pub(crate) fn deny(city: &City, manager: &Caller, id: ApplicationId, slug: &str) -> State {
    let ground =
        GroundTyped { code: "D7".to_owned(), explanation: "Hourly data will do.".to_owned(), ..GroundTyped::default() };
    let cited = city.desk.desk.profile.ground("D7").unwrap().must_cite.iter();
    let cited = cited.map(|field| (field.name.as_str().to_owned(), "hourly means".to_owned())).collect();
    let decided =
        Decided::Deny { grounds: vec![GroundTyped { cited, ..ground }], remedy: "Ask for hourly data.".to_owned() };
    review::decide(&city.desk.desk, manager, id, item(city, id, slug), decided, "Too fine.").unwrap()
}

pub(crate) fn code(error: &CaseError) -> &'static str {
    match error {
        CaseError::Refused(refusal) => refusal.code,
        CaseError::Invalid(problems) => problems[0].code,
        CaseError::Missing => "missing",
        CaseError::Stale => "stale",
        CaseError::Wait(_) => "wait",
        CaseError::Undone(_) => "undone",
        CaseError::Store(_) => "store",
    }
}

#[test]
fn click_through_data_is_granted_at_submission() {
    for city in cities() {
        let id = draft(&city, &["bike-share"]);
        let state = submit(&city, id);
        let State::Executed { agreement, .. } = state else { panic!("{}: {state:?}", city.desk.backend) };
        let view = agree::mine(&city.desk.desk, &city.maria, agreement).unwrap();
        assert!(view.agreement.is_live(city.desk.desk.clock.now()));
        assert!(view.text.contains("bike-share:read"), "the schedule stands in the text");
        let genuine = agree::check(&city.desk.desk, &view.agreement.number, &view.text).unwrap();
        assert_eq!(genuine, agree::Checked::Genuine { is_live: true });
        assert_eq!(agree::check(&city.desk.desk, &view.agreement.number, "forged").unwrap(), agree::Checked::Unknown);
    }
}

#[test]
fn approved_as_asked_is_executed_by_the_signature_given_at_submission() {
    for city in cities() {
        let id = draft(&city, &["parking"]);
        assert!(matches!(submit(&city, id), State::Submitted { .. }));
        let state = approve(&city, &city.managers[0], id, "parking").unwrap();
        let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
        let agreement = city.desk.desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        let execution = agreement.execution().unwrap();
        assert_eq!(execution.signature.text_hash, agreement.text_hash);
        assert_eq!(execution.ends_at.to_rfc3339(), "2027-11-24T05:00:00+00:00", "the end of the city's day, a year on");
    }
}

#[test]
fn conditions_make_an_offer_that_must_be_signed() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let networks = CidrList::parse("192.0.2.0/24").unwrap();
        let condition = Condition {
            text: "Calls come from your office only.".to_owned(),
            kind: ConditionKind::Networks { networks },
            basis: "clause 13".to_owned(),
            is_precedent: false,
        };
        let decided = Decided::Approve(vec![condition]);
        let state = review::decide(desk, &city.managers[0], id, item(&city, id, "parking"), decided, "Fine.").unwrap();
        let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
        let view = agree::mine(desk, &city.maria, agreement).unwrap();
        assert!(view.text.contains("192.0.2.0/24"));
        let terms = terms::current(desk, TermsFamily::Standard).unwrap();
        let sign = Signature {
            reviewed: String::new(),
            terms: terms.id.to_string(),
            terms_hash: terms.hash.to_string(),
            text_hash: view.agreement.text_hash.clone(),
            name: "Maria Gonzalez".to_owned(),
            title: "Owner".to_owned(),
            has_authority: true,
            consents: true,
            declarations: Vec::new(),
        };
        let other = Signature { text_hash: "0".repeat(64), ..sign.clone() };
        assert_eq!(code(&apply::sign(desk, &city.maria, id, &other).unwrap_err()), "terms_changed");
        let unsure = Signature { has_authority: false, ..sign.clone() };
        assert_eq!(code(&apply::sign(desk, &city.maria, id, &unsure).unwrap_err()), "authority_needed");
        assert!(matches!(apply::sign(desk, &city.maria, id, &sign).unwrap(), State::Executed { .. }));
        let signed = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        assert_eq!(signed.schedules[0].networks.as_ref().unwrap().networks().len(), 1);
    }
}

#[test]
fn a_counter_closes_the_offer_and_a_lapse_ends_it() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let promise = Condition {
            text: "Show the city's name.".to_owned(),
            kind: ConditionKind::Promise,
            basis: String::new(),
            is_precedent: false,
        };
        let decided = || Decided::Approve(vec![promise.clone()]);
        let parking = item(&city, id, "parking");
        review::decide(desk, &city.managers[0], id, parking, decided(), "Fine.").unwrap();
        let proposal = Proposal { item: parking, condition: 0, text: "In the footer only.".to_owned() };
        apply::counter(desk, &city.maria, id, &[proposal]).unwrap();
        let (read, _) = review::read(desk, &city.managers[0], id).unwrap();
        let known = &read.items.iter().find(|one| one.id == parking).unwrap().countered;
        assert_eq!(known[0].proposal, "In the footer only.", "the desk reads it beside its condition");
        let state = review::decide(desk, &city.managers[0], id, parking, decided(), "Still.").unwrap();
        let State::Offered { agreement, .. } = state else { panic!("{state:?}") };
        let offered = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        assert!(offered.number.ends_with(".2"), "{}", offered.number);
        assert_eq!(agree::lapse_offers(desk).unwrap(), 0, "still open");
        desk.clock.set(desk.clock.now() + chrono::Duration::days(31));
        assert_eq!(agree::lapse_offers(desk).unwrap(), 1);
        let closed = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
        assert!(matches!(closed.state, AgreementState::Closed { .. }));
    }
}

#[test]
fn tier_three_needs_two_different_managers() {
    for city in cities() {
        let id = draft(&city, &["cameras"]);
        submit(&city, id);
        assert!(matches!(approve(&city, &city.managers[0], id, "cameras").unwrap(), State::Submitted { .. }));
        assert_eq!(code(&approve(&city, &city.managers[0], id, "cameras").unwrap_err()), "second_person_needed");
        let confirmed =
            review::decide(&city.desk.desk, &city.second, id, item(&city, id, "cameras"), Decided::Confirm, "I agree.");
        assert!(matches!(confirmed.unwrap(), State::Executed { .. }));
    }
}

#[test]
fn each_department_decides_its_own_and_sees_nothing_else() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking", "air-quality"]);
        submit(&city, id);
        assert_eq!(code(&approve(&city, &city.managers[1], id, "parking").unwrap_err()), "missing");
        assert_eq!(code(&approve(&city, &city.reviewer, id, "parking").unwrap_err()), "missing", "reviewers advise");
        let advice = (Advice::Approve, "Well argued.");
        review::recommend(desk, &city.reviewer, id, item(&city, id, "parking"), advice).unwrap();
        deny(&city, &city.managers[1], id, "air-quality");
        let state = approve(&city, &city.managers[0], id, "parking").unwrap();
        assert!(matches!(state, State::Offered { .. }), "a part was refused, so the text differs: {state:?}");
        let alone = draft(&city, &["parking"]);
        submit(&city, alone);
        let theirs = review::queue(desk, &city.managers[1], &QueueFilter::default()).unwrap();
        assert_eq!(theirs.len(), 1, "the other application is not in their queue");
        assert_eq!(code(&review::read(desk, &city.managers[1], alone).unwrap_err()), "missing");
    }
}

#[test]
fn a_denial_letter_names_both_dates() {
    for city in cities() {
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        assert!(matches!(deny(&city, &city.managers[0], id, "parking"), State::Denied { .. }));
        let application = city.desk.desk.read(|conn| applications::by_id(conn, id)).unwrap();
        let letter = letters::denial(&city.desk.desk.profile, &application).unwrap();
        assert_eq!(letter.state.by.to_string(), "2026-12-23", "30 days after the denial");
        assert_eq!(letter.parts[0].grounds[0].code, "D7");
        let kept =
            city.desk.desk.read(|conn| sent::about(conn, ("application", &id.to_string()))).unwrap().pop().unwrap();
        assert!(kept.is_intact() && kept.kind == LetterKind::Denial, "{kept:?}");
        let text = to_plain(&kept.markdown);
        assert!(text.contains(&letter.clerk.by_words) && text.contains(&letter.state.by_words), "{text}");
        assert!(text.contains("D7") && text.contains(&letter.records_note), "{text}");
    }
}

#[test]
fn questions_and_answers_go_back_and_forth_and_notes_stay_private() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        review::note(desk, &city.reviewer, id, city.departments[0], "Known from last year.").unwrap();
        review::ask(desk, &city.reviewer, id, city.departments[0], "How fresh must it be?").unwrap();
        apply::answer(desk, &city.maria, id, "Five minutes.").unwrap();
        let seen = review::remarks_for_requester(desk, id).unwrap();
        assert_eq!(seen.iter().map(|remark| remark.kind.as_str()).collect::<Vec<_>>(), ["question", "answer"]);
        let (_, all) = review::read(desk, &city.managers[0], id).unwrap();
        assert_eq!(all.len(), 3);
        review::recuse(desk, &city.managers[0], id, city.departments[0], "My cousin.").unwrap();
        assert_eq!(code(&approve(&city, &city.managers[0], id, "parking").unwrap_err()), "recused");
        assert!(approve(&city, &city.second, id, "parking").is_ok());
    }
}

#[test]
fn an_amendment_leaves_the_old_agreement_alive_until_the_new_one_is_executed() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["bike-share"]);
        let State::Executed { agreement: old, .. } = submit(&city, id) else { panic!() };
        let next = again::reopen(desk, &city.maria, id).unwrap();
        assert_eq!(code(&again::reopen(desk, &city.maria, id).unwrap_err()), "already_reopened");
        assert!(desk.read(|conn| agreements::by_id(conn, old)).unwrap().is_live(desk.clock.now()));
        let State::Executed { agreement: new, .. } = submit(&city, next) else { panic!() };
        let old = desk.read(|conn| agreements::by_id(conn, old)).unwrap();
        assert!(matches!(old.state, AgreementState::Superseded { by, .. } if by == new));
    }
}

#[test]
fn changed_terms_must_be_read_again() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        let signed = signature(&city, id);
        let new = terms::NewTerms {
            family: TermsFamily::Standard,
            title: "Standard terms".to_owned(),
            markdown: "## (1) Purpose\n\nFor {{ project }} only.".to_owned(),
            is_material: false,
            effective_at: None,
        };
        terms::publish(desk, &Caller::service("test"), &new).unwrap();
        assert_eq!(code(&apply::submit(desk, &city.maria, id, &signed).unwrap_err()), "terms_changed");
        submit(&city, id);
        terms::publish(desk, &Caller::service("test"), &new).unwrap();
        let state = approve(&city, &city.managers[0], id, "parking").unwrap();
        assert!(matches!(state, State::Offered { .. }), "signed another text than the present one: {state:?}");
    }
}

#[test]
fn one_effect_for_a_doubled_submit_and_one_winner_of_two_decisions() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        let signed = signature(&city, id);
        let once = Caller { idempotency: Some("abc".to_owned()), ..city.maria.clone() };
        apply::submit(desk, &once, id, &signed).unwrap();
        apply::submit(desk, &once, id, &signed).unwrap();
        let other = Signature { name: "Somebody".to_owned(), ..signed };
        assert_eq!(code(&apply::submit(desk, &once, id, &other).unwrap_err()), "idempotency_key_reused");
        let application = desk.read(|conn| applications::by_id(conn, id)).unwrap();
        assert_eq!(application.submissions.len(), 1);
        let won = std::thread::scope(|scope| {
            let tries: Vec<_> = [&city.managers[0], &city.second]
                .into_iter()
                .map(|manager| scope.spawn(|| approve(&city, manager, id, "parking").is_ok()))
                .collect();
            tries.into_iter().filter_map(|one| one.join().ok()).filter(|won| *won).count()
        });
        assert_eq!(won, 1, "{}", city.desk.backend);
    }
}

#[test]
fn other_peoples_applications_do_not_exist() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        let stranger = city.desk.person("Steven Stranger", &[]);
        assert_eq!(code(&apply::review(desk, &stranger, id).unwrap_err()), "missing");
        assert_eq!(code(&apply::withdraw(desk, &stranger, id, "").unwrap_err()), "missing");
        assert_eq!(code(&review::read(desk, &city.managers[0], id).unwrap_err()), "missing", "a draft is private");
        let stale = apply::save(desk, &city.maria, id, &[], None, 1).unwrap_err();
        assert_eq!(code(&stale), "stale");
        assert_eq!(code(&approve(&city, &city.managers[0], id, "parking").unwrap_err()), "missing");
    }
}

#[test]
fn a_dataset_that_the_law_forbids_has_no_other_tier() {
    for city in cities() {
        let desk = &city.desk.desk;
        let manager = &city.managers[0];
        let plates = ("plate-readers", "License plate reader detections", "Plates seen.");
        catalogue::create(desk, manager, city.departments[0], plates).unwrap();
        let refused = catalogue::edit(desk, manager, "plate-readers", Edit::Tier(Tier::Conditioned), 1).unwrap_err();
        assert_eq!(code(&refused), "prohibited_by_law");
        catalogue::edit(desk, manager, "plate-readers", Edit::Tier(Tier::Prohibited), 1).unwrap();
        let field = Field {
            name: "license_plate".to_owned(),
            kind: "string".to_owned(),
            description: String::new(),
            sensitivity: Sensitivity::Sensitive,
        };
        let parking = catalogue::for_staff(desk, manager, "parking").unwrap();
        let smuggled = catalogue::edit(desk, manager, "parking", Edit::Fields(vec![field]), parking.version);
        assert_eq!(code(&smuggled.unwrap_err()), "prohibited_by_law", "a field cannot be smuggled in afterwards");
        assert_eq!(
            code(&catalogue::edit(desk, &city.managers[1], "parking", Edit::Publish(false), 1).unwrap_err()),
            "missing"
        );
        let text = desk.read(|conn| agreements::of_departments(conn, None, None, 10)).unwrap();
        assert!(text.iter().all(|agreement| desk.store.read(|conn| settle::text_of(conn, agreement)).is_ok()));
    }
}

#[test]
fn a_material_version_is_told_once_to_each_holder_of_a_running_agreement() {
    for city in cities() {
        let desk = &city.desk.desk;
        for _ in 0..2 {
            assert!(matches!(submit(&city, draft(&city, &["bike-share"])), State::Executed { .. }));
        }
        let told = || {
            let all = desk.read(|conn| outbox::newest(conn, None, 100)).unwrap();
            all.into_iter().filter(|message| message.kind == NoticeKind::TermsPublished).collect::<Vec<_>>()
        };
        let publish = |family, is_material| {
            let new = terms::NewTerms {
                family,
                title: "New terms".to_owned(),
                markdown: "## (1) Purpose\n\nFor {{ project }} only.".to_owned(),
                is_material,
                effective_at: None,
            };
            terms::publish(desk, &Caller::service("test"), &new).unwrap()
        };
        publish(TermsFamily::Standard, true);
        publish(TermsFamily::ClickThrough, false);
        assert!(told().is_empty(), "neither of another family nor of a slight change");
        let version = publish(TermsFamily::ClickThrough, true);
        let told = told();
        assert_eq!(told.len(), 1, "{}", city.desk.backend);
        assert_eq!(told[0].address, "maria.gonzalez@people.example");
        assert_eq!(told[0].facts["path"], format!("/terms/click_through/{}", version.number));
    }
}
