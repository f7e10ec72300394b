//! The catalogue as people look at it: the public search with its counts, one dataset's page, the list of a
//! department. Public views must never hold an upstream address, nor show what is not published.

use chrono::NaiveDateTime;
use diesel::dsl::{InnerJoin, IntoBoxed};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::domain::catalogue::{Dataset, Field};
use crate::domain::change::Announcement;
use crate::domain::dcat::Metadata;
use crate::domain::id::{DatasetId, DepartmentId};
use crate::domain::limits::Limits;
use crate::domain::scope::Operation;
use crate::domain::text::scrub;
use crate::domain::tier::Tier;
use crate::domain::time::Instant;
use crate::store::schema::{dataset_samples, datasets, departments, upstream_secrets};
use crate::store::{AnyConnection, StoreError, from_json, id};

pub use super::facets::{Facets, KEYWORDS_SHOWN, facets};

/// Words of one search that are looked for; more are passed over.
pub const WORDS_MAX: usize = 10;

diesel::define_sql_function! {
    /// Lower case, as far as the database knows it.
    fn lower(text: Text) -> Text;
}

type Db = <AnyConnection as diesel::Connection>::Backend;
type Listing = IntoBoxed<'static, InnerJoin<datasets::table, departments::table>, Db>;

/// A tier as a filter: one of them, or not set yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TierFilter {
    /// This tier.
    Is(Tier),
    /// No tier yet.
    Unset,
}

impl TierFilter {
    /// The word in addresses: the tier's mark, or `unset`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Is(tier) => tier.as_str(),
            Self::Unset => "unset",
        }
    }

    /// Reads the word written by [`TierFilter::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        if word == "unset" { Some(Self::Unset) } else { Tier::from_mark(word).map(Self::Is) }
    }

    pub(super) fn of(tier: Option<Tier>) -> Self {
        tier.map_or(Self::Unset, Self::Is)
    }
}

/// What a visitor looks for. Every part given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words that must all occur, in any order and case.
    pub words: String,
    /// The slug of the department.
    pub department: Option<String>,
    /// The tier.
    pub tier: Option<TierFilter>,
    /// A keyword, in any case.
    pub keyword: Option<String>,
    /// How often it is renewed, as its code.
    pub frequency: Option<String>,
    /// A format in which it is offered.
    pub format: Option<String>,
    /// Only what says where its records are.
    pub with_positions: bool,
    /// Only what has a sample to look at.
    pub with_sample: bool,
}

/// One dataset of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: DatasetId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One sentence, where staff wrote one; else the start of the description.
    pub summary: String,
    /// Its keywords.
    pub keywords: Vec<String>,
    /// Its tier, once a steward has set it.
    pub tier: Option<Tier>,
    /// Whether a feed stands behind it.
    pub has_feed: bool,
    /// Whether it stands in the public catalogue.
    pub is_published: bool,
    /// The slug of its department.
    pub department_slug: String,
    /// The name of its department.
    pub department_name: String,
    /// When it last changed here.
    pub updated_at: Instant,
    /// Where it stands in the order of titles: with the id, the place after which the next page begins.
    pub sort: String,
}

impl Listed {
    /// The cursor of this place, for [`search`].
    #[must_use]
    pub fn place(&self) -> [String; 2] {
        [self.sort.clone(), self.id.to_string()]
    }
}

pub(super) fn published(words: &str) -> Listing {
    let mut query = datasets::table.inner_join(departments::table).into_boxed();
    query = query.filter(datasets::is_published.eq(true));
    for word in scrub(words).to_lowercase().split_whitespace().take(WORDS_MAX) {
        query = query.filter(datasets::search_text.like(contains(word)).escape('\\'));
    }
    query
}

/// A pattern for "contains this text", with the wildcards of LIKE taken literally.
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn keyword_pattern(keyword: &str) -> String {
    contains(&format!("|{}|", scrub(keyword).to_lowercase()))
}

fn narrowed(search: &Search) -> Listing {
    let mut query = published(&search.words);
    if let Some(department) = &search.department {
        query = query.filter(departments::slug.eq(department.clone()));
    }
    match search.tier {
        None => {}
        Some(TierFilter::Unset) => query = query.filter(datasets::tier.is_null()),
        Some(TierFilter::Is(tier)) => query = query.filter(datasets::tier.eq(tier.as_str())),
    }
    if let Some(keyword) = &search.keyword {
        query = query.filter(datasets::keywords.like(keyword_pattern(keyword)).escape('\\'));
    }
    if let Some(frequency) = &search.frequency {
        query = query.filter(datasets::frequency.eq(frequency.clone()));
    }
    if let Some(format) = &search.format {
        query = query.filter(datasets::formats.like(contains(&format!("|{}|", scrub(format)))).escape('\\'));
    }
    if search.with_positions {
        let sampled = dataset_samples::is_released.eq(true).and(dataset_samples::has_positions.eq(true));
        let sampled = dataset_samples::table.filter(sampled).select(dataset_samples::dataset_id);
        query = query.filter(datasets::has_positions.eq(true).or(datasets::id.eq_any(sampled)));
    }
    if search.with_sample {
        let sampled = dataset_samples::table.filter(dataset_samples::is_released.eq(true));
        query = query.filter(datasets::id.eq_any(sampled.select(dataset_samples::dataset_id)));
    }
    query
}

/// The published datasets that fit, by title, from after a [`Listed::place`]; at most `limit`.
///
/// # Errors
/// What the database says.
pub fn search(
    conn: &mut AnyConnection,
    wanted: &Search,
    after: Option<&[String; 2]>,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let mut query = narrowed(wanted);
    if let Some([sort, last]) = after {
        let sort_is = || lower(datasets::title).eq(sort.clone());
        query = query.filter(lower(datasets::title).gt(sort.clone()).or(sort_is().and(datasets::id.gt(last.clone()))));
    }
    let rows: Vec<ListedColumns> = query
        .order((lower(datasets::title).asc(), datasets::id.asc()))
        .limit(limit)
        .select((lower(datasets::title), departments::slug, departments::name, datasets::version, datasets::body))
        .load(conn)?;
    rows.into_iter().map(listed).collect()
}

type ListedColumns = (String, String, String, i64, String);

fn listed((sort, department_slug, department_name, version, body): ListedColumns) -> Result<Listed, StoreError> {
    const START_MAX: usize = 240;
    let dataset = Dataset { version, ..from_json("dataset", &body)? };
    let start = || dataset.metadata.description.as_str().chars().take(START_MAX).collect();
    Ok(Listed {
        id: dataset.id,
        title: dataset.metadata.title.to_string(),
        summary: if dataset.summary.is_empty() { start() } else { dataset.summary.clone() },
        keywords: dataset.metadata.keywords.iter().map(ToString::to_string).collect(),
        tier: dataset.tier,
        has_feed: dataset.upstream.is_some(),
        is_published: dataset.is_published,
        updated_at: dataset.updated_at,
        slug: dataset.slug,
        department_slug,
        department_name,
        sort,
    })
}

/// Everything that anybody may see of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetPage {
    /// Its id.
    pub id: DatasetId,
    /// Its slug.
    pub slug: String,
    /// Its identifier in catalogues.
    pub identifier: String,
    /// What the catalogue says of it.
    pub metadata: Metadata,
    /// One sentence for lists; may be empty.
    pub summary: String,
    /// Who knows its meaning; may be empty.
    pub steward: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Its tier, once a steward has set it.
    pub tier: Option<Tier>,
    /// What may be asked of it.
    pub operations: Vec<Operation>,
    /// Limits of an agreement; empty where those of the place hold.
    pub limits: Limits,
    /// Whether a feed stands behind it.
    pub has_feed: bool,
    /// Whether a key may travel in the query string.
    pub allows_query_key: bool,
    /// Changes that were announced, the oldest first.
    pub changes: Vec<Announcement>,
    /// Whether it came from an import.
    pub is_imported: bool,
    /// When it last changed here.
    pub updated_at: Instant,
    /// The slug of its department.
    pub department_slug: String,
    /// The name of its department.
    pub department_name: String,
    /// The address of its department.
    pub department_email: String,
}

/// The page of a published dataset.
///
/// # Errors
/// [`StoreError::Missing`] when there is none, or it is not published.
pub fn page(conn: &mut AnyConnection, slug: &str) -> Result<DatasetPage, StoreError> {
    let (body, department_slug, department_name, department_email): (String, String, String, String) = datasets::table
        .inner_join(departments::table)
        .filter(datasets::slug.eq(slug).and(datasets::is_published.eq(true)))
        .select((datasets::body, departments::slug, departments::name, departments::email))
        .first(conn)?;
    let dataset: Dataset = from_json("dataset", &body)?;
    Ok(DatasetPage {
        id: dataset.id,
        slug: dataset.slug,
        identifier: dataset.identifier,
        metadata: dataset.metadata,
        summary: dataset.summary,
        steward: dataset.steward,
        fields: dataset.fields,
        tier: dataset.tier,
        operations: dataset.operations,
        limits: dataset.limits,
        has_feed: dataset.upstream.is_some(),
        allows_query_key: dataset.allows_query_key,
        changes: dataset.changes,
        is_imported: dataset.is_imported,
        updated_at: dataset.updated_at,
        department_slug,
        department_name,
        department_email,
    })
}

/// A dataset as its department lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRow {
    /// Its id.
    pub id: DatasetId,
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its department.
    pub department: DepartmentId,
    /// The name of its department.
    pub department_name: String,
    /// Its tier, once a steward has set it.
    pub tier: Option<Tier>,
    /// Whether it stands in the public catalogue.
    pub is_published: bool,
    /// When it last changed here.
    pub updated_at: Instant,
}

/// What a department wants to see of its datasets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffSearch {
    /// Words that must all occur.
    pub words: String,
    /// The tier.
    pub tier: Option<TierFilter>,
    /// Published ones, or those that are not.
    pub is_published: Option<bool>,
}

type StaffColumns = (String, String, String, String, String, Option<String>, bool, NaiveDateTime);

/// The datasets of some departments, published or not; those without a tier first, then by title; at most `limit`.
///
/// # Errors
/// What the database says.
pub fn of_departments(
    conn: &mut AnyConnection,
    ours: &[DepartmentId],
    wanted: &StaffSearch,
    limit: i64,
) -> Result<Vec<StaffRow>, StoreError> {
    let ids: Vec<String> = ours.iter().map(ToString::to_string).collect();
    let mut query = datasets::table.inner_join(departments::table).into_boxed();
    query = query.filter(datasets::department_id.eq_any(ids));
    for word in scrub(&wanted.words).to_lowercase().split_whitespace().take(WORDS_MAX) {
        query = query.filter(datasets::search_text.like(contains(word)).escape('\\'));
    }
    match wanted.tier {
        None => {}
        Some(TierFilter::Unset) => query = query.filter(datasets::tier.is_null()),
        Some(TierFilter::Is(tier)) => query = query.filter(datasets::tier.eq(tier.as_str())),
    }
    if let Some(is_published) = wanted.is_published {
        query = query.filter(datasets::is_published.eq(is_published));
    }
    let rows: Vec<StaffColumns> = query
        .order((datasets::tier.is_null().desc(), lower(datasets::title).asc(), datasets::id.asc()))
        .limit(limit)
        .select((
            datasets::id,
            datasets::slug,
            datasets::title,
            datasets::department_id,
            departments::name,
            datasets::tier,
            datasets::is_published,
            datasets::updated_at,
        ))
        .load(conn)?;
    rows.into_iter().map(staff_row).collect()
}

fn staff_row(row: StaffColumns) -> Result<StaffRow, StoreError> {
    let (raw, slug, title, department, department_name, tier, is_published, updated_at) = row;
    let tier = tier.as_deref().and_then(Tier::from_mark);
    let updated_at = updated_at.and_utc();
    Ok(StaffRow {
        id: id(&raw)?,
        slug,
        title,
        department: id(&department)?,
        department_name,
        tier,
        is_published,
        updated_at,
    })
}

/// Whether a dataset's upstream has a credential. The credential itself is not read.
///
/// # Errors
/// What the database says.
pub fn has_credential(conn: &mut AnyConnection, dataset: DatasetId) -> Result<bool, StoreError> {
    let count: i64 = upstream_secrets::table
        .filter(upstream_secrets::dataset_id.eq(dataset.to_string()))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}
