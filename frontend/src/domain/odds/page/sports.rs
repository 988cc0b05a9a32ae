//! The sports there are, each a link to its board, with how many of its events are on.

use shared::domain::odds::{SportKey, SportRow};

use crate::app::App;
use crate::domain::keyed::Keyed;
use crate::model::route::{Page, Route};
use crate::parts::el::{El, el, of, set};
use crate::reactive::*;
use shared::order::order;

/// What is shown of a sport.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tab {
    id: SportKey,
    title: Box<str>,
    events: u32,
    live: u32,
}

/// The sport with most live events; of equal ones, with most events.
pub fn busiest(sports: &Keyed<SportRow>) -> Option<SportKey> {
    sports.rows().values().max_by_key(|sport| (sport.live, sport.events)).map(|sport| sport.id.clone())
}

/// Links to the sports; `chosen` is the one that is shown.
pub fn sports(app: App, chosen: RwSignal<Option<SportKey>>) -> El {
    let tabs = RwSignal::new(Vec::new());
    app.live.on_frame(move |_| {
        let next: Vec<Tab> = app.live.odds(|store| store.sports.rows().values().map(tab).collect());
        // What is asleep comes last; otherwise by name, so that nothing moves without reason.
        let rank = |at: usize| (next[at].events == 0, &next[at].title);
        let places = order(next.len(), &mut |a, b| rank(a).cmp(&rank(b)));
        set(tabs, places.into_iter().map(|at| next[at].clone()).collect());
    });
    let links = move || tabs.with(|tabs| tabs.iter().map(|tab| link(app, tab, chosen)).collect());
    of("nav", "sports").attr("aria-label", "Sports").region(links)
}

fn tab(row: &SportRow) -> Tab {
    Tab { id: row.id.clone(), title: row.title.clone(), events: row.events, live: row.live }
}

fn link(app: App, tab: &Tab, chosen: RwSignal<Option<SportKey>>) -> El {
    let (own, next) = (tab.id.clone(), tab.id.clone());
    let live = if tab.live > 0 { format!("{} live", tab.live) } else { String::new() };
    el("a")
        .attr("href", &Route::of(Page::Odds, Some(tab.id.clone())).url())
        .attr_from("aria-current", move || {
            chosen.with(|chosen| chosen.as_ref() == Some(&own)).then(|| "page".to_owned())
        })
        .text(&tab.title)
        .kid(of("span", "muted").text(&format!(" {}", tab.events)))
        .kid(of("span", "live").text(&live))
        .follow(move || app.router.turn_to_sport(&next))
}
