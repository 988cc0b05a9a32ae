//! Within which bounds bets are taken.

use shared::units::Money;

const PICO_PER_DOLLAR: i128 = 1_000_000_000_000;

/// Within which bounds bets are taken. How old a price may be is a matter of whoever quotes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BetsSettings {
    /// The least that can be staked on a bet.
    pub min_stake: Money,
    /// The most that can be staked on a bet.
    pub max_stake: Money,
    /// The most that a bet may bring back, stake included.
    pub max_payout: Money,
    /// How many bets of a user may be open at once.
    pub max_open_bets: u32,
}

impl Default for BetsSettings {
    fn default() -> BetsSettings {
        let dollars = |dollars: i128| Money::from_pico(dollars * PICO_PER_DOLLAR);
        BetsSettings {
            min_stake: dollars(1),
            max_stake: dollars(10_000),
            max_payout: dollars(1_000_000),
            max_open_bets: 1_000,
        }
    }
}
