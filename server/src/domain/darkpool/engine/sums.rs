//! What prints add up to, by side. Exact: rounding happens when a row is written.

use shared::domain::darkpool::Side;
use shared::units::Money;

/// Amounts and numbers of prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) bullish: Sum,
    pub(super) bearish: Sum,
    pub(super) neutral: Sum,
}

/// Of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Price times size.
    pub(super) amount: Money,
    pub(super) prints: u64,
}

impl Sums {
    /// Adds a print.
    pub(super) fn add(&mut self, side: Side, notional: Money) {
        let sum = match side {
            Side::Bullish => &mut self.bullish,
            Side::Bearish => &mut self.bearish,
            Side::Neutral => &mut self.neutral,
        };
        sum.amount += notional;
        sum.prints += 1;
    }

    /// Bullish less bearish.
    pub(super) fn net(&self) -> Money {
        self.bullish.amount - self.bearish.amount
    }

    /// Of all sides.
    pub(super) fn total(&self) -> Sum {
        let Sums { bullish, bearish, neutral } = self;
        Sum {
            amount: bullish.amount + bearish.amount + neutral.amount,
            prints: bullish.prints + bearish.prints + neutral.prints,
        }
    }
}
