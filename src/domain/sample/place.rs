//! Where a record is: found in a GeoJSON geometry, an NGSI-LD location, a pair of latitude and longitude, or a point in
//! words (WKT). A guess that must never put a record where nothing says it is: what does not fit on the globe is no place.

use serde_json::Value;

use super::read::{is_geometry, leaves};

/// Names of the field that says how far north.
const NORTH: [&str; 3] = ["latitude", "lat", "geo_lat"];
/// Names of the field that says how far east.
const EAST: [&str; 5] = ["longitude", "lon", "lng", "long", "geo_lon"];
/// Names of the field that names a record, the best first.
const LABELS: [&str; 7] = ["name", "title", "site_name", "station_id", "site_id", "address.streetAddress", "id"];
/// Positions of one geometry that are looked at.
const CORNERS_MAX: usize = 5_000;
/// Feet in a degree of latitude.
const FEET_A_DEGREE: f64 = 364_830.0;

/// Where a record is, in degrees (WGS 84).
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What the record is called; empty where nothing says so.
    pub label: String,
}

/// The place of a record: of a line or an area, the middle of what it covers.
#[must_use]
pub fn place_of(record: &Value) -> Option<Place> {
    let fields = leaves(record);
    let (longitude, latitude) = fields
        .iter()
        .find_map(|(_, value)| of_value(value))
        .or_else(|| of_pair(&fields))
        .filter(|(east, north)| is_on_globe(*east, *north))?;
    let label = LABELS.iter().find_map(|wanted| {
        let (_, value) = fields.iter().find(|(name, _)| name == wanted)?;
        value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
    });
    Some(Place { latitude, longitude, label: label.unwrap_or_default() })
}

/// The places of records, of those that have one.
#[must_use]
pub fn places(records: &[Value]) -> Vec<Place> {
    records.iter().filter_map(place_of).collect()
}

fn is_on_globe(east: f64, north: f64) -> bool {
    let is_nowhere = east.abs() < f64::EPSILON && north.abs() < f64::EPSILON;
    (-180.0..=180.0).contains(&east) && (-90.0..=90.0).contains(&north) && !is_nowhere
}

/// East and north of a geometry, or of a point in words.
fn of_value(value: &Value) -> Option<(f64, f64)> {
    if is_geometry(value) {
        return middle(value.get("coordinates")?);
    }
    let words = value.as_str()?.trim().to_ascii_uppercase();
    let inner = words.strip_prefix("POINT")?.trim().strip_prefix('(')?.strip_suffix(')')?;
    let mut numbers = inner.split_whitespace().map(str::parse::<f64>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn middle(coordinates: &Value) -> Option<(f64, f64)> {
    let mut corners = Vec::new();
    collect(coordinates, &mut corners);
    let extent = Extent::of(corners.into_iter())?;
    Some(extent.middle())
}

fn collect(value: &Value, corners: &mut Vec<(f64, f64)>) {
    let Some(list) = value.as_array() else { return };
    if let [east, north, ..] = list.as_slice()
        && let (Some(east), Some(north)) = (east.as_f64(), north.as_f64())
    {
        if corners.len() < CORNERS_MAX {
            corners.push((east, north));
        }
        return;
    }
    for part in list {
        collect(part, corners);
    }
}

/// A latitude and a longitude that stand side by side.
fn of_pair(fields: &[(String, Value)]) -> Option<(f64, f64)> {
    let parts = |name: &str| {
        let (before, last) = name.rsplit_once('.').unwrap_or(("", name));
        (before.to_owned(), last.to_ascii_lowercase())
    };
    fields.iter().find_map(|(name, value)| {
        let (before, last) = parts(name);
        let north = number(value).filter(|_| NORTH.contains(&last.as_str()))?;
        let east = fields.iter().find_map(|(name, value)| {
            let (beside, last) = parts(name);
            number(value).filter(|_| beside == before && EAST.contains(&last.as_str()))
        })?;
        Some((east, north))
    })
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// What places cover, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Degrees east, of what lies farthest west.
    pub west: f64,
    /// Degrees north, of what lies farthest south.
    pub south: f64,
    /// Degrees east, of what lies farthest east.
    pub east: f64,
    /// Degrees north, of what lies farthest north.
    pub north: f64,
}

impl Extent {
    /// What positions (east, north) cover; `None` where there is none.
    #[must_use]
    pub fn of(positions: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        positions.fold(None, |extent: Option<Self>, (east, north)| {
            let known = extent.unwrap_or(Self { west: east, south: north, east, north });
            Some(Self {
                west: known.west.min(east),
                south: known.south.min(north),
                east: known.east.max(east),
                north: known.north.max(north),
            })
        })
    }

    /// Its middle: east, north.
    #[must_use]
    pub fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.west, self.east), f64::midpoint(self.south, self.north))
    }

    /// How much narrower a degree of longitude is here than one of latitude.
    #[must_use]
    pub fn narrowing(&self) -> f64 {
        self.middle().1.to_radians().cos().max(0.01)
    }

    /// Its width and height in feet.
    #[must_use]
    pub fn feet(&self) -> (f64, f64) {
        ((self.east - self.west) * self.narrowing() * FEET_A_DEGREE, (self.north - self.south) * FEET_A_DEGREE)
    }

    /// Feet in a degree of latitude.
    #[must_use]
    pub const fn feet_a_degree() -> f64 {
        FEET_A_DEGREE
    }
}
