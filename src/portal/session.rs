//! Plugs accounts into the web: who stands behind a cookie or a bearer token. Must never keep an answer: roles and
//! sessions count at every request anew.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};

use crate::cases::Desk;
use crate::cases::accounts::{self, Known};
use crate::web::{Credential, Means, Visitor, Visitors, WebError};

/// Looks sessions up through the desk. A browser session never works as a bearer token, nor a token as a cookie.
#[derive(Clone, Debug)]
pub struct DeskVisitors(pub Desk);

impl Visitors for DeskVisitors {
    fn visitor<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, Result<Option<Visitor>, WebError>> {
        async move {
            let (token, kind) = match credential {
                Credential::Session(token) => (token.clone(), "browser"),
                Credential::Bearer(token) => (token.clone(), "api"),
            };
            let looked = token.clone();
            let known = self.0.run(move |desk| accounts::known_by(desk, &looked)).await?;
            Ok(known.filter(|known| known.kind == kind).map(|known| visitor(&known, &token)))
        }
        .boxed()
    }
}

fn visitor(known: &Known, token: &SecretString) -> Visitor {
    let means = if known.kind == "browser" {
        // The forms' secret is derived from the token, so that it changes with the session and reveals nothing of it.
        let text = format!("forms {}", token.expose_secret());
        let secret = crate::domain::terms::TextHash::of(&text).to_string();
        Means::Session { id: known.session, csrf_secret: SecretString::from(secret) }
    } else {
        Means::Token { id: known.session }
    };
    Visitor {
        account: known.account.id,
        actor: known.actor(None),
        email: known.account.email.clone(),
        means,
        language: known.account.language.clone(),
        unread: 0,
    }
}
