//! Who the reader is signed in as. The token itself is in a cookie that no script can read; the page
//! knows a name, and connects anew when it changes, because a connection keeps who it began as.

use gloo_net::http::Method;
use shared::link::Phase;
use shared::units::UserId;
use shared::wire::{CloseCode, Who};
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use crate::live::Live;
use crate::model::who::{refusal, who};
use crate::parts::el::{effect, memo, set};
use crate::platform::{Listener, ask, save, spawn, window};
use crate::reactive::*;

const SESSION: &str = "/api/v1/session";

/// What is known of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The server was asked and has not answered.
    Asking,
    /// Signed out.
    Nobody,
    /// Signed in.
    Is(Who),
}

/// The reader's identity. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Identity {
    live: Live,
    /// What is known.
    pub known: RwSignal<Known>,
    /// Whether the dialog is open.
    pub open: RwSignal<bool>,
    /// Why signing in did not work.
    pub refused: RwSignal<String>,
    /// Why the reader is no longer signed in, though nobody signed out.
    pub ended: RwSignal<Option<String>>,
    /// A request is on its way.
    pub busy: RwSignal<bool>,
}

impl Identity {
    /// Asks the server who the reader is, and listens for what changes that.
    pub fn start(live: Live) -> Identity {
        let identity = Identity {
            live,
            known: RwSignal::new(Known::Asking),
            open: RwSignal::new(false),
            refused: RwSignal::new(String::new()),
            ended: RwSignal::new(None),
            busy: RwSignal::new(false),
        };
        identity.learn();
        let status = live.signals().status;
        let end = memo(move || {
            status.with(|status| match &status.phase {
                Phase::Stopped { code, reason } if *code == CloseCode::Token.number() => Some(reason.to_string()),
                _ => None,
            })
        });
        effect(move || {
            if let Some(reason) = end.get() {
                identity.lost(reason);
            }
        });
        // The first answer may have been lost with the network.
        let is_live = memo(move || status.with(|status| status.phase == Phase::Live));
        effect(move || {
            if is_live.get() && identity.known.with_untracked(|known| *known == Known::Asking) {
                identity.learn();
            }
        });
        let other_tab = Listener::on(&window(), "storage", move |event| {
            let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
            if key.as_deref() == Some("undercurrent.signed") {
                identity.learn();
            }
        });
        StoredValue::new_local(other_tab);
        identity
    }

    /// Who is signed in. Changes only with the user.
    pub fn user(self) -> Memo<Option<UserId>> {
        memo(move || self.known.with(|known| is(known).map(|who| who.user.clone())))
    }

    /// Whether an operator is signed in.
    pub fn is_operator(self) -> bool {
        self.known.with(|known| is(known).is_some_and(|who| who.operator))
    }

    fn learn(self) {
        spawn(async move {
            // Without an answer nobody knows.
            if let Some((_, text)) = ask(Method::GET, SESSION, None).await {
                let known = who(&text).flatten().map_or(Known::Nobody, Known::Is);
                self.turn_into(known);
            }
        });
    }

    /// Signs in with a token.
    pub fn sign_in(self, token: &str) {
        let token = token.trim();
        if token.is_empty() {
            self.refused.set("Paste the token that you were given.".to_owned());
            return;
        }
        let body = serde_json::json!({ "token": token }).to_string();
        self.busy.set(true);
        spawn(async move {
            let answer = ask(Method::POST, SESSION, Some(body)).await;
            self.busy.set(false);
            match answer.as_ref().map(|(status, text)| (*status, who(text).flatten(), refusal(text))) {
                Some((200, Some(who), _)) => {
                    self.open.set(false);
                    self.turn_into(Known::Is(who));
                    self.tell_other_tabs();
                }
                Some((_, _, Some(sentence))) => self.refused.set(sentence),
                Some((status, ..)) => self.refused.set(format!("The server does not sign in here (status {status}).")),
                None => self.refused.set("The server could not be reached. Try again.".to_owned()),
            }
        });
    }

    /// Signs out.
    pub fn sign_out(self) {
        self.busy.set(true);
        spawn(async move {
            let done = ask(Method::DELETE, SESSION, None).await.is_some_and(|(status, _)| status < 300);
            self.busy.set(false);
            if done {
                self.open.set(false);
                self.turn_into(Known::Nobody);
                self.tell_other_tabs();
            } else {
                self.refused.set("Signing out did not work: the server could not be reached. Try again.".to_owned());
            }
        });
    }

    /// Opens the dialog.
    pub fn ask_to_sign_in(self) {
        self.refused.set(String::new());
        self.open.set(true);
    }

    /// The token is not valid any more. Everyone may read the odds, so the page goes on as nobody's.
    fn lost(self, reason: String) {
        self.ended.set(Some(reason));
        self.known.set(Known::Nobody);
        self.reconnect();
        self.tell_other_tabs();
    }

    fn turn_into(self, known: Known) {
        let before = self.known.with_untracked(|known| is(known).map(|who| who.user.clone()));
        let now = is(&known).map(|who| who.user.clone());
        if now.is_some() {
            self.ended.set(None);
        }
        // At the first answer the connection has the cookie that was there already.
        let first = self.known.with_untracked(|known| *known == Known::Asking);
        if before != now && !first {
            // Before anyone follows what only the new user may follow.
            self.reconnect();
        }
        set(self.known, known);
    }

    fn reconnect(self) {
        if let Some(socket) = self.live.socket() {
            socket.reconnect();
        }
    }

    /// They share the cookie.
    fn tell_other_tabs(self) {
        save("signed", &crate::platform::wall().ms().to_string());
    }
}

const fn is(known: &Known) -> Option<&Who> {
    match known {
        Known::Is(who) => Some(who),
        Known::Asking | Known::Nobody => None,
    }
}
