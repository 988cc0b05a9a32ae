//! Who one is signed in as.

use serde::{Deserialize, Serialize};

use crate::units::{Timestamp, UserId};

/// `{"user":"42","name":"ana","operator":false,"expires_ms":null}`: what `GET /api/v1/session` answers
/// (`null`: nobody), and the reply to `auth`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Who {
    /// The user's id: their bets are `bets/{user}`.
    pub user: UserId,
    /// As people call them.
    pub name: Box<str>,
    /// They may do what operators do.
    pub operator: bool,
    /// When that ends by itself; `null`: never.
    pub expires_ms: Option<Timestamp>,
}
