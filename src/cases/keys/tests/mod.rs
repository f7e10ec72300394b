//! Keys and holds in the hands of everybody who may, and who may not, on both databases.

mod holds;
mod issue;
mod life;
mod races;

use secrecy::ExposeSecret as _;

use super::{Issued, KeyForm, KeyWish, create};
use crate::cases::apply_tests::{City, approve, cities, code, draft, submit};
use crate::cases::{Caller, CaseError, staff};
use crate::domain::agreement::Agreement;
use crate::domain::application::State;
use crate::domain::id::{AccountId, AgreementId};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::store::outbox::Message;
use crate::store::{agreements, outbox};

/// A city in which Maria holds an agreement on parking, approved by the first department's manager.
pub(in crate::cases) struct Granted {
    pub(in crate::cases) city: City,
    pub(in crate::cases) agreement: AgreementId,
    pub(in crate::cases) clerk: Caller,
    pub(in crate::cases) auditor: Caller,
    pub(in crate::cases) stranger: Caller,
}

pub(in crate::cases) fn granted() -> Vec<Granted> {
    let grant = |city: City| {
        let agreement = agreement_on(&city, &["parking"]);
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let auditor = city.desk.person("Otto Auditor", &[RoleGrant::new(Role::Auditor, None).unwrap()]);
        let stranger = city.desk.person("Sam Stranger", &[]);
        Granted { city, agreement, clerk, auditor, stranger }
    };
    cities().into_iter().map(grant).collect()
}

pub(in crate::cases) fn agreement_on(city: &City, slugs: &[&str]) -> AgreementId {
    let id = draft(city, slugs);
    let mut state = submit(city, id);
    for slug in slugs {
        if !matches!(state, State::Executed { .. }) {
            state = approve(city, &city.managers[0], id, slug).unwrap();
        }
    }
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    agreement
}

impl Granted {
    pub(in crate::cases) fn desk(&self) -> &crate::cases::Desk {
        &self.city.desk.desk
    }

    pub(in crate::cases) fn maria(&self) -> &Caller {
        &self.city.maria
    }

    pub(in crate::cases) fn manager(&self) -> &Caller {
        &self.city.managers[0]
    }

    pub(in crate::cases) fn agreement(&self) -> Agreement {
        self.desk().read(|conn| agreements::by_id(conn, self.agreement)).unwrap()
    }

    pub(in crate::cases) fn issue(&self, name: &str) -> Issued {
        create(self.desk(), self.maria(), self.agreement, &wish(name)).unwrap()
    }

    pub(in crate::cases) fn days_on(&self, days: i64) {
        self.desk().clock.set(self.desk().clock.now() + chrono::TimeDelta::days(days));
    }

    /// The newest message of a kind to Maria.
    pub(in crate::cases) fn told(&self, kind: NoticeKind) -> Option<Message> {
        let all = self.desk().read(|conn| outbox::newest(conn, Some("maria.gonzalez@people.example"), 200)).unwrap();
        all.into_iter().find(|message| message.kind == kind)
    }

    pub(in crate::cases) fn times_told(&self, kind: NoticeKind) -> usize {
        let all = self.desk().read(|conn| outbox::newest(conn, Some("maria.gonzalez@people.example"), 200)).unwrap();
        all.iter().filter(|message| message.kind == kind).count()
    }

    /// Brings a person into Maria's organisation.
    pub(in crate::cases) fn join(&self, person: &Caller) -> Caller {
        self.city.desk.join(person, "Bay Finder LLC");
        self.city.desk.caller(account(person))
    }

    /// A member of Maria's organisation, for which she made an agreement of its own.
    pub(in crate::cases) fn colleague(&self) -> (Caller, AgreementId) {
        let colleague = self.city.desk.person("Carl Colleague", &[]);
        let maria = self.join(self.maria());
        let agreement = Agreement {
            id: self.desk().new_id(self.desk().clock.now()),
            number: "DSA-2026-0999".to_owned(),
            organisation: maria.actor.organisation,
            ..self.agreement()
        };
        self.desk().store.write(|conn| agreements::insert(conn, &agreement, self.desk().clock.now())).unwrap();
        (self.join(&colleague), agreement.id)
    }
}

pub(in crate::cases) fn form(name: &str) -> KeyForm {
    KeyForm { name: name.to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() }
}

pub(in crate::cases) fn wish(name: &str) -> KeyWish {
    form(name).read(chrono_tz::America::New_York).unwrap()
}

pub(in crate::cases) fn again(caller: &Caller, key: &str) -> Caller {
    Caller { idempotency: Some(key.to_owned()), ..caller.clone() }
}

pub(in crate::cases) fn text(issued: &Issued) -> String {
    issued.text.as_ref().unwrap().expose_secret().to_owned()
}

pub(in crate::cases) fn account(caller: &Caller) -> AccountId {
    caller.actor.account.unwrap()
}

pub(in crate::cases) fn refused<T: std::fmt::Debug>(result: Result<T, CaseError>) -> &'static str {
    code(&result.unwrap_err())
}

/// Gives a person the manager's role in a department.
pub(in crate::cases) fn appoint(granted: &Granted, person: &Caller, department: usize) -> Caller {
    let role = RoleGrant::new(Role::Manager, Some(granted.city.departments[department])).unwrap();
    staff::set_roles(granted.desk(), &Caller::service("test"), account(person), &[role]).unwrap();
    granted.city.desk.caller(account(person))
}
