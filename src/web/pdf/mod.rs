//! A Markdown text as a PDF that is fit to be kept and to be read aloud: PDF/A-2a and PDF/UA-1, tagged, with its fonts
//! inside, and behind it, on pages of its own, what proves it. The same text always gives the same bytes, so that a copy can be compared. Must never print what is not in
//! the text or behind it: the foot of a page holds only its number, the title and the hash of the text.

mod blocks;
mod code;
mod draw;
mod lines;

use chrono::{Datelike as _, Timelike as _};
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::metadata::{DateTime, Metadata};

use crate::domain::time::Instant;

/// A text to print.
#[derive(Clone, Copy, Debug)]
pub struct Paper<'a> {
    /// Its title, for the window and the foot.
    pub title: &'a str,
    /// Its language tag.
    pub language: &'a str,
    /// The text.
    pub markdown: &'a str,
    /// What is printed at the foot of each page beside the page's number.
    pub foot: &'a str,
    /// When the text was made.
    pub at: Instant,
    /// Who made it.
    pub author: &'a str,
    /// What stands behind it, from a new page on.
    pub annex: &'a [Part],
}

/// A piece of what stands behind a text. Nothing in it is read as Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A heading; 1 is the highest.
    Heading(u16, String),
    /// A paragraph.
    Text(String),
    /// What is known, by its name.
    Facts(Vec<(String, String)>),
    /// A QR code of an address, and what it says to somebody who cannot see it.
    Code(String, String),
}

/// Why a PDF could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the PDF could not be made: {0}")]
pub struct PdfError(String);

impl PdfError {
    fn new(why: &impl std::fmt::Debug) -> Self {
        Self(format!("{why:?}"))
    }
}

/// Prints a text.
///
/// # Errors
/// [`PdfError`] where the text cannot be printed under the two standards.
pub fn print(paper: Paper<'_>) -> Result<Vec<u8>, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError::new(&error))?;
    let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
    let mut document = krilla::Document::new_with(settings);
    document.set_metadata(metadata(paper));
    let faces = lines::Faces::embedded().ok_or_else(|| PdfError("a font is broken".to_owned()))?;
    let (blocks, annex) = blocks_of(paper);
    let pages = lines::lay_out(&blocks, annex, &faces);
    draw::draw(&mut document, (&blocks, &pages), &faces, paper)?;
    document.finish().map_err(|error| PdfError::new(&error))
}

/// The blocks of a paper, and at which of them what stands behind the text begins.
fn blocks_of(paper: Paper<'_>) -> (Vec<blocks::Block>, usize) {
    let mut all = blocks::read(paper.markdown);
    let annex = all.len();
    all.extend(paper.annex.iter().flat_map(blocks::of_part));
    blocks::even_out(&mut all);
    (all, annex)
}

/// The words of each page as they are printed, its foot and the marks of lists left out.
#[cfg(test)]
pub(crate) fn words_of(paper: Paper<'_>) -> Vec<String> {
    let faces = lines::Faces::embedded().unwrap();
    let (blocks, annex) = blocks_of(paper);
    let pages = lines::lay_out(&blocks, annex, &faces);
    let line = |line: &lines::Line| line.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
    let words = |page: &lines::PageLines| {
        let texts = page.iter().filter(|line| !line.is_mark).map(line);
        texts.collect::<Vec<_>>().join(" ")
    };
    pages.iter().map(words).collect()
}

fn metadata(paper: Paper<'_>) -> Metadata {
    let small = |value: u32| u8::try_from(value).unwrap_or(0);
    let at = paper.at;
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0);
    Metadata::new()
        .title(paper.title.to_owned())
        .language(paper.language.to_owned())
        .authors(vec![paper.author.to_owned()])
        .creator("Accord".to_owned())
        .creation_date(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(markdown: &str) -> Vec<u8> {
        let at = "2026-11-27T15:00:00Z".parse().unwrap();
        print(Paper { annex: &[], ..paper(markdown, at) }).unwrap()
    }

    fn paper(markdown: &str, at: Instant) -> Paper<'_> {
        Paper { title: "Letter", language: "en", markdown, foot: "SHA-256 abc", at, author: "City", annex: &[] }
    }

    #[test]
    fn what_stands_behind_a_text_begins_a_page_and_is_no_markdown() {
        let annex = [
            Part::Heading(1, "Evidence".to_owned()),
            Part::Text("**not bold** <b>".to_owned()),
            Part::Facts(vec![("Name".to_owned(), "# Ana | [x](y)".to_owned()), ("Hash".to_owned(), "ab".repeat(32))]),
            Part::Code("https://city.example/check-agreement".to_owned(), "Address of the check".to_owned()),
            Part::Text("after".to_owned()),
            Part::Facts((0..60).map(|row| (format!("Row {row}"), "value ".repeat(20))).collect()),
            Part::Code("https://city.example/check-agreement".to_owned(), "The same again".to_owned()),
        ];
        for text in ["# Text\n\nwords\n", "", "| a | b |\n|---|---|\n| one | two |\n"] {
            let whole = Paper { annex: &annex, ..paper(text, "2026-11-27T15:00:00Z".parse().unwrap()) };
            let pages = words_of(whole);
            let first = pages.iter().position(|page| page.starts_with("Evidence")).unwrap();
            assert_eq!(first, usize::from(!text.is_empty()), "{pages:?}");
            assert!(pages[first].contains("**not bold** <b>") && pages[first].contains("# Ana | [x](y)"), "{pages:?}");
            let pdf = print(whole).unwrap();
            assert_eq!(pdf, print(whole).unwrap());
            assert!(pdf.windows(7).any(|bytes| bytes == b"/Figure"), "the code is a figure with a text in its place");
        }
        let long = Part::Code("x".repeat(9_000), String::new());
        let whole = Paper { annex: &[long], ..paper("", "2026-11-27T15:00:00Z".parse().unwrap()) };
        assert!(print(whole).is_err(), "what does not fit a code is refused");
    }

    #[test]
    fn the_same_text_gives_the_same_bytes() {
        let text = "# Title\n\nSome **bold** and *slanted* text.\n\n1. one\n2. two\n";
        let first = printed(text);
        assert!(first.starts_with(b"%PDF-1.7"), "{:?}", first.get(..8));
        assert_eq!(first, printed(text));
        assert_ne!(first, printed("# Title\n\nOther\n"));
    }

    #[test]
    fn every_text_is_printed_under_both_standards() {
        let long = format!("# Long\n\n{}\n\n{}", "word ".repeat(4_000), "x".repeat(3_000));
        let texts = [
            "",
            "no heading at all",
            "### a heading of the third level first\n\n# and then the first\n",
            "# Día de José: ¿qué? “quoted” – dash … €\n\ntext\\\nnext line",
            "# 東京 \u{1f600} \u{202e}odd\n\n\u{1f468}\u{200d}\u{1f469} emoji \u{0}",
            "| a | b |\n|---|---|\n| one | two |\n| | long cell with many words that must wrap within its column, surely |\n",
            "- one\n  - two\n    - three\n- four\n\n> quoted\n\n---\n\n```\ncode\n```\n",
            "[link](https://a.example) <b>html</b> ![image](x.png)",
            &long,
        ];
        for text in texts {
            let pdf = printed(text);
            assert!(pdf.ends_with(b"%%EOF") || pdf.ends_with(b"%%EOF\n"), "{text}");
        }
        assert!(
            printed(&long).windows(11).filter(|bytes| *bytes == b"/Type /Page").count() > 4
                || printed(&long).len() > 20_000
        );
    }
}
