//! The rows as `shared` defines them, read by name. Unknown fields are ignored, and a row that
//! lacks one it must have is none; a test holds each against serde's reading of the same text.

use shared::domain::darkpool::{
    DetailRow, Extended, LastPrint, LevelRow, MinuteRow, PrintRow, Rule, SentimentRow, Side,
};
use shared::units::{Money, Timestamp};

use shared::wire::{Fields, unquoted};

/// A row of `darkpool/top`.
#[must_use]
pub fn sentiment(text: &str) -> Option<SentimentRow> {
    sentiment_of(&Fields::of(text)?)
}

/// A row of `darkpool/ticker/{ticker}`.
#[must_use]
pub fn detail(text: &str) -> Option<DetailRow> {
    let fields = Fields::of(text)?;
    match &*fields.text("kind")? {
        "ticker" => sentiment_of(&fields).map(|row| DetailRow::Ticker(Box::new(row))),
        "level" => Some(DetailRow::Level(LevelRow {
            price: fields.read("price")?,
            notional: fields.read("notional")?,
            shares: fields.read("shares")?,
            prints: fields.plain("prints")?,
        })),
        "minute" => Some(DetailRow::Minute(MinuteRow {
            ts: time(&fields, "ts")?,
            net_amount: fields.read("net_amount")?,
            price: fields.read("price")?,
        })),
        _ => None,
    }
}

/// A row of `darkpool/tape`.
#[must_use]
pub fn print(text: &str) -> Option<PrintRow> {
    let fields = Fields::of(text)?;
    let names = fields.items("condition_names").unwrap_or_default();
    Some(PrintRow {
        id: fields.text("id")?.into(),
        ticker: fields.read("ticker")?,
        price: fields.read("price")?,
        size: fields.read("size")?,
        notional: fields.read("notional")?,
        side: side(&fields)?,
        rule: match fields.text("rule").as_deref() {
            Some("quote") => Some(Rule::Quote),
            Some("tick") => Some(Rule::Tick),
            _ => None,
        },
        bid: fields.read("bid"),
        ask: fields.read("ask"),
        conditions: fields.items("conditions")?.into_iter().filter_map(|code| code.parse().ok()).collect(),
        condition_names: names.into_iter().filter_map(unquoted).map(Box::from).collect(),
        trf: fields.plain("trf")?,
        venue: fields.text("venue").map(Box::from),
        late: fields.plain("late")?,
        block: fields.plain("block")?,
        extended: fields.plain("extended")?,
        z: fields.read("z"),
        ts: time(&fields, "ts")?,
    })
}

fn sentiment_of(fields: &Fields<'_>) -> Option<SentimentRow> {
    let money = |name: &str| fields.read::<Money>(name);
    let count = |name: &str| fields.plain::<u64>(name);
    let spark = fields.items("spark").map(|points| points.into_iter().filter_map(|n| n.parse().ok()).collect());
    Some(SentimentRow {
        ticker: fields.read("ticker")?,
        bullish_amount: money("bullish_amount")?,
        bearish_amount: money("bearish_amount")?,
        neutral_amount: money("neutral_amount")?,
        net_amount: money("net_amount")?,
        sentiment: fields.read("sentiment"),
        prints: count("prints")?,
        bullish_prints: count("bullish_prints")?,
        bearish_prints: count("bearish_prints")?,
        neutral_prints: count("neutral_prints")?,
        dark_shares: fields.read("dark_shares")?,
        total_shares: fields.read("total_shares")?,
        off_exchange_pct: fields.read("off_exchange_pct"),
        last_print: fields.inner("last_print").and_then(|last| last_print(&last)),
        extended: extended(&fields.inner("extended")?)?,
        session: fields.text("session")?.into(),
        updated_ms: time(fields, "updated_ms")?,
        spark,
    })
}

fn last_print(fields: &Fields<'_>) -> Option<LastPrint> {
    Some(LastPrint {
        id: fields.text("id")?.into(),
        price: fields.read("price")?,
        size: fields.read("size")?,
        side: side(fields)?,
        ts: time(fields, "ts")?,
    })
}

fn extended(fields: &Fields<'_>) -> Option<Extended> {
    Some(Extended {
        bullish_amount: fields.read("bullish_amount")?,
        bearish_amount: fields.read("bearish_amount")?,
        neutral_amount: fields.read("neutral_amount")?,
        prints: fields.plain("prints")?,
    })
}

fn side(fields: &Fields<'_>) -> Option<Side> {
    match &*fields.text("side")? {
        "bullish" => Some(Side::Bullish),
        "bearish" => Some(Side::Bearish),
        "neutral" => Some(Side::Neutral),
        _ => None,
    }
}

fn time(fields: &Fields<'_>, name: &str) -> Option<Timestamp> {
    fields.plain(name).map(Timestamp::from_ms)
}

#[cfg(test)]
mod tests {
    use super::super::tickers::tests::row;
    use super::*;

    const PRINT: &str = r#"{"id":"9","ticker":"IBM","price":"182.63","size":"100.5","notional":"18354.32","side":"bearish",
        "rule":"quote","bid":"182.63","ask":null,"conditions":[14,41],"condition_names":["Intermarket Sweep","X"],
        "trf":202,"venue":"FINN","late":false,"block":true,"extended":false,"z":"-0.5000","ts":1381155593314,"new":{}}"#;

    #[test]
    fn a_print_is_read_as_serde_reads_it() {
        assert_eq!(print(PRINT).unwrap(), serde_json::from_str::<PrintRow>(PRINT).unwrap());
        let bare = PRINT.replace(r#""rule":"quote""#, r#""rule":null"#).replace(r#""venue":"FINN","#, "");
        assert_eq!(print(&bare).unwrap(), serde_json::from_str::<PrintRow>(&bare).unwrap());
    }

    #[test]
    fn a_day_is_read_as_serde_reads_it() {
        let mut day = row("BRK.B", -850, 7);
        for spark in [None, Some([1, -2].into())] {
            day.spark = spark;
            let text = serde_json::to_string(&day).unwrap();
            assert_eq!(sentiment(&text).unwrap(), day);
            let text = serde_json::to_string(&DetailRow::Ticker(Box::new(day.clone()))).unwrap();
            assert_eq!(detail(&text).unwrap(), serde_json::from_str::<DetailRow>(&text).unwrap());
        }
        (day.last_print, day.sentiment, day.off_exchange_pct) = (None, None, None);
        assert_eq!(sentiment(&serde_json::to_string(&day).unwrap()).unwrap(), day);
    }

    #[test]
    fn levels_and_minutes_are_read_as_serde_reads_them() {
        for text in [
            r#"{"kind":"level","price":"10.00","notional":"50.00","shares":"5","prints":1}"#,
            r#"{"kind":"minute","ts":300000,"net_amount":"-5000.00","price":"11.00"}"#,
        ] {
            assert_eq!(detail(text).unwrap(), serde_json::from_str::<DetailRow>(text).unwrap());
        }
    }

    #[test]
    fn a_row_without_what_it_must_have_is_none() {
        assert!(print(&PRINT.replace("\"price\":\"182.63\"", "\"price\":\"x\"")).is_none());
        assert!(print(&PRINT.replace("\"trf\"", "\"other\"")).is_none());
        assert!(sentiment(r#"{"ticker":"A"}"#).is_none());
        assert!(detail(r#"{"kind":"other"}"#).is_none());
    }
}
