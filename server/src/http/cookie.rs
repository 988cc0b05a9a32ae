//! The cookie `X-Token`: no script can read it, no other site's page sends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use shared::units::Timestamp;

const NAME: &str = "X-Token";
/// A browser keeps it so long at most, in seconds.
const LONGEST_S: i64 = 30 * 24 * 3600;

/// Becomes true when a request's cookie turns out to be good for nothing.
#[derive(Clone, Debug, Default)]
pub struct Stale(Arc<AtomicBool>);

impl Stale {
    /// It is.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The cookie's value, if there is one.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == NAME && !value.is_empty()).then_some(value))
}

/// Sets it until the token ends. `None`: the token cannot stand in a cookie.
pub fn set(token: &str, expires: Option<Timestamp>, wall: Timestamp, headers: &HeaderMap) -> Option<HeaderValue> {
    let stands = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'/' | b'=');
    if token.is_empty() || !token.bytes().all(stands) {
        return None;
    }
    let left_s = expires.map_or(LONGEST_S, |at| (at.ms_since(wall) / 1000).clamp(0, LONGEST_S));
    value(token, left_s, is_secure(headers))
}

/// Has the browser forget it.
pub fn clear(headers: &HeaderMap) -> Option<HeaderValue> {
    value("", 0, is_secure(headers))
}

/// Strict, not Lax: the page is loaded without it and asks with it.
fn value(token: &str, age_s: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{NAME}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Whether the browser speaks HTTPS, with us or with a proxy. Who lies about it only harms their own
/// cookie.
fn is_secure(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    text("origin").starts_with("https://") || text("x-forwarded-proto").eq_ignore_ascii_case("https")
}

/// Clears a cookie that turned out to be good for nothing. A layer.
pub async fn clear_stale(mut request: Request, next: Next) -> Response {
    if token(request.headers()).is_none() {
        return next.run(request).await;
    }
    let stale = Stale::default();
    let cleared = clear(request.headers());
    request.extensions_mut().insert(stale.clone());
    let mut response = next.run(request).await;
    if let (true, Some(cleared)) = (stale.0.load(Ordering::Relaxed), cleared) {
        response.headers_mut().append(header::SET_COOKIE, cleared);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(named: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in named {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        for (named, expected) in [
            (&[("cookie", "a=1; X-Token=uc_1; b=2")][..], Some("uc_1")),
            (&[("cookie", "a=1"), ("cookie", "X-Token=uc_2")], Some("uc_2")),
            (&[("cookie", "XX-Token=uc_3; x-token=uc_4; X-Token=")], None),
            (&[], None),
        ] {
            assert_eq!(token(&headers(named)), expected, "{named:?}");
        }
    }

    #[test]
    fn it_lasts_as_long_as_the_token_and_no_script_sees_it() {
        let at = Timestamp::from_ms;
        let plain = headers(&[("origin", "http://localhost:3000")]);
        for (expires, named, expected) in [
            (Some(at(61_000)), &plain, "X-Token=uc_1; Path=/; Max-Age=60; HttpOnly; SameSite=Strict"),
            (Some(at(0)), &plain, "X-Token=uc_1; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),
            (None, &plain, "X-Token=uc_1; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"),
            (
                None,
                &headers(&[("origin", "https://dash.example")]),
                "X-Token=uc_1; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure",
            ),
            (
                None,
                &headers(&[("x-forwarded-proto", "https")]),
                "X-Token=uc_1; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure",
            ),
        ] {
            assert_eq!(set("uc_1", expires, at(1_000), named).unwrap(), expected);
        }
        for odd in ["", "a;b", "a b", "a\nb", "ä"] {
            assert_eq!(set(odd, None, at(0), &plain), None, "{odd:?}");
        }
        assert_eq!(clear(&plain).unwrap(), "X-Token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    }
}
