//! One case: what was asked, beside the form that decides it, with the thread, the notes and what changed.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::assignments::{With, people, with};
use super::countered::{CounteredView, countered};
use super::decision::{DecisionForm, Offer, Redactions};
use super::effect::EffectView;
use super::queue::{is_pending, waiting_words};
use super::similar::{SimilarView, similar_view};
use super::texts::{TextsView, texts_view};
use super::thread::{RemarkView, Write, remarks, stepped_aside, writes};
use crate::cases::assignment::{self, Assigned};
use crate::cases::review::Similar;
use crate::cases::{Caller, CaseError, Desk, department, desk_texts, drafting, review};
use crate::domain::application::{Application, Difference, Item, ItemState, STEPS, State};
use crate::domain::department::Goals;
use crate::domain::id::{ApplicationId, DepartmentId, ItemId};
use crate::domain::people::Role;
use crate::domain::review::{Advice, Decision, Verdict};
use crate::domain::tier::Tier;
use crate::domain::time::{Day, Instant};
use crate::portal::shared::{
    Choice, ConditionView, Names, Tag, answer_words, application_tag, conditions, id_in, is_party, item_tag,
    limit_words, tier_words,
};
use crate::store::applications::Remark;
use crate::store::datasets;
use crate::web::case::{DeskData, caller};
use crate::web::{CaseStaff, Form, FormErrors, FormView, Page, Query, Signed, WebError};

/// The page `/review/{application}`; `?item=` says which item the form is for.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let item = query.lenient().get("item").and_then(|item| item.parse().ok());
    show(&request, &desk, id_in(&id)?, item, None).await
}

/// The page with what was typed and what is wrong with it, if anything was.
pub(super) async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    id: ApplicationId,
    item: Option<ItemId>,
    typed: Option<(Form, FormErrors)>,
) -> Result<HttpResponse, WebError> {
    show_with(request, desk, (id, item), typed, None).await
}

/// The same, with what the decision as typed would open.
pub(super) async fn show_with(
    request: &HttpRequest,
    desk: &DeskData,
    (id, item): (ApplicationId, Option<ItemId>),
    typed: Option<(Form, FormErrors)>,
    effect: Option<EffectView>,
) -> Result<HttpResponse, WebError> {
    let caller = caller(request);
    let form = typed.as_ref().map_or_else(FormView::default, |(form, errors)| form.view(errors));
    let typed = typed.map(|(form, _)| form);
    // A parsed form is shared within the thread, so what the view needs of it is taken before leaving.
    let read = desk.run(move |desk| read(desk, &caller, id, item)).await?;
    let view = CaseView { effect, ..view(desk, &read, item, typed.as_ref()) };
    let title = if view.title.is_empty() { view.number.clone() } else { view.title.clone() };
    Page::new(request, title)?.crumb("Review queue", "/review").form(form).render("review/case.html", &view)
}

/// What the store gives for one case.
struct Read {
    caller: Caller,
    application: Application,
    remarks: Vec<Remark>,
    names: Names,
    assigned: Assigned,
    limits: Vec<(ItemId, Vec<String>)>,
    redactions: Vec<(ItemId, Redactions)>,
    similar: Vec<Similar>,
    texts: desk_texts::Offer,
    goal: Option<Day>,
    citys_goal: Option<Day>,
    now: Instant,
}

fn read(desk: &Desk, caller: &Caller, id: ApplicationId, wanted: Option<ItemId>) -> Result<Read, CaseError> {
    let (application, remarks) = review::read(desk, caller, id)?;
    let (mut limits, mut redactions) = (Vec::new(), Vec::new());
    for item in &application.items {
        let dataset = desk.read(|conn| datasets::by_id(conn, item.asked.dataset))?;
        limits.push((item.id, limit_words(&drafting::limits_of(desk, &dataset, item.tier)?)));
        redactions.push((item.id, Redactions::of(&dataset)));
    }
    let names = Names::of(desk)?;
    let assigned = assignment::assigned(desk, caller, std::slice::from_ref(&application))?;
    let ours = caller.actor.departments(review::DESK);
    let similar = match chosen(&application, &ours, wanted).filter(|item| ours.contains(&item.department)) {
        Some(item) => review::similar(desk, caller, id, item.id)?,
        None => Vec::new(),
    };
    let texts = desk_texts::offered_on(desk, caller, &application, chosen(&application, &ours, wanted))?;
    let goal = |goals: &Goals| review::goal(&desk.profile, goals, &application, &ours);
    let citys_goal = goal(&Goals::new(desk.profile.clocks.decision_goal, []));
    let goal = goal(&department::goals(desk)?);
    let (caller, now) = (caller.clone(), desk.clock.now());
    Ok(Read {
        caller,
        application,
        remarks,
        names,
        assigned,
        limits,
        redactions,
        similar,
        texts,
        goal,
        citys_goal,
        now,
    })
}

#[derive(Debug, Serialize)]
pub(super) struct CaseView {
    pub(super) path: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) requester: String,
    pub(super) state: Tag,
    pub(super) submitted_at: Option<Instant>,
    pub(super) age: String,
    pub(super) goal: Option<Day>,
    /// Whether that is the department's own goal, nearer than the city's.
    pub(super) is_own_goal: bool,
    pub(super) submissions: usize,
    pub(super) audit: String,
    pub(super) agreement: String,
    pub(super) obstacles: Vec<String>,
    pub(super) items: Vec<ItemView>,
    pub(super) chosen: Option<ItemView>,
    pub(super) decide: Option<DecisionForm>,
    pub(super) recommend: Option<String>,
    pub(super) advices: Vec<Choice>,
    pub(super) steps: Vec<StepView>,
    pub(super) differences: Vec<Difference>,
    pub(super) thread: Vec<RemarkView>,
    pub(super) notes: Vec<RemarkView>,
    pub(super) recusals: Vec<RemarkView>,
    pub(super) writes: Vec<Write>,
    pub(super) offices: Vec<Choice>,
    pub(super) may_recuse: bool,
    pub(super) with: Vec<With>,
    pub(super) people: Vec<Choice>,
    pub(super) similar: Vec<SimilarView>,
    pub(super) effect: Option<EffectView>,
    pub(super) texts: TextsView,
}

/// One item of the application.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ItemView {
    pub(super) href: String,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) dataset: String,
    pub(super) department: String,
    pub(super) tier: &'static str,
    pub(super) state: Tag,
    pub(super) is_ours: bool,
    pub(super) is_pending: bool,
    pub(super) is_chosen: bool,
    pub(super) scopes: Vec<String>,
    pub(super) sensitive: Vec<(String, String)>,
    pub(super) limits: Vec<String>,
    pub(super) recommendation: Option<RecommendationView>,
    pub(super) first: Option<DecisionView>,
    pub(super) decision: Option<DecisionView>,
    pub(super) countered: Vec<CounteredView>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct RecommendationView {
    pub(super) advice: &'static str,
    pub(super) text: String,
    pub(super) by: String,
    pub(super) at: Instant,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct DecisionView {
    pub(super) outcome: &'static str,
    pub(super) statement: String,
    pub(super) by: String,
    pub(super) at: Instant,
    pub(super) conditions: Vec<ConditionView>,
    pub(super) grounds: Vec<(String, String, String)>,
    pub(super) remedy: String,
}

#[derive(Debug, Serialize)]
pub(super) struct StepView {
    pub(super) title: &'static str,
    pub(super) answers: Vec<(&'static str, String)>,
}

/// The item that the form is for: the one asked for, or the first of ours that waits, or the first of ours.
fn chosen<'a>(application: &'a Application, ours: &[DepartmentId], wanted: Option<ItemId>) -> Option<&'a Item> {
    let is_ours = |item: &&Item| ours.contains(&item.department);
    wanted
        .and_then(|id| application.item(id))
        .or_else(|| application.items.iter().filter(is_ours).find(|item| is_pending(item)))
        .or_else(|| application.items.iter().find(is_ours))
}

fn view(desk: &Desk, read: &Read, wanted: Option<ItemId>, typed: Option<&Form>) -> CaseView {
    let Read { caller, application, names, now, .. } = read;
    let ours = caller.actor.departments(review::DESK);
    let is_ours = |item: &&Item| ours.contains(&item.department);
    let chosen = chosen(application, &ours, wanted);
    let path = format!("/review/{}", application.id);
    let items: Vec<ItemView> =
        application.items.iter().map(|item| item_view(read, desk, item, chosen.map(|item| item.id))).collect();
    let is_impartial = !application.is_recused(&caller.actor) && !is_party(&caller.actor, application);
    let open = chosen.filter(|item| is_pending(item) && is_ours(item) && is_impartial);
    let may_decide = matches!(application.state, State::Submitted { .. });
    let decide = open
        .filter(|item| may_decide && caller.actor.holds(Role::Manager, item.department) && !is_own_first(item, caller))
        .map(|item| decision_form(desk, read, item, typed));
    let may_advise = matches!(application.state, State::Submitted { .. } | State::InfoRequested { .. });
    let submitted_at = application.submissions.first().map(|submission| submission.at);
    let offices: Vec<_> =
        ours.iter().copied().filter(|id| application.items.iter().any(|item| item.department == *id)).collect();
    let (thread, notes) = remarks(&read.remarks, names);
    CaseView {
        number: application.number.clone(),
        title: application.answers.get("title").to_owned(),
        requester: application.requester_name.clone(),
        state: application_tag(application.state.as_str()),
        submitted_at,
        age: submitted_at.map_or_else(String::new, |at| waiting_words(desk, application, at, *now)),
        goal: read.goal,
        is_own_goal: read.goal != read.citys_goal,
        submissions: application.submissions.len(),
        audit: if caller.actor.holds_anywhere(Role::Auditor) {
            format!("/audit/stories/application/{}", application.id)
        } else {
            String::new()
        },
        agreement: agreement_link(application),
        obstacles: obstacles(read, chosen),
        chosen: items.iter().find(|item| item.is_chosen).cloned(),
        items,
        decide,
        recommend: open.filter(|_| may_advise).map(|item| format!("{path}/items/{}/recommend", item.id)),
        advices: advices(chosen.is_some_and(|item| item.tier == Tier::Prohibited)),
        steps: steps(desk, application),
        differences: application.differences(),
        thread,
        notes,
        recusals: stepped_aside(application),
        writes: writes(&application.state),
        offices: names.choices(&offices),
        with: with(application, (&read.assigned, names), (&ours, &caller.actor)),
        people: if may_advise || matches!(application.state, State::Offered { .. }) {
            people(&read.assigned.team, names, &offices)
        } else {
            Vec::new()
        },
        effect: None,
        texts: texts_view(&read.texts, names, (application.id, chosen.map(|item| item.id))),
        similar: read.similar.iter().map(|earlier| similar_view(desk, earlier)).collect(),
        may_recuse: may_advise && !application.is_recused(&caller.actor),
        path,
    }
}

/// What may be recommended; what the law forbids can only be denied.
fn advices(is_prohibited: bool) -> Vec<Choice> {
    let all = [Advice::Approve, Advice::ApproveWithConditions, Advice::Deny];
    let fits = |advice: &Advice| !is_prohibited || *advice == Advice::Deny;
    all.into_iter().filter(fits).map(|advice| Choice::new(advice.as_str(), item_advice(advice))).collect()
}

fn agreement_link(application: &Application) -> String {
    match &application.state {
        State::Offered { agreement, .. } | State::Executed { agreement, .. } => {
            format!("/review/agreements/{agreement}")
        }
        State::Draft
        | State::Submitted { .. }
        | State::InfoRequested { .. }
        | State::Denied { .. }
        | State::Withdrawn { .. }
        | State::Lapsed { .. }
        | State::Converted { .. } => String::new(),
    }
}

fn is_own_first(item: &Item, caller: &Caller) -> bool {
    matches!(&item.state, ItemState::Pending { first: Some(first) } if Some(first.by) == caller.actor.account)
}

fn decision_form(desk: &Desk, read: &Read, item: &Item, typed: Option<&Form>) -> DecisionForm {
    let application = &read.application;
    let redactions = read.redactions.iter().find(|(id, _)| *id == item.id).map(|(_, found)| found.clone());
    let offer = Offer {
        is_second: matches!(&item.state, ItemState::Pending { first: Some(_) }),
        is_prohibited: item.tier == Tier::Prohibited,
        redactions: redactions.unwrap_or_default(),
    };
    let action = format!("/review/{}/items/{}/decide", application.id, item.id);
    DecisionForm::new(&desk.profile, action, application.submissions.len(), &offer, typed)
}

/// Why this person cannot decide the chosen item now.
fn obstacles(read: &Read, chosen: Option<&Item>) -> Vec<String> {
    let Read { caller, application, .. } = read;
    let mut found = Vec::new();
    if is_party(&caller.actor, application) {
        found.push("You are on the applicant's side of this application, so a colleague must work on it.".to_owned());
    }
    if application.is_recused(&caller.actor) {
        found.push("You stepped aside from this application. You can read it, but not recommend or decide.".to_owned());
    }
    if let State::InfoRequested { .. } = application.state {
        let text = "A question is open. Deciding is possible again once the applicant has answered.";
        found.push(text.to_owned());
    }
    let Some(item) = chosen.filter(|item| is_pending(item)) else { return found };
    if is_own_first(item, caller) {
        found.push("You gave the first approval. A different manager must give the second.".to_owned());
    } else if !caller.actor.holds(Role::Manager, item.department) {
        let name = read.names.get(item.department);
        found.push(format!("“{}” is decided by a manager of {name}.", item.title));
    }
    if item.tier == Tier::Prohibited {
        found.push("The law forbids sharing this dataset: the item can only be denied.".to_owned());
    }
    found
}

fn item_view(read: &Read, desk: &Desk, item: &Item, chosen: Option<ItemId>) -> ItemView {
    let ours = read.caller.actor.departments(review::DESK);
    let (first, decision) = match &item.state {
        ItemState::Pending { first } => (first.as_ref(), None),
        ItemState::Granted { .. } => (None, None),
        ItemState::Approved { decision, first } => (first.as_ref(), Some(decision)),
        ItemState::Denied { decision } => (None, Some(decision)),
    };
    let shown = |decision: &Decision| decision_view(desk, decision);
    ItemView {
        href: format!("/review/{}?item={}#decide", read.application.id, item.id),
        slug: item.slug.clone(),
        title: item.title.clone(),
        dataset: format!("/stewardship/{}", item.slug),
        department: read.names.get(item.department).to_owned(),
        tier: tier_words(Some(item.tier)),
        state: item_tag(item.state.as_str()),
        is_ours: ours.contains(&item.department),
        is_pending: is_pending(item),
        is_chosen: chosen == Some(item.id),
        scopes: item.asked.operations.iter().map(|operation| format!("{}:{operation}", item.slug)).collect(),
        sensitive: item.asked.sensitive.iter().map(|(field, why)| (field.clone(), why.clone())).collect(),
        limits: read.limits.iter().find(|(id, _)| *id == item.id).map(|(_, text)| text.clone()).unwrap_or_default(),
        recommendation: item.recommendation.as_ref().map(|advice| RecommendationView {
            advice: item_advice(advice.advice),
            text: advice.text.clone(),
            by: format!("{}, {}", advice.by_name, advice.role.as_str()),
            at: advice.at,
        }),
        first: first.map(shown),
        decision: decision.map(shown),
        countered: countered(item),
    }
}

const fn item_advice(advice: Advice) -> &'static str {
    match advice {
        Advice::Approve => "Approve as asked",
        Advice::ApproveWithConditions => "Approve with conditions",
        Advice::Deny => "Deny",
    }
}

pub(super) fn decision_view(desk: &Desk, decision: &Decision) -> DecisionView {
    let (outcome, conditions, grounds, remedy) = match &decision.verdict {
        Verdict::Approve { conditions: all } if all.is_empty() => ("Approved as asked", Vec::new(), Vec::new(), ""),
        Verdict::Approve { conditions: all } => ("Approved with conditions", conditions(all), Vec::new(), ""),
        Verdict::Deny { grounds, remedy } => {
            let printed = grounds.iter().map(|ground| {
                let title = desk.profile.ground(&ground.code).map_or("", |known| known.title.text("en"));
                (format!("{}: {title}", ground.code), ground.cites.clone(), ground.explanation.clone())
            });
            ("Denied", Vec::new(), printed.collect(), remedy.as_str())
        }
    };
    DecisionView {
        outcome,
        statement: decision.statement.clone(),
        by: decision.by_name.clone(),
        at: decision.at,
        conditions,
        grounds,
        remedy: remedy.to_owned(),
    }
}

fn steps(desk: &Desk, application: &Application) -> Vec<StepView> {
    // Staff read what was signed and sent, never a draft that the applicant is still changing.
    let answers = application.submitted().map_or(&application.answers, |submission| &submission.answers);
    STEPS
        .iter()
        .map(|(step, title)| StepView {
            title,
            answers: answers
                .iter()
                .filter(|(question, _)| question.step == *step)
                .map(|(question, text)| (question.label, answer_words(&desk.profile, question, text)))
                .collect(),
        })
        .collect()
}
