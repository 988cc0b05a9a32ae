//! Spreads clients in time, deterministically for a seed.

use std::time::Duration;

/// A sequence of numbers that look random (`SplitMix64`, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) const fn new(seed: u64) -> Jitter {
        Jitter(seed)
    }

    /// `wait` and up to `percent` percent more.
    pub(super) fn stretch(&mut self, wait: Duration, percent: u32) -> Duration {
        let most = wait.as_millis() * u128::from(percent) / 100;
        let extra = u128::from(self.next()) % (most + 1);
        wait + Duration::from_millis(u64::try_from(extra).unwrap_or(0))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn jitter_stays_within_its_share_and_zero_is_exact() {
        let mut jitter = Jitter::new(7);
        let wait = Duration::from_secs(4);
        let stretched: Vec<_> = (0..200).map(|_| jitter.stretch(wait, 25)).collect();
        assert!(stretched.iter().all(|w| (4_000..=5_000).contains(&w.as_millis())));
        assert!(stretched.iter().any(|w| w.as_millis() > 4_800) && stretched.iter().any(|w| w.as_millis() < 4_200));
        assert_eq!(jitter.stretch(wait, 0), wait);
    }
}
