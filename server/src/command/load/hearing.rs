//! What a client does with each message: the topics it follows, what is counted, what is checked.

use std::ops::ControlFlow;
use std::time::Duration;

use shared::stream::Topic;
use shared::units::Timestamp;
use shared::wire::Mode;

use super::client::{Around, End};
use super::fault::{Fault, Wrong};
use super::read::{Said, Update};
use super::tally::{Connections, Histogram};
use super::verify::{Follower, Known};
use crate::fanout::frame::{Incoming, Opcode, push_masked};
use crate::feed::wall_now;

/// What happened longer ago is no latency: a tape of another day is being played.
const LONGEST_LATENCY_MS: i64 = 300_000;

/// A topic that a client follows.
pub struct Follow {
    /// Its name.
    pub topic: Topic,
    /// Where the client stands.
    pub follower: Follower,
    /// It asked for a pace, or the door has one. A server may then repeat what a client has, so that all with
    /// that pace are told at once.
    pub paced: bool,
    begun: Begun,
}

/// How far a subscription is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    /// It was not answered.
    No,
    /// It was, and one frame is to come.
    Answered,
    /// The client has all there is.
    Yes,
}

impl Follow {
    /// A topic of which nothing is known.
    #[must_use]
    pub fn new(topic: Topic) -> Follow {
        Follow { topic, follower: Follower::default(), paced: false, begun: Begun::No }
    }

    /// Whether the client has all there is.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun == Begun::Yes
    }

    /// The connection ended; the position stays.
    pub fn end(&mut self) {
        self.begun = Begun::No;
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        self.follower = Follower::default();
    }
}

/// A client while it reads.
pub struct Hearing<'a> {
    client: usize,
    follows: &'a mut Vec<Follow>,
    out: &'a mut Vec<u8>,
    around: &'a mut Around,
    now: Timestamp,
    retry: Option<Duration>,
    /// The server closed.
    pub closed: Option<End>,
    /// Requests that were answered.
    pub replied: Vec<u64>,
    /// A subscription has all there is.
    pub began: bool,
}

impl<'a> Hearing<'a> {
    /// With a client's parts.
    pub fn new(client: usize, follows: &'a mut Vec<Follow>, out: &'a mut Vec<u8>, around: &'a mut Around) -> Self {
        let (now, replied) = (wall_now(), Vec::new());
        Hearing { client, follows, out, around, now, retry: None, closed: None, replied, began: false }
    }

    /// Takes a message.
    pub fn hear(&mut self, incoming: Incoming<'_>) -> ControlFlow<()> {
        match incoming {
            Incoming::Text(text) => self.text(text),
            Incoming::Ping(payload) => {
                push_masked(self.out, Opcode::Pong, false, payload, self.around.chance.mask());
            }
            Incoming::Pong(_) => {}
            Incoming::Binary(_) => self.wrong("", Wrong::Garbage("a binary message".into())),
            Incoming::Close(close) => {
                let reason = close.map_or("close".to_owned(), |(code, reason)| format!("{code} {reason}"));
                let mut end = End::new(reason);
                end.retry = self.retry.unwrap_or(end.retry);
                self.closed = Some(end);
            }
        }
        ControlFlow::Continue(())
    }

    fn text(&mut self, text: &str) {
        let known = self.around.verifier.hear(text);
        self.around.tally.text_bytes += text.len() as u64;
        match &known.said {
            Said::Update(update) => self.update(&known, update, text.len()),
            Said::Snapshot { topic, epoch, seq, rows } => {
                self.around.tally.snapshots += 1;
                let Some(follow) = self.follows.iter_mut().find(|f| f.topic.as_str() == &**topic) else {
                    return self.wrong(topic, Wrong::NoSnapshot);
                };
                follow.begun = Begun::Yes;
                self.began = true;
                let outcome = self.around.verifier.snapshot(&mut follow.follower, &known, (topic, epoch, *seq, rows));
                self.judge(topic, outcome);
            }
            Said::Subscribed { topics, .. } => {
                for follow in self.follows.iter_mut() {
                    let Some(mode) = topics.get(follow.topic.as_str()) else { continue };
                    follow.begun = if *mode == Mode::Live { Begun::Yes } else { Begun::Answered };
                    self.began |= *mode == Mode::Live;
                    let connections = &mut self.around.connections;
                    *match mode {
                        Mode::Live => &mut connections.live,
                        Mode::Resumed => &mut connections.resumed,
                        Mode::Snapshot => &mut connections.snapshot,
                    } += 1;
                }
            }
            Said::Heads(heads) => {
                for follow in self.follows.iter() {
                    let topic = follow.topic.as_str();
                    let Some((epoch, seq)) = heads.get(topic) else { continue };
                    if let Err(wrong) = self.around.verifier.head(topic, &follow.follower, (epoch, *seq)) {
                        self.around.faults.add(&Fault { client: Some(self.client), topic: topic.into(), wrong });
                    }
                }
            }
            Said::Reply(id) => self.replied.push(*id),
            Said::Refused(message) => Connections::note(&mut self.around.connections.refused, &**message),
            Said::GoingAway { retry_ms } => self.retry = Some(Duration::from_millis(*retry_ms)),
            Said::Other => {}
            Said::Garbage => {
                let shown = text.chars().take(80).collect();
                self.wrong("", Wrong::Garbage(shown));
            }
        }
    }

    fn update(&mut self, known: &Known, update: &Update, bytes: usize) {
        let Update { topic, prev, seq, ts, src_ts, .. } = update;
        let tally = &mut self.around.tally;
        tally.updates += 1;
        tally.rows += known.rows;
        tally.update_bytes += bytes as u64;
        tally.merged += u64::from(prev.is_some_and(|prev| seq.saturating_sub(prev) > 1));
        latency(&mut tally.published, self.now, *ts);
        latency(&mut tally.source, self.now, *src_ts);
        let Some(follow) = self.follows.iter_mut().find(|f| f.topic.as_str() == &**topic) else {
            return self.wrong(topic, Wrong::NoSnapshot);
        };
        if follow.begun != Begun::Yes {
            follow.begun = Begun::Yes;
            self.began = true;
        }
        match self.around.verifier.update(&mut follow.follower, known, update) {
            Err(Wrong::Duplicate { .. }) if follow.paced => {}
            outcome => self.judge(topic, outcome),
        }
    }

    fn judge(&mut self, topic: &str, outcome: Result<(), Wrong>) {
        if let Err(wrong) = outcome {
            self.wrong(topic, wrong);
        }
    }

    fn wrong(&mut self, topic: &str, wrong: Wrong) {
        self.around.faults.add(&Fault { client: Some(self.client), topic: topic.into(), wrong });
    }
}

fn latency(histogram: &mut Histogram, now: Timestamp, then: Option<Timestamp>) {
    if let Some(ms) = then.map(|then| now.ms() - then.ms()).filter(|ms| *ms < LONGEST_LATENCY_MS) {
        histogram.add(ms);
    }
}
