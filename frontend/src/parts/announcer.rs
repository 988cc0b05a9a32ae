//! What a screen reader hears: a summary now and then, and at once only that the connection is
//! lost. The cells themselves are silent, or nothing else would be heard.

use super::el::{El, effect, memo, of};
use crate::app::App;
use crate::domain::darkpool::glance::Glance;
use crate::domain::odds::spoken;
use crate::model::badge::sentence;
use crate::model::route::Page;
use crate::reactive::*;

/// Seconds between two summaries.
const EVERY_S: u64 = 10;

/// Two regions that are heard and not seen.
pub fn announcer(app: App) -> [El; 2] {
    let signals = app.live.signals();
    let page = app.router.page();
    let summary = RwSignal::new(String::new());
    effect(move || {
        let second = signals.second.get().ms() / 1000;
        if second.is_multiple_of(EVERY_S) && !signals.paused.get_untracked() {
            let said = sentence_of(app, page.get_untracked());
            if let Some(said) = said.filter(|_| !app.badge.with_untracked(|b| b.lost)) {
                summary.set(said);
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

/// What is said of a page; nothing while there is nothing on it.
fn sentence_of(app: App, page: Page) -> Option<String> {
    match page {
        Page::DarkPool | Page::Tape => {
            let glance = app.live.darkpool(|store| Glance::of(store.tickers()));
            (glance.tickers > 0).then(|| glance.sentence())
        }
        Page::Odds | Page::Event => app.live.odds(|odds| spoken::sports(&odds.sports)),
        Page::Arbs => app.live.odds(|odds| spoken::arbs(&odds.arbs)),
        Page::Books => app.live.odds(|odds| spoken::books(&odds.books)),
        // What becomes of a bet is told when it happens.
        Page::Bets => None,
    }
}
