//! A day closed by the city moves open deadlines, with an entry for each in the audit, and nothing that has ended.

use super::apply_tests::{City, cities, deny, draft, item, submit};
use super::{Caller, CaseError, appeals, calendar, deadlines};
use crate::domain::appeal::Appealed;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::time::Day;
use crate::store::audit;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn clerk(city: &City) -> Caller {
    city.desk.person("Cleo Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()])
}

fn code(result: Result<usize, CaseError>) -> String {
    match result {
        Err(CaseError::Refused(refusal)) => refusal.code.to_owned(),
        Err(CaseError::Invalid(problems)) => problems[0].code.to_owned(),
        other => format!("{other:?}"),
    }
}

fn acts(city: &City) -> Vec<String> {
    let entries = city.desk.desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap();
    entries.into_iter().map(|entry| entry.act).collect()
}

#[test]
fn closing_a_day_moves_the_citys_day_with_its_working_and_opening_it_again_moves_it_back() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        deny(&city, &city.managers[0], id, "parking");
        let wish = appeals::Wish {
            of: Appealed::Denial { application: id, item: item(&city, id, "parking") },
            grounds: "Coarser data does not do.".to_owned(),
            wanted: String::new(),
        };
        let appeal = appeals::file(desk, &city.maria, &wish).unwrap();
        let clerk = clerk(&city);
        let before = appeal.clocks.decide_by.clone();
        let closed = before.from.succ_opt().unwrap();
        assert_eq!(calendar::list_day(desk, &clerk, (closed, false, "Snow")).unwrap(), 1);
        let moved = appeals::one(desk, &city.maria, appeal.id).unwrap();
        assert_eq!(moved.clocks.decide_by, desk.profile.calendar.after(before.from, before.span));
        assert!(moved.clocks.decide_by.due > before.due && moved.clocks.decide_by.explain().contains("(Snow)"));
        assert_eq!(moved.clocks.state_by, appeal.clocks.state_by, "nothing the city does moves the state's day");
        assert_ne!(moved.clocks.decide_by.calendar_version, before.calendar_version);
        let entries = acts(&city);
        for act in ["calendar.close_day", "appeal.recount", "calendar.change"] {
            assert!(entries.iter().any(|entry| entry == act), "{act} in {entries:?}");
        }
        assert_eq!(calendar::keep_up(desk).unwrap(), 0, "nothing is left to count");
        assert_eq!(calendar::unlist_day(desk, &clerk, closed).unwrap(), 1);
        assert_eq!(appeals::one(desk, &city.maria, appeal.id).unwrap().clocks.decide_by.due, before.due);
        appeals::withdraw(desk, &city.maria, appeal.id, "").unwrap();
        assert_eq!(calendar::list_day(desk, &clerk, (closed, false, "Snow")).unwrap(), 0, "what has ended stays");
    }
}

#[test]
fn another_process_takes_the_days_up_at_its_next_round() {
    for city in cities() {
        let desk = &city.desk.desk;
        let text = include_str!("../../config/profiles/norwalk-ct/profile.toml");
        let other = super::Desk {
            profile: std::sync::Arc::new(crate::domain::profile::Profile::parse(text).unwrap()),
            ..desk.clone()
        };
        calendar::list_day(desk, &clerk(&city), (day("2026-12-01"), false, "Burst pipe")).unwrap();
        assert!(other.profile.calendar.is_business_day(day("2026-12-01")));
        calendar::keep_up(&other).unwrap();
        assert!(!other.profile.calendar.is_business_day(day("2026-12-01")));
        assert_eq!(other.profile.calendar.version(), desk.profile.calendar.version());
    }
}

#[test]
fn days_that_contradict_the_calendar_or_come_from_others_are_refused() {
    for city in cities() {
        let desk = &city.desk.desk;
        let clerk = clerk(&city);
        let list =
            |day_text: &str, is_open, name| code(calendar::list_day(desk, &clerk, (day(day_text), is_open, name)));
        assert_eq!(list("2026-11-28", false, "Snow"), "already_closed", "a Saturday");
        assert_eq!(list("2026-11-26", false, "Snow"), "already_closed", "Thanksgiving");
        assert_eq!(list("2026-11-24", true, "Open all the same"), "already_open");
        assert_eq!(list("2026-11-24", false, " "), "required");
        assert_eq!(list("2031-01-02", false, "Far"), "day_too_far");
        assert_eq!(list("2026-10-01", false, "Long ago"), "day_too_far");
        assert_eq!(list("2026-11-24", false, "Snow"), "Ok(0)");
        assert_eq!(list("2026-11-24", true, "Open all the same"), "day_listed");
        assert_eq!(list("2026-11-28", true, "Open Saturday"), "Ok(0)");
        assert!(desk.profile.calendar.is_business_day(day("2026-11-28")));
        let stranger = calendar::list_day(desk, &city.managers[0], (day("2026-12-02"), false, "Snow"));
        assert!(stranger.is_err());
        assert!(matches!(calendar::unlist_day(desk, &clerk, day("2026-12-02")), Err(CaseError::Stale)));
    }
}

#[test]
fn the_board_shows_each_office_its_own_and_the_clerk_everything() {
    for city in cities() {
        let desk = &city.desk.desk;
        let parking = draft(&city, &["parking"]);
        submit(&city, parking);
        let air = draft(&city, &["air-quality"]);
        submit(&city, air);
        let numbers = |caller: &Caller| -> Vec<String> {
            deadlines::board(desk, caller).unwrap().into_iter().map(|due| due.number).collect()
        };
        assert_eq!(numbers(&city.managers[0]).len(), 1);
        assert_eq!(numbers(&city.managers[1]).len(), 1);
        let all = deadlines::board(desk, &clerk(&city)).unwrap();
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|due| due.working.is_some() && due.days_left > 0), "{all:?}");
        assert!(numbers(&city.maria).is_empty());
    }
}
