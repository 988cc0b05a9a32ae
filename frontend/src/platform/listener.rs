//! Event listeners that are taken off when they are dropped.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A listener on anything that has events.
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    call: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens for the event of that name.
    pub fn on(target: &EventTarget, name: &'static str, call: impl FnMut(Event) + 'static) -> Listener {
        Listener::boxed(target, name, Box::new(call))
    }

    /// The same for a closure that is boxed already.
    #[inline(never)]
    pub fn boxed(target: &EventTarget, name: &'static str, call: Box<dyn FnMut(Event)>) -> Listener {
        let call = Closure::wrap(call);
        // It fails only for a null callback.
        let _ = target.add_event_listener_with_callback(name, call.as_ref().unchecked_ref());
        Listener { target: target.clone(), name, call }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.call.as_ref().unchecked_ref());
    }
}
