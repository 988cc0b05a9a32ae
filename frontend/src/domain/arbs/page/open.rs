//! The opportunities of now.

use std::cell::{Cell, RefCell};

use shared::domain::odds::{ArbKind, ArbRow, MarketKind, OddsTopic};

use super::open_one;
use crate::app::App;
use crate::domain::arbs::view::{SortBy, View};
use crate::model::flash::Way;
use crate::model::text;
use crate::parts::controls::unseen;
use crate::parts::el::{El, effect, el, of, set};
use crate::parts::list::{Cells, Kind, Line, List, read};
use crate::parts::say;
use crate::reactive::*;

/// The list; a press opens the panel of a row.
pub fn list(app: App, view: Memo<View>, opened: Memo<Option<String>>) -> El {
    let cells: Cells<ArbRow> = Cells::new();
    let made = cells.clone();
    let list = List::new(
        app,
        Kind { class: "arbs", label: "Opportunities", heights: [88, 46, 40], head: head(app, view) },
        move |line| row(app, line, made.add(), opened),
    );
    list.opens(move |key| open_one(app, Some(key)));

    let ready = RwSignal::new(false);
    let asked = RefCell::new(None::<View>);
    let seen = Cell::new(None);
    let painted = list.clone();
    app.live.on_frame(move |now| {
        set(ready, app.live.has_rows(&OddsTopic::Arbs.topic()));
        let view = view.get_untracked();
        app.live.odds(|odds| {
            let anew = asked.borrow().as_ref() != Some(&view);
            if anew || seen.get() != Some(odds.arbs.changes()) || !painted.is_held(now) {
                painted.set(view.open(&odds.arbs), anew, now);
                seen.set(Some(odds.arbs.changes()));
                asked.replace(Some(view));
            }
            for (key, line) in painted.place() {
                let Some(row) = odds.arbs.get(&key) else { continue };
                let Some(before) = cells.show(line, row) else { continue };
                if let Some(way) = way(&before, row) {
                    painted.light(line, way, now);
                }
            }
        });
    });
    effect(move || {
        view.track();
        app.live.repaint();
    });
    list.view(move || empty(app, view, ready))
}

/// Which way the edge of the same opportunity went.
fn way(before: &ArbRow, after: &ArbRow) -> Option<Way> {
    if before.id != after.id || before.roi_pct == after.roi_pct {
        return None;
    }
    Some(if after.roi_pct > before.roi_pct { Way::Up } else { Way::Down })
}

fn head(app: App, view: Memo<View>) -> El {
    let plain = |class: &str, title: &str| of("div", &format!("c c-{class}")).attr("role", "columnheader").text(title);
    of("div", "row")
        .attr("role", "row")
        .attr("aria-rowindex", "1")
        .kid(sorting(app, view, SortBy::Edge, "edge"))
        .kid(plain("event", "Event"))
        .kid(plain("bet", "Market"))
        .kid(plain("legs", "Legs"))
        .kid(sorting(app, view, SortBy::Start, "start"))
        .kid(sorting(app, view, SortBy::Age, "age"))
}

/// A heading that orders the rows.
fn sorting(app: App, view: Memo<View>, by: SortBy, class: &str) -> El {
    let state = move || {
        let direction = |view: &View| if view.is_descending() { "descending" } else { "ascending" };
        view.with(|view| (view.sort == by).then(|| direction(view).to_owned()))
    };
    let click = move || {
        let mut next = view.get_untracked();
        next.order_by(by);
        app.router.edit(&|query| next.write(query));
    };
    let button = el("button")
        .attr("tabindex", "-1")
        .text(by.title())
        .kid(of("i", "arrow").attr("aria-hidden", "true"))
        .press(click);
    of("div", &format!("c c-{class}")).attr("role", "columnheader").attr_from("aria-sort", state).kid(button)
}

fn row(app: App, line: Line, arb: RwSignal<Option<ArbRow>>, opened: Memo<Option<String>>) -> El {
    let cell = |class: &str| of("div", &format!("c c-{class}")).attr("role", "gridcell");
    let is_open =
        move || opened.with(|opened| opened.is_some() && line.key.with(|key| key.as_deref() == opened.as_deref()));
    let lit = move || match line.lit.get() {
        None => "",
        Some(Way::Up) => " lit-up",
        Some(Way::Down) => " lit-down",
    };
    let edge = el("div")
        .attr("role", "gridcell")
        .class_from(move || format!("c c-edge{}", lit()))
        .kid(el("b").text_from(read(arb, |arb| say::percent(arb.roi_pct))))
        .kid(of("small", "best").text_from(read(arb, best)));
    let event = cell("event")
        .kid(of("span", "teams").text_from(read(arb, |arb| format!("{} \u{2013} {}", arb.home, arb.away))))
        .kid(el("small").text_from(read(arb, move |arb| say::sport(app, arb.sport.as_str()))));
    let bet = cell("bet").text_from(read(arb, market)).kid(el("small").text_from(read(arb, |arb| {
        let push = if arb.push_possible { ", may come back" } else { "" };
        format!("{}{push}", kind_word(arb.kind))
    })));
    let legs = move || arb.with(|arb| arb.as_ref().map(|arb| legs(app, arb)).unwrap_or_default());
    let start = cell("start")
        .kid(of("b", "live").text("Live").shown(move || arb.with(|arb| arb.as_ref().is_some_and(|arb| arb.live))))
        .kid(el("span").text_from(move || {
            let soon = arb.with(|arb| arb.as_ref().filter(|arb| !arb.live).map(|arb| arb.commence_ms));
            soon.map_or_else(String::new, |at| say::day_and_minute(app, at))
        }));
    let age = cell("age").text_from(move || {
        app.live.signals().second.track();
        let since = arb.with(|arb| arb.as_ref().map(|arb| arb.opened_ms));
        since.map_or_else(String::new, |since| text::age(app.live.server_now().ms_since(since)))
    });
    of("div", "row")
        .aria_selected(is_open)
        .flag("open", is_open)
        .kid(edge)
        .kid(event)
        .kid(bet)
        .kid(cell("legs").region(legs))
        .kid(start)
        .kid(age)
}

/// What a middle wins at best.
fn best(arb: &ArbRow) -> String {
    match arb.kind {
        ArbKind::Arb => String::new(),
        ArbKind::Middle => format!("best {}", say::percent(arb.best_pct)),
    }
}

/// What kind of opportunity.
pub const fn kind_word(kind: ArbKind) -> &'static str {
    match kind {
        ArbKind::Arb => "Arb",
        ArbKind::Middle => "Middle",
    }
}

/// `Spread -1.5`, `Total 220.5`, `Winner`.
pub fn market(arb: &ArbRow) -> String {
    let name = match arb.market {
        MarketKind::H2h => "Winner",
        MarketKind::Spreads => "Spread",
        MarketKind::Totals => "Total",
    };
    arb.line.as_ref().map_or_else(|| name.to_owned(), |line| format!("{name} {line}"))
}

/// Each leg: the price, what it is on, where.
pub fn legs(app: App, arb: &ArbRow) -> Vec<El> {
    let leg = |leg: &shared::domain::odds::LegRow| {
        of("span", "arb-leg")
            .kid(el("b").text(&say::price(app, leg.decimal)))
            .kid(of("span", "leg-what").text(&leg.name))
            .kid(unseen(" at "))
            .kid(of("small", "leg-book").text(&say::book(app, &leg.book)))
    };
    arb.legs.iter().map(leg).collect()
}

/// What stands in an empty list: that it is still empty, or that nothing fits.
pub fn empty(app: App, view: Memo<View>, ready: RwSignal<bool>) -> El {
    let text = move || {
        match (ready.get(), view.with(View::is_filtered), view.with(|view| view.over)) {
            (false, ..) => "Waiting for the first rows\u{2026}",
            (true, true, _) => "Nothing fits the filters.",
            (true, false, false) => {
                "No book disagrees enough with another right now. Opportunities appear here as they open."
            }
            (true, false, true) => "None has ended yet since the server began.",
        }
        .to_owned()
    };
    let clear = move || {
        let next = view.get_untracked().unfiltered();
        app.router.edit(&|query| next.write(query));
    };
    let filtered = move || ready.get() && view.with(View::is_filtered);
    let cell = el("div")
        .attr("role", "gridcell")
        .kid(el("p").text_from(text))
        .when(filtered, move || of("button", "toggle").text("Clear the filters").press(clear));
    of("div", "empty").attr("role", "row").kid(cell)
}
