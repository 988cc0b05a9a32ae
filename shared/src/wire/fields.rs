//! The fields of a JSON object, found by name: what the dashboard reads frames and rows with.
//!
//! A parser for each type, as serde derives it, was a third of the dashboard's download. This one
//! function reads them all. It finds its way and checks no more than that; rows are checked when
//! they become a [`RawValue`](serde_json::value::RawValue).

use std::borrow::Cow;
use std::str::FromStr;

/// Names, and the values as they are written.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Fields<'a> {
    /// The fields of an object; `None` when the text is no object.
    #[must_use]
    pub fn of(object: &'a str) -> Option<Fields<'a>> {
        let mut rest = object.trim_start().strip_prefix('{')?.trim_start();
        let mut fields = Vec::with_capacity(24);
        while !rest.starts_with('}') {
            let (name, after) = split_value(rest)?;
            let after = after.strip_prefix(':')?.trim_start();
            let (value, after) = split_value(after)?;
            if value.is_empty() {
                return None;
            }
            fields.push((text_of(name)?, value));
            rest = after.strip_prefix(',').unwrap_or(after).trim_start();
        }
        Some(Fields(fields))
    }

    /// A value as it is written; `null` is as good as none.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| *value).filter(|value| *value != "null")
    }

    /// A text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        text_of(self.raw(name)?)
    }

    /// All fields: the name, and the value as it is written.
    #[must_use]
    pub fn entries(&self) -> &[(Cow<'a, str>, &'a str)] {
        &self.0
    }

    /// What a text means.
    #[must_use]
    pub fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// A number or a truth value.
    #[must_use]
    pub fn plain<T: FromStr>(&self, name: &str) -> Option<T> {
        self.raw(name)?.parse().ok()
    }

    /// An object inside.
    #[must_use]
    pub fn inner(&self, name: &str) -> Option<Fields<'a>> {
        Fields::of(self.raw(name)?)
    }

    /// The values of an array, as they are written.
    #[must_use]
    pub fn items(&self, name: &str) -> Option<Vec<&'a str>> {
        items(self.raw(name)?)
    }
}

/// The values of an array, as they are written; `None` when the text is no array.
#[must_use]
pub fn items(array: &str) -> Option<Vec<&str>> {
    let mut rest = array.trim_start().strip_prefix('[')?.trim_start();
    let mut items = Vec::new();
    while !rest.starts_with(']') {
        let (item, after) = split_value(rest)?;
        if item.is_empty() {
            return None;
        }
        items.push(item);
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
    }
    Some(items)
}

/// What a text as it is written means; `None` when it is no text.
#[must_use]
pub fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    match unquoted(raw) {
        Some(text) => Some(Cow::Borrowed(text)),
        // With escapes: rare enough to be slow.
        None => serde_json::from_str(raw).ok().map(Cow::Owned),
    }
}

/// A text without its quotes; `None` when it is none, or has escapes.
#[must_use]
pub fn unquoted(raw: &str) -> Option<&str> {
    let text = raw.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains('\\')).then_some(text)
}

/// The value that a text begins with, and what follows it.
fn split_value(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    let mut in_text = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        let mut ended = None;
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_text = false;
                    ended = (depth == 0).then_some(at + 1);
                }
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_text = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 1 => depth -= 1,
                b'}' | b']' if depth == 1 => ended = Some(at + 1),
                b'}' | b']' | b',' | b':' if depth == 0 => ended = Some(at),
                _ => {}
            }
        }
        if let Some(end) = ended {
            let (value, rest) = text.split_at(end);
            return Some((value.trim_end(), rest.trim_start()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const OBJECT: &str = r#" { "a" : "x" , "b":-12,"c":{"d":"}\"","e":[1,{"f":2}]},"g":null,"h":[ "p" ,[1,2], 3 ],"i":"\u00e9\n","j":true } "#;

    #[test]
    fn fields_are_found_whatever_is_around_them() {
        let fields = Fields::of(OBJECT).unwrap();
        assert_eq!(fields.text("a").as_deref(), Some("x"));
        assert_eq!(fields.plain("b"), Some(-12));
        assert_eq!(fields.plain("j"), Some(true));
        assert_eq!(fields.raw("g"), None);
        assert_eq!(fields.raw("missing"), None);
        assert_eq!(fields.text("i").as_deref(), Some("\u{e9}\n"));
        let inner = fields.inner("c").unwrap();
        assert_eq!(inner.text("d").as_deref(), Some("}\""));
        assert_eq!(inner.raw("e"), Some(r#"[1,{"f":2}]"#));
        assert_eq!(fields.items("h"), Some(vec![r#""p""#, "[1,2]", "3"]));
        assert_eq!(inner.items("e"), Some(vec!["1", r#"{"f":2}"#]));
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for text in ["", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{:}", "\"a\"", "{a:1", "null"] {
            assert!(Fields::of(text).is_none(), "{text}");
        }
        assert!(Fields::of("{}").is_some_and(|fields| fields.raw("a").is_none()));
    }

    #[test]
    fn reading_ends_whatever_the_text_is() {
        const SIGNS: [char; 9] = ['[', ']', '{', '}', ':', ',', '"', '\\', 'a'];
        for number in 0..SIGNS.len().pow(5) {
            let digits = (0..5).map(|place| SIGNS[number / SIGNS.len().pow(place) % SIGNS.len()]);
            let text: String = digits.collect();
            // Each step takes something, so there are no more parts than characters.
            assert!(Fields::of(&text).is_none_or(|fields| fields.entries().len() <= 5), "{text}");
            assert!(items(&text).is_none_or(|items| items.len() <= 5), "{text}");
        }
    }
}
