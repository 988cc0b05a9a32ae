//! The entrances of a server: where each is, what it shows, and what is said there.

use std::fmt;

use serde_json::json;
use shared::domain::darkpool::DarkPoolTopic;
use shared::domain::odds::OddsTopic;
use shared::stream::Topic;

use super::options::{Family, Wanted};

/// Which entrance is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `undercurrent.v1`: positions and subscriptions.
    V1,
    /// No subprotocol: the dark-pool door.
    DarkPool,
    /// `/odds` behind the path: the odds door, with boards as its rooms.
    Odds,
    /// `/sportsbooks` behind the path: the sportsbook door, with boards as the sports of its filter.
    Sportsbooks,
}

impl Door {
    /// All of them.
    pub const ALL: [Door; 4] = [Door::V1, Door::DarkPool, Door::Odds, Door::Sportsbooks];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Door::V1 => "v1",
            Door::DarkPool => "darkpool",
            Door::Odds => "odds",
            Door::Sportsbooks => "sportsbooks",
        }
    }

    /// The door of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Door> {
        Door::ALL.into_iter().find(|door| door.name() == name)
    }

    /// Where it is, on a server whose WebSocket is at `path`.
    #[must_use]
    pub fn path(self, path: &str) -> String {
        match self {
            Door::Odds | Door::Sportsbooks if path.ends_with("/ws") => format!("{path}/{}", self.name()),
            Door::V1 | Door::DarkPool | Door::Odds | Door::Sportsbooks => path.to_owned(),
        }
    }

    /// What is followed unless something else is said.
    #[must_use]
    pub fn usual(self) -> Vec<Wanted> {
        match self {
            Door::V1 => [DarkPoolTopic::Top, DarkPoolTopic::Tape].map(|topic| Wanted::Topic(topic.topic())).into(),
            Door::DarkPool => vec![Wanted::Topic(DarkPoolTopic::Sentiment.topic())],
            Door::Odds | Door::Sportsbooks => vec![Wanted::Each(Family::Boards)],
        }
    }

    /// Whether it shows what is wanted, so that it can be checked.
    #[must_use]
    pub fn shows(self, wanted: &Wanted) -> bool {
        match (self, wanted) {
            (Door::V1, _) => true,
            (Door::DarkPool, Wanted::Topic(topic)) => *topic == DarkPoolTopic::Sentiment.topic(),
            (Door::DarkPool, Wanted::Each(_)) => false,
            (Door::Odds | Door::Sportsbooks, Wanted::Topic(topic)) => sport(topic).is_some(),
            (Door::Odds | Door::Sportsbooks, Wanted::Each(family)) => *family == Family::Boards,
        }
    }

    /// Whether it tells no more often than it likes, without being asked to. See [`Follow::paced`].
    ///
    /// [`Follow::paced`]: super::hearing::Follow::paced
    #[must_use]
    pub fn has_a_pace(self) -> bool {
        self == Door::Sportsbooks
    }

    /// What a client says first, if the door has to be told what it follows. v1 is told with positions.
    #[must_use]
    pub fn greeting<'a>(self, topics: impl Iterator<Item = &'a Topic>) -> Option<String> {
        let boards = || topics.filter_map(sport).collect::<Vec<_>>();
        match self {
            Door::V1 | Door::DarkPool => None,
            Door::Odds => Some(json!({"type": "join", "payload": {"rooms": boards()}}).to_string()),
            Door::Sportsbooks => Some(json!({"type": "subscribe", "payload": {"sports": boards()}}).to_string()),
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The sport whose board a topic is.
fn sport(topic: &Topic) -> Option<String> {
    match OddsTopic::parse(topic)? {
        OddsTopic::Board(sport) => Some(sport.as_str().to_owned()),
        OddsTopic::Sports | OddsTopic::Event(_) | OddsTopic::Books | OddsTopic::Arbs | OddsTopic::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_behind_the_path_of_the_websocket() {
        for (door, path, expected) in [
            (Door::V1, "/ws", "/ws"),
            (Door::DarkPool, "/ws", "/ws"),
            (Door::Odds, "/ws", "/ws/odds"),
            (Door::Sportsbooks, "/live/ws", "/live/ws/sportsbooks"),
            (Door::Odds, "/elsewhere", "/elsewhere"),
        ] {
            assert_eq!(door.path(path), expected);
            assert_eq!(Door::named(door.name()), Some(door));
        }
    }

    #[test]
    fn each_door_shows_what_is_usual_there_and_not_everything() {
        for door in Door::ALL {
            assert!(door.usual().iter().all(|wanted| door.shows(wanted)), "{door}");
        }
        for (door, wanted) in
            [(Door::DarkPool, "darkpool/tape"), (Door::Odds, "odds/arbs"), (Door::Sportsbooks, "darkpool/ticker/*")]
        {
            assert!(!door.shows(&wanted.parse().unwrap()), "{door} {wanted}");
        }
    }

    #[test]
    fn doors_with_boards_are_told_which() {
        let topics: [Topic; 2] = ["odds/board/soccer_epl", "odds/board/basketball_nba"].map(|t| t.parse().unwrap());
        assert_eq!(Door::V1.greeting(topics.iter()), None);
        let joins = r#"{"payload":{"rooms":["soccer_epl","basketball_nba"]},"type":"join"}"#;
        assert_eq!(Door::Odds.greeting(topics.iter()).as_deref(), Some(joins));
        let subscribes = r#"{"payload":{"sports":["soccer_epl","basketball_nba"]},"type":"subscribe"}"#;
        assert_eq!(Door::Sportsbooks.greeting(topics.iter()).as_deref(), Some(subscribes));
    }
}
