//! Terms and the first set-up, on both databases. What an acceptance is worth is tested with applications.

use chrono::Duration;

use super::terms::{self, NewTerms};
use super::testing::{TestDesk, desks, profile_file};
use super::{Caller, CaseError};
use crate::domain::people::{Role, RoleGrant};
use crate::domain::terms::TermsFamily;
use crate::store::people;

fn set_up() -> Vec<TestDesk> {
    let desks = desks();
    for desk in &desks {
        assert!(terms::set_up(&desk.desk, profile_file).unwrap());
    }
    desks
}

fn new(markdown: &str, is_material: bool) -> NewTerms {
    NewTerms {
        family: TermsFamily::Standard,
        title: "Standard terms".to_owned(),
        markdown: markdown.to_owned(),
        is_material,
        effective_at: None,
    }
}

#[test]
fn a_place_is_set_up_once_with_departments_and_terms() {
    for desk in set_up() {
        let departments = desk.desk.read(people::departments).unwrap();
        assert_eq!(departments.len(), desk.desk.profile.departments.len());
        for family in TermsFamily::ALL {
            let current = terms::current(&desk.desk, family).unwrap();
            assert_eq!((current.number, current.is_intact()), (1, true));
            assert!(!current.markdown.contains("{{ city"), "the place's own parameters are filled in");
        }
        assert!(!terms::set_up(&desk.desk, profile_file).unwrap());
        assert_eq!(desk.desk.read(people::departments).unwrap(), departments);
    }
}

#[test]
fn a_missing_file_of_terms_sets_nothing_up() {
    for desk in desks() {
        assert!(terms::set_up(&desk.desk, |_| None).is_err());
        assert!(desk.desk.read(people::departments).unwrap().is_empty());
    }
}

#[test]
fn only_administrators_publish_and_a_material_version_waits_out_its_notice() {
    for desk in set_up() {
        let now = desk.desk.clock.now();
        let administrator = desk.person("Ada Admin", &[RoleGrant::new(Role::Administrator, None).unwrap()]);
        let auditor = desk.person("Una Auditor", &[RoleGrant::new(Role::Auditor, None).unwrap()]);
        let text = "## (1) Purpose\n\nFor {{ project }} in {{ city }}.";
        assert!(matches!(terms::publish(&desk.desk, &auditor, &new(text, true)), Err(CaseError::Missing)));
        let version = terms::publish(&desk.desk, &administrator, &new(text, true)).unwrap();
        let days = i64::from(desk.desk.profile.agreement.terms_notice_days);
        assert_eq!((version.number, version.effective_at), (2, now + Duration::days(days)));
        assert_eq!(
            terms::current(&desk.desk, TermsFamily::Standard).unwrap().number,
            1,
            "the old one binds until then"
        );
        desk.desk.clock.set(version.effective_at);
        assert_eq!(terms::current(&desk.desk, TermsFamily::Standard).unwrap(), version);
        assert_eq!(terms::numbered(&desk.desk, TermsFamily::Standard, 2).unwrap(), version);
        assert!(matches!(terms::numbered(&desk.desk, TermsFamily::Standard, 3), Err(CaseError::Missing)));
    }
}

#[test]
fn terms_that_cannot_stand_are_refused_by_field() {
    for desk in set_up() {
        let now = desk.desk.clock.now();
        let service = Caller::service("terms publish");
        let soon = Some(now + Duration::days(1));
        let cases = [
            (new("", false), "markdown", "required"),
            (new("For {{ nobody_knows }}.", false), "markdown", "unknown_parameter"),
            (new("{{ broken", false), "markdown", "placeholder"),
            (NewTerms { title: String::new(), ..new("Text.", false) }, "title", "required"),
            (NewTerms { effective_at: soon, ..new("Text.", true) }, "effective_at", "notice_too_short"),
            (
                NewTerms { effective_at: Some(now - Duration::days(1)), ..new("Text.", false) },
                "effective_at",
                "effective_before_published",
            ),
        ];
        for (typed, field, code) in cases {
            let Err(CaseError::Invalid(faults)) = terms::publish(&desk.desk, &service, &typed) else {
                panic!("{typed:?}")
            };
            assert_eq!((faults[0].field.as_str(), faults[0].code), (field, code));
        }
        assert_eq!(terms::versions(&desk.desk, TermsFamily::Standard).unwrap().len(), 1);
    }
}
