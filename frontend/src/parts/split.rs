//! A bar of bullish against bearish.

use leptos::prelude::*;

/// The bar; `permille` of it, from the left, are bullish. What it shows is said in text beside it.
#[component]
pub fn Split(#[prop(into)] permille: Signal<Option<i128>>) -> impl IntoView {
    let width = move || {
        let permille = permille.get().unwrap_or(500);
        format!("{}.{}%", permille / 10, permille % 10)
    };
    view! {
        <span class="bar" aria-hidden="true" class:none=move || permille.get().is_none()>
            <i style=("width", width)></i>
        </span>
    }
}
