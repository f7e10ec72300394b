use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn draft(markdown: &str) -> TermsDraft {
    TermsDraft {
        family: TermsFamily::Standard,
        title: Line::parse("title", "Standard terms").unwrap(),
        markdown: markdown.to_owned(),
        material: true,
        effective_at: at("2026-12-01T00:00:00Z"),
    }
}

fn published(markdown: &str, number: u32) -> TermsVersion {
    let id = TermsId::from_uuid(Uuid::from_u128(u128::from(number)));
    draft(markdown).publish(id, number, at("2026-11-23T12:00:00Z")).unwrap()
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn values_are_filled_in_and_gaps_are_named() {
    let terms = published("# T\n\n{{ requester }} and {{project}}, again {{ requester }}.", 1);
    assert_eq!(terms.parameters, ["requester", "project"]);
    let text = terms.render(&values(&[("requester", "Ada"), ("project", "Park (finder)"), ("purpose", "x")])).unwrap();
    assert_eq!(text, "# T\n\nAda and Park \\(finder\\), again Ada.\n");
    let gap = terms.render(&values(&[("requester", "Ada"), ("projct", "x")])).unwrap_err();
    assert_eq!((gap.missing, gap.unknown), (vec!["project".to_owned()], vec!["projct".to_owned()]));
    assert!(terms.preview().contains("\\[requester\\]"));
}

#[test]
fn a_value_is_never_a_template() {
    let terms = published("{{ requester }} / {{ project }}", 1);
    let text = terms.render(&values(&[("requester", "{{ project }}"), ("project", "{% raw %}")])).unwrap();
    assert_eq!(text, "\\{\\{ project \\}\\} / \\{% raw %\\}\n");
}

#[test]
fn bad_texts_are_not_published() {
    let publish =
        |markdown: &str| draft(markdown).publish(TermsId::from_uuid(Uuid::nil()), 1, at("2026-11-23T00:00:00Z"));
    for (markdown, code) in [
        ("", "required"),
        ("hello {{ requester", "placeholder"),
        ("hello {{ Requester }}", "placeholder"),
        ("hello {{ a b }}", "placeholder"),
        ("hello {{}}", "placeholder"),
        ("hello {{ nobody }}", "unknown_parameter"),
        ("## (4) One\n\n## (4) Two", "clause_repeated"),
        (&"x".repeat(TERMS_BYTES_MAX + 1), "too_long"),
    ] {
        assert_eq!(publish(markdown).unwrap_err().code, code);
    }
    assert!(publish(&"x".repeat(TERMS_BYTES_MAX)).is_ok());
    let late = draft("x").publish(TermsId::from_uuid(Uuid::nil()), 1, at("2027-01-01T00:00:00Z"));
    assert_eq!(late.unwrap_err().code, "effective_before_published");
}

#[test]
fn the_hash_is_of_the_text_and_not_of_its_line_ends() {
    let (one, two) = (published("a\r\nb\r\n\r\n", 1), published("\na\nb", 1));
    assert_eq!(one.hash, two.hash);
    assert_ne!(one.hash, published("a\nb ", 1).hash);
    assert_eq!(
        TextHash::of("abc").to_string(),
        "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb",
        "SHA-256 of `abc` and a line feed"
    );
    assert_eq!(one.hash.to_string().parse(), Ok(one.hash));
    for bad in ["", "zz", &"0".repeat(63), &"0".repeat(66), &"é".repeat(64)] {
        assert!(bad.parse::<TextHash>().is_err());
    }
    let mut changed = one.clone();
    changed.markdown.push('!');
    assert!(one.is_intact() && !changed.is_intact());
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<TermsVersion>(&json).unwrap(), one);
}

#[test]
fn only_the_current_text_can_be_accepted() {
    let (old, new) = (published("old", 1), published("new", 2));
    assert_eq!(new.check_acceptance(AcceptedTerms { id: new.id, hash: new.hash }), Ok(()));
    assert_eq!(new.check_acceptance(AcceptedTerms { id: old.id, hash: old.hash }), Err(NotAccepted::OtherVersion));
    assert_eq!(new.check_acceptance(AcceptedTerms { id: new.id, hash: old.hash }), Err(NotAccepted::OtherText));
    assert_eq!(new.check_acceptance(AcceptedTerms { id: old.id, hash: new.hash }), Err(NotAccepted::OtherVersion));
}

#[test]
fn the_highest_version_in_effect_is_current() {
    let (first, mut second) = (published("one", 1), published("two", 2));
    second.effective_at = at("2027-01-01T00:00:00Z");
    let versions = [second, first];
    let number = |when: &str| current(&versions, TermsFamily::Standard, at(when)).map(|version| version.number);
    assert_eq!(number("2026-11-30T23:59:59Z"), None);
    assert_eq!(number("2026-12-01T00:00:00Z"), Some(1));
    assert_eq!(number("2027-01-01T00:00:00Z"), Some(2));
    assert!(current(&versions, TermsFamily::Restricted, at("2027-01-01T00:00:00Z")).is_none());
}

#[test]
fn clauses_are_found_by_their_numbers() {
    let terms =
        published("# Terms\n\n## (4) Purpose limitation\n\n(5) no heading\n\n### (12) Security\n##(6) no space", 1);
    let clauses = terms.clauses();
    assert_eq!(
        clauses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["(4) Purpose limitation", "(12) Security"]
    );
    assert_eq!(clauses.first().map(Clause::anchor).as_deref(), Some("clause-4"));
}

#[test]
fn families_are_read_as_they_are_written() {
    for family in TermsFamily::ALL {
        assert_eq!(TermsFamily::from_name(family.as_str()), Some(family));
        assert_eq!(serde_json::to_value(family).unwrap(), family.as_str());
    }
    assert_eq!(TermsFamily::from_name("Standard"), None);
}

proptest! {
    /// Whatever a person types is shown as that text and nothing else, wherever the placeholder stands.
    #[test]
    fn typed_text_never_becomes_markup(
        value in r"([ -~\n]|[é☃]){1,60}",
        frame in prop::sample::select(vec!["{{ project }}", "- x {{ project }} y", "1. {{ project }}", "> {{ project }}"]),
    ) {
        let terms = published(&format!("{frame}\n"), 1);
        let text = terms.render(&values(&[("project", &value)])).unwrap();
        let plain = terms.render(&values(&[("project", "v")])).unwrap();
        let shape = |markdown: &str| -> Vec<Event<'static>> {
            let events = Parser::new_ext(markdown, Options::all()).map(Event::into_static);
            events.filter(|event| matches!(event, Event::Start(_) | Event::End(_))).collect()
        };
        let mut shown = String::new();
        for event in Parser::new_ext(&text, Options::all()) {
            if let Event::Text(piece) = event {
                shown.push_str(&piece);
            } else if event == Event::HardBreak {
                shown.push('\n');
            } else {
                let is_frame = matches!(
                    event,
                    Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::BlockQuote(_)) | Event::End(_)
                );
                prop_assert!(is_frame, "{:?} from {:?}", event, text);
            }
        }
        let kept: Vec<&str> = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        prop_assert!(shown.contains(&kept.join("\n")), "{:?} is shown as {:?}", value, shown);
        if !kept.is_empty() {
            prop_assert_eq!(shape(&text), shape(&plain));
        }
    }
}

#[test]
fn a_placeholder_that_nothing_fills_is_named_with_its_line() {
    let place = BTreeMap::from([("city".to_owned(), "Norwalk".to_owned())]);
    assert!(check_placeholders("{{ city }}\n{{ requester }}", &place).is_ok());
    let rows = [
        ("a\n\n{{ city }} {{ nobody }}", "unknown_parameter", "Line 3: {{ nobody }} is no parameter"),
        ("a\n{{ Bad }}", "placeholder", "Line 2, after"),
        ("{{ city }}\n{{ open", "placeholder", "Line 2, after"),
    ];
    for (text, code, begins) in rows {
        let refused = check_placeholders(text, &place).unwrap_err();
        assert!(refused.code == code && refused.message.starts_with(begins), "{refused:?}");
    }
}
