//! The main navigation: which pages a person finds in the header. A link shown is never a right given; the row of the
//! page decides that.

use serde::Serialize;

use super::routes::Access;
use super::visitor::Visitor;
use crate::domain::people::Role;

/// The entries in order; each is shown to those whom the same access lets in.
const ENTRIES: &[(&str, &str, Access)] = &[
    ("Catalogue", "/datasets", Access::Public),
    ("My applications", "/applications", Access::Requester),
    ("My agreements", "/agreements", Access::Requester),
    ("Review", "/review", Access::Staff(&[Role::Reviewer, Role::Manager])),
    ("Agreements", "/review/agreements", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor])),
    ("Records requests", "/records", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor])),
    ("Endings", "/review/endings", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor])),
    ("Signals", "/signals", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor])),
    ("Cases", "/cases", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor])),
    ("Deadlines", "/deadlines", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Clerk, Role::Auditor])),
    ("Stewardship", "/stewardship", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor])),
    ("Clerk", "/clerk", Access::Staff(&[Role::Clerk])),
    ("Audit", "/audit", Access::Staff(&[Role::Auditor])),
    ("Administration", "/admin", Access::Staff(&[Role::Administrator])),
    ("Ask for records", "/records/new", Access::Public),
    ("Terms", "/terms", Access::Public),
    ("Help", "/help", Access::Public),
];

/// What people of the city find on their account's page and at the foot instead: their header is full of their work.
const NOT_FOR_STAFF: &[&str] = &["/applications", "/agreements", "/records/new", "/terms"];

/// One link of the navigation.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NavLink {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether the page shown lies there.
    pub is_current: bool,
}

/// The navigation for `visitor` on the page at `path`.
#[must_use]
pub fn links(visitor: Option<&Visitor>, path: &str) -> Vec<NavLink> {
    let is_staff = visitor.is_some_and(|visitor| !visitor.roles.is_empty());
    let fits = |href: &str| !is_staff || !NOT_FOR_STAFF.contains(&href);
    let shown: Vec<_> =
        ENTRIES.iter().filter(|(_, href, access)| access.admits(visitor).is_ok() && fits(href)).collect();
    let nearest = nearest(shown.iter().map(|(_, href, _)| *href), path);
    shown.iter().map(|(label, href, _)| NavLink { label, href, is_current: nearest == Some(*href) }).collect()
}

/// Of several entries above a page the longest address is the present one.
fn nearest(hrefs: impl Iterator<Item = &'static str>, path: &str) -> Option<&'static str> {
    hrefs.filter(|href| is_under(path, href)).max_by_key(|href| href.len())
}

fn is_under(path: &str, href: &str) -> bool {
    path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_entry_above_a_page_is_the_present_one() {
        let current = |path: &str| {
            let shown = links(None, path);
            shown.iter().filter(|link| link.is_current).map(|link| link.href).collect::<Vec<_>>()
        };
        assert_eq!(current("/datasets/parking"), ["/datasets"]);
        assert_eq!(current("/datasetsx"), Vec::<&str>::new());
        let staff = crate::web::testing::person("manager", Some(Role::Manager), true);
        let shown: Vec<_> = links(Some(&staff), "/review").into_iter().map(|link| link.href).collect();
        assert!(shown.contains(&"/review") && !shown.iter().any(|href| NOT_FOR_STAFF.contains(href)), "{shown:?}");
        let all = || ENTRIES.iter().map(|(_, href, _)| *href);
        assert_eq!(nearest(all(), "/review/agreements/7"), Some("/review/agreements"));
        assert_eq!(nearest(all(), "/review/7"), Some("/review"));
    }
}
