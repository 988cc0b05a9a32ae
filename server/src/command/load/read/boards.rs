//! Messages of the odds door and the sportsbook door, as far as they are about boards.
//!
//! These doors number nothing. A board is published at most every 500 ms, so that when the newest of it was
//! published, which they do say, tells as well where a client stands.

use std::collections::BTreeMap;
use std::fmt::Write;

use shared::domain::odds::{OddsTopic, SportKey};
use shared::stream::{Change, Epoch, Key};
use shared::units::Timestamp;
use shared::wire::{Fields, RawRows};

use super::{Said, Update, no_epoch};
use crate::command::load::reference::{Hashes, row_hash};

/// What the odds door says; its rows are events.
pub fn odds(text: &str) -> Option<Said> {
    let fields = Fields::of(text)?;
    match &*fields.text("type")? {
        "odds_update" => {
            let event = |event: &str| {
                let fields = Fields::of(event)?;
                let markets = fields.items("markets")?.into_iter().map(market).collect::<Option<Vec<_>>>()?;
                let id = fields.text("id")?;
                Some((Key::from(&*id), row_hash(&id, &markets.concat())))
            };
            board(&fields, "room", fields.items("events")?.into_iter().map(event).collect::<Option<_>>()?)
        }
        other => said(other, &fields),
    }
}

/// What the sportsbook door says; its rows are markets.
pub fn sportsbooks(text: &str) -> Option<Said> {
    let fields = Fields::of(text)?;
    match &*fields.text("type")? {
        // An answer changes nothing in what is subscribed to.
        "market_update" if fields.raw("inReplyTo").is_none() => {
            let row = |text: &str| {
                let id = Fields::of(text)?.text("id")?.into_owned();
                Some((Key::from(&*id), row_hash(&id, &market(text)?)))
            };
            board(&fields, "sportKey", fields.items("markets")?.into_iter().map(row).collect::<Option<_>>()?)
        }
        other => said(other, &fields),
    }
}

/// The rows of the odds door as HTTP shows them at that time.
pub fn http_odds(ts: Timestamp, rows: &RawRows) -> Option<(Epoch, u64, Hashes)> {
    let mut events: BTreeMap<&str, String> = BTreeMap::new();
    for (key, row) in rows {
        let event = key.split_once(':').map_or(&**key, |(event, _)| event);
        events.entry(event).or_default().push_str(&market(row.get())?);
    }
    let hashes = events.into_iter().map(|(event, markets)| (Key::from(event), row_hash(event, &markets))).collect();
    Some((no_epoch(), place(ts)?, hashes))
}

/// The rows of the sportsbook door as HTTP shows them at that time.
pub fn http_sportsbooks(ts: Timestamp, rows: &RawRows) -> Option<(Epoch, u64, Hashes)> {
    let row = |(key, row): (&Key, _)| Some((key.clone(), row_hash(key, &market(row)?)));
    let rows = rows.iter().map(|(key, raw)| row((key, raw.get())));
    Some((no_epoch(), place(ts)?, rows.collect::<Option<_>>()?))
}

fn said(kind: &str, fields: &Fields<'_>) -> Option<Said> {
    match kind {
        "error" => Some(Said::Refused(fields.text("message")?.into())),
        _ => Some(Said::Other),
    }
}

fn board(fields: &Fields<'_>, sport: &str, rows: Hashes) -> Option<Said> {
    let sport: SportKey = fields.read(sport)?;
    let (topic, epoch) = (OddsTopic::Board(sport).topic().as_str().into(), no_epoch());
    let ts = Timestamp::from_ms(fields.plain("timestamp")?);
    let seq = place(ts)?;
    if fields.plain("full").unwrap_or(false) {
        return Some(Said::Snapshot { topic, epoch, seq, rows });
    }
    let mut change = Change::new();
    for id in fields.items("removed").unwrap_or_default() {
        change.del(serde_json::from_str::<Box<str>>(id).ok()?.into());
    }
    rows.into_iter().for_each(|(key, hash)| change.set(key, hash));
    Some(Said::Update(Update { topic, epoch, prev: None, seq, ts: Some(ts), src_ts: None, change }))
}

fn place(ts: Timestamp) -> Option<u64> {
    u64::try_from(ts.ms()).ok()
}

/// A market in the words that all three ways to show it have: each selection with the best price, and
/// what it is worth.
fn market(text: &str) -> Option<String> {
    let fields = Fields::of(text)?;
    // The sportsbook door has best prices beside the selections.
    let beside = fields.inner("bestOdds");
    let mut words = fields.text("id")?.into_owned();
    for selection in fields.items("selections")? {
        let selection = Fields::of(selection)?;
        let id = selection.text("id")?;
        let best = selection.inner("best").or_else(|| beside.as_ref()?.inner(&id));
        let one_of = |names: &[&str]| digits(names.iter().find_map(|name| selection.raw(name)));
        let fair = one_of(&["fair", "fairProbability"]);
        let hybrid = one_of(&["hybrid", "hybridProbability"]);
        let offered = one_of(&["hybrid_decimal", "hybridOdds", "hybridDecimalOdds"]);
        let (book, price) = best.as_ref().map_or_else(Default::default, |best| {
            let book = best.text("book").or_else(|| best.text("bookmaker")).unwrap_or_default();
            let price = ["decimal", "decimalOdds", "odds"].into_iter().find_map(|name| best.raw(name));
            (book, digits(price))
        });
        write!(words, "\n{id} {book} {price} {fair} {hybrid} {offered}").ok()?;
    }
    Some(words)
}

/// A decimal, be it a number or a text, without zeros that mean nothing.
fn digits(number: Option<&str>) -> &str {
    let number = number.unwrap_or_default().trim_matches('"');
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;
    use crate::command::load::door::Door;

    /// As v1 shows it over HTTP.
    const HTTP: &str = r#"{"type":"snapshot","topic":"odds/board/soccer_epl","epoch":"e","seq":7,"ts":1700,"rows":{
        "e1:h2h":{"id":"e1:h2h","selections":[
            {"id":"home","best":{"book":"b","decimal":"2.10"},"books":{},"fair":"0.500000","hybrid":"0.51","hybrid_decimal":"1.95"},
            {"id":"away","books":{}}]}}}"#;

    const ODDS: &str = r#"{"type":"odds_update","room":"soccer_epl","events":[{"id":"e1","markets":[{"id":"e1:h2h","selections":[
        {"id":"home","best":{"bookmaker":"b","odds":2.1,"american":110},"fair":0.5,"hybrid":0.51,"hybridOdds":1.95},
        {"id":"away"}]}]}],"removed":["e0"],"timestamp":1700}"#;

    const SPORTSBOOKS: &str = r#"{"type":"market_update","sportKey":"soccer_epl","markets":[{"id":"e1:h2h","selections":[
        {"id":"home","prices":[],"fairProbability":0.5,"hybridProbability":0.51,"hybridDecimalOdds":1.95},
        {"id":"away","prices":[]}],"bestOdds":{"home":{"bookmaker":"b","odds":110,"decimalOdds":2.1}}}],
        "removed":["e0:h2h"],"timestamp":1700}"#;

    fn update(door: Door, text: &str) -> Update {
        match Reading::new(door).read(text) {
            Said::Update(update) => update,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_board_is_the_same_at_both_doors_and_over_http() {
        for (door, text, gone) in [(Door::Odds, ODDS, "e0"), (Door::Sportsbooks, SPORTSBOOKS, "e0:h2h")] {
            let (_, seq, shown) = Reading::new(door).http(HTTP).unwrap();
            let told = update(door, text);
            assert_eq!(
                (&*told.topic, told.seq, told.ts),
                ("odds/board/soccer_epl", seq, Some(Timestamp::from_ms(1700)))
            );
            assert_eq!(*told.change.sets(), shown, "{door}");
            assert!(told.change.dels().iter().map(|key| &**key).eq([gone]));
        }
    }

    #[test]
    fn whatever_a_reader_could_see_makes_a_difference() {
        for (door, text) in [(Door::Odds, ODDS), (Door::Sportsbooks, SPORTSBOOKS)] {
            let (_, _, shown) = Reading::new(door).http(HTTP).unwrap();
            for (from, to) in [
                ("2.1", "2.2"),
                (r#""b""#, r#""c""#),
                ("0.5,", "0.4,"),
                ("0.51", "0.52"),
                ("1.95", "1.96"),
                ("away", "draw"),
            ] {
                assert!(text.contains(from));
                assert_ne!(*update(door, &text.replace(from, to)).change.sets(), shown, "{door}: {from}");
            }
        }
    }

    #[test]
    fn a_whole_board_is_a_snapshot_and_an_answer_is_nothing() {
        for (door, text) in [(Door::Odds, ODDS), (Door::Sportsbooks, SPORTSBOOKS)] {
            let full = text.replacen(',', r#","full":true,"#, 1);
            assert!(matches!(Reading::new(door).read(&full), Said::Snapshot { seq: 1700, .. }), "{door}");
        }
        let answer = SPORTSBOOKS.replacen(',', r#","inReplyTo":"get_markets","#, 1);
        assert_eq!(Reading::new(Door::Sportsbooks).read(&answer), Said::Other);
        let refused = r#"{"type":"error","message":"no","code":"malformed"}"#;
        assert_eq!(Reading::new(Door::Odds).read(refused), Said::Refused("no".into()));
    }
}
