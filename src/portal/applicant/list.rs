//! Own applications.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::standing;
use crate::cases::apply;
use crate::domain::application::Application;
use crate::domain::time::Instant;
use crate::portal::shared::Tag;
use crate::web::case::{DeskData, caller};
use crate::web::{Page, WebError};

/// What `applicant/list.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ListView {
    /// Those that wait for the reader.
    pub(super) yours: Vec<Line>,
    /// Everything else, newest first.
    pub(super) others: Vec<Line>,
}

#[derive(Debug, Serialize)]
pub(super) struct Line {
    href: String,
    number: String,
    title: String,
    datasets: String,
    tag: Tag,
    since: Instant,
}

fn line(application: &Application) -> Line {
    let datasets: Vec<&str> = application.items.iter().map(|item| item.title.as_str()).collect();
    Line {
        href: format!("/applications/{}", application.id),
        number: application.number.clone(),
        title: title(application),
        datasets: datasets.join(", "),
        tag: standing::tag(&application.state),
        since: application.submitted().map_or(application.created_at, |submission| submission.at),
    }
}

/// The project's title; a draft may have none yet.
pub(super) fn title(application: &Application) -> String {
    match application.answers.get("title") {
        "" => "Application without a title".to_owned(),
        title => title.to_owned(),
    }
}

pub(super) fn view(all: &[Application]) -> ListView {
    let waits = |application: &&Application| application.waits_for_requester();
    ListView {
        yours: all.iter().filter(waits).map(line).collect(),
        others: all.iter().filter(|application| !waits(application)).map(line).collect(),
    }
}

pub(super) async fn page(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let who = caller(&request);
    let all = desk.run(move |desk| apply::list(desk, &who)).await?;
    Page::new(&request, "My applications")?.render("applicant/list.html", &view(&all))
}
