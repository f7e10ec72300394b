//! How agreements end or go on, and what the public register keeps back.

use serde::Deserialize;

use crate::domain::text::Invalid;

/// Renewal, certificates of destruction and later terms.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endings {
    /// Days before the end from which a renewal can be opened.
    pub renewal_days: u16,
    /// Days after the end within which departments may still confirm a renewal that was signed before it.
    pub confirm_days: u16,
    /// The clause that asks for a certificate of destruction; terms without it ask for none.
    pub destruction_clause: u16,
    /// Days before the last day of a certificate on which the holder is reminded.
    pub certificate_reminder_days: Vec<u16>,
    /// Days after it on which holder and departments are told that it is missing.
    pub certificate_overdue_days: Vec<u16>,
    /// Days before new terms bind on which holders who have not accepted them are reminded.
    pub terms_reminder_days: Vec<u16>,
}

/// The public register.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Counts above zero and below this are kept back.
    pub minimum_cell: u16,
    /// Months that the counts look back.
    pub months: u16,
}

/// What does not hold together here.
pub(super) fn check(endings: &Endings, register: &Register, found: &mut Vec<Invalid>) {
    let mut refuse = |field: &str, message: &str| found.push(Invalid::new(field, "profile", message));
    if endings.renewal_days == 0 {
        refuse("endings.renewal_days", "A renewal needs at least one day.");
    }
    let falls = |days: &[u16]| days.windows(2).all(|pair| pair.first() > pair.last()) && !days.contains(&0);
    let before = [
        ("endings.certificate_reminder_days", &endings.certificate_reminder_days),
        ("endings.terms_reminder_days", &endings.terms_reminder_days),
    ];
    for (field, _) in before.into_iter().filter(|(_, days)| !falls(days)) {
        refuse(field, "List the days from many to few, each once, none zero.");
    }
    let after = &endings.certificate_overdue_days;
    if !after.windows(2).all(|pair| pair.first() < pair.last()) || after.contains(&0) {
        refuse("endings.certificate_overdue_days", "List the days from few to many, each once, none zero.");
    }
    if register.minimum_cell < 2 {
        refuse("register.minimum_cell", "A count of one is one person; keep back at least that.");
    }
    if register.months == 0 {
        refuse("register.months", "Look back at least one month.");
    }
}
