//! The stake calculator: what to stake on each leg of an opportunity, and what each result brings.

use shared::domain::odds::{ArbRow, Leg, LegRow, MarketKind, Results, net, profit_by_result, split, split_from};
use shared::units::{Money, Odds, Ratio};

/// Units to which stakes are rounded, as offered.
pub const UNITS: [&str; 4] = ["0.01", "1", "5", "10"];

/// What the stakes follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// At most this is staked in all.
    Total(Money),
    /// This is staked on one leg, and the others follow.
    Leg {
        /// Which.
        leg: usize,
        /// How much.
        stake: Money,
    },
}

/// Stakes, and what comes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// On each leg.
    pub stakes: Vec<Money>,
    /// Their sum.
    pub total: Money,
    /// What is won at worst, less the stakes.
    pub worst: Money,
    /// What is won at best.
    pub best: Money,
    /// What each result brings.
    pub outcomes: Vec<Outcome>,
}

/// A result, or several that bring the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// As people say it.
    pub name: String,
    /// What comes back less what was staked.
    pub profit: Money,
}

impl Plan {
    /// Stakes at these prices of the legs, before commission, in multiples of `unit`; `None` when that
    /// cannot be: a leg would get nothing.
    #[must_use]
    pub fn of(arb: &ArbRow, prices: &[Odds], basis: Basis, unit: Money) -> Option<Plan> {
        let paid: Vec<Odds> = arb.legs.iter().zip(prices).map(|(leg, price)| net(*price, leg.commission_pct)).collect();
        let split = match basis {
            Basis::Total(total) => split(&paid, total, unit),
            Basis::Leg { leg, stake } => split_from(&paid, leg, stake, unit),
        }?;
        let outcomes = by_result(arb, &paid, &split.stakes).unwrap_or_else(|| {
            let outcome = |((leg, odds), stake): ((&LegRow, &Odds), &Money)| Outcome {
                name: leg.name.to_string(),
                profit: odds.pays(*stake) - split.total,
            };
            arb.legs.iter().zip(&paid).zip(&split.stakes).map(outcome).collect()
        });
        let profits = || outcomes.iter().map(|outcome| outcome.profit);
        let (worst, best) = (profits().min()?, profits().max()?);
        Some(Plan { stakes: split.stakes, total: split.total, worst, best, outcomes })
    }

    /// What is won at worst for 100 staked, in percent.
    #[must_use]
    pub fn edge_pct(&self) -> Option<Ratio> {
        Ratio::of(self.worst.pico().checked_mul(100)?, self.total.pico())
    }

    /// The stakes as text for a clipboard, a line for each leg.
    #[must_use]
    pub fn text(&self, arb: &ArbRow, prices: &[Odds]) -> String {
        let mut lines = vec![format!("{} - {}", arb.home, arb.away)];
        for ((leg, price), stake) in arb.legs.iter().zip(prices).zip(&self.stakes) {
            lines.push(format!("{} @ {price} at {}: {stake}", leg.name, leg.book));
        }
        lines.push(format!("Total {}, at worst {}, at best {}", self.total, self.worst, self.best));
        lines.join("\n")
    }
}

/// What each result brings where there are lines: between two of them both may win, on one a stake
/// comes back. `None` without lines.
fn by_result(arb: &ArbRow, paid: &[Odds], stakes: &[Money]) -> Option<Vec<Outcome>> {
    let leg = |at: usize| Some(Leg { line: hundredths(arb.legs.get(at)?.line.as_deref()?)?, odds: *paid.get(at)? });
    if arb.legs.len() != 2 {
        return None;
    }
    // The formula has the home team and over first.
    let order = if matches!(&*arb.legs[0].selection, "home" | "over") { [0, 1] } else { [1, 0] };
    let [first, second] = order;
    let results = profit_by_result(arb.market, [leg(first)?, leg(second)?], [stakes[first], stakes[second]])?;
    let outcome = |results: &Results| Outcome { name: result_name(arb, results), profit: results.profit };
    Some(results.iter().map(outcome).collect())
}

/// A line in hundredths of a point.
fn hundredths(line: &str) -> Option<i32> {
    let e4 = line.parse::<Ratio>().ok()?.e4();
    (e4 % 100 == 0).then(|| i32::try_from(e4 / 100).ok())?
}

/// `Lakers by 3 or more`, `221 to 223`.
fn result_name(arb: &ArbRow, results: &Results) -> String {
    let (home, away) = (&arb.home, &arb.away);
    let by = |margin: i32| match margin {
        0 => "Draw".to_owned(),
        1.. => format!("{home} by {margin}"),
        _ => format!("{away} by {}", margin.unsigned_abs()),
    };
    match (arb.market, results.from, results.to) {
        (_, None, None) => "Any result".to_owned(),
        (MarketKind::Spreads | MarketKind::H2h, None, Some(0)) => format!("Draw or {away}"),
        (MarketKind::Spreads | MarketKind::H2h, Some(0), None) => format!("Draw or {home}"),
        (MarketKind::Spreads | MarketKind::H2h, None, Some(to)) if to < 0 => format!("{} or more", by(to)),
        (MarketKind::Spreads | MarketKind::H2h, None, Some(to)) => format!("{} or less", by(to)),
        (MarketKind::Spreads | MarketKind::H2h, Some(from), None) if from > 0 => format!("{} or more", by(from)),
        (MarketKind::Spreads | MarketKind::H2h, Some(from), None) => format!("{} or less", by(from)),
        (MarketKind::Spreads | MarketKind::H2h, Some(from), Some(to)) if from == to => by(from),
        (MarketKind::Spreads | MarketKind::H2h, Some(from), Some(to)) => format!("{} to {}", by(from), by(to)),
        (MarketKind::Totals, None, Some(to)) => format!("{to} or fewer"),
        (MarketKind::Totals, Some(from), None) => format!("{from} or more"),
        (MarketKind::Totals, Some(from), Some(to)) if from == to => from.to_string(),
        (MarketKind::Totals, Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::tests::ARB;
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn arb(text: &str) -> ArbRow {
        serde_json::from_str(text).unwrap()
    }

    fn prices(arb: &ArbRow) -> Vec<Odds> {
        arb.legs.iter().map(|leg| leg.decimal).collect()
    }

    fn told(plan: &Plan) -> Vec<String> {
        plan.outcomes.iter().map(|outcome| format!("{}: {}", outcome.name, outcome.profit)).collect()
    }

    #[test]
    fn commission_counts_and_stakes_are_in_units() {
        let arb = arb(ARB);
        let plan = Plan::of(&arb, &prices(&arb), Basis::Total(money("500")), money("5")).unwrap();
        // Over pays 2.10; under pays 2.05 less 2 % of the winnings: 2.029.
        assert_eq!(plan.stakes, [money("245"), money("255")]);
        assert_eq!(told(&plan), ["220 or fewer: 17.40", "221 or more: 14.50"]);
        assert_eq!((plan.worst, plan.best, plan.total), (money("14.5"), money("17.395"), money("500")));
        assert_eq!(plan.edge_pct().map(Ratio::e4), Some(29_000));
    }

    #[test]
    fn one_stake_can_be_fixed_and_the_other_follows() {
        let arb = arb(ARB);
        let plan = Plan::of(&arb, &prices(&arb), Basis::Leg { leg: 1, stake: money("100") }, money("0.01")).unwrap();
        assert_eq!(plan.stakes[1], money("100"));
        assert!((money("96.60")..money("96.70")).contains(&plan.stakes[0]), "{:?}", plan.stakes);
        assert!(plan.worst > Money::ZERO);
    }

    #[test]
    fn prices_that_moved_say_what_is_lost() {
        let arb = arb(ARB);
        let moved = ["1.90".parse().unwrap(), arb.legs[1].decimal];
        let plan = Plan::of(&arb, &moved, Basis::Total(money("100")), money("1")).unwrap();
        assert!(plan.worst < Money::ZERO && plan.edge_pct().is_some_and(|edge| edge.e4() < 0));
        assert_eq!(Plan::of(&arb, &moved, Basis::Total(money("1")), money("5")), None);
    }

    #[test]
    fn a_middle_tells_each_result_whichever_leg_comes_first() {
        let middle = ARB
            .replace(r#""selection":"over","name":"Over 220.5""#, r#""selection":"away","name":"Celtics +3.5""#)
            .replace(r#""selection":"under","name":"Under 220.5""#, r#""selection":"home","name":"Lakers -2.5""#)
            .replace(r#""commission_pct":"0.00","line":"220.5""#, r#""commission_pct":"0.00","line":"3.5""#)
            .replace(r#""commission_pct":"2.00","line":"220.5""#, r#""commission_pct":"0.00","line":"-2.5""#)
            .replace(r#""market":"totals","line":"220.5""#, r#""market":"spreads","line":null"#)
            .replace("2.10", "1.95")
            .replace("2.05", "1.95");
        let arb = arb(&middle);
        let plan = Plan::of(&arb, &prices(&arb), Basis::Total(money("100")), money("1")).unwrap();
        assert_eq!(told(&plan), ["Lakers by 2 or less: -2.50", "Lakers by 3: 95.00", "Lakers by 4 or more: -2.50"]);
        assert_eq!((plan.worst, plan.best), (money("-2.5"), money("95")));
        assert_eq!(
            plan.text(&arb, &prices(&arb)),
            "Lakers - Celtics\nCeltics +3.5 @ 1.95 at pinnacle: 50.00\nLakers -2.5 @ 1.95 at betfair_ex: 50.00\n\
             Total 100.00, at worst -2.50, at best 95.00"
        );
    }

    #[test]
    fn without_lines_each_leg_is_a_result() {
        let winner = ARB
            .replace(r#""line":"220.5""#, r#""line":null"#)
            .replace("totals", "h2h")
            .replace("Over 220.5", "Lakers")
            .replace("Under 220.5", "Celtics");
        let arb = arb(&winner);
        let plan = Plan::of(&arb, &prices(&arb), Basis::Total(money("100")), money("0.01")).unwrap();
        assert_eq!(plan.outcomes.iter().map(|outcome| &*outcome.name).collect::<Vec<_>>(), ["Lakers", "Celtics"]);
    }

    #[test]
    fn results_are_named_as_people_say_them() {
        let arb = arb(&ARB.replace("totals", "spreads"));
        let name = |from, to| result_name(&arb, &Results { from, to, profit: Money::ZERO });
        for (from, to, expected) in [
            (None, None, "Any result"),
            (None, Some(-4), "Celtics by 4 or more"),
            (None, Some(0), "Draw or Celtics"),
            (Some(0), None, "Draw or Lakers"),
            (Some(-2), None, "Celtics by 2 or less"),
            (Some(0), Some(0), "Draw"),
            (Some(-1), Some(1), "Celtics by 1 to Lakers by 1"),
        ] {
            assert_eq!(name(from, to), expected);
        }
    }
}
