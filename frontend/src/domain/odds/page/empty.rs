//! What stands in an empty board: that it is still empty, or that nothing fits.

use crate::app::App;
use crate::domain::odds::view::{View, kind_name};
use crate::parts::el::{El, el, of};
use crate::reactive::*;

pub fn nothing_to_show(app: App, view: Memo<View>, ready: RwSignal<bool>) -> El {
    let filtered = move || view.with(View::is_filtered);
    let text = move || match (ready.get(), filtered()) {
        (false, _) => "Waiting for the first prices\u{2026}".to_owned(),
        (true, true) => "No event fits.".to_owned(),
        (true, false) => {
            format!(
                "No book has a price for this market now: {}.",
                kind_name(view.with(|view| view.kind)).to_lowercase()
            )
        }
    };
    let clear = move || {
        let next = View { kind: view.get_untracked().kind, ..View::default() };
        app.router.edit(&|query| next.write(query));
    };
    let cell = el("div")
        .attr("role", "gridcell")
        .kid(el("p").text_from(text))
        .when(move || ready.get() && filtered(), move || of("button", "toggle").text("Clear the filters").press(clear));
    of("div", "empty").attr("role", "row").kid(cell)
}
