//! Whole tables to take along: what can be asked for, and the life of one that is made in the background.
//!
//! `asked → running → done → expired`, with exits `cancelled` and `failed`. One whose worker fell silent is begun again
//! from its start; a file is handed out to who asked for it, until its last day.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::id::{AccountId, ExportId};
use super::people::Actor;
use super::refusal::{Refusal, wrong_state};
use super::text::Invalid;
use super::time::{Day, Instant};

/// A worker that has not told of progress for so long is gone.
pub const SILENT_SECONDS: i64 = 60;
/// What was begun so often and never finished is given up.
pub const RUNS_MAX: i64 = 5;
/// Exports of one person that wait or are made.
pub const OPEN_MAX: usize = 5;

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

/// Where an export stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ExportState {
    /// It waits for its turn.
    Asked,
    /// It is made.
    Running,
    /// Its file can be taken.
    Done(Made),
    /// It could not be made.
    Failed {
        /// When it was given up.
        at: Instant,
    },
    /// Who asked for it called it off.
    Cancelled {
        /// When.
        at: Instant,
    },
    /// Its file was deleted after its last day.
    Expired(Made),
}

impl ExportState {
    /// The word for columns and programs.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Running => "running",
            Self::Done(_) => "done",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired(_) => "expired",
        }
    }
}

/// An export that is made in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// Who asked for it.
    pub owner: AccountId,
    /// What for.
    pub wish: ExportWish,
    /// When.
    pub asked_at: Instant,
    /// Where it stands.
    pub state: ExportState,
    /// How often it was begun.
    pub runs: i64,
    /// Rows written.
    pub rows_done: i64,
    /// Rows there were to write when it was begun.
    pub rows_of: i64,
    /// When its state or its rows were last written.
    pub moved_at: Instant,
    /// For comparing and setting.
    pub version: i64,
}

/// What becomes of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportCommand {
    /// A worker takes it.
    Begin,
    /// A worker that has to stop leaves it to the next.
    PutBack,
    /// Its file is there.
    Finish(Made),
    /// It is given up.
    Fail,
    /// Who asked for it calls it off.
    Cancel,
    /// Its last day is over.
    Expire,
}

impl Export {
    /// Whether this person asked for it.
    #[must_use]
    pub fn is_of(&self, actor: &Actor) -> bool {
        actor.account == Some(self.owner)
    }

    /// Whether it waits or is made.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match self.state {
            ExportState::Asked | ExportState::Running => true,
            ExportState::Done(_)
            | ExportState::Failed { .. }
            | ExportState::Cancelled { .. }
            | ExportState::Expired(_) => false,
        }
    }

    /// Whether its worker fell silent.
    #[must_use]
    pub fn is_abandoned(&self, now: Instant) -> bool {
        self.state == ExportState::Running && now - self.moved_at >= Duration::seconds(SILENT_SECONDS)
    }

    /// Whether it was begun more than once: what had been written before was thrown away.
    #[must_use]
    pub const fn is_begun_again(&self) -> bool {
        self.runs > 1
    }

    /// The export after a command.
    ///
    /// # Errors
    /// `wrong_state`; `too_many_runs` for what was begun too often.
    pub fn decide(&self, command: &ExportCommand, now: Instant) -> Result<Self, Refusal> {
        let version = self.version.saturating_add(1);
        let next = |state: ExportState| Self { state, moved_at: now, version, ..self.clone() };
        match (command, &self.state) {
            (ExportCommand::Begin, ExportState::Asked) => self.begin(now),
            (ExportCommand::Begin, ExportState::Running) if self.is_abandoned(now) => self.begin(now),
            (ExportCommand::PutBack, ExportState::Running) => Ok(Self { rows_done: 0, ..next(ExportState::Asked) }),
            (ExportCommand::Finish(made), ExportState::Running) => {
                let rows = i64::try_from(made.rows).unwrap_or(i64::MAX);
                Ok(Self { rows_done: rows, rows_of: rows, ..next(ExportState::Done(made.clone())) })
            }
            (ExportCommand::Fail, ExportState::Asked | ExportState::Running) => {
                Ok(next(ExportState::Failed { at: now }))
            }
            (ExportCommand::Cancel, ExportState::Asked | ExportState::Running) => {
                Ok(next(ExportState::Cancelled { at: now }))
            }
            (ExportCommand::Expire, ExportState::Done(made)) if made.keep_until <= now => {
                Ok(next(ExportState::Expired(made.clone())))
            }
            (
                ExportCommand::Begin
                | ExportCommand::PutBack
                | ExportCommand::Finish(_)
                | ExportCommand::Fail
                | ExportCommand::Cancel
                | ExportCommand::Expire,
                ExportState::Asked
                | ExportState::Running
                | ExportState::Done(_)
                | ExportState::Failed { .. }
                | ExportState::Cancelled { .. }
                | ExportState::Expired(_),
            ) => Err(wrong_state("export", self.state.as_str())),
        }
    }

    fn begin(&self, now: Instant) -> Result<Self, Refusal> {
        if self.runs >= RUNS_MAX {
            return Err(Refusal::new("too_many_runs", "It was begun too often and never finished."));
        }
        let runs = self.runs.saturating_add(1);
        let version = self.version.saturating_add(1);
        Ok(Self { state: ExportState::Running, runs, rows_done: 0, moved_at: now, version, ..self.clone() })
    }

    /// The file, while it may be taken.
    ///
    /// # Errors
    /// `export_not_ready`, `export_over`.
    pub fn must_be_ready(&self, now: Instant) -> Result<&Made, Refusal> {
        match &self.state {
            ExportState::Done(made) if now < made.keep_until => Ok(made),
            ExportState::Done(_) | ExportState::Expired(_) => {
                Err(Refusal::new("export_over", "The file was kept for its days and is gone. Ask for it again."))
            }
            ExportState::Asked | ExportState::Running | ExportState::Failed { .. } | ExportState::Cancelled { .. } => {
                Err(Refusal::new("export_not_ready", "There is no file of this export."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    fn at(seconds: i64) -> Instant {
        "2026-11-27T12:00:00Z".parse::<Instant>().unwrap() + Duration::seconds(seconds)
    }

    fn made() -> Made {
        Made { at: at(5), rows: 3, bytes: 90, sha256: String::new(), keep_until: at(100) }
    }

    fn export(state: ExportState, runs: i64) -> Export {
        let id = |number| Id::from_uuid(uuid::Uuid::from_u128(number));
        Export {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            owner: id(2),
            wish: ExportWish { what: What::Keys, format: Format::Csv, first: None, last: None },
            asked_at: at(0),
            state,
            runs,
            rows_done: 2,
            rows_of: 3,
            moved_at: at(0),
            version: 1,
        }
    }

    #[test]
    fn each_state_allows_its_commands_and_no_others() {
        use ExportCommand as C;
        use ExportState as S;
        let states = [
            S::Asked,
            S::Running,
            S::Done(made()),
            S::Failed { at: at(1) },
            S::Cancelled { at: at(1) },
            S::Expired(made()),
        ];
        let rows: [(C, i64, [&str; 6]); 7] = [
            (C::Begin, 1, ["running", "", "", "", "", ""]),
            (C::Begin, 60, ["running", "running", "", "", "", ""]),
            (C::PutBack, 1, ["", "asked", "", "", "", ""]),
            (C::Finish(made()), 5, ["", "done", "", "", "", ""]),
            (C::Fail, 1, ["failed", "failed", "", "", "", ""]),
            (C::Cancel, 1, ["cancelled", "cancelled", "", "", "", ""]),
            (C::Expire, 99, ["", "", "", "", "", ""]),
        ];
        for (command, seconds, after) in rows {
            for (state, after) in states.iter().zip(after) {
                let next = export(state.clone(), 1).decide(&command, at(seconds));
                let word = next.as_ref().map_or("", |next| next.state.as_str());
                assert_eq!(word, after, "{command:?} when {}", state.as_str());
            }
        }
        let over = export(S::Done(made()), 1).decide(&C::Expire, at(100)).unwrap();
        assert_eq!(over.state, S::Expired(made()));
    }

    #[test]
    fn beginning_again_starts_from_nothing_and_has_an_end() {
        let begun = export(ExportState::Running, 1).decide(&ExportCommand::Begin, at(60)).unwrap();
        assert_eq!((begun.runs, begun.rows_done, begun.is_begun_again()), (2, 0, true));
        let often = export(ExportState::Asked, RUNS_MAX).decide(&ExportCommand::Begin, at(1)).unwrap_err();
        assert_eq!(often.code, "too_many_runs");
    }

    #[test]
    fn a_file_is_there_from_its_making_to_its_last_moment() {
        let ready =
            |state, seconds| export(state, 1).must_be_ready(at(seconds)).map(|made| made.rows).map_err(|no| no.code);
        assert_eq!(ready(ExportState::Done(made()), 99), Ok(3));
        assert_eq!(ready(ExportState::Done(made()), 100), Err("export_over"));
        assert_eq!(ready(ExportState::Expired(made()), 100), Err("export_over"));
        assert_eq!(ready(ExportState::Running, 5), Err("export_not_ready"));
    }
}
