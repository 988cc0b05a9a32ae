//! The browser around [`shared::link`]: a WebSocket, a fetch, one timer, and the events that tell
//! of the network and the tab. It carries out and reports; it decides nothing.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_net::http::{Method, RequestBuilder, Response};
use serde_json::Value;
use shared::link::{Config, Effect, Event, Link, PollOutcome, Status};
use shared::stream::{Position, Topic};
use shared::units::Moment;
use shared::wire::SUBPROTOCOL;
use wasm_bindgen::JsCast;
use web_sys::{AbortController, CloseEvent, MessageEvent, VisibilityState, WebSocket};

use crate::platform::{self, Listener, Timeout, document, now, spawn, wall, window};

/// Who listens to a [`Socket`].
pub trait Sink {
    /// A message of so many bytes arrived.
    fn arrived(&self, bytes: usize);
    /// The link tells something.
    fn event(&self, event: Event);
}

/// The connection to the server. Cheap to clone.
#[derive(Clone)]
pub struct Socket(Rc<Driver>);

struct Driver {
    me: Weak<Driver>,
    origin: String,
    link: RefCell<Link>,
    sink: Rc<dyn Sink>,
    open: RefCell<Option<OpenSocket>>,
    fetch: RefCell<Option<AbortController>>,
    /// Which fetch is the present one: an answer to an earlier one is dropped.
    fetches: Cell<u32>,
    timer: RefCell<Option<(Moment, Timeout)>>,
    listeners: RefCell<Vec<Listener>>,
}

/// A WebSocket whose listeners go with it.
struct OpenSocket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Socket {
    /// Connects to the server that the page names.
    pub fn connect(sink: Rc<dyn Sink>) -> Socket {
        let jitter = platform::meta("jitter-percent").and_then(|percent| percent.parse().ok());
        let defaults = Config::default();
        let config = Config {
            seed: platform::random_seed(),
            jitter_percent: jitter.unwrap_or(defaults.jitter_percent),
            ..defaults
        };
        let driver = Rc::new_cyclic(|me| Driver {
            me: me.clone(),
            origin: platform::origin(),
            link: RefCell::new(Link::new(config, now())),
            sink,
            open: RefCell::default(),
            fetch: RefCell::default(),
            fetches: Cell::default(),
            timer: RefCell::default(),
            listeners: RefCell::default(),
        });
        driver.listen();
        if !window().navigator().on_line() {
            driver.tell(|link, now| link.handle_network(now, false));
        }
        driver.pump();
        Socket(driver)
    }

    /// Follows a topic.
    pub fn follow(&self, topic: Topic) {
        self.0.tell(|link, now| link.follow(topic, None, now));
    }

    /// Follows it no more.
    pub fn unfollow(&self, topic: &Topic) {
        self.0.tell(|link, now| link.unfollow(topic, now));
    }

    /// Gives a command. `number` is told its number before anything can come of it.
    pub fn command(&self, name: &str, args: Option<Value>, number: impl FnOnce(u64)) {
        self.0.tell(|link, _| number(link.command(name, args)));
    }

    /// Connects anew: who the reader is has changed.
    pub fn reconnect(&self) {
        self.0.tell(Link::reconnect);
    }

    /// The link's own account.
    pub fn status(&self) -> Status {
        self.0.link.borrow().status()
    }

    /// How far each topic has come.
    pub fn positions(&self) -> Vec<(Topic, Option<Position>)> {
        self.0.link.borrow().positions().map(|(topic, at)| (topic.clone(), at.cloned())).collect()
    }
}

impl Driver {
    /// Tells the link something, then does what it wants.
    fn tell(&self, say: impl FnOnce(&mut Link, Moment)) {
        say(&mut self.link.borrow_mut(), now());
        self.pump();
    }

    fn pump(&self) {
        loop {
            let effect = self.link.borrow_mut().poll_effect();
            let Some(effect) = effect else { break };
            self.carry_out(effect);
        }
        loop {
            let event = self.link.borrow_mut().poll_event();
            let Some(event) = event else { break };
            self.sink.event(event);
        }
        self.set_timer();
    }

    fn carry_out(&self, effect: Effect) {
        match effect {
            Effect::Connect => self.open(),
            Effect::Close => self.close(),
            Effect::Send(text) => {
                if let Some(open) = &*self.open.borrow() {
                    // What cannot be sent is followed by a close.
                    let _ = open.socket.send_with_str(&text);
                }
            }
            Effect::Fetch { query } => self.start_fetch(&query),
            Effect::AbortFetch => self.abort_fetch(),
            Effect::Post { id, text } => self.post(id, &text),
        }
    }

    fn set_timer(&self) {
        let due = self.link.borrow().poll_timeout();
        let mut timer = self.timer.borrow_mut();
        if timer.as_ref().map(|(at, _)| *at) == due {
            return;
        }
        *timer = due.map(|due| {
            // A browser's timer may be a millisecond early, and the link would find nothing due.
            let wait = due.ms().saturating_sub(now().ms()) + 1;
            let me = self.me.clone();
            let expired = move || {
                if let Some(driver) = me.upgrade() {
                    driver.timer.borrow_mut().take();
                    driver.tell(Link::handle_timeout);
                }
            };
            (due, Timeout::after(wait, expired))
        });
    }

    fn open(&self) {
        self.close();
        // `http` and `https` become `ws` and `wss`.
        let url = format!("{}/ws", self.origin.replacen("http", "ws", 1));
        let Ok(socket) = WebSocket::new_with_str(&url, SUBPROTOCOL) else {
            self.link.borrow_mut().handle_closed(now(), 1006, "the address is not allowed");
            return;
        };
        let call = |say: fn(&Driver, &web_sys::Event)| {
            let me = self.me.clone();
            move |event: web_sys::Event| {
                if let Some(driver) = me.upgrade() {
                    say(&driver, &event);
                }
            }
        };
        let listeners = [
            Listener::on(&socket, "open", call(|driver, _| driver.tell(Link::handle_opened))),
            Listener::on(&socket, "message", call(Driver::heard)),
            Listener::on(&socket, "close", call(Driver::closed)),
        ];
        *self.open.borrow_mut() = Some(OpenSocket { socket, _listeners: listeners });
    }

    /// Its listeners go first: nothing it still has to say is heard.
    fn close(&self) {
        if let Some(OpenSocket { socket, _listeners }) = self.open.borrow_mut().take() {
            drop(_listeners);
            let _ = socket.close();
        }
    }

    fn heard(&self, event: &web_sys::Event) {
        if let Some(text) = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string()) {
            self.sink.arrived(text.len());
            self.tell(|link, now| link.handle_text(now, wall(), &text));
        }
    }

    fn closed(&self, event: &web_sys::Event) {
        self.open.borrow_mut().take();
        let close = event.dyn_ref::<CloseEvent>();
        let (code, reason) = close.map_or((1006, String::new()), |close| (close.code(), close.reason()));
        self.tell(|link, now| link.handle_closed(now, code, &reason));
    }

    fn start_fetch(&self, query: &str) {
        let Ok(abort) = AbortController::new() else { return };
        let url = format!("{}/api/v1/poll?{query}", self.origin);
        // The answer itself says that it is not to be kept; saying so here would also leave a
        // preloaded one unused.
        let request = RequestBuilder::new(&url).abort_signal(Some(&abort.signal())).build();
        self.fetch.replace(Some(abort));
        let number = self.fetches.get().wrapping_add(1);
        self.fetches.set(number);
        let me = self.me.clone();
        spawn(async move {
            let answer = match request {
                Ok(request) => read(request.send().await).await,
                Err(_) => Answer::Failed,
            };
            if let Some(driver) = me.upgrade().filter(|driver| driver.fetches.get() == number) {
                driver.fetch.take();
                driver.fetched(&answer);
            }
        });
    }

    fn fetched(&self, answer: &Answer) {
        let outcome = match answer {
            Answer::Frames(text) => {
                self.sink.arrived(text.len());
                PollOutcome::Frames(text)
            }
            Answer::NotModified => PollOutcome::NotModified,
            Answer::Failed => PollOutcome::Failed,
        };
        self.tell(|link, now| link.handle_poll(now, wall(), outcome));
    }

    fn abort_fetch(&self) {
        self.fetches.set(self.fetches.get().wrapping_add(1));
        if let Some(abort) = self.fetch.take() {
            abort.abort();
        }
    }

    fn post(&self, id: u64, text: &str) {
        let url = format!("{}/api/v1/commands", self.origin);
        let request = RequestBuilder::new(&url)
            .method(Method::POST)
            .header("content-type", "application/json")
            .body(text.to_owned());
        let me = self.me.clone();
        spawn(async move {
            let answer = match request {
                Ok(request) => match request.send().await {
                    // A refusal is an answer too, whatever its status.
                    Ok(response) => response.text().await.ok(),
                    Err(_) => None,
                },
                Err(_) => None,
            };
            if let Some(driver) = me.upgrade() {
                driver.tell(|link, _| link.handle_posted(id, answer.as_deref()));
            }
        });
    }

    fn listen(&self) {
        let on = |target: &web_sys::EventTarget, name: &'static str, say: fn(&mut Link, Moment)| {
            let me = self.me.clone();
            Listener::on(target, name, move |_| {
                if let Some(driver) = me.upgrade() {
                    driver.tell(say);
                }
            })
        };
        let window = window();
        self.listeners.replace(vec![
            on(&window, "online", |link, now| link.handle_network(now, true)),
            on(&window, "offline", |link, now| link.handle_network(now, false)),
            on(&document(), "visibilitychange", |link, now| {
                let visible = document().visibility_state() == VisibilityState::Visible;
                link.handle_visibility(now, visible);
            }),
        ]);
    }
}

enum Answer {
    Frames(String),
    NotModified,
    Failed,
}

async fn read(response: Result<Response, gloo_net::Error>) -> Answer {
    let Ok(response) = response else { return Answer::Failed };
    match response.status() {
        200 => response.text().await.map_or(Answer::Failed, Answer::Frames),
        304 => Answer::NotModified,
        _ => Answer::Failed,
    }
}
