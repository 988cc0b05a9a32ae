//! The windowed grid: as many rows in the DOM as fit on the screen, recycled, with one signal for
//! each cell; painted once a frame from the columns.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::{Rc, Weak};

use shared::domain::darkpool::DarkPoolTopic;
use shared::units::{Moment, Ticker};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, KeyboardEvent, PointerEvent};

use super::order::Order;
use super::row::{RowView, Shown};
use super::toggle_watch;
use crate::app::App;
use crate::domain::darkpool::columns::{Column, Columns};
use crate::domain::darkpool::view::{Sort, SortBy, View};
use crate::live::Live;
use crate::model::slots::Slots;
use crate::model::window::{reveal, visible};
use crate::parts::controls::unseen;
use crate::parts::el::{El, effect, el, memo, of, set};
use crate::parts::lights::Lights;
use crate::parts::viewport::Viewport;
use crate::platform::now;
use crate::reactive::*;
use crate::settings::Density;

/// Rows beyond the screen on each side, so that a fast scroll finds them there.
const OVERSCAN: usize = 4;

/// The grid. Cheap to clone.
#[derive(Clone)]
pub struct Table(Rc<Grid>);

struct Grid {
    app: App,
    view: Memo<View>,
    element: El,
    body: El,
    viewport: Viewport,
    row_height: Memo<u32>,
    order: Order,
    slots: RefCell<Slots<Ticker>>,
    window: RefCell<Range<usize>>,
    rows: RwSignal<Vec<RowView>>,
    owner: Owner,
    shown: RefCell<Vec<Shown>>,
    lights: Rc<Lights<(usize, Column)>>,
    aged: Cell<Moment>,
    total: RwSignal<usize>,
    ready: RwSignal<bool>,
    cursor: RwSignal<Option<Ticker>>,
}

impl Table {
    /// A grid that is painted until the present owner is cleaned up.
    pub fn new(app: App) -> Table {
        let live = app.live;
        let element = of("div", "grid");
        let viewport = Viewport::watch(&element, move || live.repaint());
        let (cards, density) = (viewport.cards(), app.settings.density);
        let row_height = memo(move || match (cards.get(), density.get()) {
            (true, _) => 76,
            (false, Density::Comfortable) => 34,
            (false, Density::Compact) => 27,
        });
        let table = Table(Rc::new_cyclic(|me| Grid {
            app,
            view: app.router.read(View::read),
            element,
            body: of("div", "grid-body").attr("role", "rowgroup"),
            viewport,
            row_height,
            order: Order::new(),
            slots: RefCell::default(),
            window: RefCell::default(),
            rows: RwSignal::new(Vec::new()),
            owner: Owner::current().expect("a component has an owner"),
            shown: RefCell::default(),
            lights: Lights::new(put_out(me.clone())),
            aged: Cell::default(),
            total: RwSignal::new(0),
            ready: RwSignal::new(false),
            cursor: RwSignal::new(None),
        }));
        let grid = table.0.clone();
        live.on_frame(move |now| grid.paint(now));
        let (view, watchlist) = (table.0.view, app.settings.watchlist);
        effect(move || {
            view.track();
            watchlist.track();
            row_height.track();
            live.repaint();
        });
        table.listen_to_keys();
        table
    }

    /// How many rows there are.
    pub fn total(&self) -> RwSignal<usize> {
        self.0.total
    }

    /// Whether the order waits for the pointer.
    pub fn held(&self) -> RwSignal<bool> {
        self.0.order.held
    }

    /// What the address asks for.
    pub fn asked(&self) -> Memo<View> {
        self.0.view
    }

    /// The tickers in their order.
    pub fn tickers(&self) -> Vec<Ticker> {
        self.0.order.list().clone()
    }

    fn listen_to_keys(&self) {
        let grid = self.0.clone();
        self.0.app.keys.on(move |key| {
            match key {
                "j" => grid.move_cursor(1),
                "k" => grid.move_cursor(-1),
                "Enter" => return grid.open_cursor(),
                "w" => {
                    let ticker = grid.cursor.get_untracked().or(grid.app.router.ticker().get_untracked());
                    let Some(ticker) = ticker else { return false };
                    toggle_watch(grid.app, &ticker);
                }
                _ => return false,
            }
            true
        });
    }

    /// The grid in the DOM.
    pub fn into_view(self) -> El {
        let grid = self.0;
        let view = grid.view;
        let (total, ready, cursor, row_height) = (grid.total, grid.ready, grid.cursor, grid.row_height);
        let tracks = move || {
            let shown: Vec<&str> = view.with(|view| view.columns.iter().map(Column::track).collect());
            format!("34px minmax(68px,.7fr) {}", shown.join(" "))
        };
        let hidden = move || {
            let shown = view.with(|view| view.columns);
            let absent: Vec<&str> = Column::ALL.into_iter().filter(|c| !shown.has(*c)).map(Column::key).collect();
            Some(absent.join(" "))
        };
        // The row under the cursor changes its slot only while it is out of sight.
        let rows = grid.rows;
        let active = move || {
            let at = cursor.get()?;
            let is = |row: &RowView| row.ticker.with(|own| own.as_ref() == Some(&at));
            let slot = rows.with(|rows| rows.iter().position(is))?;
            Some(format!("row-{slot}"))
        };
        let (clicked, moved, left, typed) = (grid.clone(), grid.clone(), grid.clone(), grid.clone());
        let head = of("div", "row")
            .attr("role", "row")
            .attr("aria-rowindex", "1")
            .kid(of("div", "c c-star").attr("role", "columnheader").kid(unseen("Watched")))
            .kid(heading(grid.app, SortBy::Ticker, "Ticker", "Symbol", view))
            .kids(&Column::ALL.map(|column| column_heading(grid.app, column, view)));
        let app = grid.app;
        grid.element
            .clone()
            .attr("role", "grid")
            .attr("aria-label", "Tickers by off-exchange prints")
            .attr_from("aria-rowcount", move || Some((total.get() + 1).to_string()))
            .attr_from("aria-activedescendant", active)
            .attr("aria-live", "off")
            .attr("tabindex", "0")
            .attr_from("data-hide", hidden)
            .flag("cards", {
                let cards = grid.viewport.cards();
                move || cards.get()
            })
            .style_from("--tracks", tracks)
            .style_from("--row", move || format!("{}px", row_height.get()))
            .on("click", move |event| clicked.click(event.target()))
            .on("pointermove", move |event| {
                // A finger that scrolls points at nothing.
                if event.unchecked_ref::<PointerEvent>().pointer_type() == "mouse" {
                    moved.order.point(Some(now()));
                }
            })
            .on("pointerleave", move |_| {
                left.order.point(None);
                left.app.live.repaint();
            })
            .on("keydown", move |event| {
                if typed.key(&event.unchecked_ref::<KeyboardEvent>().key()) {
                    event.prevent_default();
                    event.stop_propagation();
                }
            })
            .kid(of("div", "grid-head").attr("role", "rowgroup").kid(head))
            .kid(grid.body.clone().style_from("height", move || format!("calc(var(--row) * {})", total.get())))
            .when(move || total.get() == 0, move || empty(app, view, ready))
    }
}

impl Grid {
    fn paint(&self, now: Moment) {
        let live = self.app.live;
        let view = self.view.get_untracked();
        let row_height = self.row_height.get_untracked();
        let reordered =
            self.app.settings.watchlist.with_untracked(|list| self.order.refresh(self.app, &view, list, now));
        let total = self.order.list().len();
        set(self.total, total);
        set(self.ready, live.has_rows(&DarkPoolTopic::Top.topic()));

        let window = visible(self.viewport.scroll_top(), self.viewport.height(), row_height, total, OVERSCAN);
        if reordered || *self.window.borrow() != window {
            self.place(window);
        }
        self.refresh_rows(live, view.columns, now);
    }

    /// Gives each ticker of the window a row of the pool.
    fn place(&self, window: Range<usize>) {
        let list = self.order.list();
        let (placed, empty) = self.slots.borrow_mut().show(window.start, &list[window.clone()]);
        drop(list);
        self.window.replace(window);
        let size = self.slots.borrow().size();
        if size > self.rows.with_untracked(Vec::len) {
            self.shown.borrow_mut().resize_with(size, Shown::default);
            // The signals of a row belong to the grid, not to the frame in which it was made.
            self.owner.with(|| {
                self.rows.update(|rows| {
                    for slot in rows.len()..size {
                        let row = RowView::new();
                        self.body.add(&row.view(self.app, slot, self.cursor));
                        rows.push(row);
                    }
                });
            });
        }
        self.rows.with_untracked(|rows| {
            for place in placed {
                let row = &rows[place.slot];
                set(row.place, Some(place.index));
                if place.fresh {
                    row.ticker.set(Some(place.key));
                    // No row has this version, so the row is shown in full.
                    self.shown.borrow_mut()[place.slot] = Shown::default();
                }
            }
            for slot in empty {
                set(rows[slot].place, None);
                set(rows[slot].ticker, None);
            }
        });
    }

    fn refresh_rows(&self, live: Live, columns: Columns, now: Moment) {
        let aged = (now - self.aged.get()).as_millis() >= 1000;
        if aged {
            self.aged.set(now);
        }
        let market_ms = live.market_now().ms();
        let mut lit = Vec::new();
        self.rows.with_untracked(|rows| {
            live.darkpool(|store| {
                let tickers = store.tickers();
                let mut shown = self.shown.borrow_mut();
                let slots = self.slots.borrow();
                for (ticker, slot) in slots.iter() {
                    let Some(row) = tickers.find(ticker) else { continue };
                    let (view, shown) = (&rows[slot], &mut shown[slot]);
                    // A row that just came here has version 0; a known row never has.
                    let fresh = shown.version == 0;
                    let changed = shown.version != tickers.version(row);
                    if changed {
                        let cells = view.refresh(shown, tickers, row, columns, fresh, now.ms());
                        lit.extend(cells.into_iter().map(|column| (slot, column)));
                    }
                    if changed || aged {
                        view.show_age(tickers, row, market_ms);
                    }
                }
            });
        });
        self.lights.light(lit, now);
    }

    // --- what a reader does

    fn ticker_at(&self, element: &Element) -> Option<Ticker> {
        let row = element.closest("[data-slot]").ok()??;
        let slot: usize = row.get_attribute("data-slot")?.parse().ok()?;
        self.rows.with_untracked(|rows| rows.get(slot).and_then(|row| row.ticker.get_untracked()))
    }

    fn click(&self, target: Option<EventTarget>) {
        let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let Some(ticker) = self.ticker_at(&element) else { return };
        if element.closest(".star").ok().flatten().is_some() {
            toggle_watch(self.app, &ticker);
            return;
        }
        self.cursor.set(Some(ticker.clone()));
        self.app.router.open(Some(&ticker));
    }

    /// A key while the grid has the focus. Says whether it meant something.
    fn key(&self, key: &str) -> bool {
        let page = isize::try_from(self.window.borrow().len()).unwrap_or(10).max(2) - 1;
        match key {
            "ArrowDown" => self.move_cursor(1),
            "ArrowUp" => self.move_cursor(-1),
            "PageDown" => self.move_cursor(page),
            "PageUp" => self.move_cursor(-page),
            "Home" => self.move_cursor(isize::MIN),
            "End" => self.move_cursor(isize::MAX),
            "Enter" => return self.open_cursor(),
            _ => return false,
        }
        true
    }

    fn move_cursor(&self, by: isize) {
        let list = self.order.list();
        if list.is_empty() {
            return;
        }
        let here = self.cursor.with_untracked(|at| list.iter().position(|t| Some(t) == at.as_ref()));
        let first = self.window.borrow().start;
        let next = here.map_or(first, |here| here.saturating_add_signed(by).min(list.len() - 1));
        let ticker = list[next].clone();
        drop(list);
        // Whoever walks through rows wants them to stand still.
        self.order.point(Some(now()));
        self.cursor.set(Some(ticker));
        let row = self.row_height.get_untracked();
        // The head covers one row of the box.
        if let Some(top) = reveal(next, self.viewport.scroll_top(), self.viewport.height().saturating_sub(row), row) {
            self.viewport.scroll_to(top);
        }
    }

    fn open_cursor(&self) -> bool {
        let ticker = self.cursor.get_untracked();
        if ticker.is_some() {
            self.app.router.open(ticker.as_ref());
        }
        ticker.is_some()
    }
}

fn put_out(grid: Weak<Grid>) -> impl Fn((usize, Column)) {
    move |(slot, column)| {
        if let Some(grid) = grid.upgrade() {
            grid.rows.with_untracked(|rows| rows[slot].dim(column));
        }
    }
}

fn column_heading(app: App, column: Column, view: Memo<View>) -> El {
    if column.sorts() {
        return heading(app, SortBy::Column(column), column.title(), column.hint(), view);
    }
    of("div", &format!("c c-{}", column.key()))
        .attr("role", "columnheader")
        .attr("title", column.hint())
        .text(column.title())
}

/// A heading that orders the rows.
fn heading(app: App, by: SortBy, title: &str, hint: &str, view: Memo<View>) -> El {
    let state = move || {
        let Sort { by: now, descending } = view.with(|view| view.sort);
        (now == by).then(|| if descending { "descending" } else { "ascending" }.to_owned())
    };
    let click = move || {
        let mut next = view.get_untracked();
        next.sort = next.sort.click(by);
        app.router.edit(&|query| next.write(query));
    };
    let button = el("button")
        .attr("tabindex", "-1")
        .attr("title", hint)
        .text(title)
        .kid(of("i", "arrow").attr("aria-hidden", "true"))
        .press(click);
    of("div", &format!("c c-{}", by.key())).attr("role", "columnheader").attr_from("aria-sort", state).kid(button)
}

/// What stands in an empty table: that it is still empty, or that nothing fits.
fn empty(app: App, view: Memo<View>, ready: RwSignal<bool>) -> El {
    let filtered = move || view.with(View::is_filtered);
    let text = move || {
        match (ready.get(), filtered(), view.with(|view| view.watched)) {
            (false, ..) => "Waiting for the first rows\u{2026}",
            (true, false, _) => "No off-exchange prints yet in this session.",
            (true, true, true) => "Nothing on the watchlist fits. Press a star to watch a ticker.",
            (true, true, false) => "No ticker of the top 500 fits.",
        }
        .to_owned()
    };
    let clear = move || {
        let kept = view.get_untracked();
        let next = View { sort: kept.sort, columns: kept.columns, ..View::default() };
        app.router.edit(&|query| next.write(query));
    };
    let cell = el("div")
        .attr("role", "gridcell")
        .kid(el("p").text_from(text))
        .when(move || ready.get() && filtered(), move || of("button", "toggle").text("Clear the filters").press(clear));
    of("div", "empty").attr("role", "row").kid(cell)
}
