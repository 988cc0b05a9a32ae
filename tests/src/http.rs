//! A plain HTTP/1.1 client: one request on each connection, every header as the test wrote it.
//!
//! Not a library, so that a test can send what no library would, and sees what was answered.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::wait::PATIENCE;

/// A request that is being written.
#[derive(Clone, Debug)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers by their name in lower case; of several with one name the last.
    pub headers: BTreeMap<String, String>,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

/// An answer whose body goes on coming.
pub struct Stream {
    /// The status.
    pub status: u16,
    /// Headers by their name in lower case.
    pub headers: BTreeMap<String, String>,
    reader: BufReader<TcpStream>,
    text: String,
}

/// A server-sent event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its `id`, if it has one.
    pub id: Option<String>,
    /// Its `data`.
    pub data: String,
}

impl Request {
    /// `GET path`
    pub fn get(path: impl Into<String>) -> Request {
        Request { method: "GET", path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// `POST path` with a body.
    pub fn post(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Request {
        Request { method: "POST", body: body.into(), ..Request::get(path) }
    }

    /// `DELETE path`
    pub fn delete(path: impl Into<String>) -> Request {
        Request { method: "DELETE", ..Request::get(path) }
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    async fn write(&self, server: SocketAddr) -> anyhow::Result<BufReader<TcpStream>> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {server}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
            head += "connection: close\r\n";
        }
        head += &format!("content-length: {}\r\n\r\n", self.body.len());
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&self.body).await?;
        Ok(BufReader::new(stream))
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Errors
    /// No answer, a broken one, or none in time.
    pub async fn send(&self, server: SocketAddr) -> anyhow::Result<Response> {
        let answer = async {
            let mut stream = self.open(server).await?;
            let body = stream.rest().await?;
            anyhow::Ok(Response { status: stream.status, headers: stream.headers, body })
        };
        timeout(PATIENCE, answer).await.with_context(|| format!("no answer to {self:?}"))?
    }

    /// Sends it and waits for the head of the answer.
    ///
    /// # Errors
    /// No answer or a broken one.
    pub async fn open(&self, server: SocketAddr) -> anyhow::Result<Stream> {
        let mut reader = self.write(server).await?;
        let status = line(&mut reader).await?.context("an answer has a status")?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).context("a status is a number")?;
        let mut headers = BTreeMap::new();
        while let Some(header) = line(&mut reader).await?.filter(|line| !line.is_empty()) {
            let (name, value) = header.split_once(':').context("a header is a name and a value")?;
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        Ok(Stream { status, headers, reader, text: String::new() })
    }
}

impl Response {
    /// The body as text.
    ///
    /// # Errors
    /// It is none.
    pub fn text(&self) -> anyhow::Result<&str> {
        Ok(std::str::from_utf8(&self.body)?)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// It is none.
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("{:?}", String::from_utf8_lossy(&self.body)))
    }

    /// A header, empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Stream {
    /// The next event; `None` when there will be no more. Comments and empty events are passed over.
    ///
    /// # Errors
    /// The connection broke, or nothing came in time.
    pub async fn next_event(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let found = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    found.map(|value| value.trim_start().to_owned())
                };
                let event = field("data").map(|data| Event { id: field("id"), data });
                self.text = rest.to_owned();
                if event.is_some() {
                    return Ok(event);
                }
            }
            match timeout(PATIENCE, self.chunk()).await.context("no event in time")?? {
                Some(chunk) => self.text += std::str::from_utf8(&chunk)?,
                None => return Ok(None),
            }
        }
    }

    async fn rest(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        if self.headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            while let Some(chunk) = self.chunk().await? {
                body.extend(chunk);
            }
        } else if let Some(length) = self.headers.get("content-length") {
            body.resize(length.parse()?, 0);
            self.reader.read_exact(&mut body).await?;
        } else {
            self.reader.read_to_end(&mut body).await?;
        }
        Ok(body)
    }

    async fn chunk(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(length) = line(&mut self.reader).await? else { return Ok(None) };
        let length = usize::from_str_radix(&length, 16).with_context(|| format!("a chunk's length: {length:?}"))?;
        let mut chunk = vec![0; length + 2];
        self.reader.read_exact(&mut chunk).await?;
        chunk.truncate(length);
        Ok((length > 0).then_some(chunk))
    }
}

async fn line(reader: &mut BufReader<TcpStream>) -> anyhow::Result<Option<String>> {
    let mut line = String::new();
    if reader.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let Some(line) = line.strip_suffix("\r\n") else { bail!("an unfinished line: {line:?}") };
    Ok(Some(line.to_owned()))
}
