//! The dark-pool door: `/ws` without a subprotocol.
//!
//! `initial` with totals, then an `update` for each ticker that changes, with the increment and the
//! totals; `full` for whoever fell behind. Strings with two decimals and ISO 8601 times.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use shared::domain::darkpool::{DarkPoolTopic, SentimentRow};
use shared::stream::{Position, Seq, Topic};
use shared::units::{Moment, Money, Ticker, Timestamp};
use shared::wire::{CloseCode, Code, Mode, SubscribeTopic, check_nesting};

use super::tray::Tray;
use crate::hub::{Entry, Frame, Frames, Next, OpenError, Reader, Told, TopicState, Topics};
use crate::session::{Around, Ask, Bucket, Conversation, Dialect, Follower, Outgoing, Settings, Wanted};

/// Updates further behind than this are not sent one by one.
const ONE_BY_ONE: usize = 32;

/// One client of the door.
pub struct DarkPoolDoor {
    bucket: Bucket,
    asks: VecDeque<Ask>,
    /// `None` while it is lent away.
    follower: Option<Follower>,
    /// Whether there is something to follow.
    opened: bool,
    waiting: Tray<Frame>,
    close: Option<CloseCode>,
}

/// The language of the door.
struct DarkPool;

/// A message of the door.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum DoorMsg<'a> {
    Initial { data: Vec<DoorRow>, seq: Seq },
    Update(DoorUpdate<'a>),
    Full { data: Vec<DoorRow>, timestamp: IsoTime, seq: Seq },
    Pong,
    Error { code: Code, message: &'a str, retryable: bool },
}

/// A ticker's totals.
#[derive(Serialize)]
struct DoorRow {
    ticker: Ticker,
    bullish_amount: Money,
    bearish_amount: Money,
    last_updated: IsoTime,
}

/// What was added to a ticker, and its totals.
#[derive(Serialize)]
struct DoorUpdate<'a> {
    ticker: &'a Ticker,
    bullish_amount: Money,
    bearish_amount: Money,
    total_bullish_amount: Money,
    total_bearish_amount: Money,
    timestamp: IsoTime,
    seq: Seq,
}

/// ISO 8601 in UTC with milliseconds: `2025-10-29T14:35:12.345Z`.
struct IsoTime(Timestamp);

impl Serialize for IsoTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = jiff::Timestamp::from_millisecond(self.0.ms()).unwrap_or_default();
        serializer.collect_str(&format_args!("{time:.3}"))
    }
}

impl DarkPoolDoor {
    /// A connection that was just opened.
    #[must_use]
    pub fn new(settings: Settings, heartbeat: Duration, now: Moment) -> DarkPoolDoor {
        let topic = DarkPoolTopic::Sentiment.topic();
        let wanted = SubscribeTopic { topic, since: None, pace_ms: None };
        DarkPoolDoor {
            bucket: Bucket::new(settings.messages_per_s, settings.burst, now),
            asks: VecDeque::from([Ask::Open(Wanted { id: 0, topics: vec![wanted] })]),
            follower: Some(Follower::new(Arc::new(DarkPool), heartbeat, now)),
            opened: false,
            waiting: Tray::new(None),
            close: None,
        }
    }
}

impl Dialect for DarkPool {
    fn name(&self) -> &str {
        "darkpool"
    }

    fn tell(&self, reader: &mut Reader, topic: &TopicState, _now: Moment) -> Next {
        let head = topic.head();
        let (message, lag) = match reader.position() {
            Some(at) if *at == head => return Next::Nothing,
            Some(at) if at.epoch == head.epoch => match tell_logged(topic, at.seq) {
                Ok((frames, to)) => {
                    reader.stand(Some(Position { epoch: head.epoch, seq: to }));
                    let told = |frames| Next::Tell(Told { frames, mode: Mode::Live, lag: 1 });
                    return frames.map_or(Next::Nothing, told);
                }
                Err(lag) => (full(topic), lag),
            },
            Some(_) => (full(topic), 0),
            None => (DoorMsg::Initial { data: door_rows(topic), seq: head.seq }, 0),
        };
        reader.stand(Some(head));
        Next::Tell(Told { frames: encode(&message).into(), mode: Mode::Snapshot, lag })
    }

    fn heartbeat(&self, _told: &[(Topic, Reader)], _around: &Around<'_>) -> Frame {
        // The document knows no heartbeat; an unasked pong is one that its clients ignore.
        encode(&DoorMsg::Pong)
    }
}

fn full(topic: &TopicState) -> DoorMsg<'static> {
    DoorMsg::Full { data: door_rows(topic), timestamp: IsoTime(topic.head_ts()), seq: topic.head().seq }
}

/// The next updates from the log and where they lead, or how far behind the client is when it needs
/// all rows.
fn tell_logged(topic: &TopicState, from: Seq) -> Result<(Option<Frames>, Seq), u64> {
    let head = topic.head().seq;
    let mut at = from;
    while at < head {
        let (entry, ahead) = topic.logged(at).ok_or(head.0 - at.0)?;
        if ahead > ONE_BY_ONE {
            return Err(head.0 - at.0);
        }
        at = entry.seq;
        let frames = entry.door_frames(door_updates);
        // A change set in which no amount changed makes no frame.
        if !frames.is_empty() {
            return Ok((Some(Frames::Many(frames)), at));
        }
    }
    Ok((None, at))
}

impl Conversation for DarkPoolDoor {
    fn handle_text(&mut self, now: Moment, _wall: Timestamp, text: &str) {
        #[derive(serde::Deserialize)]
        struct DoorIn<'a> {
            #[serde(borrow, rename = "type")]
            kind: std::borrow::Cow<'a, str>,
        }
        if self.bucket.take(now).is_err() {
            self.close = Some(CloseCode::Rate);
            return;
        }
        let parsed = check_nesting(text, shared::wire::NESTING).ok().and_then(|()| serde_json::from_str(text).ok());
        match parsed {
            Some(DoorIn { kind }) if kind == "ping" => self.waiting.put(encode(&DoorMsg::Pong)),
            Some(DoorIn { kind }) if kind == "pong" => {}
            Some(_) | None => {
                let message = r#"this door takes {"type":"ping"}; offer the subprotocol undercurrent.v1 for more"#;
                let (code, retryable) = (Code::Malformed, Code::Malformed.retryable());
                self.waiting.put(encode(&DoorMsg::Error { code, message, retryable }));
            }
        }
    }

    fn handle_binary(&mut self, _bytes: &[u8]) {
        self.close = Some(CloseCode::Protocol);
    }

    fn may_open(&mut self, _wanted: &Wanted) -> bool {
        true
    }

    fn handle_opened(
        &mut self,
        _now: Moment,
        _topics: &dyn Topics,
        wanted: Wanted,
        outcomes: &[Result<(), OpenError>],
    ) {
        match &mut self.follower {
            Some(follower) if outcomes.iter().all(Result::is_ok) => {
                wanted.topics.into_iter().for_each(|t| follower.follow(t.topic, Reader::new(None, Duration::ZERO)));
                self.opened = true;
            }
            Some(_) | None => self.close = Some(CloseCode::Drain),
        }
    }

    fn handle_drain(&mut self, _retry_ms: u64) {
        self.close = Some(CloseCode::Restart);
    }

    fn poll_ask(&mut self) -> Option<Ask> {
        self.asks.pop_front()
    }

    fn poll_frame(&mut self, now: Moment, around: &Around<'_>) -> Option<Outgoing> {
        if let Some(frame) = self.waiting.take() {
            return Some(frame.into());
        }
        self.follower.as_mut()?.next(now, around).map(Outgoing::from)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.follower.as_ref().map(Follower::timeout)
    }

    fn poll_close(&self) -> Option<CloseCode> {
        self.close.or(self.waiting.close())
    }

    fn lend(&mut self) -> Option<Follower> {
        let settled = self.opened && self.waiting.is_empty() && self.poll_close().is_none();
        if !settled {
            return None;
        }
        self.asks = VecDeque::new();
        self.follower.take()
    }

    fn take_back(&mut self, follower: Follower) {
        self.follower = Some(follower);
    }
}

fn encode(message: &DoorMsg<'_>) -> Frame {
    serde_json::to_string(message).expect("a door's message has only string keys").into()
}

fn parse(row: &str) -> Option<SentimentRow> {
    serde_json::from_str(row).ok()
}

fn door_rows(state: &TopicState) -> Vec<DoorRow> {
    let row = |row: SentimentRow| DoorRow {
        ticker: row.ticker,
        bullish_amount: row.bullish_amount,
        bearish_amount: row.bearish_amount,
        last_updated: IsoTime(row.updated_ms),
    };
    state.rows().values().filter_map(|json| parse(json)).map(row).collect()
}

/// An `update` for each ticker whose amounts changed. At a new session day totals fall, and so
/// does the increment: `total` is what counts.
fn door_updates(entry: &Entry) -> Vec<Frame> {
    let mut frames = Vec::new();
    for delta in &entry.deltas {
        let Some(after) = delta.after.as_deref().and_then(parse) else { continue };
        let before = delta.before.as_deref().and_then(parse);
        let before_amounts = before.map_or((Money::ZERO, Money::ZERO), |b| (b.bullish_amount, b.bearish_amount));
        if before_amounts == (after.bullish_amount, after.bearish_amount) {
            continue;
        }
        frames.push(encode(&DoorMsg::Update(DoorUpdate {
            ticker: &after.ticker,
            bullish_amount: after.bullish_amount - before_amounts.0,
            bearish_amount: after.bearish_amount - before_amounts.1,
            total_bullish_amount: after.bullish_amount,
            total_bearish_amount: after.bearish_amount,
            timestamp: IsoTime(after.updated_ms),
            seq: entry.seq,
        })));
    }
    frames
}
