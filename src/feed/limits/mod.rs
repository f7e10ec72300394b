//! Limits counted with the other gates of a city, over a ledger in Valkey or Redis. A round a few times a second claims
//! what passed at this gate and takes over what all gates used; what one gate learns it tells the others, so that a gate
//! knows of calls it never saw. Never on the path of a request: between two rounds a gate counts on from what it knows.
//!
//! When the ledger does not answer, the gate uses its share from the next call on, says so, and goes on trying; the
//! first round that succeeds claims everything that passed meanwhile. A claim whose answer is lost on the way is made
//! again, so the calls of one round may count twice: on the safe side.

mod ledger;

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{Client, RedisResult};
use secrecy::{ExposeSecret as _, SecretString};

use self::ledger::{BATCH, Ledger, Said, SaidLimit, SaidSet, channel, hearing, zero_ns};
use crate::gate::GateShared;
use crate::gate::limiter::{Claim, Counting};

/// How often a gate says that it runs.
const PRESENCE_NANOS: u64 = 1_000_000_000;
/// The shortest and the longest pause before a ledger that was away is tried again.
const RETRY_NANOS: [u64; 2] = [100_000_000, 2_000_000_000];
/// How long one wait for what others say may last; a stop is noticed between two.
const HEARING: Duration = Duration::from_millis(200);

/// How limits are shared.
#[derive(Debug)]
pub struct LedgerSetup {
    /// `redis://` or `rediss://`, perhaps with a password.
    pub url: SecretString,
    /// What the ledger's keys begin with; one for each city on one server.
    pub name: String,
    /// How many gates run, for the time before the ledger was first reached.
    pub gates: u64,
    /// The pause between two rounds.
    pub pause: Duration,
}

/// Keeps one gate's limits in step with those of the others.
pub struct LimitsFeed {
    gate: GateShared,
    setup: LedgerSetup,
    client: Client,
    /// This run of the gate.
    id: String,
    state: Mutex<State>,
    /// When this gate's ticks were zero by the ledger's clock; zero while it was never read.
    zero_ns: AtomicI64,
}

#[derive(Default)]
struct State {
    ledger: Option<Ledger>,
    /// Gates heard of when the ledger last answered.
    gates: u64,
    present_at: u64,
    retry_at: u64,
    retry_nanos: u64,
}

impl std::fmt::Debug for LimitsFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LimitsFeed").field("id", &self.id).field("setup", &self.setup).finish_non_exhaustive()
    }
}

impl LimitsFeed {
    /// A feed between `gate` and a ledger; until the first round the gate has its share.
    ///
    /// # Errors
    /// An address that is none.
    pub fn new(gate: GateShared, setup: LedgerSetup, id: String) -> Result<Self, String> {
        let client = Client::open(setup.url.expose_secret()).map_err(|error| error.to_string())?;
        let state = State { gates: setup.gates, ..State::default() };
        gate.grants().joint().set_counting(Counting::Apart { parts: setup.gates.max(1) });
        Ok(Self { gate, setup, client, id, state: Mutex::new(state), zero_ns: AtomicI64::new(0) })
    }

    /// One round. How it went can be seen at the gate's [`Counting`].
    pub fn round(&self) {
        let mut state = self.lock();
        let ticks = self.gate.clock().ticks();
        if state.ledger.is_none() && ticks < state.retry_at {
            return;
        }
        let joint = self.gate.grants().joint();
        let before = joint.counting();
        match self.try_round(&mut state, ticks) {
            Ok(()) => {
                state.retry_nanos = 0;
                let now = Counting::Together { gates: state.gates.max(1) };
                if matches!(before, Counting::Apart { .. }) {
                    tracing::info!(gates = state.gates, "limits are counted together with the other gates");
                }
                joint.set_counting(now);
            }
            Err(error) => {
                state.ledger = None;
                let [shortest, longest] = RETRY_NANOS;
                state.retry_nanos = state.retry_nanos.saturating_mul(2).clamp(shortest, longest);
                state.retry_at = ticks.saturating_add(state.retry_nanos);
                let parts = state.gates.max(self.setup.gates).max(1);
                if !matches!(before, Counting::Apart { .. }) {
                    tracing::warn!(%error, parts, "the ledger of limits is away: this gate uses its share of each");
                }
                joint.set_counting(Counting::Apart { parts });
            }
        }
    }

    /// Rounds every pause until `stop`, and a last one.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        loop {
            let feed = Arc::clone(&self);
            if let Err(error) = tokio::task::spawn_blocking(move || feed.round()).await {
                tracing::error!(%error, "a round of limits broke off");
            }
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(self.setup.pause) => {}
            }
        }
        if let Err(error) = tokio::task::spawn_blocking(move || self.finish()).await {
            tracing::error!(%error, "the last round of limits broke off");
        }
    }

    /// Hears what other gates say until `stop`.
    pub async fn listen(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let is_over = Arc::new(AtomicBool::new(false));
        loop {
            let (feed, over) = (Arc::clone(&self), Arc::clone(&is_over));
            let mut hearing = tokio::task::spawn_blocking(move || feed.hear_until(&over));
            tokio::select! {
                () = &mut stop => {
                    is_over.store(true, Ordering::Release);
                    drop(hearing.await);
                    return;
                }
                // A round notices that the ledger is away; here is nothing to say about it.
                _ended = &mut hearing => {}
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(HEARING) => {}
            }
        }
    }

    /// The last round, after the gate has answered its last request.
    fn finish(&self) {
        self.round();
        let mut state = self.lock();
        if let Some(ledger) = &mut state.ledger
            && let Err(error) = ledger.leave(&self.id)
        {
            tracing::debug!(%error, "the other gates learn a few seconds later that this one ended");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a round leaves claims that are made again or not at all: at most one round's calls.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_round(&self, state: &mut State, ticks: u64) -> RedisResult<()> {
        let is_new = state.ledger.is_none();
        let ledger = match &mut state.ledger {
            Some(ledger) => ledger,
            empty => empty.insert(Ledger::open(&self.client, &self.setup.name)?),
        };
        if is_new || ticks.saturating_sub(state.present_at) >= PRESENCE_NANOS {
            let asked_at = self.gate.clock().ticks();
            let presence = ledger.present(&self.id)?;
            self.zero_ns.store(zero_ns(presence.now_us, asked_at), Ordering::Release);
            (state.gates, state.present_at) = (presence.gates, ticks);
        }
        let joint = self.gate.grants().joint();
        let now = self.gate.now();
        let mut claims: Vec<Claim> = joint.take_noted().into_iter().map(|noted| joint.claim(noted, &now)).collect();
        let mut failed = None;
        while failed.is_none() && !claims.is_empty() {
            let batch: Vec<Claim> = claims.drain(..claims.len().min(BATCH)).collect();
            match self.enter(ledger, &batch) {
                Ok(()) => {}
                Err(error) => {
                    joint.withdraw(batch);
                    failed = Some(error);
                }
            }
        }
        joint.withdraw(claims);
        failed.map_or(Ok(()), Err)
    }

    /// Enters claims, takes over what the ledger answered, and tells the others.
    fn enter(&self, ledger: &mut Ledger, claims: &[Claim]) -> RedisResult<()> {
        let joint = self.gate.grants().joint();
        let sent_at = self.gate.clock().ticks();
        let answers = ledger.enter(claims, sent_at)?;
        let mut said = Said { gate: self.id.clone(), sets: Vec::with_capacity(claims.len()) };
        for (claim, (now_us, held)) in claims.iter().zip(answers) {
            let zero = zero_ns(now_us, sent_at);
            let agreed: Vec<_> = held.iter().map(|held| held.agreed(zero)).collect();
            joint.settle(claim, &agreed);
            let limits = claim.limits.iter().zip(held);
            let limits =
                limits.map(|(claimed, held)| SaidLimit { name: claimed.name.clone(), window: claimed.window, held });
            said.sets.push(SaidSet { owner: claim.owner, limits: limits.collect() });
        }
        // The claims are settled: that others hear of it late is no reason to claim again.
        ledger.tell(&said).inspect_err(|error| tracing::debug!(%error, "the other gates were not told")).ok();
        Ok(())
    }

    /// Hears the others until the connection ends or it is time to stop.
    fn hear_until(&self, is_over: &AtomicBool) -> RedisResult<()> {
        let mut conn = hearing(&self.client)?;
        let mut heard = conn.as_pubsub();
        heard.subscribe(channel(&self.setup.name))?;
        heard.set_read_timeout(Some(HEARING))?;
        while !is_over.load(Ordering::Acquire) {
            let text: String = match heard.get_message() {
                Ok(message) => message.get_payload()?,
                Err(error) if error.is_timeout() => continue,
                Err(error) => return Err(error),
            };
            match serde_json::from_str::<Said>(&text) {
                Ok(said) if said.gate != self.id => self.hear(&said),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "another gate said what cannot be read"),
            }
        }
        Ok(())
    }

    fn hear(&self, said: &Said) {
        let (zero, now) = (self.zero_ns.load(Ordering::Acquire), self.gate.now());
        let grants = self.gate.grants();
        if zero == 0 {
            return;
        }
        for set in &said.sets {
            let Some(limits) = grants.limits_of(set.owner) else { continue };
            for limit in &set.limits {
                grants.joint().hear(&limits, &limit.name, limit.window, limit.held.agreed(zero), &now);
            }
        }
    }
}
