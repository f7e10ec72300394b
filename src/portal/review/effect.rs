//! What a decision as typed would open, and one call tried under it. Changes nothing.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::{HttpRequest, HttpResponse, web};
use chrono_tz::Tz;
use serde::Serialize;

use super::case::show_with;
use super::decision;
use crate::cases::trial::{self, Call, WouldBe};
use crate::domain::id::{ApplicationId, ItemId};
use crate::domain::net::CidrList;
use crate::domain::scope::Method;
use crate::domain::time::Instant;
use crate::portal::shared::{Choice, ConditionView, clock_words, conditions, id_in, limit_words};
use crate::web::case::{DeskData, caller, shown_on_form};
use crate::web::{Form, FormErrors, Manager, Posted, Signed, Site, WebError};

/// The address a call is tried from where none is given; it is kept for documentation and belongs to nobody.
const NOBODYS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// What would be, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct EffectView {
    endpoints: Vec<Endpoint>,
    limits: Vec<String>,
    networks: Vec<String>,
    hours: Option<(String, String)>,
    ends_at: Instant,
    redactions: Vec<Redaction>,
    conditions: Vec<ConditionView>,
    judged: Option<JudgedView>,
}

#[derive(Debug, Serialize)]
struct Endpoint {
    scope: String,
    methods: String,
    paths: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Redaction {
    field: String,
    treatment: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct JudgedView {
    call: String,
    code: &'static str,
    status: u16,
    tone: &'static str,
    sentence: &'static str,
    detail: String,
    clause: String,
}

fn effect_view(would_be: &WouldBe, call: Option<&Call>, gate_url: &str) -> EffectView {
    let WouldBe { schedule, dataset, ends_at, judged } = would_be;
    let endpoints = schedule.operations.iter().filter_map(|name| dataset.operation(name)).map(|operation| Endpoint {
        scope: format!("{}:{}", schedule.slug, operation.name()),
        methods: operation.methods().iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", "),
        paths: operation.paths().iter().map(|path| format!("{gate_url}/{}{path}", schedule.slug)).collect(),
    });
    let networks = schedule.networks.as_ref().map(CidrList::networks).unwrap_or_default();
    EffectView {
        endpoints: endpoints.collect(),
        limits: limit_words(&schedule.limits),
        networks: networks.iter().map(ToString::to_string).collect(),
        hours: schedule.hours.map(|(from, until)| (clock_words(from), clock_words(until))),
        // The last moment that still counts, so that the page names the last day.
        ends_at: *ends_at - chrono::Duration::seconds(1),
        redactions: schedule
            .redactions
            .iter()
            .map(|rule| Redaction {
                field: rule.path.to_string(),
                treatment: rule.treatment.to_string(),
                reason: rule.reason.clone(),
            })
            .collect(),
        conditions: conditions(&schedule.conditions),
        judged: judged.as_ref().zip(call).map(|((judged, clause), call)| JudgedView {
            call: format!("{} {}", call.method, call.path),
            code: judged.code,
            status: judged.status,
            tone: if judged.code == "ok" { "good" } else { "warn" },
            sentence: judged.sentence,
            detail: judged.detail.clone().unwrap_or_default(),
            clause: clause.clone().unwrap_or_default(),
        }),
    }
}

/// The methods that a call can be tried with.
pub(super) fn methods() -> Vec<Choice> {
    Method::ALL.into_iter().map(|method| Choice::new(method.as_str(), method.as_str())).collect()
}

/// The call that is to be tried; none where no path is given.
fn read_call(form: &Form, zone: Tz, now: Instant, errors: &mut FormErrors) -> Option<Call> {
    let path = form.text("trial.path");
    if path.is_empty() {
        return None;
    }
    let address = match form.text("trial.address") {
        "" => Some(NOBODYS),
        typed => typed.parse().ok(),
    };
    if address.is_none() {
        errors.add("trial.address", "Give one address, such as 203.0.113.7.");
    }
    let at = match form.text("trial.at") {
        "" => Some(now),
        typed => moment(typed, zone),
    };
    if at.is_none() {
        errors.add("trial.at", "Give a day and a time, such as 2027-06-30 08:15.");
    }
    Some(Call { method: form.text("trial.method").to_owned(), path: path.to_owned(), address: address?, at: at? })
}

/// A moment of the city as a browser or a person writes it.
fn moment(text: &str, zone: Tz) -> Option<Instant> {
    let text = text.trim().replace('T', " ");
    let local = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
        .into_iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(&text, format).ok())?;
    local.and_local_timezone(zone).earliest().map(|at| at.to_utc())
}

/// Shows the effect of the decision as typed, beside the form.
pub(super) async fn page(
    request: HttpRequest,
    desk: DeskData,
    _who: Signed<Manager>,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, WebError> {
    let (id, item): (ApplicationId, ItemId) = (id_in(&path.0)?, id_in(&path.1)?);
    let form = posted.only(decision::FIELDS)?;
    let mut errors = FormErrors::default();
    let under = decision::under(&form, &mut errors);
    let call = read_call(&form, desk.profile.zone, desk.clock.now(), &mut errors);
    let Some(under) = under.filter(|_| errors.is_empty()) else {
        return show_with(&request, &desk, (id, Some(item)), Some((form, errors)), None).await;
    };
    let gate_url = Site::of(&request)?.options().gate_url.as_str().trim_end_matches('/').to_owned();
    let (who, tried) = (caller(&request), call.clone());
    match desk.run(move |desk| trial::would_be(desk, &who, (id, item), under, tried.as_ref())).await {
        Ok(would_be) => {
            let view = effect_view(&would_be, call.as_ref(), &gate_url);
            show_with(&request, &desk, (id, Some(item)), Some((form, errors)), Some(view)).await
        }
        Err(error) => {
            let errors = decision::at_conditions(&form, &shown_on_form(error)?);
            show_with(&request, &desk, (id, Some(item)), Some((form, errors)), None).await
        }
    }
}
