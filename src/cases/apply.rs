//! What a requester does with an application: start, save, review, submit, answer, sign, counter, withdraw.

use std::collections::BTreeMap;

use serde_json::json;

use super::accounts::reserved_name;
use super::assignment::addressed;
use super::drafting::{DraftText, draft_text};
use super::settle::settle;
pub use super::signing::Signature;
use super::signing::{evidence, must_declare};
pub use super::wishes::Wanted;
use super::wishes::items;
use super::{Caller, CaseError, Desk, Work};
use crate::domain::application::{Answers, Application, Change, Command, PROPOSAL_MAX, Proposal, RemarkDraft, State};
use crate::domain::audit::{About, Act};
use crate::domain::id::{ApplicationId, DatasetId, DepartmentId};
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::domain::text::{Invalid, is_reserved_name, readable};
use crate::store::applications::{self, Remark};
use crate::store::{AnyConnection, agreements, datasets, people};

/// Live drafts and open applications of one person.
const OPEN_MAX: usize = 50;
/// Longest text of a message, answer or note.
pub const TEXT_MAX: usize = 5_000;

/// The application, if this caller is its requester or a member of the requester's organisation.
///
/// # Errors
/// [`CaseError::Missing`] for everybody else.
pub fn mine(conn: &mut AnyConnection, caller: &Caller, id: ApplicationId) -> Result<Application, CaseError> {
    let application = applications::by_id(conn, id)?;
    if !caller.actor.is_party(application.requester, application.organisation) {
        return Err(CaseError::Missing);
    }
    Ok(application)
}

/// Starts a draft for some datasets.
///
/// # Errors
/// Datasets that cannot be asked for, each named; `too_many_open`.
pub fn start(desk: &Desk, caller: &Caller, slugs: &[String]) -> Result<ApplicationId, CaseError> {
    start_with(desk, caller, slugs, &[])
}

/// The same with some answers, which the requester has looked at.
///
/// # Errors
/// Those of [`start`]; answers of unknown names or too long.
pub fn start_with(
    desk: &Desk,
    caller: &Caller,
    slugs: &[String],
    answers: &[(String, String)],
) -> Result<ApplicationId, CaseError> {
    let answers: Vec<_> = answers.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    desk.act(caller, |work| Ok(begin(work, &bare(slugs), &answers)?.id))
}

/// Datasets of which nothing is wanted yet.
pub(super) fn bare(slugs: &[String]) -> Vec<Wanted> {
    slugs.iter().map(|slug| Wanted { slug: slug.clone(), ..Wanted::default() }).collect()
}

/// Starts an application within another act, with some answers filled in.
pub(super) fn begin(
    work: &mut Work<'_>,
    wanted: &[Wanted],
    prefilled: &[(&str, String)],
) -> Result<Application, CaseError> {
    let caller = work.caller;
    let requester = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    let open = applications::of_party(work.conn, requester, organisation.as_deref())?;
    let open = open.iter().filter(|known| matches!(known.state, State::Draft | State::Submitted { .. })).count();
    if open >= OPEN_MAX {
        return Err(Refusal::new("too_many_open", "Finish or withdraw some of your applications first.").into());
    }
    let items = items(work, wanted, &[])?;
    let mut answers = Answers::default();
    let signatory = caller.actor.name.chars().take(200).collect::<String>();
    answers.set("signatory", &signatory)?;
    let problems: Vec<_> = prefilled.iter().filter_map(|(name, text)| answers.set(name, text).err()).collect();
    if !problems.is_empty() {
        return Err(CaseError::Invalid(problems));
    }
    let application = Application {
        id: work.new_id(),
        number: work.next_number("APP")?,
        requester,
        requester_name: caller.actor.name.clone(),
        organisation: caller.actor.organisation,
        answers,
        items,
        state: State::Draft,
        submissions: Vec::new(),
        recusals: Vec::new(),
        amends: None,
        follows: None,
        reopened_as: None,
        created_at: work.now,
        version: 1,
    };
    applications::insert(work.conn, &application, work.now)?;
    work.record(started(&application))?;
    Ok(application)
}

pub(super) fn started(application: &Application) -> Act {
    let about = About { application: Some(application.id), person: Some(application.requester), ..About::default() };
    let datasets: Vec<_> = application.items.iter().map(|item| item.slug.as_str()).collect();
    Act::new("application.start", Capacity::Requester, "application", &application.number)
        .about(about)
        .change(json!(null), json!({ "state": "draft", "datasets": datasets }))
}

/// Keeps a draft's answers and datasets. `answers` holds only the questions that were on the page; others stay.
///
/// # Errors
/// Answers too long or of unknown names; unknown datasets; [`CaseError::Stale`].
pub fn save(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    answers: &[(String, String)],
    wanted: Option<&[Wanted]>,
    version: i64,
) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let application = Application { version, ..mine(work.conn, caller, id)? };
        let mut next = application.answers.clone();
        let problems: Vec<_> = answers.iter().filter_map(|(name, text)| next.set(name, text).err()).collect();
        if !problems.is_empty() {
            return Err(CaseError::Invalid(problems));
        }
        let items = match wanted {
            Some(wanted) => items(work, wanted, &application.items)?,
            None => application.items.clone(),
        };
        let change = application.decide(Command::Save { answers: next, items }, &caller.actor, work.now)?;
        write(work, &change)
    })
}

/// What the review-and-confirm page shows.
#[derive(Clone, Debug)]
pub struct Review {
    /// The application.
    pub application: Application,
    /// The agreement text as it would be.
    pub draft: DraftText,
    /// What keeps it from being submitted.
    pub problems: Vec<Invalid>,
    /// The digest that the submission must repeat.
    pub reviewed: String,
}

/// The review-and-confirm page.
///
/// # Errors
/// [`CaseError::Missing`], `terms_missing`.
pub fn review(desk: &Desk, caller: &Caller, id: ApplicationId) -> Result<Review, CaseError> {
    let now = desk.clock.now();
    desk.store.read(|conn| {
        let application = mine(conn, caller, id)?;
        let application = under_present_tiers(conn, &application)?;
        let draft = draft_text(desk, conn, &application, now)?;
        let problems = problems(desk, conn, caller, &application)?;
        let reviewed = application.reviewed_digest();
        Ok(Review { application, draft, problems, reviewed })
    })
}

/// What still keeps one of the caller's applications from being submitted, for the pages of its form.
///
/// # Errors
/// [`CaseError::Missing`].
pub fn gaps(desk: &Desk, caller: &Caller, id: ApplicationId) -> Result<Vec<Invalid>, CaseError> {
    desk.store.read(|conn| {
        let application = mine(conn, caller, id)?;
        problems(desk, conn, caller, &application)
    })
}

/// Everything that keeps an application from being submitted.
fn problems(
    desk: &Desk,
    conn: &mut AnyConnection,
    caller: &Caller,
    application: &Application,
) -> Result<Vec<Invalid>, CaseError> {
    let purposes: Vec<String> = desk.profile.purposes.iter().map(|purpose| purpose.id.as_str().to_owned()).collect();
    let mut found = application.answers.problems(&purposes, application.names_users());
    let organisation = application.answers.get("organisation");
    if caller.actor.roles.is_empty() && is_reserved_name(organisation, &desk.profile.reserved_names) {
        found.push(reserved_name("organisation"));
    }
    if application.items.is_empty() {
        found.push(Invalid::new("datasets", "required", "Choose at least one dataset."));
    }
    for item in &application.items {
        if item.asked.operations.is_empty() {
            let message = format!("Choose at least one operation of “{}”.", item.title);
            found.push(Invalid::new(format!("operations.{}", item.slug), "required", message));
        }
        let dataset = datasets::by_id(conn, item.asked.dataset)?;
        // Once submitted, datasets cannot be taken out any more; a tier that changed is then a matter of the decision.
        if application.submissions.is_empty()
            && let Err(refusal) = dataset.must_be_grantable()
        {
            found.push(Invalid::new("datasets", refusal.code, format!("“{}”: {}", item.title, refusal.detail)));
        }
        for field in dataset.sensitive_fields() {
            if !item.asked.sensitive.contains_key(&field.name) {
                let message = format!("Say why you need “{}” of “{}”, which is sensitive.", field.name, item.title);
                found.push(Invalid::new(format!("why.{}.{}", item.slug, field.name), "required", message));
            }
        }
    }
    Ok(found)
}

/// Submits, with the signature that covers exactly the text that was reviewed. Executes at once when every dataset is
/// granted by click-through.
///
/// # Errors
/// Every problem of the form; `review_again`, `terms_changed`, `declarations_needed`, and those of the signature.
pub fn submit(desk: &Desk, caller: &Caller, id: ApplicationId, signature: &Signature) -> Result<State, CaseError> {
    desk.act(caller, |work| {
        let asked = (id, signature);
        if work.done_before("application.submit", &asked)?.is_some() {
            return Ok(mine(work.conn, caller, id)?.state);
        }
        let application = mine(work.conn, caller, id)?;
        super::records::must_owe_nothing(work, application.requester, application.organisation)?;
        let application = under_present_tiers(work.conn, &application)?;
        let problems = problems(work.desk, work.conn, caller, &application)?;
        if !problems.is_empty() {
            return Err(CaseError::Invalid(problems));
        }
        let draft = draft_text(work.desk, work.conn, &application, work.now)?;
        must_declare(work.desk, &application, signature)?;
        let evidence = evidence(work, &draft, signature)?;
        agreements::keep_text(work.conn, &draft.hash, &draft.text, work.now)?;
        let agreement = work.new_id();
        let command = Command::Submit { evidence, reviewed: signature.reviewed.clone(), agreement };
        let change = application.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        settle(work, &application, &change, Some(&draft))?;
        work.remember(change.next.state.as_str())?;
        Ok(change.next.state)
    })
}

/// The application under the tiers that its datasets have now; what counts is the tier at the time of the act.
pub(super) fn under_present_tiers(
    conn: &mut AnyConnection,
    application: &Application,
) -> Result<Application, CaseError> {
    let mut tiers = BTreeMap::new();
    for item in &application.items {
        let dataset = datasets::by_id(conn, item.asked.dataset)?;
        tiers.insert(dataset.id, dataset.tier);
    }
    Ok(application.with_tiers(|id| tiers.get(&id).copied().flatten()))
}

/// Signs the offer.
///
/// # Errors
/// `terms_changed`, `offer_lapsed`, and those of the signature.
pub fn sign(desk: &Desk, caller: &Caller, id: ApplicationId, signature: &Signature) -> Result<State, CaseError> {
    desk.act(caller, |work| {
        let asked = (id, signature);
        if work.done_before("application.sign", &asked)?.is_some() {
            return Ok(mine(work.conn, caller, id)?.state);
        }
        let application = mine(work.conn, caller, id)?;
        let State::Offered { agreement, .. } = application.state else {
            return Err(Refusal::new("no_offer", "There is no open offer.").into());
        };
        let offered = agreements::by_id(work.conn, agreement)?;
        let terms = crate::store::terms::by_id(work.conn, offered.terms)?;
        let text = agreements::text(work.conn, &offered.text_hash)?;
        let draft = DraftText {
            terms,
            number: offered.number.clone(),
            parameters: offered.parameters.clone(),
            schedules: offered.schedules.clone(),
            text,
            hash: offered.text_hash.clone(),
        };
        let evidence = evidence(work, &draft, signature)?;
        let change = application.decide(Command::Sign { evidence: evidence.clone() }, &caller.actor, work.now)?;
        write(work, &change)?;
        super::settle::execute(work, &offered, evidence)?;
        work.remember("executed")?;
        Ok(change.next.state)
    })
}

/// Answers a department's question.
///
/// # Errors
/// `answer_needed`, `too_long`, `wrong_state`.
pub fn answer(desk: &Desk, caller: &Caller, id: ApplicationId, text: &str) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Answer { text: bounded(text)? })
}

/// Writes to a department.
///
/// # Errors
/// `message_needed`, `too_long`, `wrong_state`.
pub fn message(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    department: DepartmentId,
    text: &str,
) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Message { department, text: bounded(text)? })
}

/// Proposes other words for some conditions of an offer. The offer is closed and the departments decide those items again.
///
/// # Errors
/// `counter_needed`, `offer_lapsed`, `nothing_to_counter`, `unknown_item`, `unknown_condition`, `counter_repeated`;
/// proposals too long.
pub fn counter(desk: &Desk, caller: &Caller, id: ApplicationId, proposals: &[Proposal]) -> Result<(), CaseError> {
    let mut read = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        let field = format!("counter.{}.{}", proposal.item, proposal.condition);
        read.push(Proposal { text: readable(&field, &proposal.text, PROPOSAL_MAX)?, ..proposal.clone() });
    }
    simple(desk, caller, id, Command::Counter { proposals: read })
}

/// Takes an application back, or declines an offer.
///
/// # Errors
/// `wrong_state`, `too_long`.
pub fn withdraw(desk: &Desk, caller: &Caller, id: ApplicationId, reason: &str) -> Result<(), CaseError> {
    simple(desk, caller, id, Command::Withdraw { reason: bounded(reason)? })
}

fn simple(desk: &Desk, caller: &Caller, id: ApplicationId, command: Command) -> Result<(), CaseError> {
    desk.act(caller, |work| {
        let application = mine(work.conn, caller, id)?;
        let change = application.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        settle(work, &application, &change, None)
    })
}

/// Saves everything a change holds but the agreement's part.
pub(super) fn write(work: &mut Work<'_>, change: &Change) -> Result<(), CaseError> {
    applications::save(work.conn, &change.next, work.now)?;
    if let Some(RemarkDraft { kind, department, text, about }) = &change.remark {
        let remark = Remark {
            id: work.new_id(),
            department: *department,
            author_name: work.caller.actor.name.clone(),
            is_from_requester: work.caller.actor.is_party(change.next.requester, change.next.organisation),
            kind: *kind,
            text: text.clone(),
            about: about.clone(),
            at: work.now,
        };
        applications::add_remark(work.conn, change.next.id, work.caller.actor.account, &remark)?;
    }
    work.record(change.act.clone())?;
    for notice in &change.notices {
        addressed(work, &change.next, notice)?.iter().try_for_each(|notice| work.notify(notice))?;
    }
    Ok(())
}

/// A text of people, with its limit.
pub(super) fn bounded(text: &str) -> Result<String, CaseError> {
    Ok(readable("text", text, TEXT_MAX)?)
}

/// The caller's own applications and those of their organisation.
///
/// # Errors
/// What the store says.
pub fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Application>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    desk.read(|conn| applications::of_party(conn, me, organisation.as_deref()))
}

/// Department names by id, for pages that show who has a case.
///
/// # Errors
/// What the store says.
pub fn department_names(desk: &Desk) -> Result<BTreeMap<DepartmentId, String>, CaseError> {
    let all = desk.read(people::departments)?;
    Ok(all.into_iter().map(|department| (department.id, department.name)).collect())
}

/// The dataset of an item, for forms that list its operations and sensitive fields.
///
/// # Errors
/// What the store says.
pub fn dataset_of(desk: &Desk, id: DatasetId) -> Result<crate::domain::catalogue::Dataset, CaseError> {
    desk.read(|conn| datasets::by_id(conn, id))
}
