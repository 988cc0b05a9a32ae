//! The rules once more, as plainly as possible: everything is kept as it was heard, and everything is reckoned
//! anew each time, with exact fractions where the engine takes shortcuts.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::odds::{Devig, Leg, MarketKind, consensus, devig, is_arbitrage, net, pair, roi_pct, split};
use shared::units::{Money, Odds, Percent, Timestamp};
use undercurrent::domain::odds::{Event, EventOdds, Outcome};

use crate::steps::price;

pub type Market = (String, MarketKind, Option<i32>);

/// What a book said of a market.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub prices: BTreeMap<Outcome, Odds>,
    pub updated: Timestamp,
    pub heard: Timestamp,
    pub suspended: bool,
    pub draws: bool,
}

/// Everything that was heard.
#[derive(Clone, Debug, Default)]
pub struct Brute {
    pub now: i64,
    pub commence: BTreeMap<String, i64>,
    pub said: BTreeMap<Market, BTreeMap<String, Said>>,
    /// Since when an event is over.
    pub over: BTreeMap<String, i64>,
}

/// An opportunity: where, at which books (none across lines, where equals are many), what it wins.
pub type Opportunity = (Market, Vec<String>, Percent);

impl Brute {
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::Odds(odds) if !self.over.contains_key(odds.event.as_str()) => self.odds(odds),
            Event::Score(score) if score.completed => {
                self.over.entry(score.event.to_string()).or_insert(self.now);
            }
            _ => {}
        }
    }

    fn odds(&mut self, odds: &EventOdds) {
        let event = odds.event.to_string();
        self.commence.insert(event.clone(), odds.commence.ms());
        let mut listed: BTreeSet<(Market, String)> = BTreeSet::new();
        for book in &odds.books {
            for offer in &book.offers {
                let market = (event.clone(), offer.kind, offer.line);
                listed.insert((market.clone(), book.book.to_string()));
                let said = self.said.entry(market).or_default().entry(book.book.to_string()).or_default();
                if offer.updated < said.updated {
                    continue;
                }
                let outcomes = [Outcome::Home, Outcome::Draw, Outcome::Away, Outcome::Over, Outcome::Under];
                let prices = outcomes.into_iter().filter_map(|of| Some((of, price(&offer.prices, of)?)));
                said.prices = prices.collect();
                (said.updated, said.heard, said.suspended) = (offer.updated, odds.at, offer.suspended);
                said.draws |= said.prices.contains_key(&Outcome::Draw);
            }
        }
        let answered: BTreeSet<&str> = odds.books.iter().map(|book| &*book.book).collect();
        for (market, books) in self.said.iter_mut().filter(|((of, _, _), _)| *of == event) {
            for (book, said) in
                books.iter_mut().filter(|(book, _)| !listed.contains(&(market.clone(), (*book).clone())))
            {
                if answered.contains(&**book) {
                    said.suspended = true;
                } else if odds.all_books {
                    said.prices.clear();
                }
            }
        }
    }

    /// Markets of events that are still there.
    pub fn markets(&self) -> impl Iterator<Item = &Market> {
        let gone = |event: &String| self.over.get(event).is_some_and(|over| self.now >= over + 600_000);
        self.said.keys().filter(move |(event, _, _)| !gone(event))
    }

    /// Whether a book's prices there count.
    pub fn counts(&self, market: &Market, said: &Said) -> bool {
        let live = self.now >= self.commence[&market.0];
        let age_ms = self.now - said.heard.ms();
        let young = age_ms <= if live { 10_000 } else { 60_000 };
        let lag_ms = said.heard.ms() - said.updated.ms();
        let repeated = lag_ms > if live { 6_000 } else { 60_000 };
        young && !repeated && !said.suspended && !said.prices.is_empty() && !self.over.contains_key(&market.0)
    }

    pub fn outcomes(&self, market: &Market) -> Vec<Outcome> {
        let three_way = self.said[market].values().any(|said| said.draws);
        match (market.1, three_way) {
            (MarketKind::Totals, _) => vec![Outcome::Over, Outcome::Under],
            (MarketKind::H2h, true) => vec![Outcome::Home, Outcome::Draw, Outcome::Away],
            _ => vec![Outcome::Home, Outcome::Away],
        }
    }

    /// The books that count and are of this market.
    fn eligible(&self, market: &Market) -> Vec<(&String, &Said)> {
        let three_way = self.outcomes(market).len() == 3;
        let fits = |said: &Said| self.counts(market, said) && said.draws == three_way;
        self.said[market].iter().filter(|(_, said)| fits(said)).collect()
    }

    /// The best price of each outcome, by what it is worth; books come by their names.
    fn best(&self, market: &Market, worth: impl Fn(&str, Odds) -> Odds) -> Vec<Option<(String, Odds)>> {
        let eligible = self.eligible(market);
        let of = |outcome: Outcome| {
            let mut best: Option<(String, Odds)> = None;
            for (book, said) in &eligible {
                let Some(odds) = said.prices.get(&outcome) else { continue };
                if best.as_ref().is_none_or(|(other, held)| worth(book, *odds) > worth(other, *held)) {
                    best = Some(((*book).clone(), *odds));
                }
            }
            best
        };
        self.outcomes(market).into_iter().map(of).collect()
    }

    pub fn offered(&self, market: &Market) -> Vec<Option<(String, Odds)>> {
        self.best(market, |_, odds| odds)
    }

    fn nets(&self, market: &Market) -> Vec<Option<(String, Odds)>> {
        let best = self.best(market, after_commission);
        best.into_iter().map(|of| of.map(|(book, odds)| (book.clone(), after_commission(&book, odds)))).collect()
    }

    pub fn complete(&self, market: &Market) -> bool {
        let outcomes = self.outcomes(market);
        self.eligible(market).iter().any(|(_, said)| outcomes.iter().all(|of| said.prices.contains_key(of)))
    }

    /// What the books agree on.
    pub fn fair(&self, market: &Market) -> Option<Vec<f64>> {
        let outcomes = self.outcomes(market);
        let opinion = |(book, said): &(&String, &Said)| {
            let odds: Option<Vec<f64>> = outcomes.iter().map(|of| said.prices.get(of).map(|o| o.to_f64())).collect();
            let age_ms = (self.now - said.heard.ms()) as f64;
            let weight = if *book == "sharp" { 3.0 } else { 1.0 } * 0.5_f64.powf(age_ms / 60_000.0);
            Some((weight, devig(Devig::Power, &odds?).unwrap()))
        };
        consensus(&self.eligible(market).iter().filter_map(opinion).collect::<Vec<_>>())
    }

    /// All opportunities.
    pub fn opportunities(&self) -> Vec<Opportunity> {
        let mut found: Vec<Opportunity> = self.markets().filter_map(|market| self.in_market(market)).collect();
        let kinds: BTreeSet<_> = self.markets().filter(|of| of.2.is_some()).map(|of| (of.0.clone(), of.1)).collect();
        for (event, kind) in kinds {
            found.extend(self.across(&event, kind).map(|roi| ((event, kind, None), Vec::new(), roi)));
        }
        found.sort();
        found
    }

    fn in_market(&self, market: &Market) -> Option<Opportunity> {
        let best: Vec<(String, Odds)> = self.nets(market).into_iter().collect::<Option<_>>()?;
        let (books, nets): (Vec<String>, Vec<Odds>) = best.into_iter().unzip();
        let cents = |hundred: i128| Money::from_pico(hundred * 10_000_000_000);
        let wins = is_arbitrage(&nets) && split(&nets, cents(10_000), cents(1))?.worst > Money::ZERO;
        wins.then(|| (market.clone(), books, roi_pct(&nets)))
    }

    /// What the best pair across lines wins at worst: all pairs are tried.
    fn across(&self, event: &str, kind: MarketKind) -> Option<Percent> {
        let markets: Vec<&Market> = self.markets().filter(|of| of.0 == event && of.1 == kind).collect();
        let mut best: Option<(f64, Percent)> = None;
        for one in &markets {
            for other in markets.iter().filter(|other| other != &one) {
                let (first, second) = (self.nets(one).remove(0), self.nets(other).remove(1));
                let (Some((_, first)), Some((_, second))) = (first, second) else { continue };
                let line = other.2.unwrap() * if kind == MarketKind::Spreads { -1 } else { 1 };
                let legs = (Leg { line: one.2.unwrap(), odds: first }, Leg { line, odds: second });
                let pair = pair(kind, legs.0, legs.1).unwrap();
                if pair.kind.is_none() || pair.worst < Money::from_pico(-5_000_000_000_000) {
                    continue;
                }
                let sum = first.implied() + second.implied();
                let roi = Percent::from_micro(i64::try_from(pair.worst.pico().div_euclid(1_000_000)).unwrap());
                if best.is_none_or(|(lowest, _)| sum < lowest) {
                    best = Some((sum, roi));
                }
            }
        }
        best.map(|(_, roi)| roi)
    }
}

fn after_commission(book: &str, odds: Odds) -> Odds {
    let two = if matches!(book, "exchange" | "x") { 2_000_000 } else { 0 };
    net(odds, Percent::from_micro(two))
}
