//! The WebSockets, as AsyncAPI 3.0.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use shared::wire::SUBPROTOCOL;

use super::schemas::{Schemas, reference};
use super::{door, doors};

/// The document for a server that is reached as `host` (`localhost:3000`).
#[must_use]
pub fn asyncapi(host: &str) -> Value {
    // AsyncAPI's own schemas are a superset of this draft.
    let mut schemas = Schemas::new(SchemaSettings::draft07);
    schemas.all.extend(door::schemas());
    let doors =
        [doors::sportsbooks(&mut schemas, SchemaSettings::draft07), doors::odds(&mut schemas, SchemaSettings::draft07)];
    let v1: Vec<_> = schemas.from_server.iter().chain(&schemas.from_client).map(String::as_str).collect();
    let darkpool = [&door::FROM_SERVER[..], &door::FROM_CLIENT].concat();
    let mut messages: Map<_, _> = v1.iter().chain(&darkpool).map(|name| ((*name).to_owned(), message(name))).collect();
    let (v1_sends, v1_takes) = (names(&schemas.from_server), names(&schemas.from_client));
    let mut document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Undercurrent",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Keyed tables that stay live. A snapshot holds all rows of a topic, an update the rows \
                that changed, with absolute values, and every frame says from which position to which it leads. \
                A reader that is behind gets one merged update.",
        },
        "defaultContentType": "application/json",
        "servers": { "this": { "host": host, "protocol": "ws", "description": "wss where TLS is spoken." } },
        "channels": {
            "v1": channel(
                &format!("The subprotocol {SUBPROTOCOL}: nothing is sent but welcome until the client subscribes."),
                "/ws",
                &v1,
                Some(SUBPROTOCOL),
            ),
            "darkpool": channel(
                "The dark-pool door: no subprotocol; all tickers, then what changes.",
                "/ws",
                &darkpool,
                None,
            ),
        },
        "operations": {
            "v1.send": operation("send", "v1", &v1_sends),
            "v1.receive": operation("receive", "v1", &v1_takes),
            "darkpool.send": operation("send", "darkpool", &door::FROM_SERVER),
            "darkpool.receive": operation("receive", "darkpool", &door::FROM_CLIENT),
        },
    });
    for door in doors {
        let (sends, takes) = (names(&door.from_server), names(&door.from_client));
        let all = [&sends[..], &takes].concat();
        messages.extend(all.iter().map(|name| ((*name).to_owned(), message(name))));
        document["channels"][door.name] = channel(door.what, door.address, &all, None);
        document["operations"][format!("{}.send", door.name)] = operation("send", door.name, &sends);
        document["operations"][format!("{}.receive", door.name)] = operation("receive", door.name, &takes);
    }
    document["components"] = json!({ "messages": messages, "schemas": schemas.all });
    document
}

fn names(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

/// `server.update` is a message named `update`.
fn message(name: &str) -> Value {
    let short = name.split_once('.').map_or(name, |(_, short)| short);
    json!({ "name": short, "contentType": "application/json", "payload": reference(name) })
}

fn channel(what: &str, address: &str, messages: &[&str], subprotocol: Option<&str>) -> Value {
    let messages: Map<_, _> = messages
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/messages/{name}") })))
        .collect();
    let mut websocket = json!({ "method": "GET" });
    if let Some(subprotocol) = subprotocol {
        websocket["headers"] = json!({
            "type": "object",
            "properties": { "Sec-WebSocket-Protocol": { "type": "string", "const": subprotocol } },
            "required": ["Sec-WebSocket-Protocol"],
        });
    }
    json!({ "address": address, "description": what, "messages": messages, "bindings": { "ws": websocket } })
}

/// `send` is what the server does.
fn operation(action: &str, channel: &str, messages: &[&str]) -> Value {
    let messages: Vec<_> =
        messages.iter().map(|name| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") })).collect();
    json!({ "action": action, "channel": { "$ref": format!("#/channels/{channel}") }, "messages": messages })
}
