//! The bets in the slip, and what becomes of each.

use shared::domain::bets::{BetRow, OddsPolicy};
use shared::units::{Money, Odds, Timestamp, UserId};
use shared::wire::{Code, ErrorMsg};

use super::leg::{Leg, State};
use super::pick::Pick;
use crate::domain::bets::words::refusal;

/// More bets at once are not meant.
pub const MOST: usize = 24;

/// What follows a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the outcome is known.
    Done,
    /// The same again after so many milliseconds.
    Again {
        /// How long to wait.
        ms: u64,
    },
    /// There is a bet of that name: see which.
    Look,
}

/// The slip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slip {
    pub(super) legs: Vec<Leg>,
    pub(super) next: u32,
}

impl Slip {
    /// The bets, the first picked first.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// The bet of that number.
    #[must_use]
    pub fn find(&self, number: u32) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.number == number)
    }

    /// Picks a price; one that is there already gets the new price, and the stake if there is one.
    /// Says whether there was room.
    pub fn add(&mut self, pick: Pick, stake: Option<Money>) -> bool {
        let stake = stake.map(|stake| stake.to_string());
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.is_open() && leg.pick.is(&pick)) {
            leg.pick = pick;
            leg.state = State::Draft;
            leg.stake = stake.unwrap_or_else(|| std::mem::take(&mut leg.stake));
            return true;
        }
        // What is done makes room first.
        self.legs.retain(|leg| !matches!(leg.state, State::Placed(_)));
        if self.legs.len() >= MOST {
            return false;
        }
        self.next += 1;
        self.legs.push(Leg {
            number: self.next,
            pick,
            stake: stake.unwrap_or_default(),
            policy: OddsPolicy::None,
            notes: String::new(),
            state: State::Draft,
            client_ref: None,
        });
        true
    }

    /// Takes a bet out. One whose outcome is not known stays.
    pub fn remove(&mut self, number: u32) {
        self.legs.retain(|leg| leg.number != number || matches!(leg.state, State::Sent { .. }));
    }

    /// Takes all out whose outcome is known.
    pub fn clear(&mut self) {
        self.legs.retain(|leg| matches!(leg.state, State::Sent { .. }));
    }

    /// Changes a bet that has not been sent.
    pub fn edit(&mut self, number: u32, edit: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.number == number && leg.is_open()) {
            edit(leg);
        }
    }

    /// Takes the price as it is now.
    pub fn accept(&mut self, number: u32, price: Odds) {
        self.edit(number, |leg| {
            leg.pick.decimal = price;
            leg.state = State::Draft;
        });
    }

    /// A bet is sent by `user`. `client_ref` is its name unless it has one already.
    pub fn send(&mut self, number: u32, user: &UserId, client_ref: &str, now: Timestamp) {
        self.edit(number, |leg| {
            leg.client_ref.get_or_insert_with(|| client_ref.into());
            leg.state = State::Sent { user: user.clone(), at: now };
        });
    }

    /// The ledger has it.
    pub fn placed(&mut self, number: u32, bet: BetRow) {
        self.settle(number, |leg| {
            leg.client_ref = None;
            leg.state = State::Placed(Box::new(bet));
        });
    }

    /// The ledger was asked for it and has no bet of that name.
    pub fn missing(&mut self, number: u32) {
        self.settle(number, |leg| {
            let why = "It never reached the ledger; nothing was staked. Place it again if you still want it.";
            leg.state = State::Refused { why: why.to_owned(), offered: None };
        });
    }

    /// The ledger refused it, or could not say. Tells what to do next.
    pub fn refused(&mut self, number: u32, error: &ErrorMsg) -> Next {
        const AGAIN_MS: u64 = 2_000;
        if error.code == Code::Conflict {
            return Next::Look;
        }
        if error.retryable {
            return Next::Again { ms: error.retry_after_ms.unwrap_or(AGAIN_MS) };
        }
        let offered = error.details.as_ref().and_then(|details| details.get("decimal")?.as_str()?.parse().ok());
        self.settle(number, |leg| {
            // The next attempt is another bet.
            leg.client_ref = None;
            leg.state = State::Refused { why: refusal(error.code, &error.message), offered };
        });
        Next::Done
    }

    fn settle(&mut self, number: u32, end: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.number == number) {
            end(leg);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::leg::Errand;
    use super::super::pick::tests::pick;
    use super::*;
    use crate::domain::bets::store::tests::bet;

    pub fn ana() -> UserId {
        "42".parse().unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    /// A slip with one bet of 25 that was sent at 0.
    pub fn sent() -> Slip {
        let mut slip = Slip::default();
        assert!(slip.add(pick("x", "2.10"), Some("25".parse().unwrap())));
        slip.send(1, &ana(), "ref-1", at(0));
        slip
    }

    fn refusal_of(json: &str) -> ErrorMsg {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_bet_keeps_its_name_until_its_outcome_is_known() {
        let mut slip = sent();
        let name = |slip: &Slip| slip.legs()[0].client_ref.as_deref().map(str::to_owned);
        let down = refusal_of(r#"{"id":1,"code":"NX-504","message":"unknown","retryable":true,"retry_after_ms":500}"#);
        assert_eq!(slip.refused(1, &down), Next::Again { ms: 500 });
        slip.edit(1, |leg| leg.stake = "99".into());
        slip.remove(1);
        slip.clear();
        assert_eq!(
            (slip.legs()[0].stake.as_str(), name(&slip).as_deref()),
            ("25.00", Some("ref-1")),
            "it stays as sent"
        );
        slip.missing(1);
        slip.send(1, &ana(), "ref-2", at(9));
        assert_eq!(name(&slip).as_deref(), Some("ref-1"), "it may be on its way still");
        let moved = refusal_of(
            r#"{"id":1,"code":"NX-422","message":"the price moved","retryable":false,"details":{"decimal":"1.95"}}"#,
        );
        assert_eq!(slip.refused(1, &moved), Next::Done);
        let offered = "1.95".parse().unwrap();
        let why = "The price moved. (NX-422)".to_owned();
        assert_eq!(slip.legs()[0].state, State::Refused { why, offered: Some(offered) });
        slip.accept(1, offered);
        slip.send(1, &ana(), "ref-3", at(10));
        assert_eq!(name(&slip).as_deref(), Some("ref-3"), "after a refusal it is another bet");
        assert_eq!(slip.legs()[0].pick.decimal, offered);
    }

    #[test]
    fn a_name_that_is_taken_is_looked_up() {
        let mut slip = sent();
        let taken = refusal_of(r#"{"id":1,"code":"NX-409","message":"used","retryable":false}"#);
        assert_eq!(slip.refused(1, &taken), Next::Look);
        slip.placed(1, bet("7", "placed", None));
        assert!(matches!(&slip.legs()[0].state, State::Placed(bet) if &*bet.id == "7"));
        slip.remove(1);
        assert!(slip.legs().is_empty());
    }

    #[test]
    fn only_whose_it_is_repeats_a_bet_and_only_for_a_while() {
        let slip = sent();
        let leg = &slip.legs()[0];
        assert_eq!(leg.errand(&ana(), at(29_999)), Some(Errand::Repeat));
        assert_eq!(leg.errand(&ana(), at(30_000)), Some(Errand::Look));
        assert_eq!(leg.errand(&"43".parse().unwrap(), at(1)), None);
        assert_eq!(Leg { state: State::Draft, ..leg.clone() }.errand(&ana(), at(1)), None);
    }

    #[test]
    fn the_same_price_is_picked_once_and_another_book_is_another_bet() {
        let mut slip = Slip::default();
        slip.add(pick("x", "2.10"), Some("25".parse().unwrap()));
        slip.add(pick("x", "2.20"), None);
        slip.add(pick("y", "2.00"), None);
        let legs: Vec<_> = slip.legs().iter().map(|leg| (leg.pick.decimal.to_string(), leg.stake.as_str())).collect();
        assert_eq!(legs, [("2.20".to_owned(), "25.00"), ("2.00".to_owned(), "")]);
        slip.send(1, &ana(), "ref-1", at(0));
        slip.add(pick("x", "2.20"), None);
        assert_eq!(slip.legs().len(), 3, "what is sent is not changed");
    }

    #[test]
    fn a_full_slip_takes_no_more_until_something_is_done() {
        let mut slip = Slip::default();
        for n in 0..MOST {
            assert!(slip.add(pick(&format!("book{n}"), "2.00"), None));
        }
        assert!(!slip.add(pick("another", "2.00"), None));
        slip.placed(1, bet("7", "placed", None));
        assert!(slip.add(pick("another", "2.00"), None));
        assert!(slip.find(1).is_none(), "what is placed makes room");
    }
}
