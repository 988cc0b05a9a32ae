//! From a request for a file to an answer. Pure, so that it can be tested without a built dashboard.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::files::{File, Files};
use crate::http::headers::{content_security_policy, host};

/// What Trunk writes where the nonce belongs.
const PLACEHOLDER: &str = "{{__TRUNK_NONCE__}}";

const INDEX: &str = "index.html";

/// Shown where the dashboard was not built.
const NO_DASHBOARD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Undercurrent</title>\
    <h1>The server runs; the dashboard is not built</h1>\
    <p>Run <code>cargo xtask build</code>, or <code>cargo xtask serve</code> to build and start everything.</p>\
    <p>The data is at <a href=\"/api/v1/topics/darkpool/top\">/api/v1/topics/darkpool/top</a>.</p></html>\n";

/// What the parts of a page are, by their extension. Anything else after a dot is a name: BRK.B.
const TYPES: [(&str, &str); 15] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
];

/// How files may be compressed beforehand, the shortest first: extension and name.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gz", "gzip")];

/// Answers a request for a file or a page.
pub fn answer(files: &dyn Files, request: &Request<()>, nonce: &str) -> Response {
    let (method, headers) = (request.method(), request.headers());
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    let kind = TYPES.iter().find(|(known, _)| Some(*known) == extension).map(|(_, kind)| *kind);
    let response = match kind {
        Some(_) if path == INDEX => index(files, headers, nonce),
        Some(kind) => file(files, path, kind, headers),
        None if is_data(path, extension) => not_found(),
        None => index(files, headers, nonce),
    };
    if *method == Method::HEAD { without_body(response) } else { response }
}

/// What is certainly no page of the dashboard: the server's own paths, and compressed files, which
/// are only another form of the files beside them.
fn is_data(path: &str, extension: Option<&str>) -> bool {
    let compressed = ENCODINGS.iter().any(|(known, _)| Some(*known) == extension);
    compressed || path == "api" || path.starts_with("api/")
}

fn index(files: &dyn Files, headers: &HeaderMap, nonce: &str) -> Response {
    let built = files.get(INDEX);
    let status = if built.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let page = match &built {
        Some(file) => String::from_utf8_lossy(&file.bytes).replace(PLACEHOLDER, nonce),
        None => NO_DASHBOARD.to_owned(),
    };
    let policy = content_security_policy(nonce, host(headers));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        // A nonce that is kept is no nonce; the page names the newest files.
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_LENGTH, page.len().to_string()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (status, headers, page).into_response()
}

fn file(files: &dyn Files, path: &str, kind: &'static str, headers: &HeaderMap) -> Response {
    let Some((File { bytes, tag }, encoding)) = best(files, path, headers) else { return not_found() };
    let tag = format!("\"{tag}\"");
    let fresh = header_text(headers, &header::IF_NONE_MATCH)
        .split(',')
        .any(|known| matches!(known.trim().trim_start_matches("W/"), known if known == tag || known == "*"));
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let length = [(header::CONTENT_LENGTH, bytes.len().to_string())];
        let body = match bytes {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        };
        (length, body).into_response()
    };
    let caching = if is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The shortest form of a file that the browser takes, and how it is encoded.
fn best(files: &dyn Files, path: &str, headers: &HeaderMap) -> Option<(File, Option<&'static str>)> {
    let plain = files.get(path)?;
    let accepted = header_text(headers, &header::ACCEPT_ENCODING);
    let compressed = ENCODINGS.iter().filter(|(_, name)| accepts(accepted, name)).find_map(|(extension, name)| {
        let file = files.get(&format!("{path}.{extension}"))?;
        Some((file, Some(*name)))
    });
    Some(compressed.unwrap_or((plain, None)))
}

/// Whether `Accept-Encoding` names an encoding, and not with `q=0`.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
        named && !refused
    })
}

/// Whether a part of the path ends in its content's hash, as Trunk writes it: `app-1a2b3c4d5e6f7a8b.js`.
fn is_hashed(path: &str) -> bool {
    path.split('/').any(|part| {
        let words = part.split(['.', '_']).filter_map(|word| word.rsplit_once('-'));
        words.map(|(_, hash)| hash).any(|hash| hash.len() >= 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "there is no such file\n").into_response()
}

fn without_body(response: Response) -> Response {
    response.map(|_| Body::empty())
}

fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http_body_util::BodyExt as _;

    use super::*;

    struct Folder(BTreeMap<&'static str, &'static str>);

    impl Files for Folder {
        fn get(&self, path: &str) -> Option<File> {
            let text = self.0.get(path)?;
            Some(File { bytes: text.as_bytes().into(), tag: format!("tag-{path}") })
        }
    }

    fn dist() -> Folder {
        let page = r#"<script nonce="{{__TRUNK_NONCE__}}">1</script><script nonce="{{__TRUNK_NONCE__}}">2</script>"#;
        Folder(BTreeMap::from([
            ("index.html", page),
            ("app-1a2b3c4d5e6f7a8b.js", "plain"),
            ("app-1a2b3c4d5e6f7a8b.js.br", "brotli"),
            ("app-1a2b3c4d5e6f7a8b.js.gz", "gzip"),
            ("app-1a2b3c4d5e6f7a8b_bg.wasm", "wasm"),
            ("app-1a2b3c4d5e6f7a8b_bg.wasm.gz", "wasm gzip"),
            ("favicon.svg", "icon"),
        ]))
    }

    fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let builder = Request::builder().method(method).uri(path);
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(()).unwrap()
    }

    fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        answer(&dist(), &request(Method::GET, path, headers), "n0nce")
    }

    async fn text(response: Response) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn pages_of_the_dashboard_are_the_index_with_a_nonce() {
        for path in ["/", "/tape", "/odds/soccer_epl", "/event/d4021f6f", "/books", "/index.html", "/a.b/c"] {
            let response = get(path, &[("host", "h:1"), ("accept-encoding", "br")]);
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
            assert_eq!(response.headers()["cache-control"], "no-cache");
            let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.contains("script-src 'self' 'nonce-n0nce' 'wasm-unsafe-eval'"), "{policy}");
            assert!(policy.contains("connect-src 'self' ws://h:1 wss://h:1"), "{policy}");
            let page = r#"<script nonce="n0nce">1</script><script nonce="n0nce">2</script>"#;
            assert_eq!(text(response).await, page);
        }
    }

    #[test]
    fn what_is_no_page_and_no_file_is_not_found() {
        let paths =
            ["/missing.js", "/api", "/api/v1/nope", "/app-1a2b3c4d5e6f7a8b.js.br", "/a/favicon.svg", "/../x.txt"];
        for path in paths {
            assert_eq!(get(path, &[]).status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn a_file_comes_in_the_shortest_form_that_the_browser_takes() {
        let js = "/app-1a2b3c4d5e6f7a8b.js";
        let wasm = "/app-1a2b3c4d5e6f7a8b_bg.wasm";
        let cases = [
            (js, "gzip, deflate, br, zstd", Some("br"), "brotli"),
            (js, "gzip;q=1.0, BR;q=0.5", Some("br"), "brotli"),
            (js, "gzip, br;q=0", Some("gzip"), "gzip"),
            (js, "br;q=0.000, gzip;q=0", None, "plain"),
            (js, "", None, "plain"),
            (wasm, "br, gzip", Some("gzip"), "wasm gzip"),
            (wasm, "br", None, "wasm"),
            ("/favicon.svg", "br, gzip", None, "icon"),
        ];
        for (path, accepted, encoding, body) in cases {
            let response = get(path, &[("accept-encoding", accepted)]);
            let headers = response.headers().clone();
            assert_eq!(headers.get("content-encoding").map(|e| e.to_str().unwrap()), encoding, "{path} {accepted}");
            assert_eq!(headers["vary"], "accept-encoding");
            assert_eq!(headers["content-length"], body.len().to_string());
            assert_eq!(text(response).await, body, "{path} {accepted}");
        }
        assert_eq!(get(wasm, &[]).headers()["content-type"], "application/wasm");
        assert_eq!(get(js, &[]).headers()["content-type"], "text/javascript; charset=utf-8");
    }

    #[tokio::test]
    async fn a_file_that_the_browser_has_is_not_sent_again() {
        let path = "/app-1a2b3c4d5e6f7a8b.js";
        let tag = get(path, &[("accept-encoding", "br")]).headers()["etag"].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let response = get(path, &[("accept-encoding", "br"), ("if-none-match", &known)]);
            assert_eq!(response.status(), 304, "{known}");
            assert_eq!(response.headers()["etag"], tag.as_str());
            assert_eq!(text(response).await, "");
        }
        // The other form is another answer.
        assert_eq!(get(path, &[("if-none-match", &tag)]).status(), 200);
    }

    #[test]
    fn only_files_with_their_hash_in_the_name_are_kept_forever() {
        let cases = [
            ("app-1a2b3c4d5e6f7a8b.js", true),
            ("app-1a2b3c4d5e6f7a8b_bg.wasm", true),
            ("snippets/app-1a2b3c4d5e6f7a8b/inline0.js", true),
            ("favicon.svg", false),
            ("two-words.css", false),
            ("facade-decade.css", false),
            ("1a2b3c4d5e6f7a8b.js", false),
        ];
        for (path, expected) in cases {
            assert_eq!(is_hashed(path), expected, "{path}");
        }
        assert_eq!(get("/favicon.svg", &[]).headers()["cache-control"], "no-cache");
        let kept = get("/app-1a2b3c4d5e6f7a8b.js", &[]);
        assert_eq!(kept.headers()["cache-control"], "public, max-age=31536000, immutable");
    }

    #[tokio::test]
    async fn head_is_get_without_the_body_and_nothing_else_is_allowed() {
        for path in ["/", "/favicon.svg"] {
            let head = answer(&dist(), &request(Method::HEAD, path, &[]), "n0nce");
            assert_eq!(head.headers(), get(path, &[]).headers(), "{path}");
            assert_eq!(text(head).await, "");
        }
        let post = answer(&dist(), &request(Method::POST, "/", &[]), "n0nce");
        assert_eq!((post.status().as_u16(), &post.headers()["allow"]), (405, &HeaderValue::from_static("GET, HEAD")));
    }

    #[tokio::test]
    async fn without_a_dashboard_the_page_says_how_to_build_it() {
        let response = answer(&Folder(BTreeMap::new()), &request(Method::GET, "/", &[]), "n0nce");
        assert_eq!(response.status(), 503);
        assert!(text(response).await.contains("cargo xtask build"));
    }
}
