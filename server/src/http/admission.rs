//! Who may come in: so many connections from one address, so many upgrades a second.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;
use shared::units::Moment;

use crate::fanout::Peer;
use crate::session::Bucket;

/// How many may come in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections from one address at once; 0: no limit.
    pub connections_per_address: u32,
    /// Upgrades a second; 0: no limit.
    pub upgrades_per_s: u32,
    /// The client's address is what a proxy says in `X-Forwarded-For`.
    pub trust_forwarded: bool,
}

/// Counts who is in.
#[derive(Debug)]
pub struct Admission {
    limits: Limits,
    inside: Mutex<BTreeMap<IpAddr, u32>>,
    upgrades: Mutex<Bucket>,
}

/// Someone who was let in, until this is dropped.
#[derive(Debug)]
pub struct Admitted {
    admission: Arc<Admission>,
    address: IpAddr,
}

impl Admission {
    /// With nobody inside.
    #[must_use]
    pub fn new(limits: Limits, now: Moment) -> Arc<Admission> {
        let upgrades = Bucket::new(limits.upgrades_per_s, limits.upgrades_per_s, now);
        Arc::new(Admission { limits, inside: Mutex::default(), upgrades: Mutex::new(upgrades) })
    }

    /// Whether an upgrade more is within the rate.
    pub fn may_upgrade(&self, now: Moment) -> bool {
        self.upgrades.lock().unwrap_or_else(PoisonError::into_inner).take(now).is_ok()
    }

    /// Lets a connection in, unless too many of its address are.
    pub fn enter(self: &Arc<Admission>, peer: &Peer, headers: &HeaderMap) -> Option<Admitted> {
        let address = self.address_of(peer, headers);
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let count = inside.entry(address).or_insert(0);
        if self.limits.connections_per_address != 0 && *count >= self.limits.connections_per_address {
            return None;
        }
        *count += 1;
        Some(Admitted { admission: self.clone(), address })
    }

    /// The last address in the header is the one that our own proxy saw; those before it are
    /// whatever the client made up.
    pub(super) fn address_of(&self, peer: &Peer, headers: &HeaderMap) -> IpAddr {
        let forwarded = || headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next();
        let named = || forwarded()?.trim().parse().ok();
        if self.limits.trust_forwarded { named().unwrap_or(peer.address) } else { peer.address }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut inside = self.admission.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = inside.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(trust_forwarded: bool) -> Arc<Admission> {
        let limits = Limits { connections_per_address: 2, upgrades_per_s: 3, trust_forwarded };
        Admission::new(limits, Moment::from_ms(0))
    }

    fn peer() -> Peer {
        Peer { address: [10, 0, 0, 1].into() }
    }

    fn forwarded(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            axum::http::HeaderName::from_static("x-forwarded-for"),
            axum::http::HeaderValue::from_static(value),
        )])
    }

    #[test]
    fn one_address_gets_its_share_and_gets_it_back() {
        let admission = admission(false);
        let first = admission.enter(&peer(), &HeaderMap::new());
        let second = admission.enter(&peer(), &forwarded("1.2.3.4"));
        assert!(first.is_some() && second.is_some());
        assert!(admission.enter(&peer(), &HeaderMap::new()).is_none());
        drop(first);
        assert!(admission.enter(&peer(), &HeaderMap::new()).is_some());
    }

    #[test]
    fn behind_a_trusted_proxy_its_last_word_counts() {
        let admission = admission(true);
        let inside: Vec<_> = (0..2).filter_map(|_| admission.enter(&peer(), &forwarded("9.9.9.9, 1.2.3.4"))).collect();
        assert_eq!(inside.len(), 2);
        assert!(admission.enter(&peer(), &forwarded("7.7.7.7, 1.2.3.4")).is_none());
        assert!(admission.enter(&peer(), &forwarded("1.2.3.4, 7.7.7.7")).is_some());
    }

    #[test]
    fn upgrades_have_a_rate() {
        let admission = admission(false);
        let at = Moment::from_ms;
        assert_eq!((0..10).filter(|_| admission.may_upgrade(at(0))).count(), 3);
        assert!(admission.may_upgrade(at(400)));
    }
}
