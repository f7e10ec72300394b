//! What each command does: read the settings, open the base, call a case, print.

mod ask;
mod backup;
mod catalog;
mod evidence;
mod gate;
mod progress;
mod rules;
mod top;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;

use accord::app::{self, Base};
use accord::cases::{Caller, CaseError, Desk, staff, terms, tokens as rotation};
use accord::config::Settings;
use accord::domain::id::DepartmentId;
use accord::domain::people::{Role, RoleGrant};
use accord::domain::terms::TermsFamily;
use accord::domain::time::{Day, Instant};
use accord::store::people;
use accord::telemetry;
use chrono::TimeZone as _;
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret as _;

pub(crate) use self::backup::{Backup, backup};
pub(crate) use self::catalog::{Catalog, catalog};
pub(crate) use self::evidence::{Audit, Export, audit, export};
pub(crate) use self::gate::{Gate, gate};
use self::progress::{Progress, count};
pub(crate) use self::rules::{Rules, rules};

type Done = Result<(), Box<dyn Error>>;

/// Where state and settings are.
pub(crate) struct Place {
    pub(crate) data: PathBuf,
    pub(crate) config: Option<PathBuf>,
}

/// Ports of `serve`.
#[derive(Args)]
pub(crate) struct Ports {
    /// The portal's port; 0 for any free one.
    #[arg(long)]
    portal_port: Option<u16>,
    /// The gate's port; 0 for any free one.
    #[arg(long)]
    gate_port: Option<u16>,
}

/// Options of `demo`.
#[derive(Args)]
pub(crate) struct Demo {
    /// Starts over: everything in the data folder's demo is made anew.
    #[arg(long)]
    fresh: bool,
    /// Prints one line of JSON with addresses, logins, a working key and the curl line.
    #[arg(long)]
    json: bool,
    /// Adds honest and hostile clients with two weeks of past, and shows what each misuse rule makes of them.
    #[arg(long)]
    with_misuse: bool,
    #[command(flatten)]
    ports: Ports,
}

#[derive(Subcommand)]
pub(crate) enum Department {
    /// Makes a department and prints its id.
    Add {
        /// Its name in addresses.
        #[arg(long)]
        slug: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// Where it is written to.
        #[arg(long)]
        email: String,
    },
    /// Lists departments.
    List,
}

#[derive(Subcommand)]
pub(crate) enum User {
    /// Makes a confirmed account and prints its id. The password is asked for, or read from standard input in a pipe.
    Add {
        /// The person's name.
        #[arg(long)]
        name: String,
        /// Their address.
        #[arg(long)]
        email: String,
        /// A role: `administrator`, `auditor`, `clerk`, `manager:DEPARTMENT`, `reviewer:DEPARTMENT`. May be repeated.
        #[arg(long)]
        role: Vec<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum Service {
    /// Makes a credential for a gate client and prints it, this once.
    Add {
        /// What it is for.
        #[arg(long)]
        name: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Terms {
    /// Publishes a version of terms from a Markdown file.
    Publish {
        /// `standard`, `click_through` or `restricted`.
        #[arg(long)]
        family: String,
        /// The title.
        #[arg(long)]
        title: String,
        /// The file.
        #[arg(long)]
        file: PathBuf,
        /// Holders must accept it anew, after a notice period.
        #[arg(long)]
        material: bool,
        /// From when it binds: a day of the city, such as 2027-01-01, or an instant, such as 2027-01-01T05:00:00Z.
        #[arg(long)]
        effective: Option<String>,
    },
    /// Lists versions.
    List,
}

#[derive(Subcommand)]
pub(crate) enum Tokens {
    /// Takes every key that signs access tokens out of use, because one may be known to somebody else, and makes a new one.
    /// Tokens issued until now are refused; programs get new ones with their keys.
    Rotate {
        /// Why, for the audit.
        #[arg(long)]
        reason: String,
    },
}

fn settings(place: &Place) -> Result<Settings, Box<dyn Error>> {
    let file = place.config.clone().or_else(|| Settings::file_in(&place.data));
    Ok(Settings::load(file.as_deref(), std::env::vars())?)
}

/// Opens the base for a command that changes something: what is missing is made, and a place without departments is set
/// up from its profile.
fn base(place: &Place) -> Result<(Base, Desk), Box<dyn Error>> {
    let settings = settings(place)?;
    telemetry::start(&settings.log);
    let base = Base::open(settings, &place.data)?;
    let desk = base.quiet_desk();
    app::set_up(&base, &desk)?;
    Ok((base, desk))
}

/// Opens the base for a command that only reads: there must be something to read.
fn existing(place: &Place) -> Result<(Base, Desk), Box<dyn Error>> {
    let settings = settings(place)?;
    telemetry::start(&settings.log);
    let base = Base::open_existing(settings, &place.data)?;
    let desk = base.quiet_desk();
    Ok((base, desk))
}

fn print(text: impl std::fmt::Display) -> Done {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Says something beside what is printed, so that a pipe gets only the thing itself.
fn note(text: &str) -> Done {
    writeln!(std::io::stderr().lock(), "{text}")?;
    Ok(())
}

/// Whether the error is only that the reader of a pipe has seen enough.
pub(crate) fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Prints an error with its causes.
pub(crate) fn complain(error: &dyn Error) {
    let mut text = error.to_string().trim_end().to_owned();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    let _nowhere_left_to_complain = writeln!(std::io::stderr().lock(), "accord: {text}");
}

fn with_ports(mut settings: Settings, ports: &Ports) -> Settings {
    if let Some(port) = ports.portal_port {
        settings.portal.listen.set_port(port);
    }
    if let Some(port) = ports.gate_port {
        settings.gate.listen.set_port(port);
    }
    settings
}

pub(crate) fn serve(place: &Place, ports: &Ports) -> Done {
    let settings = with_ports(settings(place)?, ports);
    telemetry::start(&settings.log);
    warn(&settings, place);
    let base = Base::open(settings, &place.data)?;
    app::block_on(app::serve(base, |running| {
        print(format!("portal  {}\ngate    {}", running.portal_url, running.gate_url))
            .map_err(|error| error.to_string())
    }))?;
    Ok(())
}

pub(crate) fn demo(place: &Place, demo: &Demo) -> Done {
    let settings = with_ports(settings(place)?, &demo.ports);
    telemetry::start(&settings.log);
    app::block_on(app::demo(settings, &place.data, (demo.fresh, demo.with_misuse), |card| {
        let text = if demo.json { card.to_json() } else { card.to_text() };
        print(text).map_err(|error| error.to_string())
    }))?;
    Ok(())
}

pub(crate) fn migrate(place: &Place) -> Done {
    let settings = settings(place)?;
    telemetry::start(&settings.log);
    let mut progress = Progress::new("Migrating");
    let opened = Base::open_telling(settings, &place.data, |done, total| progress.at(count(done), count(total)));
    drop(progress);
    let base = opened?;
    app::set_up(&base, &base.quiet_desk())?;
    print("the database is up to date")
}

fn warn(settings: &Settings, place: &Place) {
    for warning in warnings(settings, place) {
        tracing::warn!("{warning}");
    }
}

fn warnings(settings: &Settings, place: &Place) -> Vec<String> {
    let mut found = settings.warnings();
    let file = place.config.clone().or_else(|| Settings::file_in(&place.data));
    if let Some(file) = file.filter(|file| Settings::is_exposed(file)) {
        found.push(format!("{} holds a secret and everybody may read it: chmod 600", file.display()));
    }
    found
}

pub(crate) fn check_config(place: &Place) -> Done {
    let settings = settings(place)?;
    app::check_settings(&settings)?;
    let file = place.config.clone().or_else(|| Settings::file_in(&place.data));
    let from = file
        .as_ref()
        .map_or_else(|| "none, only defaults and environment".to_owned(), |file| file.display().to_string());
    print(format!("# data folder: {}\n# settings file: {from}", place.data.display()))?;
    print(Settings::shown(file.as_deref(), std::env::vars())?)?;
    for warning in warnings(&settings, place) {
        print(format!("warning: {warning}"))?;
    }
    print("the settings can be used")
}

pub(crate) fn routes(markdown: bool) -> Done {
    let rows = app::portal::routes(true).rows();
    print(if markdown { accord::web::matrix::markdown(&rows) } else { accord::web::matrix::text(&rows) })
}

pub(crate) fn openapi() -> Done {
    print(accord::api::api().document("/").to_pretty_json()?)
}

pub(crate) fn healthcheck(url: &str) -> Done {
    app::block_on(app::healthcheck(url))?;
    print("ready")
}

pub(crate) fn department(place: &Place, department: Department) -> Done {
    match department {
        Department::Add { slug, name, email } => {
            let (_, desk) = base(place)?;
            let id =
                staff::add_department(&desk, &Caller::service("command line"), (&slug, &name, &email)).map_err(said)?;
            print(id)
        }
        Department::List => {
            let (_, desk) = existing(place)?;
            for department in desk.read(people::departments).map_err(said)? {
                print(format!("{:<24} {}", department.slug, department.name))?;
            }
            Ok(())
        }
    }
}

/// The sentences of a case's refusal, field by field.
fn said(error: CaseError) -> Box<dyn Error> {
    let CaseError::Invalid(problems) = &error else { return error.into() };
    let lines: Vec<_> = problems.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect();
    lines.join("\n").into()
}

pub(crate) fn user(place: &Place, user: User) -> Done {
    let User::Add { name, email, role } = user;
    let (base, desk) = base(place)?;
    // Everything that can be wrong before the password is asked for.
    let roles = role.iter().map(|text| read_role(&desk, text)).collect::<Result<Vec<_>, _>>()?;
    let password = ask::password()?;
    let hash = app::hash_password(&password, &[&name, &email], base.password_cost()).map_err(said)?;
    let caller = Caller::service("command line");
    let id = staff::add_person(&desk, &caller, (&name, &email), hash, &roles).map_err(said)?;
    print(id)
}

fn read_role(desk: &Desk, text: &str) -> Result<RoleGrant, Box<dyn Error>> {
    let (word, slug) = text.split_once(':').map_or((text, None), |(word, slug)| (word, Some(slug)));
    let role = Role::from_word(word).ok_or_else(|| {
        let roles = "administrator, auditor, clerk, manager:DEPARTMENT or reviewer:DEPARTMENT";
        format!("there is no role “{word}”; give {roles}")
    })?;
    match (slug, role.is_departmental()) {
        (None, true) => Err(format!("{word} needs its department: {word}:DEPARTMENT; {DEPARTMENTS}").into()),
        (Some(_), false) => Err(format!("{word} is for the whole city: give {word} alone").into()),
        (None, false) => Ok(RoleGrant::new(role, None)?),
        (Some(slug), true) => Ok(RoleGrant::new(role, Some(department_named(desk, slug)?))?),
    }
}

/// Where a newcomer finds the names.
const DEPARTMENTS: &str = "`accord department list` names them";

fn department_named(desk: &Desk, slug: &str) -> Result<DepartmentId, Box<dyn Error>> {
    let found = desk.read(|conn| people::department_by_slug(conn, slug));
    if matches!(found, Err(CaseError::Missing)) {
        return Err(format!("there is no department “{slug}”; {DEPARTMENTS}").into());
    }
    Ok(found?.id)
}

pub(crate) fn service(place: &Place, service: Service) -> Done {
    let Service::Add { name } = service;
    let (_, desk) = base(place)?;
    let (_, token) = staff::add_service(&desk, &Caller::service("command line"), &name).map_err(said)?;
    note("This is the only time that it is shown. Keep it where the gate client reads it.")?;
    print(token.expose_secret())
}

pub(crate) fn terms(place: &Place, command: Terms) -> Done {
    match command {
        Terms::Publish { family, title, file, material, effective } => {
            let (base, desk) = base(place)?;
            let family = TermsFamily::from_name(&family)
                .ok_or_else(|| format!("there is no family “{family}”; give standard, click_through or restricted"))?;
            let effective = effective.map(|text| read_instant(&text, base.profile.zone)).transpose()?;
            let markdown = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let new = terms::NewTerms { family, title, markdown, is_material: material, effective_at: effective };
            let version = terms::publish(&desk, &Caller::service("command line"), &new).map_err(said)?;
            let (name, number, hash) = (version.family.as_str(), version.number, version.hash);
            print(format!("{name} {number} {hash}, binds from {}", version.effective_at.format("%Y-%m-%d %H:%M UTC")))
        }
        Terms::List => {
            let (_, desk) = existing(place)?;
            for family in TermsFamily::ALL {
                for version in terms::versions(&desk, family).map_err(said)? {
                    let (number, effective, hash) = (version.number, version.effective_at, version.hash);
                    print(format!(
                        "{:<14} {number:>3} {} {hash}",
                        family.as_str(),
                        effective.format("%Y-%m-%d %H:%M UTC")
                    ))?;
                }
            }
            Ok(())
        }
    }
}

/// A day of the city, from its midnight on, or an instant.
fn read_instant(text: &str, zone: Tz) -> Result<Instant, Box<dyn Error>> {
    if let Ok(day) = text.parse::<Day>() {
        let midnight = zone.from_local_datetime(&day.and_time(chrono::NaiveTime::MIN)).earliest();
        return midnight.map(|at| at.to_utc()).ok_or_else(|| format!("{text} has no midnight in {zone}").into());
    }
    let wrong =
        || format!("--effective {text}: give a day such as 2027-01-01, or an instant such as 2027-01-01T05:00:00Z");
    text.parse().map_err(|_neither| wrong().into())
}

pub(crate) fn tokens(place: &Place, command: Tokens) -> Done {
    let Tokens::Rotate { reason } = command;
    let (_, desk) = existing(place)?;
    let kid = rotation::rotate_now(&desk, &Caller::service("command line"), &reason).map_err(said)?;
    note("Every gate refuses the old tokens as soon as it looks for changes (gate.poll_ms).")?;
    print(kid)
}
