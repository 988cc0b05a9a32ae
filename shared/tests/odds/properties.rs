//! What holds for every market.

use proptest::prelude::*;
use shared::domain::odds::{Devig, Lmsr, blend, consensus, devig, offer, pool};

const METHODS: [Devig; 5] = [Devig::Multiplicative, Devig::Additive, Devig::Power, Devig::Shin, Devig::OddsRatio];

/// Decimal odds of 2 to 12 outcomes, from hopeless to certain; the sum of implied probabilities is anything.
fn odds() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![1.01..1.2_f64, 1.2..4.0_f64, 4.0..500.0_f64], 2..12)
}

/// Probabilities of 2 to 6 outcomes.
fn probabilities() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.01..1.0_f64, 2..6).prop_map(|mut terms| {
        let sum: f64 = terms.iter().sum();
        terms.iter_mut().for_each(|p| *p /= sum);
        terms
    })
}

fn sums_to_one(probabilities: &[f64]) -> bool {
    let sum: f64 = probabilities.iter().sum();
    (sum - 1.0).abs() < 1e-12 && probabilities.iter().all(|p| *p > 0.0 && *p <= 1.0)
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-11)
}

fn rotated(list: &[f64], by: usize) -> Vec<f64> {
    let mut list = list.to_vec();
    let by = by % list.len();
    list.rotate_left(by);
    list
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn probabilities_sum_to_one_and_keep_the_order_of_the_prices(odds in odds(), by in 0..12_usize) {
        for method in METHODS {
            let Ok(probabilities) = devig(method, &odds) else {
                // The two that are not defined everywhere.
                prop_assert!(matches!(method, Devig::Additive | Devig::Shin), "{:?}", method);
                continue;
            };
            prop_assert!(sums_to_one(&probabilities), "{:?}: {:?}", method, probabilities);
            for (i, j) in (0..odds.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                let ordered = if odds[i] < odds[j] {
                    probabilities[i] >= probabilities[j]
                } else {
                    probabilities[i] <= probabilities[j]
                };
                prop_assert!(ordered, "{:?}: {:?}", method, probabilities);
            }
            let moved = devig(method, &rotated(&odds, by)).unwrap();
            prop_assert!(near(&moved, &rotated(&probabilities, by)), "{:?}: {:?} {:?}", method, probabilities, moved);
        }
    }

    #[test]
    fn a_consensus_lies_between_its_books(
        books in prop::collection::vec((0.1..5.0_f64, 0.02..0.98_f64), 1..8),
        by in 0..8_usize,
    ) {
        let books: Vec<_> = books.into_iter().map(|(weight, p)| (weight, vec![p, 1.0 - p])).collect();
        let together = consensus(&books).unwrap();
        prop_assert!(sums_to_one(&together));
        let mut firsts: Vec<f64> = books.iter().map(|(_, p)| p[0]).collect();
        firsts.sort_by(f64::total_cmp);
        prop_assert!(together[0] >= firsts[0] - 1e-12 && together[0] <= firsts[firsts.len() - 1] + 1e-12);
        let mut others = books.clone();
        others.rotate_left(by % books.len());
        prop_assert!(near(&consensus(&others).unwrap(), &together));
    }

    #[test]
    fn a_stake_never_lowers_its_own_outcome(
        fair in probabilities(),
        stakes in prop::collection::vec(0.0..5_000.0_f64, 6),
        (outcome, more) in (0..6_usize, 0.01..10_000.0_f64),
        half_weight in 1.0..5_000.0_f64,
        by in 0..6_usize,
    ) {
        let stakes = &stakes[..fair.len()];
        let outcome = outcome % fair.len();
        let before = pool(&fair, stakes, half_weight);
        prop_assert!(sums_to_one(&before), "{:?}", before);
        let mut after = stakes.to_vec();
        after[outcome] += more;
        let after = pool(&fair, &after, half_weight);
        prop_assert!(after[outcome] > before[outcome], "{:?} {:?}", before, after);
        let moved = pool(&rotated(&fair, by), &rotated(stakes, by), half_weight);
        prop_assert!(near(&moved, &rotated(&before, by)));
    }

    #[test]
    fn a_purchase_raises_its_own_outcome(
        fair in probabilities(),
        b in 10.0..500.0_f64,
        (outcome, shares) in (0..6_usize, 0.01..100.0_f64),
        weight in 0.01..1.0_f64,
    ) {
        let outcome = outcome % fair.len();
        let mut maker = Lmsr::new(b, fair.len());
        let before = blend(&fair, &maker.price(), weight);
        prop_assert!(sums_to_one(&before), "{:?}", before);
        let paid = maker.buy(outcome, shares);
        prop_assert!(paid > 0.0 && paid < shares);
        let after = blend(&fair, &maker.price(), weight);
        prop_assert!(sums_to_one(&after), "{:?}", after);
        prop_assert!(after[outcome] > before[outcome], "{:?} {:?}", before, after);
    }

    #[test]
    fn what_agrees_with_the_consensus_does_not_change_it(fair in probabilities(), weight in 0.0..1.0_f64) {
        prop_assert!(near(&blend(&fair, &fair, weight), &fair));
        let stakes: Vec<f64> = fair.iter().map(|p| p * 1e4).collect();
        prop_assert!(near(&pool(&fair, &stakes, 1_000.0), &fair));
    }

    #[test]
    fn the_power_method_takes_out_the_margin_that_was_put_in(fair in probabilities(), margin in 0.0..0.4_f64) {
        let offered = offer(&fair, margin).unwrap();
        let sum: f64 = offered.iter().map(|o| 1.0 / o).sum();
        prop_assert!((sum - 1.0 - margin).abs() < 1e-12, "{}", sum);
        prop_assert!(near(&devig(Devig::Power, &offered).unwrap(), &fair));
    }
}
