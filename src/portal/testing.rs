//! The portal under test: its real routes over a real desk, and browsers that keep cookies and fill in forms.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::dev::Service as _;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use secrecy::SecretString;
use url::form_urlencoded::Serializer;

use super::developers::ApiDocument;
use super::session::DeskVisitors;
use crate::app::profile_files;
use crate::cases::links::{self, Purpose};
use crate::cases::mailroom::{Links, MailReader, Written};
use crate::cases::passwords::{self, HashingPool};
use crate::cases::testing::{CHEAP, TestDesk, desks};
use crate::cases::{Caller, Desk, staff};
use crate::domain::id::AccountId;
use crate::domain::notice::NoticeKind;
use crate::domain::people::RoleGrant;
use crate::store::outbox::{self, Message};
use crate::web::testing::{Answer, options};
use crate::web::{Options, Site, edge};
use crate::words::Voice;

/// A password that the rules accept.
pub(crate) const PASSWORD: &str = "plover tangent oyster mill";

/// The portal and its desk.
pub(crate) struct Portal {
    pub(crate) desk: TestDesk,
    site: web::Data<Site>,
}

/// One portal on each database.
pub(crate) fn portals() -> Vec<Portal> {
    desks().into_iter().map(Portal::over).collect()
}

impl Portal {
    /// The portal over this desk.
    pub(crate) fn over(desk: TestDesk) -> Self {
        let profile = profile_files::shipped("profile.toml").unwrap();
        let voice = Voice::of_place(profile_files::local_texts(profile)).unwrap();
        let options = Options { form_bytes_max: 64 * 1024, voice, ..options("http://127.0.0.1") };
        let site = Site::new(options, Arc::new(DeskVisitors(desk.desk.clone()))).unwrap();
        Self { desk, site: web::Data::new(site) }
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { portal: self, cookies: RefCell::default() }
    }

    /// Makes a confirmed person with these roles and the test password; their address is `name@people.example`.
    pub(crate) fn person(&self, name: &str, roles: &[RoleGrant]) -> AccountId {
        let hash = passwords::hash(&SecretString::from(PASSWORD), CHEAP).unwrap();
        let who = (name, address(name));
        staff::add_person(&self.desk.desk, &Caller::service("test"), (who.0, &who.1), hash, roles).unwrap()
    }

    /// A browser in which that person is signed in by the sign-in page.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser<'_> {
        self.signed_in_as(&address(name), PASSWORD).await
    }

    /// The same for any address and password.
    pub(crate) async fn signed_in_as(&self, email: &str, password: &str) -> Browser<'_> {
        let browser = self.browser();
        let fields = [("email", email.to_owned()), ("password", password.to_owned())];
        let answer = browser.fill("/login", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// The newest message to this address.
    pub(crate) fn newest_mail(&self, address: &str) -> Option<Message> {
        self.desk.desk.read(|conn| outbox::newest(conn, Some(address), 1)).unwrap().pop()
    }

    /// The path of the link in the newest message to this address.
    pub(crate) fn mailed_link(&self, address: &str) -> String {
        mailed_link(&self.desk.desk, &self.newest_mail(address).expect("a mail")).expect("a link")
    }

    async fn send(&self, request: TestRequest) -> Answer {
        let _is_first = tracing_subscriber::fmt().with_test_writer().try_init();
        let routes = super::routes(true);
        let desk = self.desk.desk.clone();
        let reader = {
            let desk = desk.clone();
            MailReader(Arc::new(move |message, links| {
                let link = mailed_link(&desk, message).filter(|_| links == Links::Working).unwrap_or_default();
                Ok(Written {
                    subject: message.kind.as_str().replace('_', " "),
                    text: format!("Hello\n\nhttp://x{link}"),
                    head: vec![("To", message.address.clone())],
                })
            }))
        };
        let app = App::new()
            .app_data(self.site.clone())
            .app_data(web::Data::new(desk))
            .app_data(web::Data::new(HashingPool::new(2, Duration::from_secs(5))))
            .app_data(web::Data::new(reader))
            .app_data(web::Data::new(crate::cases::place::tests::source()))
            .app_data(web::Data::new(ApiDocument::new(&api_document())))
            .wrap(from_fn(edge::edge));
        let app = test::init_service(app.configure(|config| routes.configure(config))).await;
        let request = request.peer_addr(SocketAddr::from(([203, 0, 113, 9], 4000))).to_request();
        let response = app.call(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A file need not be text.
        let body = String::from_utf8_lossy(&test::read_body(response).await).into_owned();
        Answer { status, headers, body }
    }
}

/// The document of the API as it is.
pub(crate) fn api_document() -> serde_json::Value {
    serde_json::to_value(crate::api::api().document("http://127.0.0.1")).unwrap()
}

fn address(name: &str) -> String {
    format!("{}@people.example", name.to_lowercase().replace(' ', "."))
}

fn mailed_link(desk: &Desk, message: &Message) -> Option<String> {
    let purposes = [
        (NoticeKind::VerifyEmail, Purpose::Verify),
        (NoticeKind::ResetPassword, Purpose::Reset),
        (NoticeKind::StaffInvitation, Purpose::Invite),
    ];
    let purpose = purposes.into_iter().find(|(kind, _)| *kind == message.kind)?.1;
    let token = links::mint(&desk.secrets, purpose, message.link?).unwrap();
    Some(format!("{}?token={token}", purpose.path()))
}

/// Keeps cookies and fills in forms as a person would.
pub(crate) struct Browser<'a> {
    portal: &'a Portal,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser<'_> {
    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(TestRequest::get().uri(path)).await
    }

    /// Opens a page that must be there, and looks it over.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        check_page(path, &answer.body);
        answer.body
    }

    /// The hidden version of the form at `path`.
    pub(crate) async fn version(&self, path: &str) -> String {
        self.get(path).await.hidden("version")
    }

    /// Takes a cookie from elsewhere.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Fills in the form of the page at `path` and sends it there.
    pub(crate) async fn fill(&self, path: &str, fields: &[(&str, String)]) -> Answer {
        self.send(path, path, fields).await
    }

    /// Presses a button of the page at `path` that sends `fields` to `action`.
    pub(crate) async fn send(&self, path: &str, action: &str, fields: &[(&str, String)]) -> Answer {
        let page = self.get(path).await;
        let mut form = Serializer::new(String::new());
        form.append_pair("csrf", &page.hidden("csrf"));
        form.extend_pairs(fields);
        let action = action.split('?').next().unwrap_or_default();
        let request = TestRequest::post()
            .uri(action)
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(form.finish());
        self.ask(request).await
    }

    /// Sends a form as another site could: with this browser's cookies and without the proof of a page.
    pub(crate) async fn bare(&self, action: &str, fields: &[(&str, String)]) -> Answer {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields);
        let request = TestRequest::post()
            .uri(action)
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(form.finish());
        self.ask(request).await
    }

    /// Opens the page that the answer leads to.
    pub(crate) async fn follow(&self, answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.page(answer.header("location")).await
    }

    async fn ask(&self, request: TestRequest) -> Answer {
        let request = self
            .cookies
            .borrow()
            .iter()
            .fold(request, |request, (name, value)| request.cookie(Cookie::new(name.clone(), value.clone())));
        let answer = self.portal.send(request).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = Cookie::parse(set.to_str().unwrap().to_owned()).unwrap();
            let mut cookies = self.cookies.borrow_mut();
            if cookie.value().is_empty() {
                cookies.remove(cookie.name());
            } else {
                cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        answer
    }
}

/// What every page must be.
fn check_page(path: &str, body: &str) {
    assert_eq!(body.matches("<h1").count(), 1, "{path}: one main heading");
    let scripts: Vec<_> = body.match_indices("<script").map(|(at, _)| body.get(at..at + 34)).collect();
    // The review desk's pages have a second one, its keys.
    let ours = if body.contains(".desk.js\"></script>") && path.starts_with("/review") { 2 } else { 1 };
    assert_eq!(scripts, vec![Some("<script defer src=\"/assets/accord."); ours], "{path}: our script and no other");
    for bad in [" style=", "onclick=", "{{", "{%"] {
        assert!(!body.contains(bad) || (bad == "{{" && path.starts_with("/admin/terms")), "{path} has {bad}");
    }
    let ids: Vec<_> = body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids.iter().take(at).any(|other| other == id), "{path}: the id {id} stands twice");
    }
}
