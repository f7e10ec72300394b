//! Makes exports in the background. A round only looks: the work is on a thread of its own, so that a long table neither
//! keeps a place of the store's pool nor makes the clock look as if it stood still. Never decides what is made.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::{Stop, ring};
use crate::cases::exports::maker;
use crate::cases::{CaseError, Desk};
use crate::store::StoreError;

type Working = Arc<Mutex<Option<JoinHandle<Result<usize, CaseError>>>>>;

/// The clock that looks for exports every `pause`. Told to stop, it waits for the run to put itself back.
pub fn clock(desk: &Desk, pause: Duration, stop: &Stop) -> JoinHandle<()> {
    let working: Working = Arc::default();
    let (desk, stopping, slot) = (desk.clone(), stop.clone(), Arc::clone(&working));
    let rounds = ring("exports", pause, stop.clone(), move || {
        let (desk, stop, slot) = (desk.clone(), stopping.clone(), Arc::clone(&slot));
        async move { look(&desk, stop, &slot).await }
    });
    tokio::spawn(async move {
        let _rung_to_its_end = rounds.await;
        if let Some(work) = working.lock().await.take() {
            let _put_back = work.await;
        }
    })
}

async fn look(desk: &Desk, stop: Stop, slot: &Working) -> Result<usize, CaseError> {
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
    let desk = desk.clone();
    *slot = Some(tokio::task::spawn_blocking(move || maker::round(&desk, &|| stop.is_told())));
    drop(slot);
    came_to
}
