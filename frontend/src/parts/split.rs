//! A bar of bullish against bearish.

use super::el::{El, el, of};

/// The bar; so many thousandths of it, from the left, are bullish. What it shows is said in text
/// beside it.
pub fn split(permille: impl Fn() -> Option<i128> + Clone + 'static) -> El {
    let none = permille.clone();
    let width = move || {
        let permille = permille().unwrap_or(500);
        format!("{}.{}%", permille / 10, permille % 10)
    };
    of("span", "bar")
        .attr("aria-hidden", "true")
        .flag("none", move || none().is_none())
        .kid(el("i").style_from("width", width))
}
