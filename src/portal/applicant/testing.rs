//! The demo's city behind the applicant's pages: every case is real, people are known by a session cookie that is their
//! address.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::dev::Service as _;
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, test, web};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::app::profile_files;
use crate::cases::enforce::Suspension;
use crate::cases::keys::KeyForm;
use crate::cases::testing::{TestDesk, desks};
use crate::cases::{Caller, Desk, Intent, enforce, keys};
use crate::demo::people::PEOPLE;
use crate::demo::seed;
use crate::domain::agreement::Agreement;
use crate::domain::application::Application;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{KeyId, SessionId};
use crate::domain::time::Instant;
use crate::store::usage::{Access, Counted, UsageBatch, UsageCount};
use crate::store::{agreements, applications, people, usage};
use crate::web::cookies::Jar;
use crate::web::testing::{Answer, options};
use crate::web::{Credential, Means, Options, Room, Routes, Site, Visitor, Visitors, WebError, assets, edge};

/// Knows everybody of the demo by nick.
pub(super) struct ByNick(pub(super) Desk);

impl Visitors for ByNick {
    fn visitor<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, Result<Option<Visitor>, WebError>> {
        async move {
            let Credential::Session(nick) = credential else { return Ok(None) };
            let Some(person) = PEOPLE.iter().find(|person| person.nick == nick.expose_secret()) else {
                return Ok(None);
            };
            let caller = caller_of(&self.0, person.nick);
            Ok(Some(Visitor {
                account: caller.actor.account.unwrap(),
                actor: caller.actor,
                email: person.email.to_owned(),
                means: Means::Session {
                    id: SessionId::from_uuid(Uuid::from_u128(1)),
                    csrf_secret: SecretString::from(format!("forms of {}", person.nick)),
                },
                language: "en".to_owned(),
                unread: 0,
            }))
        }
        .boxed()
    }
}

pub(super) fn caller_of(desk: &Desk, nick: &str) -> Caller {
    let email = PEOPLE.iter().find(|person| person.nick == nick).unwrap().email;
    let known = desk.read(|conn| people::account_by_email(conn, email)).unwrap().unwrap();
    let actor = crate::domain::people::Actor {
        account: Some(known.id),
        name: known.name,
        organisation: known.organisation,
        roles: known.roles,
        address: Some([192, 0, 2, 7].into()),
    };
    Caller { actor, request: None, agent: "test".to_owned(), idempotency: None, intent: Intent::Act }
}

/// The city, and somebody who looks at it.
pub(super) struct City {
    pub(super) test: TestDesk,
}

/// A freshly told city on each database at hand.
pub(super) fn cities() -> Vec<City> {
    let told = |test: TestDesk| {
        let secret = SecretString::from("feed secret");
        seed(&test.desk, profile_files::shipped, ("http://127.0.0.1:8099", &secret)).unwrap();
        City { test }
    };
    desks().into_iter().map(told).collect()
}

/// The site of the tests, with room for real forms.
pub(super) fn site(desk: &Desk) -> Site {
    let options = Options { form_bytes_max: 200_000, ..options("http://127.0.0.1") };
    Site::new(options, Arc::new(ByNick(desk.clone()))).unwrap()
}

pub(super) fn routes() -> Routes {
    assets::routes().merge(crate::portal::copies::routes(super::routes(Routes::new(Room::Portal))))
}

fn access(desk: &Desk, of: Counted, at: Instant) -> Access {
    Access {
        id: desk.new_id::<()>(at).to_string(),
        at,
        request: "r1".to_owned(),
        method: "GET".to_owned(),
        path: "/parking-occupancy/latest".to_owned(),
        status: if of.outcome == "ok" { 200 } else { 403 },
        bytes: 1_800,
        latency_us: 9_000,
        client: "203.0.113.77".to_owned(),
        of,
    }
}

impl City {
    pub(super) fn desk(&self) -> &Desk {
        &self.test.desk
    }

    /// Every application of somebody.
    pub(super) fn applications(&self, nick: &str) -> Vec<Application> {
        let me = caller_of(self.desk(), nick).actor.account.unwrap();
        self.desk().read(|conn| applications::of_party(conn, me, None)).unwrap()
    }

    /// Somebody's application in a state.
    pub(super) fn application(&self, nick: &str, state: &str) -> Application {
        let all = self.applications(nick);
        all.into_iter().find(|one| one.state.as_str() == state).unwrap_or_else(|| panic!("{nick} has none {state}"))
    }

    /// Every agreement of somebody.
    pub(super) fn agreements(&self, nick: &str) -> Vec<Agreement> {
        let me = caller_of(self.desk(), nick).actor.account.unwrap();
        self.desk().read(|conn| agreements::of_party(conn, me, None)).unwrap()
    }

    /// Somebody's agreement in force.
    pub(super) fn live(&self, nick: &str) -> Agreement {
        let now = self.desk().clock.now();
        self.agreements(nick).into_iter().find(|one| one.is_live(now)).unwrap()
    }

    /// A key of maria's that was called for some days and that the department then suspended.
    pub(super) fn used_and_suspended(&self) -> KeyId {
        let (desk, agreement) = (self.desk(), self.live("maria"));
        let wish = KeyForm {
            name: "web server".to_owned(),
            scopes: vec!["parking-occupancy:read".to_owned(), "bike-share:read".to_owned()],
            networks: "203.0.113.0/24".to_owned(),
            limits: "30/minute".to_owned(),
            ..KeyForm::default()
        };
        let wish = wish.read(desk.profile.zone).unwrap();
        let key = keys::create(desk, &caller_of(desk, "maria"), agreement.id, &wish).unwrap().key.id;
        let mut batch = UsageBatch::default();
        let now = desk.clock.now();
        for day in 0..20 {
            for (outcome, calls) in
                [("ok", 900 + 70 * (day % 7)), ("rate_limited", 15 * (day % 5)), ("scope_denied", day % 2)]
            {
                let of = Counted {
                    key: Some(key),
                    agreement: Some(agreement.id),
                    dataset: Some(agreement.schedules[0].dataset),
                    operation: "read".to_owned(),
                    outcome: outcome.to_owned(),
                };
                let minute = now - chrono::Duration::days(day);
                let count =
                    UsageCount { minute, of: of.clone(), calls, bytes: calls * 1_800, latency_us: calls * 9_000 };
                batch.counts.push(count);
                if day < 2 {
                    batch.log.push(access(desk, of, minute));
                }
            }
        }
        desk.store.write(|conn| usage::write(conn, ("test", 1), &batch, desk.profile.zone, now)).unwrap();
        let wish = Suspension {
            target: HoldTarget::Key(key),
            reason: HoldReason::Misuse,
            explanation: "The key was used to follow a single car on November 20.".to_owned(),
            case: None,
        };
        enforce::suspend(desk, &caller_of(desk, "rosa"), &wish).unwrap();
        key
    }

    async fn send(&self, request: TestRequest, nick: &str) -> Answer {
        let (site, routes) = (web::Data::new(site(self.desk())), routes());
        assert_eq!(routes.mistakes(), Vec::<String>::new());
        let app = App::new().app_data(site).app_data(web::Data::new(self.desk().clone())).wrap(from_fn(edge::edge));
        let app = test::init_service(app.configure(|config| routes.configure(config))).await;
        let request = request.peer_addr(SocketAddr::from(([203, 0, 113, 9], 4000)));
        let request = if nick.is_empty() {
            request
        } else {
            request.cookie(Cookie::new(Jar::Session.name(false), nick.to_owned()))
        };
        let response = app.call(request.to_request()).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = String::from_utf8_lossy(&test::read_body(response).await).into_owned();
        Answer { status, headers, body }
    }

    /// Asks for a page as somebody.
    pub(super) async fn get(&self, nick: &str, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path), nick).await
    }

    /// Sends a form as somebody, with the proof that a page of theirs carries.
    pub(super) async fn post(&self, nick: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(nick, "/applications/new").await.hidden("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.send(TestRequest::post().uri(path).set_form(all), nick).await
    }

    /// Follows a redirect after checking that it is one.
    pub(super) async fn follow(&self, nick: &str, answer: &Answer) -> Answer {
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.get(nick, answer.header("location")).await
    }
}
