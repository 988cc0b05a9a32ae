//! Filters of the list.

use shared::domain::odds::ArbKind;
use shared::order::names;

use crate::app::App;
use crate::domain::arbs::view::{EDGES, SortBy, View, offered};
use crate::parts::controls::{choice, icon_button, segments};
use crate::parts::el::{El, memo, of};
use crate::parts::icon::Icon;
use crate::parts::say;
use crate::parts::search::search_field;
use crate::reactive::*;

const KINDS: [Option<ArbKind>; 3] = [None, Some(ArbKind::Arb), Some(ArbKind::Middle)];

pub fn tools(app: App, view: Memo<View>) -> El {
    let change = move |change: &dyn Fn(&mut View)| {
        let mut next = view.get_untracked();
        change(&mut next);
        app.router.edit(&|query| next.write(query));
    };
    let offered = memo(move || {
        app.live.signals().second.track();
        app.live.odds(|odds| offered(&odds.arbs, &odds.closed))
    });
    let sports = memo(move || with_chosen(&offered.get().0, view.with(|view| view.sport.clone())));
    let books = memo(move || with_chosen(&offered.get().1, view.with(|view| view.book.clone())));
    let sport = move || {
        vec![choice(
            "Sport",
            with_any("All sports", sports.get(), |key| say::sport(app, key)),
            move |value| view.with(|view| view.sport.as_deref().unwrap_or_default() == value),
            move |value| change(&|view| view.sport = some(&value)),
        )]
    };
    let book = move || {
        vec![choice(
            "Book",
            with_any("All books", books.get(), |key| say::book(app, key)),
            move |value| view.with(|view| view.book.as_deref().unwrap_or_default() == value),
            move |value| change(&|view| view.book = some(&value)),
        )]
    };
    let edge = |least: i64| if least == 0 { "Any edge".to_owned() } else { format!("\u{2265} {}%", percent(least)) };
    let orders = SortBy::ALL.map(|by| (by.key().to_owned(), format!("By {}", by.title().to_lowercase())));
    let paused = app.live.signals().paused;
    of("div", "tools")
        .attr("role", "toolbar")
        .attr("aria-label", "Filters")
        .kid(search_field(
            "Team",
            40,
            move || view.with(|view| view.search.clone()),
            move |text| change(&|view| view.search.clone_from(&text)),
            || {},
        ))
        .kid(segments(
            "Which",
            &["Now", "Closed"],
            move |at| view.with(|view| view.over == (at == 1)),
            move |at| change(&|view| view.over = at == 1),
        ))
        .kid(segments(
            "Kind",
            &["All", "Arbs", "Middles"],
            move |at| view.with(|view| view.kind == KINDS[at]),
            move |at| change(&|view| view.kind = KINDS[at]),
        ))
        .kid(choice(
            "Least edge",
            EDGES.map(|least| (least.to_string(), edge(least))),
            move |value| view.with(|view| view.least.to_string() == value),
            move |value| change(&|view| view.least = value.parse().unwrap_or(0)),
        ))
        .region(sport)
        .region(book)
        .kid(
            choice(
                "Order",
                orders,
                move |value| view.with(|view| view.sort.key() == value),
                move |value| {
                    change(&|view| {
                        view.sort = SortBy::ALL.into_iter().find(|by| by.key() == value).unwrap_or_default();
                        view.reversed = false;
                    });
                },
            )
            .class("choice only-cards"),
        )
        .kid(of("span", "spring"))
        .kid(
            icon_button(Icon::Pause, "Pause the screen (p)", move || paused.update(|paused| *paused = !*paused))
                .pressed(move || paused.get()),
        )
}

/// Hundredths as a person writes them: `0.5`, `2`.
fn percent(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What there is, and what is chosen even if there is none of it now.
fn with_chosen(found: &[String], chosen: Option<String>) -> Vec<String> {
    names(found.iter().cloned().chain(chosen))
}

fn with_any(any: &str, keys: Vec<String>, name: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let first = (String::new(), any.to_owned());
    std::iter::once(first).chain(keys.into_iter().map(|key| (key.clone(), name(&key)))).collect()
}

fn some(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}
