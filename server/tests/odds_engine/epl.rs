//! Forty real matches with the prices of their books, against a calculation of its own with 128-bit integers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use shared::domain::odds::{ArbKind, MarketKind};
use shared::units::Percent;
use undercurrent::domain::odds::engine::{BookTerms, OddsSettings};
use undercurrent::domain::odds::{BookOdds, EventOdds, Offer, Outcome};

use crate::market::{NOON, Stand, answer, at, odds};

/// A market's id, with the prices of each book in ten-thousandths, by outcome.
type Markets = BTreeMap<String, BTreeMap<String, BTreeMap<String, i128>>>;

fn matches() -> Option<Vec<Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/odds_api/epl_2025-26_prematch_40.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("skipped: there is no recorded data at ../shared/data/odds_api");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// The id of the market that an outcome belongs to, and which outcome it is.
fn place(event: &Value, market: &Value, outcome: &Value) -> (String, &'static str) {
    let (id, name) = (event["id"].as_str().unwrap(), outcome["name"].as_str().unwrap());
    let side = match name {
        "Draw" => "draw",
        "Over" => "over",
        "Under" => "under",
        name if name == event["home_team"] => "home",
        _ => "away",
    };
    let sign = if side == "away" { -1.0 } else { 1.0 };
    match (market["key"].as_str().unwrap(), outcome["point"].as_f64()) {
        ("h2h", None) => (format!("{id}:h2h"), side),
        (kind, point) => (format!("{id}:{kind}:{}", point.unwrap() * sign), side),
    }
}

fn each<'a>(event: &'a Value, mut with: impl FnMut(&'a Value, &'a Value, &'a Value)) {
    for book in event["bookmakers"].as_array().unwrap() {
        for market in book["markets"].as_array().unwrap() {
            market["outcomes"].as_array().unwrap().iter().for_each(|outcome| with(book, market, outcome));
        }
    }
}

fn expected_markets(matches: &[Value]) -> Markets {
    let mut markets = Markets::new();
    for event in matches {
        each(event, |book, market, outcome| {
            let (id, side) = place(event, market, outcome);
            #[expect(clippy::cast_possible_truncation)]
            let price = (outcome["price"].as_f64().unwrap() * 10_000.0).round() as i128;
            let books = markets.entry(id).or_default();
            books.entry(book["key"].as_str().unwrap().to_owned()).or_default().insert(side.to_owned(), price);
        });
    }
    markets
}

fn told(event: &Value) -> EventOdds {
    let mut books: BTreeMap<&str, BTreeMap<String, Offer>> = BTreeMap::new();
    each(event, |book, market, outcome| {
        let (id, side) = place(event, market, outcome);
        let line = id.rsplit(':').next().unwrap().parse::<f64>().ok().filter(|_| market["key"] != "h2h");
        #[expect(clippy::cast_possible_truncation)]
        let line = line.map(|line| (line * 100.0).round() as i32);
        let kind = match market["key"].as_str().unwrap() {
            "h2h" => MarketKind::H2h,
            "spreads" => MarketKind::Spreads,
            _ => MarketKind::Totals,
        };
        let offers = books.entry(book["key"].as_str().unwrap()).or_default();
        let empty = Offer { kind, line, prices: Vec::new(), updated: at(NOON), suspended: false };
        let price = odds(&outcome["price"].to_string());
        offers.entry(id).or_insert(empty).prices.push((Outcome::of(side).unwrap(), price));
    });
    let book = |(book, offers): (&str, BTreeMap<String, Offer>)| BookOdds {
        book: book.into(),
        title: book.into(),
        offers: offers.into_values().collect(),
    };
    let books = books.into_iter().map(book).collect();
    EventOdds { books, ..answer(event["id"].as_str().unwrap(), NOON, &[]) }
}

/// The outcomes with the best price of each: of equal ones the first book by name. After `taken` hundredths of the
/// winnings at the exchange, in millionths.
fn best(books: &BTreeMap<String, BTreeMap<String, i128>>, taken: i128) -> BTreeMap<String, (String, i128)> {
    let has_draw = |of: &BTreeMap<String, i128>| of.contains_key("draw");
    let three_way = books.values().any(has_draw);
    let mut best: BTreeMap<String, (String, i128)> = BTreeMap::new();
    for (book, prices) in books.iter().filter(|(_, prices)| has_draw(prices) == three_way) {
        let share = if book.starts_with("betfair_ex") { 100 - taken } else { 100 };
        for (outcome, price) in prices {
            let net = 1_000_000 + (price - 10_000) * share;
            if best.get(outcome).is_none_or(|(_, held)| net > *held) {
                best.insert(outcome.clone(), (book.clone(), net));
            }
        }
    }
    best
}

/// Whether stakes in cents, of 100 together at most, win whatever happens: all near the real split are tried.
fn wins_in_cents(nets: &[i128]) -> bool {
    let booksum: f64 = nets.iter().map(|net| 1e6 / *net as f64).sum();
    #[expect(clippy::cast_possible_truncation)]
    let real: Vec<i128> = nets.iter().map(|net| (1e10 / *net as f64 / booksum).floor() as i128).collect();
    let tries = 7_usize.pow(u32::try_from(nets.len()).unwrap());
    (0..tries).any(|attempt| {
        let near = |place: usize| {
            real[place] - 3 + i128::try_from(attempt / 7_usize.pow(u32::try_from(place).unwrap()) % 7).unwrap()
        };
        let stakes: Vec<i128> = (0..nets.len()).map(near).collect();
        let total: i128 = stakes.iter().sum();
        total <= 10_000 && stakes.iter().zip(nets).all(|(stake, net)| stake * net > total * 1_000_000)
    })
}

#[test]
fn forty_matches_have_the_best_prices_and_arbitrages_that_they_have() {
    let Some(matches) = matches() else { return };
    let markets = expected_markets(&matches);
    assert!(markets.len() > 100);
    for taken in [0, 2] {
        let exchange = BookTerms { commission: Percent::from_micro(taken * 1_000_000), weight: 1 };
        let books = ["uk", "eu"].map(|region| (format!("betfair_ex_{region}").into(), exchange));
        let mut stand = Stand::new(OddsSettings { books: books.into(), ..OddsSettings::default() });
        matches.iter().for_each(|event| drop(stand.tell(told(event))));
        assert_eq!(stand.world.keys("odds/board/soccer_epl"), markets.keys().cloned().collect::<Vec<_>>());
        check(&stand, &markets, taken.into());
    }
}

fn check(stand: &Stand, markets: &Markets, taken: i128) {
    let mut expected = BTreeSet::new();
    for (id, books) in markets {
        let row = stand.market(id);
        let of = |of: &shared::domain::odds::SelectionRow| {
            let best = of.best.as_ref()?;
            Some((of.id.to_string(), (best.book.to_string(), best.decimal.to_string())))
        };
        let held: BTreeMap<_, _> = row.selections.iter().filter_map(of).collect();
        let offered = best(books, 0).into_iter().map(|(outcome, (book, net))| {
            let odds = shared::units::Odds::new(u64::try_from(net).unwrap(), 1_000_000).unwrap();
            (outcome, (book, odds.to_string()))
        });
        assert_eq!(held, offered.collect(), "{id}");
        let nets = best(books, taken);
        if nets.len() == row.selections.len() {
            // The sum of 1 / net is below 1 if what it takes to be paid the product is less than the product.
            let product: i128 = nets.values().map(|(_, net)| net).product();
            let takes: i128 = nets.values().map(|(_, net)| 1_000_000 * (product / net)).sum();
            if takes < product && wins_in_cents(&nets.values().map(|(_, net)| *net).collect::<Vec<_>>()) {
                expected.insert((id.clone(), nets.into_iter().map(|(outcome, (book, _))| (outcome, book)).collect()));
            }
        }
    }
    let in_market = stand.arbs().into_iter().filter(|arb| arb.kind == ArbKind::Arb);
    let found: BTreeSet<(String, BTreeMap<String, String>)> = in_market
        .filter(|arb| arb.legs.iter().all(|leg| leg.market_id == arb.legs[0].market_id))
        .map(|arb| {
            let legs = arb.legs.iter().map(|leg| (leg.selection.to_string(), leg.book.to_string())).collect();
            (arb.legs[0].market_id.to_string(), legs)
        })
        .collect();
    println!("at {taken} %: {} arbitrages", found.len());
    assert_eq!(found, expected, "at {taken} %");
}
