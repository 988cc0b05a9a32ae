//! Small documents fetched over HTTP: with a time limit, a size limit, and no address in any error,
//! since addresses may hold keys.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use thiserror::Error;
use tokio::time::Instant;

use super::Site;

/// A connection that nobody uses is closed after so long.
const IDLE: Duration = Duration::from_secs(90);

/// How we call ourselves.
const AGENT: &str = concat!("undercurrent/", env!("CARGO_PKG_VERSION"));

/// Asks for documents. Keeps connections open between two requests; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    limits: FetchLimits,
}

/// What an answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// From the request to the last byte of its answer.
    pub within: Duration,
    /// Unpacked.
    pub bytes: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The document, unpacked.
    pub body: Bytes,
    /// How long it took.
    pub took: Duration,
}

/// Why nothing came back.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FetchError {
    /// No connection, or it broke off.
    #[error("{0}")]
    Connection(String),
    /// No whole answer in time.
    #[error("no whole answer within {} s", .0.as_secs_f32())]
    Slow(Duration),
    /// The answer is longer than allowed.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

impl Fetcher {
    /// With these limits on each request.
    #[must_use]
    pub fn new(limits: FetchLimits) -> Fetcher {
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .expect("ring has the suites of the TLS versions that are asked for")
            .https_or_http()
            .enable_http1()
            .build();
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_idle_timeout(IDLE).pool_timer(TokioTimer::new());
        Fetcher { client: builder.build(connector), limits }
    }

    /// `GET`. Any status is an answer; redirections are not followed.
    ///
    /// # Errors
    /// [`FetchError`] says why there is none, without the address.
    pub async fn get(&self, site: &Site) -> Result<Fetched, FetchError> {
        let FetchLimits { within, bytes } = self.limits;
        let fetched = tokio::time::timeout(within, self.ask(site)).await;
        let (status, headers, body, took) = fetched.map_err(|_| FetchError::Slow(within))??;
        let packed = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding.as_bytes() == b"gzip");
        let body = if packed { unpack(&body, bytes)? } else { body };
        Ok(Fetched { status, headers, body, took })
    }

    async fn ask(&self, site: &Site) -> Result<(StatusCode, HeaderMap, Bytes, Duration), FetchError> {
        let request = Request::get(site.uri()).header(ACCEPT_ENCODING, "gzip").header(USER_AGENT, AGENT);
        let request = request.body(Empty::new()).map_err(|error| FetchError::Connection(error.to_string()))?;
        let asked = Instant::now();
        let answer = self.client.request(request).await.map_err(|error| connection(&error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, self.limits.bytes).collect().await.map_err(|error| {
            let too_long = error.is::<LengthLimitError>();
            if too_long { FetchError::TooLong(self.limits.bytes) } else { connection(&*error) }
        })?;
        Ok((head.status, head.headers, body.to_bytes(), asked.elapsed()))
    }
}

/// An error with its causes. None of them names the address.
fn connection(error: &(dyn std::error::Error + 'static)) -> FetchError {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut sentences: Vec<String> = causes.map(ToString::to_string).collect();
    sentences.dedup();
    FetchError::Connection(sentences.join(": "))
}

fn unpack(packed: &[u8], most: usize) -> Result<Bytes, FetchError> {
    let mut unpacked = Vec::new();
    let room = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(packed).take(room).read_to_end(&mut unpacked).map_err(|error| connection(&error))?;
    if unpacked.len() > most { Err(FetchError::TooLong(most)) } else { Ok(unpacked.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with these bytes and closes; what was asked comes back.
    async fn answering(bytes: Vec<u8>) -> (Site, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = format!("http://{}/doc?key=secret", listener.local_addr().unwrap()).parse().unwrap();
        let asked = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut asked = vec![0; 4096];
            let read = socket.read(&mut asked).await.unwrap();
            socket.write_all(&bytes).await.unwrap();
            String::from_utf8_lossy(&asked[..read]).into_owned()
        });
        (site, asked)
    }

    fn fetcher(bytes: usize) -> Fetcher {
        Fetcher::new(FetchLimits { within: Duration::from_secs(10), bytes })
    }

    fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn a_document_is_fetched_with_its_status_and_headers() {
        let (site, asked) = answering(answer("x-requests-remaining: 7\r\n", b"[]")).await;
        let fetched = fetcher(2).get(&site).await.unwrap();
        assert_eq!((fetched.status, &*fetched.body), (StatusCode::OK, &b"[]"[..]));
        assert_eq!(fetched.headers["x-requests-remaining"], "7");
        assert!(asked.await.unwrap().starts_with("GET /doc?key=secret HTTP/1.1\r\n"));
    }

    #[tokio::test]
    async fn a_document_that_is_longer_than_allowed_is_refused_packed_or_not() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&[b'x'; 5_000]).unwrap();
        let packed = answer("content-encoding: gzip\r\n", &packer.finish().unwrap());
        let (site, _) = answering(packed.clone()).await;
        assert_eq!(fetcher(5_000).get(&site).await.unwrap().body, [b'x'; 5_000][..]);
        for bytes in [packed, answer("", &[b'x'; 5_000])] {
            let (site, _) = answering(bytes).await;
            assert_eq!(fetcher(4_999).get(&site).await.unwrap_err(), FetchError::TooLong(4_999));
        }
    }

    #[tokio::test]
    async fn an_error_names_no_address() {
        for bytes in
            [b"".to_vec(), b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nxy".to_vec(), b"nonsense\r\n\r\n".to_vec()]
        {
            let (site, _) = answering(bytes).await;
            let error = fetcher(100).get(&site).await.unwrap_err();
            assert!(matches!(error, FetchError::Connection(_)), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
        }
        let closed = "http://127.0.0.1:1/doc?key=secret".parse().unwrap();
        let error = fetcher(100).get(&closed).await.unwrap_err();
        assert!(!error.to_string().contains("secret") && error.to_string().contains("refused"), "{error}");
    }
}
