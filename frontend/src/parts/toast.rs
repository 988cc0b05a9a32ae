//! Short notices that go by themselves.

use super::el::{El, of};
use crate::platform::Timeout;
use crate::reactive::*;

const SHOWN_MS: u64 = 4000;
/// More at once would cover the page.
const MOST: usize = 3;

/// The notices on the screen. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<String>>,
    over: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Toasts {
    /// None.
    pub fn start() -> Toasts {
        Toasts { shown: RwSignal::new(Vec::new()), over: StoredValue::new_local(None) }
    }

    /// Shows a notice for a while.
    pub fn show(self, text: String) {
        self.shown.update(|shown| {
            shown.retain(|other| *other != text);
            if shown.len() >= MOST {
                shown.remove(0);
            }
            shown.push(text);
        });
        self.wait();
    }

    /// After a while the oldest goes, then the next.
    fn wait(self) {
        let over = move || {
            self.shown.update(|shown| drop(shown.drain(..1.min(shown.len()))));
            if self.shown.with_untracked(|shown| !shown.is_empty()) {
                self.wait();
            }
        };
        self.over.set_value(Some(Timeout::after(SHOWN_MS, over)));
    }

    /// Where they are shown, and spoken.
    pub fn stack(self) -> El {
        let toasts = move || self.shown.get().iter().map(|text| of("p", "toast").text(text)).collect();
        of("div", "toasts").attr("role", "status").region(toasts)
    }
}
