//! Delivery over real sockets: what is compressed, what runs out, what is said under pressure.

use anyhow::ensure;
use serde_json::Value;
use shared::wire::SUBPROTOCOL;
use tests::app::{TestApp, World, metric};
use tests::client::{Client, connect, next_text};
use tests::http::Request;
use tests::process::{self, Process};
use tests::provider::StandInProvider;
use tests::wait::until;
use tokio::net::TcpStream;

/// What was answered to an offer of extensions.
async fn agreed(app: &TestApp, offer: &str) -> anyhow::Result<Option<String>> {
    let request = Request::get("/ws")
        .header("connection", "keep-alive, Upgrade")
        .header("upgrade", "WebSocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
        .header("sec-websocket-protocol", SUBPROTOCOL)
        .header("sec-websocket-extensions", offer);
    let answer = request.open(app.address).await?;
    assert_eq!(answer.status, 101);
    Ok(answer.headers.get("sec-websocket-extensions").cloned())
}

#[tokio::test]
async fn compression_is_agreed_on_as_browsers_and_libraries_offer_it() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    let ours = "permessage-deflate; client_no_context_takeover; server_max_window_bits=12";
    for (who, offer) in [
        ("Chromium, Node's ws", "permessage-deflate; client_max_window_bits"),
        ("Firefox, Safari", "permessage-deflate"),
        ("Python's websockets", "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"),
        ("a list", "x-webkit-deflate-frame, permessage-deflate; unknown, permessage-deflate"),
    ] {
        assert_eq!(agreed(&app, offer).await?.as_deref(), Some(ours), "{who}");
    }
    assert_eq!(agreed(&app, "x-webkit-deflate-frame").await?, None);
    let off = TestApp::with(World::Nothing, &[("compression", "off")]).await?;
    assert_eq!(agreed(&off, "permessage-deflate").await?, None);
    let wide = TestApp::with(World::Nothing, &[("compression-window-bits", "15")]).await?;
    assert_eq!(
        agreed(&wide, "permessage-deflate").await?.as_deref(),
        Some("permessage-deflate; client_no_context_takeover")
    );
    Ok(())
}

#[tokio::test]
async fn another_version_of_websocket_is_told_which_one_there_is() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    let request = Request::get("/ws")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "8")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
    let answer = request.send(app.address).await?;
    assert_eq!((answer.status, answer.header("sec-websocket-version")), (426, "13"));
    Ok(())
}

#[tokio::test]
async fn readers_of_the_same_topics_are_one_cohort() -> anyhow::Result<()> {
    let app = TestApp::with(World::Demo(20, 200), &[("shards", "1")]).await?;
    let same: Vec<Client> = (0..8).map(|_| app.client(&["darkpool/top", "darkpool/tape"])).collect();
    let other = app.client(&["darkpool/top"]);
    for client in same.iter().chain([&other]) {
        client.until("rows", |seen| !seen.rows("darkpool/top").is_empty()).await?;
    }
    until("two cohorts", async || {
        let cohorts = metric(app.address, "undercurrent_cohorts").await?;
        let members = metric(app.address, "undercurrent_cohort_members").await?;
        Ok(((cohorts - 2.0).abs() < 0.5 && (members - 9.0).abs() < 0.5).then_some(()))
    })
    .await?;
    drop(same);
    until("one cohort", async || {
        Ok(((metric(app.address, "undercurrent_cohorts").await? - 1.0).abs() < 0.5).then_some(()))
    })
    .await
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_comes_when_no_file_is_left_is_told_so_and_the_others_go_on() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let provider = StandInProvider::start().await?;
    let database = folder.path().join("test.db");
    let server = Process::start(process::address()?, &database, World::Provider(&provider), &[]).await?;
    let mut inside = connect(server.address, Some(SUBPROTOCOL), &[]).await?;
    next_text(&mut inside).await?;
    server.allow_files(64)?;
    let mut idle = Vec::new();
    for _ in 0..100 {
        idle.push(TcpStream::connect(server.address).await?);
    }
    // Whoever is taken up hears nothing before it has asked.
    until("a refusal", async || {
        let mut answer = [0; 12];
        let answers = idle.iter().filter_map(|stream| stream.try_read(&mut answer).ok()).collect::<Vec<_>>();
        Ok((answers.contains(&12) && &answer == b"HTTP/1.1 503").then_some(()))
    })
    .await?;
    futures_util::SinkExt::send(
        &mut inside,
        tokio_tungstenite::tungstenite::Message::text(r#"{"type":"ping","t0":7}"#),
    )
    .await?;
    let pong: Value = serde_json::from_str(&next_text(&mut inside).await?)?;
    assert_eq!(pong["t0"], 7, "who is inside is served");
    drop(idle);
    until("a place", async || {
        Ok(Request::get("/healthz").send(server.address).await.ok().filter(|answer| answer.status == 200))
    })
    .await?;
    ensure!(server.said()?.contains("could not be accepted"), "the operator is told");
    Ok(())
}
