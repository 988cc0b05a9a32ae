//! What the hub needs of a domain.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use shared::stream::{Change, Topic};
use shared::units::{Timestamp, UserId};
use shared::wire::Code;

/// A row as it goes onto the wire: serialised once, when it changes.
pub type RowJson = Arc<str>;

/// What changed in one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicChange {
    /// The topic.
    pub topic: Topic,
    /// The rows. A row that is set to what it was already is dropped by the hub.
    pub change: Change<RowJson>,
    /// The provider's time of the newest event in it.
    pub src_ts: Option<Timestamp>,
    /// The change is the whole topic: rows that are not in it are gone. So it is after a restart and
    /// after [`Engine::open`], when the engine cannot know what the topic holds from before.
    pub whole: bool,
}

/// A step in the engine's own stored state: what rows are too rounded or too few to restore it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateOp {
    /// Keep this value under this key.
    Put(Box<str>, Box<str>),
    /// Forget this key.
    Del(Box<str>),
    /// Forget every key that begins so.
    DelPrefix(Box<str>),
}

/// A command that an engine carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandKind {
    /// Its name: `place_bet`.
    pub name: &'static str,
    /// Whether it may change anything. Such a command is refused while nothing can be stored.
    pub writes: bool,
}

/// Someone asks an engine to do something. Who asks was verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Who asks; `None`: nobody knows.
    pub user: Option<UserId>,
    /// They may do what operators do.
    pub operator: bool,
    /// What: one of [`Engine::commands`].
    pub name: Box<str>,
    /// With what.
    pub args: serde_json::Value,
    /// When it arrived.
    pub at: Timestamp,
}

/// What an engine made of a request.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The answer, or a refusal.
    pub outcome: Result<Box<RawValue>, Refused>,
    /// The topic in which the effect is visible. The answer waits until the effect is stored, also when it
    /// was an earlier request that had it.
    pub effect: Option<Topic>,
}

/// A request was not carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// What kind of refusal.
    pub code: Code,
    /// What to do about it.
    pub message: Box<str>,
    /// What a program can use: the price as it is now.
    pub details: Option<serde_json::Value>,
}

impl Refused {
    /// A refusal with a sentence that says what to do.
    #[must_use]
    pub fn new(code: Code, message: impl Into<Box<str>>) -> Refused {
        Refused { code, message: message.into(), details: None }
    }
}

impl Answered {
    /// A refusal that changed nothing.
    #[must_use]
    pub fn refused(code: Code, message: impl Into<Box<str>>) -> Answered {
        Answered { outcome: Err(Refused::new(code, message)), effect: None }
    }
}

/// The rules of a domain: events in, changes out. No clock, no I/O, nothing random.
pub trait Engine: Send {
    /// What its feed decodes.
    type Event: Send;

    /// Takes up the state that [`Engine::take_state`] gave before a restart. Everything that is in
    /// it counts as changed, so that rows that were not stored in time are made again.
    fn restore(&mut self, state: BTreeMap<Box<str>, Box<str>>);

    /// One event, in the provider's order.
    fn handle(&mut self, event: &Self::Event);

    /// Time passes: sessions end although nobody trades.
    fn tick(&mut self, now: Timestamp);

    /// Begins to make a topic that is made only while someone follows it. Its rows come with the
    /// next [`Engine::take`] that it is due in. `false`: this domain has no such topic.
    fn open(&mut self, topic: &Topic) -> bool;

    /// Nobody follows the topic any more.
    fn close(&mut self, topic: &Topic);

    /// The commands that it carries out.
    fn commands(&self) -> &'static [CommandKind] {
        &[]
    }

    /// Carries a request out. Only those with a name of [`Engine::commands`] come.
    fn command(&mut self, request: &Request) -> Answered {
        Answered::refused(Code::NotFound, format!("there is no command {:?}", request.name))
    }

    /// What changed since the last take in the topics whose interval is due.
    fn take(&mut self, due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange>;

    /// What it counted since the start, and what it has now, by name: for whoever watches the process.
    fn counts(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }

    /// What to store so that [`Engine::restore`] gives exactly the present state.
    fn take_state(&mut self) -> Vec<StateOp>;
}
