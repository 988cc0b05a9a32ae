//! `auth`: who a connection belongs to may become known, and change, while it is open.
//!
//! Until it is known whose token was shown, nothing else that the client asks for is carried out, so
//! that an `auth` and the bet behind it may be sent in one go.

use std::sync::Arc;

use serde::Serialize;
use shared::stream::Topic;
use shared::wire::{CloseCode, Code, ErrorMsg, Reply, ServerMsg, Who};

use super::Session;
use crate::domain::Request;
use crate::hub::Frame;
use crate::session::{Ask, Denied, Identity};

/// The reply to `auth`.
#[derive(Serialize)]
struct SignedIn {
    #[serde(flatten)]
    who: Who,
    /// What is followed no more, because it belongs to whom the client was before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unfollowed: Vec<Topic>,
}

impl Session {
    /// The next request, in the name of whom the client is now.
    pub(super) fn next_ask(&mut self) -> Option<Ask> {
        if self.verifying {
            return None;
        }
        let mut ask = self.asks.pop_front()?;
        match &mut ask {
            Ask::Command(_, request) => self.sign(request),
            Ask::Verify(..) => self.verifying = true,
            Ask::Open(_) | Ask::Drop(_) => {}
        }
        Some(ask)
    }

    fn sign(&self, request: &mut Request) {
        let identity = self.identity.as_ref();
        request.user = identity.map(|identity| identity.user.clone());
        request.operator = identity.is_some_and(|identity| identity.operator);
    }

    /// Whoever was wrong stays who they were.
    pub(super) fn verified(&mut self, id: u64, outcome: Result<Arc<Identity>, Denied>) {
        self.verifying = false;
        match outcome {
            Ok(identity) => {
                let who = identity.who();
                self.identity = Some(identity);
                let signed_in = SignedIn { who, unfollowed: self.leave_foreign() };
                let ok = serde_json::value::to_raw_value(&signed_in).expect("it has only string keys");
                self.say(ServerMsg::Reply(Reply { id, ok, at: None }));
            }
            Err(Denied { code, message, retry_after }) => {
                let mut error = ErrorMsg::new(Some(id), code, message);
                error.retry_after_ms = retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
                self.say(ServerMsg::Error(error));
            }
        }
    }

    /// Leaves the topics that the client may read no more.
    fn leave_foreign(&mut self) -> Vec<Topic> {
        let Some(follower) = &mut self.follower else { return Vec::new() };
        let identity = self.identity.as_ref();
        let topics = follower.readers().iter().map(|(topic, _)| topic);
        let foreign: Vec<Topic> = topics.filter(|t| Identity::may_read(identity, t).is_err()).cloned().collect();
        foreign.iter().for_each(|topic| follower.leave(topic));
        foreign
    }

    /// Nothing that is private may follow; the last word says why.
    pub(super) fn sign_out(&mut self) -> Frame {
        self.identity = None;
        self.close = Some(CloseCode::Token);
        let sentence = "your token was revoked or has expired: sign in again, or come back without it";
        ServerMsg::Error(ErrorMsg::new(None, Code::SignIn, sentence)).to_json().into()
    }
}
