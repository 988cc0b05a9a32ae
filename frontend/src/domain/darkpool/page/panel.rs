//! A ticker's panel: its day in numbers, the chart, the levels, its own tape.

use std::cell::Cell;
use std::rc::Rc;

use shared::domain::darkpool::{DarkPoolTopic, LevelRow, SentimentRow, Side};
use shared::units::{Money, Ticker};

use super::prints::{Shown as ShownPrint, side_class, ticker_prints};
use super::strip::lean_class;
use super::{is_watched, toggle_watch};
use crate::app::App;
use crate::domain::darkpool::detail::Line;
use crate::domain::darkpool::tape::of_ticker;
use crate::live::Pacer;
use crate::model::text::{self, Sign};
use crate::parts::chart::chart;
use crate::parts::controls::{icon_button, unseen};
use crate::parts::el::{El, el, of, set};
use crate::parts::icon::{Icon, icon};
use crate::parts::split::split;
use crate::platform::{copy, window};
use crate::reactive::*;

/// How many of the ticker's prints are shown.
const PRINTS: usize = 40;
/// Nobody reads a panel faster than this, in milliseconds.
const EVERY_MS: u64 = 250;

/// What the panel shows. Each part changes by itself.
#[derive(Clone, Copy)]
struct Shown {
    day: RwSignal<Option<SentimentRow>>,
    levels: RwSignal<(Vec<LevelRow>, Money)>,
    line: RwSignal<Line>,
    prints: [ShownPrint; PRINTS],
    ready: RwSignal<bool>,
}

/// The panel of one ticker.
pub fn panel(app: App, ticker: &Ticker) -> El {
    let shown = follow(app, ticker);
    let Shown { day, line, ready, levels, prints } = shown;
    let (own, starred) = (ticker.clone(), ticker.clone());
    let watch = of("button", "star ghost")
        .label("Watch (w)")
        .pressed(move || is_watched(app, &own))
        .press(move || toggle_watch(app, &starred))
        .kid(icon(Icon::Star));
    let share = move || {
        copy(&window().location().href().unwrap_or_default());
        app.toasts.show("Link copied".to_owned());
    };
    let last = move |print: fn(&SentimentRow) -> Option<String>| {
        move || day.with(|day| day.as_ref().and_then(print).unwrap_or_default())
    };
    let price = el("span")
        .class_from(move || {
            let side = day.with(|day| day.as_ref()?.last_print.as_ref().map(|last| last.side));
            format!("price {}", side_class(side.unwrap_or(Side::Neutral)))
        })
        .text_from(last(|day| day.last_print.as_ref().map(|last| text::price(last.price))));
    let head = of("header", "panel-head")
        .kid(el("h2").text(ticker.as_str()))
        .kid(price)
        .kid(of("span", "spring"))
        .kid(watch)
        .kid(icon_button(Icon::Link, "Copy a link to this", share))
        .kid(icon_button(Icon::Close, "Close (Esc)", move || app.router.open(None)));
    let nothing = move || ready.get() && day.with(Option::is_none);
    let body = of("div", "panel-body")
        .attr("tabindex", "0")
        .attr("role", "region")
        .attr("aria-label", "Details")
        .kid(of("p", "empty").text("No off-exchange prints of this ticker in this session.").shown(nothing))
        .kids(&day_in_numbers(day))
        .kid(el("h3").text("Net amount and price"))
        .kid(chart(app, line))
        .kid(el("h3").text("Levels"))
        .kid(levels_table(levels))
        .kid(el("h3").text("Prints"))
        .kids(&ticker_prints(app, &prints));
    of("aside", "panel").attr("aria-label", &format!("{ticker} in detail")).kid(head).kid(body)
}

/// Follows what the panel shows as long as the present owner lives.
fn follow(app: App, ticker: &Ticker) -> Shown {
    let topic = DarkPoolTopic::Ticker(ticker.clone()).topic();
    app.live.follow_here(topic.clone());
    app.live.follow_here(DarkPoolTopic::Tape.topic());
    let shown = Shown {
        day: RwSignal::new(None),
        levels: RwSignal::new((Vec::new(), Money::ZERO)),
        line: RwSignal::new(Line::default()),
        prints: std::array::from_fn(|_| RwSignal::new(None)),
        ready: RwSignal::new(false),
    };
    let pacer = Pacer::every(EVERY_MS);
    let seen = Rc::new(Cell::new((0, 0)));
    let ticker = ticker.clone();
    app.live.on_frame(move |now| {
        set(shown.ready, app.live.has_rows(&topic));
        app.live.darkpool(|store| {
            let detail = store.detail(&ticker);
            let changes = (detail.map_or(0, super::super::detail::Detail::changes), store.prints_changes());
            if seen.get() == changes || !pacer.is_due(app.live, now) {
                return;
            }
            seen.set(changes);
            let mut prints = of_ticker(store.prints(), &ticker, PRINTS).into_iter();
            shown.prints.iter().for_each(|print| set(*print, prints.next()));
            set(shown.day, detail.and_then(|d| d.day.clone()));
            set(shown.line, detail.map(super::super::detail::Detail::line).unwrap_or_default());
            let (levels, most) = detail.map(|d| d.levels()).unwrap_or_default();
            set(shown.levels, (levels.into_iter().cloned().collect(), most));
        });
    });
    shown
}

/// The day in numbers.
fn day_in_numbers(day: RwSignal<Option<SentimentRow>>) -> [El; 3] {
    let read = move |of_it: fn(&SentimentRow) -> String| {
        move || day.with(|day| day.as_ref().map_or_else(|| "\u{2013}".to_owned(), of_it))
    };
    let net = move || day.with(|day| day.as_ref().map_or("", |day| lean_class(day.net_amount)).to_owned());
    let lead = |name: &str, value: El| el("div").kid(of("span", "muted").text(name)).kid(value);
    let permille = move || {
        day.with(|day| {
            let day = day.as_ref()?;
            let (up, down) = (day.bullish_amount.pico(), day.bearish_amount.pico());
            (up + down > 0).then(|| (up / ((up + down) / 1000).max(1)).clamp(0, 1000))
        })
    };
    let sentiment = |day: &SentimentRow| day.sentiment.map_or_else(|| "\u{2013}".to_owned(), text::score);
    let share = |day: &SentimentRow| day.off_exchange_pct.map_or_else(|| "\u{2013}".to_owned(), text::percent);
    let leads = of("div", "lead")
        .kid(lead("Net", el("b").class_from(net).text_from(read(|day| text::money(day.net_amount, Sign::Always)))))
        .kid(lead("Sentiment", el("b").class_from(net).text_from(read(sentiment))))
        .kid(lead("Off-exchange", el("b").text_from(read(share))));
    let both = of("div", "both")
        .kid(of("span", "up-text").text_from(read(|day| text::money(day.bullish_amount, Sign::Negative))))
        .kid(split(permille))
        .kid(of("span", "down-text").text_from(read(|day| text::money(day.bearish_amount, Sign::Negative))));
    type Fact = (&'static str, fn(&SentimentRow) -> String);
    const FACTS: [Fact; 8] = [
        ("Bullish prints", |day| text::count(day.bullish_prints)),
        ("Bearish prints", |day| text::count(day.bearish_prints)),
        ("Neutral prints", |day| text::count(day.neutral_prints)),
        ("Neutral", |day| text::money(day.neutral_amount, Sign::Negative)),
        ("Dark shares", |day| text::shares_short(day.dark_shares)),
        ("All shares", |day| text::shares_short(day.total_shares)),
        ("Extended hours", |day| text::count(day.extended.prints)),
        ("Session", |day| day.session.to_string()),
    ];
    let fact = |(name, of_it): (&str, _)| el("div").kid(el("dt").text(name)).kid(el("dd").text_from(read(of_it)));
    [leads, both, of("dl", "facts two").kids(&FACTS.map(fact))]
}

/// The prices with most notional.
fn levels_table(levels: RwSignal<(Vec<LevelRow>, Money)>) -> El {
    let row = |level: &LevelRow, most: i128| {
        let permille = level.notional.pico() / most;
        let width = format!("{}.{}%", permille / 10, permille % 10);
        el("tr")
            .kid(el("th").attr("scope", "row").text(&text::price(level.price)))
            .kid(of("td", "level").kid(el("i").style("width", &width)))
            .kid(el("td").text(&text::money(level.notional, Sign::Negative)))
            .kid(el("td").text(&text::shares_short(level.shares)))
            .kid(el("td").text(&text::count(level.prints)))
    };
    let rows = move || {
        levels.with(|(levels, most)| levels.iter().map(|level| row(level, (most.pico() / 1000).max(1))).collect())
    };
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    let head = el("tr")
        .kid(heading("Price"))
        .kid(el("th").attr("scope", "col").kid(unseen("Share of the greatest")))
        .kids(&["Notional", "Shares", "Prints"].map(heading));
    of("table", "small").kid(el("thead").kid(head)).kid(el("tbody").region(rows))
}
