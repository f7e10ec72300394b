//! Redaction profiles from the browser: written row by row, tried on a live sample, retired, and offered to deciders.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::cases::catalogue::{self, Edit};
use crate::domain::catalogue::{Dataset, Upstream};
use crate::portal::testing::Browser;
use crate::portal::tests::{Office, complains, looks_like_nothing, offices, pairs};
use crate::store::datasets;
use crate::web::testing::Answer;

const LIST: &str = "/stewardship/parking/redactions";
const NEW: &str = "/stewardship/parking/new-redaction";

fn dataset(office: &Office) -> Dataset {
    office.desk().read(|conn| datasets::by_slug(conn, "parking")).unwrap()
}

/// A form with these rules: path, treatment, parameter, reason.
fn rows(rules: &[[&str; 4]]) -> Vec<(String, String)> {
    let parts = ["path", "treatment", "parameter", "reason"];
    let row = |(at, rule): (usize, &[&str; 4])| {
        parts
            .iter()
            .zip(rule)
            .map(|(part, text)| (format!("rules.{at}.{part}"), (*text).to_owned()))
            .collect::<Vec<_>>()
    };
    rules.iter().enumerate().flat_map(row).collect()
}

async fn send(browser: &Browser<'_>, from: &str, fields: &[(&str, &str)], rules: &[[&str; 4]]) -> Answer {
    let version = browser.version(from).await;
    let rows = rows(rules);
    let rows = rows.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let all: Vec<_> = [("version", version.as_str())].into_iter().chain(fields.iter().copied()).chain(rows).collect();
    browser.send(from, LIST, &pairs(&all)).await
}

const PUBLIC: [(&str, &str); 2] = [("name", "public"), ("title", "For the <b>public</b>")];
const PLATE: [&str; 4] = ["**.plate", "keyed_hash", "", "A plate names its owner."];

#[actix_web::test]
async fn a_profile_is_written_changed_and_retired() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        assert!(manager.page(LIST).await.contains("No redaction profile yet"));
        let page = manager.follow(&send(&manager, NEW, &PUBLIC, &[PLATE]).await).await;
        for part in [
            "Saved as revision 1",
            "For the &lt;b&gt;public",
            "**.plate",
            "A plate names its owner.",
            "No live agreement names it",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let here = format!("{LIST}/public");
        let form = manager.page(&here).await;
        assert!(form.contains("value=\"**.plate\"") && form.contains("value=\"keyed_hash\" selected"), "{form}");
        let second = ["geometry", "coarsen_position", "5280", "Homes could be found."];
        let page = manager.follow(&send(&manager, &here, &PUBLIC, &[PLATE, second]).await).await;
        assert!(page.contains("Saved as revision 2") && page.contains("5280 feet"), "{page}");
        let without = [("name", "public"), ("title", "For the public"), ("rules.0.remove", "yes")];
        let page = manager.follow(&send(&manager, &here, &without, &[PLATE, second]).await).await;
        assert!(page.contains("Saved as revision 3") && !page.contains("**.plate"), "{page}");
        let version = manager.version(LIST).await;
        let retired = manager.send(LIST, &format!("{here}/retire"), &pairs(&[("version", &version)])).await;
        let page = manager.follow(&retired).await;
        assert!(page.contains("Retired") && page.contains("public is retired"), "{page}");
        assert_eq!(office.last_act().0, "dataset.retire_redaction");
        assert!(dataset(&office).redaction("public").is_some());
    }
}

#[actix_web::test]
async fn what_cannot_be_saved_is_said_at_its_row_and_stays_typed() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let cases: [(&str, [&str; 4], &str, &str); 6] = [
            ("public", ["$.plate", "drop", "", "Why."], "rules.1.path", "no $ or / in front"),
            ("public", ["plate", "blur", "", "Why."], "rules.1.treatment", "Choose what becomes"),
            ("public", ["seen", "round_time", "soon", "Why."], "rules.1.parameter", "whole number"),
            ("public", ["plate", "drop", "", " "], "rules.1.reason", "Say why"),
            ("public", ["**.seen", "delay", "5", "Why."], "rules.1.path", "the one field"),
            ("Not A Slug", ["plate", "drop", "", "Why."], "name", "small letters"),
        ];
        for (name, rule, field, message) in cases {
            let fields = [("name", name), ("title", "For the public")];
            let answer = send(&manager, NEW, &fields, &[["first", "drop", "", "Because."], rule]).await;
            complains(&answer, field, message, &["Because.", rule[0]]);
        }
        complains(&send(&manager, NEW, &PUBLIC, &[]).await, "rules.0.path", "at least one rule", &["public"]);
        assert!(dataset(&office).redactions.is_empty());
        let entries = office.entries();
        let stale = [
            ("version", "1"),
            ("name", "public"),
            ("title", "x"),
            ("rules.0.path", "a"),
            ("rules.0.treatment", "drop"),
            ("rules.0.reason", "b"),
        ];
        let stale = manager.send(NEW, LIST, &pairs(&stale)).await;
        assert_eq!((stale.status, office.entries()), (409, entries), "{}", stale.body);
    }
}

#[actix_web::test]
async fn the_field_that_tells_the_time_is_named_and_taken_away() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let set = async |field: &str| {
            let version = manager.version(LIST).await;
            let fields = pairs(&[("version", &version), ("time_field", field)]);
            manager.send(LIST, "/stewardship/parking/time-field", &fields).await
        };
        complains(&set("/a").await, "time_field", "no $ or / in front", &["/a"]);
        complains(&set("**.seen").await, "time_field", "the one field", &["**.seen"]);
        assert!(manager.follow(&set("properties.seen").await).await.contains("value=\"properties.seen\""));
        assert_eq!(dataset(&office).time_field.unwrap().to_string(), "properties.seen");
        manager.follow(&set("").await).await;
        assert_eq!(dataset(&office).time_field, None);
    }
}

#[actix_web::test]
async fn others_read_and_strangers_find_nothing() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        manager.follow(&send(&manager, NEW, &PUBLIC, &[PLATE]).await).await;
        let reviewer = office.of("Rita Reviewer").await;
        let page = reviewer.page(LIST).await;
        assert!(
            page.contains("**.plate") && !page.contains("Retire") && !page.contains("New redaction profile"),
            "{page}"
        );
        assert_eq!(reviewer.get(NEW).await.status, 403);
        assert_eq!(reviewer.get(&format!("{LIST}/public")).await.status, 403);
        let stranger = office.of("Manager 1").await;
        looks_like_nothing(&stranger, LIST, "/stewardship/no-such-set/redactions").await;
        looks_like_nothing(&manager, &format!("{LIST}/nothing"), "/stewardship/no-such-set/redactions/nothing").await;
        let entries = office.entries();
        let fields = pairs(&[("version", "1"), ("name", "public"), ("title", "x"), ("act", "preview")]);
        assert_eq!(stranger.send("/stewardship", LIST, &fields).await.status, 404);
        let retire = stranger.send("/stewardship", &format!("{LIST}/public/retire"), &pairs(&[("version", "1")])).await;
        assert_eq!((retire.status, office.entries()), (404, entries));
    }
}

/// An upstream that answers everybody with this.
pub(in crate::portal::steward) async fn upstream(office: &Office, body: &'static str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4_096];
            if stream.read(&mut head).await.unwrap_or(0) == 0 {
                continue;
            }
            let length = body.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    let manager = &office.city.managers[0];
    let upstream = Edit::Upstream(Some(Upstream {
        url,
        credential_header: None,
        timeout_ms: 5_000,
        bounds: crate::domain::catalogue::UpstreamBounds::default(),
    }));
    catalogue::edit(office.desk(), manager, "parking", upstream, dataset(office).version).unwrap();
}

#[actix_web::test]
async fn rules_are_tried_on_a_live_sample_without_being_saved() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        assert!(!manager.page(NEW).await.contains("Try on a live sample"), "there is no upstream yet");
        upstream(&office, r#"[{"plate":"AB-1<script>","zone":"North"}]"#).await;
        let preview = [("name", "public"), ("title", "x"), ("act", "preview"), ("sample", "/latest")];
        let rules = [["plate", "mask", "", ""], ["nowhere", "drop", "", ""]];
        let answer = send(&manager, NEW, &preview, &rules).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        for part in [
            "AB-1&lt;script&gt;",
            "&quot;plate&quot;:&quot;***&quot;",
            "Reaches nothing here",
            "Before: what the feed sends",
            "value=\"plate\"",
            "<code>/latest</code>",
        ] {
            assert!(answer.body.contains(part), "{part}: {}", answer.body);
        }
        assert!(!answer.body.contains("<script>"), "{}", answer.body);
        assert_eq!(office.last_act().0, "dataset.preview_redaction");
        assert!(dataset(&office).redactions.is_empty(), "trying saves nothing");
        let wrong = [("name", "public"), ("title", "x"), ("act", "preview"), ("sample", "latest")];
        complains(&send(&manager, NEW, &wrong, &rules).await, "sample", "Write the path", &["latest", "nowhere"]);
    }
}

#[actix_web::test]
async fn a_decision_offers_the_profiles_of_the_dataset_and_takes_no_other() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        send(&manager, NEW, &PUBLIC, &[PLATE]).await;
        let id = office.sent(&["parking"]);
        let here = format!("/review/{id}");
        let decide = format!("{here}/items/{}/decide", office.item(id, "parking"));
        let page = manager.page(&here).await;
        assert!(
            page.contains("value=\"redaction:public\"") && page.contains("Redaction profile public: For the &lt;b&gt;"),
            "{page}"
        );
        let fields = |kind: &'static str, value: &'static str| {
            pairs(&[
                ("seen", "1"),
                ("outcome", "conditions"),
                ("statement", "With care."),
                ("condition.2.kind", kind),
                ("condition.2.value", value),
                ("condition.2.text", "Plates are coded."),
            ])
        };
        let other = manager.send(&here, &decide, &fields("redaction:other", "")).await;
        complains(&other, "condition.2.kind", "It has: public.", &["Plates are coded."]);
        let late = manager.send(&here, &decide, &fields("delay", "30")).await;
        complains(&late, "condition.2.kind", "when a record was measured", &["Plates are coded."]);
        let done = manager.send(&here, &decide, &fields("redaction:public", "")).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(office.application(id).state.as_str(), "offered");
    }
}
