//! The people of the demo: staff of every role and a few requesters. Their password is printed at the start; these
//! accounts exist in the demo's own folder only.

use crate::domain::people::Role;

/// The password of everybody in the demo.
pub const PASSWORD: &str = "lantern harbor plover 27";

/// A person of the demo.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// A short name by which the stories call them.
    pub nick: &'static str,
    /// Their name.
    pub name: &'static str,
    /// Their address.
    pub email: &'static str,
    /// Their roles, each with the slug of its department or nothing.
    pub roles: &'static [(Role, &'static str)],
    /// What the start card calls them.
    pub what: &'static str,
}

const fn staff(
    nick: &'static str,
    name: &'static str,
    email: &'static str,
    roles: &'static [(Role, &'static str)],
    what: &'static str,
) -> Person {
    Person { nick, name, email, roles, what }
}

/// Everybody.
pub const PEOPLE: &[Person] = &[
    staff("maria", "Maria Gonzalez", "maria@people.example", &[], "requester"),
    staff("chen", "Lin Chen", "lin.chen@university.example", &[], "requester (university)"),
    staff("omar", "Omar Haddad", "omar@bayfinder.example", &[], "requester (startup)"),
    staff("jo", "Jo Rivers", "jo.rivers@gazette.example", &[], "requester (press)"),
    staff(
        "rosa",
        "Rosa Marino",
        "rosa.marino@norwalk.example",
        &[(Role::Manager, "parking-authority"), (Role::Manager, "transportation")],
        "manager",
    ),
    staff(
        "rita",
        "Rita Osei",
        "rita.osei@norwalk.example",
        &[(Role::Reviewer, "parking-authority"), (Role::Reviewer, "transportation"), (Role::Reviewer, "planning")],
        "reviewer",
    ),
    staff(
        "will",
        "Will Tran",
        "will.tran@norwalk.example",
        &[(Role::Manager, "public-works")],
        "manager (public works)",
    ),
    staff(
        "dana",
        "Dana Kaplan",
        "dana.kaplan@norwalk.example",
        &[(Role::Manager, "public-works")],
        "second manager (public works)",
    ),
    staff("pat", "Pat Sullivan", "pat.sullivan@norwalk.example", &[(Role::Manager, "police")], "manager (police)"),
    staff("noor", "Noor Aziz", "noor.aziz@norwalk.example", &[(Role::Manager, "planning")], "manager (planning)"),
    staff(
        "hal",
        "Hal Brooks",
        "hal.brooks@norwalk.example",
        &[(Role::Manager, "health"), (Role::Manager, "harbor")],
        "manager (health, harbor)",
    ),
    staff("clara", "Clara Whitfield", "clara.whitfield@norwalk.example", &[(Role::Clerk, "")], "clerk"),
    staff("ivan", "Ivan Petrov", "ivan.petrov@norwalk.example", &[(Role::Auditor, "")], "auditor"),
    staff("ada", "Ada Alvarez", "ada.alvarez@norwalk.example", &[(Role::Administrator, "")], "administrator"),
];

/// Organisations of the demo, each with the address of its member.
pub const ORGANISATIONS: [(&str, &str); 2] =
    [("Long Island Sound University", "lin.chen@university.example"), ("Bay Finder LLC", "omar@bayfinder.example")];
