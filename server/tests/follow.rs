//! A link against a session, with a hand-moved clock: whatever happens in between, the client's
//! rows are those that the server's table had at the client's position.

#[path = "follow/client.rs"]
mod client;
#[path = "follow/server.rs"]
mod server;

use proptest::prelude::*;

use client::Client;
use server::Server;

/// Something that happens.
#[derive(Clone, Debug)]
enum Op {
    /// Rows of topic `n` change: some are put, one is removed.
    Change { topic: usize, keys: Vec<u8>, remove: Option<u8> },
    /// Frames travel to the client.
    Deliver(usize),
    /// The next frame is lost on its way.
    Lose,
    /// The last frame arrives again.
    Repeat,
    /// The connection breaks, with all that is under way.
    Break,
    /// WebSockets can no longer be opened, or can again.
    Block(bool),
    /// The answer to a poll arrives, or does not.
    AnswerPoll(bool),
    /// Time passes.
    Wait(u64),
    /// The server is killed and comes back with what was stored.
    Restart,
    /// The store fails: the topics are numbered anew.
    Renumber,
    /// The tab is hidden or shown.
    Visible(bool),
    /// The pace of a topic changes.
    Pace { topic: usize, pace_ms: Option<u32> },
    /// A topic is left and followed again.
    Leave(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let topic = 0..server::TOPICS.len();
    prop_oneof![
        8 => (topic.clone(), prop::collection::vec(0_u8..40, 0..6), prop::option::of(0_u8..40))
            .prop_map(|(topic, keys, remove)| Op::Change { topic, keys, remove }),
        8 => (0_usize..12).prop_map(Op::Deliver),
        1 => Just(Op::Lose),
        1 => Just(Op::Repeat),
        2 => Just(Op::Break),
        1 => any::<bool>().prop_map(Op::Block),
        3 => any::<bool>().prop_map(Op::AnswerPoll),
        4 => prop_oneof![1_u64..300, 1_000_u64..40_000].prop_map(Op::Wait),
        1 => Just(Op::Restart),
        1 => Just(Op::Renumber),
        1 => any::<bool>().prop_map(Op::Visible),
        1 => (topic.clone(), prop::option::of(0_u32..3_000)).prop_map(|(topic, pace_ms)| Op::Pace { topic, pace_ms }),
        1 => topic.prop_map(Op::Leave),
    ]
}

/// A client and a server, and what is between them.
struct Pair {
    server: Server,
    client: Client,
    now: u64,
    blocked: bool,
}

impl Pair {
    fn new() -> Pair {
        let mut pair = Pair { server: Server::new(), client: Client::new(), now: 0, blocked: false };
        pair.settle();
        pair
    }

    /// Carries out what the client asks for, until it asks for nothing more.
    fn settle(&mut self) {
        while let Some(effect) = self.client.link.poll_effect() {
            self.client.carry_out(effect, &mut self.server, self.blocked, self.now);
        }
        self.client.take_events();
    }

    fn step(&mut self, op: &Op) {
        let now = self.now;
        match op {
            Op::Change { topic, keys, remove } => self.server.change(*topic, keys, *remove),
            Op::Deliver(n) => (0..*n).for_each(|_| {
                self.client.receive(&mut self.server, now);
                self.settle();
            }),
            Op::Lose => {
                let _lost = self.server.next_frame(now);
            }
            Op::Repeat => self.client.receive_again(now),
            Op::Break => self.client.break_off(&mut self.server, now),
            Op::Block(blocked) => self.blocked = *blocked,
            Op::AnswerPoll(well) => self.client.answer_poll(&self.server, *well, now),
            Op::Wait(ms) => self.wait(*ms),
            Op::Restart => {
                self.client.break_off(&mut self.server, now);
                self.server.restart();
            }
            Op::Renumber => self.server.renumber(),
            Op::Visible(visible) => self.client.show(*visible, now),
            Op::Pace { topic, pace_ms } => self.client.follow(*topic, *pace_ms, now),
            Op::Leave(topic) => self.client.leave(*topic, now),
        }
        self.settle();
    }

    /// Lets time pass, waking the client when it asks to be woken.
    fn wait(&mut self, ms: u64) {
        let until = self.now + ms;
        while let Some(at) = self.client.wakes_at().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.client.wake(self.now);
            self.settle();
        }
        self.now = until;
    }

    /// Everything works again, for long enough.
    fn heal(&mut self) {
        self.blocked = false;
        for _ in 0..400 {
            self.wait(500);
            self.client.answer_poll(&self.server, true, self.now);
            while self.client.receive(&mut self.server, self.now) {
                self.settle();
            }
            self.settle();
        }
    }

    /// What must hold at every moment.
    fn check(&self) {
        for (topic, position, rows) in self.client.replicas() {
            let truth = self.server.at(topic, position);
            assert_eq!(Some(rows), truth, "{topic} at {position}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_replica_at_a_position_is_the_table_at_that_position(ops in prop::collection::vec(op(), 1..120)) {
        let mut pair = Pair::new();
        for op in &ops {
            pair.step(op);
            pair.check();
        }
        pair.heal();
        pair.check();
        for topic in 0..server::TOPICS.len() {
            prop_assert_eq!(pair.client.position(topic), Some(pair.server.head(topic)));
        }
    }
}

#[test]
fn after_a_restart_clients_resume_without_a_snapshot() {
    let mut pair = Pair::new();
    let change = |keys: &[u8]| Op::Change { topic: 0, keys: keys.to_vec(), remove: None };
    for op in [change(&[1, 2]), Op::Deliver(20), change(&[3]), Op::Deliver(20)] {
        pair.step(&op);
    }
    let snapshots = pair.client.snapshots;
    pair.step(&Op::Restart);
    pair.step(&change(&[2, 9]));
    pair.heal();
    pair.check();
    assert_eq!(pair.client.position(0), Some(pair.server.head(0)));
    assert_eq!(pair.client.snapshots, snapshots);
}

#[test]
fn polling_and_websocket_continue_each_other() {
    let mut pair = Pair::new();
    let change = |key: u8| Op::Change { topic: 0, keys: vec![key], remove: None };
    for op in [change(1), Op::Deliver(20), Op::Block(true), Op::Break, Op::Wait(20_000), change(2)] {
        pair.step(&op);
    }
    let snapshots = pair.client.snapshots;
    pair.step(&Op::AnswerPoll(true));
    assert_eq!(pair.client.position(0), Some(pair.server.head(0)), "by polling");
    pair.step(&Op::Block(false));
    pair.step(&change(3));
    pair.heal();
    pair.check();
    assert_eq!(pair.client.position(0), Some(pair.server.head(0)), "by WebSocket again");
    assert_eq!(pair.client.snapshots, snapshots);
}

#[test]
fn a_reader_that_fell_behind_gets_one_merged_update() {
    let mut pair = Pair::new();
    pair.step(&Op::Change { topic: 0, keys: vec![1], remove: None });
    pair.step(&Op::Deliver(20));
    for n in 0..200 {
        pair.step(&Op::Change { topic: 0, keys: vec![n % 7], remove: None });
    }
    let before = pair.client.updates;
    pair.step(&Op::Deliver(20));
    pair.check();
    assert_eq!(pair.client.position(0), Some(pair.server.head(0)));
    assert_eq!(pair.client.updates, before + 1);
}
