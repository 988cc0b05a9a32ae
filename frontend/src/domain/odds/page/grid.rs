//! The windowed board: as many lines in the DOM as fit on the screen, with as many cells for books,
//! all recycled; painted once a frame. A market is read when it is looked at.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::{Rc, Weak};

use shared::domain::odds::{MarketRow, OddsTopic};
use shared::stream::Topic;
use shared::units::Moment;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use super::head::HeadView;
use super::row::{Lit, Look, RowView, Shown};
use crate::app::App;
use crate::domain::odds::columns::{Changed, Columns};
use crate::domain::odds::read;
use crate::domain::odds::store::Store;
use crate::domain::odds::view::{Line, View};
use crate::live::Pacer;
use crate::model::slots::Slots;
use crate::model::sorted::Sorted;
use crate::model::window::visible;
use crate::parts::el::{El, effect, memo, of, set};
use crate::parts::lights::Lights;
use crate::parts::viewport::Viewport;
use crate::platform::local_offset_min;
use crate::reactive::*;
use crate::settings::Density;

/// Lines beyond the screen on each side, so that a fast scroll finds them there.
const OVERSCAN: usize = 4;
/// Between two orders, in milliseconds.
const ORDER_MS: u64 = 250;
/// The width of a book's column, in CSS pixels.
pub(super) const BOOK_WIDTH: u32 = 74;

/// Below this width only the names stay while the rest scrolls, as `odds.css` has it.
const NARROW: u32 = 720;
/// What is before the first book, and how much of it stays and covers what scrolls past: CSS pixels.
const WIDE_BEFORE: (u32, u32) = (544, 544);
const NARROW_BEFORE: (u32, u32) = (306, 132);

/// The board. Cheap to clone.
#[derive(Clone)]
pub struct Board(Rc<Grid>);

pub(super) struct Grid {
    pub(super) app: App,
    board: OddsTopic,
    topic: Topic,
    view: Memo<View>,
    pub(super) element: El,
    head: El,
    body: El,
    pub(super) viewport: Viewport,
    pub(super) row_height: Memo<u32>,
    pub(super) lines: RefCell<Vec<Line>>,
    asked: RefCell<Option<(View, u32)>>,
    pacer: Pacer,
    pub(super) columns: RefCell<Columns>,
    slots: RefCell<Slots<Line>>,
    /// The lines that are placed; `None` when they have to be placed anew.
    pub(super) window: RefCell<Option<Range<usize>>>,
    pub(super) pool: RefCell<Pool>,
    owner: Owner,
    /// The markets on the screen, each with the version that was read.
    pub(super) markets: RefCell<Sorted<(u32, MarketRow)>>,
    lights: Rc<Lights<(usize, Lit)>>,
    aged: Cell<Moment>,
    total: RwSignal<usize>,
    events: RwSignal<usize>,
    books: RwSignal<usize>,
    ready: RwSignal<bool>,
    pub(super) cursor: RwSignal<Option<Line>>,
    /// The slots whose lines have changed places: what the cursor's slot is found by.
    placed: RwSignal<u32>,
}

/// The lines and headings that there are. All go when the number of cells changes.
#[derive(Default)]
pub(super) struct Pool {
    owner: Option<Owner>,
    pub(super) rows: Vec<RowView>,
    views: Vec<El>,
    shown: Vec<Shown>,
    heads: Vec<HeadView>,
}

impl Board {
    /// The board of a sport, painted until the present owner is cleaned up.
    pub fn new(app: App, board: OddsTopic) -> Board {
        let live = app.live;
        let element = of("div", "grid board");
        let viewport = Viewport::watch(&element, move || live.repaint());
        let density = app.settings.density;
        let row_height = memo(move || match density.get() {
            Density::Comfortable => 34,
            Density::Compact => 27,
        });
        let grid = Rc::new_cyclic(|me| Grid {
            app,
            topic: board.topic(),
            board,
            view: app.router.read(View::read),
            element,
            head: of("div", "row").attr("role", "row").attr("aria-rowindex", "1"),
            body: of("div", "grid-body").attr("role", "rowgroup"),
            viewport,
            row_height,
            lines: RefCell::default(),
            asked: RefCell::default(),
            pacer: Pacer::every(ORDER_MS),
            columns: RefCell::default(),
            slots: RefCell::default(),
            window: RefCell::default(),
            pool: RefCell::default(),
            owner: Owner::current().expect("a page has an owner"),
            markets: RefCell::default(),
            lights: Lights::new(put_out(me.clone())),
            aged: Cell::default(),
            total: RwSignal::new(0),
            events: RwSignal::new(0),
            books: RwSignal::new(0),
            ready: RwSignal::new(false),
            cursor: RwSignal::new(None),
            placed: RwSignal::new(0),
        });
        let painted = grid.clone();
        live.on_frame(move |now| painted.paint(now));
        let (view, settings) = (grid.view, app.settings);
        effect(move || {
            view.track();
            row_height.track();
            settings.format.track();
            settings.pins.track();
            settings.zone.track();
            live.repaint();
        });
        let keyed = grid.clone();
        app.keys.on(move |key| keyed.press(key));
        Board(grid)
    }

    /// How many events there are.
    pub fn events(&self) -> RwSignal<usize> {
        self.0.events
    }

    /// What the address asks for.
    pub fn asked(&self) -> Memo<View> {
        self.0.view
    }

    /// The board in the DOM.
    pub fn into_view(self) -> El {
        let grid = self.0;
        let Grid { app, view, total, books, ready, cursor, row_height, placed, .. } = *grid;
        let active = grid.clone();
        let active = move || {
            placed.track();
            let at = cursor.get()?;
            let slots = active.slots.borrow();
            slots.slot_of(&at).map(|slot| format!("row-{slot}"))
        };
        let (clicked, typed) = (grid.clone(), grid.clone());
        grid.element
            .clone()
            .attr("role", "grid")
            .attr("aria-label", "Odds by event and book")
            .attr_from("aria-rowcount", move || Some((total.get() + 1).to_string()))
            .attr_from("aria-activedescendant", active)
            .attr("aria-live", "off")
            .attr("tabindex", "0")
            .style("--book", &format!("{BOOK_WIDTH}px"))
            .style_from("--row", move || format!("{}px", row_height.get()))
            .style_from("--books", move || books.get().to_string())
            .on("click", move |event| clicked.click(event.target()))
            .on("keydown", move |event| {
                if typed.key(&event.unchecked_ref::<KeyboardEvent>().key()) {
                    event.prevent_default();
                    event.stop_propagation();
                }
            })
            .kid(of("div", "grid-head").attr("role", "rowgroup").kid(grid.head.clone()))
            .kid(grid.body.clone().style_from("height", move || format!("calc(var(--row) * {})", total.get())))
            .when(move || total.get() == 0, move || super::empty::nothing_to_show(app, view, ready))
    }
}

impl Grid {
    fn paint(&self, now: Moment) {
        let live = self.app.live;
        let view = self.view.get_untracked();
        live.odds(|store| self.order(store, &view, now));
        let total = self.lines.borrow().len();
        set(self.total, total);
        set(self.ready, live.has_rows(&self.topic));
        let row_height = self.row_height.get_untracked();
        let window = visible(self.viewport.scroll_top(), self.viewport.height(), row_height, total, OVERSCAN);
        live.odds(|store| {
            self.read_markets(store, window.clone());
            self.arrange(store);
        });
        if self.window.borrow().as_ref() != Some(&window) {
            self.place(window);
        }
        live.odds(|store| self.refresh(store, now));
    }

    /// Finds the lines anew when the heads of the markets or the reader's wish changed.
    fn order(&self, store: &Store, view: &View, now: Moment) {
        let Some(board) = store.board(&self.board) else { return };
        let shape = board.shape();
        let asked = self.asked.borrow().as_ref().map(|(view, shape)| (view.clone(), *shape));
        match asked {
            Some((asked, known)) if asked == *view && known == shape => return,
            Some((asked, _)) if asked == *view && !self.pacer.is_due(self.app.live, now) => return,
            Some(_) | None => {}
        }
        let (lines, events) = view.lines(board);
        self.lines.replace(lines);
        set(self.events, events);
        self.asked.replace(Some((view.clone(), shape)));
        self.window.replace(None);
    }

    /// Reads the markets of a window that are new there, or changed.
    fn read_markets(&self, store: &Store, window: Range<usize>) {
        let Some(board) = store.board(&self.board) else { return };
        let lines = self.lines.borrow();
        let known = self.markets.take();
        let mut markets = Sorted::new();
        let mut columns = self.columns.borrow_mut();
        self.app.live.raw_rows(&self.topic, |rows| {
            for line in &lines[window] {
                if markets.get(&line.market).is_some() {
                    continue;
                }
                let version = board.version(&line.market);
                let kept = known.get(&line.market).filter(|(known, _)| *known == version).cloned();
                let read = || {
                    let market = read::market(rows.get(&line.market)?.get())?;
                    columns.see(&market);
                    Some((version, market))
                };
                if let Some(market) = kept.or_else(read) {
                    markets.insert(line.market.clone(), market);
                }
            }
        });
        self.markets.replace(markets);
    }

    /// Brings columns and cells in line with what is in sight.
    fn arrange(&self, store: &Store) {
        let pins = self.app.settings.pins.get_untracked();
        let (left, width) = (self.viewport.scroll_left(), self.viewport.width());
        let (before, covered) = if width <= NARROW { NARROW_BEFORE } else { WIDE_BEFORE };
        let (left, width) = (left.saturating_sub(before - covered), width.saturating_sub(covered));
        let changed = self.columns.borrow_mut().arrange(&pins, left, width, BOOK_WIDTH);
        let columns = self.columns.borrow();
        match changed {
            Changed::Nothing => {}
            Changed::Cells => self.make_pool(columns.cells()),
            Changed::Places => {}
        }
        if changed != Changed::Nothing {
            set(self.books, columns.count());
            for cell in 0..columns.cells() {
                let property = format!("--at{cell}");
                let style = self.element.element().style();
                // It fails only for a name that is none.
                let _ = style.set_property(&property, &columns.column_of(cell).to_string());
            }
        }
        let pool = self.pool.borrow();
        pool.heads.iter().enumerate().for_each(|(cell, head)| head.show(columns.book_of(cell), store, &pins));
    }

    /// Makes headings for so many cells, and forgets every line that had another number of them.
    fn make_pool(&self, cells: usize) {
        let mut pool = self.pool.borrow_mut();
        pool.views.drain(..).for_each(|view| view.element().remove());
        if let Some(owner) = pool.owner.take() {
            owner.cleanup();
        }
        let owner = self.owner.with(Owner::new);
        self.head.element().set_inner_html("");
        pool.heads = owner.with(|| HeadView::all(self.app, &self.head, cells));
        pool.owner = Some(owner);
        pool.rows.clear();
        pool.shown.clear();
        self.slots.replace(Slots::default());
        self.lights.forget();
        self.window.replace(None);
    }

    /// Gives each line of the window a row of the pool.
    fn place(&self, window: Range<usize>) {
        let mut pool = self.pool.borrow_mut();
        let Some(owner) = pool.owner.clone() else { return };
        let lines = self.lines.borrow();
        let (placed, empty) = self.slots.borrow_mut().show(window.start, &lines[window.clone()]);
        drop(lines);
        self.window.replace(Some(window));
        let (size, cells) = (self.slots.borrow().size(), self.columns.borrow().cells());
        pool.shown.resize_with(size, Shown::default);
        // The signals of a row belong to the pool, not to the frame in which it was made.
        owner.with(|| {
            for slot in pool.rows.len()..size {
                let row = RowView::new(cells);
                let view = row.view(self.app, slot, self.cursor);
                self.body.add(&view);
                pool.views.push(view);
                pool.rows.push(row);
            }
        });
        for place in placed {
            let row = &pool.rows[place.slot];
            set(row.place, Some(place.index));
            if place.fresh {
                row.line.set(Some(place.key));
                // No market has this version, so the line is shown in full.
                pool.shown[place.slot] = Shown::default();
            }
        }
        for slot in empty {
            set(pool.rows[slot].place, None);
            set(pool.rows[slot].line, None);
        }
        self.placed.update(|placed| *placed = placed.wrapping_add(1));
    }

    fn refresh(&self, store: &Store, now: Moment) {
        let aged = (now - self.aged.get()).as_millis() >= 1000;
        if aged {
            self.aged.set(now);
        }
        let (live, settings) = (self.app.live, self.app.settings);
        let (format, zone) = (settings.format.get_untracked(), settings.zone.get_untracked());
        let clock = live.server_now();
        let offset_min = zone.offset_min(clock, local_offset_min());
        let (columns, markets) = (self.columns.borrow(), self.markets.borrow());
        let name = |book: &str| store.books.get(book).map_or_else(|| book.to_owned(), |row| row.name.to_string());
        let look = Look { columns: &columns, format, name: &name, names: store.books.rows().len() };
        let mut pool = self.pool.borrow_mut();
        let Pool { rows, shown, .. } = &mut *pool;
        let mut lit = Vec::new();
        for (line, slot) in self.slots.borrow().iter() {
            let Some((version, market)) = markets.get(&line.market) else { continue };
            let (row, shown) = (&rows[slot], &mut shown[slot]);
            let changed = shown.version != *version;
            match line.selection {
                None if changed || aged => row.show_event(market, clock, offset_min),
                None => {}
                Some(at) => {
                    let same = !changed && shown.is_of(&look);
                    if let Some(selection) = market.selections.get(at).filter(|_| !same) {
                        let fresh = shown.version == 0;
                        let cells = row.show_selection(shown, selection, &look, fresh);
                        lit.extend(cells.into_iter().map(|cell| (slot, cell)));
                    }
                }
            }
            shown.version = *version;
        }
        drop(pool);
        self.lights.light(lit, now);
    }
}

fn put_out(grid: Weak<Grid>) -> impl Fn((usize, Lit)) {
    move |(slot, cell)| {
        if let Some(grid) = grid.upgrade()
            && let Some(row) = grid.pool.borrow().rows.get(slot)
        {
            row.dim(cell);
        }
    }
}
