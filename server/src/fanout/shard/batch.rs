//! Writing to many sockets at once.
//!
//! What one message to thousands costs is the system's call for each of them. Where the system takes
//! many writes in one call ([`Ring`](super::ring::Ring)), a fifth of that and more is saved.

use std::io::{Result, Write};

use mio::net::TcpStream;

/// So many writes are handed over together; few in tests, so that lanes are longer than that.
pub(super) const BATCH: usize = if cfg!(test) { 4 } else { 1024 };

/// What a socket is offered: something.
pub(super) struct Offer<'a, S> {
    pub(super) socket: &'a S,
    pub(super) bytes: &'a [u8],
}

/// Offers bytes to sockets that do not block.
pub(super) trait Batch<S>: Send {
    /// Offers each socket its bytes once, at most [`BATCH`] of them. `taken` is filled with what each took,
    /// in the same order, as [`Write::write`] would have said it.
    fn offer(&mut self, offers: &[Offer<'_, S>], taken: &mut Vec<Result<usize>>);
}

/// A call for each write. It works everywhere.
pub(super) struct OneByOne;

impl<S> Batch<S> for OneByOne
where
    for<'a> &'a S: Write,
{
    fn offer(&mut self, offers: &[Offer<'_, S>], taken: &mut Vec<Result<usize>>) {
        taken.clear();
        taken.extend(offers.iter().map(|&Offer { mut socket, bytes }| socket.write(bytes)));
    }
}

/// What writes here. Which it is changes what a delivery costs, not what anyone is sent. `says`: it is logged
/// that it cannot be the quicker one.
pub(super) fn quickest(io_uring: bool, says: bool) -> Box<dyn Batch<TcpStream>> {
    #[cfg(target_os = "linux")]
    if io_uring {
        match super::ring::Ring::new() {
            Ok(ring) => return Box::new(ring),
            Err(error) if says => {
                tracing::info!(%error, "writes leave one by one: the system lets nobody use io_uring");
            }
            Err(_) => {}
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (io_uring, says);
    Box::new(OneByOne)
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::net::{Ipv4Addr, Shutdown, TcpListener};

    use socket2::SockRef;

    use super::*;

    /// Who is written to, and who reads it.
    fn pair() -> (TcpStream, std::net::TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let reader = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (writer, _) = listener.accept().unwrap();
        writer.set_nonblocking(true).unwrap();
        SockRef::from(&writer).set_send_buffer_size(8 * 1024).unwrap();
        (TcpStream::from_std(writer), reader)
    }

    /// What each of `sockets` took of its own bytes, or why it took none.
    fn offer(
        batch: &mut dyn Batch<TcpStream>,
        sockets: &[&TcpStream],
        bytes: &[Vec<u8>],
    ) -> Vec<std::result::Result<usize, ErrorKind>> {
        let offers = sockets.iter().zip(bytes).map(|(&socket, bytes)| Offer { socket, bytes });
        let (offers, mut taken): (Vec<_>, _) = (offers.collect(), vec![Ok(7)]);
        batch.offer(&offers, &mut taken);
        taken.into_iter().map(|taken| taken.map_err(|error| error.kind())).collect()
    }

    fn writes_like_one_by_one(batch: &mut dyn Batch<TcpStream>) {
        let ((ready, mut hears), (full, mut drains), (gone, leaves), (last, mut hears_last)) =
            (pair(), pair(), pair(), pair());
        let sockets = [&ready, &full, &gone, &last];
        let large = vec![b'x'; 16 << 20];

        // The second one takes a part, the third one is not reachable any more.
        leaves.shutdown(Shutdown::Both).unwrap();
        gone.shutdown(Shutdown::Write).unwrap();
        let taken = offer(batch, &sockets, &[b"one".to_vec(), large.clone(), b"three".to_vec(), b"four".to_vec()]);
        let Ok(part) = taken[1] else { panic!("{taken:?}") };
        assert!((1..16 << 20).contains(&part), "{part} of 16 MiB");
        assert_eq!(taken, [Ok(3), Ok(part), Err(ErrorKind::BrokenPipe), Ok(4)]);

        // A full one says so, and keeps nobody up.
        let (mut all, mut fives) = (part, 0);
        loop {
            let taken = offer(batch, &sockets[..2], &[b"five".to_vec(), large.clone()]);
            assert_eq!(taken[0], Ok(4));
            fives += 4;
            match taken[1] {
                Ok(more) => all += more,
                Err(error) => break assert_eq!(error, ErrorKind::WouldBlock),
            }
        }

        // Once it was read, it takes more.
        let mut read = vec![0; all];
        drains.read_exact(&mut read).unwrap();
        assert!(read.iter().all(|byte| *byte == b'x'));
        assert_eq!(offer(batch, &sockets[1..2], &[b"six".to_vec()]), [Ok(3)]);

        // Nobody was sent what was another's, and all in order.
        for count in 0..1000_u32 {
            let bytes = [count.to_be_bytes().to_vec(), (count + 1).to_be_bytes().to_vec()];
            assert_eq!(offer(batch, &[&ready, &last], &bytes), [Ok(4), Ok(4)]);
            let (mut first, mut second) = (vec![], vec![]);
            hears.read_exact(resized(&mut first, if count == 0 { 3 + fives + 4 } else { 4 })).unwrap();
            hears_last.read_exact(resized(&mut second, if count == 0 { 8 } else { 4 })).unwrap();
            assert!(first.ends_with(&bytes[0]) && second.ends_with(&bytes[1]), "{count}: {first:?} {second:?}");
        }
        assert_eq!(offer(batch, &[], &[]), []);
    }

    fn resized(bytes: &mut Vec<u8>, to: usize) -> &mut [u8] {
        bytes.resize(to, 0);
        bytes
    }

    #[test]
    fn a_call_for_each_write_says_what_each_socket_took() {
        writes_like_one_by_one(&mut OneByOne);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_call_for_all_writes_says_the_same() {
        match super::super::ring::Ring::new() {
            Ok(mut ring) => writes_like_one_by_one(&mut ring),
            Err(error) => eprintln!("skipped: io_uring cannot be used here: {error}"),
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_ring_that_fails_is_replaced_and_loses_nothing() {
        let Ok(mut ring) = super::super::ring::Ring::new() else {
            return eprintln!("skipped: io_uring cannot be used here");
        };
        let (socket, mut hears) = pair();
        // It holds no more than a batch.
        let many = vec![&socket; BATCH + 1];
        let bytes = vec![b"x".to_vec(); BATCH + 1];
        assert_eq!(offer(&mut ring, &many, &bytes), vec![Err(ErrorKind::Interrupted); BATCH + 1]);
        // Nothing was sent of that; it now works without.
        assert_eq!(offer(&mut ring, &many, &vec![b"y".to_vec(); BATCH + 1]), vec![Ok(1); BATCH + 1]);
        let mut heard = vec![0; BATCH + 1];
        hears.read_exact(&mut heard).unwrap();
        assert_eq!(heard, vec![b'y'; BATCH + 1]);
    }
}
