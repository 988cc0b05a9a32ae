//! What the marked markets come to, and what time alone changes.

use std::collections::BTreeSet;

use shared::domain::odds::MarketKind;

use super::OddsEngine;
use super::arbs::{Ground, across_lines, in_market};
use super::books::Standing;
use super::deadlines::Whose;
use super::fixture::Facts;
use super::market::Market;
use super::marks::Reader;
use super::settings::{after, whole_ms};

impl OddsEngine {
    /// Looks at the markets that changed: what counts, what is best, whether it is an arbitrage.
    pub(super) fn evaluate(&mut self) {
        let mut lines: BTreeSet<(usize, MarketKind)> = BTreeSet::new();
        for number in self.marks.take(Reader::Rules, usize::MAX) {
            if self.markets.get(number).is_none() {
                continue;
            }
            self.look(number);
            let market = &self.markets[number];
            if market.of.1.is_some() {
                lines.insert((market.fixture, market.of.0));
            }
            let fixture = &self.fixtures[market.fixture];
            let ground = Ground { fixture, books: &self.books, settings: &self.settings, now: self.now };
            let found = in_market(&ground, market);
            self.arbs.put((fixture.facts.event.clone(), market.of), found, &mut self.counts, self.now);
        }
        lines.into_iter().for_each(|(fixture, kind)| self.across(fixture, kind));
    }

    /// Says anew what counts in a market, and when that ends.
    fn look(&mut self, number: usize) {
        let clock = self.clock(&self.markets[number]);
        let market = &mut self.markets[number];
        market.look(clock, &mut self.books);
        let next = market.expires(clock.max_age_ms).or_else(|| market.leaves(&self.settings));
        // A later time waits until the earlier has come: an answer moves it, and there are many.
        if let Some(next) = next.filter(|next| market.deadline.is_none_or(|earlier| *next < earlier)) {
            self.deadlines.set(Whose::Market(number), &mut market.deadline, Some(next));
        }
    }

    fn across(&mut self, fixture: usize, kind: MarketKind) {
        let Some(fixture) = self.fixtures.get(fixture) else { return };
        let ground = Ground { fixture, books: &self.books, settings: &self.settings, now: self.now };
        let of_kind = fixture.markets.iter().filter(|((of, _), _)| *of == kind).map(|(_, n)| &self.markets[*n]);
        let found = across_lines(&ground, kind, of_kind);
        self.arbs.put((fixture.facts.event.clone(), (kind, None)), found, &mut self.counts, self.now);
    }

    /// Prices become old, events begin and leave.
    pub(super) fn pass_time(&mut self) {
        while let Some(whose) = self.deadlines.pop(self.now) {
            match whose {
                Whose::Market(number) => self.age(number),
                Whose::Fixture(number) => self.turn(number),
            }
        }
    }

    fn age(&mut self, number: usize) {
        let clock = self.clock(&self.markets[number]);
        let market = &mut self.markets[number];
        market.deadline = None;
        if market.has_aged(clock) {
            self.marks.mark(number);
        } else if let Some(leaves) = market.leaves(&self.settings).filter(|leaves| *leaves <= self.now) {
            // Its event was heard of since: it is the line that is gone, not the provider that is silent.
            if self.fixtures[market.fixture].facts.heard >= leaves {
                self.drop_line(number);
            } else {
                let later = after(self.now, whole_ms(self.settings.linger));
                self.deadlines.set(Whose::Market(number), &mut market.deadline, Some(later));
            }
        } else if let Some(next) = market.expires(clock.max_age_ms).or_else(|| market.leaves(&self.settings)) {
            self.deadlines.set(Whose::Market(number), &mut market.deadline, Some(next));
        }
    }

    fn turn(&mut self, number: usize) {
        let fixture = &mut self.fixtures[number];
        fixture.deadline = None;
        if fixture.is_past(self.now, &self.settings) {
            self.remove(number);
            return;
        }
        fixture.markets.values().for_each(|market| self.marks.mark(*market));
        let next = fixture.next(self.now, &self.settings);
        self.deadlines.set(Whose::Fixture(number), &mut fixture.deadline, Some(next));
    }

    /// An event leaves, with everything that hangs on it.
    fn remove(&mut self, number: usize) {
        let mut fixture = self.fixtures.remove(number);
        let facts = &fixture.facts;
        self.by_id.remove(&facts.event);
        self.deadlines.set(Whose::Fixture(number), &mut fixture.deadline, None);
        for (of, market) in &fixture.markets {
            self.remove_market(facts, *market);
            self.arbs.put((facts.event.clone(), (of.0, None)), None, &mut self.counts, self.now);
        }
        self.followed.gone_event(&facts.event);
        self.unstored.gone.insert(fixture.facts.event);
    }

    /// A line that the books have moved away from leaves; its event stays.
    fn drop_line(&mut self, number: usize) {
        let market = &self.markets[number];
        let (fixture, of) = (market.fixture, market.of);
        self.fixtures[fixture].markets.remove(&of);
        let facts = self.fixtures[fixture].facts.clone();
        let gone = self.remove_market(&facts, number);
        self.followed.gone_event(&facts.event);
        self.unstored.gone_lines.insert(gone.id);
    }

    /// A market leaves, with everything that hangs on it but its event.
    fn remove_market(&mut self, facts: &Facts, number: usize) -> Market {
        let mut gone = self.markets.remove(number);
        self.deadlines.set(Whose::Market(number), &mut gone.deadline, None);
        for offer in &gone.offers {
            self.books.count(offer.book, offer.standing, Standing::None);
        }
        self.offers -= gone.offers.len();
        let histories = gone.offers.iter().flat_map(|offer| &offer.kept.history).chain(&gone.fair_history);
        self.points -= histories.map(|series| series.points().len()).sum::<usize>();
        self.followed.gone(&facts.sport, &gone.id);
        self.arbs.put((facts.event.clone(), gone.of), None, &mut self.counts, self.now);
        gone
    }
}
