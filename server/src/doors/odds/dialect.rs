//! The language of the odds door.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use shared::domain::odds::OddsTopic;
use shared::stream::Topic;
use shared::units::Moment;
use shared::wire::Mode;

use super::messages::{DoorMsg, Event, MarketView};
use crate::doors::names::{boards, tell_sports};
use crate::hub::{Frame, Frames, Next, Reader, Start, TopicState};
use crate::session::{Around, Dialect};

/// In which language the frames of a board are: one for all rooms.
const NAME: &str = "odds";

/// See the [module](self).
pub struct Odds {
    name: Arc<str>,
}

impl Odds {
    /// Which topics are followed makes all the difference there is.
    pub fn new() -> Arc<Odds> {
        Arc::new(Odds { name: NAME.into() })
    }

    fn events(&self, board: &TopicState, room: &str, from: Start) -> (Frames, Mode) {
        if let Start::Seq(at) = from
            && let Some(changed) = board.changed_since(at)
        {
            let events: BTreeSet<&str> = changed.into_keys().map(|key| event_of(key)).collect();
            let frame = || encode(board, room, false, &events);
            return (board.cached(Some(&self.name), Some(at), frame).into(), Mode::Live);
        }
        let events: BTreeSet<&str> = board.rows().keys().map(|key| event_of(key)).collect();
        let frame = || encode(board, room, true, &events);
        (board.cached(Some(&self.name), None, frame).into(), Mode::Snapshot)
    }
}

/// A market's id begins with its event's.
fn event_of(market: &str) -> &str {
    market.split_once(':').map_or(market, |(event, _)| event)
}

fn encode(board: &TopicState, room: &str, full: bool, events: &BTreeSet<&str>) -> Frame {
    let mut markets: BTreeMap<&str, Vec<Arc<MarketView>>> = BTreeMap::new();
    for event in events {
        let rows = board.rows().range::<str, _>((Bound::Included(*event), Bound::Unbounded)).map(|(key, _)| key);
        let own = rows.take_while(|key| key.starts_with(event)).filter(|key| event_of(key) == *event);
        markets.insert(event, own.filter_map(|key| board.view(key, MarketView::of)).collect());
    }
    let (some, none): (Vec<_>, Vec<_>) = markets.iter().partition(|(_, markets)| !markets.is_empty());
    let message = DoorMsg::OddsUpdate {
        room,
        full,
        events: some.into_iter().filter_map(|(_, markets)| Event::of(markets.iter().map(|m| &**m))).collect(),
        removed: &none.into_iter().map(|(event, _)| *event).collect::<Vec<_>>(),
        timestamp: board.head_ts(),
    };
    message.encode()
}

impl Dialect for Odds {
    fn name(&self) -> &str {
        &self.name
    }

    fn tell(&self, reader: &mut Reader, topic: &TopicState, now: Moment) -> Next {
        match OddsTopic::parse(topic.topic()) {
            // Who follows the sports is in the room of all of them.
            Some(OddsTopic::Sports) => tell_sports(reader, topic, |sports| boards(sports, |_| true)),
            Some(OddsTopic::Board(sport)) => {
                reader.next_in(topic, now, |from| Some(self.events(topic, sport.as_str(), from)))
            }
            Some(OddsTopic::Event(_) | OddsTopic::Books | OddsTopic::Arbs | OddsTopic::Closed) | None => Next::Nothing,
        }
    }

    fn heartbeat(&self, _told: &[(Topic, Reader)], around: &Around<'_>) -> Frame {
        DoorMsg::Heartbeat { timestamp: around.wall, clients: around.clients }.encode()
    }
}
