//! What the hub needs of a domain.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use shared::stream::{Change, Topic};
use shared::units::Timestamp;

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

    /// What changed since the last take in the topics whose interval is due.
    fn take(&mut self, due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange>;

    /// What to store so that [`Engine::restore`] gives exactly the present state.
    fn take_state(&mut self) -> Vec<StateOp>;
}
