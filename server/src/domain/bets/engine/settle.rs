//! What became of bets, by the score or by an operator's word. The operator has the last one.

use shared::domain::bets::{BetStatus, BetsSettled, SettleBet, outcome};
use shared::units::{Ratio, UserId};
use shared::wire::Code;

use super::ask::{answer, args, malformed, operator, text};
use super::bet::{Bet, BetId, By, Settlement, Standing};
use super::ledger::Ledger;
use super::markets::Offer;
use super::{query, rows};
use crate::domain::market::FinalScore;
use crate::domain::{Answered, Refused, Request};

/// Settles the bets on an event by its score. A score that is corrected settles them anew; what an
/// operator settled stays, for the same score may be told again at any time.
pub(super) fn by_score(ledger: &mut Ledger, score: &FinalScore) {
    for id in ledger.markets().of_event(&score.event) {
        let Some(bet) = ledger.bet(id) else { continue };
        let Some(status) = came_out(&bet.offer, score) else { continue };
        let stays = match bet.standing() {
            Standing::Open => false,
            Standing::Settled(Settlement { by: By::Operator(_), .. }) | Standing::Rejected(_) => true,
            Standing::Settled(settlement) => settlement.status == status,
        };
        let by = By::Score(score.home, score.away);
        let settlement = bet.settled(score.at, by, status, None).filter(|_| !stays);
        if let Some(settlement) = settlement {
            ledger.settle(id, settlement);
        }
    }
}

/// What becomes of a bet on this at that score; `None`: only an operator can say.
fn came_out(offer: &Offer, score: &FinalScore) -> Option<BetStatus> {
    let line = match &offer.line {
        Some(line) => Some(hundredths(line)?),
        None => None,
    };
    outcome(&offer.selection, line, offer.three_way, score.home, score.away)
}

/// A line in hundredths of a point.
fn hundredths(line: &str) -> Option<i32> {
    let e4 = line.parse::<Ratio>().ok()?.e4();
    if e4 % 100 == 0 { i32::try_from(e4 / 100).ok() } else { None }
}

/// `settle_bet`, for operators.
pub(super) fn by_operator(ledger: &mut Ledger, request: &Request) -> Result<Answered, Refused> {
    let user = operator(request)?;
    let SettleBet { bet, market, selection, status, reason } = args(request)?;
    if matches!(status, BetStatus::Placed | BetStatus::Rejected) {
        return Err(malformed("status is what became of the bet: won, lost, push, void, half_won or half_lost"));
    }
    let word = Word { request, user, status, reason: text("reason", reason)? };
    match (bet, market, selection) {
        (Some(bet), None, None) => one(ledger, &word, &bet),
        (None, Some(market), selection) => many(ledger, &word, &market, selection.as_deref()),
        _ => Err(malformed("name a bet, or a market with or without a selection")),
    }
}

/// What an operator says.
struct Word<'a> {
    request: &'a Request,
    user: &'a UserId,
    status: BetStatus,
    reason: Option<Box<str>>,
}

impl Word<'_> {
    fn about(&self, bet: &Bet) -> Option<Settlement> {
        bet.settled(self.request.at, By::Operator(self.user.clone()), self.status, self.reason.clone())
    }
}

/// Settles one bet, whether it was settled before or not. The same word again changes nothing.
fn one(ledger: &mut Ledger, word: &Word<'_>, bet: &str) -> Result<Answered, Refused> {
    let bet = query::find(ledger, bet)?;
    let (id, user) = (bet.id, bet.user.clone());
    let said = match bet.standing() {
        Standing::Rejected(_) => {
            return Err(Refused::new(Code::Refused, "the bet was rejected, so there is nothing to settle"));
        }
        Standing::Settled(Settlement { by: By::Operator(_), status, .. }) => *status == word.status,
        Standing::Settled(_) | Standing::Open => false,
    };
    if let Some(settlement) = word.about(bet).filter(|_| !said) {
        ledger.settle(id, settlement);
    }
    let bet = ledger.bet(id).map(rows::bet);
    Ok(answer(&user, &BetsSettled { settled: u32::from(!said), bet }))
}

/// Settles the open bets of a market.
fn many(ledger: &mut Ledger, word: &Word<'_>, market: &str, selection: Option<&str>) -> Result<Answered, Refused> {
    let sentence = || format!("nobody has bet in market {market:?}");
    let bets = ledger.markets().bets(market).ok_or_else(|| Refused::new(Code::NotFound, sentence()))?;
    let wanted = |bet: &&Bet| selection.is_none_or(|selection| selection == &*bet.offer.selection);
    let open = bets.iter().filter_map(|id| ledger.bet(*id)).filter(|bet| bet.standing() == Standing::Open);
    let about = |bet: &Bet| Some((bet.id, word.about(bet)?));
    let settlements: Vec<(BetId, Settlement)> = open.filter(wanted).filter_map(about).collect();
    let settled = u32::try_from(settlements.len()).unwrap_or(u32::MAX);
    // All are stored at once, so the answer may wait with whichever of them.
    let user = settlements.first().and_then(|(id, _)| ledger.bet(*id)).map_or(word.user, |bet| &bet.user).clone();
    settlements.into_iter().for_each(|(id, settlement)| ledger.settle(id, settlement));
    Ok(answer(&user, &BetsSettled { settled, bet: None }))
}
