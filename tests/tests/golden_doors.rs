//! The messages of the sportsbook door and the odds door, byte by byte, with the values of the documents
//! that describe them where those give any. See `golden.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use shared::domain::kind_of;
use shared::stream::{Change, Topic};
use shared::units::{Moment, Timestamp};
use shared::wire::Code;
use tests::golden::{check, folder, golden, variants};
use undercurrent::domain::{Refused, Request};
use undercurrent::doors::sportsbooks::Labels;
use undercurrent::doors::{OddsDoor, SportsbooksDoor};
use undercurrent::hub::{Answer, TopicState};
use undercurrent::session::{Around, Ask, Conversation, Identity, Settings};

/// As in the documents.
const AT_MS: i64 = 1_704_372_000_000;
const BOARD: &str = "odds/board/basketball_nba";
const MARKET: &str = "event_xyz:spreads:-3.5";
const TOTAL: &str = "event_xyz:totals:221.5";

/// The tables, one conversation and a clock that the test moves.
struct Stage<C> {
    topics: BTreeMap<Topic, TopicState>,
    conversation: C,
    now: u64,
    /// What was asked of the ledger last.
    requested: Option<(u64, Request)>,
}

impl<C: Conversation> Stage<C> {
    fn new(conversation: C) -> anyhow::Result<Stage<C>> {
        let mut topics = BTreeMap::new();
        for topic in ["odds/sports", "odds/books", "odds/arbs", BOARD] {
            let topic: Topic = topic.parse()?;
            let (kind, epoch) = (kind_of(&topic).context("a topic")?, "7Kd2".parse()?);
            let state = TopicState::new(topic.clone(), kind, epoch, 1 << 20, Timestamp::from_ms(AT_MS));
            topics.insert(topic, state);
        }
        let mut stage = Stage { topics, conversation, now: 0, requested: None };
        stage.set("odds/sports", "basketball_nba", Some(sport()))?;
        stage.set("odds/books", "pinnacle", Some(book()))?;
        stage.set(BOARD, MARKET, Some(market(MARKET, "spreads", "-3.5", "1.909090909091")))?;
        Ok(stage)
    }

    fn set(&mut self, topic: &str, key: &str, row: Option<Value>) -> anyhow::Result<()> {
        let state = self.topics.get_mut(&topic.parse()?).context("a topic")?;
        let mut change = Change::new();
        match row {
            Some(row) => change.set(key.into(), row.to_string().into()),
            None => change.del(key.into()),
        }
        let prepared = state.prepare(change, None).context("it changes something")?;
        state.commit(prepared, Timestamp::from_ms(AT_MS));
        Ok(())
    }

    fn hear(&mut self, text: &str) {
        self.conversation.handle_text(Moment::from_ms(self.now), Timestamp::from_ms(AT_MS), text);
    }

    /// The next frame, if there is one.
    fn poll(&mut self) -> anyhow::Result<Option<String>> {
        let now = Moment::from_ms(self.now);
        let sources = BTreeMap::new;
        for _ in 0..10 {
            while let Some(ask) = self.conversation.poll_ask() {
                match ask {
                    Ask::Open(wanted) => {
                        let outcomes = vec![Ok(()); wanted.topics.len()];
                        self.conversation.handle_opened(now, &self.topics, wanted, &outcomes);
                    }
                    Ask::Look(wanted) => {
                        let outcomes = vec![Ok(()); wanted.topics.len()];
                        self.conversation.handle_looked(&self.topics, wanted, &outcomes);
                    }
                    Ask::Drop(dropped) => self.conversation.handle_dropped(dropped),
                    Ask::Command(number, request) => self.requested = Some((number, *request)),
                    Ask::Verify(..) => unreachable!("nobody signs in here"),
                }
            }
            let wall = Timestamp::from_ms(AT_MS);
            let around = Around { topics: &self.topics, wall, clients: 5, flush_ms: None, sources: &sources };
            if let Some(outgoing) = self.conversation.poll_frame(now, &around) {
                let frame = outgoing.frames.first().context("it holds one")?;
                return Ok(Some(frame.as_str().to_owned()));
            }
        }
        Ok(None)
    }

    fn next(&mut self) -> anyhow::Result<String> {
        self.poll()?.context("there is a frame")
    }

    /// The ledger answers what it was asked last, which had these arguments.
    fn answer(&mut self, expected: &Value, outcome: Result<Value, Refused>) -> anyhow::Result<()> {
        let (number, request) = self.requested.take().context("the ledger was asked")?;
        ensure!(request.args == *expected, "{} for {expected}", request.args);
        ensure!(request.user.as_ref().is_some_and(|user| user.as_str() == "user_123"), "{request:?}");
        let answer = |ok: Value| Answer { ok: serde_json::value::to_raw_value(&ok).expect("a value"), at: None };
        self.conversation.handle_answered(number, outcome.map(answer));
        Ok(())
    }
}

fn sport() -> Value {
    json!({"id": "basketball_nba", "title": "NBA", "events": 1, "live": 0, "markets": 2, "updated_ms": AT_MS})
}

fn book() -> Value {
    json!({"id": "pinnacle", "name": "Pinnacle", "status": "online", "response_ms": 90, "markets": 1250,
        "active_bets": 5, "commission_pct": "0.00", "margin_pct": "2.10", "updated_ms": AT_MS})
}

fn market(id: &str, kind: &str, line: &str, decimal: &str) -> Value {
    let books = json!({"draftkings": {"decimal": "1.87", "ts": AT_MS, "suspended": true},
        "pinnacle": {"decimal": decimal, "ts": AT_MS, "suspended": false}});
    let names = if kind == "spreads" {
        [("home", "Celtics -3.5"), ("away", "Lakers +3.5")]
    } else {
        [("over", "Over 221.5"), ("under", "Under 221.5")]
    };
    let selections = names.map(|(id, name)| {
        json!({"id": id, "name": name, "best": {"book": "pinnacle", "decimal": decimal}, "books": books,
            "fair": "0.5000", "hybrid": "0.5010", "hybrid_decimal": "1.92"})
    });
    json!({"id": id, "event": "event_xyz", "sport": "basketball_nba", "home": "Celtics", "away": "Lakers",
        "commence_ms": AT_MS + 3_600_000, "live": false, "market": kind, "line": line, "selections": selections,
        "overround": "1.0476", "devig": "power", "source": "both", "complete": true, "updated_ms": AT_MS})
}

fn arb() -> Value {
    let leg = |selection: &str, name: &str, book: &str, line: &str| {
        json!({"market_id": MARKET, "selection": selection, "name": name, "book": book, "decimal": "2.024",
            "commission_pct": "0.00", "line": line, "stake": "50.00"})
    };
    json!({"id": "arb_123", "kind": "arb", "event": "event_xyz", "sport": "basketball_nba", "home": "Celtics",
        "away": "Lakers", "commence_ms": AT_MS + 3_600_000, "live": false, "market": "spreads", "line": "-3.5",
        "legs": [leg("home", "Celtics -3.5", "pinnacle", "-3.5"), leg("away", "Lakers +3.5", "draftkings", "3.5")],
        "booksum": "0.9881", "roi_pct": "1.20", "profit_per_100": "1.20", "best_pct": "1.20",
        "push_possible": false, "opened_ms": AT_MS, "updated_ms": AT_MS})
}

fn bet() -> Value {
    json!({"id": "bet_abc123", "client_ref": "r-1", "market": MARKET, "selection": "home", "book": "pinnacle",
        "stake": "100.00", "american": -110, "decimal": "1.909090909091", "potential_payout": "190.91",
        "status": "placed", "placed_ms": AT_MS, "settled_ms": null, "payout": null, "odds_policy": "none",
        "event": "Celtics - Lakers", "sport": "basketball_nba", "name": "Celtics -3.5",
        "commence_ms": AT_MS + 3_600_000, "notes": "Lakers spread bet"})
}

fn settings() -> Settings {
    let (heartbeat, subscribe_within) = (Duration::from_secs(10), Duration::from_secs(10));
    Settings { messages_per_s: 10, burst: 20, topics: 128, heartbeat, subscribe_within }
}

fn sportsbooks(identity: Option<Identity>) -> anyhow::Result<Stage<SportsbooksDoor>> {
    let labels = Labels { user_id: Some("123".into()), username: Some("trader".into()) };
    let who = (identity.map(Arc::new), labels);
    let heartbeat = Duration::from_secs(30);
    let at = (Moment::from_ms(0), Timestamp::from_ms(AT_MS));
    Stage::new(SportsbooksDoor::new(&settings(), heartbeat, "client-1234567890-abc", who, at.0, at.1))
}

fn trader() -> anyhow::Result<Identity> {
    Ok(Identity { user: "user_123".parse()?, name: "trader".into(), operator: false, token: None, expires: None })
}

#[test]
fn what_the_sportsbook_door_says_is_what_is_written_down() -> anyhow::Result<()> {
    let at = "sportsbooks";
    let mut stage = sportsbooks(Some(trader()?))?;
    check(at, "connected", &stage.next()?)?;
    ensure!(stage.poll()?.is_none(), "nothing is sent that nobody asked for");
    stage.hear(&golden(at, "subscribe")?);
    let mut told = [stage.next()?, stage.next()?, stage.next()?];
    told.sort();
    let [arbs, markets, books] = told;
    check(at, "sportsbooks", &books)?;
    check(at, "market_update_full", &markets)?;
    check(at, "arbitrage_update_empty", &arbs)?;
    ensure!(stage.poll()?.is_none(), "that was all");
    stage.set(BOARD, MARKET, Some(market(MARKET, "spreads", "-3.5", "1.95")))?;
    // Neither type nor sport of this one is subscribed to.
    stage.set(BOARD, TOTAL, Some(market(TOTAL, "totals", "221.5", "1.95")))?;
    stage.set("odds/arbs", "arb_123", Some(arb()))?;
    ensure!(stage.poll()?.is_none(), "what changed waits for its time");
    stage.now = 5_000;
    check(at, "market_update", &stage.next()?)?;
    stage.now = 10_000;
    check(at, "arbitrage_update", &stage.next()?)?;
    stage.set(BOARD, MARKET, None)?;
    check(at, "market_update_removed", &stage.next()?)?;
    ensure!(stage.poll()?.is_none(), "nothing else");
    stage.now = 30_000;
    check(at, "heartbeat", &stage.next()?)?;
    stage.hear(&golden(at, "ping")?);
    check(at, "pong", &stage.next()?)
}

#[test]
fn what_the_sportsbook_door_answers_is_what_is_written_down() -> anyhow::Result<()> {
    let at = "sportsbooks";
    let mut stage = sportsbooks(Some(trader()?))?;
    stage.next()?;
    stage.set("odds/arbs", "arb_123", Some(arb()))?;
    stage.hear(&golden(at, "get_markets")?);
    check(at, "market_update_answer", &stage.next()?)?;
    stage.hear(&golden(at, "get_arbitrage")?);
    check(at, "arbitrage_update_answer", &stage.next()?)?;
    stage.hear(&golden(at, "place_bet")?);
    ensure!(stage.poll()?.is_none(), "a bet is placed when the ledger says so");
    let args = json!({"client_ref": "r-1", "market": MARKET, "selection": "home", "book": "pinnacle",
        "stake": "100.00", "american": -110, "odds_policy": "none", "notes": "Lakers spread bet"});
    stage.answer(&args, Ok(json!({"bet": bet()})))?;
    check(at, "bet_placed", &stage.next()?)?;
    stage.hear(&golden(at, "get_bets")?);
    ensure!(stage.poll()?.is_none(), "the ledger is asked");
    let args = json!({"status": "placed", "book": "pinnacle", "market": MARKET, "client_ref": null, "before": null,
        "limit": 50, "user": null});
    stage.answer(&args, Ok(json!({"bets": [bet()], "more": false})))?;
    check(at, "bets", &stage.next()?)?;
    stage.hear(&golden(at, "place_bet")?);
    ensure!(stage.poll()?.is_none(), "the ledger is asked again");
    let args = stage.requested.as_ref().context("it was asked")?.1.args.clone();
    let details = Some(json!({"decimal": "1.95"}));
    let message = "the price moved: it is 1.95 now; send the bet again with that price".into();
    stage.answer(&args, Err(Refused { code: Code::Refused, message, details }))?;
    check(at, "error_refused", &stage.next()?)
}

#[test]
fn whom_the_sportsbook_door_does_not_know_is_called_as_they_say_and_cannot_bet() -> anyhow::Result<()> {
    let at = "sportsbooks";
    let mut stage = sportsbooks(None)?;
    check(at, "connected_anonymous", &stage.next()?)?;
    stage.hear(&golden(at, "place_bet")?);
    check(at, "error", &stage.next()?)?;
    stage.hear(&golden(at, "get_bets")?);
    ensure!(stage.next()?.contains("NX-401"), "nor see bets");
    stage.hear(r#"{"type":"dance"}"#);
    check(at, "error_unknown", &stage.next()?)?;
    stage.hear(r#"{"type":"subscribe","payload":{"marketTypes":["corners"]},"requestId":"s-1"}"#);
    check(at, "error_payload", &stage.next()?)?;
    ensure!(stage.requested.is_none(), "the ledger was never asked");
    for _ in 0..30 {
        stage.hear(r#"{"type":"pong"}"#);
    }
    check(at, "error_rate", &stage.next()?)
}

#[test]
fn what_the_odds_door_says_is_what_is_written_down() -> anyhow::Result<()> {
    let at = "odds";
    let (now, wall) = (Moment::from_ms(0), Timestamp::from_ms(AT_MS));
    let mut stage = Stage::new(OddsDoor::new(&settings(), Duration::from_secs(30), "c-7f3a", &[], now, wall))?;
    check(at, "connected", &stage.next()?)?;
    stage.hear(&golden(at, "join")?);
    check(at, "joined", &stage.next()?)?;
    check(at, "odds_update_full", &stage.next()?)?;
    stage.set(BOARD, TOTAL, Some(market(TOTAL, "totals", "221.5", "1.95")))?;
    check(at, "odds_update", &stage.next()?)?;
    stage.set(BOARD, TOTAL, None)?;
    stage.set(BOARD, MARKET, None)?;
    check(at, "odds_update_removed", &stage.next()?)?;
    ensure!(stage.poll()?.is_none(), "that was all");
    stage.hear(&golden(at, "leave")?);
    check(at, "left", &stage.next()?)?;
    stage.set(BOARD, MARKET, Some(market(MARKET, "spreads", "-3.5", "1.95")))?;
    ensure!(stage.poll()?.is_none(), "who left is told nothing");
    stage.now = 30_000;
    check(at, "heartbeat", &stage.next()?)?;
    stage.hear(&golden(at, "ping")?);
    check(at, "pong", &stage.next()?)?;
    stage.hear(r#"{"type":"join","room":"a room with a view"}"#);
    check(at, "error", &stage.next()?)?;
    // The room of all sports has those that there are and those that come.
    stage.hear(r#"{"type":"join","room":"sports"}"#);
    ensure!(stage.next()? == r#"{"type":"joined","room":"sports"}"#, "joined");
    ensure!(stage.next()?.contains(r#""room":"basketball_nba","full":true"#), "its odds follow");
    Ok(())
}

/// The fields of the document's own samples are there, with values of the same form.
#[test]
fn the_sportsbook_door_speaks_as_its_document_does() -> anyhow::Result<()> {
    let documented = json!({
        "connected": {"type": "connected", "clientId": "client-1234567890-abc", "userId": "user_123",
            "username": "trader", "timestamp": AT_MS, "message": "Connected to Sportsbook & Betting Markets WebSocket"},
        "sportsbooks": {"type": "sportsbooks", "sportsbooks": [{"id": "pinnacle", "name": "Pinnacle",
            "status": "online", "responseTime": 90, "lastUpdate": AT_MS, "availableMarkets": 1250, "activeBets": 5}],
            "total": 1},
        "market_update": {"type": "market_update", "markets": [{"eventId": "event_xyz",
            "eventDescription": "Lakers @ Celtics", "sport": "NBA", "marketType": "spread", "line": -3.5,
            "timestamp": AT_MS}], "timestamp": AT_MS},
        "arbitrage_update": {"type": "arbitrage_update", "opportunities": [{"id": "arb_123", "eventId": "event_xyz",
            "eventDescription": "Lakers @ Celtics", "marketType": "spread", "edge": 1.2, "guaranteedProfit": 1.2,
            "roi": 1.2, "detectedAt": AT_MS}], "total": 1, "timestamp": AT_MS},
        "bet_placed": {"type": "bet_placed", "bet": {"id": "bet_abc123", "bookmaker": "pinnacle", "stake": 100,
            "odds": -110, "potentialPayout": 190.91, "status": "placed", "placedAt": AT_MS}},
        "heartbeat": {"type": "heartbeat", "timestamp": AT_MS, "clients": 5},
        "error": {"type": "error", "message": "Authentication required", "code": "NX-401"},
        "pong": {"type": "pong"},
    });
    for (name, sample) in documented.as_object().context("samples")? {
        let ours: Value = serde_json::from_str(&golden("sportsbooks", name)?)?;
        holds(&ours, sample).with_context(|| name.clone())?;
    }
    let shaped: Value = serde_json::from_str(&golden("sportsbooks", "market_update")?)?;
    ensure!(shaped["markets"][0]["selections"].is_array() && shaped["markets"][0]["bestOdds"].is_object(), "shapes");
    let shaped: Value = serde_json::from_str(&golden("sportsbooks", "arbitrage_update")?)?;
    ensure!(["bookA", "bookB"].iter().all(|book| shaped["opportunities"][0][book].is_object()), "shapes");
    Ok(())
}

/// Everything in the sample is there.
fn holds(ours: &Value, sample: &Value) -> anyhow::Result<()> {
    match (ours, sample) {
        (Value::Object(_), Value::Object(fields)) => {
            fields.iter().try_for_each(|(field, value)| holds(&ours[field], value).with_context(|| field.clone()))
        }
        (Value::Array(all), Value::Array(samples)) => {
            ensure!(all.len() == samples.len(), "{} of {}", all.len(), samples.len());
            all.iter().zip(samples).try_for_each(|(ours, sample)| holds(ours, sample))
        }
        _ => {
            ensure!(ours == sample, "is {ours}, documented {sample}");
            Ok(())
        }
    }
}

#[test]
fn every_message_of_a_door_has_a_golden_file() -> anyhow::Result<()> {
    let taken = ["subscribe", "unsubscribe", "get_markets", "get_arbitrage", "place_bet", "get_bets", "ping"];
    for (kind, taken) in [("sportsbooks", &taken[..]), ("odds", &["join", "leave", "ping"][..])] {
        let names = variants(&format!("server/src/doors/{kind}/messages.rs"), "enum DoorMsg")?;
        ensure!(names.len() >= 7, "{kind}: the messages were not found in the source: {names:?}");
        for name in names.iter().map(String::as_str).chain(taken.iter().copied()) {
            let path = folder(kind).join(format!("{name}.json"));
            ensure!(path.exists(), "the message {name:?} has no golden frame: write {}", path.display());
        }
    }
    Ok(())
}
