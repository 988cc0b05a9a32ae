//! Wall-clock times in the zone a reader chose. New York is computed, not asked of the browser:
//! one call per cell would be dearer than everything else about a cell.

use shared::units::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The zone times are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The exchange's.
    #[default]
    NewYork,
    /// The reader's own.
    Local,
    /// Universal time.
    Utc,
}

impl Zone {
    /// All of them, as offered.
    pub const ALL: [Zone; 3] = [Zone::NewYork, Zone::Local, Zone::Utc];

    /// Its name in settings.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Zone::NewYork => "ny",
            Zone::Local => "local",
            Zone::Utc => "utc",
        }
    }

    /// What a reader sees beside a time.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Zone::NewYork => "New York",
            Zone::Local => "Local",
            Zone::Utc => "UTC",
        }
    }

    /// The zone of that name.
    #[must_use]
    pub fn of(key: &str) -> Zone {
        Zone::ALL.into_iter().find(|zone| zone.key() == key).unwrap_or_default()
    }

    /// Minutes to add to UTC at `ts`. `local_min` is the reader's own offset.
    #[must_use]
    pub fn offset_min(self, ts: Timestamp, local_min: i64) -> i64 {
        match self {
            Zone::NewYork => new_york_offset_min(ts),
            Zone::Local => local_min,
            Zone::Utc => 0,
        }
    }
}

/// New York's offset from UTC in minutes, by the rule in force since 2007 (Energy Policy Act of
/// 2005): daylight time from 02:00 on the second Sunday of March to 02:00 on the first of November.
#[must_use]
pub fn new_york_offset_min(ts: Timestamp) -> i64 {
    let (year, _, _) = civil(ts.ms().div_euclid(DAY_MS));
    // 02:00 standard time is 07:00 UTC; 02:00 daylight time is 06:00 UTC.
    let spring = nth_sunday(year, 3, 2) * DAY_MS + 7 * HOUR_MS;
    let autumn = nth_sunday(year, 11, 1) * DAY_MS + 6 * HOUR_MS;
    if (spring..autumn).contains(&ts.ms()) { -4 * 60 } else { -5 * 60 }
}

/// `14:03:22`.
#[must_use]
pub fn time(ts: Timestamp, offset_min: i64) -> String {
    let s = ts.ms().saturating_add(offset_min * MINUTE_MS).rem_euclid(DAY_MS) / 1000;
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// `14:03`.
#[must_use]
pub fn minute(ts: Timestamp, offset_min: i64) -> String {
    time(ts, offset_min).chars().take(5).collect()
}

/// `Mon 7 Oct`.
#[must_use]
pub fn day(ts: Timestamp, offset_min: i64) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = ts.ms().saturating_add(offset_min * MINUTE_MS).div_euclid(DAY_MS);
    let (_, month, of_month) = civil(day);
    // 1970-01-01 was a Thursday.
    let name = |names: &[&'static str], at: i64| usize::try_from(at).ok().and_then(|at| names.get(at).copied());
    let (weekday, month) = (name(&WEEKDAYS, day.rem_euclid(7)), name(&MONTHS, month - 1));
    format!("{} {of_month} {}", weekday.unwrap_or_default(), month.unwrap_or_default())
}

/// `2013-10-07`.
#[must_use]
pub fn date(ts: Timestamp, offset_min: i64) -> String {
    let (year, month, day) = civil(ts.ms().saturating_add(offset_min * MINUTE_MS).div_euclid(DAY_MS));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2013-10-07T14:03:22.314Z`: exact, for titles and files.
#[must_use]
pub fn iso(ts: Timestamp) -> String {
    format!("{}T{}.{:03}Z", date(ts, 0), time(ts, 0), ts.ms().rem_euclid(1000))
}

/// Year, month (1-12) and day (1-31) of a day counted from 1970-01-01.
fn civil(day: i64) -> (i64, i64, i64) {
    // Count from 0000-03-01, so that the leap day is a year's last.
    let since = day + 719_468;
    let (era, in_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year_of_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day_of_month)
}

/// The inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The day of the `nth` Sunday of a month.
fn nth_sunday(year: i64, month: i64, nth: i64) -> i64 {
    let first = days(year, month, 1);
    // 1970-01-01 was a Thursday.
    let weekday = (first + 4).rem_euclid(7);
    first + (7 - weekday) % 7 + 7 * (nth - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn days_and_dates_are_inverse() {
        for day in [-719_468, -1, 0, 11_016, 15_985, 20_000, 59_999] {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!(civil(15_985), (2013, 10, 7));
    }

    #[test]
    fn new_york_changes_its_clocks_in_march_and_november() {
        // 2013-03-10 07:00 UTC and 2013-11-03 06:00 UTC.
        let (spring, autumn) = (1_362_898_800_000, 1_383_458_400_000);
        assert_eq!(new_york_offset_min(at(spring - 1)), -300);
        assert_eq!(new_york_offset_min(at(spring)), -240);
        assert_eq!(new_york_offset_min(at(autumn - 1)), -240);
        assert_eq!(new_york_offset_min(at(autumn)), -300);
    }

    #[test]
    fn a_print_has_a_time_in_each_zone() {
        let ts = at(1_381_155_593_314);
        assert_eq!(time(ts, Zone::NewYork.offset_min(ts, 0)), "10:19:53");
        assert_eq!(time(ts, Zone::Local.offset_min(ts, 120)), "16:19:53");
        assert_eq!(iso(ts), "2013-10-07T14:19:53.314Z");
        assert_eq!((minute(ts, 0), day(ts, 0)), ("14:19".to_owned(), "Mon 7 Oct".to_owned()));
        assert_eq!((day(at(-1), 0), day(at(0), 0)), ("Wed 31 Dec".to_owned(), "Thu 1 Jan".to_owned()));
        assert_eq!(date(at(1_381_190_400_000), -240), "2013-10-07");
    }
}
