//! The dialog in which a reader signs in and out, and the button that leads to it.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::dialog::dialog;
use super::el::{El, el, of};
use super::icon::{Icon, icon};
use super::say;
use crate::app::App;
use crate::identity::Known;
use crate::platform::by_id;
use crate::reactive::*;

const WHY: &str = "Everything here can be read without signing in. Whoever signs in can keep bets on paper: a ledger of \
    what was staked at which price and what came of it. No bookmaker is contacted.";
const COMMAND: &str = "undercurrent token create --user 42 --name ana";

/// Leads to the dialog; shows who is signed in.
pub fn account_button(app: App) -> El {
    let known = app.identity.known;
    let name = move || {
        known.with(|known| match known {
            Known::Is(who) => who.name.to_string(),
            Known::Asking | Known::Nobody => "Sign in".to_owned(),
        })
    };
    let label = move || {
        Some(known.with(|known| match known {
            Known::Is(who) => format!("Signed in as {}: press to sign out", who.name),
            Known::Asking | Known::Nobody => "Sign in (s)".to_owned(),
        }))
    };
    of("button", "account")
        .attr("id", "account")
        .attr("aria-haspopup", "dialog")
        .attr_from("aria-label", label)
        .attr_from("title", label)
        .press(move || app.identity.ask_to_sign_in())
        .kid(icon(Icon::Account))
        .kid(el("span").text_from(name))
}

/// The dialog.
pub fn account_dialog(app: App) -> El {
    let known = app.identity.known;
    dialog(app.identity.open, "Account", move || {
        let body = move || {
            known.with(|known| match known {
                Known::Is(who) => untrack(|| signed_in(app, who)),
                Known::Asking | Known::Nobody => untrack(|| sign_in(app)),
            })
        };
        vec![el("div").region(body), problem(app)]
    })
}

/// Why it did not work.
fn problem(app: App) -> El {
    let refused = app.identity.refused;
    of("p", "problem").attr("role", "alert").text_from(move || refused.get())
}

fn sign_in(app: App) -> Vec<El> {
    let identity = app.identity;
    let give = move || {
        if let Some(field) = by_id("token").and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            identity.sign_in(&field.value());
        }
    };
    let field = el("input")
        .attr("id", "token")
        .attr("type", "password")
        .attr("name", "token")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("autofocus", "")
        .attr("placeholder", "uc_\u{2026}")
        .input("input", move |_| identity.refused.set(String::new()));
    let form = of("form", "sign-in")
        .kid(of("label", "field wide").kid(el("span").text("Token")).kid(field))
        .kid(of("button", "primary").attr("type", "submit").text("Sign in"))
        .flag("busy", move || identity.busy.get())
        .on("submit", move |event| {
            event.prevent_default();
            give();
        });
    let ended = move || {
        let line = |why: String| of("p", "problem").text(&format!("You were signed out: {why}. Sign in again."));
        identity.ended.get().map(line).into_iter().collect()
    };
    vec![
        el("div").region(ended),
        form,
        el("p").text(WHY),
        el("p")
            .text("Tokens come from whoever runs this server, who makes one with ")
            .kid(el("code").text(COMMAND))
            .text(". It is shown once. Here it is kept in a cookie that no script can read."),
    ]
}

fn signed_in(app: App, who: &shared::wire::Who) -> Vec<El> {
    let fact = |name: &str, value: &str| el("div").kid(el("dt").text(name)).kid(el("dd").text(value));
    let until = who.expires_ms.map_or_else(|| "Never by itself".to_owned(), |at| say::day_and_minute(app, at));
    let facts = of("dl", "facts")
        .kid(fact("Name", &who.name))
        .kid(fact("User", who.user.as_str()))
        .kid(fact("Role", if who.operator { "Operator: may settle bets" } else { "Reader" }))
        .kid(fact("Ends", &until));
    let identity = app.identity;
    let leave = of("button", "primary")
        .text("Sign out")
        .flag("busy", move || identity.busy.get())
        .press(move || identity.sign_out());
    vec![facts, of("p", "row-end").kid(leave)]
}
