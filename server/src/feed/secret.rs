//! A key that does not show itself.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

/// A provider's key. `Debug` and `Display` hide it; it cannot be serialised.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(Box<str>);

/// The text is no key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the key is empty")]
pub struct SecretError;

impl Secret {
    /// The key itself, for the one message or header that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the key, should somebody have quoted it.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        text.replace(&*self.0, HIDDEN)
    }
}

const HIDDEN: &str = "(hidden)";

impl FromStr for Secret {
    type Err = SecretError;

    /// Spaces around it are left out: a key is usually pasted.
    fn from_str(text: &str) -> Result<Secret, SecretError> {
        let key = text.trim();
        if key.is_empty() { Err(SecretError) } else { Ok(Secret(key.into())) }
    }
}

impl TryFrom<String> for Secret {
    type Error = SecretError;

    fn try_from(text: String) -> Result<Secret, SecretError> {
        text.parse()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_only_when_asked() {
        let key: Secret = " hunter2\n".parse().unwrap();
        assert_eq!(key.reveal(), "hunter2");
        assert_eq!(format!("{key} {key:?}"), "(hidden) Secret(hidden)");
        assert_eq!(key.redact("unknown key hunter2."), "unknown key (hidden).");
        assert_eq!("  ".parse::<Secret>(), Err(SecretError));
    }
}
