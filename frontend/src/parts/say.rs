//! Prices, money, times and names as this reader wants them. All are tracked.

use shared::units::{Money, Odds, Percent, Ratio, Timestamp};

use crate::app::App;
use crate::model::clock;
use crate::model::text;
use crate::platform::local_offset_min;

/// A price in the reader's format.
pub fn price(app: App, odds: Odds) -> String {
    app.settings.format.get().price(odds)
}

/// `Sat 14 Oct 15:00`.
pub fn day_and_minute(app: App, ts: Timestamp) -> String {
    let offset = app.settings.zone.get().offset_min(ts, local_offset_min());
    format!("{} {}", clock::day(ts, offset), clock::minute(ts, offset))
}

/// Dollars and cents, with a plus where it is won: `+$12.50`.
pub fn profit(money: Money) -> String {
    let plus = if money.cents() > 0 { "+" } else { "" };
    format!("{plus}{}", text::money_exact(money))
}

/// What a book is called. Its name may arrive after its prices; until then it is its key.
pub fn book(app: App, key: &str) -> String {
    let name = app.live.odds(|odds| odds.books.get(key).map(|row| row.name.to_string()));
    name.unwrap_or_else(|| key_for_now(app, key))
}

/// What a sport is called, as for a book.
pub fn sport(app: App, key: &str) -> String {
    let title = app.live.odds(|odds| odds.sports.get(key).map(|row| row.title.to_string()));
    title.unwrap_or_else(|| key_for_now(app, key))
}

fn key_for_now(app: App, key: &str) -> String {
    app.live.signals().second.track();
    key.to_owned()
}

/// The class that paints what is won or lost.
pub fn profit_class(money: Money) -> &'static str {
    match money.cents().signum() {
        1 => "up-text",
        -1 => "down-text",
        _ => "",
    }
}

/// A percentage with two decimals and its sign: `+1.20%`.
pub fn percent(percent: Percent) -> String {
    // Ten-thousandths of a percent round to hundredths as a score does.
    format!("{}%", text::score(Ratio::from_e4(percent.micro() / 100)))
}

/// The same of a ratio that is in percent.
pub fn percent_of(ratio: Ratio) -> String {
    format!("{}%", text::score(ratio))
}
