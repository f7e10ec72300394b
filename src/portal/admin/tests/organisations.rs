//! The pages on which the city brings people into an organisation and ends a membership.

use super::{offices, pairs};
use crate::domain::people::{Role, RoleGrant};
use crate::store::organisations;

const LIST: &str = "/admin/organisations";

#[actix_web::test]
async fn an_organisation_is_made_once_and_what_was_typed_wrongly_is_kept() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        assert!(adam.page(LIST).await.contains("No organisations yet"));
        let long = "x".repeat(121);
        for (name, message) in [("", "Fill in “Name”"), (long.as_str(), "120")] {
            let wrong = adam.fill(LIST, &pairs(&[("name", name)])).await;
            assert_eq!(wrong.status, 422);
            assert!(wrong.body.contains("href=\"#f-name\"") && wrong.body.contains(message), "{}", wrong.body);
            assert!(wrong.body.contains(&format!("value=\"{name}\"")), "kept");
        }
        let made = adam.fill(LIST, &pairs(&[("name", "Harbor Labs")])).await;
        assert_eq!(made.status, 303);
        let page = adam.page(made.header("location")).await;
        assert!(page.contains("No members yet") && page.contains("Bring somebody in"), "{page}");
        let again = adam.fill(LIST, &pairs(&[("name", "harbor  LABS")])).await;
        assert_eq!((again.status, again.body.contains("An organisation has this name")), (422, true));
        assert!(adam.page(&format!("{LIST}?q=labs")).await.contains("Harbor Labs"));
        assert!(adam.page(&format!("{LIST}?q=nowhere")).await.contains("No organisation has this in its name"));
        assert_eq!(adam.get(&format!("{LIST}/{}x", made.header("location").len())).await.status, 404);
    }
}

#[actix_web::test]
async fn a_person_is_brought_in_and_let_go_with_a_reason() {
    for portal in offices() {
        let ana = portal.person("Ana Diaz", &[]);
        portal.person("Bo Chen", &[RoleGrant { role: Role::Clerk, department: None }]);
        let adam = portal.signed_in("Adam Lee").await;
        let made = adam.fill(LIST, &pairs(&[("name", "Harbor Labs")])).await;
        let here = made.header("location").to_owned();
        let (members, gone) = (format!("{here}/members"), format!("{here}/members/{ana}/remove"));

        let unknown = pairs(&[("email", "nobody@people.example"), ("reason", "A letter")]);
        let unknown = adam.send(&here, &members, &unknown).await;
        assert_eq!(unknown.status, 422);
        for kept in
            ["href=\"#f-email\"", "Nobody has an account with this address", "nobody@people.example", "A letter"]
        {
            assert!(unknown.body.contains(kept), "{kept}: {}", unknown.body);
        }
        let silent = adam.send(&here, &members, &pairs(&[("email", "ana.diaz@people.example"), ("reason", "")])).await;
        assert!(silent.status == 422 && silent.body.contains("Fill in “How does the city know?”"), "{}", silent.body);
        for person in ["ana.diaz@people.example", "bo.chen@people.example"] {
            let joined = pairs(&[("email", person), ("reason", "A letter of the director")]);
            let joined = adam.send(&here, &members, &joined).await;
            assert_eq!((joined.status, joined.header("location")), (303, here.as_str()), "{}", joined.body);
        }
        let page = adam.page(&here).await;
        assert!(page.contains("Ana Diaz") && page.contains("Bo Chen") && page.contains("clerk"), "{page}");
        assert!(adam.page(&format!("/admin/staff/{ana}")).await.contains("Harbor Labs"));
        let person = portal.signed_in("Ana Diaz").await;
        let own = person.page("/account").await;
        assert!(
            own.contains("Harbor Labs") && own.contains("bo.chen@people.example"),
            "members know each other: {own}"
        );
        let told = portal.newest_mail("ana.diaz@people.example").unwrap();
        assert_eq!(
            (told.kind.as_str(), told.facts["change"].as_str()),
            ("organisation_changed", "Bo Chen is a member now")
        );

        let field = format!("leave_reason.{ana}");
        let silent = adam.send(&here, &gone, &pairs(&[(field.as_str(), "")])).await;
        assert_eq!(silent.status, 422);
        assert!(silent.body.contains(&format!("href=\"#f-{field}\"")), "{}", silent.body);
        assert!(silent.body.contains("<details class=\"more\" open>"), "the form with the complaint is open");
        let bare = adam.bare(&gone, &pairs(&[(field.as_str(), "Left")])).await;
        assert_eq!(bare.status, 403, "without the proof of the page");
        let left = adam.send(&here, &gone, &pairs(&[(field.as_str(), "Left the laboratory")])).await;
        assert_eq!((left.status, left.header("location")), (303, here.as_str()));
        assert!(!adam.page(&here).await.contains("Ana Diaz"));
        let own = person.page("/account").await;
        assert!(!own.contains("Harbor Labs") && !own.contains("bo.chen@people.example"), "{own}");
        let twice = adam.send(&here, &gone, &pairs(&[(field.as_str(), "Left")])).await;
        assert_eq!(twice.status, 404, "a second tab finds nobody to let go");
        assert_eq!(portal.newest_mail("ana.diaz@people.example").unwrap().kind.as_str(), "organisation_left");
    }
}

#[actix_web::test]
async fn an_organisation_whose_last_member_left_is_shown_as_nobodys() {
    for mut office in crate::portal::tests::offices() {
        let ada = office.of("Ada Admin").await;
        let made = ada.fill(LIST, &pairs(&[("name", "Harbor Labs")])).await;
        let here = made.header("location").to_owned();
        let join = pairs(&[("email", "maria.gonzalez@people.example"), ("reason", "A letter")]);
        assert_eq!(ada.send(&here, &format!("{here}/members"), &join).await.status, 303);
        office.city.maria = office.caller("Maria Gonzalez");
        let agreement = office.executed(&["bike-share"]);
        let ada = office.of("Ada Admin").await;
        assert!(ada.page(&here).await.contains(&agreement.number));
        let maria = office.city.maria.actor.account.unwrap();
        let field = format!("leave_reason.{maria}");
        let remove = format!("{here}/members/{maria}/remove");
        assert_eq!(ada.send(&here, &remove, &pairs(&[(field.as_str(), "Left")])).await.status, 303);
        let page = ada.page(&here).await;
        assert!(page.contains("Nobody can act for it") && page.contains(&agreement.number), "{page}");
        let left = office.desk().read(|conn| organisations::list(conn, "", 10)).unwrap();
        assert_eq!((left[0].members, left[0].agreements), (0, 1));
    }
}
