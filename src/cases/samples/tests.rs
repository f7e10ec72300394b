//! Samples from taking to withdrawing, on both databases.

use crate::cases::apply_tests::{City, cities, code};
use crate::cases::catalogue::{self, Edit};
use crate::cases::redaction_tests::{dataset, flow_from, save, upstream};
use crate::cases::{CaseError, samples};
use crate::domain::sample::{Origin, Sample};
use crate::domain::tier::Tier;
use crate::store::audit;
use crate::store::views::catalogue::{Search, facets, search};

const BODY: &str =
    r#"{"observations":[{"plate":"AB-1","lat":41.1,"lon":-73.4},{"plate":"AB-2","lat":41.2,"lon":-73.5}]}"#;

async fn feed(city: &City) {
    let (url, _told) = upstream("application/json", BODY.to_owned()).await;
    flow_from(city, &url);
}

fn shown(city: &City) -> Option<Sample> {
    samples::public(&city.desk.desk, "parking").unwrap()
}

fn last_act(city: &City) -> (String, String) {
    let entry = city.desk.desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap().pop().unwrap();
    (entry.act, entry.after + &entry.before)
}

#[tokio::test]
async fn a_sample_is_seen_before_anybody_sees_it_and_gone_when_withdrawn() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let early = samples::take(desk, manager, "parking", "/latest", None).await.unwrap_err();
        assert_eq!(code(&early), "upstream_needed");
        feed(&city).await;
        let raw = samples::take(desk, manager, "parking", "/latest", None).await.unwrap_err();
        assert_eq!(code(&raw), "redaction_needed", "tier 2");
        assert!(samples::kept(desk, manager, "parking").unwrap().draft.is_none(), "nothing raw rests anywhere");
        save(&city, "public", &[("**.plate", "mask", "")]).unwrap();
        let unknown = samples::take(desk, manager, "parking", "/latest", Some("other")).await.unwrap_err();
        assert!(matches!(&unknown, CaseError::Invalid(faults) if faults[0].code == "profile_unknown"), "{unknown:?}");

        let taken = samples::take(desk, manager, "parking", "/latest", Some("public")).await.unwrap();
        assert!(taken.text.contains("***") && !taken.text.contains("AB-1") && taken.count == 2, "{}", taken.text);
        let profile = Some(("public".to_owned(), 1));
        assert_eq!(taken.origin, Origin::Live { path: "/latest".to_owned(), profile });
        assert_eq!(shown(&city), None, "only its steward sees it");
        let other = samples::release(desk, manager, "parking", "0").unwrap_err();
        assert_eq!(code(&other), "sample_changed");
        let stranger = samples::release(desk, &city.managers[1], "parking", &taken.hash);
        assert!(matches!(stranger, Err(CaseError::Missing)));
        assert!(matches!(samples::kept(desk, &city.managers[1], "parking"), Err(CaseError::Missing)));

        samples::release(desk, manager, "parking", &taken.hash).unwrap();
        let (act, facts) = last_act(&city);
        assert!(act == "dataset.publish_sample" && facts.contains(&taken.hash) && !facts.contains("***"), "{facts}");
        assert_eq!(shown(&city).unwrap().text, taken.text);
        let wanted = Search { with_sample: true, with_positions: true, ..Search::default() };
        let found = desk.read(|conn| search(conn, &wanted, None, 10)).unwrap();
        assert_eq!(found.iter().map(|listed| listed.slug.as_str()).collect::<Vec<_>>(), ["parking"]);
        let counts = desk.read(|conn| facets(conn, &Search::default())).unwrap();
        assert_eq!((counts.with_sample, counts.with_positions, counts.total), (1, 1, 4));
        assert_eq!(counts.formats, [("API".to_owned(), 1)]);

        samples::withdraw(desk, manager, "parking", true).unwrap();
        assert_eq!((shown(&city), last_act(&city).0.as_str()), (None, "dataset.withdraw_sample"));
        assert!(matches!(samples::withdraw(desk, manager, "parking", true), Err(CaseError::Missing)));
    }
}

#[test]
fn records_that_were_made_up_may_be_shown_on_any_tier_but_x() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let made = samples::make_up(desk, manager, "parking", r#"[{"zone":"North","free":12}]"#).unwrap();
        samples::release(desk, manager, "parking", &made.hash).unwrap();
        let version = dataset(&city).version;
        let stricter = catalogue::edit(desk, manager, "parking", Edit::Tier(Tier::Restricted), version).unwrap();
        assert_eq!(shown(&city).unwrap().origin, Origin::MadeUp);
        catalogue::edit(desk, manager, "parking", Edit::Tier(Tier::Prohibited), stricter.version).unwrap();
        assert_eq!((shown(&city), last_act(&city).0.as_str()), (None, "dataset.withdraw_sample"));
        assert!(samples::kept(desk, manager, "parking").unwrap().released.is_none(), "its records are gone");
        let late = samples::make_up(desk, manager, "parking", "[{}]").unwrap_err();
        assert_eq!(code(&late), "prohibited");
        for text in ["", "zone,free", "[]"] {
            let wrong = samples::make_up(desk, manager, "parking", text).unwrap_err();
            assert!(matches!(&wrong, CaseError::Invalid(faults) if faults[0].field == "records"), "{text} {wrong:?}");
        }
    }
}
