//! Where a dataset flows from. Its credential goes in and never comes out.

use super::{dataset, save};
use crate::portal::tests::{complains, offices, pairs};
use crate::store::audit;

const HERE: &str = "/stewardship/parking/upstream";
const SECRET: &str = "Bearer upstream-s3cret-0451";

#[actix_web::test]
async fn an_upstream_needs_an_address_that_the_service_may_reach() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let set = async |url: &str, header: &str, timeout: &str| {
            save(&manager, "upstream", &[("url", url), ("header", header), ("timeout_ms", timeout)]).await
        };
        let kept = ["value=\"X-Feed\"", "value=\"2500\""];
        for url in
            ["feed", "ftp://127.0.0.1/x", "http://10.1.2.3/feed", "http://127.0.0.1/?key=1", "http://u:p@127.0.0.1/"]
        {
            complains(&set(url, "X-Feed", "2500").await, "url", "", &kept);
        }
        let address = "http://127.0.0.1:9009/feed";
        for timeout in ["", "soon", "0", "60001", "-1"] {
            complains(&set(address, "X-Feed", timeout).await, "timeout_ms", "", &[address]);
        }
        for header in ["X Feed", "Host", "X-Api-Key\r\nX-Evil: 1"] {
            complains(&set(address, header, "2500").await, "header", "", &[address]);
        }
        assert_eq!(dataset(&office, "parking").upstream, None);
        let page = manager.follow(&set(address, "X-Feed", "2500").await).await;
        assert!(page.contains(address) && page.contains("the path after /parking is added"), "{page}");
        let page = manager.follow(&set("", "", "2500").await).await;
        assert!(!page.contains(address), "an empty address takes it away: {page}");
    }
}

#[actix_web::test]
async fn a_credential_is_kept_sealed_and_shown_nowhere_again() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        let keep = async |fields: &[(&str, &str)]| {
            let version = manager.version(HERE).await;
            let mut all = vec![("version", version.as_str())];
            all.extend_from_slice(fields);
            manager.send(HERE, "/stewardship/parking/credential", &pairs(&all)).await
        };
        let early = keep(&[("credential", SECRET)]).await;
        assert_eq!(early.status, 422, "there is no header to put it in");
        complains(&early, "credential", "", &[]);
        assert!(!early.body.contains("s3cret"), "not even in its own form: {}", early.body);
        let upstream = [("url", "http://127.0.0.1:9009/feed"), ("header", "Authorization"), ("timeout_ms", "2500")];
        assert_eq!(save(&manager, "upstream", &upstream).await.status, 303);
        complains(&keep(&[("credential", "")]).await, "credential", "", &[]);
        let kept = keep(&[("credential", SECRET)]).await;
        let page = manager.follow(&kept).await;
        assert!(page.contains("The credential is kept, sealed.") && page.contains("never shown again"), "{page}");
        let stale = [("credential", SECRET), ("version", "1")];
        let stale = manager.send(HERE, "/stewardship/parking/credential", &pairs(&stale)).await;
        assert_eq!(stale.status, 409);
        assert!(!stale.body.contains("s3cret"), "an error page gives back what was typed, but no secret");
        for (name, paths) in [
            ("Manager 0", vec![HERE, "/stewardship/parking"]),
            ("Rita Reviewer", vec![HERE, "/stewardship/parking"]),
            ("Ivan Auditor", vec![HERE, "/audit", "/audit/entries.csv", "/audit/stories?kind=dataset&of=parking"]),
        ] {
            let browser = office.of(name).await;
            for path in paths {
                let answer = browser.get(path).await;
                assert!(matches!(answer.status, 200 | 303), "{name} {path}");
                assert!(!answer.body.contains("s3cret"), "{name} {path}: {}", answer.body);
            }
        }
        let entries = office.desk().read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        assert!(entries.iter().all(|entry| !format!("{entry:?}").contains("s3cret")), "nor in the audit");
        assert!(office.of("Rita Reviewer").await.page(HERE).await.contains("Kept, sealed"));

        let moved = [("url", "http://127.0.0.1:9010/feed"), ("header", "Authorization"), ("timeout_ms", "2500")];
        let page = manager.follow(&save(&manager, "upstream", &moved).await).await;
        assert!(page.contains("No credential is kept."), "another receiver does not get it: {page}");
        assert_eq!(keep(&[("credential", SECRET)]).await.status, 303);
        let page = manager.follow(&keep(&[("credential", ""), ("clear", "yes")]).await).await;
        assert!(page.contains("The credential is removed.") && page.contains("No credential is kept."), "{page}");
    }
}

#[actix_web::test]
async fn keys_in_the_address_are_refused_until_a_manager_allows_them() {
    for office in offices() {
        let manager = office.of("Manager 0").await;
        assert!(manager.page(HERE).await.contains("Keys in the address are refused"));
        let allow = async |word: &str| {
            let fields = [("allow", word.to_owned()), ("version", manager.version(HERE).await)];
            manager.send(HERE, "/stewardship/parking/query-key", &fields).await
        };
        assert!(manager.follow(&allow("yes").await).await.contains("Keys may travel in the address now."));
        assert!(dataset(&office, "parking").allows_query_key);
        assert!(manager.follow(&allow("no").await).await.contains("Keys in the address are refused now."));
        assert!(!dataset(&office, "parking").allows_query_key);
    }
}
