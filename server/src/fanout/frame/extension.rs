//! What is agreed on compression (RFC 7692, 5 and 7.1): the server's answer to an offer, the client's offer and
//! how it reads the answer.

use std::fmt::Write as _;

const NAME: &str = "permessage-deflate";

/// What the server wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The window that it compresses with: 9 to 15, for 512 bytes to 32 KB.
    pub window_bits: u8,
}

/// What the server's side compresses with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// 9 to 15, never more than the policy's.
    pub window_bits: u8,
    /// Whether a message may refer to those before it. Without, each must stand alone.
    pub context: bool,
}

/// What a client has to know of a server's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The server's window: 8 to 15.
    pub window_bits: u8,
    /// Whether the server's messages may refer to those before them.
    pub context: bool,
    /// The largest window that the client may compress with: 8 to 15.
    pub client_window_bits: u8,
    /// Whether the client's messages may refer to those before them.
    pub client_context: bool,
}

/// The first offer in the values of `Sec-WebSocket-Extensions` that can be accepted, with the answer's value of that
/// header.
///
/// The answer always says `client_no_context_takeover`, as inflaters are shared, and `server_max_window_bits` when
/// the window is not the largest or the client named it. Offers with unknown, repeated or invalid parameters, or with a
/// window of 256 bytes, which zlib cannot keep to, are passed over.
pub fn negotiate<'a>(offers: impl Iterator<Item = &'a str>, policy: Policy) -> Option<(Agreed, String)> {
    let offer = offers.flat_map(extensions).find_map(|extension| {
        let parameters = Parameters::of(extension)?;
        parameters.server_bits.is_none_or(|bits| bits >= 9).then_some(parameters)
    })?;
    let policy = policy.window_bits.clamp(9, 15);
    let window_bits = offer.server_bits.map_or(policy, |bits| bits.min(policy));
    let mut answer = format!("{NAME}; client_no_context_takeover");
    if offer.server_alone {
        answer.push_str("; server_no_context_takeover");
    }
    if offer.server_bits.is_some() || window_bits < 15 {
        // Writing to a string cannot fail.
        let _ = write!(answer, "; server_max_window_bits={window_bits}");
    }
    Some((Agreed { window_bits, context: !offer.server_alone }, answer))
}

/// What our client offers: what browsers do.
#[must_use]
pub fn offer() -> &'static str {
    "permessage-deflate; client_max_window_bits"
}

/// What a server's answer to [`offer`] means. `None` for one that a client has to fail the connection for.
#[must_use]
pub fn accepted(answer: &str) -> Option<Accepted> {
    let mut all = extensions(answer);
    let parameters = Parameters::of(all.next()?)?;
    if all.next().is_some() || parameters.client_bits == Some(None) {
        return None;
    }
    Some(Accepted {
        window_bits: parameters.server_bits.unwrap_or(15),
        context: !parameters.server_alone,
        client_window_bits: parameters.client_bits.flatten().unwrap_or(15),
        client_context: !parameters.client_alone,
    })
}

/// The parameters of one offer or answer, each at most once.
#[derive(Default)]
struct Parameters {
    server_alone: bool,
    client_alone: bool,
    server_bits: Option<u8>,
    /// An offer may name it without a value.
    client_bits: Option<Option<u8>>,
}

impl Parameters {
    /// `None` for another extension, and for parameters that are not as they have to be.
    fn of(extension: &str) -> Option<Parameters> {
        let mut parts = split(extension, ';');
        if parts.next()?.trim_matches(SPACE) != NAME {
            return None;
        }
        let mut found = Parameters::default();
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name, Some(unquoted(value.trim_matches(SPACE))?)),
                None => (part, None),
            };
            let fresh = match (name.trim_matches(SPACE), value) {
                ("server_no_context_takeover", None) => !std::mem::replace(&mut found.server_alone, true),
                ("client_no_context_takeover", None) => !std::mem::replace(&mut found.client_alone, true),
                ("server_max_window_bits", Some(value)) => found.server_bits.replace(bits(value)?).is_none(),
                ("client_max_window_bits", None) => found.client_bits.replace(None).is_none(),
                ("client_max_window_bits", Some(value)) => found.client_bits.replace(Some(bits(value)?)).is_none(),
                _ => false,
            };
            if !fresh {
                return None;
            }
        }
        Some(found)
    }
}

/// What may stand around the parts of a header.
const SPACE: [char; 2] = [' ', '\t'];

/// The extensions in a header's value.
fn extensions(value: &str) -> impl Iterator<Item = &str> {
    split(value, ',').filter(|extension| !extension.trim_matches(SPACE).is_empty())
}

/// Splits at a separator that is not within quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        !quoted && c == separator
    })
}

/// A value without its quotes. One that needs an escape is no number, and all values are numbers.
fn unquoted(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(value),
    }
}

/// 8 to 15, without a sign or leading zeros.
fn bits(value: &str) -> Option<u8> {
    let plain = value.bytes().all(|b| b.is_ascii_digit()) && !value.starts_with('0');
    value.parse().ok().filter(|bits| plain && (8..=15).contains(bits))
}

#[cfg(test)]
#[path = "extension_tests.rs"]
mod tests;
