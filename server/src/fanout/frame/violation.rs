//! Why a connection has to be failed.

use thiserror::Error;

/// What the peer did that RFC 6455 or RFC 7692 forbids, or that is more than it may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    /// A reserved bit without an extension that gives it a meaning, or where that one gives it none.
    #[error("a reserved bit is set")]
    ReservedBit,
    /// An opcode that has no meaning.
    #[error("opcode {0} is reserved")]
    ReservedOpcode(u8),
    /// A control frame that is not final.
    #[error("a control frame is fragmented")]
    FragmentedControl,
    /// A control frame with more than 125 bytes.
    #[error("a control frame is longer than 125 bytes")]
    LongControl,
    /// A length in more bytes than it needs, or one of more than 63 bits.
    #[error("a frame's length is not encoded in the shortest way")]
    LengthEncoding,
    /// A client's frame without a mask, or a server's with one.
    #[error("a client's frames must be masked and a server's must not")]
    Masking,
    /// A continuation of nothing.
    #[error("a continuation frame continues no message")]
    NothingToContinue,
    /// A message inside another.
    #[error("a new message began before the last one ended")]
    Interleaved,
    /// A close frame's payload of one byte.
    #[error("a close frame's payload is too short for a code")]
    CloseLength,
    /// A close code that must not be sent.
    #[error("close code {0} must not be sent")]
    CloseCode(u16),
    /// Text, or the reason of a close, that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// A compressed message that is not what the extension says.
    #[error("a compressed message cannot be inflated")]
    Inflate,
    /// A message above the limit, as it is announced or once it is inflated.
    #[error("a message is longer than {0} bytes")]
    TooBig(u32),
}

impl Violation {
    /// The code to close with: 1002 for the protocol, 1007 for what a message holds, 1009 for its size.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Violation::ReservedBit
            | Violation::ReservedOpcode(_)
            | Violation::FragmentedControl
            | Violation::LongControl
            | Violation::LengthEncoding
            | Violation::Masking
            | Violation::NothingToContinue
            | Violation::Interleaved
            | Violation::CloseLength
            | Violation::CloseCode(_) => 1002,
            Violation::Utf8 | Violation::Inflate => 1007,
            Violation::TooBig(_) => 1009,
        }
    }
}
