//! The timers of a shard, in one wheel: putting one in costs nothing, and nobody has to take one out.
//!
//! An entry that is no longer wanted is recognised when it comes up, by whoever put it in.

use std::time::Duration;

use shared::units::Moment;

/// A round of 41 s: nearly everything comes up in its first.
const SLOTS: u64 = 4096;
const TICK_MS: u64 = 10;

/// Timers of things named by `T`.
pub(super) struct Wheel<T> {
    slots: Vec<Vec<(u64, T)>>,
    /// Every slot before this tick was emptied of what was due.
    tick: u64,
    /// Nothing comes up before this tick.
    next: u64,
    count: usize,
}

impl<T> Wheel<T> {
    pub(super) fn new(now: Moment) -> Wheel<T> {
        let slots = (0..SLOTS).map(|_| Vec::new()).collect();
        Wheel { slots, tick: now.ms() / TICK_MS, next: u64::MAX, count: 0 }
    }

    /// Comes up at `at`, or up to a tick later.
    pub(super) fn insert(&mut self, at: Moment, what: T) {
        let tick = at.ms().div_ceil(TICK_MS).max(self.tick);
        self.slots[Self::slot(tick)].push((tick, what));
        self.next = self.next.min(tick);
        self.count += 1;
    }

    /// What is due.
    pub(super) fn due(&mut self, now: Moment) -> Vec<T> {
        let until = now.ms() / TICK_MS;
        let mut due = Vec::new();
        if until >= self.next {
            // After a long sleep every slot is looked at once.
            for tick in self.tick..=until.min(self.tick + SLOTS - 1) {
                // Those of a later round stay.
                due.extend(
                    self.slots[Self::slot(tick)].extract_if(.., |(tick, _)| *tick <= until).map(|(_, what)| what),
                );
            }
            self.count -= due.len();
        }
        self.tick = until.max(self.tick);
        if self.next <= until {
            self.next = self.find_next();
        }
        due
    }

    /// How long nothing comes up; `None`: nothing ever does.
    pub(super) fn idle(&self, now: Moment) -> Option<Duration> {
        (self.count > 0).then(|| Duration::from_millis((self.next * TICK_MS).saturating_sub(now.ms())))
    }

    fn find_next(&self) -> u64 {
        if self.count == 0 {
            return u64::MAX;
        }
        let this_round = |tick: &u64| self.slots[Self::slot(*tick)].iter().any(|(at, _)| at == tick);
        // What comes up in a later round is looked for again when this one is over.
        (self.tick..self.tick + SLOTS).find(this_round).unwrap_or(self.tick + SLOTS)
    }

    fn slot(tick: u64) -> usize {
        usize::try_from(tick % SLOTS).expect("there are few slots")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Moment {
        Moment::from_ms(ms)
    }

    #[test]
    fn everything_comes_up_once_and_in_its_tick() {
        let mut wheel = Wheel::new(at(1_000));
        let times = [1_000, 1_001, 1_009, 1_010, 1_500, 41_959, 41_960, 41_961, 95_000];
        times.iter().for_each(|ms| wheel.insert(at(*ms), *ms));
        let mut seen = Vec::new();
        for now in 1_000..96_000 {
            for ms in wheel.due(at(now)) {
                assert!((ms..ms + TICK_MS).contains(&now), "{ms} came up at {now}");
                seen.push(ms);
            }
            assert!(wheel.idle(at(now)) != Some(Duration::ZERO), "what is due at {now} came up, so one may rest");
        }
        assert_eq!(seen, times);
        assert_eq!(wheel.idle(at(96_000)), None);
    }

    #[test]
    fn one_may_sleep_until_the_next() {
        let mut wheel = Wheel::new(at(0));
        wheel.insert(at(333), ());
        assert_eq!(wheel.idle(at(0)), Some(Duration::from_millis(340)));
        assert_eq!(wheel.idle(at(330)), Some(Duration::from_millis(10)));
        assert_eq!(wheel.due(at(340)).len(), 1);
    }

    #[test]
    fn after_a_long_sleep_all_that_is_due_comes_up() {
        let mut wheel = Wheel::new(at(0));
        (0..100).for_each(|n| wheel.insert(at(n * 997), n));
        assert_eq!(wheel.due(at(1_000_000)).len(), 100);
        wheel.insert(at(5), 7);
        assert_eq!(wheel.due(at(1_000_010)), [7], "what is late already comes up at once");
    }
}
