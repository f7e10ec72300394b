//! Whom a change of an agreement is told: its holder, and the departments whose data is in it. Decides nothing.

use std::collections::BTreeSet;

use super::AgreementChange;
use crate::domain::notice::{Notice, NoticeKind, Recipient};

impl AgreementChange {
    /// Tells the holder's side.
    pub(super) fn telling(mut self, kind: NoticeKind) -> Self {
        let notice = Notice::new(self.next.holder(), kind)
            .with("number", &self.next.number)
            .with("title", &self.next.title)
            .with("path", format!("/agreements/{}", self.next.id));
        self.notices.push(notice);
        self
    }

    /// Tells each department whose data is in it, naming that data.
    pub(super) fn telling_departments(mut self, kind: NoticeKind) -> Self {
        let departments: BTreeSet<_> = self.next.schedules.iter().map(|schedule| schedule.department).collect();
        for department in departments {
            let own = self.next.schedules.iter().filter(|schedule| schedule.department == department);
            let titles: Vec<_> = own.map(|schedule| schedule.title.as_str()).collect();
            let notice = Notice::new(Recipient::Office(department), kind)
                .with("number", &self.next.number)
                .with("application", &self.next.application_number)
                .with("title", &self.next.title)
                .with("holder", &self.next.requester_name)
                .with("datasets", titles.join(", "))
                .with("reason", self.act.reason.as_deref().unwrap_or_default())
                .with("path", format!("/review/agreements/{}", self.next.id));
            self.notices.push(notice);
        }
        self
    }
}
