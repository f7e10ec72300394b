//! Letters: written from the profile's templates in the recipient's language, kept as sent with their hash, and mailed,
//! in the transaction of the act that they tell of. A preview is the act itself, undone at its end ([`super::intent`]).

use super::writing::said;
use super::{Caller, CaseError, Desk, Work};
use crate::domain::audit::{About, Act};
use crate::domain::id::{DepartmentId, LetterId};
use crate::domain::letter::{Addressee, Letter, LetterAbout, LetterKind, Values, Written, to_plain};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::terms::TextHash;
use crate::domain::time::{Instant, day_in};
use crate::store::{AnyConnection, StoreError, letters, people};

/// A letter to be written.
#[derive(Clone, Debug)]
pub struct LetterDraft {
    /// What it is.
    pub kind: LetterKind,
    /// What it is about.
    pub about: LetterAbout,
    /// What it touches, so that the stories of those things tell of it.
    pub touches: About,
    /// To whom.
    pub to: Addressee,
    /// The departments whose people may read it; clerks and auditors may read every letter.
    pub departments: Vec<DepartmentId>,
    /// Under which capacity it is sent.
    pub capacity: Capacity,
    /// The facts. `city`, `today`, `to_name`, `number`, `sender`, `records_note` and `clocks_note` are filled in.
    pub values: Values,
}

/// A letter that is written and not kept yet.
#[must_use]
#[derive(Debug)]
pub(super) struct Composed {
    draft: LetterDraft,
    letter: Letter,
}

/// The name and the language of whom a letter goes to.
fn addressed(conn: &mut AnyConnection, to: &Addressee) -> Result<(String, String), StoreError> {
    match to {
        Addressee::Party { requester, .. } => {
            let account = people::account_by_id(conn, *requester)?;
            Ok((account.name, account.language))
        }
        Addressee::Outsider { name, language, .. } => Ok((name.clone(), language.clone())),
    }
}

fn written(
    desk: &Desk,
    draft: &LetterDraft,
    (to_name, language): (&str, &str),
    (sender, now): (&str, Instant),
) -> Result<Written, CaseError> {
    let profile = &desk.profile;
    let values = draft
        .values
        .clone()
        .local("city", said(profile.name.as_str()))
        .day("today", day_in(profile.zone, now))
        .line("to_name", to_name)
        .line("number", draft.about.number.as_str())
        .local("sender", said(sender))
        .local("records_note", &profile.notices.two_tracks)
        .local("clocks_note", &profile.notices.clocks_run_together);
    desk.letters
        .write(draft.kind, language, &values)
        .map_err(|error| CaseError::Store(StoreError::Corrupt { what: "letter", why: error.to_string() }))
}

impl Work<'_> {
    /// Writes and keeps a letter without mailing it: the act's own notice tells of it.
    ///
    /// # Errors
    /// What the store says, or that a fact is missing; then nothing of the act happens.
    pub fn file_letter(&mut self, draft: &LetterDraft) -> Result<Letter, CaseError> {
        let letter = self.compose(draft)?;
        self.keep_letter(draft, &letter)?;
        Ok(letter)
    }

    /// Writes a letter and keeps nothing yet, for acts whose notices carry its text: they save what they change before
    /// anything is put into the audit, so that no two acts wait for each other.
    ///
    /// # Errors
    /// What the store says, or that a fact is missing.
    pub(super) fn compose_for(&mut self, draft: LetterDraft) -> Result<(Composed, String), CaseError> {
        let letter = self.compose(&draft)?;
        let text = to_plain(&letter.markdown);
        Ok((Composed { draft, letter }, text))
    }

    fn compose(&mut self, draft: &LetterDraft) -> Result<Letter, CaseError> {
        let (to_name, language) = addressed(self.conn, &draft.to)?;
        let Written { version, language, subject, markdown } =
            written(self.desk, draft, (&to_name, &language), (&self.caller.actor.name, self.now))?;
        Ok(Letter {
            id: self.new_id(),
            kind: draft.kind,
            version,
            language,
            about: draft.about.clone(),
            to: draft.to.clone(),
            to_name,
            departments: draft.departments.clone(),
            subject,
            sha256: TextHash::of(&markdown),
            markdown,
            at: self.now,
            by_name: self.caller.actor.name.clone(),
        })
    }

    /// Keeps what was composed, after its act was saved.
    ///
    /// # Errors
    /// What the store says.
    pub(super) fn keep(&mut self, composed: Option<Composed>) -> Result<(), CaseError> {
        composed.map_or(Ok(()), |Composed { draft, letter }| self.keep_letter(&draft, &letter))
    }

    /// Keeps a letter that was written, with its entry.
    ///
    /// # Errors
    /// What the store says.
    fn keep_letter(&mut self, draft: &LetterDraft, letter: &Letter) -> Result<(), CaseError> {
        letters::insert(self.conn, letter)?;
        self.sends(letter);
        let facts = serde_json::json!({
            "about": letter.about.id, "number": letter.about.number, "kind": letter.kind, "template": letter.version, "language": letter.language,
            "sha256": letter.sha256.to_string(),
        });
        let act = Act::new("letter.sent", draft.capacity, "letter", letter.id).about(draft.touches);
        self.record(act.change(serde_json::Value::Null, facts))
    }

    /// Writes, keeps and mails a letter.
    ///
    /// # Errors
    /// As for [`Work::file_letter`].
    pub fn send_letter(&mut self, draft: &LetterDraft) -> Result<Letter, CaseError> {
        let letter = self.file_letter(draft)?;
        let (recipient, path) = match &draft.to {
            Addressee::Party { requester, organisation } => {
                (Recipient::Party(*requester, *organisation), format!("/letters/{}", letter.id))
            }
            Addressee::Outsider { email, .. } if !email.is_empty() => {
                (Recipient::Address(email.clone()), draft.about.path.clone())
            }
            Addressee::Outsider { .. } => return Ok(letter),
        };
        let notice = Notice::new(recipient, NoticeKind::LetterSent)
            .with("number", &letter.about.number)
            .with("subject", &letter.subject)
            .with("letter", to_plain(&letter.markdown))
            .with("path", path);
        self.notify(&notice)?;
        Ok(letter)
    }
}

/// The letters of the caller's side, newest first.
///
/// # Errors
/// What the store says.
pub fn mine(desk: &Desk, caller: &Caller) -> Result<Vec<Letter>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    desk.read(|conn| letters::to_party(conn, me, organisation.as_deref()))
}

/// One letter, for the side it went to, the departments it names, clerks and auditors.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn one(desk: &Desk, caller: &Caller, id: LetterId) -> Result<Letter, CaseError> {
    let letter = desk.read(|conn| letters::by_id(conn, id))?;
    let actor = &caller.actor;
    let is_theirs = match &letter.to {
        Addressee::Party { requester, organisation } => actor.is_party(*requester, *organisation),
        Addressee::Outsider { .. } => false,
    };
    let is_office =
        actor.departments(&[Role::Reviewer, Role::Manager]).iter().any(|own| letter.departments.contains(own));
    let is_city = [Role::Clerk, Role::Auditor].into_iter().any(|role| actor.holds_anywhere(role));
    if is_theirs || is_office || is_city { Ok(letter) } else { Err(CaseError::Missing) }
}
