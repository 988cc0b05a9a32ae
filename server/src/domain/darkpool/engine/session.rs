//! The market's day: when totals begin again, and which hours are regular.
//!
//! A day is worked out once and then compared with by integers; a trade never costs a look into
//! the time zone database.

use jiff::ToSpan;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use shared::units::Timestamp;

/// Which hours count as regular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calendar {
    /// 09:30 to 16:00 New York time; everything else is extended hours.
    #[default]
    NewYork,
    /// All hours are regular, so that a demo is lively whenever somebody looks. The day still
    /// changes at 04:00 New York time.
    AlwaysOpen,
}

/// One session day: from 04:00 New York time to the next 04:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    date: Date,
    start_ms: i64,
    open_ms: i64,
    close_ms: i64,
    end_ms: i64,
}

impl Calendar {
    /// The session day that `ts` is in; `None` for a time that no calendar knows.
    pub(super) fn day_of(self, ts: Timestamp) -> Option<Day> {
        let at = jiff::Timestamp::from_millisecond(ts.ms()).ok()?.to_zoned(new_york());
        let date = if at.hour() < 4 { at.date().yesterday().ok()? } else { at.date() };
        self.day(date)
    }

    /// The session day of that date.
    pub(super) fn day(self, date: Date) -> Option<Day> {
        let zone = new_york();
        let at = |date: Date, hour, minute| {
            let local = date.to_datetime(time(hour, minute, 0, 0));
            zone.to_timestamp(local).ok().map(jiff::Timestamp::as_millisecond)
        };
        let start_ms = at(date, 4, 0)?;
        let end_ms = at(date.checked_add(1.day()).ok()?, 4, 0)?;
        let (open_ms, close_ms) = match self {
            Calendar::NewYork => (at(date, 9, 30)?, at(date, 16, 0)?),
            Calendar::AlwaysOpen => (start_ms, end_ms),
        };
        Some(Day { date, start_ms, open_ms, close_ms, end_ms })
    }
}

impl Day {
    /// The date in New York when it begins.
    pub(super) const fn date(&self) -> Date {
        self.date
    }

    /// Whether `ts` belongs to a day before this one.
    pub(super) const fn is_after(&self, ts: Timestamp) -> bool {
        ts.ms() < self.start_ms
    }

    /// Whether `ts` belongs to a day after this one.
    pub(super) const fn is_before(&self, ts: Timestamp) -> bool {
        ts.ms() >= self.end_ms
    }

    /// Whether `ts` is in regular hours.
    pub(super) const fn is_regular(&self, ts: Timestamp) -> bool {
        self.open_ms <= ts.ms() && ts.ms() < self.close_ms
    }
}

fn new_york() -> TimeZone {
    TimeZone::get("America/New_York").expect("the time zone database is compiled in")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(utc: &str) -> Timestamp {
        Timestamp::from_ms(utc.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn check(calendar: Calendar, cases: &[(&str, &str, bool)]) {
        for (utc, date, regular) in cases {
            let day = calendar.day_of(ts(utc)).unwrap();
            assert_eq!((day.date().to_string(), day.is_regular(ts(utc))), ((*date).to_owned(), *regular), "{utc}");
            assert!(!day.is_before(ts(utc)) && !day.is_after(ts(utc)), "{utc}");
        }
    }

    #[test]
    fn the_day_changes_at_four_in_new_york_in_summer_and_in_winter() {
        check(
            Calendar::NewYork,
            &[
                ("2013-10-07T07:59:59.999Z", "2013-10-06", false),
                ("2013-10-07T08:00:00Z", "2013-10-07", false),
                ("2013-10-07T13:29:59.999Z", "2013-10-07", false),
                ("2013-10-07T13:30:00Z", "2013-10-07", true),
                ("2013-10-07T19:59:59.999Z", "2013-10-07", true),
                ("2013-10-07T20:00:00Z", "2013-10-07", false),
                ("2013-12-09T08:59:59Z", "2013-12-08", false),
                ("2013-12-09T09:00:00Z", "2013-12-09", false),
                ("2013-12-09T14:30:00Z", "2013-12-09", true),
            ],
        );
    }

    #[test]
    fn the_days_of_a_clock_change_are_an_hour_shorter_and_longer() {
        let hours = |date: &str| {
            let day = Calendar::NewYork.day(date.parse().unwrap()).unwrap();
            (day.end_ms - day.start_ms) / 3_600_000
        };
        assert_eq!((hours("2026-03-07"), hours("2026-10-31"), hours("2026-06-01")), (23, 25, 24));
    }

    #[test]
    fn the_demo_is_open_at_night() {
        check(
            Calendar::AlwaysOpen,
            &[("2026-01-04T05:00:00Z", "2026-01-03", true), ("2026-01-04T09:00:00Z", "2026-01-04", true)],
        );
    }

    #[test]
    fn a_time_that_no_calendar_knows_has_no_day() {
        assert_eq!(Calendar::NewYork.day_of(Timestamp::from_ms(i64::MAX)), None);
    }
}
