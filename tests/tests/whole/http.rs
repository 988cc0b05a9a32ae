//! The entrances without a WebSocket: snapshots, polling, events, commands, health; and whom they
//! refuse.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use tests::app::{TestApp, World};
use tests::http::{Request, Response};
use tests::market::print;
use tests::provider::{KEY, StandInProvider};

const TAPE: &str = "darkpool/tape";

/// A server with one print on its tape, and the provider that can send more.
async fn with_one_print() -> anyhow::Result<(StandInProvider, TestApp)> {
    let provider = StandInProvider::start().await?;
    let app = TestApp::start(World::Provider(&provider)).await?;
    provider.until(|seen| seen.listening == 1).await?;
    provider.send(print("IBM", 1));
    app.until_rows(TAPE, |rows| rows.len() == 1).await?;
    Ok((provider, app))
}

async fn until_prints(app: &TestApp, prints: usize) -> anyhow::Result<()> {
    app.until_rows(TAPE, |rows| rows.len() == prints).await.map(drop)
}

/// Whether an answer refuses with this status and code, and a sentence.
fn refuses(answer: &Response, status: u16, sentence: &str) -> anyhow::Result<()> {
    let error = answer.json()?;
    let message = error["message"].as_str().unwrap_or_default();
    ensure!(answer.status == status, "{} {error}", answer.status);
    ensure!(error["code"] == format!("NX-{status}") && error["type"] == "error", "{error}");
    ensure!(message.contains(sentence), "{message:?} does not say {sentence:?}");
    Ok(())
}

/// The frames of a poll.
fn frames(answer: &Response) -> anyhow::Result<Vec<Value>> {
    ensure!(answer.status == 200, "{}: {:?}", answer.status, String::from_utf8_lossy(&answer.body));
    Ok(answer.json()?.as_array().context("an array of frames")?.clone())
}

async fn cursor(app: &TestApp) -> anyhow::Result<String> {
    let answer = app.get(&format!("/api/v1/topics/{TAPE}")).await?;
    Ok(format!("{TAPE}@{}", answer.header("etag").trim_matches('"')))
}

#[tokio::test]
async fn a_snapshot_has_a_tag_and_is_not_sent_to_whoever_has_it() -> anyhow::Result<()> {
    let (provider, app) = with_one_print().await?;
    let path = format!("/api/v1/topics/{TAPE}");
    let first = app.get(&path).await?;
    let tag = first.header("etag").to_owned();
    let body = first.json()?;
    assert_eq!((first.status, &body["type"]), (200, &"snapshot".into()));
    assert_eq!(tag, format!("\"{}.{}\"", body["epoch"].as_str().unwrap_or_default(), body["seq"]));
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other.1\", {tag}")] {
        let again = Request::get(&path).header("if-none-match", &known).send(app.address).await?;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, &*tag), "{known}");
    }
    provider.send(print("IBM", 2));
    until_prints(&app, 2).await?;
    let changed = Request::get(&path).header("if-none-match", &tag).send(app.address).await?;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
    refuses(&app.get("/api/v1/topics/darkpool/nothing").await?, 404, "no such topic")?;
    refuses(&app.get("/api/v1/topics/a//b").await?, 404, "a topic is segments")
}

#[tokio::test]
async fn a_poll_says_what_is_new_and_nothing_else() -> anyhow::Result<()> {
    let (provider, app) = with_one_print().await?;
    let cursor = cursor(&app).await?;
    assert_eq!(app.get(&format!("/api/v1/poll?c={cursor}")).await?.status, 304);
    provider.send(print("IBM", 2));
    until_prints(&app, 2).await?;
    let new = frames(&app.get(&format!("/api/v1/poll?c={cursor}&heartbeat=1")).await?)?;
    let kinds: Vec<_> = new.iter().map(|frame| frame["type"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["update", "heartbeat"]);
    assert_eq!(new[0]["set"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(cursor, format!("{TAPE}@{}.{}", new[0]["epoch"].as_str().unwrap_or_default(), new[0]["prev"]));
    // A position that is of no use gets everything.
    for since in ["", "@none.1", "@rubbish", &format!("@{}.999999", new[0]["epoch"].as_str().unwrap_or_default())] {
        let all = frames(&app.get(&format!("/api/v1/poll?c={TAPE}{since}")).await?)?;
        assert_eq!((all.len(), &all[0]["type"]), (1, &"snapshot".into()), "{since}");
    }
    Ok(())
}

#[tokio::test]
async fn a_long_poll_returns_when_something_changes() -> anyhow::Result<()> {
    let (provider, app) = with_one_print().await?;
    let path = format!("/api/v1/poll?c={}&wait=30", cursor(&app).await?);
    let began = Instant::now();
    // The request is on its way before the print is.
    let (answer, ()) = tokio::join!(app.get(&path), async { provider.send(print("IBM", 2)) });
    let new = frames(&answer?)?;
    assert_eq!((new.len(), &new[0]["type"]), (1, &"update".into()));
    ensure!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    let empty = app.get(&format!("/api/v1/poll?c={}&wait=1", cursor(&app).await?)).await?;
    assert_eq!(empty.status, 304);
    Ok(())
}

#[tokio::test]
async fn a_poll_that_makes_no_sense_is_refused_with_a_sentence() -> anyhow::Result<()> {
    let (_provider, app) = with_one_print().await?;
    let many: String = (0..129).map(|n| format!("c=darkpool/ticker/T{n}&")).collect();
    for (query, status, sentence) in [
        ("", 400, "name at least one topic"),
        ("c=a%20b", 400, "a topic is segments"),
        ("c=darkpool/tape&wait=31", 400, "from 0 to 30"),
        ("c=darkpool/tape&wait=-1", 400, "from 0 to 30"),
        ("c=darkpool/nothing", 404, "no such topic"),
        (&many, 413, "at most 128 topics"),
    ] {
        refuses(&app.get(&format!("/api/v1/poll?{query}")).await?, status, sentence).context(query.to_owned())?;
    }
    // One that is wrong does not spoil the others.
    let both = frames(&app.get("/api/v1/poll?c=darkpool/nothing&c=darkpool/tape").await?)?;
    assert_eq!(both.iter().map(|frame| &frame["type"]).collect::<Vec<_>>(), ["error", "snapshot"]);
    Ok(())
}

#[tokio::test]
async fn events_resume_where_the_last_one_was_heard() -> anyhow::Result<()> {
    let (provider, app) = with_one_print().await?;
    let mut events = Request::get(format!("/api/v1/sse?t={TAPE}")).open(app.address).await?;
    assert_eq!(events.headers.get("content-type").map(String::as_str), Some("text/event-stream"));
    let mut id = String::new();
    let mut kinds = Vec::new();
    while id.is_empty() {
        let event = events.next_event().await?.context("events go on")?;
        kinds.push(serde_json::from_str::<Value>(&event.data)?["type"].clone());
        id = event.id.unwrap_or_default();
    }
    assert_eq!(kinds, ["welcome", "subscribed", "snapshot"]);
    assert_eq!(id, cursor(&app).await?);
    provider.send(print("IBM", 2));
    let update = events.next_event().await?.context("an update")?;
    assert_eq!(update.id, Some(cursor(&app).await?));
    drop(events);
    provider.send(print("IBM", 3));
    until_prints(&app, 3).await?;
    let again = Request::get(format!("/api/v1/sse?t={TAPE}")).header("last-event-id", &id);
    let mut events = again.open(app.address).await?;
    let mut told = Vec::new();
    while told.len() < 4 {
        let event = events.next_event().await?.context("events go on")?;
        let frame: Value = serde_json::from_str(&event.data)?;
        if let Some(mode) = frame["topics"][0]["mode"].as_str() {
            told.push(mode.to_owned());
        }
        told.push(frame["type"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(told, ["welcome", "resumed", "subscribed", "update"]);
    Ok(())
}

#[tokio::test]
async fn a_command_is_answered_once() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    let long = format!(r#"{{"type":"auth","id":1,"token":"{}"}}"#, "x".repeat(17_000));
    let deep = format!(r#"{{"type":"command","id":1,"name":"x","args":{}{}}}"#, "[".repeat(20), "]".repeat(20));
    let pong = Request::post("/api/v1/commands", r#"{"type":"ping","t0":5}"#).send(app.address).await?;
    assert_eq!((pong.status, &pong.json()?["t0"]), (200, &5.into()));
    for (message, status, sentence) in [
        (r#"{"type":"auth","id":1,"token":"x"}"#, 400, "send Authorization: Bearer"),
        (r#"{"type":"command","id":1,"name":"dance"}"#, 404, "no command"),
        ("nonsense", 400, "expected"),
        ("", 400, "EOF"),
        (r#"{"type":"subscribe","id":1,"topics":[{"topic":"darkpool/top"}]}"#, 400, "nobody can follow"),
        (&long, 413, "bytes long"),
        (&deep, 413, "nested"),
    ] {
        let answer = Request::post("/api/v1/commands", message).send(app.address).await?;
        refuses(&answer, status, sentence).with_context(|| message.chars().take(60).collect::<String>())?;
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_everywhere() -> anyhow::Result<()> {
    let app = TestApp::with(World::Demo(5, 5), &[("allowed-origins", "https://dash.example")]).await?;
    let upgrade = Request::get("/ws")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
        .header("sec-websocket-protocol", "undercurrent.v1");
    let command = Request::post("/api/v1/commands", r#"{"type":"ping","t0":5}"#);
    let events = Request::get("/api/v1/sse?t=darkpool/top");
    let own = format!("http://{}", app.address);
    for (request, well) in [
        (&upgrade, 101),
        (&command, 200),
        (&events, 200),
        (&Request::get("/api/v1/topics/darkpool/top"), 200),
        (&Request::get("/api/v1/poll?c=darkpool/top"), 200),
    ] {
        for evil in ["https://evil.example", "null", "https://dash.example.evil.example"] {
            let answer = request.clone().header("origin", evil).send(app.address).await?;
            refuses(&answer, 403, "UNDERCURRENT_ALLOWED_ORIGINS")?;
        }
        for good in ["https://dash.example", &own] {
            let answer = request.clone().header("origin", good).open(app.address).await?;
            assert_eq!(answer.status, well, "{request:?} from {good}");
            assert_eq!(answer.headers.get("access-control-allow-origin").map(String::as_str), Some(good));
        }
        assert_eq!(request.open(app.address).await?.status, well, "{request:?} from no page");
    }
    Ok(())
}

#[tokio::test]
async fn health_readiness_and_metrics_say_how_it_is() -> anyhow::Result<()> {
    let (provider, app) = with_one_print().await?;
    let alive = app.get("/healthz").await?;
    assert_eq!((alive.status, alive.text()?), (200, "ok\n"));
    let ready = app.get("/readyz").await?;
    let state = ready.json()?;
    assert_eq!((ready.status, &state["ready"], &state["store"]), (200, &true.into(), &"ok".into()));
    let metrics = app.get("/metrics").await?;
    ensure!(metrics.header("content-type").starts_with("application/openmetrics-text"), "{metrics:?}");
    for secret in [&ready, &metrics] {
        ensure!(!secret.text()?.contains(KEY), "a secret is told");
    }
    drop(provider);
    tests::wait::until("a source that is down", async || Ok((app.get("/readyz").await?.status == 503).then_some(())))
        .await?;
    assert_eq!(app.get("/healthz").await?.status, 200);
    let empty = TestApp::start(World::Nothing).await?;
    assert_eq!(empty.get("/readyz").await?.status, 503);
    Ok(())
}
