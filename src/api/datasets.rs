//! The catalogue: public search, stewards' edits, imports, terms.

use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::DatasetView;
use super::{Api, id_in, precondition};
use crate::cases::catalogue::{self, Edit};
use crate::cases::{CaseError, interchange, terms};
use crate::domain::catalogue::{Field, Sensitivity, Upstream};
use crate::domain::dcat::Metadata;
use crate::domain::id::{DepartmentId, ImportId};
use crate::domain::limits::Limits;
use crate::domain::people::Role;
use crate::domain::scope::Operation;
use crate::domain::terms::{TermsFamily, TermsVersion};
use crate::domain::text::Invalid;
use crate::domain::tier::Tier;
use crate::store::views::catalogue::{self as views, Search, TierFilter};
use crate::web::case::{DeskData, caller};
use crate::web::{Access, IfMatch, Json, Paging, Query, WebError, etag};

const MANAGER: Access = Access::Staff(&[Role::Manager]);
const STEWARDS: Access = Access::Staff(&[Role::Reviewer, Role::Manager, Role::Auditor]);
const SEARCH: &[&str] = &["q", "department", "tier", "keyword", "limit", "cursor"];

/// Adds the routes of this file.
pub fn routes(api: Api) -> Api {
    let api = api
        .get("/datasets", Access::Public, "Search the catalogue", search)
        .asks(SEARCH)
        .gives::<Found>(200)
        .get("/datasets/{slug}", Access::Public, "A dataset of the catalogue", one)
        .gives::<DatasetView>(200)
        .get("/steward/datasets", STEWARDS, "Datasets of your departments, published or not", list_for_staff)
        .gives::<Datasets>(200)
        .post("/steward/datasets", MANAGER, "Make a dataset", create)
        .takes::<NewDataset>()
        .gives::<DatasetView>(201)
        .get("/steward/datasets/{slug}", STEWARDS, "A dataset of your department", one_for_staff)
        .gives::<DatasetView>(200)
        .patch("/steward/datasets/{slug}", MANAGER, "Change one part of a dataset", edit)
        .takes::<DatasetEdit>()
        .gives::<DatasetView>(200)
        .versioned()
        .put("/steward/datasets/{slug}/credential", MANAGER, "Set the upstream's credential; never shown", credential)
        .takes::<Credential>()
        .versioned();
    api.post("/steward/imports", MANAGER, "Import a DCAT-US catalogue from an address", import)
        .takes::<NewImport>()
        .gives_other("application/json")
        .post("/steward/imports/{department}/data.json", MANAGER, "Import a DCAT-US catalogue given here", import_body)
        .takes_other("application/json")
        .gives_other("application/json")
        .for_uploads()
        .get("/steward/imports/{id}", STEWARDS, "The report of an import", report)
        .gives_other("application/json")
        .get("/terms", Access::Public, "Terms in force", current_terms)
        .gives::<TermsList>(200)
        .get("/terms/{family}/{number}", Access::Public, "One version of terms", one_terms)
        .gives::<TermsView>(200)
        .post("/terms", Access::Staff(&[Role::Administrator]), "Publish a version of terms", publish)
        .takes::<NewTerms>()
        .gives::<TermsView>(201)
}

/// One page of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
struct Found {
    items: Vec<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A dataset in a list.
#[derive(Debug, Serialize, ToSchema)]
struct Summary {
    slug: String,
    title: String,
    summary: String,
    tier: Option<&'static str>,
    department: String,
    keywords: Vec<String>,
    has_feed: bool,
}

async fn search(desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.only(SEARCH)?;
    let paging = Paging::from_query(&query)?;
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let tier = text("tier")
        .map(|word| {
            let wrong = || WebError::bad_request("query_invalid", "“tier” must be 0, 1, 2, 3, X or unset.");
            TierFilter::from_word(&word).ok_or_else(wrong)
        })
        .transpose()?;
    let wanted =
        Search { words: text("q").unwrap_or_default(), department: text("department"), tier, keyword: text("keyword") };
    let after = paging
        .after
        .clone()
        .map(|values| {
            <[String; 2]>::try_from(values).map_err(|_why| {
                WebError::bad_request("cursor_invalid", "“cursor” must be one that this list gave you.")
            })
        })
        .transpose()?;
    let limit = i64::from(paging.limit).saturating_add(1);
    let found = desk.run(move |desk| desk.read(|conn| views::search(conn, &wanted, after.as_ref(), limit))).await?;
    let page = paging.page(found, |listed| listed.place().to_vec());
    let items = page
        .items
        .into_iter()
        .map(|listed| Summary {
            slug: listed.slug,
            title: listed.title,
            summary: listed.summary,
            tier: listed.tier.map(Tier::as_str),
            department: listed.department_slug,
            keywords: listed.keywords,
            has_feed: listed.has_feed,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Found { items, next: page.next }))
}

async fn one(desk: DeskData, slug: web::Path<String>) -> Result<HttpResponse, WebError> {
    let dataset = desk.run(move |desk| catalogue::public(desk, &slug)).await?;
    Ok(HttpResponse::Ok().json(DatasetView::from(&dataset)))
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

async fn one_for_staff(
    request: HttpRequest,
    desk: DeskData,
    slug: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let dataset = desk.run(move |desk| catalogue::for_staff(desk, &caller, &slug)).await?;
    Ok(HttpResponse::Ok().insert_header(etag(dataset.version)).json(DatasetView::from(&dataset)))
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

/// Its description: an object with exactly one of the names.
impl utoipa::PartialSchema for DatasetEdit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let any = || ObjectBuilder::new().build();
        let flag = || ObjectBuilder::new().schema_type(Type::Boolean).build();
        let list = || utoipa::openapi::ArrayBuilder::new().items(any()).build();
        ObjectBuilder::new()
            .property("about", any())
            .property("fields", list())
            .property(
                "tier",
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["0", "1", "2", "3", "X"])).build(),
            )
            .property("operations", list())
            .property("limits", list())
            .property("published", flag())
            .property("upstream", any())
            .property("allows_query_key", flag())
            .into()
    }
}
impl ToSchema for DatasetEdit {}

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
    timeout_ms: u32,
}

impl From<DatasetEdit> for Edit {
    fn from(given: DatasetEdit) -> Self {
        match given {
            DatasetEdit::About { metadata, summary, steward } => Self::About { metadata, summary, steward },
            DatasetEdit::Fields(fields) => Self::Fields(
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
            DatasetEdit::Tier(tier) => Self::Tier(tier),
            DatasetEdit::Operations(operations) => Self::Operations(operations),
            DatasetEdit::Limits(limits) => Self::Limits(limits),
            DatasetEdit::Published(is_published) => Self::Publish(is_published),
            DatasetEdit::Upstream(upstream) => Self::Upstream(upstream.map(|given| Upstream {
                url: given.url,
                credential_header: given.credential_header,
                timeout_ms: given.timeout_ms,
            })),
            DatasetEdit::AllowsQueryKey(allows) => Self::QueryKey(allows),
        }
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
    let edited = desk.run(move |desk| catalogue::edit(desk, &caller, &slug, given.into(), version)).await;
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImport {
    /// The id of the department that gets records without a known publisher.
    department: String,
    /// An http(s) address.
    url: String,
}

async fn import(request: HttpRequest, desk: DeskData, Json(new): Json<NewImport>) -> Result<HttpResponse, WebError> {
    let department: DepartmentId = id_in(&new.department)?;
    let report = interchange::import_from(&desk, caller(&request), department, new.url).await?;
    Ok(HttpResponse::Created().json(report))
}

async fn import_body(
    request: HttpRequest,
    desk: DeskData,
    department: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let department: DepartmentId = id_in(&department)?;
    let body = crate::web::body::body_of(&request);
    let report =
        desk.run(move |desk| interchange::import(desk, &caller, department, "given by the API", &body)).await?;
    Ok(HttpResponse::Created().json(report))
}

async fn report(request: HttpRequest, desk: DeskData, id: web::Path<String>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let id: ImportId = id_in(&id)?;
    let (_, report) = desk.run(move |desk| interchange::report(desk, &caller, id)).await?;
    Ok(HttpResponse::Ok().json(report))
}

/// Terms.
#[derive(Debug, Serialize, ToSchema)]
struct TermsList {
    items: Vec<TermsView>,
}

/// A version of terms.
#[derive(Debug, Serialize, ToSchema)]
struct TermsView {
    id: String,
    family: &'static str,
    number: u32,
    title: String,
    /// Markdown with named parameters.
    markdown: String,
    hash: String,
    is_material: bool,
    published_at: chrono::DateTime<chrono::Utc>,
    effective_at: chrono::DateTime<chrono::Utc>,
}

impl From<TermsVersion> for TermsView {
    fn from(version: TermsVersion) -> Self {
        Self {
            id: version.id.to_string(),
            family: version.family.as_str(),
            number: version.number,
            title: version.title.as_str().to_owned(),
            markdown: version.markdown,
            hash: version.hash.to_string(),
            is_material: version.material,
            published_at: version.published_at,
            effective_at: version.effective_at,
        }
    }
}

async fn current_terms(desk: DeskData) -> Result<HttpResponse, WebError> {
    let items = desk
        .run(|desk| {
            let mut found = Vec::new();
            for family in TermsFamily::ALL {
                match terms::current(desk, family) {
                    Ok(version) => found.push(version.into()),
                    Err(CaseError::Missing) => {}
                    Err(other) => return Err(other),
                }
            }
            Ok(found)
        })
        .await?;
    Ok(HttpResponse::Ok().json(TermsList { items }))
}

async fn one_terms(desk: DeskData, path: web::Path<(String, u32)>) -> Result<HttpResponse, WebError> {
    let (family, number) = path.into_inner();
    let family = TermsFamily::from_name(&family).ok_or_else(WebError::not_found)?;
    let version = desk.run(move |desk| terms::numbered(desk, family, number)).await?;
    Ok(HttpResponse::Ok().json(TermsView::from(version)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTerms {
    /// `standard`, `click_through` or `restricted`.
    family: String,
    title: String,
    markdown: String,
    #[serde(default)]
    is_material: bool,
    /// From when it binds; at once, or after the notice period when it is material.
    #[serde(default)]
    effective_at: Option<chrono::DateTime<chrono::Utc>>,
}

async fn publish(request: HttpRequest, desk: DeskData, Json(new): Json<NewTerms>) -> Result<HttpResponse, WebError> {
    let caller = caller(&request);
    let family = TermsFamily::from_name(&new.family).ok_or_else(|| {
        let message = "Give standard, click_through or restricted.";
        WebError::from(CaseError::from(Invalid::new("family", "unknown_family", message)))
    })?;
    let new = terms::NewTerms {
        family,
        title: new.title,
        markdown: new.markdown,
        is_material: new.is_material,
        effective_at: new.effective_at,
    };
    let version = desk.run(move |desk| terms::publish(desk, &caller, &new)).await?;
    Ok(HttpResponse::Created().json(TermsView::from(version)))
}
