//! The counts beside the search of the catalogue. Each group is counted under the *other* choices made, so that a number
//! says what choosing it would give.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::catalogue::{Search, TierFilter, published};
use crate::domain::text::scrub;
use crate::domain::tier::Tier;
use crate::store::schema::{datasets, departments};
use crate::store::{AnyConnection, StoreError, samples};

/// Keywords, frequencies and formats whose counts are given, the most frequent first.
pub const KEYWORDS_SHOWN: usize = 30;

/// How many datasets there are under each choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// All that fit every choice.
    pub total: usize,
    /// By department: slug, name, count; by name.
    pub departments: Vec<(String, String, usize)>,
    /// By tier.
    pub tiers: Vec<(TierFilter, usize)>,
    /// By keyword, in lower case, the most frequent first; at most [`KEYWORDS_SHOWN`].
    pub keywords: Vec<(String, usize)>,
    /// By how often they are renewed, as its code, the most frequent first.
    pub frequencies: Vec<(String, usize)>,
    /// By format, the most frequent first.
    pub formats: Vec<(String, usize)>,
    /// Those that say where their records are.
    pub with_positions: usize,
    /// Those with a sample to look at.
    pub with_sample: usize,
}

type Columns = (String, String, String, Option<String>, String, Option<String>, String, bool);

/// What one dataset says to each choice.
struct Row {
    department: (String, String),
    tier: TierFilter,
    keywords: Vec<String>,
    frequency: Option<String>,
    formats: Vec<String>,
    has_positions: bool,
    has_sample: bool,
}

/// The choices, in the order of [`Row::fits`].
const CHOICES: usize = 7;

impl Row {
    fn of(
        (id, slug, name, tier, keywords, frequency, formats, positions): Columns,
        sampled: &BTreeMap<String, bool>,
    ) -> Self {
        let words = |column: &str| column.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self {
            department: (name, slug),
            tier: TierFilter::of(tier.as_deref().and_then(Tier::from_mark)),
            keywords: words(&keywords),
            frequency,
            formats: words(&formats),
            has_positions: positions || sampled.get(&id).is_some_and(|has_positions| *has_positions),
            has_sample: sampled.contains_key(&id),
        }
    }

    /// Whether it fits department, tier, keyword, frequency, format, positions and sample.
    fn fits(&self, wanted: &Search, keyword: Option<&String>) -> [bool; CHOICES] {
        [
            wanted.department.as_ref().is_none_or(|wanted| *wanted == self.department.1),
            wanted.tier.is_none_or(|wanted| wanted == self.tier),
            keyword.is_none_or(|keyword| self.keywords.contains(keyword)),
            wanted.frequency.as_ref().is_none_or(|wanted| self.frequency.as_ref() == Some(wanted)),
            wanted.format.as_ref().is_none_or(|wanted| self.formats.contains(wanted)),
            !wanted.with_positions || self.has_positions,
            !wanted.with_sample || self.has_sample,
        ]
    }
}

/// The counts beside a search. Reads the few columns they need of every dataset that holds the words.
///
/// # Errors
/// What the database says.
pub fn facets(conn: &mut AnyConnection, wanted: &Search) -> Result<Facets, StoreError> {
    let rows: Vec<Columns> = published(&wanted.words)
        .select((
            datasets::id,
            departments::slug,
            departments::name,
            datasets::tier,
            datasets::keywords,
            datasets::frequency,
            datasets::formats,
            datasets::has_positions,
        ))
        .load(conn)?;
    let sampled = samples::released(conn)?;
    let keyword = wanted.keyword.as_ref().map(|keyword| scrub(keyword).to_lowercase());
    let mut counted = Facets::default();
    let (mut departments, mut tiers) = (BTreeMap::new(), BTreeMap::new());
    let (mut keywords, mut frequencies, mut formats) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for row in rows.into_iter().map(|row| Row::of(row, &sampled)) {
        let fits = row.fits(wanted, keyword.as_ref());
        // Whether every choice holds but the one at this place.
        let but = |place: usize| fits.iter().enumerate().all(|(at, fits)| *fits || at == place);
        counted.total += usize::from(fits.iter().all(|fits| *fits));
        if but(0) {
            *departments.entry(row.department.clone()).or_insert(0) += 1;
        }
        if but(1) {
            *tiers.entry(row.tier).or_insert(0) += 1;
        }
        if but(2) {
            row.keywords.iter().for_each(|word| *keywords.entry(word.clone()).or_insert(0) += 1);
        }
        if but(3) {
            row.frequency.iter().for_each(|code| *frequencies.entry(code.clone()).or_insert(0) += 1);
        }
        if but(4) {
            row.formats.iter().for_each(|format| *formats.entry(format.clone()).or_insert(0) += 1);
        }
        counted.with_positions += usize::from(but(5) && row.has_positions);
        counted.with_sample += usize::from(but(6) && row.has_sample);
    }
    Ok(Facets {
        departments: departments.into_iter().map(|((name, slug), count)| (slug, name, count)).collect(),
        tiers: tiers.into_iter().collect(),
        keywords: most_first(keywords),
        frequencies: most_first(frequencies),
        formats: most_first(formats),
        ..counted
    })
}

fn most_first(counts: BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let mut sorted: Vec<(String, usize)> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted.truncate(KEYWORDS_SHOWN);
    sorted
}
