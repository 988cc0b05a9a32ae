//! The framed bytes that all members of a lane are sent, one behind the other.
//!
//! A member is a cursor: an offset that counts from the lane's first byte and is never reset, so a
//! backlog of any size leaves in one write. Marks say where each step ends, so that a member that
//! falls out of the log is taken on at a frame's boundary.

use std::collections::VecDeque;

use crate::session::{Follower, Step};

/// A bounded run of bytes with marks.
#[derive(Default)]
pub(super) struct Log {
    /// The offset of the first byte that is kept.
    start: u64,
    bytes: Vec<u8>,
    marks: VecDeque<Mark>,
}

/// A step that was told: where its bytes end.
struct Mark {
    end: u64,
    step: Option<Step>,
}

impl Log {
    /// Behind the last byte.
    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// How many bytes are kept.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds what `frame` writes as one step.
    pub(super) fn push(&mut self, step: Option<Step>, frame: impl FnOnce(&mut Vec<u8>)) {
        frame(&mut self.bytes);
        self.marks.push_back(Mark { end: self.end(), step });
    }

    /// Everything from a cursor on.
    pub(super) fn from(&self, cursor: u64) -> &[u8] {
        &self.bytes[self.index(cursor)..]
    }

    /// What lies between two offsets.
    pub(super) fn between(&self, from: u64, to: u64) -> &[u8] {
        &self.bytes[self.index(from)..self.index(to)]
    }

    /// What is left of the step in which a cursor stands, and where it ends; nothing between two.
    pub(super) fn rest_of_step(&self, cursor: u64) -> (&[u8], u64) {
        let next = self.marks.partition_point(|mark| mark.end < cursor);
        // Nothing has been sent of the first step yet where the log begins.
        let begun = self.marks.get(next).filter(|_| cursor > self.start);
        let end = begun.map_or(cursor, |mark| mark.end);
        (self.between(cursor, end), end)
    }

    /// What the follower was when it had been told only up to `boundary`.
    pub(super) fn follower_at(&self, head: &Follower, boundary: u64) -> Follower {
        let mut follower = head.clone();
        let later = self.marks.iter().rev().take_while(|mark| mark.end > boundary);
        later.filter_map(|mark| mark.step.as_ref()).for_each(|step| follower.untell(step));
        follower
    }

    /// Where the log would begin if it were to keep at most so many bytes, whole steps.
    pub(super) fn start_within(&self, most_bytes: usize) -> u64 {
        let from = self.end() - self.bytes.len().min(most_bytes) as u64;
        if from == self.start {
            return from;
        }
        let cut = self.marks.partition_point(|mark| mark.end < from);
        self.marks.get(cut).map_or(self.end(), |mark| mark.end)
    }

    /// Where the step begins in which a cursor stands; the end for one behind everything.
    pub(super) fn step_before(&self, cursor: u64) -> u64 {
        let begun = self.marks.partition_point(|mark| mark.end <= cursor);
        begun.checked_sub(1).map_or(self.start, |last| self.marks[last].end)
    }

    /// Forgets everything before `start`, where a step ends.
    pub(super) fn forget_before(&mut self, start: u64) {
        if start == self.end() {
            self.bytes.clear();
            self.marks.clear();
            // A burst leaves no large buffer behind.
            self.bytes.shrink_to(KEPT);
            self.marks.shrink_to(KEPT / 256);
        } else {
            self.bytes.drain(..self.index(start));
            let gone = self.marks.partition_point(|mark| mark.end <= start);
            self.marks.drain(..gone);
        }
        self.start = start;
    }

    fn index(&self, cursor: u64) -> usize {
        usize::try_from(cursor - self.start).expect("a cursor lies within the log")
    }
}

/// An empty log keeps room for this much.
const KEPT: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn log(steps: &[&str]) -> Log {
        let mut log = Log::default();
        steps.iter().for_each(|step| log.push(None, |bytes| bytes.extend(step.as_bytes())));
        log
    }

    #[test]
    fn a_cursor_reads_on_whatever_was_forgotten_before_it() {
        let mut log = log(&["abc", "de", "fghi"]);
        assert_eq!((log.from(3), log.end()), (&b"defghi"[..], 9));
        log.forget_before(3);
        assert_eq!((log.from(3), log.from(5), log.len()), (&b"defghi"[..], &b"fghi"[..], 6));
        log.forget_before(9);
        assert_eq!((log.from(9), log.end(), log.len()), (&b""[..], 9, 0));
        log.push(None, |bytes| bytes.extend(b"jk"));
        assert_eq!((log.from(9), log.end()), (&b"jk"[..], 11));
    }

    #[test]
    fn a_step_that_was_begun_is_finished_and_no_other() {
        let mut log = log(&["abc", "de", "fghi"]);
        for (cursor, rest, end) in
            [(0, "", 0), (1, "bc", 3), (3, "", 3), (4, "e", 5), (5, "", 5), (8, "i", 9), (9, "", 9)]
        {
            assert_eq!(log.rest_of_step(cursor), (rest.as_bytes(), end), "at {cursor}");
        }
        log.forget_before(3);
        assert_eq!(log.rest_of_step(3), (&b""[..], 3));
        assert_eq!(log.rest_of_step(4), (&b"e"[..], 5));
    }

    #[test]
    fn a_bound_keeps_whole_steps_and_at_most_so_many_bytes() {
        let log = log(&["abc", "de", "fghi"]);
        for (most, start) in [(100, 0), (9, 0), (8, 3), (6, 3), (5, 5), (4, 5), (3, 9), (0, 9)] {
            assert_eq!(log.start_within(most), start, "at most {most}");
        }
    }
}
