//! The state of the service: what is well and what is not, with the facts. Reads only.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::Task;
use crate::cases::health::{self, GateNow, Health, Machine, MachineWatch};
use crate::domain::audit::hex;
use crate::domain::health::{Finding, Level, Round};
use crate::domain::presence::{Presence, Standing};
use crate::domain::time::Instant;
use crate::portal::shared::Tag;
use crate::store::Backend;
use crate::web::case::{DeskData, caller};
use crate::web::{Page, WebError};

/// What `admin/system.html` shows.
#[derive(Serialize)]
struct SystemView {
    findings: Vec<FindingView>,
    version: &'static str,
    started: String,
    database: &'static str,
    database_ms: i64,
    database_bytes: i64,
    migrations_pending: usize,
    profile: String,
    zone: String,
    now: String,
    gate: Option<GateView>,
    gates: Vec<GateLine>,
    waiting: i64,
    oldest: String,
    sent: i64,
    dead: i64,
    head_number: i64,
    head_hash: String,
    chain: Option<ChainView>,
    public_key: String,
    backup: Option<BackupView>,
    disk: Option<(u64, u64)>,
    jobs: Vec<JobView>,
}

/// One part and how it is.
#[derive(Serialize)]
struct FindingView {
    said: String,
    word: &'static str,
    tone: &'static str,
}

#[derive(Serialize)]
struct GateView {
    keys: usize,
    datasets: usize,
    learned_at: String,
    is_stale: bool,
    stale_after_seconds: u64,
}

/// A gate as it said of itself.
#[derive(Serialize)]
struct GateLine {
    host: String,
    address: String,
    is_this: bool,
    is_alone: bool,
    standing: Tag,
    version: String,
    started: String,
    heard: String,
    /// Age of its picture of the grants in seconds when it was last heard; none if it never learned of any.
    age_seconds: Option<i64>,
    keys: usize,
    datasets: usize,
    counting: &'static str,
    counting_number: u64,
}

/// How far the service itself checked the audit chain.
#[derive(Serialize)]
struct ChainView {
    at: String,
    number: i64,
    whole_at: String,
    fault: String,
}

#[derive(Serialize)]
struct BackupView {
    at: String,
    file: String,
    bytes: u64,
    is_verified: bool,
}

#[derive(Serialize)]
struct JobView {
    /// The end of a message's name.
    name: String,
    begun: String,
    took: String,
    count: usize,
    error: String,
}

/// What this process says of itself; nothing where nobody plugged it in.
pub(super) fn machine(request: &HttpRequest) -> Machine {
    request.app_data::<web::Data<MachineWatch>>().map(|watch| (watch.0)()).unwrap_or_default()
}

fn finding_view(finding: &Finding) -> FindingView {
    let (word, tone) = match finding.level {
        Level::Good => ("Well", "good"),
        Level::Warn => ("Look at it", "warn"),
        Level::Bad => ("Act now", "bad"),
    };
    FindingView { said: finding.said.clone(), word, tone }
}

/// A finding as something to do.
pub(super) fn task(finding: &Finding) -> Task {
    let FindingView { said, word, tone } = finding_view(finding);
    let href = if finding.part == "mail" { "/admin/outbox" } else { "/admin/system" };
    Task { said, word, tone, href: href.to_owned() }
}

fn job_view(round: &Round) -> JobView {
    JobView {
        name: round.job.replace(' ', "-"),
        begun: round.begun_at.to_rfc3339(),
        took: round.took_ms.map(|ms| ms.to_string()).unwrap_or_default(),
        count: round.count,
        error: round.error.clone(),
    }
}

pub(super) async fn system(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let (who, machine) = (caller(&request), machine(&request));
    let health = desk.run(move |desk| health::look(desk, &who, machine)).await?;
    let now = desk.clock.now();
    let Health { findings, mail, head, machine, .. } = &health;
    let view = SystemView {
        findings: findings.iter().map(finding_view).collect(),
        version: env!("CARGO_PKG_VERSION"),
        started: machine.started_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        database: match desk.store.backend() {
            Backend::Sqlite => "SQLite",
            Backend::Postgres => "PostgreSQL",
        },
        database_ms: health.database_ms,
        database_bytes: health.database_bytes,
        migrations_pending: health.migrations_pending,
        profile: format!("{} {}", desk.profile.id.as_str(), desk.profile.version.as_str()),
        zone: desk.profile.zone.name().to_owned(),
        now: now.to_rfc3339(),
        gate: machine.gate.as_ref().map(|gate| gate_view(gate, now)),
        gates: health.gates.iter().map(|gate| gate_line(gate, machine.gate.as_ref(), now)).collect(),
        waiting: mail.waiting,
        oldest: health.oldest_waiting.map(|at| at.to_rfc3339()).unwrap_or_default(),
        sent: mail.sent,
        dead: mail.dead,
        head_number: head.number,
        head_hash: hex(&head.hash),
        chain: health.chain.as_ref().map(|check| ChainView {
            at: check.at.to_rfc3339(),
            number: check.number(),
            whole_at: check.whole_at.to_rfc3339(),
            fault: check.fault.clone(),
        }),
        public_key: desk.secrets.public_key(),
        backup: health.backup.as_ref().map(|backup| BackupView {
            at: backup.at.to_rfc3339(),
            file: backup.file.clone(),
            bytes: backup.bytes,
            is_verified: backup.is_verified,
        }),
        disk: machine.disk,
        jobs: machine.jobs.iter().map(job_view).collect(),
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

fn gate_line(gate: &Presence, own: Option<&GateNow>, now: Instant) -> GateLine {
    let (text, tone) = match gate.standing(now) {
        Standing::AtWork => ("At work", "good"),
        Standing::Behind => ("Cannot learn of changes", "bad"),
        Standing::Away => ("Not heard of", "warn"),
        Standing::Stopped => ("Stopped", "neutral"),
    };
    GateLine {
        host: gate.host.clone(),
        address: gate.address.clone(),
        is_this: own.is_some_and(|own| own.run == gate.run),
        is_alone: gate.is_alone,
        standing: Tag { text, tone },
        version: gate.version.clone(),
        started: gate.started_at.to_rfc3339(),
        heard: gate.heard_at.to_rfc3339(),
        age_seconds: gate.learned_at.map(|learned_at| (gate.heard_at - learned_at).num_seconds()),
        keys: gate.keys,
        datasets: gate.datasets,
        counting: gate.counting.as_str(),
        counting_number: gate.counting.number(),
    }
}
