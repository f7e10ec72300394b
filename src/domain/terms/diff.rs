//! What a text of terms changes against another: clause by clause, and within a clause word by word. A clause keeps its
//! number over all versions, so clauses are compared by number, wherever they stand.

use similar::{ChangeTag, TextDiff};

use super::{Clause, canonical, clause_of};

/// Words of one clause that are compared one by one; longer clauses are compared by lines.
const WORDS_MAX: usize = 4_000;
/// Lines of one clause that are compared; beyond that the whole stands against the whole.
const LINES_MAX: usize = 4_000;

/// What became of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// To the letter as before.
    Same,
    /// It reads differently.
    Changed,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

impl Fate {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// A piece of text within a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Kept(String),
    /// Only in the later text.
    Put(String),
    /// Only in the earlier text.
    Taken(String),
}

/// One clause compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which clause; none for what stands before the first.
    pub clause: Option<Clause>,
    /// What became of it.
    pub fate: Fate,
    /// Its text in pieces.
    pub pieces: Vec<Piece>,
}

struct Section {
    clause: Option<Clause>,
    text: String,
}

impl Section {
    fn number(&self) -> Option<u16> {
        self.clause.as_ref().map(|clause| clause.number)
    }
}

/// What `after` changes against `before`, in the order of `after`; what is gone stands where it was.
#[must_use]
pub fn compare(before: &str, after: &str) -> Vec<Difference> {
    let (mut earlier, later) = (sections(before), sections(after));
    let mut found = Vec::new();
    for section in later {
        let place = earlier.iter().position(|old| old.number() == section.number());
        found.push(if let Some(place) = place {
            changed(section, &earlier.remove(place).text)
        } else {
            let pieces = vec![Piece::Put(section.text)];
            Difference { clause: section.clause, fate: Fate::Added, pieces }
        });
    }
    for old in earlier {
        let after = found.iter().rposition(|one| one.clause.as_ref().map(|clause| clause.number) < old.number());
        let place = after.map_or(0, |place| place.saturating_add(1));
        let gone = Difference { clause: old.clause, fate: Fate::Removed, pieces: vec![Piece::Taken(old.text)] };
        found.insert(place, gone);
    }
    found.retain(|one| one.clause.is_some() || one.pieces.iter().any(|piece| !text_of(piece).trim().is_empty()));
    found
}

fn text_of(piece: &Piece) -> &str {
    match piece {
        Piece::Kept(text) | Piece::Put(text) | Piece::Taken(text) => text,
    }
}

fn changed(section: Section, before: &str) -> Difference {
    if section.text.trim_end() == before.trim_end() {
        return Difference { clause: section.clause, fate: Fate::Same, pieces: vec![Piece::Kept(section.text)] };
    }
    Difference { pieces: pieces(before, &section.text), clause: section.clause, fate: Fate::Changed }
}

/// The text before the first clause, then each clause with its heading.
fn sections(markdown: &str) -> Vec<Section> {
    let mut found = vec![Section { clause: None, text: String::new() }];
    for line in canonical(markdown).split_inclusive('\n') {
        if let Some(clause) = clause_of(line) {
            found.push(Section { clause: Some(clause), text: String::new() });
        }
        if let Some(last) = found.last_mut() {
            last.text.push_str(line);
        }
    }
    found
}

fn pieces(before: &str, after: &str) -> Vec<Piece> {
    let words = |text: &str| text.split_whitespace().count();
    let lines = |text: &str| text.lines().count();
    if words(before) + words(after) <= WORDS_MAX {
        return joined(&TextDiff::from_words(before, after));
    }
    if lines(before) + lines(after) <= LINES_MAX {
        return joined(&TextDiff::from_lines(before, after));
    }
    vec![Piece::Taken(before.to_owned()), Piece::Put(after.to_owned())]
}

/// Neighbours of a kind as one piece. A blank between two changes belongs to both, so that a changed sentence reads as
/// one and not as single words.
fn joined<'text>(diff: &TextDiff<'text, 'text, 'text, str>) -> Vec<Piece> {
    let mut found = Vec::new();
    let (mut taken, mut put, mut blank) = (String::new(), String::new(), String::new());
    let mut kept = String::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        let is_open = !taken.is_empty() || !put.is_empty();
        match change.tag() {
            ChangeTag::Equal if is_open && text.trim().is_empty() && !text.contains('\n') => blank.push_str(text),
            ChangeTag::Equal => {
                close(&mut found, &mut taken, &mut put);
                kept.push_str(&std::mem::take(&mut blank));
                kept.push_str(text);
            }
            ChangeTag::Delete | ChangeTag::Insert => {
                if !kept.is_empty() {
                    found.push(Piece::Kept(std::mem::take(&mut kept)));
                }
                let between = std::mem::take(&mut blank);
                taken.push_str(&between);
                put.push_str(&between);
                let side = if change.tag() == ChangeTag::Delete { &mut taken } else { &mut put };
                side.push_str(text);
            }
        }
    }
    close(&mut found, &mut taken, &mut put);
    kept.push_str(&blank);
    if !kept.is_empty() {
        found.push(Piece::Kept(kept));
    }
    found
}

fn close(found: &mut Vec<Piece>, taken: &mut String, put: &mut String) {
    if !taken.is_empty() {
        found.push(Piece::Taken(std::mem::take(taken)));
    }
    if !put.is_empty() {
        found.push(Piece::Put(std::mem::take(put)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_together(found: &[Difference], is_later: bool) -> String {
        let pieces = found.iter().flat_map(|one| &one.pieces);
        let side = pieces.filter_map(|piece| match piece {
            Piece::Kept(text) => Some(text.as_str()),
            Piece::Put(text) => is_later.then_some(text.as_str()),
            Piece::Taken(text) => (!is_later).then_some(text.as_str()),
        });
        side.collect()
    }

    #[test]
    fn clauses_are_compared_by_number_and_within_by_word() {
        let before = "# Terms\n\n## (1) Parties\n\nThe City and you.\n\n## (2) Use\n\nFor thirty days only.\n\n## (3) End\n\nIt ends.\n";
        let after = "# Terms\n\n## (1) Parties\n\nThe City and you.\n\n## (2) Use\n\nFor ninety whole days only.\n\n## (4) New\n\nMore.\n";
        let found = compare(before, after);
        let fates: Vec<_> = found.iter().map(|one| (one.clause.as_ref().map(|c| c.number), one.fate)).collect();
        assert_eq!(
            fates,
            [
                (None, Fate::Same),
                (Some(1), Fate::Same),
                (Some(2), Fate::Changed),
                (Some(3), Fate::Removed),
                (Some(4), Fate::Added)
            ]
        );
        let pieces = [
            Piece::Kept("## (2) Use\n\nFor ".to_owned()),
            Piece::Taken("thirty".to_owned()),
            Piece::Put("ninety whole".to_owned()),
            Piece::Kept(" days only.\n\n".to_owned()),
        ];
        assert_eq!(found[2].pieces, pieces);
        assert_eq!((put_together(&found, false), put_together(&found, true)), (before.to_owned(), after.to_owned()));
    }

    #[test]
    fn whatever_the_texts_nothing_of_either_is_lost() {
        let texts = ["", "a", "## (1) A\nx\n", "## (2) B\ny\n## (1) A\nx y z\n", "p\n\n## (1) A\nx z\n## (1) A\nw\n"];
        for before in texts {
            for after in texts {
                let found = compare(before, after);
                let sorted = |text: &str| {
                    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                    words.sort();
                    words
                };
                assert_eq!(sorted(&put_together(&found, true)), sorted(after), "{before:?} {after:?}");
                assert_eq!(sorted(&put_together(&found, false)), sorted(before), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn a_clause_at_the_limit_is_compared_by_words_and_beyond_it_by_lines() {
        let text = |count: usize, last: &str| format!("{}{last}", "a ".repeat(count));
        let at = |count: usize| pieces(&text(count, "b"), &text(count, "c"));
        assert_eq!(at(WORDS_MAX / 2 - 1).len(), 3, "kept, taken, put");
        assert_eq!(at(WORDS_MAX / 2).len(), 2, "the whole line");
        let lines = |count: usize, last: &str| format!("{}{last}\n", "a b\n".repeat(count));
        assert_eq!(pieces(&lines(LINES_MAX / 2, "b"), &lines(LINES_MAX / 2, "c")).len(), 2);
    }
}
