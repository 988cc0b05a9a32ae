//! One call before the next paint, however often it is asked for.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::window;

/// A call that is made at most once a frame. A hidden tab makes none.
pub struct Frame {
    pending: Rc<Cell<bool>>,
    call: Closure<dyn FnMut()>,
}

impl Frame {
    /// Prepares the call.
    pub fn new(mut call: impl FnMut() + 'static) -> Frame {
        let pending = Rc::new(Cell::new(false));
        let clear = pending.clone();
        let call = Closure::new(move || {
            clear.set(false);
            call();
        });
        Frame { pending, call }
    }

    /// Makes the call before the next paint.
    pub fn request(&self) {
        if !self.pending.replace(true) {
            let asked = window().request_animation_frame(self.call.as_ref().unchecked_ref());
            self.pending.set(asked.is_ok());
        }
    }
}
