//! Words to lines and lines to pages. Widths come from the fonts themselves.

use krilla::text::Font;
use rustybuzz::{Face, UnicodeBuffer, ttf_parser};

use super::blocks::{Block, Kind, Run, Style};
use super::code;

/// US Letter, in points.
pub(super) const PAGE: (f32, f32) = (612.0, 792.0);
/// Free space at each side.
pub(super) const MARGIN: f32 = 72.0;
/// Where the text ends, from the top.
const BOTTOM: f32 = PAGE.1 - 84.0;
/// How far each level of a list is set in.
const INDENT: f32 = 18.0;
/// Space between columns.
const GUTTER: f32 = 10.0;
/// What stands for a character that no font here has.
const UNKNOWN: char = '?';

/// One font, for widths and for the file.
pub(super) struct OneFace {
    face: Face<'static>,
    pub font: Font,
}

impl OneFace {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { face: Face::from_slice(bytes, 0)?, font: Font::new(bytes.into(), 0)? })
    }

    /// The width of a text in points.
    fn width(&self, text: &str, size: f32) -> f32 {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let units: f32 = shaped.glyph_positions().iter().map(|glyph| small(glyph.x_advance)).sum();
        units * size / small(self.face.units_per_em())
    }

    fn has(&self, c: char) -> bool {
        let face: &ttf_parser::Face<'_> = &self.face;
        face.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)
    }
}

/// A width in font units as a number to reckon with; every glyph is far narrower than the bound.
fn small(units: i32) -> f32 {
    f32::from(i16::try_from(units).unwrap_or(i16::MAX))
}

/// The four fonts of a text.
pub(super) struct Faces([OneFace; 4]);

impl Faces {
    pub(super) fn embedded() -> Option<Self> {
        let [regular, bold, italic, both] =
            [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF, notosans::BOLD_ITALIC_TTF];
        Some(Self([OneFace::new(regular)?, OneFace::new(bold)?, OneFace::new(italic)?, OneFace::new(both)?]))
    }

    pub(super) const fn of(&self, style: Style) -> &OneFace {
        let [regular, bold, italic, both] = &self.0;
        match (style.bold, style.italic) {
            (false, false) => regular,
            (true, false) => bold,
            (false, true) => italic,
            (true, true) => both,
        }
    }

    /// The text with what cannot be printed left out or replaced: the standards refuse a file with a missing glyph.
    pub(super) fn printable(&self, text: &str) -> String {
        let [regular, ..] = &self.0;
        let kept = text.chars().filter(|c| !is_unseen(*c));
        kept.map(|c| if c == '\n' || regular.has(c) { c } else { UNKNOWN }).collect()
    }
}

/// Marks without a shape: joiners, directions, byte order marks, control characters.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ad}')
        || (c.is_control() && c != '\n')
}

/// Text of one style at its place on a line.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub x: f32,
    pub text: String,
    pub style: Style,
}

/// One line at its place on a page.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Which block it belongs to, by its place in the row.
    pub block: usize,
    /// Whether it is the mark of a list's item rather than its text.
    pub is_mark: bool,
    pub y: f32,
    pub size: f32,
    pub pieces: Vec<Piece>,
}

/// The lines of one page.
pub(super) type PageLines = Vec<Line>;

/// How a block is set.
struct Set {
    size: f32,
    before: f32,
    left: f32,
    width: f32,
    bold: bool,
}

fn set(kind: &Kind, begins_group: bool) -> Set {
    let whole = PAGE.0 - 2.0 * MARGIN;
    match kind {
        Kind::Heading(level) => {
            let (size, before) = match level {
                1 => (17.0, 16.0),
                2 => (13.0, 14.0),
                _ => (11.0, 10.0),
            };
            Set { size, before, left: MARGIN, width: whole, bold: true }
        }
        Kind::Code { .. } => Set { size: code::SIDE, before: 8.0, left: MARGIN, width: whole, bold: false },
        Kind::Paragraph => Set { size: 10.5, before: 8.0, left: MARGIN, width: whole, bold: false },
        Kind::Item { depth, .. } => {
            let indent = INDENT * f32::from(depth.saturating_add(1));
            let before = if begins_group { 8.0 } else { 3.0 };
            Set { size: 10.5, before, left: MARGIN + indent, width: whole - indent, bold: false }
        }
        Kind::Cell { column, columns, is_head, .. } => {
            let each = (whole + GUTTER) / f32::from(*columns);
            let left = each.mul_add(f32::from(*column), MARGIN);
            Set { size: 9.5, before: if begins_group { 10.0 } else { 5.0 }, left, width: each - GUTTER, bold: *is_head }
        }
    }
}

/// Where the next line goes.
struct Pen {
    pages: Vec<PageLines>,
    y: f32,
    /// The top of the row of cells that is being set, and its lowest line so far with its page.
    row: (usize, f32),
    lowest: (usize, f32),
}

impl Pen {
    fn turn_page(&mut self) {
        self.pages.push(PageLines::new());
        self.y = MARGIN;
    }

    /// Moves down by a line, to the next page where this one is full, and says which page that is.
    fn advance(&mut self, by: f32) {
        if self.y + by > BOTTOM {
            self.turn_page();
        }
        self.y += by;
    }

    fn page(&self) -> usize {
        self.pages.len().saturating_sub(1)
    }

    fn put(&mut self, page: usize, line: Line) {
        if let Some(lines) = self.pages.get_mut(page) {
            lines.push(line);
        }
    }
}

/// Sets the blocks on pages; the one at `annex` begins a page.
pub(super) fn lay_out(blocks: &[Block], annex: usize, faces: &Faces) -> Vec<PageLines> {
    let mut pen = Pen { pages: vec![PageLines::new()], y: MARGIN, row: (0, MARGIN), lowest: (0, MARGIN) };
    for (place, block) in blocks.iter().enumerate() {
        let how = set(&block.kind, block.begins_group);
        if place == annex && place > 0 {
            pen.turn_page();
        }
        if let Kind::Code { .. } = &block.kind {
            pen.advance(how.before + how.size);
            let (page, y) = (pen.page(), pen.y);
            pen.put(page, Line { block: place, is_mark: false, y, size: how.size, pieces: Vec::new() });
            pen.lowest = (page, y);
            continue;
        }
        let lines = broken(&block.runs, faces, &how);
        let leading = how.size * 1.4;
        if let Kind::Cell { starts_row, .. } = &block.kind {
            if *starts_row {
                pen.y = pen.lowest.1.max(pen.y);
                // A row begins on one page: its cells are short.
                if pen.y + how.before + leading * 3.0 > BOTTOM {
                    pen.turn_page();
                }
                pen.y += how.before;
                pen.row = (pen.page(), pen.y);
            }
            pen.y = pen.row.1;
        } else {
            // A heading stays with what follows it.
            let needed = if matches!(block.kind, Kind::Heading(_)) { leading * 4.0 } else { leading };
            if pen.y + how.before + needed > BOTTOM {
                pen.turn_page();
            } else if pen.y > MARGIN {
                pen.y += how.before;
            }
        }
        for (number, pieces) in lines.into_iter().enumerate() {
            pen.advance(leading);
            let (page, y) = (pen.page(), pen.y);
            if let (0, Kind::Item { mark, .. }) = (number, &block.kind) {
                let mark = Piece { x: how.left - INDENT + 3.0, text: mark.clone(), style: Style::default() };
                pen.put(page, Line { block: place, is_mark: true, y, size: how.size, pieces: vec![mark] });
            }
            pen.put(page, Line { block: place, is_mark: false, y, size: how.size, pieces });
        }
        if matches!(block.kind, Kind::Cell { .. }) {
            pen.lowest =
                if pen.page() == pen.lowest.0 { (pen.page(), pen.lowest.1.max(pen.y)) } else { (pen.page(), pen.y) };
        } else {
            pen.lowest = (pen.page(), pen.y);
        }
    }
    pen.pages
}

/// The runs of a block broken into lines no wider than it may be.
fn broken(runs: &[Run], faces: &Faces, how: &Set) -> Vec<Vec<Piece>> {
    let mut breaker = Breaker { faces, how, lines: Vec::new(), line: Vec::new(), x: 0.0 };
    for run in runs {
        let style = Style { bold: run.style.bold || how.bold, italic: run.style.italic };
        let text = faces.printable(&run.text);
        for (number, part) in text.split('\n').enumerate() {
            if number > 0 {
                breaker.end_line();
            }
            part.split_inclusive(' ').for_each(|word| breaker.word(word, style));
        }
    }
    breaker.end_line();
    breaker.lines
}

struct Breaker<'a> {
    faces: &'a Faces,
    how: &'a Set,
    lines: Vec<Vec<Piece>>,
    line: Vec<Piece>,
    x: f32,
}

impl Breaker<'_> {
    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.x = 0.0;
    }

    fn word(&mut self, word: &str, style: Style) {
        let seen = self.faces.of(style).width(word.trim_end(), self.how.size);
        if self.x > 0.0 && self.x + seen > self.how.width {
            self.end_line();
        }
        if seen <= self.how.width {
            return self.put(word, style);
        }
        // Longer than a line, such as a hash or an address: broken wherever it must be.
        let mut part = String::new();
        for c in word.chars() {
            part.push(c);
            if self.faces.of(style).width(&part, self.how.size) > self.how.width {
                part.pop();
                self.put(&part, style);
                self.end_line();
                part = c.to_string();
            }
        }
        self.put(&part, style);
    }

    fn put(&mut self, text: &str, style: Style) {
        // A line does not begin with a space.
        let text = if self.line.is_empty() { text.trim_start() } else { text };
        if text.is_empty() {
            return;
        }
        match self.line.last_mut() {
            Some(piece) if piece.style == style => piece.text.push_str(text),
            Some(_) | None => {
                self.line.push(Piece { x: self.how.left + self.x, text: text.to_owned(), style });
            }
        }
        self.x += self.faces.of(style).width(text, self.how.size);
    }
}
