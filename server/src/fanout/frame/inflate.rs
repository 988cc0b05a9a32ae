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

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};

    use super::*;

    #[test]
    fn what_follows_a_last_block_may_refer_to_what_was_before_it() {
        let words = b"a stream that ends goes on";
        let (mut first, mut second) = (Vec::with_capacity(100), Vec::with_capacity(100));
        Compress::new(Compression::best(), false).compress_vec(words, &mut first, FlushCompress::Finish).unwrap();
        let mut after = Compress::new(Compression::best(), false);
        after.set_dictionary(words).unwrap();
        after.compress_vec(words, &mut second, FlushCompress::Sync).unwrap();
        assert!(second.len() < 12, "it refers to the first");
        let payload = [&first[..], &second[..second.len() - TAIL.len()]].concat();
        for takeover in [false, true] {
            let mut inflater = Inflater::new(15, takeover);
            let twice = [&words[..], words].concat();
            assert_eq!(inflater.inflate(&payload, 1000), Ok(&twice[..]));
        }
    }

    #[test]
    fn a_large_message_does_not_keep_its_room() {
        let mut packed = Vec::new();
        super::super::Deflater::new(1, 15).compress(&[7; 1_000_000], &mut packed);
        let mut inflater = Inflater::new(15, false);
        assert_eq!(inflater.inflate(&packed, 1_000_000).map(<[u8]>::len), Ok(1_000_000));
        assert!(inflater.room.capacity() <= 1_000_001, "{}", inflater.room.capacity());
        assert_eq!(inflater.inflate(&[0], 1_000_000), Ok(&[][..]));
        assert!(inflater.room.capacity() <= KEPT);
    }
}
