//! What an English text of a page is called in the language of a walk: tests name links, buttons and labels in English,
//! and the walk in Spanish presses what stands in their place.

use std::collections::HashMap;
use std::path::Path;

use accord::app::profile_files::local_texts;
use accord::domain::language::Language;
use accord::words::Voice;
use regex::{Captures, Regex};

/// A message with values: what the English looks like, and the other text with the names of its values.
#[derive(Debug)]
struct Pattern {
    english: Regex,
    other: String,
}

/// Translates names of things on pages.
pub(crate) struct Tongue {
    language: Language,
    voice: Voice,
    whole: HashMap<String, Vec<String>>,
    patterns: Vec<Pattern>,
}

impl Tongue {
    /// Reads the messages of `language`; none for English, which is what tests say.
    pub(crate) fn of(language: &str) -> Option<Self> {
        let language = Language::of_tag(language).filter(|language| *language != Language::English)?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let profile = std::fs::read_to_string(root.join("config/profiles/norwalk-ct/profile.toml")).unwrap();
        let voice = Voice::of_place(local_texts(&profile)).unwrap();
        let words = root.join("templates/words");
        let (english, other) = (messages(&words.join("en")), messages(&words.join(language.tag())));
        let mut tongue = Self { language, voice, whole: HashMap::new(), patterns: Vec::new() };
        for (key, text) in english {
            let Some(other) = other.get(&key).cloned() else { continue };
            for (link, its) in links(&text).zip(links(&other)) {
                tongue.whole.entry(link).or_default().push(its);
            }
            if text.contains('{') {
                tongue.patterns.push(Pattern { english: shape(&text), other });
            } else {
                tongue.whole.entry(text).or_default().push(other);
            }
        }
        Some(tongue)
    }

    /// Every text that may stand in the place of this one; the same where it is no text of ours.
    pub(crate) fn all(&self, english: &str) -> Vec<String> {
        let mut found = self.whole.get(english).cloned().unwrap_or_default();
        let said = self.voice.say(self.language, english);
        if said != english {
            found.push(said);
        }
        if found.is_empty() {
            for pattern in &self.patterns {
                if let Some(values) = pattern.english.captures(english) {
                    found.push(filled(&pattern.other, &values, |value| self.voice.say(self.language, value)));
                }
            }
        }
        if found.is_empty() {
            found.push(english.to_owned());
        }
        found
    }
}

/// The messages of one line by their keys.
fn messages(folder: &Path) -> HashMap<String, String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let lines: Vec<String> = files.flat_map(|file| file.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.iter().filter_map(|line| line.split_once(" = ")).map(|(key, text)| (key.into(), text.into())).collect()
}

/// The words of the links inside a message.
fn links(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("<a ")
        .skip(1)
        .filter_map(|rest| rest.split_once('>')?.1.split_once("</a>").map(|(words, _)| words.to_owned()))
}

fn value_of() -> Regex {
    Regex::new(r"\{ *\$([a-z_]+) *\}").unwrap()
}

fn shape(english: &str) -> Regex {
    let (mut source, mut from) = (String::from("^"), 0);
    for value in value_of().captures_iter(english) {
        let whole = value.get(0).unwrap();
        source.push_str(&regex::escape(&english[from..whole.start()]));
        source.push_str(&format!("(?P<{}>.+?)", &value[1]));
        from = whole.end();
    }
    source.push_str(&regex::escape(&english[from..]));
    source.push('$');
    Regex::new(&source).unwrap_or_else(|_| Regex::new("^\\z.").unwrap())
}

fn filled(other: &str, values: &Captures<'_>, say: impl Fn(&str) -> String) -> String {
    let value = |name: &Captures<'_>| values.name(&name[1]).map(|value| say(value.as_str())).unwrap_or_default();
    value_of().replace_all(other, value).into_owned()
}
