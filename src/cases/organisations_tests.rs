//! Joining and leaving an organisation: who may, what it opens and closes, who is told, and what it leaves alone.

use diesel::connection::SimpleConnection;

use super::apply_tests::{City, approve, cities, code, draft, submit};
use super::enforce::{self, Suspension};
use super::keys::{self, KeyForm};
use super::organisations::{self, MEMBERS_MAX};
use super::{Caller, CaseError, agree, apply, review, staff};
use crate::domain::application::State;
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AccountId, AgreementId, OrganisationId};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::store::{StoreError, audit, outbox, people};

/// A city with an administrator and an organisation, of which Carl is a member.
struct Harbor {
    city: City,
    ada: Caller,
    carl: Caller,
    id: OrganisationId,
}

fn harbors() -> Vec<Harbor> {
    let harbor = |city: City| {
        let ada = city.desk.person("Ada Alvarez", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
        let carl = city.desk.person("Carl Colleague", &[]);
        let id = organisations::add(&city.desk.desk, &ada, "Harbor Labs").unwrap();
        let mut harbor = Harbor { city, ada, carl, id };
        harbor.carl = harbor.join(&harbor.carl);
        harbor
    };
    cities().into_iter().map(harbor).collect()
}

impl Harbor {
    fn desk(&self) -> &super::Desk {
        &self.city.desk.desk
    }

    fn email(&self, person: &Caller) -> String {
        self.desk().read(|conn| people::account_by_id(conn, account(person))).unwrap().email
    }

    fn try_join(&self, by: &Caller, email: &str) -> Result<AccountId, CaseError> {
        organisations::join(self.desk(), by, self.id, (email, "A letter of the dean"))
    }

    fn join(&self, person: &Caller) -> Caller {
        self.try_join(&self.ada, &self.email(person)).unwrap();
        self.city.desk.caller(account(person))
    }

    /// Maria, who asks for things in these tests, asks for the organisation from now on.
    fn with_maria(mut self) -> Self {
        self.city.maria = self.join(&self.city.maria);
        self
    }

    fn remove(&self, person: &Caller) -> Caller {
        organisations::remove(self.desk(), &self.ada, self.id, account(person), "Left the laboratory").unwrap();
        self.city.desk.caller(account(person))
    }

    fn told(&self, kind: NoticeKind) -> Vec<(String, String)> {
        let all = self.desk().read(|conn| outbox::newest(conn, None, 500)).unwrap();
        let of_kind = all.into_iter().filter(|message| message.kind == kind);
        let said = |facts: &std::collections::BTreeMap<String, String>| {
            facts.get("change").or(facts.get("organisation")).cloned().unwrap_or_default()
        };
        of_kind.map(|message| (message.address, said(&message.facts))).collect()
    }
}

fn account(caller: &Caller) -> AccountId {
    caller.actor.account.unwrap()
}

fn agreement_of(state: &State) -> AgreementId {
    let State::Executed { agreement, .. } = state else { panic!("{state:?}") };
    *agreement
}

#[test]
fn only_administrators_know_and_change_who_belongs_to_what() {
    for harbor in harbors() {
        let (desk, city) = (harbor.desk(), &harbor.city);
        let city_wide = |role: Role| city.desk.person(role.as_str(), &[RoleGrant::new(role, None).unwrap()]);
        let others = [city_wide(Role::Clerk), city_wide(Role::Auditor), city.managers[0].clone(), harbor.carl.clone()];
        let before = desk.read(audit::head).unwrap();
        for other in &others {
            let name = &other.actor.name;
            assert_eq!(code(&organisations::list(desk, other, "").unwrap_err()), "missing", "{name}");
            assert_eq!(code(&organisations::view(desk, other, harbor.id).unwrap_err()), "missing", "{name}");
            assert_eq!(code(&organisations::add(desk, other, "Mine").unwrap_err()), "missing", "{name}");
            assert_eq!(
                code(&harbor.try_join(other, "maria.gonzalez@people.example").unwrap_err()),
                "missing",
                "{name}"
            );
            let removed = organisations::remove(desk, other, harbor.id, account(&harbor.carl), "x");
            assert_eq!(code(&removed.unwrap_err()), "missing", "{name}");
        }
        assert_eq!(desk.read(audit::head).unwrap(), before, "nothing happened");
    }
}

#[test]
fn a_name_is_taken_in_whatever_letters_and_spaces() {
    for harbor in harbors() {
        let add = |name: &str| organisations::add(harbor.desk(), &harbor.ada, name);
        assert_eq!(code(&add("HARBOR   labs").unwrap_err()), "taken");
        assert_eq!(code(&add(" ").unwrap_err()), "required");
        assert_eq!(code(&add(&"x".repeat(121)).unwrap_err()), "too_long");
        add("Harbor Laboratories").unwrap();
        let found = organisations::list(harbor.desk(), &harbor.ada, "LABS").unwrap();
        let found: Vec<_> = found.iter().map(|row| (row.organisation.name.as_str(), row.members)).collect();
        assert_eq!(found, [("Harbor Labs", 1)]);
        assert_eq!(organisations::list(harbor.desk(), &harbor.ada, "").unwrap().len(), 2);
    }
}

#[test]
fn a_member_shares_what_is_made_for_the_organisation_and_loses_it_on_leaving() {
    for harbor in harbors() {
        let alone = draft(&harbor.city, &["bike-share"]);
        let hers = agreement_of(&submit(&harbor.city, alone));
        let harbor = harbor.with_maria();
        let shared = agreement_of(&submit(&harbor.city, draft(&harbor.city, &["bike-share"])));
        assert!(agree::mine(harbor.desk(), &harbor.carl, shared).is_ok());
        assert_eq!(code(&agree::mine(harbor.desk(), &harbor.carl, hers).unwrap_err()), "missing", "made before");

        // Maria asked for it and signed it, and yet it belongs to the organisation.
        let desk = harbor.desk();
        let wish = KeyForm { name: "map".to_owned(), scopes: vec!["bike-share:read".to_owned()], ..KeyForm::default() };
        let wish = wish.read(chrono_tz::America::New_York).unwrap();
        let key = keys::create(desk, &harbor.city.maria, shared, &wish).unwrap().key;
        let names = |caller: &Caller| -> Vec<String> {
            let known = organisations::mine(desk, caller).unwrap();
            known.map(|(_, members)| members.into_iter().map(|one| one.name).collect()).unwrap_or_default()
        };
        assert!(names(&harbor.carl).contains(&"Maria Gonzalez".to_owned()));
        let maria = harbor.remove(&harbor.city.maria);
        assert!(names(&maria).is_empty() && !names(&harbor.carl).contains(&"Maria Gonzalez".to_owned()));
        for refused in [
            agree::mine(desk, &maria, shared).map(|_| ()),
            keys::view(desk, &maria, key.id).map(|_| ()),
            keys::create(desk, &maria, shared, &wish).map(|_| ()),
            keys::revoke(desk, &maria, key.id, ""),
            agree::terminate(desk, &maria, shared, None, "Mine!"),
        ] {
            assert_eq!(code(&refused.unwrap_err()), "missing", "{}", harbor.city.desk.backend);
        }
        let left = |all: Vec<crate::domain::agreement::Agreement>| all.iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(left(agree::list(desk, &maria).unwrap()), [hers], "what she made alone stays hers");
        assert_eq!(apply::list(desk, &maria).unwrap().len(), 1);
        assert!(keys::list_mine(desk, &maria).unwrap().is_empty());

        let now = desk.clock.now();
        assert!(agree::mine(desk, &harbor.carl, shared).unwrap().agreement.is_live(now), "it ends nothing");
        let seen = keys::list_mine(desk, &harbor.carl).unwrap();
        assert_eq!(seen.iter().map(|stored| stored.key.id).collect::<Vec<_>>(), [key.id]);
        assert!(seen[0].key.works_at(now));
    }
}

#[test]
fn coming_and_going_is_audited_and_told_to_the_person_and_the_others() {
    for harbor in harbors() {
        let maria = harbor.join(&harbor.city.maria);
        assert_eq!(
            harbor.told(NoticeKind::OrganisationJoined),
            [
                ("maria.gonzalez@people.example".to_owned(), "Harbor Labs".to_owned()),
                ("carl.colleague@people.example".to_owned(), "Harbor Labs".to_owned())
            ]
        );
        let others = harbor.told(NoticeKind::OrganisationChanged);
        let change = "Maria Gonzalez is a member now".to_owned();
        assert_eq!(others, [("carl.colleague@people.example".to_owned(), change)]);
        harbor.remove(&maria);
        assert_eq!(harbor.told(NoticeKind::OrganisationLeft)[0].0, "maria.gonzalez@people.example");
        assert_eq!(harbor.told(NoticeKind::OrganisationChanged).len(), 2, "Carl alone hears of it");
        let entries = harbor.desk().read(|conn| audit::after(conn, 0, 1_000)).unwrap();
        let of = |act: &str| entries.iter().filter(|entry| entry.act == act).collect::<Vec<_>>();
        assert_eq!(of("organisation.add").len(), 1);
        let (joined, left) = (of("organisation.join"), of("organisation.leave"));
        let last = joined.last().unwrap();
        assert_eq!((last.capacity.as_str(), last.subject.as_str()), ("administrator", "Harbor Labs"));
        assert_eq!((last.about.person, last.reason.as_deref()), (maria.actor.account, Some("A letter of the dean")));
        assert_eq!((left.len(), left[0].reason.as_deref()), (1, Some("Left the laboratory")));
    }
}

#[test]
fn who_cannot_join_is_said_at_the_address_and_nothing_happens() {
    for harbor in harbors() {
        let (desk, city) = (harbor.desk(), &harbor.city);
        let other = organisations::add(desk, &harbor.ada, "Bay Finder LLC").unwrap();
        let olga = city.desk.person("Olga Other", &[]);
        organisations::join(desk, &harbor.ada, other, (&harbor.email(&olga), "Known")).unwrap();
        let dora = city.desk.person("Dora Disabled", &[]);
        staff::set_disabled(desk, &harbor.ada, account(&dora), true, "Left").unwrap();
        let fresh = staff::Invitation {
            name: "Nina New".to_owned(),
            email: "nina@people.example".to_owned(),
            roles: vec![RoleGrant::new(Role::Clerk, None).unwrap()],
        };
        staff::invite(desk, &harbor.ada, &fresh).unwrap();
        let before = desk.read(audit::head).unwrap();
        for (email, refusal) in [
            ("nobody@people.example", "unknown_person"),
            ("not an address", "invalid"),
            ("nina@people.example", "not_confirmed"),
            ("dora.disabled@people.example", "account_disabled"),
            ("olga.other@people.example", "other_organisation"),
            ("CARL.colleague@people.example", "already_member"),
            ("ada.alvarez@people.example", "own_membership"),
        ] {
            let CaseError::Invalid(problems) = harbor.try_join(&harbor.ada, email).unwrap_err() else { panic!() };
            assert_eq!(problems[0].field, "email", "{email}");
            if refusal != "invalid" {
                assert_eq!(problems[0].code, refusal, "{email}");
            }
        }
        let both = organisations::join(desk, &harbor.ada, harbor.id, ("", "")).unwrap_err();
        let CaseError::Invalid(problems) = both else { panic!("{both:?}") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["email", "reason"], "both at once");
        let nowhere = organisations::join(desk, &harbor.ada, desk.new_id(desk.clock.now()), ("a@b.example", "x"));
        assert_eq!(code(&nowhere.unwrap_err()), "missing");
        let stranger = organisations::remove(desk, &harbor.ada, harbor.id, account(&olga), "x");
        assert_eq!(code(&stranger.unwrap_err()), "missing", "not theirs");
        let silent = organisations::remove(desk, &harbor.ada, harbor.id, account(&harbor.carl), " ");
        assert_eq!(code(&silent.unwrap_err()), "required");
        assert_eq!(desk.read(audit::head).unwrap(), before);
    }
}

#[test]
fn a_hold_on_a_person_neither_enters_nor_leaves_an_organisation_with_them() {
    for harbor in harbors() {
        // Each of the two has an agreement, so that a department may suspend them: Maria alone, Carl for all of them.
        agreement_of(&submit(&harbor.city, draft(&harbor.city, &["bike-share"])));
        let mut harbor = harbor;
        let maria = std::mem::replace(&mut harbor.city.maria, harbor.carl.clone());
        let shared = agreement_of(&submit(&harbor.city, draft(&harbor.city, &["bike-share"])));
        let (desk, manager) = (harbor.desk(), &harbor.city.managers[0]);
        let hold = |person: &Caller| {
            let target = HoldTarget::Requester(account(person));
            let explanation = "500 refused calls in a minute.".to_owned();
            let wish = Suspension { target, reason: HoldReason::Misuse, explanation, case: None };
            enforce::suspend(desk, manager, &wish).unwrap().id
        };
        let outside = hold(&maria);
        let refused = harbor.try_join(&harbor.ada, "maria.gonzalez@people.example");
        assert_eq!(code(&refused.unwrap_err()), "person_on_hold", "her hold would stop Carl's keys");
        let inside = hold(&harbor.carl);
        let refused = organisations::remove(desk, &harbor.ada, harbor.id, account(&harbor.carl), "x");
        assert_eq!(code(&refused.unwrap_err()), "person_on_hold", "an administrator lifts no hold");
        assert!(agree::mine(desk, &harbor.carl, shared).is_ok());
        enforce::lift(desk, manager, inside, "Cleared up").unwrap();
        enforce::lift(desk, manager, outside, "Cleared up").unwrap();
        harbor.remove(&harbor.carl);
        harbor.join(&maria);
    }
}

#[test]
fn mail_about_what_the_organisation_holds_reaches_those_who_are_left() {
    for harbor in harbors() {
        let harbor = harbor.with_maria();
        let dan = harbor.city.desk.person("Dan Deputy", &[]);
        harbor.join(&dan);
        let agreement = agreement_of(&submit(&harbor.city, draft(&harbor.city, &["bike-share"])));
        let addresses = |kind| harbor.told(kind).into_iter().map(|(address, _)| address).collect::<Vec<_>>();
        assert_eq!(addresses(NoticeKind::Executed), ["maria.gonzalez@people.example"], "who asked for it");
        harbor.remove(&harbor.city.maria);
        agree::terminate(harbor.desk(), &harbor.carl, agreement, None, "Done.").unwrap();
        let mut ended = addresses(NoticeKind::AgreementEnded);
        ended.sort();
        assert_eq!(ended, ["carl.colleague@people.example", "dan.deputy@people.example"], "not who has left");
    }
}

#[test]
fn who_asked_for_it_decides_nothing_on_it_after_leaving() {
    for harbor in harbors() {
        let harbor = harbor.with_maria();
        let id = draft(&harbor.city, &["parking"]);
        submit(&harbor.city, id);
        let maria = harbor.remove(&harbor.city.maria);
        let role = RoleGrant::new(Role::Manager, Some(harbor.city.departments[0])).unwrap();
        staff::set_roles(harbor.desk(), &harbor.ada, account(&maria), &[role]).unwrap();
        let maria = harbor.city.desk.caller(account(&maria));
        assert!(review::read(harbor.desk(), &maria, id).is_ok(), "it is a case of her department");
        assert_eq!(code(&approve(&harbor.city, &maria, id, "parking").unwrap_err()), "own_application");
    }
}

#[test]
fn a_failing_audit_entry_leaves_the_membership_and_the_outbox_as_they_were() {
    for harbor in harbors() {
        let desk = harbor.desk();
        let before = desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len();
        let trigger = if harbor.city.desk.backend == "sqlite" {
            "CREATE TRIGGER fail BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        } else {
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'; \
             CREATE TRIGGER fail BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION fail()"
        };
        desk.store.read(|conn| conn.batch_execute(trigger).map_err(StoreError::from)).unwrap();
        assert_eq!(code(&harbor.try_join(&harbor.ada, "maria.gonzalez@people.example").unwrap_err()), "store");
        let removed = organisations::remove(desk, &harbor.ada, harbor.id, account(&harbor.carl), "x");
        assert_eq!(code(&removed.unwrap_err()), "store");
        let of = |person: &Caller| desk.read(|conn| people::account_by_id(conn, account(person))).unwrap().organisation;
        assert_eq!((of(&harbor.city.maria), of(&harbor.carl)), (None, Some(harbor.id)));
        assert_eq!(desk.read(|conn| outbox::newest(conn, None, 500)).unwrap().len(), before);
    }
}

#[test]
fn an_organisation_is_full_at_its_limit() {
    for harbor in harbors().into_iter().take(1) {
        let desk = harbor.desk();
        for at in 1..MEMBERS_MAX {
            let person = harbor.city.desk.person(&format!("Member {at}"), &[]);
            desk.store
                .write(|conn| {
                    let known = people::account_by_id(conn, account(&person))?;
                    people::update_account(conn, &people::Account { organisation: Some(harbor.id), ..known })
                })
                .unwrap();
        }
        let one_more = harbor.try_join(&harbor.ada, "maria.gonzalez@people.example").unwrap_err();
        assert_eq!(code(&one_more), "too_many_members");
        harbor.remove(&harbor.carl);
        harbor.join(&harbor.city.maria);
    }
}
