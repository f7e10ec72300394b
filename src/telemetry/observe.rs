//! The outermost layer of every listener: gives each request its id, and writes one access line when it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::clock::Clock;
use crate::domain::net::{CidrList, client_address};
use crate::domain::time::to_micros;

/// The header that carries the id in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest path that an access line repeats.
const PATH_CHARS_MAX: usize = 300;
/// Path parameters that hold secrets; a path with one of them is logged as its pattern.
const SECRET_PARAMETERS: [&str; 4] = ["token", "link", "secret", "code"];

/// What the layer needs; one for each listener.
#[derive(Debug)]
pub struct Observer {
    door: &'static str,
    clock: Clock,
    trusted: CidrList,
    /// Makes ids of one process distinct even if the system's randomness failed.
    count: AtomicU64,
}

impl Observer {
    /// A layer for the listener called `door`; ids that come in are kept only from `trusted` proxies.
    #[must_use]
    pub fn new(door: &'static str, clock: Clock, trusted: CidrList) -> Arc<Self> {
        Arc::new(Self { door, clock, trusted, count: AtomicU64::new(0) })
    }

    /// The layer: wrap an application with `from_fn(move |request, next| Arc::clone(&observer).observe(request, next))`,
    /// outside everything else. Inside, the request's own `X-Request-Id` header holds the id.
    ///
    /// # Errors
    /// Those of the layers inside.
    pub async fn observe<B: MessageBody + 'static>(
        self: Arc<Self>,
        mut request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<B>, actix_web::Error> {
        let begun = self.clock.now();
        let id = self.id_of(&request);
        let value = HeaderValue::from_str(&id).unwrap_or_else(|_never| HeaderValue::from_static(""));
        request.headers_mut().insert(REQUEST_ID, value.clone());
        let method = request.method().clone();
        let client = client(&request, &self.trusted);
        let span = tracing::info_span!("request", request_id = %id);
        async move {
            let mut response = next.call(request).await?;
            response.headers_mut().insert(REQUEST_ID, value);
            let micros = to_micros(self.clock.now()).saturating_sub(to_micros(begun));
            tracing::info!(
                target: "accord::access",
                door = self.door,
                method = method.as_str(),
                path = shown_path(&response),
                status = response.status().as_u16(),
                bytes = sent(&response),
                micros,
                client,
                "answered"
            );
            Ok(response)
        }
        .instrument(span)
        .await
    }

    /// The id a trusted proxy sent, if it is a well-formed UUID; else a fresh `UUIDv7`.
    fn id_of(&self, request: &ServiceRequest) -> String {
        let is_trusted = request.peer_addr().is_some_and(|peer| self.trusted.contains(peer.ip()));
        let sent = request.headers().get(REQUEST_ID).filter(|_| is_trusted).and_then(|value| value.to_str().ok());
        let sent = sent.filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
        sent.unwrap_or_else(|| self.fresh()).to_string()
    }

    fn fresh(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let mut random = [0; 10];
        if getrandom::fill(&mut random).is_err() {
            let count = self.count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            random.iter_mut().zip(count).for_each(|(to, from)| *to = from);
        }
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

fn client(request: &ServiceRequest, trusted: &CidrList) -> String {
    let lines: Vec<&str> = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
    let peer = request.peer_addr().map(|peer| client_address(peer.ip(), lines.into_iter(), trusted));
    peer.map(|address| address.to_string()).unwrap_or_default()
}

fn shown_path<B>(response: &ServiceResponse<B>) -> String {
    let request = response.request();
    let holds_secret = SECRET_PARAMETERS.iter().any(|name| request.match_info().get(name).is_some());
    if holds_secret {
        return request.match_pattern().unwrap_or_default();
    }
    request.path().chars().take(PATH_CHARS_MAX).collect()
}

fn sent<B: MessageBody>(response: &ServiceResponse<B>) -> u64 {
    match response.response().body().size() {
        BodySize::Sized(bytes) => bytes,
        BodySize::None | BodySize::Stream => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Mutex;

    use actix_web::dev::Service as _;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, HttpRequest, web};

    use super::*;
    use crate::telemetry::OneLine;

    const SENT: &str = "0198c0de-0000-7000-8000-000000000001";

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The id inside, the id answered, and the log.
    async fn ask(peer: [u8; 4], path: &str, sent: &'static str) -> (String, String, String) {
        let kept = Kept::default();
        let writer = kept.clone();
        let logs = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
        let logs = logs.with_writer(move || OneLine::new(writer.clone())).finish();
        let _quiet = tracing::subscriber::set_default(logs);
        let observer = Observer::new("portal", Clock::system(), CidrList::parse("10.0.0.0/8").unwrap());
        let tell = |request: HttpRequest| async move {
            request.headers().get(REQUEST_ID).unwrap().to_str().unwrap().to_owned()
        };
        let layer = from_fn(move |request, next| Arc::clone(&observer).observe(request, next));
        let app = App::new().wrap(layer).route("/a", web::get().to(tell)).route("/reset/{token}", web::get().to(tell));
        let app = init_service(app).await;
        let request = TestRequest::get().uri(path).peer_addr(SocketAddr::from((peer, 9)));
        let response = app.call(request.insert_header((REQUEST_ID, sent)).to_request()).await.unwrap();
        let answered = response.headers().get(REQUEST_ID).unwrap().to_str().unwrap().to_owned();
        let inside = String::from_utf8(actix_web::test::read_body(response).await.to_vec()).unwrap();
        let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        (inside, answered, log)
    }

    #[actix_web::test]
    async fn an_id_is_believed_from_a_trusted_proxy_and_only_if_well_formed() {
        let (inside, answered, _) = ask([10, 0, 0, 1], "/a", SENT).await;
        assert_eq!((inside.as_str(), answered.as_str()), (SENT, SENT));
        for (peer, sent) in
            [([203, 0, 113, 9], SENT), ([10, 0, 0, 1], "x"), ([10, 0, 0, 1], "{0198c0de-0000-7000-8000-000000000001}")]
        {
            let (inside, answered, _) = ask(peer, "/a", sent).await;
            assert_ne!(inside, sent);
            assert_eq!(inside, answered);
            assert_eq!(Uuid::try_parse(&inside).unwrap().get_version_num(), 7);
        }
    }

    #[actix_web::test]
    async fn the_access_line_has_no_query_and_no_link_token() {
        let (_, answered, log) = ask([203, 0, 113, 9], "/a?password=hunter2", "").await;
        assert_eq!(log.lines().count(), 1, "{log}");
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(
            (&line["path"], &line["status"], &line["client"]),
            (&"/a".into(), &200.into(), &"203.0.113.9".into())
        );
        assert_eq!(line["span"]["request_id"], answered);
        assert!(!log.contains("hunter2"));
        let (_, _, log) = ask([203, 0, 113, 9], "/reset/s3cret", "").await;
        assert!(log.contains("/reset/{token}") && !log.contains("s3cret"), "{log}");
    }
}
