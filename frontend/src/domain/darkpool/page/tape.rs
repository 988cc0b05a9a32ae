//! The live tape: the newest prints first, windowed. Whoever scrolls down reads in peace: new
//! prints wait above until they are called.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use shared::domain::darkpool::{DarkPoolTopic, PrintRow};
use shared::stream::Key;
use shared::units::{Moment, Ticker};

use super::prints::{mark_views, side_class};
use super::row::set;
use crate::app::App;
use crate::domain::darkpool::tape::{Filter, Prints, side_name};
use crate::live::Pacer;
use crate::model::slots::Slots;
use crate::model::text::{self, Sign};
use crate::model::window::visible;
use crate::parts::icon::{Icon, icon};
use crate::parts::viewport::Viewport;
use crate::settings::Density;

const OVERSCAN: usize = 4;
/// A tape that moves more often cannot be read, in milliseconds.
const EVERY_MS: u64 = 200;

/// A recycled row: a print never changes, so it is one signal.
#[derive(Clone, Copy)]
struct PrintView {
    place: RwSignal<Option<usize>>,
    print: RwSignal<Option<Arc<PrintRow>>>,
}

struct Grid {
    app: App,
    filter: Memo<Filter>,
    viewport: Viewport,
    row_height: Memo<u32>,
    keys: RefCell<Vec<Key>>,
    /// The filter and the state of the tape that the keys are for.
    asked: RefCell<Option<(Filter, u32)>>,
    pacer: Pacer,
    slots: RefCell<Slots<Key>>,
    window: RefCell<Range<usize>>,
    rows: RwSignal<Vec<PrintView>>,
    owner: Owner,
    total: RwSignal<usize>,
    waiting: RwSignal<usize>,
    ready: RwSignal<bool>,
    moved: Cell<bool>,
}

/// The tape.
#[component]
pub fn Tape() -> impl IntoView {
    let app = App::get();
    let live = app.live;
    let viewport = Viewport::watch(move || live.repaint());
    let (cards, density, node) = (viewport.cards(), app.settings.density, viewport.node);
    let row_height = Memo::new(move |_| match (cards.get(), density.get()) {
        (true, _) => 58,
        (false, Density::Comfortable) => 30,
        (false, Density::Compact) => 25,
    });
    let grid = Rc::new(Grid {
        app,
        filter: app.router.read(Filter::read),
        viewport,
        row_height,
        keys: RefCell::default(),
        asked: RefCell::default(),
        pacer: Pacer::every(EVERY_MS),
        slots: RefCell::default(),
        window: RefCell::default(),
        rows: RwSignal::new(Vec::new()),
        owner: Owner::current().expect("a component has an owner"),
        total: RwSignal::new(0),
        waiting: RwSignal::new(0),
        ready: RwSignal::new(false),
        moved: Cell::new(true),
    });
    let painter = grid.clone();
    live.on_frame(move |now| painter.paint(now));
    let Grid { filter, rows, total, waiting, ready, .. } = *grid;
    Effect::new(move || {
        filter.track();
        row_height.track();
        live.repaint();
    });

    let height = move || format!("{}px", row_height.get());
    let pool = move || rows.with(|rows| (0..rows.len()).collect::<Vec<_>>());
    let body = move |slot: usize| rows.with_untracked(|rows| rows[slot]).view(app);
    let to_the_top = move |_| {
        if let Some(element) = node.get_untracked() {
            element.set_scroll_top(0);
        }
    };
    let head = |class: &'static str, title: &'static str| {
        view! { <div role="columnheader" class=format!("c c-{class}")>{title}</div> }
    };
    let empty = move || match (ready.get(), filter.with(Filter::is_set)) {
        (false, _) => "Waiting for the first prints\u{2026}",
        (true, true) => "None of the newest 1,000 prints fits.",
        (true, false) => "No off-exchange prints yet.",
    };
    view! {
        <div class="tape-box">
            <div
                class="grid tape"
                role="table"
                aria-label="Newest off-exchange prints"
                aria-rowcount=move || (total.get() + 1).to_string()
                aria-live="off"
                tabindex="0"
                node_ref=node
                class:cards=cards
                style=("--row", height)
            >
                <div class="grid-head" role="rowgroup">
                    <div class="row" role="row" aria-rowindex="1">
                        {head("time", "Time")} {head("symbol", "Ticker")} {head("price", "Price")}
                        {head("size", "Size")} {head("notional", "Notional")} {head("quote", "Bid / ask")}
                        {head("z", "z-score")} {head("marks", "Marks")} {head("venue", "Venue")}
                        {head("conditions", "Conditions")}
                    </div>
                </div>
                <div
                    class="grid-body"
                    role="rowgroup"
                    style=("height", move || format!("calc(var(--row) * {})", total.get()))
                >
                    <For each=pool key=|slot| *slot children=body/>
                </div>
                <Show when=move || total.get() == 0>
                    <div class="empty" role="row"><div role="cell"><p>{empty}</p></div></div>
                </Show>
            </div>
            <Show when=move || { waiting.get() > 0 }>
                <button class="pill" on:click=to_the_top>
                    {icon(Icon::Top)} {move || waiting.get()} " new"
                </button>
            </Show>
        </div>
    }
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
            self.keys.borrow_mut().retain(|key| prints.contains_key(key));
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
        if size > self.rows.with_untracked(Vec::len) {
            self.owner.with(|| self.rows.update(|rows| rows.resize_with(size, PrintView::new)));
        }
        self.rows.with_untracked(|rows| {
            for place in placed {
                set(rows[place.slot].place, Some(place.index));
                if place.fresh {
                    rows[place.slot].print.set(prints.get(&place.key).cloned());
                }
            }
            for slot in empty {
                set(rows[slot].place, None);
            }
        });
    }
}

impl PrintView {
    fn new() -> PrintView {
        PrintView { place: RwSignal::new(None), print: RwSignal::new(None) }
    }

    fn view(self, app: App) -> impl IntoView {
        let PrintView { place, print } = self;
        let cells = move || print.get().map(|print| print_cells(app, &print));
        let side = move || print.with(|print| print.as_ref().map_or("", |print| side_class(print.side)));
        let block = move || print.with(|print| print.as_ref().is_some_and(|print| print.block));
        view! {
            <div
                class=move || format!("row side-{}", side())
                class:block=block
                role="row"
                hidden=move || place.get().is_none()
                style=("--i", move || place.get().unwrap_or(0).to_string())
                aria-rowindex=move || place.get().map(|place| (place + 2).to_string())
            >
                {cells}
            </div>
        }
    }
}

fn print_cells(app: App, print: &PrintRow) -> impl IntoView + use<> {
    const NONE: &str = "\u{2013}";
    let ts = print.ts;
    let ticker: Ticker = print.ticker.clone();
    let name = ticker.to_string();
    let quote = match (print.bid, print.ask) {
        (Some(bid), Some(ask)) => format!("{} / {}", text::price(bid), text::price(ask)),
        _ => NONE.to_owned(),
    };
    let z = print.z.map_or_else(|| NONE.to_owned(), text::score);
    let conditions = if print.condition_names.is_empty() {
        print.conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    } else {
        print.condition_names.join(", ")
    };
    let venue = print.venue.as_ref().map_or_else(|| print.trf.to_string(), ToString::to_string);
    view! {
        <div role="cell" class="c c-time" title=crate::model::clock::iso(ts)>{move || app.settings.time(ts)}</div>
        <div role="cell" class="c c-symbol">
            <button class="link" on:click=move |_| app.router.open(Some(&ticker))>{name}</button>
        </div>
        <div role="cell" class=format!("c c-price {}", side_class(print.side))>
            <span class="unseen">{side_name(print.side)}" "</span>
            {text::price(print.price)}
        </div>
        <div role="cell" class="c c-size">{text::shares(print.size)}</div>
        <div role="cell" class="c c-notional">{text::money(print.notional, Sign::Negative)}</div>
        <div role="cell" class="c c-quote">{quote}</div>
        <div role="cell" class="c c-z">{z}</div>
        <div role="cell" class="c c-marks">{mark_views(print)}</div>
        <div role="cell" class="c c-venue">{venue}</div>
        <div role="cell" class="c c-conditions" title=conditions.clone()>{conditions.clone()}</div>
    }
}
