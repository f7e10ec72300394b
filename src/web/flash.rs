//! One message that survives a redirect, in a short signed cookie; and the redirect that carries it.

use actix_web::cookie::time::Duration;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::cookies::Jar;
use super::error::WebError;
use super::site::Site;

const PURPOSE: &str = "flash";
/// Seconds until an unread message is dropped.
const SECONDS_MAX: i64 = 120;
/// Longest text in characters, far below what a cookie holds.
const TEXT_MAX: usize = 400;
/// Longest path that is handed on in a header or an address, which proxies bound: nginx by 4 KB and 8 KB if not told else.
const PATH_MAX: usize = 2_000;
/// Longest path that rests in a form.
const LONG_PATH_MAX: usize = 8_000;

/// A message for the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flash {
    /// `good`, `info`, `warn` or `bad`.
    tone: &'static str,
    /// What it says.
    text: String,
}

impl Flash {
    /// Something was done.
    #[must_use]
    pub fn good(text: impl Into<String>) -> Self {
        Self { tone: "good", text: text.into() }
    }

    /// Something to know.
    #[must_use]
    pub fn info(text: impl Into<String>) -> Self {
        Self { tone: "info", text: text.into() }
    }

    /// Something to look out for.
    #[must_use]
    pub fn warn(text: impl Into<String>) -> Self {
        Self { tone: "warn", text: text.into() }
    }

    fn seal(&self, site: &Site) -> String {
        let text: String = self.text.chars().take(TEXT_MAX).collect();
        let seal = site.key().seal(PURPOSE, &[self.tone, &text]);
        format!("{}.{}.{seal}", self.tone, URL_SAFE_NO_PAD.encode(text))
    }

    /// The message that the request brings, if it is ours.
    pub(crate) fn of(request: &HttpRequest, site: &Site) -> Option<Self> {
        let cookie = request.cookie(Jar::Flash.name(site.is_https()))?;
        let mut parts = cookie.value().splitn(3, '.');
        let tone = ["good", "info", "warn"].into_iter().find(|tone| Some(*tone) == parts.clone().next())?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.nth(1)?).ok()?).ok()?;
        site.key().is_seal(parts.next()?, PURPOSE, &[tone, &text]).then_some(Self { tone, text })
    }
}

/// A 303 to a page of this site, with or without a message.
#[derive(Debug)]
pub struct Redirect;

impl Redirect {
    /// Goes to `path`.
    #[must_use]
    pub fn to(path: impl AsRef<str>) -> HttpResponse {
        HttpResponse::SeeOther().insert_header((header::LOCATION, path.as_ref())).finish()
    }

    /// Goes to `path`, where the page shows `flash`.
    ///
    /// # Errors
    /// When the application was put together without a [`Site`].
    pub fn with(request: &HttpRequest, path: impl AsRef<str>, flash: &Flash) -> Result<HttpResponse, WebError> {
        let site = Site::of(request)?;
        let mut cookie = Jar::Flash.bake(flash.seal(&site), site.is_https());
        cookie.set_max_age(Duration::seconds(SECONDS_MAX));
        Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, path.as_ref())).cookie(cookie).finish())
    }
}

/// `next` if it is a path of this site that is safe to be sent to; protects every redirect after sign-in.
#[must_use]
pub fn local_path(next: &str) -> Option<&str> {
    long_local_path(next).filter(|next| is_short(next))
}

/// The same for a path that rests in a form, which may be longer.
#[must_use]
pub fn long_local_path(next: &str) -> Option<&str> {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    let is_plain = next.len() <= LONG_PATH_MAX && next.bytes().all(|byte| byte.is_ascii_graphic());
    (is_local && is_plain).then_some(next)
}

/// Whether a path can be handed on in a header or an address.
#[must_use]
pub(super) const fn is_short(path: &str) -> bool {
    path.len() <= PATH_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for good in ["/", "/applications?limit=5#top", "/a/b"] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x=1",
            "javascript:alert(1)",
            "/ü",
            "\t//e",
        ] {
            assert_eq!((local_path(bad), long_local_path(bad)), (None, None), "{bad:?}");
        }
    }

    #[test]
    fn a_path_in_a_form_may_be_longer_than_one_in_a_header() {
        for (length, in_header, in_form) in
            [(2_000, true, true), (2_001, false, true), (8_000, false, true), (8_001, false, false)]
        {
            let path = format!("/{}", "x".repeat(length - 1));
            assert_eq!(
                (local_path(&path).is_some(), long_local_path(&path).is_some()),
                (in_header, in_form),
                "{length}"
            );
        }
    }
}
