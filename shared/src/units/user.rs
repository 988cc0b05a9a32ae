//! Who someone is.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A user's id as the operator gave it: 1 to 64 ASCII letters, digits, `.`, `-`, `_`, `:`, so that it
/// can stand in the name of a topic. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct UserId(Arc<str>);

/// The text is no user's id.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a user's id is 1 to 64 letters, digits, '.', '-', '_' or ':'")]
pub struct UserIdError;

impl UserId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Arc<str>> for UserId {
    type Error = UserIdError;

    fn try_from(text: Arc<str>) -> Result<UserId, UserIdError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) { Ok(UserId(text)) } else { Err(UserIdError) }
    }
}

impl From<UserId> for Arc<str> {
    fn from(user: UserId) -> Arc<str> {
        user.0
    }
}

impl FromStr for UserId {
    type Err = UserIdError;

    fn from_str(text: &str) -> Result<UserId, UserIdError> {
        UserId::try_from(Arc::from(text))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
