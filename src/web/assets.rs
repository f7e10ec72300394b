//! The stylesheet, the script and the icon, embedded, served under a name that changes with their content.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};

use super::error::WebError;
use super::routes::{Access, Room, Routes};
use super::site::Site;
use crate::domain::audit::hex;

const STYLE: &[u8] = include_bytes!("../../templates/assets/accord.css");
const SCRIPT: &[u8] = include_bytes!("../../templates/assets/accord.js");
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
    icon: Asset,
}

#[derive(Debug)]
struct Asset {
    name: String,
    media_type: &'static str,
    content: &'static [u8],
}

impl Asset {
    fn new(ending: &str, media_type: &'static str, content: &'static [u8]) -> Self {
        let digest: String = hex(&Sha256::digest(content)).chars().take(DIGEST_DIGITS).collect();
        Self { name: format!("accord.{digest}.{ending}"), media_type, content }
    }
}

impl Assets {
    /// The files of this build.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            style: Asset::new("css", "text/css; charset=utf-8", STYLE),
            script: Asset::new("js", "text/javascript; charset=utf-8", SCRIPT),
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

    /// The path of the icon.
    #[must_use]
    pub fn icon_path(&self) -> String {
        format!("/assets/{}", self.icon.name)
    }

    fn named(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.script, &self.icon].into_iter().find(|asset| asset.name == name)
    }
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Routes {
    Routes::new(Room::Portal).get("/assets/{file}", Access::Public, "Stylesheet, script and icon", serve)
}

async fn serve(request: HttpRequest, file: web::Path<String>) -> Result<HttpResponse, WebError> {
    let site = Site::of(&request)?;
    let asset = site.assets().named(&file).ok_or_else(WebError::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, asset.media_type))
        .insert_header((header::CACHE_CONTROL, CACHE_FOREVER))
        .body(asset.content))
}
