//! The header: brand, pages, the connection's badge, theme and help.

use leptos::prelude::*;

use crate::app::App;
use crate::model::route::Page;
use crate::parts::connection::ConnectionBadge;
use crate::parts::controls::IconButton;
use crate::parts::icon::{Icon, icon};

#[component]
pub fn Header() -> impl IntoView {
    let app = App::get();
    let theme = app.settings.theme;
    view! {
        <header class="top">
            <span class="brand">{icon(Icon::Brand)}<b>"Undercurrent"</b></span>
            <nav aria-label="Pages">
                <PageLink page=Page::DarkPool shape=Icon::Table/>
                <PageLink page=Page::Tape shape=Icon::Tape/>
            </nav>
            <span class="spring"></span>
            <ConnectionBadge/>
            <IconButton
                shape=Icon::Theme
                label=Signal::derive(move || format!("Theme: {}", theme.get().key()))
                press=move || theme.update(|theme| *theme = theme.next())
            />
            <IconButton
                shape=Icon::Help
                label="Help and shortcuts"
                press=move || app.help_open.set(true)
            />
        </header>
    }
}

/// A link that the router follows; with a modifier the browser does.
#[component]
fn PageLink(page: Page, shape: Icon) -> impl IntoView {
    let router = App::get().router;
    let here = router.page();
    let turn = move |event: leptos::ev::MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            router.turn_to(page);
        }
    };
    view! {
        <a href=page.path() on:click=turn aria-current=move || (here.get() == page).then_some("page")>
            {icon(shape)}
            {page.title()}
        </a>
    }
}
