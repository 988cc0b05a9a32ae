//! The opportunities that were over lately, with how long they lived.

use shared::domain::odds::{ClosedArbRow, OddsTopic};

use super::open::{empty, kind_word, legs, market};
use super::open_one;
use crate::app::App;
use crate::domain::arbs::view::View;
use crate::model::text;
use crate::parts::el::{El, effect, el, of, set};
use crate::parts::list::{Cells, Kind, Line, List, read};
use crate::parts::say;
use crate::reactive::*;

const HEADINGS: [(&str, &str); 6] = [
    ("edge", "Best edge"),
    ("event", "Event"),
    ("bet", "Market"),
    ("legs", "Last legs"),
    ("start", "Ended"),
    ("age", "Lived"),
];

/// The list; a press opens what is left of an opportunity.
pub fn list(app: App, view: Memo<View>) -> El {
    let cells: Cells<ClosedArbRow> = Cells::new();
    let made = cells.clone();
    let heading =
        |(class, title): (&str, &str)| of("div", &format!("c c-{class}")).attr("role", "columnheader").text(title);
    let head = of("div", "row").attr("role", "row").attr("aria-rowindex", "1").kids(&HEADINGS.map(heading));
    let list = List::new(
        app,
        Kind { class: "arbs", label: "Opportunities that are over", heights: [88, 46, 40], head },
        move |line| row(app, line, made.add()),
    );
    list.opens(move |key| {
        let id = app.live.odds(|odds| odds.closed.get(key).map(|row| row.arb.id.clone()));
        open_one(app, id.as_deref());
    });

    let ready = RwSignal::new(false);
    let painted = list.clone();
    app.live.on_frame(move |now| {
        set(ready, app.live.has_rows(&OddsTopic::Closed.topic()));
        app.live.odds(|odds| {
            painted.set(view.get_untracked().closed(&odds.closed), true, now);
            for (key, line) in painted.place() {
                if let Some(row) = odds.closed.get(&key) {
                    cells.show(line, row);
                }
            }
        });
    });
    effect(move || {
        view.track();
        app.live.repaint();
    });
    list.view(move || empty(app, view, ready))
}

fn row(app: App, _line: Line, over: RwSignal<Option<ClosedArbRow>>) -> El {
    let cell = |class: &str| of("div", &format!("c c-{class}")).attr("role", "gridcell");
    let event = cell("event")
        .kid(of("span", "teams").text_from(read(over, |row| format!("{} \u{2013} {}", row.arb.home, row.arb.away))))
        .kid(el("small").text_from(read(over, move |row| say::sport(app, row.arb.sport.as_str()))));
    let bet = cell("bet")
        .text_from(read(over, |row| market(&row.arb)))
        .kid(el("small").text_from(read(over, |row| kind_word(row.arb.kind).to_owned())));
    let legs = move || over.with(|row| row.as_ref().map(|row| legs(app, &row.arb)).unwrap_or_default());
    let ended = move || {
        app.live.signals().second.track();
        let at = over.with(|row| row.as_ref().map(|row| row.closed_ms));
        at.map_or_else(String::new, |at| match text::age(app.live.server_now().ms_since(at)).as_str() {
            "now" => "now".to_owned(),
            age => format!("{age} ago"),
        })
    };
    of("div", "row")
        .kid(cell("edge").kid(el("b").text_from(read(over, |row| say::percent(row.peak_roi_pct)))))
        .kid(event)
        .kid(bet)
        .kid(cell("legs").region(legs))
        .kid(cell("start").text_from(ended))
        .kid(cell("age").text_from(read(over, |row| text::lasted(row.lived_ms))))
}
