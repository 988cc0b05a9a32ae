//! Answers made in a line, and a follower of all topics.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use shared::domain::kind_of;
use shared::domain::odds::{ArbRow, ClosedArbRow, MarketKind, MarketRow, OddsTopic};
use shared::stream::{Class, Rows, Topic, apply};
use shared::units::{Odds, Percent, Timestamp};
use undercurrent::domain::odds::engine::{BookTerms, OddsSettings};
use undercurrent::domain::odds::{BookOdds, Event, EventOdds, OddsEngine, Offer, Outcome, Score};
use undercurrent::domain::{Engine, RowJson, StateOp, TopicChange};

/// When the tests begin; events begin an hour later.
pub const NOON: i64 = 1_790_000_000_000;
pub const KICK_OFF: i64 = NOON + 3_600_000;

pub const fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

/// An offer: `h2h 2.10 3.40 3.60`, `h2h 1.9 2.0`, `spreads -1.5 1.95 -`, `totals 2.5 1.9 2.0 suspended`.
pub fn offer(text: &str, updated: i64) -> Offer {
    let mut words: Vec<&str> = text.split(' ').collect();
    let suspended = words.last() == Some(&"suspended");
    words.truncate(words.len() - usize::from(suspended));
    let hundredths = |line: &str| {
        let cents: f64 = line.parse::<f64>().unwrap() * 100.0;
        #[expect(clippy::cast_possible_truncation)]
        Some(cents.round() as i32)
    };
    let (kind, line, prices) = match words[0] {
        "h2h" => (MarketKind::H2h, None, &words[1..]),
        "spreads" => (MarketKind::Spreads, hundredths(words[1]), &words[2..]),
        _ => (MarketKind::Totals, hundredths(words[1]), &words[2..]),
    };
    let outcomes: &[Outcome] = match (kind, prices.len()) {
        (MarketKind::H2h, 3) => &[Outcome::Home, Outcome::Draw, Outcome::Away],
        (MarketKind::Totals, _) => &[Outcome::Over, Outcome::Under],
        _ => &[Outcome::Home, Outcome::Away],
    };
    let prices = outcomes.iter().zip(prices).filter(|(_, price)| **price != "-");
    let prices = prices.map(|(outcome, price)| (*outcome, odds(price))).collect();
    Offer { kind, line, prices, updated: at(updated), suspended }
}

/// Decimal, or a fraction.
pub fn odds(text: &str) -> Odds {
    match text.split_once('/') {
        Some((num, den)) => Odds::new(num.parse().unwrap(), den.parse().unwrap()).unwrap(),
        None => text.parse().unwrap(),
    }
}

/// An answer about an event of `soccer_epl`, Arsenal against Chelsea: each book with its offers.
pub fn answer(event: &str, ms: i64, books: &[(&str, &[&str])]) -> EventOdds {
    let book = |(book, offers): &(&str, &[&str])| BookOdds {
        book: (*book).into(),
        title: book.to_uppercase().into(),
        offers: offers.iter().map(|text| offer(text, ms)).collect(),
    };
    EventOdds {
        event: event.parse().unwrap(),
        sport: "soccer_epl".parse().unwrap(),
        sport_title: "EPL".into(),
        home: "Arsenal".into(),
        away: "Chelsea".into(),
        commence: at(KICK_OFF),
        books: books.iter().map(book).collect(),
        all_books: true,
        at: at(ms),
        response_ms: Some(90),
    }
}

pub fn score(event: &str, ms: i64, home: i32, away: i32, completed: bool) -> Event {
    Event::Score(Score { event: event.parse().unwrap(), home, away, completed, at: at(ms) })
}

/// Books `x` and `exchange` take 2 % of winnings; `sharp` has three times the say.
pub fn settings() -> OddsSettings {
    let two = Percent::from_micro(2_000_000);
    let terms = |commission, weight| BookTerms { commission, weight };
    let books = [("x", terms(two, 1)), ("exchange", terms(two, 1)), ("sharp", terms(Percent::default(), 3))];
    OddsSettings { books: books.map(|(book, terms)| (book.into(), terms)).into(), ..OddsSettings::default() }
}

/// [`settings`] of one who believes a provider only if it heard of a price in the last minute itself.
pub fn strict() -> OddsSettings {
    OddsSettings { max_lag: Duration::from_secs(60), ..settings() }
}

/// What the hub and the store are to an engine: tables of all topics, and the stored state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub tables: BTreeMap<Topic, Rows<RowJson>>,
    pub state: BTreeMap<Box<str>, Box<str>>,
}

/// An engine with its world, of which the board is followed.
pub struct Stand {
    pub engine: OddsEngine,
    pub world: World,
    pub now: i64,
    opened: Vec<Topic>,
}

impl Stand {
    pub fn new(settings: OddsSettings) -> Stand {
        let mut engine = OddsEngine::new(settings);
        engine.tick(at(NOON));
        let mut stand = Stand { engine, world: World::default(), now: NOON, opened: Vec::new() };
        stand.open("odds/board/soccer_epl");
        stand
    }

    pub fn open(&mut self, topic: &str) {
        let topic: Topic = topic.parse().unwrap();
        assert!(self.engine.open(&topic));
        self.opened.push(topic);
    }

    /// Gives it an answer at its own time, and takes everything.
    pub fn tell(&mut self, odds: EventOdds) -> Vec<TopicChange> {
        self.hear(&Event::Odds(odds))
    }

    pub fn hear(&mut self, event: &Event) -> Vec<TopicChange> {
        if let Event::Odds(EventOdds { at, .. }) | Event::Score(Score { at, .. }) = event {
            self.now = self.now.max(at.ms());
        }
        self.engine.handle(event);
        self.pass(0)
    }

    /// Lets time pass, and takes everything.
    pub fn pass(&mut self, ms: i64) -> Vec<TopicChange> {
        self.now += ms;
        self.engine.tick(at(self.now));
        self.world.take(&mut self.engine, |_| true)
    }

    /// A process that was killed: what was stored is all that is left.
    pub fn restart(&mut self, settings: OddsSettings) {
        self.engine = OddsEngine::new(settings);
        self.engine.restore(self.world.state.clone());
        self.opened.iter().for_each(|topic| assert!(self.engine.open(topic)));
        self.pass(0);
    }

    pub fn market(&self, id: &str) -> MarketRow {
        self.world.read("odds/board/soccer_epl", id).unwrap()
    }

    pub fn arbs(&self) -> Vec<ArbRow> {
        self.world.rows("odds/arbs")
    }

    pub fn closed(&self) -> Vec<ClosedArbRow> {
        self.world.rows("odds/closed")
    }
}

impl World {
    /// Takes what is due, with the state.
    pub fn take(&mut self, engine: &mut OddsEngine, due: impl Fn(Duration) -> bool) -> Vec<TopicChange> {
        let changes = engine.take(&due);
        changes.iter().for_each(|change| self.follow(change.clone()));
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
        let class = kind_of(&topic).unwrap().class;
        let table = self.tables.entry(topic.clone()).or_default();
        if whole {
            assert_eq!(class, Class::State, "a recent topic has no whole");
            table.clear();
        }
        apply(class, table, change);
        if table.is_empty() {
            self.tables.remove(&topic);
        }
    }

    pub fn keys(&self, topic: &str) -> Vec<String> {
        let table = self.tables.get(&topic.parse::<Topic>().unwrap());
        table.into_iter().flat_map(|rows| rows.keys().map(ToString::to_string)).collect()
    }

    pub fn json(&self, topic: &str, key: &str) -> Option<RowJson> {
        self.tables.get(&topic.parse::<Topic>().unwrap())?.get(key).cloned()
    }

    pub fn read<R: serde::de::DeserializeOwned>(&self, topic: &str, key: &str) -> Option<R> {
        Some(serde_json::from_str(&self.json(topic, key)?).unwrap())
    }

    pub fn rows<R: serde::de::DeserializeOwned>(&self, topic: &str) -> Vec<R> {
        let table = self.tables.get(&topic.parse::<Topic>().unwrap());
        table.into_iter().flat_map(BTreeMap::values).map(|row| serde_json::from_str(row).unwrap()).collect()
    }

    pub fn value(&self, topic: &str, key: &str) -> Value {
        self.read(topic, key).unwrap_or_default()
    }
}

/// The intervals are what the engine and the topics agree on.
#[test]
fn a_board_is_due_every_half_second() {
    let board = OddsTopic::Board("soccer_epl".parse().unwrap());
    assert_eq!(board.kind().due, Duration::from_millis(500));
    let mut stand = Stand::new(settings());
    stand.pass(0);
    stand.engine.handle(&Event::Odds(answer("e", NOON, &[("a", &["h2h 2 2"])])));
    let changes = stand.world.take(&mut stand.engine, |due| due == board.kind().due);
    assert_eq!(changes.iter().map(|change| change.topic.clone()).collect::<Vec<_>>(), [board.topic()]);
}
