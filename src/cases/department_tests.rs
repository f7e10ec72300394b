//! How a department's desk works: who sets it, and that each setting does what it says.

use super::apply_tests::{City, cities, code, draft, submit};
use super::assignment::{self, Whose};
use super::{Caller, CaseError, apply, deadlines, department, review};
use crate::domain::department::{DeskSettings, Replies};
use crate::domain::id::ApplicationId;
use crate::domain::notice::NoticeKind;
use crate::domain::time::Day;
use crate::store::applications::QueueFilter;
use crate::store::{outbox, people};

fn set(city: &City, by: &Caller, settings: DeskSettings) -> Result<(), CaseError> {
    let id = city.departments[0];
    let known = city.desk.desk.read(|conn| people::department_by_id(conn, id)).unwrap();
    department::set(&city.desk.desk, by, id, (&known.email, settings), known.version)
}

fn sent(city: &City, slugs: &[&str]) -> ApplicationId {
    let id = draft(city, slugs);
    submit(city, id);
    id
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Who is owed this kind of message, by name.
fn told(city: &City, kind: NoticeKind) -> Vec<String> {
    let all = city.desk.desk.read(|conn| outbox::newest(conn, None, 1_000)).unwrap();
    let mut found: Vec<_> = all.into_iter().filter(|one| one.kind == kind).map(|one| one.name).collect();
    found.sort();
    found
}

#[test]
fn the_managers_of_a_department_set_how_its_desk_works() {
    for city in cities() {
        let (desk, manager, rita) = (&city.desk.desk, &city.managers[0], &city.reviewer);
        let fast = DeskSettings { decision_days: Some(5), ..DeskSettings::default() };
        for by in [rita, &city.managers[1], &city.maria] {
            assert_eq!(code(&set(&city, by, fast).unwrap_err()), "missing");
        }
        let slow = DeskSettings { decision_days: Some(21), ..DeskSettings::default() };
        assert_eq!(code(&set(&city, manager, slow).unwrap_err()), "goal_bounds");
        let stranger = DeskSettings { cover: city.managers[1].actor.account, ..DeskSettings::default() };
        assert_eq!(code(&set(&city, manager, stranger).unwrap_err()), "cover_needs_role");
        let no_address = department::set(desk, manager, city.departments[0], ("nobody", fast), 1);
        assert!(matches!(no_address.unwrap_err(), CaseError::Invalid(problems) if problems[0].field == "email"));
        department::set(desk, manager, city.departments[0], ("desk@city.example", fast), 1).unwrap();
        let late = department::set(desk, manager, city.departments[0], ("late@city.example", fast), 1);
        assert_eq!(code(&late.unwrap_err()), "stale");
        let ours = department::ours(desk, rita).unwrap();
        assert_eq!(
            ours.iter().map(|one| (one.email.as_str(), one.desk)).collect::<Vec<_>>(),
            [("desk@city.example", fast)]
        );
        sent(&city, &["parking"]);
        let all = desk.read(|conn| outbox::newest(conn, Some("desk@city.example"), 9)).unwrap();
        assert!(all.iter().any(|one| one.kind == NoticeKind::ApplicationToReview), "new applications are told there");
    }
}

#[test]
fn a_nearer_goal_moves_the_department_s_days_and_nobody_elses() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let (both, alone) = (sent(&city, &["parking", "air-quality"]), sent(&city, &["air-quality"]));
        let before = deadlines::board(desk, &city.managers[1]).unwrap();
        let citys = before.iter().map(|due| due.by).collect::<Vec<_>>();
        set(&city, manager, DeskSettings { decision_days: Some(2), ..DeskSettings::default() }).unwrap();
        let by = |who: &Caller, id| {
            let path = format!("/review/{id}");
            deadlines::board(desk, who).unwrap().iter().find(|due| due.path == path).map(|due| due.by)
        };
        assert_eq!(by(manager, both), Some(day("2026-11-25")));
        assert_eq!((by(&city.managers[1], both), by(&city.managers[1], alone)), (Some(citys[0]), Some(citys[1])));
        let goals = department::goals(desk).unwrap();
        let application = desk.read(|conn| crate::store::applications::by_id(conn, both)).unwrap();
        let goal =
            |department: usize| review::goal(&desk.profile, &goals, &application, &[city.departments[department]]);
        assert_eq!((goal(0), goal(1)), (Some(day("2026-11-25")), Some(citys[0])));
        desk.clock.set(desk.clock.now() + chrono::Duration::days(7));
        let late = |department: usize, who: &Caller| {
            let (_, loads) = assignment::loads(desk, who).unwrap();
            loads.iter().find(|load| load.department == city.departments[department]).unwrap().nobodys.late
        };
        assert_eq!((late(0, manager), late(1, &city.managers[1])), (1, 0));
    }
}

#[test]
fn whom_the_department_set_covers_for_who_named_nobody() {
    for city in cities() {
        let (desk, manager, rita) = (&city.desk.desk, &city.managers[0], &city.reviewer);
        let id = sent(&city, &["parking"]);
        assignment::be_away(desk, rita, (day("2026-11-23"), day("2026-11-27")), None).unwrap();
        let found = |who: &Caller| {
            let all = review::queue(desk, who, &QueueFilter::default()).unwrap();
            let assigned = assignment::assigned(desk, who, &all).unwrap();
            assigned.fits(&all[0], &[city.departments[0]], Whose::Mine, who.actor.account)
        };
        set(&city, manager, DeskSettings { cover: city.second.actor.account, ..DeskSettings::default() }).unwrap();
        assignment::give(desk, manager, &[id], (city.departments[0], rita.actor.account)).unwrap();
        assert!(found(rita) && found(&city.second) && !found(manager));
        assert_eq!(told(&city, NoticeKind::AssignedToCovered), ["Second Manager"]);
        assignment::be_away(desk, rita, (day("2026-11-23"), day("2026-11-27")), manager.actor.account).unwrap();
        assert!(found(manager) && !found(&city.second), "whom one names comes first");
    }
}

#[test]
fn answers_go_to_whoever_works_on_the_application_where_the_department_set_it_so() {
    for city in cities() {
        let (desk, manager, rita) = (&city.desk.desk, &city.managers[0], &city.reviewer);
        let id = sent(&city, &["parking"]);
        let write = || apply::message(desk, &city.maria, id, city.departments[0], "One more thing.").unwrap();
        let everybody = ["Manager 0", "Rita Reviewer", "Second Manager"];
        write();
        assert_eq!(told(&city, NoticeKind::AnswerGiven), everybody);
        set(&city, manager, DeskSettings { replies: Replies::Assigned, ..DeskSettings::default() }).unwrap();
        write();
        assert_eq!(told(&city, NoticeKind::AnswerGiven).len(), 6, "it is nobody's yet");
        assignment::give(desk, manager, &[id], (city.departments[0], rita.actor.account)).unwrap();
        write();
        let found = told(&city, NoticeKind::AnswerGiven);
        assert_eq!(found.iter().filter(|name| *name == "Rita Reviewer").count(), 3);
        assert_eq!(found.len(), 7, "Rita alone is told");
        assignment::be_away(desk, rita, (day("2026-11-23"), day("2026-11-27")), manager.actor.account).unwrap();
        write();
        assert_eq!(told(&city, NoticeKind::AnswerGiven).len(), 9, "and who covers for her");
    }
}
