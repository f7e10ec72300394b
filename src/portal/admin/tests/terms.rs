//! Terms as two administrators write them: saved, looked at, published, and what the public reads of it.

use super::{offices, pairs};
use crate::domain::people::{Role, RoleGrant};

const DRAFT: &str = "/admin/terms/standard/draft";
const REVIEW: &str = "/admin/terms/standard/draft/review";

fn form(version: &str, text: &str, act: &str) -> Vec<(&'static str, String)> {
    [("title", "New terms"), ("markdown", text), ("act", act), ("version", version)]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
}

#[actix_web::test]
async fn terms_are_looked_at_before_they_are_published() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        let text = "# New\n\n## (1) Parties\n\n{{ city }} and {{ requester }}. <script>x</script>";
        assert!(adam.page(DRAFT).await.contains("Standard data-sharing terms"), "it begins from what binds now");
        assert_eq!(adam.get(REVIEW).await.status, 404, "there is no draft yet");
        let saved = adam.fill(DRAFT, &form("0", text, "review")).await;
        assert_eq!((saved.status, saved.header("location")), (303, REVIEW), "{}", saved.body);
        let review = adam.page(REVIEW).await;
        assert!(review.contains("City of Norwalk and") && review.contains("&lt;script&gt;"), "{review}");
        assert!(review.contains("(2) Words") && review.contains("Taken out"), "what is gone is named");
        assert_eq!(adam.get("/terms/standard/2").await.status, 404, "nothing is published by looking");
        let soon = [form("1", text, "save"), pairs(&[("is_material", "yes"), ("effective_at", "2026-11-24")])].concat();
        assert_eq!(adam.fill(DRAFT, &soon).await.status, 303, "a draft need not be right");
        let review = adam.page(REVIEW).await;
        assert!(review.contains("binds 30 days after") && !review.contains("draft/publish"), "too short a notice");
        let odd = [form("2", text, "save"), pairs(&[("effective_at", "tomorrow")])].concat();
        let odd = adam.fill(DRAFT, &odd).await;
        assert_eq!(
            (odd.status, odd.body.contains("#f-effective_at"), odd.body.contains("(1) Parties")),
            (422, true, true)
        );
        let unknown = form("2", "# New\n\n{{ nobody }}", "review");
        assert_eq!(adam.fill(DRAFT, &unknown).await.status, 303);
        assert!(adam.page(REVIEW).await.contains("Line 3: {{ nobody }} is no parameter"));
        assert_eq!(adam.fill(DRAFT, &form("3", text, "review")).await.status, 303);
        let publish = format!("{DRAFT}/publish");
        let old = adam.send(REVIEW, &publish, &pairs(&[("version", "3")])).await;
        assert_eq!(
            (old.status, old.body.contains("as it is now")),
            (409, true),
            "what was looked at is not what is there"
        );
        let published = adam.send(REVIEW, &publish, &pairs(&[("version", "4")])).await;
        assert_eq!((published.status, published.header("location")), (303, "/admin/terms"), "{}", published.body);
        let twice = adam.send("/admin/terms", &publish, &pairs(&[("version", "4")])).await;
        assert_eq!((twice.status, twice.body.contains("may have been published")), (409, true), "{}", twice.body);
        assert!(adam.page("/terms/standard").await.contains("version 2"));
        assert!(adam.page("/terms/standard/1").await.contains("Replaced"));
        assert!(adam.page("/admin/terms").await.contains("/terms/standard/2"));
        let changes = portal.browser().page("/terms/standard/2/changes").await;
        assert!(changes.contains("<del>") && changes.contains("Version 2 against version 1"), "{changes}");
        assert!(portal.browser().page("/terms/standard/1/changes").await.contains("first version"));
        assert_eq!(portal.browser().get("/terms/standard/3/changes").await.status, 404);
    }
}

#[actix_web::test]
async fn whoever_saves_second_sees_both_texts_and_loses_neither() {
    for portal in offices() {
        portal.person("Eve Stone", &[RoleGrant { role: Role::Administrator, department: None }]);
        let (adam, eve) = (portal.signed_in("Adam Lee").await, portal.signed_in("Eve Stone").await);
        assert_eq!(adam.fill(DRAFT, &form("0", "## (1) Parties\n\nWords of Adam.", "save")).await.status, 303);
        let both = eve.fill(DRAFT, &form("0", "## (1) Parties\n\nWords of Eve.", "save")).await;
        assert_eq!(both.status, 409, "{}", both.body);
        for part in ["Words of Eve.", "Words of Adam.", "Saved by Adam Lee", "<ins>", "<del>"] {
            assert!(both.body.contains(part), "{part}: {}", both.body);
        }
        assert_eq!(both.hidden("version"), "1", "saving again replaces the other knowingly");
        assert_eq!(eve.fill(DRAFT, &form("1", "## (1) Parties\n\nWords of both.", "save")).await.status, 303);
        let gone = portal.signed_in("Adam Lee").await;
        assert!(gone.page(DRAFT).await.contains("Words of both."), "a draft outlives the session");
        let discard = format!("{DRAFT}/discard");
        assert_eq!(adam.send(DRAFT, &discard, &pairs(&[("version", "1")])).await.status, 409);
        assert_eq!(adam.send(DRAFT, &discard, &pairs(&[("version", "2")])).await.status, 303);
        assert!(adam.page(DRAFT).await.contains("Standard data-sharing terms"));
    }
}
