//! Where a message of the outbox stands, and what an administrator may do about it. Says nothing about when a clock
//! sends it.

use crate::domain::refusal::Refusal;

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// To be sent at its turn.
    Waiting,
    /// It left.
    Sent,
    /// Every try failed, or the mail server refused for good.
    Dead,
    /// For the reader's digest.
    Gathered,
    /// For the reader's page alone.
    Kept,
    /// An administrator decided that it is not to be sent.
    GivenUp,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Waiting, Self::Sent, Self::Dead, Self::Gathered, Self::Kept, Self::GivenUp];

    /// The word in the column and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Gathered => "gathered",
            Self::Kept => "kept",
            Self::GivenUp => "given_up",
        }
    }

    /// Reads the word written by [`MailState::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether it may be tried again now. `has_failed` says whether the last try failed and was answered: a message that
    /// is handed to the mail server at this moment must not be handed over twice.
    ///
    /// # Errors
    /// `wrong_state`, `being_sent`.
    pub fn may_be_tried_again(self, has_failed: bool) -> Result<(), Refusal> {
        match self {
            Self::Dead | Self::GivenUp => Ok(()),
            Self::Waiting if has_failed => Ok(()),
            Self::Waiting => Err(Refusal::new(
                "being_sent",
                "This message is being sent, or is sent within a minute. Look again soon.",
            )),
            Self::Sent => Err(wrong("This message was sent. To send it again would tell its reader twice.")),
            Self::Gathered => Err(wrong("Its reader gets this with their next digest, as they chose.")),
            Self::Kept => Err(wrong("Its reader chose to read this on their page only.")),
        }
    }

    /// Whether it may be given up.
    ///
    /// # Errors
    /// `wrong_state`.
    pub fn may_be_given_up(self) -> Result<(), Refusal> {
        match self {
            Self::Waiting | Self::Dead => Ok(()),
            Self::Sent => Err(wrong("This message was sent. It cannot be called back.")),
            Self::GivenUp => Err(wrong("This message is given up already.")),
            Self::Gathered => Err(wrong("Its reader gets this with their next digest, as they chose.")),
            Self::Kept => Err(wrong("Its reader chose to read this on their page only.")),
        }
    }
}

fn wrong(sentence: &'static str) -> Refusal {
    Refusal::new("wrong_state", sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_did_not_leave_and_is_meant_to_is_tried_again_or_given_up() {
        let code = |done: Result<(), Refusal>| done.map_or_else(|refusal| refusal.code, |()| "");
        let rows = [
            (MailState::Waiting, false, "being_sent", ""),
            (MailState::Waiting, true, "", ""),
            (MailState::Sent, false, "wrong_state", "wrong_state"),
            (MailState::Dead, true, "", ""),
            (MailState::Gathered, false, "wrong_state", "wrong_state"),
            (MailState::Kept, false, "wrong_state", "wrong_state"),
            (MailState::GivenUp, true, "", "wrong_state"),
        ];
        for (state, has_failed, again, given_up) in rows {
            assert_eq!(code(state.may_be_tried_again(has_failed)), again, "{state:?}");
            assert_eq!(code(state.may_be_given_up()), given_up, "{state:?}");
            assert_eq!(MailState::from_word(state.as_str()), Some(state));
        }
    }
}
