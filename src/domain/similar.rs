//! Which earlier decisions are most like the item under review, so that like is decided alike. It finds and orders; what
//! an earlier decision is worth is for people to say.

use std::collections::BTreeSet;

use super::application::{Application, Item, ItemState};
use super::review::Decision;

/// Most earlier decisions shown beside a case.
pub const SIMILAR_MAX: usize = 5;
/// Shortest word that says something, in letters.
const WORD_MIN: usize = 5;

/// How alike two items are. The order of the fields is the order of their weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Likeness {
    /// The same dataset.
    pub dataset: bool,
    /// The same category of purpose.
    pub purpose: bool,
    /// Operations asked for in both.
    pub operations: usize,
    /// Words in common of title, purpose and benefit.
    pub words: usize,
}

impl Likeness {
    /// Compares an item with an earlier one.
    #[must_use]
    pub fn of(now: (&Application, &Item), earlier: (&Application, &Item)) -> Self {
        let purpose = |application: &Application| application.answers.get("purpose_category").to_owned();
        let (mine, theirs) = (purpose(now.0), purpose(earlier.0));
        let operations = |item: &Item| item.asked.operations.iter().cloned().collect::<BTreeSet<String>>();
        Self {
            dataset: now.1.asked.dataset == earlier.1.asked.dataset,
            purpose: !mine.is_empty() && mine == theirs,
            operations: operations(now.1).intersection(&operations(earlier.1)).count(),
            words: words(now.0).intersection(&words(earlier.0)).count(),
        }
    }

    /// Whether it is worth showing: one of the two that a reviewer would look for.
    #[must_use]
    pub const fn is_similar(&self) -> bool {
        self.dataset || self.purpose
    }
}

/// The words of an application that say something.
fn words(application: &Application) -> BTreeSet<String> {
    let text = ["title", "purpose", "public_benefit"].map(|name| application.answers.get(name)).join(" ");
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() >= WORD_MIN)
        .map(str::to_lowercase)
        .collect()
}

/// The decision of people on an item, if there is one.
#[must_use]
pub const fn decision(item: &Item) -> Option<&Decision> {
    match &item.state {
        ItemState::Approved { decision, .. } | ItemState::Denied { decision } => Some(decision),
        ItemState::Pending { .. } | ItemState::Granted { .. } => None,
    }
}

/// The earlier decisions of the same department that are most alike, the most alike first; of equals the newest.
#[must_use]
pub fn most_alike<'a>(
    now: (&Application, &Item),
    earlier: &'a [Application],
) -> Vec<(Likeness, &'a Application, &'a Item)> {
    let mut found: Vec<_> = earlier
        .iter()
        .filter(|application| application.id != now.0.id)
        .flat_map(|application| application.items.iter().map(move |item| (application, item)))
        .filter(|(_, item)| item.department == now.1.department && decision(item).is_some())
        .map(|(application, item)| (Likeness::of(now, (application, item)), application, item))
        .filter(|(likeness, ..)| likeness.is_similar())
        .collect();
    found.sort_by_key(|(likeness, _, item)| std::cmp::Reverse((*likeness, decision(item).map(|decision| decision.at))));
    found.truncate(SIMILAR_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::tests::{POLICE, TRAFFIC, decision as given, deny, id, item, now, submitted};
    use crate::domain::tier::Tier;

    fn application(number: u8, dataset: u8, purpose: &str, title: &str) -> Application {
        let mut found = Application { id: id(number), ..submitted(vec![item(dataset, TRAFFIC, Tier::Conditioned)]) };
        found.answers.set("purpose_category", purpose).unwrap();
        found.answers.set("title", title).unwrap();
        found
    }

    fn decided(number: u8, dataset: u8, purpose: &str, title: &str) -> Application {
        let mut found = application(number, dataset, purpose, title);
        for item in &mut found.items {
            item.state = ItemState::Denied { decision: given(deny()) };
        }
        found
    }

    fn numbers(now: &Application, earlier: &[Application]) -> Vec<String> {
        most_alike((now, &now.items[0]), earlier).into_iter().map(|(_, found, _)| found.id.to_string()).collect()
    }

    #[test]
    fn the_dataset_weighs_more_than_the_purpose_and_that_more_than_operations_and_words() {
        let case = application(1, 10, "research", "Parking pressure downtown");
        let mut two_operations = decided(4, 11, "research", "Something else");
        two_operations.items[0].asked.operations = vec!["history".to_owned(), "read".to_owned()];
        let mut case_of_two = case.clone();
        case_of_two.items[0].asked.operations = vec!["history".to_owned(), "read".to_owned()];
        // Each row: an earlier item that comes before the other.
        let rows = [
            (
                "dataset before purpose",
                decided(2, 10, "press", "Other"),
                decided(3, 11, "research", "Parking downtown"),
            ),
            ("both before the dataset", decided(2, 10, "research", "Other"), decided(3, 10, "press", "Parking")),
            ("operations before words", two_operations, decided(3, 11, "research", "Parking pressure downtown")),
            ("words at last", decided(2, 11, "research", "Downtown parking"), decided(3, 11, "research", "Other")),
        ];
        for (row, first, second) in rows {
            let expected = [first.id.to_string(), second.id.to_string()];
            assert_eq!(numbers(&case_of_two, &[second.clone(), first.clone()]), expected, "{row}");
        }
    }

    #[test]
    fn only_decisions_of_people_in_the_same_department_with_dataset_or_purpose_in_common_are_similar() {
        let case = application(1, 10, "research", "Parking");
        let mut others = decided(2, 10, "research", "Parking");
        others.items[0].department = id(POLICE);
        let mut automatic = decided(3, 10, "research", "Parking");
        automatic.items[0].state = ItemState::Granted { at: now() };
        let rows = [
            ("another department's", others),
            ("still open", application(4, 10, "research", "Parking")),
            ("granted by click-through", automatic),
            ("nothing but words in common", decided(5, 11, "press", "Parking")),
            ("without a purpose in either", decided(6, 11, "", "Parking")),
            ("the case itself", Application { id: case.id, ..decided(7, 10, "research", "Parking") }),
        ];
        for (row, earlier) in rows {
            assert_eq!(numbers(&case, &[earlier]), Vec::<String>::new(), "{row}");
        }
    }

    #[test]
    fn of_equals_the_newest_comes_first_and_no_more_are_shown_than_the_limit() {
        let case = application(1, 10, "research", "Parking");
        let earlier: Vec<Application> = (2..=8)
            .map(|number| {
                let mut found = decided(number, 10, "research", "Parking");
                let mut decision = given(deny());
                decision.at = now() + chrono::Duration::days(i64::from(number));
                found.items[0].state = ItemState::Denied { decision };
                found
            })
            .collect();
        let expected: Vec<String> =
            [8_u8, 7, 6, 5, 4].map(|number| id::<crate::domain::id::ApplicationKind>(number).to_string()).to_vec();
        assert_eq!(numbers(&case, &earlier), expected);
    }
}
