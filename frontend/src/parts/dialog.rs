//! A modal dialog: the browser's own, which keeps the focus inside and gives it back.

use leptos::html;
use leptos::prelude::*;

use super::icon::{Icon, icon};

/// A dialog that is open while `open` is true.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What it is called.
    title: &'static str,
    /// What is in it; made when it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // It fails only on a dialog that is open already.
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    // The children cover the dialog, so a click on the dialog itself is one beside it.
    let beside = move |event: leptos::ev::MouseEvent| {
        if event.target() == event.current_target() {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=dialog aria-label=title on:close=move |_| open.set(false) on:click=beside>
            <div class="sheet">
                <header class="sheet-head">
                    <h2>{title}</h2>
                    <button class="ghost" aria-label="Close" on:click=move |_| open.set(false)>
                        {icon(Icon::Close)}
                    </button>
                </header>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
}
