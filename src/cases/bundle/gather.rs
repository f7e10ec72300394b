//! What goes into a bundle: everything that belongs to its subject, read part by part.

use std::io::Write;

use serde_json::{Value, json};

use super::{Bundle, BundleError, BundleSubject, entry_line};
use crate::cases::copies;
use crate::cases::readers::{self, AgreementReaders};
use crate::cases::settle::text_of;
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::agreement::Agreement;
use crate::domain::hold::HoldTarget;
use crate::domain::id::{ApplicationId, DatasetId};
use crate::domain::misuse::case::MisuseCase;
use crate::domain::readers::Span;
use crate::domain::terms::canonical;
use crate::store::audit::{self, Told};
use crate::store::keys::StoredKey;
use crate::store::views::usage::day_rows;
use crate::store::{AnyConnection, StoreError, agreements, applications, cases, holds, keys, letters, terms};

/// Entries and rows of one file.
const ROWS_MAX: i64 = 100_000;

/// What belongs to a subject.
pub(super) struct BundleScope {
    application: ApplicationId,
    agreements: Vec<Agreement>,
    keys: Vec<StoredKey>,
    cases: Vec<MisuseCase>,
    told: Told,
}

pub(super) fn scope(desk: &Desk, subject: BundleSubject) -> Result<BundleScope, CaseError> {
    desk.read(|conn| match subject {
        BundleSubject::Application(id) => of_application(conn, id),
        BundleSubject::Agreement(id) => {
            let agreement = agreements::by_id(conn, id)?;
            let (keys, cases) = (keys::of_agreement(conn, id)?, cases::of_agreement(conn, id)?);
            Ok(of_agreement(agreement, keys, cases, false))
        }
        BundleSubject::Key(id) => {
            let key = keys::by_id(conn, id)?;
            let agreement = agreements::by_id(conn, key.key.agreement)?;
            let mut cases = cases::of_agreement(conn, agreement.id)?;
            cases.retain(|case| case.subject.key.is_none_or(|key| key == id));
            Ok(of_agreement(agreement, vec![key], cases, true))
        }
        BundleSubject::Case(id) => {
            let case = cases::by_id(conn, id)?;
            let agreement = agreements::by_id(conn, case.subject.agreement)?;
            let mut keys = keys::of_agreement(conn, agreement.id)?;
            keys.retain(|stored| case.subject.key.is_none_or(|key| key == stored.key.id));
            Ok(of_agreement(agreement, keys, vec![case], false))
        }
        BundleSubject::Readers(..) => Err(StoreError::Missing),
    })
}

fn of_application(conn: &mut AnyConnection, id: ApplicationId) -> Result<BundleScope, StoreError> {
    let application = applications::by_id(conn, id)?;
    let mut found = BundleScope {
        application: id,
        agreements: Vec::new(),
        keys: Vec::new(),
        cases: Vec::new(),
        told: Told { application: id, requester: application.requester, agreement: None, key: None },
    };
    for agreement in agreements::of_application(conn, id)? {
        found.agreements.push(agreements::by_id(conn, agreement)?);
        found.keys.extend(keys::of_agreement(conn, agreement)?);
        found.cases.extend(cases::of_agreement(conn, agreement)?);
    }
    Ok(found)
}

fn of_agreement(agreement: Agreement, keys: Vec<StoredKey>, cases: Vec<MisuseCase>, is_of_key: bool) -> BundleScope {
    let told = Told {
        application: agreement.application,
        requester: agreement.requester,
        agreement: Some(agreement.id),
        key: keys.first().filter(|_| is_of_key).map(|stored| stored.key.id),
    };
    BundleScope { application: agreement.application, agreements: vec![agreement], keys, cases, told }
}

pub(super) fn files<W: Write>(
    desk: &Desk,
    caller: &Caller,
    bundle: &mut Bundle<W>,
    scope: &BundleScope,
) -> Result<(), BundleError> {
    let application = desk.read(|conn| applications::by_id(conn, scope.application))?;
    bundle.add_json("application.json", "The application, with each decision on it", &json!(application))?;
    let mut seen = Vec::new();
    for agreement in &scope.agreements {
        add_agreement(desk, bundle, agreement, &mut seen)?;
        if agreement.execution().is_some() {
            let copy = copies::of_agreement(desk, caller, agreement.id)?;
            let bytes = desk.printer.agreement(&desk.profile, &copy).map_err(BundleError::Print)?;
            let name = format!("agreements/{}.pdf", agreement.number);
            bundle.add(&name, "The agreement with what proves it, as PDF", &bytes)?;
        }
    }
    add_letters(desk, bundle, scope)?;
    for case in &scope.cases {
        let folder = format!("cases/{}", case.number);
        bundle.add_json(&format!("{folder}/case.json"), "A misuse case with what was found and done", &json!(case))?;
        for (name, text) in desk.read(|conn| cases::evidence(conn, case.id))? {
            bundle.add(&format!("{folder}/evidence/{name}"), "Evidence as it was frozen", text.as_bytes())?;
        }
    }
    bundle.add_json("holds.json", "Every hold ever placed, with who lifted it and why", &all_holds(desk, scope)?)?;
    let shown: Vec<Value> = scope.keys.iter().map(key_shown).collect();
    bundle.add_json("keys.json", "The keys, without anything that would tell their text", &json!(shown))?;
    add_usage(desk, bundle, scope)?;
    let entries = desk.read(|conn| audit::story(conn, &scope.told, ROWS_MAX))?;
    bundle.add_lines("entries.ndjson", "Entries of the audit chain, in order", entries.iter().map(entry_line))
}

/// The text to the byte that was hashed, the evidence of its signatures, and the terms it was made from.
fn add_agreement<W: Write>(
    desk: &Desk,
    bundle: &mut Bundle<W>,
    agreement: &Agreement,
    seen: &mut Vec<crate::domain::id::TermsId>,
) -> Result<(), BundleError> {
    let text = desk.read(|conn| text_of(conn, agreement))?;
    let name = format!("agreements/{}", agreement.number);
    bundle.add(&format!("{name}.md"), "The text of the agreement, as it was hashed", canonical(&text).as_bytes())?;
    bundle.add_json(&format!("{name}.json"), "The agreement with the evidence of its signatures", &json!(agreement))?;
    let accepted = agreement.accepted.iter().map(|evidence| evidence.terms);
    for id in std::iter::once(agreement.terms).chain(accepted) {
        if !seen.contains(&id) {
            seen.push(id);
            let version = desk.read(|conn| terms::by_id(conn, id))?;
            let name = format!("terms/{}-{}.md", version.family.as_str(), version.number);
            bundle.add(&name, version.title.as_str(), canonical(&version.markdown).as_bytes())?;
        }
    }
    Ok(())
}

fn add_letters<W: Write>(desk: &Desk, bundle: &mut Bundle<W>, scope: &BundleScope) -> Result<(), BundleError> {
    let mut about = vec![("application", scope.application.to_string())];
    about.extend(scope.agreements.iter().map(|agreement| ("agreement", agreement.id.to_string())));
    about.extend(scope.keys.iter().map(|stored| ("key", stored.key.id.to_string())));
    about.extend(scope.cases.iter().map(|case| ("case", case.id.to_string())));
    let mut number = 0_u32;
    for (kind, id) in about {
        for letter in desk.read(|conn| letters::about(conn, (kind, &id)))? {
            number = number.saturating_add(1);
            let name = format!("letters/{number:03}-{}-{}", letter.about.number, letter.kind.as_str());
            bundle.add(&format!("{name}.md"), &letter.subject, canonical(&letter.markdown).as_bytes())?;
            let bytes = desk.printer.letter(&letter).map_err(BundleError::Print)?;
            bundle.add(&format!("{name}.pdf"), &letter.subject, &bytes)?;
        }
    }
    Ok(())
}

fn all_holds(desk: &Desk, scope: &BundleScope) -> Result<Value, CaseError> {
    desk.read(|conn| {
        let mut found = holds::on(conn, HoldTarget::Requester(scope.told.requester))?;
        for agreement in &scope.agreements {
            found.extend(holds::on(conn, HoldTarget::Agreement(agreement.id))?);
        }
        for stored in &scope.keys {
            found.extend(holds::on(conn, HoldTarget::Key(stored.key.id))?);
        }
        Ok(json!(found))
    })
}

fn key_shown(stored: &StoredKey) -> Value {
    let mut value = json!(stored.key);
    if let Some(parts) = value.as_object_mut() {
        parts.remove("digest");
        parts.insert("last_used_at".to_owned(), json!(stored.last_used_at));
    }
    value
}

fn add_usage<W: Write>(desk: &Desk, bundle: &mut Bundle<W>, scope: &BundleScope) -> Result<(), BundleError> {
    let mut lines = vec!["day,key,agreement,dataset,operation,outcome,calls,bytes,latency_us".to_owned()];
    for agreement in &scope.agreements {
        let key = scope.told.key;
        for row in desk.read(|conn| day_rows(conn, agreement.id, key, ROWS_MAX))? {
            lines.push(row.to_line());
        }
    }
    bundle.add_lines("usage-days.csv", "Calls counted by day of the city", lines.into_iter())
}

/// A point in time: the answer as JSON and CSV, and the texts it names.
pub(super) fn readers<W: Write>(
    desk: &Desk,
    caller: &Caller,
    bundle: &mut Bundle<W>,
    dataset: DatasetId,
    span: Span,
) -> Result<(), BundleError> {
    let found = readers::readers(desk, caller, dataset, span)?;
    let told: Vec<Value> = found.agreements.iter().map(told).collect();
    let answer = json!({
        "dataset": found.dataset.id, "slug": found.dataset.slug, "title": found.dataset.metadata.title,
        "tier": found.tier, "from": span.from, "until": span.until, "open": found.open, "agreements": told,
        "is_cut": found.is_cut,
    });
    bundle.add_json("readers.json", "Who could read, under which text, approved by whom", &answer)?;
    let (heads, rows) = readers::table(&found);
    let quoted = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        cells.join(",")
    };
    let lines = std::iter::once(heads.join(",")).chain(rows.into_iter().map(quoted));
    bundle.add_lines("readers.csv", "The same, one row for each span of each key", lines)?;
    let mut seen = Vec::new();
    for one in &found.agreements {
        add_agreement(desk, bundle, &one.agreement, &mut seen)?;
    }
    let mut lines = Vec::new();
    for one in &found.agreements {
        let told = Told {
            application: one.agreement.application,
            requester: one.agreement.requester,
            agreement: Some(one.agreement.id),
            key: None,
        };
        lines.extend(desk.read(|conn| audit::story(conn, &told, ROWS_MAX))?.iter().map(entry_line));
    }
    bundle.add_lines("entries.ndjson", "Entries of the audit chain about these agreements", lines.into_iter())
}

fn told(one: &AgreementReaders) -> Value {
    let keys: Vec<Value> = one
        .keys
        .iter()
        .map(|key| {
            let why: Vec<Value> =
                key.reading.could_not.iter().map(|(why, spans)| json!({ "why": why, "spans": spans })).collect();
            json!({
                "key": key.id, "name": key.name, "hint": key.hint, "scopes": key.scopes, "networks": key.networks,
                "could": key.reading.could, "could_not": why, "holds": key.holds,
            })
        })
        .collect();
    let approvals: Vec<Value> = one
        .approvals
        .iter()
        .map(|approval| {
            json!({
                "entry": approval.entry, "how": approval.how.as_str(), "by": approval.by, "role": approval.capacity,
                "department": approval.department, "at": approval.at,
            })
        })
        .collect();
    json!({
        "agreement": one.agreement.id, "number": one.agreement.number, "holder": one.agreement.requester_name,
        "in_force": one.in_force, "text_sha256": one.agreement.text_hash, "terms": one.terms,
        "bound_by": one.bound_by, "approvals": approvals, "holds": one.holds, "keys": keys,
    })
}
