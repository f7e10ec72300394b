//! How cases end, and what they count for afterwards.

use super::*;

#[test]
fn a_finding_that_is_set_aside_lifts_what_it_placed_and_counts_for_nothing() {
    let ready = after(&opened(Class::M7, None), &["notify", "answer"]);
    let found = ready.decide(find(vec![MeasureKind::SuspendAgreement], ""), &manager(), now()).unwrap().next;
    assert!(found.finding.as_ref().unwrap().stands() && found.in_force().count() == 1);
    let (set_aside, clerk) = command("aside");
    assert_eq!(found.decide(set_aside.clone(), &maria(), now()).unwrap_err().code, "not_your_department");
    let change = found.decide(set_aside.clone(), &clerk, now()).unwrap();
    assert_eq!((change.next.state.as_str(), change.next.in_force().count()), ("dismissed", 0));
    let finding = change.next.finding.as_ref().unwrap();
    assert!(finding.is_violation && !finding.stands(), "what was found stays on record");
    assert_eq!(change.next.decide(set_aside, &clerk, now()).unwrap_err().code, "wrong_state");
}

#[test]
fn a_suspended_key_that_was_revoked_does_not_keep_its_case_open() {
    let held = in_state("found held");
    let close = || command("close").0;
    assert_eq!(held.decide(close(), &clerk(), now()).unwrap_err().code, "still_suspended");
    let measure = measure(MeasureKind::RevokeKey { key: id(40) });
    let impose = CaseCommand::Impose { measure, severity: "It went on.".to_owned() };
    let revoked = held.decide(impose, &manager(), now()).unwrap().next;
    assert!(revoked.decide(close(), &clerk(), now()).is_ok());
}

#[test]
fn offences_count_over_twelve_months_and_then_no_more() {
    let ago = |months: u32| now().checked_sub_months(Months::new(months)).unwrap();
    let case = |class, found_at, is_open, rung| Earlier { class, found_at, is_open, rung: Some(rung) };
    let rows = [
        ("nothing before", vec![], (Offence::First, None)),
        ("of another class", vec![case(Class::M1, Some(ago(2)), false, Rung::Warn)], (Offence::First, None)),
        ("found last year", vec![case(Class::M3, Some(ago(13)), false, Rung::Suspend)], (Offence::First, None)),
        (
            "found this year",
            vec![case(Class::M3, Some(ago(11)), false, Rung::Warn)],
            (Offence::Repeat, Some(Rung::Warn)),
        ),
        ("dismissed", vec![case(Class::M3, None, false, Rung::Suspend)], (Offence::First, None)),
        ("still open", vec![case(Class::M3, None, true, Rung::Inform)], (Offence::Continuing, None)),
        (
            "found twice",
            vec![
                case(Class::M3, Some(ago(11)), false, Rung::Suspend),
                case(Class::M3, Some(ago(1)), false, Rung::Warn),
            ],
            (Offence::Repeat, Some(Rung::Suspend)),
        ),
    ];
    for (what, earlier, expected) in rows {
        assert_eq!(offence_of(Class::M3, &earlier, now()), expected, "{what}");
    }
}
