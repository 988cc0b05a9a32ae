//! What was bet on: each offer kept once however many bets are on it, and the bets of each market.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::domain::bets::potential;
use shared::units::{Money, Timestamp};

use super::bet::{Bet, BetId, Standing};
use crate::domain::market::{Pool, Quote};

/// A selection of a market as it was when someone bet on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Offer {
    pub market: Box<str>,
    pub selection: Box<str>,
    pub event: Box<str>,
    pub sport: Box<str>,
    /// Who plays: `Arsenal - Chelsea`.
    pub game: Box<str>,
    /// The selection as people call it.
    pub name: Box<str>,
    pub commence: Timestamp,
    /// The handicap of the home team, or the points.
    pub line: Option<Box<str>>,
    /// A draw can be bet on.
    pub three_way: bool,
    /// The how manieth offer it is.
    #[serde(skip)]
    pub number: u64,
}

/// All markets that someone bet on.
#[derive(Debug, Default)]
pub(super) struct Markets {
    markets: BTreeMap<Box<str>, Market>,
    /// The markets of each event.
    events: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Offers so far.
    offers: u64,
    /// Markets whose stakes changed since they were last told.
    changed: BTreeSet<Box<str>>,
}

#[derive(Debug, Default)]
struct Market {
    offers: Vec<Arc<Offer>>,
    /// All that were accepted.
    bets: Vec<BetId>,
    /// What open bets are on each selection.
    stakes: BTreeMap<Box<str>, Staked>,
}

/// Open bets on a selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Staked {
    stake: Money,
    /// What they would bring back.
    payout: Money,
}

impl Offer {
    fn of(quote: &Quote, number: u64) -> Offer {
        Offer {
            market: quote.market.clone(),
            selection: quote.selection.clone(),
            event: quote.event.clone(),
            sport: quote.sport.clone(),
            game: format!("{} - {}", quote.home, quote.away).into(),
            name: quote.name.clone(),
            commence: quote.commence,
            line: quote.line.clone(),
            three_way: quote.three_way,
            number,
        }
    }
}

impl Markets {
    /// The offer that is quoted, and whether nobody bet on it before.
    pub fn offer(&mut self, quote: &Quote) -> (Arc<Offer>, bool) {
        let mut known = self.markets.get(&quote.market).into_iter().flat_map(|market| &market.offers);
        if let Some(offer) = known.find(|offer| Offer::of(quote, offer.number) == ***offer) {
            return (offer.clone(), false);
        }
        let offer = Arc::new(Offer::of(quote, self.offers));
        self.add(offer.clone());
        (offer, true)
    }

    /// One more offer.
    pub fn add(&mut self, offer: Arc<Offer>) {
        self.offers = self.offers.max(offer.number + 1);
        self.events.entry(offer.event.clone()).or_default().insert(offer.market.clone());
        self.markets.entry(offer.market.clone()).or_default().offers.push(offer);
    }

    /// A bet was accepted.
    pub fn accept(&mut self, bet: &Bet) {
        self.markets.entry(bet.offer.market.clone()).or_default().bets.push(bet.id);
    }

    /// Adds an open bet to the stakes.
    pub fn count(&mut self, bet: &Bet) {
        self.restake(bet, |sum, more| sum + more);
    }

    /// Takes an open bet out of the stakes, before it is settled.
    pub fn discount(&mut self, bet: &Bet) {
        self.restake(bet, |sum, less| sum - less);
    }

    fn restake(&mut self, bet: &Bet, change: impl Fn(Money, Money) -> Money) {
        if bet.standing() != Standing::Open {
            return;
        }
        let Offer { market, selection, .. } = &*bet.offer;
        let stakes = &mut self.markets.entry(market.clone()).or_default().stakes;
        let Staked { stake, payout } = stakes.get(selection).copied().unwrap_or_default();
        let payout = change(payout, potential(bet.stake, bet.odds));
        let staked = Staked { stake: change(stake, bet.stake), payout };
        if staked == Staked::default() {
            stakes.remove(selection)
        } else {
            stakes.insert(selection.clone(), staked)
        };
        self.changed.insert(market.clone());
    }

    /// The bets that were accepted in a market; `None`: nobody bet on it.
    pub fn bets(&self, market: &str) -> Option<&[BetId]> {
        self.markets.get(market).map(|market| &*market.bets).filter(|bets| !bets.is_empty())
    }

    /// The bets that were accepted on an event.
    pub fn of_event(&self, event: &str) -> Vec<BetId> {
        let markets = self.events.get(event).into_iter().flatten();
        markets.filter_map(|market| self.bets(market)).flatten().copied().collect()
    }

    /// Pools whose stakes changed since this was last called.
    pub fn take(&mut self) -> Vec<Pool> {
        let sums = |market: &str, of: fn(&Staked) -> Money| {
            let stakes = self.markets.get(market).into_iter().flat_map(|market| &market.stakes);
            stakes.map(|(selection, staked)| (selection.clone(), of(staked))).collect()
        };
        let pool = |market: Box<str>| Pool {
            stakes: sums(&market, |of| of.stake),
            payouts: sums(&market, |of| of.payout),
            market,
        };
        std::mem::take(&mut self.changed).into_iter().map(pool).collect()
    }
}
