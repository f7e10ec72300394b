//! DCAT-US 1.1 `data.json`, both ways.
//!
//! Real catalogues are messy: [`parse`] takes in what it can, reports each record it mended or left out and why, and
//! never gives up on the whole for one bad record. [`to_data_json`] writes what [`validate()`] finds no fault in.
//! [`merge()`] brings a record up to date without touching what staff edited here. Must never pass on markup: every
//! text that comes out of here is plain text, every address an `http`, `https` or `ftp` one without a password.

mod export;
mod html;
mod import;
mod mend;
mod merge;
mod syntax;
#[cfg(test)]
mod tests;
mod validate;

use serde::{Deserialize, Serialize};

pub use export::{Exported, to_data_json};
pub use html::plain_text;
pub use import::{Catalogue, CatalogueError, Parsed, Report, parse};
pub use merge::{Merge, MetadataField, Step, merge, reimport};
pub use syntax::{Frequency, Interval, MediaType, Stamp, WebUrl};
pub use validate::{Problem, validate};

use super::text::{Email, Line, Prose};

/// The longest catalogue that is read, in bytes.
pub const CATALOGUE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The most records a catalogue may hold.
pub const RECORDS_MAX: usize = 20_000;
/// The longest identifier, in characters.
pub const IDENTIFIER_MAX: usize = 500;
/// The longest title, in characters.
pub const TITLE_MAX: usize = 300;
/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 20_000;
/// The longest keyword or theme, in characters.
pub const KEYWORD_MAX: usize = 100;
/// The most keywords, and the most themes.
pub const KEYWORDS_MAX: usize = 100;
/// The most distributions of a record.
pub const DISTRIBUTIONS_MAX: usize = 200;
/// The longest name of a publisher, contact or format, in characters.
pub const NAME_MAX: usize = 200;
/// The longest statement of rights, in characters (the standard's own limit).
pub const RIGHTS_MAX: usize = 255;
/// The longest description of a place, in characters.
pub const SPATIAL_MAX: usize = 4_000;

/// The `conformsTo` of DCAT-US 1.1.
pub const CONFORMS_TO: &str = "https://project-open-data.cio.gov/v1.1/schema";

/// Who may have the data, in the standard's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AccessLevel {
    /// Anybody, without restrictions.
    #[serde(rename = "public")]
    Public,
    /// Under certain restrictions of use.
    #[serde(rename = "restricted public")]
    RestrictedPublic,
    /// Not members of the public.
    #[serde(rename = "non-public")]
    NonPublic,
}

impl AccessLevel {
    /// Every level, from the freest to the strictest.
    pub const ALL: [Self; 3] = [Self::Public, Self::RestrictedPublic, Self::NonPublic];

    /// The word of the standard.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::RestrictedPublic => "restricted public",
            Self::NonPublic => "non-public",
        }
    }
}

/// One way to get at a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// Its name.
    pub title: Option<Line<NAME_MAX>>,
    /// Where it is.
    pub at: DistributionUrl,
    /// Its format in words.
    pub format: Option<Line<NAME_MAX>>,
}

/// Where a distribution is; a download always says its media type, as the standard asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistributionUrl {
    /// A file.
    Download {
        /// Its address.
        url: WebUrl,
        /// Its media type.
        media_type: MediaType,
    },
    /// A page or service that leads to the data.
    Access {
        /// Its address.
        url: WebUrl,
        /// Its media type, where known.
        media_type: Option<MediaType>,
    },
}

impl DistributionUrl {
    /// The address.
    #[must_use]
    pub const fn url(&self) -> &WebUrl {
        match self {
            Self::Download { url, .. } | Self::Access { url, .. } => url,
        }
    }

    /// The media type, where known.
    #[must_use]
    pub const fn media_type(&self) -> Option<&MediaType> {
        match self {
            Self::Download { media_type, .. } => Some(media_type),
            Self::Access { media_type, .. } => media_type.as_ref(),
        }
    }
}

/// Who to ask about a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A person or office.
    pub name: Option<Line<NAME_MAX>>,
    /// Where to write.
    pub email: Option<Email>,
}

/// What is known of a dataset, without its identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Its title.
    pub title: Line<TITLE_MAX>,
    /// What it is.
    pub description: Prose<DESCRIPTION_MAX>,
    /// Words to find it by; at least one after an import.
    pub keywords: Vec<Line<KEYWORD_MAX>>,
    /// Themes.
    pub themes: Vec<Line<KEYWORD_MAX>>,
    /// Who publishes it.
    pub publisher: Option<Line<NAME_MAX>>,
    /// Who to ask.
    pub contact: Contact,
    /// When it last changed.
    pub modified: Option<Stamp>,
    /// When it first came out.
    pub issued: Option<Stamp>,
    /// The address of its licence.
    pub license: Option<WebUrl>,
    /// Rights and restrictions in words.
    pub rights: Option<Line<RIGHTS_MAX>>,
    /// Where it applies: a place, a bounding box or a geometry.
    pub spatial: Option<Line<SPATIAL_MAX>>,
    /// When it applies.
    pub temporal: Option<Interval>,
    /// How often it is renewed.
    pub frequency: Option<Frequency>,
    /// Its page.
    pub landing_page: Option<WebUrl>,
    /// Who may have it.
    pub access_level: AccessLevel,
    /// Ways to get at it.
    pub distributions: Vec<Distribution>,
}

/// A record that was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Its place in the file, from 0.
    pub index: usize,
    /// Its identifier, unique in the file.
    pub identifier: Line<IDENTIFIER_MAX>,
    /// What it says.
    pub metadata: Metadata,
    /// What was mended; empty where the record was sound.
    pub repairs: Vec<Repair>,
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Its place in the file, from 0.
    pub index: usize,
    /// Its identifier, where it has one.
    pub identifier: Option<String>,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Why, as a stable code.
    pub code: SkipCode,
    /// Why, in plain English.
    pub reason: String,
}

/// Why a record was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipCode {
    /// It is not a JSON object.
    NotARecord,
    /// It has no title.
    NoTitle,
    /// Its identifier is longer than [`IDENTIFIER_MAX`].
    LongIdentifier,
    /// An earlier record has the same identifier and title.
    Duplicate,
}

/// Something that was mended in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The field, by its name in the standard.
    pub field: String,
    /// What was mended, as a stable code.
    pub code: RepairCode,
    /// What was mended and how, in plain English.
    pub message: String,
}

/// What was mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairCode {
    /// A required field was missing or empty, and was filled in or is left to the department.
    Missing,
    /// HTML was turned to plain text.
    Html,
    /// Hidden or control characters were removed.
    Characters,
    /// It was too long or too many, and was cut.
    TooLong,
    /// It was of another JSON type than the standard says.
    WrongType,
    /// An e-mail address was mended or dropped.
    Email,
    /// A web address was mended or dropped.
    Url,
    /// A date, interval or frequency was mended or dropped.
    Date,
    /// A word outside the standard's list was mapped.
    Vocabulary,
    /// A media type was mended, guessed or dropped.
    MediaType,
    /// An identifier or title that stands there twice was made different.
    Repeated,
}
