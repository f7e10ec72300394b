//! Imports in the background: asking for one, looking how far it is, calling it off, and doing it. The catalogue is fetched
//! before any transaction begins, and its records go in with the end of the errand, in one act of who asked.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Taking, read, take_in};
use crate::cases::catalogue::{READERS, steward};
use crate::cases::errands::{self, Audited, begin, is_lost};
use crate::cases::fetch::{FetchLimits, Meter, check_address, fetch_catalogue};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::errand::{Command, Progress, Step};
use crate::domain::id::{DepartmentId, ImportId};
use crate::domain::import::{Import, ImportSource, ImportWish, Importing};
use crate::domain::people::{Actor, Role};
use crate::domain::text::Invalid;
use crate::store::{errands as book, people};

/// Between two notes of how far a fetch is; as soon it is noticed that it was called off.
const NOTE_PAUSE: Duration = Duration::from_secs(1);
/// Errands looked through for what has no report.
const LISTED_MAX: i64 = 50;
/// What was given up stays in the list for so many days.
const GIVEN_UP_DAYS: i64 = 7;

impl Audited for Importing {
    const ASK: &'static str = "import.ask";
    const CANCEL: &'static str = "import.cancel";
    const FAIL: &'static str = "import.fail";

    fn told(wish: &ImportWish) -> Value {
        json!({ "department": wish.department, "source": wish.source.name() })
    }
}

/// Asks for the import of a catalogue. `text` is the catalogue itself, where it is handed in.
///
/// # Errors
/// `not_a_catalogue` for a text that is none, an invalid `url` for an address that cannot be asked, `too_many_errands`;
/// [`CaseError::Missing`] for another department.
pub fn ask(desk: &Desk, caller: &Caller, wish: ImportWish, text: Option<&str>) -> Result<Import, CaseError> {
    let capacity = steward(caller, wish.department)?;
    if let ImportSource::Address(url) = &wish.source {
        check_address("url", url, &desk.options.upstream_networks)?;
    }
    if let Some(text) = text {
        read(wish.source.name(), text.as_bytes())?;
    }
    desk.act(caller, |work| errands::ask(work, capacity, wish, text))
}

/// An import that was asked for.
///
/// # Errors
/// [`CaseError::Missing`] for who is neither of its department nor an auditor.
pub fn find(desk: &Desk, caller: &Caller, id: ImportId) -> Result<Import, CaseError> {
    let import = desk.read(|conn| book::by_id::<Importing>(conn, id))?;
    if may_see(caller, import.wish.department) { Ok(import) } else { Err(CaseError::Missing) }
}

/// What was asked for lately, that the caller may know of, and has no report: waiting, running, failed or called off.
///
/// # Errors
/// What the store says.
pub fn without_report(desk: &Desk, caller: &Caller) -> Result<Vec<Import>, CaseError> {
    let found = desk.read(|conn| book::newest::<Importing>(conn, None, LISTED_MAX))?;
    let since = desk.clock.now() - chrono::Duration::days(GIVEN_UP_DAYS);
    let has_none = |import: &Import| import.is_open() || (import.state.outcome().is_none() && import.moved_at > since);
    Ok(found.into_iter().filter(|import| has_none(import) && may_see(caller, import.wish.department)).collect())
}

fn may_see(caller: &Caller, department: DepartmentId) -> bool {
    caller.actor.departments(READERS).contains(&department) || caller.actor.holds_anywhere(Role::Auditor)
}

/// Calls an import off that waits or runs. Nothing of it was taken in.
///
/// # Errors
/// `wrong_state`; [`CaseError::Missing`] for who may not import for its department.
pub fn cancel(desk: &Desk, caller: &Caller, id: ImportId) -> Result<Import, CaseError> {
    desk.act(caller, |work| {
        let before = book::by_id::<Importing>(work.conn, id)?;
        let capacity = steward(caller, before.wish.department)?;
        errands::cancel(work, capacity, &before)
    })
}

/// Begins at once what was just asked for, unless another import of theirs is under way, and waits for it a little, so that who asked
/// for little need not look at how far it is.
pub async fn begin_now(desk: &Desk, patience: Duration) {
    let desk = desk.clone();
    let work = tokio::spawn(async move { round(&desk, &|| false).await });
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(Ok(_))) | Err(_) => {}
        Ok(Ok(Err(error))) => tracing::warn!(%error, "an import was not begun and waits for the clock"),
        Ok(Err(error)) => tracing::error!(%error, "an import was broken off"),
    }
}

/// Why a run ended before its catalogue was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    /// It is no longer this run's.
    Lost,
    /// The service stops.
    Stopping,
}

/// One round: makes the import whose turn it is. `is_stopping` is asked now and then; a run that has to stop is left to
/// the next. Gives how many imports it ended.
///
/// # Errors
/// What the store says.
pub async fn round(desk: &Desk, is_stopping: &(dyn Fn() -> bool + Sync)) -> Result<usize, CaseError> {
    if is_stopping() {
        return Ok(0);
    }
    let Some(import) = desk.run(|desk| begin(desk, &service(), |import| Ok(first(import)))).await? else {
        return Ok(0);
    };
    let import = Arc::new(import);
    let got = match &import.wish.source {
        ImportSource::Address(url) => fetch(desk, &import, (url, is_stopping)).await,
        ImportSource::Text(_) => {
            let id = import.id;
            let text = desk.run(move |desk| desk.read(|conn| book::payload(conn, id))).await?;
            Ok(Ok(text.unwrap_or_default().into_bytes()))
        }
    };
    desk.run(move |desk| match got {
        Ok(Ok(bytes)) => finish(desk, &import, &bytes),
        Ok(Err(why)) => ended(errands::fail(desk, &service(), &import, vec![why]), 1),
        Err(Halt::Lost) => Ok(0),
        Err(Halt::Stopping) => ended(errands::put_back(desk, &service(), &import), 0),
    })
    .await
}

fn service() -> Caller {
    Caller::service("imports")
}

const fn first(import: &Import) -> Progress {
    match import.wish.source {
        ImportSource::Address(_) => Progress::of(Step::Fetching, 0),
        ImportSource::Text(_) => Progress::of(Step::Reading, 0),
    }
}

/// Fetches the catalogue, keeps how far that is, and stops where it was called off.
async fn fetch(
    desk: &Desk,
    import: &Arc<Import>,
    (url, is_stopping): (&str, &(dyn Fn() -> bool + Sync)),
) -> Result<Result<Vec<u8>, String>, Halt> {
    let meter = Meter::default();
    let limits = FetchLimits::watched();
    let mut fetching = pin!(fetch_catalogue(url, &desk.options.upstream_networks, (limits, &meter)));
    let mut clock = tokio::time::interval(NOTE_PAUSE);
    loop {
        tokio::select! {
            done = &mut fetching => return Ok(done.map_err(|error| error.to_string())),
            _ = clock.tick() => {
                if is_stopping() {
                    return Err(Halt::Stopping);
                }
                let (done, of) = meter.read();
                let count = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
                let progress = Progress { step: Step::Fetching, done: count(done), of: count(of) };
                let run = Arc::clone(import);
                let is_ours = desk.run(move |desk| Ok(errands::note(desk, &run, progress))).await.unwrap_or(true);
                if !is_ours {
                    return Err(Halt::Lost);
                }
            }
        }
    }
}

/// Takes the records in, in the name of who asked.
fn finish(desk: &Desk, import: &Import, bytes: &[u8]) -> Result<usize, CaseError> {
    let wish = &import.wish;
    match taken(desk, import, bytes) {
        Ok(()) => Ok(1),
        Err(CaseError::Invalid(problems)) => {
            let why = problems.into_iter().map(|problem: Invalid| problem.message).collect();
            ended(errands::fail(desk, &service(), import, why), 1)
        }
        Err(error) if is_lost(&error) => {
            // Called off meanwhile, or who asked may no longer do this.
            if asker(desk, import).is_ok_and(|owner| steward(&owner, wish.department).is_ok()) {
                return Ok(0);
            }
            let why = "Whoever asked for this import may no longer import for the department.".to_owned();
            ended(errands::fail(desk, &service(), import, vec![why]), 1)
        }
        Err(error) => {
            tracing::warn!(%error, import = %import.id, "an import was broken off and will be begun again");
            ended(errands::put_back(desk, &service(), import), 0)
        }
    }
}

fn taken(desk: &Desk, import: &Import, bytes: &[u8]) -> Result<(), CaseError> {
    let source = import.wish.source.name();
    let parsed = read(source, bytes)?;
    let records = i64::try_from(parsed.records.len()).unwrap_or(i64::MAX);
    if !errands::note(desk, import, Progress::of(Step::Reading, records)) {
        return Err(CaseError::Stale);
    }
    let owner = asker(desk, import)?;
    let taking = Taking { id: import.id, department: import.wish.department, source, bytes, parsed: &parsed };
    take_in(
        desk,
        &owner,
        &taking,
        (
            |_, _| {},
            |work, report| errands::settle(work, import, &Command::Finish(report.counts(), records)).map(|_| ()),
        ),
    )?;
    Ok(())
}

/// Who asked, with the roles they hold now.
fn asker(desk: &Desk, import: &Import) -> Result<Caller, CaseError> {
    let account = desk.read(|conn| people::account_by_id(conn, import.owner))?;
    let roles = if account.disabled_at.is_none() { account.roles.clone() } else { Vec::new() };
    Ok(Caller { actor: Actor { roles, ..account.as_actor() }, ..service() })
}

/// The end of a run, which somebody else may have brought about first.
fn ended(done: Result<(), CaseError>, count: usize) -> Result<usize, CaseError> {
    match done {
        Ok(()) => Ok(count),
        Err(error) if is_lost(&error) => Ok(0),
        Err(error) => Err(error),
    }
}
