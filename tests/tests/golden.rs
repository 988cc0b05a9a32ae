//! Every message there is, byte by byte: what the code writes for a fixed input is what lies in
//! `golden/`, and is read back as the same.
//!
//! A client that was written from these files must go on working. Where a change is meant,
//! `UNDERCURRENT_BLESS=1 cargo test -p tests --test golden` writes them anew, for `git diff` to show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use shared::domain::darkpool::SentimentRow;
use shared::domain::kind_of;
use shared::stream::{Change, Epoch, Topic};
use shared::units::{Moment, Timestamp};
use shared::wire::{
    Applied, ClientMsg, Code, Command, ErrorMsg, Reply, ServerMsg, SourceState, Subscribe, SubscribeTopic, Unsubscribe,
};
use undercurrent::doors::DarkPoolDoor;
use undercurrent::hub::TopicState;
use undercurrent::session::{Around, Ask, Conversation, Session, Settings};

const TOPIC: &str = "darkpool/sentiment";
/// 2025-10-29, 14:30 UTC, as in the document of the dark-pool door.
const FIRST_MS: i64 = 1_761_748_200_000;
/// 14:35:12.345.
const SECOND_MS: i64 = 1_761_748_512_345;
/// 14:40.
const THIRD_MS: i64 = 1_761_748_800_000;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// Compares a frame with its file.
fn check(kind: &str, name: &str, frame: &str) -> anyhow::Result<()> {
    let path = folder(kind).join(format!("{name}.json"));
    // Another version is no other protocol.
    let frame = frame.replace(&format!(r#""version":"{}""#, env!("CARGO_PKG_VERSION")), r#""version":"0.0.0""#);
    if std::env::var_os("UNDERCURRENT_BLESS").is_some() {
        std::fs::write(&path, format!("{frame}\n"))?;
    }
    let golden = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    ensure!(golden.trim_end() == frame, "{kind}/{name}.json\n  holds   {golden}  but now {frame}");
    Ok(())
}

fn golden(kind: &str, name: &str) -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(folder(kind).join(format!("{name}.json")))?.trim_end().to_owned())
}

/// A server with one topic and one conversation, and a clock that the test moves.
struct Stage<C> {
    topics: BTreeMap<Topic, TopicState>,
    conversation: C,
    now: u64,
}

impl<C: Conversation> Stage<C> {
    fn new(conversation: C) -> anyhow::Result<Stage<C>> {
        let topic: Topic = TOPIC.parse()?;
        let (kind, epoch) = (kind_of(&topic).context("a topic")?, "7Kd2".parse()?);
        let state = TopicState::new(topic.clone(), kind, epoch, 1 << 20, Timestamp::from_ms(FIRST_MS));
        Ok(Stage { topics: BTreeMap::from([(topic, state)]), conversation, now: 0 })
    }

    /// The ticker's totals change.
    fn change(&mut self, bullish: &str, bearish: &str, at_ms: i64) -> anyhow::Result<()> {
        let row = row(bullish, bearish, at_ms)?;
        let state = self.topics.values_mut().next().context("there is one")?;
        let mut change = Change::new();
        change.set("AAPL".into(), serde_json::to_string(&row)?.into());
        let at = Timestamp::from_ms(at_ms);
        let prepared = state.prepare(change, Some(at)).context("it changes something")?;
        state.commit(prepared, at);
        Ok(())
    }

    fn renumber(&mut self, epoch: &str) -> anyhow::Result<()> {
        let epoch: Epoch = epoch.parse()?;
        self.topics.values_mut().for_each(|state| state.renumber(epoch.clone()));
        Ok(())
    }

    fn hear(&mut self, text: &str) {
        self.conversation.handle_text(Moment::from_ms(self.now), Timestamp::from_ms(SECOND_MS), text);
    }

    /// The next frame.
    fn next(&mut self) -> anyhow::Result<String> {
        let now = Moment::from_ms(self.now);
        while let Some(ask) = self.conversation.poll_ask() {
            match ask {
                Ask::Open(wanted) => {
                    let outcomes = vec![Ok(()); wanted.topics.len()];
                    self.conversation.handle_opened(now, &self.topics, wanted, &outcomes);
                }
                Ask::Drop(dropped) => self.conversation.handle_dropped(dropped),
                Ask::Command(..) | Ask::Verify(..) => unreachable!("nobody asks for anything here"),
            }
        }
        let sources = || BTreeMap::from([("massive".into(), SourceState::Live)]);
        let wall = Timestamp::from_ms(SECOND_MS);
        let around = Around { topics: &self.topics, wall, clients: 5, flush_ms: None, sources: &sources };
        let outgoing = self.conversation.poll_frame(now, &around).context("there is a frame")?;
        let frame = outgoing.frames.first().context("it holds one")?;
        Ok(frame.as_str().to_owned())
    }
}

fn row(bullish: &str, bearish: &str, at_ms: i64) -> anyhow::Result<SentimentRow> {
    let row = serde_json::json!({
        "ticker": "AAPL", "bullish_amount": bullish, "bearish_amount": bearish, "neutral_amount": "0.00",
        "net_amount": "246913.57", "sentiment": "0.1111", "prints": 12, "bullish_prints": 7, "bearish_prints": 5,
        "neutral_prints": 0, "dark_shares": "8200", "total_shares": "20500.5", "off_exchange_pct": "39.9990",
        "last_print": {"id": "1761748200000-AAPL-202-7", "price": "271.005", "size": "100", "side": "bullish",
            "ts": at_ms},
        "extended": {"bullish_amount": "0.00", "bearish_amount": "0.00", "neutral_amount": "0.00", "prints": 0},
        "session": "2025-10-29", "updated_ms": at_ms,
    });
    Ok(serde_json::from_value(row)?)
}

fn settings() -> Settings {
    let (heartbeat, subscribe_within) = (Duration::from_secs(10), Duration::from_secs(10));
    Settings { messages_per_s: 10, burst: 20, topics: 128, heartbeat, subscribe_within }
}

#[test]
fn what_the_server_says_in_v1_is_what_is_written_down() -> anyhow::Result<()> {
    let session = Session::new(settings(), "c-7f3a", None, Moment::from_ms(0), Timestamp::from_ms(FIRST_MS));
    let mut stage = Stage::new(session)?;
    stage.change("1234567.89", "987654.32", FIRST_MS)?;
    check("v1", "welcome", &stage.next()?)?;
    stage.hear(&golden("v1", "subscribe")?);
    check("v1", "subscribed", &stage.next()?)?;
    check("v1", "snapshot", &stage.next()?)?;
    stage.change("1284567.89", "987654.32", SECOND_MS)?;
    check("v1", "update", &stage.next()?)?;
    stage.now = 10_000;
    check("v1", "heartbeat", &stage.next()?)?;
    stage.hear(&golden("v1", "ping")?);
    check("v1", "pong", &stage.next()?)?;
    stage.hear(&golden("v1", "command")?);
    check("v1", "error", &stage.next()?)?;
    stage.conversation.handle_drain(3_150);
    check("v1", "going_away", &stage.next()?)?;
    // No command of this version has an effect that is visible somewhere.
    let at = Applied { topic: "bets/42".parse()?, epoch: "q1".parse()?, seq: shared::stream::Seq(3) };
    let ok = serde_json::value::to_raw_value(&serde_json::json!({"bet": "b-17"}))?;
    let reply = Reply { id: 8, ok, at: Some(at) };
    check("v1", "reply", &ServerMsg::Reply(reply).to_json())?;
    let mut error = ErrorMsg::new(None, Code::TooMany, "slow down");
    error.retry_after_ms = Some(100);
    check("v1", "error_with_retry", &ServerMsg::Error(error).to_json())
}

#[test]
fn what_a_client_says_in_v1_is_what_is_written_down() -> anyhow::Result<()> {
    let topic: Topic = TOPIC.parse()?;
    let subscribe = SubscribeTopic { topic: topic.clone(), since: Some("9zZ0.1041".parse()?), pace_ms: Some(100) };
    let args = Some(serde_json::json!({"client_ref": "r-1", "stake": "25.00"}));
    let messages = [
        ("subscribe", ClientMsg::Subscribe(Subscribe { id: 7, topics: vec![subscribe] })),
        ("unsubscribe", ClientMsg::Unsubscribe(Unsubscribe { id: 8, topics: vec![topic] })),
        ("auth", ClientMsg::Auth { id: 1, token: "a-token".into() }),
        ("ping", ClientMsg::Ping { t0: 123 }),
        ("command", ClientMsg::Command(Command { id: 9, name: "place_bet".into(), args })),
    ];
    for (name, message) in messages {
        check("v1", name, &message.to_json())?;
        ensure!(ClientMsg::parse(&golden("v1", name)?)?.to_json() == message.to_json(), "{name} is read back");
    }
    Ok(())
}

#[test]
fn what_the_server_says_in_v1_is_read_back_as_the_same() -> anyhow::Result<()> {
    for name in variants("shared/src/wire/server.rs", "pub enum ServerMsg")? {
        let golden = golden("v1", &name)?;
        let message = ServerMsg::parse(&golden)?.with_context(|| format!("{name} is known"))?;
        ensure!(message.to_json() == golden, "{name}: {}", message.to_json());
    }
    Ok(())
}

#[test]
fn what_the_dark_pool_door_says_is_what_is_written_down() -> anyhow::Result<()> {
    let mut stage = Stage::new(DarkPoolDoor::new(settings(), Duration::from_secs(30), Moment::from_ms(0)))?;
    stage.change("1234567.89", "987654.32", FIRST_MS)?;
    check("door", "initial", &stage.next()?)?;
    stage.change("1284567.89", "987654.32", SECOND_MS)?;
    check("door", "update", &stage.next()?)?;
    stage.change("1284567.89", "1000000.00", THIRD_MS)?;
    stage.renumber("8Le3")?;
    check("door", "full", &stage.next()?)?;
    stage.hear(&golden("door", "ping")?);
    check("door", "pong", &stage.next()?)?;
    stage.hear("hello");
    check("door", "error", &stage.next()?)
}

/// The fields of the document's own samples are there, with values of the same form.
#[test]
fn the_door_speaks_as_its_document_does() -> anyhow::Result<()> {
    let documented = serde_json::json!({
        "initial": {"type": "initial", "data": [{"ticker": "AAPL", "bullish_amount": "1234567.89",
            "bearish_amount": "987654.32", "last_updated": "2025-10-29T14:30:00.000Z"}]},
        "update": {"type": "update", "ticker": "AAPL", "bullish_amount": "50000.00", "bearish_amount": "0.00",
            "timestamp": "2025-10-29T14:35:12.345Z"},
        "full": {"type": "full", "timestamp": "2025-10-29T14:40:00.000Z"},
        "pong": {"type": "pong"},
    });
    for (name, sample) in documented.as_object().context("samples")? {
        let ours: serde_json::Value = serde_json::from_str(&golden("door", name)?)?;
        for (field, value) in sample.as_object().context("a message")? {
            ensure!(ours[field] == *value, "{name}.{field} is {}, documented {value}", ours[field]);
        }
    }
    Ok(())
}

#[test]
fn every_message_has_a_golden_file() -> anyhow::Result<()> {
    let mut v1 = variants("shared/src/wire/server.rs", "pub enum ServerMsg")?;
    v1.extend(variants("shared/src/wire/client.rs", "pub enum ClientMsg")?);
    let door = variants("server/src/doors/darkpool.rs", "enum DoorMsg")?;
    for (kind, names) in [("v1", v1), ("door", door)] {
        ensure!(names.len() >= 5, "{kind}: the messages were not found in the source: {names:?}");
        for name in names {
            let path = folder(kind).join(format!("{name}.json"));
            ensure!(path.exists(), "the message {name:?} has no golden frame: write {}", path.display());
        }
    }
    Ok(())
}

/// The variants of an enum in a source file, as they are called on the wire.
fn variants(file: &str, declaration: &str) -> anyhow::Result<BTreeSet<String>> {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file))?;
    let (_, body) = source.split_once(declaration).with_context(|| format!("{declaration} in {file}"))?;
    let body = body.split_once("\n}").context("an enum ends")?.0;
    let named = body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|l| l.starts_with(char::is_uppercase));
    Ok(named.map(|line| snake_case(line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())).collect())
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
