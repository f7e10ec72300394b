//! A new application out of an earlier one: reopened, which amends or tries again, or copied, which only lends its answers.

use super::apply::{Wanted, bare, begin, mine, started, write};
use super::settle::last_in_chain;
use super::{Caller, CaseError, Desk};
use crate::domain::application::{Application, Command, Item, ItemState, State};
use crate::domain::id::ApplicationId;
use crate::store::{applications, datasets};

/// Begins a new application from this one, with its answers and datasets. An executed agreement stays alive until the
/// new one is executed.
///
/// # Errors
/// `already_reopened`, `wrong_state`.
pub fn reopen(desk: &Desk, caller: &Caller, id: ApplicationId) -> Result<ApplicationId, CaseError> {
    desk.act(caller, |work| {
        let application = mine(work.conn, caller, id)?;
        let new: ApplicationId = work.new_id();
        let change = application.decide(Command::Reopen { as_id: new }, &caller.actor, work.now)?;
        write(work, &change)?;
        // An agreement once in force stays the one before in the chain, over denied and lapsed tries in between.
        let amends = match application.state {
            State::Executed { agreement, .. } => Some(last_in_chain(work.conn, agreement)?.id),
            State::Draft
            | State::Submitted { .. }
            | State::InfoRequested { .. }
            | State::Offered { .. }
            | State::Denied { .. }
            | State::Withdrawn { .. }
            | State::Lapsed { .. }
            | State::Converted { .. } => application.amends,
        };
        let items = application
            .items
            .iter()
            .map(|item| Item {
                id: work.new_id(),
                state: ItemState::Pending { first: None },
                recommendation: None,
                countered: Vec::new(),
                ..item.clone()
            })
            .collect();
        let next = Application {
            id: new,
            number: work.next_number("APP")?,
            items,
            state: State::Draft,
            submissions: Vec::new(),
            recusals: Vec::new(),
            amends,
            follows: Some(application.id),
            reopened_as: None,
            created_at: work.now,
            version: 1,
            ..application
        };
        applications::insert(work.conn, &next, work.now)?;
        work.record(started(&next))?;
        Ok(new)
    })
}

/// An application begun from an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The new draft.
    pub id: ApplicationId,
    /// Titles of datasets that cannot be asked for any more.
    pub left_out: Vec<String>,
}

/// Begins a new application with the answers and datasets of an earlier one of the caller's side, and some of its own.
/// Files, declarations and signatures stay where they are; the earlier one is not touched.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else's; those of [`super::apply::start_with`].
pub fn copy(
    desk: &Desk,
    caller: &Caller,
    from: ApplicationId,
    (also, own): (&[String], &[(String, String)]),
) -> Result<Copied, CaseError> {
    desk.act(caller, |work| {
        let earlier = mine(work.conn, caller, from)?;
        let (mut wanted, mut left_out) = (Vec::new(), Vec::new());
        for item in &earlier.items {
            let dataset = datasets::by_id(work.conn, item.asked.dataset)?;
            if dataset.must_be_grantable().is_err() {
                left_out.push(item.title.clone());
                continue;
            }
            let operations = item.asked.operations.iter().filter(|name| dataset.operation(name).is_some());
            let (operations, sensitive) = (operations.cloned().collect(), item.asked.sensitive.clone());
            wanted.push(Wanted { slug: dataset.slug, operations, sensitive });
        }
        let is_new = |slug: &&String| !wanted.iter().any(|known| known.slug == **slug);
        let more: Vec<String> = also.iter().filter(is_new).cloned().collect();
        wanted.extend(bare(&more));
        let mut answers = earlier.lent();
        answers.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
        let own = own.iter().map(|(name, text)| (name.as_str(), text.clone()));
        let answers: Vec<(&str, String)> = answers.into_iter().chain(own).collect();
        Ok(Copied { id: begin(work, &wanted, &answers)?.id, left_out })
    })
}
