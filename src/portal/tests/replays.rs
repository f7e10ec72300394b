//! Rules tried over past usage, as who keeps the rule book sees it.

use super::{complains, offices, pairs};
use crate::cases::replays;

const LIST: &str = "/rules/replays";

#[actix_web::test]
async fn a_rule_is_tried_watched_called_off_and_its_outcome_shown() {
    for office in offices() {
        let ivan = office.of("Ivan Auditor").await;
        let empty = ivan.page(LIST).await;
        assert!(empty.contains("No rule was tried yet") && empty.contains("night-pull"), "{empty}");
        let wish = pairs(&[("rule", "night-pull"), ("threshold", "500"), ("days", "7")]);
        let asked = ivan.fill(LIST, &wish).await;
        let path = asked.header("location").to_owned();
        let page = ivan.follow(&asked).await;
        assert!(page.contains("http-equiv=\"refresh\"") && page.contains("Waits for its turn"), "{page}");
        assert!(!ivan.page(&format!("{path}?still=yes")).await.contains("http-equiv=\"refresh\""));
        let off = ivan.send(&format!("{path}?still=yes"), &format!("{path}/cancel"), &[]).await;
        assert!(ivan.follow(&off).await.contains("Called off"));
        let again = ivan.send(LIST, &format!("{path}/cancel"), &[]).await;
        assert_eq!(again.status, 409, "{}", again.body);

        let asked = ivan.fill(LIST, &wish).await;
        replays::round(office.desk(), &|| false).unwrap();
        let made = ivan.follow(&asked).await;
        for wanted in ["The rule would have caught nobody.", "over 7 days", "500 ", "Calls it would have stopped"] {
            assert!(made.contains(wanted), "{wanted}: {made}");
        }
        assert!(made.contains("/rules/replays?rule=night-pull&amp;threshold=500&amp;days=7"), "{made}");
        let form = ivan.page("/rules/replays?rule=night-pull&threshold=500&days=7").await;
        assert!(form.contains("value=\"500\"") && !form.contains("<progress"), "{form}");
    }
}

#[actix_web::test]
async fn a_wish_that_cannot_be_tried_keeps_what_was_typed() {
    for office in offices() {
        let ada = office.of("Ada Admin").await;
        let fill = async |rule: &str, threshold: &str, days: &str| {
            ada.fill(LIST, &pairs(&[("rule", rule), ("threshold", threshold), ("days", days)])).await
        };
        complains(&fill("", "7", "3").await, "rule", "Choose a rule", &["value=\"7\"", "value=\"3\""]);
        complains(&fill("night-pull", "many", "3").await, "threshold", "whole number", &["value=\"many\""]);
        complains(&fill("night-pull", "0", "3").await, "threshold", "", &[]);
        complains(&fill("night-pull", "", "16").await, "days", "Give 1 to 15 days", &["value=\"16\""]);
        complains(&fill("night-pull", "", "").await, "days", "whole number", &[]);
        assert_eq!(office.of("Manager 0").await.get(LIST).await.status, 403);
    }
}
