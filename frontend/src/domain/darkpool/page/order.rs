//! The order of the table: found anew at most four times a second, and not at all while a reader
//! points at a row that would run away.

use std::cell::{Cell, RefCell};

use shared::units::{Moment, Ticker};

use crate::app::App;
use crate::domain::darkpool::view::View;
use crate::live::Pacer;
use crate::model::watch::Watchlist;
use crate::parts::el::set;
use crate::reactive::*;

/// Between two orders, in milliseconds.
const EVERY_MS: u64 = 250;
/// A pointer that rests for longer points at nothing any more.
const HOLD_MS: u64 = 4000;

/// The tickers that are shown, from first to last.
pub struct Order {
    list: RefCell<Vec<Ticker>>,
    pacer: Pacer,
    changes: Cell<Option<u32>>,
    pointed: Cell<Option<Moment>>,
    asked: RefCell<Option<(View, Watchlist)>>,
    /// Whether the order waits for the pointer to leave.
    pub held: RwSignal<bool>,
}

impl Order {
    /// No tickers yet.
    pub fn new() -> Order {
        Order {
            list: RefCell::default(),
            pacer: Pacer::every(EVERY_MS),
            changes: Cell::default(),
            pointed: Cell::default(),
            asked: RefCell::default(),
            held: RwSignal::new(false),
        }
    }

    /// The tickers.
    pub fn list(&self) -> std::cell::Ref<'_, Vec<Ticker>> {
        self.list.borrow()
    }

    /// The pointer moved over a row, or left.
    pub fn point(&self, at: Option<Moment>) {
        self.pointed.set(at);
    }

    /// Finds the order anew where that is due. Says whether it did.
    pub fn refresh(&self, app: App, view: &View, watchlist: &Watchlist, now: Moment) -> bool {
        let changes = app.live.darkpool(|store| store.tickers().changes());
        let asked_anew = !self.asked.borrow().as_ref().is_some_and(|(v, w)| v == view && w == watchlist);
        if asked_anew {
            self.pacer.hurry();
            self.asked.replace(Some((view.clone(), watchlist.clone())));
        } else if self.changes.get() == Some(changes) {
            return false;
        }
        let pointed = self.pointed.get().is_some_and(|at| now.ms().saturating_sub(at.ms()) < HOLD_MS);
        let hold = pointed && !asked_anew;
        set(self.held, hold);
        if hold {
            return self.drop_the_gone(app);
        }
        if !self.pacer.is_due(app.live, now) {
            return self.drop_the_gone(app);
        }
        self.changes.set(Some(changes));
        let next: Vec<Ticker> = app.live.darkpool(|store| {
            let tickers = store.tickers();
            let rows = view.rows(tickers, watchlist);
            rows.into_iter().filter_map(|row| tickers.symbol(row).cloned()).collect()
        });
        let differs = *self.list.borrow() != next;
        self.list.replace(next);
        differs || asked_anew
    }

    /// A ticker that left the market leaves at once: there is nothing to show of it.
    fn drop_the_gone(&self, app: App) -> bool {
        let mut list = self.list.borrow_mut();
        let before = list.len();
        app.live.darkpool(|store| list.retain(|ticker| store.tickers().find(ticker).is_some()));
        list.len() != before
    }
}
