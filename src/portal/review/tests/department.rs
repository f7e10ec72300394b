//! The settings of a department, from the browser.

use crate::cases::department;
use crate::portal::tests::{offices, pairs};

const LIST: &str = "/review/department";

#[actix_web::test]
async fn a_manager_sets_how_the_desk_works_and_its_pages_follow() {
    for office in offices() {
        let id = office.sent(&["parking"]);
        let one = format!("{LIST}/{}", office.city.departments[0]);
        let (manager, rita) = (office.of("Manager 0").await, office.of("Rita Reviewer").await);
        let cover = office.caller("Rita Reviewer").actor.account.unwrap().to_string();
        let fields = |email: &'static str, days: &'static str| {
            let all = [("email", email), ("decision_days", days), ("cover", &cover), ("replies", "assigned")];
            pairs(&[all.as_slice(), &[("version", "1")]].concat())
        };
        let wrong = manager.send(&one, &one, &fields("no address", "900")).await;
        assert!(wrong.body.contains("Give 1 to 20 days"), "{}", wrong.body);
        assert!(wrong.body.contains("value=\"no address\""), "what was typed is kept: {}", wrong.body);
        assert_eq!(manager.send(&one, &one, &fields("desk@city.example", "2")).await.status, 303);
        assert_eq!(office.last_act().0, "department.set_desk");
        let page = rita.page(LIST).await;
        for shown in ["desk@city.example", "2 business days", "Rita Reviewer", "Whoever works on the application"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert_eq!(rita.get(&one).await.status, 403);
        assert_eq!(office.of("Manager 1").await.get(&one).await.status, 404);
        let ours = department::ours(office.desk(), &office.caller("Manager 0")).unwrap();
        assert_eq!((ours.len(), ours[0].desk.decision_days), (1, Some(2)));
        let day = "<time datetime=\"2026-11-25\">";
        for path in ["/review".to_owned(), format!("/review/{id}")] {
            assert!(rita.page(&path).await.contains(day), "the queue and the case tell the nearer day: {path}");
        }
        assert!(rita.page(&format!("/review/{id}")).await.contains("(your department’s own goal)"));
        let maria = office.of("Maria Gonzalez").await.page(&format!("/applications/{id}")).await;
        assert!(maria.contains("the city aims to be done by Wed Nov 25, 2026"), "{maria}");
        assert!(rita.page("/help").await.contains("desk@city.example"), "anybody reads where to write to");
    }
}
