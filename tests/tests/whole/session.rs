//! The rules of a WebSocket: who gets one, what may be said over it, and how it ends.

use anyhow::{Context, ensure};
use futures_util::SinkExt;
use serde_json::{Value, json};
use shared::wire::SUBPROTOCOL;
use tests::app::{TestApp, World};
use tests::client::{Socket, closed, connect, next_text};
use tests::http::Request;
use tests::wait::until;
use tokio_tungstenite::tungstenite::Message;

/// A greeted v1 connection.
async fn greeted(app: &TestApp) -> anyhow::Result<Socket> {
    let mut socket = connect(app.address, Some(SUBPROTOCOL), &[]).await?;
    assert_eq!(next(&mut socket).await?["type"], "welcome");
    Ok(socket)
}

async fn next(socket: &mut Socket) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&next_text(socket).await?)?)
}

async fn say(socket: &mut Socket, text: impl Into<String>) -> anyhow::Result<()> {
    Ok(socket.send(Message::text(text.into())).await?)
}

/// What is answered to a text.
async fn answer(socket: &mut Socket, text: &str) -> anyhow::Result<Value> {
    say(socket, text).await?;
    next(socket).await
}

fn subscribe(id: u64, topics: &[&str]) -> String {
    let topics: Vec<Value> = topics.iter().map(|topic| json!({ "topic": topic })).collect();
    json!({"type": "subscribe", "id": id, "topics": topics}).to_string()
}

#[tokio::test]
async fn a_plain_request_and_a_foreign_subprotocol_are_told_what_to_do() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    let plain = app.get("/ws").await?;
    assert_eq!((plain.status, &plain.json()?["code"]), (400, &"NX-400".into()));
    ensure!(plain.text()?.contains("this is a WebSocket"), "{plain:?}");
    let offers = |protocols: &str| {
        Request::get("/ws")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
            .header("sec-websocket-protocol", protocols)
    };
    let foreign = offers("mqtt").send(app.address).await?;
    assert_eq!((foreign.status, &foreign.json()?["code"]), (426, &"NX-426".into()));
    ensure!(foreign.text()?.contains("undercurrent.v1"), "{foreign:?}");
    let both = offers("mqtt, undercurrent.v1").open(app.address).await?;
    assert_eq!(both.status, 101);
    assert_eq!(both.headers.get("sec-websocket-protocol").map(String::as_str), Some(SUBPROTOCOL));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_the_connection_stays() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("messages-per-s", "0")]).await?;
    let mut socket = greeted(&app).await?;
    let deep = format!(r#"{{"id":3,"type":"command","name":"x","args":{}{}}}"#, "[".repeat(20), "]".repeat(20));
    let long = format!(r#"{{"id":4,"type":"auth","token":"{}"}}"#, "x".repeat(17_000));
    for (text, code, id) in [
        ("nonsense", "NX-400", Value::Null),
        (r#"{"id":2,"type":"dance"}"#, "NX-400", 2.into()),
        (r#"{"id":2,"type":"subscribe","topics":[{"topic":"a b"}]}"#, "NX-400", 2.into()),
        (&deep, "NX-413", 3.into()),
        (&long, "NX-413", 4.into()),
        (r#"{"id":5,"type":"command","name":"dance"}"#, "NX-404", 5.into()),
        (r#"{"id":6,"type":"auth","token":"x"}"#, "NX-401", 6.into()),
    ] {
        let error = answer(&mut socket, text).await?;
        let shown: String = text.chars().take(40).collect();
        assert_eq!((&error["code"], &error["id"]), (&code.into(), &id), "{shown}: {error}");
        ensure!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
    }
    let unknown = answer(&mut socket, &subscribe(7, &["darkpool/nothing"])).await?;
    assert_eq!((&unknown["code"], &unknown["id"]), (&"NX-404".into(), &7.into()));
    assert_eq!(next(&mut socket).await?, json!({"type": "subscribed", "id": 7, "topics": []}));
    assert_eq!(answer(&mut socket, r#"{"type":"ping","t0":9}"#).await?["t0"], 9);
    // Binary is no sentence of this protocol.
    socket.send(Message::binary(vec![1, 2, 3])).await?;
    assert_eq!(closed(&mut socket).await?.0, 4500);
    Ok(())
}

#[tokio::test]
async fn more_topics_than_allowed_are_refused_together() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("topics-per-connection", "2")]).await?;
    let mut socket = greeted(&app).await?;
    let too_many = subscribe(1, &["darkpool/top", "darkpool/tape", "darkpool/sentiment"]);
    let error = answer(&mut socket, &too_many).await?;
    assert_eq!((&error["code"], &error["id"]), (&"NX-413".into(), &1.into()));
    let well = answer(&mut socket, &subscribe(2, &["darkpool/top", "darkpool/tape"])).await?;
    assert_eq!(well["topics"].as_array().map(Vec::len), Some(2), "{well}");
    Ok(())
}

#[tokio::test]
async fn who_talks_too_fast_is_slowed_down_and_who_goes_on_is_closed() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("messages-per-s", "1"), ("message-burst", "3")]).await?;
    let mut socket = greeted(&app).await?;
    for n in 0..3 {
        assert_eq!(answer(&mut socket, &format!(r#"{{"type":"ping","t0":{n}}}"#)).await?["t0"], n);
    }
    let error = answer(&mut socket, r#"{"type":"unsubscribe","id":4,"topics":[]}"#).await?;
    assert_eq!((&error["code"], &error["id"], &error["retryable"]), (&"NX-429".into(), &4.into(), &true.into()));
    let wait = error["retry_after_ms"].as_u64().context("when to go on")?;
    ensure!((1..=1_000).contains(&wait), "{error}");
    for _ in 0..60 {
        // It may be closed before the last.
        let _ = say(&mut socket, r#"{"type":"ping","t0":0}"#).await;
    }
    assert_eq!(closed(&mut socket).await?.0, 4429);
    Ok(())
}

#[tokio::test]
async fn one_address_gets_its_share_of_connections() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("connections-per-address", "2")]).await?;
    let (first, _second) = (greeted(&app).await?, greeted(&app).await?);
    let mut third = connect(app.address, Some(SUBPROTOCOL), &[]).await?;
    assert_eq!(closed(&mut third).await?.0, 4431);
    let events = Request::get("/api/v1/sse?t=darkpool/top").send(app.address).await?;
    assert_eq!((events.status, &events.json()?["code"]), (429, &"NX-429".into()));
    ensure!(events.headers.contains_key("retry-after"), "{events:?}");
    drop(first);
    until("a place", async || Ok(greeted(&app).await.ok())).await?;
    Ok(())
}

#[tokio::test]
async fn too_many_upgrades_at_once_are_put_off() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("upgrades-per-s", "1")]).await?;
    let _first = greeted(&app).await?;
    let error = connect(app.address, Some(SUBPROTOCOL), &[]).await.err().context("it is refused")?;
    ensure!(error.to_string().contains("503"), "{error}");
    until("the next second", async || Ok(greeted(&app).await.ok())).await?;
    Ok(())
}

#[tokio::test]
async fn who_never_subscribes_is_closed() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("handshake-timeout-ms", "200")]).await?;
    let mut idle = greeted(&app).await?;
    let mut busy = greeted(&app).await?;
    assert_eq!(answer(&mut busy, &subscribe(1, &["darkpool/top"])).await?["type"], "subscribed");
    assert_eq!(closed(&mut idle).await?.0, 4410);
    assert_eq!(next(&mut busy).await?["type"], "snapshot");
    assert_eq!(answer(&mut busy, r#"{"type":"ping","t0":9}"#).await?["t0"], 9);
    Ok(())
}

#[tokio::test]
async fn heartbeats_name_heads_clients_and_sources() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("heartbeat-ms", "100")]).await?;
    let mut socket = greeted(&app).await?;
    let subscribed = answer(&mut socket, &subscribe(1, &["darkpool/top"])).await?;
    let snapshot = next(&mut socket).await?;
    assert_eq!(subscribed["topics"][0]["mode"], "snapshot");
    let heartbeat = next(&mut socket).await?;
    let head = format!("{}.{}", snapshot["epoch"].as_str().unwrap_or_default(), snapshot["seq"]);
    assert_eq!((&heartbeat["type"], &heartbeat["clients"]), (&"heartbeat".into(), &1.into()));
    assert_eq!(heartbeat["heads"], json!({ "darkpool/top": head }));
    assert_eq!(next(&mut socket).await?["type"], "heartbeat");
    Ok(())
}
