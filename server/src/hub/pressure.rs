//! When the server is short of time, changes are gathered for longer: fewer, larger frames for
//! everyone, instead of late ones for some.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::units::Moment;

/// A shard that worked for so many thousandths of its time is short of it...
const SHORT: u32 = 850;
/// ...and one below this would still not be with twice as many frames.
const AT_EASE: u32 = 400;
/// The window is never wider.
const WIDEST: Duration = Duration::from_millis(640);
/// The first step beyond a narrower window.
const FIRST: Duration = Duration::from_millis(20);
/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// The flush window that all domains share, and how busy the shards are.
#[derive(Debug)]
pub struct Pressure {
    base: Duration,
    busy: Vec<AtomicU32>,
    window_us: AtomicU64,
    looked: Mutex<Moment>,
}

impl Pressure {
    /// The window is `base` while there is time enough.
    #[must_use]
    pub fn new(base: Duration, shards: usize) -> Pressure {
        let busy = (0..shards).map(|_| AtomicU32::new(0)).collect();
        Pressure { base, busy, window_us: AtomicU64::new(micros(base)), looked: Mutex::new(Moment::default()) }
    }

    /// Over how long changes are gathered now.
    #[must_use]
    pub fn window(&self) -> Duration {
        Duration::from_micros(self.window_us.load(Ordering::Relaxed))
    }

    /// The same, when it is wider than it was set.
    #[must_use]
    pub fn widened(&self) -> Option<Duration> {
        Some(self.window()).filter(|window| *window > self.base)
    }

    /// A shard worked for so many thousandths of its time; once a second all are looked at together.
    pub fn report(&self, shard: usize, busy: u32, now: Moment) {
        self.busy[shard].store(busy, Ordering::Relaxed);
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if now - *looked < EVERY {
            return;
        }
        *looked = now;
        let busiest = self.busy.iter().map(|busy| busy.load(Ordering::Relaxed)).max().unwrap_or(0);
        let window = next(self.base, self.window(), busiest);
        self.window_us.store(micros(window), Ordering::Relaxed);
    }
}

/// The window that follows `window` when the busiest shard worked so much.
fn next(base: Duration, window: Duration, busiest: u32) -> Duration {
    if busiest >= SHORT {
        (window * 2).clamp(FIRST, WIDEST.max(base))
    } else if busiest < AT_EASE && window > base {
        let narrower = (window / 2).max(base);
        // What is below the first step is what was set.
        if narrower < FIRST { base } else { narrower }
    } else {
        window
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_widens_step_by_step_and_comes_back() {
        for base_ms in [0, 5, 20, 50] {
            let pressure = Pressure::new(Duration::from_millis(base_ms), 2);
            let mut now = 0;
            let mut windows = |busy: [u32; 2], seconds: u64| {
                let step = |_| {
                    now += 1000;
                    pressure.report(0, busy[0], Moment::from_ms(now));
                    pressure.report(1, busy[1], Moment::from_ms(now + 1));
                    u64::try_from(pressure.window().as_millis()).expect("it is short")
                };
                (0..seconds).map(step).collect::<Vec<_>>()
            };
            assert_eq!(windows([800, 600], 3), [base_ms; 3], "there is time enough");
            let up = windows([100, 900], 10);
            assert!(up.windows(2).all(|w| w[0] < w[1] || w[1] == 640), "{up:?}");
            assert_eq!(*up.last().expect("ten"), 640);
            assert_eq!(windows([600, 600], 2), [640; 2], "neither short nor at ease");
            let down = windows([100, 100], 12);
            assert!(down.windows(2).all(|w| w[0] > w[1] || w[1] == base_ms), "{down:?}");
            assert_eq!(*down.last().expect("twelve"), base_ms);
        }
    }

    #[test]
    fn it_is_said_only_when_it_is_wider_than_it_was_set() {
        let pressure = Pressure::new(Duration::from_millis(20), 1);
        assert_eq!(pressure.widened(), None);
        pressure.report(0, 1000, Moment::from_ms(1000));
        assert_eq!(pressure.widened(), Some(Duration::from_millis(40)));
        pressure.report(0, 0, Moment::from_ms(2000));
        assert_eq!(pressure.widened(), None);
    }

    #[test]
    fn a_busy_moment_is_looked_at_once_a_second() {
        let pressure = Pressure::new(Duration::from_millis(20), 1);
        (0..100).for_each(|ms| pressure.report(0, 1000, Moment::from_ms(1000 + ms)));
        assert_eq!(pressure.window(), Duration::from_millis(40));
    }
}
