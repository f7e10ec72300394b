//! What an approval would open, and what the gate would answer under it: the gate's own function, on no agreement at all.

use crate::cases::apply_tests::{City, cities, code, draft, item, submit};
use crate::cases::catalogue::{self, Edit};
use crate::cases::trial::{Call, Under, WouldBe, would_be};
use crate::cases::{Caller, CaseError, review};
use crate::domain::id::ApplicationId;
use crate::domain::limits::Limits;
use crate::domain::net::CidrList;
use crate::domain::review::{Condition, ConditionKind};
use crate::store::audit;

fn call(method: &str, path: &str, address: &str, at: &str) -> Call {
    let (address, at) = (address.parse().unwrap(), at.parse().unwrap());
    Call { method: method.to_owned(), path: path.to_owned(), address, at }
}

fn condition(kind: ConditionKind, text: &str) -> Condition {
    Condition { text: text.to_owned(), kind, basis: String::new(), is_precedent: false }
}

fn conditions() -> Vec<Condition> {
    let networks = CidrList::parse("203.0.113.0/24").unwrap();
    vec![
        condition(ConditionKind::Networks { networks }, "From the office only."),
        condition(ConditionKind::Hours { from_minute: 480, to_minute: 1020 }, "In office hours only."),
        condition(ConditionKind::EndsOn { day: "2027-03-31".parse().unwrap() }, "For one winter."),
        condition(ConditionKind::Limits { limits: Limits::parse("100/day").unwrap() }, "A hundred a day."),
    ]
}

fn ask(
    city: &City,
    by: &Caller,
    id: ApplicationId,
    under: Vec<Condition>,
    call: Option<&Call>,
) -> Result<WouldBe, CaseError> {
    would_be(&city.desk.desk, by, (id, item(city, id, "parking")), Under::Conditions(under), call)
}

/// Gives the dataset somewhere to ask, without which the gate serves nothing.
fn with_upstream(city: &City) {
    let (desk, manager) = (&city.desk.desk, &city.managers[0]);
    let version = catalogue::for_staff(desk, manager, "parking").unwrap().version;
    let upstream = crate::domain::catalogue::Upstream {
        url: "https://feed.example/parking".to_owned(),
        timeout_ms: 1_000,
        credential_header: None,
        bounds: crate::domain::catalogue::UpstreamBounds::default(),
    };
    catalogue::edit(desk, manager, "parking", Edit::Upstream(Some(upstream)), version).unwrap();
}

#[test]
fn each_call_gets_the_outcome_that_the_gate_would_give_it_with_the_condition_behind_it() {
    for city in cities() {
        with_upstream(&city);
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let (inside, day) = ("203.0.113.7", "2026-11-30T17:00:00Z");
        let rows = [
            (call("GET", "/parking/latest", inside, day), "ok", None),
            (call("get", "/parking/latest?limit=5", inside, day), "ok", None),
            (call("GET", "/parking/latest", "198.51.100.7", day), "network_denied", Some("From the office only.")),
            (call("DELETE", "/parking/latest", inside, day), "scope_denied", None),
            (call("GET", "/cameras/latest", inside, day), "scope_denied", None),
            (call("GET", "/parking/../cameras", inside, day), "scope_denied", None),
            (call("GET", "parking", inside, day), "scope_denied", None),
            (call("BREW", "/parking/latest", inside, day), "scope_denied", None),
            (
                call("GET", "/parking/latest", inside, "2026-12-01T03:00:00Z"),
                "outside_window",
                Some("In office hours only."),
            ),
            (
                call("GET", "/parking/latest", inside, "2027-04-02T17:00:00Z"),
                "agreement_ended",
                Some("For one winter."),
            ),
        ];
        for (call, outcome, clause) in rows {
            let found = ask(&city, &city.managers[0], id, conditions(), Some(&call)).unwrap();
            let (judged, because) = found.judged.unwrap();
            assert_eq!((judged.code, because.as_deref()), (outcome, clause), "{call:?}: {}", judged.sentence);
        }
        let found = ask(&city, &city.reviewer, id, conditions(), None).unwrap();
        assert_eq!(found.schedule.limits.to_string(), "100/day");
        assert_eq!(found.ends_at.to_rfc3339(), "2027-04-01T04:00:00+00:00", "the whole last day counts");
    }
}

#[test]
fn looking_ahead_changes_nothing_and_is_refused_where_the_decision_would_be() {
    for city in cities() {
        let desk = &city.desk.desk;
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let entries = desk.read(audit::head).unwrap().number;
        let wide = condition(ConditionKind::Limits { limits: Limits::parse("9000/day").unwrap() }, "More.");
        let past = condition(ConditionKind::EndsOn { day: "2020-01-01".parse().unwrap() }, "Over.");
        let twice = vec![conditions().remove(0), conditions().remove(0)];
        for (under, expected) in
            [(vec![wide], "limits_too_wide"), (vec![past], "ends_in_the_past"), (twice, "condition_repeated")]
        {
            assert_eq!(code(&ask(&city, &city.managers[0], id, under, None).unwrap_err()), expected);
        }
        let first = (id, item(&city, id, "parking"));
        let error = would_be(desk, &city.managers[0], first, Under::FirstApproval, None).unwrap_err();
        assert_eq!(code(&error), "nothing_to_confirm");
        for stranger in [&city.managers[1], &city.maria] {
            assert_eq!(code(&ask(&city, stranger, id, Vec::new(), None).unwrap_err()), "missing");
        }
        assert_eq!(desk.read(audit::head).unwrap().number, entries);
        assert_eq!(review::read(desk, &city.managers[0], id).unwrap().0.state.as_str(), "submitted");
        let call = call("GET", "/parking/latest", "203.0.113.7", "2026-11-30T17:00:00Z");
        let unserved = ask(&city, &city.managers[0], id, Vec::new(), Some(&call)).unwrap().judged.unwrap().0;
        assert_eq!(unserved.code, "dataset_unavailable", "a dataset without a source is not served");
    }
}
