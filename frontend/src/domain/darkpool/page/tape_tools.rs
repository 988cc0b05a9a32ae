//! The tape's filters.

use leptos::prelude::*;
use shared::domain::darkpool::Side;
use shared::units::{Money, Shares};

use crate::app::App;
use crate::domain::darkpool::tape::{Filter, NOTIONALS, SIZES};
use crate::model::text::{self, Sign};
use crate::parts::controls::{IconButton, Segments, Threshold, Toggle};
use crate::parts::icon::Icon;
use crate::parts::search::SearchField;

#[component]
pub fn TapeTools() -> impl IntoView {
    let app = App::get();
    let filter = app.router.read(Filter::read);
    let change = move |change: &dyn Fn(&mut Filter)| {
        let mut next = filter.get_untracked();
        change(&mut next);
        app.router.edit(|query| next.write(query));
    };
    let paused = app.live.signals().paused;
    let notionals = NOTIONALS.map(|dollars| {
        let amount = Money::from_pico(i128::from(dollars) * 10_i128.pow(12));
        (
            dollars,
            if dollars == 0 {
                "Any notional".into()
            } else {
                format!("\u{2265} {}", text::money(amount, Sign::Negative))
            },
        )
    });
    let sizes = SIZES.map(|size| {
        let shares = Shares::from_micro(size * 1_000_000);
        (size, if size == 0 { "Any size".into() } else { format!("\u{2265} {} shares", text::shares_short(shares)) })
    });
    view! {
        <div class="tools" role="toolbar" aria-label="Filters">
            <SearchField
                text=Signal::derive(move || filter.with(|filter| filter.search.clone()))
                typed=move |text| change(&|filter| filter.search.clone_from(&text))
                enter=|| {}
            />
            <Segments
                label="Side"
                choices=vec![
                    (None, "All"),
                    (Some(Side::Bullish), "Bullish"),
                    (Some(Side::Bearish), "Bearish"),
                    (Some(Side::Neutral), "Neutral"),
                ]
                value=Signal::derive(move || filter.with(|filter| filter.side))
                choose=move |side| change(&|filter| filter.side = side)
            />
            <Threshold
                label="Least notional"
                choices=notionals.to_vec()
                value=Signal::derive(move || filter.with(|filter| filter.least_notional))
                choose=move |dollars| change(&|filter| filter.least_notional = dollars)
            />
            <Threshold
                label="Least size"
                choices=sizes.to_vec()
                value=Signal::derive(move || filter.with(|filter| filter.least_size))
                choose=move |size| change(&|filter| filter.least_size = size)
            />
            <Toggle
                label="Blocks"
                hint="At least 10,000 shares or $200,000"
                on=Signal::derive(move || filter.with(|filter| filter.blocks))
                flip=move || change(&|filter| filter.blocks = !filter.blocks)
            />
            <Toggle
                label="Unusual"
                hint="Sizes that are unusual for their ticker"
                on=Signal::derive(move || filter.with(|filter| filter.unusual))
                flip=move || change(&|filter| filter.unusual = !filter.unusual)
            />
            <span class="spring"></span>
            <IconButton
                shape=Icon::Pause
                label=Signal::derive(move || if paused.get() { "Resume" } else { "Pause" }.to_owned())
                press=move || paused.update(|paused| *paused = !*paused)
            />
        </div>
    }
}
