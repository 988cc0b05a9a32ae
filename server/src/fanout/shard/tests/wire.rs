//! Sockets made of memory, and what clients say of compression.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The two ends of a socket.
#[derive(Default)]
pub struct Wire {
    pub to_server: VecDeque<u8>,
    pub to_client: Vec<u8>,
    /// So much can be written before the socket takes no more.
    pub room: usize,
    pub gone: bool,
}

#[derive(Clone, Default)]
pub struct Socket(Arc<Mutex<Wire>>);

impl Socket {
    pub fn wire<T>(&self, f: impl FnOnce(&mut Wire) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wire(|wire| match wire.to_server.len().min(buffer.len()) {
            0 if wire.gone => Ok(0),
            0 => Err(ErrorKind::WouldBlock.into()),
            count => {
                wire.to_server.drain(..count).zip(buffer).for_each(|(byte, place)| *place = byte);
                Ok(count)
            }
        })
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wire(|wire| match wire.room.min(bytes.len()) {
            _ if wire.gone => Err(ErrorKind::BrokenPipe.into()),
            0 => Err(ErrorKind::WouldBlock.into()),
            count => {
                wire.to_client.extend(&bytes[..count]);
                wire.room -= count;
                Ok(count)
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a client says of compression.
#[derive(Clone, Copy, Debug)]
pub enum Deflate {
    None,
    Window,
    NoContext,
    SmallWindow,
}

impl Deflate {
    pub const fn offer(self) -> Option<&'static str> {
        match self {
            Deflate::None => None,
            Deflate::Window => Some("permessage-deflate; client_max_window_bits"),
            Deflate::NoContext => Some("permessage-deflate; server_no_context_takeover"),
            Deflate::SmallWindow => Some("permessage-deflate; server_max_window_bits=9"),
        }
    }
}
