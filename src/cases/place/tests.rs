//! The profile in force and a changed one, by the checks of the start.

use std::sync::Arc;

use super::{ProfileSource, VALUES, shown, tried};
use crate::cases::testing::{TestDesk, desks, profile_text};
use crate::cases::{Caller, CaseError};
use crate::domain::people::{Role, RoleGrant};

/// The profile that ships.
pub(crate) fn source() -> ProfileSource {
    let text = profile_text(VALUES).unwrap();
    ProfileSource {
        name: "norwalk-ct".to_owned(),
        is_shipped: true,
        read: Arc::new(profile_text),
        shipped: text.clone(),
        text,
    }
}

fn ada(desk: &TestDesk) -> Caller {
    desk.person("Ada Alvarez", &[RoleGrant { role: Role::Administrator, department: None }])
}

#[test]
fn the_profile_in_force_is_shown_with_its_places_and_passes_its_own_checks() {
    for desk in desks().into_iter().take(1) {
        let ada = ada(&desk);
        let shown = shown(&desk.desk, &ada, &source()).unwrap();
        assert_eq!((shown.faults, shown.differs.len()), (Vec::new(), 0));
        let clock = shown.values.iter().find(|value| value.key == "clocks.records_answer.days").unwrap();
        assert_eq!(clock.text, "4");
        let line = source().text.lines().nth(clock.line - 1).unwrap().to_owned();
        assert!(line.starts_with("records_answer = "), "{line}");
        assert!(shown.files.iter().any(|file| file == "letters/es/denial.md"), "{:?}", shown.files);
        let other =
            ProfileSource { text: source().text.replace("city = \"Norwalk\"", "city = \"Stamford\""), ..source() };
        let differs = super::shown(&desk.desk, &ada, &other).unwrap().differs;
        assert_eq!(differs.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["city"]);
        let clerk = desk.person("Cleo Clerk", &[RoleGrant { role: Role::Clerk, department: None }]);
        assert!(super::shown(&desk.desk, &clerk, &other).is_err(), "for administrators only");
    }
}

#[test]
fn a_changed_file_is_tried_by_the_checks_of_the_start() {
    for desk in desks().into_iter().take(1) {
        let (ada, source) = (ada(&desk), source());
        let of = |file: &str, text: &str| tried(&desk.desk, &ada, &source, (file, text));
        let good = of(VALUES, &source.text.replace("term_months = ", "term_months = 1")).unwrap();
        assert_eq!((good.values.len(), good.faults), (1, Vec::new()));
        let wrong = of(VALUES, &source.text.replace("currency = \"USD\"", "currency = \"usd\"")).unwrap();
        let line = source.text.lines().position(|line| line.starts_with("currency = ")).unwrap() + 1;
        assert_eq!((wrong.faults.len(), wrong.faults[0].line), (1, Some(line)), "{:?}", wrong.faults);
        let broken = of(VALUES, "city = ").unwrap();
        assert!(broken.faults[0].message.contains("line 1"), "{:?}", broken.faults);
        let text = profile_text("terms-standard.md").unwrap();
        let odd = of("terms-standard.md", &text.replacen("{{ requester }}", "{{ nobody }}", 1)).unwrap();
        assert!(odd.faults[0].message.contains("nobody") && odd.texts.len() > 3, "{:?}", odd.faults);
        let letter = of("letters/es/denial.md", "{{ nothing").unwrap();
        assert_eq!(letter.faults[0].file, "letters", "{:?}", letter.faults);
        for (file, text) in [("../secret.key", "x"), ("letters/fr/denial.md", "x"), (VALUES, "  ")] {
            assert!(matches!(of(file, text), Err(CaseError::Invalid(_))), "{file}");
        }
        let long = "#".repeat(crate::domain::profile::PROFILE_BYTES_MAX + 1);
        assert!(matches!(of(VALUES, &long), Err(CaseError::Invalid(_))));
    }
}
