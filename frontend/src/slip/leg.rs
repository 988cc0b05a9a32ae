//! A bet in the slip: what is typed, how far it is, what the ledger is told.
//!
//! A bet gets its `client_ref` when it is first sent and keeps it until its outcome is known, also
//! across reloads, so that it can be repeated safely: the ledger takes each reference once.

use shared::domain::bets::{BetRow, OddsPolicy};
use shared::units::{Money, Odds, Timestamp, UserId};

use super::pick::{Pick, stake};
use crate::domain::bets::words::policy_key;

/// As long as this after it was sent a bet is what its reader wants, and may be sent again. Later
/// it is only asked for.
const REPEAT_MS: i64 = 30_000;

/// How far a bet is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// On its way, or its outcome is not known yet.
    Sent {
        /// Whose it is: nobody else may repeat it.
        user: UserId,
        /// When it was first sent.
        at: Timestamp,
    },
    /// Not accepted, and why; it can be changed and placed again.
    Refused {
        /// In plain words.
        why: String,
        /// The price as it is now, where that was the reason.
        offered: Option<Odds>,
    },
    /// In the ledger.
    Placed(Box<BetRow>),
}

/// A bet in the slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Its number in the slip.
    pub number: u32,
    /// What was picked; its price is the one the reader accepts.
    pub pick: Pick,
    /// What was typed as the stake.
    pub stake: String,
    /// How far the price may move.
    pub policy: OddsPolicy,
    /// The reader's notes.
    pub notes: String,
    /// How far it is.
    pub state: State,
    /// Its name for the ledger, from when it is first sent until its outcome is known.
    pub client_ref: Option<Box<str>>,
}

/// What to do about a bet whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Send it again.
    Repeat,
    /// Ask for it by its `client_ref`; it is too old to be placed without being asked for anew.
    Look,
}

impl Leg {
    /// Whether it can be changed and placed.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Draft | State::Refused { .. })
    }

    /// The stake, or what is wrong with it.
    ///
    /// # Errors
    /// A sentence.
    pub fn money(&self) -> Result<Money, &'static str> {
        stake(&self.stake)
    }

    /// What to do about it at `now`, signed in as `user`, when its outcome is not known.
    #[must_use]
    pub fn errand(&self, user: &UserId, now: Timestamp) -> Option<Errand> {
        match &self.state {
            State::Sent { user: whose, at } if whose == user => {
                Some(if now.ms_since(*at) < REPEAT_MS { Errand::Repeat } else { Errand::Look })
            }
            State::Sent { .. } | State::Draft | State::Refused { .. } | State::Placed(_) => None,
        }
    }

    /// The arguments of `place_bet`; `None` before it was sent, or while the stake is none.
    #[must_use]
    pub fn args(&self) -> Option<serde_json::Value> {
        let mut args = serde_json::json!({
            "client_ref": self.client_ref.as_deref()?,
            "market": &*self.pick.market,
            "selection": &*self.pick.selection,
            "book": &*self.pick.book,
            "stake": self.money().ok()?.to_string(),
            "decimal": self.pick.decimal.to_string(),
            "odds_policy": policy_key(self.policy),
        });
        let notes = self.notes.trim();
        if !notes.is_empty() {
            args["notes"] = notes.into();
        }
        Some(args)
    }
}

#[cfg(test)]
mod tests {
    use shared::domain::bets::PlaceBet;

    use super::super::list::tests::sent;
    use super::*;

    #[test]
    fn the_ledger_is_told_what_place_bet_takes() {
        let mut leg = sent().legs()[0].clone();
        leg.policy = OddsPolicy::Higher;
        leg.notes = "  a \"hunch\" ".into();
        let expected = PlaceBet {
            client_ref: "ref-1".into(),
            market: leg.pick.market.clone(),
            selection: "home".into(),
            book: "x".into(),
            stake: "25".parse().unwrap(),
            decimal: Some("2.10".parse().unwrap()),
            american: None,
            odds_policy: OddsPolicy::Higher,
            notes: Some("a \"hunch\"".into()),
        };
        assert_eq!(serde_json::from_value::<PlaceBet>(leg.args().unwrap()).unwrap(), expected);
        leg.notes.clear();
        assert!(leg.args().unwrap().get("notes").is_none());
        leg.stake = "x".into();
        assert_eq!(leg.args(), None);
        leg.stake = "25".into();
        leg.client_ref = None;
        assert_eq!(leg.args(), None, "without a name it could be placed twice");
    }
}
