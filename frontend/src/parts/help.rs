//! The help: shortcuts, what the numbers are, whose work the page stands on.

use leptos::prelude::*;

use super::dialog::Dialog;
use crate::app::App;

const SHORTCUTS: [(&str, &str); 11] = [
    ("/", "Search"),
    ("j k", "Next and previous row"),
    ("Enter", "Open the row"),
    ("w", "Watch or unwatch the row"),
    ("Esc", "Close the panel, leave the search"),
    ("p", "Pause and resume the screen"),
    ("g d", "Dark pool"),
    ("g t", "Tape"),
    ("c", "Connection"),
    ("t", "Theme"),
    ("?", "This help"),
];

#[component]
pub fn HelpDialog() -> impl IntoView {
    let app = App::get();
    let shortcuts = app.settings.shortcuts;
    let row = |(key, what): (&'static str, &'static str)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> };
    view! {
        <Dialog open=app.help_open title="Help">
            <section>
                <h3>"Keyboard"</h3>
                <dl class="shortcuts">{SHORTCUTS.map(row).collect_view()}</dl>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || shortcuts.get()
                        on:change=move |_| shortcuts.update(|on| *on = !*on)
                    />
                    "Single-key shortcuts"
                </label>
            </section>
            <section>
                <h3>"What is shown"</h3>
                <p>
                    "Off-exchange prints: trades reported to a FINRA trade reporting facility (TRF). That includes dark \
                    pools, but also wholesalers that fill retail orders; a print does not say who traded."
                </p>
                <p>
                    "A print counts as bullish when it was nearer the best offer, as bearish when it was nearer the best \
                    bid (Lee and Ready, 1991). That is an estimate. Sums begin with the session at 09:30 New York time. \
                    None of this is investment advice."
                </p>
            </section>
            <section>
                <h3>"Credits"</h3>
                <p>
                    "Charts: TradingView Lightweight Charts\u{2122}, copyright \u{a9} 2025 TradingView, Inc., Apache-2.0. "
                    <a href="https://www.tradingview.com/" rel="noopener noreferrer" target="_blank">"tradingview.com"</a>
                </p>
            </section>
        </Dialog>
    }
}
