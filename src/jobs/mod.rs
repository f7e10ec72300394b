//! Clocks that ring: sending the outbox, lapsing offers, ending agreements, reminders, retention. Each round is short
//! and may be repeated; two processes on one store do no harm.

pub mod digest;
pub mod errands;
pub mod mail;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cases::CaseError;
use crate::clock::Clock;
use crate::domain::health::Round;

/// Tells every clock to stop; they finish the round they are in. Each keeps here what its last round came to.
#[derive(Clone, Debug)]
pub struct Stop {
    told: watch::Receiver<bool>,
    rounds: Rounds,
}

/// What the last round of each clock came to, for who looks after the service.
#[derive(Clone, Debug)]
pub struct Rounds {
    clock: Clock,
    last: Arc<Mutex<BTreeMap<&'static str, Round>>>,
}

impl Rounds {
    /// The last round of each clock, by name.
    #[must_use]
    pub fn last(&self) -> Vec<Round> {
        self.last.lock().map(|last| last.values().cloned().collect()).unwrap_or_default()
    }

    fn begin(&self, job: &'static str, pause: Duration) -> Round {
        let begun_at = self.clock.now();
        let pause_seconds = pause.as_secs().max(1);
        let round = Round { job, pause_seconds, begun_at, took_ms: None, count: 0, error: String::new() };
        self.keep(round.clone());
        round
    }

    fn end(&self, round: &Round, came_to: &Result<usize, CaseError>) {
        let took_ms = Some((self.clock.now() - round.begun_at).num_milliseconds());
        let (count, error) = match came_to {
            Ok(count) => (*count, String::new()),
            Err(error) => (0, error.to_string()),
        };
        self.keep(Round { took_ms, count, error, ..round.clone() });
    }

    fn keep(&self, round: Round) {
        if let Ok(mut last) = self.last.lock() {
            last.insert(round.job, round);
        }
    }
}

/// The other end of [`Stop`].
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// A pair that stops clocks.
#[must_use]
pub fn stopping(clock: &Clock) -> (Stopper, Stop) {
    let (sender, told) = watch::channel(false);
    let rounds = Rounds { clock: clock.clone(), last: Arc::default() };
    (Stopper(sender), Stop { told, rounds })
}

impl Stopper {
    /// Stops every clock.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Waits until it is time to stop.
    pub async fn wait(&mut self) {
        while !*self.told.borrow_and_update() {
            if self.told.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whether it is time to stop.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.told.borrow()
    }

    /// What the last rounds of the clocks came to.
    #[must_use]
    pub fn rounds(&self) -> Rounds {
        self.rounds.clone()
    }
}

/// Rings a clock: runs `round` at once and then every `pause`, until stopped. A round that fails is logged and tried
/// again at the next ring; it never ends the clock.
pub fn ring<F, R>(name: &'static str, pause: Duration, mut stop: Stop, mut round: F) -> JoinHandle<()>
where
    F: FnMut() -> R + Send + 'static,
    R: Future<Output = Result<usize, CaseError>> + Send,
{
    tokio::spawn(async move {
        loop {
            let begun = stop.rounds.begin(name, pause);
            let came_to = round().await;
            stop.rounds.end(&begun, &came_to);
            match came_to {
                Ok(0) => {}
                Ok(count) => tracing::debug!(clock = name, count, "a clock did its round"),
                Err(error) => tracing::warn!(clock = name, %error, "a clock's round failed and will be tried again"),
            }
            tokio::select! {
                () = stop.wait() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    })
}
