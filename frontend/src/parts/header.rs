//! The header: brand, pages, the connection's badge, theme and help.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::MouseEvent;

use super::connection::connection_badge;
use super::controls::icon_button;
use super::el::{El, el, of};
use super::icon::{Icon, icon};
use crate::app::App;
use crate::model::route::Page;
use crate::settings::Theme;

pub fn header(app: App) -> El {
    let theme = app.settings.theme;
    let next_theme = icon_button(Icon::Theme, "Theme", move || theme.update(|theme| *theme = theme.next())).attr_from(
        "title",
        move || {
            Some(match theme.get() {
                Theme::Auto => "Theme: as the system".to_owned(),
                chosen => format!("Theme: {}", chosen.key()),
            })
        },
    );
    of("header", "top")
        .kid(of("span", "brand").kid(icon(Icon::Brand)).kid(el("b").text("Undercurrent")))
        .kid(el("nav").attr("aria-label", "Pages").kid(page_link(app, Page::DarkPool, Icon::Table)).kid(page_link(
            app,
            Page::Tape,
            Icon::Tape,
        )))
        .kid(of("span", "spring"))
        .kid(connection_badge(app))
        .kid(next_theme)
        .kid(icon_button(Icon::Help, "Help and shortcuts", move || app.help_open.set(true)))
}

/// A link that the router follows; with a modifier the browser does.
fn page_link(app: App, page: Page, shape: Icon) -> El {
    let here = app.router.page();
    el("a")
        .attr("href", page.path())
        .attr_from("aria-current", move || (here.get() == page).then(|| "page".to_owned()))
        .kid(icon(shape))
        .text(page.title())
        .on("click", move |event| {
            let mouse: &MouseEvent = event.unchecked_ref();
            if !(mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key()) {
                event.prevent_default();
                app.router.turn_to(page);
            }
        })
}
