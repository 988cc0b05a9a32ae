//! What is fair: each book's prices without its margin, all books together, and our own pool beside them.
//!
//! Computed when a row or a history needs it, since it costs more than everything else; each book's part is
//! kept until its prices change.

use shared::domain::odds::{Lmsr, PriceSource, blend, consensus_of_logs, devig, offer_ticks, pool, pool_weight};
use shared::units::{Money, Odds};

use super::super::Outcome;
use super::books::Books;
use super::market::{Market, Stakes};
use super::names::SLOTS;
use super::offer::Price;
use super::settings::{Hybrid, OddsSettings, whole_ms};

/// Decimals of our own prices.
const TICK_DECIMALS: u32 = 2;
/// In dollars; no market maker is less liquid.
const CENT: f64 = 0.01;

/// Fair probabilities of the outcomes, by their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fair {
    pub(super) consensus: [Option<f64>; SLOTS],
    pub(super) hybrid: [Option<f64>; SLOTS],
    pub(super) offered: [Option<Odds>; SLOTS],
    pub(super) source: Option<PriceSource>,
}

impl Market {
    /// Computes what is fair of the offers that count.
    pub(super) fn price(&mut self, books: &Books, settings: &OddsSettings) {
        let places = self.outcomes();
        let agreed = self.agree(books, settings);
        let half_weight = dollars(settings.half_weight);
        let (hybrid, source) = match settings.hybrid {
            Hybrid::Pool => self.with_pool(agreed.as_deref(), half_weight),
            Hybrid::Lmsr { b } => self.with_maker(agreed.as_deref(), b, half_weight),
        }
        .unzip();
        let margin = settings.margin_pct.micro() as f64 / 1e8;
        let offered = hybrid.as_ref().and_then(|hybrid| offer_ticks(hybrid, margin, TICK_DECIMALS));
        let mut fair = Fair { source, ..Fair::default() };
        for (index, (slot, _)) in places.iter().enumerate() {
            fair.consensus[*slot] = agreed.as_ref().map(|of| of[index]);
            fair.hybrid[*slot] = hybrid.as_ref().map(|of| of[index]);
            fair.offered[*slot] = offered.as_ref().map(|of| of[index]);
        }
        self.fair = fair;
    }

    /// What all books that have the whole market think.
    fn agree(&mut self, books: &Books, settings: &OddsSettings) -> Option<Vec<f64>> {
        let places = self.outcomes();
        let three_way = places.len() == SLOTS;
        for offer in self.offers.iter_mut().filter(|offer| offer.is_fresh() && offer.three_way == three_way) {
            let prices = offer.prices;
            offer.kept.logs.get_or_insert_with(|| logs(settings, &prices, places));
        }
        // Weights are relative, so ages are counted from the newest: time alone changes nothing.
        let newest = self.offers.iter().filter(|offer| offer.is_fresh()).map(|offer| offer.heard).max()?;
        let half_life_ms = whole_ms(settings.half_life).max(1) as f64;
        let mut opinions = Vec::with_capacity(self.offers.len());
        for offer in self.offers.iter().filter(|offer| offer.is_fresh() && offer.three_way == three_way) {
            if let Some(Some(logs)) = &offer.kept.logs {
                let age_ms = newest.ms_since(offer.heard) as f64;
                let weight = f64::from(books.get(offer.book).terms.weight) * (-age_ms / half_life_ms).exp2();
                opinions.push((weight, &logs[..places.len()]));
            }
        }
        consensus_of_logs(&opinions)
    }

    /// The consensus and what is staked with us.
    fn with_pool(&self, agreed: Option<&[f64]>, half_weight: f64) -> Option<(Vec<f64>, PriceSource)> {
        let stakes = self.pooled(|pool| &pool.stakes);
        let staked: f64 = stakes.iter().sum();
        match agreed {
            Some(agreed) if staked > 0.0 => Some((pool(agreed, &stakes, half_weight), PriceSource::Both)),
            Some(agreed) => Some((agreed.to_vec(), PriceSource::Books)),
            None if staked > 0.0 => Some((stakes.iter().map(|stake| stake / staked).collect(), PriceSource::Pool)),
            None => None,
        }
    }

    /// The consensus and the prices of a market maker, whose say is what it may lose: the same before it sold anything.
    fn with_maker(&self, agreed: Option<&[f64]>, b: Money, half_weight: f64) -> Option<(Vec<f64>, PriceSource)> {
        let sold = self.pooled(|pool| &pool.payouts);
        let bets = sold.iter().any(|shares| *shares > 0.0);
        let maker = Lmsr { b: dollars(b).max(CENT), q: sold };
        // After a run on one outcome something is left of the others.
        let own: Vec<f64> = maker.price().into_iter().map(|p| p.max(f64::MIN_POSITIVE)).collect();
        match agreed {
            Some(agreed) => {
                let weight = pool_weight(maker.max_loss(), half_weight);
                Some((blend(agreed, &own, weight), PriceSource::Both))
            }
            // One that sold nothing knows nothing.
            None => bets.then_some((own, PriceSource::Pool)),
        }
    }

    /// Dollars of each outcome, in both pools.
    fn pooled(&self, of: impl Fn(&Stakes) -> &[Money; SLOTS]) -> Vec<f64> {
        let sum = |slot: usize| self.pools.iter().map(|pool| of(pool)[slot]).fold(Money::ZERO, |sum, more| sum + more);
        self.outcomes().iter().map(|(slot, _)| dollars(sum(*slot))).collect()
    }
}

/// Logarithms of a book's probabilities without its margin, in the order of the outcomes; `None` unless it has a
/// price of each.
fn logs(settings: &OddsSettings, prices: &[Option<Price>; SLOTS], places: &[(usize, Outcome)]) -> Option<[f64; SLOTS]> {
    let odds: Option<Vec<f64>> = places.iter().map(|(slot, _)| Some(prices[*slot]?.odds.to_f64())).collect();
    let probabilities = devig(settings.devig, &odds?).ok()?;
    let mut logs = [0.0; SLOTS];
    logs.iter_mut().zip(probabilities).for_each(|(log, p)| *log = p.ln());
    Some(logs)
}

fn dollars(money: Money) -> f64 {
    money.pico() as f64 / 1e12
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "prices and probabilities are far inside, and it saturates")]
pub(super) fn whole(number: f64) -> i64 {
    number.round() as i64
}
