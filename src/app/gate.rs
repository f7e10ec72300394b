//! Puts a gate together: its picture, its meter, its feed, its listener. The same for `serve`, `demo` and `gate` alone.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::JoinHandle;
use url::Url;

use super::base::{Base, StartError};
use super::kill::DeskSwitch;
use super::run::{head_bounds, upstream_networks};
use crate::cases::catalogue::credential_place;
use crate::cases::health::GateNow;
use crate::cases::secrets::{REDACTION, Secrets};
use crate::cases::tokens::key_place;
use crate::cases::{Desk, GrantSink};
use crate::domain::id::DatasetId;
use crate::feed::grants::{GrantFeed, Opener};
use crate::feed::limits::{LedgerSetup, LimitsFeed};
use crate::feed::presence::{Itself, PresenceFeed};
use crate::feed::usage::UsageFeed;
use crate::gate::clock::GateClock;
use crate::gate::grants::{GrantRules, Grants};
use crate::gate::meter::{Meter, MeterBounds};
use crate::gate::redact::RedactionKey;
use crate::gate::telling::Telling;
use crate::gate::trace::Tracing;
use crate::gate::verify::KillSwitch;
use crate::gate::{self, GateOptions, GateShared, serve};
use crate::jobs::Stop;

/// A gate in this process, not yet listening.
pub(super) struct Gate {
    shared: GateShared,
    grants: Arc<GrantFeed>,
    usage: Arc<UsageFeed>,
    presence: Arc<PresenceFeed>,
    /// This run, under which it is known in the store.
    run: String,
    /// Counts limits with other gates, where a ledger for it is set up.
    limits: Option<Arc<LimitsFeed>>,
    switch: Arc<DeskSwitch>,
}

/// A gate that listens.
pub(super) struct RunningGate {
    /// Runs until stopped.
    pub(super) server: gate::GateServer,
    /// The feed's clocks.
    pub(super) clocks: Vec<JoinHandle<()>>,
    /// Writes what was counted last; call it after the server stopped.
    pub(super) finish: Finish,
}

/// What is written last.
pub(super) struct Finish(Arc<UsageFeed>, Arc<PresenceFeed>);

impl Finish {
    /// Writes what is still in the meter, and that the gate stopped.
    pub(super) fn flush(&self) {
        if let Err(error) = self.0.finish() {
            tracing::error!(%error, "the last usage could not be written");
        }
        if let Err(error) = self.1.end() {
            tracing::warn!(%error, "that the gate stopped could not be written");
        }
    }
}

/// Opens what cases sealed.
struct Opening(Arc<Secrets>);

impl Opener for Opening {
    fn credential(&self, dataset: DatasetId, sealed: &str) -> Option<SecretString> {
        self.0.open(&credential_place(dataset), sealed).ok()
    }

    fn token_key(&self, kid: &str, sealed: &str) -> Option<SecretString> {
        self.0.open(&key_place(kid), sealed).ok()
    }
}

impl Gate {
    /// Puts the parts together, for a gate at this address from outside; nothing is read yet. `is_alone` says that no
    /// portal runs beside it.
    ///
    /// # Errors
    /// A ledger's address that is none.
    pub(super) fn new(base: &Base, address: &Url, is_alone: bool) -> Result<Self, StartError> {
        let clock = base.clock.clone();
        let switch = Arc::new(DeskSwitch::default());
        let rules = GrantRules {
            key_prefix: base.profile.key_prefix.as_str().to_owned(),
            stale_after: Duration::from_secs(base.settings.gate.stale_seconds),
        };
        let kill_switch: Arc<dyn KillSwitch> = switch.clone();
        let meter = Meter::new(MeterBounds::default());
        let meter = if base.settings.gate.access_lines { meter.keeping_lines() } else { meter };
        let shared = GateShared::new(
            options(base, address),
            Grants::new(rules),
            meter,
            GateClock::new(Arc::new(move || clock.now())),
            kill_switch,
        );
        let zone = base.profile.zone;
        let opener = Arc::new(Opening(Arc::clone(&base.secrets)));
        let grants = GrantFeed::new(base.store.clone(), shared.clone(), zone, opener);
        let ids = base.quiet_desk();
        let new_id = Arc::new(move |now| ids.new_id::<()>(now).uuid());
        let usage = UsageFeed::new(base.store.clone(), shared.clone(), zone, new_id);
        let owing = usage.owing();
        shared.tell_also(Arc::new(move || vec![owing.read()]));
        let limits = limits(base, &shared)?.map(Arc::new);
        let of = itself(base, address, is_alone);
        let run = of.run.clone();
        let presence = Arc::new(PresenceFeed::new(base.store.clone(), shared.clone(), of));
        Ok(Self { shared, grants: Arc::new(grants), usage: Arc::new(usage), presence, run, limits, switch })
    }

    /// What the page of the system shows of this gate.
    pub(super) fn watch(&self) -> impl Fn() -> GateNow + Send + Sync + 'static {
        let (shared, run) = (self.shared.clone(), self.run.clone());
        move || {
            let (counts, now) = (shared.grants().counts(), shared.now());
            let age = shared.grants().age(now.ticks);
            GateNow {
                run: run.clone(),
                keys: counts.keys,
                datasets: counts.datasets,
                learned_at: age.and_then(|age| chrono::Duration::from_std(age).ok()).map(|age| now.utc - age),
                stale_after_seconds: shared.grants().rules().stale_after.as_secs(),
            }
        }
    }

    /// Who must be told of changed grants.
    pub(super) fn sink(&self) -> Arc<dyn GrantSink> {
        self.grants.clone()
    }

    /// Reads every grant and the quotas used so far, then listens.
    ///
    /// # Errors
    /// When the store cannot be read or the listener cannot be used.
    pub(super) fn start(
        self,
        base: &Base,
        desk: &Desk,
        listener: &TcpListener,
        stop: &Stop,
    ) -> Result<RunningGate, StartError> {
        self.switch.join(desk.clone());
        self.grants.load()?;
        self.usage.restore()?;
        if let Some(limits) = &self.limits {
            limits.round();
        }
        let server = serve(listener, &self.shared).map_err(|error| StartError::Setup(error.to_string()))?;
        let poll = Duration::from_millis(base.settings.gate.poll_ms);
        let flush = Duration::from_millis(base.settings.gate.flush_ms);
        let (mut grants_stop, mut hearing_stop, mut usage_stop) = (stop.clone(), stop.clone(), stop.clone());
        let mut presence_stop = stop.clone();
        let usage = Arc::clone(&self.usage);
        let mut clocks = vec![
            tokio::spawn(Arc::clone(&self.grants).listen(async move { hearing_stop.wait().await })),
            tokio::spawn(self.grants.run(poll, async move { grants_stop.wait().await })),
            tokio::spawn(usage.run(flush, async move { usage_stop.wait().await })),
            tokio::spawn(Arc::clone(&self.presence).run(async move { presence_stop.wait().await })),
        ];
        if let Some(telling) = telling(base, &self.shared)? {
            let mut telling_stop = stop.clone();
            clocks.push(tokio::spawn(telling.run(async move { telling_stop.wait().await })));
        }
        if let Some(limits) = self.limits {
            let (mut rounds_stop, mut listen_stop) = (stop.clone(), stop.clone());
            clocks.push(tokio::spawn(Arc::clone(&limits).run(async move { rounds_stop.wait().await })));
            clocks.push(tokio::spawn(limits.listen(async move { listen_stop.wait().await })));
        }
        Ok(RunningGate { server, clocks, finish: Finish(self.usage, self.presence) })
    }
}

/// Which gate this is, for who looks after all of them.
fn itself(base: &Base, address: &Url, is_alone: bool) -> Itself {
    Itself {
        run: base.quiet_desk().new_id::<()>(base.clock.now()).uuid().to_string(),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        address: address.as_str().trim_end_matches('/').to_owned(),
        version: env!("CARGO_PKG_VERSION"),
        is_alone,
    }
}

fn limits(base: &Base, shared: &GateShared) -> Result<Option<LimitsFeed>, StartError> {
    let settings = &base.settings.limits;
    if settings.url.expose_secret().is_empty() {
        return Ok(None);
    }
    let setup = LedgerSetup {
        url: settings.url.clone(),
        name: settings.name.clone(),
        gates: settings.gates,
        pause: Duration::from_millis(settings.round_ms),
    };
    let id = base.quiet_desk().new_id::<()>(shared.now().utc).uuid().to_string();
    LimitsFeed::new(shared.clone(), setup, id).map(Some).map_err(|why| StartError::Setup(format!("limits.url: {why}")))
}

/// Who tells finished calls outside, if somebody wants to know.
fn telling(base: &Base, shared: &GateShared) -> Result<Option<Telling>, StartError> {
    let (lines, collector) = (base.settings.gate.access_lines, &base.settings.log.otlp_url);
    let mut telling = Telling::new(shared.clone());
    if lines {
        telling = telling.with_lines(Arc::new(Mutex::new(std::io::stdout())));
    }
    if !collector.is_empty() {
        let wrong = |why| StartError::Setup(format!("log.otlp_url: {why}"));
        telling = telling.with_collector(collector).map_err(wrong)?;
    }
    Ok((lines || !collector.is_empty()).then_some(telling))
}

fn options(base: &Base, address: &Url) -> GateOptions {
    let settings = &base.settings;
    let default = GateOptions::default();
    GateOptions {
        realm: base.profile.city.as_str().to_lowercase(),
        issuer: address.as_str().trim_end_matches('/').to_owned(),
        token_seconds: settings.gate.token_seconds,
        zone: base.profile.zone,
        trusted_proxies: settings.network.trusted_proxies.clone(),
        upstream_networks: upstream_networks(settings),
        redaction_key: RedactionKey::new(base.secrets.derived(REDACTION)),
        connect_timeout: Duration::from_secs(settings.gate.connect_seconds),
        upstream_calls_max: settings.gate.upstream_calls_max,
        request_body_max_bytes: settings.gate.body_kib.saturating_mul(1024),
        request_body_deadline: Duration::from_secs(settings.gate.body_seconds),
        answer_deadline: Duration::from_secs(settings.gate.answer_seconds),
        request_head_deadline: Duration::from_secs(settings.gate.head_seconds),
        keep_alive: Duration::from_secs(settings.gate.keep_alive_seconds),
        head_bounds: head_bounds(settings),
        workers: if settings.server.workers == 0 { default.workers } else { settings.server.workers },
        metrics_networks: settings.network.metrics_networks.clone(),
        tracing: (!settings.log.otlp_url.is_empty()).then_some(Tracing { percent: settings.log.otlp_percent }),
        shutdown_seconds: settings.server.drain_seconds,
        ..default
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::domain::net::HeadBounds;

    #[test]
    fn every_setting_of_the_gate_reaches_it() {
        let folder = std::env::temp_dir().join(format!("accord-gate-options-{}", std::process::id()));
        let set = [
            ("GATE__CONNECT_SECONDS", "11"),
            ("GATE__UPSTREAM_CALLS_MAX", "1100"),
            ("GATE__BODY_KIB", "12"),
            ("GATE__BODY_SECONDS", "13"),
            ("GATE__ANSWER_SECONDS", "14"),
            ("GATE__HEAD_SECONDS", "15"),
            ("GATE__KEEP_ALIVE_SECONDS", "16"),
            ("SERVER__HEADERS_MAX", "17"),
            ("SERVER__HEADERS_KIB", "18"),
            ("SERVER__DRAIN_SECONDS", "19"),
            ("SERVER__WORKERS", "3"),
            ("ACCOUNTS__LOGIN_WAITS", "1:21"),
            ("GATE__UPSTREAM_WAIT_MS", "2200"),
            ("NETWORK__METRICS_NETWORKS", "10.1.0.0/16"),
            ("LOG__OTLP_URL", "http://127.0.0.1:4318"),
            ("LOG__OTLP_PERCENT", "20"),
            ("GATE__TOKEN_SECONDS", "120"),
            ("GATE__TOKEN_KEY_DAYS", "7"),
        ];
        let environment = set.map(|(name, value)| (format!("ACCORD_{name}"), value.to_owned()));
        let base = Base::open(Settings::load(None, environment).unwrap(), &folder).unwrap();
        let options = options(&base, &"https://gate.city.example/".parse().unwrap());
        let seconds = Duration::from_secs;
        assert_eq!((options.connect_timeout, options.upstream_calls_max), (seconds(11), 1_100));
        assert_eq!(options.request_body_max_bytes, 12 * 1024);
        assert_eq!(options.request_body_deadline, seconds(13));
        assert_eq!(options.answer_deadline, seconds(14));
        assert_eq!(options.request_head_deadline, seconds(15));
        assert_eq!(options.keep_alive, seconds(16));
        assert_eq!(options.head_bounds, HeadBounds { headers_max: 17, bytes_max: 18 * 1024 });
        assert_eq!((options.shutdown_seconds, options.workers), (19, 3));
        assert_eq!(options.metrics_networks.networks().len(), 1);
        assert_eq!(options.tracing, Some(Tracing { percent: 20 }));
        assert_eq!(base.quiet_desk().options.delays.wait_after(1), chrono::Duration::seconds(21));
        assert_eq!(base.quiet_desk().options.upstream_wait_ms, 2_200);
        assert_eq!((options.issuer.as_str(), options.token_seconds), ("https://gate.city.example", 120));
        assert_eq!(base.quiet_desk().options.token_key_days, 7);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
