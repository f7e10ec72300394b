//! What auditors do at the command line: check the chain, take evidence and whole tables along, check what they got.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use accord::cases::{Caller, CaseError, Desk, bundle, exports, story};
use accord::domain::audit::Head;
use accord::domain::people::{Actor, Role, RoleGrant};
use accord::store::audit as entries;
use clap::{Args, Subcommand};

use super::{Done, Place, existing, note, print, said};

#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Checks the whole chain and names the first bad entry.
    Verify {
        /// A head that was kept elsewhere, `number:hash`; finds truncation and roll-back.
        #[arg(long)]
        head: Option<String>,
    },
    /// Prints the head of the chain, to be kept elsewhere.
    Head,
    /// Writes the evidence about an application, agreement, key or misuse case as a ZIP.
    Bundle(Bundle),
    /// Checks a bundle of evidence: every file, every entry, every signed text, and the signature. Needs nothing but the file.
    CheckBundle {
        /// The ZIP.
        file: PathBuf,
    },
}

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

pub(crate) fn export(place: &Place, wanted: &Export) -> Done {
    let (_, desk) = existing(place)?;
    write_table(&desk, wanted)
}

pub(crate) fn audit(place: &Place, command: Audit) -> Done {
    if let Audit::CheckBundle { file } = &command {
        return check(file);
    }
    let (_, desk) = existing(place)?;
    match command {
        Audit::Bundle(wanted) => write(&desk, &wanted),
        Audit::CheckBundle { file } => check(&file),
        Audit::Verify { head } => {
            let kept = head
                .map(|text| Head::from_text(&text).ok_or_else(|| format!("“{text}” is no head: give number:hash")))
                .transpose()?;
            let head = story::verify_audit(&desk.store, kept)?;
            print(format!("the chain is whole: {} entries, head {}", head.number, head.to_text()))
        }
        Audit::Head => print(desk.read(entries::head).map_err(said)?.to_text()),
    }
}

/// Whoever owns the machine reads as an auditor does, and leaves the same entries.
fn auditor() -> Result<Caller, Box<dyn std::error::Error>> {
    let mut caller = Caller::service("command line");
    caller.actor = Actor { roles: vec![RoleGrant::new(Role::Auditor, None)?], ..caller.actor };
    Ok(caller)
}

fn write(desk: &Desk, wanted: &Bundle) -> Done {
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

fn check(path: &Path) -> Done {
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
fn write_table(desk: &Desk, wanted: &Export) -> Done {
    let wish = exports::ExportWish::read(&|name| {
        match name {
            "what" => Some(wanted.what.clone()),
            "format" => Some(wanted.format.clone()),
            "from" => wanted.from.clone(),
            _ => wanted.to.clone(),
        }
        .unwrap_or_default()
    });
    let ticket = exports::take(desk, &auditor()?, wish.map_err(CaseError::Invalid).map_err(said)?).map_err(said)?;
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
