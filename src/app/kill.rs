//! The gate's door for killing a key by its text, joined to the case that does it.

use std::sync::OnceLock;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::cases::{Caller, CaseError, Desk, Intent, keys};
use crate::domain::key::Digest;
use crate::domain::people::Actor;
use crate::gate::verify::{KillAnswer, KillSwitch};

/// Ends keys through the desk. The desk needs the feed, the feed the gate, and the gate this: so the desk comes last.
#[derive(Debug, Default)]
pub(super) struct DeskSwitch(OnceLock<Desk>);

impl DeskSwitch {
    /// Joins the desk; only the first counts.
    pub(super) fn join(&self, desk: Desk) {
        let _first_counts = self.0.set(desk);
    }
}

impl KillSwitch for DeskSwitch {
    fn kill(&self, digest: Digest) -> BoxFuture<'static, KillAnswer> {
        let Some(desk) = self.0.get().cloned() else {
            return futures_util::future::ready(KillAnswer::Unavailable).boxed();
        };
        async move {
            let caller = Caller {
                actor: Actor::visitor(None),
                request: None,
                agent: "gate".to_owned(),
                idempotency: None,
                intent: Intent::Act,
            };
            match desk.run(move |desk| keys::kill(desk, &caller, &digest)).await {
                Ok(_) => KillAnswer::Ended,
                Err(CaseError::Refused(refusal)) if refusal.code == "key_unknown" => KillAnswer::Unknown,
                Err(error) => {
                    tracing::error!(%error, "a key could not be killed");
                    KillAnswer::Unavailable
                }
            }
        }
        .boxed()
    }
}
