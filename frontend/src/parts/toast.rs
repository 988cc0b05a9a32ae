//! Short notices that go by themselves.

use leptos::prelude::*;

use crate::app::App;
use crate::platform::Timeout;

const SHOWN_MS: u64 = 4000;
/// More at once would cover the page.
const MOST: usize = 3;

/// The notices on the screen. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, String)>>,
    timers: StoredValue<Vec<(u32, Timeout)>, LocalStorage>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// None.
    pub fn start() -> Toasts {
        Toasts {
            shown: RwSignal::new(Vec::new()),
            timers: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Shows a notice for a while.
    pub fn show(self, text: String) {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        self.shown.update(|shown| {
            shown.retain(|(_, other)| *other != text);
            if shown.len() >= MOST {
                shown.remove(0);
            }
            shown.push((number, text));
        });
        let over = move || {
            self.shown.update(|shown| shown.retain(|(n, _)| *n != number));
            self.timers.update_value(|timers| timers.retain(|(n, _)| *n != number));
        };
        self.timers.update_value(|timers| timers.push((number, Timeout::after(SHOWN_MS, over))));
    }
}

/// Where they are shown, and spoken.
#[component]
pub fn ToastStack() -> impl IntoView {
    let shown = App::get().toasts.shown;
    view! {
        <div class="toasts" role="status">
            <For each=move || shown.get() key=|(number, _)| *number let:toast>
                <p class="toast">{toast.1}</p>
            </For>
        </div>
    }
}
