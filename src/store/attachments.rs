//! Files handed in, at rest. A file never changes; it is found by what it belongs to, never by its id alone.

use diesel::prelude::*;

use super::schema::attachments;
use super::{AnyConnection, StoreError, from_json, to_json};
use crate::domain::attachment::Attachment;
use crate::domain::id::{AccountId, AttachmentId};
use crate::domain::time::Instant;

/// What a file belongs to: its kind and its id.
pub type Owner<'a> = (&'a str, &'a str);

/// Keeps a file.
///
/// # Errors
/// What the database says.
pub fn insert(
    conn: &mut AnyConnection,
    (kind, id): Owner<'_>,
    (attachment, content): (&Attachment, &[u8]),
    by: Option<AccountId>,
    at: Instant,
) -> Result<(), StoreError> {
    diesel::insert_into(attachments::table)
        .values((
            attachments::id.eq(attachment.id.to_string()),
            attachments::owner_kind.eq(kind),
            attachments::owner_id.eq(id),
            attachments::at.eq(at.naive_utc()),
            attachments::by_account.eq(by.map(|by| by.to_string())),
            attachments::sha256.eq(&attachment.sha256),
            attachments::body.eq(to_json("attachment", attachment)?),
            attachments::content.eq(content),
        ))
        .execute(conn)?;
    Ok(())
}

/// The files of an owner, in the order they came, without their content.
///
/// # Errors
/// What the database says.
pub fn of(conn: &mut AnyConnection, (kind, id): Owner<'_>) -> Result<Vec<Attachment>, StoreError> {
    let bodies: Vec<String> = attachments::table
        .filter(attachments::owner_kind.eq(kind).and(attachments::owner_id.eq(id)))
        .order((attachments::at.asc(), attachments::id.asc()))
        .select(attachments::body)
        .load(conn)?;
    bodies.iter().map(|body| from_json("attachment", body)).collect()
}

/// One file of an owner, with its content.
///
/// # Errors
/// [`StoreError::Missing`] when this owner has no such file.
pub fn content(
    conn: &mut AnyConnection,
    (kind, id): Owner<'_>,
    wanted: AttachmentId,
) -> Result<(Attachment, Vec<u8>), StoreError> {
    let owned = attachments::owner_kind.eq(kind).and(attachments::owner_id.eq(id));
    let (body, content): (String, Vec<u8>) = attachments::table
        .filter(owned.and(attachments::id.eq(wanted.to_string())))
        .select((attachments::body, attachments::content))
        .first(conn)?;
    Ok((from_json("attachment", &body)?, content))
}
