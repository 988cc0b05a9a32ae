//! Frames of the stocks feed to events: exact, without allocation for symbols it has seen.
//!
//! What is no trade and no quote is counted, never an error: `ignored` is a type of message that is
//! not used or not known, `garbage` what should have been an event and could not be read.

use std::num::NonZeroU32;

use shared::units::{Price, Shares, Timestamp};

use super::interner::Interner;
use super::message::{Message, each_message};
use super::scalar::Scalar;
use crate::domain::Tally;
use crate::domain::darkpool::{Event, Quote, Trade, TradeId};

/// Decodes frames one after the other.
#[derive(Debug, Default)]
pub struct Decoder {
    tickers: Interner,
}

impl Decoder {
    /// Appends the events of a frame, in its order. Status messages are passed over: the
    /// connection's business, see [`super::statuses`].
    pub fn decode(&mut self, frame: &str, events: &mut Vec<Event>) -> Tally {
        let mut tally = Tally::default();
        let unreadable = each_message(frame, &mut |message| match message.ev.text() {
            "T" => match self.trade(message) {
                Some(trade) => events.push(Event::Trade(trade)),
                None => tally.garbage += 1,
            },
            "Q" => match self.quote(message) {
                Some(quote) => events.push(Event::Quote(quote)),
                None => tally.garbage += 1,
            },
            "status" => {}
            "" => tally.garbage += 1,
            _ => tally.ignored += 1,
        });
        tally.garbage += unreadable;
        tally
    }

    /// `None` without a ticker, an exchange, a time, or a price and a size above zero.
    fn trade(&mut self, message: &Message<'_>) -> Option<Trade> {
        let positive = |scalar: &Scalar<'_>| scalar.micro().filter(|micro| *micro > 0);
        Some(Trade {
            price: positive(&message.p).map(Price::from_micro)?,
            // The older field has whole shares only and is 0 for a fraction of one.
            size: positive(&message.ds).or_else(|| positive(&message.s)).map(Shares::from_micro)?,
            exchange: u16::try_from(message.x.int()?).ok()?,
            ts: time(&message.t)?,
            ticker: self.tickers.intern(message.sym.text())?,
            id: trade_id(&message.i),
            trf: message.trfi.int().and_then(|id| u32::try_from(id).ok()).and_then(NonZeroU32::new),
            conditions: message.c.codes(),
            executed: time(&message.pt).or_else(|| time(&message.trft)),
            seq: message.q.int().and_then(|q| u64::try_from(q).ok()),
        })
    }

    /// `None` without a ticker or a time, or with a side that is no price.
    fn quote(&mut self, message: &Message<'_>) -> Option<Quote> {
        Some(Quote {
            bid: side(&message.bp)?,
            ask: side(&message.ap)?,
            ts: time(&message.t)?,
            ticker: self.tickers.intern(message.sym.text())?,
        })
    }
}

/// One side of a quote: `Some(None)` when nobody quotes it, `None` when it cannot be read.
fn side(scalar: &Scalar<'_>) -> Option<Option<Price>> {
    if scalar.is_absent() {
        return Some(None);
    }
    scalar.micro().map(|micro| (micro > 0).then_some(Price::from_micro(micro)))
}

/// A time in milliseconds; before 1970 or after the year 9999 it is none (or in another unit).
fn time(scalar: &Scalar<'_>) -> Option<Timestamp> {
    scalar.int().filter(|ms| (1..253_402_300_800_000).contains(ms)).map(Timestamp::from_ms)
}

fn trade_id(scalar: &Scalar<'_>) -> TradeId {
    match scalar {
        Scalar::Text(text) => TradeId::new(text),
        Scalar::Int(id) => TradeId::new(&id.to_string()),
        Scalar::Absent | Scalar::Float(_) | Scalar::Codes(_) | Scalar::Other => TradeId::new(""),
    }
}
