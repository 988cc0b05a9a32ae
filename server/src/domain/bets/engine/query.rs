//! What is read of the ledger: a user's bets, and how a bet was settled.

use shared::domain::bets::{BetAudited, BetFilter, BetsFound, GetAudit};
use shared::units::UserId;
use shared::wire::Code;

use super::ask::{answer, args, malformed, operator, signed_in};
use super::bet::{Bet, BetId};
use super::ledger::Ledger;
use super::rows;
use crate::domain::{Answered, Refused, Request};

/// How many bets an answer has unless it was said.
const USUAL: u32 = 50;
/// The most bets of an answer.
const MOST: u32 = 500;

/// `get_bets`. The answer waits until everything in it is stored, or it would confirm a bet that a
/// restart can still lose.
pub(super) fn bets(ledger: &Ledger, request: &Request) -> Result<Answered, Refused> {
    let asks = signed_in(request)?;
    let filter: BetFilter = args(request)?;
    let user = whose(asks, request.operator, &filter)?;
    let limit = filter.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(malformed(format!("limit is 1 to {MOST}; older bets come with before")));
    }
    let before = match &filter.before {
        Some(before) => Some(read_id(before)?),
        None => None,
    };
    let ids = ledger.account(user).into_iter().flat_map(|account| account.bets().iter().rev());
    let older = ids.filter(|id| before.is_none_or(|before| **id < before));
    let mut found = older.filter_map(|id| ledger.bet(*id)).filter(|bet| fits(&filter, bet));
    let bets = found.by_ref().take(limit as usize).map(rows::bet).collect();
    Ok(answer(user, &BetsFound { bets, more: found.next().is_some() }))
}

/// `get_audit`, for operators.
pub(super) fn audit(ledger: &Ledger, request: &Request) -> Result<Answered, Refused> {
    operator(request)?;
    let GetAudit { bet } = args(request)?;
    let bet = find(ledger, &bet)?;
    let trail = bet.trail.iter().map(rows::audit).collect();
    Ok(answer(&bet.user, &BetAudited { user: bet.user.clone(), bet: rows::bet(bet), trail }))
}

/// The bet with this id.
pub(super) fn find<'a>(ledger: &'a Ledger, id: &str) -> Result<&'a Bet, Refused> {
    let sentence = || format!("there is no bet {id:?}");
    ledger.bet(read_id(id)?).ok_or_else(|| Refused::new(Code::NotFound, sentence()))
}

fn read_id(id: &str) -> Result<BetId, Refused> {
    id.parse().map_err(|()| malformed(format!("{id:?} is no bet's id; take it from a bet's row")))
}

fn whose<'a>(asks: &'a UserId, operator: bool, filter: &'a BetFilter) -> Result<&'a UserId, Refused> {
    match &filter.user {
        Some(user) if user != asks && !operator => {
            Err(Refused::new(Code::Forbidden, "the bets of others are for operators; leave user out for your own"))
        }
        Some(user) => Ok(user),
        None => Ok(asks),
    }
}

fn fits(filter: &BetFilter, bet: &Bet) -> bool {
    let BetFilter { status, book, market, client_ref, before: _, limit: _, user: _ } = filter;
    status.is_none_or(|status| status == bet.status())
        && book.as_ref().is_none_or(|book| **book == *bet.book)
        && market.as_ref().is_none_or(|market| *market == bet.offer.market)
        && client_ref.as_ref().is_none_or(|client_ref| **client_ref == *bet.client_ref)
}
