//! A preview is the act itself, undone: nothing is left of it, on either database, and what is sent afterwards is what
//! was read before, to the byte.

use super::appeals::{self, Wish as AppealWish, desk as appeal_desk};
use super::apply_tests::{City, approve, cities, code, draft, item, submit};
use super::conduct::office::{self, ChargeGiven, FindingGiven, MeasureGiven};
use super::conduct::open::{Opening, Origin, open};
use super::enforce::{self, Suspension};
use super::intent::{Intent, Undone};
use super::keys::{self, form::KeyForm};
use super::records::{self, Wish, desk as records_desk};
use super::review::{self, Decided, GroundTyped};
use super::{Caller, CaseError, Desk, agree};
use crate::domain::appeal::{Appealed, Outcome};
use crate::domain::application::State;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, ApplicationId, KeyId};
use crate::domain::letter::{Addressee, Letter, LetterKind};
use crate::domain::misuse::Class;
use crate::domain::misuse::case::OrderKind;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::records::{AnswerDraft, Cents, EstimateDraft, Outcome as RecordsOutcome};
use crate::domain::review::{Condition, ConditionKind};
use crate::store::{AnyConnection, conn, letters, people};

fn with(caller: &Caller, intent: Intent) -> Caller {
    Caller { intent, idempotency: Some("the-same-form".to_owned()), ..caller.clone() }
}

fn dump(desk: &Desk) -> Vec<String> {
    desk.read(conn::dump).unwrap()
}

/// The letters about the same thing, or to the same side, as they are kept.
fn kept(desk: &Desk, like: &Letter) -> Vec<Letter> {
    let find = |conn: &mut AnyConnection| match &like.to {
        Addressee::Party { requester, organisation } => {
            let organisation = organisation.map(|id| id.to_string());
            letters::to_party(conn, *requester, organisation.as_deref())
        }
        Addressee::Outsider { .. } => letters::about(conn, (&like.about.kind, &like.about.id)),
    };
    desk.read(find).unwrap()
}

/// Tries an act, holds that nothing is left of it, does it, and holds that it sent what was read: the kinds of letters.
fn read_then_sent<T: std::fmt::Debug>(
    city: &City,
    caller: &Caller,
    act: impl Fn(&Desk, &Caller) -> Result<T, CaseError>,
) -> Vec<LetterKind> {
    let desk = &city.desk.desk;
    let before = dump(desk);
    assert!(before.len() > 20, "{}: the dump sees the rows", city.desk.backend);
    let tried = act(desk, &with(caller, Intent::Preview));
    let Err(CaseError::Undone(Undone::Letters(read))) = tried else { panic!("{}: {tried:?}", city.desk.backend) };
    assert_eq!(dump(desk), before, "{}: a preview leaves nothing", city.desk.backend);
    let mended = act(desk, &with(caller, Intent::Mend));
    assert!(matches!(mended, Err(CaseError::Undone(Undone::Form))), "{mended:?}");
    assert_eq!(dump(desk), before, "{}: nor does who goes back to the form", city.desk.backend);
    let counted = |letter: &Letter| kept(desk, letter).len();
    let known: Vec<usize> = read.iter().map(counted).collect();
    let once = format!("sent-{}", before.len());
    act(desk, &Caller { idempotency: Some(once), ..with(caller, Intent::Act) }).unwrap();
    for (letter, known) in read.iter().zip(known) {
        let now = kept(desk, letter);
        assert_eq!(now.len(), known + read.len(), "{:?}", letter.kind);
        let same = |sent: &&Letter| {
            (sent.kind, &sent.language, &sent.subject, &sent.to_name)
                == (letter.kind, &letter.language, &letter.subject, &letter.to_name)
        };
        let sent: Vec<_> = now.iter().filter(same).collect();
        assert!(
            sent.iter().any(|sent| sent.markdown == letter.markdown && sent.sha256 == letter.sha256),
            "{}",
            letter.markdown
        );
    }
    assert_ne!(dump(desk), before, "{}: it was done this time", city.desk.backend);
    read.iter().map(|letter| letter.kind).collect()
}

fn denial(city: &City) -> Decided {
    let cited = city.desk.desk.profile.ground("D7").unwrap().must_cite.iter();
    let ground = GroundTyped {
        code: "D7".to_owned(),
        cited: cited.map(|field| (field.name.as_str().to_owned(), "hourly means".to_owned())).collect(),
        explanation: "Hourly data will do.".to_owned(),
        ..GroundTyped::default()
    };
    Decided::Deny { grounds: vec![ground], remedy: "Ask for hourly data.".to_owned() }
}

fn sent(city: &City, slugs: &[&str]) -> ApplicationId {
    let id = draft(city, slugs);
    submit(city, id);
    id
}

fn agreement(city: &City) -> AgreementId {
    let id = sent(city, &["parking"]);
    let State::Executed { agreement, .. } = approve(city, &city.managers[0], id, "parking").unwrap() else { panic!() };
    agreement
}

fn key(city: &City, agreement: AgreementId) -> KeyId {
    let form = KeyForm { name: "Map".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
    let wish = form.read(chrono_tz::America::New_York).unwrap();
    keys::create(&city.desk.desk, &city.maria, agreement, &wish).unwrap().key.id
}

fn speaks_spanish(city: &City) {
    let maria = city.maria.actor.account.unwrap();
    let set = |conn: &mut AnyConnection| {
        let account = people::account_by_id(conn, maria)?;
        people::update_account(conn, &people::Account { language: "es".to_owned(), ..account })
    };
    city.desk.desk.store.write(set).unwrap();
}

fn clerk(city: &City) -> Caller {
    city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()])
}

#[test]
fn decisions_on_applications_send_the_letter_that_was_read_and_a_plain_approval_sends_none() {
    for city in cities() {
        speaks_spanish(&city);
        let manager = &city.managers[0];
        let decide = |slugs: &[&str], decided: Decided| {
            let id = sent(&city, slugs);
            let item = item(&city, id, slugs[0]);
            read_then_sent(&city, manager, |desk, who| {
                review::decide(desk, who, id, item, decided.clone(), "As asked.")
            })
        };
        assert_eq!(decide(&["parking"], denial(&city)), [LetterKind::Denial]);
        assert_eq!(decide(&["parking", "air-quality"], denial(&city)), [LetterKind::PartialGrant]);
        let promise = Condition {
            text: "Tell the department when the app is published.".to_owned(),
            kind: ConditionKind::Promise,
            basis: String::new(),
            is_precedent: false,
        };
        assert_eq!(decide(&["parking"], Decided::Approve(vec![promise])), [LetterKind::Offer]);
        assert_eq!(decide(&["parking"], Decided::Approve(Vec::new())), []);
    }
}

#[test]
fn suspensions_revocations_and_ends_send_the_letter_that_was_read() {
    for city in cities() {
        speaks_spanish(&city);
        let agreement = agreement(&city);
        let (first, second) = (key(&city, agreement), key(&city, agreement));
        let manager = &city.managers[0];
        for target in [HoldTarget::Key(first), HoldTarget::Agreement(agreement)] {
            let explanation = "500 refused calls.".to_owned();
            let wish = Suspension { target, reason: HoldReason::Misuse, explanation, case: None };
            let kinds = read_then_sent(&city, manager, |desk, who| enforce::suspend(desk, who, &wish));
            assert_eq!(kinds, [LetterKind::Suspension]);
        }
        let revoke = |desk: &Desk, who: &Caller| keys::revoke_as_manager(desk, who, second, "It leaked.");
        assert_eq!(read_then_sent(&city, manager, revoke), [LetterKind::Revocation]);
        let end = |desk: &Desk, who: &Caller| {
            agree::terminate(desk, who, agreement, Some(city.departments[0]), "It is over.")
        };
        assert_eq!(read_then_sent(&city, manager, end), [LetterKind::Revocation]);
    }
}

#[test]
fn every_letter_of_a_misuse_case_and_of_an_appeal_can_be_read_first() {
    for city in cities() {
        let agreement = agreement(&city);
        let (key, clerk, manager) = (key(&city, agreement), clerk(&city), &city.managers[0]);
        let number = city.desk.desk.read(|conn| crate::store::agreements::by_id(conn, agreement)).unwrap().number;
        let opening = Opening {
            origin: Origin::Staff,
            agreement: number,
            key: Some(key),
            dataset: "parking".to_owned(),
            class: Some(Class::M5),
            summary: "Copies of the feed stand on a site.".to_owned(),
            at_once: None,
        };
        assert_eq!(
            read_then_sent(&city, &city.reviewer, |desk, who| open(desk, who, &opening)),
            [],
            "nobody is told yet"
        );
        let case = super::conduct::list(&city.desk.desk, &clerk, false).unwrap().pop().unwrap().id;
        let charge = ChargeGiven {
            facts: "Copies stand on a site.".to_owned(),
            clause: "Clause 7.".to_owned(),
            cure: "Take them down.".to_owned(),
        };
        let notify = |desk: &Desk, who: &Caller| office::notify(desk, who, case, &charge);
        assert_eq!(read_then_sent(&city, manager, notify), [LetterKind::NoticeOfViolation]);
        let order = |desk: &Desk, who: &Caller| office::order(desk, who, case, (OrderKind::Cease, "Stop copying."));
        assert_eq!(read_then_sent(&city, manager, order), [LetterKind::OrderToCease]);
        let early = with(manager, Intent::Preview);
        let measures = vec![MeasureGiven { word: "suspend_key".to_owned(), key: None, to: String::new(), until: None }];
        let given = FindingGiven { reasons: "It shows.".to_owned(), severity: String::new(), measures };
        let refused = office::find(&city.desk.desk, &early, case, &given).unwrap_err();
        assert_eq!(code(&refused), "answer_time_runs", "a preview is refused as the act is");
        super::conduct::holder::answer(&city.desk.desk, &city.maria, case, ("It was a mistake.", "", &[])).unwrap();
        let kinds = read_then_sent(&city, manager, |desk, who| office::find(desk, who, case, &given));
        assert_eq!(kinds, [LetterKind::Suspension, LetterKind::CaseFinding]);

        let held = super::conduct::read(&city.desk.desk, &clerk, case).unwrap();
        let of = Appealed::Suspension { hold: held.in_force().next().unwrap().hold };
        let wish = AppealWish { of, grounds: "It was not us.".to_owned(), wanted: String::new() };
        let appeal = appeals::file(&city.desk.desk, &city.maria, &wish).unwrap().id;
        appeal_desk::acknowledge(&city.desk.desk, &clerk, appeal, "").unwrap();
        appeal_desk::compile(&city.desk.desk, &clerk, appeal).unwrap();
        let ruled = appeal_desk::Ruled {
            outcome: Outcome::Reversed,
            reasons: "It was not them.".to_owned(),
            instructions: String::new(),
        };
        let kinds = read_then_sent(&city, &clerk, |desk, who| appeal_desk::decide(desk, who, appeal, &ruled));
        assert_eq!(kinds, [LetterKind::AppealDecision]);
    }
}

#[test]
fn what_an_office_writes_about_records_can_be_read_first_by_who_has_no_account_too() {
    for city in cities() {
        let desk = &city.desk.desk;
        let visitor = Caller {
            actor: Actor::visitor(Some([203, 0, 113, 9].into())),
            intent: Intent::Act,
            idempotency: None,
            ..city.maria.clone()
        };
        let all = desk.read(people::departments).unwrap();
        let slug = all.into_iter().find(|known| known.id == city.departments[0]).unwrap().slug;
        let wish = Wish {
            email: "vera@people.example".to_owned(),
            department: slug,
            description: "Counts of bicycles on Wall Street.".to_owned(),
            language: "es".to_owned(),
            ..Wish::default()
        };
        let id = records::file(desk, &visitor, &wish).unwrap().request.id;
        let manager = &city.managers[0];
        let kinds = read_then_sent(&city, manager, |desk, who| records_desk::acknowledge(desk, who, id, "We look."));
        assert_eq!(kinds, [LetterKind::RecordsAcknowledgement]);
        let draft =
            EstimateDraft { pages: 30, page_price: Cents::parse("x", "0.50").unwrap(), ..EstimateDraft::default() };
        let kinds = read_then_sent(&city, manager, |desk, who| records_desk::estimate(desk, who, id, &draft));
        assert_eq!(kinds, [LetterKind::RecordsEstimate]);
        let answer =
            AnswerDraft { outcome: RecordsOutcome::Produced, text: "Here it is.".to_owned(), withheld: Vec::new() };
        let kinds = read_then_sent(&city, manager, |desk, who| records_desk::answer(desk, who, id, (&answer, &[])));
        assert_eq!(kinds, [LetterKind::RecordsAnswer]);
    }
}

#[test]
fn a_preview_is_refused_for_what_the_act_is_refused_for() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let id = sent(&city, &["parking"]);
        let item = item(&city, id, "parking");
        let before = dump(desk);
        let tried = |who: &Caller, decided: Decided| {
            let [act, preview] = [Intent::Act, Intent::Preview].map(|intent| {
                code(&review::decide(desk, &with(who, intent), id, item, decided.clone(), "No.").unwrap_err())
            });
            assert_eq!(act, preview);
            act
        };
        assert_eq!(tried(&city.managers[1], denial(&city)), "missing", "another department");
        assert_eq!(tried(manager, Decided::Deny { grounds: Vec::new(), remedy: "None.".to_owned() }), "ground_needed");
        assert_eq!(tried(manager, Decided::Confirm), "nothing_to_confirm");
        assert_eq!(dump(desk), before);
    }
}
