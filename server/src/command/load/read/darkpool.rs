//! Messages of the dark-pool door, whose rows are a ticker's totals.

use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::{Change, Epoch, Key};
use shared::units::Timestamp;
use shared::wire::{Fields, RawRows, items};

use super::{Said, Update, no_epoch};
use crate::command::load::reference::{Hashes, row_hash};

/// Several updates of the door share a number; this many bits number them within it.
const BITS: u32 = 20;

/// Reads what the door says. Every distinct message has to be read once, in the order in which they were
/// sent.
#[derive(Debug, Default)]
pub struct DarkPool {
    /// The last number, and how many updates had it.
    last: (u64, u64),
}

impl DarkPool {
    /// What a text says; `None`: nothing.
    pub fn read(&mut self, text: &str) -> Option<Said> {
        let fields = Fields::of(text)?;
        Some(match &*fields.text("type")? {
            "initial" | "full" => {
                let rows = items(fields.raw("data")?)?;
                let rows = rows.into_iter().map(|row| totals(row, "bullish_amount", "bearish_amount"));
                Said::Snapshot {
                    topic: topic(),
                    epoch: no_epoch(),
                    seq: end_of(fields.plain("seq")?),
                    rows: rows.collect::<Option<_>>()?,
                }
            }
            "update" => {
                let seq = fields.plain::<u64>("seq")?;
                self.last = if seq == self.last.0 { (seq, self.last.1 + 1) } else { (seq, 1) };
                let mut change = Change::new();
                let (ticker, totals) = totals(text, "total_bullish_amount", "total_bearish_amount")?;
                change.set(ticker, totals);
                let time = fields.text("timestamp")?.parse::<jiff::Timestamp>().ok()?;
                Said::Update(Update {
                    topic: topic(),
                    epoch: no_epoch(),
                    prev: None,
                    seq: (seq << BITS) | self.last.1,
                    ts: None,
                    src_ts: Some(Timestamp::from_ms(time.as_millisecond())),
                    change,
                })
            }
            "error" => Said::Refused(fields.text("message")?.into()),
            _ => Said::Other,
        })
    }
}

/// The same of what HTTP shows at this number.
pub fn http(seq: u64, rows: &RawRows) -> Option<(Epoch, u64, Hashes)> {
    let rows = rows.values().map(|row| totals(row.get(), "bullish_amount", "bearish_amount"));
    Some((no_epoch(), end_of(seq), rows.collect::<Option<_>>()?))
}

fn topic() -> Box<str> {
    DarkPoolTopic::Sentiment.topic().as_str().into()
}

/// After all updates with this number.
const fn end_of(seq: u64) -> u64 {
    (seq << BITS) | ((1 << BITS) - 1)
}

/// A ticker's totals, whichever message they are in.
fn totals(row: &str, bullish: &str, bearish: &str) -> Option<(Key, u64)> {
    let fields = Fields::of(row)?;
    let ticker = fields.text("ticker")?;
    let totals = format!("{} {}", fields.raw(bullish)?.trim_matches('"'), fields.raw(bearish)?.trim_matches('"'));
    Some((Key::from(&*ticker), row_hash(&ticker, &totals)))
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;
    use crate::command::load::door::Door;

    #[test]
    fn totals_are_the_same_in_every_message_and_over_http() {
        let mut door = Reading::new(Door::DarkPool);
        let initial = door.read(
            r#"{"type":"initial","data":[{"ticker":"A","bullish_amount":"1.00","bearish_amount":"2.00","last_updated":"2025-10-29T14:35:12.345Z"}],"seq":4}"#,
        );
        let update = door.read(
            r#"{"type":"update","ticker":"A","bullish_amount":"0.00","bearish_amount":"0.00","total_bullish_amount":"1.00","total_bearish_amount":"2.00","timestamp":"2025-10-29T14:35:12.345Z","seq":5}"#,
        );
        let http = door.http(
            r#"{"type":"snapshot","topic":"darkpool/sentiment","epoch":"e","seq":5,"ts":1,"rows":{"A":{"ticker":"A","bullish_amount":"1.00","bearish_amount":"2.00"}}}"#,
        );
        let Said::Snapshot { rows, seq: first, .. } = initial else { panic!("{initial:?}") };
        let Said::Update(Update { change, seq, .. }) = update else { panic!("{update:?}") };
        let (_, last, shown) = http.unwrap();
        assert!(first < seq && seq < last, "{first} {seq} {last}");
        assert_eq!(rows, *change.sets());
        assert_eq!(rows, shown);
    }
}
