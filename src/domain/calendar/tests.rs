use std::sync::LazyLock;

use chrono::Datelike;
use proptest::prelude::*;

use super::*;
use crate::domain::profile::Profile;

/// The calendar of the first profile: these rules are what deadlines are really counted on.
fn connecticut() -> &'static CalendarRules {
    static CALENDAR: LazyLock<CalendarRules> = LazyLock::new(|| {
        Profile::parse(include_str!("../../../config/profiles/norwalk-ct/profile.toml"))
            .unwrap()
            .calendar
            .base()
            .clone()
    });
    &CALENDAR
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_test_vectors_of_the_records_clock_hold() {
    let calendar = connecticut();
    for (received, due, appeal, skipped, appeal_is_off) in [
        ("2026-11-23", "2026-11-30", "2026-12-30", vec!["Thanksgiving Day", "Saturday", "Sunday"], None),
        (
            "2026-11-25",
            "2026-12-02",
            "2027-01-01",
            vec!["Thanksgiving Day", "Saturday", "Sunday"],
            Some("New Year's Day"),
        ),
        ("2026-11-28", "2026-12-03", "2027-01-02", vec!["Sunday"], Some("Saturday")),
        ("2026-12-21", "2026-12-28", "2027-01-27", vec!["Christmas Day", "Saturday", "Sunday"], None),
        (
            "2027-02-10",
            "2027-02-18",
            "2027-03-20",
            vec!["Lincoln's Birthday", "Saturday", "Sunday", "Washington's Birthday"],
            Some("Saturday"),
        ),
        (
            "2027-06-16",
            "2027-06-23",
            "2027-07-23",
            vec!["Juneteenth Independence Day (observed for Sat Jun 19, 2027)", "Saturday", "Sunday"],
            None,
        ),
        (
            "2027-07-01",
            "2027-07-08",
            "2027-08-07",
            vec!["Saturday", "Sunday", "Independence Day (observed for Sun Jul 4, 2027)"],
            Some("Saturday"),
        ),
        (
            "2027-12-27",
            "2028-01-03",
            "2028-02-02",
            vec!["New Year's Day (observed for Sat Jan 1, 2028)", "Saturday", "Sunday"],
            None,
        ),
    ] {
        let clocks = RecordsClocks::from_receipt(calendar, Span::business(4), Span::calendar(30), day(received));
        assert_eq!((clocks.due.due, clocks.appeal.due), (day(due), day(appeal)), "{received}");
        let why: Vec<_> = clocks.due.skipped.iter().map(|skipped| skipped.why.to_string()).collect();
        assert_eq!(why, skipped, "{received}");
        assert_eq!(clocks.appeal.due_is_off.map(|off| off.to_string()).as_deref(), appeal_is_off, "{received}");
        assert!(clocks.due.due_is_off.is_none() && clocks.appeal.skipped.is_empty());
    }
}

#[test]
fn good_friday_and_the_other_moving_holidays_fall_where_the_state_lists_them() {
    let calendar = connecticut();
    for (date, name) in [
        ("2024-03-29", "Good Friday"),
        ("2026-04-03", "Good Friday"),
        ("2027-03-26", "Good Friday"),
        ("2028-04-14", "Good Friday"),
        ("2026-01-19", "Martin Luther King Day"),
        ("2026-02-16", "Washington's Birthday"),
        ("2026-05-25", "Memorial Day"),
        ("2026-09-07", "Labor Day"),
        ("2026-10-12", "Columbus Day"),
        ("2026-11-26", "Thanksgiving Day"),
        ("2027-12-31", "New Year's Day"),
    ] {
        assert_eq!(calendar.holiday_on(day(date)).map(|holiday| holiday.name).as_deref(), Some(name), "{date}");
    }
    let kept = |year: i32| calendar.holidays(year).len();
    assert_eq!((kept(2026), kept(2027), kept(2028)), (13, 14, 12), "New Year's Day 2028 is kept in 2027");
}

#[test]
fn easter_is_right_at_its_edges() {
    for easter in ["1818-03-22", "1943-04-25", "2000-04-23", "2024-03-31", "2038-04-25", "2285-03-22"] {
        let rule = DayRule::Easter { offset: 0 };
        assert_eq!(rule.in_year(day(easter).year()), Some(day(easter)));
    }
}

#[test]
fn a_denial_shows_both_routes_and_neither_waits_for_the_other() {
    let calendar = connecticut();
    let denied = day("2026-12-02");
    let clocks = DenialClocks::from_denial(calendar, Span::calendar(15), Span::calendar(30), denied);
    assert_eq!((clocks.clerk_by, clocks.foic_by), (day("2026-12-17"), day("2027-01-01")));
    assert_eq!(
        clocks.foic.explain(),
        "30 calendar days after Wed Dec 2, 2026 is Fri Jan 1, 2027. The last day is not a business day (New Year's \
         Day) and is not moved: act before it."
    );
    assert_eq!(
        calendar.business_days_after(day("2026-11-23"), 4).explain(),
        "4 business days after Mon Nov 23, 2026 is Mon Nov 30, 2026; not counted: Thu Nov 26, 2026 (Thanksgiving Day), \
         Sat Nov 28, 2026 (Saturday), Sun Nov 29, 2026 (Sunday)."
    );
    assert_eq!(clocks.foic.calendar_version, calendar.version());
}

fn small(listed: &str) -> Result<CalendarRules, String> {
    let text = format!("version = \"t1\"\nweekend = [\"Sat\", \"Sun\"]\n{listed}");
    toml::from_str(&text).map_err(|error| error.to_string())
}

#[test]
fn listed_days_override_rules_and_say_why() {
    let text = r#"
        holidays = [{ name = "Lincoln's Birthday", on = { rule = "fixed", month = 2, day = 12 }, observance = "nearest_weekday" }]
        closed = [{ day = "2027-02-11", name = "Snow" }]
        open = [{ day = "2027-02-12", name = "Offices work by order of the mayor" }, { day = "2027-02-13", name = "Saturday hours" }]
    "#;
    let calendar = small(text).unwrap();
    let deadline = calendar.business_days_after(day("2027-02-10"), 2);
    assert_eq!(deadline.due, day("2027-02-13"));
    assert_eq!(deadline.skipped, [Skipped { day: day("2027-02-11"), why: DayOff::Closed { name: "Snow".to_owned() } }]);
    assert!(!calendar.is_business_day(day("2026-02-12")) && calendar.is_business_day(day("2027-02-12")));
}

#[test]
fn rules_that_name_no_day_or_close_a_whole_week_are_refused() {
    for (bad, says) in [
        ("holidays = [{ name = \"x\", on = { rule = \"fixed\", month = 2, day = 30 } }]", "does not exist"),
        (
            "holidays = [{ name = \"x\", on = { rule = \"nth\", nth = 5, weekday = \"Mon\", month = 1 } }]",
            "does not exist",
        ),
        ("holidays = [{ name = \"x\", on = { rule = \"easter\", offset = 900 } }]", "does not exist"),
        ("holidays = [{ name = \"x\", on = { rule = \"moon\" } }]", "moon"),
        ("holidays = []\nclosed = [{ day = \"2027-02-29\", name = \"x\" }]", "2027-02-29"),
        ("holidays = []\nextra = 1", "extra"),
        (
            "holidays = []\nclosed = [{ day = \"2027-02-11\", name = \"x\" }]\nopen = [{ day = \"2027-02-11\", name = \"y\" }]",
            "both",
        ),
    ] {
        let error = small(bad).unwrap_err();
        assert!(error.contains(says), "{bad}: {error}");
    }
    let week =
        "version = \"t\"\nweekend = [\"Mon\", \"Tue\", \"Wed\", \"Thu\", \"Fri\", \"Sat\", \"Sun\"]\nholidays = []";
    assert!(toml::from_str::<CalendarRules>(week).is_err());
}

#[test]
fn a_calendar_survives_being_written_and_read() {
    let calendar = connecticut();
    let written = serde_json::to_string(calendar).unwrap();
    assert_eq!(serde_json::from_str::<CalendarRules>(&written).unwrap(), *calendar);
    let deadline = calendar.business_days_after(day("2027-07-01"), 4);
    let written = serde_json::to_string(&deadline).unwrap();
    assert_eq!(serde_json::from_str::<Deadline>(&written).unwrap(), deadline);
}

#[test]
fn the_end_of_time_is_an_answer_and_not_a_panic() {
    let calendar = connecticut();
    assert_eq!(calendar.business_days_after(Day::MAX, 4).due, Day::MAX);
    assert_eq!(calendar.calendar_days_after(Day::MAX, 30).due, Day::MAX);
    assert!(calendar.holidays(i32::MAX).is_empty() && calendar.holidays(i32::MIN).is_empty());
}

fn days() -> impl Strategy<Value = Day> {
    (0..40_000_i64).prop_map(|n| day("2000-01-01") + chrono::TimeDelta::days(n))
}

proptest! {
    #[test]
    fn a_business_deadline_falls_on_a_business_day_after_the_right_count(start in days(), count in 1..40_u16) {
        let calendar = connecticut();
        let deadline = calendar.business_days_after(start, count);
        prop_assert!(calendar.is_business_day(deadline.due) && deadline.due_is_off.is_none());
        let between: Vec<Day> = start.iter_days().skip(1).take_while(|&d| d <= deadline.due).collect();
        let (open, off): (Vec<Day>, Vec<Day>) = between.into_iter().partition(|&d| calendar.is_business_day(d));
        prop_assert_eq!(open.len(), usize::from(count));
        prop_assert_eq!(off, deadline.skipped.iter().map(|skipped| skipped.day).collect::<Vec<_>>());
    }

    #[test]
    fn later_starts_and_longer_spans_never_end_earlier(start in days(), later in 0..20_i64, count in 0..30_u16) {
        let calendar = connecticut();
        let due = calendar.business_days_after(start, count).due;
        prop_assert!(calendar.business_days_after(start + chrono::TimeDelta::days(later), count).due >= due);
        prop_assert!(calendar.business_days_after(start, count + 1).due > due || count == 0);
        prop_assert!(due >= start);
        prop_assert!(calendar.calendar_days_after(start, count + 1).due > calendar.calendar_days_after(start, count).due);
    }
}

#[test]
fn a_local_day_wins_over_the_rules_and_the_same_days_give_the_same_version() {
    let base = connecticut();
    let local = |text: &str, is_open, name: &str| LocalDay { day: day(text), is_open, name: name.to_owned() };
    let snow = local("2026-12-01", false, "Snow");
    let open = local("2026-11-27", true, "Never off");
    let kept = base.with_days(&[snow.clone(), open.clone()]).unwrap();
    assert_eq!(kept.version(), base.with_days(&[open.clone(), snow.clone()]).unwrap().version());
    assert_ne!(kept.version(), base.version());
    assert_ne!(kept.version(), base.with_days(std::slice::from_ref(&snow)).unwrap().version());
    assert_eq!(base.with_days(&[]).unwrap(), *base);
    assert!(!kept.is_business_day(day("2026-12-01")) && base.is_business_day(day("2026-12-01")));
    let counted = base.business_days_after(day("2026-11-25"), 4);
    let again = counted.recounted(&kept).unwrap();
    assert!(again.due > counted.due && again.explain().contains("Tue Dec 1, 2026 (Snow)"), "{}", again.explain());
    assert_eq!(again.recounted(&kept), None, "counted once");
    assert_eq!(again.recounted(base).unwrap().due, counted.due, "taken off again");
    assert_eq!(again.recounted_for_party(base), None, "a party's time is never made shorter");
    let before = base.business_days_after(day("2026-11-16"), 2);
    assert_eq!(before.recounted(&kept), None, "a day that was never counted moves nothing");
}

proptest::proptest! {
    #[test]
    fn a_due_day_in_business_days_is_a_business_day_and_more_days_are_never_sooner(
        offset in 0_u64..4_000, days in 1_u16..60, closed in proptest::collection::vec(0_u64..4_100, 0..12),
    ) {
        let start = day("2024-01-01");
        let at = |offset: u64| start.checked_add_days(chrono::Days::new(offset)).unwrap();
        let mut local: Vec<LocalDay> =
            closed.iter().map(|offset| LocalDay { day: at(*offset), is_open: false, name: "Closed".to_owned() }).collect();
        local.sort();
        local.dedup();
        let calendar = connecticut().with_days(&local).unwrap();
        let one = calendar.business_days_after(at(offset), days);
        proptest::prop_assert!(calendar.is_business_day(one.due), "{}", one.explain());
        proptest::prop_assert!(one.due > at(offset));
        proptest::prop_assert!(calendar.business_days_after(at(offset), days + 1).due > one.due);
        proptest::prop_assert!(calendar.business_days_after(at(offset + 1), days).due >= one.due);
        proptest::prop_assert!(one.due >= connecticut().business_days_after(at(offset), days).due, "closing a day never hastens");
    }
}
