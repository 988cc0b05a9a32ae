//! A reader of a topic: a position and a pace, nothing else.

use std::time::Duration;

use shared::stream::{Epoch, Position, Seq, Topic};
use shared::units::Moment;
use shared::wire::Mode;

use super::{Frames, TopicState};

/// Up to so many updates are sent one by one, as everyone gets them; a reader that is further
/// behind gets them merged.
const ONE_BY_ONE: usize = 8;

/// Someone who follows a topic.
#[derive(Clone, Debug)]
pub struct Reader {
    at: Option<Position>,
    /// At least so long between two updates.
    pace: Duration,
    /// Not before this.
    not_before: Option<Moment>,
}

/// From where on a reader has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The beginning: it was told nothing.
    Nothing,
    /// The beginning again: what it was told is of another numbering.
    Elsewhere,
    /// A position of this numbering.
    Seq(Seq),
}

/// What a reader has to be told.
#[derive(Clone, Debug)]
pub enum Next {
    /// Nothing: it is at the head.
    Nothing,
    /// Something, but not before this, because of its pace.
    At(Moment),
    /// This.
    Tell(Told),
    /// Nothing, but these topics have to be followed too from now on.
    Follow(Vec<Topic>),
}

/// Frames and what they mean.
#[derive(Clone, Debug)]
pub struct Told {
    /// To send, in order.
    pub frames: Frames,
    /// What kind of catching up it is; [`Mode::Live`] for an update as everyone gets it.
    pub mode: Mode,
    /// How many change sets behind the reader was.
    pub lag: u64,
}

impl Reader {
    /// A reader that stands at `since`, or knows nothing.
    #[must_use]
    pub const fn new(since: Option<Position>, pace: Duration) -> Reader {
        Reader { at: since, pace, not_before: None }
    }

    /// How far it has been told; `None` before the first snapshot.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.at.as_ref()
    }

    /// Its pace.
    #[must_use]
    pub const fn pace(&self) -> Duration {
        self.pace
    }

    /// It stands here now: told in another language, or a step taken back.
    pub fn stand(&mut self, at: Option<Position>) {
        self.at = at;
    }

    /// How following begins, without telling anything yet.
    #[must_use]
    pub fn mode(&self, topic: &TopicState) -> Mode {
        match self.known(topic) {
            Some(at) if at == topic.head().seq => Mode::Live,
            Some(at) if topic.merged(at).is_some() => Mode::Resumed,
            Some(_) | None => Mode::Snapshot,
        }
    }

    /// Whatever it was told is of no use: it has to be told everything.
    pub fn doubt(&mut self) {
        *self = Reader::new(self.at.take().map(|_| Position { epoch: Epoch::from_bits(0), seq: Seq(0) }), self.pace);
    }

    /// What it has to be told next; it counts as told.
    pub fn next(&mut self, topic: &TopicState, now: Moment) -> Next {
        let head = topic.head();
        let at = self.known(topic);
        if at == Some(head.seq) {
            return Next::Nothing;
        }
        if let Some(at) = self.not_before.filter(|at| now < *at) {
            return Next::At(at);
        }
        let (told, to) = self.tell(topic, at, &head);
        self.told(Position { epoch: head.epoch, seq: to }, now);
        Next::Tell(told)
    }

    /// The same in another language: `tell` says what changed from there to the head and how, or nothing
    /// where its language has no words for it.
    pub fn next_in(
        &mut self,
        topic: &TopicState,
        now: Moment,
        tell: impl FnOnce(Start) -> Option<(Frames, Mode)>,
    ) -> Next {
        let head = topic.head();
        let at = self.known(topic);
        if at == Some(head.seq) {
            return Next::Nothing;
        }
        if let Some(at) = self.not_before.filter(|at| now < *at) {
            return Next::At(at);
        }
        let (from, lag) = match (at, &self.at) {
            (Some(at), _) => (Start::Seq(at), head.seq.0 - at.0),
            (None, Some(_)) => (Start::Elsewhere, 0),
            (None, None) => (Start::Nothing, 0),
        };
        match tell(from) {
            Some((frames, mode)) => {
                self.told(head, now);
                Next::Tell(Told { frames, mode, lag })
            }
            None => {
                self.at = Some(head);
                Next::Nothing
            }
        }
    }

    fn told(&mut self, to: Position, now: Moment) {
        self.at = Some(to);
        self.not_before = (!self.pace.is_zero()).then(|| now + self.pace);
    }

    fn tell(&self, topic: &TopicState, at: Option<Seq>, head: &Position) -> (Told, Seq) {
        let lag = at.map_or(0, |at| head.seq.0 - at.0);
        if let Some(at) = at {
            if let Some((entry, ahead)) = topic.logged(at)
                && (ahead == 1 || (ahead <= ONE_BY_ONE && self.pace.is_zero()))
            {
                return (Told { frames: entry.frame.clone().into(), mode: Mode::Live, lag }, entry.seq);
            }
            if let Some(frame) = topic.merged(at) {
                return (Told { frames: frame.into(), mode: Mode::Resumed, lag }, head.seq);
            }
        }
        (Told { frames: topic.snapshot().into(), mode: Mode::Snapshot, lag }, head.seq)
    }

    /// Where it stands in the topic's present numbering, if that can be.
    fn known(&self, topic: &TopicState) -> Option<Seq> {
        let head = topic.head();
        let at = self.at.as_ref()?;
        (at.epoch == head.epoch && at.seq <= head.seq).then_some(at.seq)
    }
}
