//! A ticker's day by minutes: where its net amount and its price stood at the end of each.
//!
//! Only minutes with off-exchange prints are there, at most the newest 390 (a regular session).
//! Time never goes back: a print that comes after a newer minute began counts in that one.

use std::collections::VecDeque;

use shared::units::{Money, Price, Timestamp};

/// How many minutes are kept.
const MOST: usize = 390;

const MINUTE_MS: i64 = 60_000;

/// A spark shows the last hour before the newest print by points of two minutes.
const SPARK_POINTS: i64 = 30;
const SPARK_STEP_MINUTES: i64 = 2;
const CENTS_IN_A_THOUSAND_DOLLARS: i64 = 100_000;

/// The minutes of a session day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Minutes {
    /// Ascending.
    rows: VecDeque<Minute>,
    /// The first minute that changed since it was stored.
    unstored_from: Option<i64>,
    /// Minutes that were dropped since.
    gone: Vec<i64>,
}

/// One minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Minute {
    /// Minutes since 1970.
    pub(super) minute: i64,
    /// Net amount since the session began, in cents: that is how it is shown.
    pub(super) net_cents: i64,
    /// The last price.
    pub(super) price: Price,
}

impl Minute {
    /// When it begins.
    pub(super) const fn start(&self) -> Timestamp {
        Timestamp::from_ms(self.minute * MINUTE_MS)
    }

    /// Net amount since the session began.
    pub(super) fn net(&self) -> Money {
        Money::from_pico(i128::from(self.net_cents) * 10_i128.pow(10))
    }
}

impl Minutes {
    /// Takes up where things stand after a print.
    pub(super) fn print(&mut self, ts: Timestamp, net: Money, price: Price) {
        let own = ts.ms().div_euclid(MINUTE_MS);
        let newest = self.rows.back().map(|row| row.minute);
        let minute = newest.map_or(own, |newest| newest.max(own));
        if newest == Some(minute) {
            self.rows.pop_back();
        }
        self.rows.push_back(Minute { minute, net_cents: net.cents(), price });
        if self.rows.len() > MOST {
            self.gone.extend(self.rows.pop_front().map(|row| row.minute));
        }
        self.unstored_from.get_or_insert(minute);
    }

    /// All of them, ascending.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Minute> {
        self.rows.iter()
    }

    /// Net amount in thousands of dollars at the end of each two minutes of the hour before the
    /// newest print, oldest first; shorter when the session is.
    pub(super) fn spark(&self) -> Box<[i64]> {
        let Some(newest) = self.rows.back() else { return Box::default() };
        let last = newest.minute.div_euclid(SPARK_STEP_MINUTES);
        let mut points = Vec::new();
        let mut rows = self.rows.iter().rev().peekable();
        for step in (last - SPARK_POINTS + 1..=last).rev() {
            while rows.next_if(|row| row.minute.div_euclid(SPARK_STEP_MINUTES) > step).is_some() {}
            let Some(row) = rows.peek() else { break };
            points.push(thousands(row.net_cents));
        }
        points.reverse();
        points.into()
    }

    /// What to store: minutes to forget, then minutes to keep.
    pub(super) fn take_unstored(&mut self) -> (Vec<i64>, Vec<Minute>) {
        let from = self.unstored_from.take().unwrap_or(i64::MAX);
        let changed = self.rows.iter().rev().take_while(|row| row.minute >= from).copied().collect();
        (std::mem::take(&mut self.gone), changed)
    }

    /// From stored minutes, in any order.
    pub(super) fn restore(mut rows: Vec<Minute>) -> Minutes {
        rows.sort_by_key(|row| row.minute);
        Minutes { rows: rows.into(), unstored_from: None, gone: Vec::new() }
    }
}

/// Rounded half away from zero.
const fn thousands(cents: i64) -> i64 {
    let half = if cents < 0 { -CENTS_IN_A_THOUSAND_DOLLARS / 2 } else { CENTS_IN_A_THOUSAND_DOLLARS / 2 };
    cents.saturating_add(half) / CENTS_IN_A_THOUSAND_DOLLARS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(prints: &[(i64, i64)]) -> Minutes {
        let mut minutes = Minutes::default();
        for (minute, net_dollars) in prints {
            let net = Money::from_pico(i128::from(*net_dollars) * 10_i128.pow(12));
            minutes.print(Timestamp::from_ms(minute * MINUTE_MS + 1), net, Price::from_micro(1));
        }
        minutes
    }

    #[test]
    fn a_minute_holds_where_things_stood_last() {
        let minutes = minutes(&[(10, 5), (10, 7), (12, 9), (11, 8)]);
        let rows: Vec<_> = minutes.iter().map(|m| (m.minute, m.net_cents)).collect();
        assert_eq!(rows, [(10, 700), (12, 800)]);
    }

    #[test]
    fn only_the_newest_minutes_are_kept_and_the_others_forgotten_in_the_store() {
        let prints: Vec<_> = (0..400).map(|n| (n, n)).collect();
        let mut minutes = minutes(&prints);
        let (gone, changed) = minutes.take_unstored();
        assert_eq!((gone.len(), changed.len()), (10, MOST));
        minutes.print(Timestamp::from_ms(399 * MINUTE_MS), Money::ZERO, Price::from_micro(2));
        let (gone, changed) = minutes.take_unstored();
        assert_eq!((gone.len(), changed.len()), (0, 1));
        assert_eq!(minutes.take_unstored(), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_spark_is_the_hour_before_the_newest_print() {
        assert!(minutes(&[]).spark().is_empty());
        assert_eq!(*minutes(&[(100, 1_499), (101, -1_500), (105, 4_000)]).spark(), [-2, -2, 4]);
        let day: Vec<_> = (0..300).map(|n| (n, n * 1_000)).collect();
        let spark = minutes(&day).spark();
        assert_eq!((spark.len(), spark[0], spark[29]), (30, 241, 299));
    }
}
