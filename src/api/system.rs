//! The state of the service, for administrators. Reads only.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::outbox::MailCounts;
use crate::cases::health::{self, MachineWatch};
use crate::domain::audit::ChainCheck;
use crate::domain::health::Round;
use crate::domain::people::Role;
use crate::domain::presence::Presence;
use crate::store::Backend;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/system", ADMINISTRATOR, "State of the service", system)
        .gives::<System>(200)
        .get("/system/tasks", ADMINISTRATOR, "What an administrator has to do", tasks)
        .gives::<Tasks>(200)
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
struct System {
    /// How each part is, the worst first.
    findings: Vec<FindingView>,
    version: &'static str,
    /// Since when this process runs; null where it does not say.
    started_at: Option<DateTime<Utc>>,
    /// `sqlite` or `postgres`.
    database: &'static str,
    /// How long the database took to answer, in milliseconds.
    database_ms: i64,
    database_bytes: i64,
    migrations_pending: usize,
    /// The place's profile and its version.
    #[schema(example = "norwalk-ct 2026-11")]
    profile: String,
    #[schema(example = "America/New_York")]
    zone: &'static str,
    now: DateTime<Utc>,
    mail: MailCounts,
    /// The turn of the message that waits longest; null where none waits.
    oldest_waiting_at: Option<DateTime<Utc>>,
    /// When the gate of this process last learned of changes; null where none runs here or never.
    gate_learned_at: Option<DateTime<Utc>>,
    /// Free bytes of the disk with the data folder; null where the system does not say.
    disk_free_bytes: Option<u64>,
    /// The last backup; null where none was recorded.
    backup: Option<BackupView>,
    jobs: Vec<JobView>,
    /// Every gate that was heard of within a day, the newest run first.
    gates: Vec<GateView>,
    /// Entries of the audit chain.
    audit_entries: i64,
    /// How far the service itself checked the chain; null where it never did.
    audit_check: Option<ChainView>,
    /// The service's public key, hex.
    public_key: String,
}

/// How one part is.
#[derive(Debug, Serialize, ToSchema)]
struct FindingView {
    /// `database`, `schema`, `mail`, `gate`, `gates` of other processes, `audit`, `jobs`, `backup` or `disk`.
    #[schema(example = "backup")]
    part: &'static str,
    /// `good`, `warn` or `bad`.
    #[schema(example = "warn")]
    level: &'static str,
    #[schema(example = "No backup was ever recorded.")]
    said: String,
}

/// A backup.
#[derive(Debug, Serialize, ToSchema)]
struct BackupView {
    at: DateTime<Utc>,
    #[schema(example = "/backups/accord-2026-11-27.db")]
    file: String,
    bytes: u64,
    /// Whether the copy was opened and its audit chain recomputed.
    is_verified: bool,
}

/// The last round of a job of this process.
#[derive(Debug, Serialize, ToSchema)]
struct JobView {
    #[schema(example = "outbox")]
    name: &'static str,
    begun_at: DateTime<Utc>,
    /// Milliseconds; null while it is at work.
    took_ms: Option<i64>,
    /// How many things it did.
    count: usize,
    /// Why it failed; empty where it did not.
    #[schema(example = "")]
    error: String,
}

impl From<Round> for JobView {
    fn from(round: Round) -> Self {
        Self {
            name: round.job,
            begun_at: round.begun_at,
            took_ms: round.took_ms,
            count: round.count,
            error: round.error,
        }
    }
}

/// A gate at work on this store, as it said itself.
#[derive(Debug, Serialize, ToSchema)]
struct GateView {
    /// This run of it.
    run: String,
    /// The machine's name.
    #[schema(example = "edge-1")]
    host: String,
    #[schema(example = "https://gate.city.example")]
    address: String,
    version: String,
    /// Whether it is the gate of this process.
    is_this: bool,
    /// Whether it runs without a portal beside it.
    is_alone: bool,
    /// `at_work`, `behind` (it cannot learn of changes and refuses restricted datasets), `away` (not heard of) or `stopped`.
    #[schema(example = "at_work")]
    standing: &'static str,
    started_at: DateTime<Utc>,
    heard_at: DateTime<Utc>,
    /// When it last learned of changes; null if never.
    learned_at: Option<DateTime<Utc>>,
    keys: usize,
    datasets: usize,
    /// How it counts limits: `alone`, `together` with other gates, or `apart`, each limit divided.
    #[schema(example = "together")]
    counting: &'static str,
    /// With how many gates, or by how much each limit is divided.
    counting_number: u64,
}

/// How far the service itself checked the audit chain.
#[derive(Debug, Serialize, ToSchema)]
struct ChainView {
    at: DateTime<Utc>,
    /// Up to this entry everything was whole.
    number: i64,
    /// When it last read everything from the first entry.
    whole_at: DateTime<Utc>,
    /// What is wrong; empty where nothing is.
    #[schema(example = "")]
    fault: String,
}

fn gate_view(gate: Presence, own: Option<&str>, now: DateTime<Utc>) -> GateView {
    GateView {
        is_this: own == Some(gate.run.as_str()),
        standing: gate.standing(now).as_str(),
        run: gate.run,
        host: gate.host,
        address: gate.address,
        version: gate.version,
        is_alone: gate.is_alone,
        started_at: gate.started_at,
        heard_at: gate.heard_at,
        learned_at: gate.learned_at,
        keys: gate.keys,
        datasets: gate.datasets,
        counting: gate.counting.as_str(),
        counting_number: gate.counting.number(),
    }
}

fn chain_view(check: ChainCheck) -> ChainView {
    ChainView { at: check.at, number: check.number(), whole_at: check.whole_at, fault: check.fault }
}

async fn system(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let machine = request.app_data::<web::Data<MachineWatch>>().map(|watch| (watch.0)()).unwrap_or_default();
    let health = desk.run(move |desk| health::look(desk, &caller, machine)).await?;
    let finding =
        |one: crate::domain::health::Finding| FindingView { part: one.part, level: one.level.as_str(), said: one.said };
    let backup = health.backup.map(|made| BackupView {
        at: made.at,
        file: made.file,
        bytes: made.bytes,
        is_verified: made.is_verified,
    });
    let (own, now) = (health.machine.gate.as_ref().map(|gate| gate.run.as_str()), desk.clock.now());
    let gates = health.gates.into_iter().map(|gate| gate_view(gate, own, now)).collect();
    Ok(HttpResponse::Ok().json(System {
        findings: health.findings.into_iter().map(finding).collect(),
        version: env!("CARGO_PKG_VERSION"),
        started_at: health.machine.started_at,
        database: match desk.store.backend() {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        },
        database_ms: health.database_ms,
        database_bytes: health.database_bytes,
        migrations_pending: health.migrations_pending,
        profile: format!("{} {}", desk.profile.id.as_str(), desk.profile.version.as_str()),
        zone: desk.profile.zone.name(),
        now,
        mail: health.mail.into(),
        oldest_waiting_at: health.oldest_waiting,
        gate_learned_at: health.machine.gate.and_then(|gate| gate.learned_at),
        disk_free_bytes: health.machine.disk.map(|(free, _)| free),
        backup,
        jobs: health.machine.jobs.into_iter().map(Into::into).collect(),
        gates,
        audit_entries: health.head.number,
        audit_check: health.chain.map(chain_view),
        public_key: desk.secrets.public_key(),
    }))
}

/// What an administrator has to do beside what the state of the service says.
#[derive(Debug, Serialize, ToSchema)]
struct Tasks {
    /// Departments where nobody may decide, by short name.
    departments_without_manager: Vec<String>,
    /// Ids of staff who did not sign in for 90 days.
    staff_away: Vec<String>,
}

async fn tasks(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| health::tasks(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Tasks {
        departments_without_manager: found.without_manager.into_iter().map(|one| one.slug).collect(),
        staff_away: found.away.into_iter().map(|account| account.id.to_string()).collect(),
    }))
}
