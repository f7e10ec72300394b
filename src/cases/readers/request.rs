//! From a request to the clause that allowed it, or to what refused it: the line of the access log beside what was so at
//! that very instant.

use super::{AgreementReaders, KeyReader, readers};
use crate::cases::settle::text_of;
use crate::cases::usage::log_for_auditor;
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::audit::Entry;
use crate::domain::people::Role;
use crate::domain::readers::Span;
use crate::store::audit::{self, Search};
use crate::store::views::usage::{LogLine, LogSearch};
use crate::store::{agreements, datasets};

/// Calls and entries told of one request; it is seldom more than one.
const TOLD_MAX: i64 = 50;

/// Everything that is known of one request.
#[derive(Clone, Debug)]
pub struct ExplainedRequest {
    /// Its id.
    pub id: String,
    /// Its calls at the gate.
    pub calls: Vec<ExplainedCall>,
    /// Entries of the chain that it left.
    pub entries: Vec<Entry>,
}

/// One call with what allowed or refused it.
#[derive(Clone, Debug)]
pub struct ExplainedCall {
    /// The line of the access log.
    pub line: LogLine,
    /// The dataset's title; empty where the path named none.
    pub dataset: String,
    /// The agreement as it was at that instant; `None` where no key was recognised or none was in force.
    pub under: Option<AgreementReaders>,
    /// The key as it was at that instant.
    pub key: Option<KeyReader>,
    /// The schedule of the dataset as it stands in the signed text, Markdown.
    pub clause: String,
}

/// Explains a request. Reading its whole client address leaves an entry.
///
/// # Errors
/// [`CaseError::Missing`] for everybody but auditors.
pub fn explain(desk: &Desk, caller: &Caller, id: &str) -> Result<ExplainedRequest, CaseError> {
    caller.actor.acting_as(Role::Auditor)?;
    let search = LogSearch { request: Some(id.to_owned()), ..LogSearch::default() };
    let lines = log_for_auditor(desk, caller, &search, TOLD_MAX)?;
    let calls = lines.into_iter().map(|line| call(desk, caller, line)).collect::<Result<_, _>>()?;
    let wanted = Search { request: Some(id.to_owned()), ..Search::default() };
    let mut entries = desk.read(|conn| audit::search(conn, &wanted, TOLD_MAX))?;
    entries.reverse();
    Ok(ExplainedRequest { id: id.to_owned(), calls, entries })
}

fn call(desk: &Desk, caller: &Caller, line: LogLine) -> Result<ExplainedCall, CaseError> {
    let of = &line.access.of;
    let Some(dataset) = of.dataset else {
        return Ok(ExplainedCall { line, dataset: String::new(), under: None, key: None, clause: String::new() });
    };
    let title = desk.read(|conn| datasets::by_id(conn, dataset))?.metadata.title.to_string();
    let Some(agreement) = of.agreement else {
        return Ok(ExplainedCall { line, dataset: title, under: None, key: None, clause: String::new() });
    };
    let clause = desk.read(|conn| {
        let agreement = agreements::by_id(conn, agreement)?;
        let schedule = agreement.schedules.iter().find(|schedule| schedule.dataset == dataset);
        schedule.map_or_else(|| Ok(String::new()), |one| Ok(clause_of(&text_of(conn, &agreement)?, &one.slug)))
    })?;
    let at = line.access.at;
    let moment = Span::new(at, at + chrono::TimeDelta::microseconds(1));
    let found = readers(desk, caller, dataset, moment)?;
    let under = found.agreements.into_iter().find(|one| one.agreement.id == agreement);
    let key = under.as_ref().and_then(|one| one.keys.iter().find(|key| Some(key.id) == of.key)).cloned();
    Ok(ExplainedCall { line, dataset: title, under, key, clause })
}

/// The schedule of a dataset in an agreement's text: from its heading to the next one.
fn clause_of(text: &str, slug: &str) -> String {
    const HEADING: &str = "\n## Schedule ";
    let wanted = format!("\n- Dataset: `{slug}`\n");
    let mut parts = text.split(HEADING);
    let _before_the_schedules = parts.next();
    let found = parts.find(|part| part.contains(&wanted));
    found.map(|part| format!("## Schedule {}", part.trim_end())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clause_of_a_dataset_is_its_schedule_and_nothing_of_the_next() {
        let text = "1. Terms\n\n# Schedules\n\n## Schedule 1: Bikes\n\n- Dataset: `bikes`\n- Limit: 5\n\n## Schedule 2: \
                    Cars\n\n- Dataset: `cars`\n";
        assert_eq!(clause_of(text, "bikes"), "## Schedule 1: Bikes\n\n- Dataset: `bikes`\n- Limit: 5");
        assert_eq!(clause_of(text, "cars"), "## Schedule 2: Cars\n\n- Dataset: `cars`");
        assert_eq!(clause_of(text, "bike"), "");
    }
}
