//! What a text of terms changes against another, for pages: clause by clause, with words put in and taken out. Decides
//! nothing.

use serde::Serialize;

use crate::domain::terms::{Difference, Fate, Piece};

/// One clause as `terms.changes` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeView {
    title: String,
    fate: &'static str,
    tone: &'static str,
    is_same: bool,
    pieces: Vec<PieceView>,
}

#[derive(Debug, Serialize)]
struct PieceView {
    /// `kept`, `put` or `taken`.
    kind: &'static str,
    text: String,
}

/// Every clause with what became of it.
pub(crate) fn change_views(differences: &[Difference]) -> Vec<ChangeView> {
    differences.iter().map(change_view).collect()
}

/// The same for the public, who read the name of a parameter in brackets, as on the page of the text.
pub(crate) fn public_change_views(differences: &[Difference]) -> Vec<ChangeView> {
    let mut views = change_views(differences);
    for piece in views.iter_mut().flat_map(|view| &mut view.pieces) {
        piece.text = piece.text.replace("{{ ", "[").replace("{{", "[").replace(" }}", "]").replace("}}", "]");
    }
    views
}

fn change_view(one: &Difference) -> ChangeView {
    let (fate, tone) = match one.fate {
        Fate::Same => ("Unchanged", "neutral"),
        Fate::Changed => ("Changed", "warn"),
        Fate::Added => ("New", "good"),
        Fate::Removed => ("Taken out", "bad"),
    };
    let title = one.clause.as_ref().map_or_else(|| "Before the first clause".to_owned(), ToString::to_string);
    let is_same = one.fate == Fate::Same;
    // What is the same is read in the text itself.
    let pieces = if is_same { Vec::new() } else { one.pieces.iter().map(piece_view).collect() };
    ChangeView { title, fate, tone, is_same, pieces }
}

fn piece_view(piece: &Piece) -> PieceView {
    let (kind, text) = match piece {
        Piece::Kept(text) => ("kept", text),
        Piece::Put(text) => ("put", text),
        Piece::Taken(text) => ("taken", text),
    };
    PieceView { kind, text: text.clone() }
}

/// How many clauses read differently.
pub(crate) fn count_of_changes(differences: &[Difference]) -> usize {
    differences.iter().filter(|one| one.fate != Fate::Same).count()
}
