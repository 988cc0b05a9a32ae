//! The topics that someone follows, and what of them is to be told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::domain::bets::BetsTopic;
use shared::stream::{Change, Key, Topic};
use shared::units::UserId;

use super::account::Account;
use super::bet::BetId;
use super::ledger::Ledger;
use super::rows;
use crate::domain::{RowJson, TopicChange};

/// The row of all books together.
const ALL: &str = "*";

/// The topics that someone follows.
#[derive(Debug, Default)]
pub(super) struct Shown {
    bets: Followed,
    exposure: Followed,
}

/// Topics of one kind, by whose they are.
#[derive(Debug, Default)]
struct Followed {
    all: BTreeSet<UserId>,
    /// Those of which nobody knows what they hold.
    unknown: BTreeSet<UserId>,
}

impl Shown {
    /// Begins to make a topic; `false`: it is none of this domain.
    pub fn open(&mut self, topic: &Topic) -> bool {
        let (followed, user) = match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(user)) => (&mut self.bets, user),
            Some(BetsTopic::Exposure(user)) => (&mut self.exposure, user),
            None => return false,
        };
        followed.unknown.insert(user.clone());
        followed.all.insert(user);
        true
    }

    /// Nobody follows it any more.
    pub fn close(&mut self, topic: &Topic) {
        let (followed, user) = match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(user)) => (&mut self.bets, user),
            Some(BetsTopic::Exposure(user)) => (&mut self.exposure, user),
            None => return,
        };
        followed.unknown.remove(&user);
        followed.all.remove(&user);
    }

    /// The changes of all topics, now that these bets changed.
    pub fn take(&mut self, ledger: &Ledger, changed: Vec<(UserId, BetId)>) -> Vec<TopicChange> {
        let mut by_user: BTreeMap<UserId, BTreeSet<BetId>> = BTreeMap::new();
        for (user, id) in changed {
            by_user.entry(user).or_default().insert(id);
        }
        let mut changes = Vec::new();
        for (user, ids) in self.bets.take(&by_user) {
            let (account, whole) = (ledger.account(user), ids.is_none());
            let change = match ids {
                Some(ids) => changed_bets(ledger, account, ids),
                None => all_bets(ledger, account),
            };
            changes.push(topic_change(&BetsTopic::Bets(user.clone()), change, whole));
        }
        for (user, ids) in self.exposure.take(&by_user) {
            let change = exposure(user, ledger.account(user));
            changes.push(topic_change(&BetsTopic::Exposure(user.clone()), change, ids.is_none()));
        }
        self.bets.unknown.clear();
        self.exposure.unknown.clear();
        changes
    }
}

impl Followed {
    /// Whose topics have something to tell: which bets, or all of them.
    fn take<'a>(
        &'a self,
        changed: &'a BTreeMap<UserId, BTreeSet<BetId>>,
    ) -> impl Iterator<Item = (&'a UserId, Option<&'a BTreeSet<BetId>>)> {
        let known = |user: &UserId| self.all.contains(user) && !self.unknown.contains(user);
        let changed = changed.iter().filter(move |(user, _)| known(user)).map(|(user, ids)| (user, Some(ids)));
        self.unknown.iter().map(|user| (user, None)).chain(changed)
    }
}

fn all_bets(ledger: &Ledger, account: Option<&Account>) -> Change<RowJson> {
    let mut change = Change::new();
    let shown = account.into_iter().flat_map(Account::shown);
    for bet in shown.filter_map(|id| ledger.bet(id)) {
        change.set(key(bet.id), rows::json(&rows::bet(bet)));
    }
    change
}

fn changed_bets(ledger: &Ledger, account: Option<&Account>, ids: &BTreeSet<BetId>) -> Change<RowJson> {
    let mut change = Change::new();
    for id in ids {
        match ledger.bet(*id).filter(|_| account.is_some_and(|account| account.shows(*id))) {
            Some(bet) => change.set(key(*id), rows::json(&rows::bet(bet))),
            None => change.del(key(*id)),
        }
    }
    change
}

/// All rows: there are few, and those that are what they were are dropped by the hub.
fn exposure(user: &UserId, account: Option<&Account>) -> Change<RowJson> {
    let mut change = Change::new();
    let total = account.map(|account| *account.total()).unwrap_or_default();
    change.set(ALL.into(), rows::json(&rows::exposure(user, ALL, &total)));
    for (book, sums) in account.into_iter().flat_map(Account::books) {
        change.set(book.clone(), rows::json(&rows::exposure(user, book, sums)));
    }
    change
}

fn key(id: BetId) -> Key {
    Arc::from(id.to_string())
}

fn topic_change(topic: &BetsTopic, change: Change<RowJson>, whole: bool) -> TopicChange {
    TopicChange { topic: topic.topic(), change, src_ts: None, whole }
}
