//! Filters of the list.

use crate::app::App;
use crate::domain::bets::export;
use crate::domain::bets::view::{View, Which, books};
use crate::domain::bets::words::{STATUSES, status_key, status_word};
use crate::parts::controls::{choice, icon_button, pick, segments};
use crate::parts::el::{El, of};
use crate::parts::icon::Icon;
use crate::parts::say;
use crate::parts::search::search_field;
use crate::platform::download;
use crate::reactive::*;

const MARKETS: [(&str, &str); 4] = [("", "All markets"), ("h2h", "Winner"), ("spreads", "Spread"), ("totals", "Total")];

pub fn tools(app: App, view: Memo<View>) -> El {
    let change = move |change: &dyn Fn(&mut View)| {
        let mut next = view.get_untracked();
        change(&mut next);
        app.router.edit(&|query| next.write(query));
    };
    let found = move || {
        app.live.signals().second.track();
        app.live.bets(books)
    };
    let statuses = [("", "Any status"), ("settled", "Settled")].map(|(key, name)| (key.to_owned(), name.to_owned()));
    let statuses = statuses.into_iter().chain(STATUSES.map(|s| (status_key(s).to_owned(), status_word(s).to_owned())));
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
        .kid(choice(
            "Status",
            statuses,
            move |value| view.with(|view| view.which.key() == value),
            move |value| change(&|view| view.which = Which::of(&value)),
        ))
        .region(pick(
            "Book",
            "All books",
            found,
            move |key| say::book(app, key),
            move || view.with(|view| view.book.clone()),
            move |book| change(&|view| view.book.clone_from(&book)),
        ))
        .kid(choice(
            "Market",
            MARKETS.map(|(key, name)| (key.to_owned(), name.to_owned())),
            move |value| view.with(|view| view.market.as_deref().unwrap_or_default() == value),
            move |value| change(&|view| view.market = Some(value.clone()).filter(|value| !value.is_empty())),
        ))
        .kid(of("div", "only-narrow").kid(segments(
            "What is shown",
            &["List", "Profit"],
            move |at| view.with(|view| view.profit == (at == 1)),
            move |at| change(&|view| view.profit = at == 1),
        )))
        .kid(of("span", "spring"))
        .kid(icon_button(Icon::Download, "Save these bets as CSV", move || {
            let text = app.live.bets(|bets| {
                let keys = view.get_untracked().keys(bets);
                export::rows(keys.iter().filter_map(|key| bets.find(key)))
            });
            download("undercurrent-bets.csv", "text/csv", &text);
        }))
}
