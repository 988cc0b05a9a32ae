//! The requests, as OpenAPI 3.1.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use shared::wire::Code;

use super::schemas::{Schemas, reference};

/// The document.
#[must_use]
pub fn openapi() -> Value {
    let mut schemas = Schemas::new(SchemaSettings::draft2020_12);
    schemas.all.insert("Readiness".to_owned(), readiness());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Undercurrent",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The same frames as on the WebSocket, for clients without one. Decimals are strings, \
                times are integer milliseconds UTC. Unknown fields are to be ignored.",
        },
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": "data", "description": "Topics" },
            { "name": "operation", "description": "Health, metrics and documents" },
        ],
        "security": [{}, { "bearer": [] }, { "cookie": [] }],
        "paths": paths(),
        "components": {
            "schemas": schemas.all,
            "parameters": parameters(),
            "responses": refusals(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "A token of the operator, or a JSON Web Token" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": "X-Token", "description": "As POST /api/v1/session sets it" },
                "query": { "type": "apiKey", "in": "query", "name": "token", "description": "Only where a WebSocket is asked for" },
            },
        },
    })
}

fn paths() -> Value {
    json!({
        "/ws": { "get": {
            "operationId": "connect",
            "tags": ["data"],
            "summary": "Becomes a WebSocket",
            "description": "With the subprotocol undercurrent.v1 the v1 protocol, without any the dark-pool door; \
                see /api/v1/asyncapi.json. Too many connections from one address are closed with 4431, a token in the \
                address that is nobody's with 4501.",
            "security": [{}, { "bearer": [] }, { "cookie": [] }, { "query": [] }],
            "responses": answers(REFUSED_UPGRADES, &[
                ("101", json!({ "description": "It is a WebSocket from here on" })),
            ]),
        } },
        "/ws/sportsbooks": { "get": {
            "operationId": "sportsbooks",
            "tags": ["data"],
            "summary": "Becomes a WebSocket",
            "description": "The sportsbook door: status of books, markets, opportunities and bets; see /api/v1/asyncapi.json.",
            "responses": answers(&[Code::Malformed, Code::Forbidden, Code::Version, Code::Unavailable], &[
                ("101", json!({ "description": "It is a WebSocket from here on" })),
            ]),
        } },
        "/ws/odds": { "get": {
            "operationId": "odds",
            "tags": ["data"],
            "summary": "Becomes a WebSocket",
            "description": "The odds door: rooms by sport; see /api/v1/asyncapi.json.",
            "responses": answers(&[Code::Malformed, Code::Forbidden, Code::Version, Code::Unavailable], &[
                ("101", json!({ "description": "It is a WebSocket from here on" })),
            ]),
        } },
        "/api/v1/topics": { "get": {
            "operationId": "topics",
            "tags": ["data"],
            "summary": "The topics that are there, and the names of those that are made on demand",
            "responses": answers(&[Code::SignIn, Code::Forbidden, Code::TooMany], &[("200", json!({
                "description": "Each with where it stands, how many rows it has, how they are kept and at what pace it is sent",
                "content": { "application/json": { "schema": { "type": "object", "properties": {
                    "topics": { "type": "array", "items": { "type": "object", "properties": {
                        "topic": { "type": "string" }, "epoch": { "type": "string" }, "seq": { "type": "integer" },
                        "rows": { "type": "integer" }, "class": { "enum": ["state", "recent"] },
                        "pace_ms": { "type": "integer" },
                    } } },
                    "on_demand": { "type": "array", "items": { "type": "string" } },
                } } } },
            }))]),
        } },
        "/api/v1/topics/{topic}": { "get": {
            "operationId": "snapshot",
            "tags": ["data"],
            "summary": "All rows of a topic",
            "parameters": [parameter("topic"), parameter("if-none-match")],
            "responses": answers(&[Code::SignIn, Code::Forbidden, Code::NotFound, Code::TooMany, Code::Unavailable], &[
                ("200", json!({
                    "description": "The snapshot frame",
                    "headers": { "ETag": {
                        "description": "The position, epoch.seq in quotes",
                        "schema": { "type": "string" },
                    } },
                    "content": { "application/json": { "schema": reference("server.snapshot") } },
                })),
                ("304", json!({ "description": "Nothing changed since the position in If-None-Match" })),
            ]),
        } },
        "/api/v1/poll": { "get": {
            "operationId": "poll",
            "tags": ["data"],
            "summary": "What changed since some positions, now or when something does",
            "description": "The server keeps nothing between two polls. A topic without a position, or with one that \
                the server cannot continue from, gets a snapshot.",
            "parameters": [parameter("c"), parameter("wait"), parameter("heartbeat")],
            "responses": answers(POLLING, &[
                ("200", json!({
                    "description": "Frames in their order",
                    "content": { "application/json": {
                        "schema": { "type": "array", "items": reference("ServerMsg") },
                    } },
                })),
                ("304", json!({ "description": "Nothing changed within the wait" })),
            ]),
        } },
        "/api/v1/sse": { "get": {
            "operationId": "events",
            "tags": ["data"],
            "summary": "The frames as server-sent events",
            "description": "Each event's data is one frame; its id is the cursor of every topic, joined by commas, \
                which a browser sends back as Last-Event-ID.",
            "parameters": [parameter("t"), parameter("last-event-id")],
            "responses": answers(POLLING, &[
                ("200", json!({
                    "description": "Events without end",
                    "content": { "text/event-stream": { "schema": { "type": "string" } } },
                })),
            ]),
        } },
        "/api/v1/commands": { "post": {
            "operationId": "command",
            "tags": ["data"],
            "summary": "One message in, its answer out",
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": reference("ClientMsg") } },
            },
            "responses": answers(
                &[
                    Code::Malformed,
                    Code::SignIn,
                    Code::Forbidden,
                    Code::NotFound,
                    Code::TooLarge,
                    Code::TooMany,
                    Code::Unavailable,
                ],
                &[("200", json!({
                    "description": "The answer",
                    "content": { "application/json": { "schema": reference("ServerMsg") } },
                }))],
            ),
        } },
        "/api/v1/session": session(),
        "/api/v1/odds": { "post": {
            "operationId": "push_odds",
            "tags": ["data"],
            "summary": "Takes odds of an operator's own source",
            "description": "One event or an array of events in the form of The Odds API (v4), with bookmakers, scores, \
                or a pool: [{market, stakes: {selection: \"120.50\"}}]. What cannot be read is left out and counted.",
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": { "type": ["array", "object"] } } },
            },
            "responses": answers(&[Code::Malformed, Code::SignIn, Code::Forbidden, Code::TooLarge], &[("200", json!({
                "description": "How many events were taken, parts were dropped, parts are not used",
                "content": { "application/json": { "schema": { "type": "object", "properties": {
                    "accepted": { "type": "integer" }, "dropped": { "type": "integer" }, "ignored": { "type": "integer" },
                } } } },
            }))]),
        } },
        "/api/sports/ws-publisher": {
            "get": { "operationId": "publisher", "tags": ["operation"], "summary": "Whether odds are published",
                "responses": answers(&[], &[("200", text("status, interval, isPublishing, sources", "application/json"))]) },
            "post": { "operationId": "start_publisher", "tags": ["operation"], "summary": "Odds are published again",
                "responses": answers(&[Code::SignIn, Code::Forbidden, Code::Unavailable],
                    &[("200", text("As it is now", "application/json"))]) },
            "delete": { "operationId": "stop_publisher", "tags": ["operation"], "summary": "Odds are published no more",
                "responses": answers(&[Code::SignIn, Code::Forbidden, Code::Unavailable],
                    &[("200", text("As it is now", "application/json"))]) },
        },
        "/healthz": { "get": operation_of("alive", "Whether the process answers", &[
            ("200", text("It does", "text/plain")),
        ]) },
        "/readyz": { "get": operation_of("ready", "Whether what it serves is worth having", &[
            ("200", readiness_answer("It is")),
            ("503", readiness_answer("No source delivers, or the server stops")),
        ]) },
        "/metrics": { "get": operation_of("metrics", "What it counted, for Prometheus", &[
            ("200", text("OpenMetrics", "application/openmetrics-text")),
        ]) },
        "/api/v1/openapi.json": { "get": operation_of("openapi", "This document", &[
            ("200", text("OpenAPI 3.1", "application/json")),
        ]) },
        "/api/v1/asyncapi.json": { "get": operation_of("asyncapi", "The WebSockets' document", &[
            ("200", text("AsyncAPI 3.0", "application/json")),
        ]) },
    })
}

/// Signing in and out.
fn session() -> Value {
    let who = |what: &str| {
        let who = json!({ "oneOf": [reference("Who"), { "type": "null" }] });
        json!({ "description": what, "content": { "application/json": { "schema": who } } })
    };
    let body = json!({ "type": "object", "properties": { "token": { "type": "string" } }, "required": ["token"] });
    json!({
        "get": {
            "operationId": "who",
            "tags": ["data"],
            "summary": "Who one is signed in as",
            "responses": answers(&[Code::SignIn, Code::TooMany], &[("200", who("Who one is, or null"))]),
        },
        "post": {
            "operationId": "sign_in",
            "tags": ["data"],
            "summary": "Has the browser carry a token in a cookie",
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": answers(
                &[Code::Malformed, Code::SignIn, Code::Forbidden, Code::TooMany],
                &[("200", who("Who one is from now on"))],
            ),
        },
        "delete": {
            "operationId": "sign_out",
            "tags": ["data"],
            "summary": "Has the browser forget it",
            "responses": answers(&[Code::Forbidden], &[("200", who("null"))]),
        },
    })
}

/// How requests that name topics are refused.
const POLLING: &[Code] =
    &[Code::Malformed, Code::SignIn, Code::Forbidden, Code::NotFound, Code::TooLarge, Code::TooMany, Code::Unavailable];

/// How a request for a WebSocket is refused. A wrong token in its address closes it with 4501 instead.
const REFUSED_UPGRADES: &[Code] =
    &[Code::Malformed, Code::SignIn, Code::Forbidden, Code::Version, Code::TooMany, Code::Unavailable];

/// Own answers, and the refusals that may come instead.
fn answers(refusals: &[Code], own: &[(&str, Value)]) -> Value {
    let own = own.iter().map(|(status, answer)| ((*status).to_owned(), answer.clone()));
    let refused = refusals.iter().map(|code| {
        let status = code.status().to_string();
        (status.clone(), json!({ "$ref": format!("#/components/responses/{status}") }))
    });
    Value::Object(own.chain(refused).collect())
}

fn operation_of(id: &str, summary: &str, own: &[(&str, Value)]) -> Value {
    json!({ "operationId": id, "tags": ["operation"], "summary": summary, "responses": answers(&[], own) })
}

fn text(what: &str, media: &str) -> Value {
    let schema = if media == "application/json" { json!({ "type": "object" }) } else { json!({ "type": "string" }) };
    json!({ "description": what, "content": { media: { "schema": schema } } })
}

fn readiness_answer(what: &str) -> Value {
    json!({ "description": what, "content": { "application/json": { "schema": reference("Readiness") } } })
}

/// The refusals by status, each an error frame.
fn refusals() -> Map<String, Value> {
    let known = [
        (Code::Malformed, "The request cannot be understood"),
        (Code::SignIn, "Sign in first, or with another token"),
        (Code::Forbidden, "Not yours, or from a page whose origin is not allowed"),
        (Code::NotFound, "There is no such topic or command"),
        (Code::TooLarge, "More bytes or topics than allowed"),
        (Code::Version, "No common subprotocol"),
        (Code::TooMany, "Too many at once; see Retry-After"),
        (Code::Unavailable, "Stopping or overloaded; see Retry-After"),
    ];
    let refusal = |(code, what): (Code, &str)| {
        let mut answer = json!({
            "description": what,
            "content": { "application/json": { "schema": reference("server.error") } },
        });
        if code.retryable() {
            let header = json!({ "description": "Seconds", "schema": { "type": "integer", "minimum": 0 } });
            answer["headers"] = json!({ "Retry-After": header });
        }
        (code.status().to_string(), answer)
    };
    known.into_iter().map(refusal).collect()
}

fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

fn parameters() -> Value {
    let cursors = |name: &str, what: &str| {
        let item = json!({ "type": "string", "pattern": r"^[^@]+(@[A-Za-z0-9]{1,16}\.\d+)?$" });
        json!({
            "name": name,
            "in": "query",
            "required": true,
            "description": what,
            "schema": { "type": "array", "minItems": 1, "maxItems": 128, "items": item },
            "style": "form",
            "explode": true,
            "example": ["darkpool/top@7Kd2.1041"],
        })
    };
    let header = |name: &str, what: &str| {
        json!({
            "name": name, "in": "header", "description": what, "schema": { "type": "string" },
        })
    };
    json!({
        "topic": {
            "name": "topic",
            "in": "path",
            "required": true,
            "description": "The topic's name; its slashes are written as they are.",
            "schema": reference("Topic"),
            "example": "darkpool/sentiment",
        },
        "c": cursors("c", "Topics, each with the position one has: topic@epoch.seq. Without a position: a snapshot."),
        "t": cursors("t", "Topics, with a position where one has it: topic@epoch.seq."),
        "wait": {
            "name": "wait",
            "in": "query",
            "description": "So many seconds the answer may be held back until something changes.",
            "schema": { "type": "integer", "minimum": 0, "maximum": 30, "default": 0 },
        },
        "heartbeat": {
            "name": "heartbeat",
            "in": "query",
            "description": "1: a heartbeat frame, with the state of the sources, comes last.",
            "schema": { "type": "string", "enum": ["1"] },
        },
        "if-none-match": header("If-None-Match", "The ETag that one has."),
        "last-event-id": header("Last-Event-ID", "The id of the last event; it wins over positions in t."),
    })
}

fn readiness() -> Value {
    let source = json!({
        "type": "object",
        "properties": {
            "state": reference("SourceState"),
            "since_ms": reference("Timestamp"),
            "message": { "type": "string", "description": "What an operator should know" },
        },
        "required": ["state", "since_ms", "message"],
    });
    json!({
        "type": "object",
        "properties": {
            "ready": { "type": "boolean" },
            "stopping": { "type": "boolean" },
            "world": { "type": "string", "description": "live, demo-{seed} or replay-{file}" },
            "store": { "type": "string", "enum": ["ok", "failing"] },
            "clients": { "type": "integer", "minimum": 0 },
            "sources": { "type": "object", "additionalProperties": source },
        },
        "required": ["ready", "stopping", "world", "store", "clients", "sources"],
    })
}
