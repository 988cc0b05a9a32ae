//! A server beside a stand-in for the odds provider: recorded prices against an independent calculation,
//! failures, and what operators send themselves.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that cannot go on has failed, and its prices are small and above 0"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};
use tests::app::{TestApp, World, metric};
use tests::http::{Request, Response};
use tests::jwt::{SECRET, hmac_token, seconds_from_now};
use tests::odds_provider::{Mischief, OddsProvider};
use tests::wait::until;

/// The recorded prices with their times moved to now, if they are there.
fn recorded() -> anyhow::Result<Option<Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/odds_api/epl_2025-26_prematch_40.json");
    if !file.exists() {
        eprintln!("skipped: there is no recorded data at ../shared/data/odds_api");
        return Ok(None);
    }
    let mut events: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    for event in events.as_array_mut().context("a list")? {
        event["commence_time"] = json!(seconds_from_now(86_400));
        for book in event["bookmakers"].as_array_mut().context("books")? {
            book["last_update"] = json!(seconds_from_now(-5));
            for market in book["markets"].as_array_mut().context("markets")? {
                market["last_update"] = json!(seconds_from_now(-5));
            }
        }
    }
    Ok(Some(events))
}

/// Event, market, line in hundredths as the home team has it.
type MarketOf = (String, String, Option<i64>);
/// Outcome to book to price in thousandths.
type Prices = BTreeMap<String, BTreeMap<String, u128>>;

/// The markets of a list, reckoned without the server's code.
fn markets(events: &Value) -> BTreeMap<MarketOf, Prices> {
    let mut markets: BTreeMap<MarketOf, Prices> = BTreeMap::new();
    let thousandths = |value: &Value| (value.as_f64().unwrap() * 1000.0).round();
    for event in events.as_array().unwrap() {
        for book in event["bookmakers"].as_array().unwrap() {
            for market in book["markets"].as_array().unwrap() {
                for outcome in market["outcomes"].as_array().unwrap() {
                    let name = outcome["name"].as_str().unwrap();
                    let away = name == event["away_team"].as_str().unwrap();
                    let id = match name {
                        name if name == event["home_team"].as_str().unwrap() => "home",
                        _ if away => "away",
                        "Draw" => "draw",
                        "Over" => "over",
                        _ => "under",
                    };
                    let line = outcome["point"].as_f64().map(|point| (point * 100.0).round() as i64);
                    let line = line.map(|line| if away { -line } else { line });
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    let prices = markets.entry((text(&event["id"]), text(&market["key"]), line)).or_default();
                    let price = thousandths(&outcome["price"]) as u128;
                    prices.entry(id.to_owned()).or_default().insert(text(&book["key"]), price);
                }
            }
        }
    }
    markets
}

/// What 1 pays, in hundred-thousandths, after commission in percent.
fn net(price: u128, book: &str, commission: u128) -> u128 {
    let kept = if book == "betfair_ex_uk" { 100 - commission } else { 100 };
    100_000 + (price - 1_000) * kept
}

/// What is won at worst with 100 in whole cents on these prices, in 1e-7: of all stakes within 3 cents of those that
/// would pay the same, the best.
fn worst_with_cents(nets: &[u128]) -> i128 {
    let all: u128 = nets.iter().product();
    let shares = nets.iter().map(|net| all / net);
    let sum: u128 = shares.clone().sum();
    let floors: Vec<i128> = shares.map(|share| (10_000 * share / sum) as i128).collect();
    let splits = (0..7_usize.pow(nets.len() as u32)).map(|nth| {
        let cents = |(place, floor): (usize, &i128)| floor - 3 + (nth / 7_usize.pow(place as u32) % 7) as i128;
        floors.iter().enumerate().map(cents).collect::<Vec<i128>>()
    });
    let worst = |stakes: Vec<i128>| {
        let staked: i128 = stakes.iter().sum();
        let paid = stakes.iter().zip(nets).map(|(stake, net)| stake * *net as i128).min();
        paid.filter(|_| staked <= 10_000).map(|paid| paid - staked * 100_000)
    };
    splits.filter_map(worst).max().unwrap()
}

/// The arbitrages: market, and what is won in percent. Apart from them how many are so narrow that whole cents win
/// nothing.
fn arbitrages(markets: &BTreeMap<MarketOf, Prices>, commission: u128) -> (BTreeMap<MarketOf, f64>, usize) {
    let (mut found, mut narrow) = (BTreeMap::new(), 0);
    for (market, prices) in markets {
        if prices.len() < if market.1 == "h2h" { 3 } else { 2 } {
            continue;
        }
        let best = prices.values().map(|books| books.iter().map(|(book, p)| net(*p, book, commission)).max().unwrap());
        let best: Vec<u128> = best.collect();
        // 1/a + 1/b + 1/c < 1, multiplied out: each product is divided by one of its factors.
        let all: u128 = best.iter().product();
        let sum: u128 = best.iter().map(|price| all / price * 100_000).sum();
        if sum >= all {
            continue;
        }
        let roi = (all as f64 / sum as f64 - 1.0) * 100.0;
        let worst = worst_with_cents(&best);
        println!("{market:?} wins {roi:.4} %, in whole cents {:.5} of 100", worst as f64 / 1e7);
        if worst > 0 {
            found.insert(market.clone(), roi);
        } else {
            narrow += 1;
        }
    }
    (found, narrow)
}

fn market_of(row: &Value) -> MarketOf {
    let line = row["line"].as_str().map(|line| (line.parse::<f64>().unwrap() * 100.0).round() as i64);
    (row["event"].as_str().unwrap().to_owned(), row["market"].as_str().unwrap().to_owned(), line)
}

#[tokio::test]
async fn recorded_prices_come_out_as_an_independent_calculation_finds_them() -> anyhow::Result<()> {
    let Some(events) = recorded()? else { return Ok(()) };
    let expected = markets(&events);
    let mut counts = Vec::new();
    for (commission, setting) in [(0, ""), (2, "betfair_ex_uk=2")] {
        let provider = OddsProvider::start(events.clone(), 100_000).await?;
        let app = TestApp::with(World::Odds(&provider), &[("odds-commissions", setting)]).await?;
        let is_whole = |rows: &BTreeMap<String, Value>| rows.len() == expected.len();
        let board = app.until_rows("odds/board/soccer_epl", is_whole).await?;
        for row in board.values() {
            let prices = &expected[&market_of(row)];
            for selection in row["selections"].as_array().context("selections")? {
                let books = &prices[selection["id"].as_str().unwrap()];
                let thousandths = |value: &Value| {
                    (value["decimal"].as_str().unwrap().parse::<f64>().unwrap() * 1000.0).round() as u128
                };
                let told = selection["books"].as_object().context("books")?;
                let told: BTreeMap<_, _> =
                    told.iter().map(|(book, price)| (book.clone(), thousandths(price))).collect();
                assert_eq!(&told, books, "{row}");
                // As offered; of equal prices the first book by name.
                let best = books.values().max();
                let first = books.iter().find(|(_, price)| Some(*price) == best).map(|(book, _)| book.as_str());
                assert_eq!(selection["best"]["book"].as_str(), first, "{row}");
                assert_eq!(Some(&thousandths(&selection["best"])), best, "{row}");
            }
        }
        let (arbs, narrow) = arbitrages(&expected, commission);
        let told = |rows: &BTreeMap<String, Value>| -> BTreeMap<MarketOf, f64> {
            let arbs = rows.values().filter(|row| row["kind"] == "arb");
            arbs.map(|row| (market_of(row), row["roi_pct"].as_str().unwrap().parse().unwrap())).collect()
        };
        let rows = app.until_rows("odds/arbs", |rows| told(rows).len() == arbs.len()).await?;
        let told = told(&rows);
        assert_eq!(told.keys().collect::<BTreeSet<_>>(), arbs.keys().collect());
        for (market, roi) in &arbs {
            assert!((told[market] - roi).abs() <= 0.0051, "{market:?} {} {roi}", told[market]);
        }
        assert!(provider.asked().iter().all(|path| path != "/v4/sports/soccer_epl/scores"), "nothing is under way");
        counts.push((arbs.len(), narrow));
        app.stop().await;
    }
    assert_eq!(counts, [(5, 1), (0, 0)], "arbitrages and narrow ones without commission and with 2 %");
    Ok(())
}

fn event(home: f64) -> Value {
    let outcomes =
        json!([{ "name": "Home", "price": home }, { "name": "Away", "price": 2.1 }, { "name": "Draw", "price": 3.5 }]);
    json!({
        "id": "e1", "sport_key": "soccer_epl", "sport_title": "EPL", "commence_time": seconds_from_now(3_600),
        "home_team": "Home", "away_team": "Away",
        "bookmakers": [{ "key": "pinnacle", "title": "Pinnacle", "markets": [{ "key": "h2h", "outcomes": outcomes }] }],
    })
}

/// Waits until the only market has this price of the home team.
async fn until_price(app: &TestApp, price: &str) -> anyhow::Result<()> {
    let has = |rows: &BTreeMap<String, Value>| {
        rows.get("e1:h2h").is_some_and(|row| row["selections"][0]["books"]["pinnacle"]["decimal"] == price)
    };
    app.until_rows("odds/board/soccer_epl", has).await.map(drop)
}

#[tokio::test]
async fn failures_are_said_and_got_over_and_the_quota_is_shown() -> anyhow::Result<()> {
    let provider = OddsProvider::start(json!([event(2.5)]), 500).await?;
    provider.misbehave(Mischief::Cut);
    let app = TestApp::start(World::Odds(&provider)).await?;
    app.until_source_says("cannot be asked").await?;
    until_price(&app, "2.50").await?;
    app.until_source_says("requests left this month").await?;
    provider.misbehave(Mischief::Status(429, json!({ "message": "Too many", "error_code": "EXCEEDED_FREQ_LIMIT" })));
    app.until_source_says("the provider answers 429: Too many; trying again in 2 s").await?;
    provider.misbehave(Mischief::Status(500, json!("a fault")));
    app.until_source_says("the provider answers 500").await?;
    provider.set_odds(json!([event(2.75)]));
    until_price(&app, "2.75").await?;
    let left = metric(app.address, "undercurrent_source_quota_remaining{source=\"odds_api\"}").await?;
    assert!(left > 400.0 && left < 500.0, "{left}");
    let status = app.get("/api/sports/ws-publisher").await?.json()?;
    assert_eq!(
        (&status["status"], &status["interval"], &status["isPublishing"]),
        (&"running".into(), &"500ms".into(), &true.into())
    );
    assert!(status["sources"]["odds_api"]["quota"]["remaining"].is_u64(), "{status}");
    Ok(())
}

#[tokio::test]
async fn a_refused_key_is_said_without_the_key() -> anyhow::Result<()> {
    let provider = OddsProvider::start(json!([]), 500).await?;
    let app = TestApp::with(World::Odds(&provider), &[]).await?;
    app.until_source_says("requests left").await?;
    let wrong = Mischief::Status(401, json!({ "message": "no key the-right-odds-key", "error_code": "INVALID_KEY" }));
    provider.misbehave(wrong);
    app.until_source_says("the provider refuses the key: no key (hidden); correct UNDERCURRENT_ODDS_API_KEY").await?;
    Ok(())
}

/// A server without a provider, and an operator's and another user's tokens.
async fn own_source() -> anyhow::Result<(TestApp, String, String)> {
    let app = TestApp::with(World::Nothing, &[("jwt-secret", SECRET)]).await?;
    let token = |role: &str| {
        let claims = json!({ "sub": "u-7", "role": role, "exp": seconds_from_now(600) });
        format!("Bearer {}", hmac_token("HS256", SECRET.as_bytes(), &claims))
    };
    Ok((app, token("operator"), token("reader")))
}

async fn push(app: &TestApp, who: Option<&str>, body: impl Into<Vec<u8>>) -> anyhow::Result<Response> {
    let request = Request::post("/api/v1/odds", body);
    let request = who.into_iter().fold(request, |request, who| request.header("authorization", who));
    request.send(app.address).await
}

#[tokio::test]
async fn an_operator_sends_odds_and_nobody_else_does() -> anyhow::Result<()> {
    let (app, operator, reader) = own_source().await?;
    let body = json!([event(2.5), { "id": "broken", "bookmakers": [] }]).to_string();
    assert_eq!(push(&app, None, body.clone()).await?.status, 401);
    assert_eq!(push(&app, Some(&reader), body.clone()).await?.status, 403);
    let answer = push(&app, Some(&operator), body).await?;
    assert_eq!((answer.status, answer.json()?), (200, json!({ "accepted": 1, "dropped": 1, "ignored": 0 })));
    until_price(&app, "2.50").await?;
    assert_eq!(app.get("/readyz").await?.status, 200);
    for (bad, status) in [("[", 400), ("7", 400), ("[{}]", 400)] {
        assert_eq!(push(&app, Some(&operator), bad).await?.status, status, "{bad}");
    }
    assert_eq!(push(&app, Some(&operator), vec![b' '; (8 << 20) + 1]).await?.status, 413);
    Ok(())
}

#[tokio::test]
async fn the_publisher_is_stopped_and_started_by_an_operator() -> anyhow::Result<()> {
    const PUBLISHER: &str = "/api/sports/ws-publisher";
    let (app, operator, reader) = own_source().await?;
    push(&app, Some(&operator), event(2.5).to_string()).await?;
    until_price(&app, "2.50").await?;
    assert_eq!(Request::delete(PUBLISHER).send(app.address).await?.status, 401);
    assert_eq!(Request::delete(PUBLISHER).header("authorization", &reader).send(app.address).await?.status, 403);
    let stopped = Request::delete(PUBLISHER).header("authorization", &operator).send(app.address).await?.json()?;
    assert_eq!((&stopped["status"], &stopped["isPublishing"]), (&"stopped".into(), &false.into()));
    assert_eq!(app.get(PUBLISHER).await?.json()?["isPublishing"], false);
    // A topic that nobody asked for yet shows how things stand. One that is asked for too early stands still, too.
    let named = |id: String| {
        let mut event = event(2.5);
        event["id"] = json!(id);
        event
    };
    let meanwhile: Vec<Value> = std::iter::once(event(2.75)).chain((0..500).map(|n| named(format!("n{n}")))).collect();
    push(&app, Some(&operator), json!(meanwhile).to_string()).await?;
    let mut unseen = 0..500;
    until("what was sent meanwhile", async || {
        let id = unseen.next().context("nothing sent meanwhile is known")?;
        Ok((!app.rows(&format!("odds/event/n{id}")).await?.is_empty()).then_some(()))
    })
    .await?;
    let board = app.rows("odds/board/soccer_epl").await?;
    assert_eq!(board.keys().collect::<Vec<_>>(), ["e1:h2h"]);
    until_price(&app, "2.50").await?;
    let started = Request::post(PUBLISHER, "").header("authorization", &operator).send(app.address).await?.json()?;
    assert_eq!((&started["status"], &started["isPublishing"]), (&"running".into(), &true.into()));
    until_price(&app, "2.75").await
}

#[tokio::test]
async fn an_event_that_is_over_is_scored() -> anyhow::Result<()> {
    let mut live = event(2.5);
    live["commence_time"] = json!(seconds_from_now(-7_000));
    let provider = OddsProvider::start(json!([live]), 100_000).await?;
    let app = TestApp::start(World::Odds(&provider)).await?;
    until_price(&app, "2.50").await?;
    let scored = |completed: bool, home: &str| {
        let scores = json!([{ "name": "Home", "score": home }, { "name": "Away", "score": "1" }]);
        json!([{ "id": "e1", "completed": completed, "home_team": "Home", "away_team": "Away", "scores": scores }])
    };
    for (completed, home) in [(false, "1"), (true, "2")] {
        provider.set_scores(scored(completed, home));
        let wanted = json!({ "home": home.parse::<i32>()?, "away": 1, "completed": completed });
        let has = |rows: &BTreeMap<String, Value>| rows.get("e1:h2h").is_some_and(|row| row["score"] == wanted);
        app.until_rows("odds/board/soccer_epl", has).await?;
    }
    let asked = provider.asked().len();
    until("more requests", async || Ok((provider.asked().len() > asked + 3).then_some(()))).await?;
    assert!(provider.asked()[asked + 1..].iter().all(|path| !path.ends_with("/scores")), "it is over");
    Ok(())
}
