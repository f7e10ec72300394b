//! Redacts comma-separated values row by row: strict RFC 4180, the first row names the columns.
//!
//! The csv crate reads leniently (a quote inside a cell, a row of another width), unpacks every cell and does not say
//! where it lay; here a cell that two readers could read differently is refused, and one that no rule reaches passes byte
//! for byte. The tests hold every result against that crate. Must never let a row pass whose cells are not those of the
//! header.

use bytes::BytesMut;

use super::value::{self, Treat};
use super::{HELD_MAX, Tally, Unreadable, scan};
use crate::domain::redaction::Treatment;
use crate::domain::redaction::grid::{Grid, degrees};
use crate::domain::redaction::halves::Axis;

/// The most columns of a table.
const COLUMNS_MAX: usize = 2_000;

/// Where the reader stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the cell, or half of a doubled one.
    Quote,
    /// After a carriage return: a line feed must follow.
    Return,
}

/// A cell of a row, with its quotes, by its place in the row.
#[derive(Clone, Copy, Debug)]
struct Cell {
    from: usize,
    to: usize,
}

/// A column of the table.
#[derive(Clone, Debug)]
struct Column {
    rule: Option<u16>,
    is_dropped: bool,
    is_time: bool,
    /// Half a position, and the column of its latitude.
    half: Option<(Axis, Option<usize>)>,
}

/// The table as far as it was read.
#[derive(Debug)]
pub(super) struct Table {
    treat: Treat,
    state: State,
    /// A row that the end of a piece cut.
    cut: Vec<u8>,
    /// Bytes of the row read so far, and where its cell began.
    row_length: usize,
    cell_from: usize,
    cells: Vec<Cell>,
    columns: Option<Vec<Column>>,
    /// No row needs to be looked at again.
    is_untouched: bool,
    tally: Tally,
}

impl Table {
    pub(super) fn new(treat: Treat) -> Self {
        let tally = Tally { changed: vec![0; treat.plan.rules().len()], withheld: 0 };
        Self {
            treat,
            state: State::CellStart,
            cut: Vec::new(),
            row_length: 0,
            cell_from: 0,
            cells: Vec::new(),
            columns: None,
            is_untouched: false,
            tally,
        }
    }

    pub(super) const fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(super) fn kept_bytes(&self) -> usize {
        self.cut.capacity() + self.cells.capacity() * size_of::<Cell>()
    }

    pub(super) fn push(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let mut rest = piece;
        while let Some(length) = self.read_row(rest)? {
            let (row, after) = rest.split_at_checked(length).ok_or(Unreadable::Malformed)?;
            if self.cut.is_empty() {
                self.row(row, out)?;
            } else {
                if self.cut.len() + row.len() > HELD_MAX {
                    return Err(Unreadable::TooLarge);
                }
                let mut whole = std::mem::take(&mut self.cut);
                whole.extend_from_slice(row);
                let done = self.row(&whole, out);
                whole.clear();
                self.cut = whole;
                done?;
            }
            rest = after;
        }
        if self.cut.len() + rest.len() > HELD_MAX {
            return Err(Unreadable::TooLarge);
        }
        self.cut.extend_from_slice(rest);
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut BytesMut) -> Result<(), Unreadable> {
        if self.row_length > 0 {
            match self.state {
                State::CellStart | State::Plain | State::Quote => self.end_cell(self.row_length),
                State::Quoted | State::Return => return Err(Unreadable::CutOff),
            }
            let row = std::mem::take(&mut self.cut);
            self.row(&row, out)?;
        }
        // A table without a header is no table.
        if self.columns.is_some() { Ok(()) } else { Err(Unreadable::CutOff) }
    }

    /// Reads on to the end of the row; the length in this piece, or `None` when the piece ends before.
    fn read_row(&mut self, piece: &[u8]) -> Result<Option<usize>, Unreadable> {
        let mut at = 0;
        loop {
            let rest = piece.get(at..).unwrap_or_default();
            let skipped = match self.state {
                State::Plain => scan::plain_cell(rest),
                State::Quoted => scan::quoted_cell(rest),
                State::CellStart | State::Quote | State::Return => 0,
            };
            at += skipped;
            self.row_length += skipped;
            let Some(byte) = rest.get(skipped).copied() else { return Ok(None) };
            at += 1;
            self.row_length += 1;
            let end = self.row_length - 1;
            self.state = match (self.state, byte) {
                (State::CellStart | State::Plain | State::Quote, b',') => {
                    self.end_cell(end);
                    State::CellStart
                }
                (State::CellStart | State::Plain | State::Quote, b'\r') => {
                    self.end_cell(end);
                    State::Return
                }
                (State::CellStart | State::Plain | State::Quote, b'\n') => {
                    self.end_cell(end);
                    self.state = State::CellStart;
                    return Ok(Some(at));
                }
                (State::Return, b'\n') => {
                    self.state = State::CellStart;
                    return Ok(Some(at));
                }
                (State::CellStart | State::Quote, b'"') => State::Quoted,
                (State::Quoted, b'"') => State::Quote,
                (State::CellStart, _) => State::Plain,
                (State::Plain | State::Quoted | State::Quote | State::Return, _) => return Err(Unreadable::Malformed),
            };
            if self.cells.len() > COLUMNS_MAX {
                return Err(Unreadable::TooLarge);
            }
        }
    }

    fn end_cell(&mut self, end: usize) {
        self.cells.push(Cell { from: self.cell_from, to: end });
        self.cell_from = end + 1;
    }

    /// A whole row was read, its line end included.
    fn row(&mut self, row: &[u8], out: &mut BytesMut) -> Result<(), Unreadable> {
        let cells = std::mem::take(&mut self.cells);
        let done = self.pass_row(row, &cells, out);
        self.cells = cells;
        self.cells.clear();
        self.cell_from = 0;
        self.row_length = 0;
        done
    }

    fn pass_row(&mut self, row: &[u8], cells: &[Cell], out: &mut BytesMut) -> Result<(), Unreadable> {
        let Some(columns) = self.columns.take() else {
            let columns = self.header(row, cells)?;
            self.is_untouched = columns.iter().all(Column::is_untouched) && self.treat.plan.delay_minutes().is_none();
            let kept = columns.iter().zip(cells).filter(|(column, _)| !column.is_dropped);
            let texts = kept.map(|(_, cell)| (*cell, None)).collect::<Vec<_>>();
            write_row(row, cells, &texts, out);
            self.columns = Some(columns);
            return Ok(());
        };
        let done = self.pass_data(row, cells, &columns, out);
        self.columns = Some(columns);
        done
    }

    fn pass_data(
        &mut self,
        row: &[u8],
        cells: &[Cell],
        columns: &[Column],
        out: &mut BytesMut,
    ) -> Result<(), Unreadable> {
        let is_blank = cells.len() == 1 && cells.first().is_some_and(|cell| cell.from == cell.to);
        if is_blank && columns.len() > 1 {
            out.extend_from_slice(row);
            return Ok(());
        }
        if cells.len() != columns.len() {
            return Err(Unreadable::Malformed);
        }
        if self.is_untouched {
            out.extend_from_slice(row);
            return Ok(());
        }
        let text = |cell: &Cell| unquoted(row.get(cell.from..cell.to).unwrap_or_default());
        if self.treat.plan.delay_minutes().is_some() {
            let mut times = columns.iter().zip(cells).filter(|(column, _)| column.is_time).peekable();
            let has_time = times.peek().is_some();
            if !has_time || !times.all(|(_, cell)| self.treat.is_old_enough(&text(cell)) == Some(true)) {
                self.tally.withheld += 1;
                return Ok(());
            }
        }
        let mut written = Vec::with_capacity(cells.len());
        for (column, cell) in columns.iter().zip(cells) {
            if let Some(changed) = column.rule.and_then(|rule| self.tally.changed.get_mut(usize::from(rule))) {
                *changed += 1;
            }
            if !column.is_dropped {
                let latitude = || column.half.and_then(|(_, latitude)| cells.get(latitude?)).map(text);
                written.push((*cell, column.rule.map(|rule| self.treated(rule, column, &text(cell), latitude))));
            }
        }
        write_row(row, cells, &written, out);
        Ok(())
    }

    /// What stands in a cell instead.
    fn treated(&self, rule: u16, column: &Column, text: &[u8], latitude: impl Fn() -> Option<Vec<u8>>) -> Vec<u8> {
        let instead = match self.treat.plan.treatment(rule) {
            Treatment::Drop | Treatment::Delay { .. } => None,
            Treatment::Mask { with } => Some(with.clone()),
            Treatment::KeyedHash { .. } if text.is_empty() => None,
            Treatment::KeyedHash { rotates } => return self.treat.code(*rotates, text).to_vec(),
            Treatment::RoundTime { minutes } => value::rounded(text, *minutes),
            Treatment::CoarsenPosition { grid_feet } => {
                let grid = Grid::of_feet(*grid_feet);
                let row = |text: &[u8]| value::row(text, grid);
                match column.half {
                    Some((Axis::Latitude, _)) => row(text).map(|row| degrees(row.latitude())),
                    Some((Axis::Longitude, _)) => value::longitude(text, latitude().and_then(|text| row(&text))),
                    None => value::coarse(text, grid),
                }
            }
        };
        instead.map(String::into_bytes).unwrap_or_default()
    }

    /// Reads the names of the columns.
    fn header(&self, row: &[u8], cells: &[Cell]) -> Result<Vec<Column>, Unreadable> {
        let mut names = Vec::with_capacity(cells.len());
        for cell in cells {
            let raw = row.get(cell.from..cell.to).unwrap_or_default();
            // A table with other separators would look like one with a single, unknown column.
            let other = |byte: &u8| matches!(byte, b';' | b'\t') || (*byte == b'|' && cells.len() == 1);
            if raw.first() != Some(&b'"') && raw.iter().any(other) {
                return Err(Unreadable::Malformed);
            }
            let name = String::from_utf8(unquoted(raw)).map_err(|_checked_before| Unreadable::NotUtf8)?;
            names.push(name.trim().to_owned());
        }
        let half = |name: &str| {
            let (axis, front) = Axis::of(name.as_bytes())?;
            Some((axis, front.to_ascii_lowercase()))
        };
        let column = |name: &String| {
            let (rule, is_time) = self.treat.plan.column(name);
            let treatment = rule.map(|rule| self.treat.plan.treatment(rule));
            let is_coarse = matches!(treatment, Some(Treatment::CoarsenPosition { .. }));
            let half = half(name).filter(|_| is_coarse).map(|(axis, front)| {
                let mut latitudes = names.iter().enumerate().filter(|(_, other)| {
                    half(other).is_some_and(|(other, its)| other == Axis::Latitude && its == front)
                });
                // Two latitudes for one longitude: neither is taken.
                let only = latitudes.next().filter(|_| latitudes.next().is_none());
                (axis, only.map(|(at, _)| at))
            });
            Column { rule, is_dropped: treatment == Some(&Treatment::Drop), is_time, half }
        };
        Ok(names.iter().map(column).collect())
    }
}

impl Column {
    const fn is_untouched(&self) -> bool {
        self.rule.is_none()
    }
}

/// Writes the cells that stay, each as it was or with what stands there instead, and the line end as it was.
fn write_row(row: &[u8], cells: &[Cell], written: &[(Cell, Option<Vec<u8>>)], out: &mut BytesMut) {
    for (at, (cell, instead)) in written.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b",");
        }
        let raw = row.get(cell.from..cell.to).unwrap_or_default();
        match instead {
            None => out.extend_from_slice(raw),
            Some(text) => write_cell(text, raw.first() == Some(&b'"'), out),
        }
    }
    let end = cells.last().map_or(0, |cell| cell.to);
    out.extend_from_slice(row.get(end..).unwrap_or_default());
}

fn write_cell(text: &[u8], was_quoted: bool, out: &mut BytesMut) {
    if !was_quoted && scan::plain_cell(text) == text.len() {
        out.extend_from_slice(text);
        return;
    }
    out.extend_from_slice(b"\"");
    for part in text.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.extend_from_slice(b"\"");
        }
    }
    out.extend_from_slice(b"\"");
}

/// The text of a cell.
fn unquoted(raw: &[u8]) -> Vec<u8> {
    let Some(inside) = raw.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\"")) else { return raw.to_vec() };
    let mut text = Vec::with_capacity(inside.len());
    let mut is_doubled = false;
    for byte in inside {
        is_doubled = *byte == b'"' && !is_doubled;
        if !is_doubled {
            text.push(*byte);
        }
    }
    text
}
