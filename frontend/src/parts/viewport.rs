//! The box that a long list is scrolled in: how high it is, where it stands. It is measured when it
//! changed, never while painting.

use std::cell::Cell;
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};

use crate::platform::Listener;

/// Below this width rows become cards; `app.css` has the same number in its container queries.
const CARD_WIDTH: u32 = 640;

/// A measured box. Cheap to clone.
#[derive(Clone)]
pub struct Viewport {
    /// To be put on the element that scrolls.
    pub node: NodeRef<html::Div>,
    size: Rc<Cell<Size>>,
    scroll_top: Rc<Cell<u32>>,
    cards: RwSignal<bool>,
}

#[derive(Clone, Copy, Default)]
struct Size {
    width: u32,
    height: u32,
}

impl Viewport {
    /// Measures the element that gets [`Viewport::node`], and calls `moved` when it was scrolled or
    /// changed its size.
    pub fn watch(moved: impl Fn() + Clone + 'static) -> Viewport {
        let viewport = Viewport {
            node: NodeRef::new(),
            size: Rc::default(),
            scroll_top: Rc::default(),
            cards: RwSignal::new(false),
        };
        let watched = viewport.clone();
        let watchers = StoredValue::new_local(None);
        Effect::new(move || {
            let Some(element) = watched.node.get() else { return };
            let element: HtmlElement = element.into();
            let resized = {
                let (watched, element, moved) = (watched.clone(), element.clone(), moved.clone());
                Closure::<dyn FnMut()>::new(move || {
                    watched.measure(&element);
                    moved();
                })
            };
            let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok();
            if let Some(observer) = &observer {
                observer.observe(&element);
            }
            let scrolled = {
                let (watched, element, moved) = (watched.clone(), element.clone(), moved.clone());
                Listener::on(&element.clone(), "scroll", move |_| {
                    watched.scroll_top.set(u32::try_from(element.scroll_top()).unwrap_or(0));
                    moved();
                })
            };
            watched.measure(&element);
            watchers.set_value(Some((Observed(observer), resized, scrolled)));
        });
        viewport
    }

    fn measure(&self, element: &HtmlElement) {
        let whole = |n: i32| u32::try_from(n).unwrap_or(0);
        let size = Size { width: whole(element.client_width()), height: whole(element.client_height()) };
        self.size.set(size);
        self.scroll_top.set(whole(element.scroll_top()));
        let cards = size.width > 0 && size.width < CARD_WIDTH;
        if self.cards.get_untracked() != cards {
            self.cards.set(cards);
        }
    }

    /// How high it is, in CSS pixels.
    pub fn height(&self) -> u32 {
        self.size.get().height
    }

    /// How far it is scrolled.
    pub fn scroll_top(&self) -> u32 {
        self.scroll_top.get()
    }

    /// Whether it is so narrow that rows are cards.
    pub fn cards(&self) -> RwSignal<bool> {
        self.cards
    }

    /// Scrolls.
    pub fn scroll_to(&self, top: u32) {
        if let Some(element) = self.node.get_untracked() {
            element.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
        }
    }
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
