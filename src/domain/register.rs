//! The public register: which small counts are kept back, so that nobody is singled out and no total gives a hidden
//! count away. Must never let a hidden count, or the fact that it is small, be computed from what is shown.
//!
//! The table is a tree: rows with cells, a total for each row, and one total of all. Totals of columns are not shown, so
//! every hidden cell stands in one sum only, and what can be inferred about it is exactly what that sum leaves open.

use std::collections::BTreeMap;

use serde::Serialize;

/// A count as the public sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Count {
    /// Shown.
    Shown(u64),
    /// Kept back.
    Hidden,
}

impl Count {
    /// The number, if it is shown.
    #[must_use]
    pub const fn shown(self) -> Option<u64> {
        match self {
            Self::Shown(count) => Some(count),
            Self::Hidden => None,
        }
    }

    /// One count alone, of which nothing else is published: a total, a number of decisions behind a median.
    #[must_use]
    pub const fn alone(count: u64, minimum: u64) -> Self {
        if count > 0 && count < minimum { Self::Hidden } else { Self::Shown(count) }
    }
}

/// Counts as they are: row, column, count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<(String, String), u64>);

impl Counts {
    /// Adds to a cell.
    pub fn add(&mut self, row: &str, column: &str, count: u64) {
        let cell = self.0.entry((row.to_owned(), column.to_owned())).or_insert(0);
        *cell = cell.saturating_add(count);
    }

    /// The table for the public, with every row and column that has a count, and those named besides.
    #[must_use]
    pub fn published(&self, columns: &[&str], minimum: u64) -> Table {
        let mut names: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        for (_, column) in self.0.keys() {
            if !names.contains(column) {
                names.push(column.clone());
            }
        }
        let mut rows: Vec<String> = self.0.keys().map(|(row, _)| row.clone()).collect();
        rows.dedup();
        let count = |row: &String, column: &String| self.0.get(&(row.clone(), column.clone())).copied().unwrap_or(0);
        let lines = rows.iter().map(|row| Line::new(names.iter().map(|column| count(row, column)), minimum));
        let mut tree = Tree { lines: lines.collect(), shows_total: true, minimum };
        tree.protect();
        tree.table(rows, names)
    }
}

/// A table for the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The total of all.
    pub total: Count,
}

/// A row of a table for the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// One count for each column.
    pub counts: Vec<Count>,
    /// Their total.
    pub total: Count,
}

impl Table {
    /// Whether anything is kept back.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        self.total == Count::Hidden
            || self.rows.iter().any(|row| row.total == Count::Hidden || row.counts.contains(&Count::Hidden))
    }
}

/// One row while it is decided what to hide.
struct Line {
    cells: Vec<(u64, bool)>,
    shows_total: bool,
}

impl Line {
    fn new(counts: impl Iterator<Item = u64>, minimum: u64) -> Self {
        let cells: Vec<_> = counts.map(|count| (count, count > 0 && count < minimum)).collect();
        let total = cells.iter().fold(0_u64, |sum, (count, _)| sum.saturating_add(*count));
        Self { cells, shows_total: total == 0 || total >= minimum }
    }

    fn total(&self) -> u64 {
        self.cells.iter().fold(0, |sum, (count, _)| sum.saturating_add(*count))
    }

    /// The hidden cells: how many, and their sum.
    fn hidden(&self) -> (u64, u64) {
        let hidden = self.cells.iter().filter(|(_, is_hidden)| *is_hidden);
        hidden.fold((0, 0), |(cells, sum), (count, _)| (cells + 1, sum.saturating_add(*count)))
    }

    /// Hides the smallest count still shown; false when none is left. Nothing counted is never hidden: it says nothing
    /// about anybody, and every hidden count is at least one.
    fn hide_one(&mut self) -> bool {
        let shown = self.cells.iter_mut().filter(|(count, is_hidden)| !*is_hidden && *count > 0);
        match shown.min_by_key(|(count, _)| *count) {
            Some((_, is_hidden)) => {
                *is_hidden = true;
                true
            }
            None => false,
        }
    }
}

struct Tree {
    lines: Vec<Line>,
    shows_total: bool,
    minimum: u64,
}

impl Tree {
    /// Whether a known sum of so many hidden counts leaves it open of each whether it is small: each is at least one, so
    /// each may be as large as the sum without one for every other.
    const fn is_safe(&self, (cells, sum): (u64, u64)) -> bool {
        cells == 0 || cells > 1 && sum.saturating_sub(cells - 1) >= self.minimum
    }

    fn protect(&mut self) {
        for at in 0..self.lines.len() {
            self.protect_line(at);
        }
        while self.shows_total && !self.is_pool_safe() {
            if !self.widen_pool() {
                self.shows_total = false;
            }
        }
    }

    /// Hides more of a row whose total is shown, until its hidden counts are safe; where that is not enough, its total.
    fn protect_line(&mut self, at: usize) {
        loop {
            let Some(line) = self.lines.get(at) else { return };
            if !line.shows_total || self.is_safe(line.hidden()) {
                return;
            }
            let Some(line) = self.lines.get_mut(at) else { return };
            if !line.hide_one() {
                line.shows_total = false;
            }
        }
    }

    /// The rows without a total share one sum: the total of all without what is shown.
    fn is_pool_safe(&self) -> bool {
        let pool: Vec<_> = self.lines.iter().filter(|line| !line.shows_total).collect();
        let hidden = pool.iter().map(|line| line.hidden());
        let all = hidden.fold((0, 0_u64), |(cells, sum), (more, by)| (cells + more, sum.saturating_add(by)));
        pool.is_empty() || pool.len() > 1 && self.is_safe(all)
    }

    /// Takes the smallest row with a total into the pool; false when none is left.
    fn widen_pool(&mut self) -> bool {
        let shown = self.lines.iter_mut().filter(|line| line.shows_total && line.total() > 0);
        let Some(line) = shown.min_by_key(|line| line.total()) else { return false };
        line.shows_total = false;
        line.hidden().0 > 0 || line.hide_one()
    }

    fn table(&self, rows: Vec<String>, columns: Vec<String>) -> Table {
        let count = |is_shown: bool, count: u64| if is_shown { Count::Shown(count) } else { Count::Hidden };
        let row = |(name, line): (String, &Line)| Row {
            name,
            counts: line.cells.iter().map(|(cell, is_hidden)| count(!is_hidden, *cell)).collect(),
            total: count(line.shows_total, line.total()),
        };
        let all = self.lines.iter().fold(0_u64, |sum, line| sum.saturating_add(line.total()));
        let is_shown = self.shows_total && (all == 0 || all >= self.minimum);
        Table { columns, rows: rows.into_iter().zip(&self.lines).map(row).collect(), total: count(is_shown, all) }
    }
}

/// The median of days, halves rounded up; `None` where there are fewer than `minimum`.
#[must_use]
pub fn median(days: &mut [i64], minimum: usize) -> Option<i64> {
    if days.is_empty() || days.len() < minimum {
        return None;
    }
    days.sort_unstable();
    let (low, high) = (days.get((days.len() - 1) / 2)?, days.get(days.len() / 2)?);
    Some((low + high + 1).div_euclid(2))
}

#[cfg(test)]
mod tests;
