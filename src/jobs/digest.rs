//! The digest: once a day, what a person chose to read together, one line and link for each message. Decides nothing
//! about who gets one; that was decided when the messages were owed.

use std::sync::Arc;

use super::mail::Letters;
use crate::cases::{CaseError, Desk};
use crate::domain::id::AccountId;
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::time::Instant;
use crate::store::outbox;

/// Digests written in one round.
const BATCH: i64 = 50;
/// Most messages in one digest; the next round writes what is left.
const LINES_MAX: i64 = 200;

/// Writes the digests that are due into the outbox; returns how many.
///
/// # Errors
/// What the store says. Another process that writes the same digest is no error.
pub async fn gather_due(desk: &Desk, letters: &Arc<Letters>) -> Result<usize, CaseError> {
    let letters = Arc::clone(letters);
    desk.run(move |desk| {
        let now = desk.clock.now();
        let mut count = 0;
        for account in desk.read(|conn| outbox::digests_due(conn, now, BATCH))? {
            match gather(desk, &letters, account, now) {
                Ok(()) => count += 1,
                Err(CaseError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    })
    .await
}

fn gather(desk: &Desk, letters: &Letters, account: AccountId, now: Instant) -> Result<(), CaseError> {
    desk.store.write(|conn| {
        let messages = outbox::take_gathered(conn, account, now, LINES_MAX)?;
        let lines: Vec<_> = messages.iter().map(|message| letters.line(&desk.secrets, message)).collect();
        let notice = Notice::new(Recipient::Account(account), NoticeKind::Digest)
            .with("count", messages.len())
            .with("letter", lines.join("\n\n"))
            .with("path", "/account/notices");
        outbox::owe(conn, &notice, (now, now), || desk.new_id(now))?;
        Ok(())
    })
}
