//! Who a connection belongs to: it may become known while it is open, and ends with the token that
//! says so. Nothing is kept for those whom nobody knows, and nobody has a timer for it: when a token is
//! revoked or runs out, all connections are looked at once.

use std::io::{Read, Write};
use std::sync::Arc;

use shared::units::Moment;
use shared::wire::CloseCode;

use super::Shard;
use super::client::ClientId;
use crate::session::{Denied, Identity};

impl<S: Read + Write + Send + 'static> Shard<S> {
    /// Whoever showed a token was recognised, or nobody was.
    pub(super) fn verified(&mut self, id: ClientId, number: u64, outcome: Result<Arc<Identity>, Denied>, now: Moment) {
        if self.clients.get(id.index).is_none_or(|client| client.number != id.number) {
            return;
        }
        // What belongs to whom it was before is followed no more.
        self.detach(id.index);
        let client = &mut self.clients[id.index];
        if let Ok(identity) = &outcome {
            self.shared.metrics.signed_in(i64::from(client.guest.identity.is_none()));
            client.guest.identity = Some(identity.clone());
        }
        client.conversation.handle_verified(number, outcome);
        self.end_if_over(id.index, now);
        // What it asked for meanwhile had to wait.
        self.answer_asks(id.index, now);
        self.pump(id.index, now);
    }

    /// Sends those away who were verified by something that holds no more.
    pub(super) fn look_at_sign_ins(&mut self, now: Moment) {
        let known = self.clients.iter().filter(|(_, client)| client.guest.identity.is_some());
        let known: Vec<usize> = known.map(|(index, _)| index).collect();
        for index in known {
            self.guarded(index, |shard| {
                if shard.end_if_over(index, now) {
                    shard.pump(index, now);
                }
            });
        }
    }

    /// Says goodbye to a client whose token was revoked or ran out, if it was. One that came while that
    /// happened was not among those looked at.
    pub(super) fn end_if_over(&mut self, index: usize, now: Moment) -> bool {
        let Some(client) = self.clients.get_mut(index).filter(|client| client.closing.is_none()) else { return false };
        let over = client.guest.identity.as_ref().is_some_and(|identity| !self.shared.access.holds(identity));
        if over {
            if let Some(goodbye) = client.conversation.handle_signed_out() {
                client.say(&goodbye);
            }
            client.send_away(CloseCode::Token, now);
        }
        over
    }
}
