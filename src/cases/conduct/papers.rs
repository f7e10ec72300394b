//! The letters of a case, filled from its facts in the holder's language. Who complained stands in none of them.

use super::{CaseError, Work, today};
use crate::cases::post::LetterDraft;
use crate::cases::writing::{in_spanish, said};
use crate::domain::letter::{Addressee, LetterAbout, LetterKind, Values};
use crate::domain::misuse::Offence;
use crate::domain::misuse::case::{Answer, Measure, MisuseCase, OrderKind};
use crate::domain::people::Capacity;
use crate::store::people;

/// The letter of this kind as the case stands.
pub(super) fn draft(
    work: &mut Work<'_>,
    case: &MisuseCase,
    kind: LetterKind,
    capacity: Capacity,
) -> Result<LetterDraft, CaseError> {
    let spanish = people::account_by_id(work.conn, case.subject.requester)?.language.starts_with("es");
    let values = facts(work, case, spanish);
    let values = match kind {
        LetterKind::NoticeOfViolation => notice(values, case, spanish),
        LetterKind::OrderToCease | LetterKind::TakedownOrder => order(values, case, spanish),
        LetterKind::CaseFinding => finding(work, values, case, spanish),
        LetterKind::CaseDismissal => values.paragraphs("reasons", reasons(case)),
        LetterKind::Denial
        | LetterKind::PartialGrant
        | LetterKind::Offer
        | LetterKind::Suspension
        | LetterKind::Throttling
        | LetterKind::Revocation
        | LetterKind::AppealDecision
        | LetterKind::RecordsReceipt
        | LetterKind::RecordsAcknowledgement
        | LetterKind::RecordsEstimate
        | LetterKind::RecordsAnswer
        | LetterKind::RecordsDeemedDenial => values,
    };
    Ok(LetterDraft {
        kind,
        about: LetterAbout::new("case", case.id, &case.number, case.path()),
        touches: case.touches(),
        to: Addressee::Party { requester: case.subject.requester, organisation: case.subject.organisation },
        departments: case.departments.clone(),
        capacity,
        values,
    })
}

fn words(spanish: bool, english: &'static str, in_spanish: &'static str) -> &'static str {
    if spanish { in_spanish } else { english }
}

/// A text of ours that the record holds in English.
fn ours(spanish: bool, english: &str) -> String {
    if spanish { in_spanish(english) } else { english.to_owned() }
}

fn reasons(case: &MisuseCase) -> String {
    case.finding.as_ref().map(|finding| finding.reasons.clone()).unwrap_or_default()
}

/// What stands in every letter of a case.
fn facts(work: &Work<'_>, case: &MisuseCase, spanish: bool) -> Values {
    let subject = &case.subject;
    let mut about = vec![
        (words(spanish, "Agreement", "Convenio"), subject.agreement_number.clone()),
        (words(spanish, "Datasets", "Conjuntos de datos"), subject.titles.join(", ")),
    ];
    if !subject.key_words.is_empty() {
        about.push((words(spanish, "Key", "Clave"), subject.key_words.clone()));
    }
    let title = ours(spanish, case.class.title());
    about.push((words(spanish, "Class", "Clase"), format!("{}, {title}", case.class.as_str())));
    let clerk = &work.desk.profile.appeals.clerk;
    let page = words(spanish, "the page of the case", "la página del caso");
    Values::new()
        .line("agreement", subject.agreement_number.as_str())
        .facts("about", &about)
        .line("page", format!("{page} ({})", case.path()))
        .local("clerk_body", said(clerk.name.as_str()))
        .line("clerk_address", clerk.address.as_str())
}

fn notice(values: Values, case: &MisuseCase, spanish: bool) -> Values {
    let Some(charge) = &case.charge else { return values };
    let shown = case.evidence.iter().filter(|part| part.is_for_holder);
    let parts: Vec<String> =
        shown.map(|part| format!("{} ({}): SHA-256 {}", ours(spanish, &part.title), part.name, part.sha256)).collect();
    let source = if spanish { case.source.in_spanish() } else { case.source.in_words() };
    let allows = case.class.allows_suspension_first();
    let interim = if allows {
        words(
            spanish,
            "In a case of this class the city may suspend at once to prevent harm. If it does, you are told at once and heard promptly.",
            "En un caso de esta clase la ciudad puede suspender de inmediato para evitar daños. Si lo hace, se le avisa y se le escucha pronto.",
        )
    } else {
        words(
            spanish,
            "Nothing is stopped while you may answer, except by the limits and rules that hold for every key.",
            "Nada se suspende mientras puede responder, salvo por los límites y reglas que valen para toda clave.",
        )
    };
    values
        .line("source", source)
        .paragraphs("facts", charge.facts.as_str())
        .paragraphs("clause", charge.clause.as_str())
        .bullets("evidence", &parts)
        .paragraphs("cure", charge.cure.as_str())
        .paragraphs("interim", interim)
        .deadline(["answer_by", "answer_by_working"], &charge.answer_by)
        .deadline(["cure_by", "cure_by_working"], &charge.cure_by)
}

fn order(values: Values, case: &MisuseCase, spanish: bool) -> Values {
    let Some(order) = &case.order else { return values };
    let standing = match (&case.finding, order.kind) {
        (Some(_), _) => words(
            spanish,
            "A violation was found; the reasons stand in the decision of this case.",
            "Se constató un incumplimiento; los motivos están en la decisión de este caso.",
        ),
        (None, OrderKind::Cease | OrderKind::Takedown) => words(
            spanish,
            "This order prevents harm; it is no finding of a violation, which comes after your answer if at all.",
            "Esta orden evita daños; no constata un incumplimiento, lo que, en su caso, viene después de su respuesta.",
        ),
    };
    values
        .paragraphs("order", order.text.as_str())
        .line("standing", standing)
        .deadline(["acknowledge_by", "acknowledge_by_working"], &order.acknowledge_by)
        .deadline(["comply_by", "comply_by_working"], &order.comply_by)
}

fn finding(work: &Work<'_>, values: Values, case: &MisuseCase, spanish: bool) -> Values {
    let (facts, clause) =
        case.charge.as_ref().map(|charge| (charge.facts.clone(), charge.clause.clone())).unwrap_or_default();
    let severity = case.finding.as_ref().map(|finding| finding.severity.clone()).unwrap_or_default();
    let severity = if severity.is_empty() {
        severity
    } else {
        format!("{}: {severity}", words(spanish, "Why a step of the ladder is left out", "Por qué se omite un paso"))
    };
    let taken = |measure: &Measure| if spanish { measure.kind.in_spanish() } else { measure.done.clone() };
    let measures: Vec<String> = case.measures.iter().filter(|measure| !measure.is_interim).map(taken).collect();
    let profile = &work.desk.profile;
    let clerk_by = profile.calendar.after(today(work), profile.appeals.clerk.within);
    let offence = match case.offence {
        Offence::First => words(spanish, "first", "primera"),
        Offence::Repeat => words(spanish, "repeated", "repetida"),
        Offence::Continuing => words(spanish, "continuing", "continuada"),
    };
    values
        .paragraphs("facts", facts)
        .paragraphs("clause", clause)
        .paragraphs("answer", answer(case, spanish))
        .paragraphs("reasons", reasons(case))
        .paragraphs("severity", severity)
        .bullets("measures", &measures)
        .line("offence", offence)
        .deadline(["clerk_by", "clerk_by_working"], &clerk_by)
}

fn answer(case: &MisuseCase, spanish: bool) -> String {
    let one = |answer: &Answer| {
        let late =
            if answer.is_late { words(spanish, " (after the last day)", " (después del último día)") } else { "" };
        format!("{}{late}: {}", answer.by_name, answer.text)
    };
    if case.answers.is_empty() {
        return words(spanish, "No answer came.", "No hubo respuesta.").to_owned();
    }
    case.answers.iter().map(one).collect::<Vec<_>>().join("\n\n")
}
