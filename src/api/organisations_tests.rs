//! Organisations over the API: who may, what is refused with which status, and what members lose on leaving.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Service as _;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::cases::apply_tests::{City, cities, draft, submit};
use crate::cases::{Desk, agree};
use crate::domain::application::State;
use crate::domain::id::{AccountId, SessionId};
use crate::domain::people::{Role, RoleGrant};
use crate::web::testing::options;
use crate::web::{Credential, Means, Site, Visitor, Visitors, WebError, edge};

/// Knows everybody by a bearer token that is their account's id.
struct ById(Desk);

impl Visitors for ById {
    fn visitor<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, Result<Option<Visitor>, WebError>> {
        async move {
            let Credential::Bearer(token) = credential else { return Ok(None) };
            let id: AccountId = token.expose_secret().parse().unwrap();
            let known = self.0.read(|conn| crate::store::people::account_by_id(conn, id)).unwrap();
            let actor = crate::domain::people::Actor {
                account: Some(id),
                name: known.name,
                organisation: known.organisation,
                roles: known.roles,
                address: None,
            };
            let language = "en".to_owned();
            let means = Means::Token { id: SessionId::from_uuid(id.uuid()) };
            Ok(Some(Visitor { account: id, actor, email: known.email, means, language, unread: 0 }))
        }
        .boxed()
    }
}

async fn ask(city: &City, who: AccountId, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let desk = city.desk.desk.clone();
    let site = Site::new(options("http://127.0.0.1"), Arc::new(ById(desk.clone()))).unwrap();
    let routes = super::api().routes();
    let app = App::new().app_data(web::Data::new(site)).app_data(web::Data::new(desk)).wrap(from_fn(edge::edge));
    let app = test::init_service(app.configure(|config| routes.configure(config))).await;
    let request = TestRequest::default()
        .method(method)
        .uri(&format!("/api/v1{path}"))
        .insert_header(("authorization", format!("Bearer {who}")))
        .peer_addr(SocketAddr::from(([203, 0, 113, 9], 4000)));
    let request = match body {
        Some(body) => request.set_json(body),
        None => request,
    };
    let response = app.call(request.to_request()).await.unwrap();
    let status = response.status();
    let bytes = test::read_body(response).await;
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn account(caller: &crate::cases::Caller) -> AccountId {
    caller.actor.account.unwrap()
}

#[actix_web::test]
async fn an_organisation_is_made_filled_and_left_by_administrators_only() {
    for mut city in cities() {
        let role = |role| [RoleGrant::new(role, None).unwrap()];
        let ada = account(&city.desk.person("Ada Admin", &role(Role::Administrator)));
        let (clerk, maria) = (account(&city.desk.person("Clara Clerk", &role(Role::Clerk))), account(&city.maria));
        for other in [clerk, maria, account(&city.managers[0])] {
            for (method, path) in [
                (Method::GET, "/organisations".to_owned()),
                (Method::POST, "/organisations".to_owned()),
                (Method::GET, format!("/organisations/{ada}")),
                (Method::POST, format!("/organisations/{ada}/members")),
                (Method::POST, format!("/organisations/{ada}/members/{maria}/remove")),
            ] {
                assert_eq!(ask(&city, other, method, &path, Some(json!({}))).await.0, 403, "{path}");
            }
        }
        let (status, made) =
            ask(&city, ada, Method::POST, "/organisations", Some(json!({"name": "Harbor Labs"}))).await;
        assert_eq!(status, 201, "{made}");
        let here = format!("/organisations/{}", made["id"].as_str().unwrap());
        let (status, twice) =
            ask(&city, ada, Method::POST, "/organisations", Some(json!({"name": "harbor labs"}))).await;
        assert_eq!((status.as_u16(), twice["errors"][0]["code"].as_str()), (422, Some("taken")), "{twice}");
        let odd = json!({"name": "X", "members": ["me"]});
        assert_eq!(ask(&city, ada, Method::POST, "/organisations", Some(odd)).await.0, 400, "an unknown field");

        let members = format!("{here}/members");
        let join = |email: &str| json!({"email": email, "reason": "A letter"});
        let (status, unknown) = ask(&city, ada, Method::POST, &members, Some(join("nobody@people.example"))).await;
        assert_eq!((status.as_u16(), unknown["errors"][0]["field"].as_str()), (422, Some("email")), "{unknown}");
        let (status, joined) =
            ask(&city, ada, Method::POST, &members, Some(join("maria.gonzalez@people.example"))).await;
        assert_eq!((status.as_u16(), joined["id"].as_str()), (201, Some(maria.to_string().as_str())), "{joined}");
        city.maria = city.desk.caller(maria);
        let State::Executed { agreement, .. } = submit(&city, draft(&city, &["bike-share"])) else { panic!() };
        let (_, seen) = ask(&city, ada, Method::GET, &here, None).await;
        assert_eq!(seen["members"][0]["email"], "maria.gonzalez@people.example", "{seen}");
        assert_eq!(seen["agreements"].as_array().unwrap().len(), 1, "{seen}");
        let (_, listed) = ask(&city, ada, Method::GET, "/organisations?q=LABS", None).await;
        assert_eq!((&listed["items"][0]["members"], &listed["items"][0]["agreements"]), (&json!(1), &json!(1)));

        let theirs = format!("/agreements/{agreement}");
        assert_eq!(ask(&city, maria, Method::GET, &theirs, None).await.0, 200);
        let remove = format!("{members}/{maria}/remove");
        assert_eq!(ask(&city, ada, Method::POST, &remove, Some(json!({"reason": " "}))).await.0, 422);
        assert_eq!(ask(&city, ada, Method::POST, &remove, Some(json!({"reason": "Left"}))).await.0, 204);
        assert_eq!(ask(&city, ada, Method::POST, &remove, Some(json!({"reason": "Left"}))).await.0, 404);
        assert_eq!(ask(&city, maria, Method::GET, &theirs, None).await.0, 404, "she signed it, and left");
        let clerk = city.desk.caller(clerk);
        let view = agree::for_staff(&city.desk.desk, &clerk, agreement).unwrap();
        assert!(view.agreement.is_live(city.desk.desk.clock.now()), "it ends nothing");
        for nothing in ["/organisations/x", &format!("/organisations/{maria}")] {
            assert_eq!(ask(&city, ada, Method::GET, nothing, None).await.0, 404, "{nothing}");
        }
    }
}
