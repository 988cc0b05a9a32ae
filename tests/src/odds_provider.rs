//! A stand-in for the odds provider: answers its requests on loopback, counts the quota down, and
//! misbehaves as a test says. It reads no clock.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The key that is accepted.
pub const ODDS_KEY: &str = "the-right-odds-key";

/// What it does instead of answering, once each.
#[derive(Clone, Debug)]
pub enum Mischief {
    /// This status with this body.
    Status(u16, Value),
    /// The connection ends in the middle of an answer.
    Cut,
}

/// What there is, and what was seen.
#[derive(Debug)]
struct Scene {
    odds: Value,
    scores: Value,
    remaining: u64,
    used: u64,
    mischief: VecDeque<Mischief>,
    /// Paths that were asked for, without the key.
    asked: Vec<String>,
}

/// The provider. It ends when it is dropped.
pub struct OddsProvider {
    address: SocketAddr,
    scene: Arc<Mutex<Scene>>,
    accepting: JoinHandle<()>,
}

impl OddsProvider {
    /// Starts one with these prices of one sport and so much quota.
    ///
    /// # Errors
    /// When loopback cannot be listened on.
    pub async fn start(odds: Value, remaining: u64) -> anyhow::Result<OddsProvider> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("listening on loopback")?;
        let address = listener.local_addr()?;
        let (mischief, asked) = (VecDeque::new(), Vec::new());
        let scene = Scene { odds, scores: json!([]), remaining, used: 0, mischief, asked };
        let scene = Arc::new(Mutex::new(scene));
        let accepting = tokio::spawn(accept(listener, scene.clone()));
        Ok(OddsProvider { address, scene, accepting })
    }

    /// The settings that lead a server to it.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let url = format!("http://{}", self.address);
        let settings = [("key", ODDS_KEY), ("url", &url), ("sports", "soccer_epl"), ("interval", "1")];
        settings.iter().flat_map(|(name, value)| [format!("--odds-api-{name}"), (*value).to_owned()]).collect()
    }

    /// From now on these are the prices.
    pub fn set_odds(&self, odds: Value) {
        self.scene().odds = odds;
    }

    /// From now on these are the scores.
    pub fn set_scores(&self, scores: Value) {
        self.scene().scores = scores;
    }

    /// Instead of the next answer.
    pub fn misbehave(&self, mischief: Mischief) {
        self.scene().mischief.push_back(mischief);
    }

    /// Paths that were asked for, without the key.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.scene().asked.clone()
    }

    fn scene(&self) -> std::sync::MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OddsProvider {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, scene: Arc<Mutex<Scene>>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve(socket, scene.clone()));
    }
}

/// One connection, as many requests as come.
async fn serve(socket: TcpStream, scene: Arc<Mutex<Scene>>) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        while socket.read_line(&mut line).await? > 2 {}
        let (answer, cut) = scene.lock().unwrap_or_else(PoisonError::into_inner).answer(&path);
        socket.write_all(if cut { &answer[..answer.len() - 1] } else { &answer }).await?;
        if cut {
            return Ok(());
        }
    }
}

impl Scene {
    /// The answer, and whether the connection ends before its end.
    fn answer(&mut self, path: &str) -> (Vec<u8>, bool) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let has_key = query.split('&').any(|part| part == format!("apiKey={ODDS_KEY}"));
        self.asked.push(path.to_owned());
        let (mut cut, mut cost) = (false, 0);
        let (status, body) = match self.mischief.pop_front() {
            Some(Mischief::Status(status, body)) => (status, body),
            _ if !has_key => (401, json!({ "message": "API key is not valid", "error_code": "INVALID_KEY" })),
            mischief => {
                cut = mischief.is_some();
                match path {
                    "/v4/sports" => (200, json!([{ "key": "soccer_epl", "active": true, "has_outrights": false }])),
                    "/v4/sports/soccer_epl/odds" => {
                        cost = 3;
                        (200, self.odds.clone())
                    }
                    "/v4/sports/soccer_epl/scores" => {
                        cost = 1;
                        (200, self.scores.clone())
                    }
                    _ => (404, json!({ "message": "Unknown sport", "error_code": "UNKNOWN_SPORT" })),
                }
            }
        };
        (self.remaining, self.used) = (self.remaining.saturating_sub(cost), self.used + cost);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nx-requests-remaining: {}\r\n\
             x-requests-used: {}\r\nx-requests-last: {cost}\r\ncontent-length: {}\r\n\r\n",
            self.remaining,
            self.used,
            body.len()
        );
        ([head.as_bytes(), body.as_bytes()].concat(), cut)
    }
}
