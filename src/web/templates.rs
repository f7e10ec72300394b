//! The template engine over the embedded `templates/`, with the few filters pages need. Everything printed is escaped
//! unless a template says `| safe`, which only parts that wrap a body may.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use include_dir::{Dir, include_dir};
use tera::{Context, Function, Kwargs, State, Tera, Value};

use crate::domain::language::Language;
use crate::words::{Value as MessageValue, Voice, Words, WordsError, day_in_words, grouped, moment_in_words};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// A template that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file that is not UTF-8.
    #[error("the template {0} is not UTF-8")]
    NotText(String),
    /// A template that does not parse or names something unknown.
    #[error("the templates do not compile: {0}")]
    Broken(#[from] tera::Error),
    /// Message files that cannot be used.
    #[error(transparent)]
    Words(#[from] WordsError),
}

/// The compiled templates, once for each language: what differs is only what `t`, `rich`, `say` and the dates write.
#[derive(Debug)]
pub struct Templates(BTreeMap<Language, Tera>);

impl Templates {
    /// Compiles every embedded `.html` and `.txt` file; times are shown in `zone`, sentences in the words of `voice`.
    ///
    /// # Errors
    /// The first file that is not text, what tera says about the set, or message files that cannot be used.
    pub fn embedded(zone: Tz, voice: &Voice) -> Result<Self, TemplateError> {
        Self::with_extra(zone, voice, &[])
    }

    /// The embedded ones and some more (for tests).
    pub(crate) fn with_extra(zone: Tz, voice: &Voice, extra: &[(&str, &str)]) -> Result<Self, TemplateError> {
        let mut tera = Tera::default();
        register(&mut tera, voice, (Language::English, zone));
        let mut files: Vec<(String, &str)> = Vec::new();
        collect(&EMBEDDED, &mut files)?;
        files.extend(extra.iter().map(|(name, text)| ((*name).to_owned(), *text)));
        tera.add_raw_templates(files)?;
        let in_language = |language| {
            let mut own = tera.clone();
            register(&mut own, voice, (language, zone));
            (language, own)
        };
        Ok(Self(Language::ALL.into_iter().map(in_language).collect()))
    }

    /// Renders one in a language.
    ///
    /// # Errors
    /// An unknown name, an undefined variable, a wrong argument.
    pub fn render(&self, language: Language, name: &str, context: &Context) -> Result<String, tera::Error> {
        let tera = self.0.get(&language).ok_or_else(|| tera::Error::message("a language without templates"))?;
        tera.render(name, context)
    }

    /// Every template's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values().take(1).flat_map(Tera::get_template_names)
    }
}

fn collect(dir: &'static Dir<'static>, files: &mut Vec<(String, &str)>) -> Result<(), TemplateError> {
    for file in dir.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        if file.path().extension().is_some_and(|ending| ending == "html" || ending == "txt") {
            let text = file.contents_utf8().ok_or_else(|| TemplateError::NotText(name.clone()))?;
            files.push((name, text));
        }
    }
    dir.dirs().try_for_each(|inner| collect(inner, files))
}

fn register(tera: &mut Tera, voice: &Voice, (language, zone): (Language, Tz)) {
    let words = voice.words();
    let voice = voice.clone();
    tera.register_filter("datetime", move |text: &str, _: Kwargs, _: &State| datetime(language, text, zone));
    tera.register_filter("date", move |text: &str, _: Kwargs, _: &State| date(language, text, zone));
    tera.register_filter("number", |value: f64, _: Kwargs, _: &State| grouped(value));
    tera.register_filter("bytes", |value: f64, _: Kwargs, _: &State| bytes(value));
    tera.register_filter("say", move |value: &Value, _: Kwargs, _: &State| said(&voice, language, value));
    tera.register_function("t", Message { words, language, is_rich: false });
    tera.register_function("rich", Message { words, language, is_rich: true });
}

/// `t(key="…", name=value …)`: a message as text. `rich(…)`: a message with tags of its own, its values escaped.
struct Message {
    words: &'static Words,
    language: Language,
    is_rich: bool,
}

impl Function<Result<String, tera::Error>> for Message {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> Result<String, tera::Error> {
        let key: &str = kwargs.must_get("key")?;
        let mut values: Vec<(&str, MessageValue<'_>)> = Vec::new();
        for (name, value) in kwargs.iter() {
            let Some(name) = name.as_str().filter(|name| *name != "key") else { continue };
            values.push((name, self.value(value, state)?));
        }
        self.words.message(self.language, key, &values).map_err(|error| tera::Error::message(error.to_string()))
    }

    fn is_safe(&self) -> bool {
        self.is_rich
    }
}

impl Message {
    fn value(&self, value: &Value, state: &State<'_>) -> Result<MessageValue<'static>, tera::Error> {
        if let Some(number) = value.as_f64() {
            return Ok(number.into());
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(if self.is_rich && !value.is_safe() { state.escape(&text)?.into() } else { text.into() })
    }
}

/// `text | say`: a sentence of the rules, in this language. Anything else passes as it is.
fn said(voice: &Voice, language: Language, value: &Value) -> Value {
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => Value::from(voice.say(language, text)),
        None => value.clone(),
    }
}

/// `2026-03-01T17:05:00Z` as `March 1, 2026, 12:05 PM EST` in the city's zone.
fn datetime(language: Language, text: &str, zone: Tz) -> Result<String, tera::Error> {
    let instant = instant(text).ok_or_else(|| tera::Error::message(format!("“{text}” is not an instant")))?;
    Ok(moment_in_words(language, &instant.with_timezone(&zone)))
}

/// A day as `March 1, 2026`; an instant as its day in the city.
fn date(language: Language, text: &str, zone: Tz) -> Result<String, tera::Error> {
    let day = text.parse::<NaiveDate>().ok().or_else(|| instant(text).map(|at| at.with_timezone(&zone).date_naive()));
    let day = day.ok_or_else(|| tera::Error::message(format!("“{text}” is not a day")))?;
    Ok(day_in_words(language, day))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// `1536000` as `1.5 MB` (decimal units).
fn bytes(value: f64) -> String {
    let mut size = value;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if size < 1_000.0 {
            let decimals = usize::from(unit != "bytes" && size < 100.0);
            return format!("{size:.decimals$} {unit}");
        }
        size /= 1_000.0;
    }
    format!("{size:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::America::New_York;

    #[test]
    fn times_are_shown_in_the_citys_zone() {
        assert_eq!(datetime(Language::English, "2026-03-01T17:05:00Z", ZONE).unwrap(), "March 1, 2026, 12:05 PM EST");
        assert_eq!(datetime(Language::English, "2026-07-01T03:30:00.123456Z", ZONE).unwrap(), "June 30, 2026, 11:30 PM EDT");
        assert_eq!(date(Language::English, "2026-07-01T03:30:00Z", ZONE).unwrap(), "June 30, 2026");
        assert_eq!(date(Language::English, "2026-07-01", ZONE).unwrap(), "July 1, 2026");
        assert!(datetime(Language::English, "yesterday", ZONE).is_err() && date(Language::English, "2026-13-01", ZONE).is_err());
    }

    #[test]
    fn numbers_are_grouped_and_sizes_have_units() {
        let cases = [(0.0, "0"), (999.0, "999"), (1000.0, "1,000"), (-1_234_567.891, "-1,234,567.89"), (0.5, "0.50")];
        for (value, text) in cases {
            assert_eq!(grouped(value), text);
        }
        for (value, text) in
            [(0.0, "0 bytes"), (999.0, "999 bytes"), (1_536_000.0, "1.5 MB"), (250e3, "250 kB"), (2e12, "2.0 TB")]
        {
            assert_eq!(bytes(value), text);
        }
    }
}
