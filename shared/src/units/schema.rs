//! What the units look like in JSON Schema, for the documents that the server generates.
#![cfg(feature = "schema")]

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Money, Odds, Percent, Price, Ratio, Shares, Ticker, Timestamp, UserId};

macro_rules! text_schema {
    ($name:ident, $pattern:literal, $what:literal) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $what })
            }
        }
    };
}

text_schema!(Money, r"^-?\d+\.\d{2}$", "Dollars with two decimals");
text_schema!(Price, r"^-?\d+\.\d{2,6}$", "Dollars per share with two to six decimals");
text_schema!(Shares, r"^-?\d+(\.\d{1,6})?$", "Shares, with a fraction when there is one");
text_schema!(Ratio, r"^-?\d+\.\d{4}$", "A ratio, percentage or score with four decimals");
text_schema!(Percent, r"^-?\d+\.\d{2}$", "A percentage with two decimals");
text_schema!(Odds, r"^\d+\.\d{2,12}$", "Decimal odds above 1 with two to twelve decimals");
text_schema!(UserId, r"^[A-Za-z0-9._:-]{1,64}$", "A user's id");
text_schema!(Ticker, r"^[A-Za-z0-9._-]{1,16}$", "A stock's symbol as its provider writes it");

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "description": "Milliseconds since 1970-01-01 UTC" })
    }
}
