//! What holds on every page of staff: each renders for whom its row lets in, and no link on it leads nowhere.

use std::collections::{BTreeSet, VecDeque};

use super::{demos, of_demo};

/// Where each role begins, and pages that are found by a search only.
const STARTS: &[(&str, &[&str])] = &[
    (
        "rosa",
        &[
            "/cases?show=all",
            "/complaints?show=all",
            "/dataset-pauses",
            "/review",
            "/review?show=all",
            "/review/agreements?state=all",
            "/stewardship",
            "/stewardship/import",
        ],
    ),
    (
        "rita",
        &[
            "/cases?show=all",
            "/complaints?show=all",
            "/review",
            "/review?show=all",
            "/review/agreements?state=all",
            "/stewardship",
        ],
    ),
    ("dana", &["/review", "/review?show=all", "/review/agreements?state=all", "/stewardship?tier=3"]),
    (
        "clara",
        &[
            "/cases?show=all",
            "/complaints?show=all",
            "/dataset-pauses",
            "/clerk",
            "/records?show=all",
            "/review/agreements?state=all",
        ],
    ),
    (
        "ivan",
        &[
            "/cases?show=all",
            "/complaints?show=all",
            "/audit",
            "/audit/stories",
            "/audit/usage?by=key",
            "/audit/access-log",
            "/audit/verify?run=yes",
            "/stewardship",
        ],
    ),
    ("ada", &["/admin"]),
];

/// Pages walked from each start.
const PAGES_MAX: usize = 60;

fn links(body: &str) -> impl Iterator<Item = String> {
    let of_staff = [
        "/cases",
        "/complaints",
        "/dataset-pauses",
        "/review",
        "/stewardship",
        "/clerk",
        "/audit",
        "/admin",
        "/datasets",
        "/terms",
        "/records",
        "/reuse-requests",
    ];
    body.split(" href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|href| href.split('#').next().unwrap_or_default().replace("&amp;", "&").replace("&#x2F;", "/"))
        .filter(move |href| of_staff.iter().any(|start| href.starts_with(start)))
}

#[actix_web::test]
async fn every_link_on_a_page_of_staff_leads_to_a_page_for_the_same_person() {
    for portal in demos() {
        for (nick, starts) in STARTS {
            let browser = of_demo(&portal, nick).await;
            let mut seen: BTreeSet<String> = starts.iter().map(|start| (*start).to_owned()).collect();
            let mut ahead: VecDeque<String> = seen.iter().cloned().collect();
            let mut count = 0;
            while let Some(path) = ahead.pop_front() {
                let answer = browser.get(&path).await;
                assert_eq!(answer.status, 200, "{nick} {path}: {}", answer.body);
                count += 1;
                if answer.header("content-type").starts_with("text/html") {
                    browser.page(&path).await;
                    ahead.extend(links(&answer.body).filter(|href| seen.insert(href.clone())));
                }
                if count == PAGES_MAX {
                    break;
                }
            }
            assert!(count > starts.len(), "{nick} found nothing to follow");
        }
    }
}
