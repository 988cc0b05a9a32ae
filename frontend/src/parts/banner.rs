//! What a reader must know before believing a number: that prices are invented or recorded, that
//! rows are old, that the screen stands still.

use leptos::prelude::*;
use shared::link::Phase;

use crate::app::App;
use crate::model::badge::pretence;
use crate::parts::connection::badge;
use crate::parts::icon::{Icon, icon};

/// The banners that apply, below the header.
#[component]
pub fn Banners() -> impl IntoView {
    let app = App::get();
    let signals = app.live.signals();
    let badge = badge(app);
    let pretence = Memo::new(move |_| signals.sources.with(pretence));
    // Before the first rows there is nothing on the screen that could be old.
    let lost = Memo::new(move |_| badge.with(|badge| badge.lost) && signals.status.with(|s| s.heard.is_some()));
    let stopped = move || signals.status.with(|s| matches!(s.phase, Phase::Stopped { .. }));
    let since = move || {
        let now = signals.second.get();
        let quiet = signals.status.with(|s| s.heard.map_or(0, |heard| (now - heard).as_millis()));
        let quiet = i64::try_from(quiet).unwrap_or(0);
        app.settings.time(shared::units::Timestamp::from_ms(app.live.server_now().ms() - quiet))
    };
    view! {
        <Show when=move || pretence.get().is_some()>
            <p class="banner pretence">{move || pretence.get()}</p>
        </Show>
        <Show when=move || lost.get()>
            <p class="banner lost">
                <b>{move || badge.with(|b| b.word)}</b>
                {move || badge.with(|b| format!(" {}", b.detail))}
                " \u{b7} rows are as of "
                {since}
                <Show when=stopped>
                    {move || signals.status.with(|s| match &s.phase {
                        Phase::Stopped { reason, .. } => format!(" \u{b7} {reason}"),
                        _ => String::new(),
                    })}
                </Show>
            </p>
        </Show>
        <Show when=move || signals.paused.get()>
            <p class="banner paused">
                "Paused: the screen stands still, rows keep arriving. "
                <button class="link" on:click=move |_| signals.paused.set(false)>
                    {icon(Icon::Play)} "Resume"
                </button>
            </p>
        </Show>
    }
}
