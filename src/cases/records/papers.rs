//! The letters of a request for records: receipt, acknowledgement, estimate, answer, denial by silence. Each says which
//! day counts and how it was counted, and where to turn.

use std::collections::BTreeMap;

use super::{CaseError, Work};
use crate::cases::post::LetterDraft;
use crate::cases::writing::{in_spanish, said};
use crate::domain::audit::About;
use crate::domain::letter::{Addressee, LetterAbout, LetterKind, Piece, Section, Values, to_plain};
use crate::domain::people::Capacity;
use crate::domain::profile::{LocalText, Profile};
use crate::domain::records::{NOT_HELD, Outcome, RecordsRequest, RecordsStep};
use crate::store::people;

/// Under which kind letters and files of requests are kept.
pub const OWNER: &str = "records request";

fn both(en: &str, es: &str) -> LocalText {
    let texts = [("en", en), ("es", es)].map(|(language, text)| (language.to_owned(), text.to_owned()));
    LocalText::ByLanguage(BTreeMap::from(texts))
}

/// Writes and keeps a letter about the request as it is now; its text, for the notice that carries it.
pub(super) fn file(
    work: &mut Work<'_>,
    request: &RecordsRequest,
    kind: LetterKind,
    capacity: Capacity,
) -> Result<String, CaseError> {
    let office = match request.department {
        Some(id) => people::department_by_id(work.conn, id)?.name,
        None => work.desk.profile.appeals.clerk.name.to_string(),
    };
    let requester = &request.requester;
    let to = match requester.account {
        Some(account) => Addressee::Party { requester: account, organisation: requester.organisation },
        None => Addressee::Outsider {
            name: requester.called().to_owned(),
            email: requester.email.clone(),
            language: requester.language.clone(),
        },
    };
    let draft = LetterDraft {
        kind,
        about: LetterAbout::new(OWNER, request.id, &request.number, format!("/records/follow?id={}", request.id)),
        touches: About { application: request.from_application, person: requester.account, ..About::default() },
        to,
        departments: request.department.into_iter().collect(),
        capacity,
        values: values(&work.desk.profile, request, &office),
    };
    Ok(to_plain(&work.file_letter(&draft)?.markdown))
}

fn values(profile: &Profile, request: &RecordsRequest, office: &str) -> Values {
    let state = &profile.appeals.state;
    let last = request.steps.last().map_or("", |step: &RecordsStep| step.text.as_str());
    let appeal = request.appeals().pop().unwrap_or(&request.clocks.appeal);
    let values = Values::new()
        .local("description", said(&request.description))
        .local("office", said(office))
        .day("received", request.received_on)
        .deadline(["due", "due_working"], &request.clocks.due)
        .deadline(["appeal", "appeal_working"], appeal)
        .local("text", said(last))
        .local("state_body", said(state.name.as_str()))
        .local("state_text", &state.text)
        .line("state_address", format!("{}, {}", state.address, state.email))
        .line("state_statute", state.statute.as_str());
    let values = estimated(values, profile, request);
    answered(values, profile, request)
}

fn estimated(values: Values, profile: &Profile, request: &RecordsRequest) -> Values {
    let (lines, total, prepayment) = match &request.estimate {
        Some(estimate) => {
            let lines = estimate.lines.iter().map(|line| {
                let in_words = |what: &str| format!("{what}: {}", line.cents);
                Piece::both(in_words(&line.what), in_words(&in_spanish(&line.what)))
            });
            (lines.collect(), estimate.total.to_string(), estimate.prepayment)
        }
        None => (Vec::new(), String::new(), false),
    };
    let asked = both("It must be paid before copies are made.", "Debe pagarse antes de que se hagan las copias.");
    let not_asked = both("Nothing is to be paid in advance.", "No hay que pagar nada por adelantado.");
    values
        .list("fee_lines", lines)
        .line("fee_total", total)
        .line("page_max", profile.fees.rules().page_max.to_string())
        .local("prepayment", if prepayment { &asked } else { &not_asked })
}

fn answered(values: Values, profile: &Profile, request: &RecordsRequest) -> Values {
    let Some(answer) = request.answer() else {
        return values.local("outcome", "").sections("withheld", Vec::new()).local("late", "").local("route", "");
    };
    let outcome = match answer.outcome {
        Outcome::Produced => both("The records are produced.", "Los documentos se entregan."),
        Outcome::Partly => both("Some of it is produced, some is withheld.", "Una parte se entrega y otra se retiene."),
        Outcome::Denied => both("The request is denied.", "La solicitud se deniega."),
    };
    let late = if answer.is_late {
        both(
            "This answer comes after the last day. The denial by silence stays on record, and the time to appeal from it runs on its own.",
            "Esta respuesta llega después del último día. La negativa por silencio queda registrada y el plazo para apelar de ella corre por sí solo.",
        )
    } else {
        both(" ", " ")
    };
    let route = if answer.withheld.is_empty() {
        both(
            "If something is missing, you may say so, and you may appeal to the commission named here.",
            "Si falta algo, puede decirlo, y puede apelar ante la comisión que se nombra aquí.",
        )
    } else {
        both(
            "You may appeal from what is withheld, without asking the city again first.",
            "Puede apelar por lo que se retiene, sin pedirlo antes otra vez a la ciudad.",
        )
    };
    let sections = answer.withheld.iter().map(|row| {
        let known = profile.exemption(&row.exemption).map(|known| Piece::from(&known.title));
        let not_held = both("This office does not have the record.", "Esta oficina no tiene el documento.");
        let under = if row.exemption == NOT_HELD {
            Piece::from(&not_held)
        } else {
            let mut pieces = vec![Piece::from(row.exemption.as_str())];
            pieces.extend(known);
            Piece::Row(pieces)
        };
        Section {
            heading: Piece::from(format!("{}: {}", row.record, row.field)),
            before: vec![under],
            bullets: Vec::new(),
            after: vec![Piece::from(row.sentence.as_str())],
        }
    });
    values
        .local("outcome", &outcome)
        .sections("withheld", sections.collect())
        .local("late", &late)
        .local("route", &route)
}
