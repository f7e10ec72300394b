//! What a feed is: its catalogue facts, its sensor sites, and how its answers are made. Knows no HTTP.

use serde_json::{Map, Value, json};

use super::moment::Moment;
use crate::domain::catalogue::Sensitivity;
use crate::domain::tier::Tier;

/// One simulated sensor feed with the metadata a catalogue needs.
#[derive(Debug)]
pub struct Feed {
    /// First segment of the feed's path, and the short name of its dataset.
    pub slug: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What is measured, where, how and with what known gaps; a few sentences.
    pub description: &'static str,
    /// Slug of the department that provides it.
    pub department: &'static str,
    /// How freely it may be shared.
    pub tier: Tier,
    /// Words for the search.
    pub keywords: &'static [&'static str],
    /// The fields of one observation.
    pub fields: &'static [Field],
    /// Path under the upstream that returns data as it stands (no parameters needed).
    pub sample_path: &'static str,
    /// Seconds between two reports of a sensor.
    pub interval_seconds: u32,
    pub(super) sites: &'static [Site],
    pub(super) observe: fn(Moment, &Site) -> Value,
    pub(super) views: &'static [View],
    pub(super) bulk: Bulk,
}

/// One field of an observation.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name as it stands in the data.
    pub name: &'static str,
    /// `string`, `integer`, `number`, `boolean`, `datetime` or `geometry`.
    pub kind: &'static str,
    /// What its release could harm.
    pub sensitivity: Sensitivity,
    /// Meaning and unit.
    pub description: &'static str,
}

/// A kind of use that a scope can grant.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `read`, `history`, `bulk` or `stills`.
    pub name: &'static str,
    /// HTTP methods.
    pub methods: &'static [&'static str],
    /// Path patterns under the dataset's path; `{name}` stands for one segment.
    pub paths: Vec<String>,
    /// What it gives, for people.
    pub description: &'static str,
}

/// A place with a sensor.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// Degrees east and north, WGS 84.
    pub(super) position: [f64; 2],
    /// Its size in the feed's own unit: vehicles an hour at peak, spaces, docks, kilowatts.
    pub(super) size: f64,
}

/// One address that shows the present.
#[derive(Debug)]
pub(super) struct View {
    pub(super) operation: &'static str,
    /// Path under the feed; `{name}` stands for one segment. `show` is given the last segment.
    pub(super) path: &'static str,
    pub(super) media_type: &'static str,
    /// The body, or `None` where the segment names nothing.
    pub(super) show: fn(&Feed, Moment, &str) -> Option<Vec<u8>>,
}

/// The form of one day as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bulk {
    Csv,
    NdJson,
}

impl Feed {
    /// The dataset's operations with their path patterns, as scopes need them.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations: Vec<Operation> = Vec::new();
        for view in self.views {
            let path = format!("/{}", view.path);
            match operations.iter_mut().find(|known| known.name == view.operation) {
                Some(known) => known.paths.push(path),
                None => operations.push(operation(view.operation, path)),
            }
        }
        operations.push(operation("history", "/history".to_owned()));
        operations.push(operation("bulk", "/bulk".to_owned()));
        operations
    }

    /// How often it changes, as an ISO 8601 repeating interval (DCAT-US `accrualPeriodicity`).
    #[must_use]
    pub fn update_frequency(&self) -> String {
        match self.interval_seconds {
            seconds if seconds.is_multiple_of(3_600) => format!("R/PT{}H", seconds / 3_600),
            seconds if seconds.is_multiple_of(60) => format!("R/PT{}M", seconds / 60),
            seconds => format!("R/PT{seconds}S"),
        }
    }

    /// Where its steward has it looked at: the plain table where there is one, whose columns are the declared fields.
    #[must_use]
    pub fn check_path(&self) -> String {
        let table = self.views.iter().find(|view| view.media_type == CSV).map(|view| format!("/{}", view.path));
        let sample = || self.sample_path.trim_start_matches(&format!("/{}", self.slug)).to_owned();
        table.unwrap_or_else(sample)
    }

    /// Whether the upstream asks for its own credential (everything that is not open or click-through).
    #[must_use]
    pub const fn needs_credential(&self) -> bool {
        self.tier.is_restricted()
    }

    /// What `site` reports at `now`: where, when, then the values.
    pub(super) fn record(&self, now: Moment, site: &Site) -> Map<String, Value> {
        let mut record =
            Map::from_iter([("site_id".to_owned(), json!(site.id)), ("observed_at".to_owned(), json!(now.stamp()))]);
        record.extend((self.observe)(now, site).as_object().cloned().into_iter().flatten());
        record
    }
}

fn operation(name: &'static str, path: String) -> Operation {
    let description = match name {
        "history" => "Past observations between two instants, in pages",
        "bulk" => "All observations of one whole day as a file",
        "stills" => "The present still image of one camera",
        _ => "The latest observation of every sensor",
    };
    Operation { name, methods: &["GET"], paths: vec![path], description }
}

pub(super) const fn site(id: &'static str, name: &'static str, lon: f64, lat: f64, size: f64) -> Site {
    Site { id, name, position: [lon, lat], size }
}

/// The field every record begins with.
pub(super) const SITE: Field = plain("site_id", "string", "Which sensor; the same as in every other answer");
/// The field every record goes on with.
pub(super) const WHEN: Field = plain("observed_at", "datetime", "When the sensor reported, RFC 3339 in UTC");

/// A field nobody is harmed by.
pub(super) const fn plain(name: &'static str, kind: &'static str, description: &'static str) -> Field {
    Field { name, kind, sensitivity: Sensitivity::None, description }
}

/// A field that says something about a person or a facility when joined with other data.
pub(super) const fn indirect(name: &'static str, kind: &'static str, description: &'static str) -> Field {
    Field { name, kind, sensitivity: Sensitivity::Indirect, description }
}

/// A field that says something about a person or a facility by itself.
pub(super) const fn sensitive(name: &'static str, kind: &'static str, description: &'static str) -> Field {
    Field { name, kind, sensitivity: Sensitivity::Sensitive, description }
}

/// A view of scope `read`.
pub(super) const fn view(
    path: &'static str,
    media_type: &'static str,
    show: fn(&Feed, Moment, &str) -> Option<Vec<u8>>,
) -> View {
    View { operation: "read", path, media_type, show }
}

pub(super) const JSON: &str = "application/json";
pub(super) const GEOJSON: &str = "application/geo+json";
pub(super) const NGSI_LD: &str = "application/ld+json";
pub(super) const CSV: &str = "text/csv; charset=utf-8";
pub(super) const NDJSON: &str = "application/x-ndjson";

/// The site's point as a GeoJSON geometry.
pub(super) fn point(position: [f64; 2]) -> Value {
    json!({ "type": "Point", "coordinates": position })
}

/// Plain JSON: `{ "updated_at", "observations": [..] }`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of every view")]
pub(super) fn as_json(feed: &Feed, now: Moment, _part: &str) -> Option<Vec<u8>> {
    let observations: Vec<_> = feed.sites.iter().map(|site| feed.record(now, site)).collect();
    Some(json!({ "updated_at": now.stamp(), "observations": observations }).to_string().into_bytes())
}

/// GeoJSON: one point feature for each site, the observation as its properties. A record with its own `longitude` and
/// `latitude` stands there instead of at the site.
#[expect(clippy::unnecessary_wraps, reason = "the signature of every view")]
pub(super) fn as_geojson(feed: &Feed, now: Moment, _part: &str) -> Option<Vec<u8>> {
    let feature = |site: &Site| {
        let mut properties = feed.record(now, site);
        properties.insert("name".to_owned(), json!(site.name));
        let [longitude, latitude] = ["longitude", "latitude"].map(|name| properties.remove(name));
        let position = longitude.zip(latitude).map_or(json!(site.position), |(x, y)| json!([x, y]));
        let geometry = json!({ "type": "Point", "coordinates": position });
        json!({ "type": "Feature", "id": site.id, "geometry": geometry, "properties": properties })
    };
    let features: Vec<Value> = feed.sites.iter().map(feature).collect();
    Some(
        json!({ "type": "FeatureCollection", "timeStamp": now.stamp(), "features": features }).to_string().into_bytes(),
    )
}

/// CSV with a header row.
pub(super) fn as_csv(feed: &Feed, now: Moment, _part: &str) -> Option<Vec<u8>> {
    csv_of(feed.sites.iter().map(|site| feed.record(now, site)))
}

/// NGSI-LD in the normalised form: an array of entities of type `kind`, each value a property with its instant.
pub(super) fn as_ngsi_ld(feed: &Feed, now: Moment, kind: &str) -> Vec<u8> {
    let stamp = now.stamp();
    let property = |value: &Value| json!({ "type": "Property", "value": value, "observedAt": stamp });
    let entity = |site: &Site| {
        let values = (feed.observe)(now, site);
        let mut entity = Map::from_iter([
            ("id".to_owned(), json!(format!("urn:ngsi-ld:{kind}:norwalk-ct:{}", site.id))),
            ("type".to_owned(), json!(kind)),
            ("address".to_owned(), property(&json!({ "streetAddress": site.name, "addressLocality": "Norwalk" }))),
            ("location".to_owned(), json!({ "type": "GeoProperty", "value": point(site.position) })),
            ("dateObserved".to_owned(), property(&json!({ "@type": "DateTime", "@value": stamp }))),
        ]);
        entity.extend(values.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), property(value))));
        entity.insert("@context".to_owned(), json!(["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"]));
        Value::Object(entity)
    };
    Value::Array(feed.sites.iter().map(entity).collect()).to_string().into_bytes()
}

/// Records as CSV, the names of the first as its header.
pub(super) fn csv_of(records: impl Iterator<Item = Map<String, Value>>) -> Option<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut is_first = true;
    for record in records {
        if std::mem::take(&mut is_first) {
            writer.write_record(record.keys()).ok()?;
        }
        writer.write_record(record.values().map(cell)).ok()?;
    }
    writer.into_inner().ok()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
