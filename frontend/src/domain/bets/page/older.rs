//! Bets that the topic no longer holds are asked for, a page at a time.

use shared::wire::{Fields, items};

use crate::app::App;
use crate::domain::bets::read;
use crate::domain::bets::store::Store;
use crate::live::Outcome;
use crate::parts::el::{El, memo, of};
use crate::reactive::*;

/// How many are asked for at once.
const LIMIT: usize = 200;

/// The button that asks for older ones, where there are some; `total` changes when rows do.
pub fn older(app: App, total: RwSignal<usize>) -> El {
    let busy = RwSignal::new(false);
    let before = memo(move || {
        total.track();
        busy.track();
        app.live.signals().second.track();
        app.live.bets(Store::before)
    });
    let ask = move || {
        let Some(before) = before.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let args = serde_json::json!({ "before": &*before, "limit": LIMIT });
        app.live.command("get_bets", Some(args), move |outcome| {
            // The page may be another by now.
            if !busy.try_set(false) {
                return;
            }
            match outcome {
                Outcome::Done(reply) => match found(reply.ok.get()) {
                    Some((rows, more)) => app.live.add_older_bets(rows, more),
                    None => app.toasts.show("Older bets could not be read.".to_owned()),
                },
                Outcome::Refused(error) => app.toasts.show(format!("{} ({})", error.message, error.code)),
                Outcome::Unknown => app.toasts.show("Older bets did not arrive. Try again.".to_owned()),
            }
        });
    };
    let word = move || if busy.get() { "Loading\u{2026}" } else { "Load older bets" }.to_owned();
    of("div", "older")
        .shown(move || before.with(Option::is_some))
        .kid(of("button", "toggle").text_from(word).press(ask))
}

/// The bets of an answer, and whether there are more; what cannot be read is left out.
fn found(answer: &str) -> Option<(Vec<shared::domain::bets::BetRow>, bool)> {
    let fields = Fields::of(answer)?;
    let rows = items(fields.raw("bets")?)?.into_iter().filter_map(read::bet).collect();
    Some((rows, fields.plain("more").unwrap_or(false)))
}
