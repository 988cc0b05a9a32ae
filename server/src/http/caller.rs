//! Who sends a request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::App;
use crate::session::Identity;

/// Who sends a request; `None`: nobody knows. An extractor for handlers.
#[derive(Clone, Debug)]
pub struct Caller(pub Option<Arc<Identity>>);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _app: &Arc<App>) -> Result<Caller, Infallible> {
        Ok(Caller(None))
    }
}
