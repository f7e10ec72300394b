//! What every page and guard needs to know about this installation, put together once by the composition root.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpMessage as _, HttpRequest, web};
use chrono_tz::Tz;
use tokio::sync::Semaphore;
use url::Url;

use super::assets::Assets;
use super::body::declared_length;
use super::error::WebError;
use super::secret::ServerKey;
use super::templates::{TemplateError, Templates};
use super::visitor::Visitors;
use crate::domain::language::Language;
use crate::domain::net::{CidrList, HeadBounds};
use crate::words::Voice;

/// The settings of this room.
#[derive(Debug)]
pub struct Options {
    /// What the service calls itself in the header.
    pub service_name: String,
    /// The city, as it stands in sentences.
    pub city: String,
    /// The city's zone, in which times are shown.
    pub zone: Tz,
    /// The language of pages where nobody asks for another.
    pub language: Language,
    /// The words, with the texts of the place.
    pub voice: Voice,
    /// Where browsers reach the portal; decides cookie flags, HSTS and which origin is ours.
    pub portal_url: Url,
    /// Where programs reach the gate; shown in examples.
    pub gate_url: Url,
    /// Whether to say on every page that this is a demonstration.
    pub is_demo: bool,
    /// Proxies whose forwarding header is believed.
    pub trusted_proxies: CidrList,
    /// Largest form body in bytes.
    pub form_bytes_max: usize,
    /// Largest JSON body in bytes.
    pub json_bytes_max: usize,
    /// Largest body of an upload in bytes.
    pub upload_bytes_max: usize,
    /// How long a body may take to arrive.
    pub body_time_max: Duration,
    /// How much the headers of one request may be.
    pub head_bounds: HeadBounds,
    /// The key for CSRF tokens and signed cookies.
    pub server_key: ServerKey,
}

/// The shared parts of portal and api.
pub struct Site {
    options: Options,
    templates: Templates,
    assets: Assets,
    visitors: Arc<dyn Visitors>,
    /// Memory for files that come in, in megabytes.
    room: Arc<Semaphore>,
}

/// Memory for files that come in, of all requests at once, in megabytes.
const ROOM_MIB: usize = 512;
/// How long a request waits for it.
const ROOM_WAIT: Duration = Duration::from_secs(5);

impl Site {
    /// Compiles the templates.
    ///
    /// # Errors
    /// The first template that does not parse or names something unknown.
    pub fn new(options: Options, visitors: Arc<dyn Visitors>) -> Result<Self, TemplateError> {
        let templates = Templates::embedded(options.zone, &options.voice)?;
        Ok(Self { options, templates, assets: Assets::embedded(), visitors, room: Arc::new(Semaphore::new(ROOM_MIB)) })
    }

    /// A site with some more templates.
    #[cfg(test)]
    pub(crate) fn with_templates(
        options: Options,
        visitors: Arc<dyn Visitors>,
        extra: &[(&str, &str)],
    ) -> Result<Self, TemplateError> {
        let templates = Templates::with_extra(options.zone, &options.voice, extra)?;
        Ok(Self { options, templates, assets: Assets::embedded(), visitors, room: Arc::new(Semaphore::new(ROOM_MIB)) })
    }

    /// Waits until there is memory for the files of a request, and keeps it until the request is over. A body of `most`
    /// bytes takes `times` its length.
    ///
    /// # Errors
    /// 503 while too many are sending files.
    pub(super) async fn make_room(&self, request: &HttpRequest, most: usize, times: usize) -> Result<(), WebError> {
        let bytes = declared_length(request).map_or(most, |length| length.min(most));
        let mib = bytes.saturating_mul(times).div_ceil(1024 * 1024).clamp(1, ROOM_MIB);
        let wanted = u32::try_from(mib).unwrap_or(u32::MAX);
        let room = tokio::time::timeout(ROOM_WAIT, Arc::clone(&self.room).acquire_many_owned(wanted)).await;
        let busy = |why: String| WebError::unavailable(ROOM_WAIT.as_secs(), "take files in", why);
        let room = room.map_err(|elapsed| busy(elapsed.to_string()))?.map_err(|closed| busy(closed.to_string()))?;
        request.extensions_mut().insert(room);
        Ok(())
    }

    /// The site of this request.
    ///
    /// # Errors
    /// When the application was put together without one.
    pub fn of(request: &HttpRequest) -> Result<web::Data<Self>, WebError> {
        let site = request.app_data::<web::Data<Self>>().cloned();
        site.ok_or_else(|| WebError::internal("find the site", "no Site in the application data"))
    }

    /// The settings of this room.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The templates.
    #[must_use]
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// Stylesheet, script and icon.
    #[must_use]
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Whether browsers come by https, which cookies and HSTS depend on.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.options.portal_url.scheme() == "https"
    }

    /// An absolute address on the portal, for mails; never made from a request's `Host`.
    #[must_use]
    pub fn portal_link(&self, path: &str) -> String {
        format!("{}{path}", self.options.portal_url.as_str().trim_end_matches('/'))
    }

    pub(crate) fn key(&self) -> &ServerKey {
        &self.options.server_key
    }

    pub(crate) fn visitors(&self) -> &dyn Visitors {
        self.visitors.as_ref()
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("options", &self.options).finish_non_exhaustive()
    }
}
