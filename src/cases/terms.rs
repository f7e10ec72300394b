//! Terms and the first set-up of a place: departments and terms of the profile.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Caller, CaseError, Desk, Work};
use crate::domain::agreement::Agreement;
use crate::domain::audit::Act;
use crate::domain::id::{AccountId, OrganisationId};
use crate::domain::notice::{Notice, NoticeKind, Recipient};
use crate::domain::people::{Capacity, Role};
use crate::domain::terms::{TermsDraft, TermsFamily, TermsVersion, fill};
use crate::domain::text::{Invalid, Line};
use crate::domain::time::{Instant, day_in};
use crate::store::people::{self, Department};
use crate::store::{agreements, terms};

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
    let capacity = if caller.actor.account.is_none() && caller.actor.address.is_none() {
        Capacity::Service
    } else {
        caller.actor.acting_as(Role::Administrator)?
    };
    desk.act(caller, |work| {
        let known = terms::versions(work.conn, new.family)?;
        let notice_days = i64::from(work.desk.profile.agreement.terms_notice_days);
        let at_once = !new.is_material || known.is_empty();
        let soonest = if at_once { work.now } else { work.now + chrono::Duration::days(notice_days) };
        let number = known.iter().map(|version| version.number).max().unwrap_or(0).saturating_add(1);
        let effective_at = new.effective_at.unwrap_or(soonest);
        if effective_at < soonest && !at_once {
            let message = format!("A material change binds {notice_days} days after it is published, or later.");
            return Err(Invalid::new("effective_at", "notice_too_short", message).into());
        }
        let draft = TermsDraft {
            family: new.family,
            title: Line::parse("title", &new.title)?,
            markdown: fill(&new.markdown, &work.desk.profile.terms_parameters())?,
            material: new.is_material,
            effective_at,
        };
        let version = draft.publish(work.new_id(), number, work.now)?;
        keep(work, capacity, &version)?;
        if version.material {
            tell_holders(work, &version, &known)?;
        }
        Ok(version)
    })
}

fn keep(work: &mut Work<'_>, capacity: Capacity, version: &TermsVersion) -> Result<(), CaseError> {
    terms::insert(work.conn, version)?;
    let name = format!("{} {}", version.family.as_str(), version.number);
    let after = json!({ "hash": version.hash, "material": version.material, "effective_at": version.effective_at });
    work.record(Act::new("terms.publish", capacity, "terms", name).change(json!(null), after))
}

/// Tells each holder of a running agreement under an earlier version once. Nobody may be left out, so no limit holds.
fn tell_holders(work: &mut Work<'_>, version: &TermsVersion, earlier: &[TermsVersion]) -> Result<(), CaseError> {
    let running = agreements::of_departments(work.conn, None, Some("executed"), i64::MAX)?;
    let is_concerned = |agreement: &&Agreement| earlier.iter().any(|version| version.id == agreement.terms);
    let holders: BTreeSet<(AccountId, Option<OrganisationId>)> =
        running.iter().filter(is_concerned).map(|agreement| (agreement.requester, agreement.organisation)).collect();
    for (requester, organisation) in holders {
        let notice = Notice::new(Recipient::Party(requester, organisation), NoticeKind::TermsPublished)
            .with("title", version.title.as_str())
            .with("effective_on", day_in(work.desk.profile.zone, version.effective_at))
            .with("path", format!("/terms/{}/{}", version.family.as_str(), version.number));
        work.notify(&notice)?;
    }
    Ok(())
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
                .map_err(|error| crate::store::StoreError::Setup(error.to_string()))?;
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
