//! `accord gate top`: what a running gate does, from its metrics, once a second. Plain text, so that it works in a pipe;
//! a terminal is cleared between two tables.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use accord::app;
use accord::clock::Clock;
use accord::config::Settings;
use clap::Args;
use serde::Deserialize;
use tokio::time::{MissedTickBehavior, interval};

use super::Done;

/// The time between two tables.
const PAUSE: Duration = Duration::from_secs(1);
/// What a terminal is cleared with.
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Options of `gate top`.
#[derive(Args)]
pub(crate) struct Top {
    /// The gate's address; the one of the settings where none is given.
    url: Option<String>,
    /// Prints one table, of one second, and ends.
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Deserialize)]
struct Keys {
    seconds: f64,
    keys: Vec<Busy>,
}

#[derive(Debug, Deserialize)]
struct Busy {
    key: String,
    agreement: Option<String>,
    ok: f64,
    refused: f64,
}

/// Shows tables until it is stopped, or one.
pub(crate) async fn show(top: &Top, settings: &Settings) -> Done {
    let gate = top.url.clone().unwrap_or_else(|| own_address(settings));
    let gate = gate.trim_end_matches('/');
    let clock = Clock::system();
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pause.tick().await;
    let mut before = Figures::ask(gate, &clock).await?;
    loop {
        pause.tick().await;
        let text = match table(gate, &clock, &mut before).await {
            Err(error) if !top.once => format!("{error}\n"),
            text => text?,
        };
        let mut out = std::io::stdout().lock();
        let clear = if out.is_terminal() && !top.once { CLEAR } else { "" };
        writeln!(out, "{clear}{text}")?;
        out.flush()?;
        if top.once {
            return Ok(());
        }
    }
}

/// Where the gate of these settings is asked from this machine.
fn own_address(settings: &Settings) -> String {
    let mut address = settings.gate.listen;
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    format!("http://{address}")
}

async fn table(gate: &str, clock: &Clock, before: &mut Figures) -> Result<String, Box<dyn Error>> {
    let now = Figures::ask(gate, clock).await?;
    let keys: Keys = serde_json::from_str(&app::get_text(&format!("{gate}/v1/gate/top")).await?)?;
    let text = written(gate, before, &now, &keys)?;
    *before = now;
    Ok(text)
}

/// A name and its labels, as they stand in the text.
type Name = (String, BTreeMap<String, String>);

/// The figures of one moment.
#[derive(Debug, Default)]
struct Figures {
    at_ms: i64,
    values: BTreeMap<Name, f64>,
}

impl Figures {
    async fn ask(gate: &str, clock: &Clock) -> Result<Self, Box<dyn Error>> {
        let text = app::get_text(&format!("{gate}/metrics")).await?;
        Ok(Self { at_ms: clock.now().timestamp_millis(), values: read(&text) })
    }

    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.values.get(&(name.to_owned(), labels)).copied().unwrap_or_default()
    }

    /// The figures of one name.
    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Name, f64)> {
        self.values.iter().filter(move |((found, _), _)| found == name).map(|(name, value)| (name, *value))
    }

    /// The sum of the figures of one name.
    fn sum(&self, name: &str) -> f64 {
        self.of(name).map(|(_, value)| value).sum()
    }

    /// How much a counter grew; a gate that began anew counts from zero.
    fn grown(&self, before: &Self, name: &Name) -> f64 {
        let (now, then) = (self.values.get(name).copied(), before.values.get(name).copied());
        let (now, then) = (now.unwrap_or_default(), then.unwrap_or_default());
        if now < then { now } else { now - then }
    }
}

/// Reads the lines `name{label="value"} number` of OpenMetrics text; what is of another form is left out. No value of the
/// gate's labels holds a comma or a quote.
fn read(text: &str) -> BTreeMap<Name, f64> {
    let line = |line: &str| {
        let (name, value) = line.rsplit_once(' ')?;
        let (name, labels) = name.strip_suffix('}').and_then(|name| name.split_once('{')).unwrap_or((name, ""));
        let labels = labels.split(',').filter_map(|label| label.split_once('='));
        let labels = labels.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()));
        Some(((name.to_owned(), labels.collect()), value.parse().ok()?))
    };
    text.lines().filter(|text| !text.starts_with('#')).filter_map(line).collect()
}

fn written(gate: &str, before: &Figures, now: &Figures, keys: &Keys) -> Result<String, std::fmt::Error> {
    let seconds = Duration::from_millis(u64::try_from(now.at_ms - before.at_ms).unwrap_or(1).max(1)).as_secs_f64();
    let mut text = String::new();
    head(&mut text, gate, now)?;
    calls(&mut text, (before, now), seconds)?;
    times(&mut text, (before, now), seconds)?;
    busiest(&mut text, keys)?;
    Ok(text)
}

fn head(text: &mut String, gate: &str, now: &Figures) -> std::fmt::Result {
    let figure = |name: &str| now.value(name, &[]);
    let upstream = |state: &str| now.value("accord_gate_upstream_connections", &[("state", state)]);
    let stale = if figure("accord_gate_picture_stale") > 0.0 { " (stale)" } else { "" };
    let limits = now.of("accord_gate_limits_shared").next();
    let limits = limits.and_then(|((_, labels), of)| Some(format!("{}/{of}", labels.get("counting")?)));
    writeln!(
        text,
        "{gate}   picture {:.1} s old{stale}   keys {}   limits {}",
        figure("accord_gate_picture_age_seconds"),
        figure("accord_gate_keys"),
        limits.unwrap_or_default()
    )?;
    writeln!(
        text,
        "connections {}   upstreams: open {}, at rest {}, waiting {}, left alone {}   dropped {}   batches owed {}",
        figure("accord_gate_connections"),
        upstream("open"),
        upstream("rested"),
        upstream("waiting"),
        figure("accord_gate_upstreams_left_alone"),
        now.sum("accord_gate_meter_dropped_total"),
        figure("accord_gate_usage_batches_owed")
    )?;
    Ok(())
}

fn calls(text: &mut String, (before, now): (&Figures, &Figures), seconds: f64) -> std::fmt::Result {
    writeln!(text, "\n{:<14} {:<20} {:>10} {:>14}", "door", "outcome", "calls/s", "calls")?;
    for (name, all) in now.of("accord_gate_requests_total") {
        let label = |label: &str| name.1.get(label).map_or("", String::as_str);
        let rate = now.grown(before, name) / seconds;
        writeln!(text, "{:<14} {:<20} {rate:>10.1} {all:>14}", label("door"), label("outcome"))?;
    }
    Ok(())
}

fn times(text: &mut String, (before, now): (&Figures, &Figures), seconds: f64) -> std::fmt::Result {
    writeln!(text, "\n{:<14} {:>10} {:>10} {:>10} {:>10}", "door", "calls/s", "p50", "p99", "KiB/s")?;
    for (name, _) in now.of("accord_gate_request_duration_seconds_count") {
        let door = name.1.get("door").map_or("", String::as_str);
        let calls = now.grown(before, name);
        let bytes = ("accord_gate_answered_bytes_total".to_owned(), name.1.clone());
        let classes: Vec<(f64, f64)> = now
            .of("accord_gate_request_duration_seconds_bucket")
            .filter(|((_, labels), _)| labels.get("door").is_some_and(|found| found == door))
            .map(|(name, _)| (name.1.get("le").map_or(f64::INFINITY, |le| bound(le)), now.grown(before, name)))
            .collect();
        let [p50, p99] = [0.5, 0.99].map(|share| shown(quantile(&classes, share)));
        let kib = now.grown(before, &bytes) / 1024.0 / seconds;
        writeln!(text, "{door:<14} {:>10.1} {p50:>10} {p99:>10} {kib:>10.1}", calls / seconds)?;
    }
    Ok(())
}

fn bound(text: &str) -> f64 {
    text.parse().unwrap_or(f64::INFINITY)
}

/// The time within which a share of the calls were answered: within its class by how far the class is filled. None
/// without calls; infinity in the last class.
fn quantile(classes: &[(f64, f64)], share: f64) -> Option<f64> {
    let mut classes = classes.to_vec();
    classes.sort_by(|one, two| one.0.total_cmp(&two.0));
    let all = classes.last().map(|(_, calls)| *calls).filter(|calls| *calls > 0.0)?;
    let wanted = all * share;
    let (mut from, mut below) = (0.0, 0.0);
    for (to, up_to) in classes {
        if up_to >= wanted {
            let is_last = to.is_infinite();
            return Some(if is_last { to } else { from + (to - from) * (wanted - below) / (up_to - below) });
        }
        (from, below) = (to, up_to);
    }
    None
}

fn shown(seconds: Option<f64>) -> String {
    match seconds {
        None => "-".to_owned(),
        Some(seconds) if seconds.is_infinite() => "> 10 s".to_owned(),
        Some(seconds) if seconds >= 1.0 => format!("{seconds:.2} s"),
        Some(seconds) => format!("{:.2} ms", seconds * 1_000.0),
    }
}

fn busiest(text: &mut String, keys: &Keys) -> std::fmt::Result {
    writeln!(text, "\n{:<38} {:<38} {:>8} {:>10}", "key (last minute)", "agreement", "ok/s", "refused/s")?;
    for busy in &keys.keys {
        let agreement = busy.agreement.as_deref().unwrap_or_default();
        let (ok, refused) = (busy.ok / keys.seconds, busy.refused / keys.seconds);
        writeln!(text, "{:<38} {agreement:<38} {ok:>8.2} {refused:>10.2}", busy.key)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# TYPE accord_gate_requests counter\n\
        accord_gate_requests_total{door=\"gateway\",outcome=\"ok\"} 10\n\
        accord_gate_request_duration_seconds_count{door=\"gateway\"} 10\n\
        accord_gate_request_duration_seconds_bucket{le=\"0.001\",door=\"gateway\"} 10\n\
        accord_gate_request_duration_seconds_bucket{le=\"0.01\",door=\"gateway\"} 10\n\
        accord_gate_request_duration_seconds_bucket{le=\"+Inf\",door=\"gateway\"} 10\n# EOF\n";

    #[test]
    fn a_table_shows_what_grew_between_two_moments() {
        let after = BEFORE
            .replace("ok\"} 10", "ok\"} 30")
            .replace("0.01\",door=\"gateway\"} 10", "0.01\",door=\"gateway\"} 30");
        let after = after.replace("+Inf\",door=\"gateway\"} 10", "+Inf\",door=\"gateway\"} 30");
        let after = after.replace("count{door=\"gateway\"} 10", "count{door=\"gateway\"} 30");
        let (before, now) =
            (Figures { at_ms: 0, values: read(BEFORE) }, Figures { at_ms: 2_000, values: read(&after) });
        let keys =
            Keys { seconds: 60.0, keys: vec![Busy { key: "k".into(), agreement: None, ok: 60.0, refused: 6.0 }] };
        let text = written("http://gate", &before, &now, &keys).unwrap();
        let row = |start: &str| -> Vec<&str> {
            text.lines().rfind(|line| line.starts_with(start)).unwrap().split_whitespace().collect()
        };
        assert!(text.contains("gateway        ok                         10.0             30"), "{text}");
        assert_eq!(row("gateway")[1..], ["10.0", "5.50", "ms", "9.91", "ms", "0.0"]);
        assert_eq!(row("k ")[1..], ["1.00", "0.10"]);
    }

    #[test]
    fn a_gate_that_began_anew_counts_from_zero_and_no_calls_have_no_times() {
        let (before, now) = (Figures { at_ms: 0, values: read(BEFORE) }, Figures::default());
        let name = before.values.keys().next().unwrap();
        assert!(before.grown(&now, name) > 9.0 && now.grown(&before, name) < 1.0);
        assert_eq!(quantile(&[(0.1, 0.0), (f64::INFINITY, 0.0)], 0.5), None);
        assert_eq!(quantile(&[(0.1, 1.0), (f64::INFINITY, 4.0)], 0.99), Some(f64::INFINITY));
        assert_eq!([shown(None), shown(Some(2.5)), shown(Some(0.0005))], ["-", "2.50 s", "0.50 ms"]);
    }
}
