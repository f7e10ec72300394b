//! The catalogue at the command line: `data.json` in and out.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use accord::app;
use accord::cases::{Caller, fetch, interchange};
use accord::domain::net::UpstreamNetworks;
use clap::Subcommand;

use super::progress::{Progress, count};
use super::{Done, Place, base, department_named, existing, print, said};

#[derive(Subcommand)]
pub(crate) enum Catalog {
    /// Imports a DCAT-US data.json from a file or an address and prints what became of each record.
    Import {
        /// A file path, or an http(s) address.
        source: String,
        /// The department that gets records without a known publisher.
        #[arg(long)]
        department: String,
        /// Prints the whole report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints the public catalogue as data.json.
    Export,
}

pub(crate) fn catalog(place: &Place, catalog: Catalog) -> Done {
    match catalog {
        Catalog::Import { source, department, json } => {
            let (base, desk) = base(place)?;
            let department = department_named(&desk, &department)?;
            let bytes = if source.starts_with("http://") || source.starts_with("https://") {
                app::block_on(fetched(&source, &app::upstream_networks(&base.settings)))?
            } else {
                std::fs::read(Path::new(&source)).map_err(|error| format!("{source}: {error}"))?
            };
            let caller = Caller::service("command line");
            let mut progress = Progress::new("Importing");
            let told = |done, total| progress.at(count(done), count(total));
            let report = interchange::import_telling(&desk, &caller, department, (&source, &bytes), told);
            drop(progress);
            let report = report.map_err(said)?;
            if json {
                return print(serde_json::to_string_pretty(&report)?);
            }
            print(format!(
                "{} records: {} created, {} updated, {} unchanged, {} skipped; {} repaired",
                report.records.len(),
                report.created,
                report.updated,
                report.unchanged,
                report.skipped,
                report.repaired
            ))?;
            let has_more = |record: &&interchange::Fate| !record.remarks.is_empty() || !record.repairs.is_empty();
            for record in report.records.iter().filter(has_more) {
                let said: Vec<_> = record.repairs.iter().chain(&record.remarks).map(String::as_str).collect();
                let outcome = record.outcome.as_str();
                print(format!("{:>5} {outcome:<9} {}: {}", record.place, record.title, said.join(" ")))?;
            }
            Ok(())
        }
        Catalog::Export => {
            let (base, desk) = existing(place)?;
            let urls = app::public_urls(&base.settings)?;
            let json = interchange::data_json(&desk, urls.portal.as_str(), urls.gate.as_str()).map_err(said)?;
            print(serde_json::to_string_pretty(&json)?)
        }
    }
}

/// Fetches a catalogue and shows how far that is.
async fn fetched(url: &str, networks: &UpstreamNetworks) -> Result<Vec<u8>, fetch::FetchError> {
    let (mut progress, meter) = (Progress::new("Fetching"), fetch::Meter::default());
    let mut fetching = pin!(fetch::fetch_catalogue(url, networks, (fetch::FetchLimits::watched(), &meter)));
    let mut clock = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            done = &mut fetching => return done,
            _ = clock.tick() => {
                let (done, of) = meter.read();
                progress.at(done, of);
            }
        }
    }
}
