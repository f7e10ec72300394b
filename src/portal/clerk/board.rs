//! The clerk's board: what is due, what comes next on each matter, and the reports that nobody has read.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::cases::board::{self, Board, Due, Matter, Unread};
use crate::domain::board::{Band, NextAct};
use crate::domain::id::DepartmentId;
use crate::domain::misuse::complaint::ComplaintKind;
use crate::domain::time::Day;
use crate::portal::deadlines::left;
use crate::portal::shared::{Names, Tag};
use crate::web::case::{DeskData, caller};
use crate::web::{Page, WebError};

/// Characters of what a matter is about.
const ABOUT_MAX: usize = 160;

/// What `clerk/board.html` shows.
#[derive(Debug, Serialize)]
struct BoardView {
    /// How many matters are overdue, due today, and due within seven days.
    overdue: usize,
    today: usize,
    near: usize,
    /// Letters that say that something came in, still to be sent.
    unacknowledged: usize,
    bands: Vec<BandView>,
    unread: Vec<UnreadLine>,
}

/// Matters that are equally near.
#[derive(Debug, Serialize)]
struct BandView {
    word: &'static str,
    due: Vec<DueLine>,
}

#[derive(Debug, Serialize)]
struct DueLine {
    kind: &'static str,
    number: String,
    about: String,
    office: String,
    path: String,
    /// What comes next; empty where somebody else must do it.
    next: &'static str,
    by: Day,
    left: String,
    tone: &'static str,
    is_law: bool,
    working: String,
}

#[derive(Debug, Serialize)]
struct UnreadLine {
    number: String,
    kind: Tag,
    to: String,
    path: String,
    since: Day,
    days: i64,
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let (board, names) = desk.run(move |desk| Ok((board::of_clerk(desk, &who)?, Names::of(desk)?))).await?;
    Page::new(&request, "Clerk’s board")?.render("clerk/board.html", &view(board, &names))
}

fn view(board: Board, names: &Names) -> BoardView {
    let count = |band: Band| board.due.iter().filter(|due| due.band == band).count();
    let is_new = |due: &&Due| due.next == Some(NextAct::Acknowledge);
    BoardView {
        overdue: count(Band::Overdue),
        today: count(Band::Today),
        near: count(Band::Near),
        unacknowledged: board.due.iter().filter(is_new).count(),
        bands: Band::ALL.into_iter().filter_map(|band| band_view(band, &board.due, names)).collect(),
        unread: board.unread.into_iter().map(|one| unread(one, names)).collect(),
    }
}

fn band_view(band: Band, due: &[Due], names: &Names) -> Option<BandView> {
    let due: Vec<_> = due.iter().filter(|one| one.band == band).map(|one| line(one, names)).collect();
    (!due.is_empty()).then(|| BandView { word: band.as_str(), due })
}

fn office(id: Option<DepartmentId>, names: &Names) -> String {
    id.map_or("City Clerk", |id| names.get(id)).to_owned()
}

fn line(due: &Due, names: &Names) -> DueLine {
    DueLine {
        kind: match due.matter {
            Matter::Appeal => "Appeal",
            Matter::Records => "Records request",
        },
        number: due.number.clone(),
        about: shortened(&due.about),
        office: office(due.department, names),
        path: due.path.clone(),
        next: due.next.map(NextAct::in_words).unwrap_or_default(),
        by: due.by,
        left: left(due.days_left),
        tone: match due.band {
            Band::Overdue => "bad",
            Band::Today => "warn",
            Band::Near => "info",
            Band::Later => "neutral",
        },
        is_law: due.matter == Matter::Records,
        working: due.working.clone(),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(ABOUT_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn unread(one: Unread, names: &Names) -> UnreadLine {
    let (text, tone) = match one.kind {
        ComplaintKind::Misuse => ("Use against the terms", "info"),
        ComplaintKind::PersonalData => ("Personal data got out", "bad"),
    };
    UnreadLine {
        number: one.number,
        kind: Tag { text, tone },
        to: office(one.to, names),
        path: one.path,
        since: one.since,
        days: one.days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_matter_is_about_is_cut_between_letters() {
        assert_eq!(shortened("Counts"), "Counts");
        let long = "ñ".repeat(ABOUT_MAX + 1);
        assert_eq!(shortened(&long).chars().count(), ABOUT_MAX + 1);
        assert!(shortened(&long).ends_with('…'));
    }
}
