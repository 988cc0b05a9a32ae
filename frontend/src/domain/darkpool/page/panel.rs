//! A ticker's panel: its day in numbers, the chart, the levels, its own tape.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use shared::domain::darkpool::{DarkPoolTopic, LevelRow, PrintRow, SentimentRow};
use shared::units::{Money, Ticker};

use super::prints::TickerPrints;
use super::row::set;
use super::strip::lean_class;
use super::{is_watched, toggle_watch};
use crate::app::App;
use crate::domain::darkpool::detail::Line;
use crate::domain::darkpool::tape::of_ticker;
use crate::live::Pacer;
use crate::model::text::{self, Sign};
use crate::parts::chart::Chart;
use crate::parts::controls::IconButton;
use crate::parts::icon::{Icon, icon};
use crate::parts::split::Split;
use crate::platform::{copy, window};

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
    prints: RwSignal<Vec<Arc<PrintRow>>>,
    ready: RwSignal<bool>,
}

/// The panel of one ticker.
#[component]
pub fn Panel(ticker: Ticker) -> impl IntoView {
    let app = App::get();
    let shown = follow(app, &ticker);
    let name = ticker.to_string();
    let label = format!("{ticker} in detail");
    let (own, starred) = (ticker.clone(), ticker.clone());
    let watched = move || is_watched(app.settings.watchlist, Some(&own));
    let share = move || {
        copy(&window().location().href().unwrap_or_default());
        app.toasts.show("Link copied".to_owned());
    };
    let Shown { day, line, ready, .. } = shown;
    view! {
        <aside class="panel" aria-label=label>
            <header class="panel-head">
                <h2>{name}</h2>
                <LastPrint day=day/>
                <span class="spring"></span>
                <button
                    class="star ghost"
                    aria-label="Watch"
                    title="Watch (w)"
                    aria-pressed=move || watched().to_string()
                    on:click=move |_| toggle_watch(app, &starred)
                >
                    {icon(Icon::Star)}
                </button>
                <IconButton shape=Icon::Link label="Copy a link to this" press=share/>
                <IconButton shape=Icon::Close label="Close (Esc)" press=move || app.router.open(None)/>
            </header>
            <div class="panel-body" tabindex="0" role="region" aria-label="Details">
                <Show when=move || ready.get() && day.with(Option::is_none)>
                    <p class="empty">"No off-exchange prints of this ticker in this session."</p>
                </Show>
                <Day day=day/>
                <h3>"Net amount and price"</h3>
                <Chart line=line/>
                <h3>"Levels"</h3>
                <Levels levels=shown.levels/>
                <h3>"Prints"</h3>
                <TickerPrints prints=shown.prints/>
            </div>
        </aside>
    }
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
        prints: RwSignal::new(Vec::new()),
        ready: RwSignal::new(false),
    };
    let pacer = Pacer::every(EVERY_MS);
    let seen = Rc::new(Cell::new((0, 0)));
    let ticker = ticker.clone();
    app.live.on_frame(move |now| {
        set(shown.ready, app.live.has_rows(&topic));
        app.live.darkpool(|store| {
            let detail = store.detail(&ticker);
            let changes = (detail.map_or(0, |d| d.changes()), store.prints_changes());
            if seen.get() == changes || !pacer.is_due(app.live, now) {
                return;
            }
            seen.set(changes);
            set(shown.prints, of_ticker(store.prints(), &ticker, PRINTS));
            set(shown.day, detail.and_then(|d| d.day.clone()));
            set(shown.line, detail.map(|d| d.line()).unwrap_or_default());
            let levels = detail.map(|d| d.levels()).unwrap_or_default();
            set(shown.levels, (levels.0.into_iter().cloned().collect(), levels.1));
        });
    });
    shown
}

#[component]
fn LastPrint(day: RwSignal<Option<SentimentRow>>) -> impl IntoView {
    let last = move || {
        day.with(|day| {
            let last = day.as_ref()?.last_print.as_ref()?;
            let class = match last.side {
                shared::domain::darkpool::Side::Bullish => "price up",
                shared::domain::darkpool::Side::Bearish => "price down",
                shared::domain::darkpool::Side::Neutral => "price",
            };
            Some(view! { <span class=class>{text::price(last.price)}</span> })
        })
    };
    view! { {last} }
}

/// The day in numbers.
#[component]
fn Day(day: RwSignal<Option<SentimentRow>>) -> impl IntoView {
    let read = move |of: fn(&SentimentRow) -> String| {
        move || day.with(|day| day.as_ref().map_or_else(|| "\u{2013}".to_owned(), of))
    };
    let fact = move |name: &'static str, of: fn(&SentimentRow) -> String| {
        view! { <div><dt>{name}</dt><dd>{read(of)}</dd></div> }
    };
    let net = move || day.with(|day| day.as_ref().map_or("", |day| lean_class(day.net_amount)));
    let permille = move || {
        day.with(|day| {
            let day = day.as_ref()?;
            let (up, down) = (day.bullish_amount.pico(), day.bearish_amount.pico());
            (up + down > 0).then(|| (up / ((up + down) / 1000).max(1)).clamp(0, 1000))
        })
    };
    view! {
        <div class="lead">
            <div>
                <span class="muted">"Net"</span>
                <b class=net>{read(|day| text::money(day.net_amount, Sign::Always))}</b>
            </div>
            <div>
                <span class="muted">"Sentiment"</span>
                <b class=net>{read(|day| day.sentiment.map_or_else(|| "\u{2013}".to_owned(), text::score))}</b>
            </div>
            <div>
                <span class="muted">"Off-exchange"</span>
                <b>{read(|day| day.off_exchange_pct.map_or_else(|| "\u{2013}".to_owned(), text::percent))}</b>
            </div>
        </div>
        <div class="both">
            <span class="up-text">{read(|day| text::money(day.bullish_amount, Sign::Negative))}</span>
            <Split permille=Signal::derive(permille)/>
            <span class="down-text">{read(|day| text::money(day.bearish_amount, Sign::Negative))}</span>
        </div>
        <dl class="facts two">
            {fact("Bullish prints", |day| text::count(day.bullish_prints))}
            {fact("Bearish prints", |day| text::count(day.bearish_prints))}
            {fact("Neutral prints", |day| text::count(day.neutral_prints))}
            {fact("Neutral amount", |day| text::money(day.neutral_amount, Sign::Negative))}
            {fact("Off-exchange shares", |day| text::shares(day.dark_shares))}
            {fact("All shares", |day| text::shares(day.total_shares))}
            {fact("Extended hours", |day| format!("{} prints", text::count(day.extended.prints)))}
            {fact("Session", |day| day.session.to_string())}
        </dl>
    }
}

/// The prices with most notional.
#[component]
fn Levels(levels: RwSignal<(Vec<LevelRow>, Money)>) -> impl IntoView {
    let rows = move || {
        levels.with(|(levels, most)| {
            let most = (most.pico() / 1000).max(1);
            let row = |level: &LevelRow| {
                let width = format!("{}.{}%", level.notional.pico() / most / 10, level.notional.pico() / most % 10);
                view! {
                    <tr>
                        <th scope="row">{text::price(level.price)}</th>
                        <td class="level"><i style=("width", width)></i></td>
                        <td>{text::money(level.notional, Sign::Negative)}</td>
                        <td>{text::shares_short(level.shares)}</td>
                        <td>{text::count(level.prints)}</td>
                    </tr>
                }
            };
            levels.iter().map(row).collect_view()
        })
    };
    view! {
        <table class="small">
            <thead>
                <tr>
                    <th scope="col">"Price"</th>
                    <th scope="col"><span class="unseen">"Share of the greatest"</span></th>
                    <th scope="col">"Notional"</th>
                    <th scope="col">"Shares"</th>
                    <th scope="col">"Prints"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
