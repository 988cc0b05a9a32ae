//! A plain HTTP GET, for what is asked a few times in a run.

use std::io::{Error, ErrorKind, Read, Result, Write};

use super::dial::Dial;

/// The body of an answer with status 200.
///
/// # Errors
/// There is no such answer.
pub fn get(dial: &Dial, path: &str) -> Result<String> {
    let mut socket = dial.open_blocking()?;
    let host = &dial.host;
    // Of HTTP/1.0, so that the body comes as it is and ends with the connection.
    write!(socket, "GET {path} HTTP/1.0\r\nhost: {host}\r\naccept-encoding: identity\r\nconnection: close\r\n\r\n")?;
    socket.flush()?;
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        // Many end TLS without a word. What an answer lacks then, its JSON lacks too.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && !answer.is_empty() => {}
        other => drop(other?),
    }
    let answer = String::from_utf8(answer).map_err(|_| Error::new(ErrorKind::InvalidData, "the answer is no text"))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        Ok(body.to_owned())
    } else {
        Err(Error::other(format!("GET {path}: {status}")))
    }
}
