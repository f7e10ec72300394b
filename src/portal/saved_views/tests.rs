//! Views at their pages: kept from a list page, found again on top of it, opened when they are out of date, and hidden from
//! whom they are not for.

use crate::portal::tests::{complains, looks_like_nothing, offices, pairs};

const NOWHERE: &str = "/views/01900000-0000-7000-8000-000000000000";

#[actix_web::test]
async fn a_question_is_kept_from_its_page_and_found_on_top_of_it_by_colleagues_it_is_shared_with() {
    for office in offices() {
        let ivan = office.of("Ivan Auditor").await;
        let asked = "/audit/usage?by=key&order=refused&from=2026-11-01&to=2026-11-20";
        assert!(!ivan.page("/audit/usage").await.contains("views-"), "no message key is shown");
        let fields = [("room", "usage"), ("query", "by=key&order=refused&from=2026-11-01"), ("name", "Refused by key")];
        let kept = ivan.send(asked, "/views", &pairs(&fields)).await;
        assert!(kept.header("location").starts_with("/audit/usage?by=key&order=refused&from=2026-11-01&view="));
        let page = ivan.follow(&kept).await;
        assert!(page.contains("The view “Refused by key” is kept."), "{page}");
        assert!(page.contains("aria-current=\"page\">Refused by key"), "{page}");
        let shared =
            [("room", "entries"), ("query", "?act=key."), ("name", "Keys"), ("newest", "yes"), ("shared", "yes")];
        ivan.send("/audit?act=key.", "/views", &pairs(&shared)).await;
        let list = ivan.page("/views").await;
        assert!(list.contains("Refused by key") && list.contains("Keys") && list.contains("Everybody"), "{list}");
        let again = ivan.send(asked, "/views", &pairs(&fields)).await;
        complains(&again, "name", "You keep a view of this name already", &["value=\"Refused by key\""]);
        let empty = ivan.send(asked, "/views", &pairs(&[("room", "usage"), ("query", "by=key"), ("name", "")])).await;
        assert_eq!(empty.status, 422);
        office.city.desk.person("Iris Auditor", &office.caller("Ivan Auditor").actor.roles);
        assert_eq!(office.of("Manager 0").await.get("/views").await.status, 200);
        assert_eq!(office.of("Clara Clerk").await.get("/views").await.status, 403);
        let rita = office.of("Rita Reviewer").await;
        let fields = [("room", "review"), ("query", "show=all"), ("name", "Everything"), ("shared", "yes")];
        rita.send("/review?show=all", "/views", &pairs(&fields)).await;
        let theirs = office.of("Manager 1").await.page("/review").await;
        assert!(theirs.contains(">Everything<span class=\"hidden\"> (shared by Rita Reviewer)"), "{theirs}");
        assert!(!theirs.contains("Refused by key"));
    }
}

#[actix_web::test]
async fn a_view_out_of_date_says_so_and_is_no_error() {
    for office in offices() {
        let ivan = office.of("Ivan Auditor").await;
        let fields = [("room", "entries"), ("query", "kind=agreement&of=DSA-1999-0001"), ("name", "Old")];
        let kept = ivan.send("/audit?q=x", "/views", &pairs(&fields)).await;
        let at = kept.header("location").to_owned();
        assert_eq!(ivan.get("/audit?kind=agreement&of=DSA-1999-0001").await.status, 422);
        let page = ivan.page(&at).await;
        assert!(page.contains("Nothing of this kind is called so"), "{page}");
        let id = at.split_once("view=").unwrap().1;
        let opened = ivan.get(&format!("/views/{id}/open")).await;
        assert_eq!((opened.status, opened.header("location")), (303, at.as_str()));
    }
}

#[actix_web::test]
async fn its_owner_renames_and_deletes_a_view_and_to_others_it_is_not_there() {
    for office in offices() {
        let ivan = office.of("Ivan Auditor").await;
        let fields = [("room", "access-log"), ("query", "outcome=rate_limited"), ("name", "Too many"), ("shared", "x")];
        let kept = ivan.send("/audit/access-log?outcome=rate_limited", "/views", &pairs(&fields)).await;
        let path = format!("/views/{}", kept.header("location").split_once("view=").unwrap().1);
        let rosa = office.of("Manager 0").await;
        looks_like_nothing(&rosa, &path, NOWHERE).await;
        looks_like_nothing(&rosa, &format!("{path}/open"), &format!("{NOWHERE}/open")).await;
        let taken = rosa.send("/review", &format!("{path}/delete"), &[]).await;
        assert_eq!(taken.status, 404);
        let wrong = ivan.fill(&path, &pairs(&[("name", "a\u{202e}b")])).await;
        assert_eq!(wrong.status, 422, "{}", wrong.body);
        let renamed = ivan.fill(&path, &pairs(&[("name", "Refused")])).await;
        let list = ivan.follow(&renamed).await;
        assert!(list.contains(">Refused</a>") && list.contains("Only you"), "{list}");
        let gone = ivan.send(&path, &format!("{path}/delete"), &[]).await;
        assert!(ivan.follow(&gone).await.contains("The view “Refused” is deleted."));
        assert_eq!(office.last_act(), ("view.delete".to_owned(), "auditor".to_owned()));
        assert_eq!(ivan.get(&path).await.status, 404);
    }
}
