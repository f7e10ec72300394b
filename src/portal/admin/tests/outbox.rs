//! The outbox as an administrator meets it.

use super::{offices, pairs};
use crate::cases::mailroom::tests::{failed, owed};
use crate::domain::notice::NoticeKind;

#[actix_web::test]
async fn a_dead_letter_is_looked_at_sent_again_and_given_up() {
    for portal in offices() {
        let id = owed(&portal.desk, "lost@people.example", NoticeKind::Withdrawn);
        failed(&portal.desk, id, true);
        let adam = portal.signed_in("Adam Lee").await;
        let list = adam.page("/admin/outbox?state=dead&address=lost").await;
        let path = format!("/admin/outbox/{id}");
        assert!(list.contains(&path) && list.contains("Not delivered") && list.contains("451 come later"), "{list}");
        let page = adam.page(&path).await;
        assert!(page.contains("451 come later") && page.contains("lost@people.example"), "{page}");
        let all = adam.send("/admin/outbox", "/admin/outbox/try-again", &[]).await;
        assert_eq!((all.status, all.header("location")), (303, "/admin/outbox"), "{}", all.body);
        assert!(adam.page(&path).await.contains("Waiting"));
        failed(&portal.desk, id, false);
        let again = format!("{path}/try-again");
        assert_eq!(adam.send(&path, &again, &[]).await.status, 303);
        let twice = adam.send("/admin/outbox", &again, &[]).await;
        assert_eq!((twice.status, twice.body.contains("Look again soon")), (409, true), "{}", twice.body);
        let give_up = format!("{path}/give-up");
        let silent = adam.send(&path, &give_up, &pairs(&[("reason", "")])).await;
        assert_eq!((silent.status, silent.body.contains("#f-reason")), (422, true), "{}", silent.body);
        let done = adam.send(&path, &give_up, &pairs(&[("reason", "Told by telephone")])).await;
        assert_eq!(done.status, 303);
        assert!(adam.page(&path).await.contains("Given up"));
        assert_eq!(adam.get("/admin/outbox/none").await.status, 404);
        assert_eq!(adam.get("/admin/outbox?from=soon").await.status, 422);
    }
}

#[actix_web::test]
async fn the_link_of_a_message_is_cut_for_who_looks_after_the_mail() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        let good = pairs(&[("name", "Rita Park"), ("email", "rita@people.example"), ("roles", "clerk")]);
        assert_eq!(adam.fill("/admin/staff/invite", &good).await.status, 303);
        let mail = portal.newest_mail("rita@people.example").unwrap();
        let page = adam.page(&format!("/admin/outbox/{}", mail.id)).await;
        assert!(page.contains("It is cut here") && !page.contains("token="), "{page}");
    }
}
