//! Whether a person may close their account, and what stands in the way. Closing ends what a person holds alone; it must
//! never be a way out of a case, of another office's hold or of an appeal that others wait for, nor leave an
//! organisation's agreements with nobody.

use super::refusal::Refusal;

/// The name that a closed account carries where its owner's stood.
pub const CLOSED_NAME: &str = "Closed account";

/// What an organisation would be left with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphaned {
    /// Its name.
    pub organisation: String,
    /// Its agreements in force, by number.
    pub agreements: Vec<String>,
    /// Its applications that are not over, by number.
    pub applications: Vec<String>,
}

/// A person's affairs as closing is decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affairs {
    /// Whether it was closed before.
    pub is_closed: bool,
    /// Whether they work for the city.
    pub is_staff: bool,
    /// Whether an office has a hold on the person.
    pub is_held: bool,
    /// Misuse cases about what they hold that are not over, by number.
    pub cases: Vec<String>,
    /// Their appeals that are not decided, by number.
    pub appeals: Vec<String>,
    /// What their organisation would be left with; none where somebody else is a member of it.
    pub orphaned: Option<Orphaned>,
}

/// Whether the account may be closed.
///
/// # Errors
/// Everything that stands in the way, at once: `account_closed`, `staff_account`, `person_on_hold`, `case_open`,
/// `appeal_open`, `last_member`.
pub fn decide_close(affairs: &Affairs) -> Result<(), Vec<Refusal>> {
    let mut found = Vec::new();
    let mut no = |code, detail: String| found.push(Refusal::new(code, detail));
    if affairs.is_closed {
        no("account_closed", "This account is closed already.".to_owned());
    }
    if affairs.is_staff {
        no("staff_account", "You work for the city. An administrator takes your roles back first.".to_owned());
    }
    if affairs.is_held {
        let detail = "An office has suspended you. Answer it or appeal; when the suspension is over you can close.";
        no("person_on_hold", detail.to_owned());
    }
    for number in &affairs.cases {
        no("case_open", format!("Case {number} about what you hold is not over. You can close when it is."));
    }
    for number in &affairs.appeals {
        no("appeal_open", format!("Your appeal {number} is not decided. Withdraw it, or wait for the decision."));
    }
    if let Some(left) = &affairs.orphaned
        && !(left.agreements.is_empty() && left.applications.is_empty())
    {
        let what: Vec<_> = left.agreements.iter().chain(&left.applications).map(String::as_str).collect();
        let detail = format!(
            "You are the last member of {}. Hand over first: ask the city to make somebody else a member, or end what it holds: {}.",
            left.organisation,
            what.join(", ")
        );
        no("last_member", detail);
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Whether what was typed names the account that is to be closed.
///
/// # Errors
/// `confirm_needed`.
pub fn must_be_meant(typed: &str, email: &str) -> Result<(), Refusal> {
    if typed.trim().to_lowercase() == email.trim().to_lowercase() {
        return Ok(());
    }
    Err(Refusal::new("confirm_needed", "Type the mail address of this account, exactly."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_stands_in_the_way_is_told_at_once() {
        let left = |agreements: &[&str], applications: &[&str]| {
            let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
            let (agreements, applications) = (owned(agreements), owned(applications));
            Some(Orphaned { organisation: "Harbor Lab".to_owned(), agreements, applications })
        };
        let free = Affairs::default();
        let numbers = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let rows: Vec<(Affairs, &[&str])> = vec![
            (free.clone(), &[]),
            (Affairs { is_closed: true, ..free.clone() }, &["account_closed"]),
            (Affairs { is_staff: true, ..free.clone() }, &["staff_account"]),
            (Affairs { is_held: true, ..free.clone() }, &["person_on_hold"]),
            (
                Affairs { cases: numbers(&["MIS-2026-0001", "MIS-2026-0002"]), ..free.clone() },
                &["case_open", "case_open"],
            ),
            (Affairs { appeals: numbers(&["APL-2026-0001"]), ..free.clone() }, &["appeal_open"]),
            (Affairs { orphaned: left(&[], &[]), ..free.clone() }, &[]),
            (Affairs { orphaned: left(&["DSA-2026-0001"], &[]), ..free.clone() }, &["last_member"]),
            (Affairs { orphaned: left(&[], &["APP-2026-0001"]), ..free.clone() }, &["last_member"]),
            (
                Affairs {
                    is_held: true,
                    appeals: numbers(&["APL-2026-0001"]),
                    orphaned: left(&["DSA-1"], &[]),
                    ..free
                },
                &["person_on_hold", "appeal_open", "last_member"],
            ),
        ];
        for (affairs, codes) in rows {
            let found = decide_close(&affairs).err().unwrap_or_default();
            assert_eq!(found.iter().map(|refusal| refusal.code).collect::<Vec<_>>(), codes, "{affairs:?}");
        }
    }

    #[test]
    fn the_address_is_typed_whole_in_whatever_letters() {
        assert_eq!(must_be_meant(" Maria@People.example ", "maria@people.example"), Ok(()));
        for typed in ["", "maria", "maria@people.example.org", "yes"] {
            assert_eq!(must_be_meant(typed, "maria@people.example").unwrap_err().code, "confirm_needed", "{typed}");
        }
    }
}
