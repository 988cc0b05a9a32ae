//! A shard with sockets made of memory: whatever clients do and however slowly they read, each one's
//! rows are those that the table had at its position, and none gets a frame that does not continue
//! what it has.

mod client;
mod doors;
mod sign_in;
mod wire;
mod world;

use proptest::prelude::*;
use shared::units::{Moment, Timestamp};
use shared::wire::CloseCode;

use self::wire::{Deflate, Socket};
use self::world::{Op, TOPICS, World};
use crate::fanout::frame::{Opcode, push_close, push_masked};
use crate::session::{Around, Conversation, Outgoing, Session};

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
        1 => client.clone().prop_map(Op::Leave),
        2 => client.prop_map(Op::Vanish),
        4 => prop_oneof![1_u64..300, 1_000_u64..20_000].prop_map(Op::Wait),
        1 => topic.prop_map(Op::Renumber),
    ]
}

/// A conversation that says nothing, and may have a defect.
struct Mute {
    breaks: bool,
}

impl Conversation for Mute {
    fn handle_text(&mut self, _now: Moment, _wall: Timestamp, text: &str) {
        assert!(!self.breaks, "nobody was prepared for {text}");
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
    let client = size_of::<crate::fanout::shard::Client<mio::net::TcpStream>>();
    println!("{client} + {session} bytes");
    assert!(client + session <= 640, "{client} + {session} bytes");
}

#[test]
fn a_defect_ends_one_connection_and_the_others_go_on() {
    let mut world = World::new(100);
    world.join(7, Deflate::Window, None, 1 << 20);
    let socket = Socket::default();
    world.post(socket.clone(), None, Box::new(Mute { breaks: true }));
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
    assert_eq!(cohort.lane(crate::fanout::shard::lane::Encoding::Window).members.len(), 10, "all share the window");
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
fn a_cohort_may_end_while_someone_is_about_to_join_it() {
    let mut world = World::new(100);
    world.join(1, Deflate::None, None, 1 << 20);
    world.join(0, Deflate::None, None, 1 << 20);
    world.step(&Op::Vanish(0));
    // The shard learns of both at once: the topic changed, and the second client wants to follow it.
    world.change(0, &[1]);
    world.step(&Op::Subscribe(0, 0));
    world.settle();
    assert_eq!(world.shard.clients.len(), 1);
}

#[test]
fn who_vanished_without_a_word_is_asked_and_then_closed() {
    let mut world = World::new(100);
    world.join(1, Deflate::None, None, 1 << 20);
    world.join(1, Deflate::None, None, 1 << 20);
    world.clients[1].deaf = true;
    for _ in 0..59 {
        world.step(&Op::Wait(5_000));
        world.check();
    }
    assert_eq!(world.shard.clients.len(), 2, "it may still answer");
    world.step(&Op::Wait(10_000));
    let gone = world.clients.remove(1);
    world.step(&Op::Wait(10_000));
    world.settle();
    assert_eq!(world.shard.clients.len(), 1, "who answers stays");
    assert!(!world.shard.clients.contains(gone.index));
}

#[test]
fn who_asks_more_than_it_hears_is_told_why_it_is_closed() {
    let mut world = World::new(100);
    let socket = Socket::default();
    world.post(socket.clone(), None, Box::new(Mute { breaks: false }));
    let index = world.shard.clients.len() - 1;
    // The first answer finds the socket full, and all others wait behind it.
    let mut pings = Vec::new();
    (0..200).for_each(|_| push_masked(&mut pings, Opcode::Ping, false, &[b'?'; 125], [1, 2, 3, 4]));
    socket.wire(|wire| wire.to_server.extend(pings));
    world.shard.ready(index, true, false, false, Moment::from_ms(0));
    socket.wire(|wire| wire.room = 1 << 20);
    world.shard.ready(index, false, true, false, Moment::from_ms(0));
    let sent = socket.wire(|wire| wire.to_client.clone());
    let mut goodbye = Vec::new();
    push_close(&mut goodbye, CloseCode::Rate.number(), CloseCode::Rate.reason());
    assert!(sent.ends_with(&goodbye), "{} bytes, the last {:?}", sent.len(), &sent[sent.len().saturating_sub(60)..]);
    assert!((16 * 1024..20 * 1024).contains(&sent.len()), "{} bytes", sent.len());
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
