//! Writing a tape, so that little is lost when the process is killed.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use shared::units::Timestamp;

use super::format::{Header, write_entry};

/// How a tape is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::feed) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// As the file's name ends: `.gz`, `.zst`, or anything else.
    pub fn of(path: &Path) -> Packing {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Packing::Gzip,
            Some("zst") => Packing::Zstd,
            _ => Packing::Plain,
        }
    }
}

type Out = BufWriter<Box<dyn Write + Send>>;

enum Packed {
    Plain(Out),
    Gzip(GzEncoder<Out>),
    Zstd(zstd::Encoder<'static, Out>),
}

pub(in crate::feed) struct TapeWriter {
    out: Packed,
    started: Timestamp,
}

impl TapeWriter {
    /// Begins a tape with its header.
    pub fn new(
        out: Box<dyn Write + Send>,
        packing: Packing,
        provider: &str,
        started: Timestamp,
    ) -> io::Result<TapeWriter> {
        let out = BufWriter::new(out);
        let mut out = match packing {
            Packing::Plain => Packed::Plain(out),
            Packing::Gzip => Packed::Gzip(GzEncoder::new(out, flate2::Compression::default())),
            Packing::Zstd => Packed::Zstd(zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?),
        };
        Header::new(provider, started).write(&mut out)?;
        out.flush()?;
        Ok(TapeWriter { out, started })
    }

    /// Adds a frame that was read at `received`.
    pub fn write(&mut self, received: Timestamp, frame: &str) -> io::Result<()> {
        let at_ms = u64::try_from(received.ms_since(self.started)).unwrap_or(0);
        write_entry(&mut self.out, at_ms, frame)
    }

    /// Makes everything written so far readable, also if nothing follows.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the tape properly.
    pub fn finish(self) -> io::Result<()> {
        let mut out = match self.out {
            Packed::Plain(out) => out,
            Packed::Gzip(encoder) => encoder.finish()?,
            Packed::Zstd(encoder) => encoder.finish()?,
        };
        out.flush()
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packed::Plain(out) => out.write(bytes),
            Packed::Gzip(encoder) => encoder.write(bytes),
            Packed::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packed::Plain(out) => out.flush(),
            Packed::Gzip(encoder) => encoder.flush(),
            Packed::Zstd(encoder) => encoder.flush(),
        }
    }
}
