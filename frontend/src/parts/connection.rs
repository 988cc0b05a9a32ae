//! The connection's badge, and the panel behind it: transport, positions, traffic, latencies, the
//! health of each source.

use shared::units::Moment;

use super::controls::unseen;
use super::dialog::dialog;
use super::el::{El, el, memo, of};
use crate::app::App;
use crate::live::{Live, Signals};
use crate::model::badge::{Badge, Facts, sentence};
use crate::model::meter::Histogram;
use crate::model::text;
use crate::platform;
use crate::reactive::*;

/// What the badge says now. Changes only when that does.
pub fn badge(live: Live) -> Memo<Badge> {
    let Signals { status, sources, rtt_ms, second, .. } = live.signals();
    memo(move || {
        let now = second.get();
        status.with(|status| {
            // Between two seconds the status may be newer than the second.
            let now = status.heard.map_or(now, |heard| Moment::from_ms(now.ms().max(heard.ms())));
            sources.with(|sources| Badge::of(&Facts { status, now, rtt_ms: rtt_ms.get(), sources }))
        })
    })
}

/// The badge; it opens the panel.
pub fn connection_badge(app: App) -> El {
    let badge = app.badge;
    el("button")
        .attr("id", "badge")
        .attr("title", "Connection: press for details")
        .attr("aria-haspopup", "dialog")
        .class_from(move || format!("badge {}", badge.with(|b| b.tone.class())))
        .press(move || app.connection_open.set(true))
        .kid(of("i", "dot").attr("aria-hidden", "true"))
        .kid(unseen("Connection: "))
        .kid(el("b").text_from(move || badge.with(|b| b.word.to_owned())))
        .kid(of("span", "badge-detail").text_from(move || badge.with(|b| b.detail.clone())))
}

/// The panel behind the badge.
pub fn connection_dialog(app: App) -> El {
    let signals = app.live.signals();
    dialog(app.connection_open, "Connection", move || {
        let sources = move || {
            let row = |name: &str, state: shared::wire::SourceState| {
                fact(name, state.as_str()).class(&format!("source {}", state.as_str()))
            };
            signals.sources.with(|sources| sources.iter().map(|(name, state)| row(name, *state)).collect())
        };
        vec![
            el("p").text_from(move || signals.status.with(|s| sentence(&s.phase))),
            of("dl", "facts").region(move || {
                signals.second.track();
                traffic(app)
            }),
            el("h3").text("Sources"),
            of("dl", "facts").region(sources),
            el("h3").text("Latency"),
            of("div", "latencies").region(move || {
                signals.second.track();
                latencies(app.live)
            }),
            el("h3").text("Positions"),
            of("dl", "facts").region(move || {
                signals.second.track();
                positions(app.live)
            }),
        ]
    })
}

fn fact(name: &str, value: &str) -> El {
    el("div").kid(el("dt").text(name)).kid(el("dd").text(value))
}

fn traffic(app: App) -> Vec<El> {
    let signals = app.live.signals();
    let clients = signals.clients.get_untracked().map_or_else(|| "\u{2013}".to_owned(), text::count);
    let now = signals.second.get_untracked().ms();
    let ((messages, bytes), (messages_s, bytes_s)) =
        app.live.meters(|meters| (meters.traffic.totals(), meters.traffic.per_second(now)));
    vec![
        fact("Server", &platform::origin()),
        fact("Clients there", &clients),
        fact("Received", &format!("{} in {} messages", text::bytes(bytes), text::count(messages))),
        fact("Now", &format!("{messages_s}/s, {}/s", text::bytes(bytes_s))),
    ]
}

fn positions(live: Live) -> Vec<El> {
    let all = live.socket().map(|socket| socket.positions()).unwrap_or_default();
    let row = |(topic, at): (shared::stream::Topic, Option<shared::stream::Position>)| {
        fact(topic.as_str(), &at.map_or_else(|| "waiting".to_owned(), |at| at.to_string()))
    };
    all.into_iter().map(row).collect()
}

fn latencies(live: Live) -> Vec<El> {
    live.meters(|meters| {
        vec![
            latency("Provider and server", "From the provider's time to the server's frame", &meters.upstream),
            latency("Network", "From the server's frame to its arrival here", &meters.network),
            latency("Render", "From arrival to the painted frame", &meters.render),
            latency("Round trip", "A ping's way there and back", &meters.round_trip),
        ]
    })
}

/// A histogram with its median and its slow end.
fn latency(name: &str, hint: &str, of_it: &Histogram) -> El {
    let percentile = |name: &str, percent| {
        let text = match of_it.percentile(percent) {
            Some(ms) => format!("\u{2264} {ms} ms"),
            None if of_it.is_empty() => "\u{2013}".to_owned(),
            None => "> 5 s".to_owned(),
        };
        of("span", "num").kid(el("small").text(name)).text(&text)
    };
    let most = of_it.counts().iter().copied().max().unwrap_or(0).max(1);
    // Rare ones stay visible: a bar is never lower than a twentieth.
    let height = |count: &u32| if *count == 0 { 0 } else { (count * 100 / most).max(5) };
    let bars = of_it.counts().each_ref().map(|count| el("i").style("height", &format!("{}%", height(count))));
    of("div", "latency")
        .attr("title", hint)
        .kid(el("span").text(name))
        .kid(of("span", "histogram").attr("aria-hidden", "true").kids(&bars))
        .kid(percentile("p50 ", 50))
        .kid(percentile("p99 ", 99))
}
