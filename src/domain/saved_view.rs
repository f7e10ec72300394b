//! Questions of list pages that people of the offices keep under a name: of which page, who sees them, what may be kept.
//!
//! A view is a name and an address. It gives no right, holds no answer, and is read anew by the page's own form each time
//! it is opened, so that it can be out of date but never wrong.

use super::id::{AccountId, SavedViewId};
use super::people::{Actor, Capacity, Role};
use super::refusal::Refusal;
use super::text::{Invalid, Line};
use super::time::Instant;

/// Views that one person may keep.
pub const VIEWS_MAX: usize = 50;
/// Longest question, as it stands in an address.
pub const QUERY_MAX: usize = 2_000;

/// The pages whose questions can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViewRoom {
    /// The search of the audit.
    Entries,
    /// The usage explorer.
    Usage,
    /// The access log.
    AccessLog,
    /// The review queue.
    Queue,
}

/// The names of everything that the usage explorer can be asked.
pub const USAGE_NAMES: [&str; 14] = [
    "by",
    "order",
    "from",
    "to",
    "from_hour",
    "to_hour",
    "key",
    "agreement",
    "holder",
    "organisation",
    "dataset",
    "department",
    "operation",
    "outcome",
];

impl ViewRoom {
    /// Every page.
    pub const ALL: [Self; 4] = [Self::Entries, Self::Usage, Self::AccessLog, Self::Queue];

    /// The word for columns and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Usage => "usage",
            Self::AccessLog => "access-log",
            Self::Queue => "review",
        }
    }

    /// Reads the word written by [`ViewRoom::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|room| room.as_str() == word)
    }

    /// What people call the page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Entries => "Entries",
            Self::Usage => "Use of the gate",
            Self::AccessLog => "Access log",
            Self::Queue => "Review queue",
        }
    }

    /// The page's address.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Entries => "/audit",
            Self::Usage => "/audit/usage",
            Self::AccessLog => "/audit/access-log",
            Self::Queue => "/review",
        }
    }

    /// What a question of this page may be made of. What only turns pages is not part of one.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Entries => &["q", "act", "kind", "of", "request", "from", "to"],
            Self::Usage => &USAGE_NAMES,
            Self::AccessLog => &["kind", "of", "outcome", "request", "from", "to"],
            Self::Queue => &["show", "dataset", "q", "assigned"],
        }
    }

    /// The parts that name days: left out, a view always shows the newest.
    #[must_use]
    pub const fn days(self) -> &'static [&'static str] {
        match self {
            Self::Entries | Self::AccessLog => &["from", "to"],
            Self::Usage => &["from", "to", "from_hour", "to_hour"],
            Self::Queue => &[],
        }
    }

    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Entries | Self::Usage | Self::AccessLog => &[Role::Auditor],
            Self::Queue => &[Role::Manager, Role::Reviewer],
        }
    }

    /// In which capacity somebody opens the page.
    ///
    /// # Errors
    /// `not_your_department` for who may not open it.
    pub fn capacity(self, actor: &Actor) -> Result<Capacity, Refusal> {
        let department = actor.departments(self.roles()).first().copied();
        match (self, department) {
            (Self::Queue, Some(department)) => actor.acting_for(self.roles(), department),
            (Self::Queue, None) => actor.acting_as(Role::Reviewer),
            (Self::Entries | Self::Usage | Self::AccessLog, _) => actor.acting_as(Role::Auditor),
        }
    }
}

/// The parts of a question that have a value, as `name=value&…`; `of` says which are kept.
#[must_use]
pub fn parts(query: &str, of: impl Fn(&str) -> bool) -> String {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if of(&name) && !value.trim().is_empty() {
            kept.append_pair(&name, value.trim());
        }
    }
    kept.finish()
}

/// What is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewWish {
    /// The page.
    pub room: ViewRoom,
    /// The name.
    pub name: Line<80>,
    /// The question.
    pub query: String,
    /// Whether everybody who may open the page finds it there.
    pub is_shared: bool,
}

impl ViewWish {
    /// Reads a wish. `query` is the page's question as in its address; `newest` leaves the days out.
    ///
    /// # Errors
    /// Everything that cannot be kept, each at its name.
    pub fn read(
        (room, name): (&str, &str),
        query: &str,
        (is_shared, newest): (bool, bool),
    ) -> Result<Self, Vec<Invalid>> {
        let Some(room) = ViewRoom::from_word(room) else {
            return Err(vec![Invalid::new("room", "unknown", "There is no such page.")]);
        };
        let mut problems = Vec::new();
        let is_kept = |name: &str| room.names().contains(&name) && !(newest && room.days().contains(&name));
        let query = parts(query.trim().trim_start_matches('?'), is_kept);
        if query.is_empty() {
            let detail = "There is nothing to keep yet. Choose a filter first.";
            problems.push(Invalid::new("query", "nothing_to_keep", detail));
        } else if query.len() > QUERY_MAX {
            problems.push(Invalid::new("query", "too_long", "This question is too long to be kept."));
        }
        match Line::parse("name", name) {
            Ok(name) if problems.is_empty() => Ok(Self { room, name, query, is_shared }),
            Ok(_) => Err(problems),
            Err(problem) => {
                problems.push(problem);
                Err(problems)
            }
        }
    }
}

/// A view that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Whose it is.
    pub owner: AccountId,
    /// What they are called.
    pub owner_name: String,
    /// What is kept.
    pub wish: ViewWish,
    /// Since when.
    pub made_at: Instant,
}

impl SavedView {
    /// Whether it is this person's own.
    #[must_use]
    pub fn is_of(&self, actor: &Actor) -> bool {
        actor.account == Some(self.owner)
    }

    /// Whether this person finds it: their own and shared ones, of pages that they may open now.
    #[must_use]
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        (self.wish.is_shared || self.is_of(actor)) && self.wish.room.capacity(actor).is_ok()
    }

    /// Where it leads, and what of it the page knows no more.
    #[must_use]
    pub fn address(&self) -> (String, Vec<String>) {
        let room = self.wish.room;
        let known = parts(&self.wish.query, |name| room.names().contains(&name));
        let unknown = url::form_urlencoded::parse(self.wish.query.as_bytes())
            .filter(|(name, _)| !room.names().contains(&name.as_ref()))
            .map(|(name, _)| name.into_owned());
        let unknown = unknown.collect();
        let and = if known.is_empty() { "" } else { "&" };
        (format!("{}?{known}{and}view={}", room.path(), self.id), unknown)
    }
}

/// Whether a view of this name fits beside what its owner keeps already; `of` is the view itself, where it is renamed.
///
/// # Errors
/// `name_taken`, `too_many`.
pub fn must_fit(own: &[SavedView], wish: &ViewWish, of: Option<SavedViewId>) -> Result<(), Invalid> {
    let others = || own.iter().filter(|view| Some(view.id) != of);
    if others().any(|view| view.wish.room == wish.room && view.wish.name == wish.name) {
        return Err(Invalid::new("name", "name_taken", "You keep a view of this name already. Choose another name."));
    }
    if others().count() >= VIEWS_MAX {
        let detail = format!("You keep {VIEWS_MAX} views already. Delete one first.");
        return Err(Invalid::new("name", "too_many", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use crate::domain::people::RoleGrant;

    fn view(number: u128, wish: ViewWish) -> SavedView {
        let id = |number| Id::from_uuid(uuid::Uuid::from_u128(number));
        let made_at = "2026-11-27T12:00:00Z".parse().unwrap();
        SavedView {
            id: id(number),
            owner: Id::from_uuid(uuid::Uuid::from_u128(7)),
            owner_name: String::new(),
            wish,
            made_at,
        }
    }

    fn wish(room: &str, name: &str, query: &str) -> ViewWish {
        ViewWish::read((room, name), query, (false, false)).unwrap()
    }

    #[test]
    fn a_question_is_kept_without_what_is_empty_foreign_or_turns_pages() {
        let rows = [
            ("entries", "?q=key&below=40&act=&utm_source=x", "q=key"),
            (
                "usage",
                "by=key&from=2026-11-01&to=2026-11-20&from_hour=&outcome=ok",
                "by=key&from=2026-11-01&to=2026-11-20&outcome=ok",
            ),
            ("access-log", "outcome=rate_limited&cursor=x~y", "outcome=rate_limited"),
            ("review", "show=all&q=caf%C3%A9+au&page=3&view=1", "show=all&q=caf%C3%A9+au"),
        ];
        for (room, asked, kept) in rows {
            assert_eq!(wish(room, "Mine", asked).query, kept, "{room}");
        }
        let newest = ViewWish::read(("usage", "Mine"), "by=key&from=2026-11-01&to_hour=3", (true, true)).unwrap();
        assert_eq!((newest.query.as_str(), newest.is_shared), ("by=key", true));
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        let long = format!("q={}", "a".repeat(QUERY_MAX));
        let rows = [
            ("nowhere", "Mine", "q=a", "unknown"),
            ("entries", "Mine", "below=4", "nothing_to_keep"),
            ("entries", "Mine", long.as_str(), "too_long"),
            ("entries", "  ", "q=a", "required"),
        ];
        for (room, name, query, code) in rows {
            let problems = ViewWish::read((room, name), query, (false, false)).unwrap_err();
            assert_eq!(problems.first().unwrap().code, code, "{room} {name} {query}");
        }
    }

    #[test]
    fn a_name_stands_once_for_each_page_and_there_is_an_end_to_them() {
        let one = view(1, wish("entries", "Mine", "q=a"));
        let code = |own: &[SavedView], wish: &ViewWish, of| must_fit(own, wish, of).map_err(|invalid| invalid.code);
        assert_eq!(code(std::slice::from_ref(&one), &wish("entries", "Mine", "q=b"), None), Err("name_taken"));
        assert_eq!(code(std::slice::from_ref(&one), &wish("entries", "Mine", "q=b"), Some(one.id)), Ok(()));
        assert_eq!(code(std::slice::from_ref(&one), &wish("usage", "Mine", "by=key"), None), Ok(()));
        let full: Vec<_> =
            (1..=50).map(|number| view(number, wish("usage", &format!("No. {number}"), "by=key"))).collect();
        assert_eq!(code(&full, &one.wish, None), Err("too_many"));
    }

    #[test]
    fn who_may_not_open_the_page_finds_no_view_of_it() {
        let department = Id::from_uuid(uuid::Uuid::from_u128(9));
        let person = |account: u128, role: Role, department| Actor {
            account: Some(Id::from_uuid(uuid::Uuid::from_u128(account))),
            roles: vec![RoleGrant::new(role, department).unwrap()],
            ..Actor::service("x")
        };
        let mine = view(1, wish("entries", "Mine", "q=a"));
        let shared = SavedView { wish: ViewWish { is_shared: true, ..mine.wish.clone() }, ..mine.clone() };
        let queue = SavedView { wish: ViewWish { room: ViewRoom::Queue, ..shared.wish.clone() }, ..mine.clone() };
        let rows = [
            (person(7, Role::Auditor, None), true, true, false),
            (person(8, Role::Auditor, None), false, true, false),
            (person(7, Role::Clerk, None), false, false, false),
            (person(8, Role::Reviewer, Some(department)), false, false, true),
        ];
        for (actor, sees_mine, sees_shared, sees_queue) in rows {
            let seen = [&mine, &shared, &queue].map(|view| view.is_seen_by(&actor));
            assert_eq!(seen, [sees_mine, sees_shared, sees_queue], "{:?}", actor.roles);
        }
    }

    #[test]
    fn what_a_page_knows_no_more_is_left_out_and_told() {
        let mut old = view(1, wish("entries", "Mine", "q=a"));
        old.wish.query = "q=a&colour=red".to_owned();
        let (address, unknown) = old.address();
        assert_eq!(address, format!("/audit?q=a&view={}", old.id));
        assert_eq!(unknown, ["colour"]);
    }
}
