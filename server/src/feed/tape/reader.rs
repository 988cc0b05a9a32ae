//! Reading a tape, line by line: a bad line is an error with its number, and the next one is read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

use super::VERSION;
use super::format::{Header, Line, frame_of};

/// A frame of a tape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeFrame {
    /// Milliseconds since the start of the recording; `None` on a tape that is timed by what its
    /// frames say themselves.
    pub at_ms: Option<u64>,
    /// The frame as the provider sent it.
    pub text: String,
}

/// What is wrong with a tape.
#[derive(Debug, Error)]
pub enum TapeError {
    /// The file cannot be opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was written by a later version of this program.
    #[error("a tape of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// It holds another provider's frames.
    #[error("a tape of the provider {0:?}, which cannot be played here")]
    Provider(Box<str>),
    /// It cannot be read any further: a broken disk, a broken or cut-off compression.
    #[error("line {line}: {source}")]
    Read {
        /// The line that could not be read.
        line: u64,
        /// Why.
        source: io::Error,
    },
    /// A line that is no frame. Those after it can be read.
    #[error("line {line}: {why}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        why: Box<str>,
    },
}

/// Reads the frames of a tape in order.
pub struct TapeReader {
    input: Box<dyn BufRead + Send>,
    header: Option<Header>,
    /// How the first frame was timed, and so all are.
    own_times: Option<bool>,
    /// Where the last frame was, and where the present one of several joined tapes begins.
    last_ms: u64,
    base_ms: u64,
    line: u64,
    buffer: Vec<u8>,
    /// What was found when the header was looked for.
    peeked: Option<Result<TapeFrame, TapeError>>,
    done: bool,
}

/// What a line was.
enum Read1 {
    Frame(Result<TapeFrame, TapeError>),
    Header(Header),
    End,
}

impl TapeReader {
    /// The longest line that is read; a longer one is a bad line.
    const LONGEST: u64 = 16 << 20;

    /// Opens a tape and reads its header, if it has one.
    ///
    /// # Errors
    /// When the file cannot be opened or begins to say that it is of another version.
    pub fn open(path: &Path) -> Result<TapeReader, TapeError> {
        let file = File::open(path).map_err(|source| TapeError::Open { path: path.to_owned(), source })?;
        TapeReader::new(file)
    }

    /// Reads a tape from anywhere; how it is packed is told from its first bytes.
    ///
    /// # Errors
    /// As [`TapeReader::open`].
    pub fn new(input: impl Read + Send + 'static) -> Result<TapeReader, TapeError> {
        let input = unpack(input).map_err(|source| TapeError::Read { line: 1, source })?;
        let mut tape = TapeReader {
            input,
            header: None,
            own_times: None,
            last_ms: 0,
            base_ms: 0,
            line: 0,
            buffer: Vec::new(),
            peeked: None,
            done: false,
        };
        match tape.read_line() {
            Read1::Header(header) if header.tape != VERSION => return Err(TapeError::Version(header.tape)),
            Read1::Header(header) => tape.header = Some(header),
            Read1::Frame(frame) => tape.peeked = Some(frame),
            Read1::End => tape.done = true,
        }
        Ok(tape)
    }

    /// The header; a tape may have none.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The next line that is not empty.
    fn read_line(&mut self) -> Read1 {
        loop {
            self.buffer.clear();
            self.line += 1;
            let longest = TapeReader::LONGEST;
            let read = (&mut self.input).take(longest).read_until(b'\n', &mut self.buffer);
            let read = match read {
                Ok(0) => return Read1::End,
                // `take` stopped it: the rest of the line is passed over.
                Ok(n) if n as u64 == longest && self.buffer.last() != Some(&b'\n') => {
                    self.input.skip_until(b'\n').map(|_| false)
                }
                Ok(_) => Ok(true),
                Err(error) => Err(error),
            };
            match read {
                Ok(true) if self.buffer.trim_ascii().is_empty() => {}
                Ok(true) => return self.parse(),
                Ok(false) => return Read1::Frame(Err(self.bad("longer than 16 MiB"))),
                Err(source) => {
                    self.done = true;
                    return Read1::Frame(Err(TapeError::Read { line: self.line, source }));
                }
            }
        }
    }

    fn parse(&mut self) -> Read1 {
        let buffer = std::mem::take(&mut self.buffer);
        let read = match std::str::from_utf8(&buffer) {
            Ok(line) => self.parse_text(line.trim_start_matches('\u{feff}').trim_ascii()),
            Err(_) => Read1::Frame(Err(self.bad("not UTF-8"))),
        };
        self.buffer = buffer;
        read
    }

    fn parse_text(&mut self, text: &str) -> Read1 {
        if text.starts_with('[') {
            let at_ms = self.time(None);
            return Read1::Frame(Ok(TapeFrame { at_ms, text: text.to_owned() }));
        }
        match serde_json::from_str::<Line<'_>>(text) {
            Ok(Line { tape: Some(tape), provider, recorded_ms, .. }) => {
                Read1::Header(Header { tape, provider, recorded_ms })
            }
            Ok(Line { at_ms: Some(at_ms), frame: Some(raw), .. }) => Read1::Frame(match frame_of(raw) {
                Ok(text) => Ok(TapeFrame { at_ms: self.time(Some(at_ms)), text }),
                Err(error) => Err(self.bad(&error.to_string())),
            }),
            Ok(_) => Read1::Frame(Err(self.bad("neither a header nor a frame with `at_ms` and `in`"))),
            Err(error) => Read1::Frame(Err(self.bad(&error.to_string()))),
        }
    }

    /// When a frame was sent. The first one decides what a tape is timed by; time never goes back.
    fn time(&mut self, at_ms: Option<u64>) -> Option<u64> {
        let headed = self.header.is_some();
        if *self.own_times.get_or_insert(at_ms.is_none() && !headed) {
            return None;
        }
        let at_ms = at_ms.map_or(self.last_ms, |at_ms| self.base_ms.saturating_add(at_ms));
        self.last_ms = self.last_ms.max(at_ms);
        Some(self.last_ms)
    }

    fn bad(&self, why: &str) -> TapeError {
        TapeError::Line { line: self.line, why: why.into() }
    }
}

impl Iterator for TapeReader {
    type Item = Result<TapeFrame, TapeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(peeked) = self.peeked.take() {
            return Some(peeked);
        }
        while !self.done {
            match self.read_line() {
                Read1::Frame(frame) => return Some(frame),
                // A tape was appended to this one; it goes on where this one ends.
                Read1::Header(header) if header.tape == VERSION => self.base_ms = self.last_ms,
                Read1::Header(header) => {
                    self.done = true;
                    return Some(Err(TapeError::Version(header.tape)));
                }
                Read1::End => self.done = true,
            }
        }
        None
    }
}

/// Looks at the first bytes and puts the right decompressor before the input.
fn unpack(input: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
    let mut first = Vec::new();
    let mut input = BufReader::new(input);
    (&mut input).take(4).read_to_end(&mut first)?;
    let whole = io::Cursor::new(first.clone()).chain(input);
    Ok(if first.starts_with(GZIP) {
        Box::new(BufReader::new(MultiGzDecoder::new(whole)))
    } else if first.starts_with(ZSTD) {
        Box::new(BufReader::new(zstd::Decoder::with_buffer(whole)?))
    } else {
        Box::new(whole)
    })
}
