//! Whether an opportunity can still be had, and if not, why.

use shared::domain::odds::{ArbRow, ClosedArbRow};
use shared::units::{Odds, Timestamp};

use crate::model::text;
use crate::slip::quote::Moved;

/// What is wrong with an opportunity, in sentences; nothing while it stands. `legs` says how each price
/// stands to the opportunity's, `price` writes one.
#[must_use]
pub fn warnings(
    arb: &ArbRow,
    legs: &[Moved],
    is_open: bool,
    end: Option<&ClosedArbRow>,
    now: Timestamp,
    price: &dyn Fn(Odds) -> String,
) -> Vec<String> {
    let mut found = Vec::new();
    if !is_open {
        found.push(match end {
            Some(end) => format!(
                "This is over: it ended {} ago and had lived {}.",
                text::lasted(u64::try_from(now.ms_since(end.closed_ms)).unwrap_or(0)),
                text::lasted(end.lived_ms)
            ),
            None => "This is over.".to_owned(),
        });
    }
    let before = found.len();
    for (leg, moved) in arb.legs.iter().zip(legs) {
        found.extend(match moved {
            Moved::Suspended => Some(format!("{} takes no bets on {} now.", leg.book, leg.name)),
            Moved::Gone => Some(format!("{} has no price of {} any more.", leg.book, leg.name)),
            // While it stands, its own prices are the newer ones.
            Moved::Worse(now) if !is_open => Some(format!("{} pays {} on {} now.", leg.book, price(*now), leg.name)),
            Moved::Better(_) | Moved::Worse(_) | Moved::Same | Moved::Unknown => None,
        });
    }
    let all_known = !legs.contains(&Moved::Unknown);
    if !is_open && all_known && found.len() == before {
        found.push("The prices stand, but one of them is too old to count on.".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::ARB;
    use super::*;

    fn told(legs: [Moved; 2], end: Option<i64>, is_open: bool) -> String {
        let arb: ArbRow = serde_json::from_str(ARB).unwrap();
        let end = end.map(|at| ClosedArbRow {
            arb: arb.clone(),
            closed_ms: Timestamp::from_ms(at),
            lived_ms: 45_000,
            peak_roi_pct: arb.roi_pct,
        });
        warnings(&arb, &legs, is_open, end.as_ref(), Timestamp::from_ms(30_000), &|odds| odds.to_string()).join(" ")
    }

    #[test]
    fn while_it_stands_only_what_cannot_be_bet_on_is_said() {
        let better = Moved::Better("2.20".parse().unwrap());
        assert_eq!(told([Moved::Same, better], None, true), "");
        assert_eq!(told([Moved::Unknown, Moved::Worse("1.90".parse().unwrap())], None, true), "");
        assert_eq!(
            told([Moved::Suspended, Moved::Gone], None, true),
            "pinnacle takes no bets on Over 220.5 now. betfair_ex has no price of Under 220.5 any more."
        );
    }

    #[test]
    fn what_is_over_says_since_when_and_why() {
        assert_eq!(
            told([Moved::Same, Moved::Worse("1.90".parse().unwrap())], Some(18_000), false),
            "This is over: it ended 12s ago and had lived 45s. betfair_ex pays 1.90 on Under 220.5 now."
        );
        assert_eq!(
            told([Moved::Same, Moved::Same], None, false),
            "This is over. The prices stand, but one of them is too old to count on."
        );
        assert_eq!(told([Moved::Same, Moved::Unknown], None, false), "This is over.");
    }
}
