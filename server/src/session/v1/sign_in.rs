//! `auth`: who a connection belongs to may become known, and change, while it is open.
//!
//! Until it is known whose token was shown, nothing else that the client asks for is carried out, so
//! that an `auth` and the bet behind it may be sent in one go.

use std::sync::Arc;

use serde::Serialize;
use shared::stream::Topic;
use shared::wire::{CloseCode, Code, ErrorMsg, Reply, ServerMsg, Who};

use super::Session;
use crate::domain::Request;
use crate::hub::Frame;
use crate::session::{Ask, Denied, Identity};

/// The reply to `auth`.
#[derive(Serialize)]
struct SignedIn {
    #[serde(flatten)]
    who: Who,
    /// What is followed no more, because it belongs to whom the client was before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unfollowed: Vec<Topic>,
}

impl Session {
    /// The next request, in the name of whom the client is now.
    pub(super) fn next_ask(&mut self) -> Option<Ask> {
        if self.verifying {
            return None;
        }
        let mut ask = self.asks.pop_front()?;
        match &mut ask {
            Ask::Command(_, request) => self.sign(request),
            Ask::Verify(..) => self.verifying = true,
            Ask::Open(_) | Ask::Drop(_) => {}
        }
        Some(ask)
    }

    fn sign(&self, request: &mut Request) {
        let identity = self.identity.as_ref();
        request.user = identity.map(|identity| identity.user.clone());
        request.operator = identity.is_some_and(|identity| identity.operator);
    }

    /// Whoever was wrong stays who they were.
    pub(super) fn verified(&mut self, id: u64, outcome: Result<Arc<Identity>, Denied>) {
        self.verifying = false;
        match outcome {
            Ok(identity) => {
                let who = identity.who();
                self.identity = Some(identity);
                let signed_in = SignedIn { who, unfollowed: self.leave_foreign() };
                let ok = serde_json::value::to_raw_value(&signed_in).expect("it has only string keys");
                self.say(ServerMsg::Reply(Reply { id, ok, at: None }));
            }
            Err(Denied { code, message, retry_after }) => {
                let mut error = ErrorMsg::new(Some(id), code, message);
                error.retry_after_ms = retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
                self.say(ServerMsg::Error(error));
            }
        }
    }

    /// Leaves the topics that the client may read no more.
    fn leave_foreign(&mut self) -> Vec<Topic> {
        let Some(follower) = &mut self.follower else { return Vec::new() };
        let identity = self.identity.as_ref();
        let topics = follower.readers().iter().map(|(topic, _)| topic);
        let foreign: Vec<Topic> = topics.filter(|t| Identity::may_read(identity, t).is_err()).cloned().collect();
        foreign.iter().for_each(|topic| follower.leave(topic));
        foreign
    }

    /// Nothing that is private may follow; the last word says why.
    pub(super) fn sign_out(&mut self) -> Frame {
        self.identity = None;
        self.close = Some(CloseCode::Token);
        let sentence = "your token was revoked or has expired: sign in again, or come back without it";
        ServerMsg::Error(ErrorMsg::new(None, Code::SignIn, sentence)).to_json().into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use serde_json::{Value, json};
    use shared::domain::kind_of;
    use shared::units::{Moment, Timestamp};

    use super::*;
    use crate::hub::TopicState;
    use crate::session::{Around, Conversation, Presented, Settings};

    const TOPICS: [&str; 3] = ["bets/42", "bets/43", "darkpool/top"];

    /// A session among topics of which two belong to somebody.
    struct Scene {
        session: Session,
        topics: BTreeMap<Topic, TopicState>,
    }

    impl Scene {
        fn of(identity: Option<&str>) -> Scene {
            let settings = Settings {
                messages_per_s: 0,
                burst: 0,
                topics: 8,
                heartbeat: Duration::from_secs(10),
                subscribe_within: Duration::from_secs(10),
            };
            let topic = |name: &str| {
                let topic: Topic = name.parse().unwrap();
                let (kind, epoch) = (kind_of(&topic).unwrap(), "e1".parse().unwrap());
                (topic.clone(), TopicState::new(topic, kind, epoch, 1 << 16, Timestamp::default()))
            };
            let (now, wall) = (Moment::default(), Timestamp::default());
            let session = Session::new(settings, "c", identity.map(user), now, wall);
            let mut scene = Scene { session, topics: TOPICS.map(topic).into() };
            scene.frames();
            scene
        }

        fn say(&mut self, message: &Value) {
            self.session.handle_text(Moment::default(), Timestamp::default(), &message.to_string());
        }

        /// Follows topics as the shard has it done.
        fn follow(&mut self, topics: &[&str]) {
            let topics: Vec<Value> = topics.iter().map(|topic| json!({ "topic": topic })).collect();
            self.say(&json!({"type": "subscribe", "id": 1, "topics": topics}));
            let Some(Ask::Open(wanted)) = self.session.poll_ask() else { panic!("it asks for topics") };
            if self.session.may_open(&wanted) {
                let outcomes = vec![Ok(()); wanted.topics.len()];
                self.session.handle_opened(Moment::default(), &self.topics, wanted, &outcomes);
            }
        }

        fn frames(&mut self) -> Vec<Value> {
            let around = Around {
                topics: &self.topics,
                wall: Timestamp::default(),
                clients: 1,
                flush_ms: None,
                sources: &BTreeMap::new,
            };
            let session = &mut self.session;
            let frames = std::iter::from_fn(|| session.poll_frame(Moment::default(), &around));
            frames.map(|outgoing| serde_json::from_str(outgoing.frames[0].as_str()).unwrap()).collect()
        }

        fn followed(&self) -> Vec<&str> {
            self.session.follower().unwrap().readers().iter().map(|(topic, _)| topic.as_str()).collect()
        }
    }

    fn user(id: &str) -> Arc<Identity> {
        let operator = id == "1";
        Arc::new(Identity { user: id.parse().unwrap(), name: "ana".into(), operator, token: None, expires: None })
    }

    fn denied() -> Denied {
        Denied { code: Code::TooMany, message: "wait".into(), retry_after: Some(Duration::from_secs(6)) }
    }

    fn auth() -> Value {
        json!({"type": "auth", "id": 5, "token": "uc_1"})
    }

    #[test]
    fn only_its_owner_and_operators_follow_what_is_private() {
        for (who, expected) in [
            (None, Err("NX-401")),
            (Some("43"), Err("NX-403")),
            (Some("42"), Ok(vec!["bets/42", "darkpool/top"])),
            (Some("1"), Ok(vec!["bets/42", "darkpool/top"])),
        ] {
            let mut scene = Scene::of(who);
            scene.follow(&["darkpool/top", "bets/42"]);
            let answer = scene.frames().remove(0);
            match expected {
                Ok(topics) => {
                    assert_eq!((&answer["type"], scene.followed()), (&"subscribed".into(), topics), "{who:?}")
                }
                Err(code) => assert_eq!((&answer["code"], scene.followed()), (&code.into(), vec![]), "{who:?}"),
            }
        }
    }

    #[test]
    fn a_bet_that_is_sent_behind_its_token_is_placed_by_the_tokens_user() {
        let mut scene = Scene::of(None);
        scene.say(&auth());
        scene.say(&json!({"type": "command", "id": 6, "name": "place_bet"}));
        assert_eq!(scene.session.poll_ask(), Some(Ask::Verify(5, Presented::new("uc_1"))));
        assert_eq!(scene.session.poll_ask(), None, "it is not known yet who places it");
        scene.session.handle_verified(5, Ok(user("42")));
        let Some(Ask::Command(6, request)) = scene.session.poll_ask() else { panic!("it is placed") };
        assert_eq!((request.user.as_ref().map(|user| user.as_str()), request.operator), (Some("42"), false));
        let reply = scene.frames().remove(0);
        let who = json!({"user": "42", "name": "ana", "operator": false, "expires_ms": null});
        assert_eq!((&reply["type"], &reply["id"], &reply["ok"]), (&"reply".into(), &5.into(), &who));
    }

    #[test]
    fn who_becomes_someone_else_follows_nothing_of_whom_they_were() {
        let mut scene = Scene::of(Some("42"));
        scene.follow(&["bets/42", "darkpool/top"]);
        scene.frames();
        scene.say(&auth());
        scene.session.poll_ask();
        scene.session.handle_verified(5, Ok(user("43")));
        assert_eq!(scene.followed(), ["darkpool/top"]);
        assert_eq!(scene.frames()[0]["ok"]["unfollowed"], json!(["bets/42"]));
        // What was asked for in the other name comes too late.
        let wanted = crate::session::Wanted {
            id: 7,
            topics: vec![serde_json::from_value(json!({"topic": "bets/42"})).unwrap()],
        };
        scene.session.handle_opened(Moment::default(), &scene.topics, wanted, &[Ok(())]);
        assert_eq!((&scene.frames()[0]["code"], scene.followed()), (&"NX-403".into(), vec!["darkpool/top"]));
    }

    #[test]
    fn a_wrong_token_leaves_one_who_one_was() {
        let mut scene = Scene::of(Some("42"));
        scene.follow(&["bets/42"]);
        scene.frames();
        scene.say(&auth());
        scene.session.poll_ask();
        scene.session.handle_verified(5, Err(denied()));
        let error = scene.frames().remove(0);
        assert_eq!(
            (&error["id"], &error["code"], &error["retry_after_ms"]),
            (&5.into(), &"NX-429".into(), &6000.into())
        );
        assert_eq!(scene.followed(), ["bets/42"]);
    }

    #[test]
    fn after_the_end_of_a_token_nothing_more_is_told() {
        let mut scene = Scene::of(Some("42"));
        scene.follow(&["bets/42"]);
        assert_eq!(scene.frames().len(), 2, "subscribed, and a snapshot");
        scene.follow(&["bets/42"]);
        scene.session.waiting.clear();
        let goodbye: Value = serde_json::from_str(scene.session.handle_signed_out().unwrap().as_str()).unwrap();
        assert_eq!((&goodbye["code"], &goodbye["id"]), (&"NX-401".into(), &Value::Null));
        assert_eq!(scene.frames(), Vec::<Value>::new(), "the snapshot that was asked for again does not come");
        assert_eq!(scene.session.poll_close(), Some(CloseCode::Token));
    }

    #[test]
    fn who_asks_for_more_than_can_wait_is_closed() {
        let mut scene = Scene::of(None);
        scene.say(&auth());
        scene.session.poll_ask();
        (0..100).for_each(|id| scene.say(&json!({"type": "command", "id": id, "name": "place_bet"})));
        assert_eq!(scene.session.poll_close(), Some(CloseCode::Rate));
    }
}
