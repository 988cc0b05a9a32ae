//! Someone who places bets over a WebSocket, however often the server goes away: what was not answered is
//! sent again under the same name, and now and then something that was.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shared::wire::SUBPROTOCOL;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Socket, connect, next_text};
use crate::http::Request;
use crate::wait::{PATIENCE, until};

/// Bets that are under way at once.
const WINDOW: usize = 8;
/// Answered bets that are sent once more after each reconnect.
const AGAIN: usize = 3;

/// Something that can be bet on.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The market.
    pub market: String,
    /// The selection.
    pub selection: String,
    /// The book.
    pub book: String,
}

/// What became of a bet, as its owner was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was taken: its id.
    Placed(String),
    /// It was not.
    Rejected,
}

/// Someone who places bets.
pub struct Bettor {
    /// Where.
    pub server: SocketAddr,
    /// Who they are, by their token.
    pub token: String,
    /// What they bet on.
    pub offers: Arc<[Offer]>,
    /// How many bets they place.
    pub bets: usize,
    /// Counts the answers of all.
    pub answered: Arc<watch::Sender<usize>>,
}

/// What happened to someone who placed bets.
#[derive(Debug, Default)]
pub struct Story {
    /// What they were told, by `client_ref`.
    pub told: BTreeMap<String, Told>,
    /// Connections that they had.
    pub connections: usize,
    /// Bets that were sent more than once because nobody had answered.
    pub sent_again: usize,
    /// Of those, bets that the server had by then.
    pub had_already: usize,
}

/// One connection and what is under way on it.
struct Talk {
    socket: Socket,
    /// The bet of each message that was not answered.
    asked: BTreeMap<u64, usize>,
    next: u64,
    /// When the server greeted, in milliseconds since 1970.
    since_ms: i64,
}

impl Bettor {
    /// Places all bets; ends when each was answered.
    ///
    /// # Errors
    /// A bet was answered otherwise than before, or the server does not come back.
    pub async fn run(self) -> anyhow::Result<Story> {
        let (mut story, mut sent) = (Story::default(), BTreeSet::new());
        while story.told.len() < self.bets {
            let talk = until("a server that lets a bettor in", async || Ok(self.begin().await.ok())).await?;
            story.connections += 1;
            self.talk(talk, &mut story, &mut sent).await?;
        }
        Ok(story)
    }

    async fn begin(&self) -> anyhow::Result<Talk> {
        let bearer = format!("Bearer {}", self.token);
        let mut socket = connect(self.server, Some(SUBPROTOCOL), &[("authorization", &bearer)]).await?;
        let welcome: Value = serde_json::from_str(&next_text(&mut socket).await?)?;
        ensure!(welcome["user"].is_string(), "it does not know who this is: {welcome}");
        let since_ms = welcome["session_ms"].as_i64().context("it greets with the time")?;
        Ok(Talk { socket, asked: BTreeMap::new(), next: 1, since_ms })
    }

    /// Goes on until everything was answered or the connection ends.
    async fn talk(&self, mut talk: Talk, story: &mut Story, sent: &mut BTreeSet<usize>) -> anyhow::Result<()> {
        let unanswered = (0..self.bets).filter(|bet| !story.told.contains_key(&name(*bet)));
        let once_more = story.told.keys().rev().take(AGAIN).filter_map(|name| name.strip_prefix('b')?.parse().ok());
        let mut to_do: VecDeque<usize> = once_more.chain(unanswered).collect();
        loop {
            while talk.asked.len() < WINDOW {
                let Some(bet) = to_do.pop_front() else { break };
                if !sent.insert(bet) && !story.told.contains_key(&name(bet)) {
                    story.sent_again += 1;
                }
                if talk.send(bet, self.command(bet)).await.is_err() {
                    return Ok(());
                }
            }
            if talk.asked.is_empty() {
                return Ok(());
            }
            let Some(answer) = talk.next().await else { return Ok(()) };
            let Some(bet) = answer["id"].as_u64().and_then(|id| talk.asked.remove(&id)) else { continue };
            if matches!(answer["code"].as_str(), Some("NX-503" | "NX-504")) {
                to_do.push_back(bet);
            } else {
                self.answered(bet, &answer, talk.since_ms, story)?;
            }
        }
    }

    /// What a bet is asked for with: the same each time.
    fn command(&self, bet: usize) -> Value {
        let Offer { market, selection, book } = &self.offers[bet % self.offers.len()];
        json!({
            "client_ref": name(bet), "market": market, "selection": selection, "book": book,
            "stake": format!("{}.{:02}", 1 + bet % 9, bet % 100), "decimal": "2.00", "odds_policy": "any",
        })
    }

    fn answered(&self, bet: usize, answer: &Value, since_ms: i64, story: &mut Story) -> anyhow::Result<()> {
        let placed = &answer["ok"]["bet"];
        let told = match (placed["id"].as_str(), answer["code"].as_str()) {
            (Some(id), None) => Told::Placed(id.to_owned()),
            (None, Some("NX-422")) => Told::Rejected,
            _ => bail!("that is no answer to a bet: {answer}"),
        };
        match story.told.insert(name(bet), told.clone()) {
            Some(before) => ensure!(before == told, "{}: {before:?} became {told:?}", name(bet)),
            None => {
                story.had_already += usize::from(placed["placed_ms"].as_i64().is_some_and(|at| at < since_ms));
                self.answered.send_modify(|count| *count += 1);
            }
        }
        Ok(())
    }

    /// All bets that the server has of them, newest first.
    ///
    /// # Errors
    /// It does not say.
    pub async fn bets(server: SocketAddr, token: &str) -> anyhow::Result<Vec<Value>> {
        let (mut all, mut before) = (Vec::new(), Value::Null);
        loop {
            let args = json!({ "limit": 500, "before": before });
            let message = json!({ "type": "command", "id": 1, "name": "get_bets", "args": args }).to_string();
            let request = Request::post("/api/v1/commands", message).header("content-type", "application/json");
            let answer = request.header("authorization", &format!("Bearer {token}")).send(server).await?.json()?;
            all.extend(answer["ok"]["bets"].as_array().with_context(|| format!("no bets: {answer}"))?.iter().cloned());
            if answer["ok"]["more"] != true {
                return Ok(all);
            }
            before = all.last().map_or(Value::Null, |bet| bet["id"].clone());
        }
    }
}

fn name(bet: usize) -> String {
    format!("b{bet:06}")
}

impl Talk {
    async fn send(&mut self, bet: usize, args: Value) -> anyhow::Result<()> {
        let id = self.next;
        self.next += 1;
        self.asked.insert(id, bet);
        let message = json!({ "type": "command", "id": id, "name": "place_bet", "args": args });
        Ok(self.socket.send(Message::text(message.to_string())).await?)
    }

    /// The next message; `None` when the connection has ended.
    async fn next(&mut self) -> Option<Value> {
        let message = timeout(PATIENCE, self.socket.next()).await.ok()??.ok()?;
        match message {
            Message::Text(text) => serde_json::from_str(&text).ok(),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Some(Value::Null),
            Message::Binary(_) | Message::Close(_) => None,
        }
    }
}
