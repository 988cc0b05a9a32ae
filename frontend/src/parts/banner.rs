//! What a reader must know before believing a number: that prices are invented or recorded, that
//! rows are old, that the screen stands still, that one is no longer signed in.

use shared::link::Phase;
use shared::units::Timestamp;

use super::el::{El, el, memo, of};
use super::icon::{Icon, icon};
use crate::app::App;
use crate::model::badge::pretence;

/// The banners that apply, below the header.
pub fn banners(app: App) -> El {
    let signals = app.live.signals();
    let pretence = memo(move || signals.sources.with(pretence));
    // Before the first rows there is nothing on the screen that could be old.
    let lost = move || app.badge.with(|badge| badge.lost) && signals.status.with(|s| s.heard.is_some());
    let since = move || {
        let now = signals.second.get();
        let quiet = signals.status.with(|s| s.heard.map_or(0, |heard| (now - heard).as_millis()));
        let quiet = i64::try_from(quiet).unwrap_or(0);
        app.settings.time(Timestamp::from_ms(app.live.server_now().ms() - quiet))
    };
    let reason = move || {
        signals.status.with(|s| match &s.phase {
            Phase::Stopped { reason, .. } => format!(" \u{b7} {reason}"),
            _ => String::new(),
        })
    };
    let resume =
        move || of("button", "link").kid(icon(Icon::Play)).text("Resume").press(move || signals.paused.set(false));
    el("section")
        .attr("aria-label", "Notices")
        .when(
            move || pretence.get().is_some(),
            move || of("p", "banner pretence").text_from(move || pretence.get().unwrap_or_default().to_owned()),
        )
        .when(lost, move || {
            of("p", "banner lost")
                .kid(el("b").text_from(move || app.badge.with(|b| b.word.to_owned())))
                .text_from(move || app.badge.with(|b| format!(" {} \u{b7} rows are as of {}", b.detail, since())))
                .text_from(reason)
        })
        .when(
            move || app.identity.ended.with(Option::is_some),
            move || {
                let why = move || app.identity.ended.get().unwrap_or_default();
                let again = of("button", "link").text("Sign in").press(move || app.identity.ask_to_sign_in());
                of("p", "banner lost").text_from(move || format!("You were signed out: {}. ", why())).kid(again)
            },
        )
        .when(
            move || signals.paused.get(),
            move || {
                of("p", "banner paused").text("Paused: the screen stands still, rows keep arriving. ").kid(resume())
            },
        )
}
