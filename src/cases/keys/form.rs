//! What a person types to make or roll a key, read once: every fault at once, and inside a value of the type is the
//! proof. Whether an agreement allows it is decided elsewhere.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::cases::CaseError;
use crate::domain::key::{Mode, NAME_MAX};
use crate::domain::limits::{CityDay, Limits};
use crate::domain::net::CidrList;
use crate::domain::scope::Scope;
use crate::domain::text::{Invalid, Line};
use crate::domain::time::Instant;

/// Scopes of one key; a longer list is a mistake.
pub const SCOPES_MAX: usize = 200;

/// A wish for a key, as typed in a form or sent as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeyForm {
    /// What its holder calls it.
    pub name: String,
    /// `live` or `test`; empty means live.
    pub mode: String,
    /// `dataset:operation`, each.
    pub scopes: Vec<String>,
    /// Its own limits, such as `10/second, 5000/day`; empty for none but the agreement's.
    pub limits: String,
    /// Networks it may be used from; empty for any.
    pub networks: String,
    /// The last day of the city on which it works, `YYYY-MM-DD`; empty to end with its agreement.
    pub expires_on: String,
}

/// A wish for a key that reads as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyWish {
    /// What its holder calls it.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// What it opens.
    pub scopes: Vec<Scope>,
    /// Its own limits.
    pub limits: Limits,
    /// Where it may be used from.
    pub networks: CidrList,
    /// From when it no longer works; `None` to end with its agreement.
    pub expires_at: Option<Instant>,
}

/// A wish to roll a key, as typed or sent. What is `None` is taken over; what is given may only be narrower.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RollForm {
    /// Days during which both keys work, 0 to 7.
    pub overlap_days: u8,
    /// Fewer scopes.
    pub scopes: Option<Vec<String>>,
    /// Narrower limits.
    pub limits: Option<String>,
    /// An earlier last day.
    pub expires_on: Option<String>,
}

/// A wish to roll a key that reads as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RollWish {
    /// Days during which both keys work.
    pub overlap_days: u8,
    /// Fewer scopes.
    pub scopes: Option<Vec<Scope>>,
    /// Narrower limits.
    pub limits: Option<Limits>,
    /// An earlier expiry.
    pub expires_at: Option<Instant>,
}

impl KeyForm {
    /// Reads the form; `zone` is the city's.
    ///
    /// # Errors
    /// [`CaseError::Invalid`] with every field that cannot be taken.
    pub fn read(&self, zone: Tz) -> Result<KeyWish, CaseError> {
        let mut faults = Faults::default();
        let mode = if self.mode.is_empty() { Ok(Mode::Live) } else { self.mode.parse() };
        let mode = mode.or(Err(Invalid::new("mode", "unknown", "Choose live or test.")));
        let wish = (
            faults.note(Line::<NAME_MAX>::parse("name", &self.name)),
            faults.note(mode),
            faults.note(scopes(&self.scopes)),
            faults.note(limits(&self.limits)),
            faults.note(networks(&self.networks)),
            faults.note(last_day(&self.expires_on, zone)),
        );
        let (Some(name), Some(mode), Some(scopes), Some(limits), Some(networks), Some(expires_at)) = wish else {
            return Err(CaseError::Invalid(faults.0));
        };
        Ok(KeyWish { name: name.into_string(), mode, scopes, limits, networks, expires_at })
    }
}

impl RollForm {
    /// Reads the form; `zone` is the city's.
    ///
    /// # Errors
    /// [`CaseError::Invalid`] with every field that cannot be taken.
    pub fn read(&self, zone: Tz) -> Result<RollWish, CaseError> {
        let mut faults = Faults::default();
        let wish = RollWish {
            overlap_days: self.overlap_days,
            scopes: self.scopes.as_deref().and_then(|typed| faults.note(scopes(typed))),
            limits: self.limits.as_deref().and_then(|typed| faults.note(limits(typed))),
            expires_at: self.expires_on.as_deref().and_then(|typed| faults.note(last_day(typed, zone))).flatten(),
        };
        if faults.0.is_empty() { Ok(wish) } else { Err(CaseError::Invalid(faults.0)) }
    }
}

/// Reads the networks a key may be used from, as typed.
///
/// # Errors
/// `networks`.
pub fn networks(typed: &str) -> Result<CidrList, Invalid> {
    CidrList::parse(typed).map_err(|problem| Invalid::new("networks", "networks", sentence(&problem)))
}

fn scopes(typed: &[String]) -> Result<Vec<Scope>, Invalid> {
    if typed.is_empty() {
        return Err(Invalid::new("scopes", "required", "Choose at least one scope."));
    }
    if typed.len() > SCOPES_MAX {
        return Err(Invalid::new("scopes", "too_many", format!("Choose at most {SCOPES_MAX} scopes.")));
    }
    let mut read = typed
        .iter()
        .map(|scope| scope.parse())
        .collect::<Result<Vec<Scope>, _>>()
        .map_err(|problem| Invalid::new("scopes", "scope", sentence(&problem)))?;
    read.sort_unstable();
    read.dedup();
    Ok(read)
}

fn limits(typed: &str) -> Result<Limits, Invalid> {
    Limits::parse(typed).map_err(|problem| Invalid::new("limits", "limits", sentence(&problem)))
}

/// The first instant after the day typed; `None` for an empty field.
fn last_day(typed: &str, zone: Tz) -> Result<Option<Instant>, Invalid> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let unreadable = || Invalid::new("expires_on", "day", "Write the day as YYYY-MM-DD, such as 2027-03-31.");
    let day: NaiveDate = typed.parse().map_err(|_no_day| unreadable())?;
    // Noon names the day in every zone of the world.
    let noon = day.and_hms_opt(12, 0, 0).ok_or_else(unreadable)?.and_local_timezone(zone).earliest();
    noon.map(|noon| Some(CityDay::of(zone, noon.to_utc()).ends)).ok_or_else(unreadable)
}

/// A problem as a sentence of its own.
fn sentence(problem: &impl ToString) -> String {
    let text = problem.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[derive(Default)]
struct Faults(Vec<Invalid>);

impl Faults {
    fn note<T>(&mut self, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YORK: Tz = chrono_tz::America::New_York;

    #[test]
    fn a_form_reads_as_typed_and_the_last_day_counts_whole() {
        let form = KeyForm {
            name: " Map ".into(),
            scopes: vec!["parking:read".into(), "noise:read".into(), "parking:read".into()],
            limits: "10/second".into(),
            networks: "192.0.2.7".into(),
            expires_on: "2027-03-14".into(),
            ..KeyForm::default()
        };
        let wish = form.read(NEW_YORK).unwrap();
        assert_eq!((wish.name.as_str(), wish.mode, wish.scopes.len()), ("Map", Mode::Live, 2));
        assert_eq!(wish.expires_at.unwrap().to_rfc3339(), "2027-03-15T04:00:00+00:00");
        assert_eq!(KeyForm { expires_on: String::new(), ..form }.read(NEW_YORK).unwrap().expires_at, None);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let form = KeyForm {
            mode: "LIVE".into(),
            scopes: vec!["parking".into()],
            limits: "many".into(),
            networks: "home".into(),
            expires_on: "tomorrow".into(),
            ..KeyForm::default()
        };
        let CaseError::Invalid(faults) = form.read(NEW_YORK).unwrap_err() else { panic!() };
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["name", "mode", "scopes", "limits", "networks", "expires_on"]);
        let roll = RollForm { scopes: Some(vec![]), limits: Some("0/day".into()), ..RollForm::default() };
        let CaseError::Invalid(faults) = roll.read(NEW_YORK).unwrap_err() else { panic!() };
        assert_eq!(faults.len(), 2);
        let many = |count| KeyForm { name: "n".into(), scopes: vec!["a:b".to_owned(); count], ..KeyForm::default() };
        assert!(many(SCOPES_MAX).read(NEW_YORK).is_ok());
        assert!(many(SCOPES_MAX + 1).read(NEW_YORK).is_err());
    }
}
