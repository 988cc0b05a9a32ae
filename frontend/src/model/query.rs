//! Query strings: every view of the page has an address that can be sent to someone.

/// Names and values after the `?`, decoded, in the order of their names: equal views have equal
/// addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what follows the `?`; a leading one is allowed. Broken escapes stay as they are.
    #[must_use]
    pub fn parse(text: &str) -> Query {
        let mut query = Query::default();
        for pair in text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.put(&decode(name), Some(decode(value)));
        }
        query
    }

    /// Writes it, with the `?`; an empty query is an empty text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.0 {
            out.push(if out.is_empty() { '?' } else { '&' });
            push_escaped(&mut out, name);
            out.push('=');
            push_escaped(&mut out, value);
        }
        out
    }

    /// The value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| &**value)
    }

    /// Puts a value, or takes it out where there is none.
    pub fn put(&mut self, name: &str, value: Option<String>) {
        self.0.retain(|(n, _)| n != name);
        if let Some(value) = value {
            let place = self.0.partition_point(|(n, _)| &**n < name);
            self.0.insert(place, (name.to_owned(), value));
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn push_escaped(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b',' | b':') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn decode(text: &str) -> String {
    let nibble = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let escape = (byte == b'%').then(|| nibble(bytes.get(i + 1)).zip(nibble(bytes.get(i + 2)))).flatten();
        if let Some((high, low)) = escape {
            out.push(high << 4 | low);
            i += 3;
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
            i += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut query = Query::default();
        query.put("sort", Some("-net".into()));
        query.put("q", Some("a&b=c %\u{e9}".into()));
        assert_eq!(query.text(), "?q=a%26b%3Dc%20%25%C3%A9&sort=-net");
        assert_eq!(Query::parse(&query.text()), query);
        assert_eq!(Query::default().text(), "");
    }

    #[test]
    fn a_value_is_replaced_and_taken_out() {
        let mut query = Query::parse("?b=1&a=2");
        query.put("b", Some("3".into()));
        query.put("a", None);
        assert_eq!(query.text(), "?b=3");
    }

    #[test]
    fn strange_addresses_do_no_harm() {
        let query = Query::parse("?&&a&b=%zz%&c=%4&d=%ff&e=1+2");
        assert_eq!((query.get("a"), query.get("b"), query.get("e")), (Some(""), Some("%zz%"), Some("1 2")));
        assert_eq!(query.get("x"), None);
    }
}
