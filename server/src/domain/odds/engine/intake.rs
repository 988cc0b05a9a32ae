//! What is heard: answers about events, scores, lists, pools. It is noted and marked; what it comes to is
//! reckoned when something is taken.

use std::collections::BTreeSet;

use shared::domain::odds::{ScoreRow, SportKey};
use shared::units::{Money, Odds, Timestamp};

use super::super::{EventOdds, Offer, Outcome, Score};
use super::OddsEngine;
use super::books::BookId;
use super::deadlines::Whose;
use super::fixture::{Facts, Fixture};
use super::market::{Market, Stakes};
use super::marks::Reader;
use super::names::{MarketOf, SLOTS, fits, market_id, parse_market, slot};
use super::series::{POINTS, Point};

/// Whose pool: the ledger's own.
pub(super) const OWN: usize = 0;
/// One that a feed tells of.
pub(super) const OTHER: usize = 1;

/// A selection, and so much on it.
type Sum = (Box<str>, Money);

impl OddsEngine {
    pub(super) fn odds(&mut self, odds: &EventOdds) {
        self.counts.answers += 1;
        if self.ended.is_known(&odds.event) {
            self.counts.over += 1;
            return;
        }
        let Some(fixture) = self.fixture(odds) else {
            self.counts.crowded_out += 1;
            return;
        };
        self.answer += 1;
        let mut answered = Vec::with_capacity(odds.books.len());
        for said in &odds.books {
            let Some(book) = self.books.number(&said.book, &said.title, &self.settings) else {
                self.counts.crowded_out += 1;
                continue;
            };
            let updated = said.offers.iter().map(|offer| offer.updated.min(odds.at)).max();
            self.books.heard(book, &said.title, odds.response_ms, updated.unwrap_or_default());
            for offer in &said.offers {
                self.offer(fixture, book, offer, odds.at);
            }
            answered.push(book);
        }
        self.silence(fixture, &answered, odds.all_books);
    }

    /// The number of an answer's event, which is made if there is room.
    fn fixture(&mut self, odds: &EventOdds) -> Option<usize> {
        let number = match self.by_id.get(&odds.event) {
            Some(number) => *number,
            None if self.fixtures.len() >= self.settings.limits.events => return None,
            None => self.insert_fixture(Facts::of(odds)),
        };
        let fixture = &mut self.fixtures[number];
        if fixture.update(odds) {
            fixture.markets.values().for_each(|market| self.marks.mark(*market));
        }
        self.await_fixture(number);
        Some(number)
    }

    pub(super) fn insert_fixture(&mut self, facts: Facts) -> usize {
        let event = facts.event.clone();
        let number = self.fixtures.insert(Fixture::new(facts));
        self.by_id.insert(event, number);
        number
    }

    /// Waits for the event's next turn, unless something earlier is waited for: then it is looked at again.
    pub(super) fn await_fixture(&mut self, number: usize) {
        let fixture = &mut self.fixtures[number];
        let next = fixture.next(self.now, &self.settings);
        if fixture.deadline.is_none_or(|earlier| next < earlier) {
            self.deadlines.set(Whose::Fixture(number), &mut fixture.deadline, Some(next));
        }
    }

    fn offer(&mut self, fixture: usize, book: BookId, offer: &Offer, at: Timestamp) {
        self.counts.offers += 1;
        let Some(prices) = prices(offer) else {
            self.counts.invalid += 1;
            return;
        };
        let Some(number) = self.market(fixture, (offer.kind, offer.line), book) else {
            self.counts.crowded_out += 1;
            return;
        };
        let market = &mut self.markets[number];
        let offers = market.offers.len();
        let place = market.place(book, &self.books);
        self.offers += market.offers.len() - offers;
        let held = &mut market.offers[place];
        held.answer = self.answer;
        // A price of the future would make all later ones late.
        let updated = offer.updated.min(at);
        if updated < held.updated {
            self.counts.late += 1;
            return;
        }
        let (moved, mut changed) = held.update(prices, updated, at, offer.suspended);
        // Nothing but the provider's time stands still: that is noticed by answers alone.
        changed |= held.lag_ms() > self.settings.max_lag_ms(self.fixtures[fixture].is_live(self.now));
        market.three_way |= held.three_way;
        let most = self.most_points();
        for slot in (0..SLOTS).filter(|slot| moved[*slot]) {
            if let Some(odds) = prices[slot] {
                let more = self.markets[number].offers[place].kept.history[slot].push(Point::new(updated, odds), most);
                self.points = self.points.saturating_add_signed(more);
            }
        }
        if changed {
            self.counts.changed += 1;
            self.marks.mark(number);
        } else {
            self.marks.mark_for(Reader::State, number);
        }
    }

    /// The number of a market in which the book may offer something, which is made if there is room.
    fn market(&mut self, fixture: usize, of: MarketOf, book: BookId) -> Option<usize> {
        let limits = self.settings.limits;
        let room = self.offers < limits.offers;
        match self.fixtures[fixture].markets.get(&of) {
            Some(number) => (room || self.markets[*number].offer(book).is_some()).then_some(*number),
            None if !room || self.markets.len() >= limits.markets => None,
            None => Some(self.insert_market(fixture, of)),
        }
    }

    pub(super) fn insert_market(&mut self, fixture: usize, of: MarketOf) -> usize {
        let id = market_id(&self.fixtures[fixture].facts.event, of);
        let number = self.markets.insert(Market::new(id, fixture, of));
        self.fixtures[fixture].markets.insert(of, number);
        number
    }

    /// How many points a price's history may have: the fewer, the more there are of all.
    pub(super) const fn most_points(&self) -> usize {
        let room = self.settings.limits.points;
        if self.points < room / 2 {
            POINTS
        } else if self.points < room / 4 * 3 {
            POINTS / 2
        } else if self.points < room {
            POINTS / 6
        } else {
            // The newest two, to see which way it went.
            2
        }
    }

    /// What an answer left out: a book that answered suspends what it does not list; of books that did not
    /// answer everything is gone if the answer was of all.
    fn silence(&mut self, fixture: usize, answered: &[BookId], all_books: bool) {
        for number in self.fixtures[fixture].markets.values() {
            let market = &mut self.markets[*number];
            let mut changed = false;
            for offer in market.offers.iter_mut().filter(|offer| offer.answer != self.answer) {
                changed |= if answered.contains(&offer.book) {
                    !std::mem::replace(&mut offer.suspended, true)
                } else {
                    all_books && offer.withdraw()
                };
            }
            // Whose say changes because others were heard of.
            if changed || market.mixed || market.is_mixed() {
                self.marks.mark(*number);
            }
        }
    }

    pub(super) fn score(&mut self, score: &Score) {
        let Score { event, home, away, completed, at } = score;
        if !completed && self.ended.is_known(event) {
            self.counts.over += 1;
            return;
        }
        if let Some(number) = self.by_id.get(event).copied() {
            let fixture = &mut self.fixtures[number];
            let row = Some(ScoreRow { home: *home, away: *away, completed: *completed });
            if fixture.facts.score != row {
                fixture.facts.score = row;
                fixture.unstored = true;
                fixture.markets.values().for_each(|market| self.marks.mark(*market));
            }
            if *completed {
                self.end(number, *at);
            }
        } else if !completed {
            self.counts.unknown += 1;
        }
        if *completed {
            self.ended.add(event, *home, *away, *at);
        }
    }

    /// An event is over.
    fn end(&mut self, number: usize, at: Timestamp) {
        let fixture = &mut self.fixtures[number];
        if fixture.facts.over.is_none() {
            fixture.facts.over = Some(at.max(self.now));
            fixture.unstored = true;
            fixture.markets.values().for_each(|market| self.marks.mark(*market));
            self.await_fixture(number);
        }
    }

    pub(super) fn listed(&mut self, sport: &SportKey, events: &[SportKey], at: Timestamp) {
        let listed: BTreeSet<&SportKey> = events.iter().collect();
        let gone = |fixture: &Fixture| {
            fixture.facts.sport == *sport && fixture.is_live(self.now.max(at)) && !listed.contains(&fixture.facts.event)
        };
        let over: Vec<usize> = self.fixtures.iter().filter(|(_, of)| gone(of)).map(|(number, _)| number).collect();
        over.into_iter().for_each(|number| self.end(number, at));
    }

    /// What is staked in a market is this now. Selections that are not in it have nothing.
    pub(super) fn stakes(&mut self, whose: usize, market: &str, stakes: &[Sum], payouts: &[Sum]) {
        let Some(number) = self.find(market) else {
            self.counts.unknown += 1;
            return;
        };
        let market = &mut self.markets[number];
        let by_place = |sums: &[Sum]| {
            let mut all = [Money::ZERO; SLOTS];
            for (selection, sum) in sums {
                if let Some(slot) = Outcome::of(selection).and_then(|outcome| slot(market.of.0, outcome)) {
                    all[slot] += *sum;
                }
            }
            all
        };
        let pool = Stakes { stakes: by_place(stakes), payouts: by_place(payouts) };
        if std::mem::replace(&mut market.pools[whose], pool) != pool {
            self.marks.mark(number);
        }
    }

    /// The number of the market of that id.
    pub(super) fn find(&self, market: &str) -> Option<usize> {
        let (event, of) = parse_market(market)?;
        self.fixtures[*self.by_id.get(&event)?].markets.get(&of).copied()
    }
}

/// An offer's prices by their places; `None` where no market can be like that.
fn prices(offer: &Offer) -> Option<[Option<Odds>; SLOTS]> {
    if !fits(offer.kind, offer.line) {
        return None;
    }
    let mut prices = [None; SLOTS];
    for (outcome, odds) in &offer.prices {
        prices[slot(offer.kind, *outcome)?] = Some(*odds);
    }
    Some(prices)
}
