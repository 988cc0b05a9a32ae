//! The slip on the screen: above the page, beside it where there is room.

use shared::domain::bets::potential;
use shared::units::Money;

use super::card::card;
use super::leg::{Leg, State};
use crate::app::App;
use crate::identity::Known;
use crate::model::text;
use crate::parts::controls::icon_button;
use crate::parts::el::{El, el, memo, of};
use crate::parts::icon::{Icon, icon};
use crate::reactive::*;

const PAPER: &str = "On paper: bets go into this server's ledger. No bookmaker is contacted.";

/// Opens and closes the slip; shows how many bets are in it.
pub fn slip_button(app: App) -> El {
    let desk = app.slip;
    let label = move || {
        let verb = if desk.open.get() { "Close" } else { "Open" };
        Some(format!("{verb} the bet slip (b): {}", bets(desk.count())))
    };
    of("button", "ghost slip-button")
        .attr("id", "slip-button")
        .attr_from("aria-label", label)
        .attr_from("title", label)
        .attr_from("aria-expanded", move || Some(desk.open.get().to_string()))
        .press(move || desk.open.update(|open| *open = !*open))
        .kid(icon(Icon::Bets))
        .when(move || desk.count() > 0, move || of("b", "count-dot").text_from(move || desk.count().to_string()))
}

/// The slip; there while it is open.
pub fn slip(app: App) -> El {
    let desk = app.slip;
    app.keys.on(move |key| {
        let toggle = key == "b";
        if toggle {
            desk.open.update(|open| *open = !*open);
        }
        toggle
    });
    el("div").when(move || desk.open.get(), move || sheet(app))
}

fn sheet(app: App) -> El {
    let desk = app.slip;
    // It came last and lies above everything, so it is the first to go.
    app.keys.on(move |key| {
        let close = key == "Escape";
        if close {
            desk.open.set(false);
        }
        close
    });
    let numbers = memo(move || desk.slip.with(|slip| slip.legs().iter().map(|leg| leg.number).collect::<Vec<_>>()));
    let cards = move || numbers.get().into_iter().map(|number| untrack(|| card(app, number))).collect();
    let head = of("header", "panel-head").kid(el("h2").text("Bet slip")).kid(of("span", "spring")).kid(icon_button(
        Icon::Close,
        "Close the bet slip (Esc)",
        move || desk.open.set(false),
    ));
    let body = of("div", "slip-body").region(cards).when(
        move || numbers.with(Vec::is_empty),
        || of("p", "empty").text("Press a price on a board, or send an arbitrage here."),
    );
    of("aside", "slip").attr("aria-label", "Bet slip").kid(head).kid(body).kid(foot(app))
}

fn foot(app: App) -> El {
    let desk = app.slip;
    // What can be placed as it is: how many, their stakes, what comes back when all win.
    let ready = memo(move || {
        desk.slip.with(|slip| {
            let ready = |leg: &&Leg| leg.is_open() && leg.money().is_ok();
            slip.legs().iter().filter(ready).fold((0_usize, Money::ZERO, Money::ZERO), |(count, staked, back), leg| {
                let stake = leg.money().unwrap_or_default();
                (count + 1, staked + stake, back + potential(stake, leg.pick.decimal))
            })
        })
    });
    let is_there = move || desk.slip.with(|slip| !slip.legs().is_empty());
    let can_clear =
        move || desk.slip.with(|slip| slip.legs().iter().any(|leg| !matches!(leg.state, State::Sent { .. })));
    let signed = move || app.identity.known.with(|known| matches!(known, Known::Is(_)));
    let word = move || match (signed(), ready.get().0) {
        (false, _) => "Sign in to place".to_owned(),
        (true, 0) => "Place".to_owned(),
        (true, count) => format!("Place {}", bets(count)),
    };
    let press = move || if signed() { desk.place_all() } else { app.identity.ask_to_sign_in() };
    let sums = of("p", "slip-sums")
        .kid(el("span").text("Stakes ").kid(el("b").text_from(move || text::money_exact(ready.get().1))))
        .kid(el("span").text("If all win ").kid(el("b").text_from(move || text::money_exact(ready.get().2))));
    let buttons = of("div", "slip-buttons")
        .kid(
            of("button", "toggle")
                .text("Clear")
                .attr_from("disabled", move || (!can_clear()).then(String::new))
                .press(move || desk.change(super::list::Slip::clear)),
        )
        .kid(
            of("button", "primary")
                .attr("id", "place")
                .attr_from("disabled", move || (signed() && ready.get().0 == 0).then(String::new))
                .text_from(word)
                .press(press),
        );
    of("footer", "slip-foot")
        .when(is_there, move || el("div").kid(sums.clone()).kid(buttons.clone()))
        .kid(of("p", "fine").text(PAPER))
}

/// `1 bet`, `2 bets`.
fn bets(count: usize) -> String {
    if count == 1 { "1 bet".to_owned() } else { format!("{count} bets") }
}
