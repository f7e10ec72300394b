//! Grants in: the whole picture at the start, then what each act touched. The local gate is told after commit and before
//! the answer; other processes follow the change list.
//!
//! **Why the list can be followed by number.** The number of a change is drawn from a counter row in the transaction of
//! the act, and the row stays locked until that transaction ends. On PostgreSQL the `UPDATE` of the row makes the next
//! writer wait for commit or rollback; on SQLite there is one writer at a time anyway. So change n is visible before
//! n + 1 exists, a rollback gives its number back, and who reads "all after n" never steps over a change that commits
//! later. A sequence would not give this: it hands out numbers without waiting.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono_tz::Tz;

pub use super::picture::Opener;
use super::{every, picture};
use crate::cases::{GrantSink, Touched};
use crate::domain::token::AFTERLIFE;
use crate::gate::GateShared;
use crate::gate::grants::{GrantChange, Publication};
use crate::gate::token::TokenKeyGrant;
use crate::store::listen::Listener;
use crate::store::views::gate as rows;
use crate::store::{AnyConnection, Store, StoreError, grants, token_keys};

/// Changes taken in one round; more are taken at once in the next.
const BATCH: i64 = 1_000;
/// How often it is looked whether something was heard; looking asks the local socket only.
const LOOK: Duration = Duration::from_millis(10);
/// The pause before a lost connection is made again.
const AGAIN: Duration = Duration::from_millis(500);
/// Tries of a publication right after commit.
const TRIES: usize = 3;

/// Keeps one gate's picture current.
pub struct GrantFeed {
    store: Store,
    gate: GateShared,
    zone: Tz,
    opener: Arc<dyn Opener>,
    /// The last change taken, `None` before the first load. Held while rows are read *and* told, so that an older
    /// reading is never told after a newer one.
    taken: Mutex<Option<i64>>,
}

impl std::fmt::Debug for GrantFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrantFeed").field("store", &self.store).finish_non_exhaustive()
    }
}

impl GrantFeed {
    /// A feed from `store` to `gate`; `opener` opens what is sealed in the store.
    #[must_use]
    pub fn new(store: Store, gate: GateShared, zone: Tz, opener: Arc<dyn Opener>) -> Self {
        Self { store, gate, zone, opener, taken: Mutex::new(None) }
    }

    /// Tells the gate everything. Call it before the gate listens.
    ///
    /// # Errors
    /// What the store says; the gate then keeps the picture it had.
    pub fn load(&self) -> Result<(), StoreError> {
        self.load_into(&mut self.lock())
    }

    /// One round: tells the gate what changed since the last, and that its picture is fresh. Returns how much changed.
    ///
    /// # Errors
    /// What the store says; the round is then repeated whole.
    pub fn follow(&self) -> Result<usize, StoreError> {
        let mut taken = self.lock();
        let Some(number) = *taken else {
            self.load_into(&mut taken)?;
            return Ok(1);
        };
        let mut count = 0;
        let mut last = number;
        loop {
            // Fresh as of before the question, not after the answer.
            let asked_at = self.gate.clock().ticks();
            let changes = self.store.read(|conn| grants::changes_after(conn, last, BATCH))?;
            let Some(newest) = changes.last() else {
                if self.store.read(grants::last_change)? < last {
                    tracing::warn!("the change list went back: the database was restored; everything is read anew");
                    self.load_into(&mut taken)?;
                } else {
                    self.gate.grants().confirm_fresh(asked_at);
                }
                return Ok(count);
            };
            last = newest.number;
            let touched: Option<Vec<Touched>> = changes.iter().map(read_touched).collect();
            match touched {
                Some(touched) => self.tell(&touched)?,
                // A kind that only a newer program knows: what it means is in the rows.
                None => self.load_into(&mut taken)?,
            }
            *taken = Some(last.max(taken.unwrap_or(last)));
            count += changes.len();
        }
    }

    /// Follows the change list every `pause` until `stop`.
    pub async fn run(self: Arc<Self>, pause: Duration, stop: impl Future<Output = ()> + Send) {
        let store = self.store.clone();
        every("grants", store, pause, move || self.follow(), stop).await;
    }

    /// Hears of changes as they are committed, where the database can tell, and follows the list at once. While it hears
    /// nothing, [`GrantFeed::run`] looks all the same.
    pub async fn listen(self: Arc<Self>, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let is_over = Arc::new(AtomicBool::new(false));
        let (feed, over) = (self, Arc::clone(&is_over));
        let listening = tokio::task::spawn_blocking(move || feed.listen_until(&over));
        stop.await;
        is_over.store(true, Ordering::Release);
        if let Err(error) = listening.await {
            tracing::error!(%error, "hearing of changed grants broke off");
        }
    }

    fn listen_until(&self, is_over: &AtomicBool) {
        while !is_over.load(Ordering::Acquire) {
            match self.store.listener() {
                Ok(None) => return,
                Ok(Some(listener)) => {
                    if let Err(error) = self.hear(listener, is_over) {
                        tracing::warn!(%error, "changed grants are no longer heard of at once; they are looked for");
                    }
                }
                Err(error) => tracing::debug!(%error, "changed grants cannot be heard of now"),
            }
            std::thread::park_timeout(AGAIN);
        }
    }

    /// Follows the list whenever something is heard, and once at the beginning, for what was said before.
    fn hear(&self, mut listener: Listener, is_over: &AtomicBool) -> Result<(), StoreError> {
        let mut is_due = true;
        while !is_over.load(Ordering::Acquire) {
            if is_due {
                self.follow()?;
            }
            std::thread::park_timeout(LOOK);
            is_due = listener.has_heard()?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<i64>> {
        // A panic between reading and telling leaves the number as it was: what was missed is read again.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load_into(&self, taken: &mut Option<i64>) -> Result<(), StoreError> {
        let asked_at = self.gate.clock().ticks();
        let (all, token_keys) =
            self.store.read(|conn| Ok::<_, StoreError>((rows::everything(conn)?, self.token_keys(conn)?)))?;
        let publication = Publication {
            datasets: all
                .datasets
                .into_iter()
                .filter_map(|each| picture::dataset(each, &*self.opener, self.zone))
                .collect(),
            holders: Vec::new(),
            agreements: all.agreements.into_iter().map(|each| picture::agreement(each, self.zone)).collect(),
            keys: all.keys.iter().map(picture::key).collect(),
            services: all.services.into_iter().filter_map(picture::service).collect(),
            token_keys,
        };
        self.gate.grants().publish(publication);
        self.gate.grants().confirm_fresh(asked_at);
        *taken = Some(all.number);
        Ok(())
    }

    /// Keys for access tokens whose last token may still be in use.
    fn token_keys(&self, conn: &mut AnyConnection) -> Result<Vec<TokenKeyGrant>, StoreError> {
        let since = self.gate.clock().utc() - AFTERLIFE;
        let keys = token_keys::ending_after(conn, since)?;
        Ok(keys.into_iter().map(|key| picture::token_key(key, &*self.opener)).collect())
    }

    fn tell(&self, touched: &[Touched]) -> Result<(), StoreError> {
        let mut changes = Vec::new();
        self.store.read(|conn| {
            let mut seen = std::collections::HashSet::new();
            for each in touched.iter().filter(|each| seen.insert(**each)) {
                self.read_changes(conn, *each, &mut changes)?;
            }
            Ok::<_, StoreError>(())
        })?;
        // An agreement that was superseded ends only when its keys have gone over to the next: no call falls between.
        let (ended, first) = changes
            .into_iter()
            .partition(|change| matches!(change, GrantChange::Agreement(agreement) if !agreement.is_live));
        self.gate.grants().apply(first);
        self.gate.grants().apply(ended);
        Ok(())
    }

    fn read_changes(
        &self,
        conn: &mut AnyConnection,
        touched: Touched,
        changes: &mut Vec<GrantChange>,
    ) -> Result<(), StoreError> {
        let agreement = |each| GrantChange::Agreement(Box::new(picture::agreement(each, self.zone)));
        match touched {
            Touched::Key(id) => {
                changes.extend(rows::key(conn, id)?.map(|each| GrantChange::Key(Box::new(picture::key(&each)))));
            }
            Touched::Agreement(id) => changes.extend(rows::agreement(conn, id)?.map(agreement)),
            Touched::Requester(id) => {
                changes.extend(rows::agreements_of_party(conn, id)?.into_iter().map(agreement));
            }
            Touched::Dataset(id) => {
                let found = rows::dataset(conn, id)?.and_then(|each| picture::dataset(each, &*self.opener, self.zone));
                changes.push(match found {
                    Some(dataset) => GrantChange::Dataset(Box::new(dataset)),
                    None => GrantChange::DatasetGone(id),
                });
            }
            Touched::Service(id) => {
                changes.extend(rows::service(conn, id)?.and_then(picture::service).map(GrantChange::Service));
            }
            Touched::TokenKeys => changes.push(GrantChange::TokenKeys(self.token_keys(conn)?)),
        }
        Ok(())
    }
}

impl GrantSink for GrantFeed {
    /// Tells the local gate. If the store cannot be read even now, the next round does it, and a gate that hears of no
    /// round refuses restricted data by itself.
    fn grants_changed(&self, touched: &[Touched]) {
        let taken = self.lock();
        if taken.is_none() {
            return;
        }
        let told = (0..TRIES).find_map(|_| match self.tell(touched) {
            Ok(()) => Some(()),
            Err(error) => {
                tracing::error!(%error, "a change could not be told to the local gate at once");
                None
            }
        });
        if told.is_none() {
            tracing::error!(?touched, "the local gate will learn of these from the change list");
        }
    }
}

fn read_touched(change: &grants::GrantChange) -> Option<Touched> {
    let id = change.id.as_str();
    match change.kind.as_str() {
        "key" => id.parse().ok().map(Touched::Key),
        "agreement" => id.parse().ok().map(Touched::Agreement),
        "requester" => id.parse().ok().map(Touched::Requester),
        "dataset" => id.parse().ok().map(Touched::Dataset),
        "service" => id.parse().ok().map(Touched::Service),
        "token_keys" => Some(Touched::TokenKeys),
        _ => None,
    }
}
