//! The keyboard: one listener, and whoever is on the page says which keys it takes.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::platform::{Listener, load, now, window};
use crate::reactive::*;

/// So long after the first key of a pair the second one may come, in milliseconds.
const PAIR_MS: u128 = 1000;

type Handler = Rc<dyn Fn(&str) -> bool>;

/// The keyboard. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Keys(StoredValue<Vec<(usize, Handler)>, LocalStorage>);

impl Keys {
    /// Begins to listen.
    pub fn start() -> Keys {
        let keys = Keys(StoredValue::new_local(Vec::new()));
        let pending = StoredValue::new(None);
        let listener = Listener::on(&window(), "keydown", move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let Some(key) = meaning(event) else { return };
            let at = now();
            let pair = pending.get_value().filter(|pressed| (at - *pressed).as_millis() < PAIR_MS).map(|_| key.clone());
            pending.set_value((key == "g").then_some(at));
            let name = pair.map_or(key, |key| format!("g {key}"));
            if keys.press(&name) {
                event.prevent_default();
            }
        });
        StoredValue::new_local(listener);
        keys
    }

    /// Hands keys to `handle` until the present owner is cleaned up. It says whether it took the
    /// key; who came last is asked first.
    pub fn on(self, handle: impl Fn(&str) -> bool + 'static) {
        let number = self.0.with_value(|all| all.last().map_or(0, |(n, _)| n + 1));
        self.0.update_value(|all| all.push((number, Rc::new(handle))));
        on_cleanup(move || {
            self.0.try_update_value(|all| all.retain(|(n, _)| *n != number));
        });
    }

    fn press(self, key: &str) -> bool {
        // A handler may add or remove handlers.
        let handlers: Vec<Handler> = self.0.with_value(|all| all.iter().rev().map(|(_, h)| h.clone()).collect());
        handlers.iter().any(|handle| handle(key))
    }
}

/// The key, unless it is meant for something else: a field that is typed into, a browser's
/// shortcut, a dialog. Escape always counts; other keys only while shortcuts are on.
fn meaning(event: &KeyboardEvent) -> Option<String> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return None;
    }
    let key = event.key();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let inside = |selector: &str| target.as_ref().is_some_and(|t| t.closest(selector).ok().flatten().is_some());
    if key == "Escape" {
        return (!inside("dialog")).then_some(key);
    }
    let on = load("shortcuts").as_deref() != Some("off");
    (on && key.chars().count() == 1 && !inside("input, select, textarea, dialog")).then_some(key)
}
