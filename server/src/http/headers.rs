//! What every answer tells a browser not to do.

use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

const HEADERS: [(&str, &str); 6] = [
    // What is sent as JSON is never run as a script.
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    // A page that opened this one, or was opened by it, cannot reach into it.
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("x-permitted-cross-domain-policies", "none"),
];

/// Adds the headers that an answer lacks. A layer: `axum::middleware::map_response(protect)`.
pub async fn protect(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The policy of a page: scripts and data from this server, and the scripts with the nonce.
///
/// `host` is the request's `Host`: older browsers do not take a WebSocket to the same host for
/// `'self'`.
#[must_use]
pub fn content_security_policy(nonce: &str, host: Option<&str>) -> String {
    let sockets = match host.filter(|host| is_host(host)) {
        Some(host) => format!(" ws://{host} wss://{host}"),
        None => String::new(),
    };
    format!(
        "default-src 'self'; \
         script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; \
         connect-src 'self'{sockets}; \
         object-src 'none'; \
         base-uri 'self'; \
         form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// The request's `Host`, if it is text.
pub fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(axum::http::header::HOST)?.to_str().ok()
}

/// Nothing that would end a directive.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_allowed_to_the_host_that_was_asked_and_nowhere_else() {
        let cases = [
            (Some("localhost:3000"), "connect-src 'self' ws://localhost:3000 wss://localhost:3000;"),
            (Some("[::1]:3000"), "connect-src 'self' ws://[::1]:3000 wss://[::1]:3000;"),
            (Some("a.example; script-src *"), "connect-src 'self';"),
            (Some("a.example *"), "connect-src 'self';"),
            (Some(""), "connect-src 'self';"),
            (None, "connect-src 'self';"),
        ];
        for (host, expected) in cases {
            let policy = content_security_policy("n", host);
            assert!(policy.contains(expected), "{policy}");
            assert_eq!(policy.matches("script-src").count(), 1);
        }
    }

    #[tokio::test]
    async fn an_answer_keeps_what_it_says_itself() {
        let mut response = Response::default();
        response.headers_mut().insert("referrer-policy", HeaderValue::from_static("origin"));
        let response = protect(response).await;
        assert_eq!(response.headers()["referrer-policy"], "origin");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers().len(), HEADERS.len());
    }
}
