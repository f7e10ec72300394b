//! `accord demo`: everything on embedded parts, in a folder of its own, with a start card that works as printed.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use super::base::{Base, StartError};
use super::gate::Gate;
use super::profile_files;
use super::run::{Listeners, start, until_stopped};
use crate::cases::accounts::Known;
use crate::cases::{Caller, Desk, Intent};
use crate::config::Settings;
use crate::demo::clients;
use crate::demo::people::{PASSWORD, PEOPLE};
use crate::demo::simulator::{self, FEEDS, SimulatorState};
use crate::demo::usage::{DemoKey, fill, fresh_key};
use crate::demo::{point_to, sampled, seed};
use crate::domain::net::CidrList;
use crate::store::{agreements, people};

/// What the demo's feeds ask of the gate.
const FEED_TOKEN: &str = "demo-feed-token";
/// The seed of the simulated city.
const CITY: u64 = 68_51;

/// What is printed at the start.
pub struct Card {
    portal: Url,
    gate: Url,
    key: SecretString,
    curl: String,
    folder: String,
    /// What each misuse rule makes of the demo's clients, where they were asked for.
    misuse: Option<String>,
}

impl Card {
    fn new((portal, gate): (Url, Url), key: DemoKey, folder: String, misuse: Option<String>) -> Self {
        let path = FEEDS.iter().find(|feed| feed.slug == key.slug).map_or("/", |feed| feed.sample_path);
        let address = format!("{}{path}", gate.as_str().trim_end_matches('/'));
        let curl = format!("curl -H 'Authorization: Bearer {}' {address}", key.text.expose_secret());
        Self { portal, gate, key: key.text, curl, folder, misuse }
    }

    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut lines = vec![
            "Accord demo: a city in a box. Everything below works as printed.".to_owned(),
            String::new(),
            format!("  portal   {}", self.portal),
            format!("  gate     {}", self.gate),
            format!("  mailbox  {}demo/mailbox", self.portal),
            format!("  state    {} (start over with --fresh)", self.folder),
            String::new(),
            format!("  Sign in with the password: {PASSWORD}"),
        ];
        lines.extend(PEOPLE.iter().map(|person| format!("    {:<34} {}", person.email, person.what)));
        lines.push(String::new());
        lines.push("  Live data through the gate:".to_owned());
        lines.push(format!("    {}", self.curl));
        if let Some(table) = &self.misuse {
            lines.push(String::new());
            lines.push("  Each misuse rule, replayed over honest and hostile clients:".to_owned());
            lines.extend(table.lines().map(|line| format!("    {line}")));
        }
        lines.join("\n")
    }

    /// One line for programs.
    #[must_use]
    pub fn to_json(&self) -> String {
        let logins: Vec<_> = PEOPLE
            .iter()
            .map(|person| {
                let roles: Vec<_> = person
                    .roles
                    .iter()
                    .map(|(role, department)| json!({ "role": role, "department": department }))
                    .collect();
                json!({
                    "name": person.name, "email": person.email, "password": PASSWORD,
                    "what": person.what, "roles": roles,
                })
            })
            .collect();
        json!({
            "portal": self.portal.as_str().trim_end_matches('/'),
            "gate": self.gate.as_str().trim_end_matches('/'),
            "logins": logins,
            "key": self.key.expose_secret(),
            "curl": self.curl,
            "misuse": self.misuse,
        })
        .to_string()
    }
}

/// Runs the demo until told to stop. `started` is given the card when everything listens.
///
/// # Errors
/// Why it cannot start.
pub async fn demo(
    mut settings: Settings,
    data: &Path,
    (is_fresh, with_misuse): (bool, bool),
    started: impl FnOnce(&Card) -> Result<(), String>,
) -> Result<(), StartError> {
    let setup = |error: &dyn std::fmt::Display| StartError::Setup(error.to_string());
    let folder = data.join("demo");
    if is_fresh && folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| setup(&format!("{}: {error}", folder.display())))?;
    }
    settings.network.upstream_networks = CidrList::parse("127.0.0.0/8").map_err(|error| setup(&error))?;
    let listeners = Listeners::bind(&settings)?;
    let base = Base::open(settings, &folder)?;
    let loopback = ([127, 0, 0, 1], 0).into();
    let city = simulator::start(loopback, SimulatorState::new(base.clock.clone(), CITY, FEED_TOKEN))
        .await
        .map_err(|error| setup(&error))?;
    let gate = Gate::new(&base, &listeners.gate_url(&base.settings)?, false)?;
    let desk = base.desk(gate.sink());
    let (key, table) = prepare(&base.quiet_desk(), &city.url, with_misuse)?;
    sampled::take_all(&base.quiet_desk()).await?;
    sampled::announce(&base.quiet_desk())?;
    let (machinery, running) = start(&base, gate, &desk, listeners, true)?;
    let card = Card::new((running.portal_url, running.gate_url), key, folder.display().to_string(), table);
    started(&card).map_err(StartError::Setup)?;
    until_stopped(machinery).await;
    city.handle.stop(true).await;
    Ok(())
}

/// Fills an empty store, or points a filled one to where the simulator listens now; gives a key that works.
fn prepare(desk: &Desk, simulator: &str, with_misuse: bool) -> Result<(DemoKey, Option<String>), StartError> {
    let token = SecretString::from(FEED_TOKEN);
    if desk.read(people::departments)?.is_empty() {
        let city = seed(desk, profile_files::shipped, (simulator, &token))?;
        let key = fill(&city)?;
        if with_misuse {
            clients::add_clients(&city)?;
        }
        return Ok((key, shown(desk, with_misuse)?));
    }
    point_to(desk, simulator, &token)?;
    let live = desk.read(|conn| agreements::of_departments(conn, None, Some("executed"), 100))?;
    let parking = live.iter().find(|agreement| agreement.schedule("parking-occupancy").is_some());
    let parking = parking.ok_or_else(|| StartError::Setup("the demo's agreement is gone; use --fresh".to_owned()))?;
    let account = desk.read(|conn| people::account_by_id(conn, parking.requester))?;
    let known = Known { account, session: desk.new_id(desk.clock.now()), kind: "demo".to_owned() };
    let actor = known.actor(None);
    let caller = Caller { actor, request: None, agent: "the demo".to_owned(), idempotency: None, intent: Intent::Act };
    Ok((fresh_key(desk, &caller, parking)?, shown(desk, with_misuse)?))
}

/// What each rule makes of the honest and the hostile clients.
fn shown(desk: &Desk, with_misuse: bool) -> Result<Option<String>, StartError> {
    let rows = if with_misuse { clients::table(desk)? } else { return Ok(None) };
    Ok(Some(clients::to_text(&rows)))
}
