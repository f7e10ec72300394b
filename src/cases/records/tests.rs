//! Requests for records from the form to the answer, on both databases: who may see what, silence, fees, referral, and
//! the ways from and to applications.

use chrono::Duration;

use super::convert::{self, ConvertWish};
use super::desk::{self, Entered, Found, Referred};
use super::{FILED_PER_HOUR, Filed, Wish, clock, file, follow, mine, packet, produced, withdraw};
use crate::cases::apply_tests::{self, City, cities, deny, draft, item, signature, submit};
use crate::cases::files::NewFile;
use crate::cases::{Caller, CaseError, Desk, Intent, apply, calendar, post, reuse};
use crate::domain::application::State;
use crate::domain::id::RecordsId;
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::records::{
    AnswerDraft, Cents, EstimateDraft, LedgerKind, Outcome, RecordsRequest, RecordsState, WaiverGround, Withheld,
};
use crate::domain::time::Instant;
use crate::store::outbox::Message;
use crate::store::{StoreError, applications, audit, outbox, records};

struct Town {
    city: City,
    clerk: Caller,
    visitor: Caller,
}

/// The code of a refusal.
fn code<T>(done: Result<T, CaseError>) -> &'static str {
    apply_tests::code(&done.err().unwrap())
}

fn towns() -> Vec<Town> {
    let with_clerk = |city: City| {
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let actor = Actor::visitor(Some([203, 0, 113, 9].into()));
        let visitor = Caller { actor, request: None, agent: "test".to_owned(), idempotency: None, intent: Intent::Act };
        Town { city, clerk, visitor }
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

    fn at(&self, instant: &str) {
        self.desk().clock.set(instant.parse().unwrap());
    }

    /// The short name of the first department.
    fn slug(&self) -> String {
        let all = self.desk().read(crate::store::people::departments).unwrap();
        all.into_iter().find(|known| known.id == self.city.departments[0]).unwrap().slug
    }

    fn wish(&self, description: &str) -> Wish {
        Wish {
            email: "vera@people.example".to_owned(),
            department: self.slug(),
            description: description.to_owned(),
            ..Wish::default()
        }
    }

    fn filed(&self, description: &str) -> Filed {
        file(self.desk(), &self.visitor, &self.wish(description)).unwrap()
    }

    fn try_file(&self, wish: &Wish) -> Result<Filed, CaseError> {
        file(self.desk(), &self.visitor, wish)
    }

    fn request(&self, id: RecordsId) -> RecordsRequest {
        self.desk().read(|conn| records::by_id(conn, id)).unwrap()
    }

    fn mail(&self, address: &str) -> Vec<Message> {
        self.desk().read(|conn| outbox::newest(conn, Some(address), 100)).unwrap()
    }

    fn answer(&self, by: &Caller, id: RecordsId, outcome: Outcome) -> Result<RecordsRequest, CaseError> {
        let row = Withheld {
            record: "Log of 2025".to_owned(),
            field: "operator".to_owned(),
            exemption: "1-210(b)(5)".to_owned(),
            sentence: "It names a vendor’s method.".to_owned(),
        };
        let withheld = if outcome == Outcome::Produced { Vec::new() } else { vec![row] };
        desk::answer(self.desk(), by, id, (&AnswerDraft { outcome, text: "By mail.".to_owned(), withheld }, &[]))
    }

    fn estimated(&self, id: RecordsId) {
        let draft = EstimateDraft { pages: 24, page_price: Cents::new(50), ..EstimateDraft::default() };
        desk::estimate(self.desk(), self.manager(), id, &draft).unwrap();
    }

    fn enter(&self, id: RecordsId, kind: LedgerKind, cents: u64) -> Result<RecordsRequest, CaseError> {
        let entered = Entered { kind, cents: Cents::new(cents), text: "Receipt 17".to_owned() };
        desk::enter(self.desk(), self.manager(), id, &entered)
    }

    fn acts(&self) -> Vec<String> {
        let all = self.desk().read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        all.into_iter().map(|entry| entry.act).filter(|act| act.starts_with("records.")).collect()
    }
}

#[test]
fn a_visitor_asks_follows_by_the_link_and_takes_the_file() {
    for town in towns() {
        let Filed { request, token } = town.filed("Counts of East Avenue, 2025.");
        assert_eq!((request.number.as_str(), request.requester.account), ("REC-2026-0001", None));
        assert_eq!(request.clocks.due.due.to_string(), "2026-11-30");
        let receipt = &town.mail("vera@people.example")[0];
        assert_eq!((receipt.kind, receipt.link), (NoticeKind::RecordsReceived, Some(request.link)));
        for told in ["Mon Nov 30, 2026", "Thanksgiving Day", "Wed Dec 30, 2026", "Counts of East Avenue"] {
            assert!(receipt.facts["letter"].contains(told), "{told}: {}", receipt.facts["letter"]);
        }
        assert!(!format!("{:?}", receipt.facts).contains(&token), "no usable link rests in the outbox");
        let stored = serde_json::to_string(&town.request(request.id)).unwrap();
        assert!(!stored.contains(&token), "nor with the request");

        let (id, desk) = (request.id, town.desk());
        let missing = |key: &str| matches!(follow(desk, &town.visitor, key), Err(CaseError::Missing));
        assert!(missing("") && missing("a.b.c") && missing(&token[1..]) && missing(&id.to_string()));
        desk::acknowledge(desk, &town.city.reviewer, id, "We look for it.").unwrap();
        let seen = follow(desk, &town.visitor, &token).unwrap();
        assert_eq!((seen.request.state.as_str(), seen.request.clocks == request.clocks), ("acknowledged", true));
        let text = town.mail("vera@people.example")[0].facts["text"].clone();
        assert!(text.contains("neither a grant nor a denial") && text.contains("Mon Nov 30, 2026"), "{text}");

        desk::note(desk, &town.city.reviewer, id, "Ask Rosa.").unwrap();
        assert!(!format!("{:?}", follow(desk, &town.visitor, &token).unwrap().request).contains("Ask Rosa"));
        assert_eq!(code(town.answer(&town.city.reviewer, id, Outcome::Produced)), "missing", "a reviewer does not");
        let content = NewFile { name: "counts.csv".to_owned(), content: b"hour,count\n1,2\n".to_vec() };
        let draft = AnswerDraft { outcome: Outcome::Produced, text: "In the file.".to_owned(), withheld: Vec::new() };
        desk::answer(desk, town.manager(), id, (&draft, &[content])).unwrap();
        let seen = follow(desk, &town.visitor, &token).unwrap();
        assert_eq!((seen.files.len(), seen.letters.len()), (1, 3), "receipt, acknowledgement, answer");
        assert!(seen.letters.iter().all(crate::domain::letter::Letter::is_intact));
        let (taken, bytes) = produced(desk, &town.visitor, &token, seen.files[0].id).unwrap();
        assert_eq!((taken.name.as_str(), bytes.as_slice()), ("counts.csv", b"hour,count\n1,2\n".as_slice()));
        assert!(matches!(produced(desk, &town.visitor, "x", seen.files[0].id), Err(CaseError::Missing)));
        let papers = packet(desk, &town.visitor, &token).unwrap();
        assert!(papers.bytes.starts_with(b"PK") && papers.texts.len() >= 4, "{:?}", papers.texts);
        assert_eq!(papers.bytes, packet(desk, &town.clerk, &id.to_string()).unwrap().bytes, "the same bytes");
        assert_eq!(
            town.acts(),
            ["records.file", "records.acknowledge", "records.note", "records.answer"],
            "{}",
            town.city.desk.backend
        );
    }
}

#[test]
fn the_same_twice_on_one_day_points_to_the_first_and_markup_stays_text() {
    for town in towns() {
        let wish = town.wish("Counts of  East Avenue <script>alert(1)</script> {{number}}");
        let first = town.try_file(&wish).unwrap().request;
        let again = Wish { description: wish.description.to_uppercase().replace("  ", " "), ..wish.clone() };
        let Err(CaseError::Refused(refusal)) = town.try_file(&again) else { panic!() };
        assert_eq!(refusal.code, "already_filed");
        assert!(refusal.detail.contains(&first.number), "{}", refusal.detail);
        let other = Wish { email: "olga@people.example".to_owned(), ..wish.clone() };
        assert_eq!(town.try_file(&other).unwrap().request.number, "REC-2026-0002", "somebody else may");
        assert!(town.mail("vera@people.example")[0].facts["letter"].contains("<script>alert(1)</script> {{number}}"));
        town.at("2026-11-24T17:00:00Z");
        assert_eq!(town.try_file(&wish).unwrap().request.number, "REC-2026-0003", "and on another day");
    }
}

#[test]
fn what_is_typed_wrongly_is_told_at_its_field_and_changes_nothing() {
    for town in towns() {
        let whole = town.wish("Counts");
        let before = town.acts().len();
        let fields = |wish: Wish| match town.try_file(&wish) {
            Err(CaseError::Invalid(faults)) => {
                faults.into_iter().map(|fault| format!("{}:{}", fault.field, fault.code)).collect::<Vec<_>>().join(" ")
            }
            other => panic!("{other:?}"),
        };
        let text = |text: &str| text.to_owned();
        assert_eq!(fields(Wish { description: text(" "), ..whole.clone() }), "description:required");
        assert_eq!(fields(Wish { description: "x".repeat(8_001), ..whole.clone() }), "description:too_long");
        assert_eq!(fields(Wish { email: String::new(), ..whole.clone() }), "email:way_needed");
        assert_eq!(fields(Wish { department: text("nobody"), ..whole.clone() }), "department:unknown");
        assert_eq!(fields(Wish { format: text("stone"), ..whole.clone() }), "format:unknown");
        assert_eq!(fields(Wish { waiver: text("exempt"), ..whole.clone() }), "waiver:unknown");
        assert_eq!(fields(Wish { name: text("a\nb"), ..whole.clone() }), "name:not_one_line");
        assert_eq!(town.acts().len(), before);
        let by_post = Wish { email: String::new(), other_way: text("12 Main Street"), ..whole };
        assert_eq!(town.try_file(&by_post).unwrap().request.requester.name, "");
    }
}

#[test]
fn a_request_at_half_past_eleven_or_when_closed_counts_from_its_own_day_in_the_city() {
    for town in towns() {
        for (at, on, closed, due) in [
            ("2026-11-24T04:30:00Z", "2026-11-23", false, "2026-11-30"),
            ("2026-11-28T15:00:00Z", "2026-11-28", true, "2026-12-03"),
            ("2026-11-26T15:00:00Z", "2026-11-26", true, "2026-12-02"),
        ] {
            town.at(at);
            let request = town.filed(&format!("Counts at {at}")).request;
            let found = (request.received_on.to_string(), request.came_when_closed, request.clocks.due.due.to_string());
            assert_eq!(found, (on.to_owned(), closed, due.to_owned()), "{}", request.clocks.due.explain());
        }
    }
}

#[test]
fn silence_becomes_a_denial_once_and_a_late_answer_does_not_take_it_back() {
    for town in towns() {
        let (first, second) = (town.filed("Counts"), town.filed("Answered in time"));
        let (id, desk) = (first.request.id, town.desk());
        desk::acknowledge(desk, town.manager(), id, "").unwrap();
        town.answer(town.manager(), second.request.id, Outcome::Denied).unwrap();
        town.at("2026-11-30T17:00:00Z");
        assert_eq!(clock::remind_of_due(desk).unwrap(), 1);
        assert_eq!(clock::remind_of_due(desk).unwrap(), 0, "said once");
        town.at("2026-12-01T04:59:00Z");
        assert_eq!(clock::deem_denied(desk).unwrap(), 0, "it is still the last day in the city");
        town.at("2026-12-01T05:00:01Z");
        let other = desk.clone();
        let twin = std::thread::spawn(move || clock::deem_denied(&other).unwrap());
        let counts = clock::deem_denied(desk).unwrap() + twin.join().unwrap();
        assert_eq!((counts, clock::deem_denied(desk).unwrap()), (1, 0), "of two processes one speaks");
        let silent = town.request(id);
        assert_eq!(silent.state, RecordsState::DeemedDenied { on: "2026-11-30".parse().unwrap() });
        let text = town.mail("vera@people.example")[0].facts["text"].clone();
        assert!(text.contains("that is a denial") && text.contains("Wed Dec 30, 2026"), "{text}");
        let clerks = town.mail("clara.clerk@people.example");
        assert!(clerks.iter().any(|message| message.kind == NoticeKind::RecordsOverdue));

        town.at("2026-12-02T17:00:00Z");
        let late = town.answer(town.manager(), id, Outcome::Produced).unwrap();
        assert!(late.answer().unwrap().is_late && late.deemed == silent.deemed);
        assert_eq!(late.appeals()[0].due.to_string(), "2026-12-30");
        assert_eq!(town.acts().iter().filter(|act| *act == "records.deem_denied").count(), 1);
    }
}

#[test]
fn a_closed_day_moves_the_last_day_of_what_is_waited_for_and_says_so() {
    for town in towns() {
        let (desk, Filed { request, token }) = (town.desk(), town.filed("Counts"));
        let reuse = reuse::ask(desk, &town.visitor, "parking", &reuse::Question::default()).unwrap();
        let closed = ("2026-11-30".parse().unwrap(), false, "Snow");
        assert_eq!(calendar::list_day(desk, &town.clerk, closed).unwrap(), 2);
        let moved = follow(desk, &town.visitor, &token).unwrap().request;
        let days = (moved.clocks.due.due.to_string(), moved.clocks.appeal.due.to_string());
        assert_eq!(days, ("2026-12-01".to_owned(), "2026-12-31".to_owned()));
        assert!(moved.clocks.due.explain().contains("Snow") && moved.steps.last().unwrap().text.contains("Snow"));
        let task = reuse::read(desk, town.manager(), reuse.id).unwrap();
        assert!(task.due.due > reuse.due.due);
        let board = crate::cases::deadlines::board(desk, town.manager()).unwrap();
        let named: Vec<_> = board.iter().map(|due| due.number.as_str()).collect();
        assert!(named.contains(&request.number.as_str()) && named.contains(&reuse.number.as_str()), "{named:?}");
        assert_eq!(calendar::keep_up(desk).unwrap(), 0);
    }
}

#[test]
fn where_the_place_says_so_an_acknowledgement_stops_the_clock() {
    for town in towns() {
        let mut stopping = town.desk().clone();
        std::sync::Arc::make_mut(&mut stopping.profile).records.acknowledgement_stops_clock = true;
        let request = file(&stopping, &town.visitor, &town.wish("Counts")).unwrap().request;
        desk::acknowledge(&stopping, town.manager(), request.id, "").unwrap();
        town.at("2026-12-10T17:00:00Z");
        assert_eq!(clock::deem_denied(&stopping).unwrap(), 0);
    }
}

#[test]
fn each_office_has_its_own_and_the_clerk_finds_out_where_the_others_belong() {
    for town in towns() {
        let desk = town.desk();
        let lost = town.try_file(&Wish { department: String::new(), ..town.wish("Counts") }).unwrap().request;
        assert_eq!(town.mail("clara.clerk@people.example")[0].kind, NoticeKind::RecordsFiled);
        assert!(matches!(desk::read(desk, town.manager(), lost.id), Err(CaseError::Missing)));
        assert_eq!(desk::list(desk, &town.clerk, false).unwrap().len(), 1);
        assert_eq!(desk::list(desk, town.manager(), false).unwrap().len(), 0);
        assert!(matches!(desk::list(desk, &town.city.maria, false), Err(CaseError::Missing)));
        let routed = desk::route(desk, &town.clerk, lost.id, (town.city.departments[0], "Theirs.")).unwrap();
        assert_eq!(routed.department, Some(town.city.departments[0]));
        assert_eq!(desk::list(desk, town.manager(), false).unwrap().len(), 1);
        assert!(matches!(desk::read(desk, &town.city.managers[1], lost.id), Err(CaseError::Missing)));
        let again = desk::route(desk, town.manager(), lost.id, (town.city.departments[0], ""));
        assert_eq!(code(again), "already_there");
        desk::route(desk, town.manager(), lost.id, (town.city.departments[1], "")).unwrap();
        assert!(matches!(desk::read(desk, town.manager(), lost.id), Err(CaseError::Missing)));
        let longer = desk::lengthen(desk, &town.clerk, lost.id, "A personnel file; she was told.").unwrap();
        assert_eq!(longer.clocks.due.due.to_string(), "2026-12-08");
        let stale = RecordsRequest { version: 1, ..longer };
        let saved = desk.store.write(|conn| records::save(conn, &stale, desk.clock.now()));
        assert!(matches!(saved, Err(StoreError::Stale)));
    }
}

#[test]
fn a_safety_question_goes_to_the_commissioner_and_both_sides_hear_of_it() {
    for town in towns() {
        let (desk, id) = (town.desk(), town.filed("Camera sight lines").request.id);
        let asked = |exemption: &str| Referred {
            exemption: exemption.to_owned(),
            records: "Sight lines".to_owned(),
            reason: "They show blind spots.".to_owned(),
        };
        let refused = desk::refer(desk, town.manager(), id, &asked("1-210(b)(5)"));
        assert!(matches!(refused, Err(CaseError::Invalid(faults)) if faults[0].code == "exemption_unknown"));
        desk::refer(desk, town.manager(), id, &asked("1-210(b)(19)")).unwrap();
        let told = &town.mail("demhs@commissioner.example")[0];
        assert_eq!((told.kind, told.facts["due"].as_str()), (NoticeKind::RecordsReferred, "Mon Nov 30, 2026"));
        assert!(town.mail("vera@people.example")[0].facts["title"].contains("referred to the State"));
        let found = |on: &str| Found { on: on.parse().unwrap(), has_grounds: true, text: "So found.".to_owned() };
        let early = desk::find(desk, town.manager(), id, &found("2026-11-24"));
        assert!(matches!(early, Err(CaseError::Invalid(faults)) if faults[0].code == "finding_to_come"));
        let next = desk::find(desk, town.manager(), id, &found("2026-11-23")).unwrap();
        assert!(next.referral.unwrap().finding.unwrap().has_grounds);
    }
}

#[test]
fn fees_stay_within_the_estimate_the_ledger_only_grows_and_a_waiver_clears_it() {
    for town in towns() {
        let (desk, Filed { request, token }) = (town.desk(), town.filed("Counts on paper"));
        let id = request.id;
        assert_eq!(code(town.enter(id, LedgerKind::Charge, 100)), "estimate_missing");
        town.estimated(id);
        let text = town.mail("vera@people.example")[0].facts["text"].clone();
        assert!(text.contains("$12.00") && text.contains("retrieving them costs nothing"), "{text}");
        assert_eq!(code(town.enter(id, LedgerKind::Charge, 1_201)), "above_estimate");
        town.enter(id, LedgerKind::Charge, 1_200).unwrap();
        assert_eq!(code(town.enter(id, LedgerKind::Payment, 1_201)), "above_balance");
        town.enter(id, LedgerKind::Payment, 200).unwrap();
        assert_eq!(code(desk::waive(desk, &town.city.reviewer, id, (WaiverGround::Indigent, ""))), "missing");
        desk::waive(desk, town.manager(), id, (WaiverGround::Indigent, "Shown a letter.")).unwrap();
        let seen = follow(desk, &town.visitor, &token).unwrap();
        let rows: Vec<_> = seen.fees.iter().map(|entry| (entry.kind, entry.cents.get())).collect();
        assert_eq!(rows, [(LedgerKind::Charge, 1_200), (LedgerKind::Payment, 200), (LedgerKind::Waiver, 1_000)]);
        assert!(crate::domain::records::balance(&seen.fees).is_zero());
        assert_eq!(code(town.enter(id, LedgerKind::Charge, 1)), "fee_waived");
        for change in ["UPDATE records_fees SET cents = 1", "DELETE FROM records_fees"] {
            use diesel::connection::SimpleConnection as _;
            let tried = desk.store.read(|conn| conn.batch_execute(change).map_err(StoreError::from));
            assert!(tried.is_err(), "{change}: the ledger is append-only in the database itself");
        }
    }
}

#[test]
fn fees_that_are_due_hold_up_applications_only_where_the_place_says_so_and_never_a_request_for_records() {
    for town in towns() {
        let maria = &town.city.maria;
        let request = file(town.desk(), maria, &town.wish("Counts on paper")).unwrap().request;
        assert_eq!(request.requester.account, maria.actor.account);
        town.estimated(request.id);
        town.enter(request.id, LedgerKind::Charge, 1_200).unwrap();
        let id = draft(&town.city, &["parking"]);
        let signed = signature(&town.city, id);
        let mut strict = town.desk().clone();
        std::sync::Arc::make_mut(&mut strict.profile).fees.unpaid_blocks_applications = true;
        let Err(CaseError::Refused(refusal)) = apply::submit(&strict, maria, id, &signed) else { panic!() };
        assert_eq!(refusal.code, "fees_unpaid");
        assert!(refusal.detail.contains(&request.number) && refusal.detail.contains("$12.00"), "{}", refusal.detail);
        assert!(file(&strict, maria, &town.wish("Something else")).is_ok(), "a right is not for sale");
        assert!(apply::submit(town.desk(), maria, id, &signed).is_ok(), "Norwalk does not");
        town.enter(request.id, LedgerKind::Payment, 1_200).unwrap();
        let next = draft(&town.city, &["air-quality"]);
        assert!(apply::submit(&strict, maria, next, &signature(&town.city, next)).is_ok(), "once it is paid");
    }
}

#[test]
fn an_applications_datasets_become_requests_and_it_ends_only_where_its_requester_says_so() {
    for town in towns() {
        let (desk, maria) = (town.desk(), &town.city.maria);
        let id = draft(&town.city, &["parking", "air-quality"]);
        let items: Vec<_> = ["parking", "air-quality"].iter().map(|slug| item(&town.city, id, slug)).collect();
        let wish = |items: Vec<_>, ends| ConvertWish { items, text: "For 2025.".to_owned(), ends_application: ends };
        let never_sent = convert::from_application(desk, maria, id, &wish(items.clone(), false));
        assert_eq!(code(never_sent), "wrong_state");
        submit(&town.city, id);
        deny(&town.city, town.manager(), id, "parking");
        let none = convert::from_application(desk, maria, id, &wish(Vec::new(), false));
        assert!(matches!(none, Err(CaseError::Invalid(_))));
        let stranger = convert::from_application(desk, town.manager(), id, &wish(items.clone(), false));
        assert!(matches!(stranger, Err(CaseError::Missing)));
        let made = convert::from_application(desk, maria, id, &wish(vec![items[0]], false)).unwrap();
        assert_eq!((made.len(), made[0].department), (1, Some(town.city.departments[0])));
        assert!(made[0].description.contains("parking") && made[0].description.contains("For 2025."));
        let state = || desk.read(|conn| applications::by_id(conn, id)).unwrap().state;
        assert_eq!(state().as_str(), "submitted", "it goes on beside the request");
        assert_eq!(code(convert::from_application(desk, maria, id, &wish(vec![items[0]], false))), "already_filed");
        let made = convert::from_application(desk, maria, id, &wish(vec![items[1]], true)).unwrap();
        assert!(matches!(state(), State::Converted { requests, .. } if requests == [made[0].number.clone()]));
        assert_eq!(mine(desk, maria).unwrap().len(), 2);
        assert_eq!(
            post::mine(desk, maria).unwrap().iter().filter(|letter| letter.about.kind == super::OWNER).count(),
            2
        );
        let by_id = made[0].id.to_string();
        assert!(follow(desk, maria, &by_id).is_ok());
        assert!(matches!(follow(desk, &town.visitor, &by_id), Err(CaseError::Missing)), "an id is no key");
    }
}

#[test]
fn a_request_becomes_a_draft_and_goes_on_unless_it_is_ended() {
    for town in towns() {
        let (desk, maria) = (town.desk(), &town.city.maria);
        let Filed { request, token } = town.filed("Free bays near the station");
        assert!(matches!(convert::to_application(desk, &town.visitor, &token, false), Err(CaseError::Missing)));
        let (application, next) = convert::to_application(desk, maria, &token, false).unwrap();
        assert_eq!((next.state.as_str(), next.application), ("received", Some(application)));
        let begun = desk.read(|conn| applications::by_id(conn, application)).unwrap();
        assert_eq!((begun.state.as_str(), begun.answers.get("purpose")), ("draft", "Free bays near the station"));
        assert!(begun.answers.get("title").contains(&request.number));
        let (_, ended) = convert::to_application(desk, maria, &token, true).unwrap();
        assert_eq!(ended.state.as_str(), "converted");
        assert_eq!(code(town.answer(town.manager(), request.id, Outcome::Denied)), "wrong_state");
        let other = town.filed("Something else");
        let back = withdraw(desk, &town.visitor, &other.token, "No longer needed.").unwrap();
        assert_eq!(back.state.as_str(), "withdrawn");
        assert_eq!(code(withdraw(desk, &town.visitor, &other.token, "")), "wrong_state");
    }
}

#[test]
fn a_flood_from_one_address_waits_and_who_is_signed_in_does_not() {
    for town in towns() {
        for count in 0..FILED_PER_HOUR {
            town.filed(&format!("Counts {count}"));
        }
        assert!(matches!(town.try_file(&town.wish("One more")), Err(CaseError::Wait(seconds)) if seconds > 3_000));
        assert!(file(town.desk(), &town.city.maria, &town.wish("One more")).is_ok());
        let later: Instant = town.desk().clock.now() + Duration::hours(1);
        town.desk().clock.set(later);
        assert!(town.try_file(&town.wish("One more")).is_ok());
        let receipts = town.mail("vera@people.example");
        assert!(receipts.len() < 10, "nobody’s mailbox is filled in somebody else’s name: {}", receipts.len());
    }
}
