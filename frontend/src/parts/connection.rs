//! The connection's badge, and the panel behind it: transport, positions, traffic, latencies, the
//! health of each source.

use leptos::prelude::*;
use shared::units::Moment;

use super::dialog::Dialog;
use crate::app::App;
use crate::live::{Meters, Signals};
use crate::model::badge::{Badge, Facts, sentence};
use crate::model::meter::Histogram;
use crate::model::text;

/// What the badge says now. Changes only when that does.
pub fn badge(app: App) -> Memo<Badge> {
    let Signals { status, sources, rtt_ms, second, .. } = app.live.signals();
    Memo::new(move |_| {
        let now = second.get();
        status.with(|status| {
            // Between two seconds the status may be newer than the second.
            let now = status.heard.map_or(now, |heard| Moment::from_ms(now.ms().max(heard.ms())));
            sources.with(|sources| Badge::of(&Facts { status, now, rtt_ms: rtt_ms.get(), sources }))
        })
    })
}

/// The badge; it opens the panel.
#[component]
pub fn ConnectionBadge() -> impl IntoView {
    let app = App::get();
    let badge = badge(app);
    let tone = move || format!("badge {}", badge.with(|b| b.tone.class()));
    view! {
        <button
            id="badge"
            class=tone
            title="Connection: press for details"
            aria-haspopup="dialog"
            on:click=move |_| app.connection_open.set(true)
        >
            <i class="dot" aria-hidden="true"></i>
            <span class="unseen">"Connection: "</span>
            <b>{move || badge.with(|b| b.word)}</b>
            <span class="badge-detail">{move || badge.with(|b| b.detail.clone())}</span>
        </button>
    }
}

/// The panel behind the badge.
#[component]
pub fn ConnectionDialog() -> impl IntoView {
    let app = App::get();
    view! { <Dialog open=app.connection_open title="Connection"><Details app=app/></Dialog> }
}

#[component]
fn Details(app: App) -> impl IntoView {
    let signals = app.live.signals();
    let every_second = move || {
        signals.second.track();
        app.live.meters(Meters::clone)
    };
    let meters = Memo::new_with_compare(move |_| every_second(), |_, _| true);
    let fact = |name: &'static str, value: Signal<String>| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let totals = move |meters: &Meters| {
        let (messages, bytes) = meters.traffic.totals();
        format!("{} in {} messages", text::bytes(bytes), text::count(messages))
    };
    let rate = move |meters: &Meters| {
        let (messages, bytes) = meters.traffic.per_second(signals.second.get().ms());
        format!("{messages}/s, {}/s", text::bytes(bytes))
    };
    let number = |n: Option<u64>| n.map_or_else(|| "\u{2013}".to_owned(), text::count);
    let server = crate::platform::origin();
    let sources = move || {
        let list = signals.sources.get();
        let row = |(name, state): (Box<str>, shared::wire::SourceState)| {
            let state = state.as_str();
            view! { <div><dt>{name.to_string()}</dt><dd class=format!("source {state}")>{state}</dd></div> }
        };
        if list.is_empty() {
            view! { <p class="muted">"Not told yet."</p> }.into_any()
        } else {
            view! { <dl class="facts">{list.into_iter().map(row).collect_view()}</dl> }.into_any()
        }
    };
    let positions = move || {
        signals.second.track();
        let all = app.live.socket().map(|socket| socket.positions()).unwrap_or_default();
        let row = |(topic, at): (shared::stream::Topic, Option<shared::stream::Position>)| {
            let at = at.map_or_else(|| "waiting".to_owned(), |at| at.to_string());
            view! { <div><dt>{topic.to_string()}</dt><dd>{at}</dd></div> }
        };
        view! { <dl class="facts">{all.into_iter().map(row).collect_view()}</dl> }
    };
    view! {
        <p>{move || signals.status.with(|s| sentence(&s.phase))}</p>
        <dl class="facts">
            {fact("Server", Signal::derive(move || server.clone()))}
            {fact("Clients there", Signal::derive(move || number(signals.clients.get())))}
            {fact("Received", Signal::derive(move || meters.with(totals)))}
            {fact("Now", Signal::derive(move || meters.with(rate)))}
        </dl>
        <h3>"Sources"</h3>
        {sources}
        <h3>"Latency"</h3>
        <div class="latencies">
            <Latency name="Provider and server" hint="From the provider's time to the server's frame"
                of=Signal::derive(move || meters.with(|m| m.upstream.clone()))/>
            <Latency name="Network" hint="From the server's frame to its arrival here"
                of=Signal::derive(move || meters.with(|m| m.network.clone()))/>
            <Latency name="Render" hint="From arrival to the painted frame"
                of=Signal::derive(move || meters.with(|m| m.render.clone()))/>
            <Latency name="Round trip" hint="A ping's way there and back"
                of=Signal::derive(move || meters.with(|m| m.round_trip.clone()))/>
        </div>
        <h3>"Positions"</h3>
        {positions}
    }
}

/// A histogram with its median and its slow end.
#[component]
fn Latency(name: &'static str, hint: &'static str, of: Signal<Histogram>) -> impl IntoView {
    let percentile = move |percent| {
        of.with(|h| match h.percentile(percent) {
            Some(ms) => format!("\u{2264} {ms} ms"),
            None if h.is_empty() => "\u{2013}".to_owned(),
            None => "> 5 s".to_owned(),
        })
    };
    let bars = move || {
        let counts = of.with(|h| *h.counts());
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        // Rare ones stay visible: a bar is never lower than a twentieth.
        let height = |count: &u32| if *count == 0 { 0 } else { (count * 100 / most).max(5) };
        let bar = |count: &u32| view! { <i style=("height", format!("{}%", height(count)))></i> };
        counts.iter().map(bar).collect_view()
    };
    view! {
        <div class="latency" title=hint>
            <span>{name}</span>
            <span class="histogram" aria-hidden="true">{bars}</span>
            <span class="num"><small>"p50 "</small>{move || percentile(50)}</span>
            <span class="num"><small>"p99 "</small>{move || percentile(99)}</span>
        </div>
    }
}
