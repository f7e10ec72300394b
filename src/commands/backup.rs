//! A backup at the command line: SQLite copied whole, opened and recomputed; or the record of one that PostgreSQL's own
//! tools made.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use accord::cases::health::{self, Backup as Made};
use accord::cases::{Caller, story};
use accord::domain::audit::hex;
use accord::store::{Backend, Store, StoreOptions};
use clap::Args;
use sha2::{Digest as _, Sha256};

use super::progress::Progress;
use super::{Done, Place, existing, note, print, said};

/// Options of `backup`.
#[derive(Args)]
pub(crate) struct Backup {
    /// The file to write; it must not be there yet.
    #[arg(long, required_unless_present = "recorded", conflicts_with = "recorded")]
    to: Option<PathBuf>,
    /// A backup that was made by other means, such as `pg_dump`: only recorded.
    #[arg(long)]
    recorded: Option<PathBuf>,
}

/// Steps of a backup.
const STEPS: u64 = 4;

pub(crate) fn backup(place: &Place, backup: &Backup) -> Done {
    let (base, desk) = existing(place)?;
    let mut progress = Progress::new("Backing up");
    let (file, is_verified) = match (&backup.to, &backup.recorded) {
        (Some(to), _) => {
            if desk.store.backend() == Backend::Postgres {
                return Err(
                    "PostgreSQL is copied by pg_dump. Make the dump, then record it: accord backup --recorded FILE"
                        .into(),
                );
            }
            progress.at(0, STEPS);
            copy(&desk.store, to)?;
            progress.at(1, STEPS);
            verify(to)?;
            (to.clone(), true)
        }
        (None, Some(recorded)) => (recorded.clone(), false),
        (None, None) => return Err("give --to FILE or --recorded FILE".into()),
    };
    progress.at(3, STEPS);
    let bytes = std::fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    let sum = sha256(&file)?;
    let name = file.display().to_string();
    let made = Made { at: base.clock.now(), file: name.clone(), bytes, is_verified };
    health::record_backup(&desk, &Caller::service("command line"), &made, &sum).map_err(said)?;
    drop(progress);
    note("Keep the file secret.key of the data folder apart from it: without it sealed credentials cannot be opened.")?;
    print(format!("{name} {bytes} bytes, SHA-256 {sum}{}", if is_verified { ", verified" } else { "" }))
}

fn copy(store: &Store, to: &Path) -> Done {
    if to.exists() {
        return Err(format!("{}: this file is there already; give another name", to.display()).into());
    }
    let path = to.to_str().ok_or("the path is no readable text")?;
    store.copy_to(path)?;
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o600))?;
    Ok(())
}

/// Opens the copy as the program would and recomputes its whole audit chain.
fn verify(copy: &Path) -> Done {
    let options = StoreOptions {
        url: format!("sqlite:{}", copy.display()),
        connections: 1,
        busy: Duration::from_secs(5),
        wait: Duration::from_secs(5),
    };
    let store = Store::open(&options)?;
    story::verify_audit(&store, None).map_err(|error| format!("the copy is not whole: {error}"))?;
    Ok(())
}

fn sha256(file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let (mut sum, mut buffer) = (Sha256::new(), vec![0_u8; 64 * 1024]);
    let mut read = std::fs::File::open(file)?;
    loop {
        let count = read.read(&mut buffer)?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        sum.update(part);
    }
    let sum: [u8; 32] = sum.finalize().into();
    Ok(hex(&sum))
}
