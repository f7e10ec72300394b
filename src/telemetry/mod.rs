//! Structured logs and request ids. One event is one line, whatever came from outside; no query string, no secret and no
//! body is ever logged here.

mod line;
mod observe;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

pub use line::OneLine;
pub use observe::{Observer, REQUEST_ID};

/// Sets up logging for the whole process, to standard error. A filter that cannot be read falls back to `info`.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_unreadable| EnvFilter::new("info"));
    let writer = || OneLine::new(std::io::stderr());
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_target(true);
    let done = match log.format {
        LogFormat::Text => logs.with_ansi(false).try_init(),
        LogFormat::Json => logs.json().flatten_event(true).with_span_list(false).try_init(),
    };
    if let Err(error) = done {
        tracing::debug!(%error, "logging was set up before");
        return;
    }
    log_panics();
}

/// Whether the filter can be read.
///
/// # Errors
/// Why not.
pub fn check(log: &Log) -> Result<(), String> {
    EnvFilter::try_new(&log.level).map(drop).map_err(|error| error.to_string())
}

/// A panic becomes one line like everything else; the edge answers 500 and the worker lives.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("without words");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, panic = text, "a part of the program panicked");
    }));
}
