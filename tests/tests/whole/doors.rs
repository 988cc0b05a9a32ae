//! The sportsbook door and the odds door over real sockets, in a server with nothing to show.

use anyhow::{bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tests::app::{TestApp, World};
use tokio_tungstenite::tungstenite::Message;

/// Says these and hears answers of these types, sorted by type: what is answered at once may overtake what
/// has to be waited for.
async fn converse(app: &TestApp, path: &str, says: &[Value], hears: &[&str]) -> anyhow::Result<Vec<Value>> {
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{}{path}", app.address)).await?;
    for text in says {
        socket.send(Message::text(text.to_string())).await?;
    }
    let mut heard = Vec::new();
    while heard.len() < hears.len() {
        let Some(message) = socket.next().await else { break };
        heard.push(serde_json::from_str::<Value>(message?.to_text()?)?);
    }
    heard.sort_by_key(|message| message["type"].to_string());
    let types: Vec<_> = heard.iter().map(|message| message["type"].as_str().unwrap_or_default()).collect();
    ensure!(types == hears, "{heard:?}");
    Ok(heard)
}

#[tokio::test]
async fn a_stranger_at_the_sportsbook_door_is_told_what_is_there_and_cannot_bet() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    let bet = json!({"marketId": "m", "selectionId": "home", "bookmaker": "pinnacle", "stake": 100, "odds": -110});
    let says = [
        json!({"type": "subscribe", "payload": {"arbitrage": true}}),
        json!({"type": "get_markets", "payload": {"sport": "NBA"}, "requestId": "g-1"}),
        json!({"type": "place_bet", "payload": bet}),
        json!({"type": "ping"}),
    ];
    let path = "/ws/sportsbooks?user_id=123&username=trader%20joe";
    let hears = ["arbitrage_update", "connected", "error", "market_update", "pong"];
    let heard = converse(&app, path, &says, &hears).await?;
    let [arbs, connected, error, markets, _] = &heard[..] else { bail!("{heard:?}") };
    ensure!(arbs["total"] == 0, "{arbs}");
    ensure!(connected["username"] == "trader joe" && connected["authenticated"] == false, "{connected}");
    ensure!(error["code"] == "NX-401", "{error}");
    ensure!(markets["requestId"] == "g-1" && markets["total"] == 0, "{markets}");
    Ok(())
}

#[tokio::test]
async fn a_room_is_joined_in_the_address_or_by_a_message() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    let says = [json!({"type": "join", "room": "sports"}), json!({"type": "ping"})];
    let heard = converse(&app, "/ws/odds?room=EPL", &says[..0], &["connected", "joined", "odds_update"]).await?;
    ensure!(heard[1]["room"] == "soccer_epl" && heard[2]["full"] == true, "{heard:?}");
    converse(&app, "/ws/odds", &says[..1], &["connected", "joined"]).await?;
    converse(&app, "/ws/odds", &says[1..], &["connected", "pong"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_plain_get_on_a_door_is_answered_with_a_sentence() -> anyhow::Result<()> {
    let app = TestApp::start(World::Nothing).await?;
    for path in ["/ws/sportsbooks", "/ws/odds"] {
        let response = app.get(path).await?;
        ensure!(response.status == 400, "{path} answers {}", response.status);
    }
    Ok(())
}
