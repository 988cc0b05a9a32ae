//! A modal dialog: the browser's own, which keeps the focus inside and gives it back.

use crate::reactive::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use super::controls::icon_button;
use super::el::{El, effect, el, of};
use super::icon::Icon;

/// A dialog that is open while `open` is true. What is in it is made when it opens.
pub fn dialog(open: RwSignal<bool>, title: &'static str, body: impl Fn() -> Vec<El> + 'static) -> El {
    let close = move || open.set(false);
    let head = of("header", "sheet-head").kid(el("h2").text(title)).kid(icon_button(Icon::Close, "Close", close));
    let inside = move || if open.get() { untrack(&body) } else { Vec::new() };
    let dialog = el("dialog")
        .attr("aria-label", title)
        .kid(of("div", "sheet").kid(head).kid(el("div").region(inside)))
        .on("close", move |_| open.set(false))
        // The sheet covers the dialog, so a click on the dialog itself is one beside it.
        .on("click", move |event| {
            if event.target() == event.current_target() {
                open.set(false);
            }
        });
    let element: HtmlDialogElement = dialog.element().clone().unchecked_into();
    effect(move || match (open.get(), element.open()) {
        (true, false) => {
            // It fails only on a dialog that is not in the page, or is open already.
            let _ = element.show_modal();
        }
        (false, true) => element.close(),
        (true, true) | (false, false) => {}
    });
    dialog
}
