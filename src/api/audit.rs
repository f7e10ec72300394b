//! The audit chain for auditors.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use crate::cases::sheets::{self, Sheet};
use crate::cases::story::{self, SignedHead, VerifyError};
use crate::domain::audit::{Entry, Head, hex};
use crate::domain::people::Role;
use crate::domain::time::Instant;
use crate::store::audit::{self, Search};
use crate::web::case::{DeskData, caller};
use crate::web::fields::Fields;
use crate::web::paging::{cursor_invalid, encode};
use crate::web::sheet::csv;
use crate::web::{Access, Paging, Query, WebError};

const AUDITOR: Access = Access::Staff(&[Role::Auditor]);
const ASKS: &[&str] = &["q", "act", "account", "about", "id", "request", "from", "to", "limit", "cursor"];
const SHEET: &[&str] = &["q", "act", "account", "about", "id", "request", "from", "to", "cursor"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/audit/entries", AUDITOR, "Search the audit, newest first", search)
        .asks(ASKS)
        .gives::<Entries>(200)
        .get("/audit/entries.csv", AUDITOR, "The same as CSV, whole, up to 20,000 rows", sheet)
        .asks(SHEET)
        .gives_other("text/csv")
        .get("/audit/entries/{number}", AUDITOR, "One entry", one)
        .gives::<AuditEntry>(200)
        .get("/audit/head", AUDITOR, "The end of the chain, to be kept elsewhere", head)
        .gives::<ChainHead>(200)
        .get("/audit/verification", AUDITOR, "Check the chain from its first entry to its head", verify)
        .asks(&["head"])
        .gives::<Verification>(200)
}

/// One page of entries.
#[derive(Debug, Serialize, ToSchema)]
struct Entries {
    items: Vec<AuditEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One entry of the chain.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    number: i64,
    at: chrono::DateTime<chrono::Utc>,
    account: Option<String>,
    name: String,
    capacity: String,
    department: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    act: String,
    subject_kind: String,
    subject: String,
    application: Option<String>,
    agreement: Option<String>,
    key: Option<String>,
    dataset: Option<String>,
    person: Option<String>,
    /// The part that changed, before; null where there was nothing.
    #[schema(value_type = Option<Object>, example = json!({ "state": "submitted" }))]
    before: serde_json::Value,
    /// The part that changed, after.
    #[schema(value_type = Option<Object>, example = json!({ "state": "executed" }))]
    after: serde_json::Value,
    reason: Option<String>,
    previous: String,
    hash: String,
}

impl From<Entry> for AuditEntry {
    fn from(entry: Entry) -> Self {
        let json = |text: &str| serde_json::from_str(text).unwrap_or(serde_json::Value::Null);
        Self {
            number: entry.number,
            at: entry.at,
            account: entry.account.map(|id| id.to_string()),
            name: entry.name,
            capacity: entry.capacity,
            department: entry.department.map(|id| id.to_string()),
            address: entry.address,
            request_id: entry.request,
            act: entry.act,
            subject_kind: entry.subject_kind,
            subject: entry.subject,
            application: entry.about.application.map(|id| id.to_string()),
            agreement: entry.about.agreement.map(|id| id.to_string()),
            key: entry.about.key.map(|id| id.to_string()),
            dataset: entry.about.dataset.map(|id| id.to_string()),
            person: entry.about.person.map(|id| id.to_string()),
            before: json(&entry.before),
            after: json(&entry.after),
            reason: entry.reason,
            previous: hex(&entry.previous),
            hash: hex(&entry.hash),
        }
    }
}

/// What is searched for.
fn wanted(query: &Fields, paging: &Paging) -> Result<Search, WebError> {
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let below = match paging.after.as_deref() {
        None => None,
        Some([number]) => Some(number.parse().map_err(|_no_number| cursor_invalid())?),
        Some(_) => return Err(cursor_invalid()),
    };
    if text("about").is_some() != text("id").is_some() {
        return Err(bad("about", "given together with “id”"));
    }
    Ok(Search {
        words: text("q"),
        act: text("act"),
        account: text("account").map(|id| id.parse().map_err(|_why| bad("account", "an account id"))).transpose()?,
        about: text("about").zip(text("id")),
        request: text("request"),
        from: instant(text("from"), "from")?,
        to: instant(text("to"), "to")?,
        below,
    })
}

async fn search(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(ASKS)?;
    let paging = Paging::from_query(&query)?;
    let wanted = wanted(&query, &paging)?;
    let limit = i64::from(paging.limit).saturating_add(1);
    let found = desk.run(move |desk| desk.read(|conn| audit::search(conn, &wanted, limit))).await?;
    let page = paging.page(found, |entry| vec![entry.number.to_string()]);
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(Entries { items, next: page.next }))
}

async fn sheet(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(SHEET)?;
    let wanted = wanted(&query, &Paging::from_query(&query)?)?;
    let caller = caller(&request);
    let found = desk.run(move |desk| sheets::entries(desk, &caller, &wanted)).await?;
    csv_of(&request, &query, "audit-entries.csv", found)
}

/// A table as a file; one that was cut says in `Link` where it goes on.
pub(super) fn csv_of(
    request: &HttpRequest,
    query: &Fields,
    name: &str,
    found: Sheet,
) -> Result<HttpResponse, WebError> {
    let next = found.next.as_ref().map(|place| {
        let path = format!("{}?", request.path());
        let begin = path.len();
        let mut address = url::form_urlencoded::Serializer::for_suffix(path, begin);
        address.extend_pairs(query.iter().filter(|(name, _)| *name != "cursor"));
        address.append_pair("cursor", &encode(place));
        address.finish()
    });
    csv(name, found, next.as_deref())
}

fn bad(name: &str, wanted: &str) -> WebError {
    WebError::bad_request("query_invalid", format!("“{name}” must be {wanted}."))
}

fn instant(text: Option<String>, name: &str) -> Result<Option<Instant>, WebError> {
    text.map(|text| text.parse().map_err(|_why| bad(name, "an instant such as 2026-11-23T00:00:00Z"))).transpose()
}

async fn one(desk: DeskData, number: web::Path<String>) -> Result<HttpResponse, WebError> {
    let number: i64 = number.parse().map_err(|_why| WebError::not_found())?;
    let found = desk.run(move |desk| desk.read(|conn| audit::after(conn, number.saturating_sub(1), 1))).await?;
    match found.into_iter().find(|entry| entry.number == number) {
        Some(entry) => Ok(HttpResponse::Ok().json(AuditEntry::from(entry))),
        None => Err(WebError::not_found()),
    }
}

/// The end of the chain.
#[derive(Debug, Serialize, ToSchema)]
struct ChainHead {
    number: i64,
    hash: String,
    /// `number:hash`, for `accord audit verify --head`.
    head: String,
    /// The service's Ed25519 signature over `accord audit head number:hash`, hex.
    signature: String,
    /// The service's public key, hex.
    public_key: String,
}

async fn head(desk: DeskData) -> Result<HttpResponse, WebError> {
    let head = desk.run(|desk| desk.read(audit::head)).await?;
    let (number, hash) = (head.number, hex(&head.hash));
    let SignedHead { head, signature, public_key } = SignedHead::of(&desk, &head);
    Ok(HttpResponse::Ok().json(ChainHead { number, hash, head, signature, public_key }))
}

/// What a check of the chain found.
#[derive(Debug, Serialize, ToSchema)]
struct Verification {
    /// Whether every entry is there, unchanged and in order, up to the head; and up to the head given, if one was.
    is_whole: bool,
    /// The first fault, in words.
    fault: Option<String>,
    /// The head up to which the chain is whole, `number:hash`.
    head: Option<String>,
    checked_at: chrono::DateTime<chrono::Utc>,
}

async fn verify(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(&["head"])?;
    let kept = query
        .get("head")
        .filter(|text| !text.is_empty())
        .map(|text| Head::from_text(text).ok_or_else(|| bad("head", "a number, a colon and 64 hexadecimal digits")));
    let kept = kept.transpose()?;
    let found = desk
        .run(move |desk| match story::verify_audit(&desk.store, kept) {
            Ok(head) => Ok(Ok(head)),
            Err(VerifyError::Fault(fault)) => Ok(Err(fault)),
            Err(VerifyError::Store(error)) => Err(error.into()),
        })
        .await?;
    Ok(HttpResponse::Ok().json(Verification {
        is_whole: found.is_ok(),
        fault: found.as_ref().err().map(ToString::to_string),
        head: found.ok().map(Head::to_text),
        checked_at: desk.clock.now(),
    }))
}
