//! What the sportsbook door sends, with the field names of its document.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use shared::units::Timestamp;

use super::shapes::{Bet, Book, Market, Opportunity};
use crate::doors::desk::Complaint;

/// A message of the door.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DoorMsg<'a> {
    /// The first frame.
    Connected {
        /// The connection's name in the server's logs.
        client_id: &'a str,
        /// Who a token says this is; without a token, what the client calls itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<&'a str>,
        /// The same for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<&'a str>,
        /// A token said who this is, so bets can be placed.
        authenticated: bool,
        /// When it connected.
        timestamp: Timestamp,
        /// For people.
        message: &'a str,
    },
    /// The status of all books that were subscribed to: it replaces what was said before.
    Sportsbooks {
        /// Each of them.
        #[schemars(with = "Vec<Book>")]
        sportsbooks: Vec<&'a RawValue>,
        /// How many there are.
        total: usize,
    },
    /// Markets of one sport that changed; or, in answer to `get_markets`, those that fit.
    MarketUpdate {
        /// The sport's key; absent in an answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        sport_key: Option<&'a str>,
        /// These are all markets of this sport that fit the subscription: others are to be forgotten.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        full: bool,
        /// As they are now.
        #[schemars(with = "Vec<Market>")]
        markets: Vec<&'a RawValue>,
        /// Ids of markets that are gone, or no longer fit the subscription.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        removed: &'a [&'a str],
        /// In an answer: how many fit; more than there are in `markets` when `limit` cut them off.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<usize>,
        /// `get_markets` in an answer, which changes nothing in what is subscribed to.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<&'a str>,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
        /// When the server published the newest price in it.
        timestamp: Timestamp,
    },
    /// All opportunities that are open now and fit: it replaces what was said before. Also the answer to
    /// `get_arbitrage`.
    ArbitrageUpdate {
        /// The best first.
        #[schemars(with = "Vec<Opportunity>")]
        opportunities: Vec<&'a RawValue>,
        /// How many fit.
        total: usize,
        /// `get_arbitrage` in an answer, which changes nothing in what is subscribed to.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<&'a str>,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
        /// When the server published the newest change.
        timestamp: Timestamp,
    },
    /// A bet is in the ledger.
    BetPlaced {
        /// It.
        bet: Box<Bet>,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
    },
    /// In answer to `get_bets`.
    Bets {
        /// Newest first.
        bets: Vec<Bet>,
        /// How many there are in it.
        total: usize,
        /// There are older ones that fit.
        more: bool,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
    },
    /// Every 30 s.
    Heartbeat {
        /// The server's time.
        timestamp: Timestamp,
        /// Open connections.
        clients: u64,
    },
    /// In answer to `ping`.
    Pong,
    /// Something was refused.
    Error(Complaint),
}

impl DoorMsg<'_> {
    /// As text.
    pub fn encode(&self) -> crate::hub::Frame {
        serde_json::to_string(self).expect("a door's message has only string keys").into()
    }
}
