//! Bringing a dataset up to date from its source. Must never overwrite a field that staff edited here; importing the
//! same record twice must change nothing the second time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Imported, Metadata};

/// A field that staff may edit and an import may bring up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataField {
    /// Its title.
    Title,
    /// What it is.
    Description,
    /// Words to find it by.
    Keywords,
    /// Themes.
    Themes,
    /// Who publishes it.
    Publisher,
    /// Who to ask.
    Contact,
    /// When it last changed.
    Modified,
    /// When it first came out.
    Issued,
    /// The address of its licence.
    License,
    /// Rights in words.
    Rights,
    /// Where it applies.
    Spatial,
    /// When it applies.
    Temporal,
    /// How often it is renewed.
    Frequency,
    /// Its page.
    LandingPage,
    /// Who may have it.
    AccessLevel,
    /// Ways to get at it.
    Distributions,
}

impl MetadataField {
    /// Every field, in the order of the forms.
    pub const ALL: [Self; 16] = [
        Self::Title,
        Self::Description,
        Self::Keywords,
        Self::Themes,
        Self::Publisher,
        Self::Contact,
        Self::Modified,
        Self::Issued,
        Self::License,
        Self::Rights,
        Self::Spatial,
        Self::Temporal,
        Self::Frequency,
        Self::LandingPage,
        Self::AccessLevel,
        Self::Distributions,
    ];

    /// Copies the field; says whether that changed anything.
    fn copy(self, from: &Metadata, to: &mut Metadata) -> bool {
        fn put<T: Clone + PartialEq>(from: &T, to: &mut T) -> bool {
            let differs = from != to;
            if differs {
                to.clone_from(from);
            }
            differs
        }
        match self {
            Self::Title => put(&from.title, &mut to.title),
            Self::Description => put(&from.description, &mut to.description),
            Self::Keywords => put(&from.keywords, &mut to.keywords),
            Self::Themes => put(&from.themes, &mut to.themes),
            Self::Publisher => put(&from.publisher, &mut to.publisher),
            Self::Contact => put(&from.contact, &mut to.contact),
            Self::Modified => put(&from.modified, &mut to.modified),
            Self::Issued => put(&from.issued, &mut to.issued),
            Self::License => put(&from.license, &mut to.license),
            Self::Rights => put(&from.rights, &mut to.rights),
            Self::Spatial => put(&from.spatial, &mut to.spatial),
            Self::Temporal => put(&from.temporal, &mut to.temporal),
            Self::Frequency => put(&from.frequency, &mut to.frequency),
            Self::LandingPage => put(&from.landing_page, &mut to.landing_page),
            Self::AccessLevel => put(&from.access_level, &mut to.access_level),
            Self::Distributions => put(&from.distributions, &mut to.distributions),
        }
    }
}

impl Metadata {
    /// The fields in which `self` and `other` differ; after an edit by staff, the fields to add to the edited ones.
    #[must_use]
    pub fn differences(&self, other: &Self) -> BTreeSet<MetadataField> {
        let mut copy = self.clone();
        MetadataField::ALL.into_iter().filter(|field| field.copy(other, &mut copy)).collect()
    }
}

/// The outcome of a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// What the dataset says now.
    pub metadata: Metadata,
    /// The fields that were brought up to date.
    pub changed: BTreeSet<MetadataField>,
    /// The fields whose source differs, but which staff edited here.
    pub kept: BTreeSet<MetadataField>,
}

/// Brings `existing` up to date from `incoming`, except for the fields that staff `edited`.
#[must_use]
pub fn merge(existing: &Metadata, edited: &BTreeSet<MetadataField>, incoming: &Metadata) -> Merge {
    let (kept, changed): (BTreeSet<_>, BTreeSet<_>) =
        existing.differences(incoming).into_iter().partition(|field| edited.contains(field));
    let mut metadata = existing.clone();
    for field in &changed {
        field.copy(incoming, &mut metadata);
    }
    Merge { metadata, changed, kept }
}

/// What a record of an import means for the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// No dataset has this identifier yet.
    Add,
    /// The dataset changes.
    Update(Box<Merge>),
    /// Nothing changes; what staff edited here may still differ from the source.
    Unchanged {
        /// The fields whose source differs, but which staff edited here.
        kept: BTreeSet<MetadataField>,
    },
}

/// The step for a record, given what is here under its identifier and which fields of that staff edited.
#[must_use]
pub fn reimport(existing: Option<(&Metadata, &BTreeSet<MetadataField>)>, incoming: &Imported) -> Step {
    let Some((metadata, edited)) = existing else { return Step::Add };
    let merge = merge(metadata, edited, &incoming.metadata);
    if merge.changed.is_empty() {
        return Step::Unchanged { kept: merge.kept };
    }
    Step::Update(Box::new(merge))
}
