//! Which side a trade leans to, by C. Lee and M. Ready, "Inferring trade direction from intraday
//! data", Journal of Finance 46 (1991).
//!
//! Against the middle of the best bid and offer first; where that says nothing, against the last
//! different price. It is right for about four trades in five and weakest inside the quotes, where
//! off-exchange prints live. All comparisons are of integers.

use shared::domain::darkpool::{Rule, Side};
use shared::units::{Price, Timestamp};

/// A quote that is older says nothing about a trade.
const QUOTE_LIVES_MS: i64 = 5_000;

/// A report that comes later after the execution says nothing about now: facilities have to be
/// told within 10 s (FINRA rule 6380A).
const LATE_AFTER_MS: i64 = 10_000;

/// The best bid and offer that was quoted last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nbbo {
    pub(super) bid: Option<Price>,
    pub(super) ask: Option<Price>,
    pub(super) ts: Timestamp,
}

/// The newest price and the last one that was different from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TickReference {
    pub(super) last: Option<Price>,
    pub(super) before: Option<Price>,
}

/// Whether a trade was reported too late to be compared with the quote.
pub(super) fn is_late(ts: Timestamp, executed: Option<Timestamp>) -> bool {
    executed.is_some_and(|executed| ts.ms_since(executed) > LATE_AFTER_MS)
}

/// The side, and the test that gave it; neutral when neither could.
pub(super) fn classify(price: Price, nbbo: &Nbbo, tick: &TickReference) -> (Side, Option<Rule>) {
    match nbbo.lean(price) {
        Side::Neutral => match tick.lean(price) {
            Side::Neutral => (Side::Neutral, None),
            side @ (Side::Bullish | Side::Bearish) => (side, Some(Rule::Tick)),
        },
        side @ (Side::Bullish | Side::Bearish) => (side, Some(Rule::Quote)),
    }
}

impl Nbbo {
    /// The quote in force at `ts`: empty when it is too old.
    pub(super) fn at(&self, ts: Timestamp) -> Nbbo {
        if ts.ms_since(self.ts) <= QUOTE_LIVES_MS { *self } else { Nbbo::default() }
    }

    /// Above or below the middle. One-sided and crossed quotes have none.
    fn lean(&self, price: Price) -> Side {
        let (Some(bid), Some(ask)) = (self.bid, self.ask) else { return Side::Neutral };
        if ask < bid || bid.micro() <= 0 {
            return Side::Neutral;
        }
        let twice_middle = i128::from(bid.micro()) + i128::from(ask.micro());
        side_of(2 * i128::from(price.micro()), twice_middle)
    }
}

impl TickReference {
    /// Remembers the price of a trade that may be compared with.
    pub(super) fn trade(&mut self, price: Price) {
        if self.last != Some(price) {
            self.before = self.last;
            self.last = Some(price);
        }
    }

    /// Above or below the last different price.
    fn lean(&self, price: Price) -> Side {
        let reference = if self.last == Some(price) { self.before } else { self.last };
        reference.map_or(Side::Neutral, |reference| side_of(price.micro().into(), reference.micro().into()))
    }
}

fn side_of(price: i128, reference: i128) -> Side {
    match price.cmp(&reference) {
        std::cmp::Ordering::Greater => Side::Bullish,
        std::cmp::Ordering::Less => Side::Bearish,
        std::cmp::Ordering::Equal => Side::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Option<Price> {
        (!text.is_empty()).then(|| text.parse().unwrap())
    }

    #[test]
    fn the_quote_decides_first_and_the_tick_where_it_cannot() {
        let cases = [
            // bid, ask, earlier prices, price, expected
            ("10.00", "10.02", &["10.05"][..], "10.0101", (Side::Bullish, Some(Rule::Quote))),
            ("10.00", "10.03", &["10.00"], "10.0149", (Side::Bearish, Some(Rule::Quote))),
            ("10.00", "10.02", &["10.02", "10.01"], "10.01", (Side::Bearish, Some(Rule::Tick))),
            ("10.03", "10.02", &["10.00"], "10.01", (Side::Bullish, Some(Rule::Tick))),
            ("", "", &["10.00"], "9.99", (Side::Bearish, Some(Rule::Tick))),
            ("10.00", "10.02", &[], "10.01", (Side::Neutral, None)),
        ];
        for (bid, ask, earlier, at, expected) in cases {
            let nbbo = Nbbo { bid: price(bid), ask: price(ask), ts: Timestamp::default() };
            let mut tick = TickReference::default();
            earlier.iter().for_each(|p| tick.trade(price(p).unwrap()));
            assert_eq!(classify(price(at).unwrap(), &nbbo, &tick), expected, "{bid} {ask} {earlier:?} {at}");
        }
    }

    #[test]
    fn a_quote_is_in_force_for_five_seconds() {
        let nbbo = Nbbo { bid: price("1"), ask: price("2"), ts: Timestamp::from_ms(1_000) };
        assert_eq!(nbbo.at(Timestamp::from_ms(6_000)), nbbo);
        assert_eq!(nbbo.at(Timestamp::from_ms(6_001)), Nbbo::default());
    }

    #[test]
    fn a_report_is_late_after_ten_seconds() {
        let late = |ms| is_late(Timestamp::from_ms(ms), Some(Timestamp::from_ms(0)));
        assert!(!late(10_000) && late(10_001) && !is_late(Timestamp::from_ms(1), None));
    }
}
