//! What the provider still answers this month, and what pace that allows.

use std::time::Duration;

use jiff::tz::TimeZone;
use shared::units::Timestamp;

/// What the headers of an answer say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// `x-requests-remaining`: what is left until the quota is renewed.
    pub remaining: Option<u64>,
    /// `x-requests-used`: what was used since it was.
    pub used: Option<u64>,
    /// `x-requests-last`: what the last request cost.
    pub last: Option<u64>,
}

impl Quota {
    /// Takes over what a newer answer says.
    pub(super) fn learn(&mut self, newer: Quota) {
        self.remaining = newer.remaining.or(self.remaining);
        self.used = newer.used.or(self.used);
        self.last = newer.last.or(self.last);
    }

    /// Whether a request of this cost would be answered, as far as is known.
    pub(super) fn affords(&self, cost: u64) -> bool {
        self.remaining.is_none_or(|remaining| remaining >= cost)
    }

    /// How long one unit of demand has to wait for the next, when the demand of a round costs so much, for what is
    /// left to last until the month is over. `None`: the provider does not say what is left.
    pub(super) fn round(&self, wall: Timestamp, cost_of_round: u64) -> Option<Duration> {
        // Some is kept back for restarts, which ask everything at once.
        let usable = self.remaining?.saturating_sub(self.remaining? / 20).max(1);
        Some(until_next_month(wall).saturating_mul(u32::try_from(cost_of_round).unwrap_or(u32::MAX)) / clamped(usable))
    }
}

fn clamped(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The quota is renewed on the first of the month, UTC.
fn until_next_month(wall: Timestamp) -> Duration {
    const MONTH: Duration = Duration::from_secs(31 * 24 * 60 * 60);
    let next = || {
        let now = jiff::Timestamp::from_millisecond(wall.ms()).ok()?;
        let first = now.to_zoned(TimeZone::UTC).date().last_of_month().tomorrow().ok()?;
        let next = first.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
        u64::try_from(next - wall.ms()).ok()
    };
    next().map_or(MONTH, Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_spread_over_the_rest_of_the_month() {
        // 2026-02-27, noon: a day and a half to go.
        let wall = Timestamp::from_ms(1_772_193_600_000);
        assert_eq!(until_next_month(wall), Duration::from_secs(36 * 3600));
        let round = |remaining, cost| Quota { remaining, ..Quota::default() }.round(wall, cost);
        assert_eq!(round(Some(100), 3), Some(Duration::from_secs(36 * 3600) * 3 / 95));
        assert_eq!(round(Some(0), 1), Some(Duration::from_secs(36 * 3600)));
        assert_eq!(round(None, 3), None);
        let december = Timestamp::from_ms(1_798_761_599_000);
        assert_eq!(until_next_month(december), Duration::from_secs(1));
    }
}
