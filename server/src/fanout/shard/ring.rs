//! Many writes in one call of the system: Linux's `io_uring`, used as that and nothing more.
//!
//! Sockets are waited for and read as everywhere else, and nothing is under way between two calls: when
//! [`offer`](Batch::offer) returns, every write of the batch was carried out, or refused because its
//! socket is full. So no buffer has to outlive its borrow, and the shard does not know what it writes with.

use std::io::{Error, ErrorKind, Result};
use std::os::fd::AsRawFd;

use io_uring::squeue::Entry;
use io_uring::{IoUring, Probe, opcode, types};

use super::batch::{BATCH, Batch, Offer, OneByOne};

/// A ring, which is empty between two calls.
pub(super) struct Ring {
    /// `None`: it failed, and is not tried again.
    ring: Option<IoUring>,
    entries: Vec<Entry>,
}

impl Ring {
    /// # Errors
    /// The system has none, or lets nobody use it, as the one around many a container does.
    pub(super) fn new() -> Result<Ring> {
        let mut ring = IoUring::new(u32::try_from(BATCH).expect("a batch is small"))?;
        let mut probe = Probe::new();
        ring.submitter().register_probe(&mut probe)?;
        if !probe.is_supported(opcode::Send::CODE) {
            return Err(ErrorKind::Unsupported.into());
        }
        // It can be made in some places where it cannot be used.
        // SAFETY: It points to nothing.
        #[allow(unsafe_code)]
        unsafe { carry_out(&mut ring, &[opcode::Nop::new().build()], |_, _| {}) }?;
        Ok(Ring { ring: Some(ring), entries: Vec::with_capacity(BATCH) })
    }
}

impl<S: AsRawFd> Batch<S> for Ring
where
    OneByOne: Batch<S>,
{
    fn offer(&mut self, offers: &[Offer<'_, S>], taken: &mut Vec<Result<usize>>) {
        let Some(ring) = &mut self.ring else { return OneByOne.offer(offers, taken) };
        self.entries.clear();
        self.entries.extend(offers.iter().enumerate().map(|(place, offer)| send(offer, place)));
        taken.clear();
        // What is never carried out may be asked for again.
        taken.resize_with(offers.len(), || Err(ErrorKind::Interrupted.into()));
        let ended = |place: usize, result: i32| {
            if let Some(taken) = taken.get_mut(place) {
                *taken = usize::try_from(result).map_err(|_| Error::from_raw_os_error(-result));
            }
        };
        // SAFETY: What the entries point to is borrowed until this ends, and on error the ring goes.
        #[allow(unsafe_code)]
        let outcome = unsafe { carry_out(ring, &self.entries, ended) };
        if let Err(error) = outcome {
            tracing::warn!(%error, "writes leave one by one from now on: io_uring failed");
            self.ring = None;
        }
    }
}

fn send<S: AsRawFd>(offer: &Offer<'_, S>, place: usize) -> Entry {
    let bytes = u32::try_from(offer.bytes.len()).unwrap_or(u32::MAX);
    let send = opcode::Send::new(types::Fd(offer.socket.as_raw_fd()), offer.bytes.as_ptr(), bytes);
    send.flags(libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL).build().user_data(place as u64)
}

/// Has all entries carried out, and says how each of them ended. After an error some were not begun, but
/// none is under way.
///
/// # Safety
/// Whatever an entry points to has to be there until this returns. After an error entries may still lie in
/// the queue: the ring must not be used again.
#[allow(unsafe_code)]
unsafe fn carry_out(ring: &mut IoUring, entries: &[Entry], mut ended: impl FnMut(usize, i32)) -> Result<()> {
    // SAFETY: This returns only when no entry is under way, and until then the caller keeps what they point to.
    let queued = unsafe { ring.submission().push_multiple(entries) };
    queued.map_err(|_| Error::other("a batch is larger than the queue"))?;
    let mut open = entries.len();
    while open > 0 {
        let waited = ring.submit_and_wait(open);
        for done in ring.completion() {
            open -= 1;
            ended(usize::try_from(done.user_data()).unwrap_or(usize::MAX), done.result());
        }
        match waited {
            Err(error) if error.kind() != ErrorKind::Interrupted && ring.submission().len() == open => {
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(())
}
