//! The only clocks and the only randomness of the dashboard.

use shared::units::{Moment, Timestamp};

use wasm_bindgen::JsCast;

use super::window;

/// The browser's numbers are floats that hold whole milliseconds once rounded down.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds fit an i64 for 292 million years")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Milliseconds since the page began, never going back.
pub fn now() -> Moment {
    let ms = window().performance().map_or(0.0, |p| p.now());
    Moment::from_ms(u64::try_from(whole(ms)).unwrap_or(0))
}

/// The time of day, as this device believes it is.
pub fn wall() -> Timestamp {
    Timestamp::from_ms(whole(js_sys::Date::now()))
}

/// Minutes to add to UTC for the reader's own time.
pub fn local_offset_min() -> i64 {
    -whole(js_sys::Date::new_0().get_timezone_offset())
}

/// Where a sequence of jitter begins.
pub fn random_seed() -> u64 {
    let number = js_sys::Math::random() * 9_007_199_254_740_991.0;
    u64::try_from(whole(number)).unwrap_or(0)
}

/// A name that nobody else has.
pub fn uuid() -> String {
    let from_crypto = || {
        let crypto = js_sys::Reflect::get(&window(), &"crypto".into()).ok()?;
        let make = js_sys::Reflect::get(&crypto, &"randomUUID".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        make.call0(&crypto).ok()?.as_string()
    };
    // Browsers have it on safe origins only, which a page over plain HTTP is not.
    from_crypto().unwrap_or_else(|| format!("{:x}-{:x}-{:x}", wall().ms(), random_seed(), random_seed()))
}
