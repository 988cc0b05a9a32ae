//! What the server speaks, as documents that tools read: OpenAPI 3.1 for its requests, AsyncAPI 3.0
//! for its WebSockets. The messages and rows in them are generated from the types.

mod asyncapi;
mod door;
mod doors;
mod openapi;
mod schemas;

pub use asyncapi::asyncapi;
pub use openapi::openapi;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn documents() -> [Value; 2] {
        [openapi(), asyncapi("live.example:3000")]
    }

    /// Calls `visit` with every object in the document.
    fn walk(value: &Value, visit: &mut dyn FnMut(&serde_json::Map<String, Value>)) {
        match value {
            Value::Object(object) => {
                visit(object);
                object.values().for_each(|inner| walk(inner, visit));
            }
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, visit)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        for document in documents() {
            let mut seen = 0;
            walk(&document, &mut |object| {
                let Some(Value::String(target)) = object.get("$ref") else { return };
                seen += 1;
                let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leaves the document"));
                assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
            });
            assert!(seen > 50, "{seen} references");
        }
    }

    #[test]
    fn every_path_has_operations_with_their_own_name_and_responses_with_a_description() {
        let document = openapi();
        let mut names = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let operations = item.as_object().unwrap();
            assert!(!operations.is_empty(), "{path}");
            for operation in operations.values() {
                assert!(names.insert(operation["operationId"].as_str().unwrap()), "{path} shares its name");
                let responses = operation["responses"].as_object().unwrap();
                assert!(!responses.is_empty(), "{path}");
                for (status, response) in responses {
                    assert!(status.parse::<u16>().is_ok(), "{path} answers {status}");
                    assert!(response["description"].is_string() || response["$ref"].is_string(), "{path} {status}");
                }
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let resolved = |p: &Value| document.pointer(&p["$ref"].as_str().unwrap()[1..]).unwrap()["in"].clone();
                let in_path = parameters.iter().filter(|p| resolved(p) == "path").count();
                assert_eq!(in_path, path.matches('{').count(), "{path}");
            }
        }
    }

    #[test]
    fn every_entrance_is_described() {
        let document = openapi();
        for path in [
            "/ws",
            "/ws/sportsbooks",
            "/ws/odds",
            "/api/v1/topics/{topic}",
            "/api/v1/poll",
            "/api/v1/sse",
            "/api/v1/commands",
            "/api/v1/odds",
            "/api/sports/ws-publisher",
            "/api/v1/session",
            "/api/v1/openapi.json",
            "/api/v1/asyncapi.json",
            "/healthz",
            "/readyz",
            "/metrics",
        ] {
            assert!(document["paths"][path].is_object(), "{path}");
        }
        let channels = &asyncapi("h")["channels"];
        for channel in ["v1", "darkpool", "sportsbooks", "odds"] {
            assert!(channels[channel].is_object(), "{channel}");
        }
    }

    #[test]
    fn every_message_of_a_door_is_in_its_channel() {
        let document = asyncapi("h");
        let listed = |channel: &str| {
            let messages = document["channels"][channel]["messages"].as_object().unwrap();
            messages.keys().filter_map(|name| Some(name.split_once('.')?.1.to_owned())).collect::<BTreeSet<_>>()
        };
        let sportsbooks = "arbitrage_update bet_placed bets connected error get_arbitrage get_bets get_markets heartbeat \
            market_update ping place_bet pong sportsbooks subscribe unsubscribe";
        let odds = "connected error heartbeat join joined leave left odds_update ping pong";
        for (channel, expected) in [("sportsbooks", sportsbooks), ("odds", odds)] {
            assert_eq!(listed(channel), expected.split_whitespace().map(str::to_owned).collect(), "{channel}");
        }
        assert_eq!(document["channels"]["odds"]["address"], "/ws/odds");
    }

    #[test]
    fn every_message_of_the_wire_is_in_the_channel_of_v1() {
        let document = asyncapi("h");
        let listed: BTreeSet<_> = document["channels"]["v1"]["messages"].as_object().unwrap().keys().cloned().collect();
        let expected = [
            "client.auth",
            "client.command",
            "client.ping",
            "client.subscribe",
            "client.unsubscribe",
            "server.error",
            "server.going_away",
            "server.heartbeat",
            "server.pong",
            "server.reply",
            "server.snapshot",
            "server.subscribed",
            "server.update",
            "server.welcome",
        ];
        assert_eq!(listed, expected.map(str::to_owned).into());
    }

    #[test]
    fn rows_are_described_down_to_their_decimals() {
        for document in documents() {
            let schemas = &document["components"]["schemas"];
            assert_eq!(
                schemas["Snapshot"]["properties"]["rows"]["additionalProperties"]["$ref"],
                "#/components/schemas/Row"
            );
            assert_eq!(
                schemas["Update"]["properties"]["set"]["additionalProperties"]["$ref"],
                "#/components/schemas/Row"
            );
            assert_eq!(schemas["Money"]["pattern"], r"^-?\d+\.\d{2}$");
            assert!(schemas["SentimentRow"]["properties"]["net_amount"].is_object());
        }
    }
}
