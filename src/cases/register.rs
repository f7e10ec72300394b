//! The public register: what the city shares under agreements, and how it decides. No personal data of individuals, and
//! no count small enough to point at somebody. Computed at most once a minute, whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Months;
use serde::Serialize;

use super::sheets::Sheet;
use super::{CaseError, Desk};
use crate::domain::id::DepartmentId;
use crate::domain::misuse::Class;
use crate::domain::register::{Count, Counts, Table, median};
use crate::domain::time::{Day, Instant, day_in};
use crate::store::people;
use crate::store::views::register::{self as view, Decided, Facts, InForce};

/// For how long it is kept.
const KEPT_SECONDS: i64 = 60;

/// The register as it was computed last.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<(Instant, Arc<Register>)>>);

/// The register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Register {
    /// When it was computed.
    pub made_at: Instant,
    /// The first day that its counts look back to.
    pub since: Day,
    /// Counts above zero and below this are kept back.
    pub minimum: u64,
    /// Agreements in force, one line for each dataset.
    pub in_force: Vec<Line>,
    /// Denials by code (rows) and department (columns); a denial for two codes counts under both.
    pub denials: Table,
    /// Misuse by class.
    pub misuse: Table,
    /// Appeals by what was appealed (rows) and where they stand (columns).
    pub appeals: Table,
    /// Requests for public records by how they stand.
    pub records: Table,
    /// Days from submission to decision by department.
    pub waits: Vec<Wait>,
    /// The median of days over all departments; `None` where there are too few decisions.
    pub median_days: Option<i64>,
    /// The newest changes, newest first.
    pub changes: Vec<Change>,
}

/// One dataset of one agreement in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The agreement's number.
    pub agreement: String,
    /// The dataset's slug.
    pub dataset: String,
    /// Its title.
    pub title: String,
    /// The data provider.
    pub department: String,
    /// The tier.
    pub tier: &'static str,
    /// The organisation, or “An individual”.
    pub holder: String,
    /// The purpose category.
    pub purpose: String,
    /// The first day.
    pub since: Day,
    /// The last day.
    pub until: Day,
}

/// How long a department takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// The department.
    pub department: String,
    /// Its decisions.
    pub decisions: Count,
    /// The median of days; `None` where there are too few decisions.
    pub median_days: Option<i64>,
}

/// A change for those who follow the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// A name that stays the same.
    pub id: String,
    /// When.
    pub at: Instant,
    /// In a sentence.
    pub title: String,
}

/// Who holds an agreement that no organisation holds.
const INDIVIDUAL: &str = "An individual";

/// The register, at most a minute old.
///
/// # Errors
/// What the store says.
pub fn read(desk: &Desk) -> Result<Arc<Register>, CaseError> {
    let now = desk.clock.now();
    // Whoever comes while it is computed waits for it instead of computing it too.
    let mut kept = desk.register.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, register)) = kept.as_ref().filter(|(at, _)| (0..KEPT_SECONDS).contains(&(now - *at).num_seconds()))
    {
        tracing::trace!(%at, "the register is kept");
        return Ok(Arc::clone(register));
    }
    let register = Arc::new(compute(desk, now)?);
    *kept = Some((now, Arc::clone(&register)));
    Ok(register)
}

fn compute(desk: &Desk, now: Instant) -> Result<Register, CaseError> {
    let profile = &desk.profile;
    let today = day_in(profile.zone, now);
    let since = today.checked_sub_months(Months::new(u32::from(profile.register.months))).unwrap_or(today);
    let from = since.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc();
    let (facts, names) = desk.read(|conn| {
        let facts = view::read(conn, from, now)?;
        let names: BTreeMap<_, _> =
            people::departments(conn)?.into_iter().map(|department| (department.id, department.name)).collect();
        Ok((facts, names))
    })?;
    let minimum = u64::from(profile.register.minimum_cell);
    Ok(Register {
        made_at: now,
        since,
        minimum,
        in_force: facts.in_force.iter().map(|one| line(desk, &names, one)).collect(),
        denials: denials(desk, &names, &facts).published(&[], minimum),
        misuse: misuse(&facts).published(&[], minimum),
        appeals: appeals(&facts).published(&[], minimum),
        records: records(&facts).published(&[], minimum),
        waits: waits(desk, &names, &facts.decided, minimum),
        median_days: median(&mut facts.decided.iter().map(|one| taken(desk, one)).collect::<Vec<_>>(), least(minimum)),
        changes: facts.news.iter().map(change).collect(),
    })
}

fn name(names: &BTreeMap<DepartmentId, String>, id: DepartmentId) -> String {
    names.get(&id).cloned().unwrap_or_else(|| "A department of the city".to_owned())
}

fn line(desk: &Desk, names: &BTreeMap<DepartmentId, String>, one: &InForce) -> Line {
    let profile = &desk.profile;
    let purpose = profile.purpose(&one.purpose).map_or(one.purpose.as_str(), |purpose| purpose.title.text("en"));
    Line {
        agreement: one.number.clone(),
        dataset: one.slug.clone(),
        title: one.title.clone(),
        department: name(names, one.department),
        tier: one.tier.as_str(),
        holder: one.organisation.clone().unwrap_or_else(|| INDIVIDUAL.to_owned()),
        purpose: purpose.to_owned(),
        since: day_in(profile.zone, one.since),
        until: day_in(profile.zone, one.until - chrono::Duration::seconds(1)),
    }
}

fn denials(desk: &Desk, names: &BTreeMap<DepartmentId, String>, facts: &Facts) -> Counts {
    let mut counts = Counts::default();
    for decided in &facts.decided {
        for code in &decided.denied_for {
            let known = desk.profile.grounds.iter().find(|ground| ground.code.as_str() == code);
            let row = known.map_or_else(|| code.clone(), |ground| format!("{code} {}", ground.title.text("en")));
            counts.add(&row, &name(names, decided.department), 1);
        }
    }
    counts
}

/// What the misuse rules noticed, and the cases of people by how they stand.
fn misuse(facts: &Facts) -> Counts {
    let mut counts = Counts::default();
    for (class, count) in &facts.signals {
        let known = Class::ALL.into_iter().find(|known| known.as_str() == class);
        let row = known.map_or_else(|| class.clone(), |known| format!("{class} {}", known.title()));
        counts.add(&row, "Noticed by a rule", u64::try_from(*count).unwrap_or(0));
    }
    for (class, stands) in &facts.cases {
        let known = Class::ALL.into_iter().find(|known| known.as_str() == *class);
        let row = known.map_or_else(|| (*class).to_owned(), |known| format!("{class} {}", known.title()));
        let column = match *stands {
            "found" => "Case: violation found",
            "dismissed" => "Case: dismissed",
            "open" => "Case: open",
            _ => "Case: closed without a finding",
        };
        counts.add(&row, column, 1);
    }
    counts
}

/// Requests for records by how they stand.
fn records(facts: &Facts) -> Counts {
    let mut counts = Counts::default();
    for (state, count) in &facts.records {
        let row = match state.as_str() {
            "received" | "acknowledged" => "Open",
            "deemed_denied" => "Denied by silence",
            "produced" => "Produced",
            "partly" => "Produced in part",
            "denied" => "Denied",
            "withdrawn" => "Taken back",
            _ => "Became an application",
        };
        counts.add(row, "Requests", u64::try_from(*count).unwrap_or(0));
    }
    counts
}

fn appeals(facts: &Facts) -> Counts {
    let mut counts = Counts::default();
    for (kind, state) in &facts.appeals {
        counts.add(appealed_words(kind), outcome_words(state), 1);
    }
    counts
}

fn appealed_words(kind: &'static str) -> &'static str {
    match kind {
        "denial" => "Denials",
        "conditions" => "Conditions",
        "suspension" => "Suspensions",
        "revocation" => "Revoked keys",
        "termination" => "Ended agreements",
        "finding" => "Findings of violation",
        "not_renewed" => "Refused renewals",
        other => other,
    }
}

fn outcome_words(state: &'static str) -> &'static str {
    match state {
        "open" => "Open",
        "affirmed" => "Affirmed",
        "modified" => "Modified",
        "reversed" => "Reversed",
        "remanded" => "Sent back",
        "not_heard" => "Not heard",
        "withdrawn" => "Withdrawn",
        other => other,
    }
}

/// Days from submission to decision.
fn taken(desk: &Desk, one: &Decided) -> i64 {
    let zone = desk.profile.zone;
    (day_in(zone, one.at) - day_in(zone, one.submitted_at)).num_days()
}

/// Fewest decisions that a median is told of.
fn least(minimum: u64) -> usize {
    usize::try_from(minimum).unwrap_or(usize::MAX)
}

fn waits(desk: &Desk, names: &BTreeMap<DepartmentId, String>, decided: &[Decided], minimum: u64) -> Vec<Wait> {
    let mut days: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for one in decided {
        days.entry(name(names, one.department)).or_default().push(taken(desk, one));
    }
    let wait = |(department, mut days): (String, Vec<i64>)| Wait {
        department,
        decisions: Count::alone(u64::try_from(days.len()).unwrap_or(u64::MAX), minimum),
        median_days: median(&mut days, least(minimum)),
    };
    days.into_iter().map(wait).collect()
}

fn change(news: &view::News) -> Change {
    let holder = news.organisation.as_deref().unwrap_or(INDIVIDUAL);
    let titles = news.titles.join(", ");
    let (number, what) = (&news.number, news.state);
    let title = match what {
        "executed" => format!("{number}: in force, {holder}, {titles}"),
        "expired" => format!("{number}: its term is over, {holder}, {titles}"),
        "terminated" => format!("{number}: ended before its term, {holder}, {titles}"),
        _ => format!("{number}: replaced by a newer agreement, {holder}, {titles}"),
    };
    Change { id: format!("{number}/{what}"), at: news.at, title }
}

/// The tables that are also given as files.
pub const TABLES: [&str; 6] = ["agreements", "denials", "misuse", "appeals", "records", "waits"];

/// One table for spreadsheets; `None` for a name that is none of [`TABLES`]. A count that is kept back is an empty cell
/// with `yes` beside it.
#[must_use]
pub fn sheet(register: &Register, name: &str) -> Option<Sheet> {
    let (heads, rows): (&'static [&'static str], _) = match name {
        "agreements" => (
            &["agreement", "dataset", "title", "department", "tier", "holder", "purpose", "since", "until"],
            register.in_force.iter().map(line_cells).collect(),
        ),
        "denials" => (&["code", "department", "count", "kept_back"], cells(&register.denials)),
        "misuse" => (&["class", "outcome", "count", "kept_back"], cells(&register.misuse)),
        "appeals" => (&["appealed", "outcome", "count", "kept_back"], cells(&register.appeals)),
        "records" => (&["outcome", "column", "count", "kept_back"], cells(&register.records)),
        "waits" => {
            (&["department", "decisions", "kept_back", "median_days"], register.waits.iter().map(wait_cells).collect())
        }
        _ => return None,
    };
    Some(Sheet { heads, rows, next: None })
}

fn line_cells(line: &Line) -> Vec<String> {
    let Line { agreement, dataset, title, department, tier, holder, purpose, since, until } = line.clone();
    vec![agreement, dataset, title, department, tier.to_owned(), holder, purpose, since.to_string(), until.to_string()]
}

fn count_cells(count: Count) -> [String; 2] {
    match count {
        Count::Shown(count) => [count.to_string(), "no".to_owned()],
        Count::Hidden => [String::new(), "yes".to_owned()],
    }
}

fn wait_cells(wait: &Wait) -> Vec<String> {
    let [count, kept_back] = count_cells(wait.decisions);
    let median = wait.median_days.map(|days| days.to_string()).unwrap_or_default();
    vec![wait.department.clone(), count, kept_back, median]
}

/// Cell by cell, with the totals that are shown on the page.
fn cells(table: &Table) -> Vec<Vec<String>> {
    let cell = |row: &str, column: &str, count: Count| {
        let [count, kept_back] = count_cells(count);
        vec![row.to_owned(), column.to_owned(), count, kept_back]
    };
    let mut cells = Vec::new();
    for row in &table.rows {
        for (column, count) in table.columns.iter().zip(&row.counts) {
            cells.push(cell(&row.name, column, *count));
        }
        cells.push(cell(&row.name, "total", row.total));
    }
    cells.push(cell("total", "total", table.total));
    cells
}
