//! Fills an empty store with a city: people, datasets from the simulator, and cases in every state. Everything is done
//! through the cases, with a clock that walks from seven weeks ago to now, so that rules, audit and notices are real.

use std::collections::BTreeMap;

use chrono::Duration;
use secrecy::SecretString;

use super::people::{ORGANISATIONS, PASSWORD, PEOPLE};
use super::simulator::{CREDENTIAL_HEADER, FEEDS, Feed};
use super::{conduct, stories};
use crate::cases::catalogue::{self, Edit};
use crate::cases::{Caller, CaseError, Desk, Intent, organisations, passwords, replays, staff, terms};
use crate::clock::Clock;
use crate::domain::catalogue::{Field, Upstream, UpstreamBounds};
use crate::domain::dcat::{Contact, Frequency, Metadata};
use crate::domain::id::DepartmentId;
use crate::domain::people::{Actor, RoleGrant};
use crate::domain::scope::{Method, Operation, PathPattern};
use crate::domain::text::{Line, Prose};
use crate::domain::time::Instant;
use crate::store::{StoreError, people};

/// Days before now on which the demo's history begins.
const HISTORY_DAYS: i64 = 352;
/// Longest wait for the simulator, in milliseconds.
const UPSTREAM_MS: u32 = 5_000;

/// The city while it is being made.
pub struct City {
    /// A desk whose clock stands where the story is.
    pub desk: Desk,
    /// The instant at which the demo starts.
    pub now: Instant,
    departments: BTreeMap<String, DepartmentId>,
    callers: BTreeMap<&'static str, Caller>,
}

impl std::fmt::Debug for City {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("City").field("now", &self.now).finish_non_exhaustive()
    }
}

impl City {
    /// Moves the clock to `days` before now, at this hour of the UTC day.
    pub fn at(&self, days: i64, hour: i64) {
        let midnight = self.now - Duration::days(days);
        let midnight = midnight - Duration::seconds(midnight.timestamp().rem_euclid(86_400));
        self.desk.clock.set((midnight + Duration::hours(hour)).min(self.now));
    }

    /// Moves the clock a little on.
    pub fn later(&self, minutes: i64) {
        self.desk.clock.set((self.desk.clock.now() + Duration::minutes(minutes)).min(self.now));
    }

    /// Somebody, by nick.
    ///
    /// # Errors
    /// When the demo has no such person.
    pub fn person(&self, nick: &str) -> Result<&Caller, CaseError> {
        self.callers.get(nick).ok_or(CaseError::Missing)
    }

    /// A department, by slug.
    ///
    /// # Errors
    /// When the profile has none.
    pub fn department(&self, slug: &str) -> Result<DepartmentId, CaseError> {
        self.departments.get(slug).copied().ok_or(CaseError::Missing)
    }
}

/// Fills an empty store. `files` gives the profile's terms; `simulator` is the address of the simulated feeds and
/// `credential` what they ask for.
///
/// # Errors
/// Whatever a case refuses; then the demo is not usable.
pub fn seed<'a>(
    desk: &Desk,
    files: impl Fn(&str) -> Option<&'a str>,
    (simulator, credential): (&str, &SecretString),
) -> Result<City, CaseError> {
    let now = desk.clock.now();
    let clock = Clock::standing_at(now - Duration::days(HISTORY_DAYS));
    let desk = Desk { clock, ..desk.clone() };
    terms::set_up(&desk, files)?;
    let departments = desk.read(people::departments)?;
    let departments = departments.into_iter().map(|department| (department.slug, department.id)).collect();
    let mut city = City { desk, now, departments, callers: BTreeMap::new() };
    add_people(&mut city)?;
    for feed in FEEDS {
        add_dataset(&city, feed, simulator, credential)?;
    }
    super::texts::keep(&city)?;
    stories::tell(&city)?;
    super::asked::tell(&city)?;
    conduct::tell(&city)?;
    add_organisations(&city)?;
    city.at(1, 16);
    replays::ask(&city.desk, city.person("ivan")?, ("outside-the-scopes", Some(2), 14))?;
    Ok(city)
}

fn add_people(city: &mut City) -> Result<(), CaseError> {
    let service = Caller::service("demo");
    for person in PEOPLE {
        let roles = person
            .roles
            .iter()
            .map(|(role, slug)| {
                let department = if slug.is_empty() { None } else { Some(city.department(slug)?) };
                Ok(RoleGrant::new(*role, department)?)
            })
            .collect::<Result<Vec<_>, CaseError>>()?;
        let hash = passwords::hash(&SecretString::from(PASSWORD), city.desk.options.password_cost)?;
        let account = staff::add_person(&city.desk, &service, (person.name, person.email), hash, &roles)?;
        let actor = Actor {
            account: Some(account),
            name: person.name.to_owned(),
            organisation: None,
            roles,
            address: Some([192, 0, 2, 10].into()),
        };
        let caller =
            Caller { actor, request: None, agent: "the demo".to_owned(), idempotency: None, intent: Intent::Act };
        city.callers.insert(person.nick, caller);
    }
    Ok(())
}

/// Organisations of the requesters; what they asked for before stays with each of them.
fn add_organisations(city: &City) -> Result<(), CaseError> {
    let service = Caller::service("demo");
    city.at(1, 15);
    for (name, email) in ORGANISATIONS {
        let id = organisations::add(&city.desk, &service, name)?;
        organisations::join(&city.desk, &service, id, (email, "A letter on its paper, signed by its director"))?;
    }
    Ok(())
}

fn add_dataset(city: &City, feed: &Feed, simulator: &str, credential: &SecretString) -> Result<(), CaseError> {
    let service = Caller::service("demo");
    let department = city.department(feed.department)?;
    let desk = &city.desk;
    catalogue::create(desk, &service, department, (feed.slug, feed.title, feed.description))?;
    let known = desk.read(|conn| crate::store::datasets::by_slug(conn, feed.slug))?;
    let summary = feed.description.split_inclusive('.').next().unwrap_or_default().trim().to_owned();
    let about = Edit::About {
        metadata: Box::new(metadata(city, feed, known.metadata)?),
        summary,
        steward: format!("Data steward, {}", feed.department.replace('-', " ")),
    };
    let edits = [
        about,
        Edit::Fields(fields(feed)),
        Edit::Tier(feed.tier),
        Edit::Operations(operations(feed)?),
        Edit::Upstream(Some(upstream(feed, simulator))),
        Edit::CheckPath(Some(feed.check_path())),
        Edit::Publish(true),
    ];
    let mut version = known.version;
    for edit in edits {
        version = catalogue::edit(desk, &service, feed.slug, edit, version)?.version;
    }
    if feed.needs_credential() {
        catalogue::set_credential(desk, &service, feed.slug, Some(credential), version)?;
    }
    Ok(())
}

fn metadata(city: &City, feed: &Feed, known: Metadata) -> Result<Metadata, CaseError> {
    let name = city.desk.profile.departments.iter().find(|seed| seed.slug.as_str() == feed.department);
    let keywords = feed.keywords.iter().map(|word| Line::parse("keywords", word)).collect::<Result<Vec<_>, _>>()?;
    let contact = Contact {
        name: name.map(|seed| Line::parse("contact", seed.name.as_str())).transpose()?,
        email: name.map(|seed| seed.email.clone()),
    };
    Ok(Metadata {
        description: Prose::parse("description", feed.description)?,
        keywords,
        contact,
        publisher: name.map(|seed| Line::parse("publisher", seed.name.as_str())).transpose()?,
        spatial: Line::parse("spatial", "East Norwalk, Connecticut").ok(),
        frequency: Frequency::parse("frequency", &feed.update_frequency()).ok(),
        ..known
    })
}

fn fields(feed: &Feed) -> Vec<Field> {
    feed.fields
        .iter()
        .map(|field| Field {
            name: field.name.to_owned(),
            kind: field.kind.to_owned(),
            description: field.description.to_owned(),
            sensitivity: field.sensitivity,
        })
        .collect()
}

fn operations(feed: &Feed) -> Result<Vec<Operation>, CaseError> {
    let wrong = |error: &dyn std::fmt::Display| CaseError::Store(StoreError::Setup(format!("{}: {error}", feed.slug)));
    feed.operations()
        .into_iter()
        .map(|known| {
            let methods = known
                .methods
                .iter()
                .map(|method| method.parse::<Method>().map_err(|error| wrong(&error)))
                .collect::<Result<Vec<_>, _>>()?;
            let paths = known
                .paths
                .iter()
                .map(|path| path.parse::<PathPattern>().map_err(|error| wrong(&error)))
                .collect::<Result<Vec<_>, _>>()?;
            Operation::new(known.name, methods, paths).map_err(|error| wrong(&error))
        })
        .collect()
}

/// Where the simulator serves a feed.
#[must_use]
pub(super) fn upstream(feed: &Feed, simulator: &str) -> Upstream {
    Upstream {
        url: format!("{simulator}/{}", feed.slug),
        credential_header: feed.needs_credential().then(|| CREDENTIAL_HEADER.to_owned()),
        timeout_ms: UPSTREAM_MS,
        bounds: UpstreamBounds::default(),
    }
}

/// Points every dataset of the demo to where the simulator listens now; its port changes from start to start.
///
/// # Errors
/// Whatever a case refuses.
pub fn point_to(desk: &Desk, simulator: &str, credential: &SecretString) -> Result<(), CaseError> {
    let service = Caller::service("demo");
    for feed in FEEDS {
        let known = desk.read(|conn| crate::store::datasets::by_slug(conn, feed.slug))?;
        let wanted = upstream(feed, simulator);
        let mut version = known.version;
        if known.upstream.as_ref() != Some(&wanted) {
            version = catalogue::edit(desk, &service, feed.slug, Edit::Upstream(Some(wanted)), version)?.version;
        }
        if feed.needs_credential() {
            catalogue::set_credential(desk, &service, feed.slug, Some(credential), version)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::profile_files;
    use crate::cases::testing::desks;
    use crate::domain::agreement::AgreementState;
    use crate::domain::application::State;
    use crate::store::{agreements, applications};

    #[test]
    fn the_city_has_a_case_in_every_state_and_a_dataset_in_every_tier() {
        for test in desks() {
            let desk = &test.desk;
            let secret = SecretString::from("feed secret");
            seed(desk, profile_files::shipped, ("http://127.0.0.1:8099", &secret)).unwrap();
            for state in State::WORDS {
                let found = desk.read(|conn| applications::in_state(conn, state, 10)).unwrap();
                assert!(!found.is_empty(), "{}: no application is {state}", test.backend);
            }
            let all = desk.read(|conn| agreements::of_departments(conn, None, None, 100)).unwrap();
            let states: BTreeSet<_> = all.iter().map(|agreement| agreement.state.as_str()).collect();
            assert_eq!(states, BTreeSet::from(AgreementState::WORDS));
            let datasets = desk.read(|conn| crate::store::datasets::list(conn, None)).unwrap();
            assert!(datasets.len() >= 12);
            let tiers: BTreeSet<_> = datasets.iter().filter_map(|dataset| dataset.tier).collect();
            assert_eq!(tiers.len(), 5);
            point_to(desk, "http://127.0.0.1:18002", &secret).unwrap();
        }
    }
}
