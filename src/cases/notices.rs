//! Which mails a person gets at once, once a day or never, and the messages that were written to them. What may be
//! chosen is said by `domain::notice`.

use serde_json::json;

use super::accounts::account_act;
use super::{Caller, CaseError, Desk, links};
use crate::domain::notice::{Delivery, Group};
use crate::domain::people::Capacity;
use crate::domain::text::Invalid;
use crate::store::outbox::{self, Message};
use crate::store::people;

/// Most messages on the page.
const LISTED_MAX: i64 = 100;

/// What holds for the caller in every group that they may get notices of.
///
/// # Errors
/// What the store says.
pub fn mine(desk: &Desk, caller: &Caller) -> Result<Vec<(Group, Delivery)>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let groups = Group::ALL.into_iter().filter(|group| group.is_for(&caller.actor.roles));
    desk.read(|conn| {
        groups
            .map(|group| Ok((group, outbox::choice(conn, me, group)?.unwrap_or(Delivery::AtOnce))))
            .collect::<Result<_, _>>()
    })
}

/// Keeps what the caller chose. What waits for a digest already stays in it.
///
/// # Errors
/// A choice that is not offered, each with its group.
pub fn choose(desk: &Desk, caller: &Caller, wishes: &[(Group, Delivery)]) -> Result<(), CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let is_wrong = |(group, wish): &(Group, Delivery)| !group.is_for(&caller.actor.roles) || !group.allows(*wish);
    let wrong: Vec<_> = wishes
        .iter()
        .filter(|wish| is_wrong(wish))
        .map(|(group, _)| Invalid::new(group.as_str(), "not_offered", "Choose one of the ways that are offered."))
        .collect();
    if !wrong.is_empty() {
        return Err(CaseError::Invalid(wrong));
    }
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, me)?;
        let (mut before, mut after) = (json!({}), json!({}));
        for (group, wish) in wishes {
            let known = outbox::choice(work.conn, me, *group)?.unwrap_or(Delivery::AtOnce);
            if known == *wish {
                continue;
            }
            outbox::choose(work.conn, me, *group, *wish)?;
            if let (Some(before), Some(after)) = (before.as_object_mut(), after.as_object_mut()) {
                before.insert(group.as_str().to_owned(), json!(known));
                after.insert(group.as_str().to_owned(), json!(wish));
            }
        }
        work.record(account_act("account.choose_notices", Capacity::Requester, &account).change(before, after))
    })
}

/// Stops the mails of a group for the account that a token of such a mail names. Whoever holds the mail may do it, and
/// can do nothing else with it; doing it twice is doing it once.
///
/// # Errors
/// `link_invalid`.
pub fn leave(desk: &Desk, caller: &Caller, token: &str) -> Result<Group, CaseError> {
    let (me, group) = links::read_leave(&desk.secrets, token)?;
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, me)?;
        let known = outbox::choice(work.conn, me, group)?.unwrap_or(Delivery::AtOnce);
        if known == Delivery::Never {
            return Ok(group);
        }
        outbox::choose(work.conn, me, group, Delivery::Never)?;
        let (before, after) = (json!({ group.as_str(): known }), json!({ group.as_str(): Delivery::Never }));
        work.record(account_act("account.choose_notices", Capacity::Visitor, &account).change(before, after))?;
        Ok(group)
    })
}

/// The group that a token of a mail stops, for the page that asks.
///
/// # Errors
/// `link_invalid`.
pub fn left_by(desk: &Desk, token: &str) -> Result<Group, CaseError> {
    Ok(links::read_leave(&desk.secrets, token)?.1)
}

/// The newest messages to the caller, whether they were mailed or not.
///
/// # Errors
/// What the store says.
pub fn messages(desk: &Desk, caller: &Caller) -> Result<Vec<Message>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    desk.read(|conn| outbox::of_account(conn, me, LISTED_MAX))
}
