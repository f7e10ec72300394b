//! What may be done about a violation, and the order to cease or to take down with its proof. Says nothing about who may
//! do it; that is in `machine`.

use serde::{Deserialize, Serialize};

use super::Rung;
use crate::domain::attachment::Attachment;
use crate::domain::calendar::Deadline;
use crate::domain::hold::{HoldTarget, Lift, Throttle};
use crate::domain::id::{DatasetId, HoldId, KeyId};
use crate::domain::time::{Day, Instant};

/// A measure of the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "measure")]
pub enum MeasureKind {
    /// The holder is told.
    Inform,
    /// The holder is warned.
    Warn,
    /// One key is slowed down.
    ThrottleKey {
        /// The key.
        key: KeyId,
        /// How far, and until when.
        throttle: Throttle,
    },
    /// The agreement is slowed down: every key of it shares what is left.
    ThrottleAgreement {
        /// How far, and until when.
        throttle: Throttle,
    },
    /// One key is suspended.
    SuspendKey {
        /// The key.
        key: KeyId,
    },
    /// Every key of the holder that opens a dataset is suspended. A key stops as a whole: its holder may make one without
    /// that dataset.
    SuspendDataset {
        /// The dataset.
        dataset: DatasetId,
    },
    /// Every key of the agreement is suspended.
    SuspendAgreement,
    /// Every key of every agreement of the holder is suspended.
    SuspendRequester,
    /// One key is revoked for good.
    RevokeKey {
        /// The key.
        key: KeyId,
    },
    /// The agreement is ended.
    EndAgreement,
    /// Handed on to another authority.
    Refer {
        /// To whom.
        to: String,
    },
}

impl MeasureKind {
    /// Every word of [`MeasureKind::as_str`].
    pub const WORDS: [&'static str; 11] = [
        "inform",
        "warn",
        "throttle_key",
        "throttle_agreement",
        "suspend_key",
        "suspend_dataset",
        "suspend_agreement",
        "suspend_requester",
        "revoke_key",
        "end_agreement",
        "refer",
    ];

    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Inform => "inform",
            Self::Warn => "warn",
            Self::ThrottleKey { .. } => "throttle_key",
            Self::ThrottleAgreement { .. } => "throttle_agreement",
            Self::SuspendKey { .. } => "suspend_key",
            Self::SuspendDataset { .. } => "suspend_dataset",
            Self::SuspendAgreement => "suspend_agreement",
            Self::SuspendRequester => "suspend_requester",
            Self::RevokeKey { .. } => "revoke_key",
            Self::EndAgreement => "end_agreement",
            Self::Refer { .. } => "refer",
        }
    }

    /// Which step of the ladder it is.
    #[must_use]
    pub const fn rung(&self) -> Rung {
        match self {
            Self::Inform => Rung::Inform,
            Self::Warn => Rung::Warn,
            Self::ThrottleKey { .. } | Self::ThrottleAgreement { .. } => Rung::Throttle,
            Self::SuspendKey { .. } | Self::SuspendDataset { .. } | Self::SuspendAgreement | Self::SuspendRequester => {
                Rung::Suspend
            }
            Self::RevokeKey { .. } | Self::EndAgreement => Rung::Revoke,
            Self::Refer { .. } => Rung::Refer,
        }
    }

    /// The same in Spanish, for letters.
    #[must_use]
    pub fn in_spanish(&self) -> String {
        match self {
            Self::Inform => "Se le informa; nada se suspende.".to_owned(),
            Self::Warn => "Esto es una advertencia; nada se suspende.".to_owned(),
            Self::ThrottleKey { throttle, .. } => format!("La clave: {}.", throttle.in_spanish()),
            Self::ThrottleAgreement { throttle } => format!("El convenio: {}.", throttle.in_spanish()),
            Self::SuspendKey { .. } => "Se suspende la clave.".to_owned(),
            Self::SuspendDataset { .. } => {
                "Se suspende toda clave del titular que abre el conjunto de datos; cada clave entera.".to_owned()
            }
            Self::SuspendAgreement => "Se suspende toda clave del convenio.".to_owned(),
            Self::SuspendRequester => "Se suspende toda clave de todos los convenios.".to_owned(),
            Self::RevokeKey { .. } => "Se revoca la clave para siempre.".to_owned(),
            Self::EndAgreement => "Se termina el convenio.".to_owned(),
            Self::Refer { to } => format!("El caso se remite a: {to}"),
        }
    }

    /// What both sides read.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Inform => "You are told of it; nothing is stopped.".to_owned(),
            Self::Warn => "This is a warning; nothing is stopped.".to_owned(),
            Self::ThrottleKey { throttle, .. } => format!("The key: {}.", throttle.sentence()),
            Self::ThrottleAgreement { throttle } => {
                format!("Every key of the agreement: {}.", throttle.sentence())
            }
            Self::SuspendKey { .. } => "The key is suspended.".to_owned(),
            Self::SuspendDataset { .. } => {
                "Every key of the holder that opens the dataset is suspended. A key stops as a whole.".to_owned()
            }
            Self::SuspendAgreement => "Every key of the agreement is suspended.".to_owned(),
            Self::SuspendRequester => "Every key of all agreements is suspended.".to_owned(),
            Self::RevokeKey { .. } => "The key is revoked for good.".to_owned(),
            Self::EndAgreement => "The agreement is ended.".to_owned(),
            Self::Refer { to } => format!("The case is handed on to: {to}"),
        }
    }
}

/// A suspension of a case, as it was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The hold.
    pub hold: HoldId,
    /// What it stops.
    pub target: HoldTarget,
    /// What that is called.
    pub what: String,
    /// Whether it slows down and does not stop.
    #[serde(default)]
    pub is_throttle: bool,
    /// When and why it was lifted.
    pub lifted: Option<Lift>,
}

impl Stopped {
    /// What it is called before “of”.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        if self.is_throttle { "Throttling" } else { "Suspension" }
    }
}

/// A measure that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What.
    pub kind: MeasureKind,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// Why.
    pub reason: String,
    /// Whether it was taken at once, before anything was found.
    pub is_interim: bool,
    /// The suspensions it placed.
    pub stopped: Vec<Stopped>,
    /// What was done, in a sentence.
    pub done: String,
}

/// What an order demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Stop a use.
    Cease,
    /// Take down what was published, delete it, and prove it.
    Takedown,
}

impl OrderKind {
    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cease => "cease",
            Self::Takedown => "takedown",
        }
    }

    /// Reads the word written by [`OrderKind::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Cease, Self::Takedown].into_iter().find(|kind| kind.as_str() == word)
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cease => "Order to cease",
            Self::Takedown => "Order to take down and delete",
        }
    }
}

/// A proof of compliance, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// When it came.
    pub at: Instant,
    /// From whom.
    pub by_name: String,
    /// What they say.
    pub text: String,
    /// Their files.
    pub files: Vec<Attachment>,
    /// It came after the day set.
    pub is_late: bool,
    /// Whether it was accepted; `None` while nobody has said.
    pub accepted: Option<bool>,
    /// Why.
    pub reason: String,
}

/// An order to the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What it demands.
    pub kind: OrderKind,
    /// In words.
    pub text: String,
    /// When it was given.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// The last day to say that it was read.
    pub acknowledge_by: Deadline,
    /// The last day to comply and prove it.
    pub comply_by: Deadline,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(String, Instant)>,
    /// The proofs, oldest first.
    pub proofs: Vec<Proof>,
}

impl Order {
    /// Whether no proof was accepted yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.proofs.iter().any(|proof| proof.accepted == Some(true))
    }

    /// Whether a proof waits to be looked at.
    #[must_use]
    pub fn has_new_proof(&self) -> bool {
        self.proofs.last().is_some_and(|proof| proof.accepted.is_none())
    }

    /// What is due next, and when.
    #[must_use]
    pub const fn due(&self) -> (Day, &'static str) {
        if self.acknowledged.is_some() {
            (self.comply_by.due, "proof of compliance")
        } else {
            (self.acknowledge_by.due, "acknowledgement of the order")
        }
    }
}
