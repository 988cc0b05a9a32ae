//! What a client asks for, with nothing in it that is wrong by itself.

use std::sync::Arc;

use shared::domain::bets::{OddsPolicy, PlaceBet};
use shared::units::Money;

use super::ask::{malformed, text};
use super::bet::Bet;
use super::price::Seen;
use crate::domain::Refused;

const PICO_PER_CENT: i128 = 10_000_000_000;
/// More than anyone stakes; sums of such stakes are far from the end of the range.
const ABSURD: Money = Money::from_pico(PICO_PER_CENT * 100_000_000_000_000);

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub client_ref: Arc<str>,
    pub market: Box<str>,
    pub selection: Box<str>,
    pub book: Box<str>,
    pub stake: Money,
    pub seen: Seen,
    pub policy: OddsPolicy,
    pub notes: Option<Box<str>>,
}

impl Wish {
    /// Reads the arguments.
    ///
    /// # Errors
    /// Says which is wrong.
    pub fn read(args: PlaceBet) -> Result<Wish, Refused> {
        let PlaceBet { client_ref, market, selection, book, stake, decimal, american, odds_policy, notes } = args;
        if !(1..=64).contains(&client_ref.chars().count()) || client_ref.chars().any(char::is_control) {
            return Err(malformed("client_ref is your own name for the bet: 1 to 64 characters that can be printed"));
        }
        if stake <= Money::ZERO || stake > ABSURD || stake.pico() % PICO_PER_CENT != 0 {
            return Err(malformed("stake is an amount of dollars to the cent, such as \"25.50\""));
        }
        let seen = match (decimal, american) {
            (Some(decimal), None) => Seen::Decimal(decimal),
            (None, Some(american)) => {
                Seen::american(american).map_err(|error| malformed(format!("american is no price: {error}")))?
            }
            (None, None) => return Err(malformed("say which price you saw, as decimal or as american")),
            (Some(_), Some(_)) => return Err(malformed("say the price as decimal or as american, not as both")),
        };
        let notes = text("notes", notes)?;
        Ok(Wish { client_ref: client_ref.into(), market, selection, book, stake, seen, policy: odds_policy, notes })
    }

    /// Whether this is what the bet was asked for with.
    pub fn is_that_of(&self, bet: &Bet) -> bool {
        let Wish { client_ref, market, selection, book, stake, seen, policy, notes } = self;
        *client_ref == bet.client_ref
            && *market == bet.offer.market
            && *selection == bet.offer.selection
            && **book == *bet.book
            && *stake == bet.stake
            && *seen == bet.seen
            && *policy == bet.policy
            && *notes == bet.notes
    }
}
