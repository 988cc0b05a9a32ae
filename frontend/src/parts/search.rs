//! The field that `/` leads to.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::icon::{Icon, icon};

/// A search for tickers.
#[component]
pub fn SearchField(
    /// What is searched for.
    #[prop(into)]
    text: Signal<String>,
    /// Something else is typed; Escape empties it.
    typed: impl Fn(String) + Copy + 'static,
    /// Enter.
    enter: impl Fn() + 'static,
) -> impl IntoView {
    let key = move |event: KeyboardEvent| match &*event.key() {
        "Enter" => enter(),
        "Escape" => typed(String::new()),
        _ => {}
    };
    view! {
        <label class="search">
            {icon(Icon::Search)}
            <span class="unseen">"Search a ticker"</span>
            <input
                id="search"
                type="search"
                placeholder="Ticker   /"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="16"
                prop:value=text
                on:input:target=move |event| typed(event.target().value())
                on:keydown=key
            />
        </label>
    }
}
