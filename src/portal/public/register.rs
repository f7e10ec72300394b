//! The public register as a page, as files for spreadsheets and programs, and as news to follow. Shows what the case
//! hands over and nothing else.

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::cases::register::{self, Change, Line, Register, Wait};
use crate::domain::register::{Count, Table};
use crate::portal::shared::day_words;
use crate::web::case::DeskData;
use crate::web::{FormView, Page, Query, Site, WebError, paging, sheet};

/// It is computed anew once a minute.
const KEEP: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=60");
/// Where it stands.
const PATH: &str = "/public-register";
/// Lines of agreements on one page.
const LINES_MAX: usize = 50;

/// What `public/register.html` shows.
#[derive(Debug, Serialize)]
struct RegisterView {
    since: String,
    minimum: u64,
    lines: Vec<LineView>,
    is_searched: bool,
    found: usize,
    top: usize,
    bottom: usize,
    first: String,
    next: String,
    tables: Vec<TableView>,
    waits: Vec<WaitView>,
    changes: Vec<Change>,
}

#[derive(Debug, Serialize)]
struct LineView {
    #[serde(flatten)]
    line: Line,
    first: String,
    last: String,
}

/// A table of counts.
#[derive(Debug, Serialize)]
struct TableView {
    id: &'static str,
    title: &'static str,
    about: &'static str,
    none: &'static str,
    heads: Vec<String>,
    numeric: Vec<String>,
    rows: Vec<RowView>,
    total: String,
    has_hidden: bool,
}

#[derive(Debug, Serialize)]
struct RowView {
    name: String,
    cells: Vec<CellView>,
}

#[derive(Debug, Serialize)]
struct CellView {
    label: String,
    text: String,
    is_hidden: bool,
}

#[derive(Debug, Serialize)]
struct WaitView {
    department: String,
    decisions: CellView,
    median: String,
}

fn cell(label: &str, count: Count) -> CellView {
    let text = count.shown().map_or_else(|| "few".to_owned(), |count| count.to_string());
    CellView { label: label.to_owned(), text, is_hidden: count == Count::Hidden }
}

fn table(
    table: &Table,
    (id, title, about): (&'static str, &'static str, &'static str),
    (first, none): (&str, &'static str),
) -> TableView {
    let row = |row: &crate::domain::register::Row| {
        let counts = table.columns.iter().zip(&row.counts).map(|(column, count)| cell(column, *count));
        RowView { name: row.name.clone(), cells: counts.chain([cell("Total", row.total)]).collect() }
    };
    let mut numeric = table.columns.clone();
    numeric.push("Total".to_owned());
    TableView {
        id,
        title,
        about,
        none,
        heads: [first.to_owned()].into_iter().chain(numeric.iter().cloned()).collect(),
        numeric,
        rows: table.rows.iter().map(row).collect(),
        total: cell("", table.total).text,
        has_hidden: table.has_hidden(),
    }
}

fn wait(wait: &Wait) -> WaitView {
    let median = wait.median_days.map_or_else(|| "Too few to say".to_owned(), |days| format!("{days} days"));
    WaitView { department: wait.department.clone(), decisions: cell("Decisions", wait.decisions), median }
}

/// What is asked for: words, and which page of the agreements.
struct Asked {
    words: String,
    page: usize,
}

impl Asked {
    fn of(query: Query) -> Self {
        let query = query.lenient();
        let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, 10_000);
        Self { words: query.get("q").unwrap_or_default().trim().to_owned(), page }
    }

    /// Whether every word stands somewhere in the line.
    fn fits(&self, line: &Line) -> bool {
        let fields = [&line.agreement, &line.dataset, &line.title, &line.department, &line.holder, &line.purpose];
        let all = fields.map(|field| field.to_lowercase()).join("\n");
        self.words.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }

    fn link(&self, page: usize) -> String {
        let page = page.to_string();
        format!("{}#agreements", paging::link(PATH, [("q", self.words.as_str()), ("page", &page)]))
    }
}

fn view(register: &Register, asked: &Asked) -> RegisterView {
    let skipped = (asked.page - 1).saturating_mul(LINES_MAX);
    let fitting: Vec<&Line> = register.in_force.iter().filter(|line| asked.fits(line)).collect();
    let line =
        |line: &&Line| LineView { first: day_words(line.since), last: day_words(line.until), line: (*line).clone() };
    RegisterView {
        since: day_words(register.since),
        minimum: register.minimum,
        is_searched: !asked.words.is_empty(),
        found: fitting.len(),
        top: skipped + 1,
        bottom: fitting.len().min(skipped + LINES_MAX),
        first: if asked.page > 1 { asked.link(1) } else { String::new() },
        next: if fitting.len() > skipped + LINES_MAX { asked.link(asked.page + 1) } else { String::new() },
        lines: fitting.iter().skip(skipped).take(LINES_MAX).map(line).collect(),
        tables: vec![
            table(
                &register.denials,
                (
                    "denials",
                    "Denials",
                    "Datasets refused, by coded reason and department. A refusal for two reasons counts under both.",
                ),
                ("Reason", "Nothing was refused."),
            ),
            table(
                &register.misuse,
                ("misuse", "Misuse", "By class. What a rule notices is no finding that anybody did wrong."),
                ("Class", "Nothing was noticed."),
            ),
            table(
                &register.appeals,
                ("appeals", "Appeals", "What was appealed to the City Clerk, and how it ended."),
                ("Appealed", "Nothing was appealed."),
            ),
            table(
                &register.records,
                ("records", "Requests for records", "Public records asked for, and how that ended."),
                ("Outcome", "Nothing was asked for."),
            ),
        ],
        waits: register.waits.iter().map(wait).collect(),
        changes: register.changes.iter().take(10).cloned().collect(),
    }
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let register = desk.run(register::read).await?;
    let asked = Asked::of(query);
    let form = FormView::with([("q", &asked.words)]);
    Page::new(&request, "Public register")?.form(form).render("public/register.html", &view(&register, &asked))
}

/// The whole register for programs.
pub(super) async fn json(desk: DeskData) -> Result<HttpResponse, WebError> {
    let register = desk.run(register::read).await?;
    Ok(HttpResponse::Ok().insert_header(KEEP).json(&*register))
}

/// One table for spreadsheets.
pub(super) async fn csv(desk: DeskData, table: web::Path<String>) -> Result<HttpResponse, WebError> {
    let register = desk.run(register::read).await?;
    let table = table.into_inner();
    let sheet = register::sheet(&register, &table).ok_or_else(WebError::not_found)?;
    sheet::csv(&format!("register-{table}.csv"), sheet, None)
}

/// The newest changes as Atom (RFC 4287).
pub(super) async fn atom(request: HttpRequest, desk: DeskData) -> Result<HttpResponse, WebError> {
    let site = Site::of(&request)?;
    let (city, address) = (site.options().city.clone(), site.portal_link(PATH));
    let feed = site.portal_link(&format!("{PATH}.atom"));
    let register = desk.run(register::read).await?;
    let updated = register.changes.first().map_or(register.made_at, |change| change.at);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>{feed}</id>\n\
         <title>{}</title>\n<updated>{}</updated>\n<author><name>{}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{feed}\"/>\n<link href=\"{address}\"/>\n",
        escaped(&format!("Data agreements of the City of {city}")),
        updated.to_rfc3339(),
        escaped(&format!("City of {city}")),
    );
    for change in &register.changes {
        let Change { id, at, title } = change;
        let _infallible = writeln!(
            text,
            "<entry><id>{address}#{}</id><title>{}</title><updated>{}</updated><link href=\"{address}\"/></entry>",
            escaped(id),
            escaped(title),
            at.to_rfc3339(),
        );
    }
    text.push_str("</feed>\n");
    Ok(HttpResponse::Ok().insert_header(KEEP).content_type("application/atom+xml; charset=utf-8").body(text))
}

/// Text of XML; what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        match letter {
            '&' => kept.push_str("&amp;"),
            '<' => kept.push_str("&lt;"),
            '>' => kept.push_str("&gt;"),
            '"' => kept.push_str("&quot;"),
            _ => kept.push(letter),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Day;

    #[test]
    fn agreements_are_found_by_every_word_of_what_stands_in_their_line() {
        let day = |day| Day::from_ymd_opt(2026, 11, day).unwrap();
        let line = Line {
            agreement: "DSA-2026-0004".to_owned(),
            dataset: "parking-occupancy".to_owned(),
            title: "Parking occupancy".to_owned(),
            department: "Parking Authority".to_owned(),
            holder: "Harbor Lab".to_owned(),
            purpose: "Research".to_owned(),
            tier: "2",
            since: day(1),
            until: day(30),
        };
        for (words, fits) in
            [("", true), ("HARBOR parking", true), ("dsa-2026-0004", true), ("harbor traffic", false), ("%", false)]
        {
            let asked = Asked { words: words.to_owned(), page: 1 };
            assert_eq!(asked.fits(&line), fits, "{words}");
        }
        let asked = Asked { words: "a&b".to_owned(), page: 1 };
        assert_eq!(asked.link(3), "/public-register?q=a%26b&page=3#agreements");
    }

    #[test]
    fn what_organisations_call_themselves_is_text_in_the_feed() {
        assert_eq!(escaped("A & B <i>\u{7}\"x\""), "A &amp; B &lt;i&gt;&quot;x&quot;");
    }
}
