//! The state machine itself: phases, the socket, timers and polling.

mod anew;
mod commands;
mod messages;

use std::collections::VecDeque;
use std::time::Duration;

use self::commands::InFlight;
use super::follow::Follows;
use super::jitter::Jitter;
use super::polling::Polling;
use super::timer::{Timer, Timers};
use super::{Config, Effect, Event, Phase, PollOutcome, Status};
use crate::stream::{Position, Topic};
use crate::units::{Moment, Timestamp};
use crate::wire::{ClientMsg, Errand, Subscribe, Unsubscribe, items};

/// How far the WebSocket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    Closed,
    Opening,
    /// Open, but the server has not spoken.
    Open,
    Welcomed,
}

/// A client's connection. See the [module](super).
#[derive(Debug)]
pub struct Link {
    config: Config,
    jitter: Jitter,
    phase: Phase,
    socket: Socket,
    timers: Timers,
    follows: Follows,
    polling: Polling,
    /// Failures since the link was last settled.
    failures: u32,
    /// What the server asked for when it said that it goes away.
    retry_after: Option<Duration>,
    heartbeat: Duration,
    background_wait: Duration,
    online: bool,
    hidden: bool,
    /// The pace of a tab that was hidden for long.
    slower: Option<u32>,
    heard: Option<Moment>,
    said_stale: bool,
    /// Nothing is on the screen yet: ask over HTTP too, which may be quicker than a first WebSocket.
    wants_first_rows: bool,
    next_id: u64,
    in_flight: Vec<InFlight>,
    effects: VecDeque<Effect>,
    events: VecDeque<Event>,
}

impl Link {
    /// A link that begins to connect.
    #[must_use]
    pub fn new(config: Config, now: Moment) -> Link {
        let mut link = Link {
            jitter: Jitter::new(config.seed),
            phase: Phase::Offline,
            socket: Socket::Closed,
            timers: Timers::default(),
            follows: Follows::default(),
            polling: Polling::new(),
            failures: 0,
            retry_after: None,
            heartbeat: Duration::from_secs(10),
            background_wait: config.background_first,
            online: true,
            hidden: false,
            slower: None,
            heard: None,
            said_stale: false,
            wants_first_rows: false,
            next_id: 0,
            in_flight: Vec::new(),
            effects: VecDeque::new(),
            events: VecDeque::new(),
            config,
        };
        link.connect(now);
        link
    }

    /// Follows a topic, at its own pace or a slower one. Again: changes the pace.
    pub fn follow(&mut self, topic: Topic, pace_ms: Option<u32>, now: Moment) {
        self.follows.add(topic, pace_ms);
        self.follows_changed(now);
    }

    /// Follows a topic no more; its position is forgotten.
    pub fn unfollow(&mut self, topic: &Topic, now: Moment) {
        self.follows.remove(topic);
        self.follows_changed(now);
    }

    /// How far the link has come in each topic it follows.
    pub fn positions(&self) -> impl Iterator<Item = (&Topic, Option<&Position>)> {
        self.follows.positions()
    }

    /// The truth about the link.
    #[must_use]
    pub fn status(&self) -> Status {
        Status { phase: self.phase.clone(), heard: self.heard, stale: self.said_stale }
    }

    /// The next thing to carry out.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        // Subscriptions are written here, so that what changed at once travels in one message.
        if matches!(self.socket, Socket::Open | Socket::Welcomed) {
            self.write_subscriptions();
        }
        if std::mem::take(&mut self.wants_first_rows) {
            self.fetch_at_once();
        }
        self.effects.pop_front()
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`Link::handle_timeout`], if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// The WebSocket is open.
    pub fn handle_opened(&mut self, _now: Moment) {
        if self.socket == Socket::Opening {
            self.socket = Socket::Open;
        }
    }

    /// A message came over the WebSocket. `wall` is the time of day.
    pub fn handle_text(&mut self, now: Moment, wall: Timestamp, text: &str) {
        if matches!(self.socket, Socket::Closed | Socket::Opening) {
            return;
        }
        self.hear(now);
        self.timers.stop(Timer::Probe);
        if self.phase == Phase::Live {
            self.expect_more(now);
        }
        self.take_message(now, wall, text);
    }

    /// The WebSocket closed, or could not be opened (code 1006).
    pub fn handle_closed(&mut self, now: Moment, code: u16, reason: &str) {
        if self.socket == Socket::Closed {
            return;
        }
        self.forget_socket();
        match Errand::of(code) {
            Errand::Stop => self.stop(code, reason),
            Errand::Reconnect => self.socket_failed(now),
        }
    }

    /// A poll ended.
    pub fn handle_poll(&mut self, now: Moment, wall: Timestamp, outcome: PollOutcome<'_>) {
        if !self.polling.busy {
            return;
        }
        let wait = match outcome {
            PollOutcome::Frames(text) => match items(text) {
                Some(frames) => {
                    self.hear(now);
                    frames.iter().for_each(|frame| self.take_message(now, wall, frame));
                    self.polling.answered(&self.config, now)
                }
                None => self.polling.failed(&self.config, now),
            },
            PollOutcome::NotModified => {
                self.hear(now);
                self.polling.answered(&self.config, now)
            }
            PollOutcome::Failed => self.polling.failed(&self.config, now),
        };
        if matches!(self.phase, Phase::Polling { .. }) {
            self.timers.set(Timer::Poll, now + wait);
        }
        self.say_if_stale(now);
    }

    /// The system says whether there is a network. It may be wrong: nothing is closed for it.
    pub fn handle_network(&mut self, now: Moment, online: bool) {
        self.online = online;
        match &self.phase {
            Phase::Live => self.probe(now),
            Phase::Backoff { .. } | Phase::Offline | Phase::Polling { .. } if online => self.try_now(now),
            Phase::Backoff { .. } => self.wait_for_network(now),
            Phase::Connecting { .. } | Phase::Offline | Phase::Polling { .. } | Phase::Stopped { .. } => {}
        }
    }

    /// The tab was hidden or shown.
    pub fn handle_visibility(&mut self, now: Moment, visible: bool) {
        self.hidden = !visible;
        if !visible {
            self.timers.set(Timer::Hidden, now + self.config.hidden_after);
            return;
        }
        self.timers.stop(Timer::Hidden);
        self.slower = None;
        match &self.phase {
            Phase::Live => self.probe(now),
            Phase::Backoff { .. } | Phase::Offline | Phase::Polling { .. } => self.try_now(now),
            Phase::Connecting { .. } | Phase::Stopped { .. } => {}
        }
    }

    /// Time passed. Call it at [`Link::poll_timeout`], or later.
    pub fn handle_timeout(&mut self, now: Moment) {
        while let Some((timer, due)) = self.timers.expire(now) {
            let late = now - due > self.config.late_timer;
            self.timer_expired(now, timer, late);
        }
        self.say_if_stale(now);
    }

    fn timer_expired(&mut self, now: Moment, timer: Timer, late: bool) {
        match timer {
            Timer::Connect => {
                self.close_socket();
                self.socket_failed(now);
            }
            Timer::Retry => self.connect(now),
            // Held up as we were, the server's messages may be waiting behind this very timer.
            Timer::Silence if late => self.probe(now),
            Timer::Silence => {
                self.close_socket();
                self.socket_failed(now);
            }
            Timer::Settled => self.failures = 0,
            Timer::Ping => {
                self.ping(now);
                self.timers.set(Timer::Ping, now + self.config.ping_every);
            }
            Timer::Probe => {
                self.close_socket();
                self.try_now(now);
            }
            Timer::Background => self.open_in_background(now),
            Timer::Poll => self.fetch(),
            Timer::Hidden if self.hidden => self.slower = Some(self.config.hidden_pace_ms),
            Timer::Hidden => {}
        }
    }

    // --- phases

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.events.push_back(Event::Status(self.status()));
    }

    /// Opens a WebSocket as the thing to wait for.
    fn connect(&mut self, now: Moment) {
        self.timers.stop_connection();
        self.open_socket(now);
        self.enter(Phase::Connecting { attempt: self.failures });
    }

    /// There is news that makes an attempt worthwhile: no waiting.
    fn try_now(&mut self, now: Moment) {
        if matches!(self.phase, Phase::Polling { .. }) {
            if self.socket == Socket::Closed {
                self.open_in_background(now);
            }
        } else {
            self.connect(now);
        }
    }

    /// The server has spoken.
    fn go_live(&mut self, now: Moment) {
        self.timers.stop_connection();
        self.abort_fetch();
        self.background_wait = self.config.background_first;
        self.polling = Polling::new();
        self.timers.set(Timer::Settled, now + self.config.settled_after);
        self.timers.set(Timer::Ping, now + self.config.ping_every);
        self.expect_more(now);
        self.ping(now);
        self.enter(Phase::Live);
    }

    /// The WebSocket failed, in whatever phase.
    fn socket_failed(&mut self, now: Moment) {
        match &self.phase {
            Phase::Polling { .. } => {
                let wait = self.background_wait;
                self.background_wait = (wait + wait / 2).min(self.config.background_most);
                let next_try = now + self.jitter.stretch(wait, self.config.jitter_percent);
                self.timers.stop(Timer::Connect);
                self.timers.set(Timer::Background, next_try);
                self.enter(Phase::Polling { next_try: Some(next_try) });
            }
            Phase::Connecting { .. } | Phase::Live => self.back_off(now),
            Phase::Backoff { .. } | Phase::Offline | Phase::Stopped { .. } => {}
        }
    }

    fn back_off(&mut self, now: Moment) {
        self.timers.stop_connection();
        if !self.online {
            self.wait_for_network(now);
            return;
        }
        let asked_for = self.retry_after.take();
        let Some(step) = self.config.backoff.get(self.failures as usize).copied() else {
            self.start_polling(now);
            return;
        };
        self.failures += 1;
        // A server that goes away has spread its clients already.
        let wait = asked_for.unwrap_or_else(|| self.jitter.stretch(step, self.config.jitter_percent));
        let until = now + wait;
        self.timers.set(Timer::Retry, until);
        self.enter(Phase::Backoff { attempt: self.failures, until });
        // Whoever has nothing on the screen yet should not wait for that: HTTP may be open.
        if self.follows.any_without_rows() {
            self.fetch_at_once();
        }
    }

    fn wait_for_network(&mut self, now: Moment) {
        self.timers.stop_connection();
        self.abort_fetch();
        self.timers.set(Timer::Retry, now + self.config.offline_retry);
        self.enter(Phase::Offline);
    }

    fn start_polling(&mut self, now: Moment) {
        let wait = self.jitter.stretch(self.background_wait, self.config.jitter_percent);
        self.background_wait = (self.background_wait + self.background_wait / 2).min(self.config.background_most);
        let next_try = now + wait;
        self.timers.set(Timer::Background, next_try);
        self.enter(Phase::Polling { next_try: Some(next_try) });
        self.abort_fetch();
        self.polling = Polling::new();
        self.fetch();
    }

    fn open_in_background(&mut self, now: Moment) {
        self.timers.stop(Timer::Background);
        self.open_socket(now);
        self.enter(Phase::Polling { next_try: None });
    }

    fn stop(&mut self, code: u16, reason: &str) {
        self.timers.stop_connection();
        self.abort_fetch();
        self.enter(Phase::Stopped { code, reason: reason.into() });
    }

    // --- the socket

    fn open_socket(&mut self, now: Moment) {
        self.socket = Socket::Opening;
        self.follows.forget_socket();
        self.timers.set(Timer::Connect, now + self.config.connect_timeout);
        self.effects.push_back(Effect::Connect);
    }

    fn close_socket(&mut self) {
        if self.socket != Socket::Closed {
            self.effects.push_back(Effect::Close);
            self.forget_socket();
        }
    }

    fn forget_socket(&mut self) {
        self.socket = Socket::Closed;
        self.follows.forget_socket();
        // What was not sent yet belongs to a connection that is gone.
        self.effects.retain(|effect| !matches!(effect, Effect::Send(_)));
        self.give_up_commands();
    }

    fn send(&mut self, message: &ClientMsg) {
        self.effects.push_back(Effect::Send(message.to_json()));
    }

    fn write_subscriptions(&mut self) {
        let dropped = self.follows.take_dropped();
        if !dropped.is_empty() {
            let id = self.take_id();
            self.send(&ClientMsg::Unsubscribe(Unsubscribe { id, topics: dropped }));
        }
        let wanted = self.follows.take_wanted(self.slower);
        if !wanted.is_empty() {
            let id = self.take_id();
            self.send(&ClientMsg::Subscribe(Subscribe { id, topics: wanted }));
        }
    }

    const fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn ping(&mut self, now: Moment) {
        let t0 = i64::try_from(now.ms()).unwrap_or(i64::MAX);
        self.send(&ClientMsg::Ping { t0 });
    }

    /// Asks whether anyone is there, and does not wait long for the answer.
    fn probe(&mut self, now: Moment) {
        self.ping(now);
        self.timers.stop(Timer::Silence);
        self.timers.set(Timer::Probe, now + self.config.probe_timeout);
    }

    fn expect_more(&mut self, now: Moment) {
        self.timers.set(Timer::Silence, now + self.longest_silence());
    }

    fn longest_silence(&self) -> Duration {
        2 * self.heartbeat + Duration::from_secs(1)
    }

    fn hear(&mut self, now: Moment) {
        self.heard = Some(now);
        self.say_if_stale(now);
    }

    fn say_if_stale(&mut self, now: Moment) {
        let silence = self.heard.map(|heard| now - heard);
        let stale = silence.is_some_and(|silence| silence > self.longest_silence());
        if stale != self.said_stale {
            self.said_stale = stale;
            self.events.push_back(Event::Status(self.status()));
        }
    }

    // --- polling

    fn fetch(&mut self) {
        if self.follows.is_empty() || self.polling.busy {
            return;
        }
        self.polling.busy = true;
        let query = self.follows.query(self.polling.wait_s(&self.config));
        self.effects.push_back(Effect::Fetch { query });
    }

    fn fetch_at_once(&mut self) {
        if !self.follows.is_empty() && !self.polling.busy {
            self.polling.busy = true;
            self.effects.push_back(Effect::Fetch { query: self.follows.query(0) });
        }
    }

    fn abort_fetch(&mut self) {
        self.wants_first_rows = false;
        if self.polling.busy {
            self.polling.busy = false;
            self.effects.push_back(Effect::AbortFetch);
        }
    }

    fn follows_changed(&mut self, now: Moment) {
        match self.phase {
            // A long-poll under way does not know of the change; a new one does.
            Phase::Polling { .. } => {
                self.abort_fetch();
                self.timers.set(Timer::Poll, now);
            }
            Phase::Connecting { .. } => self.wants_first_rows |= self.follows.any_without_rows(),
            Phase::Live | Phase::Backoff { .. } | Phase::Offline | Phase::Stopped { .. } => {}
        }
    }
}
