//! What stewards of the demo did once the simulated feeds ran: samples taken and published, a change announced.

use chrono::Duration;

use crate::cases::{Caller, CaseError, Desk, changes, samples};
use crate::domain::change::{ChangeKind, Draft};
use crate::domain::time::day_in;
use crate::store::datasets;

/// What is asked of which dataset: feeds that need no redaction, in each shape a feed may have.
const TAKEN: [(&str, &str); 5] = [
    ("parking-occupancy", "/latest"),
    ("air-quality", "/latest"),
    ("weather-stations", "/latest.geojson"),
    ("bike-share", "/station_information"),
    ("flood-gauges", "/latest"),
];

/// Takes and publishes a sample of each that has none yet.
///
/// # Errors
/// Whatever a case refuses.
pub async fn take_all(desk: &Desk) -> Result<(), CaseError> {
    let service = Caller::service("demo");
    for (slug, path) in TAKEN {
        let known = desk.run(move |desk| samples::public(desk, slug)).await?;
        if known.is_some() {
            continue;
        }
        let taken = samples::take(desk, &service, slug, path, None).await?;
        let own = service.clone();
        desk.run(move |desk| samples::release(desk, &own, slug, &taken.hash)).await?;
    }
    Ok(())
}

/// Announces that daily files of the weather end, once; nobody holds an agreement on open data, so nobody is written to.
///
/// # Errors
/// Whatever a case refuses.
pub fn announce(desk: &Desk) -> Result<(), CaseError> {
    const SLUG: &str = "weather-stations";
    const DAYS: i64 = 120;
    let known = desk.read(|conn| datasets::by_slug(conn, SLUG))?;
    if !known.changes.is_empty() {
        return Ok(());
    }
    let today = day_in(desk.profile.zone, desk.clock.now());
    let draft = Draft {
        kind: ChangeKind::Deprecation,
        operations: vec!["bulk".to_owned()],
        text: "Whole days as files end. Ask /history for the span that you need; it pages.".to_owned(),
        on: Some(today),
        sunset: Some(today + Duration::days(DAYS)),
        windows: Vec::new(),
    };
    changes::announce(desk, &Caller::service("demo"), SLUG, (&draft, changes::BACK_DAYS), known.version).map(drop)
}
