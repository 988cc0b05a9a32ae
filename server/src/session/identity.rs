//! Who a client is, once a token has said so.

use std::sync::Arc;

use shared::domain::owner_of;
use shared::stream::Topic;
use shared::units::{Timestamp, UserId};

/// A verified user. Nothing in a request but a token makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user's id.
    pub user: UserId,
    /// As people call them.
    pub name: Box<str>,
    /// They may do what operators do.
    pub operator: bool,
    /// Which token said so, so that it can be revoked; `None` for one that we did not issue.
    pub token: Option<Box<str>>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
}

/// What a reader of a private topic is told who may not read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// They have to sign in first.
    SignIn,
    /// It is someone else's.
    Foreign,
}

impl Identity {
    /// Whether a topic may be read: everyone's by everyone, a user's own by the user and by operators.
    ///
    /// # Errors
    /// Why not.
    pub fn may_read(identity: Option<&Arc<Identity>>, topic: &Topic) -> Result<(), Barred> {
        match (owner_of(topic), identity) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Barred::SignIn),
            (Some(owner), Some(identity)) if identity.operator || identity.user == owner => Ok(()),
            (Some(_), Some(_)) => Err(Barred::Foreign),
        }
    }
}
