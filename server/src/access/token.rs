//! The tokens that `undercurrent token create` prints.
//!
//! `uc_`, 256 random bits and a checksum, in hexadecimal digits. The checksum tells a token that was
//! copied badly from one that is not known; it protects nothing.

use std::fmt;

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use thiserror::Error;

/// What every token of ours begins with.
pub const PREFIX: &str = "uc_";
/// Random bytes.
const RANDOM: usize = 32;
/// Bytes of checksum.
const CHECK: usize = 4;

/// The SHA-256 of a token: all that is kept of it.
pub type Hash = [u8; 32];

/// A token, which exists in clear only while it is printed. `Debug` hides it.
pub struct Token(String);

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the system gives no random numbers: try again")]
pub struct TokenError;

impl Token {
    /// One that nobody has or will guess.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn random() -> Result<Token, TokenError> {
        let mut random = [0; RANDOM];
        SystemRandom::new().fill(&mut random).map_err(|_| TokenError)?;
        let random = hex(&random);
        Ok(Token(format!("{PREFIX}{random}{}", checksum(&random))))
    }

    /// The text, for the one line that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash_of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// The SHA-256 of a text. Looking it up says nothing about how much of a guess was right.
#[must_use]
pub fn hash_of(text: &str) -> Hash {
    digest(&SHA256, text.as_bytes()).as_ref().try_into().expect("a SHA-256 has 32 bytes")
}

/// What to do about a token of this form that is not known.
pub fn sentence(text: &str) -> &'static str {
    if is_whole(text) {
        "this token is not known here: ask the operator for one"
    } else {
        "this token was not copied whole: copy it once more, from uc_ to the end"
    }
}

/// Whether a text is a token of ours from end to end.
pub fn is_whole(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(PREFIX) else { return false };
    digits.split_at_checked(2 * RANDOM).is_some_and(|(random, check)| check == checksum(random))
}

fn checksum(random: &str) -> String {
    hex(&hash_of(random)[..CHECK])
}

/// Two digits a byte.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_256_random_bits_and_shows_itself_only_when_asked() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_eq!(one.reveal().len(), PREFIX.len() + 64 + 8);
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(format!("{one:?}"), "Token(hidden)");
        assert_eq!(one.hash(), hash_of(one.reveal()));
        assert_ne!(one.hash(), other.hash());
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-2, appendix B.1
        assert_eq!(hex(&hash_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_token_that_was_copied_badly_is_told_from_one_that_is_not_known() {
        let token = Token::random().unwrap();
        let whole = token.reveal();
        let (cut, swapped) = (&whole[..60], whole.replacen(&whole[10..11], "x", 1));
        assert!(sentence(whole).contains("not known"));
        for broken in [cut, &swapped, "uc_", "uc_ä"] {
            assert!(sentence(broken).contains("not copied whole"), "{broken}");
        }
    }
}
