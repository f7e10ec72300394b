//! Changes announced: who is told, what stands where, and what is taken back, on both databases.

use chrono::Duration;

use crate::cases::apply_tests::{City, approve, cities, draft as application, submit};
use crate::cases::redaction_tests::dataset;
use crate::cases::{CaseError, changes};
use crate::domain::agreement::Agreement;
use crate::domain::application::State;
use crate::domain::change::{ChangeKind, Draft, Window};
use crate::domain::notice::NoticeKind;
use crate::domain::time::day_in;
use crate::store::usage::{self, Counted, UsageBatch, UsageCount};
use crate::store::{agreements, audit, outbox};

fn told(city: &City, kind: NoticeKind) -> Vec<(String, String)> {
    let all = city.desk.desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
    let of_kind = all.into_iter().filter(|message| message.kind == kind);
    of_kind.map(|message| (message.facts["dataset"].clone(), message.facts["when"].clone())).collect()
}

fn executed(city: &City) -> Agreement {
    let id = application(city, &["parking"]);
    submit(city, id);
    let state = approve(city, &city.managers[0], id, "parking").unwrap();
    let State::Executed { agreement, .. } = state else { panic!("not executed: {state:?}") };
    city.desk.desk.read(|conn| agreements::by_id(conn, agreement)).unwrap()
}

fn draft(city: &City, kind: ChangeKind, operations: &[&str]) -> Draft {
    let now = city.desk.desk.clock.now();
    let today = day_in(city.desk.desk.profile.zone, now);
    let is_dated = kind != ChangeKind::Brownout;
    let window = Window { from: now + Duration::hours(24), until: now + Duration::hours(26) };
    Draft {
        kind,
        operations: operations.iter().map(|name| (*name).to_owned()).collect(),
        text: "Use the new path.".to_owned(),
        on: is_dated.then_some(today),
        sunset: (kind == ChangeKind::Deprecation).then(|| today + Duration::days(90)),
        windows: if is_dated { Vec::new() } else { vec![window] },
    }
}

/// Calls under an agreement, so many days ago.
fn call(city: &City, agreement: &Agreement, days_ago: i64, calls: i64) {
    let desk = &city.desk.desk;
    let minute = desk.clock.now() - Duration::days(days_ago);
    let of = Counted {
        key: None,
        agreement: Some(agreement.id),
        dataset: Some(dataset(city).id),
        operation: "read".to_owned(),
        outcome: "ok".to_owned(),
    };
    let counts = vec![UsageCount { minute, of, calls, bytes: 10, latency_us: 100 }];
    let batch = UsageBatch { counts, ..UsageBatch::default() };
    let name = format!("test-{days_ago}-{calls}");
    desk.store.write(|conn| usage::write(conn, (&name, 1), &batch, desk.profile.zone, desk.clock.now())).unwrap();
}

#[test]
fn those_who_call_and_those_who_may_are_told_and_nobody_else() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let agreement = executed(&city);
        call(&city, &agreement, 3, 12);
        let asked = draft(&city, ChangeKind::Deprecation, &["read"]);
        let found = changes::preview(desk, manager, "parking", &asked, 30).unwrap();
        assert_eq!((found.len(), found[0].calls, found[0].is_live), (1, 12, true));
        let narrow = changes::preview(desk, manager, "parking", &asked, 1).unwrap();
        assert_eq!((narrow.len(), narrow[0].calls), (1, 0), "who may call is told, called or not");
        let other = changes::preview(desk, manager, "parking", &draft(&city, ChangeKind::End, &["stream"]), 30);
        assert!(matches!(&other, Err(CaseError::Invalid(_))) || other.unwrap().is_empty());
        assert_eq!(told(&city, NoticeKind::ChangeAnnounced), [], "a preview tells nobody");

        let version = dataset(&city).version;
        let stale = changes::announce(desk, manager, "parking", (&asked, 30), version - 1);
        assert!(matches!(stale, Err(CaseError::Stale)));
        let stranger = changes::announce(desk, &city.managers[1], "parking", (&asked, 30), version);
        assert!(matches!(stranger, Err(CaseError::Missing)));
        let made = changes::announce(desk, manager, "parking", (&asked, 30), version).unwrap();
        assert_eq!((made.told, dataset(&city).changes.len()), (1, 1));
        let notices = told(&city, NoticeKind::ChangeAnnounced);
        assert!(notices.len() == 1 && notices[0].1.contains("The last day is"), "{notices:?}");
        let on_agreement = changes::of_agreement(desk, &agreement).unwrap();
        assert_eq!(on_agreement[0].1.number, made.number);
        let entry = desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap().pop().unwrap();
        assert_eq!(entry.act, "dataset.announce_change");
    }
}

#[test]
fn who_still_calls_is_counted_since_and_what_is_taken_back_is_told() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let agreement = executed(&city);
        call(&city, &agreement, 3, 12);
        let asked = draft(&city, ChangeKind::Brownout, &[]);
        let made = changes::announce(desk, manager, "parking", (&asked, 30), dataset(&city).version).unwrap();
        let followed = changes::follow(desk, &city.reviewer, "parking", &made.number).unwrap();
        assert_eq!(followed.callers[0].calls, 0, "calls from before do not count");
        call(&city, &agreement, 0, 5);
        let followed = changes::follow(desk, &city.reviewer, "parking", &made.number).unwrap();
        assert_eq!(followed.callers[0].calls, 5);
        changes::withdraw(desk, manager, "parking", &made.number, dataset(&city).version).unwrap();
        assert_eq!(told(&city, NoticeKind::ChangeWithdrawn).len(), 1);
        assert_eq!(changes::of_agreement(desk, &agreement).unwrap(), []);
        let again = changes::withdraw(desk, manager, "parking", &made.number, dataset(&city).version);
        assert!(matches!(again, Err(CaseError::Missing)));
    }
}
