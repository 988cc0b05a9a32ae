//! The bets, the newest first.

use std::cell::{Cell, RefCell};

use shared::domain::bets::{BetRow, BetStatus};
use shared::stream::Topic;

use super::older::older;
use crate::app::App;
use crate::domain::bets::profit::profit;
use crate::domain::bets::view::View;
use crate::domain::bets::words::{status_hint, status_key, status_word};
use crate::model::text;
use crate::parts::controls::unseen;
use crate::parts::el::{El, effect, el, of, set};
use crate::parts::list::{Cells, Kind, Line, List, read};
use crate::parts::say;
use crate::reactive::*;

const HEADINGS: [(&str, &str); 8] = [
    ("when", "Placed"),
    ("what", "Bet"),
    ("book", "Book"),
    ("odds", "Price"),
    ("stake", "Stake"),
    ("back", "Returns"),
    ("status", "Status"),
    ("profit", "Profit"),
];

/// The list. `settling` is the bet that an operator asked to settle.
pub fn list(app: App, view: Memo<View>, topic: Topic, settling: RwSignal<Option<BetRow>>) -> El {
    let cells: Cells<BetRow> = Cells::new();
    let made = cells.clone();
    let heading =
        |(class, title): (&str, &str)| of("div", &format!("c c-{class}")).attr("role", "columnheader").text(title);
    let head = of("div", "row")
        .attr("role", "row")
        .attr("aria-rowindex", "1")
        .kids(&HEADINGS.map(heading))
        .kid(of("div", "c c-act").attr("role", "columnheader").kid(unseen("Settle")));
    let list = List::new(app, Kind { class: "mine", label: "My bets", heights: [86, 44, 36], head }, move |line| {
        row(app, line, made.add(), settling)
    });
    // Nothing opens; the keyboard still walks.
    list.opens(|_| {});

    let ready = RwSignal::new(false);
    let asked = RefCell::new(None::<View>);
    let seen = Cell::new(None);
    let painted = list.clone();
    app.live.on_frame(move |now| {
        set(ready, app.live.has_rows(&topic));
        let view = view.get_untracked();
        app.live.bets(|bets| {
            let changes = Some(bets.changes());
            if asked.borrow().as_ref() != Some(&view) || seen.get() != changes {
                painted.set(view.keys(bets), true, now);
                seen.set(changes);
                asked.replace(Some(view));
            }
            for (key, line) in painted.place() {
                if let Some(bet) = bets.find(&key) {
                    cells.show(line, bet);
                }
            }
        });
    });
    effect(move || {
        view.track();
        app.live.repaint();
    });
    let shown = list.view(move || empty(app, view, ready));
    of("div", "list-box").kid(shown).kid(older(app, list.total()))
}

fn row(app: App, _line: Line, bet: RwSignal<Option<BetRow>>, settling: RwSignal<Option<BetRow>>) -> El {
    let cell = |class: &str| of("div", &format!("c c-{class}")).attr("role", "gridcell");
    let money = move |of_it: fn(&BetRow) -> Option<shared::units::Money>| {
        move || {
            let money = bet.with(|bet| bet.as_ref().and_then(of_it));
            money.map_or_else(|| "\u{2013}".to_owned(), text::money_exact)
        }
    };
    let placed = move || {
        let at = bet.with(|bet| bet.as_ref().map(|bet| bet.placed_ms));
        at.map_or_else(String::new, |at| say::day_and_minute(app, at))
    };
    // Why it came to that, and the reader's own words.
    let more = read(bet, |bet| {
        let parts = [Some(&*bet.event), bet.notes.as_deref(), bet.reason.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} ")
    });
    let more_title = read(bet, |bet| {
        [bet.notes.as_deref(), bet.reason.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} ")
    });
    let what = cell("what")
        .attr_from("title", move || Some(more_title()).filter(|title| !title.is_empty()))
        .kid(el("b").text_from(read(bet, |bet| bet.name.to_string())))
        .kid(el("small").text_from(more));
    let price = cell("odds").text_from(move || {
        let odds = bet.with(|bet| bet.as_ref().map(|bet| bet.decimal));
        odds.map_or_else(String::new, |odds| say::price(app, odds))
    });
    let status = of("span", "status")
        .attr_from("data-status", move || bet.with(|bet| bet.as_ref().map(|bet| status_key(bet.status).to_owned())))
        .attr_from("title", move || bet.with(|bet| bet.as_ref().map(|bet| status_hint(bet.status).to_owned())))
        .text_from(read(bet, |bet| status_word(bet.status).to_owned()));
    let won = el("div")
        .attr("role", "gridcell")
        .class_from(move || {
            let class = bet.with(|bet| bet.as_ref().and_then(profit).map_or("", say::profit_class));
            format!("c c-profit {class}")
        })
        .text_from(read(bet, |bet| profit(bet).map_or_else(|| "\u{2013}".to_owned(), say::profit)));
    let can_settle = move || {
        app.identity.is_operator() && bet.with(|bet| bet.as_ref().is_some_and(|bet| bet.status != BetStatus::Rejected))
    };
    let settle = of("button", "toggle")
        .text("Settle\u{2026}")
        .shown(can_settle)
        .press(move || settling.set(bet.get_untracked()));
    of("div", "row")
        .kid(cell("when").text_from(placed))
        .kid(what)
        .kid(cell("book").text_from(read(bet, move |bet| say::book(app, &bet.book))))
        .kid(price)
        .kid(cell("stake").text_from(money(|bet| Some(bet.stake))))
        .kid(cell("back").text_from(money(|bet| match bet.status {
            BetStatus::Placed => Some(bet.potential_payout),
            _ => bet.payout,
        })))
        .kid(cell("status").kid(status))
        .kid(won)
        .kid(cell("act").kid(settle))
}

/// What stands in an empty list: that there are no bets yet, or that none fits.
fn empty(app: App, view: Memo<View>, ready: RwSignal<bool>) -> El {
    let filtered = move || ready.get() && view.with(View::is_filtered);
    let text = move || {
        match (ready.get(), filtered()) {
            (false, _) => "Waiting for your bets\u{2026}",
            (true, true) => "None of your bets fits the filters.",
            (true, false) => "No bets yet. Press a price on a board, or send an arbitrage to the slip.",
        }
        .to_owned()
    };
    let clear = move || {
        let next = View { profit: view.get_untracked().profit, ..View::default() };
        app.router.edit(&|query| next.write(query));
    };
    let cell = el("div")
        .attr("role", "gridcell")
        .kid(el("p").text_from(text))
        .when(filtered, move || of("button", "toggle").text("Clear the filters").press(clear));
    of("div", "empty").attr("role", "row").kid(cell)
}
