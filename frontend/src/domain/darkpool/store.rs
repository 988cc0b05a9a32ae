//! What the page knows of the domain: raw rows go in by topic, typed columns come out.

use std::sync::Arc;

use serde_json::value::RawValue;
use shared::domain::darkpool::{DarkPoolTopic, DetailRow};
use shared::stream::{Change, Class, Key, Topic};
use shared::units::{Ticker, Timestamp};
use shared::wire::RawRows;

use super::detail::Detail;
use super::read;
use super::tape::Prints;
use super::tickers::{Origin, Tickers};
use crate::domain::stores::TopicStore;

/// All rows of the dark-pool topics that are followed.
#[derive(Clone, Debug, Default)]
pub struct Store {
    tickers: Tickers,
    details: Vec<(Ticker, Detail)>,
    prints: Prints,
    prints_changes: u32,
    unreadable: u32,
}

impl Store {
    /// All rows of a topic; what was there before is gone.
    pub fn take(&mut self, topic: &DarkPoolTopic, rows: &RawRows) {
        self.leave(topic);
        rows.iter().for_each(|(key, row)| self.put(topic, key, row, true));
    }

    /// What changed in a topic.
    pub fn change(&mut self, topic: &DarkPoolTopic, change: &Change<Box<RawValue>>) {
        for key in change.dels() {
            match topic {
                DarkPoolTopic::Sentiment => {}
                DarkPoolTopic::Top => {
                    if let Ok(ticker) = key.parse() {
                        self.tickers.remove(Origin::Top, &ticker);
                    }
                }
                DarkPoolTopic::Ticker(ticker) => {
                    self.detail_mut(ticker).remove(key);
                    if **key == *ticker.as_str() {
                        self.tickers.remove(Origin::Own, ticker);
                    }
                }
                DarkPoolTopic::Tape => {
                    self.prints.remove(key);
                    self.prints_changes = self.prints_changes.wrapping_add(1);
                }
            }
        }
        change.sets().iter().for_each(|(key, row)| self.put(topic, key, row, false));
    }

    /// A topic is followed no more, or starts over.
    pub fn leave(&mut self, topic: &DarkPoolTopic) {
        match topic {
            DarkPoolTopic::Sentiment => {}
            DarkPoolTopic::Top => self.tickers.clear_top(),
            DarkPoolTopic::Ticker(ticker) => {
                self.details.retain(|(other, _)| other != ticker);
                self.tickers.remove(Origin::Own, ticker);
            }
            DarkPoolTopic::Tape => {
                self.prints.clear();
                self.prints_changes = self.prints_changes.wrapping_add(1);
            }
        }
    }

    /// The table's rows.
    #[must_use]
    pub const fn tickers(&self) -> &Tickers {
        &self.tickers
    }

    /// The time of the newest print that was ever seen.
    #[must_use]
    pub fn newest(&self) -> Timestamp {
        let on_tape = self.prints.newest().next().map_or(Timestamp::default(), |(_, print)| print.ts);
        self.tickers.newest().max(on_tape)
    }

    /// A ticker's own topic, once something of it arrived.
    #[must_use]
    pub fn detail(&self, ticker: &Ticker) -> Option<&Detail> {
        self.details.iter().find(|(other, _)| other == ticker).map(|(_, detail)| detail)
    }

    /// The newest prints.
    #[must_use]
    pub const fn prints(&self) -> &Prints {
        &self.prints
    }

    /// Counts the changes of the tape.
    #[must_use]
    pub const fn prints_changes(&self) -> u32 {
        self.prints_changes
    }

    fn put(&mut self, topic: &DarkPoolTopic, key: &Key, row: &RawValue, anew: bool) {
        let row = row.get();
        let put = match topic {
            // The whole market is for programs; the page follows what it shows.
            DarkPoolTopic::Sentiment => Some(()),
            DarkPoolTopic::Top => read::sentiment(row).map(|row| self.tickers.put(Origin::Top, row, anew)),
            DarkPoolTopic::Ticker(ticker) => read::detail(row).map(|row| self.put_detail(ticker, key, row, anew)),
            DarkPoolTopic::Tape => read::print(row).map(|row| {
                let keep = match topic.kind().class {
                    Class::Recent { keep } => keep,
                    Class::State => usize::MAX,
                };
                self.prints.put(key, Arc::new(row), keep);
                self.prints_changes = self.prints_changes.wrapping_add(1);
            }),
        };
        if put.is_none() {
            self.unreadable = self.unreadable.saturating_add(1);
        }
    }

    fn put_detail(&mut self, ticker: &Ticker, key: &Key, row: DetailRow, anew: bool) {
        let minute = matches!(row, DetailRow::Minute(_));
        if let DetailRow::Ticker(day) = &row {
            self.tickers.put(Origin::Own, (**day).clone(), anew);
        }
        let detail = self.detail_mut(ticker);
        detail.put(key, row);
        // Minutes come after the ticker's own row: keys are in order and capitals come first.
        if minute {
            let spark = detail.spark();
            self.tickers.put_spark(ticker, spark);
        }
    }

    fn detail_mut(&mut self, ticker: &Ticker) -> &mut Detail {
        let place = self.details.iter().position(|(other, _)| other == ticker).unwrap_or_else(|| {
            self.details.push((ticker.clone(), Detail::default()));
            self.details.len() - 1
        });
        &mut self.details[place].1
    }
}

impl TopicStore for Store {
    fn snapshot(&mut self, topic: &Topic, rows: &RawRows) {
        if let Some(topic) = DarkPoolTopic::parse(topic) {
            self.take(&topic, rows);
        }
    }

    fn update(&mut self, topic: &Topic, change: &Change<Box<RawValue>>) {
        if let Some(topic) = DarkPoolTopic::parse(topic) {
            self.change(&topic, change);
        }
    }

    fn forget(&mut self, topic: &Topic) {
        if let Some(topic) = DarkPoolTopic::parse(topic) {
            self.leave(&topic);
        }
    }

    /// They are left out: a newer server may send what this page does not know.
    fn unreadable(&self) -> u32 {
        self.unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::super::tickers::tests::*;
    use super::*;

    fn raw(rows: &[(&str, String)]) -> RawRows {
        rows.iter().map(|(key, json)| ((*key).into(), RawValue::from_string(json.clone()).unwrap())).collect()
    }

    fn json(ticker: &str, net: i64) -> String {
        serde_json::to_string(&row(ticker, net, 1)).unwrap()
    }

    fn print(id: &str) -> String {
        format!(
            r#"{{"id":"{id}","ticker":"IBM","price":"1.00","size":"1","notional":"1.00","side":"neutral",
            "rule":null,"bid":null,"ask":null,"conditions":[],"trf":202,"late":false,"block":false,
            "extended":false,"z":null,"ts":1}}"#
        )
    }

    #[test]
    fn a_snapshot_replaces_what_was_there() {
        let mut store = Store::default();
        store.take(&DarkPoolTopic::Top, &raw(&[("A", json("A", 1)), ("B", json("B", 2))]));
        store.take(&DarkPoolTopic::Top, &raw(&[("B", json("B", 3))]));
        assert_eq!(store.tickers().iter().map(|(t, _)| t.to_string()).collect::<Vec<_>>(), ["B"]);
    }

    #[test]
    fn a_ticker_of_its_own_topic_joins_the_table_and_leaves_with_the_topic() {
        let mut store = Store::default();
        let topic = DarkPoolTopic::Ticker(ticker("IBM"));
        let day = serde_json::to_string(&DetailRow::Ticker(Box::new(row("IBM", 5, 1)))).unwrap();
        let minute =
            |ms: i64, net: i64| format!(r#"{{"kind":"minute","ts":{ms},"net_amount":"{net}.00","price":"1.00"}}"#);
        let rows = [("IBM", day), ("minute:0", minute(0, 1000)), ("minute:120000", minute(120_000, 9000))];
        store.take(&topic, &raw(&rows));
        let at = store.tickers().find(&ticker("IBM")).unwrap();
        assert_eq!(store.tickers().spark(at), [1, 9]);
        store.leave(&topic);
        assert!(store.tickers().is_empty() && store.detail(&ticker("IBM")).is_none());
    }

    #[test]
    fn the_tape_keeps_the_newest_prints() {
        let mut store = Store::default();
        let mut change = Change::new();
        for id in 0..1_200 {
            change.set(format!("{id:06}").into(), RawValue::from_string(print("x")).unwrap());
        }
        store.change(&DarkPoolTopic::Tape, &change);
        assert_eq!(store.prints().len(), 1000);
        assert_eq!(store.prints().newest().last().map(|(key, _)| &**key), Some("000200"));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_left_out_and_counted() {
        let mut store = Store::default();
        store.take(&DarkPoolTopic::Top, &raw(&[("A", json("A", 1)), ("B", r#"{"ticker":7}"#.to_owned())]));
        assert_eq!((store.tickers().len(), store.unreadable()), (1, 1));
    }
}
