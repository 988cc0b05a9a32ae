//! `/api/v1/session`: signing in and out in a browser, which then carries the token in a cookie.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::wire::{Code, Who};

use super::caller::Address;
use super::refusal::Refusal;
use super::{App, Caller, cookie};
use crate::session::Presented;

/// `{"token":"uc_..."}`
#[derive(Deserialize)]
struct SignIn {
    token: Box<str>,
}

/// `GET`: who one is, or `null`.
pub async fn who(Caller(identity): Caller) -> Response {
    answer(identity.map(|identity| identity.who()).as_ref())
}

/// `POST`: the browser carries the token from now on. Answers who one is.
pub async fn sign_in(
    State(app): State<Arc<App>>,
    Address(address): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    named_page(&app, &headers)?;
    let SignIn { token } = serde_json::from_slice(&body)
        .map_err(|_| Refusal::new(Code::Malformed, r#"send {"token":"..."} with the token you were given"#))?;
    let token = token.trim();
    let identity = app.shared.access.verify(&Presented::new(token), address).await?;
    let cookie = cookie::set(token, identity.expires, app.shared.wall(), &headers);
    let cookie = cookie.ok_or_else(|| Refusal::new(Code::Malformed, "this token cannot be carried in a cookie"))?;
    let mut response = answer(Some(&identity.who()));
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `DELETE`: the browser forgets the token. It goes on to hold elsewhere.
pub async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refusal> {
    named_page(&app, &headers)?;
    let mut response = answer(None);
    if let Some(cookie) = cookie::clear(&headers) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Where any page may read, not any page may sign people in or out.
fn named_page(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    let sentence = "this page's origin is not named in UNDERCURRENT_ALLOWED_ORIGINS, where * does not let it sign in: \
                    send the token as Authorization: Bearer";
    if app.origins.are_named(headers) { Ok(()) } else { Err(Refusal::new(Code::Forbidden, sentence)) }
}

fn answer(who: Option<&Who>) -> Response {
    let mut response = Json(who).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
