//! Who is asking, and the extractors that prove it in a handler's signature. Never looks anybody up by itself: the
//! composition root plugs in [`Visitors`].

use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::{BoxFuture, Ready, ready};
use secrecy::SecretString;

use super::client::Client;
use super::error::WebError;
use crate::domain::id::{AccountId, SessionId};
use crate::domain::people::{Actor, Role};

/// A signed-in person, as resolved once at the edge for this request. Dereferences to its [`Actor`].
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The account.
    pub account: AccountId,
    /// Name, roles and organisation, for the rules; the edge fills in the address.
    pub actor: Actor,
    /// The verified mail address.
    pub email: String,
    /// How the person proved who they are.
    pub means: Means,
    /// The language pages are written in for this person, such as `en`.
    pub language: String,
    /// Messages not read yet.
    pub unread: u32,
}

impl Deref for Visitor {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

/// What the visitor showed.
#[derive(Clone, Debug)]
pub enum Means {
    /// A browser session: writes need a CSRF proof made from this session's own secret.
    Session {
        /// The session, for listing and ending it.
        id: SessionId,
        /// What the session's CSRF tokens are made from; never the session token itself.
        csrf_secret: SecretString,
    },
    /// A personal bearer token of the API: no browser adds it unasked, so no CSRF proof is needed.
    Token {
        /// The token's own session, for ending it.
        id: SessionId,
    },
}

impl Means {
    /// The session behind it.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        match self {
            Self::Session { id, .. } | Self::Token { id } => *id,
        }
    }
}

/// What a request shows to say who is asking.
#[derive(Debug)]
pub enum Credential {
    /// The value of the session cookie.
    Session(SecretString),
    /// A personal bearer token (API only).
    Bearer(SecretString),
}

/// Looks a credential up. Implemented over the cases; an unknown, ended or expired credential is `Ok(None)`.
pub trait Visitors: Send + Sync {
    /// The person behind `credential`.
    ///
    /// # Errors
    /// When the store cannot answer; the request is then refused rather than treated as anonymous.
    fn visitor<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, Result<Option<Visitor>, WebError>>;
}

/// A right that a handler asks for in its signature: `Signed<Manager>`.
pub trait Right: 'static {
    /// Any one of these roles gives the right; empty means that any account has it.
    const ROLES: &'static [Role];
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = [$($role:ident),*];)*) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Right for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),*];
        }
    )* };
}

rights! {
    /// Any account.
    Account = [];
    /// A reviewer of some department.
    Reviewer = [Reviewer];
    /// A manager of some department.
    Manager = [Manager];
    /// A reviewer or a manager of some department.
    CaseStaff = [Reviewer, Manager];
    /// A clerk.
    Clerk = [Clerk];
    /// An auditor.
    Auditor = [Auditor];
    /// An administrator.
    Administrator = [Administrator];
    /// Anyone with a staff role.
    Staff = [Reviewer, Manager, Clerk, Auditor, Administrator];
}

/// A visitor who holds the right `R`: a handler that takes this cannot run for anybody else. Dereferences to
/// [`Visitor`].
#[derive(Debug)]
pub struct Signed<R: Right = Account> {
    visitor: Rc<Visitor>,
    right: PhantomData<R>,
}

impl<R: Right> Deref for Signed<R> {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl<R: Right> FromRequest for Signed<R> {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(visitor) = visitor_of(request) else { return ready(Err(WebError::sign_in_needed())) };
        if !R::ROLES.is_empty() && !R::ROLES.iter().any(|role| visitor.holds_anywhere(*role)) {
            return ready(Err(WebError::role_needed(R::ROLES)));
        }
        ready(Ok(Self { visitor, right: PhantomData }))
    }
}

/// The visitor of this request, if signed in.
#[must_use]
pub fn visitor_of(request: &HttpRequest) -> Option<Rc<Visitor>> {
    request.extensions().get::<Rc<Visitor>>().cloned()
}

/// Who acts, for cases that visitors without an account may do too (registering, reporting a leaked key).
#[must_use]
pub fn actor_of(request: &HttpRequest) -> Actor {
    let address = request.extensions().get::<Client>().map(|client| client.0);
    visitor_of(request).map_or_else(|| Actor::visitor(address), |visitor| visitor.actor.clone())
}
