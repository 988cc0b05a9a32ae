//! The market at a glance, above the table.

use leptos::prelude::*;
use shared::units::{Money, Ticker};

use crate::app::App;
use crate::domain::darkpool::glance::Glance;
use crate::model::text::{self, Sign};
use crate::parts::split::Split;

/// The strip; it moves once a second.
#[component]
pub fn Strip() -> impl IntoView {
    let app = App::get();
    let signals = app.live.signals();
    let glance = Memo::new(move |before: Option<&Glance>| {
        signals.second.track();
        if signals.paused.get() {
            return before.cloned().unwrap_or_default();
        }
        app.live.darkpool(|store| Glance::of(store.tickers()))
    });
    let amount = move |of: fn(&Glance) -> Money| move || glance.with(|g| text::money(of(g), Sign::Negative));
    let lean = move || glance.with(|g| lean_class(g.net()));
    view! {
        <dl class="strip">
            <div class="stat wide">
                <dt>"Bullish / bearish, top " {move || glance.with(|g| g.tickers)}</dt>
                <dd class="both">
                    <span class="up-text">{amount(|g| g.bullish)}</span>
                    <Split permille=Signal::derive(move || Some(glance.with(Glance::bullish_permille)))/>
                    <span class="down-text">{amount(|g| g.bearish)}</span>
                </dd>
            </div>
            <div class="stat">
                <dt>"Net"</dt>
                <dd class=lean>{move || glance.with(|g| text::money(g.net(), Sign::Always))}</dd>
            </div>
            <div class="stat">
                <dt>"Sentiment"</dt>
                <dd class=lean>
                    {move || glance.with(|g| g.sentiment().map_or_else(|| "\u{2013}".to_owned(), text::score))}
                </dd>
            </div>
            <div class="stat roomy">
                <dt>"Off-exchange"</dt>
                <dd>{amount(|g| g.notional)}</dd>
            </div>
            <div class="stat roomy">
                <dt>"Prints"</dt>
                <dd>{move || glance.with(|g| text::count(g.prints))}</dd>
            </div>
            <Extreme name="Most bullish" of=Signal::derive(move || glance.with(|g| g.most.clone()))/>
            <Extreme name="Most bearish" of=Signal::derive(move || glance.with(|g| g.least.clone()))/>
            <div class="stat roomy">
                <dt>"Newest print, " {move || app.settings.zone.get().label()}</dt>
                <dd>{move || glance.with(|g| if g.tickers == 0 { "\u{2013}".to_owned() } else { app.settings.time(g.newest) })}</dd>
            </div>
        </dl>
    }
}

/// The ticker at one end; a press opens it.
#[component]
fn Extreme(name: &'static str, of: Signal<Option<(Ticker, Money)>>) -> impl IntoView {
    let router = App::get().router;
    let end = move || {
        of.get().map(|(ticker, net)| {
            let label = ticker.to_string();
            view! {
                <button class="link" on:click=move |_| router.open(Some(&ticker))>{label}</button>
                <span class=lean_class(net)>{text::money(net, Sign::Always)}</span>
            }
        })
    };
    view! { <div class="stat roomy"><dt>{name}</dt><dd>{end}</dd></div> }
}

/// The class that paints an amount.
pub fn lean_class(amount: Money) -> &'static str {
    match amount.cents().signum() {
        1 => "up",
        -1 => "down",
        _ => "",
    }
}
