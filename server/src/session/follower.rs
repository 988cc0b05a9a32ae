//! What is followed, and how far it was told: by one client, or by all who follow the same.
//!
//! A client that catches up has a follower of its own. Once it has caught up it lends it away, and
//! a cohort's follower tells all of them at once. Both are this type, so nothing is told in two
//! ways.

use std::sync::Arc;
use std::time::Duration;

use shared::stream::{Position, Topic};
use shared::units::Moment;
use shared::wire::Mode;

use super::{Around, Outgoing};
use crate::hub::{Frame, Frames, Next, Reader, TopicState, Topics};

/// The language in which steps are told.
pub trait Dialect: Send + Sync {
    /// A word for it, with whatever else makes a difference to what is told: those who have the same are
    /// told the same.
    fn name(&self) -> &str;

    /// What a reader has to be told next of its topic; it counts as told.
    fn tell(&self, reader: &mut Reader, topic: &TopicState, now: Moment) -> Next;

    /// That the server is there, and what was told.
    fn heartbeat(&self, told: &[(Topic, Reader)], around: &Around<'_>) -> Frame;
}

/// Readers of some topics, in one dialect, with the heartbeat between their frames.
#[derive(Clone)]
pub struct Follower {
    dialect: Arc<dyn Dialect>,
    readers: Vec<(Topic, Reader)>,
    /// Topics that it was told to follow too, and does not yet.
    missing: Option<Box<Missing>>,
    /// Where the next turn begins, so that a busy topic does not starve the others.
    turn: usize,
    heartbeat: Duration,
    next_heartbeat: Moment,
    /// The earliest time at which a paced topic may be told.
    paced_until: Option<Moment>,
}

/// Topics, in one word where there are none: thousands of followers miss nothing.
#[derive(Clone, Debug)]
struct Missing(Vec<Topic>);

/// A step that was told, and how to take it back.
#[derive(Clone, Debug)]
pub struct Said {
    /// To send, in order.
    pub frames: Frames,
    /// For frames of a topic: how it catches up, and how far behind the reader was.
    pub told: Option<(Mode, u64)>,
    /// Where the reader stood before.
    pub step: Option<Step>,
}

/// What a reader was before a step.
#[derive(Clone, Debug)]
pub struct Step {
    turn: usize,
    before: Option<Position>,
}

impl Follower {
    /// Follows nothing yet.
    #[must_use]
    pub fn new(dialect: Arc<dyn Dialect>, heartbeat: Duration, now: Moment) -> Follower {
        let next_heartbeat = now + heartbeat;
        let (readers, missing) = (Vec::new(), None);
        Follower { dialect, readers, missing, turn: 0, heartbeat, next_heartbeat, paced_until: None }
    }

    /// From now on it is told in this language, everything from the beginning.
    pub fn speak(&mut self, dialect: Arc<dyn Dialect>) {
        self.dialect = dialect;
        self.missing = None;
        self.readers.iter_mut().for_each(|(_, reader)| reader.doubt());
    }

    /// Topics that have to be followed too, found while it was told what it follows. Whoever has it sees
    /// to that; a cohort cannot, and lets its members go.
    #[must_use]
    pub fn missing(&self) -> &[Topic] {
        self.missing.as_ref().map_or(&[], |missing| &missing.0)
    }

    /// The same; whoever takes them asks for them.
    pub fn take_missing(&mut self) -> Vec<Topic> {
        self.missing.take().map_or_else(Vec::new, |missing| missing.0)
    }

    /// Follows a topic, or follows it anew.
    pub fn follow(&mut self, topic: Topic, reader: Reader) {
        match self.readers.binary_search_by(|(known, _)| known.cmp(&topic)) {
            Ok(at) => self.readers[at].1 = reader,
            Err(at) => self.readers.insert(at, (topic, reader)),
        }
    }

    /// Follows a topic no more.
    pub fn leave(&mut self, topic: &Topic) {
        self.readers.retain(|(known, _)| known != topic);
        self.turn = 0;
    }

    /// How far each topic was told, in the topics' order.
    #[must_use]
    pub fn readers(&self) -> &[(Topic, Reader)] {
        &self.readers
    }

    /// Whether it follows this topic.
    #[must_use]
    pub fn follows(&self, topic: &Topic) -> bool {
        self.readers.binary_search_by(|(known, _)| known.cmp(topic)).is_ok()
    }

    /// What is to be told next: a step of a topic, or the heartbeat when it is due. The heartbeat
    /// comes behind all data, so that the heads it names have been sent before it.
    pub fn next(&mut self, now: Moment, around: &Around<'_>) -> Option<Said> {
        if let Some(said) = self.next_step(now, around.topics) {
            return Some(said);
        }
        (now >= self.next_heartbeat).then(|| {
            self.next_heartbeat = now + self.heartbeat;
            let frame = self.dialect.heartbeat(&self.readers, around);
            Said { frames: frame.into(), told: None, step: None }
        })
    }

    /// The next step of a topic, in turns.
    fn next_step(&mut self, now: Moment, topics: &dyn Topics) -> Option<Said> {
        self.paced_until = None;
        let count = self.readers.len();
        for turn in (0..count).map(|n| (self.turn + n) % count) {
            let (topic, reader) = &mut self.readers[turn];
            let before = reader.position().cloned();
            match topics.with(topic, |state| self.dialect.tell(reader, state, now)) {
                Some(Next::Tell(told)) => {
                    self.turn = (turn + 1) % count;
                    let step = Some(Step { turn, before });
                    return Some(Said { frames: told.frames, told: Some((told.mode, told.lag)), step });
                }
                Some(Next::At(at)) => self.paced_until = Some(self.paced_until.map_or(at, |p| p.min(at))),
                Some(Next::Follow(topics)) => {
                    let missing: Vec<_> = topics.into_iter().filter(|topic| !self.follows(topic)).collect();
                    self.missing = (!missing.is_empty()).then(|| Box::new(Missing(missing)));
                }
                Some(Next::Nothing) | None => {}
            }
        }
        None
    }

    /// When there may be something to tell without any topic changing.
    #[must_use]
    pub fn timeout(&self) -> Moment {
        self.paced_until.map_or(self.next_heartbeat, |at| at.min(self.next_heartbeat))
    }

    /// Until when a pace keeps something back.
    #[must_use]
    pub const fn held_until(&self) -> Option<Moment> {
        self.paced_until
    }

    /// Takes a step back: it was not sent after all.
    pub fn untell(&mut self, step: &Step) {
        if let Some((_, reader)) = self.readers.get_mut(step.turn) {
            reader.stand(step.before.clone());
        }
    }

    /// Whether it can go on with what a cohort is told, which follows the same topics: it stands where
    /// the cohort does. A cohort with a pace may be told later than who joins it, and repeats to them
    /// what they have.
    #[must_use]
    pub fn goes_on_with(&self, cohort: &Follower) -> bool {
        self.readers.iter().zip(&cohort.readers).all(|((_, mine), (_, theirs))| {
            match (mine.position(), theirs.position()) {
                (Some(at), Some(cohort)) if !mine.pace().is_zero() => at.epoch == cohort.epoch && at.seq >= cohort.seq,
                (at, cohort) => at == cohort,
            }
        })
    }

    /// Who has the same key can be told the same: dialect, topics and paces.
    #[must_use]
    pub fn key(&self) -> Box<str> {
        let mut key = self.dialect.name().to_owned();
        for (topic, reader) in &self.readers {
            key.push(' ');
            key.push_str(topic.as_str());
            if !reader.pace().is_zero() {
                key.push('@');
                key.push_str(&reader.pace().as_millis().to_string());
            }
        }
        key.into()
    }
}

impl From<Said> for Outgoing {
    fn from(said: Said) -> Outgoing {
        Outgoing { frames: said.frames, told: said.told }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Dialect for Silent {
        fn name(&self) -> &str {
            "silent"
        }

        fn tell(&self, _reader: &mut Reader, _topic: &TopicState, _now: Moment) -> Next {
            Next::Nothing
        }

        fn heartbeat(&self, _told: &[(Topic, Reader)], _around: &Around<'_>) -> Frame {
            String::new().into()
        }
    }

    fn follower(positions: &[Option<&str>]) -> Follower {
        let mut follower = Follower::new(Arc::new(Silent), Duration::from_secs(10), Moment::default());
        for (number, position) in positions.iter().enumerate() {
            let since = position.map(|position| position.parse().unwrap());
            follower.follow(format!("topic/{number}").parse().unwrap(), Reader::new(since, Duration::ZERO));
        }
        follower
    }

    #[test]
    fn only_who_stands_where_a_cohort_does_goes_on_with_it() {
        for (mine, cohort, expected) in [
            ([Some("a.5"), Some("b.7")], [Some("a.5"), Some("b.7")], true),
            ([Some("a.6"), Some("b.7")], [Some("a.5"), Some("b.7")], false),
            ([Some("a.5"), Some("b.6")], [Some("a.5"), Some("b.7")], false),
            ([Some("c.5"), Some("b.7")], [Some("a.5"), Some("b.7")], false),
            ([Some("a.5"), None], [Some("a.5"), Some("b.7")], false),
            ([Some("a.5"), None], [Some("a.5"), None], true),
        ] {
            assert_eq!(follower(&mine).goes_on_with(&follower(&cohort)), expected, "{mine:?} with {cohort:?}");
        }
    }

    #[test]
    fn who_has_a_pace_may_be_ahead_of_its_cohort_but_not_behind() {
        let paced = |position: &str| {
            let mut follower = follower(&[]);
            let since = position.parse().unwrap();
            follower.follow("a".parse().unwrap(), Reader::new(Some(since), Duration::from_secs(1)));
            follower
        };
        for (mine, cohort, expected) in
            [("e.5", "e.5", true), ("e.6", "e.5", true), ("e.4", "e.5", false), ("f.9", "e.5", false)]
        {
            assert_eq!(paced(mine).goes_on_with(&paced(cohort)), expected, "{mine} with {cohort}");
        }
    }

    #[test]
    fn who_follows_the_same_at_the_same_pace_has_the_same_key() {
        let topic = |name: &str| name.parse().unwrap();
        let paced = |ms| Reader::new(None, Duration::from_millis(ms));
        let mut one = follower(&[]);
        one.follow(topic("b"), paced(0));
        one.follow(topic("a"), paced(500));
        assert_eq!(&*one.key(), "silent a@500 b");
        one.follow(topic("a"), paced(0));
        assert_eq!(&*one.key(), "silent a b");
        one.leave(&topic("b"));
        assert_eq!(&*one.key(), "silent a");
    }
}
