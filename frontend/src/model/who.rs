//! Who one is signed in as, as the server tells it.

use shared::units::Timestamp;
use shared::wire::{Fields, Who};

/// What `/api/v1/session` answers: someone, or nobody; `None` when it is neither.
#[must_use]
pub fn who(answer: &str) -> Option<Option<Who>> {
    if answer.trim() == "null" {
        return Some(None);
    }
    let fields = Fields::of(answer)?;
    Some(Some(Who {
        user: fields.read("user")?,
        name: fields.text("name")?.into(),
        operator: fields.plain("operator")?,
        expires_ms: fields.plain("expires_ms").map(Timestamp::from_ms),
    }))
}

/// The sentence of a refusal.
#[must_use]
pub fn refusal(answer: &str) -> Option<String> {
    Fields::of(answer)?.text("message").map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_serde_reads_it() {
        for text in [
            r#"{"user":"42","name":"ana","operator":false,"expires_ms":null}"#,
            r#"{"user":"42","name":"ana \"a\"","operator":true,"expires_ms":1700000000000}"#,
            "null",
        ] {
            assert_eq!(who(text), serde_json::from_str(text).ok(), "{text}");
        }
        for text in ["", "x", "{}", r#"{"type":"error"}"#] {
            assert_eq!(who(text), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_has_a_sentence() {
        let error = r#"{"type":"error","id":null,"code":"NX-401","message":"no such token","retryable":false}"#;
        assert_eq!(refusal(error).as_deref(), Some("no such token"));
        assert_eq!(refusal("<html>"), None);
    }
}
