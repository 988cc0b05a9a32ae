//! The messages of the doors of the odds domain, generated from their types.

use schemars::generate::SchemaSettings;

use super::schemas::{Door, Schemas};
use crate::doors::{odds, sportsbooks};

/// `/ws/sportsbooks`
pub fn sportsbooks(schemas: &mut Schemas, settings: fn() -> SchemaSettings) -> Door {
    let what = "The sportsbook door: no subprotocol. Nothing is sent but connected and heartbeats until the client \
                subscribes or asks. A token in the cookie X-Token, as Authorization: Bearer or as ?token= signs in.";
    let mut door = schemas.door::<sportsbooks::DoorMsg<'static>>(settings, ("sportsbooks", "/ws/sportsbooks", what));
    let subscribe = "Adds to what is subscribed to; what fits is sent at once, then what changes.";
    schemas.taken::<sportsbooks::Subscription>(settings, &mut door, "subscribe", subscribe);
    let unsubscribe = "Takes away from what is subscribed to; without a payload, everything.";
    schemas.taken::<sportsbooks::Subscription>(settings, &mut door, "unsubscribe", unsubscribe);
    let markets = "Asks for markets that are there now: a market_update with inReplyTo answers.";
    schemas.taken::<sportsbooks::GetMarkets>(settings, &mut door, "get_markets", markets);
    let arbs = "Asks for opportunities that are open now: an arbitrage_update with inReplyTo answers.";
    schemas.taken::<sportsbooks::GetArbitrage>(settings, &mut door, "get_arbitrage", arbs);
    let place = "Places a bet; needs a token. bet_placed or error answers.";
    schemas.taken::<sportsbooks::PlaceBetIn>(settings, &mut door, "place_bet", place);
    let bets = "Asks for one's own bets; needs a token. bets answers.";
    schemas.taken::<sportsbooks::GetBetsIn>(settings, &mut door, "get_bets", bets);
    schemas.taken::<()>(settings, &mut door, "ping", "Asks for a pong.");
    door
}

/// `/ws/odds`
pub fn odds(schemas: &mut Schemas, settings: fn() -> SchemaSettings) -> Door {
    let what = "The odds door: no subprotocol. Rooms by sport, joined with ?room= or join.";
    let mut door = schemas.door::<odds::DoorMsg<'static>>(settings, ("odds", "/ws/odds", what));
    let join = "Joins rooms. What the payload holds may also stand in the message itself.";
    schemas.taken::<odds::RoomIn>(settings, &mut door, "join", join);
    schemas.taken::<odds::RoomIn>(settings, &mut door, "leave", "Leaves rooms.");
    schemas.taken::<()>(settings, &mut door, "ping", "Asks for a pong.");
    door
}
