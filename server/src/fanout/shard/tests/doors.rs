//! Clients of the sportsbook door on a shard: whatever they subscribe to, however slowly they read and
//! whatever changes meanwhile, each knows what its filter leaves of the tables, in time.

mod table;
mod visitor;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use shared::units::{Moment, Timestamp};
use tokio::sync::watch;

use self::table::{BOOKS, KINDS, SPORTS, Table};
use self::visitor::{Subscribed, Visitor};
use super::wire::{Deflate, Socket};
use crate::access::Access;
use crate::doors::SportsbooksDoor;
use crate::doors::sportsbooks::Labels;
use crate::fanout::frame::{Opcode, Policy, negotiate, push_masked};
use crate::fanout::shard::batch::OneByOne;
use crate::fanout::shard::client::ClientId;
use crate::fanout::shard::mailbox::{Letter, Mailbox};
use crate::fanout::shard::{Arrival, Errand, Limits, Place, Shard};
use crate::fanout::{Drain, Guest, Shared};
use crate::feed::Sources;
use crate::hub::{Hub, Pressure};
use crate::observe::{Metrics, Transport};
use crate::session::Settings;

const WINDOW_BITS: u8 = 10;
/// Small, so that slow readers fall out of the log.
const LANE_BYTES: usize = 6_000;

/// Something that happens.
#[derive(Clone, Debug)]
enum Op {
    /// A market gets other prices at these books, or is gone when there are none.
    Market {
        sport: usize,
        market: u8,
        books: u8,
    },
    /// So much changes that no log holds it.
    Flood(usize),
    Arb {
        arb: u8,
        open: bool,
    },
    Book(usize),
    /// A sport appears.
    Sport(usize),
    Renumber(usize),
    Join {
        deflate: Deflate,
        room: usize,
    },
    Subscribe(usize, Subscribed),
    Unsubscribe(usize, Subscribed),
    /// Asks for everything.
    Ask(usize),
    Take(usize, usize),
    Vanish(usize),
    Wait(u64),
}

fn subscribed() -> impl Strategy<Value = Subscribed> {
    let few = |count: usize| prop::collection::btree_set(0..count, 0..2);
    // Who names markets is told of little else.
    let markets = prop_oneof![4 => Just(std::collections::BTreeSet::new()), 1 => few(6)];
    (few(BOOKS.len()), markets, any::<bool>(), few(KINDS.len()), few(SPORTS.len()))
        .prop_map(|(books, markets, arbitrage, kinds, sports)| Subscribed { books, markets, arbitrage, kinds, sports })
}

fn op() -> impl Strategy<Value = Op> {
    let (client, sport) = (0_usize..8, 0..SPORTS.len());
    let deflate = prop_oneof![Just(Deflate::None), Just(Deflate::Window)];
    let room = prop_oneof![3 => Just(1 << 22), 1 => 0_usize..4_000];
    prop_oneof![
        12 => (sport.clone(), 0_u8..6, 0_u8..8).prop_map(|(sport, market, books)| Op::Market { sport, market, books }),
        1 => sport.clone().prop_map(Op::Flood),
        2 => (0_u8..4, any::<bool>()).prop_map(|(arb, open)| Op::Arb { arb, open }),
        1 => (0..BOOKS.len()).prop_map(Op::Book),
        1 => sport.clone().prop_map(Op::Sport),
        1 => sport.prop_map(Op::Renumber),
        3 => (deflate, room).prop_map(|(deflate, room)| Op::Join { deflate, room }),
        6 => (client.clone(), subscribed()).prop_map(|(c, s)| Op::Subscribe(c, s)),
        3 => (client.clone(), subscribed()).prop_map(|(c, s)| Op::Unsubscribe(c, s)),
        1 => client.clone().prop_map(Op::Ask),
        6 => (client.clone(), 0_usize..6_000).prop_map(|(c, bytes)| Op::Take(c, bytes)),
        1 => client.prop_map(Op::Vanish),
        6 => prop_oneof![1_u64..600, 1_000_u64..6_000].prop_map(Op::Wait),
    ]
}

struct World {
    table: Table,
    hub: Arc<Hub>,
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Socket>>,
    shard: Shard<Socket>,
    errands: Arc<Mutex<VecDeque<(ClientId, Errand)>>>,
    visitors: Vec<Visitor>,
    now: u64,
    _stop: watch::Sender<bool>,
}

impl World {
    fn new() -> World {
        let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
        let pressure = Arc::new(Pressure::new(Duration::from_millis(20), 1));
        let (stop, stopped) = watch::channel(false);
        let drain = Drain { stop: stopped, retry: Duration::ZERO, spread: Duration::ZERO };
        let progress = Duration::from_secs(6_000);
        let access = Arc::new(Access::new(None, metrics.clone()));
        let shared = Shared::new(hub.clone(), Sources::default(), access, metrics, pressure, progress, drain);
        let mailbox = Mailbox::new(|| {});
        let long = Duration::from_secs(10_000);
        let all_bytes = 1 << 20;
        let limits =
            Limits { ask_after: long, gone_after: long, progress, lane_bytes: LANE_BYTES, all_bytes, cohorts: 100 };
        let errands: Arc<Mutex<VecDeque<_>>> = Arc::default();
        let sent = errands.clone();
        let send = Box::new(move |id, errand| sent.lock().unwrap().push_back((id, errand)));
        let batch = Box::new(OneByOne);
        let now = Moment::from_ms(0);
        let shard = Shard::new(shared.clone(), mailbox.clone(), limits, (6, WINDOW_BITS), send, batch, now);
        let table = Table::new(&hub);
        World { table, hub, shared, mailbox, shard, errands, visitors: Vec::new(), now: 0, _stop: stop }
    }

    fn step(&mut self, op: &Op) {
        let now = self.now;
        match op {
            Op::Market { sport, market, books } => self.table.set_market(&self.hub, now, *sport, *market, *books),
            Op::Flood(sport) => {
                (0..50_u8).for_each(|n| self.table.set_market(&self.hub, now, *sport, n % 6, 1 + n % 7));
            }
            Op::Arb { arb, open } => self.table.set_arb(&self.hub, now, *arb, *open),
            Op::Book(book) => self.table.set_book(&self.hub, now, *book),
            Op::Sport(sport) => self.table.add_sport(&self.hub, *sport),
            Op::Renumber(sport) => self.table.renumber(&self.hub, *sport),
            Op::Join { deflate, room } => self.join(*deflate, *room),
            Op::Subscribe(client, what) => self.subscribe(*client, what, true),
            Op::Unsubscribe(client, what) => self.subscribe(*client, what, false),
            Op::Ask(client) => self.say(*client, r#"{"type":"get_markets"}"#),
            Op::Take(client, bytes) => self.take(*client, *bytes),
            Op::Vanish(client) if *client < self.visitors.len() => {
                self.visitors.remove(*client).socket.wire(|wire| wire.gone = true);
            }
            Op::Vanish(_) => {}
            Op::Wait(ms) => self.now += ms,
        }
        self.run();
    }

    fn join(&mut self, deflate: Deflate, room: usize) {
        let socket = Socket::default();
        socket.wire(|wire| wire.room = room);
        let (agreed, _) = negotiate(deflate.offer().into_iter(), Policy { window_bits: WINDOW_BITS }).unzip();
        let s = Duration::from_secs;
        let settings =
            Settings { messages_per_s: 0, burst: 0, topics: 8, heartbeat: s(10), subscribe_within: s(1_000) };
        let who = (None, Labels::default());
        let now = Moment::from_ms(self.now);
        let door = SportsbooksDoor::new(&settings, s(30), "c", who, now, Timestamp::default());
        let index = self.shard.clients.vacant_key();
        self.mailbox.post(Letter::Arrived(Box::new(Arrival {
            socket: socket.clone(),
            read: bytes::Bytes::new(),
            conversation: Box::new(door),
            deflate: agreed,
            transport: Transport::Door,
            present: self.shared.enter(),
            guest: Box::new(Guest { address: [127, 0, 0, 1].into(), identity: None, guard: Box::new(()) }),
            message_bytes: 1 << 16,
        })));
        self.run();
        self.visitors.push(Visitor::new(socket, index, agreed));
    }

    fn subscribe(&mut self, client: usize, what: &Subscribed, more: bool) {
        let Some(visitor) = self.visitors.get_mut(client) else { return };
        visitor.turn_to(what, more);
        let text = what.message(if more { "subscribe" } else { "unsubscribe" });
        self.say(client, &text);
    }

    fn say(&mut self, client: usize, text: &str) {
        let Some(visitor) = self.visitors.get(client) else { return };
        let mut frame = Vec::new();
        push_masked(&mut frame, Opcode::Text, false, text.as_bytes(), [1, 2, 3, 4]);
        visitor.socket.wire(|wire| wire.to_server.extend(frame));
        self.shard.ready(visitor.index, true, false, false, Moment::from_ms(self.now));
    }

    fn take(&mut self, client: usize, bytes: usize) {
        let Some(visitor) = self.visitors.get(client) else { return };
        visitor.socket.wire(|wire| wire.room += bytes);
        self.shard.ready(visitor.index, false, bytes > 0, false, Moment::from_ms(self.now));
    }

    /// What the shard's thread and those who do its errands do, until nothing is left to do.
    fn run(&mut self) {
        let now = Moment::from_ms(self.now);
        for _ in 0..200 {
            self.shard.read_letters(now, &mut |_, _| Ok(()));
            self.shard.pass_time(now);
            let errand = self.errands.lock().unwrap().pop_front();
            match errand {
                Some((id, Errand::Open(wanted))) => {
                    let outcomes = wanted.names().map(|topic| self.table.open(&self.hub, topic)).collect();
                    self.mailbox.post(Letter::Opened(id, wanted, outcomes));
                }
                Some((id, Errand::Look(wanted))) => {
                    let outcomes = wanted.names().map(|topic| self.table.open(&self.hub, topic)).collect();
                    self.mailbox.post(Letter::Looked(id, wanted, outcomes));
                }
                Some((_, Errand::Command(..) | Errand::Verify(..))) => unreachable!("nobody bets here"),
                None if self.shard.idle(now) != Some(Duration::ZERO) => return,
                None => {}
            }
        }
        panic!("the shard never rests");
    }

    /// What must hold at every moment.
    fn check(&mut self) {
        let World { visitors, table, shard, now, .. } = self;
        for visitor in visitors.iter_mut() {
            visitor.hear();
            let blocked = shard.clients[visitor.index].blocked.is_some();
            if !blocked {
                visitor.must_know(table, *now);
            }
        }
        let members: usize = shard.cohorts.iter().map(|(_, cohort)| cohort.members()).sum();
        assert!(members <= shard.clients.len());
        assert!(shard.cohorts.iter().all(|(_, cohort)| cohort.members() > 0), "nobody's cohort is forgotten");
        let logged: usize = shard.cohorts.iter().map(|(_, cohort)| cohort.log_bytes()).sum();
        assert_eq!(logged, shard.log_bytes, "every byte in a log is counted");
    }

    /// Everyone takes everything.
    fn settle(&mut self) {
        for _ in 0..30 {
            (0..self.visitors.len()).for_each(|client| self.take(client, 1 << 22));
            self.now += 500;
            self.run();
            self.check();
        }
        for visitor in &self.visitors {
            visitor.must_know_all(&self.table);
            let place = &self.shard.clients[visitor.index].place;
            assert!(matches!(place, Place::In(_)), "who has caught up is told with others");
        }
    }
}

#[test]
fn who_subscribes_to_the_same_is_told_together_also_of_a_sport_that_appears() {
    let mut world = World::new();
    let what = Subscribed { kinds: [0].into(), ..Subscribed::default() };
    for _ in 0..5 {
        world.step(&Op::Join { deflate: Deflate::Window, room: 1 << 22 });
    }
    (0..5).for_each(|client| world.step(&Op::Subscribe(client, what.clone())));
    world.settle();
    assert_eq!(world.shard.cohorts.len(), 1);
    for sport in 0..SPORTS.len() {
        world.step(&Op::Sport(sport));
        world.step(&Op::Market { sport, market: 0, books: 3 });
        world.settle();
        assert_eq!(world.shard.cohorts.len(), 1, "all of them found the new one");
    }
}

/// A world with one client that follows what `alpha` offers, and all opportunities there.
fn world_of_alpha() -> World {
    let mut world = World::new();
    world.step(&Op::Sport(0));
    world.step(&Op::Market { sport: 0, market: 0, books: 1 });
    world.step(&Op::Arb { arb: 0, open: true });
    world.step(&Op::Join { deflate: Deflate::None, room: 1 << 22 });
    let what = Subscribed { books: [0].into(), arbitrage: true, sports: [0].into(), ..Subscribed::default() };
    world.step(&Op::Subscribe(0, what));
    world.check();
    world.settle();
    world
}

#[test]
fn what_left_between_two_updates_is_taken_back_whatever_it_became_since() {
    let mut world = world_of_alpha();
    world.step(&Op::Market { sport: 0, market: 0, books: 3 });
    world.step(&Op::Market { sport: 0, market: 0, books: 2 });
    world.step(&Op::Market { sport: 0, market: 0, books: 4 });
    world.settle();
}

#[test]
fn an_opportunity_that_closed_is_taken_back() {
    let mut world = world_of_alpha();
    world.step(&Op::Arb { arb: 0, open: false });
    world.settle();
}

#[test]
fn a_connection_of_the_door_that_is_up_to_date_is_small() {
    let door = size_of::<SportsbooksDoor>();
    println!("{door} bytes");
    assert!(door <= 512, "{door} bytes");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_client_of_the_door_knows_what_its_filter_leaves_of_the_tables(ops in prop::collection::vec(op(), 1..120)) {
        let mut world = World::new();
        world.step(&Op::Sport(0));
        for op in &ops {
            world.step(op);
            world.check();
        }
        world.settle();
    }
}
