//! A profile is refused where it is unclear, reads back as written, and is never loosened under an agreement.

use super::*;

fn rule(path: &str, treatment: Treatment) -> Rule {
    Rule { path: path.parse().unwrap(), treatment, reason: "People could be followed.".to_owned() }
}

fn profile(rules: Vec<Rule>) -> RedactionProfile {
    RedactionProfile {
        name: "public".to_owned(),
        title: "For the public".to_owned(),
        revision: 1,
        is_retired: false,
        rules,
    }
}

fn codes(profile: &RedactionProfile) -> Vec<(String, &'static str)> {
    profile.check().err().unwrap_or_default().into_iter().map(|fault| (fault.field, fault.code)).collect()
}

#[test]
fn a_profile_is_kept_as_readable_json_and_reads_back() {
    let all = profile(vec![
        rule("properties.plate", Treatment::KeyedHash { rotates: Rotation::Day }),
        rule("**.owner", Treatment::Drop),
        rule("note", Treatment::Mask { with: "***".to_owned() }),
        rule("geometry", Treatment::CoarsenPosition { grid_feet: 1_750 }),
        rule("properties.seen", Treatment::RoundTime { minutes: 15 }),
        rule("properties.seen", Treatment::Delay { minutes: 60 }),
    ]);
    assert_eq!(all.check(), Ok(()));
    let json = serde_json::to_value(&all).unwrap();
    assert_eq!(
        json["rules"][0],
        serde_json::json!({
            "path": "properties.plate", "treatment": "keyed_hash", "rotates": "day", "reason": "People could be followed.",
        })
    );
    assert_eq!(serde_json::from_value::<RedactionProfile>(json).unwrap(), all);
    let short: Rule = serde_json::from_str(r#"{"path":"geometry","treatment":"coarsen_position"}"#).unwrap();
    assert_eq!(short.treatment, Treatment::CoarsenPosition { grid_feet: 1_750 });
    assert!(serde_json::from_str::<Rule>(r#"{"path":"geometry","treatment":"blur"}"#).is_err());
    assert!(serde_json::from_str::<Rule>(r#"{"path":"$.a","treatment":"drop"}"#).is_err());
}

#[test]
fn every_fault_of_a_profile_is_told_at_once_with_its_place() {
    let nothing = profile(Vec::new());
    assert_eq!(codes(&nothing), [("rules".to_owned(), "rules_needed")]);
    let mut bad = profile(vec![
        Rule { reason: " ".to_owned(), ..rule("a", Treatment::Drop) },
        rule("a", Treatment::Mask { with: String::new() }),
        rule("b", Treatment::Mask { with: " x".to_owned() }),
        rule("c", Treatment::CoarsenPosition { grid_feet: 99 }),
        rule("d", Treatment::RoundTime { minutes: 0 }),
        rule("**.e", Treatment::Delay { minutes: 5 }),
        rule("f", Treatment::Delay { minutes: 525_601 }),
        rule("g[*]", Treatment::Delay { minutes: 5 }),
    ]);
    bad.name = "For All".to_owned();
    bad.title = String::new();
    let expected = [
        ("name", "not_a_slug"),
        ("title", "required"),
        ("rules.0.reason", "reason_needed"),
        ("rules.1.parameter", "required"),
        ("rules.1.path", "repeated"),
        ("rules.2.parameter", "parameter_invalid"),
        ("rules.3.parameter", "parameter_invalid"),
        ("rules.4.parameter", "parameter_invalid"),
        ("rules.5.path", "delay_path"),
        ("rules.6.parameter", "parameter_invalid"),
        ("rules.6.path", "one_delay"),
        ("rules.7.path", "delay_path"),
        ("rules.7.path", "one_delay"),
    ];
    assert_eq!(codes(&bad), expected.map(|(field, code)| (field.to_owned(), code)));
    let rules = |count: usize| (0..count).map(|at| rule(&format!("f{at}"), Treatment::Drop)).collect();
    assert_eq!(codes(&profile(rules(RULES_MAX))), []);
    assert_eq!(codes(&profile(rules(RULES_MAX + 1))), [("rules".to_owned(), "too_many")]);
    let tangle = |name: &str| rule(&format!("**.x.*.*.*.*.*.*.*.*.*.{name}"), Treatment::Drop);
    assert_eq!(codes(&profile(vec![tangle("a"), tangle("b")])), [("rules".to_owned(), "too_tangled")]);
}

#[test]
fn a_form_says_a_treatment_in_a_word_and_a_parameter() {
    let cases = [
        ("drop", "", Treatment::Drop),
        ("mask", "", Treatment::Mask { with: "***".to_owned() }),
        ("mask", "withheld", Treatment::Mask { with: "withheld".to_owned() }),
        ("keyed_hash", "", Treatment::KeyedHash { rotates: Rotation::Day }),
        ("keyed_hash", "month", Treatment::KeyedHash { rotates: Rotation::Month }),
        ("coarsen_position", " ", Treatment::CoarsenPosition { grid_feet: 1_750 }),
        ("coarsen_position", "5280", Treatment::CoarsenPosition { grid_feet: 5_280 }),
        ("round_time", "15", Treatment::RoundTime { minutes: 15 }),
        ("delay", "60", Treatment::Delay { minutes: 60 }),
    ];
    for (word, parameter, expected) in cases {
        let treatment = Treatment::from_form("t", word, parameter).unwrap();
        assert_eq!(treatment, expected, "{word} {parameter}");
        assert_eq!(Treatment::from_form("t", treatment.word(), &treatment.parameter()), Ok(expected));
        assert!(Treatment::WORDS.contains(&word));
    }
    for (word, parameter) in [
        ("drop", "x"),
        ("keyed_hash", "year"),
        ("coarsen_position", "99"),
        ("coarsen_position", "528001"),
        ("round_time", ""),
        ("round_time", "10081"),
        ("delay", "0"),
        ("delay", "1.5"),
        ("blur", ""),
    ] {
        assert!(Treatment::from_form("t", word, parameter).is_err(), "{word} {parameter}");
    }
}

#[test]
fn what_was_signed_is_never_loosened_and_may_be_tightened() {
    let signed = vec![
        rule("plate", Treatment::KeyedHash { rotates: Rotation::Day }),
        rule("seen", Treatment::Delay { minutes: 60 }),
    ];
    assert_eq!(in_force(&signed, &signed), signed, "the same again adds nothing");
    assert_eq!(in_force(&signed, &[]), signed, "a profile that is gone takes nothing back");
    let looser = [rule("plate", Treatment::RoundTime { minutes: 1 }), rule("seen", Treatment::Delay { minutes: 5 })];
    let rules = in_force(&signed, &looser);
    let reach = reach::Reach::of(&rules).unwrap();
    assert_eq!(reach.node(reach.member(reach.root(), b"plate")).whole, Some(0));
    assert_eq!(rules[1].treatment, Treatment::Delay { minutes: 60 });
    let tighter = [rule("plate", Treatment::Drop), rule("other_time", Treatment::Delay { minutes: 90 })];
    let rules = in_force(&signed, &tighter);
    let reach = reach::Reach::of(&rules).unwrap();
    let winner = reach.node(reach.member(reach.root(), b"plate")).whole.unwrap();
    assert_eq!(rules[usize::from(winner)].treatment, Treatment::Drop);
    assert_eq!(
        (&rules[1].path.to_string(), &rules[1].treatment),
        (&"seen".to_owned(), &Treatment::Delay { minutes: 90 })
    );
}

#[test]
fn a_condition_of_delay_needs_a_field_that_tells_the_time() {
    let path: FieldPath = "seen".parse().unwrap();
    assert_eq!(delayed(Vec::new(), 30, None), None);
    let rules = delayed(Vec::new(), 30, Some(&path)).unwrap();
    assert_eq!((&rules[0].path, &rules[0].treatment), (&path, &Treatment::Delay { minutes: 30 }));
    let own = vec![rule("measured", Treatment::Delay { minutes: 45 })];
    let rules = delayed(own.clone(), 30, Some(&path)).unwrap();
    assert_eq!(rules, own, "the profile's own field, and the longer of the two");
    assert_eq!(delayed(own, 50, None).unwrap()[0].treatment, Treatment::Delay { minutes: 50 });
}
