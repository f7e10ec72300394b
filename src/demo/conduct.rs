//! Misuse cases of the demo: one without an answer in time, one answered, one with an order whose proof waits, and a
//! report that nobody has read yet.

use super::seed::City;
use crate::cases::conduct::complaints::{self, ComplaintGiven};
use crate::cases::conduct::office::{self, ChargeGiven};
use crate::cases::conduct::open::{AtOnce, Opening, Origin, open};
use crate::cases::conduct::{clocks, holder};
use crate::cases::{Caller, CaseError, Intent, agree};
use crate::domain::misuse::Class;
use crate::domain::misuse::case::OrderKind;
use crate::domain::misuse::complaint::ComplaintKind;
use crate::domain::people::Actor;

/// Tells every story, in the order in which it happened.
///
/// # Errors
/// Whatever a case refuses.
pub(super) fn tell(city: &City) -> Result<(), CaseError> {
    unanswered(city)?;
    answered(city)?;
    ordered(city)?;
    reported(city)
}

/// The number of the newest agreement in force that somebody holds on a dataset.
fn agreement(city: &City, nick: &str, slug: &str) -> Result<String, CaseError> {
    let now = city.desk.clock.now();
    let all = agree::list(&city.desk, city.person(nick)?)?;
    let live = all.into_iter().filter(|agreement| agreement.is_live(now) && agreement.schedule(slug).is_some());
    live.max_by_key(|agreement| agreement.created_at).map(|agreement| agreement.number).ok_or(CaseError::Missing)
}

fn opening(origin: Origin, agreement: String, (slug, class, summary): (&str, Class, &str)) -> Opening {
    Opening {
        origin,
        agreement,
        key: None,
        dataset: slug.to_owned(),
        class: Some(class),
        summary: summary.to_owned(),
        at_once: None,
    }
}

/// No attribution on a page, seen by a manager; the last day to answer passed.
fn unanswered(city: &City) -> Result<(), CaseError> {
    city.at(28, 15);
    let rosa = city.person("rosa")?;
    let number = agreement(city, "maria", "parking-occupancy")?;
    let seen = "The page of free spaces names no source and shows counts that are hours old as if they were new.";
    let case = open(&city.desk, rosa, &opening(Origin::Staff, number, ("parking-occupancy", Class::M3, seen)))?;
    city.later(20);
    let charge = ChargeGiven {
        facts: seen.to_owned(),
        clause: "Attribution and freshness: the source is named, and old values are shown as old.".to_owned(),
        cure: "Name the source and the time of each value.".to_owned(),
    };
    office::notify(&city.desk, rosa, case.id, &charge)?;
    city.at(8, 9);
    clocks::round(&city.desk).map(|_| ())
}

fn neighbour(last: u8) -> Caller {
    let actor = Actor::visitor(Some([198, 51, 100, last].into()));
    Caller { actor, request: None, agent: "the demo".to_owned(), idempotency: None, intent: Intent::Act }
}

fn report(kind: ComplaintKind, department: &str, (dataset, seen, text): (&str, &str, &str)) -> ComplaintGiven {
    ComplaintGiven {
        kind,
        department: department.to_owned(),
        dataset: dataset.to_owned(),
        seen: seen.to_owned(),
        text: text.to_owned(),
        name: String::new(),
        email: "neighbour@people.example".to_owned(),
        files: Vec::new(),
    }
}

/// A complaint about passing data on, taken up and answered.
fn answered(city: &City) -> Result<(), CaseError> {
    city.at(9, 14);
    let text = "A real-estate site shows the noise of single addresses and says it comes from the university.";
    let given = report(ComplaintKind::Misuse, "planning", ("noise-levels", "https://homes.example/quiet", text));
    complaints::file(&city.desk, &neighbour(21), &given)?;
    city.later(90);
    let noor = city.person("noor")?;
    let waiting = complaints::list(&city.desk, noor, false)?;
    let complaint = waiting.first().ok_or(CaseError::Missing)?.id;
    let number = agreement(city, "chen", "noise-levels")?;
    let seen = "Noise values of single addresses stand on a real-estate site that names this agreement.";
    let wish = opening(Origin::Complaint(complaint), number, ("noise-levels", Class::M5, seen));
    let case = open(&city.desk, noor, &wish)?;
    let charge = ChargeGiven {
        facts: seen.to_owned(),
        clause: "Passing on: values are not given to others, and results name no single address.".to_owned(),
        cure: "Have the site take the values down.".to_owned(),
    };
    office::notify(&city.desk, noor, case.id, &charge)?;
    city.at(4, 16);
    let answer = "A former student passed a file on. We asked the site to take it down and changed our passwords.";
    let cure = "Files are kept on one server now, and nobody can copy them.";
    holder::answer(&city.desk, city.person("chen")?, case.id, (answer, cure, &[])).map(|_| ())
}

/// Personal data got out: suspended at once, ordered to take down, and the proof waits to be looked at.
fn ordered(city: &City) -> Result<(), CaseError> {
    city.at(6, 13);
    let will = city.person("will")?;
    let number = agreement(city, "chen", "snow-plow-avl")?;
    let seen = "A talk showed a plow driver's route on a map with the driver's name.";
    let at_once = AtOnce {
        stop: "suspend_dataset".to_owned(),
        clause: "No personal data is published, and nobody finds out who a record is about.".to_owned(),
        cure: String::new(),
        order: Some((OrderKind::Takedown, "Take the slides and the recording down and delete the names.".to_owned())),
    };
    let wish = opening(Origin::StaffPersonalData, number, ("snow-plow-avl", Class::M8, seen));
    let case = open(&city.desk, will, &Opening { at_once: Some(at_once), ..wish })?;
    city.at(3, 15);
    let proof = "The slides are gone and the recording was cut. The host confirmed it.";
    holder::prove(&city.desk, city.person("chen")?, case.id, (proof, &[])).map(|_| ())
}

/// Nobody has read this one yet.
fn reported(city: &City) -> Result<(), CaseError> {
    city.at(1, 11);
    let text = "A fleet app shows where single cars park over the day.";
    let given = report(ComplaintKind::Misuse, "", ("", "the app “Fleet Eye”", text));
    complaints::file(&city.desk, &neighbour(22), &given).map(|_| ())
}
