//! What a reader does with the board: keys and clicks.

use web_sys::{Element, EventTarget};

use super::grid::Grid;
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

    /// A line that is clicked gets the cursor; the link in an event's line leads away by itself.
    pub(super) fn click(&self, target: Option<EventTarget>) {
        let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let number = |selector: &str, name: &str| -> Option<usize> {
            element.closest(selector).ok()??.get_attribute(name)?.parse().ok()
        };
        if let Some(line) = number("[data-slot]", "data-slot").and_then(|slot| self.line_in(slot)) {
            self.cursor().set(Some(line));
        }
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
