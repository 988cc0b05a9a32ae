//! What all commands have in common: who asks, with what, and how they are answered.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::domain::bets::BetsTopic;
use shared::units::UserId;
use shared::wire::Code;

use crate::domain::{Answered, Refused, Request};

/// The most characters of a note or a reason.
const MOST_CHARS: usize = 280;

/// Who asks.
pub(super) fn signed_in(request: &Request) -> Result<&UserId, Refused> {
    let sentence = || format!("{} is for those who are signed in; sign in and try again", request.name);
    request.user.as_ref().ok_or_else(|| Refused::new(Code::SignIn, sentence()))
}

/// The operator who asks.
pub(super) fn operator(request: &Request) -> Result<&UserId, Refused> {
    let user = signed_in(request)?;
    let sentence = || format!("{} is for operators", request.name);
    if request.operator { Ok(user) } else { Err(Refused::new(Code::Forbidden, sentence())) }
}

/// With what. None at all are those that can be left out.
pub(super) fn args<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    let none = Value::Object(serde_json::Map::new());
    let args = if request.args.is_null() { &none } else { &request.args };
    T::deserialize(args).map_err(|error| malformed(format!("the arguments of {} do not fit: {error}", request.name)))
}

/// A note or a reason, if it is not too long.
pub(super) fn text(what: &str, text: Option<Box<str>>) -> Result<Option<Box<str>>, Refused> {
    let fits = text.as_ref().is_none_or(|text| text.chars().count() <= MOST_CHARS);
    if fits { Ok(text) } else { Err(malformed(format!("{what} has at most {MOST_CHARS} characters"))) }
}

/// Arguments are missing or wrong.
pub(super) fn malformed(sentence: impl Into<Box<str>>) -> Refused {
    Refused::new(Code::Malformed, sentence)
}

/// An answer that waits until everything that it shows of a user's bets is stored.
pub(super) fn answer(user: &UserId, answer: &impl Serialize) -> Answered {
    let json = serde_json::value::to_raw_value(answer).expect("answers have string keys and finite numbers");
    Answered { outcome: Ok(json), effect: Some(BetsTopic::Bets(user.clone()).topic()) }
}
