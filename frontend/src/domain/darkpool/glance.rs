//! All tickers at a glance: sums for the strip above the table, and the sentence for those who
//! listen instead of looking.

use shared::units::{Money, Ratio, Ticker, Timestamp};

use super::tickers::{Row, Tickers};
use crate::model::text::{self, Sign};

/// Sums over `darkpool/top`, and who stands out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// How many tickers.
    pub tickers: usize,
    /// Bullish notional.
    pub bullish: Money,
    /// Bearish notional.
    pub bearish: Money,
    /// All off-exchange notional.
    pub notional: Money,
    /// Prints.
    pub prints: u64,
    /// The newest print's time.
    pub newest: Timestamp,
    /// The most bullish ticker and its net amount.
    pub most: Option<(Ticker, Money)>,
    /// The most bearish.
    pub least: Option<(Ticker, Money)>,
}

impl Glance {
    /// Looks at all tickers of the top.
    #[must_use]
    pub fn of(tickers: &Tickers) -> Glance {
        let mut glance = Glance::default();
        let mut ends: Option<(Row, Row)> = None;
        for (_, row) in tickers.iter().filter(|(_, row)| tickers.is_in_top(*row)) {
            glance.tickers += 1;
            glance.bullish += tickers.bullish(row);
            glance.bearish += tickers.bearish(row);
            glance.notional += tickers.notional(row);
            glance.prints += tickers.prints(row);
            glance.newest = glance.newest.max(tickers.last(row).map_or(glance.newest, |last| last.ts));
            let (most, least) = ends.get_or_insert((row, row));
            if tickers.net(row) > tickers.net(*most) {
                *most = row;
            }
            if tickers.net(row) < tickers.net(*least) {
                *least = row;
            }
        }
        let named = |row: Row| tickers.symbol(row).map(|ticker| (ticker.clone(), tickers.net(row)));
        glance.most = ends.and_then(|(most, _)| named(most)).filter(|(_, net)| *net > Money::ZERO);
        glance.least = ends.and_then(|(_, least)| named(least)).filter(|(_, net)| *net < Money::ZERO);
        glance
    }

    /// Bullish less bearish.
    #[must_use]
    pub fn net(&self) -> Money {
        self.bullish - self.bearish
    }

    /// From -1 to 1.
    #[must_use]
    pub fn sentiment(&self) -> Option<Ratio> {
        Ratio::of(self.net().pico(), (self.bullish + self.bearish).pico())
    }

    /// How much of the bar is bullish, in tenths of a percent.
    #[must_use]
    pub fn bullish_permille(&self) -> i128 {
        let all = (self.bullish + self.bearish).pico();
        if all == 0 { 500 } else { (self.bullish.pico() / (all / 1000).max(1)).clamp(0, 1000) }
    }

    /// One sentence about it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut out = format!("{} tickers, net {}", self.tickers, text::money(self.net(), Sign::Always));
        if let Some((ticker, net)) = &self.most {
            out += &format!("; most bullish {ticker} {}", text::money(*net, Sign::Always));
        }
        if let Some((ticker, net)) = &self.least {
            out += &format!("; most bearish {ticker} {}", text::money(*net, Sign::Always));
        }
        out.push('.');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::tickers::{Origin, tests::*};
    use super::*;

    #[test]
    fn sums_are_over_the_top_alone() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Top, row("A", 300, 5), false);
        tickers.put(Origin::Top, row("B", -200, 9), false);
        tickers.put(Origin::Own, row("C", 900, 99), false);
        let glance = Glance::of(&tickers);
        assert_eq!(glance.net().cents(), 10_000);
        assert_eq!(glance.newest, Timestamp::from_ms(9));
        assert_eq!(glance.sentence(), "2 tickers, net +$100; most bullish A +$300; most bearish B \u{2212}$200.");
        assert_eq!(glance.bullish_permille(), 555);
    }

    #[test]
    fn an_empty_market_is_no_division_by_zero() {
        let glance = Glance::of(&Tickers::default());
        assert_eq!((glance.sentiment(), glance.bullish_permille()), (None, 500));
        assert_eq!(glance.sentence(), "0 tickers, net $0.");
    }
}
