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
    ("Stewardship", "/stewardship", Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor])),
    ("Clerk", "/clerk", Access::Staff(&[Role::Clerk])),
    ("Audit", "/audit", Access::Staff(&[Role::Auditor])),
    ("Administration", "/admin", Access::Staff(&[Role::Administrator])),
    ("Terms", "/terms", Access::Public),
    ("Help", "/help", Access::Public),
];

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
    let shown: Vec<_> = ENTRIES.iter().filter(|(_, _, access)| access.admits(visitor).is_ok()).collect();
    // Of two entries above a page the nearer one is the present one.
    let nearest =
        shown.iter().map(|(_, href, _)| *href).filter(|href| is_under(path, href)).max_by_key(|href| href.len());
    shown.iter().map(|(label, href, _)| NavLink { label, href, is_current: nearest == Some(*href) }).collect()
}

fn is_under(path: &str, href: &str) -> bool {
    path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
