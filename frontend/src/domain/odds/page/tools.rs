//! Search, filters and the format of prices.

use super::connected::connected;
use super::grid::Board;
use crate::app::App;
use crate::domain::odds::view::{KINDS, View, When, kind_name};
use crate::model::price::Format;
use crate::parts::controls::{choice, icon_button, segments};
use crate::parts::el::{El, of};
use crate::parts::icon::Icon;
use crate::parts::search::search_field;

pub fn tools(app: App, board: &Board) -> El {
    let view = board.asked();
    let change = move |change: &dyn Fn(&mut View)| {
        let mut next = view.get_untracked();
        change(&mut next);
        app.router.edit(&|query| next.write(query));
    };
    let events = board.events();
    let count = move || match events.get() {
        1 => "1 event".to_owned(),
        events => format!("{events} events"),
    };
    let paused = app.live.signals().paused;
    let pause = icon_button(Icon::Pause, "Pause the screen (p)", move || paused.update(|paused| *paused = !*paused));
    of("div", "tools")
        .attr("role", "toolbar")
        .attr("aria-label", "Filters")
        .kid(search_field(
            "Team",
            32,
            move || view.with(|view| view.search.clone()),
            move |text| change(&|view| view.search.clone_from(&text)),
            || {},
        ))
        .kid(segments(
            "Market",
            &KINDS.map(kind_name),
            move |at| view.with(|view| view.kind == KINDS[at]),
            move |at| change(&|view| view.kind = KINDS[at]),
        ))
        .kid(segments(
            "Events",
            &["All", "Live", "Upcoming"],
            move |at| view.with(|view| view.when == When::ALL[at]),
            move |at| change(&|view| view.when = When::ALL[at]),
        ))
        .kid(format_choice(app))
        .kid(of("span", "spring"))
        .kid(of("span", "muted count").text_from(count))
        .kid(connected(app))
        .kid(pause.pressed(move || paused.get()))
}

/// How prices are written.
pub fn format_choice(app: App) -> El {
    let format = app.settings.format;
    choice(
        "Format of prices",
        Format::ALL.map(|format| (format.key().to_owned(), format.label().to_owned())),
        move |key| format.get().key() == key,
        move |key| format.set(Format::of(&key)),
    )
}
