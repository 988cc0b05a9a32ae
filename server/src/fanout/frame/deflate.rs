//! Compression of messages (RFC 7692, 7.2.1).

use flate2::{Compress, Compression, FlushCompress, Status};

/// What a sync flush ends with, and what is left out of each message.
pub(super) const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Compresses messages, each of which may refer to those before it in the window.
///
/// It owns about 200 KB with the largest window, so there is one for many connections.
pub struct Deflater {
    stream: Compress,
}

impl Deflater {
    /// `level` is 0 (none) to 9 (slowest), `window_bits` 9 to 15: a window of 512 bytes to 32 KB. Values beyond are
    /// taken as the nearest.
    #[must_use]
    pub fn new(level: u32, window_bits: u8) -> Deflater {
        let stream = Compress::new_with_window_bits(Compression::new(level.min(9)), false, window_bits.clamp(9, 15));
        Deflater { stream }
    }

    /// Appends the compressed payload of one message.
    pub fn compress(&mut self, message: &[u8], out: &mut Vec<u8>) {
        if message.is_empty() {
            // A flush of nothing would write nothing; this is the empty block (RFC 7692, 7.2.3.6).
            out.push(0);
            return;
        }
        let mut message = message;
        loop {
            // Enough for bytes that cannot be compressed, so once round is the rule.
            let (start, room) = (out.len(), message.len() + message.len() / 8 + 64);
            out.resize(start + room, 0);
            let (read, written) = (self.stream.total_in(), self.stream.total_out());
            let status = self.stream.compress(message, &mut out[start..], FlushCompress::Sync);
            match status.expect("a stream that is never finished takes any bytes") {
                Status::Ok | Status::BufError => {}
                Status::StreamEnd => unreachable!("nothing asked for the stream's end"),
            }
            let (read, written) = (steps(read, self.stream.total_in()), steps(written, self.stream.total_out()));
            out.truncate(start + written);
            message = &message[read..];
            // With room left, everything was flushed.
            if message.is_empty() && written < room {
                break;
            }
        }
        debug_assert!(out.ends_with(&TAIL));
        out.truncate(out.len() - TAIL.len());
    }

    /// The next message will refer to nothing before it, so whoever joins now can read it and all that follow.
    pub fn forget(&mut self) {
        self.stream.reset();
    }
}

/// How far a counter of bytes in memory went.
pub(super) fn steps(from: u64, to: u64) -> usize {
    usize::try_from(to - from).expect("no more than a slice is long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_message_costs_next_to_nothing_until_it_is_forgotten() {
        let mut deflater = Deflater::new(6, 10);
        let message = br#"{"type":"update","topic":"darkpool.sentiment","seq":1}"#;
        let size = |deflater: &mut Deflater| {
            let mut out = Vec::new();
            deflater.compress(message, &mut out);
            out.len()
        };
        let first = size(&mut deflater);
        assert!(size(&mut deflater) < first / 4);
        deflater.forget();
        assert_eq!(size(&mut deflater), first);
    }

    #[test]
    fn an_empty_message_is_one_byte_however_often_it_comes() {
        let mut deflater = Deflater::new(6, 15);
        let mut out = Vec::new();
        deflater.compress(b"", &mut out);
        deflater.compress(b"", &mut out);
        assert_eq!(out, [0, 0]);
    }
}
