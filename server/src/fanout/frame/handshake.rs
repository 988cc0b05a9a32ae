//! The opening handshake (RFC 6455, 4), as far as it is text: a client's request, a server's answer.
//!
//! Behind axum the server needs only [`accept`]; the rest is for the load tool.

use thiserror::Error;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// An answer longer than this is not read to its end.
pub const ANSWER_BYTES: usize = 16 * 1024;

/// The value of `Sec-WebSocket-Accept` for a request's `Sec-WebSocket-Key`, if that is 16 bytes in base64.
#[must_use]
pub fn accept(key: &str) -> Option<String> {
    let digits = key.strip_suffix("==").filter(|digits| digits.len() == 22)?;
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    digits.bytes().all(base64).then(|| derive_accept_key(key.as_bytes()))
}

/// 16 random bytes as the value of `Sec-WebSocket-Key`.
#[must_use]
pub fn key(nonce: [u8; 16]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u128::from_be_bytes(nonce);
    // 21 digits of six bits each, and one of the last two.
    let digit = |n: u32| char::from(DIGITS[((if n < 21 { bits >> (122 - 6 * n) } else { bits << 4 }) & 63) as usize]);
    (0..22).map(digit).chain(['=', '=']).collect()
}

/// What a client asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The host as it was addressed, with its port.
    pub host: &'a str,
    /// The path and query, beginning with a slash.
    pub path: &'a str,
    /// From [`key`].
    pub key: &'a str,
    /// The subprotocol, if one is wanted.
    pub subprotocol: Option<&'a str>,
    /// The extensions, if any are wanted.
    pub extensions: Option<&'a str>,
    /// Further lines, each with its line break.
    pub headers: &'a str,
}

impl Request<'_> {
    /// The request's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let Request { host, path, key, subprotocol, extensions, headers } = self;
        let optional = |name: &str, value: &Option<&str>| value.map_or(String::new(), |v| format!("{name}: {v}\r\n"));
        let subprotocol = optional("Sec-WebSocket-Protocol", subprotocol);
        let extensions = optional("Sec-WebSocket-Extensions", extensions);
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{subprotocol}{extensions}{headers}\r\n"
        )
        .into_bytes()
    }
}

/// A server's answer by which the connection became a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its bytes; frames follow.
    pub len: usize,
    /// The subprotocol that the server chose.
    pub subprotocol: Option<String>,
    /// The extensions that the server accepted.
    pub extensions: Option<String>,
}

/// Why there is no WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// Not HTTP/1.1, or longer than [`ANSWER_BYTES`].
    #[error("the answer is not HTTP/1.1")]
    NotHttp,
    /// Another status than 101.
    #[error("the server answered {0}")]
    Status(u16),
    /// A header that has to be there is not, is not as it has to be, or is there twice.
    #[error("the server's {0} is not as it has to be")]
    Header(&'static str),
}

impl Answer {
    /// Reads the answer at the beginning of `bytes` to a request with this key; `None` while it has not ended.
    ///
    /// # Errors
    ///
    /// When the connection is no WebSocket.
    pub fn read(bytes: &[u8], key: &str) -> Result<Option<Answer>, Refused> {
        let Some(end) = bytes.windows(4).take(ANSWER_BYTES).position(|window| window == b"\r\n\r\n") else {
            return if bytes.len() < ANSWER_BYTES { Ok(None) } else { Err(Refused::NotHttp) };
        };
        let head = std::str::from_utf8(&bytes[..end]).map_err(|_| Refused::NotHttp)?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")).ok_or(Refused::NotHttp)?;
        let status: u16 = status.get(..3).and_then(|digits| digits.parse().ok()).ok_or(Refused::NotHttp)?;
        if status != 101 {
            return Err(Refused::Status(status));
        }
        let headers = Headers::read(lines).ok_or(Refused::NotHttp)?;
        let required = |name| headers.once(name)?.ok_or(Refused::Header(name));
        if !required("Upgrade")?.eq_ignore_ascii_case("websocket") {
            return Err(Refused::Header("Upgrade"));
        }
        if !required("Connection")?.split(',').any(|token| token.trim().eq_ignore_ascii_case("upgrade")) {
            return Err(Refused::Header("Connection"));
        }
        if accept(key).as_deref() != Some(required("Sec-WebSocket-Accept")?) {
            return Err(Refused::Header("Sec-WebSocket-Accept"));
        }
        Ok(Some(Answer {
            len: end + 4,
            subprotocol: headers.once("Sec-WebSocket-Protocol")?.map(str::to_owned),
            extensions: headers.once("Sec-WebSocket-Extensions")?.map(str::to_owned),
        }))
    }
}

/// Names and values, in their order.
struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Headers<'a> {
    fn read(lines: impl Iterator<Item = &'a str>) -> Option<Headers<'a>> {
        let header = |line: &'a str| line.split_once(':').map(|(name, value)| (name, value.trim()));
        lines.map(header).collect::<Option<_>>().map(Headers)
    }

    /// The value of a header that may be there only once.
    fn once(&self, name: &'static str) -> Result<Option<&'a str>, Refused> {
        let mut values = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Refused::Header(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn answer(lines: &str) -> Result<Option<Answer>, Refused> {
        Answer::read(lines.replace('\n', "\r\n").as_bytes(), KEY)
    }

    const GOOD: &str = "HTTP/1.1 101 Switching Protocols\nupgrade: WebSocket\nConnection: keep-alive, Upgrade\n\
                        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n";

    #[test]
    fn keys_are_the_examples_of_the_rfc() {
        assert_eq!(key(*b"the sample nonce"), KEY);
        assert_eq!(accept(KEY).as_deref(), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        for wrong in ["", "==", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j!Q=="] {
            assert_eq!(accept(wrong), None, "{wrong:?}");
        }
        assert_eq!(key([0xff; 16]), "/////////////////////w==");
    }

    #[test]
    fn an_answer_is_read_when_it_is_whole() {
        let text = format!("{GOOD}Sec-WebSocket-Protocol: undercurrent.v1\n\n");
        let whole = answer(&text).unwrap().unwrap();
        assert_eq!(whole.len, text.replace('\n', "\r\n").len());
        assert_eq!((whole.subprotocol.as_deref(), whole.extensions), (Some("undercurrent.v1"), None));
        let bytes = text.replace('\n', "\r\n");
        for cut in 0..bytes.len() {
            assert_eq!(Answer::read(&bytes.as_bytes()[..cut], KEY), Ok(None), "{cut}");
        }
        let mut with_frame = bytes.into_bytes();
        with_frame.extend([0x81, 0xff]);
        assert_eq!(Answer::read(&with_frame, KEY).unwrap().unwrap().len, whole.len);
    }

    #[test]
    fn an_answer_that_is_no_websocket_says_why() {
        for (lines, expected) in [
            ("HTTP/1.1 429 Too Many Requests\nRetry-After: 1\n\n".to_owned(), Refused::Status(429)),
            ("HTTP/1.0 101 Yes\n\n".to_owned(), Refused::NotHttp),
            ("SSH-2.0\n\n".to_owned(), Refused::NotHttp),
            (format!("{GOOD}no header\n\n"), Refused::NotHttp),
            (format!("{}\n", GOOD.replace("WebSocket", "h2c")), Refused::Header("Upgrade")),
            (format!("{}\n", GOOD.replace(", Upgrade", "")), Refused::Header("Connection")),
            (format!("{}\n", GOOD.replace("s3pP", "S3pP")), Refused::Header("Sec-WebSocket-Accept")),
            (format!("{GOOD}Upgrade: websocket\n\n"), Refused::Header("Upgrade")),
            ("HTTP/1.1 101 Yes\n\n".to_owned(), Refused::Header("Upgrade")),
        ] {
            assert_eq!(answer(&lines), Err(expected), "{lines}");
        }
        assert_eq!(Answer::read(&[b'x'; ANSWER_BYTES], KEY), Err(Refused::NotHttp));
    }

    #[test]
    fn a_request_says_what_is_wanted() {
        let (subprotocol, extensions) = (Some("undercurrent.v1"), Some("permessage-deflate"));
        let request = Request { host: "a:1", path: "/ws", key: KEY, subprotocol, extensions, headers: "Origin: b\r\n" };
        let text = String::from_utf8(request.encode()).unwrap();
        assert!(text.starts_with("GET /ws HTTP/1.1\r\nHost: a:1\r\n"), "{text}");
        assert!(text.ends_with(
            "Protocol: undercurrent.v1\r\nSec-WebSocket-Extensions: permessage-deflate\r\nOrigin: b\r\n\r\n"
        ));
    }
}
