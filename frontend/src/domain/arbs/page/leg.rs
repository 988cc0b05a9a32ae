//! One leg in the calculator: its price as it moves, its stake, which can be fixed.

use shared::domain::odds::{LegRow, net};

use super::calculator::Typed;
use super::quotes::Quotes;
use crate::app::App;
use crate::domain::arbs::plan::Plan;
use crate::model::text;
use crate::parts::el::{El, el, memo, of};
use crate::parts::icon::{Icon, icon};
use crate::parts::say;
use crate::reactive::*;
use crate::slip::quote::Moved;

/// What a row is made from.
#[derive(Clone, Copy)]
pub struct Row {
    pub known: Quotes,
    pub typed: Typed,
    pub plan: Memo<Option<Plan>>,
    pub at: usize,
}

/// The row of a leg.
pub fn leg_row(app: App, row: Row) -> El {
    let Row { known, typed, plan, at } = row;
    let arb = known.arb;
    let read = move |of_it: fn(&LegRow) -> String| {
        move || arb.with(|arb| arb.as_ref().and_then(|arb| arb.legs.get(at)).map(of_it).unwrap_or_default())
    };
    let price = memo(move || known.prices().get(at).copied());
    let moved = memo(move || known.moved().get(at).copied().unwrap_or_default());
    let state = move || match moved.get() {
        Moved::Suspended => "suspended",
        Moved::Gone => "gone",
        Moved::Worse(_) | Moved::Better(_) | Moved::Same | Moved::Unknown => "",
    };
    let stake = move || plan.with(|plan| plan.as_ref().and_then(|plan| plan.stakes.get(at).copied()));
    let staked = move || stake().map_or_else(|| "\u{2013}".to_owned(), text::money_exact);
    let returns = move || {
        let commission = arb.with(|arb| arb.as_ref().and_then(|arb| arb.legs.get(at)).map(|leg| leg.commission_pct));
        let back = stake().zip(price.get()).zip(commission);
        back.map_or_else(
            || "\u{2013}".to_owned(),
            |((stake, price), commission)| text::money_exact(net(price, commission).pays(stake)),
        )
    };
    let is_fixed = move || typed.fixed.get() == Some(at);
    let fix = move || {
        if is_fixed() {
            typed.fixed.set(None);
        } else if let Some(stake) = untrack(stake) {
            typed.amount.set(stake.to_string());
            typed.fixed.set(Some(at));
        }
    };
    let lock = of("button", "ghost lock")
        .attr_from("aria-label", move || {
            let name = read(|leg| leg.name.to_string())();
            Some(format!("{} the stake on {name}", if is_fixed() { "Let go of" } else { "Fix" }))
        })
        .attr("title", "Fix this stake; the others follow")
        .pressed(is_fixed)
        .press(fix)
        .kid(icon(Icon::Lock));
    let book = move || {
        arb.with(|arb| {
            let Some(leg) = arb.as_ref().and_then(|arb| arb.legs.get(at)) else { return String::new() };
            let book = say::book(app, &leg.book);
            if leg.commission_pct.micro() == 0 { book } else { format!("{book}, takes {}%", leg.commission_pct) }
        })
    };
    let what = el("th")
        .attr("scope", "row")
        .kid(of("span", "leg-what").text_from(read(|leg| leg.name.to_string())))
        .kid(of("small", "leg-book").text_from(book));
    el("tr")
        .flag("off", move || !state().is_empty())
        .kid(what)
        .kid(
            el("td")
                .kid(el("b").text_from(move || price.get().map_or_else(String::new, |price| say::price(app, price))))
                .kid(of("small", "leg-state").text_from(move || state().to_owned())),
        )
        .kid(of("td", "stake").kid(el("b").text_from(staked)).kid(lock))
        .kid(el("td").text_from(returns))
}
