//! Books as text under keys, so that a restarted engine goes on where it was.
//!
//! | key | value |
//! |---|---|
//! | `s` | the session day |
//! | `t/{ticker}` | totals, tick reference, quote, newest print, numbers seen |
//! | `l/{ticker}/{bucket}` | a level |
//! | `m/{ticker}/{minute}` | a minute |
//! | `z/{ticker}/{slot}` | a size that the score looks back on; these outlive the day |
//!
//! Integers separated by spaces, `-` where there is none. Quotes are stored with the next trade of
//! their ticker, not by themselves: there are ten times as many, and a restart makes them old.

use std::collections::BTreeMap;
use std::str::{FromStr, Split};

use shared::domain::darkpool::Side;
use shared::units::{Money, Price, Shares, Ticker, Timestamp};

use super::classify::{Nbbo, TickReference};
use super::dedupe::Seen;
use super::levels::{Level, Levels};
use super::minutes::{Minute, Minutes};
use super::sums::{Sum, Sums};
use super::ticker::{Book, Last, TickerDay};
use super::zscore::{Sample, Sizes};
use crate::domain::StateOp;
use crate::domain::darkpool::TradeId;

/// The key of the session day.
pub(super) const SESSION: &str = "s";

/// Prefixes of everything that ends with the session day.
pub(super) const OF_THE_DAY: [&str; 3] = ["t/", "l/", "m/"];

/// What changed of a book since it was stored.
pub(super) fn store(book: &mut Book, ops: &mut Vec<StateOp>) {
    let Book { ticker, nbbo, sizes, day } = book;
    if day.newest.is_some() {
        ops.push(put(format!("t/{ticker}"), totals(nbbo, day)));
        let (gone, changed) = day.levels.take_unstored();
        ops.extend(gone.iter().map(|bucket| StateOp::Del(format!("l/{ticker}/{bucket}").into())));
        for Level { bucket, notional, shares, prints, .. } in changed {
            let value = format!("{} {} {prints}", notional.pico(), shares.micro());
            ops.push(put(format!("l/{ticker}/{bucket}"), value));
        }
        let (gone, changed) = day.minutes.take_unstored();
        ops.extend(gone.iter().map(|minute| StateOp::Del(format!("m/{ticker}/{minute}").into())));
        for Minute { minute, net_cents, price } in changed {
            ops.push(put(format!("m/{ticker}/{minute}"), format!("{net_cents} {}", price.micro())));
        }
    }
    for sample in sizes.take_unstored() {
        ops.push(put(format!("z/{ticker}/{}", sample.slot()), format!("{} {}", sample.number, sample.log)));
    }
}

/// The books of a stored state, and how many entries could not be read.
pub(super) fn load(state: &BTreeMap<Box<str>, Box<str>>) -> (BTreeMap<Ticker, Book>, u64) {
    let mut parts: BTreeMap<Ticker, Parts> = BTreeMap::new();
    let mut unreadable = 0;
    for (key, value) in state {
        if &**key != SESSION && read(key, value, &mut parts).is_none() {
            unreadable += 1;
        }
    }
    (parts.into_iter().map(|(ticker, parts)| (ticker.clone(), parts.into_book(ticker))).collect(), unreadable)
}

/// What is gathered of a book before it is put together.
#[derive(Default)]
struct Parts {
    totals: Option<(Nbbo, TickerDay, Option<Price>)>,
    levels: Vec<Level>,
    minutes: Vec<Minute>,
    samples: Vec<Sample>,
}

impl Parts {
    fn into_book(self, ticker: Ticker) -> Book {
        let mut book = Book { sizes: Sizes::restore(self.samples), ..Book::new(ticker) };
        // Levels and minutes belong to a day; without its totals there was none.
        if let Some((nbbo, day, width)) = self.totals {
            let (levels, minutes) = (Levels::restore(width, self.levels), Minutes::restore(self.minutes));
            book.nbbo = nbbo;
            book.day = TickerDay { levels, minutes, ..day };
        }
        book
    }
}

fn read(key: &str, value: &str, books: &mut BTreeMap<Ticker, Parts>) -> Option<()> {
    let (kind, rest) = key.split_once('/')?;
    let (ticker, place) = match rest.split_once('/') {
        Some((ticker, place)) => (ticker, place.parse::<i64>().ok()),
        None => (rest, None),
    };
    let parts = books.entry(ticker.parse().ok()?).or_default();
    let mut fields = Fields(value.split(' '));
    match (kind, place) {
        ("t", None) => parts.totals = Some(read_totals(&mut fields)?),
        ("l", Some(bucket)) => {
            let (notional, shares, prints) = (fields.money()?, fields.shares()?, fields.next()?);
            parts.levels.push(Level { bucket, notional, shares, prints, unstored: false });
        }
        ("m", Some(minute)) => {
            parts.minutes.push(Minute { minute, net_cents: fields.next()?, price: fields.price()? });
        }
        ("z", Some(_)) => parts.samples.push(Sample { number: fields.next()?, log: fields.next()? }),
        _ => return None,
    }
    Some(())
}

fn totals(nbbo: &Nbbo, day: &TickerDay) -> String {
    let TickerDay { newest, seen, tick, regular, extended, dark_shares, total_shares, last, levels, minutes: _ } = day;
    let mut text = Text(String::with_capacity(512));
    text.maybe(newest.map(Timestamp::ms));
    for price in [tick.last, tick.before, nbbo.bid, nbbo.ask, levels.width()] {
        text.maybe(price.map(Price::micro));
    }
    text.int(nbbo.ts.ms());
    for Sum { amount, prints } in [regular, extended].into_iter().flat_map(|s| [s.bullish, s.bearish, s.neutral]) {
        text.int(amount.pico());
        text.int(prints);
    }
    text.int(dark_shares.micro());
    text.int(total_shares.micro());
    text.text(&seen.encode());
    text.maybe(last.map(|last| last.ts.ms()));
    if let Some(Last { ts: _, price, size, side, trf, id }) = last {
        text.int(price.micro());
        text.int(size.micro());
        text.int(side_digit(*side));
        text.int(*trf);
        text.text(id.as_str());
    }
    text.0
}

fn read_totals(fields: &mut Fields<'_>) -> Option<(Nbbo, TickerDay, Option<Price>)> {
    let newest = fields.maybe()?.map(Timestamp::from_ms);
    let mut price = || Some(fields.maybe()?.map(Price::from_micro));
    let tick = TickReference { last: price()?, before: price()? };
    let (bid, ask, width) = (price()?, price()?, price()?);
    let nbbo = Nbbo { bid, ask, ts: fields.time()? };
    let (regular, extended) = (fields.sums()?, fields.sums()?);
    let (dark_shares, total_shares) = (fields.shares()?, fields.shares()?);
    let seen = Seen::decode(fields.text()?)?;
    let last = match fields.maybe()?.map(Timestamp::from_ms) {
        Some(ts) => Some(fields.last_print(ts)?),
        None => None,
    };
    let (levels, minutes) = (Levels::default(), Minutes::default());
    let day = TickerDay { newest, seen, tick, regular, extended, dark_shares, total_shares, last, levels, minutes };
    Some((nbbo, day, width))
}

/// Fields being written.
struct Text(String);

impl Text {
    fn text(&mut self, value: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(value);
    }

    fn int(&mut self, value: impl itoa::Integer) {
        self.text(itoa::Buffer::new().format(value));
    }

    fn maybe(&mut self, value: Option<i64>) {
        match value {
            Some(value) => self.int(value),
            None => self.text("-"),
        }
    }
}

/// Fields being read. `None`: it is not what was written.
struct Fields<'a>(Split<'a, char>);

impl<'a> Fields<'a> {
    fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    fn next<T: FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    fn maybe(&mut self) -> Option<Option<i64>> {
        match self.text()? {
            "-" => Some(None),
            text => text.parse().ok().map(Some),
        }
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.next().map(Timestamp::from_ms)
    }

    fn price(&mut self) -> Option<Price> {
        self.next().map(Price::from_micro)
    }

    fn shares(&mut self) -> Option<Shares> {
        self.next().map(Shares::from_micro)
    }

    fn money(&mut self) -> Option<Money> {
        self.next().map(Money::from_pico)
    }

    fn sums(&mut self) -> Option<Sums> {
        let mut sum = || Some(Sum { amount: self.money()?, prints: self.next()? });
        Some(Sums { bullish: sum()?, bearish: sum()?, neutral: sum()? })
    }

    fn last_print(&mut self, ts: Timestamp) -> Option<Last> {
        let (price, size) = (self.price()?, self.shares()?);
        let side = match self.text()? {
            "0" => Side::Bullish,
            "1" => Side::Bearish,
            "2" => Side::Neutral,
            _ => return None,
        };
        Some(Last { ts, price, size, side, trf: self.next()?, id: TradeId::new(self.text()?) })
    }
}

const fn side_digit(side: Side) -> u8 {
    match side {
        Side::Bullish => 0,
        Side::Bearish => 1,
        Side::Neutral => 2,
    }
}

fn put(key: String, value: String) -> StateOp {
    StateOp::Put(key.into(), value.into())
}
