//! Who sends a request.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use shared::stream::Topic;
use shared::wire::Code;

use super::App;
use super::cookie::Stale;
use super::credentials::{Recognised, Shown};
use super::refusal::Refusal;
use crate::fanout::Peer;
use crate::session::Identity;

/// Who sends a request; `None`: nobody knows. An extractor for handlers. Whoever shows a wrong token is
/// refused, not taken for nobody.
#[derive(Clone, Debug)]
pub struct Caller(pub Option<Arc<Identity>>);

/// Where a request comes from. An extractor for handlers.
#[derive(Clone, Copy, Debug)]
pub struct Address(pub IpAddr);

impl Caller {
    /// Whether they may read a topic.
    ///
    /// # Errors
    /// Why not, and what to do.
    pub fn may_read(&self, topic: &Topic) -> Result<(), Refusal> {
        Identity::may_read(self.0.as_ref(), topic)
            .map_err(|barred| Refusal::new(barred.code(), format!("{topic}: {}", barred.words())))
    }

    /// The user.
    ///
    /// # Errors
    /// Nobody is signed in. `what` they wanted completes "sign in to".
    pub fn signed_in(self, what: &str) -> Result<Arc<Identity>, Refusal> {
        self.0.ok_or_else(|| Refusal::new(Code::SignIn, format!("sign in to {what}")))
    }

    /// The user, who is an operator.
    ///
    /// # Errors
    /// Nobody is signed in, or no operator. `what` they wanted completes "sign in to".
    pub fn operator(self, what: &str) -> Result<Arc<Identity>, Refusal> {
        let identity = self.signed_in(what)?;
        if identity.operator {
            Ok(identity)
        } else {
            Err(Refusal::new(Code::Forbidden, format!("only an operator may {what}: ask for an operator's token")))
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Caller, Refusal> {
        let Address(address) = Address::from_request_parts(parts, app).await?;
        let shown = Shown::in_headers(&parts.headers);
        match app.recognise(&shown, &parts.headers, address).await? {
            Recognised::As(identity) => Ok(Caller(identity)),
            Recognised::StaleCookie => {
                if let Some(stale) = parts.extensions.get::<Stale>() {
                    stale.set();
                }
                Ok(Caller(None))
            }
        }
    }
}

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Address, Refusal> {
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.ok_or_else(|| Refusal::new(Code::Internal, "it is not known where the request comes from"))?;
        Ok(Address(app.admission.address_of(peer, &parts.headers)))
    }
}
