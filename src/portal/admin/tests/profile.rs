//! The profile as an administrator reads and tries it.

use super::{offices, pairs};
use crate::cases::testing::profile_text;

#[actix_web::test]
async fn a_changed_profile_is_checked_and_nothing_is_changed() {
    for portal in offices() {
        let adam = portal.signed_in("Adam Lee").await;
        let page = adam.page("/admin/profile").await;
        assert!(page.contains("clocks.records_answer.days") && page.contains("letters/es/denial.md"), "{page}");
        let text = profile_text("profile.toml").unwrap();
        let check = "/admin/profile/check";
        let wrong = text.replace("currency = \"USD\"", "currency = \"usd\"");
        let wrong = adam.fill(check, &pairs(&[("file", "profile.toml"), ("text", &wrong)])).await;
        assert_eq!(wrong.status, 200, "{}", wrong.body);
        assert!(wrong.body.contains("profile.toml:") && wrong.body.contains("<del>USD</del>"), "{}", wrong.body);
        let good = adam.fill(check, &pairs(&[("file", "profile.toml"), ("text", &text)])).await;
        assert!(good.body.contains("No value or part reads differently"), "{}", good.body);
        let empty = adam.fill(check, &pairs(&[("file", "profile.toml"), ("text", "")])).await;
        assert_eq!((empty.status, empty.body.contains("#f-text")), (422, true));
    }
}
