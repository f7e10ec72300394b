//! Routes of the API with their description: the OpenAPI document is made from the very rows that are registered, so
//! the two cannot differ.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder};
use serde_json::{Map, Value, json};
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Schema};
use utoipa::{PartialSchema as _, ToSchema};

use super::example::example;
use super::letters::Preview;
use super::problems::{self, Traits};
use super::{Problem, words};
use crate::web::matrix::role_name;
use crate::web::preview::{PREVIEW_FIELD, PREVIEW_JSON};
use crate::web::{Access, Room, Routes};

/// Routes and what they take and give.
#[derive(Clone, Debug)]
pub struct Api {
    routes: Routes,
    shapes: Vec<Shape>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

#[derive(Clone, Debug)]
struct Shape {
    method: Method,
    path: String,
    summary: &'static str,
    access: Access,
    takes: Option<Body>,
    gives: Option<Body>,
    status: u16,
    query: Vec<&'static str>,
    refusals: Vec<&'static str>,
    is_versioned: bool,
    is_once: bool,
    has_preview: bool,
}

#[derive(Clone, Debug)]
enum Body {
    Json(String),
    Other(&'static str),
}

impl Default for Api {
    fn default() -> Self {
        Self { routes: Routes::new(Room::Api), shapes: Vec::new(), schemas: Vec::new() }
    }
}

macro_rules! verbs {
    ($($verb:ident => $method:ident, $status:literal);* $(;)?) => { $(
        #[doc = concat!("Adds a route for ", stringify!($method), ".")]
        #[must_use]
        pub fn $verb<F, A>(mut self, path: &str, access: Access, summary: &'static str, handler: F) -> Self
        where
            F: Handler<A> + Send + Sync,
            A: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            let path = format!("/api/v1{path}");
            self.routes = self.routes.$verb(&path, access, summary, handler);
            self.shapes.push(Shape {
                method: Method::$method, path, summary, access, takes: None, gives: None, status: $status,
                query: Vec::new(), refusals: Vec::new(), is_versioned: false, is_once: false, has_preview: false,
            });
            self
        }
    )* };
}

impl Api {
    // What changes something and answers nothing says so: 204, unless `gives` or `answers` says otherwise.
    verbs! { get => GET, 200; post => POST, 204; put => PUT, 204; patch => PATCH, 204; delete => DELETE, 204 }

    /// The JSON body of the route added last.
    #[must_use]
    pub fn takes<T: ToSchema>(self) -> Self {
        let body = Body::Json(T::name().into_owned());
        self.keep::<T>().with(|shape| shape.takes = Some(body))
    }

    /// A body of the route added last that is not JSON of ours.
    #[must_use]
    pub fn takes_other(self, media_type: &'static str) -> Self {
        self.with(|shape| shape.takes = Some(Body::Other(media_type)))
    }

    /// What the route added last answers when it went well.
    #[must_use]
    pub fn gives<T: ToSchema>(self, status: u16) -> Self {
        let body = Body::Json(T::name().into_owned());
        self.keep::<T>().with(|shape| {
            shape.gives = Some(body);
            shape.status = status;
        })
    }

    /// An answer that is not JSON of ours, with 200.
    #[must_use]
    pub fn gives_other(self, media_type: &'static str) -> Self {
        self.with(|shape| {
            shape.gives = Some(Body::Other(media_type));
            shape.status = 200;
        })
    }

    /// Query parameters of the route added last.
    #[must_use]
    pub fn asks(self, query: &[&'static str]) -> Self {
        self.with(|shape| shape.query = query.to_vec())
    }

    /// Codes of refusals that the route added last may answer with, beyond those that its kind shares.
    #[must_use]
    pub fn refuses(self, codes: &[&'static str]) -> Self {
        self.with(|shape| shape.refusals.extend_from_slice(codes))
    }

    /// The route added last needs `If-Match`.
    #[must_use]
    pub fn versioned(self) -> Self {
        self.with(|shape| shape.is_versioned = true)
    }

    /// The route added last takes an `Idempotency-Key`.
    #[must_use]
    pub fn once(self) -> Self {
        self.with(|shape| shape.is_once = true)
    }

    /// Lets the route added last take bodies as large as the setting for uploads allows.
    #[must_use]
    pub fn for_uploads(mut self) -> Self {
        self.routes = self.routes.for_uploads();
        self
    }

    /// The route added last can be tried, to read the letters that it would send.
    #[must_use]
    pub fn with_preview(mut self) -> Self {
        self.routes = self.routes.with_preview();
        self.keep::<Preview>().with(|shape| shape.has_preview = true)
    }

    /// Lets the route added last take files in its document.
    #[must_use]
    pub fn for_files(mut self) -> Self {
        self.routes = self.routes.for_files();
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Shape)) -> Self {
        if let Some(shape) = self.shapes.last_mut() {
            change(shape);
        }
        self
    }

    fn keep<T: ToSchema>(mut self) -> Self {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        self
    }

    /// The routes to register.
    #[must_use]
    pub fn routes(&self) -> Routes {
        self.routes.clone()
    }

    /// Every named shape as it was given, for the test that no two share a name.
    #[cfg(test)]
    pub(crate) fn schemas(&self) -> &[(String, RefOr<Schema>)] {
        &self.schemas
    }

    /// The OpenAPI 3.1 document.
    #[must_use]
    pub fn document(&self, server: &str) -> OpenApi {
        let schemas = self.named_schemas();
        let mut paths: Paths = PathsBuilder::new().build();
        for (at, shape) in self.shapes.iter().enumerate() {
            let item = PathItem::new(http_method(&shape.method), operation(shape, at, &schemas));
            match paths.paths.get_mut(&shape.path) {
                Some(known) => known.merge_operations(item),
                None => {
                    paths.paths.insert(shape.path.clone(), item);
                }
            }
        }
        let mut components = ComponentsBuilder::new()
            .schema("Problem", Problem::schema())
            .schemas_from_iter(problem_parts())
            .schemas_from_iter(self.schemas.iter().cloned())
            .responses_from_iter(problems::components());
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(BEARER)).build();
        components = components.security_scheme("token", SecurityScheme::Http(bearer));
        let info = InfoBuilder::new().title("Accord").version("1").description(Some(ABOUT)).build();
        OpenApiBuilder::new()
            .info(info)
            .servers(Some([utoipa::openapi::Server::new(server)]))
            .tags(Some(self.tags()))
            .paths(paths)
            .components(Some(components.build()))
            .build()
    }

    /// Every named shape as plain JSON, for examples.
    fn named_schemas(&self) -> Map<String, Value> {
        let own = [("Problem".to_owned(), Problem::schema())];
        let own = own.into_iter().chain(problem_parts()).map(|(name, schema)| (name, json!(schema)));
        own.chain(self.schemas.iter().map(|(name, schema)| (name.clone(), json!(schema)))).collect()
    }

    /// The groups in use, in their order; a group that no list knows comes last.
    fn tags(&self) -> Vec<Tag> {
        let mut used: Vec<&str> = Vec::new();
        for shape in &self.shapes {
            let group = words::group(&shape.path);
            if !used.contains(&group) {
                used.push(group);
            }
        }
        let place = |name: &str| words::GROUPS.iter().position(|group| group.name == name).unwrap_or(usize::MAX);
        used.sort_by_key(|name| place(name));
        let about = |name: &str| words::GROUPS.iter().find(|group| group.name == name).map(|group| group.about);
        used.into_iter().map(|name| TagBuilder::new().name(name).description(about(name)).build()).collect()
    }
}

/// The shapes inside a problem document.
fn problem_parts() -> Vec<(String, RefOr<Schema>)> {
    let mut parts = Vec::new();
    Problem::schemas(&mut parts);
    parts
}

const BEARER: &str = "A token from POST /api/v1/sessions, or one made on your account page.";
const ABOUT: &str = "What a person can do in the portal, a program can do here: apply, sign, make keys, decide, audit.

Errors are problem documents (RFC 9457) with a stable `code`. Lists are paged by `limit` and `cursor`, tables to take \
along end in `.csv`. Acts that must not happen twice take an `Idempotency-Key`; updates need the `ETag` of what was \
read in `If-Match`. Acts that send letters can be tried with `?preview=true`: the letters come back and nothing is done. Keys of datasets are for the gate and open nothing here.";

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// The operation of a route; `at` is its place in the order in which people read them.
fn operation(shape: &Shape, at: usize, schemas: &Map<String, Value>) -> Operation {
    let parameters = parameters(shape);
    let traits = Traits {
        has_path_parameter: shape.path.contains('{'),
        has_query: !shape.query.is_empty(),
        has_body: shape.takes.is_some(),
        is_write: shape.method != Method::GET,
        is_versioned: shape.is_versioned,
        is_once: shape.is_once,
    };
    let mut operation = OperationBuilder::new()
        .summary(Some(shape.summary))
        .description(Some(who_may(shape.access)))
        .operation_id(Some(operation_id(shape)))
        .tag(words::group(&shape.path))
        .extensions(Some(ExtensionsBuilder::new().add("x-order", at).build()))
        .parameters(Some(parameters));
    if let Some(body) = &shape.takes {
        let (media, content) = content(body, schemas);
        let body = RequestBodyBuilder::new().content(media, content).required(Some(Required::True)).build();
        operation = operation.request_body(Some(body));
    }
    if !matches!(shape.access, Access::Public | Access::SignedLink) {
        operation = operation.security(SecurityRequirement::new("token", Vec::<String>::new()));
    }
    let mut good = ResponseBuilder::new().description(done(shape.status));
    if let Some(body) = &shape.gives {
        let (media, content) = content(body, schemas);
        good = good.content(media, content);
    }
    if shape.has_preview && shape.status == 200 {
        good = good.content(PREVIEW_JSON, preview(schemas));
    }
    operation = operation.response(shape.status.to_string(), good.build());
    if shape.has_preview && shape.status != 200 {
        let tried = ResponseBuilder::new().description("Only tried, as was asked; nothing was done");
        operation = operation.response("200", tried.content(PREVIEW_JSON, preview(schemas)).build());
    }
    for (status, problem) in problems::answers(shape.access, traits, &shape.refusals) {
        operation = operation.response(status, problem);
    }
    operation.build()
}

/// The answer of an act that was only tried.
fn preview(schemas: &Map<String, Value>) -> Content {
    content(&Body::Json(Preview::name().into_owned()), schemas).1
}

const fn done(status: u16) -> &'static str {
    match status {
        201 => "Made",
        202 => "Taken up; what follows comes by mail",
        204 => "Done; there is nothing to say",
        _ => "Done",
    }
}

fn parameters(shape: &Shape) -> Vec<Parameter> {
    let in_path = shape.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(|name| (name, ParameterIn::Path, Required::True));
    let in_query = shape.query.iter().map(|name| (*name, ParameterIn::Query, Required::False));
    let tried = shape.has_preview.then_some((PREVIEW_FIELD, ParameterIn::Query, Required::False));
    let version = shape.is_versioned.then_some(("If-Match", ParameterIn::Header, Required::True));
    let once = shape.is_once.then_some(("Idempotency-Key", ParameterIn::Header, Required::False));
    let all = in_path.chain(in_query).chain(tried).chain(version).chain(once);
    all.map(|(name, place, required)| {
        let is_in_path = place == ParameterIn::Path;
        let about = if is_in_path { words::in_path(&shape.path, name) } else { words::parameter(&shape.path, name) };
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .description(Some(about).filter(|about| !about.is_empty()))
            .schema(Some(text))
            .build()
    })
    .collect()
}

fn content<'a>(body: &'a Body, schemas: &Map<String, Value>) -> (&'a str, Content) {
    match body {
        Body::Json(name) => {
            let schema = Ref::from_schema_name(name.clone());
            let example = example(&json!(schema), schemas);
            ("application/json", ContentBuilder::new().schema(Some(schema)).example(Some(example)).build())
        }
        Body::Other(media) => {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            (media, ContentBuilder::new().schema(Some(text)).build())
        }
    }
}

fn operation_id(shape: &Shape) -> String {
    let path: String = shape
        .path
        .trim_start_matches("/api/v1/")
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    format!("{}_{}", shape.method.as_str().to_lowercase(), path.trim_matches('_'))
}

fn who_may(access: Access) -> String {
    match access {
        Access::Public => "Open to everybody.".to_owned(),
        Access::SignedIn => "For everybody with an account.".to_owned(),
        Access::Requester => "For the requester whose thing it is, and members of their organisation.".to_owned(),
        Access::Staff(roles) => {
            let names: Vec<_> = roles.iter().copied().map(role_name).collect();
            format!("For staff: {}.", names.join(", "))
        }
        Access::SignedLink => "For who holds the mailed link.".to_owned(),
        Access::Service => "For gate clients with a service credential.".to_owned(),
    }
}
