//! Chance that can be looked up: numbers that depend on nothing but their keys.
//!
//! Only additions, multiplications and divisions of `f64` are used, which every machine rounds
//! alike; no function of a mathematics library, which differ in the last bit.

/// A well-mixed number for a key (the finaliser of SplitMix64, by S. Vigna).
pub(in crate::demo) const fn hash(key: u64, salt: u64) -> u64 {
    let mut z = key.wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The upper 53 bits as a fraction, from 0 to below 1.
fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// The nearest integer.
#[expect(clippy::cast_possible_truncation, reason = "prices and sizes are far inside the range, and it saturates")]
pub(in crate::demo) fn nearest(x: f64) -> i64 {
    x.round() as i64
}

/// A smooth curve through a random value from -1 to 1 at each multiple of `period_ms`.
pub(in crate::demo) fn wave(key: u64, at_ms: i64, period_ms: i64) -> f64 {
    let step = at_ms.div_euclid(period_ms);
    let within = at_ms.rem_euclid(period_ms) as f64 / period_ms as f64;
    let value = |step: i64| 2.0 * fraction(hash(key, step.cast_unsigned())) - 1.0;
    let (from, to) = (value(step), value(step + 1));
    from + (to - from) * within * within * (3.0 - 2.0 * within)
}

/// `e^x` for |x| up to about 10, to a few parts in a thousand: `(1 + x/1024)^1024`.
pub(in crate::demo) fn exp(x: f64) -> f64 {
    let mut power = 1.0 + x / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    power
}

/// A stream of numbers from one key.
#[derive(Clone, Debug)]
pub(in crate::demo) struct Dice {
    key: u64,
    rolls: u64,
}

impl Dice {
    pub(in crate::demo) const fn new(key: u64) -> Dice {
        Dice { key, rolls: 0 }
    }

    pub(in crate::demo) const fn bits(&mut self) -> u64 {
        self.rolls += 1;
        hash(self.key, self.rolls)
    }

    /// From 0 to below 1.
    pub(in crate::demo) fn unit(&mut self) -> f64 {
        fraction(self.bits())
    }

    /// From 0 to below `n`.
    pub(in crate::demo) const fn below(&mut self, n: u64) -> u64 {
        ((self.bits() as u128 * n as u128) >> 64) as u64
    }

    /// Whether something of this probability happens.
    pub(in crate::demo) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// About normal, with mean 0 and deviation 1: three uniform numbers.
    pub(in crate::demo) fn normal(&mut self) -> f64 {
        2.0 * (self.unit() + self.unit() + self.unit() - 1.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_smooth_and_stays_in_its_bounds() {
        let points: Vec<f64> = (0..10_000).map(|ms| wave(7, ms, 1_000)).collect();
        assert!(points.iter().all(|x| x.abs() <= 1.0));
        assert!(points.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.004));
        assert!(points.iter().any(|x| *x > 0.3) && points.iter().any(|x| *x < -0.3));
    }

    #[test]
    fn dice_are_fair_enough() {
        let mut dice = Dice::new(1);
        let mean = (0..50_000).map(|_| dice.unit()).sum::<f64>() / 50_000.0;
        let spread = (0..50_000).map(|_| dice.normal().powi(2)).sum::<f64>() / 50_000.0;
        assert!((mean - 0.5).abs() < 0.01 && (spread - 1.0).abs() < 0.05, "{mean} {spread}");
        assert!((0..1_000).all(|_| dice.below(3) < 3));
        assert!((exp(1.0) - std::f64::consts::E).abs() < 0.002);
    }
}
