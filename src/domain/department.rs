//! How a department's desk works, as its managers set it: within how many days it wants to decide, who covers where nobody
//! was named, and who hears what applicants write. None of it gives or takes a right, or makes a promise of the city longer.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assignment::Absence;
use super::calendar::Span;
use super::id::{AccountId, DepartmentId};
use super::notice::NoticeKind;
use super::people::{Actor, Role};
use super::text::Invalid;
use super::time::Day;

/// Roles that work on applications.
const DESK: &[Role] = &[Role::Reviewer, Role::Manager];

/// Who of a department hears what an applicant writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Replies {
    /// Everybody who reviews or decides there.
    #[default]
    Everybody,
    /// Whoever works on the application, and who covers for them; everybody while it is nobody's.
    Assigned,
}

impl Replies {
    /// Every choice.
    pub const ALL: [Self; 2] = [Self::Everybody, Self::Assigned];

    /// The word for columns, forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Assigned => "assigned",
        }
    }

    /// Reads the word written by [`Replies::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// Whether a message of this kind goes to whoever works on the application alone. What is new, and what the department
    /// as a whole must know, goes to everybody.
    #[must_use]
    pub fn narrows(self, kind: NoticeKind) -> bool {
        self == Self::Assigned && matches!(kind, NoticeKind::AnswerGiven | NoticeKind::ApplicationResubmitted)
    }
}

/// What the managers of a department set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeskSettings {
    /// Within how many days it wants to decide, counted as the city's goal is; that one where none.
    pub decision_days: Option<u16>,
    /// Who covers where somebody who is away named nobody.
    pub cover: Option<AccountId>,
    /// Who hears what applicants write.
    pub replies: Replies,
}

impl DeskSettings {
    /// Checks them before they are kept: a department's goal may be nearer than the city's and never further; who covers
    /// works there.
    ///
    /// # Errors
    /// `goal_bounds`, `cover_needs_role`.
    pub fn check(&self, city: Span, department: DepartmentId, staff: &[Actor]) -> Result<(), Vec<Invalid>> {
        let mut found = Vec::new();
        if self.decision_days.is_some_and(|days| days == 0 || days > city.days) {
            let text = format!("Give 1 to {} days: the city's own goal is the longest.", city.days);
            found.push(Invalid::new("decision_days", "goal_bounds", text));
        }
        let is_ours = |account: AccountId| staff.iter().any(|person| works_as(person, account, department));
        if self.cover.is_some_and(|cover| !is_ours(cover)) {
            let text = "Choose somebody who reviews or decides for this department.";
            found.push(Invalid::new("cover", "cover_needs_role", text));
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

fn works_as(person: &Actor, account: AccountId, department: DepartmentId) -> bool {
    person.account == Some(account) && person.acting_for(DESK, department).is_ok()
}

/// Who covers in a department for somebody who is away and whom nobody covers there: the one whom the department set,
/// unless they are away too or are the very person.
#[must_use]
pub fn default_cover<'a>(
    set: Option<AccountId>,
    (absent, department): (&Absence, DepartmentId),
    (staff, absences, today): (&'a [Actor], &[Absence], Day),
) -> Option<&'a Actor> {
    let is_away = |account: AccountId| absences.iter().any(|other| other.account == account && other.is_on(today));
    let cover = set.filter(|cover| absent.is_on(today) && *cover != absent.account && !is_away(*cover))?;
    staff.iter().find(|person| works_as(person, cover, department))
}

/// Within how many days each department wants to decide.
#[derive(Clone, Debug)]
pub struct Goals {
    /// The city's own goal.
    city: Span,
    own: BTreeMap<DepartmentId, u16>,
}

impl Goals {
    /// The city's goal, and those of departments that set a nearer one.
    #[must_use]
    pub fn new(city: Span, own: impl IntoIterator<Item = (DepartmentId, DeskSettings)>) -> Self {
        let own = own.into_iter().filter_map(|(department, set)| Some((department, set.decision_days?)));
        Self { city, own: own.collect() }
    }

    /// A department's goal. One that was set before the city's became nearer counts no further than that.
    #[must_use]
    pub fn of(&self, department: DepartmentId) -> Span {
        let days = self.own.get(&department).map_or(self.city.days, |days| self.city.days.min(*days));
        Span { days, ..self.city }
    }

    /// The nearest goal of these departments; the city's where there are none.
    #[must_use]
    pub fn nearest(&self, departments: impl IntoIterator<Item = DepartmentId>) -> Span {
        let days = departments.into_iter().map(|one| self.of(one).days).min();
        Span { days: days.unwrap_or(self.city.days), ..self.city }
    }

    /// The furthest goal of these departments, by which all of them want to have decided; the city's where there are none.
    #[must_use]
    pub fn furthest(&self, departments: impl IntoIterator<Item = DepartmentId>) -> Span {
        let days = departments.into_iter().map(|one| self.of(one).days).max();
        Span { days: days.unwrap_or(self.city.days), ..self.city }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::people::RoleGrant;

    fn id<K>(number: u128) -> crate::domain::id::Id<K> {
        crate::domain::id::Id::from_uuid(Uuid::from_u128(number))
    }

    fn person(number: u128, department: u128) -> Actor {
        let grant = RoleGrant::new(Role::Reviewer, Some(id(department))).unwrap();
        Actor { account: Some(id(number)), roles: vec![grant], ..Actor::service("x") }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_department_may_be_faster_than_the_city_and_its_cover_works_there() {
        let staff = [person(1, 50), person(2, 51)];
        let rows = [
            (None, None, vec![]),
            (Some(1), Some(1), vec![]),
            (Some(20), None, vec![]),
            (Some(0), None, vec!["goal_bounds"]),
            (Some(21), Some(2), vec!["goal_bounds", "cover_needs_role"]),
            (None, Some(9), vec!["cover_needs_role"]),
        ];
        for (decision_days, cover, expected) in rows {
            let set = DeskSettings { decision_days, cover: cover.map(id), ..DeskSettings::default() };
            let found = set.check(Span::business(20), id(50), &staff).err().unwrap_or_default();
            let found: Vec<_> = found.iter().map(|problem| problem.code).collect();
            assert_eq!(found, expected, "{decision_days:?} {cover:?}");
        }
    }

    #[test]
    fn goals_are_the_departments_own_within_the_citys() {
        let set = |days| DeskSettings { decision_days: Some(days), ..DeskSettings::default() };
        let goals =
            Goals::new(Span::calendar(20), [(id(50), set(5)), (id(51), set(30)), (id(52), DeskSettings::default())]);
        for (department, days) in [(50, 5), (51, 20), (52, 20), (53, 20)] {
            assert_eq!(goals.of(id(department)), Span::calendar(days), "{department}");
        }
        assert_eq!(goals.nearest([id(50), id(52)]), Span::calendar(5));
        assert_eq!(goals.furthest([id(50), id(52)]), Span::calendar(20));
        assert_eq!((goals.nearest([]), goals.furthest([])), (Span::calendar(20), Span::calendar(20)));
    }

    #[test]
    fn the_departments_cover_stands_in_where_nobody_was_named() {
        let staff = [person(1, 50), person(2, 50), person(3, 51)];
        let today = day("2026-11-23");
        let away = |account| Absence { account: id(account), from: today, until: today, cover: None };
        let rows = [
            (Some(2), vec![away(1)], Some(2)),
            (None, vec![away(1)], None),
            (Some(1), vec![away(1)], None),
            (Some(3), vec![away(1)], None),
            (Some(2), vec![away(1), away(2)], None),
        ];
        for (set, absences, expected) in rows {
            let found = default_cover(set.map(id), (&absences[0], id(50)), (&staff, &absences, today));
            assert_eq!(found.and_then(|person| person.account), expected.map(id), "{set:?}");
        }
        let later = Absence { from: day("2026-11-24"), until: day("2026-11-25"), ..away(1) };
        assert!(default_cover(Some(id(2)), (&later, id(50)), (&staff, &[], today)).is_none());
    }

    #[test]
    fn only_what_an_applicant_writes_is_narrowed() {
        assert!(Replies::Assigned.narrows(NoticeKind::AnswerGiven));
        assert!(!Replies::Everybody.narrows(NoticeKind::AnswerGiven));
        assert!(!Replies::Assigned.narrows(NoticeKind::ApplicationToReview));
        for replies in Replies::ALL {
            assert_eq!(Replies::from_word(replies.as_str()), Some(replies));
        }
    }
}
