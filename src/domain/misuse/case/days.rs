//! The days of a case when the city's calendar changes. Time that the holder was given is never made shorter.

use serde_json::{Value, json};

use super::{CaseChange, CaseStep, MisuseCase};
use crate::domain::calendar::{CalendarRules, Deadline};
use crate::domain::notice::NoticeKind;
use crate::domain::people::Capacity;
use crate::domain::time::Instant;

/// Counts one day again where that moves it; says whether it did.
fn again(deadline: &mut Deadline, count: impl Fn(&Deadline) -> Option<Deadline>) -> bool {
    let counted = count(deadline);
    let moved = counted.is_some();
    if let Some(counted) = counted {
        *deadline = counted;
    }
    moved
}

impl MisuseCase {
    /// The case with its open days counted on another calendar; `None` where none moves or the case is over.
    #[must_use]
    pub fn recounted(&self, calendar: &CalendarRules, now: Instant) -> Option<CaseChange> {
        if !self.state.is_open() {
            return None;
        }
        let mut next = self.clone();
        let mut moved = false;
        if let Some(charge) = next.charge.as_mut().filter(|_| self.finding.is_none()) {
            moved |= again(&mut charge.answer_by, |day| day.recounted_for_party(calendar));
            moved |= again(&mut charge.cure_by, |day| day.recounted_for_party(calendar));
        }
        if let Some(hear_by) = next.hear_by.as_mut().filter(|_| self.hearing.is_none()) {
            moved |= again(hear_by, |day| day.recounted(calendar));
        }
        if let Some(order) = next.order.as_mut().filter(|order| order.is_open()) {
            moved |= again(&mut order.acknowledge_by, |day| day.recounted_for_party(calendar));
            moved |= again(&mut order.comply_by, |day| day.recounted_for_party(calendar));
        }
        if !moved {
            return None;
        }
        let title = "Days counted again".to_owned();
        let text = next.workings();
        next.steps.push(CaseStep { at: now, title: title.clone(), by_name: "calendar".to_owned(), text: text.clone() });
        let act = self.act("case.recount", Capacity::Service).change(self.days(), next.days());
        let notice = next.notice(self.party(), NoticeKind::CaseMoved).with("title", title).with("text", text);
        Some(CaseChange {
            next,
            act: act.because("the city's calendar changed"),
            notices: if self.is_known_to_holder() { vec![notice] } else { Vec::new() },
            letter: None,
        })
    }

    fn open_days(&self) -> Vec<&Deadline> {
        let charge = self.charge.iter().flat_map(|charge| [&charge.answer_by, &charge.cure_by]);
        let order = self.order.iter().flat_map(|order| [&order.acknowledge_by, &order.comply_by]);
        charge.chain(self.hear_by.iter()).chain(order).collect()
    }

    fn workings(&self) -> String {
        self.open_days().into_iter().map(Deadline::explain).collect::<Vec<_>>().join("\n")
    }

    fn days(&self) -> Value {
        json!(self.open_days().into_iter().map(|deadline| deadline.due).collect::<Vec<_>>())
    }
}
