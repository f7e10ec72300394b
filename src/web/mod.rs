//! What portal and api share: who is asking, whether they may, forms and JSON read strictly, errors turned into pages
//! or problem documents, pages rendered, security headers set. It must never decide a case or touch the store.
//!
//! A request passes [`edge::edge`] (client address, visitor, and on the way out the error's dress and the headers),
//! then the guard of its row in the route table ([`routes`]: access, body limit, CSRF, panics), then its handler.

pub mod assets;
pub mod body;
pub mod case;
pub mod client;
pub mod cookies;
pub mod csrf;
pub mod edge;
pub mod error;
pub mod fields;
pub mod flash;
pub mod form;
pub mod headers;
pub mod json;
pub mod markdown;
pub mod matrix;
pub mod nav;
pub mod page;
pub mod paging;
pub mod pdf;
pub mod preview;
pub mod problem;
pub mod robots;
pub mod routes;
pub mod secret;
pub mod security;
pub mod sheet;
pub mod sign_in;
pub mod site;
pub mod stream;
pub mod templates;
pub mod tongue;
pub mod upload;
pub mod visitor;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use error::{ChangedField, WebError};
pub use flash::{Flash, Redirect, local_path};
pub use form::{Form, FormErrors, FormView, Posted};
pub use headers::{IdempotencyKey, IfMatch, Once, etag};
pub use json::{Json, Query};
pub use page::Page;
pub use paging::{Paged, Paging};
pub use routes::{Access, Room, RouteRow, Routes};
pub use secret::ServerKey;
pub use site::{Options, Site};
pub use visitor::{
    Account, Administrator, Auditor, CaseStaff, Clerk, Credential, Manager, Means, Reviewer, Right, Signed, Staff,
    Visitor, Visitors,
};
