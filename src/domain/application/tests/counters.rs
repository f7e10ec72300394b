//! An offer answered condition by condition.

use super::*;

#[test]
fn a_counter_names_its_conditions_and_leaves_every_other_decision() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
    let half = done(&application, deciding(10, approve_if("Show the city's name.")), &manager()).next;
    let offered = done(&half, deciding(11, approve()), &police()).next;
    let proposal = |condition| Proposal { item: id(10), condition, text: "In the footer.".to_owned() };
    let counter = |proposals| Command::Counter { proposals };
    let rows = [
        (Vec::new(), "counter_needed"),
        (vec![proposal(0), proposal(0)], "counter_repeated"),
        (vec![proposal(1)], "unknown_condition"),
        (vec![Proposal { text: " ".to_owned(), ..proposal(0) }], "counter_needed"),
        (vec![Proposal { item: id(11), ..proposal(0) }], "nothing_to_counter"),
        (vec![Proposal { item: id(99), ..proposal(0) }], "unknown_item"),
    ];
    for (proposals, code) in rows {
        let told = format!("{proposals:?}");
        assert_eq!(refused(&offered, counter(proposals), &maria()), code, "{told}");
    }
    let change = done(&offered, counter(vec![proposal(0)]), &maria());
    let known = change.next.items[0].countered.first().unwrap();
    assert_eq!((known.condition.text.as_str(), known.proposal.as_str()), ("Show the city's name.", "In the footer."));
    assert!(change.next.items[0].state.is_pending(), "it is decided again");
    assert!(change.next.items[1].countered.is_empty() && !change.next.items[1].state.is_pending());
    let remark = change.remark.unwrap();
    assert_eq!(remark.department, Some(id(TRAFFIC)), "the office that is meant");
    assert!(remark.text.contains("Show the city's name.") && remark.text.contains("In the footer."));
}

#[test]
fn a_counter_reopens_its_item_and_no_other() {
    let application = submitted(vec![item(10, TRAFFIC, Tier::Conditioned), item(11, POLICE, Tier::Conditioned)]);
    let half = done(&application, deciding(10, approve_if("Show the city's name.")), &manager()).next;
    let offered = done(&half, deciding(11, approve()), &police()).next;
    let counter = |item, text: &str| {
        let proposal = Proposal { item: id(item), condition: 0, text: text.to_owned() };
        Command::Counter { proposals: vec![proposal] }
    };
    assert_eq!(refused(&offered, counter(10, " "), &maria()), "counter_needed");
    assert_eq!(refused(&offered, counter(11, "Free."), &maria()), "nothing_to_counter");
    assert_eq!(refused(&offered, counter(99, "Free."), &maria()), "unknown_item");
    let change = done(&offered, counter(10, "In the footer only."), &maria());
    assert_eq!(change.settlement, Some(Settlement::OfferClosed(id(NEW_AGREEMENT))));
    assert_eq!(change.next.items[0].state, ItemState::Pending { first: None });
    assert_eq!(change.next.items[1].state.as_str(), "approved");
}
