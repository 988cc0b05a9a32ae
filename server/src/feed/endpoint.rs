//! Where a provider listens.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;
use tokio_tungstenite::tungstenite::http::Uri;

/// A WebSocket address: `wss://socket.massive.com/stocks`, `ws://127.0.0.1:9000/stocks`.
///
/// `Display` and `Debug` leave out what may hold a secret: user, password and query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint(Uri);

/// The text is no WebSocket address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a WebSocket address begins with ws:// or wss:// and names a host")]
pub struct EndpointError;

impl Endpoint {
    /// The whole address, to connect to.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Endpoint, EndpointError> {
        let uri: Uri = text.trim().parse().map_err(|_| EndpointError)?;
        let websocket = matches!(uri.scheme_str(), Some("ws" | "wss"));
        let named = uri.host().is_some_and(|host| !host.is_empty());
        if websocket && named { Ok(Endpoint(uri)) } else { Err(EndpointError) }
    }
}

impl TryFrom<String> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: String) -> Result<Endpoint, EndpointError> {
        text.parse()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme_str().unwrap_or_default(), self.0.host().unwrap_or_default())?;
        if let Some(port) = self.0.port_u16() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let shown = |text: &str| text.parse::<Endpoint>().map(|endpoint| endpoint.to_string());
        assert_eq!(shown("wss://socket.massive.com/stocks"), Ok("wss://socket.massive.com/stocks".into()));
        assert_eq!(shown("ws://ana:pw@127.0.0.1:9000/stocks?apiKey=k"), Ok("ws://127.0.0.1:9000/stocks".into()));
        assert_eq!(shown("ws://[::1]:9000"), Ok("ws://[::1]:9000/".into()));
        for bad in ["", "https://socket.massive.com/stocks", "socket.massive.com", "wss:///stocks", "wss://"] {
            assert_eq!(shown(bad), Err(EndpointError), "{bad}");
        }
    }
}
