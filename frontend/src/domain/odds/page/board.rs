//! The page of a sport's odds: the sports, the filters, the board.

use shared::domain::odds::{OddsTopic, SportKey};

use super::grid::Board;
use super::sports::{busiest, sports};
use super::tools::tools;
use crate::app::App;
use crate::parts::el::{El, effect, of};
use crate::parts::say;
use crate::reactive::*;

/// The odds of the sport that the address names; where it names none, of the busiest.
pub fn odds_page(app: App) -> El {
    app.live.follow_here(OddsTopic::Sports.topic());
    app.live.follow_here(OddsTopic::Books.topic());
    let named = app.router.about();
    let chosen = RwSignal::new(named.get_untracked());
    effect(move || {
        if let Some(sport) = named.get() {
            chosen.set(Some(sport));
        }
    });
    app.live.on_frame(move |_| {
        // Once there is something to choose from; what was chosen stays, whatever gets busier.
        if chosen.with_untracked(Option::is_none) {
            let found = app.live.odds(|store| busiest(&store.sports));
            if found.is_some() {
                chosen.set(found);
            }
        }
    });
    app.router.name_here(move || chosen.get().map(|sport| say::sport(app, sport.as_str())));
    let board = move || match chosen.get() {
        Some(sport) => untrack(|| board_of(app, sport)),
        None => vec![of("p", "empty").text("Waiting for the sports\u{2026}")],
    };
    of("div", "page").kid(
        of("section", "pane")
            .attr("aria-label", "Odds")
            .kid(of("h1", "unseen").text("Odds"))
            .kid(sports(app, chosen))
            .kid(of("div", "board-box").region(board)),
    )
}

fn board_of(app: App, sport: SportKey) -> Vec<El> {
    let topic = OddsTopic::Board(sport);
    app.live.follow_here(topic.topic());
    let board = Board::new(app, topic);
    vec![tools(app, &board), board.into_view()]
}
