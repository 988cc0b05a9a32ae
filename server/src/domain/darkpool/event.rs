//! What the stocks feed decodes frames into: owned, exact, without allocation.

use std::fmt;
use std::num::NonZeroU32;

use shared::units::{Price, Shares, Ticker, Timestamp};

/// Something happened in the market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A trade was reported.
    Trade(Trade),
    /// The best bid or offer changed.
    Quote(Quote),
}

/// A reported trade, on or off an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The stock.
    pub ticker: Ticker,
    /// The provider's id: unique only for a ticker, an exchange and a facility.
    pub id: TradeId,
    /// The provider's id of the exchange; 4 is FINRA's facilities.
    pub exchange: u16,
    /// The trade reporting facility; only off-exchange trades have one.
    pub trf: Option<NonZeroU32>,
    /// Dollars per share.
    pub price: Price,
    /// Shares, above zero.
    pub size: Shares,
    /// What kind of sale.
    pub conditions: Conditions,
    /// When the consolidated tape had it.
    pub ts: Timestamp,
    /// When it was executed or reported, if the provider says so (`pt`, else `trft`).
    pub executed: Option<Timestamp>,
    /// Its number: unique and increasing for a ticker and a day, with gaps.
    pub seq: Option<u64>,
}

/// The best bid and offer of all exchanges. A side without a quote is `None`, never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The stock.
    pub ticker: Ticker,
    /// Best bid.
    pub bid: Option<Price>,
    /// Best offer.
    pub ask: Option<Price>,
    /// When the consolidated tape had it.
    pub ts: Timestamp,
}

/// A trade's id as the provider writes it, cut to 24 bytes of printable ASCII.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeId {
    len: u8,
    bytes: [u8; TradeId::LONGEST],
}

impl TradeId {
    const LONGEST: usize = 24;

    /// From the provider's text; anything that is not a letter, a digit, `-`, `_` or `.` is left out.
    #[must_use]
    pub fn new(text: &str) -> TradeId {
        let mut id = TradeId { len: 0, bytes: [0; TradeId::LONGEST] };
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        for (slot, byte) in id.bytes.iter_mut().zip(text.bytes().filter(plain)) {
            *slot = byte;
            id.len += 1;
        }
        id
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("only ASCII is put in")
    }
}

impl fmt::Debug for TradeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A trade's condition codes: at most eight, more are dropped (the tape knows at most four).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Conditions {
    len: u8,
    codes: [u16; Conditions::MOST],
}

impl Conditions {
    const MOST: usize = 8;

    /// Adds a code; beyond the eighth nothing happens.
    pub fn push(&mut self, code: u16) {
        if let Some(slot) = self.codes.get_mut(usize::from(self.len)) {
            *slot = code;
            self.len += 1;
        }
    }

    /// The codes in the provider's order.
    #[must_use]
    pub fn as_slice(&self) -> &[u16] {
        &self.codes[..usize::from(self.len)]
    }
}

impl FromIterator<u16> for Conditions {
    fn from_iter<I: IntoIterator<Item = u16>>(codes: I) -> Conditions {
        let mut conditions = Conditions::default();
        codes.into_iter().for_each(|code| conditions.push(code));
        conditions
    }
}

impl fmt::Debug for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}
