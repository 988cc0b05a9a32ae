//! What a reader does with the board: keys and clicks.

use std::ops::Range;

use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

use super::grid::{BOOK_WIDTH, Grid};
use crate::domain::odds::view::Line;
use crate::model::window::reveal;
use crate::slip::pick::Pick;

impl Grid {
    /// A key that means something wherever the focus is. Says whether it did.
    pub(super) fn press(&self, key: &str) -> bool {
        match key {
            "j" => self.move_cursor(1),
            "k" => self.move_cursor(-1),
            "Enter" => return self.open_cursor(),
            "a" => return self.pick_best(),
            _ => return false,
        }
        true
    }

    /// A key while the board has the focus. Says whether it meant something.
    pub(super) fn key(&self, key: &str) -> bool {
        let page = isize::try_from(self.placed().len()).unwrap_or(10).max(2) - 1;
        match key {
            "ArrowDown" => self.move_cursor(1),
            "ArrowUp" => self.move_cursor(-1),
            "ArrowRight" => self.move_books(1),
            "ArrowLeft" => self.move_books(-1),
            "PageDown" => self.move_cursor(page),
            "PageUp" => self.move_cursor(-page),
            "Home" => self.move_cursor(isize::MIN),
            "End" => self.move_cursor(isize::MAX),
            "Enter" => return self.open_cursor(),
            _ => return false,
        }
        true
    }

    /// A line that is clicked gets the cursor; the link in an event's line leads away by itself. A price
    /// that is clicked goes to the bet slip.
    pub(super) fn click(&self, target: Option<EventTarget>) {
        let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let number = |selector: &str, name: &str| -> Option<usize> {
            element.closest(selector).ok()??.get_attribute(name)?.parse().ok()
        };
        let slot = number("[data-slot]", "data-slot");
        let line = slot.and_then(|slot| self.pool.borrow().rows.get(slot).and_then(|row| row.line.get_untracked()));
        let Some(line) = line else { return };
        let is_best = element.closest(".o-best").ok().flatten().is_some();
        if let Some(pick) = self.price_at(&line, number(".o-book", "data-cell"), is_best) {
            self.app.slip.add(pick, None);
        }
        self.cursor.set(Some(line));
    }

    /// The price in a cell of a line: a book's, or the best.
    fn price_at(&self, line: &Line, cell: Option<usize>, is_best: bool) -> Option<Pick> {
        let (markets, columns) = (self.markets.borrow(), self.columns.borrow());
        let (_, market) = markets.get(&line.market)?;
        let selection = market.selections.get(line.selection?)?;
        let book = match cell {
            Some(cell) => columns.book_of(cell)?,
            None => &selection.best.as_ref().filter(|_| is_best)?.book,
        };
        Pick::of_market(market, selection, book)
    }

    fn placed(&self) -> Range<usize> {
        self.window.borrow().clone().unwrap_or_default()
    }

    /// Moves the cursor by so many lines and brings it into view.
    fn move_cursor(&self, by: isize) {
        let lines = self.lines.borrow();
        if lines.is_empty() {
            return;
        }
        let here = self.cursor.with_untracked(|at| lines.iter().position(|line| Some(line) == at.as_ref()));
        let first = self.placed().start;
        let next = here.map_or(first, |here| here.saturating_add_signed(by).min(lines.len() - 1));
        let line = lines[next].clone();
        drop(lines);
        self.cursor.set(Some(line));
        let row = self.row_height.get_untracked();
        // The head covers one row of the box.
        if let Some(top) = reveal(next, self.viewport.scroll_top(), self.viewport.height().saturating_sub(row), row) {
            self.viewport.scroll_to(top);
        }
    }

    /// Scrolls by so many books.
    fn move_books(&self, by: i32) {
        let width = i32::try_from(BOOK_WIDTH).unwrap_or(i32::MAX);
        self.element.element().scroll_by_with_x_and_y(f64::from(by * width), 0.0);
    }

    /// Sends the best price of the line under the cursor to the bet slip.
    fn pick_best(&self) -> bool {
        let line = self.cursor.get_untracked();
        let pick = line.and_then(|line| self.price_at(&line, None, true));
        let found = pick.is_some();
        if let Some(pick) = pick {
            self.app.slip.add(pick, None);
        }
        found
    }

    /// Opens the event of the line under the cursor.
    fn open_cursor(&self) -> bool {
        let line = self.cursor.get_untracked();
        let lines = self.markets.borrow();
        let event = line.and_then(|line| lines.get(&line.market)).map(|(_, market)| market.event.clone());
        drop(lines);
        if let Some(event) = &event {
            self.app.router.turn_to_event(event);
        }
        event.is_some()
    }
}
