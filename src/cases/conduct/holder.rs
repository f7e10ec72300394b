//! What the holder does in a case: answer, acknowledge an order, prove that it was complied with. Late is taken in and
//! marked so; the decider weighs it.

use super::{Caller, CaseError, Desk, FILES_OF, again, for_holder, today, write};
use crate::cases::files::NewFile;
use crate::domain::id::CaseId;
use crate::domain::misuse::case::{CaseCommand, MisuseCase, TEXT_MAX};
use crate::domain::text::{Prose, readable};
use crate::store::cases;

/// Answers the notice.
///
/// # Errors
/// A missing text, files of the wrong kind or size, `wrong_state`, [`CaseError::Missing`].
pub fn answer(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    (text, cure, files): (&str, &str, &[NewFile]),
) -> Result<MisuseCase, CaseError> {
    let text = Prose::<TEXT_MAX>::parse("text", text)?.into_string();
    let cure = readable("cure", cure, TEXT_MAX)?;
    desk.act(caller, |work| {
        let case = for_holder(work.conn, &caller.actor, id)?;
        let files = work.attach((FILES_OF, &id.to_string()), files)?;
        let command = CaseCommand::Answer { text, cure, files, today: today(work) };
        let change = case.decide(command, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)?;
        Ok(cases::by_id(work.conn, id)?)
    })
}

/// Says that the order was read.
///
/// # Errors
/// `no_order`, `acknowledged_already`, `wrong_state`, [`CaseError::Missing`].
pub fn acknowledge(desk: &Desk, caller: &Caller, id: CaseId) -> Result<MisuseCase, CaseError> {
    desk.act(caller, |work| {
        let case = for_holder(work.conn, &caller.actor, id)?;
        let change = case.decide(CaseCommand::Acknowledge, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)?;
        again(work, id)
    })
}

/// Proves that the order was complied with.
///
/// # Errors
/// A missing text, files of the wrong kind or size, `no_order`, `proof_waits`, `wrong_state`, [`CaseError::Missing`].
pub fn prove(
    desk: &Desk,
    caller: &Caller,
    id: CaseId,
    (text, files): (&str, &[NewFile]),
) -> Result<MisuseCase, CaseError> {
    let text = Prose::<TEXT_MAX>::parse("proof", text)?.into_string();
    desk.act(caller, |work| {
        let case = for_holder(work.conn, &caller.actor, id)?;
        let files = work.attach((FILES_OF, &id.to_string()), files)?;
        let command = CaseCommand::Prove { text, files, today: today(work) };
        let change = case.decide(command, &caller.actor, work.now)?;
        write(work, &change, change.act.capacity)?;
        again(work, id)
    })
}
