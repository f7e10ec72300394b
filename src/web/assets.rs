//! The stylesheet, the scripts and the icon, embedded, served under a name that changes with their content.
//!
//! They are sent packed to who takes that. Pages are not: a page holds what must stay secret (the token of its forms)
//! beside what the address says, and the packed length would tell the one by the other.

use std::io::Write as _;

use actix_web::http::header::{self, AcceptEncoding, Encoding, Header as _};
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::error::WebError;
use super::routes::{Access, Room, Routes};
use super::site::Site;
use crate::domain::audit::hex;

const STYLE: &[u8] = include_bytes!("../../templates/assets/accord.css");
const SCRIPT: &[u8] = include_bytes!("../../templates/assets/accord.js");
const DESK_SCRIPT: &[u8] = include_bytes!("../../templates/assets/desk.js");
const ICON: &[u8] = include_bytes!("../../templates/assets/accord.svg");
/// The name carries a digest of the content, so a copy never goes stale.
const CACHE_FOREVER: &str = "public, max-age=31536000, immutable";
/// Hex digits of the digest that go into the name.
const DIGEST_DIGITS: usize = 12;

/// The embedded files by their public names.
#[derive(Debug)]
pub struct Assets {
    style: Asset,
    script: Asset,
    desk_script: Asset,
    icon: Asset,
}

#[derive(Debug)]
struct Asset {
    name: String,
    media_type: &'static str,
    content: &'static [u8],
    /// The same as gzip; none where it would not be shorter.
    packed: Option<web::Bytes>,
}

impl Asset {
    fn new(ending: &str, media_type: &'static str, content: &'static [u8]) -> Self {
        let digest: String = hex(&Sha256::digest(content)).chars().take(DIGEST_DIGITS).collect();
        Self { name: format!("accord.{digest}.{ending}"), media_type, content, packed: packed(content) }
    }
}

fn packed(content: &[u8]) -> Option<web::Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).ok()?;
    encoder.finish().ok().filter(|packed| packed.len() < content.len()).map(web::Bytes::from)
}

impl Assets {
    /// The files of this build.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            style: Asset::new("css", "text/css; charset=utf-8", STYLE),
            script: Asset::new("js", "text/javascript; charset=utf-8", SCRIPT),
            desk_script: Asset::new("desk.js", "text/javascript; charset=utf-8", DESK_SCRIPT),
            icon: Asset::new("svg", "image/svg+xml", ICON),
        }
    }

    /// The path of the stylesheet.
    #[must_use]
    pub fn style_path(&self) -> String {
        format!("/assets/{}", self.style.name)
    }

    /// The path of the script.
    #[must_use]
    pub fn script_path(&self) -> String {
        format!("/assets/{}", self.script.name)
    }

    /// The path of the review desk's own script.
    #[must_use]
    pub fn desk_script_path(&self) -> String {
        format!("/assets/{}", self.desk_script.name)
    }

    /// The path of the icon.
    #[must_use]
    pub fn icon_path(&self) -> String {
        format!("/assets/{}", self.icon.name)
    }

    fn named(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.script, &self.desk_script, &self.icon].into_iter().find(|asset| asset.name == name)
    }
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Routes {
    Routes::new(Room::Portal).get("/assets/{file}", Access::Public, "Stylesheet, scripts and icon", serve)
}

async fn serve(request: HttpRequest, file: web::Path<String>) -> Result<HttpResponse, WebError> {
    let site = Site::of(&request)?;
    let asset = site.assets().named(&file).ok_or_else(WebError::not_found)?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, CACHE_FOREVER))
        .insert_header((header::VARY, "Accept-Encoding"));
    let takes_gzip = AcceptEncoding::parse(&request).is_ok_and(|accepted| takes_gzip(&accepted));
    Ok(match &asset.packed {
        Some(packed) if takes_gzip => response.insert_header((header::CONTENT_ENCODING, "gzip")).body(packed.clone()),
        _ => response.body(asset.content),
    })
}

fn takes_gzip(accepted: &AcceptEncoding) -> bool {
    accepted.negotiate([Encoding::gzip(), Encoding::identity()].iter()).is_some_and(|chosen| chosen == Encoding::gzip())
}
