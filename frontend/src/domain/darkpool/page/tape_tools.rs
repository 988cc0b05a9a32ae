//! The tape's filters.

use shared::domain::darkpool::Side;
use shared::units::Shares;

use super::toolbar::{at_least, pause_button};
use crate::app::App;
use crate::domain::darkpool::tape::{Filter, NOTIONALS, SIZES};
use crate::model::text;
use crate::parts::controls::{choice, segments, toggle};
use crate::parts::el::{El, of};
use crate::parts::search::search_field;

const SIDES: [Option<Side>; 4] = [None, Some(Side::Bullish), Some(Side::Bearish), Some(Side::Neutral)];

pub fn tape_tools(app: App) -> El {
    let filter = app.router.read(Filter::read);
    let change = move |change: &dyn Fn(&mut Filter)| {
        let mut next = filter.get_untracked();
        change(&mut next);
        app.router.edit(&|query| next.write(query));
    };
    let size_name = |size: i64| match size {
        0 => "Any size".to_owned(),
        some => format!("\u{2265} {} shares", text::shares_short(Shares::from_micro(some * 1_000_000))),
    };
    of("div", "tools")
        .attr("role", "toolbar")
        .attr("aria-label", "Filters")
        .kid(search_field(
            "Ticker",
            16,
            move || filter.with(|filter| filter.search.clone()),
            move |text| change(&|filter| filter.search.clone_from(&text)),
            || {},
        ))
        .kid(segments(
            "Side",
            &["All", "Bullish", "Bearish", "Neutral"],
            move |at| filter.with(|filter| filter.side == SIDES[at]),
            move |at| change(&|filter| filter.side = SIDES[at]),
        ))
        .kid(choice(
            "Least notional",
            NOTIONALS.map(|dollars| (dollars.to_string(), at_least(dollars, "Any notional"))),
            move |value| filter.with(|filter| filter.least_notional.to_string() == value),
            move |value| change(&|filter| filter.least_notional = value.parse().unwrap_or(0)),
        ))
        .kid(choice(
            "Least size",
            SIZES.map(|size| (size.to_string(), size_name(size))),
            move |value| filter.with(|filter| filter.least_size.to_string() == value),
            move |value| change(&|filter| filter.least_size = value.parse().unwrap_or(0)),
        ))
        .kid(toggle(
            "Blocks",
            "At least 10,000 shares or $200,000",
            move || filter.with(|filter| filter.blocks),
            move || change(&|filter| filter.blocks = !filter.blocks),
        ))
        .kid(toggle(
            "Unusual",
            "Sizes that are unusual for their ticker",
            move || filter.with(|filter| filter.unusual),
            move || change(&|filter| filter.unusual = !filter.unusual),
        ))
        .kid(of("span", "spring"))
        .kid(pause_button(app))
}
