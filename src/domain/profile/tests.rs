use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::terms::{AGREEMENT_PARAMETERS, TermsDraft, TermsFamily};
use crate::domain::text::is_reserved_name;

const NORWALK: &str = include_str!("../../../config/profiles/norwalk-ct/profile.toml");

fn norwalk() -> Profile {
    Profile::parse(NORWALK).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn read(file: &str) -> Option<&'static str> {
    match file {
        "terms-standard.md" => Some(include_str!("../../../config/profiles/norwalk-ct/terms-standard.md")),
        "terms-restricted.md" => Some(include_str!("../../../config/profiles/norwalk-ct/terms-restricted.md")),
        "terms-click-through.md" => Some(include_str!("../../../config/profiles/norwalk-ct/terms-click-through.md")),
        _ => None,
    }
}

fn subject<'a>(title: &'a str, keywords: &'a [String], fields: &'a [String]) -> Subject<'a> {
    Subject { title, keywords, fields }
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn the_first_profile_reads_and_knows_its_law() {
    let profile = norwalk();
    let codes: Vec<_> = profile.grounds.iter().map(|ground| ground.code.to_string()).collect();
    assert_eq!(codes, (1..=15).map(|n| format!("D{n}")).collect::<Vec<_>>());
    assert!(profile.ground("D2").unwrap().needs_subsection && profile.ground("D14").unwrap().contract_track_only);
    assert!(profile.exemption("1-210(b)(19)").unwrap().referral_to.is_some());
    assert_eq!(profile.clocks.records_answer, Span::business(4));
    assert_eq!(profile.zone, chrono_tz::America::New_York);
    assert!(is_reserved_name("C1ty IT", &profile.reserved_names));
    let clocks = profile.denial_clocks(day("2026-12-02"));
    assert_eq!((clocks.clerk_by, clocks.foic_by), (day("2026-12-17"), day("2027-01-01")));
}

#[test]
fn the_two_track_notice_says_what_the_law_needs_in_both_languages() {
    let notice = norwalk().notices.two_tracks;
    for needed in ["public record", "without giving a reason", "four business days", "within 30 days", "one step"] {
        assert!(notice.text("en").contains(needed), "{needed}");
    }
    assert!(notice.text("es-US").contains("documentos públicos") && notice.text("fr") == notice.text("en"));
    assert!(!notice.text("en").contains('\n'));
}

#[test]
fn a_request_on_a_day_off_counts_as_the_profile_says() {
    let mut profile = norwalk();
    let due = |profile: &Profile| profile.records_clocks(day("2026-11-28")).due.due;
    assert_eq!(due(&profile), day("2026-12-03"));
    profile.clocks.received_when_closed = ReceivedWhenClosed::NextBusinessDay;
    assert_eq!(due(&profile), day("2026-12-04"));
}

#[test]
fn a_ground_must_be_cited_in_full() {
    let profile = norwalk();
    let codes = |code: &str, cited: &[(&str, &str)], exemption: Option<&str>| -> Vec<&'static str> {
        let cited: BTreeMap<String, String> = cited.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        profile.check_ground(code, &cited, exemption).err().unwrap_or_default().iter().map(|gap| gap.code).collect()
    };
    assert!(codes("D1", &[("statute", "PA 26-14 §13")], None).is_empty());
    assert_eq!(codes("D1", &[("statute", "  ")], None), ["cite_missing"]);
    assert_eq!(codes("D1", &[("statute", "x"), ("colour", "red")], None), ["cite_unknown"]);
    assert_eq!(codes("D2", &[("fields", "gps")], None), ["exemption_missing"]);
    assert_eq!(codes("D2", &[("fields", "gps")], Some("1-210(b)(99)")), ["exemption_unknown"]);
    assert!(codes("D2", &[("fields", "gps")], Some("1-210(b)(19)")).is_empty());
    assert_eq!(codes("D3", &[], None), ["cite_missing", "cite_missing"]);
    assert_eq!(codes("D99", &[], None), ["unknown_ground"]);
}

#[test]
fn plate_reader_data_is_prohibited_from_the_day_of_the_statute_on() {
    let profile = norwalk();
    let today = day("2026-11-23");
    let is_prohibited = |title: &str, keywords: &[&str], fields: &[&str], on: Day| {
        let (keywords, fields) = (strings(keywords), strings(fields));
        profile.prohibited(on, &subject(title, &keywords, &fields)).is_some()
    };
    for title in ["ALPR reads", "Automated License Plate Reader hits", "Licence-plate detections", "ANPR flow observed"]
    {
        assert!(is_prohibited(title, &[], &[], today), "{title}");
    }
    for field in ["licensePlate", "plate_text", "vehiclePlateNotRead", "PLATE", "lpr_confidence", "vehicle_image"] {
        assert!(is_prohibited("Traffic flow", &[], &[field], today), "{field}");
    }
    assert!(is_prohibited("Traffic", &["alpr"], &[], today));
    assert!(
        !is_prohibited("ALPR reads", &[], &[], day("2026-09-30"))
            && is_prohibited("ALPR reads", &[], &[], day("2026-10-01"))
    );
    for (title, fields) in [
        ("ALPR camera locations", vec!["plate_reader_id", "geometry"]),
        ("Plate reader audit log (redacted)", vec!["agency", "day"]),
        ("Steel plates on roads", vec!["road", "thickness"]),
        ("Parking occupancy", vec!["space", "occupied"]),
        ("Dog licenses", vec!["tag_no"]),
    ] {
        assert!(!is_prohibited(title, &[], &fields, today), "{title}");
    }
    assert!(is_prohibited("ALPR camera locations", &[], &["plate"], today), "a title never lifts a finding by fields");
}

#[test]
fn the_suggested_tier_is_the_strictest_and_says_why() {
    let profile = norwalk();
    let suggest = |title: &str, fields: &[&str]| {
        let fields = strings(fields);
        profile.suggest_tier(day("2026-11-23"), &subject(title, &[], &fields))
    };
    for (title, fields, tier) in [
        ("Beach water temperature", vec!["station", "celsius"], Tier::Registered),
        ("Traffic flow", vec!["intensity", "averageVehicleSpeed"], Tier::Registered),
        ("Anpr flow", vec!["observedVehicle", "refImages"], Tier::Prohibited),
        ("Cameras", vec!["streamURL", "imageSnapshot"], Tier::Restricted),
        ("Traffic camera locations", vec!["geometry"], Tier::Registered),
        ("Speed Camera Violations", vec!["camera_id", "violations"], Tier::Restricted),
        ("Snow plow tracking", vec!["truck", "position"], Tier::Conditioned),
        ("Parking meters", vec!["meter_id", "zone"], Tier::Conditioned),
        ("Trips", vec!["mac_address", "seen_at"], Tier::Restricted),
    ] {
        let suggestion = suggest(title, &fields);
        assert_eq!(suggestion.tier, tier, "{title}: {:?}", suggestion.because);
        assert!(!suggestion.because.is_empty());
    }
    let why = suggest("Flow", &["plateText", "streamURL"]).because;
    assert!(
        why.len() == 2 && why.first().unwrap().contains("plateText") && why.first().unwrap().contains("26-14"),
        "{why:?}"
    );
}

#[test]
fn every_tier_with_keys_has_terms_limits_and_declarations() {
    let profile = norwalk();
    for tier in [Tier::Registered, Tier::Conditioned, Tier::Restricted] {
        assert!(profile.terms_for(tier).is_some() && !profile.limits_for(tier).is_empty(), "{tier:?}");
    }
    assert!(!profile.limits_for(Tier::Open).is_empty() && profile.limits_for(Tier::Prohibited).is_empty());
    let asked = |tiers: &[Tier]| profile.declarations_for(tiers).len();
    assert_eq!(
        (asked(&[Tier::Registered]), asked(&[Tier::Registered, Tier::Conditioned]), asked(&[Tier::Restricted])),
        (5, 6, 8)
    );
}

#[test]
fn the_terms_publish_with_stable_clauses_and_no_place_parameter_left() {
    let profile = norwalk();
    let mut used = BTreeSet::new();
    for source in &profile.terms {
        let markdown = profile.terms_markdown(source, read).unwrap();
        let published_at = "2026-11-23T12:00:00Z".parse().unwrap();
        let draft = TermsDraft {
            family: source.family,
            title: source.title.clone(),
            markdown,
            material: true,
            effective_at: published_at,
        };
        let terms = draft.publish(crate::domain::id::TermsId::from_uuid(uuid::Uuid::nil()), 1, published_at).unwrap();
        used.extend(terms.parameters.clone());
        let clauses: Vec<String> = terms.clauses().iter().map(ToString::to_string).collect();
        let expected = match source.family {
            TermsFamily::Standard => 33,
            TermsFamily::ClickThrough => 20,
            TermsFamily::Restricted => 39,
        };
        assert_eq!(clauses.len(), expected);
        assert!(
            clauses.contains(&"(4) Purpose limitation".to_owned())
                && clauses.contains(&"(24) Public records".to_owned())
        );
        let values = AGREEMENT_PARAMETERS.map(|name| (name.to_owned(), format!("<{name}>"))).into();
        let text = terms.render(&values).unwrap();
        assert!(!text.contains("{{") && text.contains("Nothing") && text.contains("\\<requester\\>"));
    }
    assert_eq!(used, AGREEMENT_PARAMETERS.map(String::from).into(), "each agreement parameter is used somewhere");
    let source = profile.terms.first().unwrap();
    assert_eq!(
        profile.terms_markdown(source, |_| None),
        Err(ProfileError::TermsFileMissing("terms-click-through.md".to_owned()))
    );
}

#[test]
fn clauses_keep_their_titles_over_all_families() {
    let profile = norwalk();
    let mut titles: BTreeMap<u16, String> = BTreeMap::new();
    for file in ["terms-standard.md", "terms-restricted.md", "terms-click-through.md"] {
        for line in read(file).unwrap().lines().filter_map(|line| line.strip_prefix("## (")) {
            let (number, title) = line.split_once(") ").unwrap();
            let kept = titles.entry(number.parse().unwrap()).or_insert_with(|| title.to_owned());
            assert_eq!(kept, title, "clause {number}");
        }
    }
    assert_eq!(titles.len(), 39);
    for clause in profile.prohibited_uses.iter().filter_map(|used| used.basis.as_str().strip_prefix("Terms, clause ")) {
        assert!(titles.contains_key(&clause.parse().unwrap()), "clause {clause}");
    }
}

fn changed(from: &str, to: &str) -> String {
    assert!(NORWALK.contains(from), "{from}");
    match Profile::parse(&NORWALK.replacen(from, to, 1)) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn faults_of_a_profile_are_named_in_plain_words() {
    for (from, to, says) in [
        ("city = \"Norwalk\"", "city = \"Norwalk\"\ncolour = \"blue\"", "unknown field `colour`"),
        ("city = \"Norwalk\"\n", "", "missing field `city`"),
        ("zone = \"America/New_York\"", "zone = \"America/Norwalk\"", "Norwalk"),
        ("key_prefix = \"nwk\"", "key_prefix = \"N_K\"", "small letters"),
        ("code = \"D2\"", "code = \"D1\"", "D1 stands there twice"),
        ("slug = \"police\"", "slug = \"it\"", "it stands there twice"),
        (
            "\"terms-restricted.md\"]\ntiers = [\"3\"]",
            "\"terms-restricted.md\"]\ntiers = [\"2\"]",
            "Tier 3 must have one text of terms; it has 0",
        ),
        ("email = \"it@norwalk.example\"", "email = \"it at norwalk\"", "@ sign is missing"),
        ("records_answer = { days = 4", "records_answer = { days = 0", "at least one day"),
        ("requests = 5000", "requests = 0", "neither is zero"),
        ("reminder_days = [60, 30", "reminder_days = [30, 60", "from many to few"),
        ("files = [\"terms-standard.md\"]", "files = [\"../secrets\"]", "plain file name"),
        ("default_tier = \"1\"", "default_tier = \"X\"", "Tier X needs a statute"),
        ("tier = \"3\"\nbecause = { en = \"Images", "tier = \"X\"\nbecause = { en = \"Images", "write a prohibition"),
        ("month = 11, day = 11", "month = 11, day = 31", "does not exist"),
        ("version = \"2026-11-27\"", "version = ", "line"),
    ] {
        let error = changed(from, to);
        assert!(error.contains(says), "{to}: {error}");
    }
    let twice = NORWALK.replacen("code = \"D2\"", "code = \"D1\"", 1).replacen("requests = 5000", "requests = 0", 1);
    assert!(matches!(Profile::parse(&twice), Err(ProfileError::Inconsistent(found)) if found.len() == 2));
    let long = " ".repeat(PROFILE_BYTES_MAX + 1);
    assert_eq!(Profile::parse(&long), Err(ProfileError::TooLong { bytes: PROFILE_BYTES_MAX + 1 }));
}
