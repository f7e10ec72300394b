//! Acts of the office on a request, each one form of its page. What was typed is kept when something is wrong with it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::desk::{ROWS, show};
use crate::cases::records::desk::{self as cases, Entered, Found, Referred};
use crate::cases::{Caller, CaseError, Desk};
use crate::domain::id::{DepartmentId, RecordsId};
use crate::domain::records::{
    AnswerDraft, Cents, EstimateDraft, LedgerKind, Outcome, RecordsRequest, WaiverGround, Withheld,
};
use crate::domain::time::Day;
use crate::portal::shared::{id_in, still_on_the_form};
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, Form, FormErrors, Once, Posted, Redirect, WebError};

type Done = Result<HttpResponse, WebError>;
type Path = web::Path<String>;

/// The same errors at the fields of this page, which has several forms.
fn moved(errors: &FormErrors, names: &[(&str, &str)]) -> FormErrors {
    let mut found = FormErrors::default();
    for error in errors.iter() {
        let to = names.iter().find(|(from, _)| *from == error.field).map_or(error.field.as_str(), |(_, to)| to);
        found.add_coded(to, error.code.clone(), error.message.clone());
    }
    found
}

/// One act of this page: its form, the names of its fields, what the person reads when it is done.
async fn act(
    request: &HttpRequest,
    desk: &DeskData,
    id: RecordsId,
    (form, names, told): (Form, &[(&str, &str)], &str),
    case: impl FnOnce(&Desk) -> Result<RecordsRequest, CaseError> + Send + 'static,
) -> Done {
    match desk.run(case).await {
        Ok(_) => Redirect::with(request, format!("/records/{id}"), &Flash::good(told)),
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the requests", "/records"))?;
            let errors = moved(&shown_on_form(error)?, names);
            show(request, desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn acknowledge(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["word"])?);
    let (who, text) = (caller(&request), form.text("word").to_owned());
    let told = "Acknowledged, and the requester is told. The last day to answer stays.";
    let case = move |desk: &Desk| cases::acknowledge(desk, &who, id, &text);
    act(&request, &desk, id, (form, &[("text", "word")], told), case).await
}

pub(super) async fn route(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["department", "route_text"])?);
    let mut errors = FormErrors::default();
    let department: Option<DepartmentId> = form.parse("department", &mut errors, "Choose a department.");
    let Some(department) = department else { return show(&request, &desk, id, form.view(&errors)).await };
    let (who, text) = (caller(&request), form.text("route_text").to_owned());
    let done = desk.run(move |desk| cases::route(desk, &who, id, (department, &text))).await;
    match done {
        // It may lie with another office now, whose page this person cannot open.
        Ok(_) => {
            Redirect::with(&request, "/records", &Flash::good("Given on. That office and the requester are told."))
        }
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the requests", "/records"))?;
            let errors = moved(&shown_on_form(error)?, &[("text", "route_text")]);
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn lengthen(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["employee"])?);
    let (who, reason) = (caller(&request), form.text("employee").to_owned());
    let case = move |desk: &Desk| cases::lengthen(desk, &who, id, &reason);
    act(
        &request,
        &desk,
        id,
        (form, &[("reason", "employee")], "The longer time is given, and the requester is told."),
        case,
    )
    .await
}

/// Names of the estimate's amounts and counts.
const ESTIMATE: &[&str] = &[
    "pages",
    "page_price",
    "certified_pages",
    "scanner_uses",
    "staff_minutes",
    "staff_hourly",
    "media",
    "outside",
    "computer",
    "search_minutes",
    "asks_prepayment",
];

fn estimate_typed(form: &Form, errors: &mut FormErrors) -> EstimateDraft {
    fn count(form: &Form, errors: &mut FormErrors, name: &str) -> u32 {
        if form.text(name).is_empty() {
            return 0;
        }
        form.parse(name, errors, "Give a whole number.").unwrap_or(0)
    }
    fn money(form: &Form, errors: &mut FormErrors, name: &str) -> Cents {
        if form.text(name).is_empty() {
            return Cents::ZERO;
        }
        Cents::parse(name, form.text(name)).unwrap_or_else(|invalid| {
            errors.add_coded(invalid.field, invalid.code, invalid.message);
            Cents::ZERO
        })
    }
    EstimateDraft {
        pages: count(form, errors, "pages"),
        page_price: money(form, errors, "page_price"),
        certified_pages: count(form, errors, "certified_pages"),
        scanner_uses: count(form, errors, "scanner_uses"),
        staff_minutes: count(form, errors, "staff_minutes"),
        staff_hourly: money(form, errors, "staff_hourly"),
        media: money(form, errors, "media"),
        outside: money(form, errors, "outside"),
        computer: money(form, errors, "computer"),
        search_minutes: count(form, errors, "search_minutes"),
        asks_prepayment: form.has("asks_prepayment"),
    }
}

pub(super) async fn estimate(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(ESTIMATE)?);
    let mut errors = FormErrors::default();
    let draft = estimate_typed(&form, &mut errors);
    if !errors.is_empty() {
        return show(&request, &desk, id, form.view(&errors)).await;
    }
    let who = caller(&request);
    let case = move |desk: &Desk| cases::estimate(desk, &who, id, &draft);
    act(&request, &desk, id, (form, &[], "The estimate is made, and the requester is told."), case).await
}

pub(super) async fn waive(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["ground", "waive_text"])?);
    let Some(ground) = WaiverGround::from_word(form.text("ground")) else {
        let mut errors = FormErrors::default();
        errors.add("ground", "Choose the ground.");
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let (who, text) = (caller(&request), form.text("waive_text").to_owned());
    let case = move |desk: &Desk| cases::waive(desk, &who, id, (ground, &text));
    act(&request, &desk, id, (form, &[("text", "waive_text")], "No fee is asked, and the requester is told."), case)
        .await
}

pub(super) async fn fee(request: HttpRequest, desk: DeskData, path: Path, posted: Posted, once: Once) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["kind", "amount", "fee_text"])?);
    let mut errors = FormErrors::default();
    let kind = LedgerKind::from_word(form.text("kind")).filter(|kind| *kind != LedgerKind::Waiver);
    if kind.is_none() {
        errors.add("kind", "Choose whether it is a payment or a charge.");
    }
    let cents = Cents::parse("amount", form.text("amount"));
    if let Err(invalid) = &cents {
        errors.add_coded(invalid.field.clone(), invalid.code, invalid.message.clone());
    }
    let (Some(kind), Ok(cents)) = (kind, cents) else {
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let entered = Entered { kind, cents, text: form.text("fee_text").to_owned() };
    let who = caller_once(&request, once);
    let case = move |desk: &Desk| cases::enter(desk, &who, id, &entered);
    act(&request, &desk, id, (form, &[("text", "fee_text")], "Written into the ledger."), case).await
}

pub(super) async fn refer(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["referral_exemption", "records", "referral_reason"])?);
    let referred = Referred {
        exemption: form.text("referral_exemption").to_owned(),
        records: form.text("records").to_owned(),
        reason: form.text("referral_reason").to_owned(),
    };
    let who: Caller = caller(&request);
    let case = move |desk: &Desk| cases::refer(desk, &who, id, &referred);
    let told = "Referred. The commissioner and the requester are told.";
    act(&request, &desk, id, (form, &[("exemption", "referral_exemption")], told), case).await
}

pub(super) async fn finding(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["finding_on", "has_grounds", "finding_text"])?);
    let mut errors = FormErrors::default();
    let on: Option<Day> = form.parse("finding_on", &mut errors, "Give the day as 2026-12-31.");
    let has_grounds = match form.text("has_grounds") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    if has_grounds.is_none() {
        errors.add("has_grounds", "Choose what was found.");
    }
    let (Some(on), Some(has_grounds)) = (on, has_grounds) else {
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let found = Found { on, has_grounds, text: form.text("finding_text").to_owned() };
    let who = caller(&request);
    let case = move |desk: &Desk| cases::find(desk, &who, id, &found);
    act(&request, &desk, id, (form, &[], "Written down, and the requester is told."), case).await
}

/// The rows in which something was typed, each with its place on the form.
fn rows_typed(form: &Form) -> Vec<(usize, Withheld)> {
    let typed = |at: usize| {
        let part = |name: &str| form.text(&format!("{name}.{at}")).to_owned();
        Withheld {
            record: part("record"),
            field: part("field"),
            exemption: part("exemption"),
            sentence: part("sentence"),
        }
    };
    let is_blank = |row: &Withheld| row.record.is_empty() && row.exemption.is_empty() && row.sentence.is_empty();
    (0..ROWS).map(|at| (at, typed(at))).filter(|(_, row)| !is_blank(row)).collect()
}

/// Errors of rows, at their places on the form.
fn at_rows(errors: &FormErrors, places: &[usize]) -> FormErrors {
    let mut found = FormErrors::default();
    for error in errors.iter() {
        let mut parts = error.field.split('.');
        let at = match (parts.next(), parts.next(), parts.next()) {
            (Some("withheld"), Some(row), Some(part)) => {
                let place = row.parse::<usize>().ok().and_then(|row| places.get(row)).copied().unwrap_or(0);
                format!("{part}.{place}")
            }
            (Some("withheld"), None, None) => "record.0".to_owned(),
            (Some("text"), None, None) => "answer_text".to_owned(),
            _ => error.field.clone(),
        };
        found.add_coded(at, error.code.clone(), error.message.clone());
    }
    found
}

pub(super) async fn answer(request: HttpRequest, desk: DeskData, path: Path, posted: Posted, once: Once) -> Done {
    let id = id_in(&path)?;
    let form =
        posted.only(&["outcome", "answer_text", "record.*", "field.*", "exemption.*", "sentence.*", "files[]"])?;
    let Some(outcome) = Outcome::from_word(form.text("outcome")) else {
        let mut errors = FormErrors::default();
        errors.add("outcome", "Choose how it is answered.");
        return show(&request, &desk, id, form.view(&errors)).await;
    };
    let rows = rows_typed(&form);
    let places: Vec<usize> = rows.iter().map(|(at, _)| *at).collect();
    let withheld = rows.into_iter().map(|(_, row)| row).collect();
    let draft = AnswerDraft { outcome, text: form.text("answer_text").to_owned(), withheld };
    let (who, files) = (caller_once(&request, once), form.files("files"));
    match desk.run(move |desk| cases::answer(desk, &who, id, (&draft, &files))).await {
        Ok(_) => {
            let flash = Flash::good("Answered. The requester has the letter, with the way to appeal.");
            Redirect::with(&request, format!("/records/{id}"), &flash)
        }
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the requests", "/records"))?;
            let errors = at_rows(&shown_on_form(error)?, &places);
            show(&request, &desk, id, form.view(&errors)).await
        }
    }
}

pub(super) async fn message(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["message"])?);
    let (who, text) = (caller(&request), form.text("message").to_owned());
    let case = move |desk: &Desk| cases::message(desk, &who, id, &text);
    act(&request, &desk, id, (form, &[("text", "message")], "Your message is sent."), case).await
}

pub(super) async fn note(request: HttpRequest, desk: DeskData, path: Path, posted: Posted) -> Done {
    let (id, form) = (id_in(&path)?, posted.only(&["note"])?);
    let (who, text) = (caller(&request), form.text("note").to_owned());
    let case = move |desk: &Desk| cases::note(desk, &who, id, &text);
    act(&request, &desk, id, (form, &[("text", "note")], "The note is kept."), case).await
}
