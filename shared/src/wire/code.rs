//! Error codes and close codes, each with what the client should do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a request was refused. Written `NX-401`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Code {
    /// Not JSON, an unknown type, a field that is missing or wrong.
    #[serde(rename = "NX-400")]
    Malformed,
    /// Sign in first.
    #[serde(rename = "NX-401")]
    SignIn,
    /// Signed in, but this belongs to someone else.
    #[serde(rename = "NX-403")]
    Forbidden,
    /// No such topic, command or market.
    #[serde(rename = "NX-404")]
    NotFound,
    /// `client_ref` was used with other arguments.
    #[serde(rename = "NX-409")]
    Conflict,
    /// More bytes, nesting or topics than allowed.
    #[serde(rename = "NX-413")]
    TooLarge,
    /// Understood and refused.
    #[serde(rename = "NX-422")]
    Refused,
    /// No common protocol version.
    #[serde(rename = "NX-426")]
    Version,
    /// Too many messages.
    #[serde(rename = "NX-429")]
    TooMany,
    /// A fault of the server.
    #[serde(rename = "NX-500")]
    Internal,
    /// Draining or overloaded.
    #[serde(rename = "NX-503")]
    Unavailable,
    /// The outcome is not known: ask by `client_ref`.
    #[serde(rename = "NX-504")]
    Unknown,
}

impl Code {
    const ALL: [Code; 12] = [
        Code::Malformed,
        Code::SignIn,
        Code::Forbidden,
        Code::NotFound,
        Code::Conflict,
        Code::TooLarge,
        Code::Refused,
        Code::Version,
        Code::TooMany,
        Code::Internal,
        Code::Unavailable,
        Code::Unknown,
    ];

    /// The code that is written so.
    #[must_use]
    pub fn of(text: &str) -> Option<Code> {
        let status: u16 = text.strip_prefix("NX-")?.parse().ok()?;
        Code::ALL.into_iter().find(|code| code.status() == status)
    }

    /// The number, which is also the HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Code::Malformed => 400,
            Code::SignIn => 401,
            Code::Forbidden => 403,
            Code::NotFound => 404,
            Code::Conflict => 409,
            Code::TooLarge => 413,
            Code::Refused => 422,
            Code::Version => 426,
            Code::TooMany => 429,
            Code::Internal => 500,
            Code::Unavailable => 503,
            Code::Unknown => 504,
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn retryable(self) -> bool {
        match self {
            Code::TooMany | Code::Internal | Code::Unavailable | Code::Unknown => true,
            Code::Malformed
            | Code::SignIn
            | Code::Forbidden
            | Code::NotFound
            | Code::Conflict
            | Code::TooLarge
            | Code::Refused
            | Code::Version => false,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NX-{}", self.status())
    }
}

/// Why a WebSocket was closed by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloseCode {
    /// 1012: the server restarts.
    Restart,
    /// 4400: the server drains.
    Drain,
    /// 4408: the client took nothing for too long.
    NoProgress,
    /// 4409: the client was silent for too long.
    Heartbeat,
    /// 4410: the client never subscribed.
    NeverSubscribed,
    /// 4429: too many messages.
    Rate,
    /// 4431: too many connections from one address.
    TooManyConnections,
    /// 4500: the client broke the protocol.
    Protocol,
    /// 4501: the token is not valid, or no longer.
    Token,
    /// 4503: not allowed here.
    Forbidden,
    /// 4506: no common protocol version.
    Version,
}

/// What a client does after a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Come back with the positions.
    Reconnect,
    /// Stay away and say why.
    Stop,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            CloseCode::Restart => 1012,
            CloseCode::Drain => 4400,
            CloseCode::NoProgress => 4408,
            CloseCode::Heartbeat => 4409,
            CloseCode::NeverSubscribed => 4410,
            CloseCode::Rate => 4429,
            CloseCode::TooManyConnections => 4431,
            CloseCode::Protocol => 4500,
            CloseCode::Token => 4501,
            CloseCode::Forbidden => 4503,
            CloseCode::Version => 4506,
        }
    }

    /// A word for it, as in metrics.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            CloseCode::Restart => "restart",
            CloseCode::Drain => "drain",
            CloseCode::NoProgress => "no_progress",
            CloseCode::Heartbeat => "heartbeat",
            CloseCode::NeverSubscribed => "never_subscribed",
            CloseCode::Rate => "rate",
            CloseCode::TooManyConnections => "too_many_connections",
            CloseCode::Protocol => "protocol",
            CloseCode::Token => "token",
            CloseCode::Forbidden => "forbidden",
            CloseCode::Version => "version",
        }
    }

    /// The sentence that goes with it.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            CloseCode::Restart => "the server restarts; come back with your positions",
            CloseCode::Drain => "the server drains; come back with your positions",
            CloseCode::NoProgress => "nothing could be sent to you for 30 s; come back with your positions",
            CloseCode::Heartbeat => "nothing was heard from you; come back with your positions",
            CloseCode::NeverSubscribed => "subscribe to a topic within 10 s of connecting",
            CloseCode::Rate => "too many messages; slow down and come back",
            CloseCode::TooManyConnections => "too many connections from your address; close some and come back",
            CloseCode::Protocol => "that is not the protocol; see the documentation before you come back",
            CloseCode::Token => "the token is not valid; sign in again",
            CloseCode::Forbidden => "not allowed here",
            CloseCode::Version => "no common protocol version; offer undercurrent.v1",
        }
    }
}

impl Errand {
    /// What any close code asks for, also those of proxies and browsers: only 45xx keep away.
    #[must_use]
    pub const fn of(code: u16) -> Errand {
        match code {
            4500..=4599 => Errand::Stop,
            _ => Errand::Reconnect,
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn only_45xx_keep_a_client_away() {
        for code in [1000, 1001, 1006, 1012, 4400, 4408, 4429, 4431] {
            assert_eq!(Errand::of(code), Errand::Reconnect, "{code}");
        }
        for code in [4500, 4501, 4503, 4506] {
            assert_eq!(Errand::of(code), Errand::Stop, "{code}");
        }
    }

    #[test]
    fn a_code_is_written_as_its_name_on_the_wire() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
            assert_eq!(Code::of(&code.to_string()), Some(code));
        }
    }
}
