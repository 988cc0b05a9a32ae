//! From a stream of bytes to messages.
//!
//! What a frame holds is handed out where it lies when all of it is there. Bytes are kept only of a header, a frame or a
//! message whose end has not come yet.

use std::ops::ControlFlow;

use super::header::{Header, LONGEST, Opcode};
use super::inflate::Inflater;
use super::mask;
use super::violation::Violation;

/// The longest payload of a control frame.
const CONTROL_BYTES: usize = 125;

/// Which end of a connection reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads masked frames.
    Server,
    /// Reads unmasked frames.
    Client,
}

/// What a peer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A whole message of text.
    Text(&'a str),
    /// A whole message of bytes.
    Binary(&'a [u8]),
    /// A ping; a pong with the same payload is due.
    Ping(&'a [u8]),
    /// A pong.
    Pong(&'a [u8]),
    /// The peer closes, with a code and a reason if it gave them. Nothing follows.
    Close(Option<(u16, &'a str)>),
}

/// Takes messages out of a byte stream: unmasks, reassembles, inflates, limits and validates.
pub struct Reader {
    /// The message that has begun, and behind it a control frame that has. Without either it owns no memory.
    kept: Vec<u8>,
    /// The bytes of a header that has begun.
    header: [u8; LONGEST],
    header_len: u8,
    /// The frame whose payload comes next.
    frame: Option<Frame>,
    /// The message that has begun and the frame of which is not the last one.
    message: Option<Message>,
    limit: u32,
    role: Role,
    deflate: bool,
    closed: bool,
}

/// A frame, as far as it has not come.
#[derive(Clone, Copy)]
struct Frame {
    opcode: Opcode,
    fin: bool,
    /// For the bytes that are next.
    key: [u8; 4],
    left: u32,
}

/// A message that has begun.
#[derive(Clone, Copy)]
struct Message {
    kind: Kind,
    /// Its bytes so far.
    len: u32,
    /// So many of them are valid text; never more than three less than there are.
    checked: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
    DeflatedText,
    DeflatedBinary,
}

impl Reader {
    /// A reader of one connection's stream behind the handshake. `deflate` says that compression was agreed on.
    /// A message has at most `message_bytes` (and never more than 4 GB), also once it is inflated.
    #[must_use]
    pub fn new(role: Role, deflate: bool, message_bytes: usize) -> Reader {
        Reader {
            kept: Vec::new(),
            header: [0; LONGEST],
            header_len: 0,
            frame: None,
            message: None,
            // One less than all, so that sums of lengths are easy.
            limit: u32::try_from(message_bytes).unwrap_or(u32::MAX).min(u32::MAX - 1),
            role,
            deflate,
            closed: false,
        }
    }

    /// Takes what came in `bytes`, which are overwritten, and calls `handle` for each message or control frame that
    /// is whole, in order.
    ///
    /// The inflater is one that keeps nothing between messages, shared by all connections of a thread, or the
    /// connection's own.
    ///
    /// # Errors
    ///
    /// When the connection has to be failed. After that, after a close, and when `handle` breaks, bytes are ignored.
    pub fn read(
        &mut self,
        bytes: &mut [u8],
        inflater: &mut Inflater,
        handle: &mut dyn FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<(), Violation> {
        if self.closed {
            return Ok(());
        }
        let flow = self.read_frames(bytes, inflater, handle);
        self.closed = !matches!(flow, Ok(ControlFlow::Continue(())));
        if self.closed {
            self.kept = Vec::new();
        }
        flow.map(drop)
    }

    /// Whether nothing more is read: there was a close or a violation, or `handle` broke off.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Memory beside the reader itself, in bytes: for what has begun and not ended.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.kept.capacity()
    }

    fn read_frames(
        &mut self,
        mut bytes: &mut [u8],
        inflater: &mut Inflater,
        handle: &mut dyn FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Violation> {
        loop {
            let begun = match self.frame.take() {
                Some(frame) => Some(frame),
                None => self.next_frame(&mut bytes)?,
            };
            let Some(mut frame) = begun else { return Ok(ControlFlow::Continue(())) };
            let here = bytes.len().min(frame.left as usize);
            let (payload, after) = bytes.split_at_mut(here);
            frame.key = mask::apply(payload, frame.key);
            frame.left -= u32::try_from(here).expect("it is no more than what is left");
            bytes = after;
            let flow = match (frame.opcode.is_control(), frame.left) {
                (false, 0) if frame.fin => self.end_message(payload, inflater, handle)?,
                (true, 0) => self.end_control(frame.opcode, payload, handle)?,
                (false, _) => {
                    self.keep_data(payload)?;
                    ControlFlow::Continue(())
                }
                (true, _) => {
                    self.keep(payload);
                    ControlFlow::Continue(())
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
            if frame.left > 0 {
                self.frame = Some(frame);
                return Ok(ControlFlow::Continue(()));
            }
        }
    }

    /// The next frame, when its header is whole.
    fn next_frame(&mut self, bytes: &mut &mut [u8]) -> Result<Option<Frame>, Violation> {
        let mut at = 0;
        let header = loop {
            let known = usize::from(self.header_len);
            let parsed = match known {
                0 => Header::parse(bytes, self.role)?,
                known => Header::parse(&self.header[..known], self.role)?.map(|(header, _)| (header, at)),
            };
            if let Some((header, read)) = parsed {
                at = read;
                break header;
            }
            let Some(byte) = bytes.get(at) else { return Ok(None) };
            self.header[known] = *byte;
            self.header_len += 1;
            at += 1;
        };
        self.header_len = 0;
        *bytes = &mut std::mem::take(bytes)[at..];
        self.begin(&header).map(Some)
    }

    /// Whether a frame may come now, and with this length.
    fn begin(&mut self, header: &Header) -> Result<Frame, Violation> {
        let Header { opcode, fin, rsv1, key, len } = *header;
        let may_be_deflated = self.deflate && matches!(opcode, Opcode::Text | Opcode::Binary);
        if rsv1 && !may_be_deflated {
            return Err(Violation::ReservedBit);
        }
        let first = |kind| Message { kind, len: 0, checked: 0 };
        let message = match (opcode, self.message) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => None,
            (Opcode::Continuation, None) => return Err(Violation::NothingToContinue),
            (Opcode::Continuation, message) => message,
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(Violation::Interleaved),
            (Opcode::Text, None) => Some(first(if rsv1 { Kind::DeflatedText } else { Kind::Text })),
            (Opcode::Binary, None) => Some(first(if rsv1 { Kind::DeflatedBinary } else { Kind::Binary })),
        };
        if let Some(message) = message {
            if u64::from(message.len) + len > u64::from(self.most(message.kind)) {
                return Err(Violation::TooBig(self.limit));
            }
            self.message = Some(message);
        }
        let left = u32::try_from(len).map_err(|_| Violation::TooBig(self.limit))?;
        Ok(Frame { opcode, fin, key, left })
    }

    /// What a message may have as it is sent. Bytes that cannot be compressed become a little more.
    fn most(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Text | Kind::Binary => self.limit,
            Kind::DeflatedText | Kind::DeflatedBinary => self.limit.saturating_add(self.limit / 8).saturating_add(64),
        }
    }

    /// Keeps bytes of a message that goes on.
    fn keep_data(&mut self, payload: &[u8]) -> Result<(), Violation> {
        self.keep(payload);
        let Some(message) = &mut self.message else { return Ok(()) };
        message.len += u32::try_from(payload.len()).expect("a message is within its limit");
        if message.kind == Kind::Text {
            let fresh = &self.kept[message.checked as usize..];
            let valid = match std::str::from_utf8(fresh) {
                Ok(text) => text.len(),
                // The rest may be the beginning of a character.
                Err(error) if error.error_len().is_none() => error.valid_up_to(),
                Err(_) => return Err(Violation::Utf8),
            };
            message.checked += u32::try_from(valid).expect("a message is within its limit");
        }
        Ok(())
    }

    /// Keeps bytes, with room for no more than may be needed.
    fn keep(&mut self, payload: &[u8]) {
        let needed = self.kept.len() + payload.len();
        if needed > self.kept.capacity() {
            let most = self.message.map_or(0, |message| self.most(message.kind)) as usize + CONTROL_BYTES;
            let wanted = (2 * self.kept.capacity()).min(most).max(needed);
            self.kept.reserve_exact(wanted - self.kept.len());
        }
        self.kept.extend_from_slice(payload);
    }

    /// Hands a message out whose last bytes are these.
    fn end_message(
        &mut self,
        payload: &[u8],
        inflater: &mut Inflater,
        handle: &mut dyn FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Violation> {
        let Some(message) = self.message.take() else { return Ok(ControlFlow::Continue(())) };
        let whole = if message.len == 0 {
            payload
        } else {
            self.keep(payload);
            &self.kept
        };
        let said = match message.kind {
            Kind::Text => Incoming::Text(text(whole)?),
            Kind::Binary => Incoming::Binary(whole),
            Kind::DeflatedText => Incoming::Text(text(inflater.inflate(whole, self.limit)?)?),
            Kind::DeflatedBinary => Incoming::Binary(inflater.inflate(whole, self.limit)?),
        };
        let flow = handle(said);
        self.kept = Vec::new();
        Ok(flow)
    }

    /// Hands a control frame out whose last bytes are these.
    fn end_control(
        &mut self,
        opcode: Opcode,
        payload: &[u8],
        handle: &mut dyn FnMut(Incoming<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Violation> {
        let start = self.message.map_or(0, |message| message.len as usize);
        let whole = if self.kept.len() == start {
            payload
        } else {
            self.keep(payload);
            &self.kept[start..]
        };
        let flow = match opcode {
            Opcode::Ping => handle(Incoming::Ping(whole)),
            Opcode::Pong => handle(Incoming::Pong(whole)),
            Opcode::Close => {
                // Whatever follows, it is not for us.
                let _ = handle(Incoming::Close(close(whole)?));
                ControlFlow::Break(())
            }
            Opcode::Continuation | Opcode::Text | Opcode::Binary => ControlFlow::Continue(()),
        };
        match start {
            0 => self.kept = Vec::new(),
            start => self.kept.truncate(start),
        }
        Ok(flow)
    }
}

fn text(bytes: &[u8]) -> Result<&str, Violation> {
    std::str::from_utf8(bytes).map_err(|_| Violation::Utf8)
}

/// What a close frame's payload says (RFC 6455, 5.5.1 and 7.4; 1012 to 1014 from IANA's registry).
fn close(payload: &[u8]) -> Result<Option<(u16, &str)>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(Violation::CloseLength) };
    };
    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::CloseCode(code));
    }
    Ok(Some((code, text(reason)?)))
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
