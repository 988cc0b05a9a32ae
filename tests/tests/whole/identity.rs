//! Who one is: tokens that come and go while the server runs, everywhere they can be shown, and what
//! they open.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use futures_util::SinkExt;
use serde_json::{Value, json};
use shared::wire::SUBPROTOCOL;
use tempfile::TempDir;
use tests::app::{World, metric};
use tests::client::{Socket, closed, connect, connect_at, next_text};
use tests::http::{Request, Response};
use tests::jwt::{SECRET, hmac_token, seconds_from_now};
use tests::process::{self, Process};
use tests::wait::until;
use tokio_tungstenite::tungstenite::Message;

const SESSION: &str = "/api/v1/session";
/// Everything, so that a test finds what must not be there.
const LOGGED: (&str, &str) = ("log", "undercurrent=trace");

/// A server process of its own, with its database.
struct House {
    folder: TempDir,
    server: Process,
    address: SocketAddr,
}

impl House {
    async fn with(settings: &[(&str, &str)]) -> anyhow::Result<House> {
        let folder = tempfile::tempdir()?;
        let settings = [&[LOGGED, ("connections-per-address", "0")][..], settings].concat();
        let address = process::address()?;
        let server = Process::start(address, &folder.path().join("test.db"), World::Nothing, &settings).await?;
        Ok(House { folder, server, address })
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// A token that the command line made while the server ran. The server takes it at once.
    async fn token(&self, user: &str, more: &[&str]) -> anyhow::Result<String> {
        let arguments = [&["token", "create", "--user", user, "--name", "ana"], more].concat();
        let token = process::run(&self.database(), &arguments)?;
        let known = self.who(SESSION, &[("authorization", &bearer(&token))]).await?;
        ensure!(known.as_deref() == Some(user), "{known:?}");
        Ok(token)
    }

    /// Takes a token back. Gives when.
    fn revoke(&self, id: &str) -> anyhow::Result<Instant> {
        process::run(&self.database(), &["token", "revoke", id])?;
        Ok(Instant::now())
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Response> {
        with_headers(Request::get(path), headers).send(self.address).await
    }

    /// Who a request is from, as the server says; `None`: nobody.
    async fn who(&self, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Option<String>> {
        let answer = self.get(path, headers).await?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.text()?);
        ensure!(answer.header("cache-control") == "no-store", "{answer:?}");
        Ok(answer.json()?["user"].as_str().map(str::to_owned))
    }

    /// A v1 connection, and who its welcome says one is.
    async fn greeted(&self, path: &str, headers: &[(&'static str, &str)]) -> anyhow::Result<(Socket, Value)> {
        let mut socket = connect_at(self.address, path, Some(SUBPROTOCOL), headers).await?;
        let welcome = next(&mut socket).await?;
        ensure!(welcome["type"] == "welcome", "{welcome}");
        Ok((socket, welcome["user"].clone()))
    }
}

fn with_headers(request: Request, headers: &[(&str, &str)]) -> Request {
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

async fn next(socket: &mut Socket) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&next_text(socket).await?)?)
}

async fn answer(socket: &mut Socket, message: &Value) -> anyhow::Result<Value> {
    socket.send(Message::text(message.to_string())).await?;
    next(socket).await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn subscribe(id: u64, topic: &str) -> Value {
    json!({"type": "subscribe", "id": id, "topics": [{ "topic": topic }]})
}

/// How an answer refuses: its status is that of its code.
fn refused(answer: &Response) -> anyhow::Result<u16> {
    let error = answer.json()?;
    ensure!(error["code"] == format!("NX-{}", answer.status), "{} {error}", answer.status);
    ensure!(error["message"].as_str().is_some_and(|sentence| sentence.len() > 15), "{error}");
    Ok(answer.status)
}

#[tokio::test]
async fn a_token_made_while_the_server_runs_is_taken_wherever_it_may_be_shown() -> anyhow::Result<()> {
    let house = House::with(&[]).await?;
    let token = house.token("42", &["--days", "1"]).await?;
    let (header, query) = (bearer(&token), format!("/ws?user_id=7&token={token}"));

    let who = house.get(SESSION, &[("authorization", &header)]).await?.json()?;
    assert_eq!((&who["user"], &who["name"], &who["operator"]), (&"42".into(), &"ana".into(), &false.into()));
    ensure!(who["expires_ms"].as_i64().is_some_and(|ms| ms / 1000 > seconds_from_now(86_000)), "{who}");

    let page = ("origin", &*format!("http://{}", house.address));
    let body = json!({ "token": token }).to_string();
    let signed_in = with_headers(Request::post(SESSION, body), &[page]).send(house.address).await?;
    assert_eq!((signed_in.status, &signed_in.json()?), (200, &who));
    let set = signed_in.header("set-cookie");
    ensure!(
        set.contains("; HttpOnly; SameSite=Strict") && set.contains("; Path=/;") && !set.contains("Secure"),
        "{set}"
    );
    let cookie = set.split(';').next().unwrap_or_default().to_owned();
    assert_eq!(house.who(SESSION, &[("cookie", &cookie), page]).await?.as_deref(), Some("42"));

    for (path, headers) in
        [("/ws", &[("authorization", &*header)][..]), ("/ws", &[("cookie", &*cookie), page]), (&*query, &[])]
    {
        assert_eq!(house.greeted(path, headers).await?.1, "42", "{path} {headers:?}");
    }
    let (mut socket, user) = house.greeted("/ws", &[]).await?;
    assert_eq!(user, Value::Null);
    let reply = answer(&mut socket, &json!({"type": "auth", "id": 3, "token": token})).await?;
    assert_eq!((&reply["type"], &reply["id"], &reply["ok"]["user"]), (&"reply".into(), &3.into(), &"42".into()));

    // Labels prove nothing, and an address that is no socket's takes no token: it is kept in too many places.
    assert_eq!(house.greeted("/ws?user_id=42&username=ana", &[]).await?.1, Value::Null);
    assert_eq!(house.who(&format!("{SESSION}?token={token}&user_id=42"), &[]).await?, None);

    let signed_out = Request::delete(SESSION).header("cookie", &cookie).send(house.address).await?;
    ensure!(signed_out.header("set-cookie").starts_with("X-Token=; Path=/; Max-Age=0;"), "{signed_out:?}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_a_stale_cookie_is_cleared() -> anyhow::Result<()> {
    let house = House::with(&[]).await?;
    let token = house.token("42", &[]).await?;
    let wrong = token.replace("uc_", "uc_0");
    let answer = house.get("/api/v1/topics", &[("authorization", &bearer(&wrong))]).await?;
    assert_eq!((refused(&answer)?, answer.header("www-authenticate")), (401, "Bearer"));
    let posted = Request::post(SESSION, json!({ "token": wrong }).to_string()).send(house.address).await?;
    assert_eq!((refused(&posted)?, posted.header("set-cookie")), (401, ""));
    let odd = Request::post(SESSION, "nonsense").send(house.address).await?;
    assert_eq!(refused(&odd)?, 400);
    let socket = connect(house.address, Some(SUBPROTOCOL), &[("authorization", &bearer(&wrong))]).await;
    ensure!(socket.err().is_some_and(|error| error.to_string().contains("401")), "a header is refused with a status");
    for protocol in [Some(SUBPROTOCOL), None] {
        let mut socket = connect_at(house.address, &format!("/ws?token={wrong}"), protocol, &[]).await?;
        assert_eq!(closed(&mut socket).await?.0, 4501, "who can only see closes gets a close");
    }
    let (mut socket, _) = house.greeted("/ws", &[]).await?;
    let error = self::answer(&mut socket, &json!({"type": "auth", "id": 3, "token": wrong})).await?;
    assert_eq!((&error["code"], &error["id"]), (&"NX-401".into(), &3.into()));
    assert_eq!(self::answer(&mut socket, &subscribe(4, "darkpool/top")).await?["type"], "subscribed", "it stays");

    house.revoke("1")?;
    let stale = format!("a=1; X-Token={token}");
    let cleared = until("a cookie that is cleared", async || {
        let answer = house.get("/api/v1/topics/darkpool/top", &[("cookie", &stale)]).await?;
        ensure!(answer.status == 200, "everyone may read it: {answer:?}");
        Ok(Some(answer).filter(|answer| answer.headers.contains_key("set-cookie")))
    })
    .await?;
    ensure!(cleared.header("set-cookie").starts_with("X-Token=; "), "{cleared:?}");
    let upgrade = Request::get("/ws").header("connection", "upgrade").header("upgrade", "websocket");
    let upgrade = upgrade.header("sec-websocket-version", "13").header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==");
    let upgraded = upgrade.header("cookie", &stale).open(house.address).await?;
    assert_eq!(upgraded.status, 101);
    ensure!(
        upgraded.headers.get("set-cookie").is_some_and(|set| set.starts_with("X-Token=; ")),
        "it is cleared there too"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_somebodys_is_refused_to_everyone_else_on_every_way() -> anyhow::Result<()> {
    let house = House::with(&[]).await?;
    let (owner, other) = (house.token("42", &[]).await?, house.token("43", &[]).await?);
    let operator = house.token("1", &["--operator"]).await?;
    for (whose, token, status) in [
        ("nobody", None, Some(401)),
        ("other", Some(&other), Some(403)),
        ("owner", Some(&owner), None),
        ("operator", Some(&operator), None),
    ] {
        let authorization = token.map(|token| bearer(token));
        let headers: Vec<(&'static str, &str)> =
            authorization.iter().map(|token| ("authorization", &**token)).collect();
        let may = |found: u16| status.map_or(!matches!(found, 401 | 403), |status| found == status);
        for topic in ["bets/42", "bets/42/exposure"] {
            for path in [
                format!("/api/v1/topics/{topic}"),
                format!("/api/v1/poll?c={topic}"),
                format!("/api/v1/sse?t={topic}"),
                format!("/api/v1/sse?t=darkpool/top&t={topic}"),
            ] {
                let answer = with_headers(Request::get(&path), &headers).open(house.address).await?;
                ensure!(may(answer.status), "{path} gives {whose} {}", answer.status);
            }
            let poll = house.get(&format!("/api/v1/poll?c=darkpool/top&c={topic}"), &headers).await?.json()?;
            let frames = poll.as_array().context("frames")?;
            let codes: Vec<&str> = frames.iter().filter_map(|frame| frame["code"].as_str()).collect();
            let shut = codes
                .iter()
                .filter_map(|code| code.strip_prefix("NX-")?.parse().ok())
                .find(|code| matches!(code, 401 | 403));
            assert_eq!(shut, status, "a poll of two gives {whose} {codes:?}");
            ensure!(frames.iter().any(|frame| frame["topic"] == "darkpool/top"), "the other topic is served: {poll}");

            let (mut socket, _) = house.greeted("/ws", &headers).await?;
            let found = answer(&mut socket, &subscribe(1, topic)).await?;
            let code = found["code"].as_str().and_then(|code| code.strip_prefix("NX-")?.parse().ok()).unwrap_or(200);
            ensure!(may(code), "a socket gives {whose} {found}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn whatever_a_token_opened_ends_when_it_is_revoked() -> anyhow::Result<()> {
    let house = House::with(&[]).await?;
    let (token, other) = (house.token("42", &[]).await?, house.token("42", &[]).await?);
    let header = bearer(&token);
    let (mut lives_on, _) = house.greeted("/ws", &[("authorization", &bearer(&other))]).await?;
    let (mut anonymous, _) = house.greeted("/ws", &[]).await?;
    let (mut socket, _) = house.greeted("/ws", &[("authorization", &header)]).await?;
    let (mut later, _) = house.greeted("/ws", &[]).await?;
    for socket in [&mut lives_on, &mut anonymous, &mut socket, &mut later] {
        assert_eq!(answer(socket, &subscribe(1, "darkpool/top")).await?["type"], "subscribed");
        assert_eq!(next(socket).await?["type"], "snapshot");
    }
    let reply = answer(&mut later, &json!({"type": "auth", "id": 2, "token": token})).await?;
    assert_eq!(reply["ok"]["user"], "42");
    let mut door = connect_at(house.address, &format!("/ws?token={token}"), None, &[]).await?;
    assert_eq!(next(&mut door).await?["type"], "initial");
    let events = Request::get("/api/v1/sse?t=darkpool/top").header("authorization", &header);
    let mut events = events.open(house.address).await?;
    // A welcome, what was subscribed, a snapshot.
    for _ in 0..3 {
        events.next_event().await?.context("an event")?;
    }
    let position = house.get("/api/v1/topics/darkpool/top", &[]).await?.header("etag").trim_matches('"').to_owned();
    let poll = Request::get(format!("/api/v1/poll?c=darkpool/top@{position}&wait=30")).header("authorization", &header);
    let waiting = poll.send(house.address);
    until("all of them", async || Ok((metric(house.address, "undercurrent_signed_in").await? > 4.5).then_some(())))
        .await?;

    let address = house.address;
    let end = async {
        let revoked = house.revoke("1")?;
        for socket in [&mut socket, &mut later] {
            let error = next(socket).await?;
            assert_eq!(
                (&error["type"], &error["code"], &error["id"]),
                (&"error".into(), &"NX-401".into(), &Value::Null)
            );
            assert_eq!(closed(socket).await?.0, 4501);
        }
        assert_eq!(closed(&mut door).await?.0, 4501);
        let goodbye = events.next_event().await?.context("an error")?;
        assert_eq!(serde_json::from_str::<Value>(&goodbye.data)?["code"], "NX-401");
        ensure!(events.next_event().await?.is_none(), "the stream ends");
        anyhow::Ok(revoked)
    };
    let (revoked, polled) = tokio::try_join!(end, waiting)?;
    assert_eq!(refused(&polled)?, 401);
    ensure!(revoked.elapsed() < Duration::from_secs(2), "it took {:?}", revoked.elapsed());

    let ping = json!({"type": "ping", "t0": 1});
    for socket in [&mut lives_on, &mut anonymous] {
        assert_eq!(answer(socket, &ping).await?["t0"], 1, "others go on");
    }
    assert_eq!(refused(&house.get(SESSION, &[("authorization", &header)]).await?)?, 401);
    until("one signed in", async || Ok((metric(address, "undercurrent_signed_in").await? < 1.5).then_some(()))).await?;
    Ok(())
}

#[tokio::test]
async fn a_json_web_token_opens_what_it_says_until_it_ends() -> anyhow::Result<()> {
    let house = House::with(&[("jwt-secret", SECRET)]).await?;
    let sign = |algorithm: &str, exp: i64| {
        hmac_token(algorithm, SECRET.as_bytes(), &json!({"sub": "u-7", "name": "Ben", "role": "operator", "exp": exp}))
    };
    let good = sign("HS256", seconds_from_now(600));
    let who = house.get(SESSION, &[("authorization", &bearer(&good))]).await?.json()?;
    assert_eq!((&who["user"], &who["name"], &who["operator"]), (&"u-7".into(), &"Ben".into(), &true.into()));
    let posted = Request::post(SESSION, json!({ "token": good }).to_string()).send(house.address).await?;
    let cookie = posted.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert_eq!(house.who(SESSION, &[("cookie", &cookie)]).await?.as_deref(), Some("u-7"));
    for (wrong, word) in
        [(sign("HS256", seconds_from_now(-3600)), "expired"), (sign("HS512", seconds_from_now(600)), "no key")]
    {
        let answer = house.get(SESSION, &[("authorization", &bearer(&wrong))]).await?;
        assert_eq!(refused(&answer)?, 401);
        ensure!(answer.text()?.contains(word), "{answer:?}");
    }
    // It ends 30 s after its time, for clocks that differ: that is in two seconds.
    let short = sign("HS256", seconds_from_now(-28));
    let (mut socket, user) = house.greeted(&format!("/ws?token={short}"), &[]).await?;
    assert_eq!(user, "u-7");
    assert_eq!(next(&mut socket).await?["code"], "NX-401");
    assert_eq!(closed(&mut socket).await?.0, 4501);
    Ok(())
}

/// Shows wrong tokens until the address is told to wait. Gives how many were looked at.
async fn guess_until_limited(house: &House) -> anyhow::Result<usize> {
    for looked_at in 0..1_000 {
        let answer = house.get(SESSION, &[("authorization", &bearer(&format!("uc_{looked_at}")))]).await?;
        let wait = answer.json()?["retry_after_ms"].as_u64();
        ensure!((answer.status == 429) == wait.is_some_and(|ms| (1..=6_000).contains(&ms)), "{answer:?}");
        ensure!((answer.status == 429) == answer.headers.contains_key("retry-after"), "{answer:?}");
        match refused(&answer)? {
            401 => {}
            429 => return Ok(looked_at),
            other => bail!("a guess is answered with {other}"),
        }
    }
    bail!("guesses are never limited")
}

#[tokio::test]
async fn who_guesses_has_to_wait_and_who_knows_does_not() -> anyhow::Result<()> {
    let house = House::with(&[("jwt-secret", SECRET)]).await?;
    let token = house.token("42", &[]).await?;
    let looked_at = guess_until_limited(&house).await?;
    ensure!(looked_at >= 10, "only {looked_at} guesses were looked at");
    let genuine = hmac_token("HS256", SECRET.as_bytes(), &json!({"sub": "7", "exp": seconds_from_now(600)}));
    let genuine = bearer(&genuine);
    let (mut socket, _) = house.greeted("/ws", &[]).await?;
    // One more guess is free every six seconds, and this may take as long.
    until("nothing to be checked any more", async || {
        guess_until_limited(&house).await?;
        let signed = house.get(SESSION, &[("authorization", &genuine)]).await?;
        let door = connect_at(house.address, "/ws?token=uc_guess", Some(SUBPROTOCOL), &[]).await;
        let door = door.err().map(|error| error.to_string()).unwrap_or_default();
        let error = answer(&mut socket, &json!({"type": "auth", "id": 3, "token": "guess"})).await?;
        let told = error["code"] == "NX-429" && error["retry_after_ms"].is_u64() && error["retryable"] == true;
        Ok((signed.status == 429 && door.contains("429") && told).then_some(()))
    })
    .await?;
    assert_eq!(house.who(SESSION, &[("authorization", &bearer(&token))]).await?.as_deref(), Some("42"));
    assert_eq!(house.who(SESSION, &[("cookie", "X-Token=uc_stale")]).await?, None, "a cookie locks nobody out");
    let limited = metric(house.address, r#"undercurrent_tokens_shown_total{outcome="limited"}"#).await?;
    ensure!(limited > 3.5, "{limited}");
    Ok(())
}

#[tokio::test]
async fn pages_of_others_cannot_act_in_somebodys_name() -> anyhow::Result<()> {
    let closed = House::with(&[("allowed-origins", "https://dash.example")]).await?;
    let open = House::with(&[("allowed-origins", "*")]).await?;
    let command = json!({"type": "command", "id": 1, "name": "place_bet", "args": {}}).to_string();
    for (house, any) in [(&closed, false), (&open, true)] {
        let token = house.token("42", &[]).await?;
        let cookie = format!("X-Token={token}");
        let own = format!("http://{}", house.address);
        for (origin, named) in [("https://evil.example", false), ("https://dash.example", !any), (&*own, true)] {
            let headers = [("origin", origin), ("cookie", &*cookie)];
            let let_in = any || named;
            let body = json!({ "token": token }).to_string();
            for request in
                [Request::post("/api/v1/commands", &*command), Request::post(SESSION, &*body), Request::delete(SESSION)]
            {
                let answer = with_headers(request.clone(), &headers).send(house.address).await?;
                ensure!(let_in || refused(&answer)? == 403, "{origin} {request:?}: {answer:?}");
                ensure!(named || !answer.headers.contains_key("set-cookie"), "{origin} {request:?}: {answer:?}");
                let credentials = answer.header("access-control-allow-credentials");
                assert_eq!(credentials == "true", named, "{origin} {request:?}: {answer:?}");
            }
            if let_in {
                let user = if named { Some("42") } else { None };
                assert_eq!(house.who(SESSION, &headers).await?.as_deref(), user, "a cookie from {origin}");
                let socket = house.greeted("/ws", &[("origin", origin), ("cookie", &cookie)]).await?;
                assert_eq!(socket.1.as_str(), user, "a socket from {origin}");
                let headers = [("origin", origin), ("authorization", &*bearer(&token))];
                assert_eq!(house.who(SESSION, &headers).await?.as_deref(), Some("42"), "a header from {origin}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn tokens_are_in_no_log_and_no_file() -> anyhow::Result<()> {
    let house = House::with(&[("jwt-secret", SECRET)]).await?;
    let token = house.token("42", &[]).await?;
    let guess = "uc_guess-that-must-not-be-logged";
    let jwt = hmac_token("HS256", SECRET.as_bytes(), &json!({"sub": "7", "exp": seconds_from_now(600)}));
    for shown in [&*token, guess, &*jwt] {
        let header = bearer(shown);
        house.get("/api/v1/topics", &[("authorization", &header)]).await?;
        house.get("/api/v1/topics", &[("cookie", &format!("X-Token={shown}"))]).await?;
        Request::post(SESSION, json!({ "token": shown }).to_string()).send(house.address).await?;
        let mut socket = connect_at(house.address, &format!("/ws?token={shown}"), Some(SUBPROTOCOL), &[]).await?;
        let _ = next_text(&mut socket).await;
        let (mut socket, _) = house.greeted("/ws", &[]).await?;
        answer(&mut socket, &json!({"type": "auth", "id": 3, "token": shown})).await?;
    }
    house.revoke("1")?;
    until("the change", async || Ok(house.server.said()?.contains("tokens changed").then_some(()))).await?;
    let metrics = house.get("/metrics", &[]).await?;
    let list = process::run(&house.database(), &["token", "list"])?;
    ensure!(list.contains("42") && list.contains("revoked"), "{list}");
    let mut seen = vec![("what is listed", list.into_bytes()), ("metrics", metrics.body)];
    for file in std::fs::read_dir(house.folder.path())? {
        seen.push(("a file", std::fs::read(file?.path())?));
    }
    ensure!(seen.len() >= 5, "the database, its log and the server's are there");
    let secret = token.strip_prefix("uc_").context("a token's digits")?;
    for (what, bytes) in seen {
        for part in [secret, &secret[..32], guess, &jwt, &jwt[jwt.len() - 20..], SECRET] {
            let found = bytes.windows(part.len()).any(|window| window == part.as_bytes());
            ensure!(!found, "{what} holds {part}");
        }
    }
    Ok(())
}
