//! Random numbers: for masks, which nobody may foresee, and for choices.

use std::hash::{BuildHasher, RandomState};

/// A generator (SplitMix64, Steele, Lea and Flood 2014) that begins with the system's randomness.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Another one each time.
    #[must_use]
    pub fn new() -> Chance {
        Chance(RandomState::new().hash_one(0))
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The upper half of a product with a 32-bit number has 32 bits.
        u32::try_from(((self.bits() >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// The mask of a frame.
    pub fn mask(&mut self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.bits().to_ne_bytes();
        [a, b, c, d]
    }

    /// For a handshake's key.
    pub fn nonce(&mut self) -> [u8; 16] {
        (u128::from(self.bits()) << 64 | u128::from(self.bits())).to_ne_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_below_their_bound_and_differ() {
        let mut chance = Chance::new();
        let numbers: Vec<u32> = (0..1000).map(|_| chance.below(10)).collect();
        assert!(numbers.iter().all(|n| *n < 10));
        assert!((0..10).all(|n| numbers.contains(&n)));
        assert_ne!(chance.nonce(), chance.nonce());
    }
}
