//! The queue: what waits for the department, by the day by which it is to be decided, and whose work it is.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::assignments::{With, people, with};
use crate::cases::assignment::{self, Team, Whose};
use crate::cases::review::submitted_at;
use crate::cases::{Caller, CaseError, Desk, department, review};
use crate::domain::application::{Application, Item, ItemState, State};
use crate::domain::id::DepartmentId;
use crate::domain::saved_view::ViewRoom;
use crate::domain::time::{Day, Instant, day_in};
use crate::portal::saved_views::ViewBar;
use crate::portal::shared::{Choice, Names, Tag, age_words, application_tag, is_party, tier_words};
use crate::store::applications::QueueFilter;
use crate::web::case::{DeskData, caller};
use crate::web::{CaseStaff, FormView, Page, Query, Signed, WebError, paging};

/// Rows on one page.
const ROWS_MAX: usize = 50;

/// The page `/review`.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let wanted = Wanted {
        show: query.get("show").unwrap_or("open").to_owned(),
        dataset: query.get("dataset").unwrap_or_default().to_owned(),
        words: query.get("q").unwrap_or_default().trim().to_owned(),
        assigned: query.get("assigned").unwrap_or_default().to_owned(),
        page: query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, 100),
    };
    let form = FormView::with([
        ("show", &wanted.show),
        ("dataset", &wanted.dataset),
        ("q", &wanted.words),
        ("assigned", &wanted.assigned),
    ]);
    let (caller, asked) = (caller(&request), request.query_string().to_owned());
    let view = desk
        .run(move |desk| {
            let bar = ViewBar::of(desk, &caller, ViewRoom::Queue, &asked)?;
            view(desk, &caller, &wanted, bar)
        })
        .await?;
    Page::new(&request, "Review queue")?.form(form).render("review/queue.html", &view)
}

struct Wanted {
    show: String,
    dataset: String,
    words: String,
    assigned: String,
    page: usize,
}

impl Wanted {
    /// Whose work is wanted; `None` is everybody's, as is a word that means nothing.
    fn whose(&self) -> Option<Whose> {
        match self.assigned.as_str() {
            "me" => Some(Whose::Mine),
            "nobody" => Some(Whose::Nobodys),
            account => account.parse().ok().map(Whose::Of),
        }
    }

    /// The address of a page of this queue.
    fn link(&self, page: usize) -> String {
        let page = page.to_string();
        let Self { show, dataset, words, assigned, .. } = self;
        let pairs = [("show", show), ("dataset", dataset), ("q", words), ("assigned", assigned), ("page", &page)];
        paging::link("/review", pairs.map(|(name, value)| (name, value.as_str())))
    }
}

#[derive(Debug, Serialize)]
pub(super) struct QueueView {
    pub(super) rows: Vec<Row>,
    pub(super) shows: Vec<Choice>,
    pub(super) datasets: Vec<Choice>,
    pub(super) whose: Vec<Choice>,
    pub(super) people: Vec<Choice>,
    pub(super) back: String,
    pub(super) mine: usize,
    pub(super) nobodys: usize,
    pub(super) found: usize,
    pub(super) waiting: usize,
    pub(super) overdue: usize,
    pub(super) first: String,
    pub(super) next: String,
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) is_filtered: bool,
    pub(super) bar: ViewBar,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) with: Vec<With>,
    /// What taking it sends.
    pub(super) take: String,
    pub(super) href: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) requester: String,
    pub(super) at: Instant,
    pub(super) age: String,
    pub(super) goal: Option<Day>,
    pub(super) is_overdue: bool,
    pub(super) state: Tag,
    pub(super) items: Vec<ItemLine>,
    pub(super) remarks: Vec<Tag>,
}

#[derive(Debug, Serialize)]
pub(super) struct ItemLine {
    pub(super) title: String,
    pub(super) tier: &'static str,
    pub(super) department: String,
}

const SHOWS: &[(&str, &str)] = &[
    ("open", "Waiting for our decision"),
    ("submitted", "In review"),
    ("info_requested", "Waiting for the applicant"),
    ("offered", "Offered, not signed yet"),
    ("executed", "Agreement in force"),
    ("denied", "Denied"),
    ("withdrawn", "Withdrawn"),
    ("lapsed", "Offer lapsed"),
    ("all", "Everything"),
];

fn view(desk: &Desk, caller: &Caller, wanted: &Wanted, bar: ViewBar) -> Result<QueueView, CaseError> {
    let is_open = !SHOWS.iter().any(|(word, _)| *word == wanted.show) || wanted.show == "open";
    let states = match wanted.show.as_str() {
        "all" => Vec::new(),
        _ if is_open => vec!["submitted".to_owned(), "info_requested".to_owned()],
        state => vec![state.to_owned()],
    };
    let dataset = Some(wanted.dataset.clone()).filter(|dataset| !dataset.is_empty());
    let filter = QueueFilter { states, dataset, is_open };
    let ours = caller.actor.departments(review::DESK);
    let (names, now) = (Names::of(desk)?, desk.clock.now());
    let mut all = review::queue(desk, caller, &filter)?;
    let words = wanted.words.to_lowercase();
    all.retain(|application| matches(application, &words));
    let assigned = assignment::assigned(desk, caller, &all)?;
    let fits = |one: &Application, whose| assigned.fits(one, &ours, whose, caller.actor.account);
    let (mine, nobodys) = if is_open {
        let count = |whose| all.iter().filter(|one| fits(one, whose)).count();
        (count(Whose::Mine), count(Whose::Nobodys))
    } else {
        (0, 0)
    };
    if let Some(whose) = wanted.whose() {
        all.retain(|one| fits(one, whose));
    }
    let (goals, today) = (department::goals(desk)?, day_in(desk.profile.zone, now));
    let goal = |application: &Application| review::goal(&desk.profile, &goals, application, &ours);
    let is_late = |application: &Application| goal(application).is_some_and(|day| day < today);
    let waiting = all.iter().filter(|application| application.waits_for(&ours)).count();
    let overdue = all.iter().filter(|application| is_late(application)).count();
    let skipped = (wanted.page - 1).saturating_mul(ROWS_MAX);
    let shown = all.iter().skip(skipped).take(ROWS_MAX);
    let rows: Vec<Row> = shown
        .map(|one| {
            let with = with(one, (&assigned, &names), (&ours, &caller.actor));
            let take = with.iter().find(|part| !part.take.is_empty()).map(|part| part.take.clone());
            let row = row(desk, one, (caller, &ours), (&names, now, goal(one), is_late(one)));
            Row { with, take: take.unwrap_or_default(), ..row }
        })
        .collect();
    let datasets = desk.read(|conn| crate::store::datasets::list(conn, Some(&ours)))?;
    let has_more = all.len() > skipped + rows.len();
    Ok(QueueView {
        shows: SHOWS.iter().map(|(word, label)| Choice::new(*word, *label)).collect(),
        datasets: datasets.iter().map(|set| Choice::new(set.id.to_string(), set.metadata.title.as_str())).collect(),
        whose: whose(&assigned.team),
        people: people(&assigned.team, &names, &ours),
        back: wanted.link(wanted.page),
        mine,
        nobodys,
        found: all.len(),
        waiting,
        overdue,
        first: if wanted.page > 1 { wanted.link(1) } else { String::new() },
        next: if has_more { wanted.link(wanted.page + 1) } else { String::new() },
        top: skipped + 1,
        bottom: skipped + rows.len(),
        is_filtered: !is_open || !wanted.dataset.is_empty() || !wanted.words.is_empty() || wanted.whose().is_some(),
        bar,
        rows,
    })
}

fn row(
    desk: &Desk,
    application: &Application,
    (caller, ours): (&Caller, &[DepartmentId]),
    (names, now, goal, is_overdue): (&Names, Instant, Option<Day>, bool),
) -> Row {
    let at = submitted_at(application);
    Row {
        id: application.id.to_string(),
        with: Vec::new(),
        take: String::new(),
        href: format!("/review/{}", application.id),
        number: application.number.clone(),
        title: application.answers.get("title").to_owned(),
        requester: application.requester_name.clone(),
        at,
        age: waiting_words(desk, application, at, now),
        goal,
        is_overdue,
        state: application_tag(application.state.as_str()),
        items: application.items.iter().map(|item| line(item, names)).collect(),
        remarks: remarks(application, caller, ours),
    }
}

/// How long an open application has been waiting; what is settled waits for nobody.
pub(super) fn waiting_words(desk: &Desk, application: &Application, at: Instant, now: Instant) -> String {
    let is_open = matches!(application.state, State::Submitted { .. } | State::InfoRequested { .. });
    if is_open { age_words(&desk.profile, at, now) } else { String::new() }
}

fn matches(application: &Application, words: &str) -> bool {
    let text = format!("{} {} {}", application.number, application.answers.get("title"), application.requester_name);
    let text = text.to_lowercase();
    words.split_whitespace().all(|word| text.contains(word))
}

/// Whose work can be looked for.
fn whose(team: &Team) -> Vec<Choice> {
    let fixed = [("me", "Mine, and whose I cover"), ("nobody", "Nobody’s")];
    let fixed = fixed.into_iter().map(|(value, label)| Choice::new(value, label));
    fixed.chain(team.people.iter().filter_map(|one| Some(Choice::new(one.account?.to_string(), &one.name)))).collect()
}

pub(super) const fn is_pending(item: &Item) -> bool {
    matches!(item.state, ItemState::Pending { .. })
}

fn line(item: &Item, names: &Names) -> ItemLine {
    ItemLine {
        title: item.title.clone(),
        tier: tier_words(Some(item.tier)),
        department: names.get(item.department).to_owned(),
    }
}

/// What one should know before opening the case.
fn remarks(application: &Application, caller: &Caller, ours: &[DepartmentId]) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut add = |is_so: bool, text, tone| {
        if is_so {
            found.push(Tag { text, tone });
        }
    };
    let has = |test: fn(&Item) -> bool| {
        application.items.iter().any(|item| ours.contains(&item.department) && is_pending(item) && test(item))
    };
    add(application.submissions.len() > 1, "Resubmitted", "info");
    add(application.amends.is_some(), "Amendment", "info");
    add(has(|item| matches!(item.state, ItemState::Pending { first: Some(_) })), "Second approval needed", "warn");
    add(has(|item| item.recommendation.is_some()), "Recommendation given", "neutral");
    add(application.is_recused(&caller.actor), "You stepped aside", "neutral");
    add(is_party(&caller.actor, application), "Your own application", "neutral");
    found
}
