//! A shard with sockets made of memory: whatever clients do and however slowly they read, each one's
//! rows are those that the table had at its position, and none gets a frame that does not continue
//! what it has.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use proptest::prelude::*;
use shared::domain::kind_of;
use shared::stream::{Change, Epoch, Position, Replica, Topic, Verdict};
use shared::units::{Moment, Timestamp};
use shared::wire::{CloseCode, ServerMsg};
use tokio::sync::watch;

use super::mailbox::Mailbox;
use super::{Arrival, Limits, Place, Shard};
use crate::fanout::frame::{Agreed, Incoming, Inflater, Opcode, Policy, Reader, Role, negotiate, push_masked};
use crate::fanout::{Drain, Shared};
use crate::feed::Sources;
use crate::hub::{Hub, Pressure, TopicState};
use crate::observe::{Metrics, Transport};
use crate::session::{Around, Conversation, Outgoing, Session, Settings};

const TOPICS: [&str; 3] = ["darkpool/sentiment", "darkpool/tape", "darkpool/top"];
const WINDOW_BITS: u8 = 10;
const LANE_BYTES: usize = 700;

/// The rows of each topic at each position it ever had.
type History = BTreeMap<(Topic, String), BTreeMap<String, String>>;

/// The two ends of a socket.
#[derive(Default)]
struct Wire {
    to_server: VecDeque<u8>,
    to_client: Vec<u8>,
    /// So much can be written before the socket takes no more.
    room: usize,
    gone: bool,
}

#[derive(Clone, Default)]
struct Socket(Arc<Mutex<Wire>>);

impl Socket {
    fn wire<T>(&self, f: impl FnOnce(&mut Wire) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wire(|wire| match wire.to_server.len().min(buffer.len()) {
            0 if wire.gone => Ok(0),
            0 => Err(ErrorKind::WouldBlock.into()),
            count => {
                wire.to_server.drain(..count).zip(buffer).for_each(|(byte, place)| *place = byte);
                Ok(count)
            }
        })
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wire(|wire| match wire.room.min(bytes.len()) {
            _ if wire.gone => Err(ErrorKind::BrokenPipe.into()),
            0 => Err(ErrorKind::WouldBlock.into()),
            count => {
                wire.to_client.extend(&bytes[..count]);
                wire.room -= count;
                Ok(count)
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a client says of compression.
#[derive(Clone, Copy, Debug)]
enum Deflate {
    None,
    Window,
    NoContext,
    SmallWindow,
}

impl Deflate {
    const fn offer(self) -> Option<&'static str> {
        match self {
            Deflate::None => None,
            Deflate::Window => Some("permessage-deflate; client_max_window_bits"),
            Deflate::NoContext => Some("permessage-deflate; server_no_context_takeover"),
            Deflate::SmallWindow => Some("permessage-deflate; server_max_window_bits=9"),
        }
    }
}

struct Client {
    socket: Socket,
    index: usize,
    reader: Reader,
    inflater: Inflater,
    replicas: BTreeMap<Topic, Replica<String>>,
    /// Subscriptions that were not answered yet: what comes before belongs to older ones.
    asked: BTreeMap<Topic, usize>,
    /// A frame may come twice only where a pace lets a cohort lag behind a client, or where a client
    /// asked again while something was on its way to it.
    may_repeat: bool,
    pongs: usize,
    heartbeats: usize,
    compressed: usize,
}

/// Something that happens.
#[derive(Clone, Debug)]
enum Op {
    Change(usize, Vec<u8>),
    /// Changes of all topics that are told together.
    Burst(Vec<u8>),
    Join {
        topics: u8,
        deflate: Deflate,
        pace_ms: Option<u32>,
        room: usize,
    },
    Subscribe(usize, usize),
    Unsubscribe(usize, usize),
    Say(usize),
    Ping(usize),
    Take(usize, usize),
    Leave(usize),
    Wait(u64),
    Renumber(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let (client, topic) = (0_usize..12, 0..TOPICS.len());
    let deflate = prop_oneof![
        2 => Just(Deflate::None),
        6 => Just(Deflate::Window),
        1 => Just(Deflate::NoContext),
        1 => Just(Deflate::SmallWindow),
    ];
    let pace = prop_oneof![6 => Just(None), 1 => (300_u32..2_000).prop_map(Some)];
    let room = prop_oneof![3 => Just(1 << 20), 1 => 0_usize..2_000];
    prop_oneof![
        12 => (topic.clone(), prop::collection::vec(0_u8..30, 1..5)).prop_map(|(t, keys)| Op::Change(t, keys)),
        3 => prop::collection::vec(0_u8..30, 1..5).prop_map(Op::Burst),
        4 => (1_u8..8, deflate, pace, room)
            .prop_map(|(topics, deflate, pace_ms, room)| Op::Join { topics, deflate, pace_ms, room }),
        2 => (client.clone(), topic.clone()).prop_map(|(c, t)| Op::Subscribe(c, t)),
        1 => (client.clone(), topic.clone()).prop_map(|(c, t)| Op::Unsubscribe(c, t)),
        1 => client.clone().prop_map(Op::Say),
        1 => client.clone().prop_map(Op::Ping),
        8 => (client.clone(), 0_usize..3_000).prop_map(|(c, bytes)| Op::Take(c, bytes)),
        1 => client.prop_map(Op::Leave),
        4 => prop_oneof![1_u64..300, 1_000_u64..20_000].prop_map(Op::Wait),
        1 => topic.prop_map(Op::Renumber),
    ]
}

struct World {
    hub: Arc<Hub>,
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Socket>>,
    shard: Shard<Socket>,
    clients: Vec<Client>,
    history: History,
    counter: u64,
    now: u64,
    _stop: watch::Sender<bool>,
}

fn topic(index: usize) -> Topic {
    TOPICS[index].parse().unwrap()
}

impl World {
    fn new(cohorts: usize) -> World {
        let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
        let pressure = Arc::new(Pressure::new(Duration::from_millis(20), 1));
        let (stop, stopped) = watch::channel(false);
        let drain = Drain { stop: stopped, retry: Duration::ZERO, spread: Duration::ZERO };
        let progress = Duration::from_secs(600);
        let shared = Shared::new(hub.clone(), Sources::default(), metrics, pressure, progress, drain);
        let mailbox = Mailbox::new(|| {});
        let limits = Limits { progress, lane_bytes: LANE_BYTES, all_bytes: 1 << 20, cohorts };
        let open = Box::new(|_, _| panic!("every topic is there"));
        let now = Moment::from_ms(0);
        let shard = Shard::new(shared.clone(), mailbox.clone(), limits, (6, WINDOW_BITS), open, now);
        let (clients, history) = (Vec::new(), BTreeMap::new());
        let mut world = World { hub, shared, mailbox, shard, clients, history, counter: 0, now: 0, _stop: stop };
        for index in 0..TOPICS.len() {
            let (topic, epoch) = (topic(index), world.epoch());
            let kind = kind_of(&topic).unwrap();
            world.hub.put(TopicState::new(topic, kind, epoch, 2_000, Timestamp::default()));
            world.remember(index);
        }
        world
    }

    fn epoch(&mut self) -> Epoch {
        self.counter += 1;
        format!("e{}", self.counter).parse().unwrap()
    }

    fn remember(&mut self, index: usize) {
        let topic = topic(index);
        let (head, rows) = self
            .hub
            .with(&topic, |state| {
                let rows = state.rows().iter().map(|(k, r)| (k.to_string(), r.to_string())).collect();
                (state.head().to_string(), rows)
            })
            .unwrap();
        self.history.insert((topic, head), rows);
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Change(index, keys) => self.change(*index, keys),
            Op::Burst(keys) => (0..2 * TOPICS.len()).for_each(|n| self.change(n % TOPICS.len(), keys)),
            Op::Join { topics, deflate, pace_ms, room } => self.join(*topics, *deflate, *pace_ms, *room),
            Op::Subscribe(client, index) => self.subscribe(*client, *index, None),
            Op::Unsubscribe(client, index) => {
                if let Some(client) = self.clients.get_mut(*client) {
                    client.replicas.remove(&topic(*index));
                }
                let text = format!(r#"{{"type":"unsubscribe","id":1,"topics":["{}"]}}"#, TOPICS[*index]);
                self.say(*client, Opcode::Text, &text);
            }
            // The answer is long enough to be compressed, where that may be.
            Op::Say(client) => {
                self.say(*client, Opcode::Text, r#"{"type":"command","id":9,"name":"dance-as-nobody-can"}"#)
            }
            Op::Ping(client) => self.say(*client, Opcode::Ping, "there?"),
            Op::Take(client, bytes) => self.take(*client, *bytes),
            Op::Leave(client) => self.leave(*client),
            Op::Wait(ms) => self.now += ms,
            Op::Renumber(index) => {
                let epoch = self.epoch();
                self.hub.alter(&topic(*index), |state| state.renumber(epoch));
                self.remember(*index);
            }
        }
        self.run();
    }

    fn change(&mut self, index: usize, keys: &[u8]) {
        let mut change = Change::new();
        for key in keys {
            self.counter += 1;
            // Now and then a step is larger than what is copied, and than all that a log may keep.
            let padding = "x".repeat(if *key == 7 { 6_000 } else { 0 });
            // And some are alike that lie far apart, so that a window of the wrong size is noticed.
            let (number, like) = (self.counter, u64::from(key % 15).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let row = format!(r#"{{"price":"{number}","note":"{padding}","like":"{like:x}"}}"#);
            change.set(format!("{key:03}").into(), row.into());
        }
        self.hub.alter(&topic(index), |state| {
            let prepared = state.prepare(change, None).unwrap();
            state.commit(prepared, Timestamp::default());
        });
        self.remember(index);
    }

    /// A client that says something that nobody was prepared for.
    fn join_broken(&mut self) -> Socket {
        let socket = Socket::default();
        self.post(socket.clone(), None, Box::new(Broken));
        socket
    }

    fn post(&mut self, socket: Socket, deflate: Option<Agreed>, conversation: Box<dyn Conversation>) -> usize {
        let index = self.shard.clients.vacant_key();
        self.mailbox.post(super::Letter::Arrived(Box::new(Arrival {
            socket,
            read: bytes::Bytes::new(),
            conversation,
            deflate,
            transport: Transport::WebSocket,
            present: self.shared.enter(),
            guard: Box::new(()),
            message_bytes: 1 << 16,
        })));
        self.run();
        index
    }

    fn join(&mut self, topics: u8, deflate: Deflate, pace_ms: Option<u32>, room: usize) {
        let socket = Socket::default();
        socket.wire(|wire| wire.room = room);
        let (agreed, _) = negotiate(deflate.offer().into_iter(), Policy { window_bits: WINDOW_BITS }).unzip();
        let s = Duration::from_secs;
        let settings =
            Settings { messages_per_s: 0, burst: 0, topics: 8, heartbeat: s(10), subscribe_within: s(1_000) };
        let session = Session::new(settings, "c", Moment::from_ms(self.now), Timestamp::default());
        let index = self.post(socket.clone(), agreed, Box::new(session));
        self.clients.push(Client {
            socket,
            index,
            reader: Reader::new(Role::Client, agreed.is_some(), 1 << 20),
            inflater: Inflater::new(agreed.map_or(15, |a| a.window_bits), agreed.is_some_and(|a| a.context)),
            replicas: BTreeMap::new(),
            asked: BTreeMap::new(),
            may_repeat: pace_ms.is_some(),
            pongs: 0,
            heartbeats: 0,
            compressed: 0,
        });
        let client = self.clients.len() - 1;
        (0..TOPICS.len()).filter(|n| topics & (1 << n) != 0).for_each(|n| self.subscribe(client, n, pace_ms));
    }

    fn subscribe(&mut self, client: usize, index: usize, pace_ms: Option<u32>) {
        let Some(known) = self.clients.get_mut(client) else { return };
        known.may_repeat |= pace_ms.is_some() || self.shard.clients[known.index].blocked.is_some();
        *known.asked.entry(topic(index)).or_default() += 1;
        let replica =
            known.replicas.entry(topic(index)).or_insert_with(|| Replica::new(kind_of(&topic(index)).unwrap().class));
        let since = replica.position().map(|at| format!(r#","since":"{at}""#)).unwrap_or_default();
        let pace = pace_ms.map(|ms| format!(r#","pace_ms":{ms}"#)).unwrap_or_default();
        let wanted = format!(r#"{{"topic":"{}"{since}{pace}}}"#, TOPICS[index]);
        self.say(client, Opcode::Text, &format!(r#"{{"type":"subscribe","id":1,"topics":[{wanted}]}}"#));
    }

    fn say(&mut self, client: usize, opcode: Opcode, text: &str) {
        let Some(client) = self.clients.get(client) else { return };
        let mut frame = Vec::new();
        push_masked(&mut frame, opcode, false, text.as_bytes(), [1, 2, 3, 4]);
        client.socket.wire(|wire| wire.to_server.extend(frame));
        self.shard.ready(client.index, true, false, false, Moment::from_ms(self.now));
    }

    fn take(&mut self, client: usize, bytes: usize) {
        let Some(client) = self.clients.get(client) else { return };
        client.socket.wire(|wire| wire.room += bytes);
        self.shard.ready(client.index, false, bytes > 0, false, Moment::from_ms(self.now));
    }

    fn leave(&mut self, client: usize) {
        if client < self.clients.len() {
            let client = self.clients.remove(client);
            client.socket.wire(|wire| wire.gone = true);
            self.shard.ready(client.index, true, true, true, Moment::from_ms(self.now));
        }
    }

    /// What the shard's thread does, until nothing is left to do.
    fn run(&mut self) {
        let now = Moment::from_ms(self.now);
        for _ in 0..100 {
            self.shard.read_letters(now, &mut |_, _| Ok(()));
            self.shard.pass_time(now);
            if self.shard.idle(now) != Some(Duration::ZERO) {
                return;
            }
        }
        panic!("the shard never rests");
    }

    /// What must hold at every moment.
    fn check(&mut self) {
        let World { clients, history, .. } = self;
        clients.iter_mut().for_each(|client| client.hear(history));
        let shard = &self.shard;
        for client in &self.clients {
            let blocked = shard.clients[client.index].blocked.is_some();
            for (topic, replica) in client.replicas.iter().filter(|_| !blocked && !client.may_repeat) {
                let head = self.hub.with(topic, TopicState::head);
                assert_eq!(replica.position(), head.as_ref(), "who takes everything has everything of {topic}");
            }
        }
        let logged: usize = shard.cohorts.iter().map(|(_, cohort)| cohort.log_bytes()).sum();
        assert_eq!(logged, shard.log_bytes, "every byte in a log is counted");
        assert!(shard.cohorts.iter().all(|(_, cohort)| cohort.members() > 0), "nobody's cohort is forgotten");
        assert_eq!(shard.by_key.len(), shard.cohorts.len());
        let mut members = 0;
        for (index, client) in &shard.clients {
            if let Place::In(at) = client.place {
                members += 1;
                let lane = shard.cohorts[at.cohort].lane(at.encoding);
                assert_eq!(lane.members[at.slot], index, "it knows its place");
                assert_eq!(lane.blocked.contains(&index), client.blocked.is_some());
                assert!(client.blocked.is_some() || at.cursor == lane.log.end(), "who can take everything has it");
                assert!(lane.log.len() <= LANE_BYTES, "{} bytes are kept", lane.log.len());
            }
        }
        assert_eq!(members, shard.cohorts.iter().map(|(_, cohort)| cohort.members()).sum::<usize>());
    }

    /// Everyone takes everything.
    fn settle(&mut self) {
        for _ in 0..40 {
            (0..self.clients.len()).for_each(|client| self.take(client, 1 << 20));
            self.now += 500;
            self.run();
            self.check();
        }
        for client in &self.clients {
            for (topic, replica) in &client.replicas {
                let head = self.hub.with(topic, |state| state.head()).unwrap();
                let followed = self.shard.clients[client.index].conversation.poll_close().is_none();
                assert!(!followed || !client.follows(topic) || replica.position() == Some(&head), "{topic} at {head}");
            }
        }
    }
}

impl Client {
    /// Takes in what was sent, frame by frame.
    fn hear(&mut self, history: &History) {
        let mut bytes = self.socket.wire(|wire| std::mem::take(&mut wire.to_client));
        // The first byte of a frame says whether it is compressed.
        self.compressed += usize::from(bytes.first().is_some_and(|first| first & 0x40 != 0));
        let Client { reader, inflater, replicas, asked, may_repeat, pongs, heartbeats, .. } = self;
        let outcome = reader.read(&mut bytes, inflater, &mut |incoming| {
            match incoming {
                Incoming::Text(text) => take_in(text, replicas, asked, *may_repeat, heartbeats, history),
                Incoming::Pong(payload) => {
                    assert_eq!(payload, b"there?");
                    *pongs += 1;
                }
                other => panic!("{other:?}"),
            }
            ControlFlow::Continue(())
        });
        outcome.unwrap();
    }

    fn follows(&self, topic: &Topic) -> bool {
        self.replicas[topic].position().is_some()
    }
}

fn take_in(
    text: &str,
    replicas: &mut BTreeMap<Topic, Replica<String>>,
    asked: &mut BTreeMap<Topic, usize>,
    may_repeat: bool,
    heartbeats: &mut usize,
    history: &History,
) {
    let message = ServerMsg::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let topic = match message {
        Some(ServerMsg::Snapshot(snapshot)) => {
            let rows = snapshot.rows.into_iter().map(|(key, row)| (key, row.get().to_owned())).collect();
            let Some(replica) = replicas.get_mut(&snapshot.topic) else { return };
            replica.reset(Position { epoch: snapshot.epoch, seq: snapshot.seq }, rows);
            snapshot.topic
        }
        Some(ServerMsg::Update(update)) => {
            let mut change = Change::new();
            update.del.into_iter().for_each(|key| change.del(key));
            update.set.into_iter().for_each(|(key, row)| change.set(key, row.get().to_owned()));
            let Some(replica) = replicas.get_mut(&update.topic) else { return };
            let verdict = replica.update(&update.epoch, update.prev, update.seq, change);
            let fits = verdict == Verdict::Apply || (may_repeat && verdict == Verdict::Duplicate);
            let old = asked.get(&update.topic).is_some_and(|asked| *asked > 0);
            if verdict != Verdict::Apply && (old || may_repeat) && replica.position().is_none() {
                return;
            }
            assert!(fits || old, "{verdict:?} for {} at {:?}: {text}", update.topic, replica.position());
            update.topic
        }
        Some(ServerMsg::Heartbeat(heartbeat)) => {
            *heartbeats += 1;
            for (topic, head) in heartbeat.heads {
                let Some(position) = replicas.get(&topic).and_then(Replica::position) else { continue };
                assert!(position.epoch == head.epoch && position.seq >= head.seq, "{topic} {head} before it was sent");
            }
            return;
        }
        Some(ServerMsg::Subscribed(subscribed)) => {
            for subscribed in subscribed.topics {
                *asked.get_mut(&subscribed.topic).expect("it was asked for") -= 1;
            }
            return;
        }
        _ => return,
    };
    let replica = &replicas[&topic];
    let Some(position) = replica.position().map(Position::to_string) else { return };
    let rows: BTreeMap<_, _> = replica.rows().iter().map(|(k, r)| (k.to_string(), r.clone())).collect();
    assert_eq!(Some(&rows), history.get(&(topic.clone(), position.clone())), "{topic} at {position}");
}

/// A conversation with a defect.
struct Broken;

impl Conversation for Broken {
    fn handle_text(&mut self, _now: Moment, _wall: Timestamp, text: &str) {
        panic!("nobody was prepared for {text}");
    }

    fn handle_binary(&mut self, _bytes: &[u8]) {}

    fn handle_drain(&mut self, _retry_ms: u64) {}

    fn poll_frame(&mut self, _now: Moment, _around: &Around<'_>) -> Option<Outgoing> {
        None
    }

    fn poll_close(&self) -> Option<CloseCode> {
        None
    }
}

#[test]
fn a_connection_that_is_up_to_date_is_small() {
    let session = size_of::<Session>();
    let client = size_of::<super::Client<mio::net::TcpStream>>();
    println!("{client} + {session} bytes");
    assert!(client + session <= 640, "{client} + {session} bytes");
}

#[test]
fn a_defect_ends_one_connection_and_the_others_go_on() {
    let mut world = World::new(100);
    world.join(7, Deflate::Window, None, 1 << 20);
    let socket = world.join_broken();
    let index = world.shard.clients.len() - 1;
    let mut frame = Vec::new();
    push_masked(&mut frame, Opcode::Text, false, b"boo", [1, 2, 3, 4]);
    socket.wire(|wire| wire.to_server.extend(frame));
    world.shard.ready(index, true, false, false, Moment::from_ms(0));
    assert!(!world.shard.clients.contains(index), "it is gone");
    world.step(&Op::Change(0, vec![1, 2]));
    world.settle();
    assert_eq!(world.shard.clients.len(), 1);
}

#[test]
fn what_follows_the_same_is_compressed_once_and_small() {
    let mut world = World::new(100);
    (0..10).for_each(|_| world.join(7, Deflate::Window, None, 1 << 20));
    for n in 0..200 {
        world.step(&Op::Change(n % 3, vec![1, 2]));
        world.check();
    }
    let cohort = &world.shard.cohorts.iter().next().expect("there is one").1;
    assert_eq!(cohort.lane(super::lane::Encoding::Window).members.len(), 10, "all share the window");
    assert_eq!(world.shard.cohorts.len(), 1);
}

#[test]
fn who_comes_to_a_shared_window_gets_everything_before_and_after_it_joins() {
    let mut world = World::new(100);
    (0..8).for_each(|_| world.join(7, Deflate::Window, None, 1 << 20));
    world.step(&Op::Burst(vec![1, 2]));
    world.check();
    for _ in 0..4 {
        world.join(7, Deflate::Window, None, 1 << 20);
        for n in 0..5 {
            world.step(&Op::Burst(vec![n, n + 1]));
            world.check();
        }
    }
}

#[test]
fn nothing_is_compressed_for_who_cannot_look_back_so_far() {
    let mut world = World::new(100);
    let offers = [Deflate::SmallWindow, Deflate::None, Deflate::Window];
    offers.into_iter().for_each(|deflate| world.join(7, deflate, None, 1 << 20));
    for n in 0..20 {
        world.step(&Op::Burst(vec![n]));
        world.check();
    }
    let compressed: Vec<bool> = world.clients.iter().map(|client| client.compressed > 0).collect();
    assert_eq!(compressed, [false, false, true]);
}

#[test]
fn who_takes_nothing_for_too_long_is_closed() {
    let mut world = World::new(100);
    world.join(7, Deflate::None, None, 300);
    world.step(&Op::Change(0, vec![7]));
    world.step(&Op::Wait(599_000));
    assert_eq!(world.shard.clients.len(), 1, "not yet");
    world.step(&Op::Wait(2_000));
    world.step(&Op::Wait(3_000));
    assert_eq!(world.shard.clients.len(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_client_of_a_shard_is_a_replica(
        cohorts in prop_oneof![3 => Just(100_usize), 1 => 0_usize..3],
        ops in prop::collection::vec(op(), 1..150),
    ) {
        let mut world = World::new(cohorts);
        for op in &ops {
            world.step(op);
            world.check();
        }
        world.settle();
    }
}
