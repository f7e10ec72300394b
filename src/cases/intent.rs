//! Whether an act is meant, or only tried: an act that is tried runs to its end, with every check and every letter, and
//! is then undone with its transaction. Must never let anything of a tried act be kept; so it ends by an error, which
//! nothing in the cases takes for done.

use crate::domain::letter::Letter;

/// What a caller wants of an act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intent {
    /// That it happens.
    #[default]
    Act,
    /// To read the letters that it would send.
    Preview,
    /// To have its form again, with what was typed and what is wrong with it.
    Mend,
}

/// What is left of an act that was only tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The letters that it would have sent, in their order; none where it sends none.
    Letters(Vec<Letter>),
    /// Its form.
    Form,
}

impl Intent {
    /// What the act leaves when it has come to its end; `None` where it is meant.
    pub(super) fn undo(self, letters: Vec<Letter>) -> Option<Undone> {
        match self {
            Self::Act => None,
            Self::Preview => Some(Undone::Letters(letters)),
            Self::Mend => Some(Undone::Form),
        }
    }
}
