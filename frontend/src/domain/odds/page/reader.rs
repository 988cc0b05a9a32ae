//! What a reader does with the board: keys and clicks.

use web_sys::{Element, EventTarget};

use super::grid::Grid;
use crate::domain::odds::view::Line;
use crate::slip::pick::Pick;
use wasm_bindgen::JsCast;

use leptos::prelude::*;

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
        let page = self.page_of_lines();
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
        let Some(line) = number("[data-slot]", "data-slot").and_then(|slot| self.line_in(slot)) else { return };
        let is_best = element.closest(".o-best").ok().flatten().is_some();
        if let Some(pick) = self.price_at(&line, number(".o-book", "data-cell"), is_best) {
            self.app().slip.add(pick, None);
        }
        self.cursor().set(Some(line));
    }

    /// The price in a cell of a line: a book's, or the best.
    fn price_at(&self, line: &Line, cell: Option<usize>, is_best: bool) -> Option<Pick> {
        let market = self.market(&line.market)?;
        let selection = market.selections.get(line.selection?)?;
        let book = match cell {
            Some(cell) => self.book_of(cell)?,
            None => selection.best.as_ref().filter(|_| is_best)?.book.clone(),
        };
        Pick::of_market(&market, selection, &book)
    }

    /// Opens the event of the line under the cursor.
    fn open_cursor(&self) -> bool {
        let line = self.cursor().get_untracked();
        let event = line.and_then(|line| self.market(&line.market)).map(|market| market.event.clone());
        if let Some(event) = &event {
            self.app().router.turn_to_event(event);
        }
        event.is_some()
    }
}
