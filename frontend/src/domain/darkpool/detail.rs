//! What is known of the ticker whose panel is open: its day, its levels, its minutes.

use shared::domain::darkpool::{DetailRow, LevelRow, SentimentRow};
use shared::stream::Key;
use shared::units::{Money, Price};

/// A ticker's rows, sorted out.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// The day so far; `None` when nothing was printed.
    pub day: Option<SentimentRow>,
    levels: Vec<(Key, LevelRow)>,
    /// In order: the minute's start in milliseconds, net amount in cents, price in millionths of a
    /// dollar.
    minutes: Vec<(i64, i64, i64)>,
    changes: u32,
}

/// The points of the chart, oldest first, in columns of equal length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Seconds since 1970.
    pub seconds: Vec<i64>,
    /// Net amount since the session began, in cents.
    pub cents: Vec<i64>,
    /// The last price, in millionths of a dollar.
    pub micros: Vec<i64>,
}

const MINUTE_MS: i64 = 60_000;
/// Points of a spark, and minutes between two of them.
const SPARK_POINTS: i64 = 30;
const SPARK_MINUTES: i64 = 2;

impl Detail {
    /// Puts a row of the topic.
    pub fn put(&mut self, key: &Key, row: DetailRow) {
        self.changes = self.changes.wrapping_add(1);
        match row {
            DetailRow::Ticker(day) => self.day = Some(*day),
            DetailRow::Level(level) => {
                self.levels.retain(|(other, _)| other != key);
                self.levels.push((key.clone(), level));
            }
            DetailRow::Minute(minute) => {
                let new = (minute.ts.ms(), minute.net_amount.cents(), minute.price.micro());
                let place = self.minutes.partition_point(|(ms, ..)| *ms < new.0);
                match self.minutes.get_mut(place) {
                    Some(known) if known.0 == new.0 => *known = new,
                    Some(_) | None => self.minutes.insert(place, new),
                }
            }
        }
    }

    /// Removes a row by its key.
    pub fn remove(&mut self, key: &str) {
        self.changes = self.changes.wrapping_add(1);
        if key.starts_with("level:") {
            self.levels.retain(|(other, _)| **other != *key);
        } else if let Some(ms) = key.strip_prefix("minute:").and_then(|ms| ms.parse::<i64>().ok()) {
            self.minutes.retain(|(other, ..)| *other != ms);
        } else {
            self.day = None;
        }
    }

    /// Counts every change.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    /// The prices with most notional, dearest first, and the greatest notional of one.
    #[must_use]
    pub fn levels(&self) -> (Vec<&LevelRow>, Money) {
        let mut levels: Vec<&LevelRow> = Vec::with_capacity(self.levels.len());
        for (_, level) in &self.levels {
            let place = levels.partition_point(|other| other.price > level.price);
            levels.insert(place, level);
        }
        let most = levels.iter().map(|level| level.notional).max().unwrap_or(Money::ZERO);
        (levels, most)
    }

    /// The chart's points.
    #[must_use]
    pub fn line(&self) -> Line {
        let mut line = Line::default();
        for (ms, cents, micros) in &self.minutes {
            line.seconds.push(ms / 1000);
            line.cents.push(*cents);
            line.micros.push(*micros);
        }
        line
    }

    /// The last price that was printed.
    #[must_use]
    pub fn last_price(&self) -> Option<Price> {
        self.day.as_ref()?.last_print.as_ref().map(|last| last.price)
    }

    /// The spark that `darkpool/top` would have: the net amount every two minutes of the hour that
    /// ends with the last minute, in thousands of dollars.
    #[must_use]
    pub fn spark(&self) -> Box<[i64]> {
        let Some((end, ..)) = self.minutes.last() else { return Box::default() };
        let at = |ms: i64| {
            let after = self.minutes.partition_point(|(other, ..)| *other <= ms);
            after.checked_sub(1).map(|place| self.minutes[place].1 / 100_000)
        };
        (0..SPARK_POINTS).rev().filter_map(|back| at(end - back * SPARK_MINUTES * MINUTE_MS)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail() -> Detail {
        let mut detail = Detail::default();
        for (key, json) in [
            ("minute:0", r#"{"kind":"minute","ts":0,"net_amount":"1000.00","price":"10.00"}"#),
            ("minute:300000", r#"{"kind":"minute","ts":300000,"net_amount":"-5000.00","price":"11.00"}"#),
            ("level:10.00", r#"{"kind":"level","price":"10.00","notional":"50.00","shares":"5","prints":1}"#),
            ("level:9.00", r#"{"kind":"level","price":"9.00","notional":"90.00","shares":"10","prints":1}"#),
        ] {
            detail.put(&key.into(), serde_json::from_str(json).unwrap());
        }
        detail
    }

    #[test]
    fn rows_are_sorted_out_by_kind() {
        let detail = detail();
        let (levels, most) = detail.levels();
        assert_eq!(levels.iter().map(|l| l.price.to_string()).collect::<Vec<_>>(), ["10.00", "9.00"]);
        assert_eq!(most.cents(), 9_000);
        assert_eq!(detail.line().seconds, [0, 300]);
        assert_eq!(detail.line().cents, [100_000, -500_000]);
    }

    #[test]
    fn a_removed_row_is_gone_whatever_its_kind() {
        let mut detail = detail();
        detail.remove("level:10.00");
        detail.remove("minute:0");
        assert_eq!(detail.levels().0.len(), 1);
        assert_eq!(detail.line().seconds, [300]);
    }

    #[test]
    fn a_spark_steps_by_two_minutes_and_holds_the_last_value() {
        // Minutes 0 and 5; seen at 5, 3 and 1.
        assert_eq!(*detail().spark(), [1, 1, -5]);
        assert!(Detail::default().spark().is_empty());
    }
}
