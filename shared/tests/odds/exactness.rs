//! What holds for all money and all prices.

use proptest::prelude::*;
use shared::domain::bets::{BetStatus, outcome, payout, potential};
use shared::domain::odds::{
    Leg, Lines, MarketKind, Split, is_arbitrage, kelly, net, offer, pair, profit_by_result, roi_pct, split, split_from,
};
use shared::units::{Money, Odds, Percent};

const CENT: i128 = 10_000_000_000;

fn cents(cents: i64) -> Money {
    Money::from_pico(i128::from(cents) * CENT)
}

/// Any price that there is, most of them ordinary.
fn odds() -> impl Strategy<Value = Odds> {
    prop_oneof![
        4 => (101..2_000_u64).prop_map(|hundredths| Odds::new(hundredths, 100).unwrap()),
        2 => (100..20_000_i64, any::<bool>())
            .prop_map(|(size, minus)| Odds::from_american(if minus { -size } else { size }).unwrap()),
        1 => (1..999_999_999_999_u64, 1..999_999_999_999_u64)
            .prop_filter_map("a price", |(wins, stake)| Odds::from_fraction(wins, stake).ok()),
    ]
}

/// Prices of two or three outcomes that win whatever happens: a margin of the wrong sign, cut to three decimals.
fn arbitrage() -> impl Strategy<Value = Vec<Odds>> {
    (prop::collection::vec(0.05..1.0_f64, 2..4), 0.001..0.1_f64).prop_filter_map("an arbitrage", |(terms, edge)| {
        let sum: f64 = terms.iter().sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let price = |term: &f64| Odds::new((sum / term / (1.0 - edge) * 1_000.0) as u64, 1_000).ok();
        let odds: Vec<Odds> = terms.iter().map(price).collect::<Option<_>>()?;
        is_arbitrage(&odds).then_some(odds)
    })
}

/// `a / b >= c / d`, all above 0.
fn at_least((a, b): (i128, i128), (c, d): (i128, i128)) -> bool {
    a * d >= c * b
}

/// The least profit in 1e-12 dollars, rounded down, reckoned anew.
fn worst(odds: &[Odds], stakes: &[i128]) -> i128 {
    let total: i128 = stakes.iter().sum();
    let paid = |(odds, stake): (&Odds, &i128)| {
        (stake * i128::from(odds.numerator())).div_euclid(i128::from(odds.denominator()))
    };
    odds.iter().zip(stakes).map(paid).min().unwrap() - total
}

fn picos(split: &Split) -> Vec<i128> {
    split.stakes.iter().map(|stake| stake.pico()).collect()
}

/// All ways to stake up to three units more or less than `around`, of which each outcome gets something.
fn ways(around: &[i128], unit: i128) -> Vec<Vec<i128>> {
    around.iter().fold(vec![vec![]], |ways, middle| {
        let longer = |way: &Vec<i128>| {
            let stakes = (-3..=3).map(|step| (middle + step) * unit).filter(|stake| *stake > 0);
            stakes.map(|stake| [way.clone(), vec![stake]].concat()).collect::<Vec<_>>()
        };
        ways.iter().flat_map(longer).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_arbitrage_is_what_fractions_say(odds in prop::collection::vec(odds(), 2..4)) {
        let part = |index: usize| -> u128 {
            odds.iter().enumerate().map(|(i, o)| u128::from(if i == index { o.denominator() } else { o.numerator() }))
                .product()
        };
        let (sum, one) = ((0..odds.len()).map(part).sum::<u128>(), part(odds.len()));
        prop_assert_eq!(is_arbitrage(&odds), sum < one);
        let (roi, even) = (roi_pct(&odds), Percent::default());
        let agrees = if sum < one { roi >= even } else { roi <= even };
        prop_assert!(agrees, "{}", roi);
    }

    #[test]
    fn the_last_outcome_makes_it_even_and_the_least_less_an_arbitrage(list in prop::collection::vec(2..40_u64, 1..7)) {
        // Egyptian style: whatever is left of 1 after fractions 1/n is one more price.
        let (mut num, mut den) = (1_u128, 1_u128);
        let mut odds = Vec::new();
        for n in list {
            let n = u128::from(n);
            if num * n > den {
                (num, den) = (num * n - den, den * n);
                odds.push(Odds::from_wide(n, 1).unwrap());
            }
        }
        prop_assume!(num != den && den / num < 1_000_000);
        let last = Odds::from_wide(den, num).unwrap();
        odds.push(last);
        prop_assert!(!is_arbitrage(&odds));
        *odds.last_mut().unwrap() = Odds::from_wide(den * 1_000_000 + 1, num * 1_000_000).unwrap();
        prop_assert!(is_arbitrage(&odds));
        *odds.last_mut().unwrap() = Odds::from_wide(den * 1_000_000 - 1, num * 1_000_000).unwrap();
        prop_assert!(!is_arbitrage(&odds));
    }

    #[test]
    fn rounded_stakes_are_the_best_near_the_real_ones_and_do_not_lose(
        odds in arbitrage(),
        total in 100..200_000_i64,
        unit in prop_oneof![Just(1_i64), Just(100), Just(500), 1..1_000_i64],
    ) {
        let (money, each) = (cents(total), i128::from(unit) * CENT);
        // The real split in units, rounded down, with a common denominator.
        let part = |index: usize| -> i128 {
            odds.iter().enumerate().map(|(i, o)| i128::from(if i == index { o.denominator() } else { o.numerator() }))
                .product()
        };
        let sum: i128 = (0..odds.len()).map(part).sum();
        let floors: Vec<i128> = (0..odds.len()).map(|i| money.pico() * part(i) / sum / each).collect();
        let fits = |way: &Vec<i128>| way.iter().sum::<i128>() <= money.pico();
        let most = ways(&floors, each).into_iter().filter(fits).map(|way| worst(&odds, &way)).max();

        let found = split(&odds, money, cents(unit));
        prop_assert_eq!(found.as_ref().map(|found| found.worst.pico()), most);
        let Some(found) = found else { return Ok(()) };
        let stakes = picos(&found);
        prop_assert!(stakes.iter().all(|stake| *stake > 0 && stake % each == 0), "{:?}", found);
        prop_assert!(found.total <= money && found.total.pico() == stakes.iter().sum::<i128>());
        prop_assert_eq!(found.worst.pico(), worst(&odds, &stakes));
        prop_assert!(found.best >= found.worst);
        // A unit less on an outcome costs at most its price; where the arbitrage earns more than that, it never loses.
        let dearest = odds.iter().max().unwrap().to_f64();
        let earned = roi_pct(&odds).micro() as f64 / 1e8 * total as f64;
        if earned > dearest * unit as f64 {
            prop_assert!(found.worst >= Money::ZERO, "{:?}", found);
        }
        if found.worst > Money::ZERO {
            for (odds, stake) in odds.iter().zip(&stakes) {
                let paid = (stake * i128::from(odds.numerator()), i128::from(odds.denominator()));
                prop_assert!(at_least(paid, (found.total.pico(), 1)), "{:?}", found);
            }
        }

        let mut turned = odds.clone();
        turned.rotate_left(1);
        let turned = split(&turned, money, cents(unit)).unwrap();
        prop_assert_eq!(turned.worst, found.worst);
    }

    #[test]
    fn the_others_follow_a_stake_as_well_as_they_can(
        odds in prop::collection::vec(odds(), 2..4),
        (leg, stake) in (0..3_usize, 100..100_000_i64),
        unit in prop_oneof![Just(1_i64), Just(100), Just(500)],
    ) {
        let leg = leg % odds.len();
        let found = split_from(&odds, leg, cents(stake), cents(unit)).unwrap();
        let (stakes, each) = (picos(&found), i128::from(unit) * CENT);
        prop_assert_eq!(found.stakes[leg], cents(stake));
        prop_assert_eq!(found.worst.pico(), worst(&odds, &stakes));
        if !is_arbitrage(&odds) && odds.len() == 2 {
            // Within half a unit of what pays the same.
            let (fixed, other) = (odds[leg], odds[1 - leg]);
            let real = stakes[leg] as f64 * fixed.to_f64() / other.to_f64();
            let near = (stakes[1 - leg] as f64 - real).abs() <= each as f64 * 0.5 + 1e4;
            prop_assert!(near || stakes[1 - leg] == each || roi_pct(&odds) == Percent::default(), "{:?}", found);
        }
        // Near what pays the same, no other outcome could do with a unit less or should have one more.
        for index in (0..odds.len()).filter(|index| is_arbitrage(&odds) && *index != leg) {
            let real = stakes[leg] as f64 * odds[leg].to_f64() / odds[index].to_f64();
            for step in [-1, 1] {
                let mut other = stakes.clone();
                other[index] += step * each;
                let is_near = other[index] > 0 && (other[index] as f64 - real).abs() <= each as f64 * 2.0;
                prop_assert!(!is_near || worst(&odds, &other) <= found.worst.pico(), "{:?}", found);
            }
        }
    }

    #[test]
    fn a_payout_is_the_nearest_cent(stake in 0..1_000_000_000_i64, odds in odds()) {
        let (num, den) = (i128::from(odds.numerator()), i128::from(odds.denominator()));
        let stake = i128::from(stake);
        // Twice the payout in cents, times the denominator.
        let exact = |status| match status {
            BetStatus::Won => 2 * stake * num,
            BetStatus::HalfWon => stake * num + stake * den,
            BetStatus::Push | BetStatus::Void => 2 * stake * den,
            BetStatus::HalfLost => stake * den,
            _ => 0,
        };
        let money = Money::from_pico(stake * CENT);
        for status in [BetStatus::Won, BetStatus::HalfWon, BetStatus::Push, BetStatus::HalfLost, BetStatus::Lost] {
            let paid = payout(money, odds, status).unwrap().pico();
            prop_assert_eq!(paid % CENT, 0);
            let gap = 2 * (paid / CENT) * den - exact(status);
            // Half up: from just above half a cent too little to half a cent too much.
            prop_assert!(-den < gap && gap <= den, "{:?} {}", status, paid);
        }
        prop_assert_eq!(payout(money, odds, BetStatus::Won), Some(potential(money, odds)));
    }

    #[test]
    fn a_quarter_line_is_two_halves_and_sides_are_opposites(
        line in -40..40_i32, home in 0..12_i32, away in 0..12_i32, total in any::<bool>(),
    ) {
        use BetStatus::{HalfLost, HalfWon, Lost, Push, Won};
        let line = line * 25;
        let (one, other) = if total { ("over", "under") } else { ("home", "away") };
        let result = |side, line| outcome(side, Some(line), false, home, away).unwrap();
        let opposite = match result(one, line) {
            Won => Lost,
            Lost => Won,
            HalfWon => HalfLost,
            HalfLost => HalfWon,
            same => same,
        };
        prop_assert_eq!(result(other, line), opposite);
        if line % 50 != 0 {
            let halves = [result(one, line - 25), result(one, line + 25)];
            let expected = match halves {
                [Won, Won] => Won,
                [Won, Push] | [Push, Won] => HalfWon,
                [Lost, Push] | [Push, Lost] => HalfLost,
                [Lost, Lost] => Lost,
                never => return Err(TestCaseError::fail(format!("{never:?}"))),
            };
            prop_assert_eq!(result(one, line), expected);
        }
    }

    #[test]
    fn a_table_of_results_is_what_settling_both_bets_brings(
        (one, other) in (-30..30_i32, -30..30_i32),
        prices in (odds(), odds()),
        total in any::<bool>(),
    ) {
        let (market, one, other) = if total {
            (MarketKind::Totals, (one + 30) * 25, (other + 30) * 25)
        } else {
            (MarketKind::Spreads, one * 25, other * 25)
        };
        let legs = [Leg { line: one, odds: prices.0 }, Leg { line: other, odds: prices.1 }];
        let stakes = [cents(5_000), cents(5_000)];
        let results = profit_by_result(market, legs, stakes).unwrap();
        let mut both_lost = false;
        for result in -20..40_i32 {
            let settle = |side, line| outcome(side, Some(line), false, result.max(0), (-result).max(0)).unwrap();
            let settled = if total {
                if result < 0 { continue }
                [settle("over", one), settle("under", other)]
            } else {
                // The away team's handicap is the opposite of the line of its market.
                [settle("home", one), settle("away", -other)]
            };
            both_lost |= settled == [BetStatus::Lost, BetStatus::Lost];
            let paid = |leg: usize| payout(stakes[leg], legs[leg].odds, settled[leg]).unwrap();
            let profit = paid(0) + paid(1) - cents(10_000);
            let holds = |r: &&shared::domain::odds::Results| {
                r.from.is_none_or(|from| from <= result) && r.to.is_none_or(|to| result <= to)
            };
            let mut found = results.iter().filter(holds);
            let gap = (found.next().unwrap().profit - profit).pico();
            prop_assert!(gap.abs() <= CENT && found.next().is_none(), "{} {:?}", result, results);
        }
        let pair = pair(market, legs[0], legs[1]).unwrap();
        prop_assert!(!both_lost || (pair.lines == Lines::Gap && pair.kind.is_none()), "{:?}", pair);
        prop_assert!(results.windows(2).all(|two| two[0].profit != two[1].profit));
    }

    #[test]
    fn commission_lowers_a_price_exactly_and_never_below_the_stake(odds in odds(), micro in 0..100_000_000_i64) {
        let after = net(odds, Percent::from_micro(micro));
        prop_assert!(after <= odds && (micro == 0) == (after == odds));
        let (wins, stake) = odds.fraction();
        let (left, whole) = (i128::from(100_000_000 - micro), 100_000_000_i128);
        let exact = Odds::from_wide(
            u128::from(stake) * 100_000_000 + u128::from(wins) * u128::try_from(left).unwrap(),
            u128::from(stake) * whole.unsigned_abs(),
        );
        match exact {
            Ok(exact) => prop_assert_eq!(after, exact),
            Err(_) => prop_assert!(after.to_f64() > 1.0),
        }
    }

    #[test]
    fn a_price_is_read_back_as_it_was_written(odds in odds()) {
        let read: Odds = odds.to_string().parse().unwrap();
        prop_assert!((read.to_f64() - odds.to_f64()).abs() <= 1e-12 * odds.to_f64());
        prop_assert_eq!(read.to_string(), odds.to_string());
        let american = format!("{:+}", odds.american());
        // -100 and +100 are one price.
        let (read, american) = (Odds::parse_any(&american).unwrap().american(), odds.american());
        prop_assert!(read == american || (read, american) == (100, -100));
    }

    #[test]
    fn nobody_grows_faster_than_kelly(
        terms in prop::collection::vec(0.05..1.0_f64, 2..5),
        margins in prop::collection::vec(-0.15..0.25_f64, 5),
        tries in prop::collection::vec(prop::collection::vec(0.0..1.0_f64, 5), 20),
    ) {
        let sum: f64 = terms.iter().sum();
        let bets: Vec<(f64, f64)> =
            terms.iter().zip(&margins).map(|(t, m)| (t / sum, (sum / t * (1.0 - m)).max(1.01))).collect();
        let growth = |fractions: &[f64]| -> f64 {
            let held = 1.0 - fractions.iter().sum::<f64>();
            bets.iter().zip(fractions).map(|((p, odds), f)| p * (held + f * odds).ln()).sum()
        };
        let best = kelly::kelly_exclusive(&bets);
        prop_assert!(best.iter().all(|f| *f >= 0.0) && best.iter().sum::<f64>() <= 1.0 + 1e-12);
        for directions in tries {
            // Near it and far from it.
            for step in [0.001, 0.05, 1.0] {
                let other: Vec<f64> = best.iter().zip(&directions).map(|(f, d)| f + step * (d - f)).collect();
                let staked: f64 = other.iter().sum();
                let other: Vec<f64> = other.iter().map(|f| f / staked.max(1.0)).collect();
                prop_assert!(growth(&other) <= growth(&best) + 1e-12, "{:?} beats {:?}", other, best);
            }
        }
    }

    #[test]
    fn an_offer_pays_no_more_than_what_is_fair(terms in prop::collection::vec(0.05..1.0_f64, 2..5), margin in 0.0..0.3_f64) {
        let sum: f64 = terms.iter().sum();
        let fair: Vec<f64> = terms.iter().map(|term| term / sum).collect();
        for (p, odds) in fair.iter().zip(offer(&fair, margin).unwrap()) {
            prop_assert!(kelly::ev(*p, odds) <= 1e-12);
        }
    }
}
