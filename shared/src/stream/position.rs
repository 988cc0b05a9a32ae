//! How far one has come in a topic, and what a frame means to someone who stands there.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Counts the committed change sets of a topic within an epoch, from 1. 0 is "before the first".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number given after this one.
    #[must_use]
    pub const fn next(self) -> Seq {
        Seq(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one numbering of a topic. It changes only when counting cannot be continued.
/// 1 to 16 ASCII letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Epoch(Arc<str>);

/// The text is no position.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a position is an epoch and a number, as in 7Kd2.1050")]
pub struct PositionError;

impl Epoch {
    /// An epoch named by 62 possible characters for each six bits of `bits`; the caller brings the
    /// randomness.
    #[must_use]
    pub fn from_bits(bits: u64) -> Epoch {
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let digit = |place: u32| char::from(ALPHABET[((bits >> (8 * place)) & 0xff) as usize % 62]);
        Epoch((0..6).map(digit).collect::<String>().into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Arc<str>> for Epoch {
    type Error = PositionError;

    fn try_from(text: Arc<str>) -> Result<Epoch, PositionError> {
        let fits = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Epoch(text)) } else { Err(PositionError) }
    }
}

impl From<Epoch> for Arc<str> {
    fn from(epoch: Epoch) -> Arc<str> {
        epoch.0
    }
}

impl FromStr for Epoch {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Epoch, PositionError> {
        Epoch::try_from(Arc::from(text))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far one has come in a topic. Written `epoch.seq`: `7Kd2.1050`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Arc<str>", into = "String")]
pub struct Position {
    /// The numbering.
    pub epoch: Epoch,
    /// The last change set that is included.
    pub seq: Seq,
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Position, PositionError> {
        let (epoch, seq) = text.split_once('.').ok_or(PositionError)?;
        if seq.is_empty() || !seq.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PositionError);
        }
        let seq = seq.parse().map_err(|_| PositionError)?;
        Ok(Position { epoch: epoch.parse()?, seq: Seq(seq) })
    }
}

impl TryFrom<Arc<str>> for Position {
    type Error = PositionError;

    fn try_from(text: Arc<str>) -> Result<Position, PositionError> {
        text.parse()
    }
}

impl From<Position> for String {
    fn from(position: Position) -> String {
        position.to_string()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// What an update means to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It continues from here: apply it.
    Apply,
    /// It is included already: ignore it.
    Duplicate,
    /// Something before it was lost: ask again with `since`.
    Gap,
    /// It counts in another epoch (or nothing is known yet): only a snapshot helps.
    Foreign,
}

/// Judges an update that takes a topic from `prev` to `seq` in `epoch`, for someone at `local`.
#[must_use]
pub fn judge(local: Option<&Position>, epoch: &Epoch, prev: Seq, seq: Seq) -> Verdict {
    match local {
        Some(at) if at.epoch == *epoch => {
            if seq <= at.seq {
                Verdict::Duplicate
            } else if prev <= at.seq {
                Verdict::Apply
            } else {
                Verdict::Gap
            }
        }
        Some(_) | None => Verdict::Foreign,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_position_is_written_and_read_back() {
        let position: Position = "7Kd2.1050".parse().unwrap();
        assert_eq!(position.to_string(), "7Kd2.1050");
        assert_eq!(serde_json::to_string(&position).unwrap(), r#""7Kd2.1050""#);
        for bad in ["", "7Kd2", "7Kd2.", ".5", "7K-2.5", "a.-1", "a.+1", "a.1.2", "a.99999999999999999999"] {
            assert_eq!(bad.parse::<Position>(), Err(PositionError), "{bad}");
        }
    }

    #[test]
    fn an_update_applies_only_where_it_continues() {
        let epoch: Epoch = "e".parse().unwrap();
        let at = Position { epoch: epoch.clone(), seq: Seq(10) };
        let cases = [
            (10, 11, Verdict::Apply),
            (5, 11, Verdict::Apply),
            (9, 10, Verdict::Duplicate),
            (5, 7, Verdict::Duplicate),
            (11, 12, Verdict::Gap),
        ];
        for (prev, seq, expected) in cases {
            assert_eq!(judge(Some(&at), &epoch, Seq(prev), Seq(seq)), expected, "{prev}->{seq}");
        }
        assert_eq!(judge(Some(&at), &"f".parse().unwrap(), Seq(10), Seq(11)), Verdict::Foreign);
        assert_eq!(judge(None, &epoch, Seq(0), Seq(1)), Verdict::Foreign);
    }

    #[test]
    fn bits_name_an_epoch_that_parses() {
        for bits in [0, 1, u64::MAX, 0x1234_5678_9abc_def0] {
            let epoch = Epoch::from_bits(bits);
            assert_eq!(epoch.as_str().parse::<Epoch>(), Ok(epoch.clone()));
        }
    }
}
