//! What a reader does with the board: keys and clicks.

use std::ops::Range;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

use super::grid::{BOOK_WIDTH, Grid};
use crate::model::window::reveal;

impl Grid {
    /// A key that means something wherever the focus is. Says whether it did.
    pub(super) fn press(&self, key: &str) -> bool {
        match key {
            "j" => self.move_cursor(1),
            "k" => self.move_cursor(-1),
            "Enter" => return self.open_cursor(),
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

    /// A line that is clicked gets the cursor; the link in an event's line leads away by itself.
    pub(super) fn click(&self, target: Option<EventTarget>) {
        let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let slot =
            || -> Option<usize> { element.closest("[data-slot]").ok()??.get_attribute("data-slot")?.parse().ok() };
        let line = slot().and_then(|slot| self.pool.borrow().rows.get(slot).and_then(|row| row.line.get_untracked()));
        if line.is_some() {
            self.cursor.set(line);
        }
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
