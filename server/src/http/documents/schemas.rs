//! JSON Schemas of the wire's messages and of the rows.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::domain::darkpool::{DetailRow, PrintRow, SentimentRow};
use shared::wire::{ClientMsg, ServerMsg, Who};

/// Where a document keeps its schemas.
const PATH: &str = "/components/schemas";

/// Schemas by name, and the names of the messages among them: `server.update`, `client.subscribe`.
pub struct Schemas {
    pub all: Map<String, Value>,
    pub from_server: Vec<String>,
    pub from_client: Vec<String>,
}

/// A reference to a schema of the document.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#{PATH}/{name}") })
}

impl Schemas {
    /// In the dialect of `settings`. What the server writes is described as it is written, what it
    /// reads as it is read.
    pub fn new(settings: fn() -> SchemaSettings) -> Schemas {
        let settings = || settings().with(|s| s.definitions_path = PATH.into());
        let mut writes = settings().for_serialize().into_generator();
        writes.subschema_for::<ServerMsg>();
        writes.subschema_for::<SentimentRow>();
        writes.subschema_for::<PrintRow>();
        writes.subschema_for::<DetailRow>();
        writes.subschema_for::<Who>();
        let mut all = definitions_of::<ClientMsg>(settings().for_deserialize().into_generator());
        // Names that both know, as `Topic`, look the same.
        all.extend(writes.take_definitions(true));
        all.insert("Row".to_owned(), row());
        for (message, rows) in [("Snapshot", "rows"), ("Update", "set")] {
            all[message]["properties"][rows]["additionalProperties"] = reference("Row");
        }
        let from_server = name_variants(&mut all, "ServerMsg", "server");
        let from_client = name_variants(&mut all, "ClientMsg", "client");
        Schemas { all, from_server, from_client }
    }
}

fn definitions_of<T: JsonSchema>(mut generator: SchemaGenerator) -> Map<String, Value> {
    generator.subschema_for::<T>();
    generator.take_definitions(true)
}

/// What a topic's rows may be. Fields may be added; what is absent is unknown, never zero.
fn row() -> Value {
    json!({
        "description": "A row: SentimentRow in darkpool/sentiment and darkpool/top, PrintRow in darkpool/tape, \
                        DetailRow in darkpool/ticker/{ticker}.",
        "anyOf": [reference("SentimentRow"), reference("PrintRow"), reference("DetailRow")],
    })
}

/// Gives each variant of a message a name of its own, which is its `type` behind `side`.
fn name_variants(all: &mut Map<String, Value>, message: &str, side: &str) -> Vec<String> {
    let Some(Value::Array(variants)) = all[message].get_mut("oneOf").map(Value::take) else { return Vec::new() };
    let named = variants.into_iter().filter_map(|variant| {
        let kind = variant.pointer("/properties/type/const").or(variant.pointer("/properties/type/enum/0"))?;
        Some((format!("{side}.{}", kind.as_str()?), variant))
    });
    let named: Vec<_> = named.collect();
    let names: Vec<String> = named.iter().map(|(name, _)| name.clone()).collect();
    all[message]["oneOf"] = names.iter().map(|name| reference(name)).collect();
    all.extend(named);
    names
}
