//! Cases from opening to their end, on both databases; `reports` has complaints, personal data and pauses.

mod reports;

use super::office::{self, ChargeGiven, FindingGiven, MeasureGiven};
use super::open::{Opening, Origin, open};
use super::{clocks, evidence_text, holder, list, mine, my_own, read};
use crate::cases::appeals::{self, Wish, desk as appeal_desk};
use crate::cases::apply_tests::{City, approve, cities, code, draft, submit};
use crate::cases::enforce::{self, Suspension};
use crate::cases::files::NewFile;
use crate::cases::keys::RollWish;
use crate::cases::keys::form::KeyForm;
use crate::cases::{Caller, CaseError, Desk, keys};
use crate::domain::agreement::Agreement;
use crate::domain::appeal::{AppealState, Appealed, Outcome};
use crate::domain::application::State;
use crate::domain::hold::{Hold, HoldReason, HoldTarget};
use crate::domain::id::KeyId;
use crate::domain::misuse::case::{CaseState, MisuseCase, Rung};
use crate::domain::misuse::{Class, Finding, Mode, Offence, Signal, SignalKind, SignalState, Step, StepTaken};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::store::{agreements, audit, holds, misuse, outbox};

const MARIA: &str = "maria.gonzalez@people.example";

struct Town {
    city: City,
    clerk: Caller,
    agreement: Agreement,
    key: KeyId,
}

fn towns() -> Vec<Town> {
    cities().into_iter().map(Town::new).collect()
}

impl Town {
    fn new(city: City) -> Self {
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let agreement = agreement_on(&city, &["parking", "air-quality"]);
        let key = key_on(&city, &agreement, &["parking:read"]);
        Self { city, clerk, agreement, key }
    }

    fn desk(&self) -> &Desk {
        &self.city.desk.desk
    }

    fn manager(&self) -> &Caller {
        &self.city.managers[0]
    }

    fn days_on(&self, days: i64) {
        self.desk().clock.set(self.desk().clock.now() + chrono::TimeDelta::days(days));
    }

    fn opening(&self, class: Class) -> Opening {
        Opening {
            origin: Origin::Staff,
            agreement: self.agreement.number.clone(),
            key: Some(self.key),
            dataset: "parking".to_owned(),
            class: Some(class),
            summary: "Copies of the feed stand on a site.".to_owned(),
            at_once: None,
        }
    }

    fn opened(&self, class: Class) -> MisuseCase {
        open(self.desk(), &self.city.reviewer, &self.opening(class)).unwrap()
    }

    fn noticed(&self, class: Class) -> MisuseCase {
        let case = self.opened(class);
        office::notify(self.desk(), &self.city.reviewer, case.id, &charge()).unwrap()
    }

    fn answered(&self, class: Class) -> MisuseCase {
        let case = self.noticed(class);
        holder::answer(self.desk(), &self.city.maria, case.id, ("It was a mistake.", "", &[])).unwrap()
    }

    fn find(&self, by: &Caller, case: &MisuseCase, words: &[&str], severity: &str) -> Result<MisuseCase, CaseError> {
        let measure = |word: &&str| MeasureGiven {
            word: (*word).to_owned(),
            key: None,
            to: "Law Department".to_owned(),
            until: None,
        };
        let measures = words.iter().map(measure).collect();
        let given =
            FindingGiven { reasons: "The evidence shows it.".to_owned(), severity: severity.to_owned(), measures };
        office::find(self.desk(), by, case.id, &given)
    }

    fn holds_on(&self, key: KeyId) -> Vec<Hold> {
        self.desk().read(|conn| holds::in_force(conn, HoldTarget::Key(key))).unwrap()
    }

    fn told(&self, address: &str, kind: NoticeKind) -> usize {
        let all = self.desk().read(|conn| outbox::newest(conn, Some(address), 500)).unwrap();
        all.iter().filter(|message| message.kind == kind).count()
    }

    fn signal(&self) -> Signal {
        let signal = Signal {
            id: self.desk().new_id(self.desk().clock.now()),
            at: self.desk().clock.now(),
            rule: "sweep".to_owned(),
            profile: "1".to_owned(),
            class: Class::M7,
            kind: SignalKind::PathSweep,
            window_minutes: 60,
            mode: Mode::Live,
            first_step: Step::Warn,
            taken: StepTaken::Warned,
            state: SignalState::Open,
            offence: Offence::First,
            key: self.key,
            key_hint: "nwk…".to_owned(),
            agreement: self.agreement.id,
            agreement_number: self.agreement.number.clone(),
            finding: Finding {
                measured: 400,
                threshold: 300,
                calls: 900,
                refused: 0,
                outcomes: [("ok".to_owned(), 900)].into(),
                datasets: [self.agreement.schedule("parking").unwrap().dataset].into(),
            },
            note: String::new(),
        };
        let departments = [self.city.departments[0]].into();
        let subject = self.key.to_string();
        self.desk().store.write(|conn| misuse::insert(conn, &signal, &subject, &departments)).unwrap();
        signal
    }
}

fn agreement_on(city: &City, slugs: &[&str]) -> Agreement {
    let id = draft(city, slugs);
    let mut state = submit(city, id);
    for slug in slugs {
        let department = usize::from(*slug == "air-quality");
        if !matches!(state, State::Executed { .. }) {
            state = approve(city, &city.managers[department], id, slug).unwrap();
        }
    }
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    city.desk.desk.read(|conn| agreements::by_id(conn, agreement)).unwrap()
}

fn key_on(city: &City, agreement: &Agreement, scopes: &[&str]) -> KeyId {
    try_key(city, agreement, scopes).unwrap()
}

fn try_key(city: &City, agreement: &Agreement, scopes: &[&str]) -> Result<KeyId, CaseError> {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let form = KeyForm { name: "Map".to_owned(), scopes, ..KeyForm::default() };
    let wish = form.read(chrono_tz::America::New_York).unwrap();
    keys::create(&city.desk.desk, &city.maria, agreement.id, &wish).map(|issued| issued.key.id)
}

fn charge() -> ChargeGiven {
    ChargeGiven {
        facts: "Copies of the feed stand on a site.".to_owned(),
        clause: "Clause 7: no passing on.".to_owned(),
        cure: "Take the copies down.".to_owned(),
    }
}

fn text_file(name: &str, content: &[u8]) -> NewFile {
    NewFile { name: name.to_owned(), content: content.to_vec() }
}

fn invalid(error: &CaseError) -> (String, String) {
    let CaseError::Invalid(problems) = error else { panic!("{error:?}") };
    (problems[0].field.clone(), problems[0].code.to_string())
}

#[test]
fn a_signal_becomes_a_case_with_a_late_answer_a_finding_and_a_suspension_that_is_lifted_by_itself() {
    for town in towns() {
        let desk = town.desk();
        let signal = town.signal();
        let opening = Opening {
            origin: Origin::Signal(signal.id),
            agreement: String::new(),
            dataset: String::new(),
            summary: String::new(),
            class: None,
            ..town.opening(Class::M7)
        };
        let case = open(desk, &town.city.reviewer, &opening).unwrap();
        assert_eq!((case.number.as_str(), case.class, case.state.as_str()), ("MIS-2026-0001", Class::M7, "opened"));
        assert!(case.summary.contains("400") && case.departments == [town.city.departments[0]]);
        assert_eq!(desk.read(|conn| misuse::by_id(conn, signal.id)).unwrap().state, SignalState::Taken);
        let again = open(desk, town.manager(), &opening).unwrap_err();
        assert_eq!(code(&again), "case_open");
        let known = evidence_text(desk, town.manager(), case.id, "06-agreement.txt").unwrap();
        assert!(known.contains(&town.agreement.text_hash) && known.contains("version"), "{known}");
        assert!(evidence_text(desk, town.manager(), case.id, "07-key.json").unwrap().contains("parking:read"));

        assert!(matches!(my_own(desk, &town.city.maria, case.id), Err(CaseError::Missing)), "not before the notice");
        let case = office::notify(desk, &town.city.reviewer, case.id, &charge()).unwrap();
        assert_eq!(case.charge.as_ref().unwrap().answer_by.due, "2026-12-08".parse().unwrap());
        assert_eq!(town.told(MARIA, NoticeKind::LetterSent), 1);
        let early = town.find(town.manager(), &case, &["warn"], "").unwrap_err();
        assert_eq!(code(&early), "answer_time_runs");

        town.days_on(20);
        assert_eq!((clocks::round(desk).unwrap(), clocks::round(desk).unwrap()), (1, 0), "said once");
        assert_eq!(read(desk, &town.clerk, case.id).unwrap().state, CaseState::Unanswered);
        let files = [text_file("log.txt", b"nothing since noon")];
        let case = holder::answer(desk, &town.city.maria, case.id, ("We stopped.", "Less often now.", &files)).unwrap();
        assert!(case.answers[0].is_late && case.answers[0].files.len() == 1);

        let case = town.find(town.manager(), &case, &["suspend_key"], "").unwrap();
        let held = town.holds_on(town.key);
        assert_eq!((held.len(), held[0].case.as_deref()), (1, Some("MIS-2026-0001")));
        assert_eq!(town.told(MARIA, NoticeKind::LetterSent), 2, "the decision");
        assert_eq!(town.told(MARIA, NoticeKind::Suspended), 1);
        let still = office::close(desk, &town.clerk, case.id, "Done.").unwrap_err();
        assert_eq!(code(&still), "still_suspended");
        let wish = Suspension {
            target: HoldTarget::Key(town.key),
            reason: HoldReason::Leaked,
            explanation: "Seen on a site.".to_owned(),
            case: None,
        };
        enforce::suspend(desk, town.manager(), &wish).unwrap();
        let case = office::lift(desk, town.manager(), case.id, (held[0].id, "It has stopped.")).unwrap();
        assert_eq!((town.holds_on(town.key).len(), case.in_force().count()), (1, 0), "the other one stays");
        let lifts = case.steps.iter().filter(|step| step.title == "Suspension lifted").count();
        assert_eq!(lifts, 1);
        let case = office::close(desk, &town.clerk, case.id, "All is well.").unwrap();
        assert!(!case.state.is_open() && list(desk, &town.clerk, false).unwrap().is_empty());
        assert_eq!(mine(desk, &town.city.maria).unwrap().len(), 1);

        let second = town.opened(Class::M7);
        assert_eq!(second.offence, Offence::Repeat, "counted over twelve months");
        desk.clock.set(desk.clock.now() + chrono::TimeDelta::days(370));
        let third = open(desk, town.manager(), &Opening { class: Some(Class::M3), ..town.opening(Class::M3) }).unwrap();
        assert_eq!(third.offence, Offence::First);
    }
}

#[test]
fn who_saw_it_does_not_decide_it_and_other_offices_do_not_know_of_it() {
    for town in towns() {
        let desk = town.desk();
        let case = open(desk, town.manager(), &town.opening(Class::M5)).unwrap();
        office::notify(desk, town.manager(), case.id, &charge()).unwrap();
        let case = holder::answer(desk, &town.city.maria, case.id, ("No.", "", &[])).unwrap();
        assert_eq!(code(&town.find(town.manager(), &case, &["warn"], "").unwrap_err()), "complainant");
        assert_eq!(code(&office::dismiss(desk, town.manager(), case.id, "No.").unwrap_err()), "complainant");
        assert!(town.find(&town.city.second, &case, &["warn"], "").is_ok());
        let other = &town.city.managers[1];
        assert!(matches!(read(desk, other, case.id), Err(CaseError::Missing)));
        assert!(matches!(office::notify(desk, other, case.id, &charge()), Err(CaseError::Missing)));
        let mistaken = Opening { agreement: "DSA-1999-0001".to_owned(), ..town.opening(Class::M5) };
        assert_eq!(invalid(&open(desk, town.manager(), &mistaken).unwrap_err()).0, "agreement");
        let elsewhere = Opening { dataset: "air-quality".to_owned(), ..town.opening(Class::M5) };
        assert!(matches!(open(desk, town.manager(), &elsewhere), Err(CaseError::Missing)), "not their data");
        let count = |desk: &Desk| desk.read(audit::head).unwrap().number;
        let before = count(desk);
        assert!(office::close(desk, &town.city.second, case.id, " ").is_err());
        assert_eq!(count(desk), before, "nothing happened");
    }
}

#[test]
fn measures_reach_the_key_the_dataset_the_agreement_the_requester_and_end_what_they_end() {
    for town in towns() {
        let desk = town.desk();
        let air = key_on(&town.city, &town.agreement, &["air-quality:read"]);
        let found = town.find(town.manager(), &town.answered(Class::M9), &["suspend_dataset"], "").unwrap();
        assert_eq!((town.holds_on(town.key).len(), town.holds_on(air).len()), (1, 0));
        assert_eq!(found.in_force().count(), 1);
        let impose = |word: &str, severity: &str| {
            let given = MeasureGiven { word: word.to_owned(), key: None, to: "Police".to_owned(), until: None };
            office::impose(desk, town.manager(), found.id, (&given, "It goes on.", severity))
        };
        impose("suspend_agreement", "").unwrap();
        impose("suspend_requester", "").unwrap();
        let case = impose("refer", "").unwrap();
        assert!(case.measures.last().unwrap().done.contains("Police"));
        assert_eq!(case.in_force().count(), 3);
        impose("revoke_key", "").unwrap();
        assert_eq!(code(&impose("revoke_key", "").unwrap_err()), "key_ended");
        let by_clerk = MeasureGiven { word: "end_agreement".to_owned(), key: None, to: String::new(), until: None };
        let refused = office::impose(desk, &town.clerk, found.id, (&by_clerk, "Over.", "")).unwrap_err();
        assert_eq!(code(&refused), "managers_only");
        impose("end_agreement", "").unwrap();
        let agreement = desk.read(|conn| agreements::by_id(conn, town.agreement.id)).unwrap();
        assert_eq!(agreement.state.as_str(), "terminated");
        let of = Appealed::Termination { agreement: agreement.id };
        let wish = Wish { of, grounds: "Too much.".to_owned(), wanted: String::new() };
        assert!(appeals::file(desk, &town.city.maria, &wish).is_ok(), "what a case ended can be appealed");
    }
}

fn throttle(
    desk: &Desk,
    by: &Caller,
    case: &MisuseCase,
    word: &str,
    until: Option<&str>,
) -> Result<MisuseCase, CaseError> {
    let until = until.map(|day| day.parse().unwrap());
    let given = MeasureGiven { word: word.to_owned(), key: None, to: String::new(), until };
    office::impose(desk, by, case.id, (&given, "It goes on.", ""))
}

#[test]
fn a_throttle_is_a_measure_up_to_a_day_and_stands_beside_other_holds() {
    for town in towns() {
        let desk = town.desk();
        let found = town.find(town.manager(), &town.answered(Class::M1), &["throttle_key"], "").unwrap();
        let (key, agreement) = (HoldTarget::Key(town.key), HoldTarget::Agreement(town.agreement.id));
        let in_force = |target| desk.read(|conn| holds::in_force(conn, target)).unwrap();
        let slow = in_force(key);
        let until = slow[0].throttle.unwrap().until;
        assert_eq!((slow.len(), slow[0].stops(), until), (1, false, "2026-12-07".parse().unwrap()));
        assert!(found.measures[0].done.contains("25 percent") && found.measures[0].stopped[0].is_throttle);
        assert_eq!((town.told(MARIA, NoticeKind::Throttled), town.told(MARIA, NoticeKind::Suspended)), (1, 0));
        for past_or_far in ["2026-11-22", "2027-02-22"] {
            let refused = throttle(desk, town.manager(), &found, "throttle_agreement", Some(past_or_far)).unwrap_err();
            assert_eq!(invalid(&refused), ("throttle_until".to_owned(), "throttle_days".to_owned()), "{past_or_far}");
        }
        throttle(desk, town.manager(), &found, "throttle_agreement", Some("2027-02-21")).unwrap();
        assert!(try_key(&town.city, &town.agreement, &["parking:read"]).is_ok(), "a slower agreement is in force");
        let wish = Suspension {
            target: key,
            reason: HoldReason::Leaked,
            explanation: "Seen on a site.".to_owned(),
            case: None,
        };
        let other = enforce::suspend(desk, town.manager(), &wish).unwrap();
        let case = office::lift(desk, town.manager(), found.id, (slow[0].id, "It waits now.")).unwrap();
        assert_eq!(case.steps.iter().filter(|step| step.title == "Throttling lifted").count(), 1);
        assert_eq!((in_force(key)[0].id, in_force(agreement).len()), (other.id, 1), "each by its own");
        let case = office::close(desk, town.manager(), case.id, "The rest ends by itself.").unwrap();
        assert_eq!(case.in_force().count(), 1);
        town.days_on(91);
        assert_eq!(enforce::end_throttles(desk).unwrap(), 1);
        assert!(in_force(agreement).is_empty() && in_force(key).len() == 1);
        assert_eq!(read(desk, &town.clerk, case.id).unwrap().in_force().count(), 0, "its case notes it");
        let again = town.opened(Class::M1);
        assert_eq!((again.offence, again.stood_at), (Offence::Repeat, Some(Rung::Throttle)));
    }
}

#[test]
fn a_throttle_can_be_appealed_and_a_key_under_one_is_not_rolled_away() {
    for town in towns() {
        let desk = town.desk();
        let found = town.find(town.manager(), &town.answered(Class::M1), &["throttle_key"], "").unwrap();
        let roll = RollWish { scopes: None, limits: None, expires_at: None, overlap_days: 0 };
        assert_eq!(code(&keys::roll(desk, &town.city.maria, town.key, &roll).unwrap_err()), "key_held");
        let hold = found.in_force().next().unwrap().hold;
        let wish = Wish { of: Appealed::Suspension { hold }, grounds: "We wait.".to_owned(), wanted: String::new() };
        let appeal = appeals::file(desk, &town.city.maria, &wish).unwrap();
        assert!(appeal.contested.what.starts_with("Throttling of key"), "{}", appeal.contested.what);
        appeal_desk::acknowledge(desk, &town.clerk, appeal.id, "").unwrap();
        appeal_desk::compile(desk, &town.clerk, appeal.id).unwrap();
        let ruled = appeal_desk::Ruled {
            outcome: Outcome::Reversed,
            reasons: "They do.".to_owned(),
            instructions: String::new(),
        };
        appeal_desk::decide(desk, &town.clerk, appeal.id, &ruled).unwrap();
        assert!(town.holds_on(town.key).is_empty());
        assert_eq!(read(desk, &town.clerk, found.id).unwrap().steps.last().unwrap().title, "Throttling lifted");
    }
}

fn reversed(town: &Town, of: Appealed) -> String {
    let desk = town.desk();
    let wish = Wish { of, grounds: "It was not us.".to_owned(), wanted: String::new() };
    let appeal = appeals::file(desk, &town.city.maria, &wish).unwrap();
    appeal_desk::acknowledge(desk, &town.clerk, appeal.id, "").unwrap();
    appeal_desk::compile(desk, &town.clerk, appeal.id).unwrap();
    let ruled = appeal_desk::Ruled {
        outcome: Outcome::Reversed,
        reasons: "It was not them.".to_owned(),
        instructions: String::new(),
    };
    let appeal = appeal_desk::decide(desk, &town.clerk, appeal.id, &ruled).unwrap();
    let AppealState::Decided { ruling } = appeal.state else { panic!("{appeal:?}") };
    ruling.effect
}

#[test]
fn a_finding_without_a_suspension_is_appealed_and_set_aside_it_counts_for_nothing() {
    for town in towns() {
        let desk = town.desk();
        let noticed = town.noticed(Class::M3);
        let of = |case: &MisuseCase| Appealed::Finding { case: case.id };
        let wish = |of| Wish { of, grounds: "No.".to_owned(), wanted: String::new() };
        let early = appeals::file(desk, &town.city.maria, &wish(of(&noticed))).unwrap_err();
        assert_eq!(code(&early), "nothing_to_appeal");
        let unknown = town.opened(Class::M4);
        let hidden = appeals::file(desk, &town.city.maria, &wish(of(&unknown))).unwrap_err();
        assert!(matches!(hidden, CaseError::Missing), "a case without a notice is not known");
        let case = holder::answer(desk, &town.city.maria, noticed.id, ("It was a mistake.", "", &[])).unwrap();
        let case = town.find(town.manager(), &case, &["warn"], "").unwrap();
        assert_eq!(town.opened(Class::M3).offence, Offence::Continuing);
        let effect = reversed(&town, of(&case));
        assert_eq!(effect, "The finding is set aside and counts for nothing any more.");
        let case = read(desk, &town.clerk, case.id).unwrap();
        assert_eq!(case.state, CaseState::Dismissed);
        for open in list(desk, &town.clerk, false).unwrap().iter().filter(|open| open.class == Class::M3) {
            office::dismiss(desk, &town.clerk, open.id, "Opened to count.").unwrap();
        }
        let next = town.opened(Class::M3);
        assert_eq!((next.offence, next.stood_at), (Offence::First, None), "its points vanish");
    }
}

#[test]
fn a_finding_set_aside_lifts_what_the_case_holds_also_when_it_is_closed() {
    for town in towns() {
        let desk = town.desk();
        let case = town.find(town.manager(), &town.answered(Class::M7), &["suspend_key", "throttle_agreement"], "");
        let case = case.unwrap();
        assert_eq!(case.in_force().count(), 2);
        assert!(reversed(&town, Appealed::Finding { case: case.id }).contains("lifted"));
        assert!(town.holds_on(town.key).is_empty());
        let on_agreement = HoldTarget::Agreement(town.agreement.id);
        assert!(desk.read(|conn| holds::in_force(conn, on_agreement)).unwrap().is_empty());
        let other = town.find(town.manager(), &town.answered(Class::M5), &["warn"], "").unwrap();
        office::close(desk, &town.clerk, other.id, "Done.").unwrap();
        reversed(&town, Appealed::Finding { case: other.id });
        assert_eq!(read(desk, &town.clerk, other.id).unwrap().state, CaseState::Dismissed);
    }
}

#[test]
fn a_suspension_that_an_appeal_lifts_is_noted_in_its_case() {
    for town in towns() {
        let desk = town.desk();
        let found = town.find(town.manager(), &town.answered(Class::M5), &["suspend_key"], "").unwrap();
        reversed(&town, Appealed::Suspension { hold: found.in_force().next().unwrap().hold });
        let case = read(desk, &town.clerk, found.id).unwrap();
        assert_eq!(case.in_force().count(), 0);
        assert_eq!(case.steps.last().unwrap().title, "Suspension lifted");
    }
}
