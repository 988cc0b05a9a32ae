//! A ledger with prices to bet at, and everything that it told.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::domain::bets::BetsTopic;
use shared::domain::odds::MarketKind::{self, H2h, Spreads, Totals};
use shared::stream::{Rows, Topic, apply};
use shared::units::{Money, Timestamp};
use undercurrent::domain::bets::{BetsEngine, BetsSettings};
use undercurrent::domain::market::{FinalScore, Missing, Quote, Quotes};
use undercurrent::domain::{Answered, Refused, Request, RowJson, StateOp, TopicChange};

/// When tests begin.
pub const START: i64 = 1_764_131_400_000;
/// When both events begin.
pub const COMMENCE: i64 = START + 100_000;

/// A market that can be bet on. Its event is the first two letters of its id.
pub struct Market {
    pub id: &'static str,
    kind: MarketKind,
    line: Option<&'static str>,
    three_way: bool,
    pub selections: &'static [&'static str],
}

pub const MARKETS: [Market; 4] = [
    Market { id: "e1:h2h", kind: H2h, line: None, three_way: true, selections: &["home", "draw", "away"] },
    Market {
        id: "e1:spreads:-0.75",
        kind: Spreads,
        line: Some("-0.75"),
        three_way: true,
        selections: &["home", "away"],
    },
    Market { id: "e1:totals:3", kind: Totals, line: Some("3"), three_way: true, selections: &["over", "under"] },
    Market { id: "e2:h2h", kind: H2h, line: None, three_way: false, selections: &["home", "away"] },
];
pub const BOOKS: [&str; 2] = ["betfair", "pinnacle"];

/// What can be bet on.
#[derive(Clone, Debug)]
pub struct Prices(BTreeMap<[Box<str>; 3], Quote>);

impl Default for Prices {
    /// Everything at 2.50, a second old.
    fn default() -> Prices {
        let mut prices = BTreeMap::new();
        for Market { id: market, kind, line, three_way, selections } in MARKETS {
            for (selection, book) in selections.iter().flat_map(|s| BOOKS.map(|book| (*s, book))) {
                let quote = Quote {
                    market: market.into(),
                    selection: selection.into(),
                    book: book.into(),
                    odds: "2.50".parse().unwrap(),
                    age_ms: 1_000,
                    stale: false,
                    suspended: false,
                    kind,
                    three_way,
                    line: line.map(Into::into),
                    event: market[..2].into(),
                    sport: "soccer_epl".into(),
                    home: "Arsenal".into(),
                    away: "Chelsea".into(),
                    name: format!("{selection} of {market}").into(),
                    commence: Timestamp::from_ms(COMMENCE),
                    closed: false,
                };
                prices.insert([market, selection, book].map(Into::into), quote);
            }
        }
        Prices(prices)
    }
}

impl Prices {
    pub fn get(&mut self, market: &str, selection: &str, book: &str) -> &mut Quote {
        self.0.get_mut(&[market, selection, book].map(Into::into)).unwrap()
    }
}

impl Quotes for Prices {
    fn quote(&self, market: &str, selection: &str, book: &str) -> Result<Quote, Missing> {
        if !self.0.keys().any(|[m, ..]| **m == *market) {
            return Err(Missing::Market);
        }
        if !self.0.keys().any(|[m, s, _]| **m == *market && **s == *selection) {
            return Err(Missing::Selection);
        }
        self.0.get(&[market, selection, book].map(Into::into)).cloned().ok_or(Missing::Book)
    }
}

/// What hub, store and the odds engine were told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub tables: BTreeMap<Topic, Rows<RowJson>>,
    pub state: BTreeMap<Box<str>, Box<str>>,
    pub pools: BTreeMap<Box<str>, Vec<(Box<str>, Money)>>,
    pub payouts: BTreeMap<Box<str>, Vec<(Box<str>, Money)>>,
    pub active: BTreeMap<Box<str>, u32>,
}

/// A ledger, its prices, and what it told.
#[derive(Debug, Default)]
pub struct House {
    pub engine: BetsEngine,
    pub prices: Prices,
    pub settings: BetsSettings,
    pub told: Told,
    /// Milliseconds since [`START`].
    pub now_ms: i64,
    /// Topics that someone follows.
    pub followed: Vec<Topic>,
    /// Topics that changed with the last step.
    pub changed: Vec<TopicChange>,
}

impl House {
    pub fn new(settings: BetsSettings) -> House {
        House { engine: BetsEngine::new(settings.clone()), settings, ..House::default() }
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_ms(START + self.now_ms)
    }

    pub fn follow(&mut self, topic: &str) {
        let topic: Topic = topic.parse().unwrap();
        assert!(self.engine.open(&topic));
        self.followed.push(topic);
        self.take();
    }

    pub fn leave(&mut self, topic: &str) {
        self.followed.retain(|followed| followed.as_str() != topic);
        let topic: Topic = topic.parse().unwrap();
        self.engine.close(&topic);
        self.told.tables.remove(&topic);
    }

    /// Asks, and takes what came of it. `user`: nobody when empty, an operator when it begins with `op`.
    pub fn answered(&mut self, user: &str, name: &str, args: Value) -> Answered {
        let operator = user.starts_with("op");
        let user = (!user.is_empty()).then(|| user.parse().unwrap());
        let request = Request { user, operator, name: name.into(), args, at: self.at() };
        let answered = self.engine.command(&request, &self.prices);
        self.take();
        answered
    }

    pub fn ask(&mut self, user: &str, name: &str, args: Value) -> Result<Value, Refused> {
        let outcome = self.answered(user, name, args).outcome?;
        Ok(serde_json::from_str(outcome.get()).unwrap())
    }

    /// Places a bet of 10.00 on `home` of `e1:h2h` at `pinnacle` at 2.50, but for what is given.
    pub fn place(&mut self, user: &str, client_ref: &str, but: &Value) -> Result<Value, Refused> {
        self.ask(user, "place_bet", bet_args(client_ref, but)).map(|answer| answer["bet"].clone())
    }

    pub fn score(&mut self, event: &str, home: i32, away: i32) {
        self.engine.settle(&FinalScore { event: event.into(), home, away, at: self.at() });
        self.take();
    }

    /// What the hub's task does between two requests.
    pub fn take(&mut self) {
        for pool in self.engine.take_pools() {
            if pool.stakes.is_empty() {
                assert!(pool.payouts.is_empty(), "{pool:?}");
                self.told.pools.remove(&pool.market);
                self.told.payouts.remove(&pool.market);
            } else {
                self.told.payouts.insert(pool.market.clone(), pool.payouts);
                self.told.pools.insert(pool.market, pool.stakes);
            }
        }
        for active in self.engine.take_active() {
            self.told.active.insert(active.book, active.count);
        }
        self.told.active.retain(|_, count| *count > 0);
        self.changed = self.engine.take();
        for TopicChange { topic, change, whole, .. } in self.changed.clone() {
            assert!(self.followed.contains(&topic), "nobody follows {topic}");
            let class = BetsTopic::parse(&topic).unwrap().kind().class;
            let table = self.told.tables.entry(topic).or_default();
            if whole {
                table.clear();
            }
            apply(class, table, change);
        }
        for op in self.engine.take_state() {
            match op {
                StateOp::Put(key, value) => drop(self.told.state.insert(key, value)),
                StateOp::Del(key) => drop(self.told.state.remove(&key)),
                StateOp::DelPrefix(prefix) => self.told.state.retain(|key, _| !key.starts_with(&*prefix)),
            }
        }
    }

    /// The process was killed: what was stored is all that is left.
    pub fn restart(&mut self) {
        self.engine = BetsEngine::new(self.settings.clone());
        self.engine.restore(&self.told.state);
        self.told.pools.clear();
        self.told.payouts.clear();
        self.told.active.clear();
        for topic in &self.followed {
            assert!(self.engine.open(topic));
        }
        let stored = self.told.state.clone();
        self.take();
        assert_eq!(self.told.state, stored, "what was read is stored already");
    }

    /// A row as JSON; `Null` where there is none.
    pub fn row(&self, topic: &str, key: &str) -> Value {
        let table = self.told.tables.get(&topic.parse::<Topic>().unwrap());
        table.and_then(|rows| rows.get(key)).map_or(Value::Null, |row| serde_json::from_str(row).unwrap())
    }

    /// The rows of a topic, in order.
    pub fn rows(&self, topic: &str) -> Vec<Value> {
        let table = self.told.tables.get(&topic.parse::<Topic>().unwrap());
        table.into_iter().flat_map(Rows::values).map(|row| serde_json::from_str(row).unwrap()).collect()
    }
}

/// The arguments of [`House::place`]; `null` leaves one out.
pub fn bet_args(client_ref: &str, but: &Value) -> Value {
    let mut args = json!({
        "client_ref": client_ref, "market": "e1:h2h", "selection": "home", "book": "pinnacle",
        "stake": "10.00", "decimal": "2.50",
    });
    let args = args.as_object_mut().unwrap();
    args.extend(but.as_object().cloned().unwrap());
    args.retain(|_, value| !value.is_null());
    json!(args)
}
