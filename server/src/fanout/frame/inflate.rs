//! Decompression of messages (RFC 7692, 7.2.2), no further than a limit.

use flate2::{Decompress, FlushDecompress, Status};

use super::deflate::{TAIL, steps};
use super::violation::Violation;

/// The tail that the sender left out, and after it an empty last block: only where a block may begin does it end
/// the stream, which tells a whole message from one that was cut off.
const TAIL_AND_END: [u8; 9] = [0, 0, 0xff, 0xff, 0x01, 0, 0, 0xff, 0xff];

/// Room to begin with.
const LEAST: usize = 1024;
/// Room that is kept from one message to the next.
const KEPT: usize = 64 * 1024;

/// Inflates messages: those of one sender that refer to each other, or of many that do not.
pub struct Inflater {
    stream: Decompress,
    takeover: bool,
    /// The message, and behind it room that was written before.
    room: Vec<u8>,
}

impl Inflater {
    /// `window_bits` (9 to 15) as it was agreed on for the sender, or more. With `takeover` a message may refer to those
    /// before it, so all must come from one sender; without, each stands alone and the senders may be many.
    #[must_use]
    pub fn new(window_bits: u8, takeover: bool) -> Inflater {
        let stream = Decompress::new_with_window_bits(false, window_bits.clamp(9, 15));
        Inflater { stream, takeover, room: Vec::new() }
    }

    /// The message whose compressed payload this is, if it has no more than `limit` bytes. No more than `limit` bytes
    /// and a constant are ever allocated.
    pub(super) fn inflate(&mut self, payload: &[u8], limit: u32) -> Result<&[u8], Violation> {
        if !self.takeover {
            self.stream.reset(false);
        }
        if self.room.len() > KEPT {
            self.room = Vec::new();
        }
        let mut len = 0;
        if self.take(payload, &mut len, limit)? {
            // A last block is followed by at least the byte that begins the tail.
            return Err(Violation::Inflate);
        }
        let said = len;
        let tail = if self.takeover { &TAIL[..] } else { &TAIL_AND_END };
        let ended = self.take(tail, &mut len, limit)?;
        if ended == self.takeover || len != said {
            return Err(Violation::Inflate);
        }
        Ok(&self.room[..len])
    }

    /// Inflates all of `input` to the end of the message's `len` bytes. Whether its last byte was the end of a last
    /// block.
    fn take(&mut self, mut input: &[u8], len: &mut usize, limit: u32) -> Result<bool, Violation> {
        let most = limit as usize + 1;
        loop {
            if *len == self.room.len() {
                let more = (2 * *len).max(LEAST).min(most);
                self.room.reserve_exact(more - *len);
                self.room.resize(more, 0);
            }
            let end = self.room.len().min(most);
            let (read, written) = (self.stream.total_in(), self.stream.total_out());
            let status = self.stream.decompress(input, &mut self.room[*len..end], FlushDecompress::Sync);
            let status = status.map_err(|_| Violation::Inflate)?;
            let (read, written) = (steps(read, self.stream.total_in()), steps(written, self.stream.total_out()));
            input = &input[read..];
            *len += written;
            if *len == most {
                return Err(Violation::TooBig(limit));
            }
            match status {
                Status::StreamEnd if input.is_empty() => return Ok(true),
                Status::StreamEnd => {
                    // What follows a last block may refer to what was before it (RFC 7692, 7.2.3.4).
                    self.stream.reset(false);
                    let window = &self.room[len.saturating_sub(1 << 15)..*len];
                    self.stream.set_dictionary(window).map_err(|_| Violation::Inflate)?;
                }
                // With room left, everything that could be made of the input was made.
                Status::Ok | Status::BufError if input.is_empty() && *len < end => return Ok(false),
                Status::Ok | Status::BufError => {}
            }
        }
    }
}
