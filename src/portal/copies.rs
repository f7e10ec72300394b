//! A signed agreement as a PDF to keep: the exact text, then what proves it and where anybody checks it. The same
//! agreement always gives the same bytes until something is added to it. Its words are English, as the record's are.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono_tz::Tz;

use super::shared::id_in;
use crate::cases::agree::signed_line;
use crate::cases::bundle::Printer;
use crate::cases::copies::{self, AgreementCopy, Decided};
use crate::domain::agreement::Evidence;
use crate::domain::letter::Letter;
use crate::domain::profile::Profile;
use crate::domain::terms::TermsVersion;
use crate::domain::time::Instant;
use crate::web::case::{DeskData, caller};
use crate::web::pdf::{self, Paper, Part};
use crate::web::{Access, Routes, Site, WebError, upload};

/// Adds the routes of this file.
pub fn routes(routes: Routes) -> Routes {
    routes.get("/agreements/{agreement}/agreement.pdf", Access::SignedIn, "A signed agreement to keep", file)
}

async fn file(request: HttpRequest, desk: DeskData, path: web::Path<String>) -> Result<HttpResponse, WebError> {
    let (who, id) = (caller(&request), id_in(&path)?);
    let copy = desk.run(move |desk| copies::of_agreement(desk, &who, id)).await?;
    let site = Site::of(&request)?;
    let annex = annex(&desk.profile, &copy, &site.portal_link(CHECK));
    let bytes = with_paper(&copy, &annex, &site.options().city, pdf::print);
    let bytes = bytes.map_err(|error| WebError::internal("print an agreement", error))?;
    Ok(upload::as_file(&format!("{}.pdf", copy.view.agreement.number), "application/pdf", bytes))
}

/// Where anybody checks a copy.
const CHECK: &str = "/check-agreement";

/// Prints what evidence bundles hold.
#[derive(Clone, Debug)]
pub struct Paperwork {
    check: String,
}

impl Paperwork {
    /// For a portal at this address.
    #[must_use]
    pub fn at(portal: &str) -> Self {
        Self { check: format!("{}{CHECK}", portal.trim_end_matches('/')) }
    }
}

impl Printer for Paperwork {
    fn letter(&self, letter: &Letter) -> Result<Vec<u8>, String> {
        super::letters::pdf_of(letter).map_err(|error| error.to_string())
    }

    fn agreement(&self, profile: &Profile, copy: &AgreementCopy) -> Result<Vec<u8>, String> {
        let annex = annex(profile, copy, &self.check);
        with_paper(copy, &annex, profile.city.as_str(), pdf::print).map_err(|error| error.to_string())
    }
}

/// What a paper of the copy gives.
fn with_paper<T>(copy: &AgreementCopy, annex: &[Part], city: &str, then: impl FnOnce(Paper<'_>) -> T) -> T {
    let agreement = &copy.view.agreement;
    let title = format!("{} {}", agreement.number, agreement.title);
    let foot = format!("{} · SHA-256 {}", agreement.number, agreement.text_hash);
    let author = format!("City of {city}");
    let at = agreement.execution().map_or(agreement.created_at, |execution| execution.at);
    then(Paper { title: &title, language: "en", markdown: &copy.view.text, foot: &foot, at, author: &author, annex })
}

/// What stands behind the text.
fn annex(profile: &Profile, copy: &AgreementCopy, check: &str) -> Vec<Part> {
    let agreement = &copy.view.agreement;
    let heading = |text: &str| Part::Heading(2, text.to_owned());
    let mut parts = vec![
        Part::Heading(1, format!("Evidence for {}", agreement.number)),
        Part::Text(format!(
            "The pages before this one are the agreement as it was signed. Its plain text, of which the hash is, stands at \
             its address in the portal for both sides. Holder: {}. Application: {}.",
            agreement.requester_name, agreement.application_number
        )),
    ];
    for (number, (evidence, terms)) in copy.signatures.iter().enumerate() {
        parts.push(heading(if number == 0 { "Signature of the holder" } else { "Later terms accepted" }));
        parts.push(Part::Facts(signature(profile, evidence, terms)));
    }
    if !copy.decisions.is_empty() {
        parts.push(heading("Decisions of the departments"));
        parts.push(Part::Facts(copy.decisions.iter().map(|decided| decision(profile, decided)).collect()));
    }
    if let (Some(execution), Some(signed)) = (agreement.execution(), &copy.view.signature) {
        parts.push(heading("The service’s own signature"));
        parts
            .push(Part::Text("The service signs the line below with Ed25519. All three are to the letter.".to_owned()));
        parts.push(Part::Facts(vec![
            ("Signed line".to_owned(), signed_line(agreement, execution)),
            ("Signature, hex".to_owned(), signed.clone()),
            ("Public key, hex".to_owned(), copy.view.public_key.clone()),
        ]));
    }
    parts.push(heading("Check this copy"));
    parts.push(Part::Text(format!(
        "Anybody can check it, without an account: give the number {} and the hash {} at {check}",
        agreement.number, agreement.text_hash
    )));
    parts.push(Part::Code(check.to_owned(), format!("QR code of the address {check}")));
    parts
}

/// A moment in the city's time and in UTC.
fn moment(zone: Tz, at: Instant) -> String {
    let local = at.with_timezone(&zone).format("%B %-d, %Y, %-I:%M:%S %p %Z");
    format!("{local} ({})", at.format("%Y-%m-%dT%H:%M:%SZ"))
}

fn signature(profile: &Profile, evidence: &Evidence, terms: &TermsVersion) -> Vec<(String, String)> {
    let stated = if evidence.has_authority { "Stated" } else { "Not stated" };
    let facts = vec![
        ("Signed by", format!("{}, {}", evidence.name, evidence.title)),
        ("Signed at", moment(profile.zone, evidence.at)),
        ("Authority to sign", stated.to_owned()),
        ("Consent to sign electronically", format!("Given to the text of {}", evidence.consent)),
        ("Declarations ticked", evidence.declarations.join(", ")),
        ("Network address", evidence.address.clone()),
        ("Browser or program", evidence.agent.clone()),
        ("Terms", format!("{}, version {}", terms.title, terms.number)),
        ("Hash of the terms (SHA-256)", evidence.terms_hash.clone()),
        ("Hash of the text signed (SHA-256)", evidence.text_hash.clone()),
        ("Hash of the page reviewed (SHA-256)", evidence.reviewed.clone()),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn decision(profile: &Profile, decided: &Decided) -> (String, String) {
    let by = if decided.by.is_empty() { String::new() } else { format!(" By {}.", decided.by) };
    let what = if decided.dataset.is_empty() { String::new() } else { format!(": {}", decided.dataset) };
    (format!("{}{what}", decided.department), format!("{}{by} {}", decided.words, moment(profile.zone, decided.at)))
}

/// The words of each page as they are printed.
#[cfg(test)]
pub(super) fn pages(profile: &Profile, copy: &AgreementCopy, portal: &str) -> Vec<String> {
    let annex = annex(profile, copy, &format!("{portal}{CHECK}"));
    with_paper(copy, &annex, "Norwalk", pdf::words_of)
}
