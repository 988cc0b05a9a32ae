//! A client of the sportsbook door as its document and PROTOCOL.md describe it, and what it has to know.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::table::{BOOKS, NAMES, SPORTS, Table, Thing, market_id};
use crate::fanout::frame::{Agreed, Incoming, Inflater, Reader, Role};
use crate::fanout::shard::tests::wire::Socket;

/// What is subscribed to, by number.
#[derive(Clone, Debug, Default)]
pub struct Subscribed {
    pub books: BTreeSet<usize>,
    pub markets: BTreeSet<usize>,
    pub arbitrage: bool,
    pub kinds: BTreeSet<usize>,
    pub sports: BTreeSet<usize>,
}

pub struct Visitor {
    pub socket: Socket,
    pub index: usize,
    reader: Reader,
    inflater: Inflater,
    filter: Subscribed,
    /// Sport, market, counter.
    markets: BTreeMap<String, BTreeMap<String, i64>>,
    arbs: BTreeMap<String, i64>,
    books: BTreeMap<String, i64>,
}

/// What is told of a market is at most so old.
const MARKETS_MS: u64 = 5_000;
const ARBS_MS: u64 = 10_000;

fn market_of(number: usize) -> String {
    market_id(number % SPORTS.len(), u8::try_from(number).unwrap())
}

impl Subscribed {
    pub fn message(&self, kind: &str) -> String {
        let names = |numbers: &BTreeSet<usize>, names: &[&str]| {
            numbers.iter().map(|n| names[*n].to_owned()).collect::<Vec<_>>()
        };
        let markets: Vec<String> = self.markets.iter().map(|n| market_of(*n)).collect();
        json!({"type": kind, "payload": {
            "sportsbooks": names(&self.books, &BOOKS), "markets": markets, "arbitrage": self.arbitrage,
            "marketTypes": names(&self.kinds, &["moneyline", "spread", "total"]), "sports": names(&self.sports, &NAMES),
        }})
        .to_string()
    }

    fn names_a_book(&self, books: u8) -> bool {
        if self.books.is_empty() { books != 0 } else { self.books.iter().any(|book| books & (1 << book) != 0) }
    }

    fn fits(&self, thing: &Thing) -> bool {
        let any = |set: &BTreeSet<usize>, number: usize| set.is_empty() || set.contains(&number);
        let market = self.markets.is_empty() || self.markets.iter().any(|number| market_of(*number) == thing.market);
        self.names_a_book(thing.books) && any(&self.kinds, thing.kind) && any(&self.sports, thing.sport) && market
    }

    fn fits_market(&self, table: &Table, market: &Thing) -> bool {
        let wants = !(self.markets.is_empty() && self.kinds.is_empty() && self.sports.is_empty());
        wants && table.sports.contains(&market.sport) && self.fits(market)
    }

    fn fits_arb(&self, arb: &Thing) -> bool {
        self.arbitrage && self.fits(arb)
    }
}

impl Visitor {
    pub fn new(socket: Socket, index: usize, agreed: Option<Agreed>) -> Visitor {
        Visitor {
            socket,
            index,
            reader: Reader::new(Role::Client, agreed.is_some(), 1 << 22),
            inflater: Inflater::new(agreed.map_or(15, |a| a.window_bits), agreed.is_some_and(|a| a.context)),
            filter: Subscribed::default(),
            markets: BTreeMap::new(),
            arbs: BTreeMap::new(),
            books: BTreeMap::new(),
        }
    }

    pub fn turn_to(&mut self, what: &Subscribed, more: bool) {
        let turn = |set: &mut BTreeSet<usize>, named: &BTreeSet<usize>| {
            if more { set.extend(named) } else { set.retain(|n| !named.contains(n)) }
        };
        let filter = &mut self.filter;
        turn(&mut filter.books, &what.books);
        turn(&mut filter.markets, &what.markets);
        turn(&mut filter.kinds, &what.kinds);
        turn(&mut filter.sports, &what.sports);
        if what.arbitrage {
            filter.arbitrage = more;
        }
    }

    /// Takes in what was sent.
    pub fn hear(&mut self) {
        let mut bytes = self.socket.wire(|wire| std::mem::take(&mut wire.to_client));
        let Visitor { reader, inflater, markets, arbs, books, .. } = self;
        let outcome = reader.read(&mut bytes, inflater, &mut |incoming| {
            match incoming {
                Incoming::Text(text) => take_in(&serde_json::from_str(text).unwrap(), markets, arbs, books),
                other => panic!("{other:?}"),
            }
            ControlFlow::Continue(())
        });
        outcome.unwrap();
    }

    /// Whatever has been so for long enough is known.
    pub fn must_know(&self, table: &Table, now: u64) {
        for market in table.markets.values().filter(|market| market.since + MARKETS_MS <= now) {
            let known = self.markets.get(SPORTS[market.sport]).and_then(|sport| sport.get(&market.id));
            let expected = self.filter.fits_market(table, market).then_some(&market.counter);
            assert_eq!(known, expected, "{} at {now} for {:?}", market.id, self.filter);
        }
        if self.filter.arbitrage {
            for arb in table.arbs.values().filter(|arb| arb.since + ARBS_MS <= now) {
                let expected = self.filter.fits_arb(arb).then_some(&arb.counter);
                assert_eq!(self.arbs.get(&arb.id), expected, "{} at {now} for {:?}", arb.id, self.filter);
            }
        }
        if !self.filter.books.is_empty() {
            for (book, (counter, _)) in &table.books {
                let expected = self.filter.books.iter().any(|n| BOOKS[*n] == book).then_some(counter);
                assert_eq!(self.books.get(book), expected, "{book} at {now} for {:?}", self.filter);
            }
        }
    }

    /// Nothing else is known.
    pub fn must_know_all(&self, table: &Table) {
        let fits = table.markets.values().filter(|market| self.filter.fits_market(table, market));
        let expected: BTreeMap<&str, i64> = fits.map(|market| (&*market.id, market.counter)).collect();
        let known: BTreeMap<&str, i64> =
            self.markets.values().flatten().map(|(id, counter)| (&**id, *counter)).collect();
        assert_eq!(known, expected, "{:?}", self.filter);
    }
}

fn take_in(
    message: &Value,
    markets: &mut BTreeMap<String, BTreeMap<String, i64>>,
    arbs: &mut BTreeMap<String, i64>,
    books: &mut BTreeMap<String, i64>,
) {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{message}")).to_owned();
    let list = |name: &str| message[name].as_array().cloned().unwrap_or_default();
    if message.get("inReplyTo").is_some() {
        return;
    }
    match message["type"].as_str() {
        Some("market_update") => {
            let known = markets.entry(text(&message["sportKey"])).or_default();
            if message["full"] == true {
                known.clear();
            }
            for market in list("markets") {
                let newer = market["timestamp"].as_i64().unwrap();
                let older = known.insert(text(&market["id"]), newer);
                assert!(older.is_none_or(|older| older <= newer), "nothing goes back: {message}");
            }
            for id in list("removed") {
                known.remove(&text(&id));
            }
        }
        Some("arbitrage_update") => {
            let all = list("opportunities");
            assert_eq!(message["total"], all.len());
            *arbs = all.iter().map(|arb| (text(&arb["id"]), arb["timestamp"].as_i64().unwrap())).collect();
        }
        Some("sportsbooks") => {
            let all = list("sportsbooks");
            *books = all.iter().map(|book| (text(&book["id"]), book["lastUpdate"].as_i64().unwrap())).collect();
        }
        Some("connected" | "heartbeat") => {}
        _ => panic!("{message}"),
    }
}
