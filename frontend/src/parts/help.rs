//! The help: shortcuts, what the numbers are, whose work the page stands on.

use super::controls::checkbox;
use super::dialog::dialog;
use super::el::{El, el, of};
use crate::app::App;

const SHORTCUTS: [(&str, &str); 19] = [
    ("/", "Search"),
    ("j k", "Next and previous row"),
    ("Enter", "Open the row"),
    ("\u{2190} \u{2192}", "Other books on the board of odds"),
    ("a", "The best price of the row to the bet slip"),
    ("w", "Watch or unwatch the row"),
    ("Esc", "Close the panel, leave the search"),
    ("p", "Pause and resume the screen"),
    ("g d", "Dark pool"),
    ("g t", "Tape"),
    ("g o", "Odds"),
    ("g a", "Arbitrages"),
    ("g b", "Bets"),
    ("g k", "Books"),
    ("b", "Bet slip"),
    ("s", "Sign in, sign out"),
    ("c", "Connection"),
    ("t", "Theme"),
    ("?", "This help"),
];

const PRINTS: &str = "Off-exchange prints: trades reported to a FINRA trade reporting facility (TRF). That includes \
    dark pools, but also wholesalers that fill retail orders; a print does not say who traded.";
const SIDES: &str = "A print counts as bullish when it was nearer the best offer, as bearish when it was nearer the \
    best bid (Lee and Ready, 1991). That is an estimate. Sums begin with the session at 09:30 New York time. None of \
    this is investment advice.";
const ODDS: &str = "Fair is the consensus of the books without their margin. Hybrid is what we would offer: the consensus \
    together with what is staked here, with a margin. Best, framed in green, is the highest price that can be had now. A \
    price that is struck out is suspended or too old: nobody can bet at it.";
const ARBS: &str = "An arbitrage is a set of prices at different books that wins whatever happens. A middle is two bets on \
    different lines that both win between them, and lose a little otherwise. Books change prices and limit stakes: the \
    calculator shows what would be, not what you will get. Bets are on paper.";
const CHARTS: &str =
    "Charts: TradingView Lightweight Charts\u{2122}, copyright \u{a9} 2025 TradingView, Inc., Apache-2.0. ";

pub fn help_dialog(app: App) -> El {
    dialog(app.help_open, "Help", move || {
        let shortcuts = app.settings.shortcuts;
        let row = |(key, what): (&str, &str)| el("div").kid(el("dt").kid(el("kbd").text(key))).kid(el("dd").text(what));
        let tradingview = el("a")
            .attr("href", "https://www.tradingview.com/")
            .attr("rel", "noopener noreferrer")
            .attr("target", "_blank")
            .text("tradingview.com");
        vec![
            el("h3").text("Keyboard"),
            of("dl", "shortcuts").kids(&SHORTCUTS.map(row)),
            checkbox("Single-key shortcuts", "", move || shortcuts.get(), move || shortcuts.update(|on| *on = !*on)),
            el("h3").text("What is shown"),
            el("p").text(PRINTS),
            el("p").text(SIDES),
            el("p").text(ODDS),
            el("p").text(ARBS),
            el("h3").text("Credits"),
            el("p").text(CHARTS).kid(tradingview),
        ]
    })
}
