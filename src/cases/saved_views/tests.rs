//! Views on both databases: kept once, found by whom, changed by their owner alone, each act in the audit.

use super::*;
use crate::cases::apply_tests::{City, cities, code};
use crate::domain::people::{Role, RoleGrant};
use crate::store::audit;

fn wish(room: &str, name: &str, is_shared: bool) -> ViewWish {
    let query = if room == "review" { "show=all" } else { "outcome=rate_limited&by=key&q=key" };
    ViewWish::read((room, name), query, (is_shared, false)).unwrap()
}

fn auditor(city: &City, name: &str) -> Caller {
    city.desk.person(name, &[RoleGrant::new(Role::Auditor, None).unwrap()])
}

fn names(desk: &Desk, caller: &Caller) -> Vec<String> {
    list(desk, caller, None).unwrap().into_iter().map(|view| view.wish.name.to_string()).collect()
}

#[test]
fn a_view_is_found_by_its_owner_and_shared_ones_by_all_who_may_open_the_page() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (ivan, iris) = (auditor(&city, "Ivan Auditor"), auditor(&city, "Iris Auditor"));
        let own = keep(desk, &ivan, &wish("usage", "Refused by key", false)).unwrap();
        let shared = keep(desk, &ivan, &wish("access-log", "Too many calls", true)).unwrap();
        let queue = keep(desk, &city.managers[0], &wish("review", "Everything", true)).unwrap();
        assert_eq!(names(desk, &ivan), ["Too many calls", "Refused by key"]);
        assert_eq!(names(desk, &iris), ["Too many calls"]);
        assert_eq!(names(desk, &city.managers[1]), ["Everything"], "what is shared is shared with every department");
        assert!(names(desk, &city.maria).is_empty());
        assert_eq!(list(desk, &ivan, Some(ViewRoom::Usage)).unwrap(), std::slice::from_ref(&own));
        assert_eq!(find(desk, &iris, shared.id).unwrap(), shared);
        for (caller, id) in [(&iris, own.id), (&city.maria, shared.id), (&ivan, queue.id)] {
            assert_eq!(code(&find(desk, caller, id).unwrap_err()), "missing");
        }
        assert_eq!(code(&keep(desk, &city.maria, &wish("usage", "Mine", false)).unwrap_err()), "missing");
        assert_eq!(code(&keep(desk, &ivan, &wish("review", "Mine", false)).unwrap_err()), "missing");
    }
}

#[test]
fn only_its_owner_changes_a_view_and_each_act_leaves_an_entry() {
    for city in cities() {
        let desk = &city.desk.desk;
        let (ivan, iris) = (auditor(&city, "Ivan Auditor"), auditor(&city, "Iris Auditor"));
        let once = Caller { idempotency: Some("view".to_owned()), ..ivan.clone() };
        let view = keep(desk, &once, &wish("entries", "Keys", true)).unwrap();
        let before = desk.read(audit::head).unwrap().number;
        assert_eq!(keep(desk, &once, &wish("entries", "Keys", true)).unwrap(), view, "sent twice, kept once");
        assert_eq!(code(&keep(desk, &ivan, &wish("entries", "Keys", false)).unwrap_err()), "name_taken");
        assert_eq!(code(&change(desk, &iris, view.id, ("Hers", false)).unwrap_err()), "missing");
        assert_eq!(code(&delete(desk, &iris, view.id).unwrap_err()), "missing");
        assert_eq!(code(&change(desk, &ivan, view.id, (" ", false)).unwrap_err()), "required");
        change(desk, &ivan, view.id, ("Keys", true)).unwrap();
        assert_eq!(desk.read(audit::head).unwrap().number, before, "nothing changed, nothing is told");
        let renamed = change(desk, &ivan, view.id, ("Rolled keys", false)).unwrap();
        assert_eq!((renamed.wish.name.as_str(), renamed.wish.is_shared), ("Rolled keys", false));
        assert!(names(desk, &iris).is_empty(), "no longer shared");
        delete(desk, &ivan, view.id).unwrap();
        assert_eq!(code(&delete(desk, &ivan, view.id).unwrap_err()), "missing");
        let entries = desk.read(|conn| audit::after(conn, before - 1, 10)).unwrap();
        let acts: Vec<_> = entries.iter().map(|entry| (entry.act.as_str(), entry.capacity.as_str())).collect();
        assert_eq!(acts, [("view.keep", "auditor"), ("view.change", "auditor"), ("view.delete", "auditor")]);
    }
}
