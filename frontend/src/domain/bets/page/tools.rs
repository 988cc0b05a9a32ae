//! Filters of the list.

use shared::order::names;

use crate::app::App;
use crate::domain::bets::export;
use crate::domain::bets::view::{View, Which, books};
use crate::domain::bets::words::{STATUSES, status_key, status_word};
use crate::parts::controls::{choice, icon_button, segments};
use crate::parts::el::{El, memo, of};
use crate::parts::icon::Icon;
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
    let known = memo(move || {
        app.live.signals().second.track();
        let chosen = view.with(|view| view.book.clone());
        names(app.live.bets(books).into_iter().chain(chosen))
    });
    let some = |value: String| (!value.is_empty()).then_some(value);
    let book = move || {
        let names = known.get().into_iter().map(|name| (name.clone(), name));
        let all = std::iter::once((String::new(), "All books".to_owned())).chain(names);
        vec![choice(
            "Book",
            all,
            move |value| view.with(|view| view.book.as_deref().unwrap_or_default() == value),
            move |value| change(&|view| view.book = some(value.clone())),
        )]
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
        .region(book)
        .kid(choice(
            "Market",
            MARKETS.map(|(key, name)| (key.to_owned(), name.to_owned())),
            move |value| view.with(|view| view.market.as_deref().unwrap_or_default() == value),
            move |value| change(&|view| view.market = some(value.clone())),
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
