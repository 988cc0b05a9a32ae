//! One address for development: the page comes from Trunk, `/ws` and `/api` from the server.
//!
//! Trunk has a proxy of its own, but it loses the subprotocol of a WebSocket, and a browser then
//! refuses the connection. This one knows no HTTP beyond the head of a request: it reads that, picks
//! a side, and passes bytes on both ways until one end closes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use anyhow::{Context as _, Result};

const HEAD_END: &[u8] = b"\r\n\r\n";
const LONGEST_HEAD: usize = 64 * 1024;

/// The ports on this machine that answer.
#[derive(Clone, Copy)]
pub struct Sides {
    pub page: u16,
    pub data: u16,
}

/// Listens on `port` of the loopback interface for as long as this process lives.
pub fn listen(port: u16, sides: Sides) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("cannot listen on port {port}"))?;
    thread::spawn(move || {
        for browser in listener.incoming().flatten() {
            // A side that is not up yet, or a reader who left: the browser sees the end and may retry.
            thread::spawn(move || relay(browser, sides).ok());
        }
    });
    Ok(())
}

fn relay(mut browser: TcpStream, sides: Sides) -> io::Result<()> {
    let received = read_past_head(&mut browser)?;
    let head_length = received.windows(HEAD_END.len()).position(|part| part == HEAD_END);
    let (head, body) = received.split_at(head_length.unwrap_or(received.len()));
    let head = String::from_utf8_lossy(head);

    let port = if is_for_data(&head) { sides.data } else { sides.page };
    let mut side = TcpStream::connect(("localhost", port))?;
    side.write_all(for_one_request(&head).as_bytes())?;
    side.write_all(body)?;

    let (mut from_browser, mut to_side) = (browser.try_clone()?, side.try_clone()?);
    thread::spawn(move || {
        let copied = io::copy(&mut from_browser, &mut to_side);
        to_side.shutdown(Shutdown::Write).and(copied)
    });
    io::copy(&mut side, &mut browser)?;
    browser.shutdown(Shutdown::Both)
}

/// Reads until the head of the request is whole, and perhaps a piece further.
fn read_past_head(browser: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut received = Vec::new();
    let mut piece = [0; 4096];
    while received.len() < LONGEST_HEAD && !received.windows(HEAD_END.len()).any(|part| part == HEAD_END) {
        match browser.read(&mut piece)? {
            0 => break,
            length => received.extend_from_slice(&piece[..length]),
        }
    }
    Ok(received)
}

fn is_for_data(head: &str) -> bool {
    let path = head.split_whitespace().nth(1).unwrap_or_default();
    path == "/ws" || path.starts_with("/ws?") || path.starts_with("/api/")
}

/// Asks for the connection to end with the answer, since the next request on it might be for the
/// other side. One that turns into something else (a WebSocket) is passed on as it is.
fn for_one_request(head: &str) -> String {
    let names = |line: &str, header: &str| {
        line.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case(header))
    };
    if head.lines().any(|line| names(line, "upgrade")) {
        return head.to_owned();
    }
    let kept = head.lines().filter(|line| !names(line, "connection"));
    kept.chain(["Connection: close"]).collect::<Vec<_>>().join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_comes_from_the_server_and_all_else_from_trunk() {
        for path in ["/ws", "/ws?token=t", "/api/v1/topics/darkpool/top"] {
            assert!(is_for_data(&format!("GET {path} HTTP/1.1")), "{path}");
        }
        for path in ["/", "/wsx", "/api.js", "/.well-known/trunk/ws", "/lazy/chart.js"] {
            assert!(!is_for_data(&format!("GET {path} HTTP/1.1")), "{path}");
        }
        assert!(!is_for_data(""));
    }

    #[test]
    fn a_plain_request_is_the_last_on_its_connection() {
        let head = "GET / HTTP/1.1\r\nHost: a\r\nconnection: keep-alive";
        assert_eq!(for_one_request(head), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close");
    }

    #[test]
    fn a_websocket_is_passed_on_untouched() {
        let head = "GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: v1";
        assert_eq!(for_one_request(head), head);
    }

    #[test]
    fn a_head_that_arrives_in_pieces_is_read_whole() {
        let mut pieces = (&b"GET / HTTP/1.1\r"[..]).chain(&b"\n\r"[..]).chain(&b"\nbody"[..]);
        assert_eq!(read_past_head(&mut pieces).expect("in memory"), b"GET / HTTP/1.1\r\n\r\nbody");
    }

    #[test]
    fn bytes_pass_both_ways() {
        let side = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let data = side.local_addr().expect("bound").port();
        let front = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut browser = TcpStream::connect(front.local_addr().expect("bound")).expect("listening");
        let (accepted, _) = front.accept().expect("just connected");
        let relayed = thread::spawn(move || relay(accepted, Sides { page: 0, data }));

        browser.write_all(b"POST /api/bets HTTP/1.1\r\n\r\nbody").expect("open");
        browser.shutdown(Shutdown::Write).expect("open");
        let (mut server, _) = side.accept().expect("the relay connects");
        let mut request = String::new();
        server.read_to_string(&mut request).expect("text");
        assert_eq!(request, "POST /api/bets HTTP/1.1\r\nConnection: close\r\n\r\nbody");

        server.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("open");
        drop(server);
        let mut answer = String::new();
        browser.read_to_string(&mut answer).expect("text");
        assert_eq!(answer, "HTTP/1.1 204 No Content\r\n\r\n");
        assert!(relayed.join().expect("no panic").is_ok());
    }
}
