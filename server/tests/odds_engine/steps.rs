//! Random days: answers of three books about two events with everything that books do, and time.

use proptest::prelude::*;
use shared::units::Odds;
use undercurrent::domain::odds::{Event, EventOdds, Outcome};

use crate::market::{KICK_OFF, NOON, answer, at, offer, score};

/// Books, two of which take 2 %.
pub const BOOKS: [&str; 4] = ["exchange", "plain", "sharp", "x"];
/// Events; the second begins in the middle of it.
pub const EVENTS: [&str; 2] = ["e", "f"];
/// When the second begins.
pub const SOON: i64 = NOON + 90_000;

const PRICES: [&str; 9] = ["1.45", "1.83", "1.909", "21/11", "2.02", "2.1", "2.35", "3.4", "-"];
const MARKETS: [&str; 7] = ["h2h2", "h2h3", "spreads -1.5", "spreads -1", "spreads 0.25", "totals 2.5", "totals 2.75"];

/// Something happens, or time passes.
#[derive(Clone, Debug)]
pub enum Step {
    Hear(Event),
    Pass(i64),
}

type Made = (usize, Vec<usize>, bool);

/// An event, books with their offers, whether these are all books, how old the prices are.
type Heard = (usize, Vec<(usize, Vec<Made>)>, bool, i64);

/// An offer of a market with prices, seldom suspended.
fn made() -> impl Strategy<Value = Made> {
    (0..MARKETS.len(), prop::collection::vec(0..PRICES.len(), 3), prop::bool::weighted(0.1))
}

fn text((market, prices, suspended): &Made) -> String {
    let prices: Vec<&str> = prices.iter().map(|price| PRICES[*price]).collect();
    let (name, count) = match MARKETS[*market] {
        "h2h2" => ("h2h", 2),
        "h2h3" => ("h2h", 3),
        other => (other, 2),
    };
    let suspended = if *suspended { " suspended" } else { "" };
    format!("{name} {}{suspended}", prices[..count].join(" "))
}

/// Steps, of which each is at its own time.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let books = prop::collection::vec((0..BOOKS.len(), prop::collection::vec(made(), 0..4)), 0..4);
    let odds = (0..EVENTS.len(), books, prop::bool::weighted(0.3), 0_i64..20_000);
    let step = prop_oneof![
        10 => odds.prop_map(Kind::Odds),
        4 => prop_oneof![Just(0_i64), 1..2_000_i64, 8_000..12_000_i64, 55_000..65_000_i64].prop_map(Kind::Pass),
        1 => (0..EVENTS.len(), 0..3_i32, prop::bool::weighted(0.2)).prop_map(Kind::Score),
        1 => Just(Kind::Again),
    ];
    prop::collection::vec(step, 1..most).prop_map(|kinds| Clocked { now: NOON, said: Vec::new() }.run(kinds))
}

#[derive(Clone, Debug)]
enum Kind {
    Odds(Heard),
    Score((usize, i32, bool)),
    Pass(i64),
    /// The newest answer once more.
    Again,
}

struct Clocked {
    now: i64,
    said: Vec<EventOdds>,
}

impl Clocked {
    fn run(mut self, kinds: Vec<Kind>) -> Vec<Step> {
        kinds.into_iter().filter_map(|kind| self.step(kind)).collect()
    }

    fn step(&mut self, kind: Kind) -> Option<Step> {
        Some(match kind {
            Kind::Pass(ms) => {
                self.now += ms;
                Step::Pass(ms)
            }
            Kind::Score((event, home, completed)) => Step::Hear(score(EVENTS[event], self.now, home, 1, completed)),
            Kind::Again => {
                let mut odds = self.said.last()?.clone();
                odds.at = at(self.now);
                Step::Hear(Event::Odds(odds))
            }
            Kind::Odds(odds) => {
                let odds = self.answer(odds);
                self.said.push(odds.clone());
                Step::Hear(Event::Odds(odds))
            }
        })
    }

    fn answer(&self, (event, books, all, old): Heard) -> EventOdds {
        let mut odds = answer(EVENTS[event], self.now, &[]);
        odds.commence = at(if event == 1 { SOON } else { KICK_OFF });
        odds.all_books = all;
        for (book, made) in books {
            let mut said = answer("e", 0, &[(BOOKS[book], &[])]).books.remove(0);
            said.offers = made.iter().map(|made| offer(&text(made), self.now - old)).collect();
            odds.books.push(said);
        }
        odds
    }
}

/// The price of an outcome among them, the last if there are several.
pub fn price(prices: &[(Outcome, Odds)], outcome: Outcome) -> Option<Odds> {
    prices.iter().rev().find(|(of, _)| *of == outcome).map(|(_, odds)| *odds)
}
