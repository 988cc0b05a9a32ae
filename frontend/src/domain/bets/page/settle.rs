//! An operator settles a bet: chooses what became of it, says why, and confirms.

use shared::domain::bets::{BetRow, BetStatus, payout};

use crate::app::App;
use crate::domain::bets::words::{OUTCOMES, refusal, status_hint, status_key, status_word};
use crate::live::Outcome;
use crate::model::text;
use crate::parts::controls::segments;
use crate::parts::dialog::dialog;
use crate::parts::el::{El, effect, el, of};
use crate::parts::say;
use crate::reactive::*;

/// The dialog; open while there is a bet to settle.
pub fn settle_dialog(app: App, settling: RwSignal<Option<BetRow>>) -> El {
    let open = RwSignal::new(false);
    effect(move || open.set(settling.with(Option::is_some)));
    effect(move || {
        if !open.get() && settling.with_untracked(Option::is_some) {
            settling.set(None);
        }
    });
    dialog(open, "Settle a bet", move || settling.get_untracked().map(|bet| inside(app, bet, open)).unwrap_or_default())
}

fn inside(app: App, bet: BetRow, open: RwSignal<bool>) -> Vec<El> {
    let chosen = RwSignal::new(None::<usize>);
    let reason = RwSignal::new(String::new());
    let problem = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let line = format!(
        "{} \u{b7} {} \u{b7} {} at {} on {}. Now: {}.",
        bet.name,
        bet.event,
        text::money_exact(bet.stake),
        say::price(app, bet.decimal),
        say::book(app, &bet.book),
        status_word(bet.status).to_lowercase(),
    );
    let (stake, decimal) = (bet.stake, bet.decimal);
    let means = move || {
        chosen.get().map_or_else(
            || "Choose what became of it.".to_owned(),
            |at| {
                let back = payout(stake, decimal, OUTCOMES[at]).unwrap_or_default();
                format!("{}. {} comes back.", status_hint(OUTCOMES[at]), text::money_exact(back))
            },
        )
    };
    let give = move || {
        let Some(at) = chosen.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        let mut args = serde_json::json!({ "bet": &*bet.id, "status": status_key(OUTCOMES[at]) });
        let why = reason.with_untracked(|reason| reason.trim().to_owned());
        if !why.is_empty() {
            args["reason"] = why.into();
        }
        busy.set(true);
        let word = status_word(OUTCOMES[at]).to_lowercase();
        app.live.command("settle_bet", Some(args), move |outcome| {
            // The dialog may be closed by now.
            if !busy.try_set(false) {
                return;
            }
            match outcome {
                Outcome::Done(_) => {
                    open.set(false);
                    app.toasts.show(format!("Settled as {word}"));
                }
                Outcome::Refused(error) => problem.set(refusal(error.code, &error.message)),
                Outcome::Unknown => {
                    problem
                        .set("Whether it was settled is not known: the connection ended. Look at the bet.".to_owned());
                }
            }
        });
    };
    let names = OUTCOMES.map(status_word);
    let field = el("input")
        .attr("type", "text")
        .attr("maxlength", "280")
        .attr("autocomplete", "off")
        .value_from(move || reason.get())
        .input("input", move |text| reason.set(text));
    let is_over = bet_is_over(chosen, bet.status);
    vec![
        el("p").text(&line),
        segments("What became of it", &names, move |at| chosen.get() == Some(at), move |at| chosen.set(Some(at))),
        of("p", "settle-means").attr("role", "status").text_from(means),
        of("label", "field wide").kid(el("span").text("Why, for the audit trail")).kid(field),
        of("p", "problem").attr("role", "alert").text_from(move || problem.get()),
        of("p", "row-end").kid(
            of("button", "primary")
                .attr_from("disabled", move || (chosen.get().is_none() || busy.get()).then(String::new))
                .text_from(is_over)
                .press(give),
        ),
    ]
}

/// What the button says: settling twice is another thing than settling once.
fn bet_is_over(chosen: RwSignal<Option<usize>>, now: BetStatus) -> impl Fn() -> String {
    move || {
        let again = if now == BetStatus::Placed { "Settle" } else { "Settle again" };
        chosen
            .get()
            .map_or_else(|| again.to_owned(), |at| format!("{again} as {}", status_word(OUTCOMES[at]).to_lowercase()))
    }
}
