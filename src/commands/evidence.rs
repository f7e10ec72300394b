//! What auditors take along, at the command line: bundles of evidence, made and checked, and whole tables.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use accord::cases::{Caller, Desk, bundle, exports};
use accord::domain::people::{Actor, Role, RoleGrant};
use clap::Args;

use super::{Done, note, print, said};

/// Options of `audit bundle`.
#[derive(Args)]
pub(crate) struct Bundle {
    /// `application`, `agreement`, `key` or `case`.
    kind: String,
    /// Its number or id.
    of: String,
    /// Where it goes; a name with the time is made where none is given.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Whoever owns the machine reads as an auditor does, and leaves the same entries.
fn auditor() -> Result<Caller, Box<dyn std::error::Error>> {
    let mut caller = Caller::service("command line");
    caller.actor = Actor { roles: vec![RoleGrant::new(Role::Auditor, None)?], ..caller.actor };
    Ok(caller)
}

pub(crate) fn write(desk: &Desk, wanted: &Bundle) -> Done {
    let caller = auditor()?;
    let subject = bundle::subject(desk, &wanted.kind, &wanted.of)
        .map_err(|_none| format!("there is no {} called “{}”", wanted.kind, wanted.of))?;
    let ticket = bundle::take(desk, &caller, subject).map_err(said)?;
    let path = wanted.out.clone().unwrap_or_else(|| PathBuf::from(&ticket.name));
    let file = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let is_watched = std::io::stderr().is_terminal();
    let on_file = Box::new(move |files: usize| {
        if is_watched {
            let _nobody_watches = write!(std::io::stderr().lock(), "\r{files} files");
        }
    });
    let files = bundle::write(desk, &caller, &ticket, (BufWriter::new(file), on_file))?;
    if is_watched {
        note("")?;
    }
    print(format!("{}: {} files about {}", path.display(), files.len(), ticket.title))
}

pub(crate) fn check(path: &Path) -> Done {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let found = bundle::check(BufReader::new(file))?;
    print(format!(
        "the bundle about {} is whole: {} files, {} entries, {} signed texts\nhead {}\nsigned with the key {}",
        found.title, found.files, found.entries, found.texts, found.head, found.public_key
    ))?;
    note("Compare the key with the one that the service publishes.")
}

/// Options of `export`.
#[derive(Args)]
pub(crate) struct Export {
    /// `entries`, `usage`, `access-log`, `agreements` or `keys`.
    what: String,
    /// `csv`, `json` or `ndjson`.
    #[arg(long, default_value = "csv")]
    format: String,
    /// From this day of the city.
    #[arg(long)]
    from: Option<String>,
    /// To this day, included.
    #[arg(long)]
    to: Option<String>,
    /// Where it goes; standard output where none is given.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Writes a whole table. How far it came is told on standard error, where that is a terminal and the table goes elsewhere.
pub(crate) fn export(desk: &Desk, wanted: &Export) -> Done {
    let wish = exports::ExportWish::read(&|name| {
        match name {
            "what" => Some(wanted.what.clone()),
            "format" => Some(wanted.format.clone()),
            "from" => wanted.from.clone(),
            _ => wanted.to.clone(),
        }
        .unwrap_or_default()
    });
    let ticket = exports::take(desk, &auditor()?, wish.map_err(said)?).map_err(said)?;
    let mut out: Box<dyn std::io::Write> = match &wanted.out {
        Some(path) => {
            Box::new(BufWriter::new(File::create(path).map_err(|error| format!("{}: {error}", path.display()))?))
        }
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    let is_watched = std::io::stderr().is_terminal() && (wanted.out.is_some() || !std::io::stdout().is_terminal());
    let mut on_rows = |rows: u64| {
        if is_watched {
            let _nobody_watches = write!(std::io::stderr().lock(), "\r{rows} rows");
        }
    };
    let written = exports::write(desk, &ticket, (out.as_mut(), &mut on_rows));
    let rows = written.map_err(|error| -> Box<dyn std::error::Error> {
        match error {
            // Whoever reads a pipe may stop.
            exports::ExportError::Write(error) => error.into(),
            exports::ExportError::Case(error) => said(error),
        }
    })?;
    if is_watched {
        note("")?;
    }
    if wanted.out.is_some() { note(&format!("{rows} rows")) } else { Ok(()) }
}
