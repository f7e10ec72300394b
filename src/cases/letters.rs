//! The denial letter: made from the decision itself, with both ways to appeal and their dates side by side. It never
//! says that one way must come first: the clerk's review does not stop the state's clock (CGS §1-206).

use crate::domain::application::{Application, Item, ItemState};
use crate::domain::calendar::{Deadline, in_words};
use crate::domain::id::{DepartmentId, ItemId};
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

impl Letter {
    /// The letter as plain text, for mail and for keeping.
    #[must_use]
    pub fn to_text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = format!("{}\nApplication {}: {}\nTo {}\n", in_words(self.day), self.number, self.title, self.to);
        for part in &self.parts {
            let _infallible = write!(
                text,
                "\n{} was denied on {}. Decided by {}, {}.\n{}\n",
                part.dataset,
                in_words(part.day),
                part.decided_by,
                part.decided_as,
                part.statement
            );
            for ground in &part.grounds {
                let _infallible = writeln!(
                    text,
                    "- {} {}: {} {} ({})",
                    ground.code, ground.title, ground.sentence, ground.explanation, ground.cites
                );
            }
            let _infallible = writeln!(text, "What would change the answer: {}", part.remedy);
        }
        for route in [&self.clerk, &self.state] {
            let _infallible = write!(
                text,
                "\n{}: by {}. {}\n{}\n{}, {}\n",
                route.body, route.by_words, route.text, route.working, route.address, route.email
            );
        }
        let _infallible = write!(text, "\n{}\n", self.records_note);
        text
    }
}
