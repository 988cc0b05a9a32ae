//! A shard with its topics and clients, and a clock that the test moves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use shared::domain::kind_of;
use shared::stream::{Change, Epoch, Replica, Topic};
use shared::units::{Moment, Timestamp};
use tokio::sync::watch;

use super::client::{Client, History};
use super::wire::{Deflate, Socket};
use crate::access::Access;
use crate::fanout::frame::{Agreed, Inflater, Opcode, Policy, Reader, Role, negotiate, push_masked};
use crate::fanout::shard::batch::OneByOne;
use crate::fanout::shard::mailbox::{Letter, Mailbox};
use crate::fanout::shard::{Arrival, Guest, Limits, Place, Shard};
use crate::fanout::{Drain, Shared};
use crate::feed::Sources;
use crate::hub::{Hub, Pressure, TopicState};
use crate::observe::{Metrics, Transport};
use crate::session::{Conversation, Session, Settings};

pub const TOPICS: [&str; 3] = ["darkpool/sentiment", "darkpool/tape", "darkpool/top"];
const WINDOW_BITS: u8 = 10;
const LANE_BYTES: usize = 700;

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Op {
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
    /// A client is gone, and the shard finds out when it writes.
    Vanish(usize),
    Wait(u64),
    Renumber(usize),
}

pub struct World {
    hub: Arc<Hub>,
    shared: Arc<Shared>,
    mailbox: Arc<Mailbox<Socket>>,
    pub shard: Shard<Socket>,
    pub clients: Vec<Client>,
    history: History,
    counter: u64,
    now: u64,
    _stop: watch::Sender<bool>,
}

fn topic(index: usize) -> Topic {
    TOPICS[index].parse().unwrap()
}

impl World {
    pub fn new(cohorts: usize) -> World {
        let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
        let pressure = Arc::new(Pressure::new(Duration::from_millis(20), 1));
        let (stop, stopped) = watch::channel(false);
        let drain = Drain { stop: stopped, retry: Duration::ZERO, spread: Duration::ZERO };
        let progress = Duration::from_secs(600);
        let access = Arc::new(Access::new(None, metrics.clone()));
        let shared = Shared::new(hub.clone(), Sources::default(), access, metrics, pressure, progress, drain);
        let mailbox = Mailbox::new(|| {});
        let (ask_after, gone_after) = (Duration::from_secs(60), Duration::from_secs(300));
        let limits = Limits { ask_after, gone_after, progress, lane_bytes: LANE_BYTES, all_bytes: 1 << 20, cohorts };
        let errands = Box::new(|_, _| panic!("every topic is there"));
        let now = Moment::from_ms(0);
        let shard =
            Shard::new(shared.clone(), mailbox.clone(), limits, (6, WINDOW_BITS), errands, Box::new(OneByOne), now);
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

    pub fn step(&mut self, op: &Op) {
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
                self.say(*client, Opcode::Text, r#"{"type":"dance-as-nobody-can","id":9,"name":"nobody"}"#);
            }
            Op::Ping(client) => self.say(*client, Opcode::Ping, "there?"),
            Op::Take(client, bytes) => self.take(*client, *bytes),
            Op::Leave(client) => self.leave(*client),
            Op::Vanish(client) if *client < self.clients.len() => {
                self.clients.remove(*client).socket.wire(|wire| wire.gone = true);
            }
            Op::Vanish(_) => {}
            Op::Wait(ms) => self.now += ms,
            Op::Renumber(index) => {
                let epoch = self.epoch();
                self.hub.alter(&topic(*index), |state| state.renumber(epoch));
                self.remember(*index);
            }
        }
        self.run();
    }

    pub fn change(&mut self, index: usize, keys: &[u8]) {
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

    pub fn post(&mut self, socket: Socket, deflate: Option<Agreed>, conversation: Box<dyn Conversation>) -> usize {
        let index = self.shard.clients.vacant_key();
        self.mailbox.post(Letter::Arrived(Box::new(Arrival {
            socket,
            read: bytes::Bytes::new(),
            conversation,
            deflate,
            transport: Transport::WebSocket,
            present: self.shared.enter(),
            guest: Box::new(Guest { address: [127, 0, 0, 1].into(), identity: None, guard: Box::new(()) }),
            message_bytes: 1 << 16,
        })));
        self.run();
        index
    }

    pub fn join(&mut self, topics: u8, deflate: Deflate, pace_ms: Option<u32>, room: usize) {
        let socket = Socket::default();
        socket.wire(|wire| wire.room = room);
        let (agreed, _) = negotiate(deflate.offer().into_iter(), Policy { window_bits: WINDOW_BITS }).unzip();
        let s = Duration::from_secs;
        let settings =
            Settings { messages_per_s: 0, burst: 0, topics: 8, heartbeat: s(10), subscribe_within: s(1_000) };
        let session = Session::new(settings, "c", None, Moment::from_ms(self.now), Timestamp::default());
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
            pings: 0,
            deaf: false,
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

    pub fn post_letter(&mut self, letter: Letter<Socket>) {
        self.mailbox.post(letter);
        self.run();
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
    pub fn check(&mut self) {
        let World { clients, history, .. } = self;
        clients.iter_mut().for_each(|client| client.hear(history));
        for client in 0..self.clients.len() {
            let pings = std::mem::take(&mut self.clients[client].pings);
            (0..pings).for_each(|_| self.say(client, Opcode::Pong, ""));
        }
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
    pub fn settle(&mut self) {
        for _ in 0..40 {
            (0..self.clients.len()).for_each(|client| self.take(client, 1 << 20));
            self.now += 500;
            self.run();
            self.check();
        }
        for client in &self.clients {
            for (topic, replica) in &client.replicas {
                let head = self.hub.with(topic, TopicState::head).unwrap();
                let followed = self.shard.clients[client.index].conversation.poll_close().is_none();
                assert!(!followed || !client.follows(topic) || replica.position() == Some(&head), "{topic} at {head}");
            }
        }
    }
}
