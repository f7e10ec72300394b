//! Who may belong to an organisation. Joining is the city's act: whoever could join by saying so would read the
//! agreements of anybody whose name they can type. Membership gives and takes access only; it ends no agreement.

use super::id::{AccountId, OrganisationId};
use super::people::Actor;
use super::refusal::Refusal;

/// A person as a membership is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub account: AccountId,
    /// Whether the mail address was confirmed.
    pub is_confirmed: bool,
    /// Whether the account is disabled.
    pub is_disabled: bool,
    /// The organisation they belong to.
    pub organisation: Option<OrganisationId>,
    /// Whether an office has a hold on the person that is in force.
    pub is_held: bool,
}

/// Whether `actor` may make this person a member.
///
/// # Errors
/// `own_membership`, `already_member`, `other_organisation`, `not_confirmed`, `account_disabled`, `person_on_hold`.
pub fn may_join(actor: &Actor, person: &Standing, organisation: OrganisationId) -> Result<(), Refusal> {
    if actor.account == Some(person.account) {
        return Err(Refusal::new("own_membership", "Another administrator must make you a member."));
    }
    match person.organisation {
        Some(own) if own == organisation => {
            return Err(Refusal::new("already_member", "This person is a member already."));
        }
        Some(_) => {
            let detail = "This person belongs to another organisation. End that membership first.";
            return Err(Refusal::new("other_organisation", detail));
        }
        None => {}
    }
    if !person.is_confirmed {
        return Err(Refusal::new("not_confirmed", "This person has not confirmed their mail address yet."));
    }
    if person.is_disabled {
        return Err(Refusal::new("account_disabled", "This account is disabled."));
    }
    if person.is_held {
        // A hold on a person stops what was made for their organisation: joining would suspend others unheard.
        let detail = "An office has suspended this person. Joining would stop every key of the organisation.";
        return Err(Refusal::new("person_on_hold", detail));
    }
    Ok(())
}

/// Whether this person's membership may be ended.
///
/// # Errors
/// `not_a_member`, `person_on_hold`.
pub fn may_leave(person: &Standing, organisation: OrganisationId) -> Result<(), Refusal> {
    if person.organisation != Some(organisation) {
        return Err(Refusal::new("not_a_member", "This person is not a member."));
    }
    if person.is_held {
        // Otherwise an administrator would lift another office's hold from the organisation's keys.
        let detail = "An office has suspended this person, and with them the organisation. Ask that office to lift or \
                      move its hold first; disabling the account ends the person's access at once.";
        return Err(Refusal::new("person_on_hold", detail));
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

    fn administrator() -> Actor {
        Actor { account: Some(id(1)), ..Actor::service("ada") }
    }

    const fn person() -> Standing {
        Standing {
            account: AccountId::from_uuid(Uuid::from_u128(2)),
            is_confirmed: true,
            is_disabled: false,
            organisation: None,
            is_held: false,
        }
    }

    fn code(refused: Result<(), Refusal>) -> &'static str {
        refused.map_or_else(|refusal| refusal.code, |()| "")
    }

    #[test]
    fn who_may_join_is_decided_by_their_standing() {
        let (harbor, other) = (id(7), id(8));
        let rows = [
            (person(), ""),
            (Standing { account: id(1), ..person() }, "own_membership"),
            (Standing { organisation: Some(harbor), ..person() }, "already_member"),
            (Standing { organisation: Some(other), ..person() }, "other_organisation"),
            (Standing { is_confirmed: false, ..person() }, "not_confirmed"),
            (Standing { is_disabled: true, ..person() }, "account_disabled"),
            (Standing { is_held: true, ..person() }, "person_on_hold"),
        ];
        for (person, refusal) in rows {
            assert_eq!(code(may_join(&administrator(), &person, harbor)), refusal, "{person:?}");
        }
    }

    #[test]
    fn only_a_member_leaves_and_a_hold_does_not_leave_with_them() {
        let (harbor, other) = (id(7), id(8));
        let member = Standing { organisation: Some(harbor), ..person() };
        let rows = [
            (member, ""),
            (Standing { is_disabled: true, ..member }, ""),
            (Standing { organisation: None, ..member }, "not_a_member"),
            (Standing { organisation: Some(other), ..member }, "not_a_member"),
            (Standing { is_held: true, ..member }, "person_on_hold"),
        ];
        for (person, refusal) in rows {
            assert_eq!(code(may_leave(&person, harbor)), refusal, "{person:?}");
        }
    }
}
