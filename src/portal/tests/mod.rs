//! Staff at their pages: a small city whose people sign in, and what every page of staff is held to.

mod everywhere;
mod previews;
mod replays;

use secrecy::SecretString;

use super::testing::{Browser, PASSWORD, Portal};
use crate::app::profile_files;
use crate::cases::apply_tests::{self, City};
use crate::cases::testing::{CHEAP, TestDesk, desks};
use crate::cases::{Caller, Desk, passwords, staff};
use crate::demo::people::{PASSWORD as DEMO_PASSWORD, PEOPLE};
use crate::demo::seed;
use crate::domain::agreement::Agreement;
use crate::domain::application::{Application, State};
use crate::domain::id::{AgreementId, ApplicationId, ItemId};
use crate::domain::people::{Role, RoleGrant};
use crate::store::{agreements, applications, audit, people};
use crate::web::testing::Answer;

/// An id that names nothing.
pub(crate) const NOTHING: &str = "01900000-0000-7000-8000-000000000000";

/// Two departments with their datasets, staff of every role who can sign in, and Maria, who asks for things.
pub(crate) struct Office {
    pub(crate) portal: Portal,
    pub(crate) city: City,
}

/// A freshly opened office on each database at hand. In the first department: “Manager 0”, “Second Manager”, “Rita
/// Reviewer”; in the second: “Manager 1”, “Rex Reviewer”; for the city: “Clara Clerk”, “Ivan Auditor”, “Ada Admin”.
pub(crate) fn offices() -> Vec<Office> {
    apply_tests::cities().into_iter().map(open).collect()
}

fn open(city: City) -> Office {
    let city_wide = |role| [RoleGrant::new(role, None).unwrap()];
    city.desk.person("Clara Clerk", &city_wide(Role::Clerk));
    city.desk.person("Ivan Auditor", &city_wide(Role::Auditor));
    city.desk.person("Ada Admin", &city_wide(Role::Administrator));
    let second = RoleGrant::new(Role::Reviewer, Some(city.departments[1])).unwrap();
    city.desk.person("Rex Reviewer", &[second]);
    let hash = passwords::hash(&SecretString::from(PASSWORD), CHEAP).unwrap();
    let all = city.desk.desk.read(|conn| people::list_accounts(conn, "", false, 100)).unwrap();
    for account in all {
        let with_password = people::Account { password_hash: Some(hash.clone()), ..account };
        city.desk.desk.store.write(|conn| people::update_account(conn, &with_password)).unwrap();
    }
    Office { portal: Portal::over(city.desk.clone()), city }
}

impl Office {
    pub(crate) fn desk(&self) -> &Desk {
        &self.city.desk.desk
    }

    /// Somebody's browser, signed in.
    pub(crate) async fn of(&self, name: &str) -> Browser<'_> {
        self.portal.signed_in(name).await
    }

    /// Somebody as a caller of cases, with the roles and the organisation of this moment.
    pub(crate) fn caller(&self, name: &str) -> Caller {
        let email = format!("{}@people.example", name.to_lowercase().replace(' ', "."));
        let account = self.desk().read(|conn| people::account_by_email(conn, &email)).unwrap().unwrap();
        self.city.desk.caller(account.id)
    }

    /// An application of Maria's for these datasets, sent.
    pub(crate) fn sent(&self, slugs: &[&str]) -> ApplicationId {
        let id = apply_tests::draft(&self.city, slugs);
        apply_tests::submit(&self.city, id);
        id
    }

    pub(crate) fn application(&self, id: ApplicationId) -> Application {
        self.desk().read(|conn| applications::by_id(conn, id)).unwrap()
    }

    pub(crate) fn item(&self, id: ApplicationId, slug: &str) -> ItemId {
        apply_tests::item(&self.city, id, slug)
    }

    /// An agreement of Maria's on datasets of the first department.
    pub(crate) fn executed(&self, slugs: &[&str]) -> Agreement {
        let id = self.sent(slugs);
        for slug in slugs {
            if self.application(id).state.as_str() == "submitted" {
                apply_tests::approve(&self.city, &self.city.managers[0], id, slug).unwrap();
            }
        }
        let State::Executed { agreement, .. } = self.application(id).state else { panic!("not executed") };
        self.agreement(agreement)
    }

    pub(crate) fn agreement(&self, id: AgreementId) -> Agreement {
        self.desk().read(|conn| agreements::by_id(conn, id)).unwrap()
    }

    /// Gives somebody one more role.
    pub(crate) fn appoint(&self, name: &str, role: Role, department: usize) {
        let who = self.caller(name);
        let mut roles = who.actor.roles.clone();
        roles.push(RoleGrant::new(role, Some(self.city.departments[department])).unwrap());
        staff::set_roles(self.desk(), &Caller::service("test"), who.actor.account.unwrap(), &roles).unwrap();
    }

    /// Makes somebody a clerk beside what they are.
    pub(crate) fn appoint_clerk(&self, name: &str) {
        let who = self.caller(name);
        let mut roles = who.actor.roles.clone();
        roles.push(RoleGrant::new(Role::Clerk, None).unwrap());
        staff::set_roles(self.desk(), &Caller::service("test"), who.actor.account.unwrap(), &roles).unwrap();
    }

    /// How many entries the audit has: what changed nothing leaves it alone.
    pub(crate) fn entries(&self) -> i64 {
        self.desk().read(audit::head).unwrap().number
    }

    /// The newest act and under which capacity it was done; letters that it sent stand after it and are left out.
    pub(crate) fn last_act(&self) -> (String, String) {
        let before = (self.entries() - 5).max(0);
        let entries = self.desk().read(|conn| audit::after(conn, before, 5)).unwrap();
        let last = entries.into_iter().rev().find(|entry| entry.act != "letter.sent").unwrap();
        (last.act, last.capacity)
    }
}

/// Fields of a form.
pub(crate) fn pairs<'a>(fields: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// The page without what differs from answer to answer.
pub(crate) fn plain(answer: &Answer) -> String {
    answer.body.replace(&answer.hidden("csrf"), "csrf")
}

/// Whether both addresses get the same answer to the byte, and it is “not found”.
pub(crate) async fn looks_like_nothing(browser: &Browser<'_>, path: &str, nothing: &str) {
    let (hidden, missing) = (browser.get(path).await, browser.get(nothing).await);
    assert_eq!((hidden.status, missing.status), (404, 404), "{path}");
    assert_eq!(plain(&hidden), plain(&missing), "{path}");
}

/// Whether the complaint stands in the summary, linked to its field, and beside the field, and the text is still there.
pub(crate) fn complains(answer: &Answer, field: &str, message: &str, kept: &[&str]) {
    assert_eq!(answer.status, 422, "{field}: {}", answer.body);
    assert!(answer.body.contains(&format!("href=\"#f-{field}\"")), "{field} is not linked: {}", answer.body);
    assert!(answer.body.contains(&format!("id=\"f-{field}\"")), "{field} is not on the page: {}", answer.body);
    assert!(answer.body.contains(&format!("id=\"e-{field}\"")), "{field} says nothing itself: {}", answer.body);
    assert!(answer.body.contains(message), "“{message}” is not said: {}", answer.body);
    for text in kept {
        assert!(answer.body.contains(text), "“{text}” was lost: {}", answer.body);
    }
}

/// The demo's city: every state, usage, people of every role.
pub(crate) fn demos() -> Vec<Portal> {
    let told = |test: TestDesk| {
        let secret = SecretString::from("feed secret");
        seed(&test.desk, profile_files::shipped, ("http://127.0.0.1:8099", &secret)).unwrap();
        Portal::over(test)
    };
    desks().into_iter().map(told).collect()
}

/// Somebody of the demo, signed in.
pub(crate) async fn of_demo<'a>(portal: &'a Portal, nick: &str) -> Browser<'a> {
    let email = PEOPLE.iter().find(|person| person.nick == nick).unwrap().email;
    portal.signed_in_as(email, DEMO_PASSWORD).await
}
