//! What keeps simple robots out of forms that anybody may send: a field that people do not see, and a signed time that
//! tells how long the form was open. Needs no script and no other host; must never keep a person out for good.

use super::form::{Form, FormErrors};
use super::site::Site;
use crate::domain::time::{Instant, from_micros, to_micros};

/// The hidden field with the signed time at which the form was opened.
pub const OPENED_FIELD: &str = "opened";
/// The field that people do not see.
pub const TRAP_FIELD: &str = "website";
/// Nobody reads and fills in a form faster.
pub const SECONDS_MIN: i64 = 3;
/// A form that was left open longer is opened anew.
pub const HOURS_MAX: i64 = 24;

const PURPOSE: &str = "form opened";

/// The value of [`OPENED_FIELD`] for a form opened now.
#[must_use]
pub fn opened(site: &Site, now: Instant) -> String {
    let micros = to_micros(now).to_string();
    let seal = site.key().seal(PURPOSE, &[&micros]);
    format!("{micros}.{seal}")
}

/// The instant at which a form was opened; `None` where the value is not ours.
fn opened_at(site: &Site, value: &str) -> Option<Instant> {
    let (micros, seal) = value.split_once('.')?;
    let is_ours = site.key().is_seal(seal, PURPOSE, &[micros]);
    micros.parse().ok().filter(|_| is_ours).map(from_micros)
}

/// The value to print when the form is shown again: the first one where it still counts.
#[must_use]
pub fn opened_again(site: &Site, form: Option<&Form>, now: Instant) -> String {
    let first = form.map(|form| form.exact(OPENED_FIELD)).unwrap_or_default();
    let counts = opened_at(site, first).is_some_and(|at| now - at < chrono::Duration::hours(HOURS_MAX));
    if counts { first.to_owned() } else { opened(site, now) }
}

/// Adds what is wrong, in words that tell a person what to do.
pub fn check(site: &Site, form: &Form, now: Instant, errors: &mut FormErrors) {
    if !form.text(TRAP_FIELD).is_empty() {
        errors.add_coded("", "robot_field", "Leave the field “Website” empty: it is there to catch robots.");
        return;
    }
    let age = opened_at(site, form.exact(OPENED_FIELD)).map(|at| now - at);
    match age {
        Some(age) if age < chrono::Duration::seconds(SECONDS_MIN) => {
            let message = "This came faster than a person types. Wait three seconds and send it again.";
            errors.add_coded("", "robot_haste", message);
        }
        Some(age) if age < chrono::Duration::hours(HOURS_MAX) => {}
        Some(_) | None => {
            let message = "This form was open for too long. What you typed is still here: send it again.";
            errors.add_coded("", "form_out_of_date", message);
        }
    }
}
