//! Frames that go out: each is one whole message or control frame.

use super::header::{FIN, MASKED, Opcode, RSV1};
use super::mask;

/// Appends one unmasked, final frame. `deflated` sets RSV1.
pub fn push_frame(out: &mut Vec<u8>, opcode: Opcode, deflated: bool, payload: &[u8]) {
    push_header(out, opcode, deflated, payload.len());
    out.extend_from_slice(payload);
}

/// Appends the header alone, for large shared payloads that are written beside it.
pub fn push_header(out: &mut Vec<u8>, opcode: Opcode, deflated: bool, len: usize) {
    push_start(out, opcode, deflated, 0, len);
}

/// Appends a client's frame: masked with `key`, which nobody may be able to foresee.
pub fn push_masked(out: &mut Vec<u8>, opcode: Opcode, deflated: bool, payload: &[u8], key: [u8; 4]) {
    push_start(out, opcode, deflated, MASKED, payload.len());
    out.extend_from_slice(&key);
    let start = out.len();
    out.extend_from_slice(payload);
    mask::apply(&mut out[start..], key);
}

/// Appends an unmasked close frame. The reason is cut to the 123 bytes for which there is room.
pub fn push_close(out: &mut Vec<u8>, code: u16, reason: &str) {
    let reason = &reason[..reason.floor_char_boundary(123)];
    push_header(out, Opcode::Close, false, 2 + reason.len());
    out.extend_from_slice(&code.to_be_bytes());
    out.extend_from_slice(reason.as_bytes());
}

fn push_start(out: &mut Vec<u8>, opcode: Opcode, deflated: bool, masked: u8, len: usize) {
    out.push(FIN | if deflated { RSV1 } else { 0 } | opcode.bits());
    if let Ok(short @ 0..126) = u8::try_from(len) {
        out.push(masked | short);
    } else if let Ok(medium) = u16::try_from(len) {
        out.push(masked | 126);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(masked | 127);
        out.extend_from_slice(&(len as u64).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_the_examples_of_the_rfc() {
        let mut out = Vec::new();
        push_frame(&mut out, Opcode::Text, false, b"Hello");
        assert_eq!(out, [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
        out.clear();
        push_masked(&mut out, Opcode::Text, false, b"Hello", [0x37, 0xfa, 0x21, 0x3d]);
        assert_eq!(out, [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
        out.clear();
        push_frame(&mut out, Opcode::Text, true, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
        assert_eq!(out, [0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
        for (len, header) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (256, &[0x82, 126, 1, 0]),
            (65_535, &[0x82, 126, 0xff, 0xff]),
            (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            out.clear();
            push_header(&mut out, Opcode::Binary, false, len);
            assert_eq!(out, header, "{len}");
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let mut out = Vec::new();
        push_close(&mut out, 1013, &"é".repeat(80));
        assert_eq!(out[..4], [0x88, 124, 0x03, 0xf5]);
        assert_eq!(std::str::from_utf8(&out[4..]), Ok("é".repeat(61).as_str()));
        out.clear();
        push_close(&mut out, 1000, "");
        assert_eq!(out, [0x88, 2, 0x03, 0xe8]);
    }
}
