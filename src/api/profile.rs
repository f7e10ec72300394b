//! The city's profile as it is in force, and a changed file tried, for administrators. Changes nothing.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::cases::place::{self, Fault, ProfileSource};
use crate::domain::people::Role;
use crate::domain::profile::sheet::{Changed, Value};
use crate::domain::terms::Fate;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, Json, WebError};

const ADMINISTRATOR: Access = Access::Staff(&[Role::Administrator]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/profile", ADMINISTRATOR, "The city's profile as it is in force, with the line of each value", shown)
        .gives::<CityProfileView>(200)
        .post("/profile-checks", ADMINISTRATOR, "Check a changed file of the profile; nothing is changed", check)
        .takes::<ChangedFile>()
        .gives::<ProfileCheckView>(200)
}

/// A value.
#[derive(Debug, Serialize, ToSchema)]
struct ValueView {
    #[schema(example = "clocks.records_answer.days")]
    key: String,
    line: usize,
    #[schema(example = "4")]
    text: String,
}

impl From<Value> for ValueView {
    fn from(value: Value) -> Self {
        Self { key: value.key, line: value.line, text: value.text }
    }
}

/// A value that two profiles do not share.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedView {
    #[schema(example = "clocks.records_answer.days")]
    key: String,
    before: Option<String>,
    after: Option<String>,
}

impl From<Changed> for ChangedView {
    fn from(changed: Changed) -> Self {
        let text = |value: Option<Value>| value.map(|value| value.text);
        Self { key: changed.key, before: text(changed.before), after: text(changed.after) }
    }
}

/// What keeps a profile from being used.
#[derive(Debug, Serialize, ToSchema)]
struct FaultView {
    #[schema(example = "profile.toml")]
    file: String,
    line: Option<usize>,
    message: String,
}

impl From<Fault> for FaultView {
    fn from(fault: Fault) -> Self {
        Self { file: fault.file, line: fault.line, message: fault.message }
    }
}

/// The profile in force.
#[derive(Debug, Serialize, ToSchema)]
struct CityProfileView {
    /// The name of a profile that ships, or the folder.
    #[schema(example = "norwalk-ct")]
    name: String,
    #[schema(example = "2026-11-27")]
    version: String,
    values: Vec<ValueView>,
    /// What differs from the profile that ships.
    differs: Vec<ChangedView>,
    /// Its other files.
    files: Vec<String>,
    /// What would keep the program from starting with the files as they are now.
    faults: Vec<FaultView>,
}

async fn shown(
    request: HttpRequest,
    desk: DeskData,
    source: web::Data<ProfileSource>,
) -> Result<HttpResponse, WebError> {
    let (caller, known) = (caller(&request), source.clone());
    let shown = desk.run(move |desk| place::shown(desk, &caller, &known)).await?;
    Ok(HttpResponse::Ok().json(CityProfileView {
        name: source.name.clone(),
        version: desk.profile.version.to_string(),
        values: shown.values.into_iter().map(Into::into).collect(),
        differs: shown.differs.into_iter().map(Into::into).collect(),
        files: shown.files,
        faults: shown.faults.into_iter().map(Into::into).collect(),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedFile {
    /// `profile.toml`, or another file of the profile.
    #[schema(example = "profile.toml")]
    file: String,
    text: String,
}

/// What became of the check.
#[derive(Debug, Serialize, ToSchema)]
struct ProfileCheckView {
    faults: Vec<FaultView>,
    /// Values that it changes.
    values: Vec<ChangedView>,
    /// The clauses or parts of a text that read differently.
    texts: Vec<String>,
}

async fn check(
    request: HttpRequest,
    desk: DeskData,
    source: web::Data<ProfileSource>,
    Json(changed): Json<ChangedFile>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let tried = desk.run(move |desk| place::tried(desk, &caller, &source, (&changed.file, &changed.text))).await?;
    let differs = tried.texts.iter().filter(|one| one.fate != Fate::Same);
    let title =
        |one: &crate::domain::terms::Difference| one.clause.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(HttpResponse::Ok().json(ProfileCheckView {
        texts: differs.map(title).collect(),
        faults: tried.faults.into_iter().map(Into::into).collect(),
        values: tried.values.into_iter().map(Into::into).collect(),
    }))
}
