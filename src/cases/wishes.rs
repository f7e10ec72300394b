//! What is asked of each dataset: from the form to the items of an application. Never grants anything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CaseError, Work};
use crate::domain::application::{Asked, Item, ItemState};
use crate::domain::catalogue::Dataset;
use crate::domain::text::{Invalid, readable};
use crate::domain::tier::Tier;
use crate::store::{StoreError, datasets};

/// Longest reason for a sensitive field, in characters.
const REASON_MAX: usize = 1_000;

/// Most datasets of one application: each is looked up while other writers wait.
const DATASETS_MAX: usize = 100;

/// What is asked of one dataset, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// The dataset's slug.
    pub slug: String,
    /// Operation names.
    pub operations: Vec<String>,
    /// Why each sensitive field is needed.
    pub sensitive: BTreeMap<String, String>,
}

/// Items as typed, with what is known of the datasets; items that exist keep their ids and decisions.
///
/// # Errors
/// Every dataset and operation that cannot be asked for.
pub(super) fn items(work: &mut Work<'_>, wanted: &[Wanted], known: &[Item]) -> Result<Vec<Item>, CaseError> {
    if wanted.len() > DATASETS_MAX {
        let message = format!("Ask for at most {DATASETS_MAX} datasets in one application.");
        return Err(CaseError::Invalid(vec![Invalid::new("datasets", "too_many", message)]));
    }
    let mut found: Vec<Item> = Vec::new();
    let mut problems = Vec::new();
    for wish in wanted {
        let dataset = match datasets::by_slug(work.conn, &wish.slug) {
            Ok(dataset) => dataset,
            Err(StoreError::Missing) => {
                problems.push(unknown_dataset(&wish.slug));
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        if found.iter().any(|item| item.asked.dataset == dataset.id) {
            continue;
        }
        let earlier = known.iter().find(|item| item.asked.dataset == dataset.id);
        match asked(wish, &dataset, earlier) {
            Ok((asked, tier)) => found.push(Item {
                id: earlier.map_or_else(|| work.new_id(), |item| item.id),
                asked,
                slug: dataset.slug.clone(),
                title: dataset.metadata.title.as_str().to_owned(),
                department: dataset.department,
                tier,
                state: ItemState::Pending { first: None },
                recommendation: None,
                countered: Vec::new(),
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(CaseError::Invalid(problems)) }
}

/// What is asked of one dataset, and its tier. What stood in the form already stays, whatever became of the dataset:
/// submitting or deciding says what is wrong with it.
fn asked(wish: &Wanted, dataset: &Dataset, earlier: Option<&Item>) -> Result<(Asked, Tier), Invalid> {
    let title = dataset.metadata.title.as_str();
    let tier = match (dataset.must_be_grantable(), earlier) {
        (Ok(tier), _) => tier,
        (Err(_), Some(item)) => dataset.tier.unwrap_or(item.tier),
        (Err(refusal), None) if refusal.code == "not_published" => return Err(unknown_dataset(&wish.slug)),
        (Err(refusal), None) => {
            return Err(Invalid::new("datasets", refusal.code, format!("“{title}”: {}", refusal.detail)));
        }
    };
    if let Some(unknown) = wish.operations.iter().find(|name| dataset.operation(name).is_none()) {
        let unknown: String = unknown.chars().take(80).collect();
        let message = format!("“{title}” has no operation “{unknown}”.");
        return Err(Invalid::new(format!("operations.{}", wish.slug), "unknown_operation", message));
    }
    let mut operations = wish.operations.clone();
    operations.sort_unstable();
    operations.dedup();
    let mut sensitive = BTreeMap::new();
    for field in dataset.sensitive_fields() {
        let typed = wish.sensitive.get(&field.name).map_or("", String::as_str);
        let why = readable(&format!("why.{}.{}", wish.slug, field.name), typed, REASON_MAX)?;
        if !why.is_empty() {
            sensitive.insert(field.name.clone(), why);
        }
    }
    Ok((Asked { dataset: dataset.id, operations, sensitive }, tier))
}

/// One answer for a dataset that does not exist and for one that is not in the catalogue.
fn unknown_dataset(slug: &str) -> Invalid {
    let slug: String = slug.chars().take(80).collect();
    Invalid::new("datasets", "unknown_dataset", format!("There is no dataset “{slug}”."))
}
