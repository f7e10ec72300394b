//! Posted forms: names checked against a list before any value can be read, errors per field, and what was typed kept
//! for the page that shows them. The guard of the row has already checked size, encoding and the CSRF token.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::{Ready, ready};
use serde::Serialize;

use super::error::{FieldError, WebError};
use super::fields::{Fields, check_known};
use super::upload::Uploaded;
use crate::cases::files::NewFile;

/// The hidden field with the CSRF token.
pub const CSRF_FIELD: &str = "csrf";
/// The hidden field with a fresh token per page, so that a doubled submit is recognised.
pub const ONCE_FIELD: &str = "once";
/// The hidden field with the version that an edit was made from.
pub const VERSION_FIELD: &str = "version";

/// The posted form before its names are checked; take it in a handler and call [`Posted::only`].
#[derive(Clone, Debug)]
pub struct Posted {
    pub(crate) fields: Rc<Fields>,
    files: Rc<Vec<Uploaded>>,
}

impl Posted {
    /// A form as it was read.
    pub(crate) fn new(fields: Fields, files: Vec<Uploaded>) -> Self {
        Self { fields: Rc::new(fields), files: Rc::new(files) }
    }

    /// The form, if it holds no other fields than these (and the hidden `csrf` and `once`). An entry ending in `*`
    /// stands for all names that begin so; `[]` at the end of an entry allows the field more than once.
    ///
    /// # Errors
    /// 400 naming the first field that is unknown or doubled.
    pub fn only(self, known: &[&str]) -> Result<Form, WebError> {
        let all: Vec<&str> = known.iter().copied().chain([CSRF_FIELD, ONCE_FIELD]).collect();
        self.fields.check_names(&all)?;
        check_known(self.files.iter().map(|file| file.field.as_str()), &all)?;
        Ok(Form { fields: self.fields, files: self.files })
    }

    /// What was typed, for a page that must not lose it: no hidden fields, no passwords, no blanks, no ids, which only
    /// buttons and hidden fields send.
    pub(crate) fn typed(&self) -> Vec<(String, String)> {
        let is_shown = |name: &str| ![CSRF_FIELD, ONCE_FIELD, VERSION_FIELD].contains(&name) && !is_secret(name);
        let is_id = |value: &str| value.parse::<uuid::Uuid>().is_ok();
        let shown =
            self.fields.iter().filter(|(name, value)| is_shown(name) && !value.trim().is_empty() && !is_id(value));
        shown.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

impl Posted {
    /// The form without a field, and the field's first value.
    pub(super) fn without(self, name: &str) -> (Self, Option<String>) {
        let value = self.fields.get(name).map(str::to_owned);
        if value.is_none() {
            return (self, None);
        }
        (Self { fields: Rc::new(self.fields.without(name)), files: self.files }, value)
    }

    /// What the same form must carry to be sent once more; no passwords, and no proof, which each page makes anew.
    pub(super) fn carried(&self) -> Vec<(String, String)> {
        let is_carried = |name: &str| ![CSRF_FIELD, ONCE_FIELD].contains(&name) && !is_secret(name);
        let carried = self.fields.iter().filter(|(name, _)| is_carried(name));
        carried.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Whether files came with it, which no page can give back.
    pub(super) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }
}

impl FromRequest for Posted {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let posted = request.extensions().get::<Self>().cloned();
        ready(posted.ok_or_else(|| WebError::unsupported_media("application/x-www-form-urlencoded")))
    }
}

/// A posted form whose field names are all known.
#[derive(Clone, Debug)]
pub struct Form {
    fields: Rc<Fields>,
    files: Rc<Vec<Uploaded>>,
}

impl Form {
    /// The value without surrounding white space; empty if the field was not sent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// The value to the character (passwords); empty if the field was not sent.
    #[must_use]
    pub fn exact(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    /// Every value of a field that may come more than once (check boxes).
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.fields.all(name).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// The same form with another value in a field.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        Self { fields: Rc::new(self.fields.with(name, value)), files: Rc::clone(&self.files) }
    }

    /// Whether the field was sent at all (a ticked box, the button pressed).
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some()
    }

    /// The files chosen in a field, in the order sent; the guard has read them whole.
    #[must_use]
    pub fn files(&self, name: &str) -> Vec<NewFile> {
        self.files.iter().filter(|uploaded| uploaded.field == name).map(|uploaded| uploaded.file.clone()).collect()
    }

    /// The fields whose names begin with `start`, by the rest of their names.
    pub fn starting<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter_map(move |(name, value)| Some((name.strip_prefix(start)?, value.trim())))
    }

    /// The value as `T`; where it is none, adds `message` to the errors of the field.
    pub fn parse<T: FromStr>(&self, name: &str, errors: &mut FormErrors, message: &'static str) -> Option<T> {
        let parsed = self.text(name).parse().ok();
        if parsed.is_none() {
            errors.add(name, message);
        }
        parsed
    }

    /// The version that this edit was made from, from the hidden field `version`.
    ///
    /// # Errors
    /// 400 if it is missing or not a number: our own pages always send it.
    pub fn version(&self) -> Result<i64, WebError> {
        let missing =
            || WebError::bad_request("version_missing", "The hidden field “version” is missing or not a number.");
        self.text(VERSION_FIELD).parse().ok().ok_or_else(missing)
    }

    /// The form to show again, with what was typed and what is wrong with it.
    #[must_use]
    pub fn view(&self, errors: &FormErrors) -> FormView {
        let mut view = FormView::default();
        for (name, value) in self.fields.iter().filter(|(name, _)| !is_secret(name)) {
            view.values.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        view.with_errors(errors)
    }
}

/// Passwords and the like are never sent back in a page.
fn is_secret(name: &str) -> bool {
    ["password", "secret", "token", "credential"].iter().any(|word| name.contains(word))
}

/// What is wrong with which field, in the order found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<FieldError>);

impl FormErrors {
    /// Adds a sentence to a field; only the first of a field is shown at the field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.add_coded(field, "invalid", message);
    }

    /// Adds a sentence with a code for programs.
    pub fn add_coded(
        &mut self,
        field: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) {
        self.0.push(FieldError { field: field.into(), code: code.into(), message: message.into() });
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors in the order found.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    /// For the API: `Ok` if nothing is wrong.
    ///
    /// # Errors
    /// 422 with every error.
    pub fn into_result(self) -> Result<(), WebError> {
        if self.is_empty() { Ok(()) } else { Err(WebError::invalid(self)) }
    }

    pub(crate) fn into_list(self) -> Vec<FieldError> {
        self.0
    }
}

/// What the field parts of the templates need: values typed or stored, and errors. Context name `form`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FormView {
    values: BTreeMap<String, Vec<String>>,
    errors: BTreeMap<String, String>,
    summary: Vec<FieldError>,
}

impl FormView {
    /// A form filled with stored values.
    #[must_use]
    pub fn with<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut view = Self::default();
        for (name, value) in values {
            view.values.entry(name.into()).or_default().push(value.into());
        }
        view
    }

    /// The same with errors.
    #[must_use]
    pub fn with_errors(mut self, errors: &FormErrors) -> Self {
        for error in errors.iter() {
            self.errors.entry(error.field.clone()).or_insert_with(|| error.message.clone());
            self.summary.push(error.clone());
        }
        self
    }

    /// Whether something is wrong; such a page is answered with 422.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        !self.summary.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(text: &str) -> Posted {
        Posted::new(Fields::parse(text.as_bytes()).unwrap(), Vec::new())
    }

    #[test]
    fn values_are_trimmed_but_passwords_are_not() {
        let form = posted("title=+a+b+&password=+x+&csrf=1&once=2").only(&["title", "password"]).unwrap();
        assert_eq!((form.text("title"), form.exact("password"), form.text("absent")), ("a b", " x ", ""));
        assert!(form.has("title") && !form.has("absent"));
    }

    #[test]
    fn a_field_that_the_handler_did_not_name_is_refused() {
        assert_eq!(posted("title=a&role=manager").only(&["title"]).unwrap_err().code(), "field_unknown");
    }

    #[test]
    fn the_form_shown_again_keeps_what_was_typed_except_secrets() {
        let form =
            posted("title=caf%C3%A9&scope=a&scope=b&password=hunter2").only(&["title", "scope[]", "password"]).unwrap();
        let mut errors = FormErrors::default();
        errors.add("title", "Enter a longer title");
        errors.add("title", "Second");
        let json = serde_json::to_value(form.view(&errors)).unwrap();
        assert_eq!(json["values"], serde_json::json!({"scope": ["a", "b"], "title": ["café"]}));
        assert_eq!(json["errors"]["title"], "Enter a longer title");
        assert_eq!(json["summary"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn what_was_typed_is_kept_for_error_pages_without_hidden_fields() {
        let typed = posted(
            "csrf=x&once=y&version=3&new_password=z&why=because&blank=+&of=0190b4a2-0000-7000-8000-000000000001",
        )
        .typed();
        assert_eq!(typed, [("why".to_owned(), "because".to_owned())]);
    }

    #[test]
    fn parsing_adds_the_message_to_its_field() {
        let form = posted("days=ten&n=7").only(&["days", "n"]).unwrap();
        let mut errors = FormErrors::default();
        assert_eq!(form.parse::<u32>("days", &mut errors, "Enter whole days"), None);
        assert_eq!(form.parse::<u32>("n", &mut errors, "Enter a number"), Some(7));
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["days"]);
        assert_eq!(errors.into_result().unwrap_err().status(), 422);
    }

    #[test]
    fn groups_of_fields_are_read_by_their_common_start() {
        let form = posted("why.plate=a&why.speed=+b&other=c").only(&["why.*", "other"]).unwrap();
        assert_eq!(form.starting("why.").collect::<Vec<_>>(), [("plate", "a"), ("speed", "b")]);
    }
}
