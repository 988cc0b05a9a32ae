//! The page: the reader's bets, what is at stake, profit over time. Who is signed out is told what this
//! is and how to sign in.

mod list;
mod money;
mod older;
mod settle;
mod tools;

use shared::domain::bets::BetsTopic;
use shared::domain::odds::OddsTopic;
use shared::units::UserId;

use super::view::View;
use crate::app::App;
use crate::identity::Known;
use crate::parts::el::{El, el, memo, of};
use crate::reactive::*;

/// The reader's bets.
pub fn bets_page(app: App) -> El {
    let known = app.identity.known;
    // Another name or an operator's rights do not make another page.
    let shown = memo(move || {
        known.with(|known| match known {
            Known::Asking => None,
            Known::Nobody => Some(None),
            Known::Is(who) => Some(Some(who.user.clone())),
        })
    });
    let inside = move || match shown.get() {
        None => vec![of("p", "empty").text("Asking who you are\u{2026}")],
        Some(None) => untrack(|| signed_out(app)),
        Some(Some(user)) => untrack(|| bets_of(app, &user)),
    };
    of("div", "page bets-page").region(inside)
}

fn bets_of(app: App, user: &UserId) -> Vec<El> {
    let topic = BetsTopic::Bets(user.clone()).topic();
    // The names of the books.
    app.live.follow_here(OddsTopic::Books.topic());
    app.live.follow_here(topic.clone());
    app.live.follow_here(BetsTopic::Exposure(user.clone()).topic());
    let view = app.router.read(View::read);
    let settling = RwSignal::new(None);
    let pane = of("section", "pane")
        .attr("aria-label", "Bets")
        .kid(of("h1", "unseen").text("My bets"))
        .kid(money::strip(app))
        .kid(tools::tools(app, view))
        .kid(list::list(app, view, topic, settling));
    let side = of("aside", "side").attr("aria-label", "Profit and exposure").kids(&money::side(app));
    vec![
        of("div", "bets").flag("show-profit", move || view.with(|view| view.profit)).kid(pane).kid(side),
        settle::settle_dialog(app, settling),
    ]
}

/// What the page is for, and how to get a token.
fn signed_out(app: App) -> Vec<El> {
    let ended = move || {
        let line = |why: String| of("p", "problem").text(&format!("You were signed out: {why}."));
        app.identity.ended.get().map(line).into_iter().collect()
    };
    let welcome = of("section", "pane welcome")
        .attr("aria-label", "Bets")
        .kid(el("h1").text("My bets"))
        .kid(el("div").region(ended))
        .kid(el("p").text(
            "Bets here are on paper: a ledger of what you staked at which price, settled by the scores. No bookmaker is \
             contacted and no money moves. Only you can read yours.",
        ))
        .kid(of("button", "primary").text("Sign in").press(move || app.identity.ask_to_sign_in()))
        .kid(el("p").text("You need a token. Whoever runs this server makes one with"))
        .kid(el("p").kid(el("code").text("undercurrent token create --user 42 --name ana")));
    vec![welcome]
}
