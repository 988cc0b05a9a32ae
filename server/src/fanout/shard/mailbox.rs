//! How other threads reach a shard: they leave a letter and ring.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Arrival, ClientId};
use crate::domain::Refused;
use crate::hub::{Answer, OpenError, Wake};
use crate::session::{Denied, Identity, Wanted};

/// What a shard is told.
pub(super) enum Letter<S> {
    /// A client comes in.
    Arrived(Box<Arrival<S>>),
    /// Topics that a client asked for are there, or cannot be had.
    Opened(ClientId, Wanted, Vec<Result<(), OpenError>>),
    /// What a client asked for under this number was carried out, or not.
    Answered(ClientId, u64, Box<Result<Answer, Refused>>),
    /// Whoever showed a token under this number was recognised, or nobody was.
    Verified(ClientId, u64, Result<Arc<Identity>, Denied>),
    /// Tokens were revoked or ran out.
    SignInsChanged,
    /// The topics of a cohort changed.
    Changed(usize),
    /// The topics of a client that is told alone changed.
    ChangedAlone(usize),
    /// The server stops: everyone is sent away.
    Drain,
    /// The thread ends.
    End,
}

/// A shard's letters.
pub(super) struct Mailbox<S> {
    letters: Mutex<Vec<Letter<S>>>,
    rung: AtomicBool,
    ring: Box<dyn Fn() + Send + Sync>,
}

impl<S> Mailbox<S> {
    /// `ring` wakes the shard's thread.
    pub(super) fn new(ring: impl Fn() + Send + Sync + 'static) -> Arc<Mailbox<S>> {
        let (letters, rung) = (Mutex::default(), AtomicBool::new(false));
        Arc::new(Mailbox { letters, rung, ring: Box::new(ring) })
    }

    pub(super) fn post(&self, letter: Letter<S>) {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        // Once is enough for all letters that came since the last look.
        if !self.rung.swap(true, Ordering::AcqRel) {
            (self.ring)();
        }
    }

    /// All letters that came.
    pub(super) fn take(&self) -> Vec<Letter<S>> {
        self.rung.store(false, Ordering::Release);
        std::mem::take(&mut self.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Rings for one cohort or client: however often its topics change, one letter lies there.
pub(super) struct Bell {
    rung: AtomicBool,
    post: Box<dyn Fn() + Send + Sync>,
}

impl Bell {
    pub(super) fn new<S: Send + 'static>(
        mailbox: &Arc<Mailbox<S>>,
        letter: fn(usize) -> Letter<S>,
        to: usize,
    ) -> Arc<Bell> {
        let mailbox = mailbox.clone();
        Arc::new(Bell { rung: AtomicBool::new(false), post: Box::new(move || mailbox.post(letter(to))) })
    }

    /// The letter was taken: what changes from now on rings again.
    pub(super) fn heard(&self) {
        self.rung.store(false, Ordering::Release);
    }
}

impl Wake for Bell {
    fn wake(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            (self.post)();
        }
    }
}
