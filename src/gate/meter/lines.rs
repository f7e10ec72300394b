//! One finished call as it is told outside: a line of JSON, and where it stands in a trace.

use serde::Serialize;

use super::{Door, Sample};
use crate::domain::id::{AgreementId, DatasetId, KeyId};
use crate::gate::trace::Span;
use crate::gate::verdict::Outcome;

/// A finished call. Like a [`Sample`] it never holds a key's text, a query or a raw path.
#[derive(Clone, Debug)]
pub struct Line {
    /// The door it came to.
    pub door: Door,
    /// What is known of it.
    pub sample: Sample,
    /// Where it stands in a trace, if it is traced.
    pub span: Option<Box<Span>>,
}

#[derive(Serialize)]
struct Told<'a> {
    time: String,
    request_id: String,
    door: Door,
    method: Option<&'a str>,
    path: Option<&'a str>,
    outcome: Outcome,
    status: u16,
    bytes: u64,
    micros: u64,
    key: Option<KeyId>,
    agreement: Option<AgreementId>,
    dataset: Option<DatasetId>,
    operation: Option<&'a str>,
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

impl Line {
    /// One line of JSON with its end. `path` is the pattern that matched, `micros` the time from request to the end of
    /// the answer.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sample = &self.sample;
        let told = Told {
            time: sample.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            request_id: sample.request_id.to_string(),
            door: self.door,
            method: sample.method.as_ref().map(|method| method.as_str()),
            path: sample.template.as_deref(),
            outcome: sample.outcome,
            status: sample.status,
            bytes: sample.bytes,
            micros: sample.latency_us,
            key: sample.key,
            agreement: sample.agreement,
            dataset: sample.dataset,
            operation: sample.operation.as_deref(),
            client: sample.client.to_string(),
            trace: self.span.as_deref().map(Span::trace_text),
        };
        // Texts and numbers can always be written to memory.
        let mut line = serde_json::to_string(&told).unwrap_or_default();
        line.push('\n');
        line
    }
}
