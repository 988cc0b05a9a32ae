//! What the panel knows of an opportunity: itself, as it is or as it last was, and what its books offer
//! now.

use shared::domain::odds::{ArbRow, ClosedArbRow, OddsTopic};
use shared::units::Odds;

use crate::app::App;
use crate::parts::el::{effect, memo, set};
use crate::reactive::*;
use crate::slip::quote::{Moved, Quote};

/// Each part changes by itself.
#[derive(Clone, Copy)]
pub struct Quotes {
    /// The opportunity; `None` until it arrived, or when it is not known at all.
    pub arb: RwSignal<Option<ArbRow>>,
    /// Whether it can still be had.
    pub is_open: RwSignal<bool>,
    /// How it ended.
    pub end: RwSignal<Option<ClosedArbRow>>,
    /// What the books offer for its legs now; `None` before their markets arrived.
    pub quotes: RwSignal<Vec<Option<Option<Quote>>>>,
    /// The rows have arrived.
    pub ready: RwSignal<bool>,
}

impl Quotes {
    /// Follows an opportunity and its event as long as the present owner lives.
    pub fn follow(app: App, id: &str) -> Quotes {
        let known = Quotes {
            arb: RwSignal::new(None),
            is_open: RwSignal::new(false),
            end: RwSignal::new(None),
            quotes: RwSignal::new(Vec::new()),
            ready: RwSignal::new(false),
        };
        let id: Box<str> = id.into();
        app.live.on_frame(move |_| known.look(app, &id));
        // Its event is followed once it is known which that is.
        let event = memo(move || known.arb.with(|arb| arb.as_ref().map(|arb| arb.event.clone())));
        let following = StoredValue::new(None);
        effect(move || {
            let next = event.get().map(|event| app.live.follow(OddsTopic::Event(event).topic()));
            drop(following.try_update_value(|old| std::mem::replace(old, next)));
        });
        on_cleanup(move || drop(following.try_update_value(Option::take)));
        known
    }

    fn look(self, app: App, id: &str) {
        let both = [OddsTopic::Arbs, OddsTopic::Closed].map(|topic| app.live.has_rows(&topic.topic()));
        app.live.odds(|odds| {
            let open = odds.arbs.get(id);
            let end = odds.closed.rows().values().rev().find(|row| *row.arb.id == *id);
            set(self.is_open, open.is_some());
            set(self.end, end.filter(|_| open.is_none()).cloned());
            // What is over stays as it last was.
            if let Some(arb) = open.or_else(|| end.map(|row| &row.arb)) {
                set(self.arb, Some(arb.clone()));
            }
        });
        set(self.ready, both == [true; 2]);
        let quotes = self.arb.with_untracked(|arb| {
            let arb = arb.as_ref()?;
            let topic = OddsTopic::Event(arb.event.clone()).topic();
            let quote = |leg: &shared::domain::odds::LegRow| {
                app.live.raw_rows(&topic, |rows| {
                    rows.get(&*leg.market_id).and_then(|market| Quote::of(market.get(), &leg.selection, &leg.book))
                })
            };
            Some(arb.legs.iter().map(quote).collect::<Vec<_>>())
        });
        set(self.quotes, quotes.unwrap_or_default());
    }

    /// The prices to reckon with: the opportunity's own while it stands, then what the books offer. Tracked.
    pub fn prices(self) -> Vec<Odds> {
        let is_open = self.is_open.get();
        let now = |leg: usize| self.quotes.with(|quotes| quotes.get(leg).copied().flatten().flatten());
        self.arb.with(|arb| {
            let legs = arb.as_ref().map(|arb| &*arb.legs).unwrap_or_default();
            let price = |(at, leg): (usize, &shared::domain::odds::LegRow)| match now(at) {
                Some(quote) if !is_open => quote.decimal,
                Some(_) | None => leg.decimal,
            };
            legs.iter().enumerate().map(price).collect()
        })
    }

    /// How what each book offers stands to the opportunity. Tracked.
    pub fn moved(self) -> Vec<Moved> {
        let quotes = self.quotes.get();
        self.arb.with(|arb| {
            let legs = arb.as_ref().map(|arb| &*arb.legs).unwrap_or_default();
            let moved = |(at, leg): (usize, &shared::domain::odds::LegRow)| match quotes.get(at).copied().flatten() {
                Some(quote) => Moved::since(leg.decimal, quote.as_ref()),
                None => Moved::Unknown,
            };
            legs.iter().enumerate().map(moved).collect()
        })
    }
}
