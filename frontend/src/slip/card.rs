//! A bet in the slip, as it is typed, sent, refused or placed.

use shared::domain::bets::{OddsPolicy, potential};
use shared::units::Odds;

use super::leg::{Leg, State};
use super::quote::Moved;
use crate::app::App;
use crate::domain::bets::words::{POLICIES, policy_key, policy_of, policy_word};
use crate::model::text;
use crate::parts::controls::{choice, icon_button};
use crate::parts::el::{El, el, memo, of};
use crate::parts::icon::Icon;
use crate::parts::say;
use crate::reactive::*;

/// How far a bet is, without what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Sent,
    Placed,
    Gone,
}

/// The bet of that number.
pub fn card(app: App, number: u32) -> El {
    let desk = app.slip;
    let stage = memo(move || {
        desk.slip.with(|slip| match slip.find(number).map(|leg| &leg.state) {
            Some(State::Draft | State::Refused { .. }) => Stage::Open,
            Some(State::Sent { .. }) => Stage::Sent,
            Some(State::Placed(_)) => Stage::Placed,
            None => Stage::Gone,
        })
    });
    let name = of_leg(app, number, |leg| leg.pick.name.to_string());
    let where_ =
        move || leg(app, number, |leg| format!("{} \u{b7} {}", leg.pick.title, say::book(app, &leg.pick.book)));
    let remove = icon_button(Icon::Close, "Take it out", move || desk.change(|slip| slip.remove(number)))
        .shown(move || stage.get() != Stage::Sent);
    let price = of("b", "price").text_from(move || leg(app, number, |leg| say::price(app, leg.pick.decimal)));
    let body = move || match stage.get() {
        Stage::Open => untrack(|| open(app, number)),
        Stage::Sent => untrack(|| sent(app, number)),
        Stage::Placed => untrack(|| placed(app, number)),
        Stage::Gone => Vec::new(),
    };
    of("article", "leg")
        .attr("aria-label", "Bet")
        .flag("done", move || stage.get() == Stage::Placed)
        .kid(
            of("div", "leg-head")
                .kid(of("div", "leg-name").kid(el("b").text_from(name)).kid(of("span", "muted").text_from(where_)))
                .kid(price)
                .kid(remove),
        )
        .region(body)
}

/// Something of the bet; the default once it is gone. Tracked.
fn leg<T: Default>(app: App, number: u32, of_it: impl FnOnce(&Leg) -> T) -> T {
    app.slip.slip.with(|slip| slip.find(number).map(of_it).unwrap_or_default())
}

fn of_leg(app: App, number: u32, of_it: fn(&Leg) -> String) -> impl Fn() -> String + 'static {
    move || leg(app, number, of_it)
}

/// While it is typed.
fn open(app: App, number: u32) -> Vec<El> {
    let desk = app.slip;
    let edit = move |edit: &dyn Fn(&mut Leg)| desk.change(|slip| slip.edit(number, edit));
    let stake = el("input")
        .attr("type", "text")
        .attr("inputmode", "decimal")
        .attr("autocomplete", "off")
        .attr("placeholder", "0.00")
        .attr("maxlength", "16")
        .attr_from("aria-invalid", move || {
            let wrong = leg(app, number, |leg| !leg.stake.is_empty() && leg.money().is_err());
            Some(wrong.to_string())
        })
        .value_from(of_leg(app, number, |leg| leg.stake.clone()))
        .input("input", move |text| edit(&|leg| leg.stake.clone_from(&text)))
        .on("keydown", move |event| {
            use wasm_bindgen::JsCast;
            if event.unchecked_into::<web_sys::KeyboardEvent>().key() == "Enter" {
                desk.place(number);
            }
        });
    let back = move || {
        leg(app, number, |leg| match leg.money() {
            Ok(stake) => format!("Brings back {}", text::money_exact(potential(stake, leg.pick.decimal))),
            Err(_) if leg.stake.is_empty() => String::new(),
            Err(sentence) => sentence.to_owned(),
        })
    };
    let policy = choice(
        "If the price moves",
        POLICIES.map(|policy| (policy_key(policy).to_owned(), policy_word(policy).to_owned())),
        move |value| leg(app, number, |leg| policy_key(leg.policy)) == value,
        move |value| edit(&|leg| leg.policy = policy_of(&value).unwrap_or(OddsPolicy::None)),
    );
    let notes = el("input")
        .attr("type", "text")
        .attr("maxlength", "280")
        .attr("placeholder", "Notes")
        .attr("aria-label", "Notes")
        .attr("autocomplete", "off")
        .value_from(of_leg(app, number, |leg| leg.notes.clone()))
        .input("input", move |text| edit(&|leg| leg.notes.clone_from(&text)));
    vec![
        movement(app, number),
        refusal(app, number),
        of("div", "leg-row")
            .kid(of("label", "field").kid(el("span").text("Stake $")).kid(stake))
            .kid(of("span", "muted leg-back").attr("aria-live", "polite").text_from(back)),
        of("div", "leg-row").kid(policy).kid(of("label", "field grow").kid(notes)),
    ]
}

/// That the price is another one by now, and the button that takes it.
fn movement(app: App, number: u32) -> El {
    let desk = app.slip;
    let moved = memo(move || desk.moved_of(number));
    let line = move || {
        let offer = |class: &str, text: String, price: Odds| {
            let take = move || desk.change(|slip| slip.accept(number, price));
            of("p", class)
                .text(&text)
                .kid(of("button", "toggle").text(&format!("Take {}", say::price(app, price))).press(take))
        };
        let note = |class: &str, text: &str| of("p", class).text(text);
        let line = match moved.get() {
            Moved::Unknown | Moved::Same => return Vec::new(),
            Moved::Better(now) => offer("moved better", format!("It pays more now: {}.", say::price(app, now)), now),
            Moved::Worse(now) => offer("moved worse", format!("It pays less now: {}.", say::price(app, now)), now),
            Moved::Suspended => note("moved worse", "The book takes no bets on this now."),
            Moved::Gone => note("moved worse", "The book has no price of this any more."),
        };
        vec![line]
    };
    of("div", "leg-moved").attr("role", "status").region(line)
}

/// Why it was not taken.
fn refusal(app: App, number: u32) -> El {
    let why = memo(move || {
        app.slip.slip.with(|slip| match slip.find(number).map(|leg| &leg.state) {
            Some(State::Refused { why, offered }) => Some((why.clone(), *offered)),
            _ => None,
        })
    });
    let line = move || {
        let text = |(why, offered): (String, Option<Odds>)| match offered {
            Some(price) => format!("Not placed: the price is {} now. Take it below or wait.", say::price(app, price)),
            None => format!("Not placed. {why}"),
        };
        let Some(why) = why.get() else { return Vec::new() };
        let offered = why.1;
        let line = of("p", "problem").text(&text(why));
        let take = offered.map(|price| {
            let take = move || app.slip.change(|slip| slip.accept(number, price));
            of("button", "toggle").text(&format!("Take {}", say::price(app, price))).press(take)
        });
        std::iter::once(line).chain(take).collect()
    };
    of("div", "leg-refused").attr("role", "alert").region(line)
}

/// While nobody knows its outcome.
fn sent(app: App, number: u32) -> Vec<El> {
    let text = move || {
        leg(app, number, |leg| match (&leg.state, leg.money()) {
            (State::Sent { user, .. }, Ok(stake)) => {
                let mine = app.slip.user.with(|own| own.as_ref() == Some(user));
                let amount = text::money_exact(stake);
                if mine {
                    format!("{amount} on its way. It is asked for until its outcome is known, and placed only once.")
                } else {
                    format!("{amount} on its way, sent by user {user}. Sign in as {user} to learn what became of it.")
                }
            }
            _ => String::new(),
        })
    };
    vec![of("p", "leg-sent").attr("role", "status").text_from(text)]
}

/// Once it is in the ledger.
fn placed(app: App, number: u32) -> Vec<El> {
    let text = move || {
        leg(app, number, |leg| match &leg.state {
            State::Placed(bet) => format!(
                "Placed: {} at {}, brings back {}.",
                text::money_exact(bet.stake),
                say::price(app, bet.decimal),
                text::money_exact(bet.potential_payout)
            ),
            _ => String::new(),
        })
    };
    vec![of("p", "leg-placed").attr("role", "status").text_from(text)]
}
