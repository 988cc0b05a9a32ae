//! The tables behind the door, beside the hub's: what there is, and since when.

use std::collections::BTreeMap;

use serde_json::json;
use shared::domain::kind_of;
use shared::domain::odds::OddsTopic;
use shared::stream::{Change, Epoch, Topic};
use shared::units::Timestamp;

use crate::hub::{Hub, OpenError, TopicState};

pub const SPORTS: [&str; 3] = ["basketball_nba", "soccer_epl", "icehockey_nhl"];
/// As clients call them.
pub const NAMES: [&str; 3] = ["NBA", "soccer_epl", "IceHockey"];
pub const BOOKS: [&str; 3] = ["alpha", "beta", "gamma"];
pub const KINDS: [&str; 3] = ["h2h", "spreads", "totals"];

/// A market or an opportunity, and since when it is so.
#[derive(Clone, Debug)]
pub struct Thing {
    pub id: String,
    pub sport: usize,
    pub kind: usize,
    /// In which market an opportunity is.
    pub market: String,
    /// A bit each.
    pub books: u8,
    /// Different for each change; what is sent as its timestamp.
    pub counter: i64,
    /// When it changed; when it went, where there are no books.
    pub since: u64,
}

pub struct Table {
    pub markets: BTreeMap<String, Thing>,
    pub arbs: BTreeMap<String, Thing>,
    /// Each book's counter and since when.
    pub books: BTreeMap<String, (i64, u64)>,
    pub sports: Vec<usize>,
    counter: i64,
}

fn of(topic: &OddsTopic) -> Topic {
    topic.topic()
}

fn board(sport: usize) -> Topic {
    of(&OddsTopic::Board(SPORTS[sport].parse().unwrap()))
}

/// A market's id says which one of a sport it is.
pub fn market_id(sport: usize, market: u8) -> String {
    format!("{}-{market}:{}", &SPORTS[sport][..3], KINDS[usize::from(market) % 3])
}

impl Table {
    pub fn new(hub: &Hub) -> Table {
        let mut table = Table {
            markets: BTreeMap::new(),
            arbs: BTreeMap::new(),
            books: BTreeMap::new(),
            sports: Vec::new(),
            counter: 0,
        };
        for topic in OddsTopic::STANDING {
            table.put(hub, &of(&topic));
        }
        table
    }

    fn put(&mut self, hub: &Hub, topic: &Topic) {
        let (kind, epoch) = (kind_of(topic).unwrap(), self.epoch());
        hub.put(TopicState::new(topic.clone(), kind, epoch, 60_000, Timestamp::default()));
    }

    fn epoch(&mut self) -> Epoch {
        self.counter += 1;
        format!("e{}", self.counter).parse().unwrap()
    }

    /// A board is made when someone asks for it.
    pub fn open(&mut self, hub: &Hub, topic: &Topic) -> Result<(), OpenError> {
        if !hub.is_open(topic) {
            self.put(hub, topic);
            let all: Vec<Thing> = self.markets.values().filter(|m| board(m.sport) == *topic).cloned().collect();
            all.iter().for_each(|market| self.write_market(hub, market));
        }
        Ok(())
    }

    fn write(&self, hub: &Hub, topic: &Topic, key: &str, row: Option<serde_json::Value>) {
        if !hub.is_open(topic) {
            return;
        }
        let mut change = Change::new();
        match row {
            Some(row) => change.set(key.into(), row.to_string().into()),
            None => change.del(key.into()),
        }
        hub.alter(topic, |state| {
            if let Some(prepared) = state.prepare(change, None) {
                state.commit(prepared, Timestamp::default());
            }
        });
    }

    fn write_market(&self, hub: &Hub, market: &Thing) {
        let books: BTreeMap<_, _> = (0..BOOKS.len())
            .filter(|book| market.books & (1 << book) != 0)
            .map(|book| (BOOKS[book], json!({"decimal": "1.91", "ts": market.counter, "suspended": false})))
            .collect();
        let row = json!({
            "id": market.id, "event": "e", "sport": SPORTS[market.sport], "home": "H", "away": "A", "commence_ms": 0,
            "live": false, "market": KINDS[market.kind], "line": null, "devig": "power", "complete": false,
            "selections": [{"id": "home", "name": "H", "books": books}], "updated_ms": market.counter,
        });
        self.write(hub, &board(market.sport), &market.id, (market.books != 0).then_some(row));
    }

    pub fn set_market(&mut self, hub: &Hub, now: u64, sport: usize, market: u8, books: u8) {
        self.counter += 1;
        let (id, kind) = (market_id(sport, market), usize::from(market) % 3);
        let thing = Thing { market: id.clone(), id, sport, kind, books, counter: self.counter, since: now };
        self.write_market(hub, &thing);
        self.markets.insert(thing.id.clone(), thing);
    }

    pub fn set_arb(&mut self, hub: &Hub, now: u64, arb: u8, open: bool) {
        self.counter += 1;
        let (sport, kind) = (usize::from(arb) % SPORTS.len(), usize::from(arb) % 3);
        let (id, market, books) =
            (format!("arb-{arb}"), market_id(sport, arb), if open { 3_u8 << (arb % 2) } else { 0 });
        let legs: Vec<_> = (0..BOOKS.len())
            .filter(|book| books & (1 << book) != 0)
            .map(|book| {
                json!({"market_id": market, "selection": "home", "name": "H", "book": BOOKS[book], "decimal": "2.10",
                    "commission_pct": "0.00", "line": null, "stake": "50.00"})
            })
            .collect();
        let row = json!({
            "id": id, "kind": "arb", "event": "e", "sport": SPORTS[sport], "home": "H", "away": "A", "commence_ms": 0,
            "live": false, "market": KINDS[kind], "line": null, "legs": legs, "booksum": "0.9900", "roi_pct": "1.20",
            "profit_per_100": "1.20", "best_pct": "1.20", "push_possible": false, "opened_ms": 0,
            "updated_ms": self.counter,
        });
        self.write(hub, &of(&OddsTopic::Arbs), &id, open.then_some(row));
        let thing = Thing { id: id.clone(), sport, kind, market, books, counter: self.counter, since: now };
        self.arbs.insert(id, thing);
    }

    pub fn set_book(&mut self, hub: &Hub, now: u64, book: usize) {
        self.counter += 1;
        let row = json!({"id": BOOKS[book], "name": BOOKS[book], "status": "online", "markets": 1, "active_bets": 0,
            "commission_pct": "0.00", "updated_ms": self.counter});
        self.write(hub, &of(&OddsTopic::Books), BOOKS[book], Some(row));
        self.books.insert(BOOKS[book].to_owned(), (self.counter, now));
    }

    pub fn add_sport(&mut self, hub: &Hub, sport: usize) {
        if !self.sports.contains(&sport) {
            self.sports.push(sport);
            let title = ["NBA", "EPL", "Ice Hockey - NHL"][sport];
            let row =
                json!({"id": SPORTS[sport], "title": title, "events": 1, "live": 0, "markets": 1, "updated_ms": 0});
            self.write(hub, &of(&OddsTopic::Sports), SPORTS[sport], Some(row));
        }
    }

    pub fn renumber(&mut self, hub: &Hub, sport: usize) {
        let epoch = self.epoch();
        if hub.is_open(&board(sport)) {
            hub.alter(&board(sport), |state| state.renumber(epoch));
        }
    }
}
