//! A gate's word that it is there, kept in the store every few seconds, so that who looks after the service sees every
//! gate of the city and not only the one beside the portal. Never on a request's path.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::every;
use crate::domain::presence::{Counting, PAUSE_SECONDS, Presence};
use crate::domain::time::Instant;
use crate::gate::GateShared;
use crate::gate::limiter::Counting as GateCounting;
use crate::store::{Store, StoreError, gates};

/// Which gate it is.
#[derive(Clone, Debug)]
pub struct Itself {
    /// This run of it.
    pub run: String,
    /// The machine's name.
    pub host: String,
    /// Where it is reached.
    pub address: String,
    /// The program's version.
    pub version: &'static str,
    /// Whether it runs alone, by `accord gate`.
    pub is_alone: bool,
}

/// Says in the store that one gate is there.
pub struct PresenceFeed {
    store: Store,
    gate: GateShared,
    of: Itself,
    started_at: Instant,
}

impl std::fmt::Debug for PresenceFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PresenceFeed").field("of", &self.of).finish_non_exhaustive()
    }
}

impl PresenceFeed {
    /// A feed from `gate`, which runs from now on, to `store`.
    #[must_use]
    pub fn new(store: Store, gate: GateShared, of: Itself) -> Self {
        let started_at = gate.now().utc;
        Self { store, gate, of, started_at }
    }

    fn presence(&self) -> Presence {
        let (grants, now) = (self.gate.grants(), self.gate.now());
        let (counts, age) = (grants.counts(), grants.age(now.ticks));
        Presence {
            run: self.of.run.clone(),
            host: self.of.host.clone(),
            address: self.of.address.clone(),
            version: self.of.version.to_owned(),
            is_alone: self.of.is_alone,
            started_at: self.started_at,
            heard_at: now.utc,
            ended_at: None,
            learned_at: age.and_then(|age| chrono::Duration::from_std(age).ok()).map(|age| now.utc - age),
            stale_after_seconds: grants.rules().stale_after.as_secs(),
            keys: counts.keys,
            datasets: counts.datasets,
            counting: match grants.joint().counting() {
                GateCounting::Alone => Counting::Alone,
                GateCounting::Together { gates } => Counting::Together(gates),
                GateCounting::Apart { parts } => Counting::Apart(parts),
            },
        }
    }

    /// Says that the gate is there.
    ///
    /// # Errors
    /// What the store says; the next round says it again.
    pub fn say(&self) -> Result<usize, StoreError> {
        let presence = self.presence();
        self.store.write(|conn| gates::say(conn, &presence))?;
        Ok(1)
    }

    /// Says that the gate stopped in good order.
    ///
    /// # Errors
    /// What the store says.
    pub fn end(&self) -> Result<(), StoreError> {
        let presence = self.presence();
        let presence = Presence { ended_at: Some(presence.heard_at), ..presence };
        self.store.write(|conn| gates::say(conn, &presence))
    }

    /// Says it every few seconds until `stop`.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        let (store, pause) = (self.store.clone(), Duration::from_secs(PAUSE_SECONDS.unsigned_abs()));
        every("presence", store, pause, move || self.say(), stop).await;
    }
}
