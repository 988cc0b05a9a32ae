//! The dark-pool door: `/ws` without a subprotocol.
//!
//! `initial` with totals, then an `update` for each ticker that changes, with the increment and the
//! totals; `full` for whoever fell behind. Strings with two decimals and ISO 8601 times.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use shared::domain::darkpool::{DarkPoolTopic, SentimentRow};
use shared::stream::{Position, Seq, Topic};
use shared::units::{Moment, Money, Ticker, Timestamp};
use shared::wire::{CloseCode, ErrorMsg, Mode, SubscribeTopic, check_nesting};

use crate::hub::{Entry, Frame, OpenError, TopicState, Topics};
use crate::session::{Around, Ask, Bucket, Conversation, Outgoing, Settings, Wanted};

/// Updates further behind than this are not sent one by one.
const ONE_BY_ONE: usize = 32;

/// One client of the door.
pub struct DarkPoolDoor {
    topic: Topic,
    bucket: Bucket,
    asks: VecDeque<Ask>,
    at: At,
    /// Frames of the change set that is being told.
    telling: VecDeque<Frame>,
    pongs: u32,
    errors: VecDeque<ErrorMsg>,
    heartbeat: Duration,
    next_heartbeat: Moment,
    close: Option<CloseCode>,
}

/// How far the client has been told.
enum At {
    /// The topic is not there yet.
    Waiting,
    /// `initial` has to be sent.
    Nothing,
    /// Everything up to here was sent.
    Told(Position),
}

/// A message of the door.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum DoorMsg<'a> {
    Initial { data: Vec<DoorRow>, seq: Seq },
    Update(DoorUpdate<'a>),
    Full { data: Vec<DoorRow>, timestamp: IsoTime, seq: Seq },
    Pong,
    Error { code: shared::wire::Code, message: &'a str, retryable: bool },
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
        let wanted = SubscribeTopic { topic: topic.clone(), since: None, pace_ms: None };
        DarkPoolDoor {
            bucket: Bucket::new(settings.messages_per_s, settings.burst, now),
            asks: VecDeque::from([Ask::Open(Wanted { id: 0, topics: vec![wanted] })]),
            at: At::Waiting,
            telling: VecDeque::new(),
            pongs: 0,
            errors: VecDeque::new(),
            heartbeat,
            next_heartbeat: now + heartbeat,
            close: None,
            topic,
        }
    }

    /// The next frame of the topic, with how it catches up.
    fn tell(&mut self, state: &TopicState) -> Option<Outgoing> {
        let head = state.head();
        let lag = match &self.at {
            At::Waiting => return None,
            At::Nothing => {
                self.at = At::Told(head.clone());
                let message = DoorMsg::Initial { data: door_rows(state), seq: head.seq };
                return Some(Outgoing { frame: encode(&message), told: Some((Mode::Snapshot, 0)) });
            }
            At::Told(at) if *at == head => return None,
            At::Told(at) if at.epoch == head.epoch => match self.tell_logged(state, at.seq) {
                Ok(told) => return told,
                Err(lag) => lag,
            },
            At::Told(_) => 0,
        };
        let data = door_rows(state);
        let message = DoorMsg::Full { data, timestamp: IsoTime(state.head_ts()), seq: head.seq };
        self.at = At::Told(head);
        Some(Outgoing { frame: encode(&message), told: Some((Mode::Snapshot, lag)) })
    }

    /// The next update from the log, or how far behind the client is when it needs all rows.
    fn tell_logged(&mut self, state: &TopicState, from: Seq) -> Result<Option<Outgoing>, u64> {
        let head = state.head();
        let mut at = from;
        while at < head.seq {
            let (entry, ahead) = state.logged(at).ok_or(head.seq.0 - at.0)?;
            if ahead > ONE_BY_ONE {
                return Err(head.seq.0 - at.0);
            }
            at = entry.seq;
            self.at = At::Told(Position { epoch: head.epoch.clone(), seq: at });
            // A change set in which no amount changed makes no frame.
            self.telling.extend(entry.door_frames(door_updates).iter().cloned());
            if let Some(frame) = self.telling.pop_front() {
                return Ok(Some(Outgoing { frame, told: Some((Mode::Live, 1)) }));
            }
        }
        Ok(None)
    }
}

impl Conversation for DarkPoolDoor {
    fn handle_text(&mut self, now: Moment, _wall: Timestamp, text: &str) {
        #[derive(serde::Deserialize)]
        struct DoorIn<'a> {
            #[serde(borrow, rename = "type")]
            kind: std::borrow::Cow<'a, str>,
        }
        if self.bucket.take(now).is_err() || self.errors.len() > 32 {
            self.close = Some(CloseCode::Rate);
            return;
        }
        let parsed = check_nesting(text, shared::wire::NESTING).ok().and_then(|()| serde_json::from_str(text).ok());
        match parsed {
            Some(DoorIn { kind }) if kind == "ping" => self.pongs += 1,
            Some(DoorIn { kind }) if kind == "pong" => {}
            Some(_) | None => self.errors.push_back(ErrorMsg::new(
                None,
                shared::wire::Code::Malformed,
                r#"this door takes {"type":"ping"}; offer the subprotocol undercurrent.v1 for more"#,
            )),
        }
    }

    fn handle_opened<T: Topics>(
        &mut self,
        _now: Moment,
        _topics: &T,
        _wanted: Wanted,
        outcomes: &[Result<(), OpenError>],
    ) {
        if outcomes.iter().all(Result::is_ok) {
            self.at = At::Nothing;
        } else {
            self.close = Some(CloseCode::Drain);
        }
    }

    fn handle_drain(&mut self, _retry_ms: u64) {
        self.close = Some(CloseCode::Restart);
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_ask(&mut self) -> Option<Ask> {
        self.asks.pop_front()
    }

    fn poll_frame<T: Topics>(&mut self, now: Moment, around: &Around<'_, T>) -> Option<Outgoing> {
        if let Some(error) = self.errors.pop_front() {
            let ErrorMsg { code, message, retryable, .. } = &error;
            return Some(encode(&DoorMsg::Error { code: *code, message, retryable: *retryable }).into());
        }
        if self.pongs > 0 {
            self.pongs -= 1;
            return Some(encode(&DoorMsg::Pong).into());
        }
        if let Some(frame) = self.telling.pop_front() {
            return Some(frame.into());
        }
        if let Some(told) = around.topics.with(&self.topic.clone(), |state| self.tell(state)).flatten() {
            return Some(told);
        }
        // The document knows no heartbeat; an unasked pong is one that its clients ignore.
        (now >= self.next_heartbeat).then(|| {
            self.next_heartbeat = now + self.heartbeat;
            encode(&DoorMsg::Pong).into()
        })
    }

    fn poll_timeout(&self) -> Option<Moment> {
        Some(self.next_heartbeat)
    }

    fn poll_close(&self) -> Option<CloseCode> {
        self.close
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
