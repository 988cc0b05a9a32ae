//! What a result makes of a bet, and what comes back then. Exact: money is rounded once, half up to cents, on the
//! payout.

use std::cmp::Ordering;

use super::BetStatus;
use crate::units::{Money, Odds};

/// A cent, in 1e-12 dollars.
const CENT: i128 = 10_000_000_000;

/// What comes back, stake included; `None` while the bet is open, when it was rejected, and for a stake below 0.
///
/// Won `s o`, half won `s o / 2 + s / 2`, push and void `s`, half lost `s / 2`, lost 0.
#[must_use]
pub fn payout(stake: Money, odds: Odds, status: BetStatus) -> Option<Money> {
    if stake < Money::ZERO {
        return None;
    }
    let (staked, won) = (stake.pico(), odds.pays(stake).pico());
    let back = match status {
        BetStatus::Placed | BetStatus::Rejected => return None,
        BetStatus::Won => won,
        BetStatus::HalfWon => won.saturating_add(staked) / 2,
        BetStatus::Push | BetStatus::Void => staked,
        BetStatus::HalfLost => staked / 2,
        BetStatus::Lost => 0,
    };
    Some(to_cents(back))
}

/// What comes back when it wins, stake included.
#[must_use]
pub fn potential(stake: Money, odds: Odds) -> Money {
    to_cents(odds.pays(stake).pico())
}

/// Half up. What was cut below 1e-12 dollars does not matter, since half a cent is a whole number of those.
const fn to_cents(pico: i128) -> Money {
    Money::from_pico(pico.saturating_add(CENT / 2).div_euclid(CENT) * CENT)
}

/// What a final score makes of a bet on `selection`: `home`, `draw`, `away`, `over` or `under`.
///
/// `line` is the market's, in hundredths of a point: none for who wins, the home team's handicap for spreads
/// (-150: an `away` bet has +1.5), the points for totals. A whole line that is hit is a push; a quarter line is two
/// bets of half the stake, a quarter of a point below and above. Without a line a draw loses bets on the teams where a
/// draw can be bet on (`three_way`), and gives the stakes back where it cannot.
///
/// `None` for a selection that such a market does not have, and for a line that is no multiple of a quarter.
#[must_use]
pub fn outcome(selection: &str, line: Option<i32>, three_way: bool, home: i32, away: i32) -> Option<BetStatus> {
    let (home, away) = (i64::from(home) * 100, i64::from(away) * 100);
    let Some(line) = line.map(i64::from) else {
        return winner(selection, three_way, home.cmp(&away));
    };
    if line % 25 != 0 {
        return None;
    }
    match selection {
        "home" => Some(against_line(home - away + line)),
        "away" => Some(against_line(away - home - line)),
        "over" => Some(against_line(home + away - line)),
        "under" => Some(against_line(line - home - away)),
        _ => None,
    }
}

/// Who wins, without a handicap.
fn winner(selection: &str, three_way: bool, home_to_away: Ordering) -> Option<BetStatus> {
    let wins = match selection {
        "home" => Ordering::Greater,
        "away" => Ordering::Less,
        "draw" if three_way => Ordering::Equal,
        _ => return None,
    };
    Some(if home_to_away == wins {
        BetStatus::Won
    } else if home_to_away == Ordering::Equal && !three_way {
        BetStatus::Push
    } else {
        BetStatus::Lost
    })
}

/// By how much the bet is ahead of its line, in hundredths of a point: only quarter lines come as near as 25.
const fn against_line(ahead: i64) -> BetStatus {
    match ahead {
        0 => BetStatus::Push,
        25 => BetStatus::HalfWon,
        -25 => BetStatus::HalfLost,
        1.. => BetStatus::Won,
        _ => BetStatus::Lost,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn an_open_bet_and_a_rejected_one_have_no_payout() {
        let evens = Odds::new(2, 1).unwrap();
        for status in [BetStatus::Placed, BetStatus::Rejected] {
            assert_eq!(payout(money("10"), evens, status), None);
        }
        assert_eq!(payout(money("-10"), evens, BetStatus::Won), None);
    }

    #[test]
    fn half_a_cent_is_rounded_up_and_only_once() {
        // 0.05 * 1.5 = 0.075; half of a cent.
        let odds = Odds::new(3, 2).unwrap();
        assert_eq!(payout(money("0.05"), odds, BetStatus::Won), Some(money("0.08")));
        assert_eq!(payout(money("0.01"), odds, BetStatus::HalfLost), Some(money("0.01")));
        // Just below it, by less than money can say.
        let below = Odds::new(1_499_999_999_999_999_999, 1_000_000_000_000_000_000);
        assert!(below.is_err(), "no such price");
        let below = Odds::new(749_999_999_999_999_999, 500_000_000_000_000_000).unwrap();
        assert_eq!(payout(money("0.05"), below, BetStatus::Won), Some(money("0.07")));
        // Half of the stake and half of what it wins are one payout: 0.0125 + 0.015 is not 0.01 + 0.02.
        assert_eq!(payout(money("0.03"), odds, BetStatus::HalfWon), Some(money("0.04")));
    }

    #[test]
    fn a_great_stake_at_a_long_price_is_still_exact() {
        let odds: Odds = "999999.999999999999".parse().unwrap();
        let paid = payout(money("1000000000000.01"), odds, BetStatus::Won).unwrap();
        // 1000000000000.01 * 999999.999999999999: 1 less than 1e18, and 10000 more.
        assert_eq!(paid.to_string(), "1000000000000009999.00");
    }

    #[test]
    fn who_wins() {
        use BetStatus::{Lost, Push, Won};
        for (selection, three_way, home, away, expected) in [
            ("home", true, 2, 1, Some(Won)),
            ("draw", true, 2, 1, Some(Lost)),
            ("away", true, 2, 1, Some(Lost)),
            ("home", true, 1, 1, Some(Lost)),
            ("draw", true, 1, 1, Some(Won)),
            ("away", true, 1, 1, Some(Lost)),
            ("away", true, 0, 1, Some(Won)),
            ("home", false, 0, 1, Some(Lost)),
            ("home", false, 1, 1, Some(Push)),
            ("away", false, 1, 1, Some(Push)),
            ("draw", false, 1, 1, None),
            ("over", false, 1, 1, None),
        ] {
            assert_eq!(outcome(selection, None, three_way, home, away), expected, "{selection} {home}:{away}");
        }
    }

    #[test]
    fn a_line_is_the_markets_and_the_away_team_has_the_opposite() {
        use BetStatus::{HalfLost, HalfWon, Lost, Push, Won};
        for (selection, line, home, away, expected) in [
            ("home", -150, 2, 1, Some(Lost)),
            ("away", -150, 2, 1, Some(Won)),
            ("home", -100, 2, 1, Some(Push)),
            ("away", -100, 2, 1, Some(Push)),
            ("home", -75, 2, 1, Some(HalfWon)),
            ("away", -75, 2, 1, Some(HalfLost)),
            ("home", 25, 1, 1, Some(HalfWon)),
            ("away", 25, 1, 1, Some(HalfLost)),
            ("over", 275, 2, 1, Some(HalfWon)),
            ("under", 275, 2, 1, Some(HalfLost)),
            ("under", 225, 1, 1, Some(HalfWon)),
            ("under", 300, 2, 1, Some(Push)),
            ("under", 250, 1, 1, Some(Won)),
            ("draw", -150, 1, 1, None),
            ("home", -140, 2, 1, None),
            ("home", i32::MIN + 23, i32::MAX, i32::MIN, Some(Won)),
        ] {
            assert_eq!(outcome(selection, Some(line), false, home, away), expected, "{selection} {line} {home}:{away}");
        }
    }
}
