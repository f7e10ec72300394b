//! Requests for records and for a reuse statement in the demo, each in another state.

use super::seed::City;
use crate::cases::records::{self, Wish, desk};
use crate::cases::reuse::{self, Question};
use crate::cases::{Caller, CaseError, Intent};
use crate::domain::id::RecordsId;
use crate::domain::people::Actor;
use crate::domain::records::{AnswerDraft, Cents, EstimateDraft, Outcome, Withheld};

/// Somebody who gave no account.
fn visitor() -> Caller {
    Caller {
        actor: Actor::visitor(None),
        request: None,
        agent: "demo".to_owned(),
        idempotency: None,
        intent: Intent::Act,
    }
}

fn ask(city: &City, days: i64, department: &str, description: &str) -> Result<RecordsId, CaseError> {
    city.at(days, 10);
    let wish = Wish {
        email: "vera.stone@mail.example".to_owned(),
        department: department.to_owned(),
        description: description.to_owned(),
        ..Wish::default()
    };
    Ok(records::file(&city.desk, &visitor(), &wish)?.request.id)
}

/// One answered in part, one denied by silence, one acknowledged with an estimate, one that nobody has yet.
///
/// # Errors
/// Whatever a case refuses.
pub(super) fn tell(city: &City) -> Result<(), CaseError> {
    let rosa = city.person("rosa")?;
    let answered =
        ask(city, 20, "parking-authority", "Hourly occupancy of every on-street bay near the station, 2025.")?;
    city.at(18, 15);
    let row = Withheld {
        record: "Sensor log of 2025".to_owned(),
        field: "firmware of the vendor".to_owned(),
        exemption: "1-210(b)(5)".to_owned(),
        sentence: "It describes a method that the vendor gave in confidence, (A).".to_owned(),
    };
    let text = "The table of every bay is ready at the counter and by mail, without the column named below.";
    let draft = AnswerDraft { outcome: Outcome::Partly, text: text.to_owned(), withheld: vec![row] };
    desk::answer(&city.desk, rosa, answered, (&draft, &[]))?;

    ask(city, 12, "parking-authority", "Contracts for the parking sensors since 2014, with their prices.")?;
    let open = ask(city, 1, "parking-authority", "Minutes of the meetings about the curb in East Norwalk, 2026.")?;
    city.at(1, 15);
    desk::acknowledge(&city.desk, rosa, open, "We look for the minutes of nine meetings.")?;
    let draft = EstimateDraft { pages: 36, page_price: Cents::new(50), ..EstimateDraft::default() };
    desk::estimate(&city.desk, rosa, open, &draft)?;
    records::clock::deem_denied(&city.desk)?;
    ask(city, 1, "", "Who may open the cabinets of the traffic signals, and since when?")?;
    let question = Question { what_for: "A map for visitors of the harbor.".to_owned(), ..Question::default() };
    reuse::ask(&city.desk, &visitor(), "parking-occupancy", &question).map(|_| ())
}
