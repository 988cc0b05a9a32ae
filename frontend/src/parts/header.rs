//! The header: brand, pages, the connection's badge, theme and help.

use super::account::account_button;
use super::connection::connection_badge;
use super::controls::icon_button;
use super::el::{El, el, of};
use super::icon::{Icon, icon};
use crate::app::App;
use crate::model::route::Page;
use crate::settings::Theme;
use crate::slip::view::slip_button;

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
        .kid(el("nav").attr("aria-label", "Pages").kids(&Page::MAIN.map(|page| page_link(app, page))))
        .kid(of("span", "spring"))
        .kid(connection_badge(app))
        .kid(slip_button(app))
        .kid(account_button(app))
        .kid(next_theme)
        .kid(icon_button(Icon::Help, "Help and shortcuts", move || app.help_open.set(true)))
}

/// A link that the router follows; with a modifier the browser does.
fn page_link(app: App, page: Page) -> El {
    let here = app.router.page();
    let shape = match page {
        Page::DarkPool => Icon::Table,
        Page::Tape => Icon::Tape,
        Page::Odds | Page::Event => Icon::Odds,
        Page::Arbs => Icon::Arbs,
        Page::Bets => Icon::Bets,
        Page::Books => Icon::Books,
    };
    el("a")
        .attr("href", page.path())
        .attr_from("aria-current", move || (here.get().main() == page).then(|| "page".to_owned()))
        .kid(icon(shape))
        .text(page.title())
        .follow(move || app.router.turn_to(page))
}
