//! The panel of one opportunity: what it is, what is wrong with it, the calculator.

use shared::domain::odds::{ArbKind, ArbRow};

use super::calculator::calculator;
use super::open::{kind_word, market};
use super::open_one;
use super::quotes::Quotes;
use crate::app::App;
use crate::domain::arbs::fate::warnings;
use crate::model::text;
use crate::parts::controls::icon_button;
use crate::parts::el::{El, el, memo, of};
use crate::parts::icon::Icon;
use crate::parts::say;
use crate::platform::{copy, window};
use crate::reactive::*;

/// The panel.
pub fn panel(app: App, id: &str) -> El {
    let known = Quotes::follow(app, id);
    let Quotes { arb, is_open, ready, .. } = known;
    let read = move |of_it: fn(&ArbRow) -> String| move || arb.with(|arb| arb.as_ref().map(of_it).unwrap_or_default());
    let share = move || {
        copy(&window().location().href().unwrap_or_default());
        app.toasts.show("Link copied".to_owned());
    };
    let event = el("a")
        .attr_from("href", move || arb.with(|arb| arb.as_ref().map(|arb| format!("/event/{}", arb.event))))
        .text_from(read(|arb| format!("{} \u{2013} {}", arb.home, arb.away)))
        .follow(move || {
            if let Some(event) = arb.with_untracked(|arb| arb.as_ref().map(|arb| arb.event.clone())) {
                app.router.turn_to_event(&event);
            }
        });
    let head = of("header", "panel-head")
        .kid(el("h2").kid(event))
        .kid(of("span", "spring"))
        .kid(icon_button(Icon::Link, "Copy a link to this", share))
        .kid(icon_button(Icon::Close, "Close (Esc)", move || open_one(app, None)));
    let unknown = move || ready.get() && arb.with(Option::is_none);
    let there = memo(move || arb.with(Option::is_some));
    let body = of("div", "panel-body")
        .attr("tabindex", "0")
        .attr("role", "region")
        .attr("aria-label", "Details")
        .kid(of("p", "empty").text("This opportunity is over and forgotten. The list has those of now.").shown(unknown))
        .region(move || if there.get() { untrack(|| inside(app, known)) } else { Vec::new() });
    of("aside", "panel")
        .attr("aria-label", "Opportunity in detail")
        .flag("over", move || there.get() && !is_open.get())
        .kid(head)
        .kid(body)
}

fn inside(app: App, known: Quotes) -> Vec<El> {
    let arb = known.arb;
    let read = move |of_it: fn(&ArbRow) -> String| move || arb.with(|arb| arb.as_ref().map(of_it).unwrap_or_default());
    let lead = |name: &str, value: El| el("div").kid(of("span", "muted").text(name)).kid(value);
    let age = move || {
        app.live.signals().second.track();
        let Some(since) = arb.with(|arb| arb.as_ref().map(|arb| arb.opened_ms)) else { return String::new() };
        match known.end.with(|end| end.as_ref().map(|end| end.lived_ms)) {
            Some(lived) => text::lasted(lived),
            None => text::lasted(u64::try_from(app.live.server_now().ms_since(since)).unwrap_or(0)),
        }
    };
    let starts = move || {
        arb.with(|arb| match arb {
            Some(arb) if arb.live => "Live".to_owned(),
            Some(arb) => say::day_and_minute(app, arb.commence_ms),
            None => String::new(),
        })
    };
    let sport =
        move || arb.with(|arb| arb.as_ref().map_or_else(String::new, |arb| say::sport(app, arb.sport.as_str())));
    let leads = of("div", "lead")
        .kid(lead("Edge", el("b").text_from(read(|arb| say::percent(arb.roi_pct)))))
        .kid(lead("At best", el("b").text_from(read(|arb| say::percent(arb.best_pct)))))
        .kid(lead("Age", el("b").text_from(age)));
    let facts = of("dl", "facts two")
        .kid(fact("Kind", read(|arb| kind_word(arb.kind).to_owned())))
        .kid(fact("Market", read(market)))
        .kid(fact("Sport", sport))
        .kid(fact("Starts", starts));
    let wrong = move || {
        app.live.signals().second.track();
        let lines = arb.with(|arb| {
            let Some(arb) = arb else { return Vec::new() };
            let end = known.end.get();
            let price = |odds| say::price(app, odds);
            let mut arb = arb.clone();
            arb.legs.iter_mut().for_each(|leg| leg.book = say::book(app, &leg.book).into());
            warnings(&arb, &known.moved(), known.is_open.get(), end.as_ref(), app.live.server_now(), &price)
        });
        lines.iter().map(|line| el("p").text(line)).collect()
    };
    vec![
        of("div", "warnings").attr("role", "status").region(wrong),
        leads,
        facts,
        of("p", "fine").text_from(read(explain)),
        calculator(app, known),
    ]
}

fn fact(name: &str, value: impl Fn() -> String + 'static) -> El {
    el("div").kid(el("dt").text(name)).kid(el("dd").text_from(value))
}

fn explain(arb: &ArbRow) -> String {
    let first = match arb.kind {
        ArbKind::Arb => "Something is won whatever happens, if every leg is placed at these prices.",
        ArbKind::Middle => "Results between the two lines win both bets; all others lose a little.",
    };
    let push = if arb.push_possible { " On a whole line stakes may come back: then nothing is won." } else { "" };
    format!("{first}{push}")
}
