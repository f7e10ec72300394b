//! JSON bodies and query strings of the API, read strictly: the right type, the right size, no unknown names, and an
//! error that says which field and where.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{Ready, ready};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::body::{body_of, media_type};
use super::error::WebError;
use super::fields::Fields;
use super::form::FormErrors;

/// A JSON body as `T`. Give `T` `#[serde(deny_unknown_fields)]`.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if media_type(request) != "application/json" {
            return ready(Err(WebError::unsupported_media("application/json")));
        }
        ready(parse(&body_of(request)).map(Self))
    }
}

/// Reads a JSON text.
///
/// # Errors
/// 400 with line and column where it is not JSON; 422 naming the field where it is not what is asked for.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, WebError> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        refused(&path, error.inner())
    })?;
    reader.end().map_err(|error| refused(".", &error))?;
    Ok(value)
}

fn refused(path: &str, error: &serde_json::Error) -> WebError {
    let place = format!("line {}, column {}", error.line(), error.column());
    let full = error.to_string();
    let what = full.rsplit_once(" at line ").map_or(full.as_str(), |(what, _)| what);
    match error.classify() {
        Category::Data => {
            let mut errors = FormErrors::default();
            let is_unknown = what.starts_with("unknown field");
            let code = if is_unknown { "field_unknown" } else { "field_invalid" };
            let field = if path == "." { field_in(what).unwrap_or("body") } else { path };
            errors.add_coded(field, code, format!("{what} ({place})"));
            let detail = format!("The field “{field}” is not as it must be: {what} ({place}).");
            if is_unknown {
                return WebError::bad_request(code, detail).with_errors(errors);
            }
            WebError::invalid_json(detail).with_errors(errors)
        }
        Category::Eof if error.column() == 0 => WebError::bad_request("body_missing", "Send a JSON body."),
        Category::Eof | Category::Syntax | Category::Io => {
            WebError::bad_request("json_broken", format!("The body is not JSON: {what} ({place})."))
        }
    }
}

/// The name in serde's "missing field `name`", which carries no path of its own.
fn field_in(what: &str) -> Option<&str> {
    what.split('`').nth(1)
}

/// The query string of an API call as strict fields; call [`Query::only`].
#[derive(Clone, Debug)]
pub struct Query(Fields);

impl Query {
    /// The query, if it holds no other names than these.
    ///
    /// # Errors
    /// 400 naming the first that is unknown or doubled.
    pub fn only(self, known: &[&str]) -> Result<Fields, WebError> {
        self.0.check_names(known)?;
        Ok(self.0)
    }

    /// The query whatever it holds; for pages, where foreign names (campaign tags) do no harm.
    #[must_use]
    pub fn lenient(self) -> Fields {
        self.0
    }
}

impl FromRequest for Query {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Fields::parse(request.query_string().as_bytes()).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the shape matters")]
    struct Draft {
        title: String,
        items: Vec<Item>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the shape matters")]
    struct Item {
        days: u32,
    }

    fn error(text: &str) -> WebError {
        parse::<Draft>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn broken_json_is_named_with_line_and_column() {
        let error = error("{\n  \"title\": trux\n}");
        assert_eq!((error.status().as_u16(), error.code()), (400, "json_broken"));
        assert!(error.detail().contains("line 2, column 15"), "{}", error.detail());
    }

    #[test]
    fn a_wrong_type_is_named_with_its_path() {
        let error = error(r#"{"title":"a","items":[{"days":1},{"days":"ten"}]}"#);
        assert_eq!((error.status().as_u16(), error.code()), (422, "invalid"));
        assert_eq!(error.errors()[0].field, "items[1].days");
        assert!(error.detail().contains("line 1, column"), "{}", error.detail());
    }

    #[test]
    fn unknown_missing_and_doubled_fields_are_named() {
        let unknown = error(r#"{"title":"a","items":[{"days":1,"status":"approved"}]}"#);
        assert_eq!((unknown.status().as_u16(), unknown.code()), (400, "field_unknown"));
        assert_eq!(unknown.errors()[0].field, "items[0].status");
        let missing = error(r#"{"items":[]}"#);
        assert_eq!((missing.status().as_u16(), missing.errors()[0].field.as_str()), (422, "title"));
        let doubled = error(r#"{"title":"a","title":"b","items":[]}"#);
        assert_eq!((doubled.status().as_u16(), doubled.errors()[0].field.as_str()), (422, "title"));
    }

    #[test]
    fn empty_trailing_and_deep_bodies_are_refused() {
        assert_eq!(error("").code(), "body_missing");
        assert_eq!(error(r#"{"title":"a","items":[]} x"#).code(), "json_broken");
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(parse::<serde_json::Value>(deep.as_bytes()).unwrap_err().code(), "json_broken");
    }
}
