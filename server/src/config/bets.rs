//! Settings of the ledger of bets.

use shared::units::Money;

use super::ConfigError;
use super::read::Reader;
use crate::domain::bets::BetsSettings;

impl BetsSettings {
    pub(super) fn read(from: &Reader<'_>) -> Result<BetsSettings, ConfigError> {
        let money = |name| {
            let allowed = "an amount of dollars from 0.01 to 1000000000";
            from.parse(name, allowed, |text| {
                let money: Money = text.parse().ok()?;
                (1..=100_000_000_000).contains(&money.cents()).then_some(money)
            })
        };
        Ok(BetsSettings {
            min_stake: money("bets_min_stake")?,
            max_stake: money("bets_max_stake")?,
            max_payout: money("bets_max_payout")?,
            max_open_bets: from.number("bets_max_open", 1..=1_000_000)?,
        })
    }
}
