//! The light that says whether prices arrive, and how long they are on their way.

use crate::app::App;
use crate::model::badge::Tone;
use crate::parts::el::{El, el, of};

/// A dot, one word, the latency.
pub fn connected(app: App) -> El {
    let badge = app.badge;
    let rtt = app.live.signals().rtt_ms;
    let text = move || badge.with(|badge| if badge.tone == Tone::Good { "Connected" } else { badge.word }.to_owned());
    let latency = move || match rtt.get().filter(|_| badge.with(|badge| badge.tone == Tone::Good)) {
        Some(ms) => format!("latency {ms} ms"),
        None => badge.with(|badge| badge.detail.clone()),
    };
    of("span", "connected")
        .kid(el("i").class_from(move || format!("dot {}", badge.with(|badge| badge.tone.class()))))
        .kid(el("b").text_from(text))
        .kid(of("span", "muted").text_from(latency))
}
