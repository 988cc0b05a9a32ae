//! Where in a request a token may be, and what follows from it.
//!
//! In `Authorization: Bearer`; in `?token=` where a WebSocket is asked for, because browsers can put it
//! nowhere else; in the cookie that [`super::session`] sets. `user_id` and `username` are labels and
//! prove nothing. What somebody wrote into the request has to be right. A cookie may be older than its
//! token, and costs nobody what everyone may read: it is cleared, and they are nobody.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, header};

use super::App;
use super::cookie;
use super::cursors::values;
use crate::session::{Denied, Identity, Presented};

/// What a request shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// A token in a header.
    Header(Presented),
    /// A token in the address.
    Query(Presented),
    /// A cookie, which the browser adds by itself.
    Cookie(Presented),
}

/// Who a request is from.
#[derive(Clone, Debug)]
pub enum Recognised {
    /// A user, or nobody.
    As(Option<Arc<Identity>>),
    /// Nobody, although there is a cookie: it has to be cleared.
    StaleCookie,
}

impl Shown {
    /// By a request that takes its token from headers alone.
    pub fn in_headers(headers: &HeaderMap) -> Shown {
        Shown::in_request(headers, "")
    }

    /// By a request for a WebSocket.
    pub fn in_request(headers: &HeaderMap, query: &str) -> Shown {
        if let Some(token) = bearer(headers) {
            return Shown::Header(Presented::new(token));
        }
        if let Some(token) = values(query, "token").find(|token| !token.is_empty()) {
            return Shown::Query(Presented::new(token));
        }
        cookie::token(headers).map_or(Shown::Nothing, |token| Shown::Cookie(Presented::new(token)))
    }
}

impl App {
    /// Who a request is from.
    ///
    /// # Errors
    /// It shows a token that is nobody's.
    pub(super) async fn recognise(
        &self,
        shown: &Shown,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<Recognised, Denied> {
        let access = &self.shared.access;
        match shown {
            Shown::Nothing => Ok(Recognised::As(None)),
            Shown::Header(token) | Shown::Query(token) => {
                Ok(Recognised::As(Some(access.verify(token, address).await?)))
            }
            // The browser adds it whoever's page asks: only pages that were named are believed.
            Shown::Cookie(_) if !self.origins.are_named(headers) => Ok(Recognised::As(None)),
            Shown::Cookie(token) => Ok(match access.verify(token, address).await {
                Ok(identity) => Recognised::As(Some(identity)),
                Err(_) => Recognised::StaleCookie,
            }),
        }
    }
}

/// Other schemes are for a proxy in between.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(named: &[(HeaderName, &'static str)]) -> HeaderMap {
        named.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_header_wins_over_the_address_over_a_cookie() {
        let (bearer, cookie) = ((header::AUTHORIZATION, "Bearer a"), (header::COOKIE, "x=1; X-Token=c"));
        let basic = (header::AUTHORIZATION, "Basic a");
        let shown = |text: &str| Presented::new(text);
        for (named, query, expected) in [
            (&[bearer.clone(), cookie.clone()][..], "token=b", Shown::Header(shown("a"))),
            (&[(header::AUTHORIZATION, "bearer  a ")], "", Shown::Header(shown("a"))),
            (&[cookie.clone()], "x=1&token=b%2Bc", Shown::Query(shown("b+c"))),
            (&[basic.clone()], "token=b", Shown::Query(shown("b"))),
            (&[basic, cookie.clone()], "token=", Shown::Cookie(shown("c"))),
            (&[], "user_id=42&username=ana&tokens=b", Shown::Nothing),
            (&[(header::AUTHORIZATION, "Bearer")], "", Shown::Nothing),
        ] {
            assert_eq!(Shown::in_request(&headers(named), query), expected, "{named:?} {query}");
        }
        assert_eq!(Shown::in_headers(&headers(&[cookie])), Shown::Cookie(shown("c")));
    }

    #[test]
    fn what_a_request_shows_is_not_shown_in_turn() {
        assert_eq!(format!("{:?}", Shown::Query(Presented::new("hunter2"))), "Query(Presented(hidden))");
    }
}
