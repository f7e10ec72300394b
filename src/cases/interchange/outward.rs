//! The catalogue out: the public `data.json` (DCAT-US), saying of each dataset what its tier lets the world know.

use serde_json::Value;

use crate::cases::catalogue::prohibition;
use crate::cases::{CaseError, Desk};
use crate::domain::catalogue::Dataset;
use crate::domain::dcat::{
    AccessLevel, Distribution, DistributionUrl, Exported, Metadata, RIGHTS_MAX, WebUrl, to_data_json,
};
use crate::domain::text::{Email, Line};
use crate::domain::tier::Tier;
use crate::domain::time::day_in;
use crate::store::datasets;
use crate::store::people::{self, Department};

/// The public catalogue as `data.json`. `gate_url` is where programs reach the gate.
///
/// # Errors
/// What the store says.
pub fn data_json(desk: &Desk, portal_url: &str, gate_url: &str) -> Result<Value, CaseError> {
    let (all, departments) = desk.read(|conn| Ok((datasets::published(conn)?, people::departments(conn)?)))?;
    let shown: Vec<(Dataset, Metadata, &Department, Email)> = all
        .into_iter()
        .filter_map(|dataset| {
            let department = departments.iter().find(|known| known.id == dataset.department)?;
            let metadata = as_published(desk, &dataset, gate_url);
            Some((dataset, metadata, department, mailbox(desk, department)))
        })
        .collect();
    let exported: Vec<Exported<'_>> = shown
        .iter()
        .map(|(dataset, metadata, department, email)| Exported {
            identifier: &dataset.identifier,
            metadata,
            publisher: &department.name,
            part_of: Some(desk.profile.name.as_str()),
            contact_name: &department.name,
            contact_email: email,
            modified: day_in(desk.profile.zone, dataset.updated_at),
        })
        .collect();
    let url = WebUrl::parse("url", &format!("{}/data.json", portal_url.trim_end_matches('/'))).ok();
    Ok(to_data_json(url.as_ref(), &exported))
}

/// Where to write about a department's data. The standard's pattern knows fewer characters than mail does; an address
/// that it would refuse gives way to the city's own.
fn mailbox(desk: &Desk, department: &Department) -> Email {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-@".contains(c));
    let own = Email::parse("email", &department.email).ok().filter(|email| is_plain(email.as_str()));
    own.unwrap_or_else(|| desk.profile.agreement.notices_email.clone())
}

/// What the catalogue says of a dataset to the world: access level, rights and the gate's address, as the tier says.
fn as_published(desk: &Desk, dataset: &Dataset, gate_url: &str) -> Metadata {
    let mut metadata = dataset.metadata.clone();
    let Some(tier) = dataset.tier else { return metadata };
    match tier {
        Tier::Open | Tier::Registered => metadata.access_level = AccessLevel::Public,
        Tier::Conditioned | Tier::Restricted => metadata.access_level = AccessLevel::RestrictedPublic,
        Tier::Prohibited => {
            metadata.access_level = AccessLevel::NonPublic;
            metadata.distributions.clear();
            let law = prohibition(desk, dataset, desk.clock.now());
            let rights = law.as_deref().unwrap_or("This data may not be shared by law.");
            let cut: String = rights.chars().take(RIGHTS_MAX).collect();
            metadata.rights = Line::parse("rights", &cut).ok();
            return metadata;
        }
    }
    let address = format!("{}/{}/", gate_url.trim_end_matches('/'), dataset.slug);
    if dataset.upstream.is_some()
        && let Ok(url) = WebUrl::parse("url", &address)
    {
        metadata.distributions.push(Distribution {
            title: Line::parse("title", "Gateway").ok(),
            at: DistributionUrl::Access { url, media_type: None },
            format: Line::parse("format", "API").ok(),
        });
    }
    metadata
}
