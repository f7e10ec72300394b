//! A dataset's catalogue entry as it is typed, for form and API alike: every fault is found at once and named by its
//! field. Must never guess: what cannot be read is said, and what was typed stays the caller's to show again.

use serde::{Deserialize, Serialize};

use super::catalogue::Edit;
use crate::domain::catalogue::Dataset;
use crate::domain::dcat::{
    AccessLevel, Contact, DISTRIBUTIONS_MAX, Distribution, DistributionUrl, Frequency, Interval, KEYWORDS_MAX,
    MediaType, Metadata, Stamp, WebUrl,
};
use crate::domain::text::{Email, Invalid, Line, Prose};

/// A catalogue entry as typed. An empty text means "not said".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AboutTyped {
    /// The title; needed.
    pub title: String,
    /// One sentence for lists.
    pub summary: String,
    /// What it is; needed.
    pub description: String,
    /// Who knows its meaning and quality.
    pub steward: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Themes.
    pub themes: Vec<String>,
    /// Who publishes it; the department where empty.
    pub publisher: String,
    /// Whom to ask; the department where empty.
    pub contact_name: String,
    /// Where to write; the department's address where empty.
    pub contact_email: String,
    /// When it last changed: a day or an instant.
    pub modified: String,
    /// When it first came out.
    pub issued: String,
    /// The address of its licence; none where there is no statement of reuse yet.
    pub license: String,
    /// Rights and restrictions in words.
    pub rights: String,
    /// Where it applies.
    pub spatial: String,
    /// When it applies: `start/end`.
    pub temporal: String,
    /// How often it is renewed: a repeating duration or a usual word such as `daily`.
    pub frequency: String,
    /// Its page elsewhere.
    pub landing_page: String,
    /// `public`, `restricted public` or `non-public`; what the tier says once one is set.
    pub access_level: String,
    /// Ways to get at it besides the gateway.
    pub distributions: Vec<DistributionTyped>,
}

/// A distribution as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DistributionTyped {
    /// Its name.
    pub title: String,
    /// Its address; needed.
    pub url: String,
    /// Whether the address is a file rather than a page or service.
    pub is_download: bool,
    /// Its media type; needed for a file.
    pub media_type: String,
    /// Its format in words.
    pub format: String,
}

impl AboutTyped {
    /// The entry of a dataset, to be shown in its form.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        let Metadata { contact, distributions, .. } = &dataset.metadata;
        let metadata = &dataset.metadata;
        Self {
            title: metadata.title.to_string(),
            summary: dataset.summary.clone(),
            description: metadata.description.to_string(),
            steward: dataset.steward.clone(),
            keywords: metadata.keywords.iter().map(ToString::to_string).collect(),
            themes: metadata.themes.iter().map(ToString::to_string).collect(),
            publisher: said(metadata.publisher.as_ref()),
            contact_name: said(contact.name.as_ref()),
            contact_email: said(contact.email.as_ref()),
            modified: said(metadata.modified.as_ref()),
            issued: said(metadata.issued.as_ref()),
            license: said(metadata.license.as_ref()),
            rights: said(metadata.rights.as_ref()),
            spatial: said(metadata.spatial.as_ref()),
            temporal: said(metadata.temporal.as_ref()),
            frequency: said(metadata.frequency.as_ref()),
            landing_page: said(metadata.landing_page.as_ref()),
            access_level: metadata.access_level.as_str().to_owned(),
            distributions: distributions.iter().map(DistributionTyped::of).collect(),
        }
    }

    /// The edit that this entry asks for.
    ///
    /// # Errors
    /// Every fault, by field; those of lists as `keywords.2` or `distributions.0.url`.
    pub fn check(&self) -> Result<Edit, Vec<Invalid>> {
        let mut read = Reading::default();
        let title = read.needed("title", &self.title, Line::parse);
        let description = read.needed("description", &self.description, Prose::parse);
        let access_level = read.access_level(&self.access_level);
        let contact = Contact {
            name: read.optional("contact_name", &self.contact_name, Line::parse),
            email: read.optional("contact_email", &self.contact_email, Email::parse),
        };
        let keywords = read.words("keywords", &self.keywords);
        let themes = read.words("themes", &self.themes);
        let publisher = read.optional("publisher", &self.publisher, Line::parse);
        let modified = read.optional("modified", &self.modified, Stamp::parse);
        let issued = read.optional("issued", &self.issued, Stamp::parse);
        let license = read.optional("license", &self.license, WebUrl::parse);
        let rights = read.optional("rights", &self.rights, Line::parse);
        let spatial = read.optional("spatial", &self.spatial, Line::parse);
        let temporal = read.optional("temporal", &self.temporal, Interval::parse);
        let frequency = read.optional("frequency", &self.frequency, read_frequency);
        let landing_page = read.optional("landing_page", &self.landing_page, WebUrl::parse);
        let distributions = read.distributions(&self.distributions);
        let (Some(title), Some(description), Some(access_level), true) =
            (title, description, access_level, read.faults.is_empty())
        else {
            return Err(read.faults);
        };
        let metadata = Metadata {
            title,
            description,
            keywords,
            themes,
            publisher,
            contact,
            modified,
            issued,
            license,
            rights,
            spatial,
            temporal,
            frequency,
            landing_page,
            access_level,
            distributions,
        };
        Ok(Edit::About { metadata: Box::new(metadata), summary: self.summary.clone(), steward: self.steward.clone() })
    }
}

impl DistributionTyped {
    fn of(distribution: &Distribution) -> Self {
        Self {
            title: said(distribution.title.as_ref()),
            url: distribution.at.url().to_string(),
            is_download: matches!(distribution.at, DistributionUrl::Download { .. }),
            media_type: said(distribution.at.media_type()),
            format: said(distribution.format.as_ref()),
        }
    }
}

fn said<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// People write `daily`, the standard `R/P1D`.
fn read_frequency(field: &str, text: &str) -> Result<Frequency, Invalid> {
    Frequency::from_word(text).map_or_else(|| Frequency::parse(field, text), Ok)
}

/// The faults found so far.
#[derive(Default)]
struct Reading {
    faults: Vec<Invalid>,
}

impl Reading {
    fn needed<T>(&mut self, field: &str, text: &str, parse: impl Fn(&str, &str) -> Result<T, Invalid>) -> Option<T> {
        match parse(field, text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn optional<T>(&mut self, field: &str, text: &str, parse: impl Fn(&str, &str) -> Result<T, Invalid>) -> Option<T> {
        if text.trim().is_empty() { None } else { self.needed(field, text, parse) }
    }

    /// Words of a list; blanks are passed over, repeats kept once.
    fn words<const MAX: usize>(&mut self, field: &str, words: &[String]) -> Vec<Line<MAX>> {
        let mut kept: Vec<Line<MAX>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if let Some(word) = self.optional(&format!("{field}.{at}"), word, Line::parse)
                && !kept.contains(&word)
            {
                kept.push(word);
            }
        }
        if kept.len() > KEYWORDS_MAX {
            self.faults.push(Invalid::new(field, "too_many", format!("Use at most {KEYWORDS_MAX}.")));
        }
        kept
    }

    /// Nothing said means nothing promised.
    fn access_level(&mut self, text: &str) -> Option<AccessLevel> {
        if text.trim().is_empty() {
            return Some(AccessLevel::NonPublic);
        }
        let found = AccessLevel::ALL.into_iter().find(|level| level.as_str() == text.trim());
        if found.is_none() {
            let message = "Choose public, restricted public or non-public.";
            self.faults.push(Invalid::new("access_level", "unknown_choice", message));
        }
        found
    }

    fn distributions(&mut self, typed: &[DistributionTyped]) -> Vec<Distribution> {
        if typed.len() > DISTRIBUTIONS_MAX {
            let message = format!("List at most {DISTRIBUTIONS_MAX}.");
            self.faults.push(Invalid::new("distributions", "too_many", message));
            return Vec::new();
        }
        let mut kept = Vec::new();
        for (at, typed) in typed.iter().enumerate() {
            kept.extend(self.distribution(&format!("distributions.{at}"), typed));
        }
        kept
    }

    fn distribution(&mut self, field: &str, typed: &DistributionTyped) -> Option<Distribution> {
        let title = self.optional(&format!("{field}.title"), &typed.title, Line::parse);
        let format = self.optional(&format!("{field}.format"), &typed.format, Line::parse);
        let url = self.needed(&format!("{field}.url"), &typed.url, WebUrl::parse);
        let named = format!("{field}.media_type");
        let at = if typed.is_download {
            let media_type = self.needed(&named, &typed.media_type, MediaType::parse);
            DistributionUrl::Download { url: url?, media_type: media_type? }
        } else {
            let media_type = self.optional(&named, &typed.media_type, MediaType::parse);
            DistributionUrl::Access { url: url?, media_type }
        };
        Some(Distribution { title, at, format })
    }
}

/// Metadata that says only what a dataset is called and what it is.
#[must_use]
pub fn bare_metadata(
    title: Line<{ crate::domain::dcat::TITLE_MAX }>,
    description: Prose<{ crate::domain::dcat::DESCRIPTION_MAX }>,
) -> Metadata {
    Metadata {
        title,
        description,
        keywords: Vec::new(),
        themes: Vec::new(),
        publisher: None,
        contact: Contact::default(),
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> AboutTyped {
        AboutTyped {
            title: "Parking".to_owned(),
            description: "Free bays.".to_owned(),
            keywords: ["parking", " ", "parking", "curb"].map(str::to_owned).to_vec(),
            frequency: "daily".to_owned(),
            license: "https://creativecommons.org/publicdomain/zero/1.0/".to_owned(),
            distributions: vec![DistributionTyped {
                url: "https://norwalk.example/parking.csv".to_owned(),
                is_download: true,
                media_type: "text/csv".to_owned(),
                ..DistributionTyped::default()
            }],
            ..AboutTyped::default()
        }
    }

    #[test]
    fn a_sound_entry_becomes_an_edit_without_blanks_and_repeats() {
        let Ok(Edit::About { metadata, .. }) = typed().check() else { panic!() };
        assert_eq!(metadata.keywords.iter().map(ToString::to_string).collect::<Vec<_>>(), ["parking", "curb"]);
        assert_eq!(metadata.frequency.unwrap().as_str(), "R/P1D");
        assert_eq!((metadata.access_level, metadata.rights), (AccessLevel::NonPublic, None));
        assert!(matches!(metadata.distributions[0].at, DistributionUrl::Download { .. }));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let broken = AboutTyped {
            title: " ".to_owned(),
            contact_email: "nobody".to_owned(),
            modified: "yesterday".to_owned(),
            landing_page: "norwalk.example".to_owned(),
            access_level: "secret".to_owned(),
            keywords: vec!["ok".to_owned(), "a\u{202E}b".to_owned()],
            distributions: vec![DistributionTyped { is_download: true, ..DistributionTyped::default() }],
            ..typed()
        };
        let faults = broken.check().unwrap_err();
        let mut fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "access_level",
                "contact_email",
                "distributions.0.media_type",
                "distributions.0.url",
                "keywords.1",
                "landing_page",
                "modified",
                "title"
            ]
        );
    }
}
