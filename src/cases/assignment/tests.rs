//! Giving work, taking it back, being away and covering, on both databases.

use crate::cases::apply_tests::{City, cities, code, draft, submit};
use crate::cases::assignment::{self, Assigned, Whose};
use crate::cases::review;
use crate::cases::{Caller, CaseError, staff};
use crate::domain::id::{AccountId, ApplicationId, DepartmentId};
use crate::domain::notice::NoticeKind;
use crate::domain::people::{Role, RoleGrant};
use crate::domain::time::Day;
use crate::store::applications::QueueFilter;
use crate::store::{assignments, audit, outbox};

fn account(caller: &Caller) -> AccountId {
    caller.actor.account.unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn sent(city: &City, slugs: &[&str]) -> ApplicationId {
    let id = draft(city, slugs);
    submit(city, id);
    id
}

fn mails(city: &City, kind: NoticeKind) -> Vec<String> {
    let all = city.desk.desk.read(|conn| outbox::newest(conn, None, 1_000)).unwrap();
    let mut found: Vec<_> = all.into_iter().filter(|one| one.kind == kind).map(|one| one.name).collect();
    found.sort();
    found
}

fn seen(city: &City, caller: &Caller) -> Assigned {
    let all = review::queue(&city.desk.desk, caller, &QueueFilter::default()).unwrap();
    assignment::assigned(&city.desk.desk, caller, &all).unwrap()
}

fn fits(city: &City, caller: &Caller, id: ApplicationId, whose: Whose) -> bool {
    let all = review::queue(&city.desk.desk, caller, &QueueFilter::default()).unwrap();
    let ours = caller.actor.departments(review::DESK);
    let one = all.iter().find(|one| one.id == id).unwrap();
    seen(city, caller).fits(one, &ours, whose, caller.actor.account)
}

fn give(city: &City, by: &Caller, ids: &[ApplicationId], to: Option<&Caller>) -> Result<usize, CaseError> {
    assignment::give(&city.desk.desk, by, ids, (city.departments[0], to.map(account)))
}

#[test]
fn several_are_given_in_one_act_with_an_entry_for_each_and_one_message() {
    for city in cities() {
        let ids = [sent(&city, &["parking"]), sent(&city, &["cameras"]), sent(&city, &["parking", "air-quality"])];
        let (manager, rita) = (&city.managers[0], &city.reviewer);
        let entries = city.desk.desk.read(audit::head).unwrap().number;
        assert_eq!(give(&city, manager, &ids, Some(rita)).unwrap(), 3);
        assert_eq!(city.desk.desk.read(audit::head).unwrap().number, entries + 3);
        assert_eq!(mails(&city, NoticeKind::Assigned), ["Rita Reviewer"], "one message for all of them");
        let assigned = seen(&city, rita);
        assert!(ids.iter().all(|id| assigned.to(*id, city.departments[0]) == rita.actor.account));
        assert_eq!(assigned.to(ids[2], city.departments[1]), None, "the other department's part is its own");
        assert!(fits(&city, rita, ids[0], Whose::Mine) && !fits(&city, manager, ids[0], Whose::Mine));
        assert_eq!(give(&city, manager, &ids, Some(rita)).unwrap(), 0, "nothing changes hands twice");
        assert_eq!(give(&city, rita, &ids[..1], Some(rita)).unwrap(), 0);
        assert_eq!(give(&city, rita, &ids[..1], None).unwrap(), 1);
        assert!(fits(&city, manager, ids[0], Whose::Nobodys));
        assert_eq!(give(&city, manager, &ids[..1], Some(manager)).unwrap(), 1);
        assert_eq!(mails(&city, NoticeKind::Assigned).len(), 1, "who takes it is not told");
    }
}

#[test]
fn what_cannot_be_given_leaves_everything_as_it_was() {
    for city in cities() {
        let (manager, rita) = (&city.managers[0], &city.reviewer);
        let (ours, theirs) = (sent(&city, &["parking"]), sent(&city, &["air-quality"]));
        let stranger = &city.managers[1];
        let refusal = |by, ids: &[ApplicationId], to| code(&give(&city, by, ids, to).unwrap_err());
        assert_eq!(refusal(manager, &[ours, theirs], Some(rita)), "missing", "an application of others");
        assert_eq!(refusal(stranger, &[theirs], Some(rita)), "missing", "a department of others");
        assert_eq!(refusal(manager, &[ours], Some(stranger)), "not_a_colleague");
        assert_eq!(refusal(manager, &[], Some(rita)), "none_chosen");
        let many = vec![ours; assignment::AT_ONCE_MAX + 1];
        assert_eq!(refusal(manager, &many, Some(rita)), "too_many");
        let office = city.departments[0];
        review::recuse(&city.desk.desk, rita, ours, office, "A close tie.").unwrap();
        assert_eq!(refusal(manager, &[ours], Some(rita)), "colleague_recused");
        assert!(city.desk.desk.read(|conn| assignments::of(conn, &[ours, theirs])).unwrap().is_empty());
        assert!(mails(&city, NoticeKind::Assigned).is_empty());
    }
}

#[test]
fn who_loses_the_role_or_steps_aside_has_the_work_no_more() {
    for city in cities() {
        let (manager, rita) = (&city.managers[0], &city.reviewer);
        let ids = [sent(&city, &["parking"]), sent(&city, &["cameras"])];
        give(&city, manager, &ids, Some(rita)).unwrap();
        review::recuse(&city.desk.desk, rita, ids[1], city.departments[0], "A close tie.").unwrap();
        let has = |id| seen(&city, manager).to(id, city.departments[0]);
        assert_eq!((has(ids[0]), has(ids[1])), (rita.actor.account, None));
        let ada = city.desk.person("Ada Admin", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
        staff::set_roles(&city.desk.desk, &ada, account(rita), &[]).unwrap();
        assert_eq!(has(ids[0]), None);
        assert_eq!(give(&city, manager, &ids[..1], Some(manager)).unwrap(), 1, "somebody else takes it");
    }
}

#[test]
fn a_cover_finds_the_work_and_hears_of_it_while_the_colleague_is_away_and_where_they_hold_a_role() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (manager, rita, second) = (&city.managers[0], &city.reviewer, &city.second);
        let days = (day("2026-11-23"), day("2026-11-27"));
        let id = sent(&city, &["parking"]);
        give(&city, manager, &[id], Some(rita)).unwrap();
        assert!(!fits(&city, second, id, Whose::Mine));
        assignment::be_away(desk, rita, days, Some(account(second))).unwrap();
        assert_eq!(mails(&city, NoticeKind::CoverNamed), ["Second Manager"]);
        assert!(fits(&city, second, id, Whose::Mine), "whom one covers is among one's own");
        let other = sent(&city, &["cameras"]);
        give(&city, manager, &[other], Some(rita)).unwrap();
        assert_eq!(mails(&city, NoticeKind::AssignedToCovered), ["Second Manager"]);
        let stranger = Some(account(&city.managers[1]));
        assert_eq!(code(&assignment::be_away(desk, rita, days, stranger).unwrap_err()), "cover_needs_role");
        desk.clock.set("2026-11-28T17:00:00Z".parse().unwrap());
        assert!(!fits(&city, second, id, Whose::Mine), "it ends by itself");
        assert_eq!(code(&assignment::be_back(desk, rita).unwrap_err()), "missing", "and needs no end");
        assert_eq!(code(&assignment::be_away(desk, &city.maria, days, None).unwrap_err()), "missing", "staff only");
    }
}

#[test]
fn the_load_counts_what_is_open_late_and_oldest_by_person() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (manager, rita) = (&city.managers[0], &city.reviewer);
        let first = sent(&city, &["parking"]);
        let since = desk.clock.now();
        desk.clock.set("2027-02-23T17:00:00Z".parse().unwrap());
        let ids = [first, sent(&city, &["cameras"])];
        sent(&city, &["parking", "air-quality"]);
        give(&city, manager, &ids, Some(rita)).unwrap();
        let (_, loads) = assignment::loads(desk, manager).unwrap();
        let [office] = loads.as_slice() else { panic!("{loads:?}") };
        assert_eq!(office.department, DepartmentId::from_uuid(city.departments[0].uuid()));
        let load = office.people.iter().find(|(id, _)| *id == account(rita)).unwrap().1;
        assert_eq!((load.open, load.late, load.oldest), (2, 1, Some(since)));
        assert_eq!((office.nobodys.open, office.nobodys.late), (1, 0));
        assert_eq!(office.people.len(), 3, "everybody of the department stands there");
    }
}
