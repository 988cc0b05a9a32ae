//! Cohorts and their members: who joins, what all are sent, who falls behind, who leaves.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use shared::units::Moment;

use super::batch::{BATCH, Offer};
use super::client::{ClientId, Membership, Place};
use super::cohort::Cohort;
use super::lane::Encoding;
use super::mailbox::{Bell, Letter};
use super::outbox::{COPIED, Sent};
use super::pump::Stretch;
use super::{Shard, Timer};
use crate::fanout::Shared;
use crate::hub::{Follow, Wake};
use crate::observe::Transport;
use crate::session::Follower;

/// A client that could not join its cohort tries again after so long.
const JOIN_AGAIN: Duration = Duration::from_millis(10);
/// One that is kept back by its pace looks at least this often whether there is something else.
const JOIN_HELD: Duration = Duration::from_millis(250);
/// So many steps are told in one go; the rest follows in the next.
const STEPS_AT_ONCE: usize = 256;

/// The steps that members were in the middle of, by where they begin.
type Rests = BTreeMap<u64, Bytes>;

impl<S: Read + Write + Send + 'static> Shard<S> {
    /// Makes a client that has caught up a member of its cohort.
    pub(super) fn join(&mut self, index: usize, now: Moment) {
        let client = &mut self.clients[index];
        let Some(follower) = client.conversation.lend() else { return };
        let (transport, key) = (client.transport, follower.key());
        let cohort = match self.by_key.get(&key) {
            Some(cohort) => *cohort,
            None if self.cohorts.len() >= self.limits.cohorts => return self.stay_alone(index, follower),
            None => self.found(key, follower.clone(), transport),
        };
        // Both have to stand at the same place: the cohort is brought to the head, then the client.
        self.flush(cohort, now);
        let client = &mut self.clients[index];
        client.conversation.take_back(follower);
        // The last members may have been lost meanwhile, and the cohort with them.
        if client.gather(now, &self.shared, &mut self.press.single) || !self.cohorts.contains(cohort) {
            self.again.push(index);
            return self.forget_empty(cohort);
        }
        let Some(follower) = client.conversation.lend() else {
            // It was told to follow more.
            self.again.push(index);
            return self.forget_empty(cohort);
        };
        if !follower.goes_on_with(&self.cohorts[cohort].follower) {
            // Something changed between the two, or a pace of its own keeps it back.
            let held = follower.held_until().map_or(JOIN_AGAIN, |until| until - now);
            let again = now + held.clamp(JOIN_AGAIN, JOIN_HELD);
            client.conversation.take_back(follower);
            client.timer = Some(again);
            self.wheel.insert(again, Timer::Client(ClientId { index, number: client.number }));
            return self.forget_empty(cohort);
        }
        let encoding = client.encoding();
        client.place = Place::In(self.cohorts[cohort].lane_mut(encoding).admit(index, cohort, encoding));
        self.press.delivery.members += 1;
    }

    /// A new cohort, which stands where the client that founds it does.
    fn found(&mut self, key: Box<str>, follower: Follower, transport: Transport) -> usize {
        let entry = self.cohorts.vacant_entry();
        let index = entry.key();
        let bell = Bell::new(&self.mailbox, Letter::Changed, index);
        let follows = follow(&self.shared, &follower, &bell);
        entry.insert(Cohort::new(key.clone(), follower, transport, bell, follows));
        self.by_key.insert(key, index);
        self.press.delivery.cohorts += 1;
        index
    }

    /// There are too many cohorts: the client goes on by itself, woken by its own topics.
    fn stay_alone(&mut self, index: usize, follower: Follower) {
        let client = &mut self.clients[index];
        if !matches!(client.place, Place::Alone(_, Some(_))) {
            let bell = Bell::new(&self.mailbox, Letter::ChangedAlone, index);
            let follows = follow(&self.shared, &follower, &bell);
            client.place = Place::Alone(follows, Some(bell.clone()));
            // What changed before it could be woken is looked at once more.
            bell.wake();
        }
        client.conversation.take_back(follower);
    }

    /// Tells a cohort's members what there is to tell.
    pub(super) fn flush(&mut self, index: usize, now: Moment) {
        if !self.cohorts.contains(index) {
            return;
        }
        let more = self.advance(index, now);
        Encoding::ALL.into_iter().for_each(|encoding| self.send(index, encoding, now));
        self.trim(index);
        let Some(cohort) = self.cohorts.get_mut(index) else { return };
        if !cohort.follower.missing().is_empty() {
            return self.disband(index);
        }
        let bytes = cohort.log_bytes();
        self.log_bytes = self.log_bytes + bytes - std::mem::replace(&mut cohort.counted_bytes, bytes);
        if more {
            cohort.bell.wake();
        }
        let at = cohort.follower.timeout();
        if cohort.timer.is_none_or(|set| set > at) {
            cohort.timer = Some(at);
            self.wheel.insert(at, Timer::Cohort(index));
        }
    }

    /// There is more to follow than this cohort does: its members go on alone, to found another.
    fn disband(&mut self, index: usize) {
        let members = Encoding::ALL.map(|encoding| self.cohorts[index].lane(encoding).members.clone()).concat();
        let mut rests = Rests::new();
        for member in members {
            self.detach_sharing(member, &mut rests);
            self.again.push(member);
        }
        self.forget_empty(index);
    }

    /// Encodes what there is to tell, once for each lane that has members. Whether there is more.
    fn advance(&mut self, index: usize, now: Moment) -> bool {
        for step in 0..STEPS_AT_ONCE {
            let follower = &mut self.cohorts[index].follower;
            let Some(said) = self.shared.around(|around| follower.next(now, around)) else { return false };
            if step == 0 {
                // Before the first step of a flush everyone who is not blocked stands at the head.
                self.share_window(index);
            }
            let cohort = &mut self.cohorts[index];
            cohort.push(&said, &mut self.press);
            let members = cohort.members() as u64;
            if members > 0 {
                self.shared.metrics.delivered(cohort.transport, &said.frames, said.told, members);
            }
        }
        true
    }

    /// Lets those into the window who wait for it, when it is time.
    fn share_window(&mut self, index: usize) {
        let cohort = &mut self.cohorts[index];
        let single = &cohort.lane(Encoding::Single).members;
        let waiting: Vec<usize> = single.iter().copied().filter(|member| self.clients[*member].can_share()).collect();
        if !cohort.opens_window(waiting.len(), &mut self.press) {
            return;
        }
        for member in waiting {
            let Place::In(membership) = self.clients[member].place else { continue };
            self.vacate(membership);
            let lane = self.cohorts[index].lane_mut(Encoding::Window);
            self.clients[member].place = Place::In(lane.admit(member, index, Encoding::Window));
        }
    }

    /// Writes a lane's log to its members: the loop for which all this exists.
    fn send(&mut self, index: usize, encoding: Encoding, now: Moment) {
        // With its last member the cohort may be gone.
        let Some(lane) = self.cohorts.get(index).map(|cohort| cohort.lane(encoding)) else { return };
        let end = lane.log.end();
        let (mut taken, mut unfinished) = (Vec::new(), Vec::new());
        for members in lane.members.chunks(BATCH) {
            let (members, offers): (Vec<usize>, Vec<_>) = members
                .iter()
                .filter_map(|member| {
                    let client = &self.clients[*member];
                    let Place::In(membership) = &client.place else { return None };
                    let due = client.blocked.is_none() && membership.cursor != end;
                    let bytes = due.then(|| lane.log.from(membership.cursor))?;
                    Some((*member, Offer { socket: &client.socket, bytes }))
                })
                .unzip();
            self.batch.offer(&offers, &mut taken);
            for (member, taken) in members.into_iter().zip(taken.drain(..)) {
                let Place::In(membership) = &mut self.clients[member].place else { continue };
                let taken = taken.unwrap_or(0) as u64;
                membership.cursor += taken;
                self.written += taken;
                if membership.cursor != end {
                    unfinished.push(member);
                }
            }
        }
        // What stops these shows in the next try.
        for member in unfinished {
            match self.write_log(member, Stretch::All) {
                Ok(Sent::All) => {}
                Ok(Sent::Blocked) => {
                    self.block(member, now);
                    self.set_timer(member, now);
                }
                Err(_) => self.remove(member, "left"),
            }
        }
    }

    /// Forgets what everyone was sent, and more where a log grows too long: who is so far behind goes
    /// on alone, with merged updates.
    fn trim(&mut self, index: usize) {
        let crowded = self.log_bytes.div_ceil(self.limits.all_bytes.max(1)).max(1);
        let most = self.limits.lane_bytes / crowded;
        for encoding in Encoding::ALL {
            let Some(cohort) = self.cohorts.get_mut(index) else { return };
            let lane = cohort.lane_mut(encoding);
            let clients = &self.clients;
            let cursor = |member: &usize| match clients[*member].place {
                Place::In(membership) => membership.cursor,
                Place::Alone(..) => u64::MAX,
            };
            let start = lane.log.start_within(most);
            let slowest = lane.blocked.iter().map(cursor).min().unwrap_or(u64::MAX);
            if slowest >= start {
                lane.log.forget_before(lane.log.step_before(slowest));
                continue;
            }
            let behind: Vec<usize> = lane.blocked.iter().copied().filter(|member| cursor(member) < start).collect();
            self.press.delivery.fell_behind += behind.len() as u64;
            let mut rests = Rests::new();
            behind.into_iter().for_each(|member| self.detach_sharing(member, &mut rests));
            if let Some(cohort) = self.cohorts.get_mut(index) {
                cohort.lane_mut(encoding).log.forget_before(start);
            }
        }
    }

    /// Gives a client its follower back, standing where the client was told to.
    pub(super) fn detach(&mut self, index: usize) {
        self.detach_sharing(index, &mut Rests::new());
    }

    /// The same. Those who stand in one step share what is left of it: many may have been blocked by
    /// one large frame.
    fn detach_sharing(&mut self, index: usize, rests: &mut Rests) {
        let client = &mut self.clients[index];
        let Place::In(membership) = client.place else { return };
        let cohort = &self.cohorts[membership.cohort];
        let log = &cohort.lane(membership.encoding).log;
        let (rest, boundary) = log.rest_of_step(membership.cursor);
        if rest.len() <= COPIED {
            client.outbox.push_framed(rest);
        } else {
            let step = log.step_before(membership.cursor);
            let shared = rests.entry(step).or_insert_with(|| Bytes::copy_from_slice(log.between(step, boundary)));
            client.outbox.push_shared(shared.slice(shared.len() - rest.len()..));
        }
        let follower = log.follower_at(&cohort.follower, boundary);
        let holds = follower.readers().iter().filter_map(|(topic, _)| self.shared.hub.hold(topic)).collect();
        client.conversation.take_back(follower);
        client.place = Place::Alone(holds, None);
        self.leave(membership);
    }

    /// A member is gone.
    pub(super) fn leave(&mut self, membership: Membership) {
        self.vacate(membership);
        self.press.delivery.members -= 1;
        self.cohorts[membership.cohort].close_window(&mut self.press);
        self.forget_empty(membership.cohort);
    }

    /// Frees a member's place in its lane; the last one takes it.
    fn vacate(&mut self, membership: Membership) {
        let Membership { cohort, encoding, slot, .. } = membership;
        let moved = self.cohorts[cohort].lane_mut(encoding).vacate(slot);
        if let Some(Place::In(moved)) = moved.and_then(|m| self.clients.get_mut(m)).map(|client| &mut client.place) {
            moved.slot = slot;
        }
    }

    fn forget_empty(&mut self, index: usize) {
        let Some(cohort) = self.cohorts.get(index).filter(|cohort| cohort.members() == 0) else { return };
        self.log_bytes -= cohort.counted_bytes;
        self.by_key.remove(&cohort.key);
        self.cohorts.remove(index);
        self.press.delivery.cohorts -= 1;
    }
}

fn follow(shared: &Shared, follower: &Follower, bell: &Arc<Bell>) -> Vec<Follow> {
    follower.readers().iter().filter_map(|(topic, _)| shared.hub.follow(topic, bell)).collect()
}
