//! `accord gate`: runs a gate alone, says within which bounds it works, or shows what a running one does.

use std::time::Duration;

use accord::app::{self, Base};
use accord::config::Settings;
use accord::gate::meter::MeterBounds;
use accord::gate::{ASKED_AGAIN, GateOptions};
use accord::telemetry;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;

use super::{Done, Place, Ports, print, settings, top, with_ports};

/// Options of `gate`.
#[derive(Args)]
pub(crate) struct Gate {
    /// The gate's port; 0 for any free one.
    #[arg(long)]
    port: Option<u16>,
    /// Prints the bounds within which it works, each with the setting that changes it, and ends.
    #[arg(long)]
    explain: bool,
    #[command(subcommand)]
    asked: Option<Asked>,
}

#[derive(Subcommand)]
enum Asked {
    /// Shows what a running gate does: rates, outcomes, times, the busiest keys.
    Top(top::Top),
}

pub(crate) fn gate(place: &Place, gate: &Gate) -> Done {
    let ports = Ports { portal_port: None, gate_port: gate.port };
    let settings = with_ports(settings(place)?, &ports);
    if gate.explain {
        return print(explained(&settings));
    }
    if let Some(Asked::Top(top)) = &gate.asked {
        return app::block_on(top::show(top, &settings));
    }
    telemetry::start(&settings.log);
    let base = Base::open_existing(settings, &place.data)?;
    app::block_on(app::gate_alone(base, |address| {
        print(format!("gate    {address}")).map_err(|error| error.to_string())
    }))?;
    Ok(())
}

const TOKENS: &str = "gate.token_seconds";

/// What holds, how much of it, and the setting that changes it; empty where none does.
type Bound = (&'static str, String, &'static str);

fn explained(settings: &Settings) -> String {
    let sections = [
        ("How long until a suspension reaches every gate", suspension(settings)),
        ("Without the store", without_the_store(settings)),
        ("Limits of several gates", together(settings)),
        ("What a kill -9 loses", lost(settings)),
        ("How long things may take", times(settings)),
        ("How large things may be", sizes(settings)),
        ("Who may watch", watching(settings)),
    ];
    let mut text = String::new();
    for (title, bounds) in sections {
        text += &format!("{title}\n");
        for (what, how_much, setting) in bounds {
            let setting = if setting.is_empty() { "fixed" } else { setting };
            text += &format!("  {what:<58} {how_much:<28} {setting}\n");
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn ms(number: u64) -> String {
    format!("{number} ms")
}

fn seconds(number: u64) -> String {
    format!("{number} s")
}

fn span(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        ms(span.as_millis().try_into().unwrap_or(u64::MAX))
    } else {
        seconds(span.as_secs())
    }
}

fn suspension(settings: &Settings) -> Vec<Bound> {
    let url = settings.database.url.expose_secret();
    let told = if url.starts_with("postgres") { "as it is committed" } else { "as below" };
    vec![
        ("the gate in the portal's own process, before the answer", "at once".to_owned(), ""),
        ("other gates on the same store, told by PostgreSQL", told.to_owned(), "database.url"),
        ("other gates that are not told: one look and its reading", ms(settings.gate.poll_ms), "gate.poll_ms"),
        ("an answer under way is cut, once the gate knows", span(ASKED_AGAIN), ""),
        ("a service that checks tokens itself, without asking", seconds(settings.gate.token_seconds.into()), TOKENS),
    ]
}

fn without_the_store(settings: &Settings) -> Vec<Bound> {
    let stale = settings.gate.stale_seconds;
    let bounds = MeterBounds::default();
    vec![
        ("tiers 0 and 1 are served", "on and on".to_owned(), ""),
        ("tiers 2 and 3 are served, then refused", seconds(stale), "gate.stale_seconds"),
        ("usage is kept, different counters for each worker", bounds.counts.to_string(), ""),
        ("lines of the access log are kept for each worker", bounds.samples.to_string(), ""),
    ]
}

fn together(settings: &Settings) -> Vec<Bound> {
    let limits = &settings.limits;
    if limits.url.expose_secret().is_empty() {
        return vec![("limits are counted", "by each gate for itself".to_owned(), "limits.url")];
    }
    vec![
        ("gates compare what was used", format!("every {}", ms(limits.round_ms)), "limits.round_ms"),
        ("a rate, over any long time, for all gates", "exactly as agreed".to_owned(), ""),
        (
            "calls let through too early, paid back by waiting",
            format!("those of {}", ms(limits.round_ms)),
            "limits.round_ms",
        ),
        (
            "the ledger away: each gate uses, of each limit",
            format!("1/{} or as last seen", limits.gates),
            "limits.gates",
        ),
    ]
}

fn lost(settings: &Settings) -> Vec<Bound> {
    let shared = if settings.limits.url.expose_secret().is_empty() {
        "start anew".to_owned()
    } else {
        format!("{} ms of them", settings.limits.round_ms)
    };
    vec![
        ("usage, access log and used quota", format!("at most {} ms", settings.gate.flush_ms), "gate.flush_ms"),
        ("rates (calls in a minute and the like)", shared, "limits.url, limits.round_ms"),
        ("grants, keys, agreements, suspensions", "nothing".to_owned(), ""),
    ]
}

fn times(settings: &Settings) -> Vec<Bound> {
    let gate = &settings.gate;
    vec![
        ("the head of a request", seconds(gate.head_seconds), "gate.head_seconds"),
        ("the body of a request", seconds(gate.body_seconds), "gate.body_seconds"),
        ("a connection to a dataset's service", seconds(gate.connect_seconds), "gate.connect_seconds"),
        (
            "its head, and each piece; a steward may set another",
            ms(gate.upstream_wait_ms.into()),
            "gate.upstream_wait_ms",
        ),
        ("a whole answer that is no stream", seconds(gate.answer_seconds), "gate.answer_seconds"),
        ("a client that does not take its answer", span(GateOptions::default().taking_deadline), ""),
        ("a connection at rest", seconds(gate.keep_alive_seconds), "gate.keep_alive_seconds"),
        ("requests in flight after SIGTERM", seconds(settings.server.drain_seconds), "server.drain_seconds"),
    ]
}

fn sizes(settings: &Settings) -> Vec<Bound> {
    let server = &settings.server;
    let connections = GateOptions::default().connections_max;
    vec![
        ("headers of a request", server.headers_max.to_string(), "server.headers_max"),
        ("their size together", format!("{} KiB", server.headers_kib), "server.headers_kib"),
        ("the body of a request", format!("{} KiB", settings.gate.body_kib), "gate.body_kib"),
        (
            "calls that wait for one dataset's service at once",
            settings.gate.upstream_calls_max.to_string(),
            "gate.upstream_calls_max",
        ),
        ("an answer", "as its steward says".to_owned(), "the dataset's feed, in the portal"),
        ("connections of clients, all workers together", connections.to_string(), ""),
    ]
}

fn watching(settings: &Settings) -> Vec<Bound> {
    let networks = &settings.network.metrics_networks;
    let networks: Vec<String> = networks.networks().iter().map(ToString::to_string).collect();
    let networks = if networks.is_empty() { "nobody".to_owned() } else { networks.join(", ") };
    let on = |is_on: bool| if is_on { "on".to_owned() } else { "off".to_owned() };
    let traces = if settings.log.otlp_url.is_empty() {
        "off".to_owned()
    } else {
        format!("{} % and sampled ones", settings.log.otlp_percent)
    };
    vec![
        ("metrics and the busiest keys", networks, "network.metrics_networks"),
        ("a line for each call", on(settings.gate.access_lines), "gate.access_lines"),
        ("traces", traces, "log.otlp_url, log.otlp_percent"),
    ]
}
