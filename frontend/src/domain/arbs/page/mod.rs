//! The page: opportunities of now or those that were over lately, and the panel of one with its stake
//! calculator.

mod calculator;
mod closed;
mod leg;
mod open;
mod panel;
mod quotes;
mod tools;

use shared::domain::odds::OddsTopic;

use super::view::View;
use crate::app::App;
use crate::parts::el::{El, of};
use crate::reactive::*;

/// Arbitrages.
pub fn arbs_page(app: App) -> El {
    // The names of books and sports.
    app.live.follow_here(OddsTopic::Books.topic());
    app.live.follow_here(OddsTopic::Sports.topic());
    app.live.follow_here(OddsTopic::Arbs.topic());
    app.live.follow_here(OddsTopic::Closed.topic());
    let view = app.router.read(View::read);
    let opened = app.router.read(|query| query.get("a").map(str::to_owned));
    app.keys.on(move |key| {
        let close = key == "Escape" && opened.get_untracked().is_some();
        if close {
            open_one(app, None);
        }
        close
    });
    let is_over = crate::parts::el::memo(move || view.with(|view| view.over));
    let list = move || {
        let over = is_over.get();
        vec![untrack(|| if over { closed::list(app, view) } else { open::list(app, view, opened) })]
    };
    let panels = move || opened.get().map(|id| untrack(|| panel::panel(app, &id))).into_iter().collect();
    let pane = of("section", "pane")
        .attr("aria-label", "Arbitrages")
        .kid(of("h1", "unseen").text("Arbitrages"))
        .kid(tools::tools(app, view))
        .region(list);
    of("div", "page").flag("with-panel", move || opened.with(Option::is_some)).kid(pane).region(panels)
}

/// Opens the panel of an opportunity, or closes it.
fn open_one(app: App, id: Option<&str>) {
    app.router.visit(&|query| query.put("a", id.map(str::to_owned)));
}
