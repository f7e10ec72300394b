//! Redaction profiles from writing to the agreement that names them, on both databases.

use secrecy::SecretString;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::apply_tests::{City, cities, code, draft, item, submit};
use super::catalogue::{self, Edit};
use super::redaction::{RuleTyped, preview, read_rules, retire_profile, save_profile, set_time_field, uses};
use super::review::{self, Decided};
use super::{CaseError, agree, apply};
use crate::domain::agreement::{Agreement, Schedule};
use crate::domain::application::State;
use crate::domain::catalogue::{Dataset, Upstream};
use crate::domain::id::{AgreementId, ApplicationId};
use crate::domain::notice::NoticeKind;
use crate::domain::redaction::{Rule, Treatment};
use crate::domain::review::{Condition, ConditionKind};
use crate::store::{agreements, audit, datasets, outbox};

fn rules(typed: &[(&str, &str, &str)]) -> Vec<Rule> {
    let rule = |(path, treatment, parameter): &(&str, &str, &str)| RuleTyped {
        path: (*path).to_owned(),
        treatment: (*treatment).to_owned(),
        parameter: (*parameter).to_owned(),
        reason: "People could be followed.".to_owned(),
    };
    read_rules(&typed.iter().map(rule).collect::<Vec<_>>()).unwrap()
}

pub(super) fn dataset(city: &City) -> Dataset {
    city.desk.desk.read(|conn| datasets::by_slug(conn, "parking")).unwrap()
}

pub(super) fn save(city: &City, name: &str, typed: &[(&str, &str, &str)]) -> Result<Dataset, CaseError> {
    let version = dataset(city).version;
    save_profile(&city.desk.desk, &city.managers[0], "parking", (name, "For the public", rules(typed)), version)
}

fn acts(city: &City) -> Vec<String> {
    let about = Some(("dataset".to_owned(), dataset(city).id.to_string()));
    let found =
        city.desk.desk.read(|conn| audit::search(conn, &audit::Search { about, ..audit::Search::default() }, 100));
    found
        .unwrap()
        .into_iter()
        .rev()
        .map(|entry| entry.act)
        .filter(|act| act.contains("redaction") || act.contains("time_field"))
        .collect()
}

fn condition(kind: ConditionKind) -> Condition {
    Condition { text: "As agreed.".to_owned(), kind, basis: String::new(), is_precedent: false }
}

fn decide(city: &City, id: ApplicationId, kinds: Vec<ConditionKind>) -> Result<State, CaseError> {
    let conditions = kinds.into_iter().map(condition).collect();
    let decided = Decided::Approve(conditions);
    review::decide(&city.desk.desk, &city.managers[0], id, item(city, id, "parking"), decided, "Fine so.")
}

/// An executed agreement under these conditions.
fn execute(city: &City, kinds: Vec<ConditionKind>) -> Agreement {
    let id = draft(city, &["parking"]);
    submit(city, id);
    let State::Offered { agreement, .. } = decide(city, id, kinds).unwrap() else { panic!("nothing to sign") };
    let signed = signature_of(city, agreement);
    assert!(matches!(apply::sign(&city.desk.desk, &city.maria, id, &signed).unwrap(), State::Executed { .. }));
    stored(city, agreement)
}

fn signature_of(city: &City, agreement: AgreementId) -> apply::Signature {
    let offered = stored(city, agreement);
    let terms = city.desk.desk.read(|conn| crate::store::terms::by_id(conn, offered.terms)).unwrap();
    apply::Signature {
        reviewed: String::new(),
        terms: terms.id.to_string(),
        terms_hash: terms.hash.to_string(),
        text_hash: offered.text_hash,
        name: "Maria Gonzalez".to_owned(),
        title: "Owner".to_owned(),
        has_authority: true,
        consents: true,
        declarations: Vec::new(),
    }
}

fn stored(city: &City, id: AgreementId) -> Agreement {
    city.desk.desk.read(|conn| agreements::by_id(conn, id)).unwrap()
}

fn in_force(city: &City, schedule: &Schedule) -> Vec<String> {
    let rules = schedule.redactions_in_force(Some(&dataset(city))).unwrap();
    rules.iter().map(|rule| format!("{} {}", rule.path, rule.treatment.word())).collect()
}

fn redaction(name: &str) -> ConditionKind {
    ConditionKind::Redaction { profile: name.to_owned() }
}

#[test]
fn a_profile_has_revisions_is_retired_and_comes_back() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let before = dataset(&city).version;
        let made = save(&city, "public", &[("plate", "drop", "")]).unwrap();
        assert_eq!((made.redactions[0].revision, made.version), (1, before + 1));
        let same = save(&city, "public", &[("plate", "drop", "")]).unwrap();
        assert_eq!((same.redactions[0].revision, same.version), (1, before + 1), "the same changes nothing");
        let changed = save(&city, " public ", &[("plate", "keyed_hash", "")]).unwrap();
        assert_eq!((changed.redactions.len(), changed.redactions[0].revision), (1, 2));
        let retired = retire_profile(desk, manager, "parking", "public", changed.version).unwrap();
        assert!(retired.redaction("public").unwrap().is_retired && retired.redactions_offered().count() == 0);
        let back = save(&city, "public", &[("plate", "keyed_hash", "")]).unwrap();
        assert_eq!((back.redactions_offered().count(), back.redactions[0].revision), (1, 3));
        assert_eq!(
            acts(&city),
            ["dataset.set_redaction", "dataset.set_redaction", "dataset.retire_redaction", "dataset.set_redaction"]
        );
        let draft = || ("public", "For the public", rules(&[("a", "drop", "")]));
        assert!(matches!(
            save_profile(desk, &city.managers[1], "parking", draft(), back.version),
            Err(CaseError::Missing)
        ));
        assert!(matches!(
            save_profile(desk, &city.reviewer, "parking", draft(), back.version),
            Err(CaseError::Missing)
        ));
        assert!(matches!(save_profile(desk, manager, "parking", draft(), 1), Err(CaseError::Stale)));
        let unknown = retire_profile(desk, manager, "parking", "nothing", back.version);
        assert!(matches!(unknown, Err(CaseError::Missing)));
        for at in 1..20 {
            save(&city, &format!("p{at}"), &[("a", "drop", "")]).unwrap();
        }
        let Err(CaseError::Invalid(faults)) = save(&city, "p20", &[("a", "drop", "")]) else { panic!("one too many") };
        assert_eq!((faults[0].field.as_str(), faults[0].code), ("name", "too_many"));
    }
}

#[test]
fn rules_as_typed_are_refused_by_their_place() {
    let rule = |path: &str, treatment: &str, parameter: &str| RuleTyped {
        path: path.to_owned(),
        treatment: treatment.to_owned(),
        parameter: parameter.to_owned(),
        reason: String::new(),
    };
    let typed =
        [rule("plate", "drop", ""), rule("$.a", "blur", ""), rule("t", "round_time", "soon"), rule("", "drop", "")];
    let faults: Vec<_> = read_rules(&typed).unwrap_err().into_iter().map(|fault| (fault.field, fault.code)).collect();
    let expected = [
        ("rules.1.path", "path_invalid"),
        ("rules.1.treatment", "treatment_unknown"),
        ("rules.2.parameter", "parameter_invalid"),
        ("rules.3.path", "path_invalid"),
    ];
    assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn a_condition_names_a_profile_that_the_dataset_offers() {
    for city in cities() {
        let id = draft(&city, &["parking"]);
        submit(&city, id);
        let refused = decide(&city, id, vec![redaction("public")]).unwrap_err();
        assert_eq!(code(&refused), "redaction_unknown");
        save(&city, "public", &[("plate", "drop", "")]).unwrap();
        save(&city, "old", &[("plate", "mask", "")]).unwrap();
        retire_profile(&city.desk.desk, &city.managers[0], "parking", "old", dataset(&city).version).unwrap();
        assert_eq!(code(&decide(&city, id, vec![redaction("old")]).unwrap_err()), "redaction_retired");
        let refused = decide(&city, id, vec![redaction("Public")]).unwrap_err().to_string();
        assert!(refused.contains("It has: public."), "{refused}");
        assert_eq!(
            code(&decide(&city, id, vec![ConditionKind::Delay { minutes: 30 }]).unwrap_err()),
            "delay_unmeasured"
        );
        assert!(matches!(decide(&city, id, vec![redaction("public")]).unwrap(), State::Offered { .. }));
    }
}

#[test]
fn an_agreement_keeps_what_was_signed_and_may_only_be_tightened() {
    for city in cities() {
        let desk = &city.desk.desk;
        save(&city, "public", &[("**.plate", "keyed_hash", ""), ("geometry", "coarsen_position", "")]).unwrap();
        let agreement = execute(&city, vec![redaction("public")]);
        let schedule = agreement.schedule("parking").unwrap();
        assert_eq!((schedule.redaction.as_deref(), schedule.redaction_revision), (Some("public"), Some(1)));
        assert_eq!(in_force(&city, schedule), ["**.plate keyed_hash", "geometry coarsen_position"]);
        let text = agree::mine(desk, &city.maria, agreement.id).unwrap().text;
        for part in [
            "Redaction profile: public, revision 1",
            "replaced by a code that changes every day",
            "1750 feet",
            "People could be followed.",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }

        // Loosened: nothing changes for who signed.
        save(&city, "public", &[("**.plate", "round_time", "5")]).unwrap();
        let schedule = stored(&city, agreement.id).schedule("parking").unwrap().clone();
        let rules = schedule.redactions_in_force(Some(&dataset(&city))).unwrap();
        let reach = crate::domain::redaction::reach::Reach::of(&rules).unwrap();
        let winner = reach.node(reach.member(reach.root(), b"plate")).whole.unwrap();
        assert!(matches!(rules[usize::from(winner)].treatment, Treatment::KeyedHash { .. }));

        // Tightened: at once, and the holder is told.
        save(&city, "public", &[("**.plate", "drop", "")]).unwrap();
        assert_eq!(in_force(&city, &schedule), ["**.plate keyed_hash", "geometry coarsen_position", "**.plate drop"]);
        retire_profile(desk, &city.managers[0], "parking", "public", dataset(&city).version).unwrap();
        assert_eq!(in_force(&city, &schedule).len(), 3, "a retired profile still counts");
        let told = desk.read(|conn| outbox::newest(conn, None, 500)).unwrap();
        let told: Vec<_> = told.iter().filter(|message| message.kind == NoticeKind::RedactionChanged).collect();
        assert_eq!(told.len(), 2, "once for each change of what the gate does");
        let changes = desk.read(|conn| crate::store::grants::changes_after(conn, 0, 1_000)).unwrap();
        let id = agreement.id.to_string();
        assert!(changes.iter().filter(|change| change.kind == "agreement" && change.id == id).count() >= 3);
        let counted = desk.read(|conn| uses(conn, &dataset(&city))).unwrap();
        assert_eq!(counted, [("public".to_owned(), 1, 1)]);
    }
}

#[test]
fn a_delay_is_judged_by_the_datasets_time_field() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let field = |path: &str| Some(path.parse().unwrap());
        let version = dataset(&city).version;
        let wild = set_time_field(desk, manager, "parking", field("**.seen"), version).unwrap_err();
        assert!(matches!(&wild, CaseError::Invalid(faults) if faults[0].code == "delay_path"), "{wild:?}");
        set_time_field(desk, manager, "parking", field("properties.seen"), version).unwrap();
        let agreement = execute(&city, vec![ConditionKind::Delay { minutes: 45 }]);
        let schedule = agreement.schedule("parking").unwrap();
        assert_eq!(schedule.redactions[0].treatment, Treatment::Delay { minutes: 45 });
        assert_eq!(in_force(&city, schedule), ["properties.seen delay"]);
        set_time_field(desk, manager, "parking", None, dataset(&city).version).unwrap();
        assert_eq!(in_force(&city, schedule), ["properties.seen delay"], "what was signed stays");
        let mut broken = schedule.clone();
        broken.redactions.clear();
        assert_eq!(broken.redactions_in_force(None), None, "a delay that is not known opens nothing");
        let named = Schedule { redaction: Some("public".to_owned()), conditions: Vec::new(), ..broken };
        assert_eq!(named.redactions_in_force(None), None, "nor does a profile that was not kept");
        assert_eq!(acts(&city), ["dataset.set_time_field", "dataset.set_time_field"]);
    }
}

/// Answers every request with this type and body; gives its address, and the requests.
pub(super) async fn upstream(
    content_type: &'static str,
    body: String,
) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4_096];
            let length = stream.read(&mut head).await.unwrap_or(0);
            tell.send(String::from_utf8_lossy(&head[..length]).into_owned()).ok();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    (format!("http://{address}/feed"), told)
}

pub(super) fn flow_from(city: &City, url: &str) {
    let (desk, manager) = (&city.desk.desk, &city.managers[0]);
    let upstream = Upstream {
        url: url.to_owned(),
        credential_header: Some("X-Feed-Key".to_owned()),
        timeout_ms: 5_000,
        bounds: crate::domain::catalogue::UpstreamBounds::default(),
    };
    let edited =
        catalogue::edit(desk, manager, "parking", Edit::Upstream(Some(upstream)), dataset(city).version).unwrap();
    let credential = SecretString::from("feed-token");
    catalogue::set_credential(desk, manager, "parking", Some(&credential), edited.version).unwrap();
}

#[tokio::test]
async fn a_steward_sees_what_rules_do_to_a_live_sample() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let try_rules = |rules: Vec<Rule>| preview(desk, manager, "parking", rules, "/latest?zone=1");
        let asked = || rules(&[("plate", "mask", ""), ("t", "delay", "60")]);
        let refused = try_rules(asked()).await.unwrap_err();
        assert_eq!(code(&refused), "upstream_needed");
        let body = r#"[{"plate":"AB-1","t":"2026-11-23T12:00:00Z"},{"plate":"AB-2","t":"2026-11-23T16:59:00Z"}]"#;
        let (url, mut told) = upstream("application/json", body.to_owned()).await;
        flow_from(&city, &url);
        let seen = try_rules(asked()).await.unwrap();
        assert_eq!(seen.before, body);
        assert_eq!(seen.after, r#"[{"plate":"***","t":"2026-11-23T12:00:00Z"}]"#);
        assert_eq!((seen.tally.changed, seen.tally.withheld, seen.refusal, seen.is_cut), (vec![2, 0], 1, None, false));
        let request = told.recv().await.unwrap().to_lowercase();
        assert!(
            request.starts_with("get /feed/latest?zone=1 ") && request.contains("x-feed-key: feed-token"),
            "{request}"
        );
        assert_eq!(acts(&city).last().unwrap(), "dataset.preview_redaction");
        let stranger = preview(desk, &city.managers[1], "parking", asked(), "/").await;
        assert!(matches!(stranger, Err(CaseError::Missing)));
        for path in ["latest", "/../x", "/a?b c", "//evil.example/"] {
            let wrong = preview(desk, manager, "parking", asked(), path).await.unwrap_err();
            assert!(matches!(&wrong, CaseError::Invalid(faults) if faults[0].field == "sample"), "{path} {wrong:?}");
        }
        let entry = city.desk.desk.read(|conn| audit::after(conn, 0, 1_000)).unwrap().pop().unwrap();
        assert_eq!(serde_json::from_str::<Value>(&entry.after).unwrap()["path"], "/latest?zone=1");
    }
}

#[tokio::test]
async fn a_sample_that_the_gate_would_refuse_says_so() {
    for city in cities() {
        let (desk, manager) = (&city.desk.desk, &city.managers[0]);
        let long = format!("[{}]", vec![r#"{"plate":"AB-1"}"#; 10_000].join(","));
        let cases = [
            ("text/html", "<p>AB-1</p>".to_owned(), "cannot redact text/html", false),
            ("application/json", "{\"plate\":\"AB-1\"".to_owned(), "cut off", false),
            ("application/json", long, "", true),
        ];
        for (content_type, body, refusal, is_cut) in cases {
            let (url, _told) = upstream(content_type, body).await;
            flow_from(&city, &url);
            let seen = preview(desk, manager, "parking", rules(&[("plate", "drop", "")]), "").await.unwrap();
            assert!(
                seen.refusal.unwrap_or_default().contains(refusal) && !seen.after.contains("AB-1"),
                "{content_type}"
            );
            assert_eq!(seen.is_cut, is_cut);
        }
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        flow_from(&city, &format!("http://{nobody}/"));
        let failed = preview(desk, manager, "parking", rules(&[("plate", "drop", "")]), "").await.unwrap_err();
        assert!(matches!(&failed, CaseError::Invalid(faults) if faults[0].code == "no_sample"), "{failed:?}");
    }
}
