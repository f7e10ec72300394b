mod organisations;
mod outbox;
mod profile;
mod terms;

use crate::cases::terms as published;
use crate::cases::testing::profile_file;
use crate::domain::people::{Role, RoleGrant};
use crate::portal::testing::{PASSWORD, Portal, portals};
use crate::store::people;

const PAGES: [&str; 14] = [
    "/admin",
    "/admin/organisations",
    "/admin/departments",
    "/admin/departments/new",
    "/admin/staff",
    "/admin/staff?q=a&who=everyone",
    "/admin/staff/invite",
    "/admin/terms",
    "/admin/terms/standard/draft",
    "/admin/services",
    "/admin/outbox",
    "/admin/profile",
    "/admin/profile/check",
    "/admin/system",
];

fn offices() -> Vec<Portal> {
    let portals = portals();
    for portal in &portals {
        published::set_up(&portal.desk.desk, profile_file).unwrap();
        portal.person("Adam Lee", &[RoleGrant { role: Role::Administrator, department: None }]);
    }
    portals
}

fn pairs<'a>(fields: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

#[actix_web::test]
async fn every_page_is_for_administrators_only() {
    for portal in offices() {
        for role in [Role::Clerk, Role::Auditor] {
            portal.person(role.as_str(), &[RoleGrant { role, department: None }]);
        }
        portal.person("Ana Diaz", &[]);
        let others = ["clerk", "auditor", "Ana Diaz"];
        for name in others {
            let browser = portal.signed_in(name).await;
            for page in PAGES {
                assert_eq!(browser.get(page).await.status, 403, "{name} {page}");
            }
        }
        let adam = portal.signed_in("Adam Lee").await;
        for page in PAGES {
            assert_eq!(portal.browser().get(page).await.status, 303, "{page}");
            adam.page(page).await;
        }
    }
}

#[actix_web::test]
async fn a_department_is_made_and_changed_over_the_version_that_was_seen() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        let wrong = pairs(&[("name", "Harbor"), ("slug", "Not A Slug"), ("email", "harbor@norwalk.example")]);
        let wrong = adam.fill("/admin/departments/new", &wrong).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("#f-slug") && wrong.body.contains("value=\"Harbor\""), "{}", wrong.body);
        let good = pairs(&[("name", "Harbor"), ("slug", "harbor-office"), ("email", "harbor@norwalk.example")]);
        assert_eq!(adam.fill("/admin/departments/new", &good).await.status, 303);
        let taken = adam.fill("/admin/departments/new", &good).await;
        assert_eq!(taken.status, 422, "the slug is taken");
        let all = portal.desk.desk.read(people::departments).unwrap();
        let id = all.iter().find(|known| known.slug == "harbor-office").unwrap().id;
        let path = format!("/admin/departments/{id}");
        adam.page(&path).await;
        let edit = pairs(&[("name", "Harbor office"), ("email", "harbor@norwalk.example"), ("version", "1")]);
        assert_eq!(adam.fill(&path, &edit).await.status, 303);
        assert_eq!(adam.fill(&path, &edit).await.status, 409, "made from an old version");
        assert!(adam.page("/admin/departments").await.contains("Harbor office"));
    }
}

#[actix_web::test]
async fn an_invited_person_chooses_a_password_and_has_the_roles() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        let department = portal.desk.desk.read(people::departments).unwrap().swap_remove(0);
        let role = format!("reviewer:{}", department.id);
        let nobody = pairs(&[("name", "Rita Park"), ("email", "rita@people.example")]);
        let nobody = adam.fill("/admin/staff/invite", &nobody).await;
        assert_eq!(nobody.status, 422, "no role was chosen");
        let forged = pairs(&[("name", "Rita Park"), ("email", "rita@people.example"), ("roles", "mayor")]);
        assert_eq!(adam.fill("/admin/staff/invite", &forged).await.status, 422);
        let good = [
            pairs(&[("name", "Rita Park"), ("email", "rita@people.example"), ("roles", &role)]),
            pairs(&[("roles", "clerk")]),
        ];
        let invited = adam.fill("/admin/staff/invite", &good.concat()).await;
        assert_eq!(invited.status, 303, "{}", invited.body);
        assert!(adam.page("/admin/staff").await.contains("Not confirmed yet"));

        let browser = portal.browser();
        let link = portal.mailed_link("rita@people.example");
        assert!(browser.page(&link).await.contains("rita@people.example"));
        let token = link.split_once('=').unwrap().1;
        let taken = browser.fill(&link, &pairs(&[("token", token), ("password", PASSWORD)])).await;
        assert_eq!((taken.status, taken.header("location")), (303, "/login"), "{}", taken.body);
        let login = pairs(&[("email", "rita@people.example"), ("password", PASSWORD)]);
        assert_eq!(browser.fill("/login", &login).await.status, 303);
        let account = browser.page("/account").await;
        assert!(account.contains(&format!("reviewer, {}", department.name)) && account.contains("clerk"), "{account}");
    }
}

#[actix_web::test]
async fn roles_are_set_but_the_last_administrator_stays() {
    for portal in offices() {
        let ana = portal.person("Ana Diaz", &[]);
        let adam_id = portal.person("Eve Stone", &[]);
        let adam = portal.signed_in("Adam Lee").await;
        let path = format!("/admin/staff/{ana}");
        adam.page(&path).await;
        let set = adam.fill(&path, &pairs(&[("roles", "auditor")])).await;
        assert_eq!((set.status, set.header("location")), (303, path.as_str()));
        assert!(adam.page(&path).await.contains("value=\"auditor\" checked"));
        assert_eq!(adam.get(&format!("/admin/staff/{adam_id}x")).await.status, 404);

        let me = portal.desk.desk.read(|conn| people::list_accounts(conn, "Adam", true, 1)).unwrap()[0].id;
        let mine = format!("/admin/staff/{me}");
        assert!(adam.page(&mine).await.contains("your own account"));
        let kept = adam.fill(&mine, &[]).await;
        assert_eq!((kept.status, kept.body.contains("Somebody must remain administrator")), (422, true));
    }
}

#[actix_web::test]
async fn a_disabled_account_loses_its_sessions_at_once() {
    for portal in offices() {
        let id = portal.person("Ana Diaz", &[]);
        let ana = portal.signed_in("Ana Diaz").await;
        let adam = portal.signed_in("Adam Lee").await;
        let (page, disable) = (format!("/admin/staff/{id}"), format!("/admin/staff/{id}/disable"));
        let silent = adam.send(&page, &disable, &pairs(&[("reason", "")])).await;
        assert_eq!(silent.status, 422, "a reason is needed");
        assert_eq!(ana.get("/account").await.status, 200);
        assert_eq!(adam.send(&page, &disable, &pairs(&[("reason", "Left the project")])).await.status, 303);
        assert_eq!(ana.get("/account").await.status, 303);
        let login = pairs(&[("email", "ana.diaz@people.example"), ("password", PASSWORD)]);
        assert_eq!(ana.fill("/login", &login).await.status, 422);
        let enable = format!("/admin/staff/{id}/enable");
        assert_eq!(adam.send(&page, &enable, &pairs(&[("reason", "Back")])).await.status, 303);
        assert_eq!(ana.fill("/login", &login).await.status, 303);
    }
}

#[actix_web::test]
async fn a_credential_is_shown_once_and_revoked() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        let made = adam.fill("/admin/services", &pairs(&[("name", "nginx")])).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let credential = made.body.split("acs_").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(adam.fill("/admin/services", &pairs(&[("name", "nginx")])).await.status, 422, "the name is taken");
        let list = adam.page("/admin/services").await;
        assert!(list.contains("nginx") && !list.contains(&credential));
        let action =
            list.split("action=\"").find(|part| part.contains("/revoke\"")).unwrap().split('"').next().unwrap();
        let action = action.to_owned();
        assert_eq!(adam.send("/admin/services", &action, &[]).await.status, 303);
        assert_eq!(adam.send("/admin/services", &action, &[]).await.status, 409, "it is revoked already");
        assert!(adam.page("/admin/services").await.contains("Revoked"));
    }
}

#[actix_web::test]
async fn the_outbox_and_the_demos_mailbox_show_what_is_owed() {
    for portal in offices() {
        portal.person("Ana Diaz", &[]);
        let browser = portal.browser();
        assert!(browser.page("/demo/mailbox").await.contains("No mail yet"));
        browser.fill("/forgot-password", &pairs(&[("email", "ana.diaz@people.example")])).await;
        let adam = portal.signed_in("Adam Lee").await;
        let outbox = adam.page("/admin/outbox?state=waiting").await;
        assert!(outbox.contains("ana.diaz@people.example") && outbox.contains("reset password"));
        assert!(!outbox.contains("token="), "links are not shown to administrators");
        assert!(adam.page("/admin/outbox?state=dead").await.contains("No message fits"));
        let list = browser.page("/demo/mailbox?to=ana.diaz%40people.example").await;
        let href =
            list.split("href=\"").find(|part| part.starts_with("/demo/mailbox/")).unwrap().split('"').next().unwrap();
        assert!(browser.page(href).await.contains("/reset-password?token="));
        let unknown = browser.get("/demo/mailbox/0190b4a2-0000-7000-8000-000000000001").await;
        assert_eq!(unknown.status, 404);
    }
}

#[actix_web::test]
async fn the_system_page_names_every_gate_and_how_far_the_chain_was_checked() {
    use crate::domain::presence::{Counting, Presence, tests::at_work};
    for portal in offices() {
        let desk = &portal.desk.desk;
        let adam = portal.signed_in("Adam Lee").await;
        let page = adam.page("/admin/system").await;
        assert!(page.contains("No gate was heard of within a day.") && page.contains("Not yet;"), "{page}");
        let now = desk.clock.now();
        let gates = [
            at_work(now),
            Presence { run: "run-2".to_owned(), host: "edge-2".to_owned(), learned_at: None, ..at_work(now) },
            Presence {
                run: "run-3".to_owned(),
                host: "edge-3".to_owned(),
                started_at: now - chrono::Duration::hours(3),
                heard_at: now - chrono::Duration::hours(2),
                ..at_work(now)
            },
            Presence { run: "run-4".to_owned(), ended_at: Some(now), counting: Counting::Apart(3), ..at_work(now) },
        ];
        for gate in &gates {
            desk.store.write(|conn| crate::store::gates::say(conn, gate)).unwrap();
        }
        crate::cases::chain::check(desk).unwrap();
        let page = adam.page("/admin/system").await;
        for wanted in [
            "edge-2",
            ">At work<",
            ">Cannot learn of changes<",
            ">Not heard of<",
            ">Stopped<",
            "counted together by 2 gates",
            "each limit divided by 3",
            "It never learned of anything.",
            "A gate is not heard of any more: edge-3, https://gate.city.example.",
            "up to entry ",
            ">Whole<",
        ] {
            assert!(page.contains(wanted) || page.contains(&wanted.replace('/', "&#x2F;")), "{wanted}: {page}");
        }
    }
}

#[actix_web::test]
async fn the_system_page_names_the_database_and_the_head_of_the_audit() {
    for portal in offices() {
        let page = portal.signed_in("Adam Lee").await.page("/admin/system").await;
        let database = if portal.desk.backend == "sqlite" { "SQLite" } else { "PostgreSQL" };
        assert!(
            page.contains(database) && page.contains("Up to date") && page.contains("No gate runs in this process")
        );
        let head = portal.desk.desk.read(crate::store::audit::head).unwrap();
        assert!(page.contains(&crate::domain::audit::hex(&head.hash)));
    }
}
