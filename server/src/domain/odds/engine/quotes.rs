//! What can be bet on now, for whoever places bets.

use super::super::Outcome;
use super::OddsEngine;
use super::market::{Clock, Market};
use super::names::{line_text, selection_name};
use crate::domain::market::{Missing, Quote, Quotes};

impl OddsEngine {
    /// By what it is said which prices of a market count.
    pub(super) fn clock(&self, market: &Market) -> Clock {
        let fixture = &self.fixtures[market.fixture];
        let live = fixture.is_live(self.now);
        let (max_age_ms, max_lag_ms) = (self.settings.max_age_ms(live), self.settings.max_lag_ms(live));
        Clock { now: self.now, max_age_ms, max_lag_ms, over: fixture.facts.over.is_some() }
    }
}

impl Quotes for OddsEngine {
    fn quote(&self, market: &str, selection: &str, book: &str) -> Result<Quote, Missing> {
        let market = &self.markets[self.find(market).ok_or(Missing::Market)?];
        let outcome = Outcome::of(selection).ok_or(Missing::Selection)?;
        let (slot, _) = market.outcomes().iter().find(|(_, of)| *of == outcome).ok_or(Missing::Selection)?;
        let offer = self.books.find(book).and_then(|book| market.offer(book)).ok_or(Missing::Book)?;
        let price = offer.prices[*slot].ok_or(Missing::Book)?;
        let (facts, clock) = (&self.fixtures[market.fixture].facts, self.clock(market));
        Ok(Quote {
            market: (*market.id).into(),
            selection: selection.into(),
            book: book.into(),
            odds: price.odds,
            age_ms: offer.age_ms(clock),
            stale: !offer.is_young(clock),
            suspended: offer.suspended,
            kind: market.of.0,
            // As this book has it: one without a draw gives stakes back, also beside others that have one.
            three_way: offer.three_way,
            line: market.of.1.map(line_text),
            event: facts.event.as_str().into(),
            sport: facts.sport.as_str().into(),
            home: (*facts.home).into(),
            away: (*facts.away).into(),
            name: selection_name(&facts.home, &facts.away, market.of, outcome).into(),
            commence: facts.commence,
            closed: clock.over,
        })
    }
}
