//! Elements, built by hand and kept up to date by Leptos' signals.
//!
//! Leptos' own view types are a type for each element and each closure. Compiled, the pages were
//! 280 KB after compression; built from this one type they are less than half. What is reactive
//! stays Leptos': signals, memos, effects, owners. An effect, a listener and a part of the page that
//! is rebuilt all end with the owner they were made under.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlOptionElement, MouseEvent, Node};

use crate::platform::{Listener, document};
use crate::reactive::*;

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

/// A value that is computed from signals, and changes only when it differs.
pub fn memo<T: PartialEq + Send + Sync + 'static>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    Memo::new(move |_| compute())
}

/// Sets a signal that differs; one that does not wakes nobody.
pub fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

impl El {
    /// Sets an attribute.
    #[inline(never)]
    pub fn attr(self, name: &str, value: &str) -> El {
        set_attribute(&self.0, name, value);
        self
    }

    /// Sets its class.
    pub fn class(self, name: &str) -> El {
        self.attr("class", name)
    }

    /// Sets `aria-label` and the tooltip.
    pub fn label(self, label: &str) -> El {
        self.attr("aria-label", label).attr("title", label)
    }

    /// Sets a property of its style. The style attribute itself is forbidden by the page's policy.
    pub fn style(self, property: &str, value: &str) -> El {
        set_style(&self.0, property, value);
        self
    }

    /// Adds text.
    #[inline(never)]
    pub fn text(self, text: &str) -> El {
        append(&self.0, &document().create_text_node(text));
        self
    }

    /// Adds a child.
    #[inline(never)]
    #[expect(clippy::needless_pass_by_value, reason = "children are made where they are added")]
    pub fn kid(self, kid: El) -> El {
        append(&self.0, &kid.0);
        self
    }

    /// Adds children.
    #[inline(never)]
    pub fn kids(self, kids: &[El]) -> El {
        kids.iter().for_each(|kid| append(&self.0, &kid.0));
        self
    }

    /// Adds a child later.
    pub fn add(&self, kid: &El) {
        append(&self.0, &kid.0);
    }

    /// Adds text that follows signals.
    pub fn text_from(self, text: impl Fn() -> String + 'static) -> El {
        text_boxed(&self.0, Box::new(text));
        self
    }

    /// Adds text that follows a signal.
    pub fn text_of(self, text: RwSignal<String>) -> El {
        self.text_from(move || text.get())
    }

    /// Sets an attribute that follows signals; `None` takes it off.
    pub fn attr_from(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> El {
        attr_boxed(&self.0, name, Box::new(value));
        self
    }

    /// Sets its class, which follows signals.
    pub fn class_from(self, class: impl Fn() -> String + 'static) -> El {
        self.attr_from("class", move || Some(class()))
    }

    /// Adds a class while something is so.
    pub fn flag(self, class: &'static str, is: impl Fn() -> bool + 'static) -> El {
        self.sense(Sense::Class(class), is)
    }

    /// Sets `aria-pressed`.
    pub fn pressed(self, is: impl Fn() -> bool + 'static) -> El {
        self.sense(Sense::Aria("aria-pressed"), is)
    }

    /// Sets `aria-selected`.
    pub fn aria_selected(self, is: impl Fn() -> bool + 'static) -> El {
        self.sense(Sense::Aria("aria-selected"), is)
    }

    /// Shows it only while something is so.
    pub fn shown(self, is: impl Fn() -> bool + 'static) -> El {
        self.sense(Sense::Shown, is)
    }

    /// Checks a checkbox while something is so.
    pub fn checked_from(self, is: impl Fn() -> bool + 'static) -> El {
        self.sense(Sense::Checked, is)
    }

    /// Selects an option while something is so.
    pub fn selected_from(self, is: impl Fn() -> bool + 'static) -> El {
        self.sense(Sense::Selected, is)
    }

    fn sense(self, sense: Sense, is: impl Fn() -> bool + 'static) -> El {
        sense_boxed(&self.0, sense, Box::new(is));
        self
    }

    /// Sets a property of its style that follows signals.
    pub fn style_from(self, property: &'static str, value: impl Fn() -> String + 'static) -> El {
        style_boxed(&self.0, property, Box::new(value));
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

    /// Listens.
    pub fn on(self, event: &'static str, call: impl FnMut(Event) + 'static) -> El {
        on_boxed(&self.0, event, Box::new(call));
        self
    }

    /// Listens for a press.
    pub fn press(self, mut call: impl FnMut() + 'static) -> El {
        self.on("click", move |_| call())
    }

    /// Follows a link inside the page; with a modifier the browser does.
    pub fn follow(self, mut call: impl FnMut() + 'static) -> El {
        self.on("click", move |event| {
            let mouse: &MouseEvent = event.unchecked_ref();
            if !(mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key()) {
                event.prevent_default();
                call();
            }
        })
    }

    /// Listens for what is typed or chosen.
    pub fn input(self, event: &'static str, call: impl FnMut(String) + 'static) -> El {
        input_boxed(&self.0, event, Box::new(call));
        self
    }

    /// Children that are built anew whenever a signal that `build` read has changed. What has the focus keeps
    /// it where what replaces it has the same `data-focus`.
    pub fn region(self, build: impl Fn() -> Vec<El> + 'static) -> El {
        region_boxed(&self.0, Box::new(build));
        self
    }

    /// A child that is there only while something is so.
    pub fn when(self, is: impl Fn() -> bool + Send + Sync + 'static, build: impl Fn() -> El + 'static) -> El {
        let is = memo(is);
        self.region(move || if is.get() { vec![untrack(&build)] } else { Vec::new() })
    }

    /// The element itself.
    pub fn element(&self) -> &HtmlElement {
        self.0.unchecked_ref()
    }
}

/// What a yes or no changes.
#[derive(Clone, Copy)]
enum Sense {
    Class(&'static str),
    Aria(&'static str),
    Shown,
    Checked,
    Selected,
}

// One function for all closures of a kind: each closure type would be a copy of it.

#[inline(never)]
fn effect_boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

#[inline(never)]
fn text_boxed(element: &Element, text: Box<dyn Fn() -> String>) {
    let node = document().create_text_node("");
    append(element, &node);
    effect(move || node.set_data(&text()));
}

#[inline(never)]
fn attr_boxed(element: &Element, name: &'static str, value: Box<dyn Fn() -> Option<String>>) {
    let element = element.clone();
    effect(move || match value() {
        Some(value) => set_attribute(&element, name, &value),
        None => remove_attribute(&element, name),
    });
}

#[inline(never)]
fn style_boxed(element: &Element, property: &'static str, value: Box<dyn Fn() -> String>) {
    let element = element.clone();
    effect(move || set_style(&element, property, &value()));
}

#[inline(never)]
fn sense_boxed(element: &Element, sense: Sense, is: Box<dyn Fn() -> bool>) {
    let element = element.clone();
    effect(move || {
        let is = is();
        match sense {
            Sense::Class(name) => {
                // It fails only for a name with spaces.
                let _ = element.class_list().toggle_with_force(name, is);
            }
            Sense::Aria(name) => set_attribute(&element, name, if is { "true" } else { "false" }),
            Sense::Shown if is => remove_attribute(&element, "hidden"),
            Sense::Shown => set_attribute(&element, "hidden", ""),
            Sense::Checked => element.unchecked_ref::<HtmlInputElement>().set_checked(is),
            Sense::Selected => element.unchecked_ref::<HtmlOptionElement>().set_selected(is),
        }
    });
}

#[inline(never)]
fn on_boxed(element: &Element, event: &'static str, call: Box<dyn FnMut(Event)>) {
    StoredValue::new_local(Listener::boxed(element, event, call));
}

#[inline(never)]
fn input_boxed(element: &Element, event: &'static str, mut call: Box<dyn FnMut(String)>) {
    let call = move |event: Event| {
        if let Some(target) = event.target() {
            // A select has a value as an input has.
            call(target.unchecked_into::<HtmlInputElement>().value());
        }
    };
    on_boxed(element, event, Box::new(call));
}

#[inline(never)]
fn region_boxed(element: &Element, build: Box<dyn Fn() -> Vec<El>>) {
    let end = document().create_comment("");
    append(element, &end);
    let mut shown: Vec<El> = Vec::new();
    effect(move || {
        let focused = focused(&shown);
        shown.drain(..).for_each(|old| old.0.remove());
        shown = build();
        if let Some(parent) = end.parent_node() {
            for new in &shown {
                let _ = parent.insert_before(&new.0, Some(&end));
            }
        }
        if let Some(mark) = focused {
            focus_again(&shown, &mark);
        }
    });
}

/// What had the focus in a part that is built anew, by its `data-focus`.
fn focused(parts: &[El]) -> Option<String> {
    let active = document().active_element()?;
    let mark = active.get_attribute("data-focus")?;
    parts.iter().any(|part| part.0.contains(Some(&active))).then_some(mark)
}

fn focus_again(parts: &[El], mark: &str) {
    // A mark with a quote in it finds nothing.
    let selector = format!("[data-focus=\"{mark}\"]");
    let found = parts.iter().find_map(|part| part.0.query_selector(&selector).ok()?);
    if let Some(element) = found {
        let _ = element.unchecked_ref::<HtmlElement>().focus();
    }
}

fn append(parent: &Element, node: &Node) {
    // It fails only where a node would become its own ancestor.
    let _ = parent.append_child(node);
}

fn remove_attribute(element: &Element, name: &str) {
    // It fails only for a name that is none.
    let _ = element.remove_attribute(name);
}

fn set_attribute(element: &Element, name: &str, value: &str) {
    // It fails only for a name that is none.
    let _ = element.set_attribute(name, value);
}

fn set_style(element: &Element, property: &str, value: &str) {
    // A value that is none changes nothing.
    let _ = element.unchecked_ref::<HtmlElement>().style().set_property(property, value);
}
