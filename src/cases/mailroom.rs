//! What administrators do about mail that does not arrive: look at a message and its tries, set it going again, give it
//! up. They cannot change a message, and no link that works is ever shown to them.

#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::sync::Arc;

use serde_json::json;

use super::staff::administrator;
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::id::MessageId;
use crate::domain::notice::MailState;
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::domain::text::Line;
use crate::domain::time::Instant;
use crate::store::mailroom::{self, Search, Try};
use crate::store::outbox::{self, Counts, Message};
use crate::store::{StoreError, sessions};

/// Dead letters set going in one act.
pub const AGAIN_MAX: i64 = 500;

/// What becomes of the one-use link in a message that is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// It works: for the message's own reader.
    Working,
    /// It is cut: for everybody else.
    Cut,
}

/// A message written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The lines of its head, by name.
    pub head: Vec<(&'static str, String)>,
}

/// Writes a message out, or says why it cannot.
pub type WriteOut = dyn Fn(&Message, Links) -> Result<Written, String> + Send + Sync;

/// Shows messages as their readers see them; the composition root plugs in the wording of the mails.
#[derive(Clone)]
pub struct MailReader(pub Arc<WriteOut>);

impl MailReader {
    /// Writes a message out.
    ///
    /// # Errors
    /// When its wording does not fit its facts.
    pub fn read(&self, message: &Message, links: Links) -> Result<Written, CaseError> {
        (self.0)(message, links).map_err(|why| CaseError::Store(StoreError::Corrupt { what: "message", why }))
    }
}

impl fmt::Debug for MailReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailReader")
    }
}

/// The messages that fit, newest first, and how many there are in each state.
///
/// # Errors
/// [`CaseError::Missing`] for who is not an administrator.
pub fn list(desk: &Desk, caller: &Caller, wanted: &Search, limit: i64) -> Result<(Vec<Message>, Counts), CaseError> {
    administrator(caller)?;
    desk.read(|conn| Ok((mailroom::search(conn, wanted, limit)?, outbox::counts(conn)?)))
}

/// One message with its story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The message.
    pub message: Message,
    /// Every try to send it, oldest first.
    pub tries: Vec<Try>,
    /// When it is tried next; none where it is not.
    pub next_try: Option<Instant>,
    /// Why it cannot be tried again, if so.
    pub not_again: Option<Refusal>,
    /// Whether it may be given up.
    pub may_give_up: bool,
}

/// One message with its tries.
///
/// # Errors
/// [`CaseError::Missing`].
pub fn one(desk: &Desk, caller: &Caller, id: MessageId) -> Result<Seen, CaseError> {
    administrator(caller)?;
    let now = desk.clock.now();
    let (message, tries, next, link) = desk.read(|conn| {
        let message = outbox::one(conn, id)?;
        let link = is_link_over(conn, &message, now)?;
        Ok((message, mailroom::tries(conn, id)?, mailroom::next_try(conn, id)?, link))
    })?;
    let state = state_of(&message)?;
    let not_again = state.may_be_tried_again(!message.error.is_empty()).and_then(|()| fresh(link)).err();
    let next_try = Some(next).filter(|_| state == MailState::Waiting);
    Ok(Seen { may_give_up: state.may_be_given_up().is_ok(), message, tries, next_try, not_again })
}

/// Sets a message going again; it leaves within seconds if the mail server takes it.
///
/// # Errors
/// `wrong_state`, `being_sent`, `link_over`; [`CaseError::Stale`] when it was sent meanwhile.
pub fn try_again(desk: &Desk, caller: &Caller, id: MessageId) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    desk.act(caller, |work| {
        let message = outbox::one(work.conn, id)?;
        again(work, capacity, &message)
    })
}

/// What became of the dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// Set going again.
    pub set_going: usize,
    /// Left, because the link in them works no longer.
    pub left: usize,
}

/// Sets every dead letter going again, the newest [`AGAIN_MAX`] at most.
///
/// # Errors
/// What the store says.
pub fn try_all_again(desk: &Desk, caller: &Caller) -> Result<Again, CaseError> {
    let capacity = administrator(caller)?;
    desk.act(caller, |work| {
        let dead = Search { state: Some(MailState::Dead), ..Search::default() };
        let mut done = Again { set_going: 0, left: 0 };
        for message in mailroom::search(work.conn, &dead, AGAIN_MAX)? {
            match again(work, capacity, &message) {
                Ok(()) => done.set_going += 1,
                Err(CaseError::Refused(_)) => done.left += 1,
                Err(other) => return Err(other),
            }
        }
        Ok(done)
    })
}

fn again(work: &mut Work<'_>, capacity: Capacity, message: &Message) -> Result<(), CaseError> {
    state_of(message)?.may_be_tried_again(!message.error.is_empty())?;
    fresh(is_link_over(work.conn, message, work.now)?)?;
    mailroom::set_going(work.conn, message, work.now)?;
    let before = json!({ "state": message.state, "attempts": message.attempts, "error": message.error });
    let act = act("outbox.try_again", capacity, message);
    work.record(act.change(before, json!({ "state": MailState::Waiting.as_str() })))
}

/// Gives a message up: it is not tried any more, and its reader must be told another way or not at all.
///
/// # Errors
/// `wrong_state`, a reason that cannot be taken; [`CaseError::Stale`] when it was sent meanwhile.
pub fn give_up(desk: &Desk, caller: &Caller, id: MessageId, reason: &str) -> Result<(), CaseError> {
    let capacity = administrator(caller)?;
    let reason = Line::<500>::parse("reason", reason)?;
    desk.act(caller, |work| {
        let message = outbox::one(work.conn, id)?;
        state_of(&message)?.may_be_given_up()?;
        mailroom::give_up(work.conn, &message)?;
        let (before, after) = (json!({ "state": message.state }), json!({ "state": MailState::GivenUp.as_str() }));
        work.record(act("outbox.give_up", capacity, &message).change(before, after).because(reason.as_str()))
    })
}

fn act(name: &'static str, capacity: Capacity, message: &Message) -> Act {
    Act::new(name, capacity, "message", message.id).about(About { person: message.account, ..About::default() })
}

fn state_of(message: &Message) -> Result<MailState, CaseError> {
    let corrupt = || CaseError::Store(StoreError::Corrupt { what: "state of a message", why: message.state.clone() });
    MailState::from_word(&message.state).ok_or_else(corrupt)
}

/// Whether the message carries a link that works no longer. One without a row is good as long as what it opens.
fn is_link_over(conn: &mut crate::store::AnyConnection, message: &Message, now: Instant) -> Result<bool, StoreError> {
    let Some(link) = message.link else { return Ok(false) };
    match sessions::link(conn, link, now) {
        Ok(link) => Ok(link.is_spent),
        Err(StoreError::Missing) => Ok(false),
        Err(other) => Err(other),
    }
}

fn fresh(is_link_over: bool) -> Result<(), Refusal> {
    let over = "The link in this message works no longer. Let the person ask for a new one, or invite them again.";
    if is_link_over { Err(Refusal::new("link_over", over)) } else { Ok(()) }
}
