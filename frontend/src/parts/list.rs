//! A windowed list of rows by their key: as many in the DOM as fit on the screen, recycled. It places
//! rows, walks through them by keyboard, and lights what changed; what a row shows is its page's.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::{Rc, Weak};

use shared::order::order;
use shared::stream::Key;
use shared::units::Moment;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, KeyboardEvent, PointerEvent};

use super::el::{El, effect, memo, of, set};
use super::lights::Lights;
use super::viewport::Viewport;
use crate::app::App;
use crate::model::flash::Way;
use crate::model::slots::Slots;
use crate::model::window::{reveal, visible};
use crate::platform::now;
use crate::reactive::*;
use crate::settings::Density;

/// Rows beyond the screen on each side, so that a fast scroll finds them there.
const OVERSCAN: usize = 4;
/// A pointer that rests for longer points at nothing any more, in milliseconds.
const HOLD_MS: u64 = 4000;

/// What a list is like.
pub struct Kind {
    /// Its class beside `grid`, which says how wide the columns are.
    pub class: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// How high a card is, a comfortable row, a compact one, in CSS pixels.
    pub heights: [u32; 3],
    /// The row of headings.
    pub head: El,
}

/// A recycled row. Its signals live as long as the list.
#[derive(Clone, Copy)]
pub struct Line {
    /// Its place in the pool.
    pub slot: usize,
    /// Its place in the list; `None` while it shows nothing.
    pub place: RwSignal<Option<usize>>,
    /// Whose row it is.
    pub key: RwSignal<Option<Key>>,
    /// Which way what it shows went a moment ago.
    pub lit: RwSignal<Option<Way>>,
}

/// The list. Cheap to clone.
#[derive(Clone)]
pub struct List(Rc<Inner>);

struct Inner {
    me: Weak<Inner>,
    app: App,
    element: El,
    body: El,
    viewport: Viewport,
    row_height: Memo<u32>,
    keys: RefCell<Vec<Key>>,
    slots: RefCell<Slots<Key>>,
    window: RefCell<Range<usize>>,
    stale: Cell<bool>,
    lines: RwSignal<Vec<Line>>,
    make: Box<dyn Fn(Line) -> El>,
    owner: Owner,
    lights: Rc<Lights<RwSignal<Option<Way>>>>,
    pointed: Cell<Option<Moment>>,
    total: RwSignal<usize>,
    cursor: RwSignal<Option<Key>>,
}

impl List {
    /// A list whose rows are made by `make`: the row's cells, without the row itself.
    pub fn new(app: App, kind: Kind, make: impl Fn(Line) -> El + 'static) -> List {
        let live = app.live;
        let element = of("div", &format!("grid {}", kind.class));
        let viewport = Viewport::watch(&element, move || live.repaint());
        let (cards, density) = (viewport.cards(), app.settings.density);
        let [card, comfortable, compact] = kind.heights;
        let row_height = memo(move || match (cards.get(), density.get()) {
            (true, _) => card,
            (false, Density::Comfortable) => comfortable,
            (false, Density::Compact) => compact,
        });
        effect(move || {
            row_height.track();
            live.repaint();
        });
        let list = List(Rc::new_cyclic(|me| Inner {
            me: me.clone(),
            app,
            element,
            body: of("div", "grid-body").attr("role", "rowgroup"),
            viewport,
            row_height,
            keys: RefCell::default(),
            slots: RefCell::default(),
            window: RefCell::default(),
            stale: Cell::new(true),
            lines: RwSignal::new(Vec::new()),
            make: Box::new(make),
            owner: Owner::current().expect("a page has an owner"),
            lights: Lights::new(|lit| set(lit, None)),
            pointed: Cell::default(),
            total: RwSignal::new(0),
            cursor: RwSignal::new(None),
        }));
        list.0.build(kind);
        list
    }

    /// How many rows there are.
    pub fn total(&self) -> RwSignal<usize> {
        self.0.total
    }

    /// The list in the DOM, with what stands in it while it is empty.
    pub fn view(&self, empty: impl Fn() -> El + 'static) -> El {
        let total = self.0.total;
        self.0.element.clone().when(move || total.get() == 0, empty)
    }

    /// Whether a reader points at a row that should not run away.
    pub fn is_held(&self, now: Moment) -> bool {
        self.0.pointed.get().is_some_and(|at| now.ms().saturating_sub(at.ms()) < HOLD_MS)
    }

    /// Shows these rows in this order. While a reader points at one, those that are there stay where
    /// they are and new ones come last, unless the reader `asked` for another order.
    pub fn set(&self, mut keys: Vec<Key>, asked: bool, now: Moment) {
        let inner = &self.0;
        if !asked && self.is_held(now) {
            let known = inner.keys.borrow();
            let place = |key: &Key| known.iter().position(|other| other == key).unwrap_or(usize::MAX);
            let places: Vec<usize> = keys.iter().map(place).collect();
            keys = order(keys.len(), &mut |a, b| places[a].cmp(&places[b]))
                .into_iter()
                .map(|at| keys[at].clone())
                .collect();
        }
        if *inner.keys.borrow() != keys {
            inner.keys.replace(keys);
            inner.stale.set(true);
        }
        set(inner.total, inner.keys.borrow().len());
    }

    /// Places the rows that are in view, and tells which those are.
    pub fn place(&self) -> Vec<(Key, Line)> {
        self.0.place();
        let lines = self.0.lines.get_untracked();
        self.0.slots.borrow().iter().map(|(key, slot)| (key.clone(), lines[slot])).collect()
    }

    /// Lights a row for a moment.
    pub fn light(&self, line: Line, way: Way, now: Moment) {
        set(line.lit, Some(way));
        self.0.lights.light(vec![line.lit], now);
    }

    /// Takes keys while the page is shown: `j` and `k` walk, Enter calls `open`. So does a press on a
    /// row, unless it is on a button in it.
    pub fn opens(&self, open: impl Fn(&Key) + 'static) {
        let open = Rc::new(open);
        let (walker, opener) = (self.0.clone(), open.clone());
        self.0.app.keys.on(move |key| walker.key(key, &*opener));
        let (typed, typed_open) = (self.0.clone(), open.clone());
        let clicked = self.0.clone();
        let element = self.0.element.clone();
        let element = element.on("keydown", move |event| {
            if typed.key(&event.unchecked_ref::<KeyboardEvent>().key(), &*typed_open) {
                event.prevent_default();
                event.stop_propagation();
            }
        });
        element.on("click", move |event| {
            if let Some(key) = clicked.key_at(event.target()) {
                clicked.cursor.set(Some(key.clone()));
                open(&key);
            }
        });
    }
}

impl Inner {
    fn build(&self, kind: Kind) {
        let (total, row_height, cards) = (self.total, self.row_height, self.viewport.cards());
        let (cursor, lines) = (self.cursor, self.lines);
        let active = move || {
            let at = cursor.get()?;
            let is = |line: &Line| line.key.with(|own| own.as_ref() == Some(&at));
            let slot = lines.with(|lines| lines.iter().position(is))?;
            Some(format!("line-{slot}"))
        };
        let (moved, left) = (self.me.clone(), self.me.clone());
        let point = |me: &Weak<Inner>, at: Option<Moment>| {
            if let Some(list) = me.upgrade() {
                list.pointed.set(at);
            }
        };
        self.element
            .clone()
            .attr("role", "grid")
            .attr("aria-label", kind.label)
            .attr_from("aria-rowcount", move || Some((total.get() + 1).to_string()))
            .attr_from("aria-activedescendant", active)
            .attr("aria-live", "off")
            .attr("tabindex", "0")
            .flag("cards", move || cards.get())
            .style_from("--row", move || format!("{}px", row_height.get()))
            .on("pointermove", move |event| {
                // A finger that scrolls points at nothing.
                if event.unchecked_ref::<PointerEvent>().pointer_type() == "mouse" {
                    point(&moved, Some(now()));
                }
            })
            .on("pointerleave", move |_| point(&left, None))
            .kid(of("div", "grid-head").attr("role", "rowgroup").kid(kind.head))
            .kid(self.body.clone().style_from("height", move || format!("calc(var(--row) * {})", total.get())));
    }

    fn place(&self) {
        let keys = self.keys.borrow();
        let height = self.row_height.get_untracked();
        let window = visible(self.viewport.scroll_top(), self.viewport.height(), height, keys.len(), OVERSCAN);
        if !self.stale.replace(false) && *self.window.borrow() == window {
            return;
        }
        let (placed, empty) = self.slots.borrow_mut().show(window.start, &keys[window.clone()]);
        self.window.replace(window);
        let size = self.slots.borrow().size();
        self.grow(size);
        let lines = self.lines.get_untracked();
        for place in placed {
            let line = lines[place.slot];
            set(line.place, Some(place.index));
            if place.fresh {
                set(line.key, Some(place.key));
                set(line.lit, None);
            }
        }
        for slot in empty {
            set(lines[slot].place, None);
            set(lines[slot].key, None);
        }
    }

    /// Makes rows until there are `size`. They belong to the list, not to the frame they are made in.
    fn grow(&self, size: usize) {
        let known = self.lines.with_untracked(Vec::len);
        if size <= known {
            return;
        }
        self.owner.with(|| {
            let new: Vec<Line> = (known..size).map(Line::new).collect();
            new.iter().for_each(|line| self.body.add(&line.view((self.make)(*line), self.cursor)));
            self.lines.update(|lines| lines.extend(new));
        });
    }

    // --- what a reader does

    fn key_at(&self, target: Option<EventTarget>) -> Option<Key> {
        let element = target?.dyn_into::<Element>().ok()?;
        if element.closest("button, a").ok()?.is_some() {
            return None;
        }
        let slot: usize = element.closest("[data-slot]").ok()??.get_attribute("data-slot")?.parse().ok()?;
        self.lines.with_untracked(|lines| lines.get(slot).and_then(|line| line.key.get_untracked()))
    }

    /// Whether a key meant something.
    fn key(&self, key: &str, open: &dyn Fn(&Key)) -> bool {
        let page = isize::try_from(self.window.borrow().len()).unwrap_or(10).max(2) - 1;
        match key {
            "ArrowDown" | "j" => self.walk(1),
            "ArrowUp" | "k" => self.walk(-1),
            "PageDown" => self.walk(page),
            "PageUp" => self.walk(-page),
            "Home" => self.walk(isize::MIN),
            "End" => self.walk(isize::MAX),
            "Enter" => {
                let key = self.cursor.get_untracked();
                key.iter().for_each(open);
                return key.is_some();
            }
            _ => return false,
        }
        true
    }

    fn walk(&self, by: isize) {
        let keys = self.keys.borrow();
        if keys.is_empty() {
            return;
        }
        let here = self.cursor.with_untracked(|at| keys.iter().position(|key| Some(key) == at.as_ref()));
        let first = self.window.borrow().start;
        let next = here.map_or(first, |here| here.saturating_add_signed(by).min(keys.len() - 1));
        let key = keys[next].clone();
        drop(keys);
        // Whoever walks through rows wants them to stand still.
        self.pointed.set(Some(now()));
        self.cursor.set(Some(key));
        let row = self.row_height.get_untracked();
        // The head covers one row of the box, except over cards.
        let head = if self.viewport.cards().get_untracked() { 0 } else { row };
        if let Some(top) = reveal(next, self.viewport.scroll_top(), self.viewport.height().saturating_sub(head), row) {
            self.viewport.scroll_to(top);
        }
    }
}

impl Line {
    fn new(slot: usize) -> Line {
        Line { slot, place: RwSignal::new(None), key: RwSignal::new(None), lit: RwSignal::new(None) }
    }

    fn view(self, row: El, cursor: RwSignal<Option<Key>>) -> El {
        let Line { slot, place, key, .. } = self;
        let at_cursor = move || cursor.with(|at| at.is_some() && key.with(|own| own == at));
        row.attr("role", "row")
            .attr("id", &format!("line-{slot}"))
            .attr("data-slot", &slot.to_string())
            .shown(move || place.get().is_some())
            .style_from("--i", move || place.get().unwrap_or(0).to_string())
            .attr_from("aria-rowindex", move || place.get().map(|place| (place + 2).to_string()))
            .flag("cursor", at_cursor)
    }
}

/// What each row of a list shows, by its slot.
#[derive(Clone)]
pub struct Cells<T: 'static>(Rc<RefCell<Vec<RwSignal<Option<T>>>>>);

impl<T: Clone + PartialEq + Send + Sync + 'static> Cells<T> {
    /// For rows that are still to be made.
    pub fn new() -> Cells<T> {
        Cells(Rc::default())
    }

    /// What a new row shows. To be asked for where the row is made.
    pub fn add(&self) -> RwSignal<Option<T>> {
        let signal = RwSignal::new(None);
        self.0.borrow_mut().push(signal);
        signal
    }

    /// Shows a row where it differs. Gives back what the same slot showed until now.
    pub fn show(&self, line: Line, row: &T) -> Option<T> {
        let signal = self.0.borrow()[line.slot];
        if signal.with_untracked(|old| old.as_ref() == Some(row)) {
            return None;
        }
        let before = signal.get_untracked();
        signal.set(Some(row.clone()));
        before
    }
}

/// What is read of a row; nothing while there is none.
pub fn read<T: Send + Sync + 'static>(
    row: RwSignal<Option<T>>,
    of_it: impl Fn(&T) -> String + 'static,
) -> impl Fn() -> String + 'static {
    move || row.with(|row| row.as_ref().map_or_else(String::new, &of_it))
}
