//! The dashboard: the files of `dist`, which are in the binary.
//!
//! A path that names no file is a page of the dashboard and answers `index.html`, each time with a
//! nonce of its own. Files whose name holds their hash are kept forever; others are asked for again.

mod answer;
mod files;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use tower_http::compression::CompressionLayer;

use super::headers::protect;
use answer::answer;
use files::Embedded;

/// Answers whatever has no route of its own: `Router::fallback_service(assets::router())`.
pub fn router() -> Router {
    let compress = CompressionLayer::new().compress_when(is_page);
    Router::new().fallback(serve).layer(compress).layer(map_response(protect))
}

/// A page is made anew for each reader, for its nonce; files were compressed beforehand.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

async fn serve(request: Request<Body>) -> Response {
    match nonce() {
        Some(nonce) => answer(&Embedded, &request.map(|_| ()), &nonce),
        None => {
            let sentence = "the system gives no random numbers; try again\n";
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CACHE_CONTROL, "no-store")], sentence).into_response()
        }
    }
}

/// 128 random bits in hexadecimal, which nobody can guess.
fn nonce() -> Option<String> {
    let mut bytes = [0; 16];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    /// Whether or not the dashboard was built.
    #[tokio::test]
    async fn the_start_page_is_a_page_with_its_own_policy_each_time() {
        let mut policies = Vec::new();
        for _ in 0..2 {
            let request = Request::get("/").header("host", "localhost:3000").body(Body::empty()).unwrap();
            let response = router().oneshot(request).await.unwrap();
            assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            policies.push(response.headers()["content-security-policy"].clone());
            let page = response.into_body().collect().await.unwrap().to_bytes();
            assert!(!String::from_utf8_lossy(&page).contains("TRUNK_NONCE"));
        }
        assert_ne!(policies[0], policies[1]);
    }

    #[tokio::test]
    async fn a_page_is_compressed_for_who_can_read_it() {
        for (accepted, encoding) in [("gzip, br", Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
            let request = Request::get("/").header("accept-encoding", accepted).body(Body::empty()).unwrap();
            let response = router().oneshot(request).await.unwrap();
            let used = response.headers().get("content-encoding").map(|encoding| encoding.to_str().unwrap());
            assert_eq!(used, encoding, "{accepted}");
        }
    }
}
