//! Who a client is, once a token has said so.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use shared::domain::owner_of;
use shared::stream::Topic;
use shared::units::{Timestamp, UserId};
use shared::wire::{Code, Who};

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

/// What a client shows to prove who it is. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Presented(Box<str>);

/// Why nobody was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// [`Code::SignIn`], or [`Code::TooMany`] for who guesses.
    pub code: Code,
    /// What to do about it.
    pub message: Box<str>,
    /// How long to wait before the next try.
    pub retry_after: Option<Duration>,
}

impl Presented {
    /// This text.
    pub fn new(text: impl Into<Box<str>>) -> Presented {
        Presented(text.into())
    }

    /// The text, for who verifies it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presented(hidden)")
    }
}

impl Barred {
    /// What a client is told.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Barred::SignIn => Code::SignIn,
            Barred::Foreign => Code::Forbidden,
        }
    }

    /// The same in words, to stand behind the topic's name.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Barred::SignIn => "sign in to read it",
            Barred::Foreign => "it belongs to someone else",
        }
    }
}

impl Identity {
    /// As its user may see it.
    #[must_use]
    pub fn who(&self) -> Who {
        let Identity { user, name, operator, token: _, expires } = self;
        Who { user: user.clone(), name: name.clone(), operator: *operator, expires_ms: *expires }
    }

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
