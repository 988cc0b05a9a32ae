//! All bets, what is counted from them, and what is yet to be told of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::units::{Timestamp, UserId};

use super::account::Account;
use super::bet::{Bet, BetId, Rejection, Settlement, Standing};
use super::markets::{Markets, Offer};
use super::state;
use super::wish::Wish;
use crate::domain::StateOp;
use crate::domain::market::{ActiveBets, Pool, Quote};

/// All bets.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    bets: BTreeMap<BetId, Bet>,
    accounts: BTreeMap<UserId, Account>,
    markets: Markets,
    /// How many bets are open at each book.
    active: BTreeMap<Arc<str>, u32>,
    /// The number of the next bet. The newest is never forgotten, so this is known after a restart.
    next: u64,
    news: News,
}

/// What changed since it was last told.
#[derive(Debug, Default)]
struct News {
    bets: Vec<(UserId, BetId)>,
    books: BTreeSet<Arc<str>>,
    ops: Vec<StateOp>,
}

impl Ledger {
    /// The bet with this id.
    pub fn bet(&self, id: BetId) -> Option<&Bet> {
        self.bets.get(&id)
    }

    /// The bet that a user asked for under this name.
    pub fn by_ref(&self, user: &UserId, client_ref: &str) -> Option<&Bet> {
        self.bet(self.account(user)?.by_ref(client_ref)?)
    }

    /// What is known of a user; `None`: they never bet.
    pub fn account(&self, user: &UserId) -> Option<&Account> {
        self.accounts.get(user)
    }

    /// Where bets were placed on what.
    pub const fn markets(&self) -> &Markets {
        &self.markets
    }

    /// A bet is accepted, or rejected.
    pub fn record(
        &mut self,
        at: Timestamp,
        user: &UserId,
        wish: Wish,
        quote: &Quote,
        rejection: Option<Rejection>,
    ) -> BetId {
        let (offer, new) = self.markets.offer(quote);
        if new {
            self.news.ops.push(state::put_offer(&offer));
        }
        let id = BetId { placed: at.max(Timestamp::from_ms(0)), number: self.next };
        let bet = Bet {
            id,
            user: user.clone(),
            client_ref: wish.client_ref,
            offer,
            book: wish.book.into(),
            stake: wish.stake,
            odds: quote.odds,
            seen: wish.seen,
            policy: wish.policy,
            notes: wish.notes,
            rejection: rejection.map(Box::new),
            trail: Vec::new(),
        };
        self.news.ops.push(state::put_bet(&bet));
        self.file(bet);
        id
    }

    /// A bet that is open or settled is settled, or settled anew.
    pub fn settle(&mut self, id: BetId, settlement: Settlement) {
        let Some(mut bet) = self.bets.remove(&id) else { return };
        self.discount(&bet);
        self.news.ops.push(state::put_settlement(id, bet.trail.len(), &settlement));
        bet.trail.push(settlement);
        self.count(&bet);
        self.bets.insert(id, bet);
    }

    /// One more offer that was stored.
    pub fn restore_offer(&mut self, offer: Arc<Offer>) {
        self.markets.add(offer);
    }

    /// One more bet that was stored.
    pub fn restore_bet(&mut self, bet: Bet) {
        self.file(bet);
    }

    /// What was read is stored already, and topics are made anew after it.
    pub fn restored(&mut self) {
        self.news.ops.clear();
        self.news.bets.clear();
    }

    fn file(&mut self, mut bet: Bet) {
        let id = bet.id;
        self.next = self.next.max(id.number + 1);
        // One name of each for all bets.
        bet.user = self.accounts.get_key_value(&bet.user).map_or(bet.user, |(user, _)| user.clone());
        bet.book = self.active.get_key_value(&bet.book).map_or(bet.book, |(book, _)| book.clone());
        let forgotten = self.accounts.entry(bet.user.clone()).or_default().add(&bet);
        if let Standing::Open | Standing::Settled(_) = bet.standing() {
            self.markets.accept(&bet);
        }
        self.count(&bet);
        self.bets.insert(id, bet);
        if let Some(forgotten) = forgotten {
            self.forget(forgotten);
        }
    }

    /// Of a rejected bet nothing else speaks: neither sums nor markets.
    fn forget(&mut self, id: BetId) {
        let Some(bet) = self.bets.remove(&id) else { return };
        if let Some(account) = self.accounts.get_mut(&bet.user) {
            account.forget(&bet);
        }
        self.news.ops.push(state::del_bet(id));
        self.news.bets.push((bet.user, id));
    }

    /// Counts a bet in as it stands.
    fn count(&mut self, bet: &Bet) {
        let hidden = self.accounts.entry(bet.user.clone()).or_default().count(bet);
        self.markets.count(bet);
        self.active(bet, |open| open + 1);
        self.news.bets.extend(hidden.into_iter().chain([bet.id]).map(|id| (bet.user.clone(), id)));
    }

    /// Takes a bet out again, before it stands otherwise.
    fn discount(&mut self, bet: &Bet) {
        self.accounts.entry(bet.user.clone()).or_default().discount(bet);
        self.markets.discount(bet);
        self.active(bet, |open| open - 1);
    }

    fn active(&mut self, bet: &Bet, change: impl FnOnce(u32) -> u32) {
        if bet.standing() == Standing::Open {
            let open = self.active.entry(bet.book.clone()).or_default();
            *open = change(*open);
            self.news.books.insert(bet.book.clone());
        }
    }

    /// See [`BetsEngine::take_pools`](super::BetsEngine::take_pools).
    pub fn take_pools(&mut self) -> Vec<Pool> {
        self.markets.take()
    }

    /// See [`BetsEngine::take_active`](super::BetsEngine::take_active).
    pub fn take_active(&mut self) -> Vec<ActiveBets> {
        let count = |book: &Arc<str>| self.active.get(book).copied().unwrap_or_default();
        let active = |book: Arc<str>| ActiveBets { count: count(&book), book: Box::from(&*book) };
        std::mem::take(&mut self.news.books).into_iter().map(active).collect()
    }

    /// Bets that came, changed, or are shown no more, since this was last called.
    pub fn take_changed(&mut self) -> Vec<(UserId, BetId)> {
        std::mem::take(&mut self.news.bets)
    }

    /// What to store so that the ledger can be read again.
    pub fn take_state(&mut self) -> Vec<StateOp> {
        std::mem::take(&mut self.news.ops)
    }
}
