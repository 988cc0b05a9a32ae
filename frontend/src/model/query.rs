//! Query strings: every view of the page has an address that can be sent to someone.

use std::collections::BTreeMap;

/// Names and values after the `?`, decoded. Names iterate in order, so equal views have equal
/// addresses.
pub type Query = BTreeMap<String, String>;

/// Reads what follows the `?`; a leading one is allowed. Broken escapes stay as they are.
#[must_use]
pub fn parse(text: &str) -> Query {
    let pairs = text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Writes it, with the `?`; an empty query is an empty text.
#[must_use]
pub fn encode(query: &Query) -> String {
    let mut out = String::new();
    for (name, value) in query {
        out.push(if out.is_empty() { '?' } else { '&' });
        push_escaped(&mut out, name);
        out.push('=');
        push_escaped(&mut out, value);
    }
    out
}

/// Puts a value, or takes it out where it is the default one.
pub fn put(query: &mut Query, name: &str, value: Option<String>) {
    match value {
        Some(value) => query.insert(name.to_owned(), value),
        None => query.remove(name),
    };
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
        let query = Query::from([("q".into(), "a&b=c %é".into()), ("sort".into(), "-net".into())]);
        let text = encode(&query);
        assert_eq!(text, "?q=a%26b%3Dc%20%25%C3%A9&sort=-net");
        assert_eq!(parse(&text), query);
        assert_eq!(encode(&Query::new()), "");
    }

    #[test]
    fn strange_addresses_do_no_harm() {
        assert_eq!(parse("?&&a&b=%zz&c=%4&d=%ff&e=1+2").len(), 5);
        assert_eq!(parse("e=1+2")["e"], "1 2");
        assert_eq!(parse("b=%zz%")["b"], "%zz%");
    }
}
