//! The public register for programs.

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::cases::register::{self, Line, Register, Wait};
use crate::domain::register::{Count, Table};
use crate::web::case::DeskData;
use crate::web::{Access, WebError};

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/public-register", Access::Public, "Agreements in force, and how the city decides", read)
        .gives::<PublicRegister>(200)
}

/// The public register. A count that is kept back is `null`.
#[derive(Debug, Serialize, ToSchema)]
struct PublicRegister {
    made_at: DateTime<Utc>,
    /// The first day that the counts look back to.
    since: NaiveDate,
    /// Counts above zero and below this are kept back.
    minimum: u64,
    in_force: Vec<RegisterLine>,
    /// By coded reason and department.
    denials: RegisterTable,
    /// By class and outcome.
    misuse: RegisterTable,
    /// By what was appealed and how it ended.
    appeals: RegisterTable,
    /// Requests for public records by how they stand.
    records: RegisterTable,
    waits: Vec<RegisterWait>,
    /// The median over all departments; `null` where there are too few decisions.
    median_days: Option<i64>,
}

/// One dataset of one agreement in force.
#[derive(Debug, Serialize, ToSchema)]
struct RegisterLine {
    agreement: String,
    dataset: String,
    title: String,
    department: String,
    tier: String,
    /// The organisation, or “An individual”.
    holder: String,
    purpose: String,
    since: NaiveDate,
    until: NaiveDate,
}

/// Counts.
#[derive(Debug, Serialize, ToSchema)]
struct RegisterTable {
    columns: Vec<String>,
    rows: Vec<RegisterRow>,
    total: Option<u64>,
}

/// A row of counts, one for each column.
#[derive(Debug, Serialize, ToSchema)]
struct RegisterRow {
    name: String,
    counts: Vec<Option<u64>>,
    total: Option<u64>,
}

/// How long a department takes.
#[derive(Debug, Serialize, ToSchema)]
struct RegisterWait {
    department: String,
    decisions: Option<u64>,
    /// Calendar days from submission to decision; `null` where there are too few decisions.
    median_days: Option<i64>,
}

impl From<&Line> for RegisterLine {
    fn from(line: &Line) -> Self {
        let Line { agreement, dataset, title, department, tier, holder, purpose, since, until } = line.clone();
        Self { agreement, dataset, title, department, tier: tier.to_owned(), holder, purpose, since, until }
    }
}

impl From<&Table> for RegisterTable {
    fn from(table: &Table) -> Self {
        let rows = table.rows.iter().map(|row| RegisterRow {
            name: row.name.clone(),
            counts: row.counts.iter().copied().map(Count::shown).collect(),
            total: row.total.shown(),
        });
        Self { columns: table.columns.clone(), rows: rows.collect(), total: table.total.shown() }
    }
}

impl From<&Register> for PublicRegister {
    fn from(register: &Register) -> Self {
        let wait = |wait: &Wait| RegisterWait {
            department: wait.department.clone(),
            decisions: wait.decisions.shown(),
            median_days: wait.median_days,
        };
        Self {
            made_at: register.made_at,
            since: register.since,
            minimum: register.minimum,
            in_force: register.in_force.iter().map(Into::into).collect(),
            denials: (&register.denials).into(),
            misuse: (&register.misuse).into(),
            appeals: (&register.appeals).into(),
            records: (&register.records).into(),
            waits: register.waits.iter().map(wait).collect(),
            median_days: register.median_days,
        }
    }
}

async fn read(desk: DeskData) -> Result<HttpResponse, WebError> {
    let register = desk.run(register::read).await?;
    let keep = (header::CACHE_CONTROL, "public, max-age=60");
    Ok(HttpResponse::Ok().insert_header(keep).json(PublicRegister::from(&*register)))
}
