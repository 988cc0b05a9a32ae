//! Twenty real minutes of IBM (2013-10-07, 10:00 to 10:20), against sums that were made elsewhere
//! by exact arithmetic.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::units::Timestamp;
use undercurrent::domain::Engine;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine, Event, Quote, Trade, TradeId};

use crate::market::World;

/// The folder of recorded data beside the repository, if it is there.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/darkpool");
    if !folder.exists() {
        eprintln!("skipped: there is no recorded data at ../shared/data/darkpool");
        return None;
    }
    Some(folder)
}

fn events(folder: &Path) -> Vec<Event> {
    let file = std::fs::File::open(folder.join("ibm-20131007-1000-1020.ndjson.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().flat_map(|line| serde_json::from_str::<Vec<Value>>(line).unwrap()).map(|m| event(&m)).collect()
}

fn event(message: &Value) -> Event {
    let ticker = message["sym"].as_str().unwrap().parse().unwrap();
    let ts = Timestamp::from_ms(message["t"].as_i64().unwrap());
    let price = |field: &str| message[field].to_string().parse().ok();
    if message["ev"] == "Q" {
        return Event::Quote(Quote { ticker, bid: price("bp"), ask: price("ap"), ts });
    }
    let code = |value: &Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    Event::Trade(Trade {
        ticker,
        id: TradeId::new(message["i"].as_str().unwrap()),
        exchange: code(&message["x"]),
        trf: message["trfi"].as_u64().and_then(|id| u32::try_from(id).ok()?.try_into().ok()),
        price: price("p").unwrap(),
        size: message["s"].to_string().parse().unwrap(),
        conditions: message["c"].as_array().into_iter().flatten().map(code).collect(),
        ts,
        executed: message["trft"].as_i64().map(Timestamp::from_ms),
        seq: message["q"].as_u64(),
    })
}

#[test]
fn twenty_minutes_of_ibm_add_up_to_the_cent() {
    let Some(folder) = data() else { return };
    let expected = std::fs::read_to_string(folder.join("ibm-20131007-1000-1020.expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let (mut engine, mut world) = (DarkPoolEngine::new(Calendar::NewYork), World::default());
    let events = events(&folder);
    for event in &events {
        engine.handle(event);
    }
    world.take(&mut engine);
    let row = world.sentiment("IBM");
    for amount in ["bullish_amount", "bearish_amount", "neutral_amount"] {
        assert_eq!(row[amount], expected[amount], "{amount}");
    }
    for side in ["bullish", "bearish", "neutral"] {
        assert_eq!(row[format!("{side}_prints")], expected["prints_by_side"][side], "{side}");
    }
    assert_eq!(row["prints"], expected["dark_prints"]);
    assert_eq!(row["dark_shares"], expected["dark_shares"].to_string());
    assert_eq!(row["total_shares"], expected["all_shares"].to_string());
    let percent: f64 = row["off_exchange_pct"].as_str().unwrap().parse().unwrap();
    assert!((percent - expected["off_exchange_pct"].as_f64().unwrap()).abs() < 0.00005, "{percent}");
    assert_eq!((&row["session"], &row["extended"]["prints"]), (&"2013-10-07".into(), &0.into()));
    assert_eq!((&row["net_amount"], &row["sentiment"]), (&"-850890.92".into(), &"-0.0809".into()));
    last_prints(&world.tape(), expected["last_prints"].as_array().unwrap());

    let before = world.clone();
    for event in &events {
        engine.handle(event);
    }
    assert!(world.take(&mut engine).is_empty(), "the same tape once more changes nothing");
    assert_eq!(world, before);
}

fn last_prints(tape: &[Value], expected: &[Value]) {
    let newest = &tape[tape.len() - expected.len()..];
    let mut actual: Vec<Value> = newest
        .iter()
        .map(|row| {
            let number = |field: &str| row[field].as_str().unwrap().parse::<f64>().unwrap();
            serde_json::json!({"t": row["ts"], "p": number("price"), "s": number("size"), "side": row["side"]})
        })
        .collect();
    actual.iter_mut().for_each(|row| row["s"] = row["s"].as_f64().unwrap().into());
    let expected: Vec<Value> = expected
        .iter()
        .map(|row| serde_json::json!({"t": row["t"], "p": row["p"], "s": row["s"].as_f64(), "side": row["side"]}))
        .collect();
    assert_eq!(actual, expected);
}
