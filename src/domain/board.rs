//! The clerk's board: how near a last day is, and the one act that comes next on an appeal or a request for records.
//! Knows no list and no page, and must never move a day.

use super::appeal::{Appeal, AppealState, Timeliness};
use super::records::{RecordsRequest, RecordsState};
use super::time::Day;

/// Days that are near.
const NEAR_DAYS: i64 = 7;

/// How near a last day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// It has passed.
    Overdue,
    /// It is today.
    Today,
    /// It is within seven days.
    Near,
    /// It is later.
    Later,
}

impl Band {
    /// Every band, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Overdue, Self::Today, Self::Near, Self::Later];

    /// The band of a last day that is so many days ahead; negative where it has passed.
    #[must_use]
    pub const fn of(days_left: i64) -> Self {
        match days_left {
            ..0 => Self::Overdue,
            0 => Self::Today,
            1..=NEAR_DAYS => Self::Near,
            _ => Self::Later,
        }
    }

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Near => "near",
            Self::Later => "later",
        }
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAct {
    /// To say whether a late appeal is heard.
    Admit,
    /// To say that it came in.
    Acknowledge,
    /// To write the record down.
    CompileRecord,
    /// To hold the hearing that is set.
    Hear,
    /// To decide.
    Decide,
    /// To say which department has the records.
    Route,
    /// To write down what the state's commissioner found.
    NoteFinding,
    /// To answer.
    Answer,
}

impl NextAct {
    /// Every act.
    pub const ALL: [Self; 8] = [
        Self::Admit,
        Self::Acknowledge,
        Self::CompileRecord,
        Self::Hear,
        Self::Decide,
        Self::Route,
        Self::NoteFinding,
        Self::Answer,
    ];

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Acknowledge => "acknowledge",
            Self::CompileRecord => "compile_record",
            Self::Hear => "hear",
            Self::Decide => "decide",
            Self::Route => "route",
            Self::NoteFinding => "note_finding",
            Self::Answer => "answer",
        }
    }

    /// What a person reads on the link.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Admit => "Say whether it is heard",
            Self::Acknowledge => "Acknowledge it",
            Self::CompileRecord => "Compile the record",
            Self::Hear => "Hold the hearing",
            Self::Decide => "Decide it",
            Self::Route => "Say which department has the records",
            Self::NoteFinding => "Write down the commissioner’s finding",
            Self::Answer => "Answer it",
        }
    }
}

/// What comes next on an appeal; nothing once it is closed.
#[must_use]
pub fn next_on_appeal(appeal: &Appeal, today: Day) -> Option<NextAct> {
    match &appeal.state {
        AppealState::Filed => Some(match appeal.timeliness {
            Timeliness::Late => NextAct::Admit,
            Timeliness::InTime | Timeliness::Admitted { .. } => NextAct::Acknowledge,
        }),
        AppealState::Acknowledged => Some(NextAct::CompileRecord),
        AppealState::RecordCompiled => Some(NextAct::Decide),
        AppealState::HearingSet { hearing } if today <= hearing.on => Some(NextAct::Hear),
        AppealState::HearingSet { .. } => Some(NextAct::Decide),
        AppealState::Decided { .. } | AppealState::NotHeard { .. } | AppealState::Withdrawn { .. } => None,
    }
}

/// What comes next on a request for records; nothing once it is answered or over. Who has the records comes before
/// everything, because only they can answer in time.
#[must_use]
pub fn next_on_records(request: &RecordsRequest) -> Option<NextAct> {
    if request.state.is_open() && request.department.is_none() {
        return Some(NextAct::Route);
    }
    let waits = request.referral.as_ref().is_some_and(|referral| referral.finding.is_none());
    match &request.state {
        RecordsState::Received => Some(NextAct::Acknowledge),
        RecordsState::Acknowledged { .. } | RecordsState::DeemedDenied { .. } if waits => Some(NextAct::NoteFinding),
        RecordsState::Acknowledged { .. } | RecordsState::DeemedDenied { .. } => Some(NextAct::Answer),
        RecordsState::Answered { .. } | RecordsState::Withdrawn { .. } | RecordsState::Converted { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_day_lies_in_one_band() {
        let rows = [
            (-400, Band::Overdue),
            (-1, Band::Overdue),
            (0, Band::Today),
            (1, Band::Near),
            (7, Band::Near),
            (8, Band::Later),
        ];
        for (days, band) in rows {
            assert_eq!(Band::of(days), band, "{days}");
        }
        assert!(Band::ALL.is_sorted());
    }

    #[test]
    fn every_act_has_a_word_and_a_link_of_its_own() {
        let words: std::collections::BTreeSet<_> = NextAct::ALL.iter().map(|act| act.as_str()).collect();
        let links: std::collections::BTreeSet<_> = NextAct::ALL.iter().map(|act| act.in_words()).collect();
        assert_eq!((words.len(), links.len()), (NextAct::ALL.len(), NextAct::ALL.len()));
    }
}
