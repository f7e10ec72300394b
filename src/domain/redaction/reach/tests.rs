//! Paths reach what they mean, and what follows from it.

use super::*;
use crate::domain::redaction::Rotation;

fn rule(path: &str, treatment: Treatment) -> Rule {
    Rule { path: path.parse().unwrap(), treatment, reason: String::new() }
}

fn mask() -> Treatment {
    Treatment::Mask { with: "***".to_owned() }
}

/// Walks a path of plain names and `[n]`.
fn walk(reach: &Reach, place: &str) -> NodeId {
    place.split('.').filter(|step| !step.is_empty()).fold(reach.root(), |at, step| match step.strip_prefix('#') {
        Some(index) => reach.element(at, index.parse().unwrap()),
        None => reach.member(at, step.as_bytes()),
    })
}

#[test]
fn a_path_reaches_what_it_means_and_looks_through_lists() {
    // path, a place (# for elements), whether the place is reached
    let cases = [
        ("plate", "plate", true),
        ("plate", "Plate", false),
        ("plate", "car.plate", false),
        ("plate", "plate.x", false),
        ("plate", "#0.plate", true),
        ("plate", "#0.#7.plate", true),
        ("plate", "features.#3.plate", true),
        ("plate", "data.#3.plate", false),
        ("car.plate", "car.#0.plate", true),
        ("car[*].plate", "car.plate", true),
        ("car[*].plate", "car.#0.plate", true),
        ("features[*].properties.plate", "features.#0.properties.plate", true),
        ("features[*].properties.plate", "properties.plate", true),
        ("features[*].properties.plate", "#0.properties.plate", true),
        ("**.plate", "plate", true),
        ("**.plate", "a.#1.b.plate", true),
        ("**.plate", "plate.plate", true),
        ("a.**.plate", "b.plate", false),
        ("a.**.plate", "a.plate", true),
        ("a.**.plate", "a.b.c.plate", true),
        ("a.*", "a.x", true),
        ("a.*", "a.#0.x", true),
        ("a.*", "a.x.y", false),
        ("a.*", "a", false),
        ("data[*][2]", "data.#0.#2", true),
        ("data[*][2]", "data.#0.#1", false),
        ("data[*][2]", "data.#2", false),
        ("rows[1]", "rows.#1", true),
        ("rows[1].x", "rows.#1.x", true),
        ("rows[1].x", "rows.#0.x", false),
        ("[2]", "#2", true),
    ];
    for (path, place, is_reached) in cases {
        let reach = Reach::of(&[rule(path, mask())]).unwrap();
        assert_eq!(reach.node(walk(&reach, place)).whole, is_reached.then_some(0), "{path} at {place}");
    }
}

#[test]
fn a_path_that_ends_in_brackets_means_the_elements() {
    let reach = Reach::of(&[rule("tags[*]", Treatment::Drop)]).unwrap();
    let node = reach.node(walk(&reach, "tags"));
    assert_eq!((node.whole, node.each, node.may_lose), (None, Some(0), true));
    assert!(reach.node(reach.root()).may_lose, "where it is no list it is left out itself");
    let reach = Reach::of(&[rule("grid[*][*]", Treatment::Drop)]).unwrap();
    assert_eq!(reach.node(walk(&reach, "grid.#0")).each, Some(0));
    assert_eq!(reach.node(walk(&reach, "grid")).each, None);
}

#[test]
fn the_strongest_rule_counts_whatever_the_order() {
    let coarse = |grid_feet| Treatment::CoarsenPosition { grid_feet };
    let hash = |rotates| Treatment::KeyedHash { rotates };
    let by_strength = [
        Treatment::RoundTime { minutes: 5 },
        Treatment::RoundTime { minutes: 15 },
        coarse(500),
        coarse(1_750),
        hash(Rotation::Month),
        hash(Rotation::Day),
        mask(),
        Treatment::Drop,
    ];
    for pair in by_strength.windows(2) {
        for (first, second, winner) in [(0, 1, 1), (1, 0, 0)] {
            let rules = [rule("a.b", pair[first].clone()), rule("**.b", pair[second].clone())];
            let reach = Reach::of(&rules).unwrap();
            assert_eq!(reach.node(walk(&reach, "a.b")).whole, Some(winner), "{pair:?}");
        }
    }
}

#[test]
fn nothing_is_alive_where_no_rule_leads() {
    let reach = Reach::of(&[rule("properties.plate", mask())]).unwrap();
    assert!(walk(&reach, "geometry").is_dead() && walk(&reach, "properties.other").is_dead());
    assert!(!walk(&reach, "properties").is_dead());
    let reach = Reach::of(&[rule("**.plate", mask())]).unwrap();
    assert!(!walk(&reach, "a.b.c").is_dead());
    assert!(Reach::of(&[]).unwrap().root().is_dead());
}

#[test]
fn coarse_positions_bring_their_boxes_and_their_other_half() {
    let coarse = Treatment::CoarsenPosition { grid_feet: 1_750 };
    let reach = Reach::of(&[rule("geometry", coarse.clone())]).unwrap();
    for place in ["bbox", "features.#0.bbox", "geometry.bbox"] {
        let node = reach.node(walk(&reach, place));
        assert!(node.is_box && node.whole == Some(0), "{place}");
    }
    for (written, also) in [("p.latitude", "p.longitude"), ("p.lng", "p.lat"), ("**.lat", "x.y.lon"), ("lat", "long")] {
        let reach = Reach::of(&[rule(written, coarse.clone())]).unwrap();
        assert_eq!(reach.node(walk(&reach, also)).whole, Some(0), "{written} brings {also}");
    }
}

#[test]
fn a_delay_knows_its_records() {
    let delay = Treatment::Delay { minutes: 60 };
    // path, a list, whether its elements are records, a place, whether it is the time
    let cases = [
        ("properties.at", "features", true, "features.#0.properties.at", true),
        ("properties.at", "", true, "#0.properties.at", true),
        ("properties.at", "geometry.coordinates", false, "at", false),
        ("features[*].properties.at", "features", true, "properties.at", true),
        ("data.stations[*].last", "data.stations", true, "data.stations.#1.last", true),
        ("data.stations[*].last", "features", false, "features.#0.data.stations.last", false),
        ("feed_info.update_date", "features", false, "feed_info.update_date", true),
        ("data[*][1]", "data", true, "data.#0.#1", true),
        ("data[*][1]", "data.#0", false, "data.#0.#2", false),
    ];
    for (path, list, has_records, time, is_time) in cases {
        let reach = Reach::of(&[rule(path, delay.clone())]).unwrap();
        assert_eq!(reach.node(walk(&reach, list)).has_records, has_records, "{path}: {list}");
        assert_eq!(reach.node(walk(&reach, time)).is_time, is_time, "{path}: {time}");
        assert_eq!(reach.node(walk(&reach, time)).whole, None, "a delay changes no value");
    }
}

#[test]
fn paths_that_cross_too_often_are_refused_before_they_cost_memory() {
    let steps = |name: &str| format!("**.x.*.*.*.*.*.*.*.*.*.{name}");
    let tangle = [rule(&steps("a"), mask()), rule(&steps("b"), mask())];
    assert_eq!(Reach::of(&tangle).map(|_| ()), Err(TooTangled));
    let many: Vec<Rule> = (0..50).map(|at| rule(&format!("a.**.f{at}.g{at}.h{at}"), mask())).collect();
    let reach = Reach::of(&many).unwrap();
    assert!(reach.nodes.len() < 320, "{}", reach.nodes.len());
}
