//! From the link to the screen: rows are written to plain stores as they arrive, and whoever shows
//! some of them is called once before the next paint.

mod commands;
mod meters;
mod pacer;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::value::RawValue;
use shared::domain::bets::BetRow;
use shared::domain::kind_of;
use shared::link::{Event, Phase, Status};
use shared::stream::{Rows, Topic, apply};
use shared::units::{Moment, Timestamp};
use shared::wire::{ErrorMsg, SourceState};

use crate::domain::stores::Stores;
use crate::domain::{bets, darkpool, odds};
use crate::platform::{Frame, Interval, now, spawn, wall};
use crate::reactive::*;
use crate::socket::{Sink, Socket};
use commands::Answers;
pub use commands::Outcome;
pub use meters::Meters;
pub use pacer::Pacer;

/// Everything the page knows, and its way of learning more. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Live(StoredValue<Rc<Core>, LocalStorage>);

/// What parts of the page show of the connection.
#[derive(Clone, Copy)]
pub struct Signals {
    /// The link's own account.
    pub status: RwSignal<Status>,
    /// How the providers are doing.
    pub sources: RwSignal<BTreeMap<Box<str>, SourceState>>,
    /// Connections the server has.
    pub clients: RwSignal<Option<u64>>,
    /// There and back, in milliseconds.
    pub rtt_ms: RwSignal<Option<u64>>,
    /// Now, once a second.
    pub second: RwSignal<Moment>,
    /// The screen stands still; rows keep arriving.
    pub paused: RwSignal<bool>,
    /// The last request that was refused.
    pub refused: RwSignal<Option<ErrorMsg>>,
}

/// A topic is followed as long as this lives.
pub struct Following {
    live: Live,
    topic: Topic,
}

type Painter = Rc<dyn Fn(Moment)>;

struct Core {
    signals: Signals,
    socket: OnceCell<Socket>,
    frame: OnceCell<Frame>,
    second: OnceCell<Interval>,
    painters: RefCell<Vec<(u64, Painter)>>,
    next_painter: Cell<u64>,
    /// The topics that parts of the page want, once for each part.
    wanted: RefCell<Vec<Topic>>,
    followed: RefCell<Vec<Topic>>,
    reconciling: Cell<bool>,
    /// The rows exactly as the server wrote them.
    raw: RefCell<Vec<(Topic, Rows<Box<RawValue>>)>>,
    stores: RefCell<Stores>,
    answers: Answers,
    meters: RefCell<Meters>,
    /// When the rows that wait for the next frame arrived.
    arrived: RefCell<Vec<Moment>>,
    clock_offset_ms: Cell<i64>,
}

impl Live {
    /// Connects, and begins to keep the screen up to date.
    pub fn start() -> Live {
        let signals = Signals {
            status: RwSignal::new(Status { phase: Phase::Connecting { attempt: 0 }, heard: None, stale: false }),
            sources: RwSignal::new(BTreeMap::new()),
            clients: RwSignal::new(None),
            rtt_ms: RwSignal::new(None),
            second: RwSignal::new(now()),
            paused: RwSignal::new(false),
            refused: RwSignal::new(None),
        };
        let core = Rc::new(Core {
            signals,
            socket: OnceCell::new(),
            frame: OnceCell::new(),
            second: OnceCell::new(),
            painters: RefCell::default(),
            next_painter: Cell::default(),
            wanted: RefCell::default(),
            followed: RefCell::default(),
            reconciling: Cell::default(),
            raw: RefCell::default(),
            stores: RefCell::default(),
            answers: Answers::default(),
            meters: RefCell::default(),
            arrived: RefCell::default(),
            clock_offset_ms: Cell::default(),
        });
        // The core lives as long as the page, so these circles are never broken.
        let paint = core.clone();
        let _ = core.frame.set(Frame::new(move || paint.paint()));
        let tick = core.clone();
        let _ = core.second.set(Interval::every(1000, move || tick.tick()));
        let _ = core.socket.set(Socket::connect(core.clone()));
        Live(StoredValue::new_local(core))
    }

    fn core(self) -> Rc<Core> {
        self.0.get_value()
    }

    /// What there is to show of the connection.
    pub fn signals(self) -> Signals {
        self.core().signals
    }

    /// Follows a topic as long as the answer lives.
    #[must_use]
    pub fn follow(self, topic: Topic) -> Following {
        let core = self.core();
        core.wanted.borrow_mut().push(topic.clone());
        core.reconcile_soon();
        Following { live: self, topic }
    }

    /// Follows a topic until the present owner is cleaned up.
    pub fn follow_here(self, topic: Topic) {
        let following = self.follow(topic);
        on_cleanup(move || drop(following));
    }

    /// Calls `paint` before the next paint, and then whenever rows changed, until the present owner
    /// is cleaned up.
    pub fn on_frame(self, paint: impl Fn(Moment) + 'static) {
        let core = self.core();
        let number = core.next_painter.get();
        core.next_painter.set(number + 1);
        core.painters.borrow_mut().push((number, Rc::new(paint)));
        on_cleanup(move || self.core().painters.borrow_mut().retain(|(n, _)| *n != number));
        self.repaint();
    }

    /// Something other than rows changed what is shown.
    pub fn repaint(self) {
        if let Some(core) = self.0.try_get_value() {
            core.request_frame();
        }
    }

    /// Looks at the dark-pool rows.
    pub fn darkpool<T>(self, look: impl FnOnce(&darkpool::store::Store) -> T) -> T {
        look(&self.core().stores.borrow().darkpool)
    }

    /// Looks at the odds.
    pub fn odds<T>(self, look: impl FnOnce(&odds::store::Store) -> T) -> T {
        look(&self.core().stores.borrow().odds)
    }

    /// Looks at the bets.
    pub fn bets<T>(self, look: impl FnOnce(&bets::store::Store) -> T) -> T {
        look(&self.core().stores.borrow().bets)
    }

    /// Takes in bets that were asked for because their topic no longer holds them.
    pub fn add_older_bets(self, rows: Vec<BetRow>, more: bool) {
        self.core().stores.borrow_mut().bets.add_older(rows, more);
        self.repaint();
    }

    /// How many rows could not be read.
    pub fn unreadable(self) -> u32 {
        self.core().stores.borrow().unreadable()
    }

    /// Looks at the meters.
    pub fn meters<T>(self, look: impl FnOnce(&Meters) -> T) -> T {
        look(&self.core().meters.borrow())
    }

    /// A topic's rows as the server wrote them.
    pub fn raw_rows<T>(self, topic: &Topic, look: impl FnOnce(&Rows<Box<RawValue>>) -> T) -> Option<T> {
        self.core().raw.borrow().iter().find(|(other, _)| other == topic).map(|(_, rows)| look(rows))
    }

    /// Whether a first snapshot of the topic has arrived.
    pub fn has_rows(self, topic: &Topic) -> bool {
        self.raw_rows(topic, |_| ()).is_some()
    }

    /// The connection.
    pub fn socket(self) -> Option<Socket> {
        self.core().socket.get().cloned()
    }

    /// The market's time: what ages are counted from. In a replay it is the newest print's.
    pub fn market_now(self) -> Timestamp {
        let core = self.core();
        let replay = core.signals.sources.with_untracked(|sources| sources.contains_key("replay"));
        if replay { core.stores.borrow().darkpool.newest() } else { self.server_now() }
    }

    /// The server's time of day.
    pub fn server_now(self) -> Timestamp {
        Timestamp::from_ms(wall().ms() + self.core().clock_offset_ms.get())
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // At the end of the page there may be nothing left to tell.
        let Some(core) = self.live.0.try_get_value() else { return };
        let mut wanted = core.wanted.borrow_mut();
        if let Some(place) = wanted.iter().position(|topic| *topic == self.topic) {
            wanted.swap_remove(place);
        }
        drop(wanted);
        core.reconcile_soon();
    }
}

impl Core {
    /// Once what happens now is over: a page that goes and one that comes may want the same topic.
    fn reconcile_soon(self: &Rc<Self>) {
        if !self.reconciling.replace(true) {
            let core = self.clone();
            spawn(async move {
                core.reconciling.set(false);
                core.reconcile();
            });
        }
    }

    fn reconcile(&self) {
        let Some(socket) = self.socket.get() else { return };
        let wanted = self.wanted.borrow().clone();
        let mut followed = self.followed.borrow_mut();
        followed.retain(|topic| {
            let stays = wanted.contains(topic);
            if !stays {
                self.raw.borrow_mut().retain(|(other, _)| other != topic);
                if let Some(store) = self.stores.borrow_mut().of(topic) {
                    store.forget(topic);
                }
                socket.unfollow(topic);
            }
            stays
        });
        for topic in wanted {
            if !followed.contains(&topic) {
                socket.follow(topic.clone());
                followed.push(topic);
            }
        }
        drop(followed);
        self.request_frame();
    }

    fn set_sources(&self, sources: BTreeMap<Box<str>, SourceState>) {
        if self.signals.sources.with_untracked(|known| *known != sources) {
            self.signals.sources.set(sources);
        }
    }

    fn request_frame(&self) {
        if let Some(frame) = self.frame.get() {
            frame.request();
        }
    }

    fn paint(&self) {
        if self.signals.paused.get_untracked() {
            self.arrived.borrow_mut().clear();
            return;
        }
        let begun = now();
        // A painter may add or remove painters.
        let painters: Vec<Painter> = self.painters.borrow().iter().map(|(_, paint)| paint.clone()).collect();
        painters.iter().for_each(|paint| paint(begun));
        let done = now();
        let mut meters = self.meters.borrow_mut();
        meters.frames += 1;
        for arrived in self.arrived.borrow_mut().drain(..) {
            meters.render.add(i64::try_from((done - arrived).as_millis()).unwrap_or(0));
        }
    }

    /// Ages and countdowns move even when nothing arrives.
    fn tick(&self) {
        self.signals.second.set(now());
        self.request_frame();
    }

    fn measure(&self, ts: Timestamp, src_ts: Option<Timestamp>) {
        // Replayed and long-merged updates say nothing about the way.
        const MOST_MS: i64 = 3_600_000;
        let mut meters = self.meters.borrow_mut();
        if let Some(ms) = src_ts.map(|src| ts.ms_since(src)).filter(|ms| *ms < MOST_MS) {
            meters.upstream.add(ms);
        }
        let network = wall().ms() + self.clock_offset_ms.get() - ts.ms();
        if network < MOST_MS {
            meters.network.add(network);
        }
        drop(meters);
        let mut arrived = self.arrived.borrow_mut();
        // A hidden tab paints nothing; what waits there is no latency of ours.
        if arrived.len() < 256 {
            arrived.push(now());
        }
    }
}

impl Sink for Core {
    fn arrived(&self, bytes: usize) {
        self.meters.borrow_mut().traffic.add(now().ms(), bytes);
    }

    fn event(&self, event: Event) {
        match event {
            Event::Status(status) => self.signals.status.set(status),
            Event::Snapshot { topic, rows, .. } => {
                if let Some(store) = self.stores.borrow_mut().of(&topic) {
                    store.snapshot(&topic, &rows);
                }
                let mut meters = self.meters.borrow_mut();
                meters.snapshots += 1;
                meters.rows += rows.len() as u64;
                let mut raw = self.raw.borrow_mut();
                raw.retain(|(other, _)| *other != topic);
                raw.push((topic, rows));
                self.request_frame();
            }
            Event::Update { topic, ts, src_ts, change, .. } => {
                self.measure(ts, src_ts);
                if let Some(store) = self.stores.borrow_mut().of(&topic) {
                    store.update(&topic, &change);
                }
                let mut meters = self.meters.borrow_mut();
                meters.updates += 1;
                meters.rows += (change.sets().len() + change.dels().len()) as u64;
                let mut raw = self.raw.borrow_mut();
                let rows = raw.iter_mut().find(|(other, _)| *other == topic);
                if let (Some(kind), Some((_, rows))) = (kind_of(&topic), rows) {
                    apply(kind.class, rows, change);
                }
                self.request_frame();
            }
            Event::Sources(sources) => self.set_sources(sources),
            Event::Heartbeat(heartbeat) => {
                self.signals.clients.set(Some(heartbeat.clients));
                self.set_sources(heartbeat.sources);
            }
            Event::Latency { rtt_ms, clock_offset_ms } => {
                self.clock_offset_ms.set(clock_offset_ms);
                self.signals.rtt_ms.set(Some(rtt_ms));
                self.meters.borrow_mut().round_trip.add(i64::try_from(rtt_ms).unwrap_or(i64::MAX));
            }
            Event::Refused(error) => {
                if let Some(error) = self.answers.refused(error) {
                    self.signals.refused.set(Some(error));
                }
            }
            Event::Garbage => self.meters.borrow_mut().garbage += 1,
            Event::Reply(reply) => self.answers.done(reply),
            Event::Unanswered { id } => self.answers.lost(id),
        }
    }
}
