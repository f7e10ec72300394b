//! Requests for reuse statements: a visitor asks, the department's manager answers, and the answer becomes part of the
//! dataset in the same transaction. Must never ask who somebody is or what they want it for.

use serde::Serialize;

use super::accounts::{may_mail, source_of};
use super::catalogue::{self, Edit};
use super::{Caller, CaseError, Desk, Work};
use crate::domain::catalogue::Dataset;
use crate::domain::dcat::WebUrl;
use crate::domain::id::ReuseId;
use crate::domain::notice::{NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::reuse::{Ask, ReuseChange, ReuseRequest};
use crate::domain::text::{Email, Line, readable};
use crate::domain::time::day_in;
use crate::store::sessions::{self, Throttle};
use crate::store::{datasets, reuse};

/// Questions that may come from one address within an hour.
pub const ASKED_PER_HOUR: i64 = 20;
/// Who sees them at the department.
pub const READERS: &[Role] = &[Role::Reviewer, Role::Manager];

/// A question as typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Question {
    /// Their name; may be empty.
    pub name: String,
    /// Where the answer goes; may be empty.
    pub email: String,
    /// What they want to do; may be empty.
    pub what_for: String,
}

fn read_question(question: &Question) -> Result<(String, String, String), CaseError> {
    let name = readable("name", &question.name, 200);
    let what_for = readable("what_for", &question.what_for, 2_000);
    let email = if question.email.trim().is_empty() {
        Ok(String::new())
    } else {
        Email::parse("email", &question.email).map(|email| email.as_str().to_owned())
    };
    match (name, email, what_for) {
        (Ok(name), Ok(email), Ok(what_for)) => Ok((name, email, what_for)),
        (name, email, what_for) => {
            let faults = [name.err(), email.err(), what_for.err()];
            Err(CaseError::Invalid(faults.into_iter().flatten().collect()))
        }
    }
}

/// Whether a dataset says under which terms it may be used.
fn has_statement(dataset: &Dataset) -> bool {
    dataset.metadata.license.is_some() || dataset.metadata.rights.is_some()
}

/// Asks for the reuse statement of a dataset; who asks the same while it is open joins the first.
///
/// # Errors
/// Invalid fields; `statement_there`; [`CaseError::Wait`] under a flood; [`CaseError::Missing`] for a dataset that is
/// not in the catalogue.
pub fn ask(desk: &Desk, caller: &Caller, slug: &str, question: &Question) -> Result<ReuseRequest, CaseError> {
    let (name, email, what_for) = read_question(question)?;
    desk.act(caller, |work| {
        must_not_flood(work)?;
        // The counter is what two who ask at the same moment queue for.
        let number = work.next_number("RUS")?;
        let dataset = datasets::by_slug(work.conn, slug)?;
        if !dataset.is_published {
            return Err(CaseError::Missing);
        }
        if has_statement(&dataset) {
            return Err(
                Refusal::new("statement_there", "This dataset has a reuse statement: it stands on its page.").into()
            );
        }
        let may_tell = email.is_empty() || may_mail(work, &email.to_lowercase())?;
        let ask = Ask { at: work.now, name, email: if may_tell { email } else { String::new() }, what_for };
        let open = reuse::of_dataset(work.conn, dataset.id)?.into_iter().find(|known| known.answer.is_none());
        if let Some(open) = open {
            let change = open.join(ask)?;
            write(work, &change)?;
            return Ok(reuse::by_id(work.conn, open.id)?);
        }
        let request = begin(work, number, &dataset, ask);
        reuse::insert(work.conn, &request)?;
        let after = serde_json::json!({ "due": request.due.due });
        work.record(request.act("reuse.ask", Capacity::Visitor).change(serde_json::Value::Null, after))?;
        let notice = request.notice(Recipient::Office(request.department), NoticeKind::ReuseAsked);
        work.notify(&notice.with("path", "/reuse-requests"))?;
        Ok(request)
    })
}

fn begin(work: &mut Work<'_>, number: String, dataset: &Dataset, ask: Ask) -> ReuseRequest {
    let profile = &work.desk.profile;
    let asked_on = day_in(profile.zone, work.now);
    ReuseRequest {
        id: work.desk.new_id(work.now),
        number,
        dataset: dataset.id,
        slug: dataset.slug.clone(),
        title: dataset.metadata.title.to_string(),
        department: dataset.department,
        asked_at: work.now,
        asked_on,
        due: profile.calendar.after(asked_on, profile.records.reuse_answer),
        asks: vec![ask],
        count: 1,
        answer: None,
        version: 1,
    }
}

fn must_not_flood(work: &mut Work<'_>) -> Result<(), CaseError> {
    let (None, Some(address)) = (work.caller.actor.account, work.caller.actor.address) else { return Ok(()) };
    work.must_not_flood(&format!("reuse:{}", source_of(address)), ASKED_PER_HOUR)
}

impl Work<'_> {
    /// Counts one more by this subject; refuses when there were as many within an hour.
    ///
    /// # Errors
    /// [`CaseError::Wait`], or what the store says.
    pub(super) fn must_not_flood(&mut self, subject: &str, per_hour: i64) -> Result<(), CaseError> {
        let hour = chrono::Duration::hours(1);
        let known = sessions::throttle(self.conn, subject)?.filter(|known| self.now - known.last_at < hour);
        let count = known.map_or(0, |known| known.failures);
        let since = known.map_or(self.now, |known| known.last_at);
        if count >= per_hour {
            let wait = (since + hour - self.now).num_seconds().max(1);
            return Err(CaseError::Wait(u64::try_from(wait).unwrap_or(1)));
        }
        let record = Throttle { failures: count + 1, last_at: since, blocked_until: since };
        Ok(sessions::set_throttle(self.conn, subject, &record)?)
    }
}

pub(super) fn write(work: &mut Work<'_>, change: &ReuseChange) -> Result<(), CaseError> {
    reuse::save(work.conn, &change.next, work.now)?;
    work.record(change.act.clone())?;
    change.notices.iter().try_for_each(|notice| work.notify(notice))
}

/// The tasks of the caller's departments, what is due first at the top; `answered` also shows the others.
///
/// # Errors
/// [`CaseError::Missing`] for who has none.
pub fn list(desk: &Desk, caller: &Caller, answered: bool) -> Result<Vec<ReuseRequest>, CaseError> {
    let actor = &caller.actor;
    if actor.holds_anywhere(Role::Clerk) || actor.holds_anywhere(Role::Auditor) {
        return desk.read(|conn| reuse::list(conn, None, answered));
    }
    let ours = actor.departments(READERS);
    if ours.is_empty() {
        return Err(CaseError::Missing);
    }
    desk.read(|conn| reuse::list(conn, Some(&ours), answered))
}

/// One task.
///
/// # Errors
/// [`CaseError::Missing`] for who may not see it.
pub fn read(desk: &Desk, caller: &Caller, id: ReuseId) -> Result<ReuseRequest, CaseError> {
    let request = desk.read(|conn| reuse::by_id(conn, id))?;
    let actor = &caller.actor;
    let is_city_wide = actor.holds_anywhere(Role::Clerk) || actor.holds_anywhere(Role::Auditor);
    let may_see = is_city_wide || actor.departments(READERS).contains(&request.department);
    if may_see { Ok(request) } else { Err(CaseError::Missing) }
}

/// Answers a task: the dataset gets the statement, and whoever left an address is told.
///
/// # Errors
/// Invalid fields, `wrong_state`, `text_needed`, [`CaseError::Missing`].
pub fn answer(
    desk: &Desk,
    caller: &Caller,
    id: ReuseId,
    (license, text): (&str, &str),
) -> Result<ReuseRequest, CaseError> {
    let text = Line::<{ crate::domain::dcat::RIGHTS_MAX }>::parse("text", &one_paragraph(text))?;
    let url = match license.trim() {
        "" => None,
        typed => Some(WebUrl::parse("license", typed)?),
    };
    desk.act(caller, |work| {
        let request = reuse::by_id(work.conn, id)?;
        let on = day_in(work.desk.profile.zone, work.now);
        let license = url.as_ref().map(ToString::to_string).unwrap_or_default();
        let change = request.answer((license, text.to_string()), &caller.actor, work.now, on)?;
        let dataset = datasets::by_id(work.conn, request.dataset)?;
        let mut metadata = dataset.metadata.clone();
        metadata.license = url;
        metadata.rights = Some(text);
        let (summary, steward, version) = (dataset.summary.clone(), dataset.steward.clone(), dataset.version);
        let edit = Edit::About { metadata: Box::new(metadata), summary, steward };
        catalogue::edit_within(work, &dataset.slug, edit, version)?;
        write(work, &change)?;
        Ok(reuse::by_id(work.conn, id)?)
    })
}

/// The statement stands in one line of the catalogue.
fn one_paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the page of a dataset shows: the open question, if there is one, and the newest answer.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The open one.
    pub open: Option<ReuseRequest>,
    /// The newest that was answered.
    pub answered: Option<ReuseRequest>,
}

/// What was asked about a dataset.
///
/// # Errors
/// What the store says.
pub fn of_dataset(desk: &Desk, slug: &str) -> Result<Asked, CaseError> {
    desk.read(|conn| {
        let dataset = datasets::by_slug(conn, slug)?;
        let (mut answered, mut open): (Vec<_>, Vec<_>) =
            reuse::of_dataset(conn, dataset.id)?.into_iter().partition(|known| known.answer.is_some());
        let first = |list: &mut Vec<ReuseRequest>| (!list.is_empty()).then(|| list.remove(0));
        Ok(Asked { open: first(&mut open), answered: first(&mut answered) })
    })
}

/// Whether a published dataset lacks a statement, with its title; for the form.
///
/// # Errors
/// [`CaseError::Missing`] for a dataset that is not in the catalogue.
pub fn askable(desk: &Desk, slug: &str) -> Result<(String, bool), CaseError> {
    let dataset = catalogue::public(desk, slug)?;
    Ok((dataset.metadata.title.to_string(), !has_statement(&dataset)))
}
