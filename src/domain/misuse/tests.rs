//! The rule book and the detector, in tables.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::*;
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::domain::profile::{LocalText, Profile, ProfileError};
use crate::domain::text::Slug;
use crate::domain::time::Instant;
use crate::gate::verdict::Outcome;

const PROFILE: &str = include_str!("../../../config/profiles/norwalk-ct/profile.toml");

fn text(words: &str) -> LocalText {
    LocalText::ByLanguage([("en", words), ("es", words)].map(|(tag, text)| (tag.to_owned(), text.to_owned())).into())
}

/// A rule that can be kept; each test changes what it is about.
fn rule(signal: SignalKind, threshold: u32, window_minutes: u32) -> Rule {
    Rule {
        id: Slug::parse("id", "a-rule").unwrap(),
        class: Class::M7,
        title: text("A title"),
        text: text("A text"),
        signal,
        threshold,
        window_minutes,
        calls_min: 1,
        first_step: Step::Inform,
        cool_down_minutes: 1_440,
        mode: Mode::Live,
    }
}

fn at(minute: i64) -> Instant {
    "2026-11-23T17:00:00Z".parse::<Instant>().unwrap() + chrono::Duration::minutes(minute)
}

fn key(number: u128) -> KeyId {
    KeyId::from_uuid(Uuid::from_u128(number))
}

fn slice(minute: i64, seen: Seen) -> Slice {
    let agreement = AgreementId::from_uuid(Uuid::from_u128(9));
    Slice { at: at(minute), local_hour: 12, key: key(1), agreement, seen }
}

fn calls(minute: i64, outcome: &str, calls: i64) -> Slice {
    let dataset = Some(DatasetId::from_uuid(Uuid::from_u128(7)));
    slice(minute, Seen::Calls { dataset, outcome: outcome.to_owned(), calls, bytes: calls * 1_000_000 })
}

fn measured(rule: &Rule, slices: &[Slice], declared: Option<i64>) -> Option<i64> {
    judge(rule, &Facts::of(slices), declared).map(|finding| finding.measured)
}

/// Calls by outcome.
type Outcomes<'a> = &'a [(&'a str, i64)];

#[test]
fn a_share_of_refused_calls_is_judged_from_the_least_number_of_calls_on() {
    let rule = Rule { calls_min: 100, ..rule(SignalKind::RefusedShare, 60, 10) };
    let rows: [(Outcomes, Option<i64>); 7] = [
        (&[("ok", 40), ("scope_denied", 60)], Some(60)),
        (&[("ok", 41), ("scope_denied", 59)], None),
        (&[("ok", 39), ("scope_denied", 60)], None),
        (&[("rate_limited", 50), ("network_denied", 50)], Some(100)),
        (&[("ok", 40), ("rate_limited", 60), ("upstream_failed", 500)], Some(60)),
        (&[("ok", 100), ("dataset_unavailable", 900)], None),
        (&[("ok", 100), ("key_unknown", 900), ("of_a_later_gate", 900)], None),
    ];
    for (outcomes, expected) in rows {
        let slices: Vec<_> = outcomes.iter().map(|(outcome, many)| calls(0, outcome, *many)).collect();
        assert_eq!(measured(&rule, &slices, None), expected, "{outcomes:?}");
    }
}

#[test]
fn limits_count_by_minutes_so_that_one_burst_is_no_habit() {
    let rule = Rule { calls_min: 5, ..rule(SignalKind::LimitHitting, 3, 10) };
    let burst = [calls(0, "rate_limited", 100_000)];
    assert_eq!(measured(&rule, &burst, None), None);
    let habit: Vec<_> = (0..3).map(|minute| calls(minute, "quota_exhausted", 5)).collect();
    assert_eq!(measured(&rule, &habit, None), Some(3));
    let light: Vec<_> = (0..9).map(|minute| calls(minute, "rate_limited", 4)).collect();
    assert_eq!(measured(&rule, &light, None), None);
    let both = [calls(0, "rate_limited", 3), calls(0, "quota_exhausted", 2)];
    let both =
        [both.clone(), both.map(|it| Slice { at: at(1), ..it }), [calls(2, "rate_limited", 5), calls(2, "ok", 1)]];
    assert_eq!(measured(&rule, &both.concat(), None), Some(3));
}

#[test]
fn counted_calls_cross_at_the_threshold_and_not_one_before() {
    let scopes = rule(SignalKind::ScopeProbing, 50, 10);
    let stopped = rule(SignalKind::UseWhenStopped, 50, 10);
    let rows = [
        (&scopes, "scope_denied", 50, Some(50)),
        (&scopes, "scope_denied", 49, None),
        (&scopes, "network_denied", 500, None),
        (&stopped, "key_suspended", 50, Some(50)),
        (&stopped, "key_revoked", 50, Some(50)),
        (&stopped, "key_expired", 50, Some(50)),
        (&stopped, "agreement_ended", 50, Some(50)),
        (&stopped, "key_suspended", 49, None),
        (&stopped, "ok", 500, None),
    ];
    for (rule, outcome, many, expected) in rows {
        assert_eq!(measured(rule, &[calls(0, outcome, many)], None), expected, "{outcome} {many}");
    }
}

/// A sight of one kind.
type Make = fn(String) -> Seen;

#[test]
fn networks_and_patterns_count_once_each() {
    let networks = rule(SignalKind::ManyNetworks, 3, 10);
    let patterns = rule(SignalKind::PathSweep, 3, 10);
    let seen = |names: [&str; 4], make: Make| names.map(|name| slice(0, make(name.to_owned())));
    let pairs: [(_, Make, Make); 2] =
        [(&networks, Seen::Network, Seen::Pattern), (&patterns, Seen::Pattern, Seen::Network)];
    for (rule, make, other) in pairs {
        assert_eq!(measured(rule, &seen(["a", "b", "c", "a"], make), None), Some(3));
        assert_eq!(measured(rule, &seen(["a", "b", "b", "a"], make), None), None);
        assert_eq!(measured(rule, &seen(["a", "b", "c", "d"], other), None), None);
    }
}

#[test]
fn night_is_the_citys_from_midnight_to_five() {
    let rule = rule(SignalKind::NightPull, 10, 480);
    for (local_hour, is_night) in [(23, false), (0, true), (4, true), (5, false), (12, false)] {
        let slices = [Slice { local_hour, ..calls(0, "ok", 10) }];
        assert_eq!(measured(&rule, &slices, None).is_some(), is_night, "{local_hour}");
    }
}

#[test]
fn volume_is_held_against_what_was_declared_and_nothing_else() {
    let rule = rule(SignalKind::Volume, 1_000, 1_440);
    let slices = [calls(0, "ok", 9_000), calls(1, "rate_limited", 1_000)];
    assert_eq!(measured(&rule, &slices, Some(1_000)), Some(1_000));
    assert_eq!(measured(&rule, &slices, Some(1_001)), None);
    assert_eq!(measured(&rule, &slices, None), None);
    assert_eq!(measured(&rule, &slices, Some(0)), None);
}

#[test]
fn every_outcome_of_the_gate_that_tells_of_a_key_counts_as_it_should() {
    use Outcome::*;
    let share = Rule { calls_min: 1, ..rule(SignalKind::RefusedShare, 1, 10) };
    for outcome in Outcome::ALL {
        let is_refusal = match outcome {
            // Without a known key, or our own fault.
            KeyMissing | KeyMalformed | KeyUnknown | DatasetUnavailable | UpstreamFailed | Ok => false,
            KeyExpired | KeyRevoked | KeySuspended | AgreementEnded | NetworkDenied | ScopeDenied | OutsideWindow
            | RateLimited | QuotaExhausted => true,
        };
        let found = measured(&share, &[calls(0, outcome.as_str(), 10)], None);
        assert_eq!(found.is_some(), is_refusal, "{outcome:?}");
    }
}

#[test]
fn a_replay_slides_its_window_and_is_silent_within_its_cool_down() {
    let rule = Rule { cool_down_minutes: 30, ..rule(SignalKind::ScopeProbing, 10, 5) };
    let when = |slices: &[Slice]| replay(&rule, slices, None).iter().map(|it| it.at).collect::<Vec<_>>();
    let thin: Vec<_> = (0..60).map(|step| calls(step * 5, "scope_denied", 9)).collect();
    assert!(when(&thin).is_empty(), "nine in any five minutes");
    let thick: Vec<_> = (0..61).map(|minute| calls(minute, "scope_denied", 3)).collect();
    assert_eq!(when(&thick), [at(3), at(33)]);
    let pair = [calls(0, "scope_denied", 5), calls(4, "ok", 1), calls(4, "scope_denied", 5)];
    assert_eq!(when(&pair), [at(4)], "all of a minute is judged together");
    assert!(when(&[]).is_empty());
}

#[test]
fn of_an_agreements_keys_the_busiest_is_named() {
    let slices = [calls(0, "ok", 10), Slice { key: key(2), ..calls(0, "ok", 11) }];
    assert_eq!(Facts::of(&slices).busiest(), Some(key(2)));
    assert_eq!(Facts::default().busiest(), None);
    assert_eq!(Facts::of(&slices).datasets, BTreeSet::from([DatasetId::from_uuid(Uuid::from_u128(7))]));
}

#[test]
fn offences_count_over_twelve_months_and_continue_where_they_did_not_stop() {
    let rule = Rule { cool_down_minutes: 60, ..rule(SignalKind::ScopeProbing, 10, 10) };
    let day = 24 * 60;
    let rows = [
        (None, None, Offence::First),
        (Some(at(-60)), None, Offence::Continuing),
        (Some(at(-70)), None, Offence::Continuing),
        (Some(at(-71)), None, Offence::Repeat),
        (None, Some(at(-5)), Offence::Repeat),
        (None, Some(at(-364 * day)), Offence::Repeat),
        (Some(at(-366 * day)), Some(at(-366 * day)), Offence::First),
    ];
    for (same, class, expected) in rows {
        assert_eq!(offence(&rule, same, class, at(0)), expected, "{same:?} {class:?}");
    }
}

#[test]
fn a_rule_that_cannot_be_kept_is_refused_with_its_reason() {
    let good = rule(SignalKind::ScopeProbing, 50, 10);
    assert_eq!(good.problems(&["en", "es"]), Vec::<String>::new());
    let plain = LocalText::Plain("Only one".to_owned());
    let rows = [
        (Rule { text: plain, ..good.clone() }, "its text says nothing in “es”"),
        (Rule { threshold: 0, ..good.clone() }, "every call crosses"),
        (Rule { window_minutes: 90, ..good.clone() }, "1 to 60, or whole hours"),
        (Rule { window_minutes: 1_500, ..good.clone() }, "1 to 60, or whole hours"),
        (Rule { cool_down_minutes: 9, ..good.clone() }, "no shorter than its window"),
        (Rule { cool_down_minutes: u32::MAX, ..good.clone() }, "no longer than a year"),
        (Rule { class: Class::M1, first_step: Step::Suspend, ..good.clone() }, "gives notice before it suspends"),
        (Rule { calls_min: 0, ..rule(SignalKind::RefusedShare, 50, 10) }, "needs calls_min"),
        (rule(SignalKind::RefusedShare, 101, 10), "use 1 to 100"),
        (rule(SignalKind::LimitHitting, 11, 10), "more minutes than its window has"),
        (rule(SignalKind::LimitHitting, 11, 120), "1 to 60"),
        (rule(SignalKind::ManyNetworks, 3, 15), "are tens"),
        (rule(SignalKind::PathSweep, 1, 10), "at least 2"),
        (rule(SignalKind::NightPull, 1, 90), "whole hours"),
        (rule(SignalKind::Volume, 500, 60), "are 1440"),
        (rule(SignalKind::Volume, 100, 1_440), "above 100 percent"),
        (Rule { first_step: Step::Suspend, ..rule(SignalKind::Volume, 500, 1_440) }, "cannot suspend one"),
    ];
    for (rule, part) in rows {
        let found = rule.problems(&["en", "es"]).join("; ");
        assert!(found.contains(part), "{found} for {part}");
    }
}

#[test]
fn the_profile_says_which_rule_is_wrong_and_refuses_what_no_rule_can_do() {
    assert!(Profile::parse(PROFILE).unwrap().rules.len() >= 8);
    let problem = |from: &str, to: &str| match Profile::parse(&PROFILE.replacen(from, to, 1)) {
        Err(ProfileError::Unreadable(text)) => text,
        Err(other) => other.to_string(),
        Ok(_) => panic!("{to} was taken"),
    };
    let rows = [
        ("percent = 25", "percent = 0", "leaves 1 to 99 percent"),
        ("days_max = 90", "days_max = 13", "at most days_max"),
        ("first_step = \"warn\"", "first_step = \"revoke\"", "a rule cannot begin with “revoke”"),
        ("signal = \"night_pull\"", "signal = \"moonlight\"", "moonlight"),
        ("threshold = 2000", "threshold = -1", "threshold"),
        ("threshold = 2000", "treshold = 2000", "treshold"),
        ("id = \"night-pull\"", "id = \"shared-key\"", "shared-key stands there twice"),
        ("window_minutes = 480", "window_minutes = 481", "night-pull: its window_minutes are whole hours"),
    ];
    assert!(Profile::parse(&PROFILE.replacen("first_step = \"warn\"", "first_step = \"throttle\"", 1)).is_ok());
    for (from, to, part) in rows {
        let found = problem(from, to);
        assert!(found.contains(part), "{found} for {to}");
    }
}

#[test]
fn a_signal_says_its_figures_in_a_sentence() {
    assert_eq!(
        ["1", "45", "60", "480", "90", "1440", "10080"].map(|it| window_words(it.parse().unwrap())),
        ["a minute", "45 minutes", "an hour", "8 hours", "1 h 30 min", "24 hours", "7 days"]
    );
    for kind in SignalKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert!(!kind.unit().is_empty() && !kind.unit_in_spanish().is_empty());
    }
    for class in Class::ALL {
        assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
    }
}
