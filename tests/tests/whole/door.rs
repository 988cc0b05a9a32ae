//! The dark-pool door, as its document describes it, over a real socket.

use anyhow::{Context, ensure};
use futures_util::SinkExt;
use serde_json::{Value, json};
use tests::app::{TestApp, World};
use tests::client::{Socket, closed, connect, next_text};
use tests::market::print;
use tests::provider::StandInProvider;
use tokio_tungstenite::tungstenite::Message;

async fn next(socket: &mut Socket) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&next_text(socket).await?)?)
}

#[tokio::test]
async fn a_client_of_the_document_gets_totals_then_increments_that_add_up() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let app = TestApp::start(World::Provider(&provider)).await?;
    provider.until(|seen| seen.listening == 1).await?;
    // The bid and offer make the print at the offer a bullish one.
    let quote = r#"[{"ev":"Q","sym":"IBM","bp":10.4,"ap":10.5,"t":1381155600001}]"#;
    provider.send(quote);
    provider.send(print("IBM", 1));
    app.until_rows("darkpool/sentiment", |rows| rows.contains_key("IBM")).await?;
    let mut socket = connect(app.address, None, &[]).await?;
    let initial = next(&mut socket).await?;
    assert_eq!(initial["type"], "initial");
    let row = &initial["data"][0];
    assert_eq!(
        (&row["ticker"], &row["bullish_amount"], &row["bearish_amount"]),
        (&"IBM".into(), &"1050.00".into(), &"0.00".into())
    );
    ensure!(row["last_updated"].as_str().is_some_and(|time| time.len() == 24 && time.ends_with('Z')), "{row}");

    provider.send(quote);
    provider.send(print("IBM", 2));
    let update = next(&mut socket).await?;
    assert_eq!((&update["type"], &update["ticker"]), (&"update".into(), &"IBM".into()));
    assert_eq!((&update["bullish_amount"], &update["bearish_amount"]), (&"1050.00".into(), &"0.00".into()));
    assert_eq!(update["total_bullish_amount"], "2100.00");
    let seq = |message: &Value| message["seq"].as_u64().context("a number");
    ensure!(seq(&update)? > seq(&initial)?, "{update}");

    socket.send(Message::text(r#"{"type":"ping"}"#)).await?;
    assert_eq!(next(&mut socket).await?, json!({"type": "pong"}));
    socket.send(Message::text("hello")).await?;
    let error = next(&mut socket).await?;
    assert_eq!((&error["type"], &error["code"]), (&"error".into(), &"NX-400".into()));
    let (closing, ()) = tokio::join!(closed(&mut socket), app.stop());
    assert_eq!(closing?.0, 1012);
    Ok(())
}
