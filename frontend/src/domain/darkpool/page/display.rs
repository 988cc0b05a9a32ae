//! Which columns are shown, how dense, in which time, in which colours.

use leptos::prelude::*;

use crate::app::App;
use crate::domain::darkpool::columns::Column;
use crate::domain::darkpool::view::View;
use crate::model::clock::Zone;
use crate::parts::controls::Segments;
use crate::parts::dialog::Dialog;
use crate::settings::{Density, Theme};

#[component]
pub fn DisplayDialog(open: RwSignal<bool>, view: Memo<View>) -> impl IntoView {
    let app = App::get();
    let settings = app.settings;
    let flip = move |column: Column| {
        let mut next = view.get_untracked();
        if !next.columns.remove(&column) {
            next.columns.insert(column);
        }
        app.router.edit(|query| next.write(query));
    };
    let column = move |column: Column| {
        view! {
            <label class="check" title=column.hint()>
                <input
                    type="checkbox"
                    prop:checked=move || view.with(|view| view.columns.contains(&column))
                    on:change=move |_| flip(column)
                />
                {column.title()}
            </label>
        }
    };
    view! {
        <Dialog open=open title="Display">
            <h3>"Columns"</h3>
            <div class="checks">{Column::ALL.map(column).collect_view()}</div>
            <h3>"Rows"</h3>
            <Segments
                label="Density"
                choices=vec![(Density::Comfortable, "Comfortable"), (Density::Compact, "Compact")]
                value=settings.density
                choose=move |density| settings.density.set(density)
            />
            <h3>"Times"</h3>
            <Segments
                label="Time zone"
                choices=Zone::ALL.map(|zone| (zone, zone.label())).to_vec()
                value=settings.zone
                choose=move |zone| settings.zone.set(zone)
            />
            <h3>"Colours"</h3>
            <Segments
                label="Theme"
                choices=vec![(Theme::Auto, "As the system"), (Theme::Light, "Light"), (Theme::Dark, "Dark")]
                value=settings.theme
                choose=move |theme| settings.theme.set(theme)
            />
        </Dialog>
    }
}
