//! The state of the service: version, database, gate, mail, audit. Reads only.

use std::fmt;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::domain::audit::hex;
use crate::domain::time::Instant;
use crate::store::outbox::{self, Message};
use crate::store::{Backend, audit, migrate};
use crate::web::case::DeskData;
use crate::web::{Page, WebError, json::Query};

/// Most messages in one list.
const LISTED_MAX: i64 = 100;

/// What the gate of this process says of itself.
#[derive(Clone, Debug)]
pub struct GateNow {
    /// Keys that it knows.
    pub keys: usize,
    /// Datasets that it serves.
    pub datasets: usize,
    /// When it last learned of changes; `None` if never.
    pub learned_at: Option<Instant>,
    /// Without learning for so long it refuses restricted tiers, in seconds.
    pub stale_after_seconds: u64,
}

/// Asks the gate of this process; put into the application data by the composition root where one runs.
#[derive(Clone)]
pub struct GateWatch(pub Arc<dyn Fn() -> GateNow + Send + Sync>);

impl fmt::Debug for GateWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GateWatch")
    }
}

/// What `admin/system.html` shows.
#[derive(Serialize)]
struct SystemView {
    version: &'static str,
    database: &'static str,
    migrations_pending: usize,
    profile: String,
    zone: String,
    now: String,
    gate: Option<GateView>,
    waiting: i64,
    sent: i64,
    dead: i64,
    head_number: i64,
    head_hash: String,
    public_key: String,
}

#[derive(Serialize)]
struct GateView {
    keys: usize,
    datasets: usize,
    learned_at: String,
    is_stale: bool,
    stale_after_seconds: u64,
}

pub(super) async fn system(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let now = desk.clock.now();
    let gate = request.app_data::<web::Data<GateWatch>>().map(|watch| gate_view(&(watch.0)(), now));
    let (pending, counts, head) = desk
        .run(|desk| {
            let pending = migrate::pending(&desk.store)?;
            let (counts, head) = desk.read(|conn| Ok((outbox::counts(conn)?, audit::head(conn)?)))?;
            Ok((pending, counts, head))
        })
        .await?;
    let view = SystemView {
        version: env!("CARGO_PKG_VERSION"),
        database: match desk.store.backend() {
            Backend::Sqlite => "SQLite",
            Backend::Postgres => "PostgreSQL",
        },
        migrations_pending: pending,
        profile: format!("{} {}", desk.profile.id.as_str(), desk.profile.version.as_str()),
        zone: desk.profile.zone.name().to_owned(),
        now: now.to_rfc3339(),
        gate,
        waiting: counts.waiting,
        sent: counts.sent,
        dead: counts.dead,
        head_number: head.number,
        head_hash: hex(&head.hash),
        public_key: desk.secrets.public_key(),
    };
    Page::new(&request, "System")?.crumb("Administration", "/admin").render("admin/system.html", &view)
}

fn gate_view(gate: &GateNow, now: Instant) -> GateView {
    let age = gate.learned_at.map(|at| u64::try_from((now - at).num_seconds()).unwrap_or(0));
    GateView {
        keys: gate.keys,
        datasets: gate.datasets,
        learned_at: gate.learned_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        is_stale: age.is_none_or(|age| age > gate.stale_after_seconds),
        stale_after_seconds: gate.stale_after_seconds,
    }
}

/// What `admin/outbox.html` shows.
#[derive(Serialize)]
struct OutboxView {
    state: String,
    waiting: i64,
    sent: i64,
    dead: i64,
    messages: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    to: String,
    kind: String,
    owed: String,
    sent: String,
    state: &'static str,
    tone: &'static str,
    attempts: i64,
    error: String,
}

pub(super) async fn outbox(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let state = query.get("state").filter(|state| outbox::STATES.contains(state)).unwrap_or_default();
    let wanted = state.to_owned();
    let (messages, counts) = desk
        .run(move |desk| {
            desk.read(|conn| {
                let wanted = Some(wanted.as_str()).filter(|wanted| !wanted.is_empty());
                Ok((outbox::in_state(conn, wanted, LISTED_MAX)?, outbox::counts(conn)?))
            })
        })
        .await?;
    let view = OutboxView {
        state: state.to_owned(),
        waiting: counts.waiting,
        sent: counts.sent,
        dead: counts.dead,
        messages: messages.into_iter().map(line).collect(),
    };
    Page::new(&request, "Outbox")?.crumb("Administration", "/admin").render("admin/outbox.html", &view)
}

fn line(message: Message) -> Line {
    let (state, tone) = match message.state.as_str() {
        "sent" => ("Sent", "good"),
        "dead" => ("Given up", "bad"),
        "gathered" => ("For the digest", "info"),
        "kept" => ("On their page only", "neutral"),
        _ => ("Waiting", "warn"),
    };
    Line {
        to: message.address,
        kind: message.kind.as_str().replace('_', " "),
        owed: message.created_at.to_rfc3339(),
        sent: message.sent_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        state,
        tone,
        attempts: message.attempts,
        error: message.error,
    }
}
