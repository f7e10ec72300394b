//! Clocks that ring: sending the outbox, lapsing offers, ending agreements, reminders, retention. Each round is short
//! and may be repeated; two processes on one store do no harm.

pub mod digest;
pub mod mail;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cases::CaseError;

/// Tells every clock to stop; they finish the round they are in.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// The other end of [`Stop`].
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// A pair that stops clocks.
#[must_use]
pub fn stopping() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
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
        while !*self.0.borrow_and_update() {
            if self.0.changed().await.is_err() {
                return;
            }
        }
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
            match round().await {
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
