//! Terms and the first set-up of a place: departments and terms of the profile.

pub mod drafts;
#[cfg(test)]
mod drafts_tests;

use std::collections::BTreeSet;

use chrono::TimeZone as _;
use serde_json::json;

use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::Agreement;
use crate::domain::audit::Act;
use crate::domain::department::DeskSettings;
use crate::domain::id::{AccountId, OrganisationId, TermsId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::refusal::Refusal;
use crate::domain::terms::{Difference, TermsDraft, TermsFamily, TermsVersion, check_placeholders, compare, fill};
use crate::domain::text::{Invalid, Line};
use crate::domain::time::{Day, Instant, day_in};
use crate::store::people::{self, Department};
use crate::store::{AnyConnection, StoreError, agreements, terms};

/// Terms as typed.
#[derive(Clone, Debug)]
pub struct NewTerms {
    /// The family.
    pub family: TermsFamily,
    /// The title.
    pub title: String,
    /// The text, Markdown with named parameters.
    pub markdown: String,
    /// Whether holders must accept it anew.
    pub is_material: bool,
    /// From when it binds; `None` for at once, or after the notice period when it is material.
    pub effective_at: Option<Instant>,
}

/// Publishes a version of terms. Holders of agreements under the family are told of a material one.
///
/// # Errors
/// Invalid text or parameters, `notice_too_short`; [`CaseError::Missing`] for who is not an administrator.
pub fn publish(desk: &Desk, caller: &Caller, new: &NewTerms) -> Result<TermsVersion, CaseError> {
    let capacity = publisher(caller)?;
    desk.act(caller, |work| publish_within(work, capacity, new))
}

/// Who publishes: an administrator, or the command line.
pub(super) fn publisher(caller: &Caller) -> Result<Capacity, Refusal> {
    if caller.actor.account.is_none() && caller.actor.address.is_none() {
        return Ok(Capacity::Service);
    }
    caller.actor.acting_as(Role::Administrator)
}

/// The same as a part of another act.
pub(super) fn publish_within(
    work: &mut Work<'_>,
    capacity: Capacity,
    new: &NewTerms,
) -> Result<TermsVersion, CaseError> {
    let known = terms::versions(work.conn, new.family)?;
    let id = work.new_id();
    let version = planned(work.desk, &known, new, (id, work.now))?;
    keep(work, capacity, &version)?;
    if version.material {
        tell_holders(work, &version, &known)?;
    }
    Ok(version)
}

/// The version as it would be published at this instant, after the `known` ones. Changes nothing.
///
/// # Errors
/// Invalid text or parameters, `notice_too_short`.
pub(super) fn planned(
    desk: &Desk,
    known: &[TermsVersion],
    new: &NewTerms,
    (id, now): (TermsId, Instant),
) -> Result<TermsVersion, CaseError> {
    let notice_days = i64::from(desk.profile.agreement.terms_notice_days);
    let at_once = !new.is_material || known.is_empty();
    let soonest = if at_once { now } else { now + chrono::Duration::days(notice_days) };
    let number = known.iter().map(|version| version.number).max().unwrap_or(0).saturating_add(1);
    let effective_at = new.effective_at.unwrap_or(soonest);
    if effective_at < soonest && !at_once {
        let message = format!("A material change binds {notice_days} days after it is published, or later.");
        return Err(Invalid::new("effective_at", "notice_too_short", message).into());
    }
    let of_the_place = desk.profile.terms_parameters();
    check_placeholders(&new.markdown, &of_the_place)?;
    let draft = TermsDraft {
        family: new.family,
        title: Line::parse("title", &new.title)?,
        markdown: fill(&new.markdown, &of_the_place)?,
        material: new.is_material,
        effective_at,
    };
    Ok(draft.publish(id, number, now)?)
}

fn keep(work: &mut Work<'_>, capacity: Capacity, version: &TermsVersion) -> Result<(), CaseError> {
    terms::insert(work.conn, version)?;
    let name = format!("{} {}", version.family.as_str(), version.number);
    let after = json!({ "hash": version.hash, "material": version.material, "effective_at": version.effective_at });
    work.record(Act::new("terms.publish", capacity, "terms", name).change(json!(null), after))
}

/// Tells each holder of a running agreement under an earlier version once.
fn tell_holders(work: &mut Work<'_>, version: &TermsVersion, earlier: &[TermsVersion]) -> Result<(), CaseError> {
    for (requester, organisation) in holders(&concerned(work.conn, earlier)?) {
        let notice = published(work.desk, version, Recipient::Party(requester, organisation));
        work.notify(&notice)?;
    }
    Ok(())
}

/// The running agreements under one of these versions, newest first. Nobody may be left out, so no limit holds.
pub(super) fn concerned(conn: &mut AnyConnection, earlier: &[TermsVersion]) -> Result<Vec<Agreement>, StoreError> {
    let mut running = agreements::of_departments(conn, None, Some("executed"), i64::MAX)?;
    running.retain(|agreement| earlier.iter().any(|version| version.id == agreement.terms));
    Ok(running)
}

/// Each holder of these agreements once.
pub(super) fn holders(agreements: &[Agreement]) -> BTreeSet<(AccountId, Option<OrganisationId>)> {
    agreements.iter().map(|agreement| (agreement.requester, agreement.organisation)).collect()
}

/// What a holder is told of a material version.
pub(super) fn published(desk: &Desk, version: &TermsVersion, to: Recipient) -> Notice {
    Notice::new(to, NoticeKind::TermsPublished)
        .with("title", version.title.as_str())
        .with("effective_on", day_in(desk.profile.zone, version.effective_at))
        .with("path", format!("/terms/{}/{}", version.family.as_str(), version.number))
}

/// When a day of the city begins.
///
/// # Errors
/// A day that has no beginning there.
pub fn begin_of(desk: &Desk, day: Day) -> Result<Instant, Invalid> {
    let begins = desk.profile.zone.from_local_datetime(&day.and_time(chrono::NaiveTime::MIN)).earliest();
    let none = || Invalid::new("effective_at", "not_a_day", "Write the day as 2027-03-31.");
    begins.map(|at| at.with_timezone(&chrono::Utc)).ok_or_else(none)
}

/// What a version changes against an earlier one of its family; against the one before it where none is named.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The version.
    pub version: TermsVersion,
    /// What it is compared with; none for the first.
    pub since: Option<TermsVersion>,
    /// Clause by clause.
    pub differences: Vec<Difference>,
}

/// What changed with a version.
///
/// # Errors
/// [`CaseError::Missing`] when there is no such version.
pub fn changes(desk: &Desk, family: TermsFamily, number: u32, since: Option<u32>) -> Result<Changes, CaseError> {
    let all = versions(desk, family)?;
    let version = all.iter().find(|version| version.number == number).cloned().ok_or(CaseError::Missing)?;
    let earlier = match since {
        Some(wanted) => Some(all.iter().find(|known| known.number == wanted).ok_or(CaseError::Missing)?),
        None => all.iter().filter(|known| known.number < number).max_by_key(|known| known.number),
    };
    let differences = earlier.map(|earlier| compare(&earlier.markdown, &version.markdown)).unwrap_or_default();
    Ok(Changes { since: earlier.cloned(), version, differences })
}

/// Every version of a family, newest first.
///
/// # Errors
/// What the store says.
pub fn versions(desk: &Desk, family: TermsFamily) -> Result<Vec<TermsVersion>, CaseError> {
    desk.read(|conn| terms::versions(conn, family))
}

/// The version of a family with this number.
///
/// # Errors
/// [`CaseError::Missing`] when there is none.
pub fn numbered(desk: &Desk, family: TermsFamily, number: u32) -> Result<TermsVersion, CaseError> {
    versions(desk, family)?.into_iter().find(|version| version.number == number).ok_or(CaseError::Missing)
}

/// The version of a family that binds now.
///
/// # Errors
/// [`CaseError::Missing`] when there is none.
pub fn current(desk: &Desk, family: TermsFamily) -> Result<TermsVersion, CaseError> {
    let now = desk.clock.now();
    desk.read(|conn| terms::current(conn, family, now))
}

/// Sets up a place at its first start: the departments and the terms of its profile. Does nothing to a place that has
/// departments already. `read` gives the text of a file of the profile.
///
/// # Errors
/// Terms that cannot be published.
pub fn set_up<'a>(desk: &Desk, read: impl Fn(&str) -> Option<&'a str>) -> Result<bool, CaseError> {
    if !desk.read(people::departments)?.is_empty() {
        return Ok(false);
    }
    let caller = Caller::service("set-up");
    desk.act(&caller, |work| {
        for seed in &work.desk.profile.departments {
            let department = Department {
                id: work.new_id(),
                slug: seed.slug.as_str().to_owned(),
                name: seed.name.as_str().to_owned(),
                email: seed.email.as_str().to_owned(),
                desk: DeskSettings::default(),
                version: 1,
            };
            people::insert_department(work.conn, &department, work.now)?;
            let after = json!({ "slug": department.slug, "name": department.name });
            let act = Act::new("department.add", Capacity::Service, "department", &department.slug);
            work.record(act.change(json!(null), after))?;
        }
        for source in &work.desk.profile.terms {
            let markdown = work
                .desk
                .profile
                .terms_markdown(source, &read)
                .map_err(|error| StoreError::Setup(error.to_string()))?;
            let draft = TermsDraft {
                family: source.family,
                title: source.title.clone(),
                markdown,
                material: true,
                effective_at: work.now,
            };
            let version = draft.publish(work.new_id(), 1, work.now)?;
            keep(work, Capacity::Service, &version)?;
        }
        Ok(true)
    })
}
