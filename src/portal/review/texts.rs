//! The texts that a department keeps for its desk: the page that lists them, and putting one into a field of a case. What
//! was typed stays; a text stands after it. What a text says with the facts in it is the case's to tell.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::case::{show, show_with};
use super::decision;
use crate::cases::desk_texts::{self, Offer, Offered};
use crate::cases::{CaseError, Desk};
use crate::domain::desk_text::{DeskText, DeskTextKind, DeskWords, Placeholder, put_after};
use crate::domain::id::{ApplicationId, DepartmentId, DeskTextId, ItemId};
use crate::domain::language::Language;
use crate::domain::people::Role;
use crate::portal::shared::{Choice, Names, id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{
    Access, CaseStaff, Flash, Form, FormErrors, FormView, Manager, Page, Posted, Query, Redirect, Routes, Signed,
    WebError,
};

/// The list.
const LIST: &str = "/review/texts";
/// What the form of a text sends.
const FIELDS: &[&str] = &["department", "kind", "ground", "title", "english", "spanish", "version"];
/// Fields of a case besides those of the decision.
const OTHERS: &[&str] = &["question", "about", "message", "note", "put"];

pub(super) fn routes(routes: Routes, desk: Access, manager: Access) -> Routes {
    routes
        .get(LIST, desk, "Texts that the department keeps", list)
        .post(LIST, manager, "Write a text", add)
        .get("/review/texts/{text}", manager, "One text to change", page)
        .post("/review/texts/{text}", manager, "Change a text", edit)
        .post("/review/texts/{text}/delete", manager, "Delete a text", delete)
        .post("/review/{application}/put-in", desk, "Put a text into a field of the case", put_in)
}

/// The texts that can be put into the fields of a case.
#[derive(Debug, Serialize)]
pub(super) struct TextsView {
    /// Where they are put in.
    action: String,
    /// Whether the applicant reads Spanish.
    is_spanish: bool,
    message: Vec<TextChoice>,
    note: Vec<TextChoice>,
    statement: Vec<TextChoice>,
    /// By the code of the ground.
    grounds: BTreeMap<String, Vec<TextChoice>>,
}

/// One text to choose.
#[derive(Debug, Serialize)]
struct TextChoice {
    id: String,
    title: String,
    /// What a script may put in by itself; empty where the person has to be told something.
    text: String,
    is_english_only: bool,
}

/// What a case offers for its fields.
pub(super) fn texts_view(offer: &Offer, names: &Names, (id, item): (ApplicationId, Option<ItemId>)) -> TextsView {
    let item = item.map(|item| format!("?item={item}")).unwrap_or_default();
    let first = offer.texts.first().map(|one| one.text.department);
    let of_several = offer.texts.iter().any(|one| Some(one.text.department) != first);
    let choice = |one: &Offered| {
        let title = &one.text.words.title;
        TextChoice {
            id: one.text.id.to_string(),
            title: if of_several { format!("{title} ({})", names.get(one.text.department)) } else { title.clone() },
            text: if one.filled.open.is_empty() { one.filled.text.clone() } else { String::new() },
            is_english_only: one.text.words.kind != DeskTextKind::Note && one.filled.language != offer.language,
        }
    };
    let for_field = |field: &str| offer.texts.iter().filter(|one| fits(one, field)).map(choice).collect();
    let codes = offer.texts.iter().filter_map(|one| one.text.words.kind.ground());
    TextsView {
        action: format!("/review/{id}/put-in{item}"),
        is_spanish: offer.language == Language::Spanish,
        message: for_field("message"),
        note: for_field("note"),
        statement: for_field("statement"),
        grounds: codes.map(|code| (code.to_owned(), for_field(&format!("explanation.{code}")))).collect(),
    }
}

/// Whether a text is for this field of a case.
fn fits(offered: &Offered, field: &str) -> bool {
    match &offered.text.words.kind {
        DeskTextKind::Message => matches!(field, "question" | "message"),
        DeskTextKind::Note => field == "note",
        DeskTextKind::Reason { ground: None } => field == "statement",
        DeskTextKind::Reason { ground: Some(code) } => field.strip_prefix("explanation.") == Some(code),
    }
}

/// Shows the case again with the chosen text in its field, after what was typed.
async fn put_in(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<CaseStaff>,
    id: web::Path<String>,
    (query, posted): (Query, Posted),
) -> Result<HttpResponse, WebError> {
    let id: ApplicationId = id_in(&id)?;
    let item: Option<ItemId> = query.lenient().get("item").and_then(|item| item.parse().ok());
    let known: Vec<&str> = decision::FIELDS.iter().chain(OTHERS).copied().collect();
    let form = posted.only(&known)?;
    let field = form.text("put").to_owned();
    let choice = format!("text.{field}");
    let chosen: Option<DeskTextId> = form.text(&choice).parse().ok();
    let mut errors = FormErrors::default();
    let Some(chosen) = chosen else {
        errors.add(choice, "Choose a text to put in.");
        return show(&request, &desk, id, item, Some((form, errors))).await;
    };
    let who = caller(&request);
    let offer = desk.run(move |desk| desk_texts::offered(desk, &who, id, item)).await?;
    let Some(offered) = offer.texts.iter().find(|one| one.text.id == chosen && fits(one, &field)) else {
        errors.add(choice, "That text is not kept any more. Choose another.");
        return show(&request, &desk, id, item, Some((form, errors))).await;
    };
    for open in &offered.filled.open {
        let name = open.as_written();
        errors.add(field.as_str(), format!("This case has nothing to put in for {name}: write it out or take it out."));
    }
    let form = form.with(&field, &put_after(form.exact(&field), &offered.filled.text));
    show_with(&request, &desk, (id, item), Some((form, errors)), None).await
}

/// A text as the list shows it.
#[derive(Debug, Serialize)]
struct TextRow {
    title: String,
    uses: String,
    department: String,
    english: String,
    spanish: String,
    /// Where this person may change it.
    href: String,
}

/// What `review/texts.html` shows.
#[derive(Debug, Serialize)]
struct ListView {
    texts: Vec<TextRow>,
    offers: Offers,
    departments: Vec<Choice>,
    is_of_several: bool,
}

/// What the form of a text offers.
#[derive(Debug, Serialize)]
struct Offers {
    kinds: Vec<Choice>,
    grounds: Vec<Choice>,
    placeholders: [&'static str; 4],
}

impl Offers {
    fn of(desk: &Desk) -> Self {
        let ground = |code: &str, title: &str| Choice::new(code, format!("{code}: {title}"));
        let grounds = desk.profile.grounds.iter();
        Self {
            kinds: DeskTextKind::WORDS.map(|word| Choice::new(word, kind_words(word))).to_vec(),
            grounds: grounds.map(|one| ground(one.code.as_str(), one.title.text("en"))).collect(),
            placeholders: Placeholder::ALL.map(Placeholder::as_written),
        }
    }
}

/// What a kind is called on pages.
fn kind_words(word: &str) -> &'static str {
    match word {
        "message" => "Question or message to the applicant",
        "reason" => "Reasons of a decision",
        _ => "Private note",
    }
}

fn row(desk: &Desk, text: &DeskText, names: &Names, may_change: bool) -> TextRow {
    let DeskWords { kind, title, english, spanish } = &text.words;
    let code = kind.ground().map(|code| {
        let title = desk.profile.ground(code).map_or("", |ground| ground.title.text("en"));
        format!("{code}: {title}")
    });
    TextRow {
        title: title.clone(),
        uses: code.unwrap_or_else(|| kind_words(kind.as_str()).to_owned()),
        department: names.get(text.department).to_owned(),
        english: english.clone(),
        spanish: spanish.clone().unwrap_or_default(),
        href: if may_change { format!("{LIST}/{}", text.id) } else { String::new() },
    }
}

async fn show_list(request: &HttpRequest, desk: &DeskData, form: FormView) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let view = desk
        .run(move |desk| {
            let names = Names::of(desk)?;
            let may = |text: &DeskText| who.actor.holds(Role::Manager, text.department);
            let texts = desk_texts::list(desk, &who)?;
            Ok(ListView {
                texts: texts.iter().map(|text| row(desk, text, &names, may(text))).collect(),
                offers: Offers::of(desk),
                departments: names.choices(&who.actor.departments(&[Role::Manager])),
                is_of_several: who.actor.departments(&[Role::Reviewer, Role::Manager]).len() > 1,
            })
        })
        .await?;
    let page = Page::new(request, "Texts of the department")?.crumb("Review queue", "/review");
    page.form(form).render("review/texts.html", &view)
}

async fn list(request: HttpRequest, desk: DeskData, _who: Signed<CaseStaff>) -> Result<HttpResponse, WebError> {
    show_list(&request, &desk, FormView::default()).await
}

/// Reads the form of a text.
fn read(form: &Form, errors: &mut FormErrors) -> Option<DeskWords> {
    let ground = Some(form.text("ground")).filter(|ground| !ground.is_empty());
    let kind = DeskTextKind::from_words(form.text("kind"), ground);
    if kind.is_none() && DeskTextKind::WORDS.contains(&form.text("kind")) {
        errors.add("ground", "Only reasons of a decision can be for one coded reason.");
    } else if kind.is_none() {
        errors.add("kind", "Choose what the text is for.");
    }
    let [title, english, spanish] = ["title", "english", "spanish"].map(|name| form.text(name).to_owned());
    Some(DeskWords { kind: kind?, title, english, spanish: Some(spanish) })
}

/// What is wrong with what was typed; anything else leaves the form.
fn wrong(error: CaseError) -> Result<FormErrors, WebError> {
    shown_on_form(still_on_the_form(error, ("Look at the texts again", LIST))?)
}

async fn add(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(FIELDS)?;
    let department: DepartmentId = id_in(form.text("department"))?;
    let mut errors = FormErrors::default();
    let Some(words) = read(&form, &mut errors) else {
        return show_list(&request, &desk, form.view(&errors)).await;
    };
    let who = caller(&request);
    match desk.run(move |desk| desk_texts::add(desk, &who, department, words)).await {
        Ok(_) => Redirect::with(&request, LIST, &Flash::good("The text is kept.")),
        Err(error) => show_list(&request, &desk, form.view(&wrong(error)?)).await,
    }
}

/// What `review/text.html` shows.
#[derive(Debug, Serialize)]
struct TextView {
    href: String,
    department: String,
    version: i64,
    offers: Offers,
}

async fn show_one(
    request: &HttpRequest,
    desk: &DeskData,
    id: DeskTextId,
    form: Option<FormView>,
) -> Result<HttpResponse, WebError> {
    let who = caller(request);
    let read = move |desk: &Desk| Ok((desk_texts::one(desk, &who, id)?, Names::of(desk)?, Offers::of(desk)));
    let (text, names, offers) = desk.run(read).await?;
    let view = TextView {
        href: format!("{LIST}/{id}"),
        department: names.get(text.department).to_owned(),
        version: text.version,
        offers,
    };
    let DeskWords { kind, title, english, spanish } = text.words;
    let stored = [
        ("kind", kind.as_str()),
        ("ground", kind.ground().unwrap_or_default()),
        ("title", title.as_str()),
        ("english", english.as_str()),
        ("spanish", spanish.as_deref().unwrap_or_default()),
    ];
    let form = form.unwrap_or_else(|| FormView::with(stored));
    let page =
        Page::new(request, title.as_str())?.crumb("Review queue", "/review").crumb("Texts of the department", LIST);
    page.form(form).render("review/text.html", &view)
}

async fn page(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    id: web::Path<String>,
) -> Result<HttpResponse, WebError> {
    show_one(&request, &desk, id_in(&id)?, None).await
}

async fn edit(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: DeskTextId = id_in(&id)?;
    let form = posted.only(FIELDS)?;
    let version = form.version()?;
    let mut errors = FormErrors::default();
    let Some(words) = read(&form, &mut errors) else {
        return show_one(&request, &desk, id, Some(form.view(&errors))).await;
    };
    let who = caller(&request);
    match desk.run(move |desk| desk_texts::edit(desk, &who, id, words, version)).await {
        Ok(()) => Redirect::with(&request, LIST, &Flash::good("The text is kept.")),
        Err(error) => show_one(&request, &desk, id, Some(form.view(&wrong(error)?))).await,
    }
}

async fn delete(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    id: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let id: DeskTextId = id_in(&id)?;
    let version = posted.only(&["version"])?.version()?;
    let who = caller(&request);
    desk.run(move |desk| desk_texts::delete(desk, &who, id, version)).await?;
    Redirect::with(&request, LIST, &Flash::good("The text is deleted. What was written with it stays."))
}
