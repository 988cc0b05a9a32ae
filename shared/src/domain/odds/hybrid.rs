//! Hybrid probabilities: what the books think and what is staked with us, together.
//!
//! A pool of stakes is blended linearly, a market maker of our own log-linearly. The difference matters: in a pool a
//! stake also raises the pool's weight, and a geometric blend with a growing weight can *lower* the probability of
//! the outcome that was staked on.

use super::consensus::{normalise, softmax};

/// How much a pool of `total` counts against the consensus: `total / (total + half_weight)`; at `half_weight` they
/// count the same. Between 0 and 1.
#[must_use]
pub fn pool_weight(total: f64, half_weight: f64) -> f64 {
    if total > 0.0 { total / (total + half_weight.max(0.0)) } else { 0.0 }
}

/// The consensus after a pool of `stakes` was seen: `(S_i + L p_i) / (sum S + L)` with `L = half_weight`, in currency.
///
/// That is the mean of a Dirichlet distribution whose prior is the consensus. A stake that is missing or not above 0
/// counts as none; without stakes it is the consensus.
#[must_use]
pub fn pool(consensus: &[f64], stakes: &[f64], half_weight: f64) -> Vec<f64> {
    let stake = |index: usize| stakes.get(index).copied().filter(|s| s.is_finite() && *s > 0.0).unwrap_or_default();
    let total: f64 = (0..consensus.len()).map(stake).sum();
    if total <= 0.0 {
        return consensus.to_vec();
    }
    let prior = half_weight.max(0.0);
    consensus.iter().enumerate().map(|(index, p)| (stake(index) + prior * p) / (total + prior)).collect()
}

/// The consensus and `own` probabilities, log-linearly: in proportion to `p^(1 - weight) * own^weight`, which adds
/// log-odds. `weight` is cut to 0 ... 1; lists of different lengths give the consensus.
#[must_use]
pub fn blend(consensus: &[f64], own: &[f64], weight: f64) -> Vec<f64> {
    let weight = weight.clamp(0.0, 1.0);
    if own.len() != consensus.len() || weight.is_nan() || weight == 0.0 {
        return consensus.to_vec();
    }
    let mut blended: Vec<f64> =
        consensus.iter().zip(own).map(|(p, own)| p.powf(1.0 - weight) * own.powf(weight)).collect();
    normalise(&mut blended);
    blended
}

/// A market maker with the logarithmic scoring rule (Hanson 2003): whoever buys a share of an outcome is paid 1 if it
/// comes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Lmsr {
    /// How many shares it takes to move the price; above 0.
    pub b: f64,
    /// Shares sold of each outcome; at least one outcome.
    pub q: Vec<f64>,
}

impl Lmsr {
    /// One that has sold nothing of `outcomes`.
    #[must_use]
    pub fn new(b: f64, outcomes: usize) -> Lmsr {
        Lmsr { b, q: vec![0.0; outcomes] }
    }

    /// What a little of each outcome costs: its probability. They sum to 1.
    #[must_use]
    pub fn price(&self) -> Vec<f64> {
        softmax(&self.q, self.b)
    }

    /// What has been paid for all shares: `b ln sum e^(q / b)`, with `b ln n` for none.
    #[must_use]
    pub fn cost(&self) -> f64 {
        let most = self.q.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + self.b * self.q.iter().map(|q| ((q - most) / self.b).exp()).sum::<f64>().ln()
    }

    /// Sells `shares` of an outcome and says what they cost; fewer than 0 buys them back. An outcome that there is
    /// not costs nothing and changes nothing.
    pub fn buy(&mut self, outcome: usize, shares: f64) -> f64 {
        let before = self.cost();
        if let Some(sold) = self.q.get_mut(outcome) {
            *sold += shares;
        }
        self.cost() - before
    }

    /// What it loses at worst: `b ln n`. Also how much money it is worth, as the weight of its opinion.
    #[must_use]
    pub fn max_loss(&self) -> f64 {
        self.b * (self.q.len() as f64).ln()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const CONSENSUS: [f64; 3] = [0.5, 0.3, 0.2];

    #[test]
    fn without_money_of_ours_it_is_the_consensus() {
        assert_eq!(pool(&CONSENSUS, &[0.0, 0.0, 0.0], 1_000.0), CONSENSUS);
        assert_eq!(pool(&CONSENSUS, &[], 0.0), CONSENSUS);
        assert_eq!(blend(&CONSENSUS, &[0.1, 0.1, 0.8], 0.0), CONSENSUS);
        assert!(pool_weight(0.0, 0.0).abs() < f64::EPSILON);
        assert!((pool_weight(1_000.0, 1_000.0) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn with_much_money_of_ours_it_is_our_own_view() {
        let own = pool(&CONSENSUS, &[1e12, 1e12, 2e12], 1_000.0);
        assert!((own[2] - 0.5).abs() < 1e-6, "{own:?}");
        let own = blend(&CONSENSUS, &[0.1, 0.1, 0.8], 1.0);
        assert!((own[2] - 0.8).abs() < 1e-12, "{own:?}");
    }

    #[test]
    fn a_stake_on_an_underdog_raises_it_even_against_a_heavy_favourite() {
        // Where a geometric blend with a growing weight would lower it.
        let consensus = [0.96, 0.04];
        let mut last = consensus[1];
        for stake in [1.0, 10.0, 100.0, 1_000.0, 10_000.0] {
            let now = pool(&consensus, &[0.0, stake], 1_000.0)[1];
            assert!(now > last, "{stake}: {now}");
            last = now;
        }
    }

    #[test]
    fn shares_that_are_sold_and_bought_back_cost_nothing() {
        let mut maker = Lmsr::new(100.0, 3);
        let paid = maker.buy(1, 40.0);
        assert!(paid > 40.0 / 3.0 && paid < 40.0);
        assert!((paid + maker.buy(1, -40.0)).abs() < 1e-12);
        assert!(maker.buy(7, 10.0).abs() < 1e-12);
        assert!((maker.cost() - maker.max_loss()).abs() < 1e-12);
    }

    #[test]
    fn a_market_maker_survives_a_run_on_one_outcome() {
        let mut maker = Lmsr::new(1.0, 2);
        let paid = maker.buy(0, 1e6);
        assert!((1e6 - paid - maker.max_loss()).abs() < 1e-6, "{paid}");
        assert!((maker.price()[0] - 1.0).abs() < 1e-12);
    }
}
