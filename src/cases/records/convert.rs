//! From one track to the other: an application's datasets become requests for records, a request for records becomes the
//! draft of an application. Neither ends the other unless the requester says so.

use super::{Caller, CaseError, Desk, Read, receive, theirs, write};
use crate::cases::apply;
use crate::domain::application::{Application, Command};
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::domain::records::{Format, RecordsCommand, RecordsRequest, Requester, TEXT_MAX};
use crate::domain::refusal::Refusal;
use crate::domain::text::{Invalid, readable};
use crate::store::{people, records};

/// An application's datasets asked for as records.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ConvertWish {
    /// Which datasets, by their items.
    pub items: Vec<ItemId>,
    /// What else to say; may be empty.
    pub text: String,
    /// Whether the application ends with it.
    pub ends_application: bool,
}

/// Makes requests for records from an application, one for each department that has some of them.
///
/// # Errors
/// `required` without items, `wrong_state`, `already_filed`, [`CaseError::Missing`] for everybody but the requester.
pub fn from_application(
    desk: &Desk,
    caller: &Caller,
    id: ApplicationId,
    wish: &ConvertWish,
) -> Result<Vec<RecordsRequest>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let text = readable("text", &wish.text, 4_000)?;
    desk.act(caller, |work| {
        if work.done_before("application.convert", &(id, wish))?.is_some() {
            return Ok(records::of_application(work.conn, id)?);
        }
        let application = apply::mine(work.conn, caller, id)?;
        must_be_askable(&application)?;
        let groups = groups(&application, &wish.items)?;
        let account = people::account_by_id(work.conn, me)?;
        let mut made = Vec::new();
        for (department, titles) in groups {
            let requester = Requester {
                account: Some(me),
                organisation: application.organisation,
                name: account.name.clone(),
                email: String::new(),
                other_way: String::new(),
                language: account.language.clone(),
            };
            let description = described(&application, &titles, &text);
            let read =
                Read { requester, department: String::new(), description, format: Format::Electronic, waiver: None };
            made.push(receive(work, read, Some(department), Some(id))?);
        }
        if wish.ends_application {
            let numbers: Vec<_> = made.iter().map(|request| request.number.clone()).collect();
            let change = application.decide(Command::Convert { requests: numbers }, &caller.actor, work.now)?;
            apply::write(work, &change)?;
        }
        work.remember("converted")?;
        Ok(made)
    })
}

fn must_be_askable(application: &Application) -> Result<(), Refusal> {
    if application.is_visible_to_staff() {
        return Ok(());
    }
    Err(Refusal::new("wrong_state", "This application was never sent. Ask for the records directly instead."))
}

/// The titles asked for, by the department that has them.
fn groups(application: &Application, items: &[ItemId]) -> Result<Vec<(DepartmentId, Vec<String>)>, CaseError> {
    let mut groups: Vec<(DepartmentId, Vec<String>)> = Vec::new();
    for item in application.items.iter().filter(|item| items.contains(&item.id)) {
        match groups.iter_mut().find(|(department, _)| *department == item.department) {
            Some((_, titles)) => titles.push(item.title.clone()),
            None => groups.push((item.department, vec![item.title.clone()])),
        }
    }
    if groups.is_empty() {
        return Err(Invalid::new("items", "required", "Choose at least one dataset.").into());
    }
    Ok(groups)
}

fn described(application: &Application, titles: &[String], text: &str) -> String {
    let listed: Vec<_> = titles.iter().map(|title| format!("“{title}”")).collect();
    let mut description = format!(
        "Copies of the existing records that make up {}, as named in application {}.",
        listed.join(" and "),
        application.number
    );
    if !text.is_empty() {
        description.push_str("\n\n");
        description.push_str(text);
    }
    description.chars().take(TEXT_MAX).collect()
}

/// Begins an application from a request for records; needs an account. Returns it and the request as it is now.
///
/// # Errors
/// `too_many_open`, `wrong_state`, [`CaseError::Missing`].
pub fn to_application(
    desk: &Desk,
    caller: &Caller,
    key: &str,
    ends_request: bool,
) -> Result<(ApplicationId, RecordsRequest), CaseError> {
    caller.actor.account.ok_or(CaseError::Missing)?;
    desk.act(caller, |work| {
        let (request, shown) = theirs(work.desk, work.conn, caller, key)?;
        let title = format!("From records request {}", request.number);
        let purpose: String = request.description.chars().take(4_000).collect();
        let prefilled = [("title", title), ("purpose", purpose)];
        let begun = apply::begin(work, &[], &prefilled)?;
        let (application, number) = (begun.id, begun.number);
        let command = RecordsCommand::Convert { application, number, ends_request, shown };
        let change = request.decide(command, &caller.actor, work.now)?;
        write(work, &change)?;
        Ok((application, records::by_id(work.conn, request.id)?))
    })
}
