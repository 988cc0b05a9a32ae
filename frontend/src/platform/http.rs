//! Short requests to the server, outside the link.

use gloo_net::http::{Method, RequestBuilder};

use super::origin;

/// Asks for a path; the status and the text of the answer, or nothing where none came.
pub async fn ask(method: Method, path: &str, json: Option<String>) -> Option<(u16, String)> {
    let request = RequestBuilder::new(&format!("{}{path}", origin()))
        .method(method)
        // A dashboard on another origin that the server names is signed in by the same cookie.
        .credentials(web_sys::RequestCredentials::Include);
    let answer = match json {
        Some(json) => request.header("content-type", "application/json").body(json).ok()?.send().await,
        None => request.send().await,
    };
    let answer = answer.ok()?;
    Some((answer.status(), answer.text().await.ok()?))
}
