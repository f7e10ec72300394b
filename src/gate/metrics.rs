//! What the gate tells who watches it: `GET /metrics` in OpenMetrics text, and `GET /v1/gate/top`, the keys that are used
//! most. Answers peers in the networks for it by their own address; to all others, and through proxies, these addresses do
//! not exist. What the workers counted is summed here, so that counting costs them nothing shared.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, StatusCode};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::{Registry, Unit};
use serde::Serialize;

use super::answer::{self, Answer, Fault};
use super::call::Call;
use super::is_read;
use super::limiter::Counting;
use super::meter::{Busy, CLASSES_US, LATELY_SECONDS, Tally};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
/// Keys that are told.
const KEYS_TOLD: usize = 20;

/// No labels.
type Nothing = [(&'static str, &'static str); 0];

/// A figure of another part, told with the gate's own.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// How much.
    pub value: u64,
}

/// Where such figures come from.
pub type Source = Arc<dyn Fn() -> Vec<Reading> + Send + Sync>;

/// Whether the other end may watch. Who asks through a proxy may not, even where the proxy itself might.
pub(super) fn is_open_to(call: &Call, headers: &HeaderMap) -> bool {
    let is_direct = !headers.contains_key(FORWARDED_FOR) && !headers.contains_key(FORWARDED);
    is_direct && call.worker.shared.options().metrics_networks.contains(call.peer)
}

/// What others are told.
pub(super) fn not_here(call: &Call) -> Answer {
    let fault = Fault {
        status: 404,
        code: "not_found",
        title: "Not found",
        detail: "There is nothing at this address.".to_owned(),
        next: "Check the address.",
    };
    answer::faulty(call, &fault)
}

/// Answers `GET /metrics`.
pub(super) fn metrics(call: &Call, request: &Request<Incoming>) -> Answer {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Figures::of(call)));
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => answer::of_type(call, StatusCode::OK, OPEN_METRICS, text.into_bytes()),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be written");
            answer::with_status(StatusCode::INTERNAL_SERVER_ERROR, super::body::AnswerBody::whole(""))
        }
    }
}

#[derive(Serialize)]
struct Top {
    seconds: i64,
    keys: Vec<Busy>,
}

/// Answers `GET /v1/gate/top`.
pub(super) fn top(call: &Call, request: &Request<Incoming>) -> Answer {
    if !is_read(request) {
        return answer::wrong_method(call, "GET, HEAD");
    }
    let keys = call.worker.shared.meter().busiest(call.now.utc, KEYS_TOLD);
    answer::json(call, StatusCode::OK, &Top { seconds: LATELY_SECONDS, keys })
}

/// Everything that is told, as of one moment.
#[derive(Debug)]
struct Figures {
    tally: Tally,
    age: Option<Duration>,
    is_stale: bool,
    is_draining: bool,
    keys: usize,
    agreements: usize,
    datasets: usize,
    counting: Counting,
    readings: Vec<Reading>,
}

impl Figures {
    fn of(call: &Call) -> Self {
        let shared = &call.worker.shared;
        let grants = shared.grants();
        let counts = grants.counts();
        let sources: Vec<Source> = shared.sources().clone();
        Self {
            tally: shared.meter().tally(),
            age: grants.age(call.now.ticks),
            is_stale: grants.is_stale(call.now.ticks),
            is_draining: shared.readiness().is_draining,
            keys: counts.keys,
            agreements: counts.agreements,
            datasets: counts.datasets,
            counting: grants.joint().counting(),
            readings: sources.iter().flat_map(|source| source()).collect(),
        }
    }

    fn doors(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Calls answered, by door and outcome.";
        let mut metric = encoder.encode_descriptor("accord_gate_requests", help, None, MetricType::Counter)?;
        for (door, tally) in self.tally.doors() {
            for (outcome, count) in tally.outcomes() {
                let labels = [("door", door.as_str()), ("outcome", outcome.as_str())];
                metric.encode_family(&labels)?.encode_counter(&count, NONE)?;
            }
        }
        let (name, help) = ("accord_gate_request_duration", "Time from request to the end of the answer, by door.");
        let mut metric = encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
        let bounds = CLASSES_US.into_iter().map(|bound| Duration::from_micros(bound).as_secs_f64());
        let bounds: Vec<f64> = bounds.chain([f64::INFINITY]).collect();
        for (door, tally) in self.tally.doors().filter(|(_, tally)| tally.calls() > 0) {
            let classes: Vec<(f64, u64)> = bounds.iter().copied().zip(tally.classes).collect();
            let sum = Duration::from_micros(tally.latency_us).as_secs_f64();
            let labels = [("door", door.as_str())];
            metric.encode_family(&labels)?.encode_histogram::<Nothing>(sum, tally.calls(), &classes, None)?;
        }
        let (name, help) = ("accord_gate_answered", "Bytes of the bodies answered, by door.");
        let mut metric = encoder.encode_descriptor(name, help, Some(&Unit::Bytes), MetricType::Counter)?;
        for (door, tally) in self.tally.doors().filter(|(_, tally)| tally.calls() > 0) {
            metric.encode_family(&[("door", door.as_str())])?.encode_counter(&tally.bytes, NONE)?;
        }
        Ok(())
    }

    fn stands(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let levels = self.tally.levels;
        gauge(encoder, "accord_gate_connections", "Connections of clients.", &levels.connections)?;
        let help = "Connections to upstreams: open, of these at rest, and calls that wait for one.";
        let mut metric =
            encoder.encode_descriptor("accord_gate_upstream_connections", help, None, MetricType::Gauge)?;
        for (state, count) in
            [("open", levels.upstream_open), ("rested", levels.upstream_rested), ("waiting", levels.upstream_waiting)]
        {
            metric.encode_family(&[("state", state)])?.encode_gauge(&count)?;
        }
        let help = "Upstreams that a worker leaves alone for a moment, after failures in a row.";
        gauge(encoder, "accord_gate_upstreams_left_alone", help, &levels.upstreams_alone)?;
        let dropped = self.tally.dropped;
        let help = "What the meter had no room for.";
        let mut metric = encoder.encode_descriptor("accord_gate_meter_dropped", help, None, MetricType::Counter)?;
        for (what, count) in [
            ("calls", dropped.calls),
            ("samples", dropped.samples),
            ("notices", dropped.notices),
            ("lines", dropped.lines),
        ] {
            metric.encode_family(&[("what", what)])?.encode_counter(&count, NONE)?;
        }
        Ok(())
    }

    fn picture(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        if let Some(age) = self.age {
            let (name, help) =
                ("accord_gate_picture_age", "Time since the gate last knew that its picture is current.");
            let mut metric = encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Gauge)?;
            metric.encode_gauge(&age.as_secs_f64())?;
        }
        let help = "1 while the picture is too old for tiers 2 and 3.";
        gauge(encoder, "accord_gate_picture_stale", help, &u64::from(self.is_stale))?;
        gauge(encoder, "accord_gate_keys", "Keys in the picture.", &self.keys)?;
        gauge(encoder, "accord_gate_agreements", "Agreements in the picture.", &self.agreements)?;
        gauge(encoder, "accord_gate_datasets", "Datasets in the picture.", &self.datasets)?;
        gauge(encoder, "accord_gate_draining", "1 while the gate is being stopped.", &u64::from(self.is_draining))?;
        let (mode, of) = match self.counting {
            Counting::Alone => ("alone", 1),
            Counting::Together { gates } => ("together", gates),
            Counting::Apart { parts } => ("apart", parts),
        };
        let help = "How limits are counted: the gates that count together, or the parts they are divided into.";
        let mut metric = encoder.encode_descriptor("accord_gate_limits_shared", help, None, MetricType::Gauge)?;
        metric.encode_family(&[("counting", mode)])?.encode_gauge(&of)
    }
}

/// No exemplar.
const NONE: Option<&Exemplar<Nothing, f64>> = None;

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: &impl EncodeGaugeValue) -> fmt::Result {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(value)
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.doors(&mut encoder)?;
        self.stands(&mut encoder)?;
        self.picture(&mut encoder)?;
        self.readings.iter().try_for_each(|reading| gauge(&mut encoder, reading.name, reading.help, &reading.value))
    }
}
