//! The template engine over the embedded `templates/`, with the few filters pages need. Everything printed is escaped
//! unless a template says `| safe`, which only parts that wrap a body may.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use include_dir::{Dir, include_dir};
use tera::{Context, Kwargs, State, Tera};

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
}

/// The compiled templates.
#[derive(Debug)]
pub struct Templates(Tera);

impl Templates {
    /// Compiles every embedded `.html` and `.txt` file; times are shown in `zone`.
    ///
    /// # Errors
    /// The first file that is not text, or what tera says about the set.
    pub fn embedded(zone: Tz) -> Result<Self, TemplateError> {
        Self::with_extra(zone, &[])
    }

    /// The embedded ones and some more (for tests).
    pub(crate) fn with_extra(zone: Tz, extra: &[(&str, &str)]) -> Result<Self, TemplateError> {
        let mut tera = Tera::default();
        register(&mut tera, zone);
        let mut files: Vec<(String, &str)> = Vec::new();
        collect(&EMBEDDED, &mut files)?;
        files.extend(extra.iter().map(|(name, text)| ((*name).to_owned(), *text)));
        tera.add_raw_templates(files)?;
        Ok(Self(tera))
    }

    /// Renders one.
    ///
    /// # Errors
    /// An unknown name, an undefined variable, a wrong argument.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, tera::Error> {
        self.0.render(name, context)
    }

    /// Every template's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.get_template_names()
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

fn register(tera: &mut Tera, zone: Tz) {
    tera.register_filter("datetime", move |text: &str, _: Kwargs, _: &State| datetime(text, zone));
    tera.register_filter("date", move |text: &str, _: Kwargs, _: &State| date(text, zone));
    tera.register_filter("number", |value: f64, _: Kwargs, _: &State| number(value));
    tera.register_filter("bytes", |value: f64, _: Kwargs, _: &State| bytes(value));
}

/// `2026-03-01T17:05:00Z` as `March 1, 2026, 12:05 PM EST` in the city's zone.
fn datetime(text: &str, zone: Tz) -> Result<String, tera::Error> {
    let instant = instant(text).ok_or_else(|| tera::Error::message(format!("“{text}” is not an instant")))?;
    Ok(instant.with_timezone(&zone).format("%B %-d, %Y, %-I:%M %p %Z").to_string())
}

/// A day as `March 1, 2026`; an instant as its day in the city.
fn date(text: &str, zone: Tz) -> Result<String, tera::Error> {
    let day = text.parse::<NaiveDate>().ok().or_else(|| instant(text).map(|at| at.with_timezone(&zone).date_naive()));
    let day = day.ok_or_else(|| tera::Error::message(format!("“{text}” is not a day")))?;
    Ok(day.format("%B %-d, %Y").to_string())
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// `1234567.891` as `1,234,567.89`; whole numbers without decimals.
fn number(value: f64) -> String {
    let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |dot| text.split_at(dot));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
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
        assert_eq!(datetime("2026-03-01T17:05:00Z", ZONE).unwrap(), "March 1, 2026, 12:05 PM EST");
        assert_eq!(datetime("2026-07-01T03:30:00.123456Z", ZONE).unwrap(), "June 30, 2026, 11:30 PM EDT");
        assert_eq!(date("2026-07-01T03:30:00Z", ZONE).unwrap(), "June 30, 2026");
        assert_eq!(date("2026-07-01", ZONE).unwrap(), "July 1, 2026");
        assert!(datetime("yesterday", ZONE).is_err() && date("2026-13-01", ZONE).is_err());
    }

    #[test]
    fn numbers_are_grouped_and_sizes_have_units() {
        let cases = [(0.0, "0"), (999.0, "999"), (1000.0, "1,000"), (-1_234_567.891, "-1,234,567.89"), (0.5, "0.50")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        for (value, text) in
            [(0.0, "0 bytes"), (999.0, "999 bytes"), (1_536_000.0, "1.5 MB"), (250e3, "250 kB"), (2e12, "2.0 TB")]
        {
            assert_eq!(bytes(value), text);
        }
    }
}
