//! The message files: whole, used, and found again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use super::*;
use crate::domain::notice::NoticeKind;

static MISSED: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

/// Remembers a text that no message says.
pub(super) fn missed(english: &str) {
    MISSED.lock().unwrap().insert(english.to_owned());
}

fn small() -> Words {
    let english = "
hello = Hello, { $name }
days = { $count ->
    [one] one day
   *[other] { $count } days
  }
only-english = Only here
said-denied = Denied
said-state = This cannot be done now: the { $what } is { $state }.
said-wait = Wait { $seconds } seconds.
said-due = The last day is { $day }.
said-done = Done.
said-answer = Answer “{ $what }”.
";
    let spanish = "
hello = Hola, { $name }
days = { $count ->
    [one] un día
   *[other] { $count } días
  }
said-denied = denegada
said-state = No se puede hacer ahora: { $what } está { $state }.
said-wait = Espere { $seconds ->
    [one] un segundo
   *[other] { $seconds } segundos
  }.
said-due = El último día es el { $day }.
said-done = Hecho.
said-answer = Responda a “{ $what }”.
";
    let file = |language, text: &str| (language, "a.ftl".to_owned(), text.to_owned());
    Words::read(&[file(Language::English, english), file(Language::Spanish, spanish)]).unwrap()
}

#[test]
fn a_message_is_written_in_the_language_and_else_in_english() {
    let words = small();
    let name: &Values<'_> = &[("name", "Ana".into())];
    assert_eq!(words.message(Language::Spanish, "hello", name).unwrap(), "Hola, Ana");
    assert_eq!(words.message(Language::HaitianCreole, "hello", name).unwrap(), "Hello, Ana");
    assert_eq!(words.message(Language::Spanish, "only-english", &[]).unwrap(), "Only here");
    let days = |count: u32| words.message(Language::Spanish, "days", &[("count", count.into())]).unwrap();
    assert_eq!((days(1), days(2_500)), ("un día".to_owned(), "2,500 días".to_owned()));
    assert!(matches!(words.message(Language::English, "nothing", &[]), Err(WordsError::Unknown(_))));
    assert!(matches!(words.message(Language::English, "hello", &[]), Err(WordsError::Broken { .. })));
}

#[test]
fn a_sentence_of_the_rules_is_found_again_with_its_values() {
    let place = "Most calls are refused";
    let texts = BTreeMap::from(
        [("en", place), ("es", "La mayoría se rechaza")].map(|(tag, text)| (tag.to_owned(), text.to_owned())),
    );
    let place_texts = Arc::new(HashMap::from([(place.to_owned(), LocalText::ByLanguage(texts))]));
    let words = Voice { words: Box::leak(Box::new(small())), place: place_texts };
    let rows = [
        (place, "La mayoría se rechaza"),
        (
            "This cannot be done now: the Most calls are refused is Denied.",
            "No se puede hacer ahora: La mayoría se rechaza está denegada.",
        ),
        ("Denied", "denegada"),
        (
            "This cannot be done now: the parking sensor is Denied.",
            "No se puede hacer ahora: parking sensor está denegada.",
        ),
        ("Wait 1 seconds.", "Espere un segundo."),
        ("Wait 1,200 seconds.", "Espere 1,200 segundos."),
        ("The last day is Mon Nov 23, 2026.", "El último día es el lun 23 de nov de 2026."),
        ("March 1, 2026", "1 de marzo de 2026"),
        ("March 1, 2026, 12:05 PM EST", "1 de marzo de 2026, 12:05 p. m. EST"),
        ("Done. Wait 3 seconds.", "Hecho. Espere 3 segundos."),
        (
            "Fri Jul 3, 2026 (Done.), Sat Jul 4, 2026 (Denied)",
            "vie 3 de jul de 2026 (Hecho.), sáb 4 de jul de 2026 (denegada)",
        ),
        ("The last day is 2026. Wait 2 seconds.", "El último día es el 2026. Espere 2 segundos."),
        ("The last day is soon. I hope.", "El último día es el soon. I hope."),
        ("Answer “A”. Answer “B”.", "Responda a “A”. Responda a “B”."),
        ("Harbor Office. Denied. Sensors of the harbor.", "Harbor Office. denegada. Sensors of the harbor."),
        ("Denied\nMy own words", "denegada\nMy own words"),
        ("My own words", "My own words"),
    ];
    for (english, spanish) in rows {
        assert_eq!(words.say(Language::Spanish, english), spanish);
        assert_eq!(words.say(Language::English, english), english);
    }
}

#[test]
fn sentences_of_ours_typed_inside_each_other_end_somewhere() {
    let voice = Voice::of_place([]).unwrap();
    let day = "Thu Nov 26, 2026 (Saturday), ";
    for typed in ["theme: ".repeat(3_000), "Done. ".repeat(3_000), day.repeat(1_000), "Wait 1 ".repeat(2_000)] {
        assert!(!voice.say(Language::Spanish, &typed).is_empty());
    }
}

#[test]
fn a_file_that_is_no_fluent_or_says_a_key_twice_is_refused() {
    let read = |text: &str| Words::read(&[(Language::English, "bad.ftl".to_owned(), text.to_owned())]);
    for text in ["hello = { $", "a = one\na = two\n", "said-a = Yes\nsaid-b = Yes\n", "said-a = { $x } it\n"] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains("en"), "{text}: {error}");
    }
}

/// The keys of a language's files.
fn keys(language: Language) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, _, text) in embedded_files().into_iter().filter(|(of, ..)| *of == language) {
        let resource = FluentResource::try_new(text).unwrap();
        found.extend(resource.entries().filter_map(|entry| {
            let fluent_syntax::ast::Entry::Message(message) = entry else { return None };
            Some(message.id.name.to_owned())
        }));
    }
    found
}

fn files_under(root: &Path, ending: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_under(&path, ending, found);
        } else if path.extension().is_some_and(|is| is == ending) {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

fn sources(under: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    files_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join(under), ending, &mut found);
    found
}

#[test]
fn spanish_says_all_that_english_says_and_nothing_else() {
    Words::embedded().unwrap();
    let (english, spanish, creole) = (keys(Language::English), keys(Language::Spanish), keys(Language::HaitianCreole));
    let missing: Vec<_> = english.difference(&spanish).collect();
    let unknown: Vec<_> = spanish.union(&creole).filter(|key| !english.contains(*key)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "Spanish lacks {missing:#?}; English lacks {unknown:#?}");
}

#[test]
fn every_key_that_a_page_asks_for_exists_and_every_key_is_asked_for() {
    let asked = regex::Regex::new(r#"\b(?:t|rich)\(\s*key\s*=\s*"([a-z0-9-]+)"\s*(~)?"#).unwrap();
    let (mut whole, mut begun) = (BTreeSet::new(), BTreeSet::new());
    for text in sources("templates", "html").iter().chain(&sources("src", "rs")) {
        for found in asked.captures_iter(text) {
            let list = if found.get(2).is_some() { &mut begun } else { &mut whole };
            list.insert(found[1].to_owned());
        }
    }
    let known: BTreeSet<_> =
        keys(Language::English).into_iter().filter(|key| !key.starts_with(phrases::PREFIX)).collect();
    let missing: Vec<_> = whole.difference(&known).collect();
    let unused: Vec<_> =
        known.iter().filter(|key| !whole.contains(*key) && !begun.iter().any(|begin| key.starts_with(begin))).collect();
    assert!(missing.is_empty() && unused.is_empty(), "missing: {missing:#?}; not used: {unused:#?}");
}

/// Sentences that no line of the code says whole: put together from words, or said by a library.
const COMPOSED: &str = "composed.ftl";

/// The code without line continuations, so that a sentence stands in it in one piece.
fn code() -> String {
    let broken = regex::Regex::new(r"\\\n\s*").unwrap();
    broken.replace_all(&sources("src", "rs").join("\n"), "").replace("\\\"", "\"")
}

#[test]
fn every_sentence_of_the_rules_is_said_somewhere() {
    let code = code();
    let value = regex::Regex::new(r"\{ \$[a-z_0-9-]+ \}").unwrap();
    let mut lost = Vec::new();
    let english = embedded_files().into_iter().filter(|(of, file, _)| *of == Language::English && file != COMPOSED);
    for (_, _, text) in english {
        let text =
            text.replace("{\"{\"}", "{").replace("{\"}\"}", "}").replace("{\"{{\"}", "{{").replace("{\"}}\"}", "}}");
        for line in text.lines() {
            let Some((key, text)) = line.split_once(" = ").filter(|(key, _)| key.starts_with(phrases::PREFIX)) else {
                continue;
            };
            let longest = value.split(text).max_by_key(|piece| piece.len()).unwrap_or_default();
            if !code.contains(longest.trim()) {
                lost.push(format!("{key}: {longest}"));
            }
        }
    }
    assert!(lost.is_empty(), "no code says {lost:#?}");
    assert!(Words::embedded().unwrap().phrases.keys().count() > 0);
}

/// Where the rooms say a sentence to a person: what is made by these is shown on a page.
const SAYING: &str = r#"(?:Refusal::new\("[a-z_]+",|Invalid::new\([^,"]*(?:"[a-z_.]*")?[^,"]*, "[a-z_]+",|Flash::(?:good|info|warn)\(|Page::new\(&?request,|\.crumb\(|\.hint\(|errors\.add\("[a-z_.]+",)\s*(?:format!\()?\s*"((?:[^"\\]|\\.)*)""#;

/// Fewest letters of a sentence that is looked for.
const OWN_LEAST: usize = 12;

/// Said with one noun or another, each of which has its own message; or a tail that is a sentence of its own.
const SAID_OTHERWISE: &[&str] = &["This cannot be done now: the 7 is 7.", "The dataset has no redaction profile 7. 7"];

#[test]
fn what_a_room_says_to_a_person_is_said_in_spanish_too() {
    let voice = Voice::of_place([]).unwrap();
    let (saying, value) = (regex::Regex::new(SAYING).unwrap(), regex::Regex::new(r"\{[^{}]*\}").unwrap());
    let broken = regex::Regex::new(r"\\\n\s*").unwrap();
    let mut silent = BTreeSet::new();
    for room in ["portal", "web", "cases", "domain"] {
        let sources = sources(&format!("src/{room}"), "rs").into_iter();
        for source in
            sources.filter(|source| !source.contains("#[actix_web::test]") && !source.contains("struct Names;\n"))
        {
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code = broken.replace_all(code, "");
            for found in saying.captures_iter(&code) {
                let english = value.replace_all(&found[1].replace("\\\"", "\""), "7").into_owned();
                // Too short to be known again without the kind of thing that is named.
                let own = english.chars().filter(|letter| letter.is_alphabetic()).count();
                if english.contains(' ')
                    && own >= OWN_LEAST
                    && !SAID_OTHERWISE.contains(&english.as_str())
                    && voice.say(Language::Spanish, &english) == english
                {
                    silent.insert(english);
                }
            }
        }
    }
    assert!(silent.is_empty(), "{} are English only: {silent:#?}", silent.len());
}

#[test]
fn every_job_has_a_name() {
    let started = regex::Regex::new(r#"\b(?:ring|case_clock)\("([a-z ]+)""#).unwrap();
    let code = code();
    let jobs: BTreeSet<_> = started.captures_iter(&code).map(|found| found[1].replace(' ', "-")).collect();
    assert!(jobs.len() > 20, "{jobs:?}");
    let known = keys(Language::English);
    let nameless: Vec<_> =
        jobs.iter().filter(|job| *job != "test" && !known.contains(&format!("admin-job-of-{job}"))).collect();
    assert!(nameless.is_empty(), "no name on the system page: {nameless:?}");
}

#[test]
fn every_kind_of_notice_has_a_name_in_spanish() {
    let voice = Voice::of_place([]).unwrap();
    for kind in NoticeKind::ALL {
        let name = kind.as_str().replace('_', " ");
        assert_ne!(voice.say(Language::Spanish, &name), name, "{kind:?} stands in the outbox");
    }
}
