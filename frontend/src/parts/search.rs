//! The field that `/` leads to.

use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::controls::unseen;
use super::el::{El, el, of};
use super::icon::{Icon, icon};

/// A search for tickers. `typed` hears what is typed, Escape empties it, Enter calls `enter`.
pub fn search_field(
    text: impl Fn() -> String + 'static,
    typed: impl Fn(String) + Copy + 'static,
    enter: impl Fn() + 'static,
) -> El {
    let input = el("input")
        .attr("id", "search")
        .attr("type", "search")
        .attr("placeholder", "Ticker   /")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "characters")
        .attr("spellcheck", "false")
        .attr("maxlength", "16")
        .value_from(text)
        .input("input", typed)
        .on("keydown", move |event| match &*event.unchecked_into::<KeyboardEvent>().key() {
            "Enter" => enter(),
            "Escape" => typed(String::new()),
            _ => {}
        });
    of("label", "search").kid(icon(Icon::Search)).kid(unseen("Search a ticker")).kid(input)
}
