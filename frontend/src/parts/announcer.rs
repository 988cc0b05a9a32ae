//! What a screen reader hears: a summary now and then, and at once only that the connection is
//! lost. The cells themselves are silent, or nothing else would be heard.

use super::el::{El, effect, memo, of};
use crate::app::App;
use crate::domain::darkpool::glance::Glance;
use crate::model::badge::sentence;
use crate::reactive::*;

/// Seconds between two summaries.
const EVERY_S: u64 = 10;

/// Two regions that are heard and not seen.
pub fn announcer(app: App) -> [El; 2] {
    let signals = app.live.signals();
    let summary = RwSignal::new(String::new());
    effect(move || {
        let second = signals.second.get().ms() / 1000;
        if second.is_multiple_of(EVERY_S) && !signals.paused.get_untracked() {
            let glance = app.live.darkpool(|store| Glance::of(store.tickers()));
            if glance.tickers > 0 && !app.badge.with_untracked(|b| b.lost) {
                summary.set(glance.sentence());
            }
        }
    });
    let lost = memo(move || app.badge.with(|badge| badge.lost));
    let alarm = move || if lost.get() { signals.status.with_untracked(|s| sentence(&s.phase)) } else { String::new() };
    [
        of("div", "unseen").attr("role", "status").text_from(move || summary.get()),
        of("div", "unseen").attr("role", "alert").text_from(alarm),
    ]
}
