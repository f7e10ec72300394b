//! How far long work is, as pages show it: the same words and the same bar for every kind of errand.

use serde::Serialize;

use super::shared::Tag;
use crate::domain::errand::{Errand, Kind, State};

/// Where an errand stands and how far it is, for the part `errand`.
#[derive(Debug, Serialize)]
pub struct ErrandView {
    /// Where it stands.
    pub state: Tag,
    /// What is counted; empty while nothing is.
    pub step: &'static str,
    /// How many are done.
    pub done: i64,
    /// How many there are; 0 where nobody can tell.
    pub total: i64,
    /// How often it was begun, where that was more than once.
    pub again: Option<i64>,
    /// Why it could not be done.
    pub why: Vec<String>,
    /// Where it is called off; empty where there is nothing to call off.
    pub cancel: String,
}

impl ErrandView {
    /// An errand whose page, or whose place in a list, is at `path`.
    pub fn of<K: Kind>(errand: &Errand<K>, path: &str) -> Self {
        let (text, tone) = match &errand.state {
            State::Asked => ("Waits for its turn", "neutral"),
            State::Running => ("Under way", "info"),
            State::Done(_) => ("Ready", "good"),
            State::Failed { .. } => ("Could not be done", "bad"),
            State::Cancelled { .. } => ("Called off", "neutral"),
            State::Expired(_) => ("File deleted", "neutral"),
        };
        let progress = errand.progress;
        let is_running = errand.state == State::Running;
        Self {
            state: Tag { text, tone },
            step: if is_running { progress.step.as_str() } else { "" },
            done: progress.done,
            // What comes meanwhile is counted too, so there may be more than there were at first.
            total: if progress.of > 0 { progress.of.max(progress.done) } else { 0 },
            again: (errand.is_open() && errand.is_begun_again()).then_some(errand.runs),
            why: errand.state.why().to_vec(),
            cancel: if errand.is_open() { format!("{path}/cancel") } else { String::new() },
        }
    }
}
