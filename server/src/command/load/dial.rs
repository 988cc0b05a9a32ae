//! The way to a server: TCP, or TLS over it, for sockets that are waited for and for those that block.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mio::event::Source;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use thiserror::Error;

use super::options::Target;

/// What the system may hold for a slow reader: as little as it allows.
const SLOW_BUFFER: usize = 4 * 1024;
/// How long one waits for a server that says nothing.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where the server is and, for TLS, who it has to prove to be. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Dial {
    /// Where it answers.
    pub address: SocketAddr,
    /// What the `Host` header says.
    pub host: String,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

/// There is no way.
#[derive(Debug, Error)]
pub enum DialError {
    /// Nobody is there, or not the one who was meant.
    #[error("{0} cannot be reached: {1}")]
    Nowhere(String, io::Error),
    /// The file with certificates cannot be used.
    #[error("{0} holds no certificates of authorities in PEM: {1}")]
    Authorities(String, rustls::pki_types::pem::Error),
    /// The host's name cannot be in a certificate.
    #[error("{0:?} is no name that a certificate could have")]
    Name(String),
    /// The cryptography is missing.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

impl Dial {
    /// Finds the way there, so that thousands need not go in vain. `authorities`: a file with certificates of those
    /// who vouch for the server, instead of those whom browsers trust.
    ///
    /// # Errors
    /// There is none.
    pub fn find(target: &Target, authorities: Option<&Path>) -> Result<Dial, DialError> {
        let tls = if target.tls {
            let name = target.name().to_owned();
            let proves = ServerName::try_from(name.clone()).map_err(|_| DialError::Name(name))?;
            Some((trusting(authorities)?, proves))
        } else {
            None
        };
        let mut failed = io::Error::from(ErrorKind::AddrNotAvailable);
        for &address in &target.addresses {
            let dial = Dial { address, host: target.host.clone(), tls: tls.clone() };
            // Where there is TLS, this shakes hands.
            match dial.open_blocking().and_then(|mut socket| socket.flush()) {
                Ok(()) => return Ok(dial),
                Err(error) => failed = error,
            }
        }
        Err(DialError::Nowhere(target.host.clone(), failed))
    }

    /// A socket that does not block; `slow`: the system is to take in as little as it can.
    ///
    /// # Errors
    /// The system refuses.
    pub fn open(&self, slow: bool) -> io::Result<Socket> {
        let stream = begin(self.address, slow)?;
        Ok(match &self.tls {
            None => Socket::Plain(stream),
            Some(tls) => Socket::Tls(Box::new(StreamOwned::new(connection(tls)?, stream))),
        })
    }

    /// A socket that blocks, but not for long.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn open_blocking(&self) -> io::Result<Box<dyn ReadWrite>> {
        let stream = std::net::TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(match &self.tls {
            None => Box::new(stream),
            Some(tls) => Box::new(StreamOwned::new(connection(tls)?, stream)),
        })
    }
}

/// What can be read and written.
pub trait ReadWrite: Read + Write {}

impl<T: Read + Write> ReadWrite for T {}

/// A client's socket.
pub enum Socket {
    /// TCP alone.
    Plain(TcpStream),
    /// TLS, which shakes hands by itself when it is first read or written.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Socket {
    /// Whether a read that gave less than there was room for has given all there is. TLS gives one record
    /// at a time.
    pub const fn gives_all(&self) -> bool {
        matches!(self, Socket::Plain(_))
    }

    fn stream(&mut self) -> &mut TcpStream {
        match self {
            Socket::Plain(stream) => stream,
            Socket::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Plain(stream) => stream.read(buffer),
            Socket::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Plain(stream) => stream.write(bytes),
            Socket::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Socket::Plain(stream) => stream.flush(),
            Socket::Tls(stream) => stream.flush(),
        }
    }
}

impl Source for Socket {
    fn register(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.stream().register(registry, token, interests)
    }

    fn reregister(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.stream().reregister(registry, token, interests)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.stream().deregister(registry)
    }
}

fn trusting(authorities: Option<&Path>) -> Result<Arc<ClientConfig>, DialError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unusable = |error| DialError::Authorities(path.display().to_string(), error);
            let found: Vec<_> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(unusable)?;
            if found.is_empty() {
                return Err(unusable(rustls::pki_types::pem::Error::NoItemsFound));
            }
            found.into_iter().try_for_each(|certificate| roots.add(certificate))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn connection((config, name): &(Arc<ClientConfig>, ServerName<'static>)) -> io::Result<ClientConnection> {
    ClientConnection::new(config.clone(), name.clone()).map_err(io::Error::other)
}

fn begin(address: SocketAddr, slow: bool) -> io::Result<TcpStream> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    if slow {
        socket.set_recv_buffer_size(SLOW_BUFFER)?;
    }
    match socket.connect(&address.into()) {
        Ok(()) => {}
        // `EINPROGRESS` has no kind of its own that is stable.
        Err(error) if error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(115) => {}
        Err(error) if error.raw_os_error() == Some(36) => {}
        Err(error) => return Err(error),
    }
    Ok(TcpStream::from_std(socket.into()))
}
