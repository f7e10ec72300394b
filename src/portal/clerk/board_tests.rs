//! The clerk's board on both databases: each matter stands in its band with the one act that comes next, whoever may not
//! handle it is told so, and the start page of a clerk is the board.

use chrono::Duration;

use crate::cases::appeals;
use crate::cases::apply_tests::deny;
use crate::cases::conduct::complaints::{self, ComplaintGiven};
use crate::cases::records::{self, Wish};
use crate::domain::appeal::Appealed;
use crate::domain::misuse::complaint::ComplaintKind;
use crate::domain::people::Role;
use crate::portal::testing::PASSWORD;
use crate::portal::tests::{Office, offices};

/// An appeal of Maria's from a denial, and its number.
fn appealed(office: &Office) -> String {
    let id = office.sent(&["parking"]);
    deny(&office.city, &office.city.managers[0], id, "parking");
    let of = Appealed::Denial { application: id, item: office.item(id, "parking") };
    let wish = appeals::Wish { of, grounds: "Hourly data will not do.".to_owned(), wanted: String::new() };
    appeals::file(office.desk(), &office.caller("Maria Gonzalez"), &wish).unwrap().number
}

fn asked(office: &Office, description: &str) -> String {
    let wish = Wish { email: "vera@people.example".to_owned(), description: description.to_owned(), ..Wish::default() };
    records::file(office.desk(), &office.caller("Maria Gonzalez"), &wish).unwrap().request.number
}

fn reported(office: &Office) -> String {
    let given = ComplaintGiven {
        kind: ComplaintKind::Misuse,
        department: String::new(),
        dataset: String::new(),
        seen: "A site.".to_owned(),
        text: "Copies of the city's data stand there.".to_owned(),
        name: String::new(),
        email: String::new(),
        files: Vec::new(),
    };
    complaints::file(office.desk(), &office.caller("Maria Gonzalez"), &given).unwrap().number
}

#[actix_web::test]
async fn each_matter_stands_in_its_band_with_the_act_that_comes_next() {
    for office in offices() {
        let clerk = office.of("Clara Clerk").await;
        let empty = clerk.page("/clerk").await;
        for wanted in ["Nothing is due", "Every report has been read."] {
            assert!(empty.contains(wanted), "{wanted}: {empty}");
        }
        let (appeal, request, report) =
            (appealed(&office), asked(&office, "Counts of <b>2025</b>."), reported(&office));
        let page = clerk.page("/clerk").await;
        for wanted in [
            &*appeal,
            &request,
            &report,
            "Acknowledge it",
            "Say which department has the records",
            "Due within seven days",
            "Due later",
            "In 7 days",
            "by law",
            "as the city promises",
            "&lt;b&gt;2025&lt;",
            "came in today",
            "How the day was counted",
        ] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        let (near, later) = (page.find("<h2>Due within seven days").unwrap(), page.find("<h2>Due later").unwrap());
        let place = |number: &str| page.find(&format!("{number}<span class=\"sub\">")).unwrap();
        assert!(near < place(&request) && place(&request) < later && later < place(&appeal), "{page}");

        office.desk().clock.set(office.desk().clock.now() + Duration::days(7));
        let clerk = office.of("Clara Clerk").await;
        let page = clerk.page("/clerk").await;
        assert!(page.contains("<h2>Due today") && page.contains("waits for 7 days"), "{page}");
        office.desk().clock.set(office.desk().clock.now() + Duration::days(40));
        let clerk = office.of("Clara Clerk").await;
        let page = clerk.page("/clerk").await;
        assert!(page.contains("<h2>Overdue") && page.contains("40 days over"), "{page}");
    }
}

#[actix_web::test]
async fn who_decided_before_is_told_that_somebody_else_must_handle_it() {
    for office in offices() {
        let number = appealed(&office);
        office.appoint_clerk("Manager 0");
        let page = office.of("Manager 0").await.page("/clerk").await;
        let row = page.split("<tr>").find(|row| row.contains(&number)).unwrap();
        assert!(row.contains("Somebody else must handle it.") && !row.contains("Acknowledge it"), "{row}");
    }
}

#[actix_web::test]
async fn a_clerk_who_signs_in_begins_at_the_board_and_others_where_they_did() {
    for office in offices() {
        let lands = async |name: &str, next: &str| {
            let email = format!("{}@people.example", name.to_lowercase().replace(' ', "."));
            let fields = [("email", email), ("password", PASSWORD.to_owned()), ("next", next.to_owned())];
            let browser = office.portal.browser();
            browser.fill("/login", &fields).await.header("location").to_owned()
        };
        assert_eq!(lands("Clara Clerk", "").await, "/clerk");
        assert_eq!(lands("Clara Clerk", "/calendar").await, "/calendar", "where they were sent comes first");
        for name in ["Manager 0", "Ivan Auditor", "Ada Admin", "Maria Gonzalez"] {
            assert_eq!(lands(name, "").await, "/", "{name}");
        }
        office.appoint("Clara Clerk", Role::Reviewer, 0);
        assert_eq!(lands("Clara Clerk", "").await, "/", "with several offices the start page shows them all");
    }
}
