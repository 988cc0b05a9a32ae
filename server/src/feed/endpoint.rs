//! Where a provider listens: for a WebSocket ([`Endpoint`]) or for requests ([`Site`]).

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
        address(text, &["ws", "wss"]).map(Endpoint).ok_or(EndpointError)
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
        show(&self.0, f)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

/// An HTTP address: `https://api.the-odds-api.com`, `http://127.0.0.1:9000/keys.json`.
///
/// `Display` and `Debug` leave out what may hold a secret: user, password and query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Site(Uri);

/// The text is no HTTP address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("an HTTP address begins with https:// or http:// and names a host")]
pub struct SiteError;

impl Site {
    /// The whole address.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// The address of something below it: `/v4/sports?all=true`.
    ///
    /// # Errors
    /// The path has characters that have to be escaped.
    pub fn below(&self, path_and_query: &str) -> Result<Site, SiteError> {
        let base = self.0.path().trim_end_matches('/');
        let mut parts = self.0.clone().into_parts();
        parts.path_and_query = Some(format!("{base}{path_and_query}").parse().map_err(|_| SiteError)?);
        Uri::from_parts(parts).map(Site).map_err(|_| SiteError)
    }
}

impl FromStr for Site {
    type Err = SiteError;

    fn from_str(text: &str) -> Result<Site, SiteError> {
        address(text, &["http", "https"]).map(Site).ok_or(SiteError)
    }
}

impl TryFrom<String> for Site {
    type Error = SiteError;

    fn try_from(text: String) -> Result<Site, SiteError> {
        text.parse()
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

/// An address with one of these schemes and a host.
fn address(text: &str, schemes: &[&str]) -> Option<Uri> {
    let uri: Uri = text.trim().parse().ok()?;
    let fits = uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme));
    let named = uri.host().is_some_and(|host| !host.is_empty());
    (fits && named).then_some(uri)
}

/// Without user, password and query.
fn show(uri: &Uri, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}://{}", uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default())?;
    if let Some(port) = uri.port_u16() {
        write!(f, ":{port}")?;
    }
    f.write_str(uri.path())
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

    #[test]
    fn a_site_is_shown_without_its_secrets_and_knows_what_is_below_it() {
        let below = |text: &str, path: &str| {
            let site = text.parse::<Site>()?.below(path)?;
            Ok::<_, SiteError>((site.uri().to_string(), site.to_string()))
        };
        let both = |uri: &str, shown: &str| Ok((uri.to_owned(), shown.to_owned()));
        let path = "/v4/sports?apiKey=k";
        assert_eq!(below("https://a.b", path), both("https://a.b/v4/sports?apiKey=k", "https://a.b/v4/sports"));
        assert_eq!(
            below("http://[::1]:9/x/", path),
            both("http://[::1]:9/x/v4/sports?apiKey=k", "http://[::1]:9/x/v4/sports")
        );
        assert_eq!(below("https://a.b", "/a b"), Err(SiteError));
        for bad in ["", "wss://a.b", "a.b", "https:///x"] {
            assert_eq!(bad.parse::<Site>(), Err(SiteError), "{bad}");
        }
    }
}
