//! Complaints, files, reports of personal data and pauses of datasets.

use super::{MARIA, charge, invalid, key_on, text_file, towns, try_key};
use crate::cases::apply_tests::code;
use crate::cases::conduct::complaints::{self, ComplaintGiven};
use crate::cases::conduct::open::{AtOnce, Opening, Origin, open};
use crate::cases::conduct::{evidence_text, holder, list, my_own, office, pause};
use crate::cases::enforce::{self, Suspension};
use crate::cases::{Caller, CaseError, Intent};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::misuse::Class;
use crate::domain::misuse::case::{CaseState, OrderKind, Source};
use crate::domain::misuse::complaint::ComplaintKind;
use crate::domain::notice::NoticeKind;
use crate::domain::people::Actor;
use crate::store::outbox;

fn visitor(last: u8) -> Caller {
    let actor = Actor::visitor(Some([198, 51, 100, last].into()));
    Caller {
        actor,
        request: Some("req-2".to_owned()),
        agent: "test".to_owned(),
        idempotency: None,
        intent: Intent::Act,
    }
}

fn complaint(text: &str) -> ComplaintGiven {
    ComplaintGiven {
        kind: ComplaintKind::Misuse,
        department: String::new(),
        dataset: String::new(),
        seen: "https://copies.example".to_owned(),
        text: text.to_owned(),
        name: String::new(),
        email: "nora@neighbours.example".to_owned(),
        files: Vec::new(),
    }
}

#[test]
fn a_complaint_is_read_by_its_office_and_who_sent_it_is_never_shown_to_the_holder() {
    for town in towns() {
        let desk = town.desk();
        let nora = "nora@neighbours.example";
        let given = ComplaintGiven { dataset: "parking".to_owned(), ..complaint("They <b>sell</b> it.") };
        let receipt = complaints::file(desk, &visitor(1), &given).unwrap();
        assert_eq!((receipt.number.as_str(), receipt.is_known), ("CMP-2026-0001", false));
        let twice = complaints::file(desk, &visitor(2), &given).unwrap();
        assert_eq!((twice.number.as_str(), twice.is_known), ("CMP-2026-0001", true), "double complaints are one");
        assert_eq!(town.told(nora, NoticeKind::ComplaintReceived), 1);
        let found = complaints::list(desk, &town.clerk, false).unwrap();
        assert_eq!((found.len(), found[0].text.as_str()), (1, "They <b>sell</b> it."), "kept as typed");
        let id = found[0].id;
        assert!(matches!(complaints::read(desk, town.manager(), id), Err(CaseError::Missing)), "it went to the clerk");
        let opening = Opening {
            origin: Origin::Complaint(id),
            summary: "The feed is offered for sale.".to_owned(),
            dataset: String::new(),
            key: None,
            ..town.opening(Class::M5)
        };
        let case = open(desk, &town.clerk, &opening).unwrap();
        assert_eq!(case.departments, [town.city.departments[0]], "the dataset that was named");
        assert_eq!(town.told(nora, NoticeKind::ComplaintTakenUp), 1);
        assert!(open(desk, &town.clerk, &opening).is_err(), "one case from one complaint");
        office::notify(desk, &town.clerk, case.id, &charge()).unwrap();
        let shown = evidence_text(desk, &town.clerk, case.id, "03-complaint.json").unwrap();
        assert!(shown.contains(nora));
        let hidden = evidence_text(desk, &town.city.maria, case.id, "03-complaint.json");
        assert!(matches!(hidden, Err(CaseError::Missing)));
        for part in case.evidence.iter().filter(|part| part.is_for_holder) {
            let text = evidence_text(desk, &town.city.maria, case.id, &part.name).unwrap();
            assert!(!text.contains(nora) && !text.contains("They <b>"), "{}", part.name);
        }
        let letters = desk.read(|conn| outbox::newest(conn, Some(MARIA), 500)).unwrap();
        assert!(letters.iter().all(|message| !format!("{:?}", message.facts).contains(nora)));

        let other = complaints::file(desk, &visitor(1), &complaint("A drone flies.")).unwrap();
        let id = complaints::list(desk, &town.clerk, false)
            .unwrap()
            .iter()
            .find(|one| one.number == other.number)
            .unwrap()
            .id;
        complaints::set_aside(desk, &town.clerk, id, "No data of ours.").unwrap();
        assert_eq!(town.told(nora, NoticeKind::ComplaintSetAside), 1);
        assert_eq!(code(&complaints::set_aside(desk, &town.clerk, id, "Again.").unwrap_err()), "wrong_state");
    }
}

#[test]
fn a_flood_of_complaints_from_one_address_waits_and_others_do_not() {
    for town in towns() {
        let desk = town.desk();
        for number in 0..10 {
            complaints::file(desk, &visitor(1), &complaint(&format!("Number {number}."))).unwrap();
        }
        let eleventh = complaints::file(desk, &visitor(1), &complaint("One more.")).unwrap_err();
        assert!(matches!(eleventh, CaseError::Wait(1..=3600)), "{eleventh:?}");
        assert!(complaints::file(desk, &visitor(2), &complaint("One more.")).is_ok());
        desk.clock.set(desk.clock.now() + chrono::TimeDelta::hours(1));
        assert!(complaints::file(desk, &visitor(1), &complaint("An hour later.")).is_ok());
    }
}

#[test]
fn the_form_tells_people_from_programs_by_a_signed_time() {
    for town in towns() {
        let desk = town.desk();
        let token = complaints::form_token(desk);
        let refused = |token: &str| invalid(&complaints::check_token(desk, token).unwrap_err()).1;
        assert_eq!(refused(&token), "form_too_fast");
        desk.clock.set(desk.clock.now() + chrono::TimeDelta::seconds(5));
        assert!(complaints::check_token(desk, &token).is_ok());
        for forged in ["", "1", "1.ab", &token.replacen('1', "2", 1)] {
            assert_eq!(refused(forged), "form_token", "{forged}");
        }
        desk.clock.set(desk.clock.now() + chrono::TimeDelta::hours(13));
        assert_eq!(refused(&token), "form_too_old");
    }
}

#[test]
fn personal_data_that_got_out_is_taken_down_proved_and_then_only_its_own_suspensions_are_lifted() {
    for town in towns() {
        let desk = town.desk();
        let second = key_on(&town.city, &town.agreement, &["parking:read", "air-quality:read"]);
        let air = key_on(&town.city, &town.agreement, &["air-quality:read"]);
        let given = ComplaintGiven { kind: ComplaintKind::PersonalData, ..complaint("Plates are on a site.") };
        complaints::file(desk, &visitor(3), &given).unwrap();
        let id = complaints::list(desk, &town.clerk, false).unwrap()[0].id;
        let at_once = AtOnce {
            stop: "suspend_dataset".to_owned(),
            clause: "No personal data is published.".to_owned(),
            cure: String::new(),
            order: Some((OrderKind::Takedown, "Take the plates down.".to_owned())),
        };
        let opening = Opening {
            origin: Origin::Complaint(id),
            summary: "Plates stand on a site.".to_owned(),
            key: None,
            class: None,
            at_once: Some(at_once),
            ..town.opening(Class::M8)
        };
        let case = open(desk, &town.clerk, &opening).unwrap();
        assert_eq!((case.class, case.state.as_str()), (Class::M8, "noticed"));
        assert!(matches!(case.source, Source::PersonalData { complaint: Some(_) }));
        assert_eq!(
            [town.key, second, air].map(|key| town.holds_on(key).len()),
            [1, 1, 0],
            "every key with the dataset"
        );
        assert_eq!(town.holds_on(town.key)[0].reason, HoldReason::Emergency);
        assert_eq!(case.hear_by.as_ref().unwrap().due, "2026-11-27".parse().unwrap(), "Thanksgiving does not count");
        assert_eq!(town.told(MARIA, NoticeKind::LetterSent), 2, "notice and order");

        holder::acknowledge(desk, &town.city.maria, case.id).unwrap();
        let twice = holder::acknowledge(desk, &town.city.maria, case.id).unwrap_err();
        assert_eq!(code(&twice), "acknowledged_already");
        holder::prove(desk, &town.city.maria, case.id, ("Gone.", &[text_file("log.txt", b"deleted")])).unwrap();
        let waits = holder::prove(desk, &town.city.maria, case.id, ("Once more.", &[])).unwrap_err();
        assert_eq!(code(&waits), "proof_waits");
        let by = town.manager();
        office::judge_proof(desk, by, case.id, (false, true), "A copy is still up.").unwrap();
        assert_eq!(town.holds_on(town.key).len(), 1, "nothing is lifted");
        holder::prove(desk, &town.city.maria, case.id, ("The copy is gone too.", &[])).unwrap();
        let wish = Suspension {
            target: HoldTarget::Key(second),
            reason: HoldReason::Leaked,
            explanation: "Seen on a site.".to_owned(),
            case: None,
        };
        enforce::suspend(desk, by, &wish).unwrap();
        let case = office::judge_proof(desk, by, case.id, (true, true), "Thank you.").unwrap();
        assert_eq!([town.key, second].map(|key| town.holds_on(key).len()), [0, 1], "each its own");
        assert_eq!(case.in_force().count(), 0);
        assert_eq!(town.told(MARIA, NoticeKind::Lifted), 2);
        office::dismiss(desk, &town.clerk, case.id, "It was cured, and it was no fault of the holder.").unwrap();
    }
}

#[test]
fn at_once_is_for_a_manager_and_for_imminent_harm_and_otherwise_nothing_is_opened() {
    for town in towns() {
        let desk = town.desk();
        let at_once =
            AtOnce { stop: "suspend_key".to_owned(), clause: "Clause 7".to_owned(), cure: String::new(), order: None };
        let wish = |class| Opening { at_once: Some(at_once.clone()), ..town.opening(class) };
        assert_eq!(code(&open(desk, &town.city.reviewer, &wish(Class::M5)).unwrap_err()), "manager_needed");
        assert_eq!(code(&open(desk, town.manager(), &wish(Class::M3)).unwrap_err()), "notice_first");
        assert!(list(desk, &town.clerk, true).unwrap().is_empty() && town.holds_on(town.key).is_empty());
        let case = open(desk, town.manager(), &wish(Class::M5)).unwrap();
        assert_eq!((case.state.as_str(), town.holds_on(town.key).len()), ("noticed", 1));
        let dismissed = office::dismiss(desk, &town.clerk, case.id, "It was somebody else.").unwrap();
        assert_eq!((dismissed.in_force().count(), town.holds_on(town.key).len()), (0, 0));
        assert_eq!(town.told(MARIA, NoticeKind::LetterSent), 2, "notice and dismissal");
    }
}

#[test]
fn a_pause_stops_every_key_of_the_dataset_keeps_new_ones_out_and_ends_by_itself() {
    for town in towns() {
        let desk = town.desk();
        let air = key_on(&town.city, &town.agreement, &["air-quality:read"]);
        let other = &town.city.managers[1];
        assert!(matches!(pause::begin(desk, other, "parking", "A leak."), Err(CaseError::Missing)));
        let paused = pause::begin(desk, town.manager(), "parking", "The feed showed plates.").unwrap();
        assert_eq!((town.holds_on(town.key).len(), town.holds_on(air).len()), (1, 0));
        assert_eq!(town.told(MARIA, NoticeKind::Suspended), 1);
        let again = pause::begin(desk, &town.clerk, "parking", "Again.").unwrap_err();
        assert_eq!(code(&again), "paused_already");
        let refused = try_key(&town.city, &town.agreement, &["parking:read"]).unwrap_err();
        assert_eq!(code(&refused), "dataset_paused");
        assert!(try_key(&town.city, &town.agreement, &["air-quality:read"]).is_ok());
        assert!(pause::list(desk, other).unwrap().is_empty());
        pause::end(desk, &town.clerk, paused.id, "It is mended.").unwrap();
        assert!(town.holds_on(town.key).is_empty() && pause::list(desk, &town.clerk).unwrap().is_empty());
        assert!(try_key(&town.city, &town.agreement, &["parking:read"]).is_ok());
        assert_eq!(code(&pause::end(desk, &town.clerk, paused.id, "Again.").unwrap_err()), "already_lifted");
    }
}

#[test]
fn files_of_the_wrong_kind_or_size_are_refused_and_nothing_is_kept() {
    for town in towns() {
        let desk = town.desk();
        let case = town.noticed(Class::M3);
        let large = vec![b'x'; crate::domain::attachment::FILE_BYTES_MAX + 1];
        let rows = [
            (vec![text_file("run.exe", b"MZ")], "file_kind"),
            (vec![text_file("page.pdf", b"<html>")], "file_kind"),
            (vec![text_file("empty.txt", b"")], "file_empty"),
            (vec![text_file("log.txt", &large)], "file_too_large"),
            (vec![text_file("log.txt", b"a"); 6], "too_many_files"),
        ];
        for (files, expected) in rows {
            let refused = holder::answer(desk, &town.city.maria, case.id, ("See.", "", &files)).unwrap_err();
            assert_eq!(invalid(&refused), ("files".to_owned(), expected.to_owned()));
            let given = ComplaintGiven { files, ..complaint("Look at this.") };
            let refused = complaints::file(desk, &visitor(9), &given).unwrap_err();
            assert_eq!(invalid(&refused), ("files".to_owned(), expected.to_owned()));
        }
        let case = my_own(desk, &town.city.maria, case.id).unwrap();
        assert!(case.answers.is_empty() && case.state == CaseState::Noticed);
        assert!(complaints::list(desk, &town.clerk, true).unwrap().is_empty());
    }
}
