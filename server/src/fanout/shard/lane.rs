//! A cohort's members who are sent the same bytes: one log, and who reads it.

use super::client::Membership;
use super::log::Log;
use crate::fanout::frame::{Deflater, Opcode, push_frame};
use crate::hub::Frame;
use crate::session::Said;

/// How frames are encoded for those who are sent the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As they are: for clients without the extension.
    Plain,
    /// Each compressed by itself, once for everyone who needs it so, in any cohort.
    Single,
    /// All through one window, which members share.
    Window,
}

impl Encoding {
    pub(super) const ALL: [Encoding; 3] = [Encoding::Plain, Encoding::Single, Encoding::Window];
}

/// The log of an encoding, and its members by their place in the shard.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) log: Log,
    pub(super) members: Vec<usize>,
    /// Members whose socket takes no more for now.
    pub(super) blocked: Vec<usize>,
}

impl Lane {
    /// Takes a client in at the head.
    pub(super) fn admit(&mut self, client: usize, cohort: usize, encoding: Encoding) -> Membership {
        self.members.push(client);
        Membership { cohort, encoding, slot: self.members.len() - 1, cursor: self.log.end() }
    }

    /// Takes out the member at that place, and says who stands there now.
    pub(super) fn vacate(&mut self, slot: usize) -> Option<usize> {
        let client = self.members.swap_remove(slot);
        self.unblock(client);
        self.members.get(slot).copied()
    }

    /// A member's socket takes something again.
    pub(super) fn unblock(&mut self, client: usize) {
        self.blocked.retain(|blocked| *blocked != client);
    }

    /// Adds what was said.
    pub(super) fn push(&mut self, said: &Said, encoder: &mut Encoder<'_>) {
        self.log.push(said.step.clone(), |bytes| said.frames.iter().for_each(|frame| encoder.encode(frame, bytes)));
    }
}

/// Messages this short are not worth compressing by themselves. The conformance run wants all compressed.
const WORTHWHILE: usize = if cfg!(feature = "echo") { 1 } else { 64 };

/// Writes frames into a lane's log.
pub(super) enum Encoder<'a> {
    /// See [`Encoding::Plain`].
    Plain,
    /// See [`Encoding::Single`].
    Single(&'a mut Deflater),
    /// See [`Encoding::Window`], with room for what is compressed.
    Window(&'a mut Deflater, &'a mut Vec<u8>),
}

impl Encoder<'_> {
    fn encode(&mut self, frame: &Frame, bytes: &mut Vec<u8>) {
        match self {
            Encoder::Window(deflater, scratch) => {
                scratch.clear();
                deflater.compress(frame.as_bytes(), scratch);
                push_frame(bytes, Opcode::Text, true, scratch);
            }
            Encoder::Single(deflater) => match single(frame, deflater) {
                Some(deflated) => push_frame(bytes, Opcode::Text, true, &deflated),
                None => push_frame(bytes, Opcode::Text, false, frame.as_bytes()),
            },
            Encoder::Plain => push_frame(bytes, Opcode::Text, false, frame.as_bytes()),
        }
    }
}

/// A frame compressed by itself, if that is worth it.
pub(super) fn single(frame: &Frame, deflater: &mut Deflater) -> Option<bytes::Bytes> {
    (frame.len() >= WORTHWHILE).then(|| {
        frame.deflated(|text| {
            let mut out = Vec::with_capacity(text.len() / 3);
            deflater.forget();
            deflater.compress(text, &mut out);
            out.into()
        })
    })
}
