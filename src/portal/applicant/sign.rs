//! The signature block that review and offer share: what it shows, what it must repeat, how it is read. Whether a
//! signature holds is the case's to say; here only what was left out is pointed at.

use serde::Serialize;

use crate::cases::apply::Signature;
use crate::cases::drafting::DraftText;
use crate::domain::application::{Answers, Application};
use crate::domain::profile::Profile;
use crate::domain::terms::TermsVersion;
use crate::domain::tier::Tier;
use crate::web::error::FieldError;
use crate::web::{Form, FormErrors, markdown};

/// The names of the block's fields.
pub(super) const FIELDS: &[&str] =
    &["reviewed", "terms", "terms_hash", "text_hash", "name", "title", "authority", "consent", "declared.*"];

/// The block, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct SignView {
    action: String,
    button: &'static str,
    reviewed: String,
    terms: String,
    terms_hash: String,
    text_hash: String,
    /// Who should sign, as the application names them.
    signatory: String,
    signatory_title: String,
    /// On whose behalf.
    on_behalf_of: String,
    authority: String,
    consent: String,
    declarations: Vec<DeclarationView>,
}

#[derive(Debug, Serialize)]
struct DeclarationView {
    field: String,
    text: String,
}

/// The agreement text as it is shown before signing.
#[derive(Debug, Serialize)]
pub(super) struct TextView {
    html: String,
    hash: String,
    number: String,
    terms_title: String,
    terms_href: String,
    terms_version: u32,
    terms_hash: String,
    /// The same text as plain text, of which the hash is.
    plain_href: String,
}

/// Shows a text with the terms it was made from.
pub(super) fn text_view(
    terms: &TermsVersion,
    (number, text, hash): (&str, &str, &str),
    plain_href: String,
) -> TextView {
    TextView {
        html: markdown::to_html(text),
        hash: hash.to_owned(),
        number: number.to_owned(),
        terms_title: terms.title.as_str().to_owned(),
        terms_href: format!("/terms/{}/{}", terms.family.as_str(), terms.number),
        terms_version: terms.number,
        terms_hash: terms.hash.to_string(),
        plain_href,
    }
}

/// The same for a text that was drafted just now.
pub(super) fn draft_view(draft: &DraftText, plain_href: String) -> TextView {
    text_view(&draft.terms, (&draft.number, &draft.text, &draft.hash), plain_href)
}

/// The block under a text. Declarations are asked at submission only.
pub(super) fn sign_view(
    profile: &Profile,
    application: &Application,
    (terms, text_hash): (&TermsVersion, &str),
    (action, button): (String, &'static str),
    declares: bool,
) -> SignView {
    let tiers: Vec<Tier> = if declares { application.items.iter().map(|item| item.tier).collect() } else { Vec::new() };
    let whose = (&application.answers, application.reviewed_digest(), tiers.as_slice());
    sign_block(profile, whose, (terms, text_hash), (action, button))
}

/// The block for the answers that name who signs, the digest of what is reviewed, and the tiers whose declarations are
/// asked.
pub(super) fn sign_block(
    profile: &Profile,
    (answers, reviewed, tiers): (&Answers, String, &[Tier]),
    (terms, text_hash): (&TermsVersion, &str),
    (action, button): (String, &'static str),
) -> SignView {
    let organisation = answers.get("organisation");
    let on_behalf_of = if organisation.is_empty() { "yourself" } else { organisation };
    SignView {
        action,
        button,
        reviewed,
        terms: terms.id.to_string(),
        terms_hash: terms.hash.to_string(),
        text_hash: text_hash.to_owned(),
        signatory: answers.get("signatory").to_owned(),
        signatory_title: answers.get("signatory_title").to_owned(),
        on_behalf_of: on_behalf_of.to_owned(),
        authority: if organisation.is_empty() {
            "I sign for myself.".to_owned()
        } else {
            format!("I may sign for {organisation}.")
        },
        consent: profile.notices.electronic_consent.text("en").to_owned(),
        declarations: declarations(profile, tiers),
    }
}

fn declarations(profile: &Profile, tiers: &[Tier]) -> Vec<DeclarationView> {
    if tiers.is_empty() {
        return Vec::new();
    }
    let all = profile.declarations_for(tiers).into_iter();
    all.map(|declaration| DeclarationView {
        field: format!("declared.{}", declaration.id.as_str()),
        text: declaration.text.text("en").to_owned(),
    })
    .collect()
}

/// The block as typed.
pub(super) fn signature(form: &Form) -> Signature {
    Signature {
        reviewed: form.text("reviewed").to_owned(),
        terms: form.text("terms").to_owned(),
        terms_hash: form.text("terms_hash").to_owned(),
        text_hash: form.text("text_hash").to_owned(),
        name: form.text("name").to_owned(),
        title: form.text("title").to_owned(),
        has_authority: form.has("authority"),
        consents: form.has("consent"),
        declarations: form.starting("declared.").map(|(id, _)| id.to_owned()).collect(),
    }
}

/// What the block lacks, field by field, so that everything is pointed at in one go.
pub(super) fn left_out(view: &SignView, form: &Form) -> FormErrors {
    let mut errors = FormErrors::default();
    for declaration in view.declarations.iter().filter(|declaration| !form.has(&declaration.field)) {
        errors.add(&declaration.field, format!("Confirm: {}", declaration.text));
    }
    for (field, message) in
        [("name", "Type your full name as your signature."), ("title", "Type your title, such as owner or professor.")]
    {
        if form.text(field).is_empty() {
            errors.add(field, message);
        }
    }
    for (field, message) in
        [("authority", "Confirm that you may sign."), ("consent", "Confirm that you agree to sign electronically.")]
    {
        if !form.has(field) {
            errors.add(field, message);
        }
    }
    errors
}

/// Errors of the case, each at the field of the block that it is about.
pub(super) fn at_block(errors: &FormErrors) -> FormErrors {
    let mut moved = FormErrors::default();
    for FieldError { field, code, message } in errors.iter() {
        let at = match code.as_ref() {
            "signature_needed" => "name",
            "authority_needed" => "authority",
            "consent_needed" => "consent",
            _ => field.as_str(),
        };
        moved.add_coded(at, code.clone(), message.clone());
    }
    moved
}
