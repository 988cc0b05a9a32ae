//! Where best prices together win, or nearly: in one market, and across the lines of one event.
//!
//! Candidates are found with floating point, which is fast and off by less than 1e-12; whether one is an
//! arbitrage is then decided exactly, by its [row](super::row).

use shared::domain::odds::MarketKind;
use shared::units::{Odds, Timestamp};

use super::super::books::{BookId, Books};
use super::super::fixture::Fixture;
use super::super::market::Market;
use super::super::settings::OddsSettings;
use crate::domain::odds::Outcome;

/// A sum of implied probabilities so near to even is looked at exactly.
const NEARLY: f64 = 1e-9;

/// What an opportunity is found and written by.
#[derive(Clone, Copy)]
pub(in super::super) struct Ground<'a> {
    pub(in super::super) fixture: &'a Fixture,
    pub(in super::super) books: &'a Books,
    pub(in super::super) settings: &'a OddsSettings,
    pub(in super::super) now: Timestamp,
}

/// Bets on every outcome that may be worth telling of.
pub(in super::super) struct Found<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) legs: Vec<Leg<'a>>,
    /// The legs are of different lines.
    pub(super) across: bool,
}

/// One of the bets.
#[derive(Clone, Copy)]
pub(super) struct Leg<'a> {
    pub(super) market: &'a Market,
    pub(super) outcome: Outcome,
    pub(super) book: BookId,
    pub(super) odds: Odds,
}

/// The best prices of a market, if they are an arbitrage or nearly.
pub(in super::super) fn in_market<'a>(ground: &Ground<'a>, market: &'a Market) -> Option<Found<'a>> {
    let mut sum = 0.0;
    for (slot, _) in market.outcomes() {
        sum += 1.0 / market.best.net[*slot]?.0;
    }
    let leg = |(slot, outcome): &(usize, Outcome)| leg(market, *slot, *outcome);
    let legs = || market.outcomes().iter().map(leg).collect::<Option<Vec<_>>>();
    (sum < 1.0 + NEARLY).then(legs)?.map(|legs| Found { ground: *ground, legs, across: false })
}

/// The best pair of different lines between which there are results that win both bets. `markets` are all of the
/// kind, by their lines.
pub(in super::super) fn across_lines<'a>(
    ground: &Ground<'a>,
    kind: MarketKind,
    markets: impl Iterator<Item = &'a Market>,
) -> Option<Found<'a>> {
    let worst = ground.settings.middles?;
    // Home gets more points than away gives: its line is the higher one. Over is of the lower line.
    let (lower, higher) = match kind {
        MarketKind::H2h => return None,
        MarketKind::Spreads => ((2, Outcome::Away), (0, Outcome::Home)),
        MarketKind::Totals => ((0, Outcome::Over), (2, Outcome::Under)),
    };
    let most = 1.0 / (1.0 + worst.micro() as f64 / 1e8);
    let mut below: Option<(f64, &Market)> = None;
    let mut best: Option<(f64, [&Market; 2])> = None;
    for market in markets {
        let implied = |slot: usize| market.best.net[slot].map(|(net, _, _)| 1.0 / net);
        if let (Some((least, other)), Some(own)) = (below, implied(higher.0)) {
            let sum = least + own;
            if sum < most + NEARLY && best.is_none_or(|(lowest, _)| sum < lowest) {
                best = Some((sum, [other, market]));
            }
        }
        if let Some(own) = implied(lower.0).filter(|own| below.is_none_or(|(least, _)| *own < least)) {
            below = Some((own, market));
        }
    }
    let (_, [low, high]) = best?;
    let (low, high) = (leg(low, lower.0, lower.1)?, leg(high, higher.0, higher.1)?);
    let legs = if kind == MarketKind::Spreads { vec![high, low] } else { vec![low, high] };
    Some(Found { ground: *ground, legs, across: true })
}

fn leg(market: &Market, slot: usize, outcome: Outcome) -> Option<Leg<'_>> {
    let (_, book, odds) = market.best.net[slot]?;
    Some(Leg { market, outcome, book, odds })
}
