//! What one client alone still has to be sent, and how it goes out.
//!
//! Small frames are gathered into one run of bytes; a large one is shared with all who are sent the
//! same, however slowly each of them takes it.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Result, Write};

use bytes::{Buf, Bytes, BytesMut};

use crate::fanout::frame::{Opcode, push_header};

/// Up to this size a frame is copied rather than written from where it lies.
pub(super) const COPIED: usize = 4 * 1024;
/// So many pieces go out in one write.
const PIECES: usize = 16;

/// Bytes in the order in which they leave. Empty, it owns no memory.
#[derive(Default)]
pub(super) struct Outbox {
    pieces: VecDeque<Bytes>,
    run: BytesMut,
}

/// How a write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Everything.
    All,
    /// The socket takes no more for now.
    Blocked,
}

impl Outbox {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.run.is_empty()
    }

    /// How much is waiting.
    pub(super) fn len(&self) -> usize {
        self.run.len() + self.pieces.iter().map(Bytes::len).sum::<usize>()
    }

    /// Adds a frame.
    pub(super) fn push(&mut self, opcode: Opcode, deflated: bool, payload: &Bytes) {
        let mut header = Vec::with_capacity(10);
        push_header(&mut header, opcode, deflated, payload.len());
        self.run.extend_from_slice(&header);
        if payload.len() <= COPIED {
            self.run.extend_from_slice(payload);
        } else {
            self.push_shared(payload.clone());
        }
    }

    /// Adds bytes that are framed already, and that others are sent too.
    pub(super) fn push_shared(&mut self, bytes: Bytes) {
        self.end_run();
        self.pieces.push_back(bytes);
    }

    /// Adds bytes that are framed already.
    pub(super) fn push_framed(&mut self, bytes: &[u8]) {
        self.run.extend_from_slice(bytes);
    }

    /// Writes as much as the socket takes, and counts it.
    pub(super) fn write(&mut self, socket: &mut impl Write, written: &mut u64) -> Result<Sent> {
        self.end_run();
        while !self.pieces.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let count = self.pieces.iter().zip(&mut slices).map(|(piece, slice)| *slice = IoSlice::new(piece)).count();
            match socket.write_vectored(&slices[..count]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(bytes) => {
                    *written += bytes as u64;
                    self.advance(bytes);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Sent::Blocked),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.pieces = VecDeque::new();
        Ok(Sent::All)
    }

    fn advance(&mut self, mut bytes: usize) {
        while let Some(piece) = self.pieces.front_mut() {
            if bytes < piece.len() {
                piece.advance(bytes);
                return;
            }
            bytes -= piece.len();
            self.pieces.pop_front();
        }
    }

    fn end_run(&mut self) {
        if !self.run.is_empty() {
            self.pieces.push_back(std::mem::take(&mut self.run).freeze());
        }
    }
}

/// Writes a slice as far as the socket takes it, and says how far.
pub(super) fn write(socket: &mut impl Write, mut bytes: &[u8]) -> Result<(usize, Sent)> {
    let all = bytes.len();
    while !bytes.is_empty() {
        match socket.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(taken) => bytes = &bytes[taken..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((all - bytes.len(), Sent::Blocked)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((all, Sent::All))
}
