//! People: roles per department, who acts under which of them, and separation of duties.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, DepartmentId, OrganisationId};
use super::refusal::Refusal;

/// A staff role. Every account may also act as a requester; that needs no grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Triage, questions, private notes, recommendations, in one department.
    Reviewer,
    /// Decides items of the department's datasets; suspends, lifts, revokes.
    Manager,
    /// Appeals, records requests, complaints, deadlines; city-wide.
    Clerk,
    /// Reads everything but secrets; changes nothing; city-wide.
    Auditor,
    /// Departments, staff, roles, profile, service credentials; city-wide.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Reviewer, Self::Manager, Self::Clerk, Self::Auditor, Self::Administrator];

    /// The word used in columns, JSON and URLs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Manager => "manager",
            Self::Clerk => "clerk",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// Reads the word written by [`Role::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether the role is held in one department (reviewer, manager) rather than for the city.
    #[must_use]
    pub const fn is_departmental(self) -> bool {
        matches!(self, Self::Reviewer | Self::Manager)
    }
}

/// A role somebody holds, in a department where the role is departmental.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RoleGrant {
    /// The role.
    pub role: Role,
    /// The department; `None` for city-wide roles.
    pub department: Option<DepartmentId>,
}

impl RoleGrant {
    /// Pairs a role with its department; departmental roles need one and city-wide roles take none.
    ///
    /// # Errors
    /// `role_needs_department` or `role_is_city_wide`.
    pub fn new(role: Role, department: Option<DepartmentId>) -> Result<Self, Refusal> {
        match (role.is_departmental(), department) {
            (true, None) => Err(Refusal::new("role_needs_department", "Choose the department for this role.")),
            (false, Some(_)) => {
                Err(Refusal::new("role_is_city_wide", "This role is for the whole city; leave the department empty."))
            }
            (true, Some(_)) | (false, None) => Ok(Self { role, department }),
        }
    }
}

/// Who acts: the person and everything a rule may ask about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account; `None` for a visitor and for the service itself.
    pub account: Option<AccountId>,
    /// The name shown in the audit.
    pub name: String,
    /// The organisation of a requester.
    pub organisation: Option<OrganisationId>,
    /// Roles held at this moment.
    pub roles: Vec<RoleGrant>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// Under which capacity an act was done; kept in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as")]
pub enum Capacity {
    /// Nobody signed in.
    Visitor,
    /// For oneself or one's organisation.
    Requester,
    /// For the city.
    Staff {
        /// The role used.
        role: Role,
        /// The department of a departmental role.
        department: Option<DepartmentId>,
    },
    /// The service on its own: clocks, imports, the command line.
    Service,
}

impl Capacity {
    /// The word for the audit: `visitor`, `requester`, `service` or the role.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Requester => "requester",
            Self::Staff { role, .. } => role.as_str(),
            Self::Service => "service",
        }
    }

    /// The department of a departmental staff act.
    #[must_use]
    pub const fn department(self) -> Option<DepartmentId> {
        match self {
            Self::Staff { department, .. } => department,
            Self::Visitor | Self::Requester | Self::Service => None,
        }
    }
}

impl Actor {
    /// The service itself, for clocks and the command line.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { account: None, name: name.to_owned(), organisation: None, roles: Vec::new(), address: None }
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn visitor(address: Option<IpAddr>) -> Self {
        Self { account: None, name: "visitor".to_owned(), organisation: None, roles: Vec::new(), address }
    }

    /// Whether the actor holds `role`, in `department` where the role is departmental.
    #[must_use]
    pub fn holds(&self, role: Role, department: DepartmentId) -> bool {
        self.roles.iter().any(|grant| grant.role == role && grant.department.is_none_or(|held| held == department))
    }

    /// Whether the actor holds `role` anywhere.
    #[must_use]
    pub fn holds_anywhere(&self, role: Role) -> bool {
        self.roles.iter().any(|grant| grant.role == role)
    }

    /// Departments in which the actor holds any of `roles`.
    #[must_use]
    pub fn departments(&self, roles: &[Role]) -> Vec<DepartmentId> {
        let mut found: Vec<_> = self
            .roles
            .iter()
            .filter(|grant| roles.contains(&grant.role))
            .filter_map(|grant| grant.department)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The capacity of a departmental staff act, reviewer or manager.
    ///
    /// # Errors
    /// `not_your_department` when the actor holds none of `roles` there. The web shows it as "not found".
    pub fn acting_for(&self, roles: &[Role], department: DepartmentId) -> Result<Capacity, Refusal> {
        roles
            .iter()
            .find(|role| self.holds(**role, department))
            .map(|role| Capacity::Staff { role: *role, department: role.is_departmental().then_some(department) })
            .ok_or_else(not_your_department)
    }

    /// The capacity of a city-wide staff act.
    ///
    /// # Errors
    /// `not_your_department` when the actor does not hold the role.
    pub fn acting_as(&self, role: Role) -> Result<Capacity, Refusal> {
        if self.holds_anywhere(role) {
            Ok(Capacity::Staff { role, department: None })
        } else {
            Err(not_your_department())
        }
    }

    /// Whether the actor acts for the side that a thing was made for. What was made for an organisation belongs to its
    /// members of this moment: who left it has lost it, also what they signed themselves.
    #[must_use]
    pub fn is_party(&self, requester: AccountId, organisation: Option<OrganisationId>) -> bool {
        match organisation {
            Some(_) => self.organisation == organisation,
            None => self.account == Some(requester),
        }
    }

    /// Whether the actor must keep out of a decision: a party, or the requester in person, member or not.
    #[must_use]
    pub fn has_stake(&self, requester: AccountId, organisation: Option<OrganisationId>) -> bool {
        self.account == Some(requester) || self.is_party(requester, organisation)
    }
}

fn not_your_department() -> Refusal {
    Refusal::new("not_your_department", "This belongs to another office.")
}

/// Refuses a decision about one's own request or one's organisation's (spec section 5, rule 2).
///
/// # Errors
/// `own_application`.
pub fn must_not_be_party(
    actor: &Actor,
    requester: AccountId,
    organisation: Option<OrganisationId>,
) -> Result<(), Refusal> {
    if actor.has_stake(requester, organisation) {
        return Err(Refusal::new(
            "own_application",
            "You are the requester or a member of the requester's organisation, so somebody else must decide this.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id<K>(number: u128) -> crate::domain::id::Id<K> {
        crate::domain::id::Id::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn what_was_made_for_an_organisation_is_its_members_and_what_was_made_alone_is_ones_own() {
        let (maria, harbor, bay) = (1, Some(id(50)), Some(id(51)));
        // Who acts, for whom the thing was made: whether they act for its side, and whether they keep out of deciding.
        let rows = [
            ("alone, own", maria, None, None, (true, true)),
            ("joined later, own from before", maria, harbor, None, (true, true)),
            ("a member, asked for by themselves", maria, harbor, harbor, (true, true)),
            ("a colleague", 2, harbor, harbor, (true, true)),
            ("asked for it and left", maria, None, harbor, (false, true)),
            ("asked for it and went elsewhere", maria, bay, harbor, (false, true)),
            ("of another organisation", 2, bay, harbor, (false, false)),
            ("a stranger", 2, None, None, (false, false)),
            ("a colleague, of what she made alone", 2, harbor, None, (false, false)),
        ];
        for (who, account, organisation, made_for, expected) in rows {
            let actor = Actor { account: Some(id(account)), organisation, ..Actor::service("x") };
            let found = (actor.is_party(id(maria), made_for), actor.has_stake(id(maria), made_for));
            assert_eq!(found, expected, "{who}");
            assert_eq!(must_not_be_party(&actor, id(maria), made_for).is_err(), expected.1, "{who}");
        }
        let nobody = Actor::service("clock");
        assert!(!nobody.is_party(id(maria), None) && !nobody.has_stake(id(maria), harbor));
    }
}
