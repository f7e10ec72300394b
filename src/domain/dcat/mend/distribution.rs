//! Mending of distributions. Must never keep one that leads nowhere.

use serde_json::Value;

use super::Mender;
use crate::domain::dcat::syntax::{MediaType, WebUrl};
use crate::domain::dcat::{DISTRIBUTIONS_MAX, Distribution, DistributionUrl, RepairCode};
use crate::domain::text::scrub;

impl Mender<'_> {
    pub(super) fn distributions(&mut self) -> Vec<Distribution> {
        const FIELD: &str = "distribution";
        let fields = self.fields;
        let entries: Vec<&Value> = match fields.get(FIELD) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(entries)) => entries.iter().collect(),
            Some(one) => {
                self.note(
                    FIELD,
                    RepairCode::WrongType,
                    "It is one entry where a list is expected; it was taken as a list.",
                );
                vec![one]
            }
        };
        let mut kept: Vec<Distribution> = Vec::new();
        for entry in entries {
            let Some(distribution) = self.distribution(entry) else { continue };
            if kept.contains(&distribution) {
                continue;
            }
            if kept.len() == DISTRIBUTIONS_MAX {
                self.note(FIELD, RepairCode::TooLong, format!("The list was cut after {DISTRIBUTIONS_MAX} entries."));
                break;
            }
            kept.push(distribution);
        }
        kept
    }

    fn distribution(&mut self, entry: &Value) -> Option<Distribution> {
        const FIELD: &str = "distribution";
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(scrub).filter(|text| !text.is_empty());
        let download = text("downloadURL").and_then(|address| self.url_of(FIELD, &address));
        let access = text("accessURL").and_then(|address| self.url_of(FIELD, &address));
        if download.is_none() && access.is_none() {
            self.note(FIELD, RepairCode::Url, "An entry without a usable address was dropped.");
            return None;
        }
        let format = text("format");
        let media_type = self.media_type(text("mediaType").as_deref(), format.as_deref(), download.as_ref());
        let at = match (download, access, media_type) {
            (Some(url), _, Some(media_type)) => DistributionUrl::Download { url, media_type },
            (Some(url), _, None) => {
                let message = "A download without a media type was taken as a link.";
                self.note(FIELD, RepairCode::MediaType, message);
                DistributionUrl::Access { url, media_type: None }
            }
            (None, Some(url), media_type) => DistributionUrl::Access { url, media_type },
            (None, None, _) => return None,
        };
        let title = text("title").and_then(|title| self.line_of(FIELD, &title));
        let format = format.and_then(|format| self.line_of(FIELD, &format));
        Some(Distribution { title, at, format })
    }

    /// The media type as given, else the one meant by the given word, the format or the end of the address.
    fn media_type(
        &mut self,
        given: Option<&str>,
        format: Option<&str>,
        download: Option<&WebUrl>,
    ) -> Option<MediaType> {
        const FIELD: &str = "distribution";
        if let Some(given) = given {
            if let Ok(media_type) = MediaType::parse(FIELD, given) {
                return Some(media_type);
            }
            let bare = given.split(';').next().unwrap_or(given).trim();
            let mended = MediaType::parse(FIELD, bare).ok().or_else(|| media_type_of(bare));
            let shown: String = given.chars().take(40).collect();
            let outcome =
                mended.as_ref().map_or("was dropped".to_owned(), |media_type| format!("was read as {media_type}"));
            self.note(FIELD, RepairCode::MediaType, format!("The media type “{shown}” {outcome}."));
            if mended.is_some() {
                return mended;
            }
        }
        let address = download?.as_str();
        let path = address.split(['?', '#']).next().unwrap_or(address);
        let extension = path.rsplit_once('.').map(|(_, extension)| extension);
        let guessed = format.and_then(media_type_of).or_else(|| extension.and_then(media_type_of))?;
        self.note(FIELD, RepairCode::MediaType, format!("A download without a media type was read as {guessed}."));
        Some(guessed)
    }
}

/// The media type meant by a format name or file extension.
fn media_type_of(word: &str) -> Option<MediaType> {
    let known = match word.trim().trim_start_matches('.').to_lowercase().as_str() {
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "xml" | "gml" => "application/xml",
        "rdf" => "application/rdf+xml",
        "kml" => "application/vnd.google-earth.kml+xml",
        "kmz" => "application/vnd.google-earth.kmz",
        "zip" | "shp" | "shapefile" | "gtfs" => "application/zip",
        "gz" => "application/gzip",
        "xls" => "application/vnd.ms-excel",
        "xlsx" | "excel" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pdf" => "application/pdf",
        "txt" | "text" => "text/plain",
        "html" | "htm" | "web page" => "text/html",
        "parquet" => "application/vnd.apache.parquet",
        "gpkg" | "geopackage" => "application/geopackage+sqlite3",
        _ => return None,
    };
    MediaType::parse("mediaType", known).ok()
}
