//! The stake calculator: reckons anew whenever a price moves or something is typed.

use shared::domain::odds::net;
use shared::units::{Money, Odds};

use super::leg::{Row, leg_row};
use super::quotes::Quotes;
use crate::app::App;
use crate::domain::arbs::plan::{Basis, Outcome, Plan, UNITS};
use crate::domain::arbs::worth::Worth;
use crate::model::text;
use crate::parts::controls::segments;
use crate::parts::el::{El, el, memo, of};
use crate::parts::icon::{Icon, icon};
use crate::parts::say;
use crate::platform::copy;
use crate::reactive::*;
use crate::slip::pick::{Pick, stake};

/// What is typed.
#[derive(Clone, Copy)]
pub struct Typed {
    /// The total, or the stake on the leg that is fixed.
    pub amount: RwSignal<String>,
    /// Which leg is fixed; none: the total is.
    pub fixed: RwSignal<Option<usize>>,
    /// To what stakes are rounded: its place among [`UNITS`].
    unit: RwSignal<usize>,
}

/// The calculator.
pub fn calculator(app: App, known: Quotes) -> El {
    let typed = Typed { amount: RwSignal::new("100".to_owned()), fixed: RwSignal::new(None), unit: RwSignal::new(0) };
    let plan = memo(move || reckon(known, typed));
    let legs = memo(move || known.arb.with(|arb| arb.as_ref().map_or(0, |arb| arb.legs.len())));
    let rows = move || (0..legs.get()).map(|at| untrack(|| leg_row(app, Row { known, typed, plan, at }))).collect();
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    let table = of("table", "small stakes")
        .kid(el("thead").kid(el("tr").kids(&["Leg", "Price", "Stake", "Returns"].map(heading))))
        .kid(el("tbody").region(rows));
    el("section")
        .attr("aria-label", "Stake calculator")
        .kid(el("h3").text("Stake calculator"))
        .kid(inputs(typed))
        .kid(
            of("p", "problem")
                .attr("role", "status")
                .text_from(move || problem(known, typed, plan).unwrap_or_default()),
        )
        .kid(table)
        .kid(sums(plan))
        .kid(outcomes(plan))
        .kid(actions(app, known, plan))
        .kid(el("h3").text("Each leg by itself"))
        .kid(worths(app, known))
}

fn reckon(known: Quotes, typed: Typed) -> Option<Plan> {
    let amount = stake(&typed.amount.get()).ok()?;
    let basis = typed.fixed.get().map_or(Basis::Total(amount), |leg| Basis::Leg { leg, stake: amount });
    let unit: Money = UNITS[typed.unit.get()].parse().ok()?;
    let prices = known.prices();
    known.arb.with(|arb| Plan::of(arb.as_ref()?, &prices, basis, unit))
}

/// Why there are no stakes, or why nobody should place them.
fn problem(known: Quotes, typed: Typed, plan: Memo<Option<Plan>>) -> Option<String> {
    if let Err(sentence) = typed.amount.with(|text| stake(text)) {
        return Some(sentence.to_owned());
    }
    let is_arb = known.arb.with(|arb| {
        arb.as_ref().is_some_and(|arb| arb.kind == shared::domain::odds::ArbKind::Arb && !arb.push_possible)
    });
    plan.with(|plan| match plan {
        None => {
            Some("Too little to split: a leg would get nothing. Stake more, or round to a smaller unit.".to_owned())
        }
        Some(plan) if is_arb && plan.worst <= Money::ZERO && known.is_open.get() => {
            Some("Rounded like this nothing is won at worst. Stake more, or round to a smaller unit.".to_owned())
        }
        Some(plan) if is_arb && plan.worst < Money::ZERO => {
            Some("At the prices of now this loses at worst.".to_owned())
        }
        Some(_) => None,
    })
}

fn inputs(typed: Typed) -> El {
    let Typed { amount, fixed, unit } = typed;
    let label = move || if fixed.get().is_some() { "Stake on the fixed leg $" } else { "Total stake $" }.to_owned();
    let field = el("input")
        .attr("id", "calculator-amount")
        .attr("type", "text")
        .attr("inputmode", "decimal")
        .attr("autocomplete", "off")
        .attr("maxlength", "16")
        .attr_from("aria-invalid", move || Some(amount.with(|text| stake(text)).is_err().to_string()))
        .value_from(move || amount.get())
        .input("input", move |text| amount.set(text));
    let total = move || fixed.set(None);
    of("div", "calc-inputs")
        .kid(of("label", "field").kid(el("span").text_from(label)).kid(field))
        .when(move || fixed.get().is_some(), move || of("button", "toggle").text("Use a total").press(total))
        .kid(of("span", "calc-unit").kid(of("span", "muted").text("Round to")).kid(segments(
            "Round stakes to",
            &UNITS,
            move |at| unit.get() == at,
            move |at| unit.set(at),
        )))
}

/// What is staked and won.
fn sums(plan: Memo<Option<Plan>>) -> El {
    let money = move |of_it: fn(&Plan) -> String| {
        move || plan.with(|plan| plan.as_ref().map_or_else(|| "\u{2013}".to_owned(), of_it))
    };
    let class = move |of_it: fn(&Plan) -> Money| {
        move || plan.with(|plan| plan.as_ref().map_or("", |plan| say::profit_class(of_it(plan))).to_owned())
    };
    let lead = |name: &str, value: El| el("div").kid(of("span", "muted").text(name)).kid(value);
    of("div", "lead sums")
        .kid(lead("Staked", el("b").text_from(money(|plan| text::money_exact(plan.total)))))
        .kid(lead(
            "At worst",
            el("b").class_from(class(|plan| plan.worst)).text_from(money(|plan| say::profit(plan.worst))),
        ))
        .kid(lead(
            "At best",
            el("b").class_from(class(|plan| plan.best)).text_from(money(|plan| say::profit(plan.best))),
        ))
}

/// What each result brings.
fn outcomes(plan: Memo<Option<Plan>>) -> El {
    let row = |outcome: &Outcome| {
        el("tr")
            .kid(el("th").attr("scope", "row").text(&outcome.name))
            .kid(of("td", say::profit_class(outcome.profit)).text(&say::profit(outcome.profit)))
    };
    let rows =
        move || plan.with(|plan| plan.as_ref().map(|plan| plan.outcomes.iter().map(row).collect()).unwrap_or_default());
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    of("table", "small outcomes")
        .kid(el("thead").kid(el("tr").kids(&["Result", "Profit"].map(heading))))
        .kid(el("tbody").region(rows))
}

fn actions(app: App, known: Quotes, plan: Memo<Option<Plan>>) -> El {
    let can = move || plan.with(Option::is_some);
    let off = move || (!can()).then(String::new);
    let copied = move || {
        let prices = untrack(|| known.prices());
        let text = known.arb.with_untracked(|arb| {
            let arb = arb.as_ref()?;
            plan.with_untracked(|plan| plan.as_ref().map(|plan| plan.text(arb, &prices)))
        });
        if let Some(text) = text {
            copy(&text);
            app.toasts.show("Stakes copied".to_owned());
        }
    };
    let send = move || {
        let picks = known.arb.with_untracked(|arb| {
            let (arb, plan) = (arb.as_ref()?, plan.get_untracked()?);
            let prices = untrack(|| known.prices());
            let pick = |((leg, price), stake): ((&shared::domain::odds::LegRow, &Odds), &Money)| {
                (Pick { decimal: *price, ..Pick::of_leg(arb, leg) }, *stake)
            };
            Some(arb.legs.iter().zip(&prices).zip(&plan.stakes).map(pick).collect::<Vec<_>>())
        });
        for (pick, stake) in picks.unwrap_or_default() {
            app.slip.add(pick, Some(stake));
        }
    };
    of("div", "slip-buttons")
        .kid(of("button", "toggle").attr_from("disabled", off).kid(icon(Icon::Copy)).text("Copy stakes").press(copied))
        .kid(
            of("button", "primary")
                .attr("id", "to-slip")
                .attr_from("disabled", off)
                .text("Send to the bet slip")
                .press(send),
        )
}

/// Expected value and Kelly stakes of each leg, by the market's fair probability.
fn worths(app: App, known: Quotes) -> El {
    let bankroll = app.settings.bankroll;
    let field = el("input")
        .attr("type", "text")
        .attr("inputmode", "decimal")
        .attr("autocomplete", "off")
        .attr("maxlength", "16")
        .value_from(move || bankroll.get())
        .input("input", move |text| bankroll.set(text));
    let rows = move || {
        let bankroll = bankroll.with(|text| stake(text)).unwrap_or_default();
        let (prices, quotes) = (known.prices(), known.quotes.get());
        known.arb.with(|arb| {
            let legs = arb.as_ref().map(|arb| &*arb.legs).unwrap_or_default();
            let row = |(at, leg): (usize, &shared::domain::odds::LegRow)| {
                let fair = quotes.get(at).copied().flatten().flatten().and_then(|quote| quote.fair);
                let worth = fair.map(|fair| Worth::of(fair, net(prices[at], leg.commission_pct), bankroll));
                let cell = |text: Option<String>| el("td").text(&text.unwrap_or_else(|| "\u{2013}".to_owned()));
                el("tr")
                    .kid(el("th").attr("scope", "row").text(&leg.name))
                    .kid(cell(fair.map(|fair| text::percent(shared::units::Ratio::from_e4(fair.e4() * 100)))))
                    .kid(cell(worth.map(|worth| say::percent_of(worth.ev_pct))))
                    .kids(&[0, 1, 2].map(|part| cell(worth.map(|worth| text::money_exact(worth.kelly[part])))))
            };
            legs.iter().enumerate().map(row).collect()
        })
    };
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    let headings = ["Leg", "Fair", "EV", "Kelly", "Half", "Quarter"].map(heading);
    el("div")
        .kid(of("div", "calc-inputs").kid(of("label", "field").kid(el("span").text("Bankroll $")).kid(field)))
        .kid(of("table", "small worths").kid(el("thead").kid(el("tr").kids(&headings))).kid(el("tbody").region(rows)))
}
