//! Watched tickers outside the top are followed one by one.

use shared::domain::darkpool::DarkPoolTopic;
use shared::units::Ticker;

use crate::app::App;
use crate::live::Following;
use crate::parts::el::effect;
use crate::reactive::*;

/// Follows them as long as the present owner lives. One that enters the top later stays followed:
/// at the edge of the top it would come and go.
pub fn follow_the_rest(app: App) {
    let followed = StoredValue::new(Vec::<(Ticker, Following)>::new());
    let top = DarkPoolTopic::Top.topic();
    let second = app.live.signals().second;
    effect(move || {
        second.track();
        let watchlist = app.settings.watchlist.get();
        if !app.live.has_rows(&top) {
            return;
        }
        let is_in_top = |ticker: &Ticker| {
            app.live.darkpool(|store| {
                let tickers = store.tickers();
                tickers.find(ticker).is_some_and(|row| tickers.is_in_top(row))
            })
        };
        let kept = followed.try_update_value(std::mem::take).unwrap_or_default();
        let mut next: Vec<_> = kept.into_iter().filter(|(ticker, _)| watchlist.has(ticker)).collect();
        for ticker in watchlist.iter() {
            if !next.iter().any(|(other, _)| other == ticker) && !is_in_top(ticker) {
                let topic = DarkPoolTopic::Ticker(ticker.clone()).topic();
                next.push((ticker.clone(), app.live.follow(topic)));
            }
        }
        followed.set_value(next);
    });
    on_cleanup(move || drop(followed.try_update_value(std::mem::take)));
}
