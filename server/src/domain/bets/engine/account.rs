//! What the ledger knows of one user: their bets in order, which of them are shown, their sums.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::domain::bets::potential;
use shared::units::Money;

use super::bet::{Bet, BetId, Standing};

/// Bets that are not open, of which so many are shown; also how many rejected ones are kept at all.
const RECENT: usize = 1_000;

/// What the ledger knows of one user.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// The bet of each `client_ref`.
    refs: BTreeMap<Arc<str>, BetId>,
    /// All bets.
    bets: BTreeSet<BetId>,
    open: BTreeSet<BetId>,
    /// The newest that are not open.
    recent: BTreeSet<BetId>,
    /// Those that were rejected.
    rejected: BTreeSet<BetId>,
    books: BTreeMap<Arc<str>, Sums>,
    total: Sums,
}

/// What is at stake and what was won.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub open_bets: u32,
    pub open_stake: Money,
    pub open_payout: Money,
    pub settled_bets: u32,
    pub settled_stake: Money,
    pub profit: Money,
}

impl Account {
    /// The bet that was asked for under this name.
    pub fn by_ref(&self, client_ref: &str) -> Option<BetId> {
        self.refs.get(client_ref).copied()
    }

    /// All bets.
    pub const fn bets(&self) -> &BTreeSet<BetId> {
        &self.bets
    }

    /// The bets that the user's topic shows.
    pub fn shown(&self) -> impl Iterator<Item = BetId> {
        self.open.iter().chain(&self.recent).copied()
    }

    /// Whether the user's topic shows it.
    pub fn shows(&self, id: BetId) -> bool {
        self.open.contains(&id) || self.recent.contains(&id)
    }

    /// The sums of all bets.
    pub const fn total(&self) -> &Sums {
        &self.total
    }

    /// The sums of each book.
    pub const fn books(&self) -> &BTreeMap<Arc<str>, Sums> {
        &self.books
    }

    /// One more bet. Of rejected ones only the newest are kept: the one to forget, if there is one.
    pub fn add(&mut self, bet: &Bet) -> Option<BetId> {
        self.refs.insert(bet.client_ref.clone(), bet.id);
        self.bets.insert(bet.id);
        let Standing::Rejected(_) = bet.standing() else { return None };
        self.rejected.insert(bet.id);
        if self.rejected.len() > RECENT { self.rejected.pop_first() } else { None }
    }

    /// No trace of a rejected bet is left.
    pub fn forget(&mut self, bet: &Bet) {
        self.bets.remove(&bet.id);
        self.recent.remove(&bet.id);
        self.rejected.remove(&bet.id);
        if self.by_ref(&bet.client_ref) == Some(bet.id) {
            self.refs.remove(&bet.client_ref);
        }
    }

    /// Counts a bet in as it stands. The one that is shown no more because of it, if there is one.
    pub fn count(&mut self, bet: &Bet) -> Option<BetId> {
        if let Standing::Open | Standing::Settled(_) = bet.standing() {
            self.books.entry(bet.book.clone()).or_default().add(bet);
            self.total.add(bet);
        }
        if bet.standing() == Standing::Open {
            self.open.insert(bet.id);
            return None;
        }
        self.recent.insert(bet.id);
        if self.recent.len() > RECENT { self.recent.pop_first() } else { None }
    }

    /// Takes a bet out again, before it is settled or settled anew.
    pub fn discount(&mut self, bet: &Bet) {
        self.open.remove(&bet.id);
        self.total.remove(bet);
        if let Some(sums) = self.books.get_mut(&bet.book) {
            sums.remove(bet);
        }
    }
}

impl Sums {
    fn add(&mut self, bet: &Bet) {
        match bet.standing() {
            Standing::Open => {
                self.open_bets += 1;
                self.open_stake += bet.stake;
                self.open_payout += potential(bet.stake, bet.odds);
            }
            Standing::Settled(settlement) => {
                self.settled_bets += 1;
                self.settled_stake += bet.stake;
                self.profit = self.profit + settlement.payout - bet.stake;
            }
            Standing::Rejected(_) => {}
        }
    }

    fn remove(&mut self, bet: &Bet) {
        match bet.standing() {
            Standing::Open => {
                self.open_bets -= 1;
                self.open_stake = self.open_stake - bet.stake;
                self.open_payout = self.open_payout - potential(bet.stake, bet.odds);
            }
            Standing::Settled(settlement) => {
                self.settled_bets -= 1;
                self.settled_stake = self.settled_stake - bet.stake;
                self.profit = self.profit - settlement.payout + bet.stake;
            }
            Standing::Rejected(_) => {}
        }
    }
}
