//! From books to the rows of the wire.

use std::sync::Arc;

use serde::Serialize;
use shared::domain::darkpool::{
    DetailRow, Extended, LastPrint, LevelRow, MinuteRow, PrintRow, SentimentRow, condition, venue,
};
use shared::stream::Key;
use shared::units::{Ratio, Ticker};

use super::levels::{Level, Levels};
use super::minutes::Minute;
use super::ticker::{Book, Last, Print, TickerDay};
use crate::domain::RowJson;

/// A row as JSON.
pub(super) fn json<R: Serialize>(row: &R) -> RowJson {
    serde_json::to_string(row).expect("rows have string keys and finite numbers").into()
}

/// The key of a ticker's row.
pub(super) fn ticker_key(ticker: &Ticker) -> Key {
    Arc::from(ticker.clone())
}

/// The key of a print. Keys sort by time.
pub(super) fn print_key(ticker: &Ticker, print: &Last) -> Box<str> {
    format!("{:013}-{ticker}-{}-{}", print.ts.ms(), print.trf, print.id.as_str()).into()
}

/// A ticker's row of the session day `date`. What is not under `extended` is of regular hours,
/// except the newest print and its time.
pub(super) fn sentiment(book: &Book, date: &str) -> SentimentRow {
    let Book { ticker, day, .. } = book;
    let TickerDay { regular, extended, dark_shares, total_shares, last, .. } = day;
    let sided = regular.bullish.amount + regular.bearish.amount;
    let percent = Ratio::of(100 * i128::from(dark_shares.micro()), total_shares.micro().into());
    SentimentRow {
        ticker: ticker.clone(),
        bullish_amount: regular.bullish.amount,
        bearish_amount: regular.bearish.amount,
        neutral_amount: regular.neutral.amount,
        net_amount: regular.net(),
        sentiment: Ratio::of(regular.net().pico(), sided.pico()),
        prints: regular.total().prints,
        bullish_prints: regular.bullish.prints,
        bearish_prints: regular.bearish.prints,
        neutral_prints: regular.neutral.prints,
        dark_shares: *dark_shares,
        total_shares: *total_shares,
        off_exchange_pct: percent,
        last_print: last.as_ref().map(|last| last_print(ticker, last)),
        extended: Extended {
            bullish_amount: extended.bullish.amount,
            bearish_amount: extended.bearish.amount,
            neutral_amount: extended.neutral.amount,
            prints: extended.total().prints,
        },
        session: date.into(),
        updated_ms: last.map(|last| last.ts).or(day.newest).unwrap_or_default(),
        spark: None,
    }
}

/// The same with a spark, for the top.
pub(super) fn sentiment_with_spark(book: &Book, date: &str) -> SentimentRow {
    SentimentRow { spark: Some(book.day.minutes.spark()), ..sentiment(book, date) }
}

/// A print's row.
pub(super) fn print(print: &Print) -> PrintRow {
    let Print { ticker, last, notional, rule, nbbo, conditions, late, block, extended, z } = print;
    let name = |code: &u16| condition(*code).map_or_else(|| format!("Condition {code}").into(), |c| c.name.into());
    PrintRow {
        id: print_key(ticker, last),
        ticker: ticker.clone(),
        price: last.price,
        size: last.size,
        notional: *notional,
        side: last.side,
        rule: *rule,
        bid: nbbo.bid,
        ask: nbbo.ask,
        conditions: conditions.as_slice().into(),
        condition_names: conditions.as_slice().iter().map(name).collect(),
        trf: last.trf,
        venue: venue(last.trf).map(|venue| venue.mic.into()),
        late: *late,
        block: *block,
        extended: *extended,
        z: *z,
        ts: last.ts,
    }
}

/// A ticker's own row within its topic.
pub(super) fn detail(book: &Book, date: &str) -> DetailRow {
    DetailRow::Ticker(Box::new(sentiment(book, date)))
}

/// A level with its key.
pub(super) fn level(levels: &Levels, level: &Level) -> (Key, DetailRow) {
    let price = levels.price(level);
    let row = LevelRow { price, notional: level.notional, shares: level.shares, prints: level.prints.into() };
    (format!("level:{price}").into(), DetailRow::Level(row))
}

/// A minute with its key.
pub(super) fn minute(minute: &Minute) -> (Key, DetailRow) {
    let row = MinuteRow { ts: minute.start(), net_amount: minute.net(), price: minute.price };
    (minute_key(minute.minute), DetailRow::Minute(row))
}

/// The key of a minute, by its number since 1970.
pub(super) fn minute_key(minute: i64) -> Key {
    format!("minute:{}", minute * 60_000).into()
}

fn last_print(ticker: &Ticker, last: &Last) -> LastPrint {
    LastPrint { id: print_key(ticker, last), price: last.price, size: last.size, side: last.side, ts: last.ts }
}
