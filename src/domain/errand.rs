//! Errands: long work that a person asks for and the service does in the background, such as tables to take along,
//! catalogues to import and rules to replay.
//!
//! `asked → running → done → expired`, with exits `cancelled` and `failed`. One whose worker fell silent is begun again
//! from its start. What is asked for and what comes of it differ by kind; the life is one.

use std::fmt::Debug;

use chrono::Duration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::id::{AccountId, Id};
use super::people::Actor;
use super::refusal::{Refusal, wrong_state};
use super::time::Instant;

/// A worker that has not told of progress for so long is gone.
pub const SILENT_SECONDS: i64 = 60;
/// What was begun so often and never finished is given up.
pub const RUNS_MAX: i64 = 5;
/// Errands of one kind that one person may have waiting or running.
pub const OPEN_MAX: usize = 5;

/// A kind of errand.
pub trait Kind: Clone + Debug + PartialEq + Eq + 'static {
    /// The word for columns, refusals and the audit.
    const WORD: &'static str;
    /// What its ids name.
    type Tag: Clone + Debug + PartialEq + Eq + 'static;
    /// What is asked for.
    type Wish: Clone + Debug + PartialEq + Eq + Serialize + DeserializeOwned + Send;
    /// What comes of it.
    type Outcome: Clone + Debug + PartialEq + Eq + Serialize + DeserializeOwned + Send;

    /// Until when what came of it is kept, where that has an end.
    fn keep_until(_outcome: &Self::Outcome) -> Option<Instant> {
        None
    }
}

/// What a worker is at, and so what [`Progress`] counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// It waits for its turn.
    #[default]
    Waiting,
    /// Writing rows of a table.
    Writing,
    /// Fetching bytes from an address.
    Fetching,
    /// Reading records in.
    Reading,
    /// Going through keys or agreements.
    Replaying,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Writing, Self::Fetching, Self::Reading, Self::Replaying];

    /// The word for columns and programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Writing => "writing",
            Self::Fetching => "fetching",
            Self::Reading => "reading",
            Self::Replaying => "replaying",
        }
    }

    /// Reads the word written by [`Step::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is counted.
    pub step: Step,
    /// How many are done.
    pub done: i64,
    /// How many there were when the step began; 0 where nobody can tell.
    pub of: i64,
}

impl Progress {
    /// The beginning of a step.
    #[must_use]
    pub const fn of(step: Step, of: i64) -> Self {
        Self { step, done: 0, of }
    }
}

/// Where an errand stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State<O> {
    /// It waits for its turn.
    Asked,
    /// A worker is at it.
    Running,
    /// This came of it.
    Done(O),
    /// It could not be done.
    Failed {
        /// When it was given up.
        at: Instant,
        /// Why, for who asked; empty where only the log knows.
        #[serde(default)]
        why: Vec<String>,
    },
    /// Who asked for it called it off.
    Cancelled {
        /// When.
        at: Instant,
    },
    /// What came of it was deleted after its last day.
    Expired(O),
}

impl<O> State<O> {
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

    /// Why it could not be done; empty in every other state.
    #[must_use]
    pub fn why(&self) -> &[String] {
        match self {
            Self::Failed { why, .. } => why,
            Self::Asked | Self::Running | Self::Done(_) | Self::Cancelled { .. } | Self::Expired(_) => &[],
        }
    }

    /// What came of it, kept or not.
    pub const fn outcome(&self) -> Option<&O> {
        match self {
            Self::Done(outcome) | Self::Expired(outcome) => Some(outcome),
            Self::Asked | Self::Running | Self::Failed { .. } | Self::Cancelled { .. } => None,
        }
    }
}

/// One errand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand<K: Kind> {
    /// Its id.
    pub id: Id<K::Tag>,
    /// Who asked for it.
    pub owner: AccountId,
    /// What for.
    pub wish: K::Wish,
    /// When.
    pub asked_at: Instant,
    /// Where it stands.
    pub state: State<K::Outcome>,
    /// How often it was begun.
    pub runs: i64,
    /// How far it is.
    pub progress: Progress,
    /// When its state or its progress was last written.
    pub moved_at: Instant,
    /// For comparing and setting.
    pub version: i64,
}

/// What becomes of an errand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<O> {
    /// A worker takes it, and begins with this.
    Begin(Progress),
    /// A worker that has to stop leaves it to the next.
    PutBack,
    /// It is done, and so many were counted.
    Finish(O, i64),
    /// It is given up, for these reasons.
    Fail(Vec<String>),
    /// Who asked for it calls it off.
    Cancel,
    /// Its last day is over.
    Expire,
}

impl<K: Kind> Errand<K> {
    /// One that was just asked for.
    pub const fn asked(id: Id<K::Tag>, owner: AccountId, wish: K::Wish, now: Instant) -> Self {
        let progress = Progress::of(Step::Waiting, 0);
        Self { id, owner, wish, asked_at: now, state: State::Asked, runs: 0, progress, moved_at: now, version: 1 }
    }

    /// Whether this person asked for it.
    pub fn is_of(&self, actor: &Actor) -> bool {
        actor.account == Some(self.owner)
    }

    /// Whether it waits or runs.
    pub const fn is_open(&self) -> bool {
        match self.state {
            State::Asked | State::Running => true,
            State::Done(_) | State::Failed { .. } | State::Cancelled { .. } | State::Expired(_) => false,
        }
    }

    /// Whether its worker fell silent.
    pub fn is_abandoned(&self, now: Instant) -> bool {
        self.state == State::Running && now - self.moved_at >= Duration::seconds(SILENT_SECONDS)
    }

    /// Whether it was begun more than once: what had been done before was thrown away.
    pub const fn is_begun_again(&self) -> bool {
        self.runs > 1
    }

    /// The errand after a command.
    ///
    /// # Errors
    /// `wrong_state`; `too_many_runs` for what was begun too often.
    pub fn decide(&self, command: &Command<K::Outcome>, now: Instant) -> Result<Self, Refusal> {
        let version = self.version.saturating_add(1);
        let next = |state: State<K::Outcome>| Self { state, moved_at: now, version, ..self.clone() };
        match (command, &self.state) {
            (Command::Begin(progress), State::Asked) => self.begin(*progress, now),
            (Command::Begin(progress), State::Running) if self.is_abandoned(now) => self.begin(*progress, now),
            (Command::PutBack, State::Running) => Ok(Self { progress: Progress::default(), ..next(State::Asked) }),
            (Command::Finish(outcome, count), State::Running) => {
                let progress = Progress { done: *count, of: *count, ..self.progress };
                Ok(Self { progress, ..next(State::Done(outcome.clone())) })
            }
            (Command::Fail(why), State::Asked | State::Running) => {
                Ok(next(State::Failed { at: now, why: why.clone() }))
            }
            (Command::Cancel, State::Asked | State::Running) => Ok(next(State::Cancelled { at: now })),
            (Command::Expire, State::Done(outcome)) if K::keep_until(outcome).is_some_and(|until| until <= now) => {
                Ok(next(State::Expired(outcome.clone())))
            }
            (
                Command::Begin(_)
                | Command::PutBack
                | Command::Finish(..)
                | Command::Fail(_)
                | Command::Cancel
                | Command::Expire,
                State::Asked
                | State::Running
                | State::Done(_)
                | State::Failed { .. }
                | State::Cancelled { .. }
                | State::Expired(_),
            ) => Err(wrong_state(K::WORD, self.state.as_str())),
        }
    }

    fn begin(&self, progress: Progress, now: Instant) -> Result<Self, Refusal> {
        if self.runs >= RUNS_MAX {
            return Err(Refusal::new("too_many_runs", "It was begun too often and never finished."));
        }
        let runs = self.runs.saturating_add(1);
        let version = self.version.saturating_add(1);
        Ok(Self { state: State::Running, runs, progress, moved_at: now, version, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kind for these tests: its outcome is kept for a hundred seconds.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Sum;

    impl Kind for Sum {
        const WORD: &'static str = "sum";
        type Tag = Self;
        type Wish = ();
        type Outcome = i64;

        fn keep_until(_outcome: &i64) -> Option<Instant> {
            Some(at(100))
        }
    }

    fn at(seconds: i64) -> Instant {
        "2026-11-27T12:00:00Z".parse::<Instant>().unwrap() + Duration::seconds(seconds)
    }

    fn errand(state: State<i64>, runs: i64) -> Errand<Sum> {
        let (id, owner) = (Id::from_uuid(uuid::Uuid::from_u128(1)), Id::from_uuid(uuid::Uuid::from_u128(2)));
        let progress = Progress { step: Step::Writing, done: 2, of: 3 };
        Errand { state, runs, progress, ..Errand::asked(id, owner, (), at(0)) }
    }

    #[test]
    fn each_state_allows_its_commands_and_no_others() {
        use Command as C;
        use State as S;
        let failed = S::Failed { at: at(1), why: Vec::new() };
        let states = [S::Asked, S::Running, S::Done(5), failed, S::Cancelled { at: at(1) }, S::Expired(5)];
        let begin = C::Begin(Progress::of(Step::Writing, 3));
        let rows: [(C<i64>, i64, [&str; 6]); 8] = [
            (begin.clone(), 1, ["running", "", "", "", "", ""]),
            (begin, 60, ["running", "running", "", "", "", ""]),
            (C::PutBack, 1, ["", "asked", "", "", "", ""]),
            (C::Finish(5, 3), 5, ["", "done", "", "", "", ""]),
            (C::Fail(Vec::new()), 1, ["failed", "failed", "", "", "", ""]),
            (C::Cancel, 1, ["cancelled", "cancelled", "", "", "", ""]),
            (C::Expire, 99, ["", "", "", "", "", ""]),
            (C::Expire, 100, ["", "", "expired", "", "", ""]),
        ];
        for (command, seconds, after) in rows {
            for (state, after) in states.iter().zip(after) {
                let next = errand(state.clone(), 1).decide(&command, at(seconds));
                let word = next.as_ref().map_or("", |next| next.state.as_str());
                assert_eq!(word, after, "{command:?} when {}", state.as_str());
            }
        }
    }

    #[test]
    fn beginning_again_starts_from_nothing_and_has_an_end() {
        let begin = Command::Begin(Progress::of(Step::Fetching, 9));
        let begun = errand(State::Running, 1).decide(&begin, at(60)).unwrap();
        assert_eq!((begun.runs, begun.progress.done, begun.progress.of, begun.is_begun_again()), (2, 0, 9, true));
        let often = errand(State::Asked, RUNS_MAX).decide(&begin, at(1)).unwrap_err();
        assert_eq!(often.code, "too_many_runs");
    }

    #[test]
    fn what_was_done_is_counted_and_what_was_put_back_is_not() {
        let running = errand(State::Running, 1);
        let done = running.decide(&Command::Finish(5, 7), at(1)).unwrap();
        assert_eq!(done.progress, Progress { step: Step::Writing, done: 7, of: 7 });
        assert_eq!(running.decide(&Command::PutBack, at(1)).unwrap().progress, Progress::default());
    }

    #[test]
    fn states_kept_before_reasons_were_kept_can_be_read() {
        let old = r#"{"state":"failed","at":"2026-11-27T12:00:00Z"}"#;
        assert_eq!(serde_json::from_str::<State<i64>>(old).unwrap().as_str(), "failed");
    }
}
