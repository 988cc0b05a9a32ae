//! Who shows tokens that are nobody's: ten at once and ten a minute from one address, then it waits.
//!
//! A virtual schedule (GCRA): each wrong token takes up its interval from when the earlier ones have
//! passed; so an address costs one number, and none once it has waited long enough.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use shared::units::Moment;

/// Wrong tokens at once after a pause.
const BURST: u32 = 10;
/// What one takes up.
const INTERVAL: Duration = Duration::from_secs(6);
/// More addresses are not remembered: the first of all are forgotten.
const MOST_ADDRESSES: usize = 100_000;

/// When each address has waited long enough for all its wrong tokens.
#[derive(Debug, Default)]
pub struct Attempts {
    clear: BTreeMap<IpAddr, Moment>,
}

impl Attempts {
    /// How long an address has to wait before it is listened to; `None`: not at all.
    pub fn wait(&self, address: IpAddr, now: Moment) -> Option<Duration> {
        let ahead = *self.clear.get(&household(address))? - now;
        let wait = (ahead + INTERVAL).saturating_sub(INTERVAL * BURST);
        Some(wait).filter(|wait| !wait.is_zero())
    }

    /// A wrong token came. Whether it was the last one for now.
    pub fn fail(&mut self, address: IpAddr, now: Moment) -> bool {
        let address = household(address);
        if self.clear.len() >= MOST_ADDRESSES && !self.clear.contains_key(&address) {
            self.clear.pop_first();
        }
        let clear = self.clear.entry(address).or_insert(now);
        *clear = (*clear).max(now) + INTERVAL;
        self.wait(address, now).is_some()
    }

    /// Forgets addresses that have waited long enough.
    pub fn forget(&mut self, now: Moment) {
        self.clear.retain(|_, clear| *clear > now);
    }
}

/// Who has an IPv6 address has the 2^64 around it too.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Moment {
        Moment::from_ms(s * 1000)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ten_wrong_tokens_at_once_and_then_one_each_six_seconds() {
        let mut attempts = Attempts::default();
        let guesser = address("10.0.0.1");
        for n in 1..=10 {
            assert_eq!(attempts.wait(guesser, at(0)), None, "before wrong token {n}");
            assert_eq!(attempts.fail(guesser, at(0)), n == 10, "wrong token {n}");
        }
        assert_eq!(attempts.wait(guesser, at(0)), Some(Duration::from_secs(6)));
        assert_eq!(attempts.wait(guesser, at(5)), Some(Duration::from_secs(1)));
        assert_eq!(attempts.wait(guesser, at(6)), None);
        attempts.fail(guesser, at(6));
        assert_eq!(attempts.wait(guesser, at(6)), Some(Duration::from_secs(6)));
        assert_eq!(attempts.wait(address("10.0.0.2"), at(6)), None);
    }

    #[test]
    fn an_address_is_forgotten_when_it_has_waited() {
        let mut attempts = Attempts::default();
        attempts.fail(address("10.0.0.1"), at(0));
        attempts.forget(at(5));
        assert_eq!(attempts.clear.len(), 1);
        attempts.forget(at(6));
        assert!(attempts.clear.is_empty());
    }

    #[test]
    fn neighbours_in_ipv6_are_one_and_a_mapped_address_is_what_it_maps() {
        for (one, other, same) in [
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
        ] {
            assert_eq!(household(address(one)) == household(address(other)), same, "{one} and {other}");
        }
    }
}
