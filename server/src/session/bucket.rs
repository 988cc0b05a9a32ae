//! A token bucket: so many messages a second, and a burst after a pause.

use std::time::Duration;

use shared::units::Moment;

/// Counts messages against a rate.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_s: u32,
    burst: u32,
    /// In thousandths of a token, so that nothing is lost between milliseconds.
    level: u64,
    at: Moment,
}

impl Bucket {
    /// A full bucket. `per_s` of 0 means no limit.
    #[must_use]
    pub fn new(per_s: u32, burst: u32, now: Moment) -> Bucket {
        Bucket { per_s, burst, level: u64::from(burst) * 1000, at: now }
    }

    /// Takes a token, or says how long to wait for one.
    ///
    /// # Errors
    /// The wait.
    pub fn take(&mut self, now: Moment) -> Result<(), Duration> {
        if self.per_s == 0 {
            return Ok(());
        }
        let passed = u64::try_from((now - self.at).as_millis()).unwrap_or(u64::MAX);
        self.at = now;
        let filled = self.level.saturating_add(passed.saturating_mul(u64::from(self.per_s)));
        self.level = filled.min(u64::from(self.burst) * 1000);
        match self.level.checked_sub(1000) {
            Some(rest) => {
                self.level = rest;
                Ok(())
            }
            None => Err(Duration::from_millis((1000 - self.level).div_ceil(u64::from(self.per_s)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let mut bucket = Bucket::new(10, 20, Moment::from_ms(0));
        assert!((0..20).all(|_| bucket.take(Moment::from_ms(0)).is_ok()));
        assert_eq!(bucket.take(Moment::from_ms(0)), Err(Duration::from_millis(100)));
        assert_eq!(bucket.take(Moment::from_ms(99)), Err(Duration::from_millis(1)));
        assert!(bucket.take(Moment::from_ms(100)).is_ok());
        assert!(bucket.take(Moment::from_ms(100)).is_err());
        let second = (1..=1000).filter(|ms| bucket.take(Moment::from_ms(100 + ms)).is_ok()).count();
        assert_eq!(second, 10);
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        let mut bucket = Bucket::new(0, 0, Moment::from_ms(0));
        assert!((0..1000).all(|_| bucket.take(Moment::from_ms(0)).is_ok()));
    }
}
