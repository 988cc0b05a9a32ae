//! What a screen reader hears: a summary now and then, and at once only that the connection is
//! lost. The cells themselves are silent, or nothing else would be heard.

use leptos::prelude::*;

use crate::app::App;
use crate::domain::darkpool::glance::Glance;
use crate::model::badge::sentence;
use crate::parts::connection::badge;

/// Seconds between two summaries.
const EVERY_S: u64 = 10;

/// Two regions that are heard and not seen.
#[component]
pub fn Announcer() -> impl IntoView {
    let app = App::get();
    let signals = app.live.signals();
    let badge = badge(app);
    let summary = RwSignal::new(String::new());
    Effect::new(move || {
        let second = signals.second.get().ms() / 1000;
        if second.is_multiple_of(EVERY_S) && !signals.paused.get_untracked() {
            let glance = app.live.darkpool(|store| Glance::of(store.tickers()));
            if glance.tickers > 0 && !badge.with_untracked(|b| b.lost) {
                summary.set(glance.sentence());
            }
        }
    });
    let lost = Memo::new(move |_| badge.with(|badge| badge.lost));
    let alarm = move || if lost.get() { signals.status.with_untracked(|s| sentence(&s.phase)) } else { String::new() };
    view! {
        <div class="unseen" role="status">{move || summary.get()}</div>
        <div class="unseen" role="alert">{alarm}</div>
    }
}
