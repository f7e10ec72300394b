//! Does errands in the background. A round only looks: the work goes on beside it, so that a long one neither keeps a place
//! of the store's pool nor makes the clock look as if it stood still. Never decides what is done.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::{Stop, ring};
use crate::cases::exports::maker;
use crate::cases::interchange::background;
use crate::cases::{CaseError, Desk, replays};
use crate::store::StoreError;

type Work = JoinHandle<Result<usize, CaseError>>;
type Begin = fn(Desk, Stop) -> Work;
type Working = Arc<Mutex<Option<Work>>>;

/// The clocks that look for errands every `pause`, one for each kind. Told to stop, they wait for a run to put itself back.
pub fn clocks(desk: &Desk, pause: Duration, stop: &Stop) -> [JoinHandle<()>; 3] {
    let exports = |desk: Desk, stop: Stop| tokio::task::spawn_blocking(move || maker::round(&desk, &|| stop.is_told()));
    let imports =
        |desk: Desk, stop: Stop| tokio::spawn(async move { background::round(&desk, &|| stop.is_told()).await });
    let replays =
        |desk: Desk, stop: Stop| tokio::task::spawn_blocking(move || replays::round(&desk, &|| stop.is_told()));
    let kinds: [(&'static str, Begin); 3] = [("exports", exports), ("imports", imports), ("replays", replays)];
    kinds.map(|(name, begin)| clock(name, desk, (pause, stop), begin))
}

fn clock(name: &'static str, desk: &Desk, (pause, stop): (Duration, &Stop), begin: Begin) -> JoinHandle<()> {
    let working: Working = Arc::default();
    let (desk, stopping, slot) = (desk.clone(), stop.clone(), Arc::clone(&working));
    let rounds = ring(name, pause, stop.clone(), move || {
        let (desk, stop, slot) = (desk.clone(), stopping.clone(), Arc::clone(&slot));
        async move { look(&slot, || begin(desk, stop)).await }
    });
    tokio::spawn(async move {
        let _rung_to_its_end = rounds.await;
        if let Some(work) = working.lock().await.take() {
            let _put_back = work.await;
        }
    })
}

async fn look(slot: &Working, begin: impl FnOnce() -> Work) -> Result<usize, CaseError> {
    let mut slot = slot.lock().await;
    let came_to = match slot.take() {
        Some(work) if !work.is_finished() => {
            *slot = Some(work);
            return Ok(0);
        }
        Some(work) => match work.await {
            Ok(came_to) => came_to,
            Err(panic) => Err(StoreError::Unavailable(panic.to_string()).into()),
        },
        None => Ok(0),
    };
    *slot = Some(begin());
    drop(slot);
    came_to
}
