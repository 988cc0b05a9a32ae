//! What a book offers in a market, and what follows from its prices alone: kept until one of them changes, since
//! answers repeat most of them.

use shared::units::{Odds, Timestamp};

use super::super::Outcome;
use super::books::{BookId, Standing};
use super::fair::whole;
use super::market::Clock;
use super::names::SLOTS;
use super::series::Series;
use super::spelt::Spelt;

/// What a book offers.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) book: BookId,
    pub(super) prices: [Option<Price>; SLOTS],
    /// The provider's time.
    pub(super) updated: Timestamp,
    /// When an answer last had it.
    pub(super) heard: Timestamp,
    pub(super) suspended: bool,
    /// It has had a price for a draw. Then its other prices lose on a draw, also while it has none.
    pub(super) three_way: bool,
    /// The number of the answer that last had it.
    pub(super) answer: u64,
    /// What it was when the market was last looked at.
    pub(super) standing: Standing,
    /// Kept by [`Offer::worth`].
    pub(super) worth: Option<Worth>,
    /// What boards and the store need and answers do not, at another place: an answer reads thousands of offers, and
    /// has the less to read.
    pub(super) kept: Box<Kept>,
}

/// What is kept of an offer for those who look at it.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// Logarithms of its probabilities without margin, in the order of the outcomes, once they are needed;
    /// `Some(None)`: it has none.
    pub(super) logs: Option<Option<[f64; SLOTS]>>,
    /// Its prices as rows have them, once they are needed.
    pub(super) spelt: Spelt,
    pub(super) history: [Series; SLOTS],
}

/// A price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price {
    pub(super) odds: Odds,
    /// Since when it is this, by the provider's clock.
    pub(super) since: Timestamp,
}

/// What an offer's prices come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worth {
    /// Its margin in millionths of a percent; `None` when it has not all prices.
    pub(super) margin: Option<i64>,
    /// What each price pays after commission.
    pub(super) nets: [f64; SLOTS],
}

impl Offer {
    pub(super) fn new(book: BookId) -> Offer {
        Offer {
            book,
            prices: [None; SLOTS],
            updated: Timestamp::default(),
            heard: Timestamp::default(),
            suspended: false,
            three_way: false,
            answer: 0,
            standing: Standing::None,
            worth: None,
            kept: Box::default(),
        }
    }

    /// Takes what a book offers now. Says which prices changed, and whether anything that counts did.
    pub(super) fn update(
        &mut self,
        prices: [Option<Odds>; SLOTS],
        updated: Timestamp,
        heard: Timestamp,
        suspended: bool,
    ) -> ([bool; SLOTS], bool) {
        let mut moved = [false; SLOTS];
        for (slot, odds) in prices.into_iter().enumerate() {
            if self.prices[slot].map(|price| price.odds) != odds {
                self.prices[slot] = odds.map(|odds| Price { odds, since: updated });
                moved[slot] = true;
            }
        }
        if moved != [false; SLOTS] {
            self.forget();
        }
        let three_way = self.three_way || prices[1].is_some();
        // One that is old or suspended comes back by being heard of.
        let changed =
            moved != [false; SLOTS] || suspended != self.suspended || three_way != self.three_way || !self.is_fresh();
        (self.updated, self.heard) = (updated, self.heard.max(heard));
        (self.suspended, self.three_way) = (suspended, three_way);
        (moved, changed)
    }

    /// The book has it no more. Says whether it had.
    pub(super) fn withdraw(&mut self) -> bool {
        let had = self.prices.iter().any(Option::is_some);
        self.prices = [None; SLOTS];
        self.forget();
        had
    }

    /// What followed from its prices does so no more.
    fn forget(&mut self) {
        (self.worth, self.kept.logs) = (None, None);
        self.kept.spelt.clear();
    }

    /// Whether it counted when the market was last looked at.
    pub(super) const fn is_fresh(&self) -> bool {
        matches!(self.standing, Standing::Fresh(_))
    }

    /// Whether it was heard of lately, of a provider that had heard of it lately.
    pub(super) fn is_young(&self, clock: Clock) -> bool {
        clock.now.ms_since(self.heard) <= clock.max_age_ms && self.lag_ms() <= clock.max_lag_ms
    }

    /// How much earlier than the answer the provider's own time is.
    pub(super) fn lag_ms(&self) -> i64 {
        self.heard.ms_since(self.updated)
    }

    /// How old it is: since an answer had it, or since the provider heard of it if that was too long before.
    pub(super) fn age_ms(&self, clock: Clock) -> i64 {
        let since = if self.lag_ms() > clock.max_lag_ms { self.updated } else { self.heard };
        clock.now.ms_since(since).max(0)
    }

    /// What it is for its book, but for its margin.
    pub(super) fn stand(&self, clock: Clock) -> Standing {
        if clock.over || self.prices.iter().all(Option::is_none) {
            Standing::None
        } else if self.suspended {
            Standing::Suspended
        } else if !self.is_young(clock) {
            Standing::Stale
        } else {
            Standing::Fresh(None)
        }
    }

    /// What its prices come to in a market of these outcomes, of which the book leaves `keeps` of a winning.
    pub(super) fn worth(&mut self, places: &[(usize, Outcome)], keeps: f64) -> Worth {
        let prices = &self.prices;
        *self.worth.get_or_insert_with(|| Worth::of(prices, places, keeps))
    }
}

impl Worth {
    fn of(prices: &[Option<Price>; SLOTS], places: &[(usize, Outcome)], keeps: f64) -> Worth {
        let implied = |(slot, _): &(usize, Outcome)| Some(prices[*slot]?.odds.implied());
        let margin = places.iter().try_fold(-1.0, |sum, place| Some(sum + implied(place)?));
        let net = |price: Option<Price>| price.map_or(0.0, |price| 1.0 + (price.odds.to_f64() - 1.0) * keeps);
        Worth { margin: margin.map(|sum| whole(sum * 1e8)), nets: prices.map(net) }
    }
}
