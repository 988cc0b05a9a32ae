//! The messages of the dark-pool door, as its document names them.

use serde_json::{Map, Value, json};

use super::schemas::reference;

/// What the door sends.
pub const FROM_SERVER: [&str; 5] =
    ["darkpool.initial", "darkpool.update", "darkpool.full", "darkpool.pong", "darkpool.error"];

/// What it takes.
pub const FROM_CLIENT: [&str; 1] = ["darkpool.ping"];

/// Their schemas.
pub fn schemas() -> Map<String, Value> {
    let row = object(
        None,
        "A ticker's totals of the session day.",
        json!({
            "ticker": reference("Ticker"),
            "bullish_amount": reference("Money"),
            "bearish_amount": reference("Money"),
            "last_updated": iso_time(),
        }),
    );
    let rows = || json!({ "type": "array", "items": reference("darkpool.row") });
    let initial =
        object(Some("initial"), "The first frame: all tickers.", json!({ "data": rows(), "seq": reference("Seq") }));
    let full = object(
        Some("full"),
        "All tickers again, for a client that fell behind.",
        json!({ "data": rows(), "timestamp": iso_time(), "seq": reference("Seq") }),
    );
    let update = object(
        Some("update"),
        "What was added to a ticker since the frame before, and its totals. The totals are what counts: \
         at a new session day they begin again, and the increment is negative.",
        json!({
            "ticker": reference("Ticker"),
            "bullish_amount": reference("Money"),
            "bearish_amount": reference("Money"),
            "total_bullish_amount": reference("Money"),
            "total_bearish_amount": reference("Money"),
            "timestamp": iso_time(),
            "seq": reference("Seq"),
        }),
    );
    let error = object(
        Some("error"),
        "A message could not be understood.",
        json!({
            "code": reference("Code"),
            "message": { "type": "string" },
            "retryable": { "type": "boolean" },
        }),
    );
    let pong = object(Some("pong"), "Answers a ping; also sent unasked, every 30 s.", json!({}));
    let ping = object(Some("ping"), "Asks for a pong.", json!({}));
    let named = [
        ("row", row),
        ("initial", initial),
        ("update", update),
        ("full", full),
        ("pong", pong),
        ("error", error),
        ("ping", ping),
    ];
    named.into_iter().map(|(name, schema)| (format!("darkpool.{name}"), schema)).collect()
}

/// An object with exactly these properties, all required, and its `type` where it is a message.
fn object(kind: Option<&str>, what: &str, properties: Value) -> Value {
    let Value::Object(mut properties) = properties else { return properties };
    if let Some(kind) = kind {
        properties.insert("type".to_owned(), json!({ "type": "string", "const": kind }));
    }
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({ "type": "object", "description": what, "properties": properties, "required": required })
}

fn iso_time() -> Value {
    json!({ "type": "string", "format": "date-time", "description": "UTC with milliseconds" })
}
