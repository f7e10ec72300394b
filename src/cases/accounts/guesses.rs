//! What wrong passwords are counted by, and how long one waits after them. Never tells whether an account exists.

use crate::cases::{Caller, CaseError, Desk};
use crate::domain::audit::Act;
use crate::domain::guessing::Delays;
use crate::domain::people::Capacity;
use crate::domain::refusal::Refusal;
use crate::store::sessions::{self, Throttle};

/// How the count of a whole source begins.
pub(super) const SOURCE: &str = "source:";
/// So many failures of a source weigh as one of an account.
const SOURCE_SHARE: i64 = 10;

/// What guesses are counted by: the account as typed, both together, and the source (an address, or an IPv6 /64).
pub(in crate::cases) fn subjects(email_key: &str, caller: &Caller) -> Vec<String> {
    let mut subjects = vec![format!("login:{email_key}")];
    if let Some(address) = caller.actor.address {
        let source = source_of(address);
        subjects.push(format!("login:{email_key}@{source}"));
        subjects.push(format!("{SOURCE}{source}"));
    }
    subjects
}

/// Who stands behind an address: itself, or the /64 of an IPv6 address.
pub(in crate::cases) fn source_of(address: std::net::IpAddr) -> String {
    match address {
        std::net::IpAddr::V4(v4) => v4.to_string(),
        std::net::IpAddr::V6(v6) => format!("{:x?}", v6.segments().iter().take(4).collect::<Vec<_>>()),
    }
}

/// Failures as the waits count them. Many people share one address, so a source has many times as many before it waits,
/// and it never has to reset anything.
fn weighed(delays: &Delays, subject: &str, failures: i64) -> i64 {
    if subject.starts_with(SOURCE) { delays.short_of_disabling(failures / SOURCE_SHARE) } else { failures }
}

pub(in crate::cases) fn must_not_wait(desk: &Desk, subjects: &[String]) -> Result<(), CaseError> {
    let now = desk.clock.now();
    for subject in subjects {
        let Some(known) = desk.read(|conn| sessions::throttle(conn, subject))? else { continue };
        let delays = &desk.options.delays;
        if delays.is_disabled(weighed(delays, subject, known.failures)) {
            return Err(
                Refusal::new("password_disabled", "Too many wrong passwords. Reset your password by mail.").into()
            );
        }
        if known.blocked_until > now {
            let wait = (known.blocked_until - now).num_seconds().saturating_add(1);
            return Err(CaseError::Wait(u64::try_from(wait).unwrap_or(1)));
        }
    }
    Ok(())
}

pub(in crate::cases) fn note_failure(desk: &Desk, caller: &Caller, subjects: &[String]) -> Result<(), CaseError> {
    let delays = &desk.options.delays;
    desk.act(caller, |work| {
        // The entry first: appending is what writers queue for, so no two guesses of the same moment count as one.
        work.record(Act::new("account.log_in_refused", Capacity::Visitor, "login", ""))?;
        for subject in subjects {
            let known = sessions::throttle(work.conn, subject)?
                .filter(|known| !delays.is_forgotten(work.now - known.last_at, known.failures));
            let failures = known.map_or(1, |known| known.failures.saturating_add(1));
            let blocked_until = work.now + delays.wait_after(weighed(delays, subject, failures));
            let record = Throttle { failures, last_at: work.now, blocked_until };
            sessions::set_throttle(work.conn, subject, &record)?;
        }
        Ok(())
    })
}
