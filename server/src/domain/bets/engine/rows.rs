//! From the ledger to the rows of the wire.

use serde::Serialize;
use shared::domain::bets::{AuditRow, BetRow, ExposureRow, potential};
use shared::units::UserId;

use super::account::Sums;
use super::bet::{Bet, By, Settlement, Standing};
use crate::domain::RowJson;

/// A row as JSON.
pub(super) fn json<R: Serialize>(row: &R) -> RowJson {
    serde_json::to_string(row).expect("rows have string keys and finite numbers").into()
}

/// A bet as it stands.
pub(super) fn bet(bet: &Bet) -> BetRow {
    let Bet { id, user: _, client_ref, offer, book, stake, odds, seen: _, policy, notes, .. } = bet;
    let (settlement, reason) = match bet.standing() {
        Standing::Open => (None, None),
        Standing::Settled(settlement) => (Some(settlement), settlement.reason.clone()),
        Standing::Rejected(rejection) => (None, Some(rejection.reason.clone())),
    };
    BetRow {
        id: id.to_string().into(),
        client_ref: Box::from(&**client_ref),
        market: offer.market.clone(),
        selection: offer.selection.clone(),
        book: Box::from(&**book),
        stake: *stake,
        american: odds.american(),
        decimal: *odds,
        potential_payout: potential(*stake, *odds),
        status: bet.status(),
        placed_ms: id.placed,
        settled_ms: settlement.map(|settlement| settlement.at),
        payout: settlement.map(|settlement| settlement.payout),
        odds_policy: *policy,
        event: offer.game.clone(),
        sport: offer.sport.clone(),
        name: offer.name.clone(),
        commence_ms: offer.commence,
        notes: notes.clone(),
        reason,
    }
}

/// What a user has at stake at a book; `*`: at all of them.
pub(super) fn exposure(user: &UserId, book: &str, sums: &Sums) -> ExposureRow {
    let Sums { open_bets, open_stake, open_payout, settled_bets, settled_stake, profit } = *sums;
    let (user, book) = (user.clone(), book.into());
    ExposureRow { user, book, open_bets, open_stake, open_payout, settled_bets, settled_stake, profit }
}

/// One time that a bet was settled.
pub(super) fn audit(settlement: &Settlement) -> AuditRow {
    let Settlement { at, by, status, payout, reason } = settlement;
    let (by, score) = match by {
        By::Operator(user) => (Some(user.clone()), None),
        By::Score(home, away) => (None, Some((*home, *away))),
    };
    AuditRow { at_ms: *at, by, score, status: *status, payout: *payout, reason: reason.clone() }
}
