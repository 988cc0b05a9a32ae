//! Whose pages may talk to us: our own, and those on the operator's list.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shared::wire::Code;

use super::App;
use super::refusal::Refusal;

/// Which origins are allowed beside the server's own.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    any: bool,
    listed: Vec<Box<str>>,
}

impl Origins {
    /// These, as `https://example.com`; `*` stands for any.
    pub fn new<'a>(listed: impl IntoIterator<Item = &'a str>) -> Origins {
        let listed: Vec<Box<str>> = listed.into_iter().map(|o| o.trim_end_matches('/').to_lowercase().into()).collect();
        let (any, listed): (Vec<_>, Vec<_>) = listed.into_iter().partition(|origin| &**origin == "*");
        Origins { any: !any.is_empty(), listed }
    }

    /// Whether a request may come from where it says it comes from. Without an `Origin` it comes
    /// from no page, and browsers cannot be used against their people.
    #[must_use]
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        self.any || self.is_own(origin, headers) || self.lists(origin)
    }

    /// Whether it comes from no page, from our own or from one that the operator named. Only these may use
    /// a cookie: where any page may read, not any page may act in somebody's name.
    #[must_use]
    pub fn are_named(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        origin.to_str().is_ok_and(|origin| self.is_own(origin, headers) || self.lists(origin))
    }

    fn lists(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed.eq_ignore_ascii_case(origin))
    }

    /// The page was loaded from the host that the request was sent to. Behind a proxy that ends TLS
    /// the schemes may differ.
    fn is_own(&self, origin: &str, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
        let of_page = origin.split_once("://").map(|(_, host)| host);
        matches!((host, of_page), (Some(host), Some(page)) if host.eq_ignore_ascii_case(page))
    }
}

/// Refuses pages that are not allowed, and lets those that are read the answers.
pub async fn share(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    if !app.origins.allow(request.headers()) {
        app.shared.metrics.refused("origin");
        let sentence = "this page's origin is not allowed; the operator can add it to UNDERCURRENT_ALLOWED_ORIGINS";
        return Refusal::new(Code::Forbidden, sentence).into_response();
    }
    let named = app.origins.are_named(request.headers());
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if named {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, retry-after"));
        if preflight {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
            let allowed = HeaderValue::from_static("authorization, content-type, if-none-match, last-event-id");
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("live.example.com:8080"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        headers
    }

    #[test]
    fn own_and_listed_pages_are_allowed_and_others_are_not() {
        let origins = Origins::new(["https://cdn.example.org/"]);
        for (origin, allowed) in [
            (None, true),
            (Some("http://live.example.com:8080"), true),
            (Some("https://LIVE.example.com:8080"), true),
            (Some("https://cdn.example.org"), true),
            (Some("https://live.example.com"), false),
            (Some("https://evil.example.net"), false),
            (Some("https://cdn.example.org.evil.net"), false),
            (Some("null"), false),
        ] {
            assert_eq!(origins.allow(&headers(origin)), allowed, "{origin:?}");
        }
        assert!(Origins::new(["*"]).allow(&headers(Some("https://evil.example.net"))));
    }

    #[test]
    fn where_any_page_may_read_only_those_that_are_named_may_use_a_cookie() {
        let origins = Origins::new(["*", "https://cdn.example.org"]);
        for (origin, named) in [
            (None, true),
            (Some("http://live.example.com:8080"), true),
            (Some("https://cdn.example.org"), true),
            (Some("https://evil.example.net"), false),
            (Some("*"), false),
            (Some("null"), false),
        ] {
            assert_eq!(origins.are_named(&headers(origin)), named, "{origin:?}");
        }
    }
}
