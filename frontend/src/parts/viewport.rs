//! The box that a long list is scrolled in: how high it is, where it stands. It is measured when it
//! changed, never while painting.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};

use super::el::El;
use crate::platform::Listener;
use crate::reactive::*;

/// Below this width rows become cards.
const CARD_WIDTH: u32 = 640;

/// A measured box. Cheap to clone.
#[derive(Clone)]
pub struct Viewport {
    element: HtmlElement,
    height: Rc<Cell<u32>>,
    width: Rc<Cell<u32>>,
    scroll_top: Rc<Cell<u32>>,
    scroll_left: Rc<Cell<u32>>,
    cards: RwSignal<bool>,
}

impl Viewport {
    /// Measures an element, and calls `moved` when it was scrolled or changed its size.
    pub fn watch(element: &El, moved: impl Fn() + Clone + 'static) -> Viewport {
        let viewport = Viewport {
            element: element.element().clone(),
            height: Rc::default(),
            width: Rc::default(),
            scroll_top: Rc::default(),
            scroll_left: Rc::default(),
            cards: RwSignal::new(false),
        };
        let (watched, told) = (viewport.clone(), moved.clone());
        let resized = Closure::<dyn FnMut()>::new(move || {
            watched.measure();
            told();
        });
        // It tells the first size as soon as there is one.
        let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(&viewport.element);
        }
        let watched = viewport.clone();
        let scrolled = Listener::on(&viewport.element, "scroll", move |_| {
            watched.measure_scroll();
            moved();
        });
        StoredValue::new_local((Observed(observer), resized, scrolled));
        viewport
    }

    fn measure(&self) {
        let width = whole(self.element.client_width());
        self.height.set(whole(self.element.client_height()));
        self.width.set(width);
        self.measure_scroll();
        let cards = width > 0 && width < CARD_WIDTH;
        if self.cards.get_untracked() != cards {
            self.cards.set(cards);
        }
    }

    fn measure_scroll(&self) {
        self.scroll_top.set(whole(self.element.scroll_top()));
        self.scroll_left.set(whole(self.element.scroll_left()));
    }

    /// How high it is, in CSS pixels.
    pub fn height(&self) -> u32 {
        self.height.get()
    }

    /// How wide it is.
    pub fn width(&self) -> u32 {
        self.width.get()
    }

    /// How far it is scrolled to the right.
    pub fn scroll_left(&self) -> u32 {
        self.scroll_left.get()
    }

    /// How far it is scrolled down.
    pub fn scroll_top(&self) -> u32 {
        self.scroll_top.get()
    }

    /// Whether it is so narrow that rows are cards.
    pub const fn cards(&self) -> RwSignal<bool> {
        self.cards
    }

    /// Scrolls.
    pub fn scroll_to(&self, top: u32) {
        self.element.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
    }
}

fn whole(pixels: i32) -> u32 {
    u32::try_from(pixels).unwrap_or(0)
}

/// An observer that stops when it is dropped.
struct Observed(Option<ResizeObserver>);

impl Drop for Observed {
    fn drop(&mut self) {
        if let Some(observer) = &self.0 {
            observer.disconnect();
        }
    }
}
