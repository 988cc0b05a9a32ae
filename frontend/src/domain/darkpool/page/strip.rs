//! The market at a glance, above the table.

use shared::units::{Money, Ticker};

use crate::app::App;
use crate::domain::darkpool::glance::Glance;
use crate::model::text::{self, Sign};
use crate::parts::el::{El, el, of};
use crate::parts::split::split;
use crate::reactive::*;

/// The strip; it moves once a second.
pub fn strip(app: App) -> El {
    let signals = app.live.signals();
    let glance = Memo::new(move |before: Option<&Glance>| {
        signals.second.track();
        match before {
            Some(before) if signals.paused.get() => before.clone(),
            _ => app.live.darkpool(|store| Glance::of(store.tickers())),
        }
    });
    let amount = move |of_it: fn(&Glance) -> Money| move || glance.with(|g| text::money(of_it(g), Sign::Negative));
    let lean = move || glance.with(|g| lean_class(g.net()).to_owned());
    let sentiment = move || glance.with(|g| g.sentiment().map_or_else(|| "\u{2013}".to_owned(), text::score));
    let newest = move || match glance.with(|g| (g.tickers, g.newest)) {
        (0, _) => "\u{2013}".to_owned(),
        (_, ts) => app.settings.time(ts),
    };
    let both = of("dd", "both")
        .kid(of("span", "up-text").text_from(amount(|g| g.bullish)))
        .kid(split(move || Some(glance.with(Glance::bullish_permille))))
        .kid(of("span", "down-text").text_from(amount(|g| g.bearish)));
    let title = move || format!("Bullish / bearish, top {}", glance.with(|g| g.tickers));
    of("dl", "strip")
        .kid(of("div", "stat wide").kid(el("dt").text_from(title)).kid(both))
        .kid(stat(
            "stat",
            "Net",
            el("dd").class_from(lean).text_from(move || glance.with(|g| text::money(g.net(), Sign::Always))),
        ))
        .kid(stat("stat", "Sentiment", el("dd").class_from(lean).text_from(sentiment)))
        .kid(stat("stat roomy", "Off-exchange", el("dd").text_from(amount(|g| g.notional))))
        .kid(stat("stat roomy spare", "Prints", el("dd").text_from(move || glance.with(|g| text::count(g.prints)))))
        .kid(stat("stat roomy", "Most bullish", extreme(app, move || glance.with(|g| g.most.clone()))))
        .kid(stat("stat roomy", "Most bearish", extreme(app, move || glance.with(|g| g.least.clone()))))
        .kid(stat("stat roomy spare", "Newest print", el("dd").text_from(newest)))
}

fn stat(class: &str, name: &str, value: El) -> El {
    of("div", class).kid(el("dt").text(name)).kid(value)
}

/// The ticker at one end; a press opens it.
fn extreme(app: App, end: impl Fn() -> Option<(Ticker, Money)> + 'static) -> El {
    el("dd").region(move || {
        let Some((ticker, net)) = end() else { return vec![el("span").text("\u{2013}")] };
        let name = ticker.to_string();
        vec![
            of("button", "link").text(&name).press(move || app.router.open(Some(&ticker))),
            of("span", lean_class(net)).text(&text::money(net, Sign::Always)),
        ]
    })
}

/// The class that paints an amount.
pub fn lean_class(amount: Money) -> &'static str {
    match amount.cents().signum() {
        1 => "up",
        -1 => "down",
        _ => "",
    }
}
