//! Events made in a line, and a follower of all topics.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde_json::Value;
use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::{Class, Rows, Topic, apply};
use shared::units::Timestamp;
use undercurrent::domain::darkpool::{Calendar, Conditions, DarkPoolEngine, Event, Quote, Trade, TradeId};
use undercurrent::domain::{Engine, RowJson, StateOp, TopicChange};

/// 2013-10-07, 10:00 in New York.
pub const TEN: i64 = 1_381_154_400_000;

pub struct Made(pub Trade);

/// A print at the facility 202, numbered by its time.
pub fn print(ticker: &str, ts: i64, price: &str, size: &str) -> Made {
    Made(Trade {
        ticker: ticker.parse().unwrap(),
        id: TradeId::new(&format!("i{ts}")),
        exchange: 4,
        trf: NonZeroU32::new(202),
        price: price.parse().unwrap(),
        size: size.parse().unwrap(),
        conditions: Conditions::default(),
        ts: Timestamp::from_ms(ts),
        executed: None,
        seq: Some(u64::try_from(ts).unwrap()),
    })
}

/// A trade at an exchange.
pub fn lit(ticker: &str, ts: i64, price: &str, size: &str) -> Made {
    let Made(trade) = print(ticker, ts, price, size);
    Made(Trade { exchange: 11, trf: None, ..trade })
}

impl Made {
    pub fn conditions(self, codes: &[u16]) -> Made {
        Made(Trade { conditions: codes.iter().copied().collect(), ..self.0 })
    }

    pub fn executed(self, ts: i64) -> Made {
        Made(Trade { executed: Some(Timestamp::from_ms(ts)), ..self.0 })
    }

    pub fn seq(self, seq: Option<u64>) -> Made {
        Made(Trade { seq, ..self.0 })
    }

    pub fn at(self, exchange: u16, trf: Option<u32>) -> Made {
        Made(Trade { exchange, trf: trf.and_then(NonZeroU32::new), ..self.0 })
    }

    pub fn event(self) -> Event {
        Event::Trade(self.0)
    }
}

/// A quote; an empty side is none.
pub fn quote(ticker: &str, ts: i64, bid: &str, ask: &str) -> Event {
    let side = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    let ticker = ticker.parse().unwrap();
    Event::Quote(Quote { ticker, bid: side(bid), ask: side(ask), ts: Timestamp::from_ms(ts) })
}

/// What the hub and the store are to an engine: tables of all topics, and the stored state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub tables: BTreeMap<Topic, Rows<RowJson>>,
    pub state: BTreeMap<Box<str>, Box<str>>,
}

impl World {
    /// Takes everything that is due, with the state.
    pub fn take(&mut self, engine: &mut DarkPoolEngine) -> Vec<TopicChange> {
        self.take_due(engine, u64::MAX)
    }

    /// Takes what is due at least every so often, with the state.
    pub fn take_due(&mut self, engine: &mut DarkPoolEngine, elapsed_ms: u64) -> Vec<TopicChange> {
        let changes = engine.take(&|due| due.as_millis() <= elapsed_ms.into());
        for change in &changes {
            self.follow(change.clone());
        }
        for op in engine.take_state() {
            match op {
                StateOp::Put(key, value) => drop(self.state.insert(key, value)),
                StateOp::Del(key) => drop(self.state.remove(&key)),
                StateOp::DelPrefix(prefix) => self.state.retain(|key, _| !key.starts_with(&*prefix)),
            }
        }
        changes
    }

    fn follow(&mut self, TopicChange { topic, change, whole, .. }: TopicChange) {
        let class = DarkPoolTopic::parse(&topic).unwrap().kind().class;
        let table = self.tables.entry(topic.clone()).or_default();
        if whole {
            assert_ne!(class, Class::Recent { keep: 1000 }, "a recent topic has no whole");
            table.clear();
        }
        apply(class, table, change);
        if table.is_empty() {
            self.tables.remove(&topic);
        }
    }

    /// A row as JSON; `Null` where there is none.
    pub fn row(&self, topic: &str, key: &str) -> Value {
        let table = self.tables.get(&topic.parse::<Topic>().unwrap());
        table.and_then(|rows| rows.get(key)).map_or(Value::Null, |row| serde_json::from_str(row).unwrap())
    }

    pub fn sentiment(&self, ticker: &str) -> Value {
        self.row("darkpool/sentiment", ticker)
    }

    /// The keys of a topic.
    pub fn keys(&self, topic: &str) -> Vec<String> {
        let table = self.tables.get(&topic.parse::<Topic>().unwrap());
        table.into_iter().flat_map(|rows| rows.keys().map(ToString::to_string)).collect()
    }

    /// The rows of the tape, by time.
    pub fn tape(&self) -> Vec<Value> {
        let topic: Topic = "darkpool/tape".parse().unwrap();
        let rows = self.tables.get(&topic).into_iter().flat_map(BTreeMap::values);
        rows.map(|row| serde_json::from_str(row).unwrap()).collect()
    }
}

/// An engine that was given these events, and its world after a take.
pub fn after(events: impl IntoIterator<Item = Event>) -> (DarkPoolEngine, World) {
    let (mut engine, mut world) = (DarkPoolEngine::new(Calendar::NewYork), World::default());
    events.into_iter().for_each(|event| engine.handle(&event));
    world.take(&mut engine);
    (engine, world)
}
