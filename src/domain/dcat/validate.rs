//! The rules of DCAT-US 1.1 for a catalogue of a non-federal publisher: required fields, types, word lists and
//! patterns of the published JSON schema (v1.1/schema: catalog, dataset, distribution, organization, vcard). The
//! federal `bureauCode` and `programCode` are not asked. Must never be more lenient than the schema.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::syntax::{is_frequency, is_interval, is_media_type, is_modified, is_stamp, is_uri};
use super::{AccessLevel, CONFORMS_TO, RIGHTS_MAX};

const PROBLEMS_MAX: usize = 1_000;
const PUBLISHER_DEPTH_MAX: usize = 16;

/// A breach of the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where, such as `dataset[3].contactPoint.hasEmail`.
    pub path: String,
    /// What is wrong, in plain English.
    pub message: String,
}

/// Every breach of the standard, up to a thousand; empty where the catalogue is valid.
#[must_use]
pub fn validate(catalogue: &Value) -> Vec<Problem> {
    let mut check = Check { problems: Vec::new() };
    check.catalogue(catalogue);
    check.problems.truncate(PROBLEMS_MAX);
    check.problems
}

/// `^mailto:[\w.-]+@[\w.-]+\.[\w.-]+$`: the narrowest of the published patterns.
pub(super) fn is_schema_email(text: &str) -> bool {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    let address = text.strip_prefix("mailto:").and_then(|address| address.split_once('@'));
    address.is_some_and(|(local, host)| {
        let halves = host.match_indices('.').map(|(at, _)| host.split_at(at));
        let has_dot = halves.into_iter().any(|(before, after)| is_word(before) && after.len() > 1);
        is_word(local) && is_word(host) && has_dot
    })
}

/// What the text of a field must be.
struct Rule {
    fits: fn(&str) -> bool,
    expected: &'static str,
    null: Null,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Null {
    Allowed,
    Refused,
}

const URI: Rule = Rule { fits: is_uri, expected: "an absolute URI", null: Null::Refused };
const URI_OR_NULL: Rule = Rule { null: Null::Allowed, ..URI };
const TEXT: Rule = Rule { fits: |text| !text.is_empty(), expected: "text that is not empty", null: Null::Allowed };
const MEDIA_TYPE: Rule = Rule { fits: is_media_type, expected: "a media type", null: Null::Allowed };
const STAMP: Rule = Rule { fits: is_stamp, expected: "an ISO 8601 date or time", null: Null::Allowed };
const MODIFIED: Rule =
    Rule { fits: is_modified, expected: "an ISO 8601 date, time or repeating duration", null: Null::Refused };
const FREQUENCY: Rule = Rule { fits: is_frequency, expected: "irregular or R/P…", null: Null::Allowed };
const INTERVAL: Rule = Rule { fits: is_interval, expected: "a period as start/end", null: Null::Allowed };
const RIGHTS: Rule = Rule {
    fits: |text| (1..=RIGHTS_MAX).contains(&text.chars().count()),
    expected: "text of 1 to 255 characters",
    null: Null::Allowed,
};
const EMAIL: Rule =
    Rule { fits: is_schema_email, expected: "mailto: and an address, without a space", null: Null::Refused };

struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn fault(&mut self, path: impl Into<String>, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { path: path.into(), message: message.into() });
        }
    }

    fn catalogue(&mut self, value: &Value) {
        let Value::Object(catalogue) = value else {
            self.fault("", "The catalogue must be an object.");
            return;
        };
        if catalogue.get("conformsTo").and_then(Value::as_str) != Some(CONFORMS_TO) {
            self.fault("conformsTo", format!("It must be {CONFORMS_TO}."));
        }
        if catalogue.contains_key("@type") && !catalogue.contains_key("@context") {
            self.fault("@context", "It is required beside @type.");
        }
        self.one_of(catalogue, "", "@type", &["dcat:Catalog"]);
        for name in ["@context", "@id", "describedBy"] {
            self.matches(catalogue, "", name, &URI);
        }
        let Some(Value::Array(datasets)) = catalogue.get("dataset") else {
            self.fault("dataset", "It must be a list.");
            return;
        };
        let mut identifiers = BTreeSet::new();
        for (index, dataset) in datasets.iter().enumerate() {
            let path = format!("dataset[{index}]");
            let Value::Object(record) = dataset else {
                self.fault(path, "A dataset must be an object.");
                continue;
            };
            self.dataset(record, &format!("{path}."));
            if let Some(identifier) = record.get("identifier").and_then(Value::as_str)
                && !identifiers.insert(identifier)
            {
                self.fault(format!("{path}.identifier"), "Another dataset has this identifier.");
            }
        }
    }

    fn dataset(&mut self, record: &Map<String, Value>, path: &str) {
        for name in ["title", "description", "identifier"] {
            self.required_text(record, path, name);
        }
        self.one_of(record, path, "@type", &["dcat:Dataset"]);
        self.words(record, path, "keyword", true);
        self.words(record, path, "theme", false);
        if !record.contains_key("modified") {
            self.fault(format!("{path}modified"), "It is required.");
        }
        self.matches(record, path, "modified", &MODIFIED);
        self.matches(record, path, "issued", &STAMP);
        self.matches(record, path, "accrualPeriodicity", &FREQUENCY);
        self.matches(record, path, "temporal", &INTERVAL);
        self.matches(record, path, "spatial", &TEXT);
        for name in ["license", "landingPage", "describedBy", "conformsTo"] {
            self.matches(record, path, name, &URI_OR_NULL);
        }
        self.matches(record, path, "describedByType", &MEDIA_TYPE);
        self.access(record, path);
        match record.get("publisher") {
            Some(publisher) => self.publisher(publisher, &format!("{path}publisher"), 0),
            None => self.fault(format!("{path}publisher"), "It is required."),
        }
        self.contact(record, path);
        self.distributions(record, path);
    }

    fn access(&mut self, record: &Map<String, Value>, path: &str) {
        if !record.contains_key("accessLevel") {
            self.fault(format!("{path}accessLevel"), "It is required.");
        }
        self.one_of(record, path, "accessLevel", &AccessLevel::ALL.map(AccessLevel::as_str));
        self.matches(record, path, "rights", &RIGHTS);
        let is_public = record.get("accessLevel").and_then(Value::as_str) == Some(AccessLevel::Public.as_str());
        if !is_public && record.get("rights").is_none_or(Value::is_null) {
            self.fault(format!("{path}rights"), "It must explain why the data is not public and how to get it.");
        }
    }

    fn publisher(&mut self, value: &Value, path: &str, depth: usize) {
        let Value::Object(publisher) = value else {
            self.fault(path, "It must be an object with a name.");
            return;
        };
        let inside = format!("{path}.");
        self.required_text(publisher, &inside, "name");
        self.one_of(publisher, &inside, "@type", &["org:Organization"]);
        if let Some(parent) = publisher.get("subOrganizationOf") {
            let path = format!("{path}.subOrganizationOf");
            if depth >= PUBLISHER_DEPTH_MAX {
                self.fault(path, "The chain of organisations is too long.");
                return;
            }
            self.publisher(parent, &path, depth + 1);
        }
    }

    fn contact(&mut self, record: &Map<String, Value>, path: &str) {
        let Some(Value::Object(contact)) = record.get("contactPoint") else {
            self.fault(format!("{path}contactPoint"), "It must be an object with fn and hasEmail.");
            return;
        };
        let inside = format!("{path}contactPoint.");
        self.required_text(contact, &inside, "fn");
        self.required_text(contact, &inside, "hasEmail");
        self.one_of(contact, &inside, "@type", &["vcard:Contact"]);
        self.matches(contact, &inside, "hasEmail", &EMAIL);
    }

    fn distributions(&mut self, record: &Map<String, Value>, path: &str) {
        let entries = match record.get("distribution") {
            None | Some(Value::Null) => return,
            Some(Value::Array(entries)) => entries,
            Some(_) => {
                self.fault(format!("{path}distribution"), "It must be a list.");
                return;
            }
        };
        for (index, entry) in entries.iter().enumerate() {
            let path = format!("{path}distribution[{index}]");
            let Value::Object(fields) = entry else {
                self.fault(path, "A distribution must be an object.");
                continue;
            };
            let inside = format!("{path}.");
            self.one_of(fields, &inside, "@type", &["dcat:Distribution"]);
            self.matches(fields, &inside, "downloadURL", &URI);
            for name in ["accessURL", "describedBy", "conformsTo"] {
                self.matches(fields, &inside, name, &URI_OR_NULL);
            }
            for name in ["title", "description", "format"] {
                self.matches(fields, &inside, name, &TEXT);
            }
            for name in ["mediaType", "describedByType"] {
                self.matches(fields, &inside, name, &MEDIA_TYPE);
            }
            let has = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
            if has("downloadURL") && !has("mediaType") {
                self.fault(format!("{path}.mediaType"), "It is required beside downloadURL.");
            }
            if !has("downloadURL") && !has("accessURL") {
                self.fault(path, "It needs a downloadURL or an accessURL.");
            }
        }
    }

    fn required_text(&mut self, record: &Map<String, Value>, path: &str, name: &str) {
        if record.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            self.fault(format!("{path}{name}"), "It is required, as text that is not empty.");
        }
    }

    fn one_of(&mut self, record: &Map<String, Value>, path: &str, name: &str, words: &[&str]) {
        if let Some(value) = record.get(name)
            && value.as_str().is_none_or(|text| !words.contains(&text))
        {
            self.fault(format!("{path}{name}"), format!("It must be one of: {}.", words.join(", ")));
        }
    }

    fn matches(&mut self, record: &Map<String, Value>, path: &str, name: &str, rule: &Rule) {
        let Some(value) = record.get(name) else { return };
        if value.is_null() && rule.null == Null::Allowed {
            return;
        }
        if value.as_str().is_none_or(|text| !(rule.fits)(text)) {
            self.fault(format!("{path}{name}"), format!("It must be {}.", rule.expected));
        }
    }

    fn words(&mut self, record: &Map<String, Value>, path: &str, name: &str, is_required: bool) {
        let Some(value) = record.get(name).filter(|value| is_required || !value.is_null()) else {
            if is_required {
                self.fault(format!("{path}{name}"), "It is required.");
            }
            return;
        };
        let texts: Option<Vec<&str>> = value
            .as_array()
            .and_then(|items| items.iter().map(|item| item.as_str().filter(|text| !text.is_empty())).collect());
        match texts {
            None => self.fault(format!("{path}{name}"), "It must be a list of texts that are not empty."),
            Some(texts) if texts.is_empty() => self.fault(format!("{path}{name}"), "It must have at least one entry."),
            Some(texts) => {
                let different: BTreeSet<&str> = texts.iter().copied().collect();
                if name == "theme" && different.len() < texts.len() {
                    self.fault(format!("{path}{name}"), "Its entries must differ.");
                }
            }
        }
    }
}
