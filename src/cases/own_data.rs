//! What is kept about a person, put together for them. Without complaints they sent, renewals, certificates of
//! destruction and the content of files they handed in. Only what they may see already: no department's
//! private notes or advice, no network address but their own, no key's text or digest, no case before its notice.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::accounts::account_act;
use super::settle::text_of;
use super::{Caller, CaseError, Desk, appeals, conduct, notices};
use crate::domain::agreement::{Agreement, Evidence};
use crate::domain::application::{Application, Item, ItemState, Submission};
use crate::domain::audit::{Entry, Hash, hex};
use crate::domain::id::AccountId;
use crate::domain::letter::to_plain;
use crate::domain::people::Capacity;
use crate::store::applications::Reader;
use crate::store::audit::{self, Search};
use crate::store::{
    AnyConnection, StoreError, agreements, applications, keys, letters, organisations, outbox, people, records,
    saved_views, sessions,
};

/// Entries and messages in one file.
const MAX: i64 = 10_000;
/// Kinds of entries about a person that others wrote and the person was told of.
const TOLD: [&str; 3] = ["account", "hold", "appeal"];

/// One file of what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl OwnFile {
    fn json(name: &str, value: &Value) -> Self {
        Self { name: name.to_owned(), text: serde_json::to_string_pretty(value).unwrap_or_default() }
    }

    /// The SHA-256 of its text, hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        let sum: Hash = Sha256::digest(self.text.as_bytes()).into();
        hex(&sum)
    }
}

/// Puts together what is kept about the caller, and notes that they took it.
///
/// # Errors
/// What the store says.
pub fn take(desk: &Desk, caller: &Caller) -> Result<Vec<OwnFile>, CaseError> {
    let me = caller.actor.account.ok_or(CaseError::Missing)?;
    let organisation = caller.actor.organisation.map(|id| id.to_string());
    let party = (me, organisation.as_deref());
    let now = desk.clock.now();
    let choices = notices::mine(desk, caller)?;
    let mut files = desk.read(|conn| {
        let account = account(conn, me, &json!(choices))?;
        let sessions = sessions::of_account(conn, me, now)?;
        let sessions: Vec<_> = sessions.iter().map(session).collect();
        let mut files = vec![OwnFile::json("account.json", &account), OwnFile::json("sessions.json", &json!(sessions))];
        files.push(OwnFile::json("applications.json", &all_applications(conn, party)?));
        files.extend(all_agreements(conn, party)?);
        files.push(OwnFile::json("keys.json", &all_keys(conn, party)?));
        files.extend(all_letters(conn, party)?);
        files.push(OwnFile::json("records-requests.json", &all_requests(conn, party)?));
        let messages: Vec<_> = outbox::of_account(conn, me, MAX)?.iter().map(message).collect();
        files.push(OwnFile::json("messages.json", &json!(messages)));
        files.push(OwnFile::json("audit.json", &entries(conn, me)?));
        Ok(files)
    })?;
    files.push(OwnFile::json("appeals.json", &all_appeals(desk, caller)?));
    files.push(OwnFile::json("cases.json", &all_cases(desk, caller)?));
    desk.act(caller, |work| {
        let account = people::account_by_id(work.conn, me)?;
        let after = json!({ "files": files.len() });
        work.record(account_act("account.take_data", Capacity::Requester, &account).change(json!(null), after))
    })?;
    Ok(files)
}

/// The files as a ZIP, with the SHA-256 of each.
///
/// # Errors
/// A file that cannot be written.
pub fn zipped(files: &[OwnFile]) -> Result<Vec<u8>, CaseError> {
    let written = || {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for file in files {
            writer.start_file(file.name.as_str(), options)?;
            writer.write_all(file.text.as_bytes())?;
        }
        writer.start_file("SHA256SUMS", options)?;
        for file in files {
            writeln!(writer, "{}  {}", file.sha256(), file.name)?;
        }
        Ok::<_, zip::result::ZipError>(writer.finish()?.into_inner())
    };
    written().map_err(|error| StoreError::Corrupt { what: "download", why: error.to_string() }.into())
}

type Party<'a> = (AccountId, Option<&'a str>);

fn account(conn: &mut AnyConnection, me: AccountId, choices: &Value) -> Result<Value, StoreError> {
    let known = people::account_by_id(conn, me)?;
    let organisation = known.organisation.map(|id| organisations::by_id(conn, id)).transpose()?;
    let views: Vec<_> = saved_views::of_owner(conn, me)?
        .iter()
        .map(|view| json!({ "name": view.wish.name, "page": view.wish.room.path(), "question": view.wish.query }))
        .collect();
    Ok(json!({
        "id": known.id, "name": known.name, "email": known.email, "language": known.language,
        "organisation": organisation.map(|known| known.name), "roles": known.roles, "created_at": known.created_at,
        "verified_at": known.verified_at, "mails": choices, "views": views,
    }))
}

fn session(row: &sessions::SessionRow) -> Value {
    json!({
        "id": row.id, "kind": row.kind, "label": row.label, "address": row.address, "agent": row.agent,
        "began_at": row.created_at.and_utc(), "last_used_at": row.seen_at.and_utc(),
        "ends_at": row.expires_at.and_utc(),
    })
}

fn message(message: &outbox::Message) -> Value {
    json!({
        "at": message.created_at, "to": message.address, "kind": message.kind.as_str(), "facts": message.facts,
        "state": message.state, "sent_at": message.sent_at,
    })
}

/// The evidence of a signature; where from and with what is only the signer's business.
fn evidence(evidence: &Evidence, me: AccountId) -> Value {
    if evidence.account == me {
        return json!(evidence);
    }
    json!({ "name": evidence.name, "title": evidence.title, "at": evidence.at, "text_hash": evidence.text_hash })
}

fn all_applications(conn: &mut AnyConnection, (me, organisation): Party<'_>) -> Result<Value, StoreError> {
    let mut found = Vec::new();
    for application in applications::of_party(conn, me, organisation)? {
        let remarks = applications::remarks_for(conn, application.id, &Reader::Requester)?;
        let remarks: Vec<_> = remarks
            .iter()
            .map(|one| json!({ "at": one.at, "kind": one.kind.as_str(), "by": one.author_name, "text": one.text }))
            .collect();
        found.push(application_shown(&application, me, &json!(remarks)));
    }
    Ok(json!(found))
}

fn application_shown(application: &Application, me: AccountId, remarks: &Value) -> Value {
    let version = |submission: &Submission| {
        json!({ "at": submission.at, "answers": submission.answers, "asked": submission.asked,
                "signature": evidence(&submission.evidence, me) })
    };
    json!({
        "number": application.number, "created_at": application.created_at, "state": application.state,
        "answers": application.answers, "items": application.items.iter().map(item).collect::<Vec<_>>(),
        "versions": application.submissions.iter().map(version).collect::<Vec<_>>(), "messages": remarks,
    })
}

/// What was asked of one dataset and what was decided; a first approval and advice are the department's own.
fn item(item: &Item) -> Value {
    let decision = match &item.state {
        ItemState::Approved { decision, .. } | ItemState::Denied { decision } => json!(decision),
        ItemState::Pending { .. } | ItemState::Granted { .. } => Value::Null,
    };
    json!({ "dataset": item.title, "asked": item.asked, "state": item.state.as_str(), "decision": decision })
}

fn all_agreements(conn: &mut AnyConnection, (me, organisation): Party<'_>) -> Result<Vec<OwnFile>, StoreError> {
    let mut files = Vec::new();
    let mut list = Vec::new();
    for agreement in agreements::of_party(conn, me, organisation)? {
        let text = text_of(conn, &agreement)?;
        files.push(OwnFile { name: format!("agreements/{}.md", agreement.number), text });
        list.push(agreement_shown(&agreement, me));
    }
    files.push(OwnFile::json("agreements.json", &json!(list)));
    Ok(files)
}

fn agreement_shown(agreement: &Agreement, me: AccountId) -> Value {
    let execution = agreement.execution();
    json!({
        "number": agreement.number, "application": agreement.application_number, "title": agreement.title,
        "state": agreement.state.as_str(), "text_hash": agreement.text_hash, "schedules": agreement.schedules,
        "signed_at": execution.map(|execution| execution.at), "ends_at": execution.map(|execution| execution.ends_at),
        "signature": execution.map(|execution| evidence(&execution.signature, me)),
        "later_terms": agreement.accepted.iter().map(|one| evidence(one, me)).collect::<Vec<_>>(),
    })
}

fn all_keys(conn: &mut AnyConnection, (me, organisation): Party<'_>) -> Result<Value, StoreError> {
    let found = keys::of_party(conn, me, organisation)?;
    let shown = found.iter().map(|stored| {
        let key = &stored.key;
        json!({
            "id": key.id, "name": key.name, "begins": key.hint, "agreement": key.agreement, "scopes": key.scopes,
            "limits": key.limits, "networks": key.networks, "state": key.state.as_str(),
            "created_at": key.created_at, "expires_at": key.expires_at, "last_used_at": stored.last_used_at,
        })
    });
    Ok(shown.collect())
}

fn all_letters(conn: &mut AnyConnection, (me, organisation): Party<'_>) -> Result<Vec<OwnFile>, StoreError> {
    let found = letters::to_party(conn, me, organisation)?;
    let file = |letter: &crate::domain::letter::Letter| OwnFile {
        name: format!("letters/{}.txt", letter.id),
        text: format!("{}\n{}\n\n{}\n", letter.subject, letter.at.to_rfc3339(), to_plain(&letter.markdown)),
    };
    Ok(found.iter().map(file).collect())
}

fn all_requests(conn: &mut AnyConnection, (me, organisation): Party<'_>) -> Result<Value, StoreError> {
    let mut found = Vec::new();
    for request in records::of_party(conn, me, organisation)? {
        let fees = records::fees(conn, request.id)?;
        let steps = request.steps.iter().filter(|step| !step.is_private);
        let steps: Vec<_> = steps
            .map(|step| json!({ "at": step.at, "title": step.title, "by": step.by_name, "text": step.text }))
            .collect();
        found.push(json!({
            "number": request.number, "received_at": request.received_at, "description": request.description,
            "requester": request.requester, "steps": steps, "fees": fees,
        }));
    }
    Ok(json!(found))
}

fn all_appeals(desk: &Desk, caller: &Caller) -> Result<Value, CaseError> {
    let found = appeals::list(desk, caller)?;
    let shown = found.iter().map(|appeal| {
        json!({
            "number": appeal.number, "about": appeal.contested.what, "filed_at": appeal.filed_at,
            "by": appeal.appellant_name, "grounds": appeal.grounds, "wanted": appeal.wanted, "steps": appeal.steps,
        })
    });
    Ok(shown.collect())
}

fn all_cases(desk: &Desk, caller: &Caller) -> Result<Value, CaseError> {
    let found = conduct::mine(desk, caller)?;
    let shown = found.iter().map(|case| {
        let answers: Vec<_> = case
            .answers
            .iter()
            .map(|answer| json!({ "at": answer.at, "by": answer.by_name, "text": answer.text, "cure": answer.cure }))
            .collect();
        json!({
            "number": case.number, "summary": case.summary, "opened_at": case.opened_at,
            "state": case.state.as_str(), "answers": answers,
        })
    });
    Ok(shown.collect())
}

/// What the person did themselves, and what was done about them that they were told of.
fn entries(conn: &mut AnyConnection, me: AccountId) -> Result<Value, StoreError> {
    let mut found = audit::search(conn, &Search { account: Some(me), ..Search::default() }, MAX)?;
    let about = Some(("person".to_owned(), me.to_string()));
    let told = audit::search(conn, &Search { about, ..Search::default() }, MAX)?;
    let told = told.into_iter().filter(|entry| TOLD.contains(&entry.subject_kind.as_str()));
    for entry in told {
        if !found.iter().any(|known| known.number == entry.number) {
            found.push(entry);
        }
    }
    found.sort_by_key(|entry| entry.number);
    let shown = |entry: &Entry| {
        json!({
            "number": entry.number, "at": entry.at, "by": entry.name, "as": entry.capacity, "act": entry.act,
            "subject": entry.subject, "before": entry.before, "after": entry.after, "reason": entry.reason,
            "hash": hex(&entry.hash),
        })
    };
    Ok(found.iter().map(shown).collect())
}
