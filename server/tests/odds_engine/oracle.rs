//! Arbitrages that were worked out elsewhere with exact arithmetic, found by the engine among books.

use serde_json::Value;
use shared::domain::odds::{ArbKind, ArbRow};
use shared::units::Percent;

use crate::market::{NOON, Stand, answer, odds, settings};
use undercurrent::domain::odds::{BookOdds, EventOdds, Offer, Outcome};

fn oracle() -> Value {
    serde_json::from_str(include_str!("../../../shared/oracles/arbitrage.json")).unwrap()
}

#[test]
fn opportunities_are_found_among_books_as_the_oracle_says() {
    let oracle = oracle();
    let cases = oracle["cases"].as_array().unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let mut stand = Stand::new(settings());
        stand.tell(quotes(case));
        let arbs = stand.arbs();
        assert_eq!(!arbs.is_empty(), case["is_arb"].as_bool().unwrap(), "{}", case["name"]);
        let [arb] = &arbs[..] else { continue };
        check(case, arb);
    }
}

/// A book without a draw would be of another market, so all have one that is worth nothing.
fn quotes(case: &Value) -> EventOdds {
    let quotes = case["quotes"].as_array().unwrap();
    let outcomes: &[Outcome] = match quotes.len() {
        2 => &[Outcome::Home, Outcome::Away],
        _ => &[Outcome::Home, Outcome::Draw, Outcome::Away],
    };
    let names: std::collections::BTreeSet<&String> =
        quotes.iter().flat_map(|of| of.as_object().unwrap().keys()).collect();
    let book = |name: &&String| {
        let prices =
            outcomes.iter().zip(quotes).filter_map(|(outcome, of)| Some((*outcome, odds(of[&**name].as_str()?))));
        let offer = crate::market::offer("h2h", NOON);
        BookOdds {
            book: (**name).as_str().into(),
            title: "".into(),
            offers: vec![Offer { prices: prices.collect(), ..offer }],
        }
    };
    EventOdds { books: names.iter().map(book).collect(), ..answer("e", NOON, &[]) }
}

fn check(case: &Value, arb: &ArbRow) {
    let (name, best) = (&case["name"], case["best"].as_array().unwrap());
    for (leg, best) in arb.legs.iter().zip(best) {
        assert_eq!(*leg.book, *best["book"].as_str().unwrap(), "{name}");
    }
    let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let percent = |of: Percent| of.micro() as f64 / 1e6;
    // Percentages and money are written with two decimals.
    assert!((percent(arb.roi_pct) - number(&case["roi_pct"])).abs() <= 0.005, "{name}");
    let booksum = arb.booksum.e4() as f64 / 1e4;
    assert!((booksum - number(&case["sum_inverse"])).abs() <= 0.000_05, "{name}");
    let per_100 = arb.profit_per_100.pico() as f64 / 1e12;
    assert!((per_100 - number(&case["roi_pct"])).abs() <= 0.005, "{name}");
}

#[test]
fn lines_are_paired_as_the_oracle_says() {
    let oracle = oracle();
    for case in oracle["line_matching"].as_array().unwrap() {
        let legs = case["legs"].as_array().unwrap();
        let text = |leg: &Value, first: bool| {
            let (point, price) = (leg["point"].as_f64().unwrap(), leg["odds"].to_string());
            match leg["side"].as_str().unwrap() {
                "home" => format!("spreads {point} {price} -"),
                "away" => format!("spreads {} - {price}", -point),
                _ if first => format!("totals {point} {price} -"),
                _ => format!("totals {point} - {price}"),
            }
        };
        let texts = [text(&legs[0], true), text(&legs[1], false)];
        let mut stand = Stand::new(settings());
        stand.tell(answer("e", NOON, &[("a", &[texts[0].as_str()]), ("b", &[texts[1].as_str()])]));
        let (arbs, name) = (stand.arbs(), case["name"].as_str().unwrap());
        let expected = case["expect"].as_str().unwrap();
        if expected == "reject" || expected.starts_with("reject") {
            assert!(arbs.is_empty(), "{name}: {arbs:?}");
            continue;
        }
        let [arb] = &arbs[..] else { panic!("{name}: {arbs:?}") };
        let number = |field: &str| case[field].as_str().unwrap().parse::<f64>().unwrap();
        let percent = |of: Percent| of.micro() as f64 / 1e6;
        if arb.push_possible {
            // Stakes that all come back are told as such, not as the worst.
            assert!(number("worst").abs() < 1e-9 && arb.kind == ArbKind::Arb, "{name}");
        } else {
            assert!((percent(arb.roi_pct) - number("worst")).abs() <= 0.005, "{name}: {arb:?}");
        }
        assert!((percent(arb.best_pct) - number("best")).abs() <= 0.005, "{name}: {arb:?}");
        assert_eq!(arb.kind == ArbKind::Middle, number("worst") < 0.0, "{name}");
        assert_eq!(arb.line.is_none(), name.contains("middle") && !name.contains("anti"), "{name}");
    }
}
