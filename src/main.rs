//! The command line; nothing else.

mod commands;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// City sensor data under an agreement: apply, sign, receive scoped keys, and a gate that enforces every clause.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The folder that holds all state.
    #[arg(long, global = true, env = "ACCORD_DATA", default_value = "var")]
    data: PathBuf,
    /// The settings file; without it `accord.toml` in the data folder, when there is one.
    #[arg(long, global = true, env = "ACCORD_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs portal and gate.
    Serve(commands::Ports),
    /// Runs a gate alone, on the store of a portal.
    Gate(commands::Gate),
    /// Runs everything with a city in a box: departments, datasets, people, cases, live feeds.
    Demo(commands::Demo),
    /// Brings the database up to this program's version.
    Migrate,
    /// Copies the database whole into a file, opens the copy and recomputes its audit chain, and records that it was made.
    Backup(commands::Backup),
    /// Checks the settings and says what is weak.
    CheckConfig,
    /// Prints every route with who may call it.
    Routes {
        /// As a Markdown table.
        #[arg(long)]
        markdown: bool,
    },
    /// Prints the OpenAPI document.
    Openapi,
    /// Asks a running server whether it is ready; for container health checks.
    Healthcheck {
        /// The address to ask.
        #[arg(long, default_value = "http://127.0.0.1:8080/readyz")]
        url: String,
    },
    /// Departments.
    #[command(subcommand)]
    Department(commands::Department),
    /// People.
    #[command(subcommand)]
    User(commands::User),
    /// Credentials of gate clients.
    #[command(subcommand)]
    Service(commands::Service),
    /// The catalogue.
    #[command(subcommand)]
    Catalog(commands::Catalog),
    /// Terms.
    #[command(subcommand)]
    Terms(commands::Terms),
    /// Keys that sign access tokens.
    #[command(subcommand)]
    Tokens(commands::Tokens),
    /// The rule book against misuse.
    #[command(subcommand)]
    Rules(commands::Rules),
    /// The audit chain.
    #[command(subcommand)]
    Audit(commands::Audit),
    /// Whole tables to take along: entries, usage, the access log, agreements, keys.
    Export(commands::Export),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let place = commands::Place { data: cli.data, config: cli.config };
    let done = match cli.command {
        Command::Serve(ports) => commands::serve(&place, &ports),
        Command::Gate(gate) => commands::gate(&place, &gate),
        Command::Demo(demo) => commands::demo(&place, &demo),
        Command::Migrate => commands::migrate(&place),
        Command::Backup(backup) => commands::backup(&place, &backup),
        Command::CheckConfig => commands::check_config(&place),
        Command::Routes { markdown } => commands::routes(markdown),
        Command::Openapi => commands::openapi(),
        Command::Healthcheck { url } => commands::healthcheck(&url),
        Command::Department(department) => commands::department(&place, department),
        Command::User(user) => commands::user(&place, user),
        Command::Service(service) => commands::service(&place, service),
        Command::Catalog(catalog) => commands::catalog(&place, catalog),
        Command::Terms(terms) => commands::terms(&place, terms),
        Command::Tokens(tokens) => commands::tokens(&place, tokens),
        Command::Rules(rules) => commands::rules(&place, rules),
        Command::Audit(audit) => commands::audit(&place, audit),
        Command::Export(wanted) => commands::export(&place, &wanted),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if commands::is_closed_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}
