//! Files handed in with an act: checked, numbered and kept in the act's own transaction.

use super::{CaseError, Work};
use crate::domain::attachment::{self, Attachment};
use crate::domain::refusal::Refusal;
use crate::domain::text::Invalid;
use crate::store::attachments::{self, Owner};

/// A file as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its name, as the sender calls it.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for NewFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewFile").field("name", &self.name).field("bytes", &self.content.len()).finish()
    }
}

/// The refusal at the field of the form that holds the files.
fn at_field(refusal: Refusal) -> CaseError {
    Invalid::new("files", refusal.code, refusal.detail).into()
}

impl Work<'_> {
    /// Keeps the files of this act.
    ///
    /// # Errors
    /// What [`Attachment::check`] refuses, or what the store says; then nothing of the act happens.
    pub fn attach(&mut self, owner: Owner<'_>, files: &[NewFile]) -> Result<Vec<Attachment>, CaseError> {
        attachment::check_count(files.len()).map_err(at_field)?;
        let mut kept = Vec::new();
        for NewFile { name, content } in files {
            let id = self.new_id();
            let file = Attachment::check(id, name, content).map_err(at_field)?;
            attachments::insert(self.conn, owner, (&file, content), self.caller.actor.account, self.now)?;
            kept.push(file);
        }
        Ok(kept)
    }
}
