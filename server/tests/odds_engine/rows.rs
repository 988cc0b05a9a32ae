//! What a market's row says.

use shared::domain::odds::{BookStatus, EventRow, MarketRow, PriceSource};
use shared::units::Money;
use undercurrent::domain::Engine;
use undercurrent::domain::market::{Missing, Pool, Quotes};
use undercurrent::domain::odds::Event;

use crate::market::{NOON, Stand, answer, at, settings};

const BOARD: &str = "odds/board/soccer_epl";

fn best(row: &MarketRow) -> Vec<String> {
    let best = |of: &shared::domain::odds::SelectionRow| {
        of.best.as_ref().map_or("-".to_owned(), |best| format!("{}@{}", best.decimal, best.book))
    };
    row.selections.iter().map(best).collect()
}

#[test]
fn of_equal_prices_the_first_book_by_name_is_the_best() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("c", &["h2h 2.10 1.70"]), ("b", &["h2h 2.10 1.80"]), ("a", &["h2h 2.05 1.80"])]));
    assert_eq!(best(&stand.market("e:h2h")), ["2.10@b", "1.80@a"]);
}

#[test]
fn a_row_is_written_as_its_type_writes_it() {
    let mut stand = Stand::new(settings());
    let books: &[(&str, &[&str])] = &[
        ("b \"q\"", &["h2h 2.10 3.40 3.60", "spreads -1.5 21/11 1.95", "totals 2.25 1.9 2.0 suspended"]),
        ("a", &["h2h 2.05 3.5 3.7", "spreads -1.5 1.9 -", "totals 2.25 1.85 1.9876"]),
    ];
    let mut odds = answer("e", NOON, books);
    odds.home = "Nott'm \"F\"\\".into();
    stand.tell(odds);
    stand.open("odds/event/e");
    stand.hear(&Event::Pool {
        market: "e:h2h".into(),
        stakes: vec![("home".into(), Money::from_pico(1 << 60))],
        payouts: Vec::new(),
    });
    stand.hear(&crate::market::score("e", NOON + 1, 1, -2, false));
    assert_eq!(stand.world.keys(BOARD), ["e:h2h", "e:spreads:-1.5", "e:totals:2.25"]);
    for key in stand.world.keys(BOARD) {
        let text = stand.world.json(BOARD, &key).unwrap();
        let row: MarketRow = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&row).unwrap(), *text);
        let text = stand.world.json("odds/event/e", &key).unwrap();
        assert_eq!(serde_json::to_string(&EventRow::Market(Box::new(row))).unwrap(), *text);
    }
}

#[test]
fn a_book_without_a_draw_is_part_of_nothing_in_a_market_that_has_one() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("two", &["h2h 3.00 3.00"]), ("sharp", &["h2h 2.00 3.50 4.00"])]));
    let row = stand.market("e:h2h");
    assert_eq!(row.selections.len(), 3);
    assert_eq!(best(&row), ["2.00@sharp", "3.50@sharp", "4.00@sharp"]);
    assert!(row.complete && stand.arbs().is_empty());
    let price = row.selections[0].books["two"];
    assert!(!price.suspended, "one can bet at it");
    let fair: i64 = row.selections.iter().map(|of| of.fair.unwrap().e4()).sum();
    assert!((fair - 10_000).abs() <= 1);
    // A draw gives back a bet at the one, and loses it at the other.
    assert!(!stand.engine.quote("e:h2h", "home", "two").unwrap().three_way);
    assert!(stand.engine.quote("e:h2h", "home", "sharp").unwrap().three_way);
    // Without its draw the market is not complete, but it does not become another one.
    stand.tell(answer("e", NOON + 1, &[("two", &["h2h 3.00 3.00"]), ("sharp", &["h2h 2.00 - 4.00"])]));
    let row = stand.market("e:h2h");
    assert_eq!(best(&row), ["2.00@sharp", "-", "4.00@sharp"]);
    assert!(!row.complete && row.overround.is_none() && row.selections[0].fair.is_none());
    assert!(stand.engine.quote("e:h2h", "home", "sharp").unwrap().three_way);
}

#[test]
fn a_complete_market_sums_its_best_prices() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2.00 1.80", "totals 2.5 2 -"]), ("b", &["totals 2.5 - 2"])]));
    let row = stand.market("e:h2h");
    assert_eq!(row.overround.map(|r| r.to_string()).as_deref(), Some("1.0556"));
    assert_eq!(row.source, Some(PriceSource::Books));
    let row = stand.market("e:totals:2.5");
    assert!(!row.complete, "no book has both");
    assert_eq!((row.overround, row.source), (None, None));
    assert_eq!(row.line.as_deref(), Some("2.5"));
    assert_eq!(row.selections.iter().map(|of| &*of.name).collect::<Vec<_>>(), ["Over 2.5", "Under 2.5"]);
}

#[test]
fn a_sharp_book_has_more_say() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("soft", &["h2h 2.00 2.00"]), ("sharp", &["h2h 1.25 5.00"])]));
    let fair = stand.market("e:h2h").selections[0].fair.unwrap().e4();
    // Log-odds are 0 and ln 4; three quarters of the way are 4^0.75 : 1.
    assert_eq!(fair, 7388);
}

#[test]
fn a_book_that_was_not_heard_of_for_a_while_has_less_say() {
    let mut stand = Stand::new(settings());
    let mut late = answer("e", NOON + 60_000, &[("new", &["h2h 1.25 5.00"])]);
    late.all_books = false;
    stand.tell(answer("e", NOON, &[("old", &["h2h 2.00 2.00"])]));
    stand.tell(late.clone());
    // Half the say: two thirds of the way to 4 : 1.
    assert_eq!(stand.market("e:h2h").selections[0].fair.unwrap().e4(), 7159);
    late.books.extend(answer("e", NOON, &[("old", &["h2h 2.00 2.00"])]).books);
    stand.tell(late);
    assert_eq!(stand.market("e:h2h").selections[0].fair.unwrap().e4(), 6667, "both were heard of now");
}

#[test]
fn our_own_pool_moves_the_hybrid_and_nothing_else() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2.00 2.00"])]));
    let thousand = Money::from_pico(1_000_000_000_000_000);
    stand.engine.pool(Pool { market: "e:h2h".into(), stakes: vec![("home".into(), thousand)], payouts: Vec::new() });
    stand.pass(0);
    let row = stand.market("e:h2h");
    assert_eq!(row.source, Some(PriceSource::Both));
    let numbers = row.selections.iter().map(|of| (of.fair.unwrap().e4(), of.hybrid.unwrap().e4())).collect::<Vec<_>>();
    assert_eq!(numbers, [(5000, 7500), (5000, 2500)]);
    assert_eq!(row.selections[0].hybrid_decimal.unwrap().to_string(), "1.30");
    // Another pool counts beside it; without a book that counts the pool alone is left.
    stand.hear(&Event::Pool { market: "e:h2h".into(), stakes: vec![("away".into(), thousand)], payouts: Vec::new() });
    stand.pass(61_000);
    let row = stand.market("e:h2h");
    assert_eq!((row.source, row.selections[0].fair), (Some(PriceSource::Pool), None));
    assert_eq!(row.selections[0].hybrid.unwrap().e4(), 5000);
    stand.engine.pool(Pool { market: "nobody:h2h".into(), stakes: Vec::new(), payouts: Vec::new() });
    assert_eq!(stand.engine.counts().unknown, 1);
}

#[test]
fn offers_that_no_market_can_have_are_left_out() {
    let mut stand = Stand::new(settings());
    let mut odds = answer("e", NOON, &[("a", &["h2h 2 2", "totals 2.5 2 2", "spreads 0.1 2 2", "totals -1 2 2"])]);
    odds.books[0].offers[0].line = Some(50);
    odds.books[0].offers[1].line = None;
    stand.tell(odds);
    assert_eq!(stand.engine.counts().invalid, 4);
    assert!(stand.world.keys(BOARD).is_empty());
}

#[test]
fn what_an_answer_leaves_out_is_suspended_or_withdrawn() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2 2", "totals 2.5 2 2"]), ("b", &["h2h 2.1 1.9"])]));
    let mut odds = answer("e", NOON + 1, &[("a", &["h2h 2 2"])]);
    odds.all_books = false;
    stand.tell(odds.clone());
    assert!(stand.market("e:totals:2.5").selections[0].books["a"].suspended);
    assert_eq!(best(&stand.market("e:h2h")), ["2.10@b", "2.00@a"], "b did not answer");
    odds.all_books = true;
    stand.tell(odds);
    let row = stand.market("e:h2h");
    assert_eq!(best(&row), ["2.00@a", "2.00@a"]);
    assert!(!row.selections[0].books.contains_key("b"));
    assert_eq!(stand.engine.quote("e:h2h", "home", "b"), Err(Missing::Book));
}

#[test]
fn a_price_keeps_its_time_while_it_is_confirmed() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2 2"])]));
    let changes = stand.tell(answer("e", NOON + 5_000, &[("a", &["h2h 2 2"])]));
    assert!(changes.iter().all(|change| !change.topic.as_str().starts_with("odds/board")), "{changes:?}");
    stand.tell(answer("e", NOON + 9_000, &[("a", &["h2h 2 1.9"])]));
    let row = stand.market("e:h2h");
    let since = |selection: usize| row.selections[selection].books["a"].ts;
    assert_eq!((since(0), since(1), row.updated_ms), (at(NOON), at(NOON + 9_000), at(NOON + 9_000)));
    // An answer from before that is out of date.
    let mut late = answer("e", NOON + 9_500, &[("a", &["h2h 3 3"])]);
    late.books[0].offers[0].updated = at(NOON + 8_000);
    stand.tell(late);
    assert_eq!(best(&stand.market("e:h2h")), ["2.00@a", "1.90@a"]);
    assert_eq!(stand.engine.counts().late, 1);
}

#[test]
fn a_quote_says_what_a_bet_needs() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["spreads -1.5 1.95 1.9", "h2h 2 2 suspended"])]));
    stand.pass(30_000);
    let quote = stand.engine.quote("e:spreads:-1.5", "away", "a").unwrap();
    assert_eq!((&*quote.name, quote.odds.to_string().as_str(), quote.age_ms), ("Chelsea +1.5", "1.90", 30_000));
    assert_eq!((quote.stale, quote.suspended, quote.closed, quote.three_way), (false, false, false, false));
    assert_eq!((quote.line.as_deref(), &*quote.event, &*quote.sport), (Some("-1.5"), "e", "soccer_epl"));
    assert!(stand.engine.quote("e:h2h", "home", "a").unwrap().suspended);
    for (market, selection, book, missing) in [
        ("e:spreads:-2.5", "home", "a", Missing::Market),
        ("f:h2h", "home", "a", Missing::Market),
        ("nonsense", "home", "a", Missing::Market),
        ("e:h2h", "draw", "a", Missing::Selection),
        ("e:h2h", "over", "a", Missing::Selection),
        ("e:h2h", "home", "b", Missing::Book),
    ] {
        assert_eq!(stand.engine.quote(market, selection, book), Err(missing), "{market} {selection} {book}");
    }
    stand.pass(31_000);
    assert!(stand.engine.quote("e:spreads:-1.5", "away", "a").unwrap().stale);
}

#[test]
fn a_books_row_says_how_it_is_doing() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("x", &["h2h 2.00 1.80", "totals 2.5 1.8 1.8"]), ("b", &["h2h 2 2 suspended"])]));
    let row = stand.world.value("odds/books", "x");
    let expected = serde_json::json!({"id": "x", "name": "X", "status": "online", "response_ms": 90, "markets": 2,
        "active_bets": 0, "commission_pct": "2.00", "margin_pct": "8.33", "updated_ms": NOON});
    assert_eq!(row, expected);
    let status = |stand: &Stand, book: &str| {
        let row: shared::domain::odds::BookRow = stand.world.read("odds/books", book).unwrap();
        (row.status, row.markets)
    };
    assert_eq!(status(&stand, "b"), (BookStatus::Offline, 0));
    stand.tell(answer("e", NOON + 1, &[("x", &["h2h 2.00 1.80"]), ("b", &["h2h 2 2"])]));
    assert_eq!((status(&stand, "x"), status(&stand, "b")), ((BookStatus::Degraded, 1), (BookStatus::Online, 1)));
    stand.pass(61_000);
    assert_eq!((status(&stand, "x"), status(&stand, "b")), ((BookStatus::Offline, 0), (BookStatus::Offline, 0)));
}

#[test]
fn an_event_shows_how_each_price_moved() {
    let mut stand = Stand::new(settings());
    for (step, price) in ["2.00", "2.10", "2.10", "2.20"].iter().enumerate() {
        let ms = NOON + i64::try_from(step).unwrap() * 20_000;
        stand.tell(answer("e", ms, &[("a", &[&format!("h2h {price} 1.80")])]));
        if step == 1 {
            stand.open("odds/event/e");
        }
    }
    let points = |key: &str| {
        let row = stand.world.value("odds/event/e", key);
        let points =
            row["points"].as_array().unwrap().iter().map(|p| (p[0].as_i64().unwrap() - NOON, p[1].to_string()));
        points.collect::<Vec<_>>()
    };
    let expected = [(0, "\"2.00\""), (20_000, "\"2.10\""), (60_000, "\"2.20\"")];
    assert_eq!(points("e:h2h@home@a"), expected.map(|(ms, price)| (ms, price.to_owned())));
    assert_eq!(points("e:h2h@away@a").len(), 1);
    assert_eq!(points("e:h2h@home@fair").iter().map(|(ms, _)| *ms).collect::<Vec<_>>(), [0, 20_000, 60_000]);
    assert_eq!(stand.market("e:h2h").selections[0].spark.len(), 4, "three that were, and now");
    // Whoever comes now sees the same.
    let seen = stand.world.tables[&"odds/event/e".parse().unwrap()].clone();
    stand.engine.close(&"odds/event/e".parse().unwrap());
    stand.engine.open(&"odds/event/e".parse().unwrap());
    stand.pass(0);
    assert_eq!(stand.world.tables[&"odds/event/e".parse().unwrap()], seen);
}

#[test]
fn limits_leave_out_what_is_too_much() {
    let mut few = settings();
    few.limits.events = 1;
    few.limits.markets = 2;
    few.limits.books = 2;
    few.limits.offers = 3;
    let mut stand = Stand::new(few);
    stand.tell(answer(
        "e",
        NOON,
        &[
            ("a", &["h2h 2 2", "totals 2.5 2 2", "totals 3.5 2 2"]),
            ("b", &["h2h 2 2", "totals 2.5 2 2"]),
            ("c", &["h2h 2 2"]),
        ],
    ));
    stand.tell(answer("f", NOON, &[("a", &["h2h 2 2"])]));
    let counts = stand.engine.counts();
    assert_eq!((counts.events, counts.markets, counts.crowded_out), (1, 2, 4));
    assert_eq!(stand.market("e:h2h").selections[0].books.len(), 2);
    // What is there already goes on being heard.
    stand.tell(answer("e", NOON + 1, &[("a", &["h2h 2.5 2"])]));
    assert_eq!(best(&stand.market("e:h2h")), ["2.50@a", "2.00@a"]);
}

#[test]
fn sports_are_listed_while_they_have_an_event() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2 2"])]));
    let expected = serde_json::json!({"id": "soccer_epl", "title": "EPL", "events": 1, "live": 0, "markets": 1, "updated_ms": NOON});
    assert_eq!(stand.world.value("odds/sports", "soccer_epl"), expected);
    stand.hear(&crate::market::score("e", NOON + 5, 1, 0, true));
    assert_eq!(stand.world.value("odds/sports", "soccer_epl")["events"], 0);
    stand.pass(600_000);
    assert!(stand.world.keys("odds/sports").is_empty());
}
