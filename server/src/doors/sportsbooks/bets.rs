//! `place_bet` and `get_bets`: from the door's fields to a request to the ledger, and back.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use shared::domain::bets::{BetFilter, BetPlaced, BetStatus, BetsFound, OddsPolicy, PlaceBet};
use shared::units::Timestamp;
use shared::wire::Code;

use super::messages::DoorMsg;
use super::shapes::Bet;
use crate::domain::{Refused, Request};
use crate::doors::desk::Complaint;
use crate::doors::number::{Given, GivenPrice};
use crate::hub::{Answer, Frame};
use crate::session::Identity;

/// What someone who is not signed in is told, in the document's words...
const WHO: &str = "Authentication required";
/// ...and in ours.
const HOW: &str = "connect with a token: the cookie X-Token, the header Authorization: Bearer, or ?token=";

/// The payload of `place_bet`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceBetIn {
    market_id: Box<str>,
    selection_id: Box<str>,
    bookmaker: Box<str>,
    /// Dollars, to the cent.
    stake: Given,
    /// The price that the client saw: American at -100 and below and at 100 and above, decimal between 1
    /// and 100.
    odds: Given,
    /// At most 280 characters.
    #[serde(default)]
    notes: Option<Box<str>>,
    /// The client's own name for the bet: the same again gives the first outcome. Without one, sending it
    /// again places another bet.
    #[serde(default, alias = "requestId")]
    client_ref: Option<Box<str>>,
    /// `none`: the price may not have moved; `higher`: a better one is taken; `any`.
    #[serde(default)]
    odds_policy: OddsPolicy,
}

/// The payload of `get_bets`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct GetBetsIn {
    /// With this status.
    status: Option<BetStatus>,
    /// At this book.
    bookmaker: Option<Box<str>>,
    /// In this market.
    market_id: Option<Box<str>>,
    /// The one with this name.
    client_ref: Option<Box<str>>,
    /// Older than this bet.
    before: Option<Box<str>>,
    /// At most so many, 1 to 500; 50 unless told otherwise.
    limit: Option<u32>,
}

/// A request that is being carried out.
pub struct Pending {
    /// Its number.
    pub id: u64,
    /// Whether it places a bet or asks for some.
    pub places: bool,
    /// The client's name for it.
    pub request_id: Option<Box<str>>,
}

impl PlaceBetIn {
    /// As the ledger takes it. `own_ref`: its name when the client gave it none.
    ///
    /// # Errors
    /// What to tell the client.
    pub fn args(self, own_ref: impl FnOnce() -> Box<str>) -> Result<serde_json::Value, Complaint> {
        let malformed = |sentence: &str| Complaint::new(Code::Malformed, sentence);
        let stake = self.stake.money().ok_or_else(|| malformed("stake is an amount in dollars, for example 12.50"))?;
        let price = self.odds.price().ok_or_else(|| {
            malformed("odds are American, at most -100 or at least 100 and whole, or decimal between 1 and 100")
        })?;
        let (american, decimal) = match price {
            GivenPrice::American(american) => (Some(american), None),
            GivenPrice::Decimal(decimal) => (None, Some(decimal)),
        };
        Ok(json!(PlaceBet {
            client_ref: self.client_ref.unwrap_or_else(own_ref),
            market: self.market_id,
            selection: self.selection_id,
            book: self.bookmaker.to_lowercase().into(),
            stake,
            decimal,
            american,
            odds_policy: self.odds_policy,
            notes: self.notes,
        }))
    }
}

impl GetBetsIn {
    /// As the ledger takes it.
    pub fn args(self) -> serde_json::Value {
        let GetBetsIn { status, bookmaker, market_id, client_ref, before, limit } = self;
        let book = bookmaker.map(|book| book.to_lowercase().into());
        json!(BetFilter { status, book, market: market_id, client_ref, before, limit, ..BetFilter::default() })
    }
}

/// A request by whom a token names.
///
/// # Errors
/// Nobody is named.
pub fn request(
    identity: Option<&Arc<Identity>>,
    name: &str,
    at: Timestamp,
    args: impl FnOnce() -> Result<serde_json::Value, Complaint>,
) -> Result<Request, Complaint> {
    let Some(identity) = identity else {
        return Err(Complaint { hint: Some(HOW), ..Complaint::new(Code::SignIn, WHO) });
    };
    Ok(Request { user: Some(identity.user.clone()), operator: false, name: name.into(), args: args()?, at })
}

impl Pending {
    /// What came of it, as the door says it.
    pub fn answer(self, outcome: Result<Answer, Refused>) -> Result<Frame, Complaint> {
        let Pending { places, request_id, .. } = self;
        let about = |complaint: Complaint| complaint.about(request_id.clone());
        let answer = outcome.map_err(|Refused { code, message, details }| {
            about(Complaint { details, ..Complaint::new(code, message) })
        })?;
        let unreadable = |_| about(Complaint::new(Code::Internal, "the outcome cannot be shown; ask with get_bets"));
        let request_id = request_id.as_deref();
        if places {
            let BetPlaced { bet } = serde_json::from_str(answer.ok.get()).map_err(unreadable)?;
            Ok(DoorMsg::BetPlaced { bet: Box::new(Bet::from(bet)), request_id }.encode())
        } else {
            let BetsFound { bets, more } = serde_json::from_str(answer.ok.get()).map_err(unreadable)?;
            let bets: Vec<Bet> = bets.into_iter().map(Bet::from).collect();
            Ok(DoorMsg::Bets { total: bets.len(), bets, more, request_id }.encode())
        }
    }
}
