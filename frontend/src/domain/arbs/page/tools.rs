//! Filters of the list.

use shared::domain::odds::ArbKind;

use crate::app::App;
use crate::domain::arbs::view::{EDGES, SortBy, View, offered};
use crate::parts::controls::{choice, icon_button, pick, segments};
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
        .region(pick(
            "Sport",
            "All sports",
            move || offered.get().0,
            move |key| say::sport(app, key),
            move || view.with(|view| view.sport.clone()),
            move |sport| change(&|view| view.sport.clone_from(&sport)),
        ))
        .region(pick(
            "Book",
            "All books",
            move || offered.get().1,
            move |key| say::book(app, key),
            move || view.with(|view| view.book.clone()),
            move |book| change(&|view| view.book.clone_from(&book)),
        ))
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
