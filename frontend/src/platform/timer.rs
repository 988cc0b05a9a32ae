//! Timers that stop when they are dropped.

use super::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// One call after a while.
pub struct Timeout {
    id: i32,
    _call: Closure<dyn FnMut()>,
}

/// A call every so often.
pub struct Interval {
    id: i32,
    _call: Closure<dyn FnMut()>,
}

fn whole_ms(ms: u64) -> i32 {
    // A browser's longest timer is 24.8 days; a longer one would fire at once.
    i32::try_from(ms).unwrap_or(i32::MAX)
}

impl Timeout {
    /// Calls once after `ms`.
    pub fn after(ms: u64, call: impl FnMut() + 'static) -> Timeout {
        let call = Closure::wrap(Box::new(call) as Box<dyn FnMut()>);
        let id = window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(call.as_ref().unchecked_ref(), whole_ms(ms))
            .unwrap_or(0);
        Timeout { id, _call: call }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        window().clear_timeout_with_handle(self.id);
    }
}

impl Interval {
    /// Calls every `ms`.
    pub fn every(ms: u64, call: impl FnMut() + 'static) -> Interval {
        let call = Closure::wrap(Box::new(call) as Box<dyn FnMut()>);
        let id = window()
            .set_interval_with_callback_and_timeout_and_arguments_0(call.as_ref().unchecked_ref(), whole_ms(ms))
            .unwrap_or(0);
        Interval { id, _call: call }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        window().clear_interval_with_handle(self.id);
    }
}
