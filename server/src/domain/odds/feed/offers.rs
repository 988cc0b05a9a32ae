//! A book's part of an event: its markets, sorted by what is bet on and by line.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use shared::domain::odds::{MarketKind, SportKey};
use shared::units::{Odds, OddsFormat, Timestamp};

use super::item::{Bookmaker, Market, Price, Teams, name, same};
use super::number::{line, price, time};
use crate::domain::Tally;
use crate::domain::odds::{BookOdds, Offer, Outcome};

/// What is needed to read them.
pub(super) struct Reading<'a> {
    pub teams: Teams<'a>,
    pub format: OddsFormat,
    /// When the answer was received: no price is newer.
    pub at: Timestamp,
}

impl Reading<'_> {
    /// What a book offers. `None`: it cannot be read at all.
    pub fn book(&self, raw: &RawValue, tally: &mut Tally) -> Option<BookOdds> {
        let book: Bookmaker<'_> = serde_json::from_str(raw.get()).ok()?;
        // A book's key becomes part of rows, so it has the form of the other keys.
        let key: SportKey = book.key.parse().ok()?;
        let title = book.title.as_deref().and_then(name).unwrap_or(key.as_str());
        let updated = book.last_update.and_then(time).unwrap_or(self.at);
        let mut offers = Vec::new();
        for market in &book.markets {
            self.market(market, updated, &mut offers, tally);
        }
        Some(BookOdds { book: key.as_str().into(), title: title.into(), offers })
    }

    fn market(&self, raw: &RawValue, updated: Timestamp, offers: &mut Vec<Offer>, tally: &mut Tally) {
        let Ok(market) = serde_json::from_str::<Market<'_>>(raw.get()) else {
            tally.garbage += 1;
            return;
        };
        let kind = match &*market.key {
            "h2h" => MarketKind::H2h,
            "spreads" | "alternate_spreads" => MarketKind::Spreads,
            "totals" | "alternate_totals" => MarketKind::Totals,
            // Among others the lay side of exchanges, which nobody can take as a bet, and markets on a part
            // of the event.
            _ => {
                tally.ignored += 1;
                return;
            }
        };
        let updated = market.last_update.and_then(time).unwrap_or(updated).min(self.at);
        let suspended = market.suspended.unwrap_or(false);
        for (line, prices) in self.prices(kind, &market.outcomes, tally) {
            // A book's alternate lines come as a market of their own, and may repeat the main one.
            if offers.iter().all(|offer| (offer.kind, offer.line) != (kind, line)) {
                offers.push(Offer { kind, line, prices, updated, suspended });
            }
        }
    }

    /// Prices by line; of two prices of the same outcome the first.
    fn prices(&self, kind: MarketKind, outcomes: &[&RawValue], tally: &mut Tally) -> Lines {
        let mut lines = Lines::new();
        for raw in outcomes {
            match self.price(kind, raw) {
                Some((line, outcome, odds)) => {
                    let prices = lines.entry(line).or_default();
                    if prices.iter().any(|(known, _)| *known == outcome) {
                        tally.garbage += 1;
                    } else {
                        prices.push((outcome, odds));
                    }
                }
                None => tally.garbage += 1,
            }
        }
        lines.values_mut().for_each(|prices| prices.sort_unstable());
        lines
    }

    fn price(&self, kind: MarketKind, raw: &RawValue) -> Option<(Option<i32>, Outcome, Odds)> {
        let outcome: Price<'_> = serde_json::from_str(raw.get()).ok()?;
        let odds = price(outcome.price, self.format)?;
        let point = || line(outcome.point?);
        let team = self.team(&outcome.name);
        let (line, outcome) = match kind {
            MarketKind::H2h if same(&outcome.name, "Draw") => (None, Outcome::Draw),
            MarketKind::H2h => (None, team?),
            // The line of a market is the home team's handicap.
            MarketKind::Spreads => match team? {
                Outcome::Home => (Some(point()?), Outcome::Home),
                _ => (Some(-point()?), Outcome::Away),
            },
            MarketKind::Totals if same(&outcome.name, "Over") => (Some(point()?), Outcome::Over),
            MarketKind::Totals if same(&outcome.name, "Under") => (Some(point()?), Outcome::Under),
            MarketKind::Totals => return None,
        };
        Some((line, outcome, odds))
    }

    fn team(&self, name: &str) -> Option<Outcome> {
        if same(name, self.teams.home) {
            Some(Outcome::Home)
        } else {
            same(name, self.teams.away).then_some(Outcome::Away)
        }
    }
}

type Lines = BTreeMap<Option<i32>, Vec<(Outcome, Odds)>>;
