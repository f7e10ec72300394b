//! The denial letter: made from the decision itself, with both ways to appeal and their dates side by side. It never
//! says that one way must come first: the clerk's review does not stop the state's clock (CGS §1-206).

use super::post::LetterDraft;
use super::writing::{in_spanish, said};
use crate::domain::application::{Application, Item, ItemState, State};
use crate::domain::audit::About;
use crate::domain::calendar::{Deadline, in_words, in_words_of};
use crate::domain::id::{DepartmentId, ItemId};
use crate::domain::letter::{Addressee, LetterAbout, LetterKind, Piece, Section, Values};
use crate::domain::people::Capacity;
use crate::domain::profile::{AppealBody, Profile};
use crate::domain::review::{Decision, Verdict};
use crate::domain::time::{Day, day_in};

/// A letter, in parts ready to print.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Letter {
    /// The application's number.
    pub number: String,
    /// The project.
    pub title: String,
    /// To whom.
    pub to: String,
    /// The day of the last refusal.
    pub day: Day,
    /// One part for each dataset that was refused.
    pub parts: Vec<Part>,
    /// The city's review, with the day that counts from the first refusal: earlier is always in time.
    pub clerk: Route,
    /// The state's commission.
    pub state: Route,
    /// What stands beside every denial: asking for a record is a right of its own.
    pub records_note: String,
}

/// What was decided about one dataset.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Part {
    /// The item of the application.
    pub item: ItemId,
    /// The dataset.
    pub dataset: String,
    /// Who decided.
    pub decided_by: String,
    /// In which capacity.
    pub decided_as: &'static str,
    /// For which department.
    pub department: DepartmentId,
    /// The day of this refusal; both ways to appeal count from it.
    pub day: Day,
    /// Last day for the city's review of this part.
    pub clerk_by: Day,
    /// Last day for the state's commission on this part.
    pub state_by: Day,
    /// The reasons in words.
    pub statement: String,
    /// Coded reasons.
    pub grounds: Vec<PrintedGround>,
    /// What would change the answer.
    pub remedy: String,
}

/// One coded reason, ready to print.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PrintedGround {
    /// The code.
    pub code: String,
    /// Its title in the profile.
    pub title: String,
    /// Its sentence in the profile.
    pub sentence: String,
    /// What is cited.
    pub cites: String,
    /// The facts.
    pub explanation: String,
}

/// One way to appeal.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Route {
    /// Whom to write to.
    pub body: String,
    /// Where.
    pub address: String,
    /// By e-mail.
    pub email: String,
    /// The last day.
    pub by: Day,
    /// The last day in words.
    pub by_words: String,
    /// How the day was computed.
    pub working: String,
    /// On what it rests.
    pub statute: String,
    /// What to know.
    pub text: String,
}

/// The letter of an application with at least one refused dataset.
#[must_use]
pub fn denial(profile: &Profile, application: &Application) -> Option<Letter> {
    let refused: Vec<(&Item, &Decision)> = application
        .items
        .iter()
        .filter_map(|item| match &item.state {
            ItemState::Denied { decision } => Some((item, decision)),
            ItemState::Pending { .. } | ItemState::Granted { .. } | ItemState::Approved { .. } => None,
        })
        .collect();
    let first = refused.iter().map(|(_, decision)| decision.at).min()?;
    let last = refused.iter().map(|(_, decision)| decision.at).max()?;
    let day = day_in(profile.zone, last);
    let clocks = profile.denial_clocks(day_in(profile.zone, first));
    Some(Letter {
        number: application.number.clone(),
        title: application.answers.get("title").to_owned(),
        to: application.requester_name.clone(),
        day,
        parts: refused.iter().map(|(item, decision)| part(profile, item, decision)).collect(),
        clerk: route(&profile.appeals.clerk, &clocks.clerk),
        state: route(&profile.appeals.state, &clocks.foic),
        records_note: profile.notices.two_tracks.text("en").to_owned(),
    })
}

fn part(profile: &Profile, item: &Item, decision: &Decision) -> Part {
    let (grounds, remedy) = match &decision.verdict {
        Verdict::Deny { grounds, remedy } => (grounds.as_slice(), remedy.clone()),
        Verdict::Approve { .. } => (&[][..], String::new()),
    };
    let grounds = grounds
        .iter()
        .map(|ground| {
            let known = profile.ground(&ground.code);
            PrintedGround {
                code: ground.code.clone(),
                title: known.map(|known| known.title.text("en").to_owned()).unwrap_or_default(),
                sentence: known.map(|known| known.sentence.text("en").to_owned()).unwrap_or_default(),
                cites: ground.cites.clone(),
                explanation: ground.explanation.clone(),
            }
        })
        .collect();
    let clocks = profile.denial_clocks(day_in(profile.zone, decision.at));
    Part {
        item: item.id,
        dataset: item.title.clone(),
        decided_by: decision.by_name.clone(),
        decided_as: "manager",
        department: decision.department,
        day: clocks.denied_on,
        clerk_by: clocks.clerk_by,
        state_by: clocks.foic_by,
        statement: decision.statement.clone(),
        grounds,
        remedy,
    }
}

fn route(body: &AppealBody, deadline: &Deadline) -> Route {
    Route {
        body: body.name.as_str().to_owned(),
        address: body.address.as_str().to_owned(),
        email: body.email.as_str().to_owned(),
        by: deadline.due,
        by_words: in_words(deadline.due),
        working: deadline.explain(),
        statute: body.statute.as_str().to_owned(),
        text: body.text.text("en").to_owned(),
    }
}

/// What the two ways to appeal look like in a letter: `clerk_…` and `state_…`.
pub(super) fn routes(values: Values, profile: &Profile, (clerk, state): (&Deadline, &Deadline)) -> Values {
    let (of_clerk, of_state) = (&profile.appeals.clerk, &profile.appeals.state);
    let address = |body: &AppealBody| format!("{}, {}", body.address, body.email);
    values
        .local("clerk_body", said(of_clerk.name.as_str()))
        .line("clerk_address", address(of_clerk))
        .local("clerk_statute", said(of_clerk.statute.as_str()))
        .local("clerk_text", &of_clerk.text)
        .deadline(["clerk_by", "clerk_by_working"], clerk)
        .local("state_body", said(of_state.name.as_str()))
        .line("state_address", address(of_state))
        .line("state_statute", of_state.statute.as_str())
        .local("state_text", &of_state.text)
        .deadline(["state_by", "state_by_working"], state)
}

/// One refused dataset, in the words of its decision.
fn section(profile: &Profile, item: &Item, decision: &Decision) -> Section {
    let (grounds, remedy) = match &decision.verdict {
        Verdict::Deny { grounds, remedy } => (grounds.as_slice(), remedy.clone()),
        Verdict::Approve { .. } => (&[][..], String::new()),
    };
    let bullet = |ground: &crate::domain::review::Ground| {
        let mut pieces = vec![Piece::from(format!("{}:", ground.code))];
        if let Some(known) = profile.ground(&ground.code) {
            pieces.extend([Piece::from(&known.title), Piece::from("—"), Piece::from(&known.sentence)]);
        }
        pieces.push(Piece::from(ground.explanation.as_str()));
        if !ground.cites.is_empty() {
            pieces.push(Piece::from(format!("({})", ground.cites)));
        }
        Piece::Row(pieces)
    };
    let clocks = profile.denial_clocks(day_in(profile.zone, decision.at));
    let days =
        |language: &str| [clocks.denied_on, clocks.clerk_by, clocks.foic_by].map(|day| in_words_of(day, language));
    let ([on, clerk, state], [el, secretaria, estado]) = (days("en"), days("es"));
    let who = Piece::both(
        format!(
            "{} was denied on {on} by {}. Last days for this dataset: {clerk} ({}), {state} ({}).",
            item.title, decision.by_name, profile.appeals.clerk.name, profile.appeals.state.name
        ),
        format!(
            "{} fue denegado el {el} por {}. Últimos días para este conjunto de datos: {secretaria} ({}), {estado} ({}).",
            item.title,
            decision.by_name,
            in_spanish(profile.appeals.clerk.name.as_str()),
            in_spanish(profile.appeals.state.name.as_str())
        ),
    );
    Section {
        heading: item.title.as_str().into(),
        before: vec![who, decision.statement.as_str().into()],
        bullets: grounds.iter().map(bullet).collect(),
        after: vec![remedy.into()],
    }
}

/// The letter to send when a dataset of an application was refused; `None` where none is.
pub(super) fn denial_draft(profile: &Profile, application: &Application, capacity: Capacity) -> Option<LetterDraft> {
    let letter = denial(profile, application)?;
    let refused = application.items.iter().filter_map(|item| match &item.state {
        ItemState::Denied { decision } => Some(section(profile, item, decision)),
        ItemState::Pending { .. } | ItemState::Granted { .. } | ItemState::Approved { .. } => None,
    });
    let first = letter.parts.iter().map(|part| part.day).min()?;
    let clocks = profile.denial_clocks(first);
    let is_whole = matches!(application.state, State::Denied { .. });
    let values = Values::new().line("title", letter.title).sections("parts", refused.collect());
    Some(LetterDraft {
        kind: if is_whole { LetterKind::Denial } else { LetterKind::PartialGrant },
        about: LetterAbout::new(
            "application",
            application.id,
            &application.number,
            format!("/applications/{}", application.id),
        ),
        touches: About { application: Some(application.id), person: Some(application.requester), ..About::default() },
        to: Addressee::Party { requester: application.requester, organisation: application.organisation },
        departments: application.items.iter().map(|item| item.department).collect(),
        capacity,
        values: routes(values, profile, (&clocks.clerk, &clocks.foic)),
    })
}
