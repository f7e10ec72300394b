//! Every act on an application in one place: `decide` looks at the state and the command, and either refuses or
//! returns the whole change. The match names every pair that is allowed; everything else is refused by name.

use chrono::Duration;

use super::{Answers, Application, Asked, Item, Proposal, State};
use crate::domain::agreement::Evidence;
use crate::domain::audit::{About, Act};
use crate::domain::id::{AccountId, AgreementId, ApplicationId, DepartmentId, ItemId};
use crate::domain::notice::Notice;
use crate::domain::people::{Actor, Capacity};
use crate::domain::refusal::{Refusal, wrong_state};
use crate::domain::review::{Advice, Verdict};
use crate::domain::time::Instant;

/// What may be done to an application.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Keep the working copy.
    Save {
        /// The answers as typed.
        answers: Answers,
        /// The items, with new ones pending.
        items: Vec<Item>,
    },
    /// Sign and send; also resubmits after a question.
    Submit {
        /// The signature, with the digest of what was reviewed.
        evidence: Evidence,
        /// The digest of the review page.
        reviewed: String,
        /// The agreement to execute should no human decision be needed (tier 1).
        agreement: AgreementId,
    },
    /// Ask the requester.
    Ask {
        /// For which department.
        department: DepartmentId,
        /// The question.
        text: String,
        /// The name of the answer that it is about, if it is about one.
        about: Option<String>,
    },
    /// Answer without changing the form.
    Answer {
        /// The answer.
        text: String,
    },
    /// Write to the other side without stopping the work.
    Message {
        /// The department that writes, or that a requester writes to.
        department: DepartmentId,
        /// The message.
        text: String,
    },
    /// Write a private note.
    Note {
        /// For which department.
        department: DepartmentId,
        /// The note.
        text: String,
    },
    /// Advise the manager.
    Recommend {
        /// On which item.
        item: ItemId,
        /// The advice.
        advice: Advice,
        /// Why.
        text: String,
    },
    /// Step aside.
    Recuse {
        /// From which department's items.
        department: DepartmentId,
        /// Why.
        reason: String,
    },
    /// Decide an item.
    Decide {
        /// Which.
        item: ItemId,
        /// How.
        verdict: Verdict,
        /// The reasons in words.
        statement: String,
        /// The agreement to offer or execute should this be the last item.
        agreement: AgreementId,
        /// How long an offer stays open.
        offer_days: u16,
    },
    /// Sign the offer.
    Sign {
        /// The signature.
        evidence: Evidence,
    },
    /// Propose other conditions instead of signing.
    Counter {
        /// Each condition that is not accepted, with what would be.
        proposals: Vec<Proposal>,
    },
    /// Take it back, or decline the offer.
    Withdraw {
        /// Why, if they say so.
        reason: String,
    },
    /// The clock ran out on an offer.
    Lapse,
    /// End it, because its datasets are asked for as records instead.
    Convert {
        /// The numbers of the requests for records.
        requests: Vec<String>,
    },
    /// Decide an item again, because an appeal was decided so.
    Reconsider {
        /// Which.
        item: ItemId,
        /// Who decided before and steps aside now, with their names.
        aside: Vec<(AccountId, String)>,
        /// The number of the appeal.
        appeal: String,
    },
    /// Begin a new application from this one; an executed agreement stays alive until the new one is executed.
    Reopen {
        /// The id of the new application.
        as_id: ApplicationId,
    },
}

/// What happens to the agreement because of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Every item was granted as asked: the signature given at submission covers exactly that text.
    Execute(AgreementId),
    /// Something was added or left out: the requester must sign.
    Offer(AgreementId),
    /// The offer was signed.
    Signed(AgreementId),
    /// The offer is off: declined, countered or lapsed.
    OfferClosed(AgreementId),
}

/// The kind of a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// A department's question.
    Question,
    /// The requester's answer.
    Answer,
    /// A message of either side.
    Message,
    /// A private note of a department.
    Note,
    /// A counter-proposal of the requester.
    Counter,
}

impl RemarkKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Question, Self::Answer, Self::Message, Self::Note, Self::Counter];

    /// The word for columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Message => "message",
            Self::Note => "note",
            Self::Counter => "counter",
        }
    }

    /// Reads the word written by [`RemarkKind::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether the requester never sees it.
    #[must_use]
    pub const fn is_private(self) -> bool {
        matches!(self, Self::Note)
    }
}

/// A remark to be written with the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemarkDraft {
    /// Its kind.
    pub kind: RemarkKind,
    /// The department it comes from or goes to.
    pub department: Option<DepartmentId>,
    /// The text.
    pub text: String,
    /// The name of the answer that a question is about.
    pub about: Option<String>,
}

/// Everything one act changes; the case saves all of it at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The application as it is now.
    pub next: Application,
    /// The audit entry.
    pub act: Act,
    /// The notices owed.
    pub notices: Vec<Notice>,
    /// A remark to keep.
    pub remark: Option<RemarkDraft>,
    /// What happens to the agreement.
    pub settlement: Option<Settlement>,
}

impl Application {
    /// Decides one command.
    ///
    /// # Errors
    /// A [`Refusal`]: `wrong_state`, `not_the_requester`, `not_your_department`, `own_application`, `recused` and those
    /// of the single acts.
    pub fn decide(&self, command: Command, actor: &Actor, now: Instant) -> Result<Change, Refusal> {
        self.must_fit_state(&command)?;
        match command {
            Command::Save { answers, items } => self.save(answers, items, actor),
            Command::Submit { evidence, reviewed, agreement } => {
                self.submit(evidence, &reviewed, agreement, actor, now)
            }
            Command::Ask { department, text, about } => self.ask(department, (text, about), actor, now),
            Command::Answer { text } => self.answer(text, actor, now),
            Command::Message { department, text } => self.message(department, text, actor),
            Command::Note { department, text } => self.note(department, text, actor),
            Command::Recommend { item, advice, text } => self.recommend(item, advice, text, actor, now),
            Command::Recuse { department, reason } => self.recuse(department, reason, actor, now),
            Command::Decide { item, verdict, statement, agreement, offer_days } => {
                let lapses_at = now + Duration::days(i64::from(offer_days));
                self.decide_item(item, (verdict, statement), (agreement, lapses_at), actor, now)
            }
            Command::Sign { evidence } => self.sign(&evidence, actor, now),
            Command::Counter { proposals } => self.counter(&proposals, actor, now),
            Command::Withdraw { reason } => self.withdraw(reason, actor, now),
            Command::Convert { requests } => self.convert(requests, actor, now),
            Command::Lapse => self.lapse(now),
            Command::Reconsider { item, aside, appeal } => self.reconsider(item, (aside, &appeal), actor, now),
            Command::Reopen { as_id } => self.reopen(as_id, actor),
        }
    }

    /// The table of states and commands; the tests print it row by row.
    fn must_fit_state(&self, command: &Command) -> Result<(), Refusal> {
        let fits = match &self.state {
            State::Draft => {
                matches!(command, Command::Save { .. } | Command::Submit { .. } | Command::Withdraw { .. })
            }
            State::Submitted { .. } => matches!(
                command,
                Command::Ask { .. }
                    | Command::Message { .. }
                    | Command::Note { .. }
                    | Command::Recommend { .. }
                    | Command::Recuse { .. }
                    | Command::Decide { .. }
                    | Command::Withdraw { .. }
                    | Command::Convert { .. }
                    | Command::Reconsider { .. }
            ),
            State::InfoRequested { .. } => matches!(
                command,
                Command::Save { .. }
                    | Command::Submit { .. }
                    | Command::Answer { .. }
                    | Command::Message { .. }
                    | Command::Note { .. }
                    | Command::Recommend { .. }
                    | Command::Recuse { .. }
                    | Command::Withdraw { .. }
                    | Command::Convert { .. }
                    | Command::Reconsider { .. }
            ),
            State::Offered { .. } => matches!(
                command,
                Command::Message { .. }
                    | Command::Note { .. }
                    | Command::Sign { .. }
                    | Command::Counter { .. }
                    | Command::Withdraw { .. }
                    | Command::Lapse
                    | Command::Reconsider { .. }
            ),
            State::Executed { .. } => {
                matches!(
                    command,
                    Command::Message { .. }
                        | Command::Note { .. }
                        | Command::Reopen { .. }
                        | Command::Reconsider { .. }
                )
            }
            State::Denied { .. } => matches!(
                command,
                Command::Note { .. } | Command::Reopen { .. } | Command::Reconsider { .. } | Command::Convert { .. }
            ),
            State::Lapsed { .. } | State::Converted { .. } => {
                matches!(command, Command::Note { .. } | Command::Reopen { .. } | Command::Reconsider { .. })
            }
            State::Withdrawn { .. } => matches!(command, Command::Note { .. } | Command::Reopen { .. }),
        };
        if fits { Ok(()) } else { Err(wrong_state("application", self.state.in_words())) }
    }

    pub(super) fn must_be_requester(&self, actor: &Actor) -> Result<(), Refusal> {
        if actor.is_party(self.requester, self.organisation) {
            Ok(())
        } else {
            Err(Refusal::new("not_the_requester", "Only the requester may do this."))
        }
    }

    /// The audit entry of an act on this application, with the state before and after.
    pub(super) fn act(&self, name: &'static str, capacity: Capacity, next: &Self) -> Act {
        let about = About { application: Some(self.id), person: Some(self.requester), ..About::default() };
        Act::new(name, capacity, "application", &self.number).about(about).change(self.standing(), next.standing())
    }

    fn standing(&self) -> serde_json::Value {
        let items: serde_json::Map<_, _> =
            self.items.iter().map(|item| (item.slug.clone(), item.state.as_str().into())).collect();
        serde_json::json!({ "state": self.state.as_str(), "items": items })
    }

    pub(super) fn change(next: Self, act: Act) -> Change {
        Change { next, act, notices: Vec::new(), remark: None, settlement: None }
    }

    pub(super) fn departments(&self) -> Vec<DepartmentId> {
        let mut found: Vec<_> = self.items.iter().map(|item| item.department).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.items.iter().map(|item| item.asked.clone()).collect()
    }
}

/// Refuses an empty text.
pub(super) fn must_say(text: &str, code: &'static str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::new(code, what)) } else { Ok(()) }
}
