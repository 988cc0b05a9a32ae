//! What each message of the server means to a link.

use std::time::Duration;

use super::{Link, Socket};
use crate::link::Event;
use crate::stream::{Change, Position, Verdict};
use crate::units::{Moment, Timestamp};
use crate::wire::{Heartbeat, Pong, ServerMsg, Snapshot, Update, Welcome};

impl Link {
    pub(super) fn take_message(&mut self, now: Moment, wall: Timestamp, text: &str) {
        match ServerMsg::parse(text) {
            Ok(Some(message)) => self.dispatch(now, wall, message),
            Ok(None) => {}
            Err(_) => self.events.push_back(Event::Garbage),
        }
    }

    fn dispatch(&mut self, now: Moment, wall: Timestamp, message: ServerMsg) {
        match message {
            ServerMsg::Welcome(welcome) => self.take_welcome(now, welcome),
            ServerMsg::Subscribed(_) => {}
            ServerMsg::Snapshot(snapshot) => self.take_snapshot(snapshot),
            ServerMsg::Update(update) => self.take_update(update),
            ServerMsg::Heartbeat(heartbeat) => self.take_heartbeat(heartbeat),
            ServerMsg::Reply(reply) => self.take_reply(reply),
            ServerMsg::Error(error) => self.take_refusal(error),
            ServerMsg::Pong(pong) => self.take_pong(now, wall, pong),
            ServerMsg::GoingAway(away) => self.retry_after = Some(Duration::from_millis(away.retry_ms)),
        }
    }

    fn take_welcome(&mut self, now: Moment, welcome: Welcome) {
        if self.socket == Socket::Open {
            self.socket = Socket::Welcomed;
            self.heartbeat = Duration::from_millis(welcome.heartbeat_ms);
            self.go_live(now);
            self.events.push_back(Event::Sources(welcome.sources));
        }
    }

    fn take_snapshot(&mut self, snapshot: Snapshot) {
        if let Some(position) = self.follows.take_snapshot(&snapshot) {
            let Snapshot { topic, ts, rows, .. } = snapshot;
            self.events.push_back(Event::Snapshot { topic, position, ts, rows });
        }
    }

    fn take_update(&mut self, update: Update) {
        match self.follows.take_update(&update) {
            None | Some(Verdict::Duplicate) => {}
            Some(Verdict::Gap | Verdict::Foreign) => self.follows.ask_again(&update.topic),
            Some(Verdict::Apply) => {
                let Update { topic, epoch, seq, ts, src_ts, merged, set, del, .. } = update;
                let mut change = Change::new();
                del.into_iter().for_each(|key| change.del(key));
                set.into_iter().for_each(|(key, row)| change.set(key, row));
                let position = Position { epoch, seq };
                self.events.push_back(Event::Update { topic, position, ts, src_ts, merged, change });
            }
        }
    }

    fn take_heartbeat(&mut self, heartbeat: Heartbeat) {
        for (topic, head) in &heartbeat.heads {
            if self.follows.is_behind(topic, head) {
                self.follows.ask_again(topic);
            }
        }
        self.events.push_back(Event::Heartbeat(heartbeat));
    }

    fn take_pong(&mut self, now: Moment, wall: Timestamp, pong: Pong) {
        let rtt_ms = now.ms().saturating_sub(u64::try_from(pong.t0).unwrap_or(0));
        let half = i64::try_from(rtt_ms / 2).unwrap_or(0);
        let clock_offset_ms = pong.t1.ms_since(wall) + half;
        self.events.push_back(Event::Latency { rtt_ms, clock_offset_ms });
    }
}
