//! Which columns are shown, how dense, in which time, in which colours.

use crate::app::App;
use crate::domain::darkpool::columns::Column;
use crate::domain::darkpool::view::View;
use crate::model::clock::Zone;
use crate::parts::controls::{checkbox, segments};
use crate::parts::dialog::dialog;
use crate::parts::el::{El, el, of};
use crate::reactive::*;
use crate::settings::{Density, Theme};

const DENSITIES: [Density; 2] = [Density::Comfortable, Density::Compact];

pub fn display_dialog(app: App, open: RwSignal<bool>, view: Memo<View>) -> El {
    let settings = app.settings;
    let flip = move |column: Column| {
        let mut next = view.get_untracked();
        next.columns.toggle(column);
        app.router.edit(&|query| next.write(query));
    };
    let column = move |column: Column| {
        let shown = move || view.with(|view| view.columns.has(column));
        checkbox(column.title(), column.hint(), shown, move || flip(column))
    };
    dialog(open, "Display", move || {
        vec![
            el("h3").text("Columns"),
            of("div", "checks").kids(&Column::ALL.map(column)),
            el("h3").text("Rows"),
            segments(
                "Density",
                &["Comfortable", "Compact"],
                move |at| settings.density.get() == DENSITIES[at],
                move |at| settings.density.set(DENSITIES[at]),
            ),
            el("h3").text("Times"),
            segments(
                "Time zone",
                &Zone::ALL.map(Zone::label),
                move |at| settings.zone.get() == Zone::ALL[at],
                move |at| settings.zone.set(Zone::ALL[at]),
            ),
            el("h3").text("Colours"),
            segments(
                "Theme",
                &["As the system", "Light", "Dark"],
                move |at| settings.theme.get() == Theme::ALL[at],
                move |at| settings.theme.set(Theme::ALL[at]),
            ),
        ]
    })
}
