//! The live tape: the newest prints first, windowed. Whoever scrolls down reads in peace: new
//! prints wait above until they are called.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use shared::domain::darkpool::{DarkPoolTopic, PrintRow};
use shared::stream::Key;
use shared::units::Moment;

use super::prints::{Shown, mark_cells, read, side_class, time_of};
use crate::app::App;
use crate::domain::darkpool::tape::{Filter, Prints, side_name};
use crate::live::Pacer;
use crate::model::slots::Slots;
use crate::model::text::{self, Sign};
use crate::model::window::visible;
use crate::parts::el::{El, effect, el, memo, of, set};
use crate::parts::icon::{Icon, icon};
use crate::parts::viewport::Viewport;
use crate::reactive::*;
use crate::settings::Density;

const OVERSCAN: usize = 4;
const HEADINGS: [(&str, &str); 10] = [
    ("time", "Time"),
    ("symbol", "Ticker"),
    ("price", "Price"),
    ("size", "Size"),
    ("notional", "Notional"),
    ("quote", "Bid / ask"),
    ("z", "z-score"),
    ("marks", "Marks"),
    ("venue", "Venue"),
    ("conditions", "Conditions"),
];
/// A tape that moves more often cannot be read, in milliseconds.
const EVERY_MS: u64 = 200;

/// A recycled row: a print never changes, so it is one signal.
#[derive(Clone, Copy)]
struct PrintView {
    place: RwSignal<Option<usize>>,
    print: Shown,
}

struct Grid {
    app: App,
    filter: Memo<Filter>,
    body: El,
    viewport: Viewport,
    row_height: Memo<u32>,
    keys: RefCell<Vec<Key>>,
    /// The filter and the state of the tape that the keys are for.
    asked: RefCell<Option<(Filter, u32)>>,
    pacer: Pacer,
    slots: RefCell<Slots<Key>>,
    window: RefCell<Range<usize>>,
    rows: RefCell<Vec<PrintView>>,
    owner: Owner,
    total: RwSignal<usize>,
    waiting: RwSignal<usize>,
    ready: RwSignal<bool>,
    moved: Cell<bool>,
}

/// The tape.
pub fn tape(app: App) -> El {
    let live = app.live;
    let element = of("div", "grid tape");
    let viewport = Viewport::watch(&element, move || live.repaint());
    let (cards, density) = (viewport.cards(), app.settings.density);
    let row_height = memo(move || match (cards.get(), density.get()) {
        (true, _) => 58,
        (false, Density::Comfortable) => 30,
        (false, Density::Compact) => 25,
    });
    let grid = Rc::new(Grid {
        app,
        filter: app.router.read(Filter::read),
        body: of("div", "grid-body").attr("role", "rowgroup"),
        viewport,
        row_height,
        keys: RefCell::default(),
        asked: RefCell::default(),
        pacer: Pacer::every(EVERY_MS),
        slots: RefCell::default(),
        window: RefCell::default(),
        rows: RefCell::default(),
        owner: Owner::current().expect("a page has an owner"),
        total: RwSignal::new(0),
        waiting: RwSignal::new(0),
        ready: RwSignal::new(false),
        moved: Cell::new(true),
    });
    let painter = grid.clone();
    live.on_frame(move |now| painter.paint(now));
    let Grid { filter, total, waiting, ready, .. } = *grid;
    effect(move || {
        filter.track();
        row_height.track();
        live.repaint();
    });

    let empty = move || {
        match (ready.get(), filter.with(Filter::is_set)) {
            (false, _) => "Waiting for the first prints\u{2026}",
            (true, true) => "None of the newest 1,000 prints fits.",
            (true, false) => "No off-exchange prints yet.",
        }
        .to_owned()
    };
    let heading =
        |(class, title): (&str, &str)| of("div", &format!("c c-{class}")).attr("role", "columnheader").text(title);
    let head = of("div", "row").attr("role", "row").attr("aria-rowindex", "1").kids(&HEADINGS.map(heading));
    let element = element
        .attr("role", "table")
        .attr("aria-label", "Newest off-exchange prints")
        .attr_from("aria-rowcount", move || Some((total.get() + 1).to_string()))
        .attr("aria-live", "off")
        .attr("tabindex", "0")
        .flag("cards", move || cards.get())
        .style_from("--row", move || format!("{}px", row_height.get()))
        .kid(of("div", "grid-head").attr("role", "rowgroup").kid(head))
        .kid(grid.body.clone().style_from("height", move || format!("calc(var(--row) * {})", total.get())))
        .when(
            move || total.get() == 0,
            move || {
                let cell = el("div").attr("role", "cell").kid(el("p").text_from(empty));
                of("div", "empty").attr("role", "row").kid(cell)
            },
        );
    let pill = of("button", "pill")
        .shown(move || waiting.get() > 0)
        .kid(icon(Icon::Top))
        .text_from(move || format!("{} new", waiting.get()))
        .press(move || grid.viewport.scroll_to(0));
    of("div", "tape-box").kid(element).kid(pill)
}

impl Grid {
    fn paint(&self, now: Moment) {
        let live = self.app.live;
        let filter = self.filter.get_untracked();
        let row_height = self.row_height.get_untracked();
        live.darkpool(|store| {
            let state = Some((filter, store.prints_changes()));
            let same = *self.asked.borrow() == state;
            let same_filter = self.asked.borrow().as_ref().map(|(f, _)| f) == state.as_ref().map(|(f, _)| f);
            if !same && (!same_filter || self.pacer.is_due(live, now)) {
                self.take_keys(store.prints(), state, same_filter, row_height);
            }
            set(self.total, self.keys.borrow().len());
            let total = self.keys.borrow().len();
            let window = visible(self.viewport.scroll_top(), self.viewport.height(), row_height, total, OVERSCAN);
            if self.moved.replace(false) || *self.window.borrow() != window {
                self.place(window, store.prints());
            }
        });
        set(self.ready, live.has_rows(&DarkPoolTopic::Tape.topic()));
    }

    /// Takes the present prints over, unless someone is reading further down.
    fn take_keys(&self, prints: &Prints, state: Option<(Filter, u32)>, same_filter: bool, row_height: u32) {
        let Some((filter, _)) = &state else { return };
        let keys = filter.keys(prints);
        if same_filter && self.viewport.scroll_top() > row_height {
            let first = self.keys.borrow().first().cloned();
            let newer = keys.iter().take_while(|key| Some(*key) > first.as_ref()).count();
            set(self.waiting, newer);
            // What fell off the end of the tape has nothing left to show.
            self.keys.borrow_mut().retain(|key| prints.get(key).is_some());
        } else {
            set(self.waiting, 0);
            self.keys.replace(keys);
            self.asked.replace(state);
        }
        self.moved.set(true);
    }

    fn place(&self, window: Range<usize>, prints: &Prints) {
        let (placed, empty) = self.slots.borrow_mut().show(window.start, &self.keys.borrow()[window.clone()]);
        self.window.replace(window);
        let size = self.slots.borrow().size();
        let mut rows = self.rows.borrow_mut();
        self.owner.with(|| {
            for _ in rows.len()..size {
                let row = PrintView { place: RwSignal::new(None), print: RwSignal::new(None) };
                self.body.add(&row.view(self.app));
                rows.push(row);
            }
        });
        for place in placed {
            set(rows[place.slot].place, Some(place.index));
            if place.fresh {
                rows[place.slot].print.set(prints.get(&place.key).cloned());
            }
        }
        for slot in empty {
            set(rows[slot].place, None);
        }
    }
}

impl PrintView {
    fn view(self, app: App) -> El {
        let PrintView { place, print } = self;
        let cell = |class: &str| of("div", &format!("c c-{class}")).attr("role", "cell");
        let open = move || {
            let ticker = print.with_untracked(|print| print.as_ref().map(|print| print.ticker.clone()));
            app.router.open(ticker.as_ref());
        };
        let symbol = of("button", "link").text_from(read(print, |print| print.ticker.to_string())).press(open);
        let price = el("div")
            .attr("role", "cell")
            .class_from(read(print, |print| format!("c c-price {}", side_class(print.side))))
            .kid(of("span", "unseen").text_from(read(print, |print| format!("{} ", side_name(print.side)))))
            .text_from(read(print, |print| text::price(print.price)));
        of("div", "row")
            .attr("role", "row")
            .flag("block", move || print.with(|print| print.as_ref().is_some_and(|print| print.block)))
            .shown(move || place.get().is_some())
            .style_from("--i", move || place.get().unwrap_or(0).to_string())
            .attr_from("aria-rowindex", move || place.get().map(|place| (place + 2).to_string()))
            .kid(cell("time").text_from(time_of(app, print)))
            .kid(cell("symbol").kid(symbol))
            .kid(price)
            .kid(cell("size").text_from(read(print, |print| text::shares(print.size))))
            .kid(cell("notional").text_from(read(print, |print| text::money(print.notional, Sign::Negative))))
            .kid(cell("quote").text_from(read(print, quote)))
            .kid(cell("z").text_from(read(print, |print| print.z.map_or_else(|| NONE.to_owned(), text::score))))
            .kid(cell("marks").region(mark_cells(print)))
            .kid(cell("venue").text_from(read(print, venue)))
            .kid(cell("conditions").text_from(read(print, conditions)))
    }
}

const NONE: &str = "\u{2013}";

fn quote(print: &PrintRow) -> String {
    match (print.bid, print.ask) {
        (Some(bid), Some(ask)) => format!("{} / {}", text::price(bid), text::price(ask)),
        (Some(_) | None, _) => NONE.to_owned(),
    }
}

fn venue(print: &PrintRow) -> String {
    print.venue.as_ref().map_or_else(|| print.trf.to_string(), ToString::to_string)
}

fn conditions(print: &PrintRow) -> String {
    if print.condition_names.is_empty() {
        print.conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    } else {
        print.condition_names.join(", ")
    }
}
