//! How far long work is, as one line on standard error that is written over and taken away in the end. Says nothing
//! where nobody watches (a pipe, a file, a log), and never writes to standard output.

use std::io::{IsTerminal as _, Write as _};

/// Signs of the bar.
const BAR: u64 = 24;
/// Back to the begin of the line, and everything right of it away.
const OVER: &str = "\r\x1b[K";

/// One piece of long work. The line is taken away when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    is_watched: bool,
    shown: String,
}

impl Progress {
    /// Begins; `what` says what is being done, such as “Replaying”.
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, is_watched: std::io::stderr().is_terminal(), shown: String::new() }
    }

    /// Shows that `done` of `total` is done; a total of nought is not known. Writes only when the line would change,
    /// so that it may be called as often as one likes.
    pub(crate) fn at(&mut self, done: u64, total: u64) {
        if !self.is_watched {
            return;
        }
        let line = line(self.what, done, total);
        if line != self.shown {
            write(&format!("{OVER}{line}"));
            self.shown = line;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.shown.is_empty() {
            write(OVER);
        }
    }
}

/// A number of things, as [`Progress::at`] takes it.
pub(crate) fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

/// A terminal that went away is no reason to stop the work.
fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    let _nobody_watches = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn line(what: &str, done: u64, total: u64) -> String {
    let done = if total == 0 { done } else { done.min(total) };
    let share = |whole: u64| done.saturating_mul(whole).checked_div(total);
    let (Some(signs), Some(percent)) = (share(BAR), share(100)) else { return format!("{what} … {}", rounded(done)) };
    let bar: String = (0..BAR).map(|place| if place < signs { '#' } else { '.' }).collect();
    format!("{what} [{bar}] {percent:>3} %")
}

/// Two leading digits, so that a line without an end changes seldom.
fn rounded(done: u64) -> u64 {
    let mut step = 1_u64;
    while done.checked_div(step).is_some_and(|left| left >= 100) {
        step = step.saturating_mul(10);
    }
    done.checked_div(step).unwrap_or(0).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_of_the_whole_is_done() {
        for (done, total, expected) in [
            (0, 4, "Replaying [........................]   0 %"),
            (1, 4, "Replaying [######..................]  25 %"),
            (4, 4, "Replaying [########################] 100 %"),
            (9, 4, "Replaying [########################] 100 %"),
            (7, 0, "Replaying … 7"),
            (12_345, 0, "Replaying … 12000"),
        ] {
            assert_eq!(line("Replaying", done, total), expected);
        }
    }

    #[test]
    fn where_nobody_watches_nothing_is_written() {
        let mut progress = Progress { what: "Replaying", is_watched: false, shown: String::new() };
        progress.at(1, 2);
        assert!(progress.shown.is_empty());
    }
}
