//! Elements, built by hand and kept up to date by Leptos' signals.
//!
//! Leptos' own view types are a type for each element and each closure. Compiled, the pages were
//! 280 KB after compression; built from this one type they are less than half. What is reactive
//! stays Leptos': signals, memos, effects, owners. An effect, a listener and a part of the page that
//! is rebuilt all end with the owner they were made under.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, Node};

use crate::platform::{Listener, document};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element under construction. A clone is the same element.
#[derive(Clone)]
pub struct El(Element);

/// An element of HTML.
pub fn el(tag: &str) -> El {
    El(document().create_element(tag).expect("the names of elements are written in this crate"))
}

/// An element of SVG.
pub fn svg(tag: &str) -> El {
    El(document().create_element_ns(Some(SVG), tag).expect("the names of elements are written in this crate"))
}

/// An element with a class, the most frequent kind.
pub fn of(tag: &str, class: &str) -> El {
    el(tag).class(class)
}

/// Runs `run` soon, and again when a signal that it read has changed.
pub fn effect(run: impl FnMut() + 'static) {
    effect_boxed(Box::new(run));
}

/// One effect type for all: each closure type would be a copy of Leptos' machinery.
fn effect_boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// A value that is computed from signals, and changes only when it differs.
pub fn memo<T: PartialEq + Send + Sync + 'static>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    memo_boxed(Box::new(compute))
}

fn memo_boxed<T: PartialEq + Send + Sync + 'static>(compute: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_: Option<&T>| compute())
}

impl El {
    /// Sets an attribute.
    pub fn attr(self, name: &str, value: &str) -> El {
        set_attribute(&self.0, name, value);
        self
    }

    /// Sets its class.
    pub fn class(self, name: &str) -> El {
        self.attr("class", name)
    }

    /// Adds text.
    pub fn text(self, text: &str) -> El {
        append(&self.0, &document().create_text_node(text));
        self
    }

    /// Adds a child.
    pub fn kid(self, kid: El) -> El {
        append(&self.0, &kid.0);
        self
    }

    /// Adds children.
    pub fn kids(self, kids: impl IntoIterator<Item = El>) -> El {
        kids.into_iter().for_each(|kid| append(&self.0, &kid.0));
        self
    }

    /// Adds text that follows signals.
    pub fn text_from(self, text: impl Fn() -> String + 'static) -> El {
        let node = document().create_text_node("");
        append(&self.0, &node);
        effect(move || node.set_data(&text()));
        self
    }

    /// Sets an attribute that follows signals; `None` takes it off.
    pub fn attr_from(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> El {
        let element = self.0.clone();
        effect(move || match value() {
            Some(value) => set_attribute(&element, name, &value),
            None => {
                // It fails only for a name that is none.
                let _ = element.remove_attribute(name);
            }
        });
        self
    }

    /// Sets its class, which follows signals.
    pub fn class_from(self, class: impl Fn() -> String + 'static) -> El {
        self.attr_from("class", move || Some(class()))
    }

    /// Adds a class while something is so.
    pub fn flag(self, class: &'static str, is: impl Fn() -> bool + 'static) -> El {
        let element = self.0.clone();
        effect(move || {
            let _ = element.class_list().toggle_with_force(class, is());
        });
        self
    }

    /// Sets `aria-pressed`.
    pub fn pressed(self, is: impl Fn() -> bool + 'static) -> El {
        self.attr_from("aria-pressed", move || Some(is().to_string()))
    }

    /// Sets `aria-label` and the tooltip.
    pub fn label(self, label: &str) -> El {
        self.attr("aria-label", label).attr("title", label)
    }

    /// Shows it only while something is so.
    pub fn shown(self, is: impl Fn() -> bool + 'static) -> El {
        self.attr_from("hidden", move || (!is()).then(String::new))
    }

    /// Sets a property of its style. The style attribute itself is forbidden by the page's policy.
    pub fn style(self, property: &str, value: &str) -> El {
        set_style(&self.0, property, value);
        self
    }

    /// Sets a property of its style that follows signals.
    pub fn style_from(self, property: &'static str, value: impl Fn() -> String + 'static) -> El {
        let element = self.0.clone();
        effect(move || set_style(&element, property, &value()));
        self
    }

    /// Sets what an input holds, which follows signals.
    pub fn value_from(self, value: impl Fn() -> String + 'static) -> El {
        let element = self.0.clone();
        effect(move || {
            let (input, value) = (element.unchecked_ref::<HtmlInputElement>(), value());
            // Setting what is there already would move the cursor.
            if input.value() != value {
                input.set_value(&value);
            }
        });
        self
    }

    /// Checks a checkbox while something is so.
    pub fn checked_from(self, is: impl Fn() -> bool + 'static) -> El {
        let element = self.0.clone();
        effect(move || element.unchecked_ref::<HtmlInputElement>().set_checked(is()));
        self
    }

    /// Selects an option while something is so.
    pub fn selected_from(self, is: impl Fn() -> bool + 'static) -> El {
        let element = self.0.clone();
        effect(move || element.unchecked_ref::<web_sys::HtmlOptionElement>().set_selected(is()));
        self
    }

    /// Listens.
    pub fn on(self, event: &'static str, call: impl FnMut(Event) + 'static) -> El {
        StoredValue::new_local(Listener::on(&self.0, event, call));
        self
    }

    /// Listens for a press.
    pub fn press(self, mut call: impl FnMut() + 'static) -> El {
        self.on("click", move |_| call())
    }

    /// Listens for what is typed or chosen.
    pub fn input(self, event: &'static str, mut call: impl FnMut(String) + 'static) -> El {
        self.on(event, move |event| {
            if let Some(target) = event.target() {
                // A select has a value as an input has.
                call(target.unchecked_into::<HtmlInputElement>().value());
            }
        })
    }

    /// Children that are built anew whenever a signal that `build` read has changed.
    pub fn region(self, build: impl Fn() -> Vec<El> + 'static) -> El {
        let end = document().create_comment("");
        append(&self.0, &end);
        let mut shown: Vec<El> = Vec::new();
        effect(move || {
            shown.drain(..).for_each(|old| old.0.remove());
            shown = build();
            if let Some(parent) = end.parent_node() {
                for new in &shown {
                    let _ = parent.insert_before(&new.0, Some(&end));
                }
            }
        });
        self
    }

    /// A child that is there only while something is so.
    pub fn when(self, is: impl Fn() -> bool + Send + Sync + 'static, build: impl Fn() -> El + 'static) -> El {
        let is = memo(is);
        self.region(move || if is.get() { vec![untrack(&build)] } else { Vec::new() })
    }

    /// Adds a child later.
    pub fn add(&self, kid: &El) {
        append(&self.0, &kid.0);
    }

    /// The element itself.
    pub fn element(&self) -> &HtmlElement {
        self.0.unchecked_ref()
    }
}

fn append(parent: &Element, node: &Node) {
    // It fails only where a node would become its own ancestor.
    let _ = parent.append_child(node);
}

fn set_attribute(element: &Element, name: &str, value: &str) {
    // It fails only for a name that is none.
    let _ = element.set_attribute(name, value);
}

fn set_style(element: &Element, property: &str, value: &str) {
    // A value that is none changes nothing.
    let _ = element.unchecked_ref::<HtmlElement>().style().set_property(property, value);
}
