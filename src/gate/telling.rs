//! Tells finished calls outside, where that is wanted: a line of JSON each, and spans to a collector (OTLP over HTTP,
//! protobuf). Runs beside the workers and takes what they kept, so no call waits for a reader or a collector; what is not
//! taken in time the meter drops and counts.

use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, ScopeSpans, Status, span, status};
use prost::Message;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::GateShared;
use super::meter::Line;
use super::metrics::Reading;
use super::trace::Span;

/// How often what was kept is taken.
const ROUND: Duration = Duration::from_millis(200);
/// How long a collector may take.
const COLLECTOR_WAIT: Duration = Duration::from_secs(5);
/// Spans in one message.
const SPANS_AT_ONCE: usize = 512;
/// A call let through by us that failed behind us is an error of a server; one refused is not.
const ERROR_FROM: u16 = 500;

/// Where lines are written.
pub type Lines = Arc<Mutex<dyn Write + Send>>;

/// Tells the calls of one gate.
pub struct Telling {
    shared: GateShared,
    lines: Option<Lines>,
    collector: Option<Collector>,
}

struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: Uri,
    /// Spans that it did not take since the start.
    lost: Arc<AtomicU64>,
    /// Whether it failed the last time, so that a failure is told once.
    is_away: bool,
}

impl Telling {
    /// Tells nothing yet.
    #[must_use]
    pub const fn new(shared: GateShared) -> Self {
        Self { shared, lines: None, collector: None }
    }

    /// Writes a line of each call there. The gate's meter must keep lines.
    #[must_use]
    pub fn with_lines(self, lines: Lines) -> Self {
        Self { lines: Some(lines), ..self }
    }

    /// Sends the spans of traced calls to the collector at this origin.
    ///
    /// # Errors
    /// An origin that is none.
    pub fn with_collector(self, origin: &str) -> Result<Self, String> {
        let address = format!("{}/v1/traces", origin.trim_end_matches('/'));
        let address = address.parse::<Uri>().map_err(|error| error.to_string())?;
        let https = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).build(https);
        let lost = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&lost);
        self.shared.tell_also(Arc::new(move || {
            let help = "Spans that the collector did not take since the start.";
            vec![Reading { name: "accord_gate_spans_lost", help, value: told.load(Ordering::Relaxed) }]
        }));
        Ok(Self { collector: Some(Collector { client, address, lost, is_away: false }), ..self })
    }

    /// Tells until `stop`, and what is left at the end.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let mut rounds = interval(ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = pin!(stop);
        let mut is_stopped = false;
        while !is_stopped {
            tokio::select! {
                _ = rounds.tick() => {}
                () = &mut stop => is_stopped = true,
            }
            self.round().await;
        }
    }

    async fn round(&mut self) {
        let lines = self.shared.meter().take_lines();
        if lines.is_empty() {
            return;
        }
        if let Some(out) = &self.lines {
            let text: String = lines.iter().map(Line::to_json).collect();
            let out = Arc::clone(out);
            // A reader may stop reading for ever; then this waits, and no worker does.
            let written = tokio::task::spawn_blocking(move || {
                let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            });
            match written.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "access lines cannot be written"),
                Err(error) => tracing::error!(%error, "access lines were not written"),
            }
        }
        let Some(collector) = &mut self.collector else { return };
        let spans: Vec<otlp::Span> =
            lines.iter().filter_map(|line| Some(to_otlp(line, line.span.as_deref()?))).collect();
        for (number, some) in spans.chunks(SPANS_AT_ONCE).enumerate() {
            if !collector.send(some.to_vec()).await {
                // One that is away is asked once a round, so that a stop does not wait for it again and again.
                collector.loses(spans.len() - number * SPANS_AT_ONCE);
                break;
            }
        }
    }
}

impl Collector {
    /// Sends some spans; whether they were taken.
    async fn send(&mut self, spans: Vec<otlp::Span>) -> bool {
        let mut request = Request::new(Full::new(Bytes::from(message(spans).encode_to_vec())));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.clone();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        let why = match timeout(COLLECTOR_WAIT, self.client.request(request)).await {
            Ok(Ok(answer)) if answer.status() == StatusCode::OK => {
                self.is_away = false;
                return true;
            }
            Ok(Ok(answer)) => answer.status().to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => "no answer in time".to_owned(),
        };
        if !self.is_away {
            tracing::warn!(why, "the collector does not take spans: they are lost until it does");
        }
        self.is_away = true;
        false
    }

    fn loses(&self, count: usize) {
        self.lost.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

fn message(spans: Vec<otlp::Span>) -> ExportTraceServiceRequest {
    let name = env!("CARGO_PKG_NAME");
    let resource = Resource {
        attributes: vec![text("service.name", "accord-gate"), text("service.version", env!("CARGO_PKG_VERSION"))],
        ..Resource::default()
    };
    let scope = InstrumentationScope { name: name.to_owned(), ..InstrumentationScope::default() };
    let scope_spans = vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }];
    let all = ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![all] }
}

/// A call as a span, named by the conventions for HTTP servers. The client's address stays here.
fn to_otlp(line: &Line, span: &Span) -> otlp::Span {
    let sample = &line.sample;
    let method = sample.method.as_ref().map_or("HTTP", |method| method.as_str());
    let route = sample.template.as_deref().unwrap_or_else(|| line.door.as_str());
    let begun = u64::try_from(sample.at.timestamp_nanos_opt().unwrap_or_default()).unwrap_or_default();
    let mut attributes = vec![
        text("http.request.method", method),
        text("http.route", route),
        number("http.response.status_code", sample.status.into()),
        number("http.response.body.size", sample.bytes),
        text("accord.door", line.door.as_str()),
        text("accord.outcome", sample.outcome.as_str()),
        text("accord.request_id", &sample.request_id.to_string()),
    ];
    let ids = [
        ("accord.key", sample.key.map(|id| id.to_string())),
        ("accord.agreement", sample.agreement.map(|id| id.to_string())),
        ("accord.dataset", sample.dataset.map(|id| id.to_string())),
    ];
    attributes.extend(ids.into_iter().filter_map(|(name, id)| Some(text(name, &id?))));
    let code = if sample.status >= ERROR_FROM { status::StatusCode::Error } else { status::StatusCode::Unset };
    otlp::Span {
        trace_id: span.trace.to_vec(),
        span_id: span.id.to_vec(),
        parent_span_id: span.parent.map(|id| id.to_vec()).unwrap_or_default(),
        name: format!("{method} {route}"),
        kind: span::SpanKind::Server.into(),
        start_time_unix_nano: begun,
        end_time_unix_nano: begun.saturating_add(sample.latency_us.saturating_mul(1_000)),
        attributes,
        status: Some(Status { code: code.into(), ..Status::default() }),
        ..otlp::Span::default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn number(key: &str, value: u64) -> KeyValue {
    attribute(key, Value::IntValue(i64::try_from(value).unwrap_or(i64::MAX)))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
