//! The dashboard: the files of `dist`, which are in the binary.
//!
//! A path that names no file is a page of the dashboard and answers `index.html`, each time with a
//! nonce of its own. Files whose name holds their hash are kept forever; others are asked for again.

mod answer;
mod files;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};

use super::headers::protect;
use answer::answer;
use files::Embedded;

/// Answers whatever has no route of its own: `Router::fallback_service(assets::router())`.
pub fn router() -> Router {
    Router::new().fallback(serve).layer(map_response(protect))
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
}
