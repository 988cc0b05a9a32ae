//! The engine reckons only what changed, and comes to what reckoning everything anew comes to.

use proptest::prelude::*;
use shared::domain::odds::{ArbRow, BookRow, MarketRow};
use undercurrent::domain::odds::Outcome;

use crate::brute::{Brute, Market, Opportunity};
use crate::market::{NOON, Stand, strict};
use crate::steps::{BOOKS, Step, steps};

fn key((event, kind, line): &Market) -> String {
    let kind = serde_json::to_value(kind).unwrap();
    let line = line.map(|line| format!(":{}", f64::from(line) / 100.0)).unwrap_or_default();
    format!("{event}:{}{line}", kind.as_str().unwrap())
}

fn check_market(row: &MarketRow, market: &Market, brute: &Brute) {
    let (said, outcomes) = (&brute.said[market], brute.outcomes(market));
    let ids: Vec<&str> = row.selections.iter().map(|of| &*of.id).collect();
    assert_eq!(ids, outcomes.iter().map(|of| of.as_str()).collect::<Vec<_>>());
    let best = brute.offered(market);
    let fair = brute.fair(market);
    for (index, (selection, outcome)) in row.selections.iter().zip(&outcomes).enumerate() {
        let held = selection.best.as_ref().map(|best| (best.book.to_string(), best.decimal.to_string()));
        assert_eq!(held, best[index].as_ref().map(|(book, odds)| (book.clone(), odds.to_string())), "{}", row.id);
        let books = selection.books.iter().map(|(book, of)| (&**book, of.decimal.to_string(), of.suspended));
        let expected = said.iter().filter_map(|(book, of)| {
            let odds = of.prices.get(outcome)?;
            Some((&**book, odds.to_string(), !brute.counts(market, of)))
        });
        assert_eq!(books.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{}", row.id);
        let actual = selection.fair.map(|fair| fair.e4() as f64 / 1e4);
        let expected = fair.as_ref().map(|fair| fair[index]);
        assert_eq!(actual.is_some(), expected.is_some(), "{}", row.id);
        if let (Some(actual), Some(expected)) = (actual, expected) {
            assert!((actual - expected).abs() < 0.000_051, "{}: {actual} {expected}", row.id);
        }
    }
    assert_eq!(row.complete, brute.complete(market), "{}", row.id);
    let sum: f64 = best.iter().flatten().map(|(_, odds)| odds.implied()).sum();
    match row.overround {
        Some(overround) => assert!((overround.e4() as f64 / 1e4 - sum).abs() < 0.000_051, "{}", row.id),
        None => assert!(!row.complete),
    }
    assert_eq!(row.live, brute.now >= brute.commence[&market.0]);
}

fn opportunity(arb: &ArbRow) -> Opportunity {
    let line = arb.line.as_ref().map(|line| {
        #[expect(clippy::cast_possible_truncation)]
        let hundredths = (line.parse::<f64>().unwrap() * 100.0).round() as i32;
        hundredths
    });
    let across = line.is_none() && arb.legs[0].line.is_some();
    let books = arb.legs.iter().filter(|_| !across).map(|leg| leg.book.to_string()).collect();
    ((arb.event.to_string(), arb.market, line), books, arb.roi_pct)
}

fn check(stand: &Stand, brute: &Brute) {
    let mut expected: Vec<String> = brute.markets().map(key).collect();
    expected.sort();
    assert_eq!(stand.world.keys("odds/board/soccer_epl"), expected);
    for market in brute.markets() {
        check_market(&stand.market(&key(market)), market, brute);
    }
    let arbs = stand.arbs();
    let mut found: Vec<Opportunity> = arbs.iter().map(opportunity).collect();
    found.sort();
    let expected = brute.opportunities();
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    for (actual, expected) in found.iter().zip(&expected) {
        assert_eq!((&actual.0, &actual.1), (&expected.0, &expected.1));
        // Written with two decimals.
        assert!((actual.2.micro() - expected.2.micro()).abs() <= 5_001, "{actual:?} {expected:?}");
    }
    for book in BOOKS {
        let row: Option<BookRow> = stand.world.read("odds/books", book);
        let fresh = brute.markets().filter(|of| brute.said[*of].get(book).is_some_and(|said| brute.counts(of, said)));
        assert_eq!(row.map_or(0, |row| row.markets), u32::try_from(fresh.count()).unwrap(), "{book}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn after_every_step_everything_is_as_if_reckoned_anew(steps in steps(60)) {
        let (mut stand, mut brute) = (Stand::new(strict()), Brute { now: NOON, ..Brute::default() });
        for step in &steps {
            match step {
                Step::Hear(event) => {
                    brute.hear(event);
                    stand.hear(event);
                }
                Step::Pass(ms) => {
                    brute.now += ms;
                    stand.pass(*ms);
                }
            }
            check(&stand, &brute);
        }
    }

    #[test]
    fn the_same_events_make_the_same_rows_and_the_same_state(steps in steps(40)) {
        let run = || {
            let mut stand = Stand::new(strict());
            let mut told = Vec::new();
            for step in &steps {
                told.push(match step {
                    Step::Hear(event) => stand.hear(event),
                    Step::Pass(ms) => stand.pass(*ms),
                });
            }
            (told, stand.world)
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn every_arbitrage_wins_whatever_happens(steps in steps(40)) {
        let mut stand = Stand::new(strict());
        for step in &steps {
            match step {
                Step::Hear(event) => drop(stand.hear(event)),
                Step::Pass(ms) => drop(stand.pass(*ms)),
            }
            for arb in stand.arbs().iter().filter(|arb| arb.roi_pct.micro() > 0) {
                let total = arb.legs.iter().fold(0, |sum, leg| sum + leg.stake.pico());
                prop_assert!(total <= 100_000_000_000_000, "{:?}", arb);
                for leg in &arb.legs {
                    let net = shared::domain::odds::net(leg.decimal, leg.commission_pct);
                    prop_assert!(net.pays(leg.stake).pico() > total, "{:?}", arb);
                    prop_assert!(Outcome::of(&leg.selection).is_some());
                }
            }
        }
    }
}
