//! The ledger as text under keys.
//!
//! | key | value |
//! |---|---|
//! | `b/{bet}` | a bet as it was accepted or rejected; never changes |
//! | `a/{bet}/{n}` | its n-th settlement; never changes |
//! | `o/{n}` | an offer that bets refer to |
//!
//! Values are JSON. A price is the exact fraction.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::from_str;
use shared::domain::bets::OddsPolicy;
use shared::units::{Money, Odds, UserId};
use thiserror::Error;

use super::bet::{Bet, BetId, Rejection, Settlement};
use super::ledger::Ledger;
use super::markets::Offer;
use super::price::Seen;
use crate::domain::StateOp;

/// An entry that is not what was stored there.
#[derive(Debug, Error)]
#[error("{key:?} holds {value:?}: {why}")]
pub(super) struct Broken {
    key: Box<str>,
    value: Box<str>,
    why: Box<str>,
}

#[derive(Serialize, Deserialize)]
struct StoredBet {
    user: UserId,
    #[serde(rename = "ref")]
    client_ref: Arc<str>,
    offer: u64,
    book: Arc<str>,
    stake: Money,
    /// Numerator and denominator.
    odds: (u64, u64),
    seen: Seen,
    policy: OddsPolicy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejection: Option<Box<Rejection>>,
}

pub(super) fn put_offer(offer: &Offer) -> StateOp {
    put(format!("o/{:09}", offer.number), offer)
}

pub(super) fn put_bet(bet: &Bet) -> StateOp {
    let stored = StoredBet {
        user: bet.user.clone(),
        client_ref: bet.client_ref.clone(),
        offer: bet.offer.number,
        book: bet.book.clone(),
        stake: bet.stake,
        odds: (bet.odds.numerator(), bet.odds.denominator()),
        seen: bet.seen,
        policy: bet.policy,
        notes: bet.notes.clone(),
        rejection: bet.rejection.clone(),
    };
    put(format!("b/{}", bet.id), &stored)
}

pub(super) fn del_bet(id: BetId) -> StateOp {
    StateOp::Del(format!("b/{id}").into())
}

/// The `n`-th settlement of a bet, from 0.
pub(super) fn put_settlement(id: BetId, n: usize, settlement: &Settlement) -> StateOp {
    put(format!("a/{id}/{n:06}"), settlement)
}

fn put(key: String, value: &impl Serialize) -> StateOp {
    let value = serde_json::to_string(value).expect("entries have string keys and finite numbers");
    StateOp::Put(key.into(), value.into())
}

/// The ledger that was stored.
///
/// # Errors
/// The first entry that cannot be read.
pub(super) fn load(state: &BTreeMap<Box<str>, Box<str>>) -> Result<Ledger, Broken> {
    let mut ledger = Ledger::default();
    let (mut bets, mut trails, mut offers) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for (key, value) in state {
        let broken = |why: String| Broken { key: key.clone(), value: value.clone(), why: why.into() };
        let unread = |error: serde_json::Error| broken(error.to_string());
        match key.split_once('/').unwrap_or((key, "")) {
            ("o", number) => {
                let number = read_key(number).ok_or_else(|| broken("no offer has this number".to_owned()))?;
                offers.insert(number, Arc::new(Offer { number, ..from_str(value).map_err(unread)? }));
            }
            ("b", id) => {
                let id = read_key(id).ok_or_else(|| broken("no bet has this id".to_owned()))?;
                bets.push((id, from_str::<StoredBet>(value).map_err(unread)?, key));
            }
            ("a", place) => {
                let id = place.split_once('/').and_then(|(id, _)| read_key::<BetId>(id));
                let id = id.ok_or_else(|| broken("no bet has this id".to_owned()))?;
                let (trail, _) = trails.entry(id).or_insert_with(|| (Vec::new(), key));
                trail.push(from_str::<Settlement>(value).map_err(unread)?);
            }
            _ => return Err(broken("nothing is stored under such a key".to_owned())),
        }
    }
    offers.values().for_each(|offer| ledger.restore_offer(offer.clone()));
    let broken = |key: &str, why: &str| Broken { key: key.into(), value: state[key].clone(), why: why.into() };
    for (id, stored, key) in bets {
        let trail = trails.remove(&id).map(|(trail, _)| trail).unwrap_or_default();
        let bet = stored.into_bet(id, &offers, trail);
        ledger.restore_bet(bet.ok_or_else(|| broken(key, "there is no such offer, or no such price"))?);
    }
    if let Some((_, key)) = trails.into_values().next() {
        return Err(broken(key, "there is no such bet"));
    }
    ledger.restored();
    Ok(ledger)
}

fn read_key<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

impl StoredBet {
    fn into_bet(self, id: BetId, offers: &BTreeMap<u64, Arc<Offer>>, trail: Vec<Settlement>) -> Option<Bet> {
        let StoredBet { user, client_ref, offer, book, stake, odds: (num, den), seen, policy, notes, rejection } = self;
        let (offer, odds) = (offers.get(&offer)?.clone(), Odds::new(num, den).ok()?);
        Some(Bet { id, user, client_ref, offer, book, stake, odds, seen, policy, notes, rejection, trail })
    }
}
