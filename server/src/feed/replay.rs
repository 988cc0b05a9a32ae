//! Playing a tape.
use std::str::FromStr;
use thiserror::Error;
/// How fast a tape is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As fast as the events are taken. Nothing is dropped.
    Unbounded,
    /// So many times as fast as it was recorded.
    Times(f64),
}

/// The text is no speed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a speed is a number above 0: 1 is real time; 0 is as fast as it goes")]
pub struct SpeedError;

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Speed, SpeedError> {
        match text.parse::<f64>() {
            Ok(0.0) => Ok(Speed::Unbounded),
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
            Ok(_) | Err(_) => Err(SpeedError),
        }
    }
}
