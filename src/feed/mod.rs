//! The corridor between store and gate: grants in, usage out. The only room that sees both.
//!
//! Never on the path of a request: the gate answers from its picture and counts in memory, and the feed keeps the one
//! current and carries the other away. What it cannot learn or write now it tries again; it never guesses.

pub mod grants;
pub mod limits;
mod picture;
pub mod presence;
pub mod trial;
pub mod usage;

use std::future::Future;
use std::time::Duration;

use crate::store::{Store, StoreError};

/// The longest pause between two tries while the store is away.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Runs `round` on the blocking pool every `pause` until `stop`. While the store is away the pause doubles up to
/// five seconds, so that a database that comes back is not met by a storm.
async fn every(
    name: &'static str,
    store: Store,
    pause: Duration,
    round: impl Fn() -> Result<usize, StoreError> + Clone + Send + 'static,
    stop: impl Future<Output = ()> + Send,
) {
    tokio::pin!(stop);
    let mut wait = pause;
    loop {
        match store.blocking(round.clone()).await {
            Ok(_) => wait = pause,
            Err(error) => {
                wait = wait.saturating_mul(2).min(PAUSE_MAX.max(pause));
                tracing::warn!(feed = name, %error, ?wait, "the feed could not reach the store and tries again");
            }
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
