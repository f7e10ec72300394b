//! The form that opens a case: from a signal, from a complaint, or from what somebody of the office saw.

use actix_web::{HttpRequest, HttpResponse};

use crate::cases::conduct::open::{AtOnce, Opening, Origin, open as open_case};
use crate::cases::{Caller, CaseError, Desk, conduct, destruction};
use crate::domain::calendar::in_words;
use crate::domain::id::AgreementId;
use crate::domain::misuse::Class;
use crate::domain::misuse::case::OrderKind;
use crate::domain::misuse::complaint::ComplaintKind;
use crate::domain::time::day_in;
use crate::portal::shared::{Choice, still_on_the_form};
use crate::store::misuse;
use crate::web::case::{DeskData, caller, caller_once, shown_on_form};
use crate::web::{Flash, Form, FormView, Once, Page, Posted, Redirect, WebError, json::Query};

/// The clause that a case about personal data is about, before anybody changes it.
const PERSONAL_CLAUSE: &str = "The agreement forbids to publish or pass on personal data and to find out who a record is about. Whoever learns that personal data got out stops its spread and tells the city at once.";
const PERSONAL_ORDER: &str = "Take down the personal data that came from this agreement, wherever you published it or passed it on, delete every copy, and tell us who may have seen it.";

const FIELDS: [&str; 11] =
    ["from", "agreement", "dataset", "class", "summary", "at_once", "stop", "clause", "cure", "order_kind", "order"];

fn origin(text: &str) -> Option<Origin> {
    match text.split_once(':') {
        Some(("signal", id)) => Some(Origin::Signal(id.parse().ok()?)),
        Some(("complaint", id)) => Some(Origin::Complaint(id.parse().ok()?)),
        // What a certificate is owed for stands in the form at first; the case is what somebody of the office saw.
        Some(("certificate", _)) => missing_certificate(text).map(|_| Origin::Staff),
        Some(_) => None,
        None if text == "personal_data" => Some(Origin::StaffPersonalData),
        None => text.is_empty().then_some(Origin::Staff),
    }
}

/// What stands in the form at first, by where the case comes from.
#[derive(Debug, Default)]
struct Start {
    agreement: String,
    dataset: String,
    summary: String,
    about: String,
    class: &'static str,
    is_personal: bool,
    allows_first: bool,
}

/// The agreement whose certificate of destruction is missing, where the form was opened for that.
fn missing_certificate(from: &str) -> Option<AgreementId> {
    from.strip_prefix("certificate:")?.parse().ok()
}

/// A case of class M6 with the facts as the books have them: the service finds no violation by itself.
fn of_certificate(desk: &Desk, who: &Caller, id: AgreementId) -> Result<Start, CaseError> {
    let known = destruction::for_staff(desk, who, id)?;
    if !known.is_overdue(day_in(desk.profile.zone, desk.clock.now())) {
        return Err(CaseError::Missing);
    }
    let clause = desk.profile.endings.destruction_clause;
    Ok(Start {
        summary: format!(
            "The certificate of destruction that clause {clause} of agreement {} asks for was due on {}, and none has \
             come. It concerns: {}. How the day was counted: {}",
            known.number,
            in_words(known.due),
            known.titles(),
            known.working,
        ),
        about: format!("Missing certificate of destruction, {}", known.number),
        agreement: known.number,
        class: Class::M6.as_str(),
        allows_first: Class::M6.allows_suspension_first(),
        ..Start::default()
    })
}

fn start(desk: &Desk, who: &Caller, origin: Origin, agreement: &str) -> Result<Start, CaseError> {
    let empty = Start { agreement: agreement.to_owned(), allows_first: true, ..Start::default() };
    Ok(match origin {
        Origin::Signal(id) => {
            // Who may not see signals finds no such thing; that it is one of theirs, opening the case says.
            let signal = desk.read(|conn| misuse::by_id(conn, id))?;
            Start {
                agreement: signal.agreement_number.clone(),
                summary: signal.sentence(),
                about: format!("Signal of rule “{}” about key {}", signal.rule, signal.key_hint),
                allows_first: signal.class.allows_suspension_first(),
                ..empty
            }
        }
        Origin::Complaint(id) => {
            let complaint = conduct::complaints::read(desk, who, id)?;
            Start {
                about: format!("Report {}", complaint.number),
                is_personal: complaint.kind == ComplaintKind::PersonalData,
                ..empty
            }
        }
        Origin::Staff => empty,
        Origin::StaffPersonalData => Start { is_personal: true, ..empty },
    })
}

pub(super) async fn page(request: HttpRequest, desk: DeskData, query: Query) -> Result<HttpResponse, WebError> {
    let query = query.lenient();
    let from = query.get("from").unwrap_or_default().to_owned();
    let agreement = query.get("agreement").unwrap_or_default().to_owned();
    show(&request, &desk, (from, agreement), None).await
}

async fn show(
    request: &HttpRequest,
    desk: &DeskData,
    (from, agreement): (String, String),
    form: Option<FormView>,
) -> Result<HttpResponse, WebError> {
    let origin = origin(&from).ok_or_else(WebError::not_found)?;
    let who = caller(request);
    let certificate = missing_certificate(&from);
    let start = desk
        .run(move |desk| match certificate {
            Some(of) => of_certificate(desk, &who, of),
            None => start(desk, &who, origin, &agreement),
        })
        .await?;
    let classes: Vec<_> = Class::ALL
        .iter()
        .map(|class| Choice::new(class.as_str(), format!("{}, {}", class.as_str(), class.title())))
        .collect();
    let orders: Vec<_> =
        [OrderKind::Cease, OrderKind::Takedown].iter().map(|kind| Choice::new(kind.as_str(), kind.title())).collect();
    let is_signal = matches!(origin, Origin::Signal(_));
    let mut stops = Vec::new();
    if is_signal {
        stops.push(Choice::new("suspend_key", "The key"));
    }
    stops.push(Choice::new("suspend_dataset", "Every key of the holder that opens the dataset"));
    stops.push(Choice::new("suspend_agreement", "Every key of the agreement"));
    stops.push(Choice::new("suspend_requester", "Every key of the holder, under any agreement"));
    let form = form.unwrap_or_else(|| {
        let (clause, order, order_kind) =
            if start.is_personal { (PERSONAL_CLAUSE, PERSONAL_ORDER, "takedown") } else { ("", "", "") };
        let stop = if start.is_personal { "suspend_dataset" } else { "" };
        let at_once = if start.is_personal { "yes" } else { "" };
        FormView::with([
            ("agreement", start.agreement.as_str()),
            ("dataset", start.dataset.as_str()),
            ("class", start.class),
            ("summary", start.summary.as_str()),
            ("clause", clause),
            ("order", order),
            ("order_kind", order_kind),
            ("stop", stop),
            ("at_once", at_once),
        ])
    });
    let view = serde_json::json!({
        "from": from, "about": start.about, "is_signal": is_signal, "is_personal": start.is_personal,
        "allows_first": start.allows_first, "classes": classes, "stops": stops, "orders": orders,
    });
    Page::new(request, "Open a case")?.crumb("Cases", "/cases").form(form).render("conduct/new.html", &view)
}

fn opening(form: &Form, origin: Origin) -> Opening {
    let text = |name: &str| form.text(name).to_owned();
    let order = OrderKind::from_word(form.text("order_kind")).map(|kind| (kind, text("order")));
    let at_once =
        form.has("at_once").then(|| AtOnce { stop: text("stop"), clause: text("clause"), cure: text("cure"), order });
    Opening {
        origin,
        agreement: text("agreement"),
        key: None,
        dataset: text("dataset"),
        class: Class::ALL.into_iter().find(|class| class.as_str() == form.text("class")),
        summary: text("summary"),
        at_once,
    }
}

pub(super) async fn open(
    request: HttpRequest,
    desk: DeskData,
    posted: Posted,
    once: Once,
) -> Result<HttpResponse, WebError> {
    let form = posted.only(&FIELDS)?;
    let from = form.text("from").to_owned();
    let origin = origin(&from).ok_or_else(WebError::not_found)?;
    let (who, wish) = (caller_once(&request, once), opening(&form, origin));
    match desk.run(move |desk| open_case(desk, &who, &wish)).await {
        Ok(case) => {
            let told = if case.charge.is_some() {
                "The case is open, the notice is sent, and what you chose is suspended."
            } else {
                "The case is open and its evidence is kept. Give the notice next."
            };
            Redirect::with(&request, case.path_of_office(), &Flash::good(told))
        }
        Err(error) => {
            let error = still_on_the_form(error, ("Back to the cases", "/cases"))?;
            let errors = shown_on_form(error)?;
            show(&request, &desk, (from, String::new()), Some(form.view(&errors))).await
        }
    }
}
