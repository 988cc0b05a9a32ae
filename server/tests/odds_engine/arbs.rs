//! Arbitrages and middles from the first sight to the last.

use shared::domain::odds::{ArbKind, MarketKind};
use shared::units::Percent;
use undercurrent::domain::odds::EventOdds;

use crate::market::{KICK_OFF, NOON, Stand, answer, at, settings};

fn two(ms: i64, home: &str, away: &str) -> EventOdds {
    answer("e", ms, &[("a", &[&format!("h2h {home} 1.5")]), ("b", &[&format!("h2h 1.5 {away}")])])
}

#[test]
fn an_opportunity_keeps_its_id_while_prices_move() {
    let mut stand = Stand::new(settings());
    stand.tell(two(NOON, "2.10", "2.05"));
    let [first] = &stand.arbs()[..] else { panic!("one") };
    stand.tell(two(NOON + 4_000, "2.20", "2.05"));
    stand.tell(two(NOON + 5_000, "2.12", "2.05"));
    let [arb] = &stand.arbs()[..] else { panic!("one") };
    assert_eq!((&arb.id, arb.opened_ms, arb.updated_ms), (&first.id, at(NOON), at(NOON + 5_000)));
    assert!(arb.roi_pct > first.roi_pct);
    let legs: Vec<_> =
        arb.legs.iter().map(|leg| (&*leg.book, leg.decimal.to_string(), leg.stake.to_string())).collect();
    assert_eq!(legs, [("a", "2.12".into(), "49.16".into()), ("b", "2.05".into(), "50.84".into())]);
    assert_eq!((arb.market, &*arb.legs[0].market_id), (MarketKind::H2h, "e:h2h"));
    stand.tell(two(NOON + 9_000, "1.90", "2.05"));
    assert!(stand.arbs().is_empty());
    let [closed] = &stand.closed()[..] else { panic!("one") };
    assert_eq!((&closed.arb, closed.closed_ms, closed.lived_ms), (arb, at(NOON + 9_000), 9_000));
    assert_eq!(closed.peak_roi_pct.to_string(), "6.12");
    assert_eq!(stand.world.keys("odds/closed"), [format!("{}-{}", NOON + 9_000, arb.id)]);
}

#[test]
fn other_books_are_another_opportunity() {
    let mut stand = Stand::new(settings());
    stand.tell(two(NOON, "2.10", "2.05"));
    let id = stand.arbs()[0].id.clone();
    let mut odds = two(NOON + 1_000, "2.10", "2.05");
    odds.books.extend(answer("e", NOON, &[("c", &["h2h 2.15 1.5"])]).books);
    stand.tell(odds);
    let [arb] = &stand.arbs()[..] else { panic!("one") };
    assert!(arb.id != id && arb.opened_ms == at(NOON + 1_000));
    let [closed] = &stand.closed()[..] else { panic!("one") };
    assert_eq!((&closed.arb.id, closed.lived_ms), (&id, 1_000));
    assert_eq!((stand.engine.counts().opened, stand.engine.counts().closed), (2, 1));
}

#[test]
fn commission_is_taken_before_anything_is_compared() {
    // 1/2.10 + 1/1.95 is 0.989; with 2 % of the winnings gone at the exchange it is 0.994, at 5 % more than 1.
    let odds = answer("e", NOON, &[("exchange", &["h2h 2.10 1.5"]), ("b", &["h2h 1.5 1.95"])]);
    for (commission, roi, booksum) in [(0, Some("1.11"), "0.9890"), (2, Some("0.60"), "0.9941"), (5, None, "")] {
        let mut terms = settings();
        terms.books.get_mut("exchange").unwrap().commission = Percent::from_micro(commission * 1_000_000);
        let mut stand = Stand::new(terms);
        stand.tell(odds.clone());
        let arbs = stand.arbs();
        assert_eq!(arbs.first().map(|arb| arb.roi_pct.to_string()).as_deref(), roi);
        if let [arb] = &arbs[..] {
            assert_eq!(arb.booksum.to_string(), booksum);
            assert_eq!(arb.legs[0].decimal.to_string(), "2.10", "as offered");
            assert_eq!(arb.legs[0].commission_pct, Percent::from_micro(commission * 1_000_000));
        }
    }
    // What is better as offered may be worse after commission.
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("exchange", &["h2h 2.10 1.5"]), ("b", &["h2h 2.09 2.00"])]));
    assert_eq!(&*stand.market("e:h2h").selections[0].best.as_ref().unwrap().book, "exchange");
    assert_eq!(&*stand.arbs()[0].legs[0].book, "b");
}

#[test]
fn stale_and_suspended_legs_never_count() {
    let mut stand = Stand::new(settings());
    stand.tell(two(NOON, "2.10", "2.05"));
    assert_eq!(stand.arbs().len(), 1);
    let mut only = answer("e", NOON + 30_000, &[("a", &["h2h 2.10 1.5"])]);
    only.all_books = false;
    stand.tell(only);
    stand.pass(30_000);
    assert_eq!(stand.arbs().len(), 1, "b is 60 s old");
    stand.pass(1);
    assert!(stand.arbs().is_empty());
    let odds = answer("e", NOON + 70_000, &[("a", &["h2h 2.10 1.5"]), ("b", &["h2h 1.5 2.05 suspended"])]);
    stand.tell(odds);
    assert!(stand.arbs().is_empty());
    stand.tell(two(NOON + 71_000, "2.10", "2.05"));
    assert_eq!(stand.arbs().len(), 1);
}

#[test]
fn an_event_that_begins_wants_fresher_prices() {
    let mut stand = Stand::new(settings());
    stand.pass(3_590_000);
    stand.tell(two(KICK_OFF - 9_000, "2.10", "2.05"));
    assert!(!stand.arbs()[0].live);
    stand.pass(9_000);
    assert!(stand.arbs()[0].live && stand.market("e:h2h").live, "it has begun");
    stand.pass(1_000);
    assert_eq!(stand.arbs().len(), 1);
    stand.pass(1);
    assert!(stand.arbs().is_empty(), "10 s are the most while it is on");
}

#[test]
fn quarter_lines_are_matched_exactly() {
    let mut stand = Stand::new(settings());
    let books: &[(&str, &[&str])] = &[
        ("a", &["spreads -0.75 2.10 1.6", "totals 2.25 2.1 1.6"]),
        ("b", &["spreads -0.75 1.6 2.05", "spreads -0.5 1.6 2.5", "totals 2.25 1.6 2.05"]),
    ];
    stand.tell(answer("e", NOON, books));
    let arbs = stand.arbs();
    let mut lines: Vec<_> = arbs.iter().map(|arb| (arb.market, arb.line.as_deref(), arb.push_possible)).collect();
    lines.sort();
    assert_eq!(lines, [(MarketKind::Spreads, Some("-0.75"), false), (MarketKind::Totals, Some("2.25"), false)]);
    let spread = arbs.iter().find(|arb| arb.market == MarketKind::Spreads).unwrap();
    let legs: Vec<_> = spread.legs.iter().map(|leg| (&*leg.name, leg.line.as_deref().unwrap())).collect();
    assert_eq!(legs, [("Arsenal -0.75", "-0.75"), ("Chelsea +0.75", "0.75")]);
}

#[test]
fn a_whole_line_may_give_all_stakes_back() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["totals 3 2.10 1.6"]), ("b", &["totals 3 1.6 2.05"])]));
    assert!(stand.arbs()[0].push_possible);
    assert_eq!(stand.arbs()[0].roi_pct.to_string(), "3.73");
}

#[test]
fn the_best_middle_of_an_event_is_told() {
    let mut stand = Stand::new(settings());
    let books: &[(&str, &[&str])] =
        &[("a", &["totals 2.5 1.95 1.8", "totals 3.5 2.6 1.5"]), ("b", &["totals 3.5 2.6 1.5", "totals 4.5 1.7 1.96"])];
    stand.tell(answer("e", NOON, books));
    let [middle] = &stand.arbs()[..] else { panic!("{:?}", stand.arbs()) };
    // Over 2.5 with under 4.5 loses a little; over 3.5 at 2.6 with under 4.5 even wins.
    assert_eq!((middle.kind, middle.line.as_deref()), (ArbKind::Arb, None));
    let legs: Vec<_> = middle.legs.iter().map(|leg| (&*leg.name, &*leg.book)).collect();
    assert_eq!(legs, [("Over 3.5", "a"), ("Under 4.5", "b")]);
    let id = middle.id.clone();
    // The same bets at lower prices are a middle, and the same opportunity.
    let books: &[(&str, &[&str])] =
        &[("a", &["totals 2.5 1.85 1.8", "totals 3.5 2.0 1.5"]), ("b", &["totals 3.5 2.0 1.5", "totals 4.5 1.7 1.96"])];
    stand.tell(answer("e", NOON + 1_000, books));
    let [middle] = &stand.arbs()[..] else { panic!("{:?}", stand.arbs()) };
    assert_eq!((middle.kind, middle.roi_pct.to_string().as_str(), &middle.id), (ArbKind::Middle, "-1.01", &id));
    assert_eq!(middle.best_pct.to_string(), "97.98");
    let mut none = settings();
    none.middles = None;
    let mut stand = Stand::new(none);
    stand.tell(answer("e", NOON, books));
    assert!(stand.arbs().is_empty());
}

#[test]
fn a_profit_that_rounding_takes_is_none() {
    let mut stand = Stand::new(settings());
    // 1/1.0001 + 1/10002 is below 1 by 1e-8: no stakes in cents win for 100.
    stand.tell(answer("e", NOON, &[("a", &["h2h 1.0001 1.5"]), ("b", &["h2h 1.00001 10002"])]));
    assert!(stand.arbs().is_empty());
    let mut least = settings();
    least.min_roi_pct = Percent::from_micro(4_000_000);
    let mut stand = Stand::new(least);
    stand.tell(two(NOON, "2.10", "2.05"));
    assert!(stand.arbs().is_empty(), "3.73 % is not 4 %");
}
