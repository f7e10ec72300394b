//! Routes of the API with their description: the OpenAPI document is made from the very rows that are registered, so
//! the two cannot differ.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Schema};
use utoipa::{PartialSchema as _, ToSchema};

use super::Problem;
use crate::domain::people::Role;
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
    is_versioned: bool,
    is_once: bool,
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
                query: Vec::new(), is_versioned: false, is_once: false,
            });
            self
        }
    )* };
}

impl Api {
    verbs! { get => GET, 200; post => POST, 200; put => PUT, 200; patch => PATCH, 200; delete => DELETE, 204 }

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

    /// An answer that is not JSON of ours.
    #[must_use]
    pub fn gives_other(self, media_type: &'static str) -> Self {
        self.with(|shape| shape.gives = Some(Body::Other(media_type)))
    }

    /// Query parameters of the route added last.
    #[must_use]
    pub fn asks(self, query: &[&'static str]) -> Self {
        self.with(|shape| shape.query = query.to_vec())
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

    /// The OpenAPI 3.1 document.
    #[must_use]
    pub fn document(&self, server: &str) -> OpenApi {
        let mut paths: Paths = PathsBuilder::new().build();
        for shape in &self.shapes {
            let item = PathItem::new(http_method(&shape.method), operation(shape));
            match paths.paths.get_mut(&shape.path) {
                Some(known) => known.merge_operations(item),
                None => {
                    paths.paths.insert(shape.path.clone(), item);
                }
            }
        }
        let mut components = ComponentsBuilder::new()
            .schema("Problem", Problem::schema())
            .schemas_from_iter(self.schemas.iter().cloned());
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(BEARER)).build();
        components = components.security_scheme("token", SecurityScheme::Http(bearer));
        let info = InfoBuilder::new().title("Accord").version("1").description(Some(ABOUT)).build();
        OpenApiBuilder::new()
            .info(info)
            .servers(Some([utoipa::openapi::Server::new(server)]))
            .paths(paths)
            .components(Some(components.build()))
            .build()
    }
}

const BEARER: &str = "A token from POST /api/v1/sessions, or one made on your account page.";
const ABOUT: &str = "Everything a person can do in the portal. Errors are problem documents (RFC 9457) with a stable \
`code`. Lists are paged by `limit` and `cursor`. Acts that must not happen twice take an `Idempotency-Key`; updates \
need the `ETag` of what was read in `If-Match`. Keys of datasets are for the gate and open nothing here.";

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(shape: &Shape) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .summary(Some(shape.summary))
        .description(Some(who_may(shape.access)))
        .operation_id(Some(operation_id(shape)))
        .tag(shape.path.split('/').nth(3).unwrap_or("api"));
    for name in shape.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        operation = operation.parameter(parameter(name, ParameterIn::Path, Required::True));
    }
    for name in &shape.query {
        operation = operation.parameter(parameter(name, ParameterIn::Query, Required::False));
    }
    if shape.is_versioned {
        operation = operation.parameter(parameter("If-Match", ParameterIn::Header, Required::True));
    }
    if shape.is_once {
        operation = operation.parameter(parameter("Idempotency-Key", ParameterIn::Header, Required::False));
    }
    if let Some(body) = &shape.takes {
        let (media, content) = content(body);
        let body = RequestBodyBuilder::new().content(media, content).required(Some(Required::True)).build();
        operation = operation.request_body(Some(body));
    }
    if shape.access != Access::Public {
        operation = operation.security(SecurityRequirement::new("token", Vec::<String>::new()));
    }
    let mut good = ResponseBuilder::new().description("Done");
    if let Some(body) = &shape.gives {
        let (media, content) = content(body);
        good = good.content(media, content);
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let bad = ResponseBuilder::new().description("A problem").content("application/problem+json", problem);
    operation.response(shape.status.to_string(), good.build()).response("default", bad.build())
}

fn content(body: &Body) -> (&str, utoipa::openapi::content::Content) {
    match body {
        Body::Json(name) => {
            ("application/json", ContentBuilder::new().schema(Some(Ref::from_schema_name(name.clone()))).build())
        }
        Body::Other(media) => {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            (media, ContentBuilder::new().schema(Some(text)).build())
        }
    }
}

fn parameter(name: &str, place: ParameterIn, required: Required) -> utoipa::openapi::path::Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(text)).build()
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
            let names: Vec<_> = roles.iter().copied().map(Role::as_str).collect();
            format!("For staff: {}.", names.join(", "))
        }
        Access::SignedLink => "For who holds the mailed link.".to_owned(),
        Access::Service => "For gate clients with a service credential.".to_owned(),
    }
}
