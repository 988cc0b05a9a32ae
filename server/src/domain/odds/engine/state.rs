//! What is known as text under keys, so that a restarted engine goes on where it was.
//!
//! | key | value |
//! |---|---|
//! | `p` | whether rows are told: `0` or `1` |
//! | `a/{id}` | an arbitrage that is open |
//! | `e/{event}` | how an event ended |
//! | `f/{event}` | an event |
//! | `b/{book}` | a book |
//! | `m/{market}` | a market's offers and pools |
//! | `h/{market}` | its histories |
//!
//! The first three and the removals are stored at once; the rest, which providers repeat, with the slow topics,
//! and so also with the last take before a stop, in which everything is due. Histories are large: a few each time,
//! those that wait longest first.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::domain::odds::MarketKind;
use shared::units::{Money, Odds, Timestamp};

use super::arbs::Place;
use super::fixture::Facts;
use super::market::{Market, Stakes};
use super::marks::Reader;
use super::names::{SLOTS, parse_market};
use super::offer::{Offer, Price};
use super::series::Series;
use super::{Gone, OddsEngine};
use crate::domain::StateOp;

/// Histories that are stored at once at most.
const HISTORIES: usize = 64;

/// What has to be stored beside the marked markets.
#[derive(Clone, Debug, Default)]
pub(super) struct Unstored {
    /// It is time for what can wait.
    pub(super) due: bool,
    pub(super) publishing: bool,
    pub(super) books: bool,
    pub(super) gone: Gone,
    /// Markets whose events stay.
    pub(super) gone_lines: BTreeSet<Arc<str>>,
}

/// A market as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredMarket {
    /// Stakes, and what they would bring back, in 1e-12 dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pools: Option<[[i128; SLOTS]; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payouts: Option<[[i128; SLOTS]; 2]>,
    offers: Vec<StoredOffer>,
}

/// Book, provider's time, when it was heard of, suspended, had a draw, prices.
#[derive(Serialize, Deserialize)]
struct StoredOffer(Box<str>, Timestamp, Timestamp, u8, u8, [Option<StoredPrice>; SLOTS]);

/// Numerator and denominator, and since when.
#[derive(Serialize, Deserialize)]
struct StoredPrice(u64, u64, Timestamp);

/// Points: second, numerator, denominator.
type StoredSeries = [Vec<(u32, u32, u32)>; SLOTS];

/// The histories of a market: of the consensus, and of each book.
#[derive(Serialize, Deserialize)]
struct StoredHistory {
    fair: StoredSeries,
    books: Vec<(Box<str>, StoredSeries)>,
}

impl OddsEngine {
    pub(super) fn store(&mut self) -> Vec<StateOp> {
        let mut ops = Vec::new();
        if std::mem::take(&mut self.unstored.publishing) {
            ops.push(put("p", "", if self.publishing { "1" } else { "0" }));
        }
        for (id, text) in self.arbs.take_unstored() {
            ops.push(text.map_or_else(|| del("a/", &id), |text| put("a/", &id, text)));
        }
        for (event, text) in self.ended.take_unstored() {
            ops.push(text.map_or_else(|| del("e/", event.as_str()), |text| put("e/", event.as_str(), text)));
        }
        for event in std::mem::take(&mut self.unstored.gone) {
            ops.push(del("f/", event.as_str()));
            ops.extend(["m/", "h/"].map(|of| StateOp::DelPrefix(format!("{of}{event}:").into())));
        }
        for line in std::mem::take(&mut self.unstored.gone_lines) {
            ops.extend(["m/", "h/"].map(|of| del(of, &line)));
        }
        if std::mem::take(&mut self.unstored.due) {
            self.store_slow(&mut ops);
        }
        ops
    }

    fn store_slow(&mut self, ops: &mut Vec<StateOp>) {
        if std::mem::take(&mut self.unstored.books) || self.books.changed {
            ops.extend(self.books.to_store().map(|(name, text)| put("b/", name, text)));
        }
        for (_, fixture) in &mut self.fixtures {
            if fixture.take_unstored() {
                ops.push(put("f/", fixture.facts.event.as_str(), text(&fixture.facts)));
            }
        }
        for number in self.marks.take(Reader::State, usize::MAX) {
            if let Some(market) = self.markets.get(number) {
                ops.push(put("m/", &market.id, text(&self.stored_market(market))));
            }
        }
        for number in self.marks.take(Reader::History, HISTORIES) {
            if let Some(market) = self.markets.get(number) {
                ops.push(put("h/", &market.id, text(&self.stored_history(market))));
            }
        }
    }

    fn stored_market(&self, market: &Market) -> StoredMarket {
        let told = |sums: [[Money; SLOTS]; 2]| {
            Some(sums.map(|of| of.map(Money::pico))).filter(|sums| *sums != [[0; SLOTS]; 2])
        };
        let (pools, payouts) = (told(market.pools.map(|of| of.stakes)), told(market.pools.map(|of| of.payouts)));
        let price = |price: Price| StoredPrice(price.odds.numerator(), price.odds.denominator(), price.since);
        let offers = market.offers.iter().map(|offer| {
            let name = (*self.books.get(offer.book).name).into();
            let prices = offer.prices.map(|of| of.map(price));
            StoredOffer(name, offer.updated, offer.heard, offer.suspended.into(), offer.three_way.into(), prices)
        });
        StoredMarket { pools, payouts, offers: offers.collect() }
    }

    fn stored_history(&self, market: &Market) -> StoredHistory {
        let stored = |series: &[Series; SLOTS]| {
            series.each_ref().map(|of| of.points().iter().map(|point| point.to_parts()).collect())
        };
        let book = |offer: &Offer| ((*self.books.get(offer.book).name).into(), stored(&offer.kept.history));
        StoredHistory { fair: stored(&market.fair_history), books: market.offers.iter().map(book).collect() }
    }

    /// Takes up a stored state. What cannot be read is counted.
    pub(super) fn load(&mut self, state: &BTreeMap<Box<str>, Box<str>>) {
        // Events come before their markets, books before their offers, offers before their histories.
        for prefix in ["p", "e/", "b/", "f/", "m/", "h/", "a/"] {
            let from = state.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
            let of_kind = from.take_while(|(key, _)| key.starts_with(prefix));
            for (key, value) in of_kind {
                if self.load_one(prefix, &key[prefix.len()..], value).is_none() {
                    self.counts.unreadable += 1;
                }
            }
        }
        self.marks.take(Reader::State, usize::MAX);
        self.marks.take(Reader::History, usize::MAX);
    }

    fn load_one(&mut self, kind: &str, key: &str, value: &str) -> Option<()> {
        match kind {
            "p" => self.publishing = value != "0",
            "e/" => self.ended.restore(key, value)?,
            "b/" => self.books.restore(key, value, &self.settings)?,
            "f/" => self.load_fixture(serde_json::from_str(value).ok()?),
            "m/" => self.load_market(key, serde_json::from_str(value).ok()?)?,
            "h/" => self.load_history(key, serde_json::from_str(value).ok()?)?,
            _ => {
                let (by_id, fixtures) = (&self.by_id, &self.fixtures);
                // Every market is looked at after a restart, and with it what is open there.
                let is_known = |(event, of): &Place| {
                    let fixture = by_id.get(event).map(|number| &fixtures[*number]);
                    fixture.is_some_and(|fixture| match of {
                        (MarketKind::H2h, _) | (_, Some(_)) => fixture.markets.contains_key(of),
                        (kind, None) => fixture.markets.keys().any(|(other, _)| other == kind),
                    })
                };
                self.arbs.restore(value, is_known)?;
            }
        }
        Some(())
    }

    fn load_fixture(&mut self, facts: Facts) {
        let number = self.insert_fixture(facts);
        self.fixtures[number].take_unstored();
        self.await_fixture(number);
    }

    fn load_market(&mut self, id: &str, stored: StoredMarket) -> Option<()> {
        let (event, of) = parse_market(id)?;
        let fixture = *self.by_id.get(&event)?;
        let number = self.insert_market(fixture, of);
        self.markets[number].restored = true;
        for (whose, pool) in self.markets[number].pools.iter_mut().enumerate() {
            let sums = |of: Option<[[i128; SLOTS]; 2]>| of.unwrap_or_default()[whose].map(Money::from_pico);
            *pool = Stakes { stakes: sums(stored.pools), payouts: sums(stored.payouts) };
        }
        for StoredOffer(name, updated, heard, suspended, three_way, prices) in stored.offers {
            let book = self.books.number(&name, &name, &self.settings)?;
            let place = self.markets[number].place(book, &self.books);
            let price = |of: StoredPrice| Some(Price { odds: Odds::new(of.0, of.1).ok()?, since: of.2 });
            let prices = prices.map(|of| of.and_then(price));
            let (suspended, three_way) = (suspended != 0, three_way != 0);
            self.markets[number].three_way |= three_way;
            let offer = Offer { prices, updated, heard, suspended, three_way, ..Offer::new(book) };
            self.markets[number].offers[place] = offer;
            self.offers += 1;
        }
        self.marks.mark(number);
        Some(())
    }

    fn load_history(&mut self, id: &str, stored: StoredHistory) -> Option<()> {
        let number = self.find(id)?;
        let restored = |of: StoredSeries| of.each_ref().map(|parts| Series::restore(parts));
        self.markets[number].fair_history = restored(stored.fair);
        for (name, series) in stored.books {
            let book = self.books.find(&name)?;
            let offer = self.markets[number].offers.iter_mut().find(|offer| offer.book == book)?;
            offer.kept.history = restored(series);
        }
        let market = &self.markets[number];
        let all = market.offers.iter().flat_map(|offer| &offer.kept.history).chain(&market.fair_history);
        self.points += all.map(|series| series.points().len()).sum::<usize>();
        Some(())
    }
}

fn text<T: Serialize>(stored: &T) -> String {
    serde_json::to_string(stored).expect("texts and numbers are JSON")
}

fn put(kind: &str, key: &str, value: impl Into<Box<str>>) -> StateOp {
    StateOp::Put(format!("{kind}{key}").into(), value.into())
}

fn del(kind: &str, key: &str) -> StateOp {
    StateOp::Del(format!("{kind}{key}").into())
}
