//! The head of an event's page: who plays, how it stands, which markets there are.

use shared::domain::odds::MarketRow;

use super::connected::connected;
use super::event::{Asked, Shown};
use super::tools::format_choice;
use crate::app::App;
use crate::domain::odds::event::Standing;
use crate::model::route::{Page, Route};
use crate::parts::el::{El, el, memo, of};
use crate::platform::local_offset_min;

pub fn event_head(app: App, shown: Shown) -> El {
    let market = shown.market;
    let read = move |read: fn(&MarketRow) -> String| {
        move || market.with(|market| market.as_ref().map_or_else(String::new, read))
    };
    let standing = move || {
        app.live.signals().second.track();
        let zone = app.settings.zone.get();
        market.with(|market| {
            let market = market.as_ref()?;
            let now = app.live.server_now();
            let offset_min = zone.offset_min(now, local_offset_min());
            Some(Standing::of(market.live, market.commence_ms, market.score, now, offset_min))
        })
    };
    let sport = move || market.with(|market| market.as_ref().map(|market| market.sport.clone()));
    let sport = memo(move || {
        // Its title may arrive after its odds.
        app.live.signals().second.track();
        let sport = sport()?;
        let title = app.live.odds(|store| store.sports.get(sport.as_str()).map(|row| row.title.clone()));
        Some((title.unwrap_or_else(|| sport.as_str().into()), sport))
    });
    let back = move || {
        let Some((title, sport)) = sport.get() else { return Vec::new() };
        let link = el("a").attr("href", &Route::of(Page::Odds, Some(sport.clone())).url()).text(&title);
        vec![link.follow(move || app.router.turn_to_sport(&sport)), of("span", "muted").text(" /")]
    };
    let names = read(|market| format!("{} \u{2013} {}", market.home, market.away));
    app.router.name_here(move || Some(names()).filter(|names| !names.is_empty()));
    let teams = el("h1")
        .text_from(read(|market| format!("{} \u{2013} {}", market.home, market.away)))
        .kid(of("b", "score").text_from(move || standing().map_or_else(String::new, |s| s.score)));
    let when = of("span", "when")
        .flag("live", move || standing().is_some_and(|s| s.live))
        .text_from(move || standing().map_or_else(String::new, |s| s.when));
    of("div", "tools event-head")
        .kid(el("span").region(back))
        .kid(teams)
        .kid(when)
        .kid(of("span", "spring"))
        .kid(format_choice(app))
        .kid(connected(app))
}

/// The markets, to choose from.
pub fn markets(app: App, shown: Shown) -> El {
    let Shown { markets, market, .. } = shown;
    let button = move |key: &str, name: &str| {
        let (own, next) = (key.to_owned(), key.to_owned());
        let choose = move || {
            let asked = Asked { market: Some(next.clone()), selection: None };
            app.router.edit(&|query| asked.write(query));
        };
        of("button", "toggle")
            .text(name)
            .pressed(move || market.with(|market| market.as_ref().is_some_and(|market| *market.id == *own)))
            .press(choose)
    };
    let buttons = move || markets.with(|markets| markets.iter().map(|(key, name)| button(key, name)).collect());
    of("div", "markets")
        .attr("role", "group")
        .attr("aria-label", "Markets")
        .region(buttons)
        .shown(move || markets.with(|markets| markets.len() > 1))
}
