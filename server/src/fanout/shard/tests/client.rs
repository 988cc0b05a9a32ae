//! A client: its replicas, and what each frame must be to them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use shared::stream::{Change, Position, Replica, Topic, Verdict};
use shared::wire::ServerMsg;

use super::wire::Socket;
use crate::fanout::frame::{Incoming, Inflater, Reader};

/// The rows of each topic at each position it ever had.
pub type History = BTreeMap<(Topic, String), BTreeMap<String, String>>;

pub struct Client {
    pub socket: Socket,
    pub index: usize,
    pub reader: Reader,
    pub inflater: Inflater,
    pub replicas: BTreeMap<Topic, Replica<String>>,
    /// Subscriptions that were not answered yet: what comes before belongs to older ones.
    pub asked: BTreeMap<Topic, usize>,
    /// A frame may come twice only where a pace lets a cohort lag behind a client, or where a client
    /// asked again while something was on its way to it.
    pub may_repeat: bool,
    pub pongs: usize,
    /// Questions that were not answered yet.
    pub pings: usize,
    /// It answers none.
    pub deaf: bool,
    pub heartbeats: usize,
    pub compressed: usize,
}

impl Client {
    /// Takes in what was sent, frame by frame.
    pub fn hear(&mut self, history: &History) {
        let mut bytes = self.socket.wire(|wire| std::mem::take(&mut wire.to_client));
        // The first byte of a frame says whether it is compressed.
        self.compressed += usize::from(bytes.first().is_some_and(|first| first & 0x40 != 0));
        let Client { reader, inflater, replicas, asked, may_repeat, pongs, pings, deaf, heartbeats, .. } = self;
        let outcome = reader.read(&mut bytes, inflater, &mut |incoming| {
            match incoming {
                Incoming::Text(text) => take_in(text, replicas, asked, *may_repeat, heartbeats, history),
                Incoming::Pong(payload) => {
                    assert_eq!(payload, b"there?");
                    *pongs += 1;
                }
                Incoming::Ping(_) if *deaf => {}
                Incoming::Ping(_) => *pings += 1,
                Incoming::Close(Some((4409, _))) if *deaf => {}
                other => panic!("{other:?}"),
            }
            ControlFlow::Continue(())
        });
        outcome.unwrap();
    }

    pub fn follows(&self, topic: &Topic) -> bool {
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
