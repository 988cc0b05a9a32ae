//! Who signs in while it is connected goes on where it was; whose token ends is told so and gets nothing
//! more, wherever it stood.

use std::ops::ControlFlow;
use std::sync::Arc;

use shared::units::Timestamp;

use super::wire::Deflate;
use super::world::{Op, World};
use crate::fanout::frame::Incoming;
use crate::fanout::shard::client::ClientId;
use crate::fanout::shard::mailbox::Letter;
use crate::session::Identity;

/// A user whose token holds, or one that ran out long ago.
fn user(holds: bool) -> Arc<Identity> {
    let expires = (!holds).then(|| Timestamp::from_ms(0));
    Arc::new(Identity { user: "42".parse().unwrap(), name: "ana".into(), operator: false, token: None, expires })
}

/// What a client is sent from now on: texts, and the code of the close.
fn heard(world: &mut World, client: usize) -> (Vec<String>, Option<u16>) {
    let client = &mut world.clients[client];
    let mut bytes = client.socket.wire(|wire| std::mem::take(&mut wire.to_client));
    let (mut texts, mut close) = (Vec::new(), None);
    let outcome = client.reader.read(&mut bytes, &mut client.inflater, &mut |incoming| {
        assert_eq!(close, None, "nothing comes behind the goodbye");
        match incoming {
            Incoming::Text(text) => texts.push(text.to_owned()),
            Incoming::Close(said) => close = said.map(|(code, _)| code),
            other => panic!("{other:?}"),
        }
        ControlFlow::Continue(())
    });
    outcome.unwrap();
    (texts, close)
}

#[test]
fn whose_token_ends_is_told_so_and_gets_nothing_more() {
    for deflate in [Deflate::None, Deflate::Window, Deflate::NoContext] {
        let mut world = World::new(100);
        (0..9).for_each(|_| world.join(7, deflate, None, 1 << 20));
        (0..5).for_each(|n| world.step(&Op::Burst(vec![n])));
        world.check();
        let index = world.clients[0].index;
        world.shard.clients[index].guest.identity = Some(user(false));
        world.shard.clients[world.clients[1].index].guest.identity = Some(user(true));
        world.post_letter(Letter::SignInsChanged);
        world.step(&Op::Burst(vec![1, 2]));
        let (texts, close) = heard(&mut world, 0);
        assert_eq!((texts.len(), close), (1, Some(4501)), "{deflate:?}: {texts:?}");
        assert!(texts[0].contains("NX-401"), "{texts:?}");
        world.clients.remove(0);
        world.step(&Op::Wait(3_000));
        assert!(!world.shard.clients.contains(index), "who does not answer is let go");
        world.settle();
        assert_eq!(world.shard.clients.len(), 8, "all others stay");
    }
}

#[test]
fn whose_token_ends_in_the_middle_of_a_frame_gets_the_rest_of_it_and_the_goodbye() {
    for room in [100, 2_000, 5_000] {
        let mut world = World::new(100);
        (0..2).for_each(|_| world.join(7, Deflate::None, None, 1 << 20));
        world.check();
        world.clients[0].socket.wire(|wire| wire.room = room);
        world.change(0, &[7]);
        world.step(&Op::Change(1, vec![1]));
        world.shard.clients[world.clients[0].index].guest.identity = Some(user(false));
        world.post_letter(Letter::SignInsChanged);
        world.step(&Op::Burst(vec![3]));
        world.clients[0].socket.wire(|wire| wire.room = 1 << 20);
        world.step(&Op::Take(0, 1));
        let (texts, close) = heard(&mut world, 0);
        assert_eq!(close, Some(4501), "{texts:?}");
        assert!(texts.len() <= 2, "with {room} bytes of room {} frames came", texts.len());
        world.clients.remove(0);
        world.settle();
    }
}

#[test]
fn who_signs_in_goes_on_where_it_was() {
    for deflate in [Deflate::None, Deflate::Window] {
        let mut world = World::new(100);
        (0..9).for_each(|_| world.join(7, deflate, None, 1 << 20));
        world.step(&Op::Burst(vec![1]));
        world.check();
        let (index, identity) = (world.clients[0].index, user(true));
        let id = ClientId { index, number: world.shard.clients[index].number };
        world.post_letter(Letter::Verified(id, 5, Ok(identity.clone())));
        assert_eq!(world.shard.clients[index].guest.identity, Some(identity));
        (0..5).for_each(|n| world.step(&Op::Burst(vec![n])));
        world.settle();
        // A letter that comes too late is for nobody.
        world.post_letter(Letter::Verified(ClientId { index, number: id.number + 100 }, 5, Ok(user(false))));
        assert_eq!(world.shard.clients.len(), 9);
    }
}

#[test]
fn a_token_that_ended_on_its_way_signs_nobody_in() {
    let mut world = World::new(100);
    world.join(7, Deflate::None, None, 1 << 20);
    world.check();
    let index = world.clients[0].index;
    let id = ClientId { index, number: world.shard.clients[index].number };
    world.post_letter(Letter::Verified(id, 5, Ok(user(false))));
    let (texts, close) = heard(&mut world, 0);
    assert_eq!(close, Some(4501), "{texts:?}");
}
