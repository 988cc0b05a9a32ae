//! The life of the one connection to the provider, as a state machine without I/O.
//!
//! The driver performs what [`MassiveFeed::poll_action`] asks, says what happened with `handle_*`,
//! and calls [`MassiveFeed::handle_timeout`] at [`MassiveFeed::wake_at`]. Every decision is here:
//! whom to greet, when to ping, what is silence, when and whether to come back. The key is not: the
//! driver puts it into the one message that needs it.

use std::collections::VecDeque;
use std::time::Duration;

use shared::units::Moment;
use shared::wire::SourceState;

use super::delay::Delay;
use super::retry::Retry;
use super::session::{Due, Session};
use super::status::{Status, statuses};
use super::watch::{Watch, subscribe_texts};

/// How long each step of the handshake may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the driver is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open the connection; then [`MassiveFeed::handle_open`] or [`MassiveFeed::handle_closed`].
    Connect,
    /// Send the key, see [`super::auth_text`].
    Authenticate,
    /// Send this text.
    Send(Box<str>),
    /// Send a WebSocket ping.
    Ping,
    /// Close or abandon the connection, then [`MassiveFeed::handle_closed`].
    Close,
}

/// How the source is doing, for the driver to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// In a word.
    pub state: SourceState,
    /// What an operator should know; empty when all is well.
    pub message: Box<str>,
}

/// The connection to the stocks feed.
#[derive(Debug)]
pub struct MassiveFeed {
    subscribe: Vec<Box<str>>,
    retry: Retry,
    phase: Phase,
    actions: VecDeque<Action>,
    delay: Option<Delay>,
    told: Option<Health>,
    changed: bool,
}

#[derive(Debug)]
enum Phase {
    /// No connection until then.
    Waiting { until: Moment, why: Box<str> },
    /// The driver opens one.
    Opening { until: Moment },
    /// Open; the provider has not greeted.
    Greeting { until: Moment },
    /// The key is sent.
    Authenticating { until: Moment },
    /// The key was accepted and the subscriptions are sent.
    Subscribed(Session),
    /// The driver is closing it.
    Closing(Ending),
    /// For good.
    Stopped { why: Box<str> },
}

/// Why a connection ends by our decision.
#[derive(Debug)]
enum Ending {
    Lost(Box<str>),
    Evicted(Duration),
    Unwelcome(Box<str>),
}

impl MassiveFeed {
    /// A feed that connects at once.
    #[must_use]
    pub fn new(watch: &Watch, now: Moment) -> MassiveFeed {
        MassiveFeed {
            subscribe: subscribe_texts(watch),
            retry: Retry::default(),
            phase: Phase::Waiting { until: now, why: "not connected yet".into() },
            actions: VecDeque::new(),
            delay: None,
            told: None,
            changed: true,
        }
    }

    /// What to do next, until `None`.
    pub fn poll_action(&mut self, now: Moment) -> Option<Action> {
        if let Phase::Waiting { until, .. } = self.phase
            && until <= now
        {
            self.enter(Phase::Opening { until: now + PATIENCE });
            self.actions.push_back(Action::Connect);
        }
        self.actions.pop_front()
    }

    /// How the source is doing, if that is not what was said last.
    pub fn poll_health(&mut self) -> Option<Health> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let health = self.health();
        let news = self.told.as_ref() != Some(&health);
        self.told = Some(health.clone());
        news.then_some(health)
    }

    /// What [`MassiveFeed::poll_health`] gave last.
    #[cfg(test)]
    pub(super) fn told(&self) -> Option<&Health> {
        self.told.as_ref()
    }

    /// When to call [`MassiveFeed::handle_timeout`] at the latest; `None` when nothing is awaited.
    #[must_use]
    pub fn wake_at(&self) -> Option<Moment> {
        match &self.phase {
            Phase::Waiting { until, .. }
            | Phase::Opening { until }
            | Phase::Greeting { until }
            | Phase::Authenticating { until } => Some(*until),
            Phase::Subscribed(session) => Some(session.wake_at()),
            Phase::Closing(_) | Phase::Stopped { .. } => None,
        }
    }

    /// It will never connect again.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self.phase, Phase::Stopped { .. })
    }

    /// It has no connection and will try again later.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. })
    }

    /// The connection is open.
    pub fn handle_open(&mut self, now: Moment) {
        if let Phase::Opening { .. } = self.phase {
            self.enter(Phase::Greeting { until: now + PATIENCE });
        }
    }

    /// A text frame came.
    pub fn handle_frame(&mut self, now: Moment, frame: &str) {
        let statuses = statuses(frame);
        if let Phase::Subscribed(session) = &mut self.phase {
            self.changed |= session.handle_heard(now, statuses.is_empty());
        }
        for status in statuses {
            self.handle_status(now, status);
        }
    }

    /// Anything else came: a pong, a ping, a frame that is no text.
    pub fn handle_sign_of_life(&mut self, now: Moment) {
        if let Phase::Subscribed(session) = &mut self.phase {
            session.handle_heard(now, false);
        }
    }

    /// Events are late, or no longer.
    pub fn handle_delay(&mut self, delay: Option<Delay>) {
        self.changed |= self.delay != delay;
        self.delay = delay;
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Moment) {
        match &mut self.phase {
            Phase::Opening { until } if *until <= now => self.close(Ending::lost("no connection within 15 s")),
            Phase::Greeting { until } if *until <= now => self.close(Ending::lost("no greeting within 15 s")),
            Phase::Authenticating { until } if *until <= now => {
                self.close(Ending::lost("no answer to the key within 15 s"));
            }
            Phase::Subscribed(session) => match session.handle_timeout(now) {
                Due::Nothing => {}
                Due::Ping => self.actions.push_back(Action::Ping),
                Due::Stale => self.changed = true,
                Due::Lost => self.close(Ending::lost("silence, no answer to a ping")),
            },
            Phase::Waiting { .. }
            | Phase::Opening { .. }
            | Phase::Greeting { .. }
            | Phase::Authenticating { .. }
            | Phase::Closing(_)
            | Phase::Stopped { .. } => {}
        }
    }

    /// The connection is gone, or could not be opened: `why`, as a person would say it. `random` is
    /// any number; it spreads the next attempts of many servers.
    pub fn handle_closed(&mut self, now: Moment, why: &str, random: u64) {
        if let Phase::Waiting { .. } | Phase::Stopped { .. } = self.phase {
            return;
        }
        if let Phase::Subscribed(session) = &self.phase {
            self.retry.stood(now - session.since);
        }
        self.actions.clear();
        self.delay = None;
        let ending = match std::mem::replace(&mut self.phase, Phase::Closing(Ending::lost(""))) {
            Phase::Closing(ending) => ending,
            _ => Ending::lost(why),
        };
        let (wait, why) = match ending {
            Ending::Unwelcome(why) => return self.enter(Phase::Stopped { why }),
            Ending::Lost(why) => {
                let wait = self.retry.after_failure(random);
                (wait, format!("{why}; trying again in {} s", wait.as_secs()).into())
            }
            Ending::Evicted(stood) => {
                self.retry.stood(stood);
                let wait = self.retry.after_eviction(random);
                (wait, evicted(wait))
            }
        };
        self.enter(Phase::Waiting { until: now + wait, why });
    }

    fn handle_status(&mut self, now: Moment, status: Status) {
        match (&mut self.phase, status) {
            (Phase::Greeting { .. }, Status::Connected) => {
                self.enter(Phase::Authenticating { until: now + PATIENCE });
                self.actions.push_back(Action::Authenticate);
            }
            (Phase::Authenticating { .. }, Status::Authenticated) => {
                self.actions.extend(self.subscribe.iter().cloned().map(Action::Send));
                self.enter(Phase::Subscribed(Session::new(now)));
            }
            (
                Phase::Greeting { .. } | Phase::Authenticating { .. } | Phase::Subscribed(_),
                Status::AuthFailed(said),
            ) => {
                self.close(Ending::Unwelcome(unwelcome(&said)));
            }
            (Phase::Subscribed(session), Status::MaxConnections) => {
                let stood = now - session.since;
                self.close(Ending::Evicted(stood));
            }
            (Phase::Greeting { .. } | Phase::Authenticating { .. }, Status::MaxConnections) => {
                self.close(Ending::Evicted(Duration::ZERO));
            }
            (Phase::Subscribed(session), Status::Confirmed) => {
                self.changed |= !session.served;
                session.served = true;
            }
            (Phase::Subscribed(session), Status::NotAuthorized) => {
                self.changed |= !session.refused;
                session.refused = true;
            }
            // Out of turn, or of no consequence.
            (
                Phase::Greeting { .. } | Phase::Authenticating { .. } | Phase::Subscribed(_),
                Status::Connected
                | Status::Authenticated
                | Status::Confirmed
                | Status::NotAuthorized
                | Status::Other(_),
            )
            | (Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Closing(_) | Phase::Stopped { .. }, _) => {}
        }
    }

    fn close(&mut self, ending: Ending) {
        self.actions.clear();
        self.actions.push_back(Action::Close);
        if let (Phase::Subscribed(session), Ending::Lost(_)) = (&self.phase, &ending) {
            self.retry.stood(session.heard - session.since);
        }
        self.enter(Phase::Closing(ending));
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.changed = true;
    }

    fn health(&self) -> Health {
        let (state, message) = match &self.phase {
            Phase::Waiting { why, .. } | Phase::Stopped { why } => (SourceState::Down, why.as_ref()),
            Phase::Opening { .. } => (SourceState::Down, "connecting"),
            Phase::Greeting { .. } => (SourceState::Down, "waiting for the provider's greeting"),
            Phase::Authenticating { .. } => (SourceState::Down, "authenticating"),
            Phase::Closing(Ending::Lost(why) | Ending::Unwelcome(why)) => (SourceState::Down, why.as_ref()),
            Phase::Closing(Ending::Evicted(_)) => (SourceState::Down, ANOTHER_PROCESS),
            Phase::Subscribed(session) => session.health(self.delay),
        };
        Health { state, message: message.into() }
    }
}

impl Ending {
    fn lost(why: &str) -> Ending {
        Ending::Lost(why.into())
    }
}

const ANOTHER_PROCESS: &str = "another process uses this key and has taken the connection; \
    the provider allows one for each key";

fn evicted(wait: Duration) -> Box<str> {
    let minutes = wait.as_secs().div_ceil(60);
    format!("{ANOTHER_PROCESS}. Trying again in {minutes} minutes, which will take it back: stop one of them").into()
}

fn unwelcome(said: &str) -> Box<str> {
    let quoted = if said.is_empty() { String::new() } else { format!(" ({said})") };
    format!("the provider refused the key{quoted}; not trying again: set a valid key and restart").into()
}
