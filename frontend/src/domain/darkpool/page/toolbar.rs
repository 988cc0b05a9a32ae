//! Search, filters and what else is done with the table.

use leptos::prelude::*;
use shared::units::Ticker;

use super::display::DisplayDialog;
use super::table::Table;
use crate::app::App;
use crate::domain::darkpool::columns::Column;
use crate::domain::darkpool::export;
use crate::domain::darkpool::view::{Lean, Sort, SortBy, View};
use crate::model::text::{self, Sign};
use crate::parts::controls::{IconButton, Segments, Threshold, Toggle};
use crate::parts::icon::Icon;
use crate::parts::search::SearchField;
use crate::platform::download;

const LEAST: [i64; 6] = [0, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

#[component]
pub fn Toolbar(table: Table) -> impl IntoView {
    let app = App::get();
    let view = table.asked();
    let change = move |change: &dyn Fn(&mut View)| {
        let mut next = view.get_untracked();
        change(&mut next);
        app.router.edit(|query| next.write(query));
    };
    let (total, held) = (table.total(), table.held());
    let known = move || app.live.darkpool(|store| store.tickers().len());
    let count = move || {
        let shown = total.get();
        app.live.signals().second.track();
        let known = known();
        if shown == known { format!("{shown} tickers") } else { format!("{shown} of {known}") }
    };
    let typed = Memo::new(move |_| view.with(|view| view.search.trim().to_ascii_uppercase().parse::<Ticker>().ok()));
    // A name in full that the table does not have: it may be outside the top.
    let elsewhere = move || {
        total.track();
        let ticker = typed.get()?;
        app.live.darkpool(|store| store.tickers().find(&ticker).is_none()).then_some(ticker)
    };
    let searched = table.clone();
    let enter = move || {
        // What is on the screen may be one frame behind what was typed.
        let view = view.get_untracked();
        let first = app.live.darkpool(|store| {
            let watchlist = app.settings.watchlist.get_untracked();
            let rows = view.rows(store.tickers(), &watchlist);
            rows.first().and_then(|row| store.tickers().symbol(*row).cloned())
        });
        if let Some(ticker) = first.or(typed.get_untracked()) {
            app.router.open(Some(&ticker));
        }
    };
    let save = move || {
        let tickers = searched.tickers();
        let text = app.live.darkpool(|store| {
            let rows: Vec<usize> = tickers.iter().filter_map(|ticker| store.tickers().find(ticker)).collect();
            export::rows(store.tickers(), &rows)
        });
        download("undercurrent-darkpool.csv", "text/csv", &text);
    };
    let paused = app.live.signals().paused;
    let display = RwSignal::new(false);
    let least = LEAST.map(|dollars| {
        let name = match dollars {
            0 => "Any notional".to_owned(),
            some => format!("\u{2265} {}", text::money(shared_dollars(some), Sign::Negative)),
        };
        (dollars, name)
    });
    view! {
        <div class="tools" role="toolbar" aria-label="Filters">
            <SearchField
                text=Signal::derive(move || view.with(|view| view.search.clone()))
                typed=move |text| change(&|view| view.search.clone_from(&text))
                enter=enter
            />
            {move || elsewhere().map(|ticker| {
                let label = format!("Open {ticker}");
                view! { <button class="toggle" on:click=move |_| app.router.open(Some(&ticker))>{label}</button> }
            })}
            <Segments
                label="Net amount"
                choices=vec![(Lean::Any, "All"), (Lean::Bullish, "Bullish"), (Lean::Bearish, "Bearish")]
                value=Signal::derive(move || view.with(|view| view.lean))
                choose=move |lean| change(&|view| view.lean = lean)
            />
            <Toggle
                label="Watchlist"
                shape=Icon::Star
                hint="Only the watchlist"
                on=Signal::derive(move || view.with(|view| view.watched))
                flip=move || change(&|view| view.watched = !view.watched)
            />
            <Threshold
                label="Least notional"
                choices=least.to_vec()
                value=Signal::derive(move || view.with(|view| view.least))
                choose=move |dollars| change(&|view| view.least = dollars)
            />
            <SortChoice view=view/>
            <span class="spring"></span>
            <span class="muted count">
                {count}
                <span class="held" class:on=move || held.get()>" \u{b7} order held"</span>
            </span>
            <IconButton
                shape=Icon::Pause
                label=Signal::derive(move || if paused.get() { "Resume" } else { "Pause" }.to_owned())
                press=move || paused.update(|paused| *paused = !*paused)
            />
            <IconButton shape=Icon::Download label="Save these rows as CSV" press=save/>
            <IconButton shape=Icon::Display label="Columns and display" press=move || display.set(true)/>
        </div>
        <DisplayDialog open=display view=view/>
    }
}

fn shared_dollars(dollars: i64) -> shared::units::Money {
    shared::units::Money::from_pico(i128::from(dollars) * 10_i128.pow(12))
}

/// The order as a list, where cards have no headings.
#[component]
fn SortChoice(view: Memo<View>) -> impl IntoView {
    let router = App::get().router;
    let chosen = move || view.with(|view| view.sort.text());
    let choices = std::iter::once((SortBy::Ticker, "Ticker"))
        .chain(Column::ALL.into_iter().filter(|column| column.sorts()).map(|c| (SortBy::Column(c), c.title())));
    let option = move |(by, title): (SortBy, &'static str)| {
        let plain = view.get_untracked().sort;
        let natural =
            Sort { by: if by == SortBy::Ticker { SortBy::Column(Column::Net) } else { SortBy::Ticker }, ..plain }
                .click(by);
        [natural, natural.click(by)].map(|sort| {
            let text = sort.text();
            let value = text.clone();
            let arrow = if sort.descending { '\u{2193}' } else { '\u{2191}' };
            view! { <option value=value selected=move || chosen() == text>{format!("{title} {arrow}")}</option> }
        })
    };
    let choose = move |text: &str| {
        if let Some(sort) = Sort::of(text) {
            let next = View { sort, ..view.get_untracked() };
            router.edit(|query| next.write(query));
        }
    };
    view! {
        <select
            class="threshold only-cards"
            aria-label="Order"
            on:change:target=move |event| choose(&event.target().value())
        >
            {choices.map(option).collect_view()}
        </select>
    }
}
