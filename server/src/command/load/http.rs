//! A plain HTTP GET, for what is asked a few times in a run.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::options::Target;

const PATIENCE: Duration = Duration::from_secs(15);

/// The body of an answer with status 200.
///
/// # Errors
/// There is no such answer.
pub fn get(target: &Target, path: &str) -> Result<String> {
    let mut socket = TcpStream::connect_timeout(&target.address, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let host = &target.host;
    // Of HTTP/1.0, so that the body comes as it is and ends with the connection.
    write!(socket, "GET {path} HTTP/1.0\r\nhost: {host}\r\naccept-encoding: identity\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let answer = String::from_utf8(answer).map_err(|_| Error::new(ErrorKind::InvalidData, "the answer is no text"))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        Ok(body.to_owned())
    } else {
        Err(Error::other(format!("GET {path}: {status}")))
    }
}
