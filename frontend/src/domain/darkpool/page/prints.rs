//! Prints of one ticker as a small table, newest first.

use std::sync::Arc;

use leptos::prelude::*;
use shared::domain::darkpool::{PrintRow, Side};

use crate::app::App;
use crate::domain::darkpool::tape::{marks, side_name};
use crate::model::text::{self, Sign};

/// The class that paints a side.
pub const fn side_class(side: Side) -> &'static str {
    match side {
        Side::Bullish => "up",
        Side::Bearish => "down",
        Side::Neutral => "flat",
    }
}

/// What is special about a print, as small marks.
pub fn mark_views(print: &PrintRow) -> impl IntoView + use<> {
    let mark = |(word, hint)| view! { <abbr class="mark" title=hint>{word}</abbr> };
    marks(print).into_iter().map(mark).collect_view()
}

#[component]
pub fn TickerPrints(prints: RwSignal<Vec<Arc<PrintRow>>>) -> impl IntoView {
    let settings = App::get().settings;
    let row = move |print: Arc<PrintRow>| {
        let ts = print.ts;
        view! {
            <tr>
                <td class="time">{move || settings.time(ts)}</td>
                <td class=side_class(print.side)>
                    <span class="unseen">{side_name(print.side)}" "</span>
                    {text::price(print.price)}
                </td>
                <td>{text::shares(print.size)}</td>
                <td>{text::money(print.notional, Sign::Negative)}</td>
                <td class="marks">{mark_views(&print)}</td>
            </tr>
        }
    };
    view! {
        <table class="small prints">
            <thead>
                <tr>
                    <th scope="col">"Time"</th>
                    <th scope="col">"Price"</th>
                    <th scope="col">"Size"</th>
                    <th scope="col">"Notional"</th>
                    <th scope="col"><span class="unseen">"Marks"</span></th>
                </tr>
            </thead>
            <tbody>
                <For each=move || prints.get() key=|print| print.id.clone() children=row/>
            </tbody>
        </table>
        <Show when=move || prints.with(Vec::is_empty)>
            <p class="muted">"None among the newest 1,000 prints of the market."</p>
        </Show>
    }
}
