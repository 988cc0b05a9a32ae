//! Starting and stopping: what is refused at the start, what is said and stored at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use shared::link::Phase;
use shared::wire::SUBPROTOCOL;
use tests::app::{TestApp, World};
use tests::client::{Client, closed, connect, next_text};
use tests::http::Request;
use tests::market::print;
use tests::process::{self, Process};
use tests::provider::StandInProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TOPICS: [&str; 3] = ["darkpool/sentiment", "darkpool/top", "darkpool/tape"];

#[tokio::test]
async fn a_server_that_is_asked_to_stop_says_so_stores_everything_and_ends() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("test.db");
    let provider = StandInProvider::start().await?;
    let world = World::Provider(&provider);
    let mut server = Process::start(process::address()?, &database, world, &[("drain-ms", "3000")]).await?;
    provider.until(|seen| seen.listening == 1).await?;
    let clients: Vec<_> = (0..10).map(|_| Client::follow(server.address, &TOPICS)).collect();
    (1..=50).for_each(|number| provider.send(print(["IBM", "AAPL"][number % 2], number as u64)));
    for client in &clients {
        client.until("all prints", |seen| seen.rows("darkpool/tape").len() == 50).await?;
        client.until("all sums", |seen| sum(seen.rows("darkpool/sentiment").values()) == 50).await?;
    }
    server.terminate()?;
    let mut retries = Vec::new();
    for client in &clients {
        let seen = client.until("the goodbye", |seen| !seen.closes.is_empty()).await?;
        ensure!(seen.closes == [1012], "{:?}", seen.closes);
        retries.extend(seen.going_away);
        ensure!(matches!(seen.phase, Some(Phase::Backoff { attempt: 1, .. })), "{:?}", seen.phase);
    }
    ensure!(retries.len() == 10 && retries.iter().all(|ms| (2_000..=5_000).contains(ms)), "{retries:?}");
    let status = server.ended().await?;
    ensure!(status.success(), "{status}: {}", server.said()?);

    // The same database without the provider: what is shown is what was stored.
    let again = TestApp::on(&database, World::Nothing, &[]).await?;
    let last = clients[0].seen();
    for topic in ["darkpool/sentiment", "darkpool/tape"] {
        ensure!(again.rows(topic).await? == last.rows(topic), "{topic} is not what was shown last");
        let tag = again.get(&format!("/api/v1/topics/{topic}")).await?.header("etag").to_owned();
        assert_eq!(Some(tag.trim_matches('"').to_owned()), last.position(topic).map(|at| at.to_string()), "{topic}");
    }
    Ok(())
}

fn sum<'a>(rows: impl Iterator<Item = &'a Value>) -> u64 {
    rows.filter_map(|row| row["prints"].as_u64()).sum()
}

#[tokio::test]
async fn sockets_and_events_are_told_when_a_server_stops() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("drain-ms", "0")]).await?;
    let mut socket = connect(app.address, Some(SUBPROTOCOL), &[]).await?;
    next_text(&mut socket).await?;
    let mut events = Request::get("/api/v1/sse?t=darkpool/top").open(app.address).await?;
    for _ in 0..3 {
        events.next_event().await?.context("welcome, subscribed, snapshot")?;
    }
    let began = Instant::now();
    let (goodbye, event, ()) = tokio::join!(
        async {
            let going: Value = serde_json::from_str(&next_text(&mut socket).await?)?;
            anyhow::Ok((going["type"].clone(), going["retry_ms"].clone(), closed(&mut socket).await?.0))
        },
        events.next_event(),
        app.stop(),
    );
    assert_eq!(goodbye?, ("going_away".into(), 2_000.into(), 1012));
    ensure!(event?.is_some_and(|event| event.data.contains("going_away")), "events end with a goodbye");
    ensure!(events.next_event().await?.is_none(), "and then they end");
    ensure!(began.elapsed() < Duration::from_secs(4), "nobody had to be waited for: {:?}", began.elapsed());
    Ok(())
}

#[tokio::test]
async fn two_servers_on_one_database_are_refused() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("test.db");
    let first = TestApp::on(&database, World::Nothing, &[]).await?;
    let error = TestApp::on(&database, World::Nothing, &[]).await.err().context("it is refused")?;
    ensure!(error.to_string().contains("the database is in use"), "{error}");
    let mut second = Process::spawn(process::address()?, &database, World::Nothing, &[])?;
    let status = second.ended().await?;
    ensure!(!status.success() && second.said()?.contains("the database is in use"), "{status}: {}", second.said()?);
    assert_eq!(first.get("/healthz").await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_handshake_that_is_never_finished_is_cut() -> anyhow::Result<()> {
    let app = TestApp::with(World::Nothing, &[("handshake-timeout-ms", "200")]).await?;
    for half in ["", "GET /ws HTTP/1.1\r\nhost: x\r\n", "GET /healthz HTTP/1.1\r\nx: "] {
        let mut stream = TcpStream::connect(app.address).await?;
        stream.write_all(half.as_bytes()).await?;
        let mut rest = Vec::new();
        let read = tokio::time::timeout(tests::wait::PATIENCE, stream.read_to_end(&mut rest)).await;
        ensure!(read.is_ok(), "{half:?} was never cut");
    }
    assert_eq!(app.get("/healthz").await?.status, 200);
    Ok(())
}
