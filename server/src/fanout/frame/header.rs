//! The first bytes of a frame (RFC 6455, 5.2), and what is wrong with them by themselves.

use super::reader::Role;
use super::violation::Violation;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// The next part of a message.
    Continuation,
    /// A message of text, or its first part.
    Text,
    /// A message of bytes, or its first part.
    Binary,
    /// The last frame of its direction.
    Close,
    /// Asks for a pong with the same payload.
    Ping,
    /// Answers a ping, or says that its sender is there.
    Pong,
}

impl Opcode {
    /// Its four bits.
    pub(super) fn bits(self) -> u8 {
        match self {
            Opcode::Continuation => 0x0,
            Opcode::Text => 0x1,
            Opcode::Binary => 0x2,
            Opcode::Close => 0x8,
            Opcode::Ping => 0x9,
            Opcode::Pong => 0xa,
        }
    }

    fn from_bits(bits: u8) -> Result<Opcode, Violation> {
        match bits {
            0x0 => Ok(Opcode::Continuation),
            0x1 => Ok(Opcode::Text),
            0x2 => Ok(Opcode::Binary),
            0x8 => Ok(Opcode::Close),
            0x9 => Ok(Opcode::Ping),
            0xa => Ok(Opcode::Pong),
            reserved => Err(Violation::ReservedOpcode(reserved)),
        }
    }

    /// Whether it may come between the parts of a message.
    pub(super) fn is_control(self) -> bool {
        match self {
            Opcode::Close | Opcode::Ping | Opcode::Pong => true,
            Opcode::Continuation | Opcode::Text | Opcode::Binary => false,
        }
    }
}

/// The longest header: two bytes, eight of length, four of mask.
pub(super) const LONGEST: usize = 14;

/// The final bit of a frame.
pub(super) const FIN: u8 = 0x80;
/// The bit that says that a message is compressed.
pub(super) const RSV1: u8 = 0x40;
/// The bits of no known extension.
const RSV2_AND_3: u8 = 0x30;
/// The bit of the second byte that says that a mask follows.
pub(super) const MASKED: u8 = 0x80;

/// A header that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) opcode: Opcode,
    pub(super) fin: bool,
    pub(super) rsv1: bool,
    /// What is to be applied to the payload; zeros change nothing.
    pub(super) key: [u8; 4],
    /// Bytes of payload.
    pub(super) len: u64,
}

impl Header {
    /// The header at the beginning of `bytes` and how many bytes it has; `None` while some are missing. A header
    /// that is wrong is refused with its first two bytes, or when its length is there.
    pub(super) fn parse(bytes: &[u8], role: Role) -> Result<Option<(Header, usize)>, Violation> {
        let &[first, second, ref after @ ..] = bytes else { return Ok(None) };
        if first & RSV2_AND_3 != 0 {
            return Err(Violation::ReservedBit);
        }
        let opcode = Opcode::from_bits(first & 0x0f)?;
        let (fin, rsv1, short) = (first & FIN != 0, first & RSV1 != 0, second & !MASKED);
        let masked = second & MASKED != 0;
        if masked != (role == Role::Server) {
            return Err(Violation::Masking);
        }
        if opcode.is_control() {
            match (fin, short) {
                (false, _) => return Err(Violation::FragmentedControl),
                (true, 126..) => return Err(Violation::LongControl),
                (true, _) => {}
            }
        }
        let Some((len, after)) = length(short, after)? else { return Ok(None) };
        let key = match (masked, after.first_chunk()) {
            (false, _) => [0; 4],
            (true, Some(key)) => *key,
            (true, None) => return Ok(None),
        };
        let read = bytes.len() - after.len() + if masked { 4 } else { 0 };
        Ok(Some((Header { opcode, fin, rsv1, key, len }, read)))
    }
}

/// A payload's length, and what follows it; `None` while bytes of it are missing.
fn length(short: u8, after: &[u8]) -> Result<Option<(u64, &[u8])>, Violation> {
    let (len, after, least) = match short {
        126 => match after.split_first_chunk() {
            Some((len, after)) => (u64::from(u16::from_be_bytes(*len)), after, 126),
            None => return Ok(None),
        },
        127 => match after.split_first_chunk() {
            Some((len, after)) => (u64::from_be_bytes(*len), after, 1 << 16),
            None => return Ok(None),
        },
        len => (u64::from(len), after, 0),
    };
    if len < least || len >= 1 << 63 {
        return Err(Violation::LengthEncoding);
    }
    Ok(Some((len, after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8]) -> Result<Option<(u64, usize)>, Violation> {
        let whole = Header::parse(bytes, Role::Client);
        // Cut anywhere, it waits, or says at once what it would say later.
        for cut in 0..bytes.len() {
            let part = Header::parse(&bytes[..cut], Role::Client);
            assert!(part == Ok(None) || part == whole, "{part:?} after {cut} bytes of {bytes:?}");
        }
        Ok(whole?.map(|(header, read)| (header.len, read)))
    }

    #[test]
    fn lengths_are_read_in_their_three_encodings() {
        for (bytes, expected) in [
            (&[0x81, 0][..], Ok(Some((0, 2)))),
            (&[0x81, 125], Ok(Some((125, 2)))),
            (&[0x81, 126, 0, 126], Ok(Some((126, 4)))),
            (&[0x81, 126, 0xff, 0xff], Ok(Some((65_535, 4)))),
            (&[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0], Ok(Some((65_536, 10)))),
            (&[0x81, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Ok(Some(((1 << 63) - 1, 10)))),
            (&[0x81, 126, 0, 125], Err(Violation::LengthEncoding)),
            (&[0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff], Err(Violation::LengthEncoding)),
            (&[0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], Err(Violation::LengthEncoding)),
            (&[0x81, 126, 0], Ok(None)),
            (&[0x81], Ok(None)),
            (&[], Ok(None)),
        ] {
            assert_eq!(parsed(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_reserved_is_refused_with_the_second_byte() {
        for bits in (0x3..=0x7).chain(0xb..=0xf) {
            assert_eq!(parsed(&[0x80 | bits, 0]), Err(Violation::ReservedOpcode(bits)));
        }
        for bit in [0x20, 0x10] {
            assert_eq!(parsed(&[0x81 | bit, 0]), Err(Violation::ReservedBit));
        }
    }

    #[test]
    fn control_frames_are_whole_and_short() {
        for opcode in [Opcode::Close, Opcode::Ping, Opcode::Pong] {
            assert_eq!(parsed(&[opcode.bits(), 0]), Err(Violation::FragmentedControl));
            assert_eq!(parsed(&[FIN | opcode.bits(), 126]), Err(Violation::LongControl));
            assert_eq!(parsed(&[FIN | opcode.bits(), 127]), Err(Violation::LongControl));
            assert_eq!(parsed(&[FIN | opcode.bits(), 125]), Ok(Some((125, 2))));
        }
    }

    #[test]
    fn clients_mask_and_servers_do_not() {
        let masked = [0x81, 0x80 | 3, 9, 8, 7, 6];
        let (header, read) = Header::parse(&masked, Role::Server).unwrap().unwrap();
        assert_eq!((header.key, header.len, read), ([9, 8, 7, 6], 3, 6));
        assert_eq!(Header::parse(&masked[..5], Role::Server), Ok(None));
        assert_eq!(Header::parse(&masked, Role::Client), Err(Violation::Masking));
        assert_eq!(Header::parse(&[0x81, 3], Role::Server), Err(Violation::Masking));
    }
}
