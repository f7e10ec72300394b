//! Looks up what is appealed: who decided, when, for which office, and whose it is. Changes nothing.

use crate::cases::CaseError;
use crate::domain::agreement::{Agreement, AgreementState};
use crate::domain::appeal::{Appealed, Contested};
use crate::domain::application::{Application, ItemState, State};
use crate::domain::audit::Entry;
use crate::domain::hold::{Hold, HoldTarget, Office};
use crate::domain::id::{AccountId, ApplicationId, CaseId, HoldId, ItemId, KeyId, OrganisationId, RenewalId};
use crate::domain::key::{KeyState, Revoker};
use crate::domain::people::Actor;
use crate::domain::refusal::Refusal;
use crate::domain::renewal::RenewalState;
use crate::domain::review::Decision;
use crate::store::audit::{self, Search};
use crate::store::{AnyConnection, StoreError, agreements, applications, cases, holds, keys, people, renewals};

/// What was looked for. Whose it is comes before whether it can be appealed, so that strangers learn nothing.
pub(super) struct Found {
    pub(super) requester: AccountId,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) contested: Result<Contested, Refusal>,
}

impl Found {
    pub(super) fn must_be_of(&self, actor: &Actor) -> Result<(), CaseError> {
        if actor.is_party(self.requester, self.organisation) { Ok(()) } else { Err(CaseError::Missing) }
    }
}

fn nothing(detail: &'static str) -> Refusal {
    Refusal::new("nothing_to_appeal", detail)
}

pub(super) fn find(conn: &mut AnyConnection, of: Appealed) -> Result<Found, CaseError> {
    match of {
        Appealed::Denial { application, item } | Appealed::Conditions { application, item } => {
            of_item(conn, of, application, item)
        }
        Appealed::Suspension { hold } => of_hold(conn, of, hold),
        Appealed::Revocation { key } => of_key(conn, of, key),
        Appealed::Termination { agreement } => {
            let agreement = agreements::by_id(conn, agreement)?;
            of_agreement(conn, of, &agreement)
        }
        Appealed::Finding { case } => of_case(conn, of, case),
        Appealed::NotRenewed { renewal } => of_renewal(conn, of, renewal),
    }
}

fn of_item(conn: &mut AnyConnection, of: Appealed, id: ApplicationId, item: ItemId) -> Result<Found, CaseError> {
    let application = applications::by_id(conn, id)?;
    let contested = decided(&application, of, item);
    Ok(Found { requester: application.requester, organisation: application.organisation, contested })
}

fn decided(application: &Application, of: Appealed, id: ItemId) -> Result<Contested, Refusal> {
    let item = application.item(id).ok_or_else(|| nothing("This application has no such dataset."))?;
    if matches!(application.state, State::Withdrawn { .. }) {
        return Err(nothing("You took this application back. Reopen it instead."));
    }
    let is_denial = matches!(of, Appealed::Denial { .. });
    let decisions: Vec<&Decision> = match &item.state {
        ItemState::Denied { decision } if is_denial => vec![decision],
        ItemState::Approved { decision, first } if !is_denial && !item.state.conditions().is_empty() => {
            std::iter::once(decision).chain(first).collect()
        }
        ItemState::Denied { .. }
        | ItemState::Approved { .. }
        | ItemState::Pending { .. }
        | ItemState::Granted { .. } => {
            return Err(nothing("This dataset is not decided that way now, so there is nothing to appeal."));
        }
    };
    let at = decisions.iter().map(|decision| decision.at).max().unwrap_or(application.created_at);
    let (word, path) = if is_denial { ("Denial of", "letter") } else { ("Conditions on", "offer") };
    let is_offered = matches!(application.state, State::Offered { .. });
    let path = if is_denial || is_offered {
        format!("/applications/{}/{path}", application.id)
    } else {
        format!("/applications/{}", application.id)
    };
    Ok(Contested {
        of,
        what: format!("{word} “{}” in {}", item.title, application.number),
        at,
        by: decisions.iter().map(|decision| decision.by).collect(),
        by_names: decisions.iter().map(|decision| decision.by_name.clone()).collect(),
        office: Some(item.department),
        application: Some(application.id),
        agreement: None,
        key: None,
        path,
    })
}

fn of_hold(conn: &mut AnyConnection, of: Appealed, id: HoldId) -> Result<Found, CaseError> {
    let hold = holds::by_id(conn, id)?;
    match hold.target {
        HoldTarget::Key(key) => {
            let stored = keys::by_id(conn, key)?;
            let agreement = agreements::by_id(conn, stored.key.agreement)?;
            let what = format!("{} of key “{}” ({})", hold.noun(), stored.key.name, stored.key.hint);
            let contested = held(of, &hold, what, (format!("/keys/{key}"), Some(&agreement), Some(key)));
            Ok(Found { requester: agreement.requester, organisation: agreement.organisation, contested })
        }
        HoldTarget::Agreement(agreement) => {
            let agreement = agreements::by_id(conn, agreement)?;
            let what = format!("{} of agreement {}", hold.noun(), agreement.number);
            let path = format!("/agreements/{}", agreement.id);
            let contested = held(of, &hold, what, (path, Some(&agreement), None));
            Ok(Found { requester: agreement.requester, organisation: agreement.organisation, contested })
        }
        HoldTarget::Requester(account) => {
            let known = people::account_by_id(conn, account)?;
            let what = format!("Suspension of every key of {}", known.name);
            let contested = held(of, &hold, what, ("/agreements".to_owned(), None, None));
            Ok(Found { requester: account, organisation: known.organisation, contested })
        }
    }
}

fn held(
    of: Appealed,
    hold: &Hold,
    what: String,
    (path, agreement, key): (String, Option<&Agreement>, Option<KeyId>),
) -> Result<Contested, Refusal> {
    let office = match hold.office {
        Office::Department(department) => Some(department),
        Office::Clerk | Office::Service => None,
        Office::Holder => return Err(nothing("This is your own pause: resume instead.")),
    };
    if !hold.is_in_force() {
        return Err(nothing("This suspension was lifted already."));
    }
    Ok(Contested {
        of,
        what,
        at: hold.since,
        by: hold.by.into_iter().collect(),
        by_names: vec![hold.by_name.clone()],
        office,
        application: agreement.map(|agreement| agreement.application),
        agreement: agreement.map(|agreement| agreement.id),
        key,
        path,
    })
}

/// The newest entry of an act on a thing.
fn last_act(conn: &mut AnyConnection, about: (&str, String), act: &str) -> Result<Option<Entry>, StoreError> {
    let wanted = Search { about: Some((about.0.to_owned(), about.1)), act: Some(act.to_owned()), ..Search::default() };
    Ok(audit::search(conn, &wanted, 1)?.pop())
}

fn of_key(conn: &mut AnyConnection, of: Appealed, id: KeyId) -> Result<Found, CaseError> {
    let stored = keys::by_id(conn, id)?;
    let agreement = agreements::by_id(conn, stored.key.agreement)?;
    let entry = last_act(conn, ("key", id.to_string()), "key.revoke")?;
    let contested = match &stored.key.state {
        KeyState::Revoked { at, by: Revoker::Office(by), .. } => Ok(Contested {
            of,
            what: format!("Revocation of key “{}” ({})", stored.key.name, stored.key.hint),
            at: *at,
            by: vec![*by],
            by_names: entry.iter().map(|entry| entry.name.clone()).collect(),
            office: entry.and_then(|entry| entry.department),
            application: Some(agreement.application),
            agreement: Some(agreement.id),
            key: Some(id),
            path: format!("/keys/{id}"),
        }),
        KeyState::Revoked { .. } | KeyState::Active | KeyState::Superseded { .. } | KeyState::Expired { .. } => {
            Err(nothing("No office revoked this key, so there is nothing to appeal."))
        }
    };
    Ok(Found { requester: agreement.requester, organisation: agreement.organisation, contested })
}

fn of_agreement(conn: &mut AnyConnection, of: Appealed, agreement: &Agreement) -> Result<Found, CaseError> {
    let entry = last_act(conn, ("agreement", agreement.id.to_string()), "agreement.terminate")?;
    let contested = match (&agreement.state, entry) {
        (AgreementState::Terminated { at, by_name, .. }, Some(entry)) if entry.capacity != "requester" => {
            Ok(Contested {
                of,
                what: format!("End of agreement {}", agreement.number),
                at: *at,
                by: entry.account.into_iter().collect(),
                by_names: vec![by_name.clone()],
                office: entry.department,
                application: Some(agreement.application),
                agreement: Some(agreement.id),
                key: None,
                path: format!("/agreements/{}", agreement.id),
            })
        }
        (
            AgreementState::Terminated { .. }
            | AgreementState::Offered { .. }
            | AgreementState::Executed { .. }
            | AgreementState::Expired { .. }
            | AgreementState::Superseded { .. }
            | AgreementState::Closed { .. },
            _,
        ) => Err(nothing("No office ended this agreement, so there is nothing to appeal.")),
    };
    Ok(Found { requester: agreement.requester, organisation: agreement.organisation, contested })
}

fn of_case(conn: &mut AnyConnection, of: Appealed, id: CaseId) -> Result<Found, CaseError> {
    let case = cases::by_id(conn, id)?;
    let agreement = agreements::by_id(conn, case.subject.agreement)?;
    let contested = match case.finding.as_ref().filter(|finding| finding.stands()) {
        Some(finding) => Ok(Contested {
            of,
            what: format!("Finding of a violation in case {}", case.number),
            at: finding.at,
            by: vec![finding.by],
            by_names: vec![finding.by_name.clone()],
            office: case.departments.first().copied(),
            application: Some(agreement.application),
            agreement: Some(agreement.id),
            key: case.subject.key,
            path: case.path(),
        }),
        None => Err(nothing("No violation stands found in this case, so there is nothing to appeal.")),
    };
    let (requester, organisation) = (case.subject.requester, case.subject.organisation);
    // An investigation that its holder has no notice of is nobody's to know of.
    if case.is_known_to_holder() { Ok(Found { requester, organisation, contested }) } else { Err(CaseError::Missing) }
}

fn of_renewal(conn: &mut AnyConnection, of: Appealed, id: RenewalId) -> Result<Found, CaseError> {
    let renewal = renewals::by_id(conn, id)?;
    let contested = match &renewal.state {
        RenewalState::Refused { at, by, by_name, department, .. } => Ok(Contested {
            of,
            what: format!("Refusal to renew agreement {}", renewal.number),
            at: *at,
            by: vec![*by],
            by_names: vec![by_name.clone()],
            office: Some(*department),
            application: Some(renewal.application),
            agreement: Some(renewal.agreement),
            key: None,
            path: renewal.path(),
        }),
        RenewalState::Open { .. }
        | RenewalState::Signed { .. }
        | RenewalState::Done { .. }
        | RenewalState::Withdrawn { .. }
        | RenewalState::Lapsed { .. } => {
            Err(nothing("No department refused this renewal, so there is nothing to appeal."))
        }
    };
    Ok(Found { requester: renewal.requester, organisation: renewal.organisation, contested })
}
