//! From the OpenAPI document to what the page prints: groups, operations, shapes. Knows the document's form and nothing
//! of the API itself.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// Shapes within shapes that are followed to their fields.
const DEPTH_MAX: usize = 8;

/// What `developers/api.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct ApiView {
    server: String,
    lead: Vec<Run>,
    about: Vec<Vec<Run>>,
    token: Vec<Run>,
    /// Two calls to begin with.
    begin: String,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
    problem: Shape,
}

/// A piece of a text: plain, or code.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Run {
    text: String,
    is_code: bool,
}

/// A group of operations.
#[derive(Debug, Serialize)]
struct Group {
    id: String,
    name: String,
    about: Vec<Run>,
    operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug, Serialize)]
struct Operation {
    id: String,
    method: String,
    tone: &'static str,
    path: String,
    summary: Vec<Run>,
    who: Vec<Run>,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
    problems: Vec<Problem>,
    call: String,
}

#[derive(Debug, Serialize)]
struct Parameter {
    name: String,
    place: String,
    is_required: bool,
    about: Vec<Run>,
}

/// A body, either way.
#[derive(Debug, Serialize)]
struct Body {
    /// Its shape's name, or its media type.
    title: String,
    media: String,
    /// Its shape's name; empty for what is not JSON of ours.
    name: String,
    fields: Vec<Field>,
    example: String,
}

/// An answer that means success.
#[derive(Debug, Serialize)]
struct Answer {
    status: String,
    about: Vec<Run>,
    body: Option<Body>,
}

/// An answer that does not.
#[derive(Debug, Serialize)]
struct Problem {
    status: String,
    about: Vec<Run>,
    codes: Vec<String>,
    field_codes: Vec<String>,
}

/// A named shape.
#[derive(Debug, Serialize)]
struct Shape {
    name: String,
    about: Vec<Run>,
    fields: Vec<Field>,
    example: String,
}

/// A field of a shape.
#[derive(Debug, Serialize)]
struct Field {
    name: String,
    /// Its type in words.
    kind: String,
    /// The shape it leads to; empty for plain values.
    shape: String,
    is_required: bool,
    about: Vec<Run>,
}

impl ApiView {
    /// Reads a document. What it lacks is left empty.
    pub(super) fn of(document: &Value) -> Self {
        let reader = Reader { document };
        let server = first(at(document, &["servers"])).map(|server| text(server, "url")).unwrap_or_default();
        let server = server.trim_end_matches('/').to_owned();
        let groups = array(at(document, &["tags"])).map(|tag| reader.group(tag, &server)).collect();
        let mut inner = BTreeSet::new();
        for schema in members(at(document, &["components", "schemas"])).map(|(_, schema)| schema) {
            referred(schema, &mut inner);
        }
        inner.remove("Problem");
        let about = text(at(document, &["info"]), "description");
        let mut paragraphs = about.split("\n\n").map(runs_of);
        Self {
            lead: paragraphs.next().unwrap_or_default(),
            about: paragraphs.collect(),
            begin: begin(&server),
            token: runs(at(document, &["components", "securitySchemes", "token"]), "description"),
            groups,
            shapes: inner.iter().map(|name| reader.shape(name)).collect(),
            problem: reader.shape("Problem"),
            server,
        }
    }
}

/// The document being read.
#[derive(Clone, Copy)]
struct Reader<'a> {
    document: &'a Value,
}

impl<'a> Reader<'a> {
    fn group(self, tag: &Value, server: &str) -> Group {
        let name = text(tag, "name");
        let mut operations = Vec::new();
        for (path, item) in members(at(self.document, &["paths"])) {
            for (method, operation) in members(item) {
                if first(at(operation, &["tags"])).and_then(Value::as_str) == Some(&name) {
                    let order = at(operation, &["x-order"]).as_u64().unwrap_or(u64::MAX);
                    operations.push((order, self.operation(method, path, operation, server)));
                }
            }
        }
        operations.sort_by_key(|(order, _)| *order);
        let operations = operations.into_iter().map(|(_, operation)| operation).collect();
        Group { id: anchor(&name), about: runs(tag, "description"), name, operations }
    }

    fn operation(self, method: &str, path: &str, operation: &Value, server: &str) -> Operation {
        let method = method.to_uppercase();
        let parameters: Vec<Parameter> = array(at(operation, &["parameters"])).map(parameter).collect();
        let body = self.body(at(operation, &["requestBody", "content"]));
        let (mut answers, mut problems) = (Vec::new(), Vec::new());
        for (status, answer) in members(at(operation, &["responses"])) {
            let answer = self.response(answer);
            if status.starts_with('2') {
                let answered = |body| Answer { status: status.to_owned(), about: runs(answer, "description"), body };
                let mut bodies = members(at(answer, &["content"])).map(|(media, content)| self.body_of(media, content));
                answers.push(answered(bodies.next()));
                answers.extend(bodies.map(|body| answered(Some(body))));
            } else {
                problems.push(problem(status, answer));
            }
        }
        let needs_token = operation.get("security").is_some();
        let call = call((&method, server, path), &parameters, body.as_ref(), needs_token);
        Operation {
            id: text(operation, "operationId"),
            tone: tone(&method),
            method,
            path: path.to_owned(),
            summary: runs(operation, "summary"),
            who: runs(operation, "description"),
            parameters,
            body,
            answers,
            problems,
            call,
        }
    }

    /// The answer itself, where it is only referred to.
    fn response(self, answer: &'a Value) -> &'a Value {
        match at(answer, &["$ref"]).as_str().and_then(|place| place.strip_prefix("#/components/responses/")) {
            Some(name) => at(self.document, &["components", "responses", name]),
            None => answer,
        }
    }

    fn body(self, content: &Value) -> Option<Body> {
        members(content).next().map(|(media, content)| self.body_of(media, content))
    }

    fn body_of(self, media: &str, content: &Value) -> Body {
        let schema = at(content, &["schema"]);
        let name = reference(schema).unwrap_or_default().to_owned();
        Body {
            title: if name.is_empty() { media.to_owned() } else { name.clone() },
            media: media.to_owned(),
            name,
            fields: self.fields(schema, 0),
            example: printed(content.get("example")),
        }
    }

    fn schema(self, name: &str) -> &'a Value {
        at(self.document, &["components", "schemas", name])
    }

    fn shape(self, name: &str) -> Shape {
        let schema = self.schema(name);
        Shape {
            name: name.to_owned(),
            about: runs(schema, "description"),
            fields: self.fields(schema, 0),
            example: printed(schema.get("example")),
        }
    }

    /// The fields of a shape, those of its parts included.
    fn fields(self, schema: &Value, depth: usize) -> Vec<Field> {
        if depth > DEPTH_MAX {
            return Vec::new();
        }
        if let Some(name) = reference(schema) {
            return self.fields(self.schema(name), depth + 1);
        }
        let mut found: Vec<Field> =
            array(at(schema, &["allOf"])).flat_map(|part| self.fields(part, depth + 1)).collect();
        let required: Vec<&str> = array(at(schema, &["required"])).filter_map(Value::as_str).collect();
        found.extend(members(at(schema, &["properties"])).map(|(name, field)| {
            let (kind, shape) = kind_of(field);
            Field {
                name: name.to_owned(),
                kind,
                shape,
                is_required: required.contains(&name),
                about: runs(field, "description"),
            }
        }));
        found
    }
}

fn parameter(parameter: &Value) -> Parameter {
    Parameter {
        name: text(parameter, "name"),
        place: text(parameter, "in"),
        is_required: at(parameter, &["required"]).as_bool().unwrap_or(false),
        about: runs(parameter, "description"),
    }
}

fn problem(status: &str, answer: &Value) -> Problem {
    let words = |name: &str| array(at(answer, &[name])).filter_map(Value::as_str).map(str::to_owned).collect();
    Problem {
        status: status.to_owned(),
        about: runs(answer, "description"),
        codes: words("x-codes"),
        field_codes: words("x-field-codes"),
    }
}

/// The type of a field in words, and the shape that it leads to.
fn kind_of(schema: &Value) -> (String, String) {
    if let Some(name) = reference(schema) {
        return (name.to_owned(), name.to_owned());
    }
    let choices: Vec<&Value> = array(at(schema, &["oneOf"])).chain(array(at(schema, &["anyOf"]))).collect();
    let given: Vec<&&Value> = choices.iter().filter(|choice| at(choice, &["type"]) != "null").collect();
    if let [one] = given.as_slice() {
        let (kind, shape) = kind_of(one);
        let or_null = if choices.len() > 1 { " or null" } else { "" };
        return (format!("{kind}{or_null}"), shape);
    }
    let kinds: Vec<&str> = match at(schema, &["type"]) {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    let or_null = if kinds.contains(&"null") { " or null" } else { "" };
    let kind = kinds.iter().find(|kind| **kind != "null").copied().unwrap_or("any value");
    let (kind, shape) = match (kind, at(schema, &["format"]).as_str()) {
        ("array", _) => {
            let (of, shape) = kind_of(at(schema, &["items"]));
            (format!("list of {of}"), shape)
        }
        ("object", _) if at(schema, &["additionalProperties"]).is_object() => {
            let (of, shape) = kind_of(at(schema, &["additionalProperties"]));
            (format!("object of {of} by name"), shape)
        }
        ("string", Some("date-time")) => ("instant".to_owned(), String::new()),
        ("string", Some("date")) => ("day".to_owned(), String::new()),
        (plain, _) => (plain.to_owned(), String::new()),
    };
    (format!("{kind}{or_null}"), shape)
}

/// Every shape that a schema refers to, at any depth.
fn referred(schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(name) = reference(schema) {
        found.insert(name.to_owned());
    }
    match schema {
        Value::Object(parts) => parts.values().for_each(|part| referred(part, found)),
        Value::Array(parts) => parts.iter().for_each(|part| referred(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn begin(server: &str) -> String {
    format!(
        "curl -X POST '{server}/api/v1/sessions' \\\n  -H 'Content-Type: application/json' \\\n  \
         -d '{{\"email\":\"you@example.org\",\"password\":\"your password\"}}'\n\
         curl '{server}/api/v1/account' -H 'Authorization: Bearer TOKEN'"
    )
}

/// A call as it is typed in a shell.
fn call(
    (method, server, path): (&str, &str, &str),
    parameters: &[Parameter],
    body: Option<&Body>,
    needs_token: bool,
) -> String {
    let verb = if method == "GET" { String::new() } else { format!("-X {method} ") };
    let mut parts = vec![format!("curl {verb}'{server}{path}'")];
    if needs_token {
        parts.push("-H 'Authorization: Bearer TOKEN'".to_owned());
    }
    parts.extend(parameters.iter().filter(|parameter| parameter.place == "header").map(|parameter| {
        let example = if parameter.name == "If-Match" { "\"v3\"" } else { "one-name-for-this-attempt" };
        format!("-H '{}: {example}'", parameter.name)
    }));
    parts.extend(body.map(|body| format!("-H 'Content-Type: {}' -d @body.json", body.media)));
    parts.join(" \\\n  ")
}

fn tone(method: &str) -> &'static str {
    match method {
        "GET" => "info",
        "POST" => "good",
        "DELETE" => "bad",
        _ => "warn",
    }
}

/// A name as an anchor: `Signing in` as `signing-in`.
fn anchor(name: &str) -> String {
    let letters =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    letters.collect()
}

/// The name in `#/components/schemas/NAME`.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

fn text(value: &Value, name: &str) -> String {
    at(value, &[name]).as_str().unwrap_or_default().to_owned()
}

/// A text of the document with the parts between backticks as code.
fn runs(value: &Value, name: &str) -> Vec<Run> {
    runs_of(at(value, &[name]).as_str().unwrap_or_default())
}

fn runs_of(text: &str) -> Vec<Run> {
    let pieces = text.split('`').enumerate();
    let runs = pieces.map(|(at, piece)| Run { text: piece.to_owned(), is_code: at % 2 == 1 });
    runs.filter(|run| !run.text.is_empty()).collect()
}

fn printed(value: Option<&Value>) -> String {
    value.map(|value| serde_json::to_string_pretty(value).unwrap_or_default()).unwrap_or_default()
}

/// The part of a value under these names; null where there is none.
fn at<'a>(value: &'a Value, names: &[&str]) -> &'a Value {
    static NOTHING: Value = Value::Null;
    names.iter().fold(value, |value, name| value.get(name).unwrap_or(&NOTHING))
}

fn first(value: &Value) -> Option<&Value> {
    array(value).next()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
