//! One ticker's book: its session day, and the little that outlives it.
//!
//! A print is a trade off the exchanges. All trades count in volume and move the tick reference;
//! only prints have a side and a place on the tape.

use shared::domain::darkpool::{Policy, Rule, Side};
use shared::units::{Money, Price, Ratio, Shares, Ticker, Timestamp};

use super::classify::{Nbbo, TickReference, classify, is_late};
use super::dedupe::Seen;
use super::levels::Levels;
use super::minutes::Minutes;
use super::sums::Sums;
use super::zscore::Sizes;
use crate::domain::darkpool::{Conditions, Trade, TradeId};

/// The provider's id of FINRA's facilities. Trades there that name a facility are off-exchange;
/// without one they are of the alternative display facility, which shows its quotes like an exchange.
const FINRA: u16 = 4;

/// From so many shares or so many dollars on, a print is a block.
const BLOCK_SHARES: Shares = Shares::from_micro(10_000 * 1_000_000);
const BLOCK_NOTIONAL: Money = Money::from_pico(200_000 * 10_i128.pow(12));

/// Everything that is known of a ticker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) ticker: Ticker,
    pub(super) nbbo: Nbbo,
    pub(super) sizes: Sizes,
    pub(super) day: TickerDay,
}

/// What begins again with each session day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TickerDay {
    /// The time of the newest trade; `None` while nothing was traded.
    pub(super) newest: Option<Timestamp>,
    pub(super) seen: Seen,
    pub(super) tick: TickReference,
    /// Prints in regular hours.
    pub(super) regular: Sums,
    /// Prints in extended hours.
    pub(super) extended: Sums,
    /// Shares of prints in regular hours.
    pub(super) dark_shares: Shares,
    /// Shares of all trades in regular hours.
    pub(super) total_shares: Shares,
    pub(super) last: Option<Last>,
    pub(super) levels: Levels,
    pub(super) minutes: Minutes,
}

/// The newest print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Last {
    pub(super) ts: Timestamp,
    pub(super) price: Price,
    pub(super) size: Shares,
    pub(super) side: Side,
    pub(super) trf: u32,
    pub(super) id: TradeId,
}

/// A print as the tape shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Print {
    pub(super) ticker: Ticker,
    pub(super) last: Last,
    pub(super) notional: Money,
    pub(super) rule: Option<Rule>,
    /// The quote in force; empty when there was none.
    pub(super) nbbo: Nbbo,
    pub(super) conditions: Conditions,
    pub(super) late: bool,
    pub(super) block: bool,
    pub(super) extended: bool,
    pub(super) z: Option<Ratio>,
}

impl Book {
    /// A ticker of which nothing is known.
    pub(super) fn new(ticker: Ticker) -> Book {
        Book { ticker, nbbo: Nbbo::default(), sizes: Sizes::default(), day: TickerDay::default() }
    }

    /// A new trade of the present day that counts in volume; gives the print if it was one.
    pub(super) fn trade(&mut self, trade: &Trade, policy: Policy, regular: bool) -> Option<Print> {
        let late = is_late(trade.ts, trade.executed);
        // Whether its price says something about now.
        let current = policy == Policy::Full && !late;
        let trf = trade.trf.filter(|_| trade.exchange == FINRA);
        let print = trf.map(|trf| self.print(trade, trf.get(), policy, late, regular));
        let day = &mut self.day;
        day.newest = day.newest.max(Some(trade.ts));
        if regular {
            day.total_shares += trade.size;
        }
        if current {
            day.tick.trade(trade.price);
        }
        print
    }

    fn print(&mut self, trade: &Trade, trf: u32, policy: Policy, late: bool, regular: bool) -> Print {
        let current = policy == Policy::Full && !late;
        // The quote that a late print was executed at is gone.
        let nbbo = if late { Nbbo::default() } else { self.nbbo.at(trade.ts) };
        let day = &mut self.day;
        let (side, rule) = if current { classify(trade.price, &nbbo, &day.tick) } else { (Side::Neutral, None) };
        let notional = trade.price.notional(trade.size);
        let last = Last { ts: trade.ts, price: trade.price, size: trade.size, side, trf, id: id_of(trade) };
        day.last = Some(last);
        if regular {
            day.regular.add(side, notional);
            day.dark_shares += trade.size;
        } else {
            day.extended.add(side, notional);
        }
        // A late print did trade at its price; an averaged or agreed price is no level.
        if policy == Policy::Full {
            day.levels.add(trade.price, trade.size, notional);
        }
        if current {
            day.minutes.print(trade.ts, day.regular.net(), trade.price);
        }
        Print {
            ticker: self.ticker.clone(),
            last,
            notional,
            rule,
            nbbo,
            conditions: trade.conditions,
            late,
            block: trade.size >= BLOCK_SHARES || notional >= BLOCK_NOTIONAL,
            extended: !regular,
            z: self.sizes.score(notional, current),
        }
    }
}

impl TickerDay {
    /// Off-exchange notional of the whole day, all hours.
    pub(super) fn notional(&self) -> Money {
        self.regular.total().amount + self.extended.total().amount
    }
}

/// The provider's id; where it gives none, something that tells two prints apart just as well.
fn id_of(trade: &Trade) -> TradeId {
    if !trade.id.as_str().is_empty() {
        return trade.id;
    }
    match trade.seq {
        Some(number) => TradeId::new(&format!("q{number}")),
        None => TradeId::new(&format!("p{}s{}", trade.price.micro(), trade.size.micro())),
    }
}
