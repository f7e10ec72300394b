//! A department's datasets: what its stewards read and change.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::views::DatasetView;
use super::{Api, id_in, parts, precondition};
use crate::cases::catalogue::{self, Edit};
use crate::cases::{CaseError, Desk, feeds};
use crate::domain::catalogue::{Dataset, Field, Sensitivity, Upstream, UpstreamBounds};
use crate::domain::dcat::Metadata;
use crate::domain::id::DepartmentId;
use crate::domain::limits::Limits;
use crate::domain::people::Role;
use crate::domain::scope::Operation;
use crate::domain::tier::Tier;
use crate::store::views::catalogue::has_credential;
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, WebError, etag};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    api.get("/steward/datasets", STEWARDS, "Datasets of your departments, published or not", list_for_staff)
        .gives::<Datasets>(200)
        .post("/steward/datasets", MANAGER, "Make a dataset", create)
        .takes::<NewDataset>()
        .gives::<DatasetView>(201)
        .refuses(&["not_found"])
        .get("/steward/datasets/{slug}", STEWARDS, "A dataset of your department", one_for_staff)
        .gives::<StewardView>(200)
        .patch("/steward/datasets/{slug}", MANAGER, "Change one part of a dataset", edit)
        .takes::<DatasetEditShape>()
        .gives::<DatasetView>(200)
        .versioned()
        .refuses(&["prohibited_by_law"])
        .put("/steward/datasets/{slug}/credential", MANAGER, "Set the upstream's credential; never shown", credential)
        .takes::<Credential>()
        .versioned()
        .refuses(&["credential_header_needed"])
}

/// Datasets.
#[derive(Debug, Serialize, ToSchema)]
struct Datasets {
    items: Vec<DatasetView>,
}

async fn list_for_staff(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let found = desk.run(move |desk| catalogue::list_for_staff(desk, &caller)).await?;
    Ok(HttpResponse::Ok().json(Datasets { items: found.iter().map(Into::into).collect() }))
}

/// A dataset as its stewards see it.
#[derive(Debug, Serialize, ToSchema)]
struct StewardView {
    #[serde(flatten)]
    dataset: DatasetView,
    upstream: Option<UpstreamView>,
    /// Whether a key may travel in the query string.
    allows_query_key: bool,
    /// The tier that title, keywords and fields suggest; a suggestion only.
    #[schema(example = "2")]
    suggested_tier: &'static str,
    suggested_because: Vec<String>,
    /// The statute that forbids sharing it, where one does: then only tier X is possible.
    prohibition: Option<String>,
    /// Parts that were edited here, which an import does not overwrite.
    #[schema(value_type = Vec<String>, example = json!(["description"]))]
    edited: Value,
}

/// Where a dataset flows from.
#[derive(Debug, Serialize, ToSchema)]
struct UpstreamView {
    url: String,
    credential_header: Option<String>,
    /// Whether a credential is kept; it is never shown.
    has_credential: bool,
    /// Longest wait for the head of an answer, and between two pieces of its body.
    timeout_ms: u32,
    /// Longest answer, in KiB; null for the most there is, 262144.
    answer_max_kib: Option<u32>,
    /// Longest request body, in KiB; null for the gate's own bound.
    request_max_kib: Option<u32>,
    /// Longest headers of a request together, in KiB; null for the gate's own bound.
    headers_max_kib: Option<u32>,
    /// For how many seconds the same answer is given to others; 0 asks the feed each time.
    keep_seconds: u32,
}

fn steward_view(desk: &Desk, dataset: &Dataset) -> Result<StewardView, CaseError> {
    let has_credential = desk.read(|conn| has_credential(conn, dataset.id))?;
    let suggestion = catalogue::suggestion(desk, dataset);
    Ok(StewardView {
        dataset: dataset.into(),
        upstream: dataset.upstream.as_ref().map(|upstream| UpstreamView {
            url: upstream.url.clone(),
            credential_header: upstream.credential_header.clone(),
            has_credential,
            timeout_ms: upstream.timeout_ms,
            answer_max_kib: upstream.bounds.answer_max_kib,
            request_max_kib: upstream.bounds.request_max_kib,
            headers_max_kib: upstream.bounds.headers_max_kib,
            keep_seconds: upstream.bounds.keep_seconds,
        }),
        allows_query_key: dataset.allows_query_key,
        suggested_tier: suggestion.tier.as_str(),
        suggested_because: suggestion.because,
        prohibition: catalogue::prohibition(desk, dataset, desk.clock.now()),
        edited: json!(dataset.edited),
    })
}

async fn one_for_staff(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let (version, view) = desk
        .run(move |desk| {
            let dataset = catalogue::for_staff(desk, &caller, &slug)?;
            Ok((dataset.version, steward_view(desk, &dataset)?))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(view))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDataset {
    /// The department's id.
    department: String,
    slug: String,
    title: String,
    description: String,
}

async fn create(request: HttpRequest, desk: DeskData, Json(new): Json<NewDataset>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let department: DepartmentId = id_in(&new.department)?;
    let made = desk
        .run(move |desk| {
            catalogue::create(desk, &caller, department, (&new.slug, &new.title, &new.description))?;
            catalogue::for_staff(desk, &caller, &new.slug)
        })
        .await?;
    Ok(HttpResponse::Created().insert_header(etag(made.version)).json(DatasetView::from(&made)))
}

/// Exactly one part to change: an object with one of these names.
#[derive(ToSchema)]
#[schema(as = DatasetEdit, example = json!({ "tier": "2" }))]
#[expect(dead_code, reason = "only its shape is used")]
struct DatasetEditShape {
    /// What the catalogue says: `metadata` in the words of DCAT-US, `summary`, `steward`.
    #[schema(required = false, value_type = Object)]
    about: String,
    #[schema(required = false)]
    fields: Vec<parts::Field>,
    /// `0`, `1`, `2`, `3` or `X`.
    #[schema(required = false)]
    tier: String,
    #[schema(required = false)]
    operations: Vec<parts::Operation>,
    /// Limits of an agreement.
    #[schema(required = false)]
    limits: Vec<parts::Limit>,
    /// Whether it stands in the public catalogue.
    #[schema(required = false)]
    published: bool,
    /// `url`, `credential_header`, `timeout_ms`, `answer_max_kib`, `request_max_kib`, `headers_max_kib`
    /// and `keep_seconds`; null takes it away.
    #[schema(required = false, value_type = Option<Object>)]
    upstream: String,
    /// Whether a key may travel in the query string.
    #[schema(required = false)]
    allows_query_key: bool,
    /// The path that is asked to see whether the feed lives; empty asks the first that is read.
    #[schema(required = false)]
    check_path: String,
}

/// Exactly one part to change.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum DatasetEdit {
    /// What the catalogue says, in the words of DCAT-US; a summary; the steward.
    About {
        metadata: Box<Metadata>,
        summary: String,
        steward: String,
    },
    Fields(Vec<FieldGiven>),
    /// `0`, `1`, `2`, `3` or `X`.
    Tier(Tier),
    /// Name, methods and path patterns of each operation.
    Operations(Vec<Operation>),
    /// Limits of an agreement.
    Limits(Limits),
    Published(bool),
    Upstream(Option<UpstreamGiven>),
    AllowsQueryKey(bool),
    CheckPath(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldGiven {
    name: String,
    kind: String,
    #[serde(default)]
    description: String,
    /// `none`, `indirect`, `sensitive` or `prohibited`.
    sensitivity: Sensitivity,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpstreamGiven {
    url: String,
    #[serde(default)]
    credential_header: Option<String>,
    /// The place's own where left out.
    #[serde(default)]
    timeout_ms: Option<u32>,
    #[serde(default)]
    answer_max_kib: Option<u32>,
    #[serde(default)]
    request_max_kib: Option<u32>,
    #[serde(default)]
    headers_max_kib: Option<u32>,
    #[serde(default)]
    keep_seconds: u32,
}

impl DatasetEdit {
    fn into_edit(self, timeout_ms: u32) -> Result<Edit, CaseError> {
        Ok(match self {
            Self::About { metadata, summary, steward } => Edit::About { metadata, summary, steward },
            Self::Fields(fields) => Edit::Fields(
                fields
                    .into_iter()
                    .map(|field| Field {
                        name: field.name,
                        kind: field.kind,
                        description: field.description,
                        sensitivity: field.sensitivity,
                    })
                    .collect(),
            ),
            Self::Tier(tier) => Edit::Tier(tier),
            Self::Operations(operations) => Edit::Operations(operations),
            Self::Limits(limits) => Edit::Limits(limits),
            Self::Published(is_published) => Edit::Publish(is_published),
            Self::Upstream(upstream) => Edit::Upstream(upstream.map(|given| Upstream {
                url: given.url,
                credential_header: given.credential_header,
                timeout_ms: given.timeout_ms.unwrap_or(timeout_ms),
                bounds: UpstreamBounds {
                    answer_max_kib: given.answer_max_kib,
                    request_max_kib: given.request_max_kib,
                    headers_max_kib: given.headers_max_kib,
                    keep_seconds: given.keep_seconds,
                },
            })),
            Self::AllowsQueryKey(allows) => Edit::QueryKey(allows),
            Self::CheckPath(path) => Edit::CheckPath(feeds::check_path(&path)?),
        })
    }
}

async fn edit(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<DatasetEdit>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let edit = given.into_edit(desk.options.upstream_wait_ms)?;
    let edited = desk.run(move |desk| catalogue::edit(desk, &caller, &slug, edit, version)).await;
    let dataset = edited.map_err(precondition)?;
    Ok(HttpResponse::Ok().insert_header(etag(dataset.version)).json(DatasetView::from(&dataset)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credential {
    /// `null` takes it away.
    #[schema(value_type = Option<String>)]
    credential: Option<SecretString>,
}

async fn credential(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
    IfMatch(version): IfMatch,
    Json(given): Json<Credential>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let set =
        desk.run(move |desk| catalogue::set_credential(desk, &caller, &slug, given.credential.as_ref(), version)).await;
    let dataset = set.map_err(precondition)?;
    Ok(HttpResponse::NoContent().insert_header(etag(dataset.version)).finish())
}
