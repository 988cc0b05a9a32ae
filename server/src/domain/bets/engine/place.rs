//! `place_bet`: a wish against the price as it is.

use serde_json::json;
use shared::domain::bets::{BetPlaced, PlaceBet, potential};
use shared::units::Timestamp;
use shared::wire::Code;

use super::ask::{answer, args, signed_in};
use super::bet::{Bet, Rejection};
use super::ledger::Ledger;
use super::rows;
use super::wish::Wish;
use crate::domain::bets::BetsSettings;
use crate::domain::market::{Missing, Quote, Quotes};
use crate::domain::{Answered, Refused, Request};

/// Accepts or rejects a bet. Either is recorded, and is the answer to the same wish ever after. What is
/// malformed or speaks of a market that is not there is no wish yet: nothing is recorded.
pub(super) fn place(
    ledger: &mut Ledger,
    settings: &BetsSettings,
    request: &Request,
    quotes: &dyn Quotes,
) -> Result<Answered, Refused> {
    let user = signed_in(request)?;
    let wish = Wish::read(args::<PlaceBet>(request)?)?;
    if let Some(bet) = ledger.by_ref(user, &wish.client_ref) {
        return if wish.is_that_of(bet) { Ok(outcome(bet)) } else { Err(conflict(&wish)) };
    }
    let Wish { market, selection, book, .. } = &wish;
    let quote = quotes.quote(market, selection, book).map_err(|missing| not_there(&wish, missing))?;
    let open = ledger.account(user).map_or(0, |account| account.total().open_bets);
    let rejection = check(settings, &wish, &quote, request.at, open).err();
    let id = ledger.record(request.at, user, wish, &quote, rejection);
    let bet = ledger.bet(id).expect("it was recorded just now");
    Ok(outcome(bet))
}

/// Whether the bet is taken.
fn check(settings: &BetsSettings, wish: &Wish, quote: &Quote, at: Timestamp, open: u32) -> Result<(), Rejection> {
    let Quote { book, name, odds, .. } = quote;
    let BetsSettings { min_stake, max_stake, max_payout, max_open_bets } = settings;
    let no = |reason: String| Err(Rejection { reason: reason.into(), moved: false });
    if quote.closed {
        return no(format!("{name} is closed: the event is over or its market has ended; bet on another"));
    }
    if quote.suspended {
        return no(format!("{book} takes no bets on {name} now; wait until its price is open again"));
    }
    if quote.stale {
        let age_s = quote.age_ms / 1_000;
        return no(format!("the price of {book} is {age_s} s old, which is too old; wait for a newer one"));
    }
    // Who quotes an event that goes on said so after it began.
    if at >= quote.commence && at.ms_since(quote.commence) < quote.age_ms {
        return no(format!("the event has begun and {book}'s price is from before; wait for a live one"));
    }
    if wish.stake < *min_stake {
        return no(format!("a stake is at least {min_stake}; stake more"));
    }
    if wish.stake > *max_stake {
        return no(format!("a stake is at most {max_stake}; stake less"));
    }
    if !wish.seen.allows(wish.policy, *odds) {
        let american = odds.american();
        let reason = format!(
            "the price is {odds} ({american:+}) now; to bet at that, send it with a new client_ref, \
             or let odds_policy be higher or any"
        );
        return Err(Rejection { reason: reason.into(), moved: true });
    }
    let payout = potential(wish.stake, *odds);
    if payout > *max_payout {
        return no(format!("it could bring back {payout}, and {max_payout} is the most; stake less"));
    }
    if open >= *max_open_bets {
        return no(format!("{open} of your bets are open, and no more may be; wait until one is settled"));
    }
    Ok(())
}

/// What became of a bet that was asked for, told to whoever asks for it.
fn outcome(bet: &Bet) -> Answered {
    let told = answer(&bet.user, &BetPlaced { bet: rows::bet(bet) });
    let Some(rejection) = &bet.rejection else { return told };
    let price = || json!({ "decimal": bet.odds, "american": bet.odds.american() });
    let details = rejection.moved.then(price);
    let refused = Refused { code: Code::Refused, message: rejection.reason.clone(), details };
    Answered { outcome: Err(refused), ..told }
}

fn conflict(wish: &Wish) -> Refused {
    let sentence = format!(
        "client_ref {:?} was sent before with other arguments; give each bet its own, or look at that one with get_bets",
        wish.client_ref
    );
    Refused::new(Code::Conflict, sentence)
}

fn not_there(wish: &Wish, missing: Missing) -> Refused {
    let Wish { market, selection, book, .. } = wish;
    let sentence = match missing {
        Missing::Market => format!("there is no market {market:?}; the boards list those that there are"),
        Missing::Selection => format!("market {market:?} has no selection {selection:?}"),
        Missing::Book => format!("{book:?} has no price of {selection:?} in market {market:?}"),
    };
    Refused::new(Code::NotFound, sentence)
}
