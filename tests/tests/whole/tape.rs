//! Rows against sums that were made without the server: from a tape, and from a provider whose
//! connection breaks half way and who then says again what it has said.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tests::app::{TestApp, World};
use tests::market::{self, Ibm, Sum, add_up, millionths};
use tests::provider::StandInProvider;

const SENTIMENT: &str = "darkpool/sentiment";
const TAPE: &str = "darkpool/tape";

/// Frames that are said again after the connection broke.
const OVERLAP: usize = 300;

#[tokio::test]
async fn a_recorded_tape_adds_up_to_the_cent() -> anyhow::Result<()> {
    let Some(ibm) = Ibm::find()? else { return Ok(()) };
    let app = TestApp::start(World::Tape(&ibm.tape, "0")).await?;
    check_ibm(&app, &ibm).await
}

#[tokio::test]
async fn a_recorded_tape_adds_up_through_a_provider_that_breaks_off_and_repeats_itself() -> anyhow::Result<()> {
    let Some(ibm) = Ibm::find()? else { return Ok(()) };
    let provider = StandInProvider::start().await?;
    let app = TestApp::start(World::Provider(&provider)).await?;
    send_with_a_break(&provider, &ibm.frames).await?;
    check_ibm(&app, &ibm).await
}

#[tokio::test]
async fn a_made_tape_adds_up_to_the_cent() -> anyhow::Result<()> {
    let frames = market::frames(60, 40, 100);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("made.ndjson");
    market::write_tape(&path, &frames)?;
    let sums = add_up(frames.iter().map(|frame| &*frame.text))?;
    let app = TestApp::start(World::Tape(&path, "0")).await?;
    let from_tape = check_sums(&app, &sums).await?;

    let provider = StandInProvider::start().await?;
    let app = TestApp::start(World::Provider(&provider)).await?;
    let texts: Vec<String> = frames.into_iter().map(|frame| frame.text).collect();
    send_with_a_break(&provider, &texts).await?;
    let from_provider = check_sums(&app, &sums).await?;
    ensure!(from_tape == from_provider, "a provider that breaks off gives what the tape gives");
    Ok(())
}

/// Sends frames, breaks off in the middle of one, and goes on from a little before.
async fn send_with_a_break(provider: &StandInProvider, frames: &[String]) -> anyhow::Result<()> {
    let (first, second) = frames.split_at(frames.len() / 2);
    provider.until(|seen| seen.listening == 1 && seen.connections == 1).await?;
    first.iter().for_each(|frame| provider.send(frame));
    provider.cut();
    provider.until(|seen| seen.listening == 1 && seen.connections == 2).await?;
    first[first.len() - OVERLAP..].iter().chain(second).for_each(|frame| provider.send(frame));
    Ok(())
}

/// Waits for as many prints as there should be, then compares everything.
async fn check_sums(app: &TestApp, sums: &BTreeMap<String, Sum>) -> anyhow::Result<BTreeMap<String, Value>> {
    let expected: u64 = sums.values().map(|sum| sum.prints).sum();
    let of = |row: &Value, field: &str| row[field].as_u64().unwrap_or_default();
    let all = |rows: &BTreeMap<String, Value>| rows.values().map(|row| of(row, "prints")).sum::<u64>() >= expected;
    app.until_rows(SENTIMENT, all).await?;
    let shares = |rows: &BTreeMap<String, Value>| {
        let all = rows.values().map(|row| text(row, "total_shares").and_then(|shares| millionths(&shares)));
        all.sum::<anyhow::Result<i128>>().ok()
    };
    let all_shares = Some(sums.values().map(|sum| sum.all_shares).sum());
    let rows = app.until_rows(SENTIMENT, |rows| shares(rows) == all_shares).await?;
    ensure!(rows.len() == sums.len(), "{} tickers instead of {}", rows.len(), sums.len());
    for (ticker, sum) in sums {
        let row = rows.get(ticker).with_context(|| format!("no row of {ticker}"))?;
        ensure!(of(row, "prints") == sum.prints, "{ticker}: {row} but {sum:?}");
        ensure!(millionths(&text(row, "total_shares")?)? == sum.all_shares, "{ticker}: {row} but {sum:?}");
        let mut notional = 0;
        for side in ["bullish_amount", "bearish_amount", "neutral_amount"] {
            notional += millionths(&text(row, side)?)? * 1_000_000;
        }
        // Each of the three is rounded to a cent by itself.
        ensure!((notional - sum.notional).abs() <= 15_000_000_000, "{ticker}: {row} but {sum:?}");
    }
    Ok(rows)
}

async fn check_ibm(app: &TestApp, ibm: &Ibm) -> anyhow::Result<()> {
    let expected = &ibm.expected;
    let complete = |rows: &BTreeMap<String, Value>| {
        let row = rows.get("IBM");
        row.is_some_and(|row| row["prints"] == expected["dark_prints"] && row["total_shares"] == shares(expected))
    };
    let rows = app.until_rows(SENTIMENT, complete).await?;
    let row = rows.get("IBM").context("IBM is there")?;
    for amount in ["bullish_amount", "bearish_amount", "neutral_amount"] {
        assert_eq!(row[amount], expected[amount], "{amount}");
    }
    for side in ["bullish", "bearish", "neutral"] {
        assert_eq!(row[format!("{side}_prints")], expected["prints_by_side"][side], "{side}");
    }
    assert_eq!(row["dark_shares"], expected["dark_shares"].to_string());
    assert_eq!(row["off_exchange_pct"], "31.3640");
    let last = expected["last_prints"].as_array().context("prints are listed")?;
    let tape: Vec<Value> = app.rows(TAPE).await?.into_values().collect();
    let newest = tape[tape.len() - last.len()..].iter().map(|print| {
        let number = |field: &str| text(print, field)?.parse::<f64>().context("a number");
        anyhow::Ok(json!([print["ts"], number("price")?, number("size")?, print["side"]]))
    });
    let newest = newest.collect::<anyhow::Result<Vec<Value>>>()?;
    let last: Vec<Value> = last.iter().map(|p| json!([p["t"], p["p"], p["s"].as_f64(), p["side"]])).collect();
    assert_eq!(newest, last);
    println!("IBM: {row}");
    Ok(())
}

fn shares(expected: &Value) -> Value {
    expected["all_shares"].to_string().into()
}

fn text(row: &Value, field: &str) -> anyhow::Result<String> {
    Ok(row[field].as_str().with_context(|| format!("no {field} in {row}"))?.to_owned())
}
