//! Everything the gate must know, whole at the start and one by one as it changes.

use diesel::prelude::*;

use crate::domain::agreement::Agreement;
use crate::domain::catalogue::Dataset;
use crate::domain::hold::{Hold, HoldTarget};
use crate::domain::id::{AccountId, AgreementId, DatasetId, KeyId, ServiceId};
use crate::domain::key::Key;
use crate::domain::limits::Limits;
use crate::store::schema::{agreements, datasets, keys, services, upstream_secrets};
use crate::store::services::Service;
use crate::store::{AnyConnection, StoreError, from_json, grants, holds, id};

/// Agreements that never came into force have no keys.
const NEVER_IN_FORCE: [&str; 2] = ["offered", "closed"];

/// A dataset with its credential as sealed.
#[derive(Clone, Debug)]
pub struct DatasetPicture {
    /// The dataset.
    pub dataset: Dataset,
    /// The sealed credential of its upstream.
    pub sealed: Option<String>,
}

/// An agreement with what stops it.
#[derive(Clone, Debug)]
pub struct AgreementPicture {
    /// The agreement.
    pub agreement: Agreement,
    /// Holds in force on it.
    pub holds: Vec<Hold>,
    /// Holds in force on its requester, or on another member of the organisation it was made for.
    pub party_holds: Vec<Hold>,
    /// Datasets with redaction profiles that its schedules name: what these say today counts as well.
    pub redacting: Vec<Dataset>,
}

/// A key with what stops it.
#[derive(Clone, Debug)]
pub struct KeyPicture {
    /// The key.
    pub key: Key,
    /// Holds in force on it.
    pub holds: Vec<Hold>,
    /// Where it is slowed down: the limits that it shares under its agreement, of each dataset it opens.
    pub shared: Vec<Limits>,
}

/// Everything, as of a place in the change list. Changes with a higher number may be in it already; taking them again
/// does no harm.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The last change that is surely in it.
    pub number: i64,
    /// Every dataset with a tier.
    pub datasets: Vec<DatasetPicture>,
    /// Every agreement that was ever in force.
    pub agreements: Vec<AgreementPicture>,
    /// Every key.
    pub keys: Vec<KeyPicture>,
    /// Every gate client.
    pub services: Vec<Service>,
}

/// Reads everything.
///
/// # Errors
/// What the database says.
pub fn everything(conn: &mut AnyConnection) -> Result<Picture, StoreError> {
    // The number first: what changes while the rest is read is read again, never missed.
    let number = grants::last_change(conn)?;
    let held = holds::all_in_force(conn)?;
    let on = |target: HoldTarget| -> Vec<Hold> { held.iter().filter(|hold| hold.target == target).cloned().collect() };
    let rows: Vec<(String, Option<String>)> = datasets::table
        .left_join(upstream_secrets::table.on(upstream_secrets::dataset_id.eq(datasets::id)))
        .filter(datasets::tier.is_not_null())
        .select((datasets::body, upstream_secrets::sealed.nullable()))
        .load(conn)?;
    let datasets: Vec<DatasetPicture> = rows.into_iter().map(dataset_picture).collect::<Result<_, _>>()?;
    let named = |agreement: &Agreement| -> Vec<Dataset> {
        let named = agreement.schedules.iter().filter(|schedule| schedule.redaction.is_some());
        let all = || datasets.iter().map(|picture: &DatasetPicture| &picture.dataset);
        named.filter_map(|schedule| all().find(|dataset| dataset.id == schedule.dataset).cloned()).collect()
    };
    let bodies: Vec<String> =
        agreements::table.filter(agreements::state.ne_all(NEVER_IN_FORCE)).select(agreements::body).load(conn)?;
    let mut agreements = Vec::with_capacity(bodies.len());
    let somebody_is_held = held.iter().any(|hold| matches!(hold.target, HoldTarget::Requester(_)));
    for body in bodies {
        let agreement: Agreement = from_json("agreement", &body)?;
        let party_holds = if somebody_is_held { holds::on_party(conn, &agreement)? } else { Vec::new() };
        let redacting = named(&agreement);
        agreements.push(AgreementPicture {
            holds: on(HoldTarget::Agreement(agreement.id)),
            party_holds,
            redacting,
            agreement,
        });
    }
    let bodies: Vec<String> = keys::table.select(keys::body).load(conn)?;
    let mut keys = Vec::with_capacity(bodies.len());
    for body in bodies {
        let key: Key = from_json("key", &body)?;
        let holds = on(HoldTarget::Key(key.id));
        keys.push(key_picture(conn, key, holds)?);
    }
    Ok(Picture { number, datasets, agreements, keys, services: crate::store::services::list(conn)? })
}

fn dataset_picture((body, sealed): (String, Option<String>)) -> Result<DatasetPicture, StoreError> {
    Ok(DatasetPicture { dataset: from_json("dataset", &body)?, sealed })
}

/// One dataset as it is now; `None` when there is none.
///
/// # Errors
/// What the database says.
pub fn dataset(conn: &mut AnyConnection, wanted: DatasetId) -> Result<Option<DatasetPicture>, StoreError> {
    let row: Option<(String, Option<String>)> = datasets::table
        .left_join(upstream_secrets::table.on(upstream_secrets::dataset_id.eq(datasets::id)))
        .filter(datasets::id.eq(wanted.to_string()))
        .select((datasets::body, upstream_secrets::sealed.nullable()))
        .first(conn)
        .optional()?;
    row.map(dataset_picture).transpose()
}

/// One agreement as it is now; `None` when it was never in force.
///
/// # Errors
/// What the database says.
pub fn agreement(conn: &mut AnyConnection, wanted: AgreementId) -> Result<Option<AgreementPicture>, StoreError> {
    let body: Option<String> = agreements::table
        .filter(agreements::id.eq(wanted.to_string()).and(agreements::state.ne_all(NEVER_IN_FORCE)))
        .select(agreements::body)
        .first(conn)
        .optional()?;
    body.map(|body| agreement_picture(conn, &body)).transpose()
}

fn agreement_picture(conn: &mut AnyConnection, body: &str) -> Result<AgreementPicture, StoreError> {
    let agreement: Agreement = from_json("agreement", body)?;
    let mut redacting = Vec::new();
    for schedule in agreement.schedules.iter().filter(|schedule| schedule.redaction.is_some()) {
        redacting.push(crate::store::datasets::by_id(conn, schedule.dataset)?);
    }
    Ok(AgreementPicture {
        redacting,
        holds: holds::in_force(conn, HoldTarget::Agreement(agreement.id))?,
        party_holds: holds::on_party(conn, &agreement)?,
        agreement,
    })
}

/// Every agreement that a hold on this person stops: their own, and those made for their organisation.
///
/// # Errors
/// What the database says.
pub fn agreements_of_party(
    conn: &mut AnyConnection,
    requester: AccountId,
) -> Result<Vec<AgreementPicture>, StoreError> {
    let organisation = crate::store::people::account_by_id(conn, requester)?.organisation;
    let organisation = organisation.map(|organisation| organisation.to_string());
    let bodies: Vec<String> = agreements::table
        .filter(agreements::state.ne_all(NEVER_IN_FORCE))
        .filter(
            agreements::requester_id.eq(requester.to_string()).or(agreements::organisation_id
                .is_not_null()
                .and(agreements::organisation_id.assume_not_null().eq(organisation.unwrap_or_default()))),
        )
        .select(agreements::body)
        .load(conn)?;
    bodies.iter().map(|body| agreement_picture(conn, body)).collect()
}

/// One key as it is now; `None` when there is none.
///
/// # Errors
/// What the database says.
pub fn key(conn: &mut AnyConnection, wanted: KeyId) -> Result<Option<KeyPicture>, StoreError> {
    let body: Option<String> =
        keys::table.filter(keys::id.eq(wanted.to_string())).select(keys::body).first(conn).optional()?;
    let Some(body) = body else { return Ok(None) };
    let holds = holds::in_force(conn, HoldTarget::Key(wanted))?;
    key_picture(conn, from_json("key", &body)?, holds).map(Some)
}

fn key_picture(conn: &mut AnyConnection, key: Key, holds: Vec<Hold>) -> Result<KeyPicture, StoreError> {
    let mut shared = Vec::new();
    if holds.iter().any(|hold| hold.throttle.is_some()) {
        let under = crate::store::agreements::by_id(conn, key.agreement)?;
        let opens = |slug: &str| key.scopes.iter().any(|scope| scope.dataset() == slug);
        shared.extend(under.schedules.into_iter().filter(|one| opens(&one.slug)).map(|one| one.limits));
    }
    Ok(KeyPicture { key, holds, shared })
}

/// One gate client as it is now; `None` when there is none.
///
/// # Errors
/// What the database says.
pub fn service(conn: &mut AnyConnection, wanted: ServiceId) -> Result<Option<Service>, StoreError> {
    let row: Option<(String, String, String, String, Option<chrono::NaiveDateTime>)> = services::table
        .filter(services::id.eq(wanted.to_string()))
        .select((services::id, services::name, services::digest, services::hint, services::revoked_at))
        .first(conn)
        .optional()?;
    row.map(|(raw, name, digest, hint, revoked_at)| {
        Ok(Service { id: id(&raw)?, name, digest, hint, is_revoked: revoked_at.is_some() })
    })
    .transpose()
}
