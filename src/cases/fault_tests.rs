//! A fault at any write undoes the whole act: every table in turn refuses, then the commit itself fails, over the whole
//! life of a key, on both databases. Whatever was undone can be done again right after.

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::appeals::desk::Ruled;
use super::appeals::{self, Wish};
use super::apply::{self, Signature};
use super::apply_tests::{City, cities, code, draft, item, signature};
use super::catalogue::{self, Edit};
use super::conduct::complaints::ComplaintGiven;
use super::conduct::office::{self, ChargeGiven, FindingGiven, MeasureGiven};
use super::conduct::open::{Opening, Origin};
use super::enforce::{self, Suspension};
use super::files::NewFile;
use super::keys::{self, KeyForm, RollWish};
use super::review::{self, Decided};
use super::{Caller, CaseError, Desk, agree, calendar, conduct, organisations, saved_views, staff, terms};
use crate::domain::appeal::{Appealed, Outcome};
use crate::domain::hold::{HoldReason, HoldTarget};
use crate::domain::id::{AgreementId, ApplicationId, KeyId};
use crate::domain::limits::Limits;
use crate::domain::misuse::Class;
use crate::domain::misuse::case::MisuseCase;
use crate::domain::misuse::complaint::ComplaintKind;
use crate::domain::net::CidrList;
use crate::domain::people::{Actor, Role, RoleGrant};
use crate::domain::review::{Advice, Condition, ConditionKind};
use crate::domain::saved_view::ViewWish;
use crate::domain::terms::TermsFamily;
use crate::store::{AnyConnection, StoreError, agreements};

/// Every table that an act may write.
const TABLES: [&str; 57] = [
    "absences",
    "accounts",
    "agreement_datasets",
    "agreement_texts",
    "agreements",
    "appeal_parts",
    "appeals",
    "application_items",
    "applications",
    "assignments",
    "attachments",
    "audit",
    "audit_head",
    "calendar_days",
    "canary_keys",
    "complaints",
    "counters",
    "dataset_pauses",
    "dataset_samples",
    "datasets",
    "departments",
    "desk_texts",
    "destructions",
    "errands",
    "feed_checks",
    "feed_states",
    "grant_changes",
    "holds",
    "idempotency",
    "imports",
    "keys",
    "letters",
    "links",
    "misuse_case_departments",
    "misuse_case_parts",
    "misuse_cases",
    "misuse_cool_downs",
    "misuse_signal_departments",
    "misuse_signals",
    "organisations",
    "notice_choices",
    "outbox",
    "records_fees",
    "records_requests",
    "remarks",
    "reminders",
    "renewals",
    "reuse_requests",
    "role_grants",
    "saved_views",
    "services",
    "sessions",
    "terms",
    "terms_drafts",
    "throttles",
    "token_keys",
    "upstream_secrets",
];

/// What no act writes: gates count into it through the feed, many calls at once, or keep what they took in, and say that
/// they are there; the clock that sends mail keeps its tries, and the one that checks the chain how far it came.
const OF_GATES: [&str; 13] = [
    "access_log",
    "chain_checks",
    "gates",
    "outbox_tries",
    "quota_levels",
    "usage_city_days",
    "usage_city_hours",
    "usage_days",
    "usage_hours",
    "usage_key_days",
    "usage_minutes",
    "usage_months",
    "usage_sights",
];

/// Where what was done, what is told of it and what is recorded of it meet.
const TORN: [&str; 10] = [
    "agreements",
    "appeals",
    "applications",
    "grant_changes",
    "holds",
    "keys",
    "letters",
    "misuse_cases",
    "outbox",
    "renewals",
];

fn run(desk: &Desk, statements: &str) {
    desk.store.read(|conn| conn.batch_execute(statements).map_err(StoreError::from)).unwrap();
}

/// Puts a trigger on every table that refuses every write while the table `fault` names it, and one that lets the commit
/// fail of an act that left an audit entry, after everything was written.
fn prepare(city: &City) {
    let sqlite = city.desk.backend == "sqlite";
    let mut statements = if sqlite {
        "CREATE TABLE fault (name TEXT NOT NULL, at_commit INTEGER NOT NULL);
         CREATE TABLE late_owner (id INTEGER PRIMARY KEY);
         CREATE TABLE late (id INTEGER REFERENCES late_owner (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER late AFTER INSERT ON audit WHEN (SELECT at_commit FROM fault) = 1
         BEGIN INSERT INTO late VALUES (1); END;
         INSERT INTO fault VALUES ('', 0);"
            .to_owned()
    } else {
        "CREATE TABLE fault (name TEXT NOT NULL, at_commit INTEGER NOT NULL);
         CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN IF (SELECT name FROM fault) = TG_TABLE_NAME THEN RAISE EXCEPTION ''no''; END IF; RETURN NEW; END';
         CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN IF (SELECT at_commit FROM fault) = 1 THEN RAISE EXCEPTION ''no''; END IF; RETURN NEW; END';
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION late();
         INSERT INTO fault VALUES ('', 0);"
            .to_owned()
    };
    for table in TABLES {
        if sqlite {
            for event in ["INSERT", "UPDATE"] {
                statements.push_str(&format!(
                    "CREATE TRIGGER refuse_{table}_{event} BEFORE {event} ON {table}
                     WHEN (SELECT name FROM fault) = '{table}' BEGIN SELECT RAISE(ABORT, 'no'); END;"
                ));
            }
        } else {
            statements.push_str(&format!(
                "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refused();"
            ));
        }
    }
    run(&city.desk.desk, &statements);
}

/// Which table refuses, and whether commits fail.
fn fault(city: &City, table: &str, at_commit: u8) {
    run(&city.desk.desk, &format!("UPDATE fault SET name = '{table}', at_commit = {at_commit}"));
}

/// Everything that the store holds.
fn picture(desk: &Desk) -> Vec<u8> {
    let rows = |table| format!("(SELECT string_agg(t::text, ',' ORDER BY t::text) FROM {table} t)");
    let all = format!("concat_ws('|', {})", TABLES.map(rows).join(", "));
    let found = desk.store.read(|conn| {
        Ok::<_, StoreError>(match conn {
            AnyConnection::Sqlite(conn) => conn.serialize_database_to_buffer().to_vec(),
            AnyConnection::Postgres(conn) => diesel::select(sql::<Text>(&all)).get_result::<String>(conn)?.into_bytes(),
        })
    });
    found.unwrap()
}

/// Tries the act under every fault, then does it.
fn under_faults<T>(city: &City, what: &str, act: impl Fn() -> Result<T, CaseError>) -> T {
    let (desk, backend) = (&city.desk.desk, city.desk.backend);
    // The commit fails in all but the first, so that an act which does not write the table in turn is undone as well.
    // On PostgreSQL, where each try costs a dozen round trips, only for the tables at which an act could be torn apart.
    let tables = TABLES.into_iter().filter(|table| backend == "sqlite" || TORN.contains(table));
    let faults = [("audit", 0), ("", 1)].into_iter().chain(tables.map(|table| (table, 1)));
    for (table, at_commit) in faults {
        fault(city, table, at_commit);
        let before = picture(desk);
        match act() {
            Ok(_) => panic!("{backend} {what} succeeded although {table} or the commit failed"),
            Err(error) => assert_eq!(code(&error), "store", "{backend} {what}, {table}: {error}"),
        }
        assert!(picture(desk) == before, "{backend} {what} left something behind when {table} failed");
    }
    fault(city, "", 0);
    act().unwrap_or_else(|error| panic!("{backend} {what}, without a fault: {error}"))
}

fn agreement_of(city: &City, id: ApplicationId) -> AgreementId {
    let all = city.desk.desk.read(|conn| agreements::of_departments(conn, None, None, 10)).unwrap();
    all.iter().find(|agreement| agreement.application == id).unwrap().id
}

fn conditions() -> Vec<Condition> {
    let limits = Limits::parse("100/day").unwrap();
    let text = "At most 100 calls a day.".to_owned();
    vec![Condition { text, kind: ConditionKind::Limits { limits }, basis: String::new(), is_precedent: false }]
}

/// From a draft to an agreement.
fn apply_and_sign(city: &City) -> AgreementId {
    let desk = &city.desk.desk;
    let (maria, manager, office) = (&city.maria, &city.managers[0], city.departments[0]);
    let slugs = ["parking".to_owned()];
    let begun = under_faults(city, "start", || apply::start(desk, maria, &slugs));
    let answers = [("title".to_owned(), "Slow streets".to_owned())];
    under_faults(city, "save", || apply::save(desk, maria, begun, &answers, None, 1));
    let id = draft(city, &["parking"]);
    let once = Caller { idempotency: Some("submit".to_owned()), ..maria.clone() };
    let signed = signature(city, id);
    under_faults(city, "submit", || apply::submit(desk, &once, id, &signed));
    under_faults(city, "ask", || review::ask(desk, manager, id, office, "Why so often?"));
    under_faults(city, "answer", || apply::answer(desk, maria, id, "Bays fill up in minutes."));
    under_faults(city, "message", || apply::message(desk, maria, id, office, "Thank you."));
    under_faults(city, "note", || review::note(desk, manager, id, office, "Known from the pilot."));
    let asked = item(city, id, "parking");
    let advice = || review::recommend(desk, &city.reviewer, id, asked, (Advice::Approve, "Well argued."));
    under_faults(city, "recommend", advice);
    let decided = || review::decide(desk, manager, id, asked, Decided::Approve(conditions()), "A good use.");
    under_faults(city, "decide", decided);
    let agreement = agreement_of(city, id);
    let offered = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap();
    let signed = Signature { text_hash: offered.text_hash, ..signed };
    under_faults(city, "sign", || apply::sign(desk, maria, id, &signed));
    let other = second(city);
    under_faults(city, "recuse", || review::recuse(desk, &city.second, other, office, "A close tie."));
    agreement
}

/// Another application that waits.
fn second(city: &City) -> ApplicationId {
    let all = apply::list(&city.desk.desk, &city.maria).unwrap();
    if let Some(waiting) = all.iter().find(|application| application.state.as_str() == "submitted") {
        return waiting.id;
    }
    let id = draft(city, &["parking"]);
    apply::submit(&city.desk.desk, &city.maria, id, &signature(city, id)).unwrap();
    id
}

#[test]
fn a_fault_at_any_write_undoes_the_whole_life_of_a_key_act_by_act() {
    for city in cities() {
        let desk = &city.desk.desk;
        prepare(&city);
        let agreement = apply_and_sign(&city);
        let (maria, manager) = (&city.maria, &city.managers[0]);
        let form = KeyForm { name: "web".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        let issued = under_faults(&city, "issue", || keys::create(desk, maria, agreement, &wish));
        let key = issued.key.id;
        let renamed = under_faults(&city, "rename", || keys::rename(desk, maria, key, "server", issued.key.version));
        let networks = CidrList::parse("192.0.2.0/24").unwrap();
        let restrict = || keys::restrict(desk, maria, key, networks.clone(), renamed.version);
        let restricted = under_faults(&city, "restrict", restrict);
        assert_eq!(restricted.name, "server");
        let paused = under_faults(&city, "pause", || enforce::pause(desk, maria, HoldTarget::Key(key), "A rest."));
        under_faults(&city, "resume", || enforce::lift(desk, maria, paused.id, "Back."));
        let rolled = under_faults(&city, "roll", || keys::roll(desk, maria, key, &RollWish::default()));
        let wish = Suspension {
            target: HoldTarget::Agreement(agreement),
            reason: HoldReason::Misuse,
            explanation: "Too many calls.".to_owned(),
            case: None,
        };
        let held = under_faults(&city, "suspend", || enforce::suspend(desk, manager, &wish));
        under_faults(&city, "lift", || enforce::lift(desk, manager, held.id, "Mended."));
        under_faults(&city, "revoke", || keys::revoke(desk, maria, rolled.key.id, ""));
        under_faults(&city, "terminate", || agree::terminate(desk, maria, agreement, None, "Done."));
        let other = second(&city);
        under_faults(&city, "withdraw", || apply::withdraw(desk, maria, other, "Not needed."));
        desk_acts(&city);
    }
}

/// What staff and administrators do besides.
fn desk_acts(city: &City) {
    let (desk, manager) = (&city.desk.desk, &city.managers[0]);
    let ada = city.desk.person("Ada Admin", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
    let version = catalogue::for_staff(desk, manager, "parking").unwrap().version;
    let limits = Edit::Limits(Limits::parse("10/day").unwrap());
    under_faults(city, "edit a dataset", || catalogue::edit(desk, manager, "parking", limits.clone(), version));
    let office = city.departments[0];
    let named = ("noise", "Noise", "What it hears.");
    under_faults(city, "make a dataset", || catalogue::create(desk, manager, office, named));
    let named = ("zoo", "Zoo", "zoo@norwalk.example");
    under_faults(city, "make a department", || staff::add_department(desk, &ada, named));
    let view = ViewWish::read(("review", "Everything"), "show=all", (true, false)).unwrap();
    let kept = under_faults(city, "keep a view", || saved_views::keep(desk, manager, &view));
    under_faults(city, "rename a view", || saved_views::change(desk, manager, kept.id, ("All", false)));
    let invitation = staff::Invitation {
        name: "Nia New".to_owned(),
        email: "nia@norwalk.example".to_owned(),
        roles: vec![RoleGrant::new(Role::Clerk, None).unwrap()],
    };
    under_faults(city, "invite", || staff::invite(desk, &ada, &invitation));
    let somebody = city.reviewer.actor.account.unwrap();
    under_faults(city, "take roles", || staff::set_roles(desk, &ada, somebody, &[]));
    under_faults(city, "make a credential", || staff::add_service(desk, &ada, "nginx"));
    let new = terms::NewTerms {
        family: TermsFamily::Standard,
        title: "Standard terms".to_owned(),
        markdown: "## (1) Purpose\n\nFor {{ project }} in {{ city }}.".to_owned(),
        is_material: true,
        effective_at: None,
    };
    under_faults(city, "publish terms", || terms::publish(desk, &ada, &new));
}

#[test]
fn every_table_of_the_store_is_tried_or_belongs_to_the_gates() {
    let schema = concat!(
        include_str!("../store/schema/catalogue.rs"),
        include_str!("../store/schema/clerking.rs"),
        include_str!("../store/schema/conduct.rs"),
        include_str!("../store/schema/granting.rs"),
        include_str!("../store/schema/people.rs"),
        include_str!("../store/schema/record.rs"),
        include_str!("../store/schema/usage.rs"),
    );
    let mut all: Vec<&str> = schema
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" {")?.split_once(" ("))
        .map(|(name, _)| name)
        .collect();
    all.sort_unstable();
    let mut known: Vec<&str> = TABLES.into_iter().chain(OF_GATES).collect();
    known.sort_unstable();
    assert_eq!(all, known);
}

fn case_of(city: &City, agreement: AgreementId, key: KeyId) -> MisuseCase {
    let (desk, maria, manager) = (&city.desk.desk, &city.maria, &city.managers[0]);
    let number = desk.read(|conn| agreements::by_id(conn, agreement)).unwrap().number;
    let opening = Opening {
        origin: Origin::Staff,
        agreement: number,
        key: Some(key),
        dataset: String::new(),
        class: Some(Class::M7),
        summary: "It reads everything.".to_owned(),
        at_once: None,
    };
    let case = under_faults(city, "open a case", || conduct::open::open(desk, &city.reviewer, &opening));
    let charge = ChargeGiven { facts: "See.".to_owned(), clause: "(14)".to_owned(), cure: String::new() };
    under_faults(city, "give notice", || office::notify(desk, manager, case.id, &charge));
    let files = [NewFile { name: "log.txt".to_owned(), content: b"nothing".to_vec() }];
    under_faults(city, "answer a case", || conduct::holder::answer(desk, maria, case.id, ("No.", "", &files)));
    let one = |word: &str| MeasureGiven { word: word.to_owned(), key: None, to: String::new(), until: None };
    let found = FindingGiven {
        reasons: "The log shows it.".to_owned(),
        severity: String::new(),
        measures: vec![one("throttle_agreement"), one("suspend_key")],
    };
    under_faults(city, "find a violation", || office::find(desk, manager, case.id, &found))
}

fn appeal_all(city: &City, clerk: &Caller, of: Appealed) {
    let (desk, maria) = (&city.desk.desk, &city.maria);
    let wish = Wish { of, grounds: "It was not us.".to_owned(), wanted: String::new() };
    let appeal = under_faults(city, "appeal", || appeals::file(desk, maria, &wish)).id;
    under_faults(city, "acknowledge", || appeals::desk::acknowledge(desk, clerk, appeal, ""));
    under_faults(city, "compile", || appeals::desk::compile(desk, clerk, appeal));
    let ruled =
        Ruled { outcome: Outcome::Reversed, reasons: "It was not them.".to_owned(), instructions: String::new() };
    under_faults(city, "rule", || appeals::desk::decide(desk, clerk, appeal, &ruled));
}

#[test]
fn a_fault_at_any_write_undoes_every_act_of_cases_appeals_and_requests() {
    for city in cities() {
        let (desk, maria, manager) = (&city.desk.desk, &city.maria, &city.managers[0]);
        let clerk = city.desk.person("Clara Clerk", &[RoleGrant::new(Role::Clerk, None).unwrap()]);
        let id = draft(&city, &["parking"]);
        apply::submit(desk, maria, id, &signature(&city, id)).unwrap();
        review::decide(desk, manager, id, item(&city, id, "parking"), Decided::Approve(Vec::new()), "Good.").unwrap();
        let agreement = agreement_of(&city, id);
        let form = KeyForm { name: "web".to_owned(), scopes: vec!["parking:read".to_owned()], ..KeyForm::default() };
        let wish = form.read(chrono_tz::America::New_York).unwrap();
        let key = keys::create(desk, maria, agreement, &wish).unwrap().key.id;
        prepare(&city);
        let case = case_of(&city, agreement, key);
        let held = case.in_force().find(|stopped| !stopped.is_throttle).unwrap().hold;
        appeal_all(&city, &clerk, Appealed::Suspension { hold: held });
        appeal_all(&city, &clerk, Appealed::Finding { case: case.id });
        let given = ComplaintGiven {
            kind: ComplaintKind::Misuse,
            department: String::new(),
            dataset: String::new(),
            seen: String::new(),
            text: "They sell it.".to_owned(),
            name: String::new(),
            email: String::new(),
            files: vec![NewFile { name: "page.txt".to_owned(), content: b"a page".to_vec() }],
        };
        let visitor = Caller { actor: Actor::visitor(Some([203, 0, 113, 9].into())), ..maria.clone() };
        under_faults(&city, "complain", || conduct::complaints::file(desk, &visitor, &given));
        let pause =
            under_faults(&city, "pause a dataset", || conduct::pause::begin(desk, manager, "parking", "Wrong."));
        under_faults(&city, "resume a dataset", || conduct::pause::end(desk, manager, pause.id, "Right again."));
        let snow = "2026-12-02".parse().unwrap();
        under_faults(&city, "close a day", || calendar::list_day(desk, &clerk, (snow, false, "Snow")));
        let ada = city.desk.person("Ada Admin", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
        under_faults(&city, "add an organisation", || organisations::add(desk, &ada, "Slow Streets"));
    }
}
