//! The four cookies of the portal and their flags. Over https they carry the `__Host-` prefix, so that no sibling host
//! can plant them; over plain http (a demo on loopback) browsers refuse that prefix, so it is left out.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    /// The session token; set at sign-in, ends with the browser (the server has its own time-outs).
    Session,
    /// What the CSRF tokens of forms are made from before sign-in.
    Anonymous,
    /// One message for the next page.
    Flash,
    /// The language chosen with the switch.
    Language,
}

impl Jar {
    /// The cookie's name.
    #[must_use]
    pub const fn name(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Session, true) => "__Host-accord",
            (Self::Session, false) => "accord",
            (Self::Anonymous, true) => "__Host-accord-form",
            (Self::Anonymous, false) => "accord-form",
            (Self::Flash, true) => "__Host-accord-flash",
            (Self::Flash, false) => "accord-flash",
            (Self::Language, true) => "__Host-accord-language",
            (Self::Language, false) => "accord-language",
        }
    }

    /// The cookie with `value`.
    #[must_use]
    pub fn bake(self, value: String, is_https: bool) -> Cookie<'static> {
        let cookie = Cookie::build(self.name(is_https), value).path("/").http_only(true);
        cookie.same_site(SameSite::Lax).secure(is_https).finish()
    }

    /// The cookie that removes this one.
    #[must_use]
    pub fn remove(self, is_https: bool) -> Cookie<'static> {
        let mut cookie = self.bake(String::new(), is_https);
        cookie.set_max_age(Duration::ZERO);
        cookie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_is_locked_to_the_host_over_https() {
        for jar in [Jar::Session, Jar::Anonymous, Jar::Flash, Jar::Language] {
            let text = jar.bake("v".to_owned(), true).to_string();
            assert!(text.starts_with("__Host-accord"), "{text}");
            for flag in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
                assert!(text.contains(flag), "{text} lacks {flag}");
            }
            assert!(!text.contains("Domain"));
            let plain = jar.bake("v".to_owned(), false).to_string();
            assert!(plain.starts_with("accord") && !plain.contains("Secure") && plain.contains("HttpOnly"), "{plain}");
            assert!(jar.remove(true).to_string().contains("Max-Age=0"));
        }
    }
}
