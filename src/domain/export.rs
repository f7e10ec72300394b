//! Whole tables to take along: what can be asked for, and the errand that makes one in the background. A file is handed
//! out to who asked for it, until its last day.

use serde::{Deserialize, Serialize};

use super::errand::{Errand, Kind, State};
use super::id::ExportKind;
use super::refusal::Refusal;
use super::text::Invalid;
use super::time::{Day, Instant};

/// What is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Entries of the chain, newest first.
    Entries,
    /// Use of the gate by day, key, dataset, operation and outcome.
    Usage,
    /// Lines of the access log with whole addresses, newest first.
    AccessLog,
    /// Agreements.
    Agreements,
    /// Keys, never their text or digest.
    Keys,
}

impl What {
    /// Everything that can be taken out.
    pub const ALL: [Self; 5] = [Self::Entries, Self::Usage, Self::AccessLog, Self::Agreements, Self::Keys];

    /// The word for addresses and names of files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Usage => "usage",
            Self::AccessLog => "access-log",
            Self::Agreements => "agreements",
            Self::Keys => "keys",
        }
    }

    /// Reads the word written by [`What::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// For spreadsheets; cells cannot act as formulas.
    Csv,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Ndjson];

    /// The word for addresses, and the ending of the file's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// Reads the word written by [`Format::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// What somebody wants to take out. Agreements and keys are those of now, whatever the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportWish {
    /// What.
    pub what: What,
    /// How.
    pub format: Format,
    /// From this day of the city.
    pub first: Option<Day>,
    /// To this day, included.
    pub last: Option<Day>,
}

impl ExportWish {
    /// Reads a wish. `get` gives what was typed under `what`, `format`, `from` and `to`.
    ///
    /// # Errors
    /// Everything that cannot be read, each at its name.
    pub fn read(get: &dyn Fn(&str) -> String) -> Result<Self, Vec<Invalid>> {
        let mut problems = Vec::new();
        let what = What::from_word(get("what").trim());
        if what.is_none() {
            problems.push(Invalid::new("what", "unknown", "Choose what to take out."));
        }
        let format = match get("format").trim() {
            "" => Some(Format::Csv),
            word => Format::from_word(word),
        };
        if format.is_none() {
            problems.push(Invalid::new("format", "unknown", "Choose csv, json or ndjson."));
        }
        let mut day = |name: &str| {
            let typed = get(name).trim().to_owned();
            let read: Option<Day> = typed.parse().ok();
            if read.is_none() && !typed.is_empty() {
                let detail = "Give the day as year-month-day, such as 2026-11-23.";
                problems.push(Invalid::new(name, "day", detail));
            }
            read
        };
        let (first, last) = (day("from"), day("to"));
        if first.zip(last).is_some_and(|(first, last)| first > last) {
            problems.push(Invalid::new("from", "order", "The first day lies after the last."));
        }
        match (what, format) {
            (Some(what), Some(format)) if problems.is_empty() => Ok(Self { what, format, first, last }),
            _ => Err(problems),
        }
    }

    /// Its name as a file.
    #[must_use]
    pub fn file_name(&self, day: Day) -> String {
        format!("{}-{day}.{}", self.what.as_str(), self.format.as_str())
    }
}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// When.
    pub at: Instant,
    /// How many rows it has.
    pub rows: u64,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256, hex.
    pub sha256: String,
    /// Until when it is kept.
    pub keep_until: Instant,
}

/// The errand that makes a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exporting {}

impl Kind for Exporting {
    const WORD: &'static str = "export";
    type Tag = ExportKind;
    type Wish = ExportWish;
    type Outcome = Made;

    fn keep_until(made: &Made) -> Option<Instant> {
        Some(made.keep_until)
    }
}

/// An export that is made in the background.
pub type Export = Errand<Exporting>;

impl Export {
    /// The file, while it may be taken.
    ///
    /// # Errors
    /// `export_not_ready`, `export_over`.
    pub fn must_be_ready(&self, now: Instant) -> Result<&Made, Refusal> {
        match &self.state {
            State::Done(made) if now < made.keep_until => Ok(made),
            State::Done(_) | State::Expired(_) => {
                Err(Refusal::new("export_over", "The file was kept for its days and is gone. Ask for it again."))
            }
            State::Asked | State::Running | State::Failed { .. } | State::Cancelled { .. } => {
                Err(Refusal::new("export_not_ready", "There is no file of this export."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn a_file_is_there_from_its_making_to_its_last_moment() {
        let begin: Instant = "2026-11-27T12:00:00Z".parse().unwrap();
        let at = |seconds| begin + Duration::seconds(seconds);
        let made = Made { at: at(5), rows: 3, bytes: 90, sha256: String::new(), keep_until: at(100) };
        let ready = |state, seconds| {
            let wish = ExportWish { what: What::Keys, format: Format::Csv, first: None, last: None };
            let id = |number| Id::from_uuid(uuid::Uuid::from_u128(number));
            let asked: Export = Errand::asked(id(1), Id::from_uuid(uuid::Uuid::from_u128(2)), wish, at(0));
            let export = Export { state, ..asked };
            export.must_be_ready(at(seconds)).map(|made| made.rows).map_err(|no| no.code)
        };
        assert_eq!(ready(State::Done(made.clone()), 99), Ok(3));
        assert_eq!(ready(State::Done(made.clone()), 100), Err("export_over"));
        assert_eq!(ready(State::Expired(made), 100), Err("export_over"));
        assert_eq!(ready(State::Running, 5), Err("export_not_ready"));
    }
}
