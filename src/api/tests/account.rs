//! One's own account by the API: name, password, sessions, invitations.

use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::cases::links::{self, Purpose};
use crate::cases::passwords;
use crate::cases::testing::{CHEAP, TestDesk, desks};
use crate::store::outbox;

const PASSWORD: &str = "plover tangent oyster mill";
const NEXT: &str = "another oyster at the harbor";

/// Ana with her password, and a token that she got by signing in.
async fn signed_in<'a>(api: &'a Api<'a>, desk: &TestDesk) -> Client<'a> {
    let hash = passwords::hash(&SecretString::from(PASSWORD), CHEAP).unwrap();
    let who = ("Ana Diaz", "ana@people.example");
    staff::add_person(&desk.desk, &Caller::service("test"), who, hash, &[]).unwrap();
    sign_in(api, PASSWORD).await
}

async fn sign_in<'a>(api: &'a Api<'a>, password: &str) -> Client<'a> {
    let login = json!({ "email": "ana@people.example", "password": password });
    let token = text(&api.stranger().act("/sessions", login).await, "token");
    api.with_token(&token)
}

#[actix_web::test]
async fn a_name_is_changed_over_the_version_that_was_read() {
    for desk in desks() {
        let api = Api::over(&desk);
        let ana = signed_in(&api, &desk).await;
        let me = ana.read("/account").await;
        assert_eq!((me["name"].as_str(), me["means"].as_str()), (Some("Ana Diaz"), Some("token")));
        let version = me["version"].as_i64().unwrap();
        let edit = || json!({ "name": "Ana María Diaz", "language": "es" });
        let done = ana.change(Method::PATCH, "/account", version, edit()).await;
        assert_eq!((done.status, done.header("etag").to_owned()), (204, format!("\"v{}\"", version + 1)));
        let me = ana.read("/account").await;
        assert_eq!((me["name"].as_str(), me["language"].as_str()), (Some("Ana María Diaz"), Some("es")));
        let late = ana.change(Method::PATCH, "/account", version, edit()).await;
        assert_eq!(late.code(), (412, "version_mismatch".to_owned()));
        let blind = ana.ask(Method::PATCH, "/account", Some(edit()), &[]).await;
        assert_eq!(blind.code(), (428, "if_match_missing".to_owned()));
        let empty = ana.change(Method::PATCH, "/account", version + 1, json!({ "name": "" })).await;
        assert_eq!(empty.code(), (422, "invalid".to_owned()));
    }
}

#[actix_web::test]
async fn a_password_is_changed_with_the_old_one_and_every_other_session_ends() {
    for desk in desks() {
        let api = Api::over(&desk);
        let ana = signed_in(&api, &desk).await;
        let other = sign_in(&api, PASSWORD).await;
        let wrong = json!({ "old_password": "not my old password", "password": NEXT });
        let refused = ana.ask(Method::PUT, "/account/password", Some(wrong), &[]).await;
        assert_eq!(refused.code(), (422, "invalid".to_owned()));
        let right = json!({ "old_password": PASSWORD, "password": NEXT });
        let done = ana.ask(Method::PUT, "/account/password", Some(right), &[]).await;
        assert_eq!(done.status, 204, "{}", done.text);
        assert_eq!(ana.get("/account").await.status, 200, "this one stays");
        assert_eq!(other.get("/account").await.code(), (401, "sign_in_needed".to_owned()));
        let login = json!({ "email": "ana@people.example", "password": PASSWORD });
        assert_eq!(api.stranger().post("/sessions", login).await.code(), (401, "wrong_login".to_owned()));
        sign_in(&api, NEXT).await;
    }
}

#[actix_web::test]
async fn sessions_end_one_by_one_all_but_this_or_this_one() {
    for desk in desks() {
        let api = Api::over(&desk);
        let ana = signed_in(&api, &desk).await;
        let (second, third) = (sign_in(&api, PASSWORD).await, sign_in(&api, PASSWORD).await);
        let made = text(&ana.act("/tokens", json!({ "label": "nightly" })).await, "session");
        assert_eq!(ana.read("/sessions").await["items"].as_array().unwrap().len(), 4);
        assert_eq!(ana.delete(&format!("/sessions/{made}")).await.status, 204);
        assert_eq!(ana.delete(&format!("/sessions/{made}")).await.code(), (404, "not_found".to_owned()));
        assert_eq!(second.delete("/sessions/current").await.status, 204);
        assert_eq!(second.get("/account").await.status, 401);
        let ended = ana.delete("/sessions").await;
        assert_eq!((ended.status, ended.json()["ended"].as_i64()), (200, Some(1)));
        assert_eq!((third.get("/account").await.status, ana.get("/account").await.status), (401, 200));
    }
}

#[actix_web::test]
async fn an_invitation_is_taken_up_once() {
    for desk in desks() {
        let api = Api::over(&desk);
        let ada = api.client(&desk.person("Ada Alvarez", &[RoleGrant::new(Role::Administrator, None).unwrap()]));
        let wish = json!({ "name": "Otto Auditor", "email": "otto@city.example", "roles": [{ "role": "auditor" }] });
        let invited = ada.post("/staff/invitations", wish).await;
        assert_eq!(invited.status, 202, "{}", invited.text);
        let mail = desk.desk.read(|conn| outbox::newest(conn, Some("otto@city.example"), 1)).unwrap().pop().unwrap();
        let token = links::mint(&desk.desk.secrets, Purpose::Invite, mail.link.unwrap()).unwrap();
        let stranger = api.stranger();
        let weak = json!({ "token": token, "password": "short" });
        assert_eq!(stranger.post("/invitation-acceptances", weak).await.code(), (422, "invalid".to_owned()));
        let good = || json!({ "token": token, "password": NEXT });
        assert_eq!(stranger.post("/invitation-acceptances", good()).await.status, 204);
        let again = stranger.post("/invitation-acceptances", good()).await;
        assert_eq!(again.code(), (400, "link_invalid".to_owned()));
        let login = json!({ "email": "otto@city.example", "password": NEXT });
        let token = text(&stranger.act("/sessions", login).await, "token");
        assert_eq!(api.with_token(&token).read("/account").await["roles"][0]["role"], "auditor");

        let all = ada.read("/staff?who=everyone").await;
        let otto = all["items"].as_array().unwrap().iter().find(|one| one["email"] == "otto@city.example").unwrap();
        let one = ada.read(&format!("/staff/{}", text(otto, "id"))).await;
        assert_eq!(&one, otto);
        assert_eq!(ada.get("/staff?who=ghosts").await.code(), (400, "query_invalid".to_owned()));
    }
}

#[actix_web::test]
async fn guesses_wait_and_are_told_for_how_long() {
    let desk = desks().swap_remove(0);
    let api = Api::over(&desk);
    signed_in(&api, &desk).await;
    let wrong = || json!({ "email": "ana@people.example", "password": "not the right password" });
    for _ in 0..3 {
        assert_eq!(api.stranger().post("/sessions", wrong()).await.status, 401);
    }
    let waiting = api.stranger().post("/sessions", wrong()).await;
    assert_eq!(waiting.code(), (429, "too_many_requests".to_owned()));
    assert!(waiting.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[actix_web::test]
async fn mails_are_chosen_by_group_and_messages_are_one_s_own() {
    for desk in desks() {
        let api = Api::over(&desk);
        let ana = signed_in(&api, &desk).await;
        let groups = ana.read("/account/notices").await["groups"].clone();
        let wanted = json!({ "group": "quotas", "delivery": "at_once", "choices": ["at_once", "daily", "never"] });
        assert!(groups.as_array().unwrap().contains(&wanted) && groups.as_array().unwrap().len() == 3, "{groups}");
        let wish = |group: &str, way: &str| json!({ "groups": [{ "group": group, "delivery": way }] });
        let ask = async |wish| ana.ask(Method::PATCH, "/account/notices", Some(wish), &[]).await;
        assert_eq!(ask(wish("quotas", "never")).await.status, 204);
        for wrong in [wish("decisions", "never"), wish("quotas", "weekly"), wish("messages", "never")] {
            assert_eq!(ask(wrong).await.code(), (422, "invalid".to_owned()));
        }
        assert_eq!(ana.read("/account/notices").await["groups"][1]["delivery"], "never");
        let items = ana.read("/account/messages").await["items"].clone();
        assert!(items.as_array().unwrap().is_empty(), "{items}");
    }
}

#[actix_web::test]
async fn what_is_kept_is_given_to_its_owner() {
    for desk in desks() {
        let api = Api::over(&desk);
        let ana = signed_in(&api, &desk).await;
        let taken = ana.act("/account/data", json!({})).await;
        let account = taken["files"].as_array().unwrap().iter().find(|file| file["name"] == "account.json").unwrap();
        assert!(account["text"].as_str().unwrap().contains("ana@people.example"), "{account}");
        assert_eq!(api.stranger().post("/account/data", json!({})).await.code(), (401, "sign_in_needed".to_owned()));
    }
}
