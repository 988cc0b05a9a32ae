//! What a client is to be told that is for it alone.

use std::collections::VecDeque;

use shared::wire::CloseCode;

/// So many answers may wait for a client that does not read them; one more ends the connection.
const MOST: usize = 64;

/// Answers in the order in which they are sent.
pub struct Tray<T> {
    waiting: VecDeque<T>,
    overflowed: bool,
}

impl<T> Tray<T> {
    /// With what is said first, or nothing.
    pub fn new(first: Option<T>) -> Tray<T> {
        Tray { waiting: first.into_iter().collect(), overflowed: false }
    }

    /// One more.
    pub fn put(&mut self, answer: T) {
        if self.waiting.len() >= MOST {
            self.overflowed = true;
        } else {
            self.waiting.push_back(answer);
        }
    }

    /// The next.
    pub fn take(&mut self) -> Option<T> {
        let next = self.waiting.pop_front();
        if self.waiting.is_empty() {
            // From now on there may be nothing to say for hours.
            self.waiting = VecDeque::new();
        }
        next
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Why the connection has to end: the client asks and does not read.
    pub const fn close(&self) -> Option<CloseCode> {
        if self.overflowed { Some(CloseCode::Rate) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_ends_it_and_no_room_is_kept() {
        let mut tray = Tray::new(Some(0));
        (1..MOST).for_each(|n| tray.put(n));
        assert_eq!(tray.close(), None);
        tray.put(MOST);
        assert_eq!(tray.close(), Some(CloseCode::Rate));
        assert!(std::iter::from_fn(|| tray.take()).eq(0..MOST), "in order, and without the last");
        assert!(tray.is_empty() && tray.waiting.capacity() == 0);
    }
}
