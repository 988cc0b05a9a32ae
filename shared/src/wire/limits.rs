//! Limits that are checked before anything is parsed.

use thiserror::Error;

/// The longest message a client may send, in bytes.
pub const MESSAGE_BYTES: usize = 16 * 1024;

/// How deep objects and arrays may be nested.
pub const NESTING: usize = 16;

/// Which limit a message broke.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LimitError {
    /// Too long.
    #[error("a message may be {MESSAGE_BYTES} bytes long; split it")]
    Bytes,
    /// Too deep.
    #[error("a message may be nested {NESTING} deep; flatten it")]
    Nesting,
}

/// Checks how deep the brackets of a JSON text go, without parsing it.
///
/// # Errors
/// [`LimitError::Nesting`] beyond `most` levels.
pub fn check_nesting(text: &str, most: usize) -> Result<(), LimitError> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > most {
                    return Err(LimitError::Nesting);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn brackets_count_and_brackets_in_strings_do_not() {
        let cases = [
            (r#"{"a":[[]]}"#, 3, Ok(())),
            (r#"{"a":[[]]}"#, 2, Err(LimitError::Nesting)),
            (r#"{"a":"[[[[{{{{\"[["}"#, 1, Ok(())),
            (r#"["\\",[]]"#, 1, Err(LimitError::Nesting)),
            ("]]]][", 1, Ok(())),
        ];
        for (text, most, expected) in cases {
            assert_eq!(check_nesting(text, most), expected, "{text}");
        }
    }
}
