//! Keys by their ids, beside the table by digests: a token names its key by id, and so does an answer under way.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustc_hash::FxBuildHasher;

use super::live::KeyRecord;
use super::{KeyShard, SHARDS};
use crate::domain::id::KeyId;

/// A record that is found by its key's id.
#[derive(Clone)]
struct ById(Arc<KeyRecord>);

impl Borrow<KeyId> for ById {
    fn borrow(&self) -> &KeyId {
        &self.0.id
    }
}
impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}
impl Eq for ById {}
impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

type Shard = HashSet<ById, FxBuildHasher>;

/// Every key by its id, in shards that are swapped whole, eight bytes a key.
pub(super) struct KeysById(Vec<ArcSwap<Shard>>);

/// Changes to the table that are put in place together.
#[derive(Default)]
pub(super) struct IdChanges(Vec<(KeyId, Option<Arc<KeyRecord>>)>);

impl IdChanges {
    pub(super) fn set(&mut self, record: &Arc<KeyRecord>) {
        self.0.push((record.id, Some(Arc::clone(record))));
    }

    pub(super) fn gone(&mut self, id: KeyId) {
        self.0.push((id, None));
    }
}

impl KeysById {
    pub(super) fn new() -> Self {
        Self((0..SHARDS).map(|_| ArcSwap::default()).collect())
    }

    pub(super) fn get(&self, id: KeyId) -> Option<Arc<KeyRecord>> {
        self.0.get(shard_of(id))?.load().get(&id).map(|ById(record)| Arc::clone(record))
    }

    /// Replaces everything.
    pub(super) fn replace(&self, shards: &[KeyShard]) {
        let mut by_id: Vec<Shard> = (0..SHARDS).map(|_| Shard::default()).collect();
        for record in shards.iter().flat_map(KeyShard::values) {
            if let Some(shard) = by_id.get_mut(shard_of(record.id)) {
                shard.insert(ById(Arc::clone(record)));
            }
        }
        self.0.iter().zip(by_id).for_each(|(slot, shard)| slot.store(Arc::new(shard)));
    }

    /// Puts changes in place, each shard once. Only one thread changes at a time.
    #[expect(clippy::mutable_key_type, reason = "the id, by which a record is found here, never changes")]
    pub(super) fn change(&self, changes: IdChanges) {
        let IdChanges(mut changes) = changes;
        // Stable: of two changes of one key the later stands.
        changes.sort_by_key(|(id, _)| shard_of(*id));
        for of_shard in changes.chunk_by(|(one, _), (other, _)| shard_of(*one) == shard_of(*other)) {
            let Some((id, _)) = of_shard.first() else { continue };
            let Some(slot) = self.0.get(shard_of(*id)) else { continue };
            let mut shard = Shard::clone(&slot.load());
            for (id, record) in of_shard {
                match record {
                    Some(record) => drop(shard.replace(ById(Arc::clone(record)))),
                    None => drop(shard.remove(id)),
                }
            }
            slot.store(Arc::new(shard));
        }
    }
}

/// The last bytes of an id are random.
fn shard_of(id: KeyId) -> usize {
    let [.., high, low] = *id.uuid().as_bytes();
    usize::from(u16::from_be_bytes([high, low])) % SHARDS
}
