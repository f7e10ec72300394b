//! Writing a `data.json`. Must never write a record that [`super::validate()`] would refuse, nor an empty field.

use serde_json::{Map, Value, json};

use super::validate::is_schema_email;
use super::{AccessLevel, CONFORMS_TO, Distribution, DistributionUrl, Metadata, Stamp, WebUrl};
use crate::domain::text::Email;
use crate::domain::time::Day;

const SCHEMA: &str = "https://project-open-data.cio.gov/v1.1/schema/catalog";

/// Shown as rights where access is restricted and the metadata does not say how.
const DEFAULT_RIGHTS: &str =
    "Access needs a key under a data-sharing agreement with the city; apply on the dataset's page.";

/// A dataset to be written, with what stands in where its metadata is silent.
#[derive(Clone, Copy, Debug)]
pub struct Exported<'a> {
    /// Its identifier, unique in the catalogue.
    pub identifier: &'a str,
    /// What it says.
    pub metadata: &'a Metadata,
    /// The publisher where the metadata has none: the department.
    pub publisher: &'a str,
    /// What the publisher is part of: the city.
    pub part_of: Option<&'a str>,
    /// The contact's name where the metadata has none.
    pub contact_name: &'a str,
    /// The contact's address where the metadata has none.
    pub contact_email: &'a Email,
    /// The day of the last change here, where the metadata has none.
    pub modified: Day,
}

/// The catalogue at `url`, as DCAT-US 1.1.
#[must_use]
pub fn to_data_json(url: Option<&WebUrl>, datasets: &[Exported<'_>]) -> Value {
    let mut catalogue = Map::new();
    catalogue.insert("@context".to_owned(), json!(format!("{SCHEMA}.jsonld")));
    put(&mut catalogue, "@id", url);
    catalogue.insert("@type".to_owned(), json!("dcat:Catalog"));
    catalogue.insert("conformsTo".to_owned(), json!(CONFORMS_TO));
    catalogue.insert("describedBy".to_owned(), json!(format!("{SCHEMA}.json")));
    catalogue.insert("dataset".to_owned(), Value::Array(datasets.iter().map(dataset).collect()));
    Value::Object(catalogue)
}

fn dataset(exported: &Exported<'_>) -> Value {
    let metadata = exported.metadata;
    let mut record = Map::new();
    record.insert("@type".to_owned(), json!("dcat:Dataset"));
    record.insert("identifier".to_owned(), json!(exported.identifier));
    record.insert("title".to_owned(), json!(metadata.title));
    record.insert("description".to_owned(), json!(metadata.description));
    let keywords = if metadata.keywords.is_empty() { json!([metadata.title]) } else { json!(metadata.keywords) };
    record.insert("keyword".to_owned(), keywords);
    if !metadata.themes.is_empty() {
        record.insert("theme".to_owned(), json!(metadata.themes));
    }
    let modified = metadata.modified.clone().unwrap_or_else(|| Stamp::of_day(exported.modified));
    record.insert("modified".to_owned(), json!(modified));
    put(&mut record, "issued", metadata.issued.as_ref());
    record.insert("publisher".to_owned(), publisher(exported));
    record.insert("contactPoint".to_owned(), contact(exported));
    record.insert("accessLevel".to_owned(), json!(metadata.access_level));
    put(&mut record, "license", metadata.license.as_ref());
    match &metadata.rights {
        Some(rights) => put(&mut record, "rights", Some(rights)),
        None if metadata.access_level != AccessLevel::Public => put(&mut record, "rights", Some(DEFAULT_RIGHTS)),
        None => {}
    }
    put(&mut record, "spatial", metadata.spatial.as_ref());
    put(&mut record, "temporal", metadata.temporal.as_ref());
    put(&mut record, "accrualPeriodicity", metadata.frequency.as_ref());
    put(&mut record, "landingPage", metadata.landing_page.as_ref());
    if !metadata.distributions.is_empty() {
        let listed = metadata.distributions.iter().map(distribution).collect();
        record.insert("distribution".to_owned(), Value::Array(listed));
    }
    Value::Object(record)
}

fn put<T: AsRef<str> + ?Sized>(record: &mut Map<String, Value>, name: &str, value: Option<&T>) {
    if let Some(value) = value {
        record.insert(name.to_owned(), json!(value.as_ref()));
    }
}

fn publisher(exported: &Exported<'_>) -> Value {
    let name = exported.metadata.publisher.as_ref().map_or(exported.publisher, |name| name.as_str());
    let mut publisher = json!({ "@type": "org:Organization", "name": name });
    let parent = exported.part_of.filter(|parent| *parent != name);
    if let (Some(parent), Value::Object(fields)) = (parent, &mut publisher) {
        fields.insert("subOrganizationOf".to_owned(), json!({ "@type": "org:Organization", "name": parent }));
    }
    publisher
}

/// The schema's pattern for addresses knows fewer characters than mail does: an address it knows goes first.
fn contact(exported: &Exported<'_>) -> Value {
    let contact = &exported.metadata.contact;
    let name = contact.name.as_ref().map_or(exported.contact_name, |name| name.as_str());
    let own = contact.email.as_ref().filter(|email| is_schema_email(&format!("mailto:{email}")));
    let email = own.unwrap_or(exported.contact_email);
    json!({ "@type": "vcard:Contact", "fn": name, "hasEmail": format!("mailto:{email}") })
}

fn distribution(distribution: &Distribution) -> Value {
    let mut fields = Map::new();
    fields.insert("@type".to_owned(), json!("dcat:Distribution"));
    put(&mut fields, "title", distribution.title.as_ref());
    match &distribution.at {
        DistributionUrl::Download { url, .. } => put(&mut fields, "downloadURL", Some(url)),
        DistributionUrl::Access { url, .. } => put(&mut fields, "accessURL", Some(url)),
    }
    put(&mut fields, "mediaType", distribution.at.media_type());
    put(&mut fields, "format", distribution.format.as_ref());
    Value::Object(fields)
}
