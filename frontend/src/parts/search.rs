//! The field that `/` leads to.

use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::controls::unseen;
use super::el::{El, el, of};
use super::icon::{Icon, icon};

/// A search for what `what` says, `Ticker` or `Team`. `typed` hears what is typed, Escape empties it, Enter
/// calls `enter`.
pub fn search_field(
    what: &str,
    most: usize,
    text: impl Fn() -> String + 'static,
    typed: impl Fn(String) + Copy + 'static,
    enter: impl Fn() + 'static,
) -> El {
    let input = el("input")
        .attr("id", "search")
        .attr("type", "search")
        .attr("placeholder", &format!("{what}   /"))
        .attr("autocomplete", "off")
        .attr("autocapitalize", "off")
        .attr("spellcheck", "false")
        .attr("maxlength", &most.to_string())
        .value_from(text)
        .input("input", typed)
        .on("keydown", move |event| match &*event.unchecked_into::<KeyboardEvent>().key() {
            "Enter" => enter(),
            "Escape" => typed(String::new()),
            _ => {}
        });
    of("label", "search")
        .attr("data-what", what)
        .kid(icon(Icon::Search))
        .kid(unseen(&format!("Search a {}", what.to_lowercase())))
        .kid(input)
}
