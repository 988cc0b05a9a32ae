//! Whose web pages may connect.

/// Who may connect, and how their address is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginSettings {
    /// Besides the server's own origin.
    pub allowed: AllowedOrigins,
    /// Whether a client's address is what the proxy says in `X-Forwarded-For`.
    pub trust_forwarded: bool,
}

/// Which other origins may connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// All of them.
    Any,
    /// These, in lower case: `https://dash.example`, `http://localhost:8080`.
    These(Vec<Box<str>>),
}

impl AllowedOrigins {
    /// Reads `*`, or a list with commas, which may be empty.
    pub(super) fn parse(text: &str) -> Option<AllowedOrigins> {
        let items: Vec<&str> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
        if items.contains(&"*") {
            return Some(AllowedOrigins::Any);
        }
        items.into_iter().map(origin).collect::<Option<_>>().map(AllowedOrigins::These)
    }

    /// Whether a page of `origin` may connect to a server that was asked for as `host`: the two
    /// headers of the request. The scheme of the own origin is not compared, because a proxy in
    /// front of the server may speak TLS for it.
    #[must_use]
    pub fn permits(&self, origin: &str, host: &str) -> bool {
        match self {
            AllowedOrigins::Any => true,
            AllowedOrigins::These(list) => {
                let origin = origin.to_lowercase();
                let own = origin.split_once("://").is_some_and(|(_, name)| !name.is_empty() && same_host(name, host));
                own || list.iter().any(|allowed| **allowed == *origin)
            }
        }
    }
}

/// A browser leaves out the port that goes with the scheme.
fn same_host(name: &str, host: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches(":443").trim_end_matches(":80").to_lowercase();
    plain(name) == plain(host)
}

/// An origin as browsers write it: a scheme and a host, nothing after it.
fn origin(text: &str) -> Option<Box<str>> {
    let text = text.trim_end_matches('/').to_lowercase();
    let (scheme, host) = text.split_once("://")?;
    let fits = matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
    fits.then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_same_host_or_on_the_list_may_connect() {
        let list = AllowedOrigins::parse("https://dash.example, http://localhost:8080/").unwrap();
        let cases = [
            ("http://localhost:3000", "localhost:3000", true),
            ("https://app.example", "app.example", true),
            ("https://app.example", "APP.example:443", true),
            ("https://dash.example", "app.example", true),
            ("https://DASH.example", "app.example", true),
            ("http://localhost:8080", "app.example", true),
            ("http://localhost:8081", "app.example", false),
            ("https://dash.example.evil.example", "app.example", false),
            ("https://evil.example", "app.example", false),
            ("null", "app.example", false),
            ("https://", "", false),
        ];
        for (origin, host, expected) in cases {
            assert_eq!(list.permits(origin, host), expected, "{origin} at {host}");
            assert!(AllowedOrigins::Any.permits(origin, host));
        }
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        assert_eq!(AllowedOrigins::parse(""), Some(AllowedOrigins::These(Vec::new())));
        assert_eq!(AllowedOrigins::parse("https://a.example,*"), Some(AllowedOrigins::Any));
        for bad in ["dash.example", "https://dash.example/path", "ftp://a", "https://", "https://me@a.example"] {
            assert_eq!(AllowedOrigins::parse(bad), None, "{bad}");
        }
    }
}
