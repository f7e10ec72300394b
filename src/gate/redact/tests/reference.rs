//! The same redaction written the plain way: the whole document in memory, one recursive function. Slow, and obviously
//! what the documentation says; the streaming one must come out the same.

use serde_json::{Map, Value};

use super::{code, setting};
use crate::domain::redaction::grid::{Grid, coarse_text, degrees};
use crate::domain::redaction::{Rule, Step, Treatment, moment};

/// Paths that still reach something below a value: the rule, and the steps that are left.
type Live<'a> = Vec<(&'a Rule, Vec<Step>)>;

/// Redacts a document. Only for paths of names, `*`, `**` and a last `[*]`, without delay, boxes or halves.
pub(super) fn redact(rules: &[Rule], document: &Value) -> Value {
    let mut live: Live<'_> = Vec::new();
    for rule in rules {
        let steps = rule.path.steps().to_vec();
        live.push((rule, steps.clone()));
        let features = Step::Name("features".to_owned());
        if steps.first() == Some(&features) {
            let rest: Vec<_> = steps.into_iter().skip(1).skip_while(|step| *step == Step::Elements).collect();
            live.push((rule, rest));
        } else {
            live.push((rule, [features].into_iter().chain(steps).collect()));
        }
    }
    live.retain(|(_, steps)| !steps.is_empty());
    walk(document, &live, None, true)
}

fn strongest<'a>(one: Option<&'a Treatment>, other: Option<&'a Treatment>) -> Option<&'a Treatment> {
    let rank = |treatment: &Treatment| match treatment {
        Treatment::Drop => 50_000_000,
        Treatment::Mask { .. } => 40_000_000,
        Treatment::KeyedHash { .. } => 30_000_000,
        Treatment::CoarsenPosition { grid_feet } => 10_000_000 + *grid_feet,
        Treatment::RoundTime { minutes } => *minutes,
        Treatment::Delay { .. } => unreachable!("no delays here"),
    };
    [one, other].into_iter().flatten().max_by_key(|treatment| rank(treatment))
}

/// The paths after a member's name, and the rule that reaches the member itself.
fn after<'a>(live: &Live<'a>, name: &str) -> Live<'a> {
    let mut next: Live<'a> = Vec::new();
    for (rule, steps) in live {
        let steps: Vec<Step> = steps.iter().skip_while(|step| **step == Step::Elements).cloned().collect();
        match steps.split_first() {
            Some((Step::Name(wanted), rest)) if wanted == name => next.push((*rule, rest.to_vec())),
            Some((Step::AnyMember, rest)) => next.push((*rule, rest.to_vec())),
            Some((Step::Anywhere, rest)) => {
                next.push((*rule, steps.clone()));
                next.extend(after(&vec![(*rule, rest.to_vec())], name));
            }
            _ => {}
        }
    }
    next
}

fn own<'a>(live: &Live<'a>, is_list: bool) -> Option<&'a Treatment> {
    let ends = |steps: &[Step]| steps.is_empty() || (!is_list && steps.iter().all(|step| *step == Step::Elements));
    live.iter()
        .filter(|(_, steps)| ends(steps))
        .map(|(rule, _)| &rule.treatment)
        .fold(None, |one, other| strongest(one, Some(other)))
}

fn each<'a>(live: &Live<'a>) -> Option<&'a Treatment> {
    let is_each = |steps: &[Step]| steps == [Step::Elements];
    live.iter()
        .filter(|(_, steps)| is_each(steps))
        .map(|(rule, _)| &rule.treatment)
        .fold(None, |one, other| strongest(one, Some(other)))
}

/// A value under the treatment that came down to it; directly where a path says it, else by what it stands in.
fn walk(value: &Value, live: &Live<'_>, down: Option<&Treatment>, is_direct: bool) -> Value {
    match value {
        Value::Array(elements) => {
            if let (Some(Treatment::CoarsenPosition { grid_feet }), Some(pair)) = (down, pair(elements)) {
                return coarse(*grid_feet, pair);
            }
            if matches!(down, Some(Treatment::CoarsenPosition { .. })) && elements.first().is_some_and(Value::is_number)
            {
                return Value::Null;
            }
            let each = each(live);
            let below: Live<'_> =
                live.iter().filter(|(_, steps)| !steps.is_empty() && *steps != [Step::Elements]).cloned().collect();
            let kept = elements.iter().filter_map(|element| {
                let own = strongest(own(&below, element.is_array()), each);
                let here = strongest(own, down);
                let is_direct = is_direct || own.is_some();
                (here != Some(&Treatment::Drop)).then(|| walk(element, &below, here, is_direct))
            });
            Value::Array(kept.collect())
        }
        Value::Object(members) => {
            if matches!(down, Some(Treatment::Mask { .. })) {
                return Value::Null;
            }
            let mut kept = Map::new();
            for (name, member) in members {
                let below = after(live, name);
                let describes = member.as_str().is_some_and(|text| match name.as_str() {
                    "type" => text.len() <= 64,
                    "unitCode" => text.len() <= 3 && text.chars().all(|letter| letter.is_ascii_alphanumeric()),
                    _ => false,
                });
                let spares = matches!(down, Some(Treatment::CoarsenPosition { .. } | Treatment::RoundTime { .. }));
                let own = own(&below, member.is_array());
                let here = strongest(own, down.filter(|_| own.is_some() || !(describes && spares)));
                if here != Some(&Treatment::Drop) {
                    kept.insert(name.clone(), leaf_or_walk(member, &below, here, own.is_some()));
                }
            }
            Value::Object(kept)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            leaf_or_walk(value, live, down, is_direct)
        }
    }
}

fn leaf_or_walk(value: &Value, live: &Live<'_>, down: Option<&Treatment>, is_direct: bool) -> Value {
    let text = match value {
        Value::Array(_) | Value::Object(_) => return walk(value, live, down, is_direct),
        Value::Null => return Value::Null,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    match down {
        None => value.clone(),
        Some(Treatment::Mask { with }) if value.is_string() => Value::String(with.clone()),
        Some(Treatment::KeyedHash { .. }) => Value::String(code(&text)),
        Some(Treatment::RoundTime { minutes }) if !value.is_boolean() => match moment::rounded(&text, *minutes) {
            Some(rounded) if value.is_string() => Value::String(rounded),
            Some(rounded) => serde_json::from_str(&rounded).unwrap(),
            None => Value::Null,
        },
        Some(Treatment::CoarsenPosition { .. })
            if value.is_string() && !is_direct && !text.contains(|letter: char| letter.is_ascii_digit()) =>
        {
            value.clone()
        }
        Some(Treatment::CoarsenPosition { grid_feet }) if value.is_string() => {
            coarse_text(Grid::of_feet(*grid_feet), &text).map_or(Value::Null, Value::String)
        }
        Some(_) => Value::Null,
    }
}

fn pair(elements: &[Value]) -> Option<(f64, f64)> {
    match elements {
        [first, second, rest @ ..] if rest.len() <= 2 && rest.iter().all(Value::is_number) => {
            Some((first.as_f64()?, second.as_f64()?))
        }
        _ => None,
    }
}

fn coarse(grid_feet: u32, (first, second): (f64, f64)) -> Value {
    let number = |value: f64| serde_json::from_str::<Value>(&degrees(value)).unwrap();
    match Grid::of_feet(grid_feet).centre_of_pair(first, second) {
        Some((first, second)) => Value::Array(vec![number(first), number(second)]),
        None => Value::Null,
    }
}

#[test]
fn the_reference_is_not_asleep() {
    let _ = setting();
    let rules = super::rules(&["**.p: mask", "a.b: drop"]);
    let document = serde_json::json!({ "a": { "b": 1, "p": "s" }, "features": [{ "a": [{ "b": 2 }] }] });
    let expected = serde_json::json!({ "a": { "p": "***" }, "features": [{ "a": [{}] }] });
    assert_eq!(redact(&rules, &document), expected);
}
