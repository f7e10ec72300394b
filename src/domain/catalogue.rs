//! A dataset of the catalogue: what it is, what may be asked of it, where it flows from, and who may share it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::change::Announcement;
use super::dcat::{Metadata, MetadataField};
use super::id::{DatasetId, DepartmentId};
use super::limits::Limits;
use super::redaction::{FieldPath, RedactionProfile};
use super::refusal::Refusal;
use super::scope::{Method, Operation};
use super::tier::Tier;
use super::time::Instant;

/// Most fields described on one dataset.
pub const FIELDS_MAX: usize = 200;

/// How sensitive a field is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Nothing personal, nothing about security.
    #[default]
    None,
    /// Could say something about a person or a place when joined with other data.
    Indirect,
    /// Personal or security-relevant by itself; the applicant must say why it is needed.
    Sensitive,
    /// May not be shared by law.
    Prohibited,
}

impl Sensitivity {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::None, Self::Indirect, Self::Sensitive, Self::Prohibited];

    /// The word for forms and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Indirect => "indirect",
            Self::Sensitive => "sensitive",
            Self::Prohibited => "prohibited",
        }
    }

    /// Reads the word written by [`Sensitivity::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.as_str() == word)
    }
}

/// One field of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the feed.
    pub name: String,
    /// Its type: `string`, `number`, `geometry`, `datetime`.
    pub kind: String,
    /// What it means, with units.
    pub description: String,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
}

/// Where the gate fetches a dataset. The credential is kept apart, encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// Base address, `http` or `https`; the path after the dataset's slug is appended.
    pub url: String,
    /// The header that carries the credential, where there is one.
    pub credential_header: Option<String>,
    /// Longest wait for the head of an answer, in milliseconds.
    pub timeout_ms: u32,
    /// What it may be asked and may answer.
    #[serde(default)]
    pub bounds: UpstreamBounds,
}

/// Bounds of a dataset's own, narrower than the gate's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpstreamBounds {
    /// Longest answer, in KiB; [`UpstreamBounds::ANSWER_MAX_KIB`] where none is set.
    pub answer_max_kib: Option<u32>,
    /// Longest request body, in KiB; the gate's own bound where none is set.
    pub request_max_kib: Option<u32>,
    /// Longest headers of a request together, in KiB; the gate's own bound where none is set.
    pub headers_max_kib: Option<u32>,
    /// For how many seconds an answer may be given to others who ask the same; zero keeps nothing. Right only where the
    /// service answers everybody alike.
    pub keep_seconds: u32,
}

impl UpstreamBounds {
    /// The longest answer of any dataset, in KiB.
    pub const ANSWER_MAX_KIB: u32 = 256 * 1024;
    /// The longest request body of any dataset, in KiB.
    pub const REQUEST_MAX_KIB: u32 = 1024 * 1024;
    /// The longest headers of a request to any dataset, in KiB.
    pub const HEADERS_MAX_KIB: u32 = 1024;
    /// The longest that an answer may be kept, in seconds.
    pub const KEEP_MAX_SECONDS: u32 = 60;
}

/// A dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Its id.
    pub id: DatasetId,
    /// The first segment of its gateway path.
    pub slug: String,
    /// The data provider.
    pub department: DepartmentId,
    /// Its identifier in catalogues; an import finds it again by this.
    pub identifier: String,
    /// What the catalogue says of it, in the shape of DCAT-US.
    pub metadata: Metadata,
    /// One sentence for lists.
    pub summary: String,
    /// The steward: who knows its meaning and quality.
    pub steward: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The tier; `None` after an import, until a steward sets it: no keys are possible.
    pub tier: Option<Tier>,
    /// Where it flows from; `None` while there is only a catalogue entry.
    pub upstream: Option<Upstream>,
    /// What may be asked of it.
    pub operations: Vec<Operation>,
    /// Limits of an agreement unless a condition narrows them.
    pub limits: Limits,
    /// Whether it is in the public catalogue.
    pub is_published: bool,
    /// Whether a key may travel in the query string (`api_key`), for clients that cannot send headers.
    pub allows_query_key: bool,
    /// Its redaction profiles, retired ones included.
    #[serde(default)]
    pub redactions: Vec<RedactionProfile>,
    /// The field that says when a record was measured, by which a delay is judged.
    #[serde(default)]
    pub time_field: Option<FieldPath>,
    /// What is asked to see whether the feed lives, below its address; where none is set, [`Dataset::plain_path`].
    #[serde(default)]
    pub check_path: Option<String>,
    /// Changes that were announced, the oldest first.
    #[serde(default)]
    pub changes: Vec<Announcement>,
    /// Parts that staff edited here, which an import does not overwrite.
    pub edited: BTreeSet<MetadataField>,
    /// Whether it came from an import.
    pub is_imported: bool,
    /// When it last changed.
    pub updated_at: Instant,
    /// Counts saves; the store compares and sets it.
    pub version: i64,
}

impl Dataset {
    /// Sets the tier. `prohibition` is the statute that forbids sharing this content, as the profile's rule found it:
    /// then no tier but X is possible (spec section 5, rule 1).
    ///
    /// # Errors
    /// `prohibited_by_law`.
    pub fn set_tier(&mut self, tier: Tier, prohibition: Option<&str>) -> Result<(), Refusal> {
        if let Some(statute) = prohibition
            && tier != Tier::Prohibited
        {
            return Err(Refusal::new("prohibited_by_law", format!("The only possible tier is X: {statute}")));
        }
        self.tier = Some(tier);
        Ok(())
    }

    /// Whether an application may ask for it.
    ///
    /// # Errors
    /// `not_published`, `no_tier_yet`, `no_key_needed`, `prohibited`.
    pub fn must_be_grantable(&self) -> Result<Tier, Refusal> {
        if !self.is_published {
            return Err(Refusal::new("not_published", "This dataset is not in the catalogue."));
        }
        match self.tier {
            None => {
                Err(Refusal::new("no_tier_yet", "The department has not yet decided how this dataset may be shared."))
            }
            Some(Tier::Open) => Err(Refusal::new("no_key_needed", "This dataset is open: it needs no key.")),
            Some(Tier::Prohibited) => Err(Refusal::new("prohibited", "This dataset may not be shared by law.")),
            Some(tier @ (Tier::Registered | Tier::Conditioned | Tier::Restricted)) => Ok(tier),
        }
    }

    /// The operation with this name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name().as_ref() == name)
    }

    /// The redaction profile with this name, retired or not.
    #[must_use]
    pub fn redaction(&self, name: &str) -> Option<&RedactionProfile> {
        self.redactions.iter().find(|profile| profile.name == name)
    }

    /// The redaction profiles that a condition may name.
    pub fn redactions_offered(&self) -> impl Iterator<Item = &RedactionProfile> {
        self.redactions.iter().filter(|profile| !profile.is_retired)
    }

    /// The fields that an applicant must justify.
    pub fn sensitive_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.sensitivity == Sensitivity::Sensitive)
    }

    /// The formats in which the catalogue offers it, each once; `API` where a feed stands behind it.
    #[must_use]
    pub fn formats(&self) -> Vec<String> {
        let mut found: Vec<String> = self.upstream.iter().map(|_| "API".to_owned()).collect();
        for distribution in &self.metadata.distributions {
            let said = distribution.format.as_ref().map(|format| format.as_str().trim().to_uppercase());
            let kind = distribution.at.media_type().map(ToString::to_string);
            let name = kind.and_then(|kind| short_format(&kind).map(str::to_owned)).or(said);
            if let Some(name) = name.filter(|name| !name.contains('|') && !found.contains(name)) {
                found.push(name);
            }
        }
        found
    }

    /// Whether its declared fields say where a record is.
    #[must_use]
    pub fn has_positions(&self) -> bool {
        let names = |wanted: &[&str]| {
            let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
            self.fields.iter().any(|field| wanted.contains(&last(&field.name).as_str()))
        };
        let is_geometry = |field: &Field| {
            let kind = field.kind.to_lowercase();
            ["geometry", "point", "geo:json", "geoproperty", "position"].contains(&kind.as_str())
        };
        self.fields.iter().any(is_geometry)
            || (names(&["latitude", "lat"]) && names(&["longitude", "lon", "lng", "long"]))
    }

    /// The path that shows the present without naming anything further: of the first operation that is read.
    #[must_use]
    pub fn plain_path(&self) -> Option<String> {
        let reading = self.operations.iter().filter(|operation| operation.methods().contains(&Method::Get));
        let mut paths = reading.flat_map(Operation::paths).map(ToString::to_string);
        let path = paths.find(|path| !path.trim_end_matches("/**").contains(['{', '*']))?;
        let path = path.trim_end_matches("/**");
        Some(if path.is_empty() { "/".to_owned() } else { path.to_owned() })
    }

    /// What a search looks through, in lower case.
    #[must_use]
    pub fn search_text(&self) -> String {
        let Metadata { title, description, keywords, .. } = &self.metadata;
        let mut text = format!("{} {} {} {}", self.slug, title.as_str(), self.summary, description.as_str());
        for word in keywords {
            text.push(' ');
            text.push_str(word.as_str());
        }
        for field in &self.fields {
            text.push(' ');
            text.push_str(&field.name);
        }
        text.to_lowercase()
    }
}

/// How people call a media type.
fn short_format(media_type: &str) -> Option<&'static str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match essence.as_str() {
        "text/csv" | "application/csv" => "CSV",
        "application/json" | "text/json" => "JSON",
        "application/geo+json" | "application/vnd.geo+json" => "GeoJSON",
        "application/ld+json" => "JSON-LD",
        "application/xml" | "text/xml" => "XML",
        "text/html" => "HTML",
        "application/pdf" => "PDF",
        "application/zip" | "application/x-zip-compressed" => "ZIP",
        "application/vnd.ms-excel" | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "Excel",
        "application/vnd.google-earth.kml+xml" => "KML",
        "application/vnd.google-earth.kmz" => "KMZ",
        "application/rdf+xml" => "RDF",
        "text/plain" => "Text",
        _ => return None,
    })
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::domain::dcat::AccessLevel;

    /// A dataset that says nothing but its name.
    pub(crate) fn bare() -> Dataset {
        let metadata = Metadata {
            title: crate::domain::text::Line::parse("title", "Parking").unwrap(),
            description: crate::domain::text::Prose::parse("description", "Spaces.").unwrap(),
            keywords: Vec::new(),
            themes: Vec::new(),
            publisher: None,
            contact: crate::domain::dcat::Contact::default(),
            modified: None,
            issued: None,
            license: None,
            rights: None,
            spatial: None,
            temporal: None,
            frequency: None,
            landing_page: None,
            access_level: AccessLevel::NonPublic,
            distributions: Vec::new(),
        };
        Dataset {
            id: DatasetId::from_uuid(uuid::Uuid::nil()),
            slug: "parking".to_owned(),
            department: DepartmentId::from_uuid(uuid::Uuid::nil()),
            identifier: "parking".to_owned(),
            metadata,
            summary: String::new(),
            steward: String::new(),
            fields: Vec::new(),
            tier: None,
            upstream: None,
            operations: Operation::usual(),
            limits: Limits::default(),
            is_published: true,
            allows_query_key: false,
            redactions: Vec::new(),
            time_field: None,
            check_path: None,
            changes: Vec::new(),
            edited: BTreeSet::new(),
            is_imported: false,
            updated_at: "2026-11-27T12:00:00Z".parse().unwrap(),
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fields_say_of_positions_is_found() {
        let rows: [(&[(&str, &str)], bool); 6] = [
            (&[("site", "string")], false),
            (&[("geometry", "geometry")], true),
            (&[("where", "Point")], true),
            (&[("latitude", "number"), ("longitude", "number")], true),
            (&[("position.lat", "number"), ("position.lon", "number")], true),
            (&[("lat", "number")], false),
        ];
        for (fields, expected) in rows {
            let field = |(name, kind): &(&str, &str)| Field {
                name: (*name).to_owned(),
                kind: (*kind).to_owned(),
                description: String::new(),
                sensitivity: Sensitivity::None,
            };
            let dataset = Dataset { fields: fields.iter().map(field).collect(), ..testing::bare() };
            assert_eq!(dataset.has_positions(), expected, "{fields:?}");
        }
    }

    #[test]
    fn the_plain_path_names_nothing_further() {
        let rows: [(&[&str], Option<&str>); 4] = [
            (&["/latest"], Some("/latest")),
            (&["/stations/{id}", "/latest"], Some("/latest")),
            (&["/**"], Some("/")),
            (&["/stations/{id}"], None),
        ];
        for (paths, expected) in rows {
            let paths = paths.iter().map(|path| path.parse().unwrap()).collect();
            let operations = vec![Operation::new("read", vec![Method::Get], paths).unwrap()];
            let dataset = Dataset { operations, ..testing::bare() };
            assert_eq!(dataset.plain_path().as_deref(), expected);
        }
    }
}
