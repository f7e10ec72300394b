//! Letters say what they were given, in the words of the template, and nothing that was typed becomes markup.

use super::*;
use crate::domain::calendar::{CalendarRules, Span};

fn book(markdown: &str) -> LetterBook {
    let text = format!("version: 7\nsubject: About {{{{number}}}}\n---\n{markdown}\n");
    LetterBook::read(&["en", "es"], |_| Some(text.clone())).unwrap()
}

#[test]
fn what_was_typed_shows_as_text_and_days_in_the_language_of_the_letter() {
    let calendar: CalendarRules =
        toml::from_str("version = \"t1\"\nweekend = [\"Sat\", \"Sun\"]\nholidays = []").unwrap();
    let due = calendar.after("2026-11-27".parse().unwrap(), Span::business(2));
    let values = Values::new()
        .line("number", "APP-2026-0042")
        .paragraphs("what", "# not a heading\n<b>bold</b> {{number}}\n\nsecond *part*")
        .bullets("list", &["one\n- two".to_owned(), "[x](https://evil.example)".to_owned()])
        .deadline(["due", "due_working"], &due)
        .paragraphs("nothing", "");
    let book = book("{{what}}\n\n{{nothing}}\n\n{{list}}\n\nBy {{due}}. {{due_working}}");
    let english = book.write(LetterKind::Denial, "en", &values).unwrap();
    assert_eq!((english.version.as_str(), english.subject.as_str()), ("7", "About APP-2026-0042"));
    assert_eq!(
        english.plain(),
        "# not a heading\n<b>bold</b> {{number}}\n\nsecond *part*\n\n- one - two\n- [x](https://evil.example)\n\n\
         By Tue Dec 1, 2026. 2 business days after Fri Nov 27, 2026 is Tue Dec 1, 2026; not counted: Sat Nov 28, 2026 \
         (Saturday), Sun Nov 29, 2026 (Sunday).\n"
    );
    let spanish = book.write(LetterKind::Denial, "es", &values).unwrap().plain();
    let last = "By mar 1 de dic de 2026. 2 días hábiles después del vie 27 de nov de 2026 es el mar 1 de dic de 2026; no \
                cuentan: sáb 28 de nov de 2026 (sábado), dom 29 de nov de 2026 (domingo).\n";
    assert!(spanish.ends_with(last), "{spanish}");
}

#[test]
fn a_letter_that_lacks_a_fact_is_not_written() {
    let error =
        book("{{what}} {{when}}").write(LetterKind::Offer, "en", &Values::new().line("number", "1")).unwrap_err();
    assert_eq!(error, LetterBookError::FactMissing("offer.en".to_owned(), vec!["what".to_owned(), "when".to_owned()]));
}

#[test]
fn templates_that_cannot_be_used_are_refused_by_name() {
    let read = |text: &'static str| LetterBook::read(&["en"], move |_| Some(text.to_owned())).unwrap_err().to_string();
    assert_eq!(
        LetterBook::read(&["en"], |_| None).unwrap_err().to_string(),
        "the profile has no letter letters/en/denial.md"
    );
    for (text, why) in [
        ("no head", "three hyphens"),
        ("subject: x\n---\ntext", "no “version:”"),
        ("version: 1\n---\ntext", "no “subject:”"),
        ("version: 1\nsubject: x\n---\n \n", "no text"),
        ("version: 1\nsubject: x\n---\n{{ Not a name }}", "placeholder"),
    ] {
        assert!(read(text).contains(why), "{text}: {}", read(text));
    }
}

#[test]
fn marks_become_plain_text() {
    let markdown = "# Title\n\nA [link](https://a.example) and **bold**\\\nnext\n\n1. one\n2. two\n   - in\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
    assert_eq!(
        to_plain(markdown),
        "Title\n\nA link (https://a.example) and bold\nnext\n\n1. one\n2. two\n  - in\n\na  b  \n1  2\n"
    );
}

#[test]
fn every_letter_of_the_profile_that_ships_is_there_in_each_language_and_both_ask_for_the_same_facts() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/profiles/norwalk-ct");
    let book = LetterBook::read(&["en", "es"], |name| std::fs::read_to_string(folder.join(name)).ok()).unwrap();
    for kind in LetterKind::ALL {
        let [english, spanish] = ["en", "es"].map(|language| book.template(*kind, language).unwrap());
        assert_eq!(english.placeholders(), spanish.placeholders(), "{kind:?}");
        assert_eq!(english.version, spanish.version, "{kind:?}: a new text is a new version in both languages");
    }
}
