//! The record of an appeal: what was asked, decided, written and told, each as a text of its own. Never holds a
//! department's private notes or advice, nor anybody's network address or browser.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cases::settle::text_of;
use crate::cases::{CaseError, Desk};
use crate::domain::appeal::{Appeal, Appealed, Part};
use crate::domain::application::{Application, ItemState, Submission};
use crate::domain::audit::{Entry, Hash, hex};
use crate::domain::calendar::in_words;
use crate::domain::letter::{LetterKind, to_plain};
use crate::domain::renewal::RenewalState;
use crate::domain::time::{Instant, day_in};
use crate::store::applications::Reader;
use crate::store::audit::{self, Search, Told};
use crate::store::{AnyConnection, agreements, applications, holds, letters, outbox, people, renewals};

/// Entries and messages of one record.
const MAX: i64 = 1_000;
/// What a department keeps to itself while it makes up its mind.
const PRIVATE_ACTS: [&str; 2] = ["application.note", "application.recommend"];

/// One text of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its name as a file.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The text.
    pub body: String,
}

impl Text {
    fn new(name: &str, title: &str, body: String) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), body }
    }

    /// What is kept of it with the appeal.
    #[must_use]
    pub fn part(&self) -> Part {
        let sum: Hash = Sha256::digest(self.body.as_bytes()).into();
        let bytes = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        Part { name: self.name.clone(), title: self.title.clone(), sha256: hex(&sum), bytes }
    }
}

/// The texts as they were kept, with the titles that stand in the appeal.
pub(super) fn kept(appeal: &Appeal, texts: Vec<(String, String)>) -> Vec<Text> {
    let title = |name: &str| appeal.record.iter().find(|part| part.name == name).map(|part| part.title.clone());
    texts.into_iter().map(|(name, body)| Text { title: title(&name).unwrap_or_default(), name, body }).collect()
}

/// The texts as they are now.
pub(super) fn texts(
    desk: &Desk,
    conn: &mut AnyConnection,
    appeal: &Appeal,
    now: Instant,
) -> Result<Vec<Text>, CaseError> {
    let mut found = vec![
        Text::new("01-notice-of-appeal.txt", "Notice of appeal, ready for the State commission", notice(desk, appeal)),
        Text::new("02-appeal-to-the-clerk.txt", "The appeal as filed", filed(desk, appeal)),
        Text::new("03-decision.txt", "The decision appealed", decision(desk, conn, appeal)?),
    ];
    if let Some(id) = appeal.contested.application {
        let application = applications::by_id(conn, id)?;
        let asked = json!({ "number": application.number, "submissions": submissions(&application) });
        found.push(Text::new("04-application.json", "The application as submitted", pretty(&asked)));
        let remarks = applications::remarks_for(conn, id, &Reader::Requester)?;
        let remarks: Vec<Value> = remarks
            .iter()
            .map(|one| json!({ "at": one.at, "kind": one.kind.as_str(), "by": one.author_name, "text": one.text }))
            .collect();
        found.push(Text::new("05-messages.json", "Questions, answers and messages", pretty(&json!(remarks))));
    }
    if let Some(id) = appeal.contested.agreement {
        let agreement = agreements::by_id(conn, id)?;
        let text = text_of(conn, &agreement)?;
        found.push(Text::new("06-agreement.txt", "The agreement as signed", text));
    }
    found.push(Text::new("07-notices.json", "Notices sent", pretty(&notices(conn, appeal)?)));
    found.push(Text::new("08-audit.json", "Entries of the audit, each with its hash", pretty(&entries(conn, appeal)?)));
    let end = format!("Put together on {}.\n", in_words(day_in(desk.profile.zone, now)));
    if let Some(first) = found.first_mut() {
        first.body.push_str(&end);
    }
    Ok(found)
}

/// What was sent each time, and by whom it was signed; where from is nobody's business here.
fn submissions(application: &Application) -> Value {
    let one = |submission: &Submission| {
        let Submission { at, answers, asked, evidence } = submission;
        json!({ "at": at, "answers": answers, "asked": asked, "signed_by": evidence.name, "title": evidence.title,
                "text_hash": evidence.text_hash })
    };
    application.submissions.iter().map(one).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// What the state's commission asks to find in a notice (Reg. §1-21j-28): who, when, which office and officials, what was
/// asked for, copies of what was written.
fn notice(desk: &Desk, appeal: &Appeal) -> String {
    let (profile, contested) = (&desk.profile, &appeal.contested);
    let state = &profile.appeals.state;
    format!(
        "NOTICE OF APPEAL\n\nTo: {}, {}, {}\nTo be filed not later than {}. {}\n\nFrom: {}\nAddress: ____________________\n\
         Telephone: ____________________\n\nPublic agency: {}\nOfficials: {}\nDay of the decision: {}\nDecision: {}\n\
         What was asked for: see 04-application.json and 06-agreement.txt where they are enclosed.\n\nWhy I appeal:\n{}\n\n\
         What I ask for:\n{}\n\nA review by {} (number {}) was asked for on {}. It does not stop or lengthen the time for \
         this notice.\nEnclosed: the texts listed in manifest.json, each with its SHA-256.\n",
        state.name.as_str(),
        state.address.as_str(),
        state.email.as_str(),
        in_words(appeal.clocks.state_by.due),
        appeal.clocks.state_by.explain(),
        appeal.appellant_name,
        profile.name.as_str(),
        contested.by_names.join(", "),
        in_words(day_in(profile.zone, contested.at)),
        contested.what,
        appeal.grounds,
        if appeal.wanted.is_empty() { "That the decision be changed." } else { &appeal.wanted },
        profile.appeals.clerk.name.as_str(),
        appeal.number,
        in_words(day_in(profile.zone, appeal.filed_at)),
    )
}

fn filed(desk: &Desk, appeal: &Appeal) -> String {
    format!(
        "Appeal {}\n{}\nFiled by {} on {}\nTime to ask the clerk: {}\n\nWhy the decision should change:\n{}\n\nWhat is \
         asked for:\n{}\n",
        appeal.number,
        appeal.contested.what,
        appeal.appellant_name,
        in_words(day_in(desk.profile.zone, appeal.filed_at)),
        appeal.clocks.ask_by.explain(),
        appeal.grounds,
        appeal.wanted,
    )
}

fn decision(desk: &Desk, conn: &mut AnyConnection, appeal: &Appeal) -> Result<String, CaseError> {
    let contested = &appeal.contested;
    let head = format!(
        "{}\nDecided on {} by {}\n\n",
        contested.what,
        in_words(day_in(desk.profile.zone, contested.at)),
        contested.by_names.join(", ")
    );
    let body = match contested.of {
        Appealed::Denial { application, .. } => {
            let sent = letters::about(conn, ("application", &application.to_string()))?;
            let told =
                sent.iter().filter(|letter| matches!(letter.kind, LetterKind::Denial | LetterKind::PartialGrant));
            let texts: Vec<_> = told.map(|letter| to_plain(&letter.markdown)).collect();
            texts.join("\n----\n\n")
        }
        Appealed::Conditions { application, item } => {
            let application = applications::by_id(conn, application)?;
            let state = application.item(item).map(|item| item.state.clone());
            match state {
                Some(ItemState::Approved { decision, .. }) => pretty(&json!(decision)),
                Some(ItemState::Pending { .. } | ItemState::Granted { .. } | ItemState::Denied { .. }) | None => {
                    String::new()
                }
            }
        }
        Appealed::Suspension { hold } => {
            let hold = holds::by_id(conn, hold)?;
            format!("{}.\n{}\n", hold.sentence(), hold.explanation)
        }
        Appealed::Revocation { .. } => last_reason(conn, appeal, "key.revoke")?,
        Appealed::Termination { .. } => last_reason(conn, appeal, "agreement.terminate")?,
        Appealed::Finding { case } => {
            let sent = letters::about(conn, ("case", &case.to_string()))?;
            let told = sent.iter().filter(|letter| letter.kind == LetterKind::CaseFinding);
            told.map(|letter| to_plain(&letter.markdown)).collect::<Vec<_>>().join("\n----\n\n")
        }
        Appealed::NotRenewed { renewal } => match renewals::by_id(conn, renewal)?.state {
            RenewalState::Refused { reason, .. } => reason,
            RenewalState::Open { .. }
            | RenewalState::Signed { .. }
            | RenewalState::Done { .. }
            | RenewalState::Withdrawn { .. }
            | RenewalState::Lapsed { .. } => String::new(),
        },
    };
    Ok(head + &body)
}

fn last_reason(conn: &mut AnyConnection, appeal: &Appeal, act: &str) -> Result<String, CaseError> {
    let about = match (appeal.contested.key, appeal.contested.agreement) {
        (Some(key), _) => Some(("key".to_owned(), key.to_string())),
        (None, Some(agreement)) => Some(("agreement".to_owned(), agreement.to_string())),
        (None, None) => None,
    };
    let wanted = Search { about, act: Some(act.to_owned()), ..Search::default() };
    let found = audit::search(conn, &wanted, 1)?.pop();
    Ok(found.and_then(|entry| entry.reason).unwrap_or_default())
}

/// What was mailed to the appellant's side about the same application, agreement or key.
fn notices(conn: &mut AnyConnection, appeal: &Appeal) -> Result<Value, CaseError> {
    let contested = &appeal.contested;
    let mut ids: Vec<String> = vec![appeal.id.to_string()];
    ids.extend(contested.application.map(|id| id.to_string()));
    ids.extend(contested.agreement.map(|id| id.to_string()));
    ids.extend(contested.key.map(|id| id.to_string()));
    let mut found = Vec::new();
    for mailbox in people::mailboxes(conn, &appeal.party())? {
        for message in outbox::newest(conn, Some(&mailbox.address), MAX)? {
            let path = message.facts.get("path").map(String::as_str).unwrap_or_default();
            if ids.iter().any(|id| path.contains(id.as_str())) {
                found.push((
                    message.created_at,
                    json!({ "at": message.created_at, "to": mailbox.name, "kind": message.kind.as_str(),
                            "state": message.state, "sent_at": message.sent_at, "facts": message.facts }),
                ));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    Ok(found.into_iter().map(|(_, message)| message).collect())
}

fn entries(conn: &mut AnyConnection, appeal: &Appeal) -> Result<Value, CaseError> {
    let contested = &appeal.contested;
    let found = if let Some(application) = contested.application {
        let told =
            Told { application, requester: appeal.requester, agreement: contested.agreement, key: contested.key };
        audit::story(conn, &told, MAX)?
    } else {
        let about = Some(("person".to_owned(), appeal.requester.to_string()));
        let mut found = audit::search(conn, &Search { about, ..Search::default() }, MAX)?;
        found.retain(|entry| ["hold", "appeal"].contains(&entry.subject_kind.as_str()));
        found.reverse();
        found
    };
    let shown = found.iter().filter(|entry| !PRIVATE_ACTS.contains(&entry.act.as_str())).map(entry_in_record);
    Ok(shown.collect())
}

/// An entry without addresses; its hash is that of the whole entry in the chain.
fn entry_in_record(entry: &Entry) -> Value {
    json!({
        "number": entry.number, "at": entry.at, "by": entry.name, "as": entry.capacity, "act": entry.act,
        "subject": entry.subject, "before": entry.before, "after": entry.after, "reason": entry.reason,
        "previous": hex(&entry.previous), "hash": hex(&entry.hash),
    })
}
