//! One market: what each book offers for each outcome, and which of it is best and counts.

use std::sync::Arc;

use shared::units::{Money, Odds, Timestamp};

use super::super::Outcome;
use super::books::{BookId, Books, Standing};
use super::fair::Fair;
use super::names::{MarketOf, SLOTS, outcomes};
use super::offer::{Offer, Price, Worth};
use super::series::Series;
use super::settings::{OddsSettings, after, whole_ms};

/// A market.
#[derive(Clone, Debug)]
pub(super) struct Market {
    /// Its id, which is its key in boards.
    pub(super) id: Arc<str>,
    /// The number of its event.
    pub(super) fixture: usize,
    pub(super) of: MarketOf,
    /// A draw can be bet on. Once it can, it stays so: what a draw does to a bet does not change because a
    /// price is missing.
    pub(super) three_way: bool,
    /// By the books' names.
    pub(super) offers: Vec<Offer>,
    /// Bets with us on each outcome that are not settled, and what another pool says.
    pub(super) pools: [Stakes; 2],
    /// What is waited for: the next price that becomes too old, or earlier.
    pub(super) deadline: Option<Timestamp>,
    /// Its books had been heard of at different times when it was last looked at: their say differs.
    pub(super) mixed: bool,
    /// It was just taken up from what was stored, and nothing happened since.
    pub(super) restored: bool,
    /// The provider's time of the newest price, when it was last looked at.
    pub(super) updated: Timestamp,
    pub(super) best: Best,
    pub(super) fair: Fair,
    /// How the consensus moved.
    pub(super) fair_history: [Series; SLOTS],
}

/// Open bets, by outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stakes {
    /// What was staked.
    pub(super) stakes: [Money; SLOTS],
    /// What comes back if the outcome does, stakes included.
    pub(super) payouts: [Money; SLOTS],
}

/// What the market comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Best {
    /// The best price of each outcome, as it is offered.
    pub(super) offered: [Option<(BookId, Odds)>; SLOTS],
    /// The same after commission: what it pays, and as it is offered.
    pub(super) net: [Option<(f64, BookId, Odds)>; SLOTS],
    /// A book that counts has a price of every outcome.
    pub(super) complete: bool,
}

/// By what it is said which prices count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) now: Timestamp,
    pub(super) max_age_ms: i64,
    pub(super) max_lag_ms: i64,
    /// The event is over.
    pub(super) over: bool,
}

impl Market {
    pub(super) fn new(id: Arc<str>, fixture: usize, of: MarketOf) -> Market {
        Market {
            id,
            fixture,
            of,
            three_way: false,
            offers: Vec::new(),
            pools: <[Stakes; 2]>::default(),
            deadline: None,
            mixed: false,
            restored: false,
            updated: Timestamp::default(),
            best: Best::default(),
            fair: Fair::default(),
            fair_history: <[Series; SLOTS]>::default(),
        }
    }

    /// Its outcomes, each with its place.
    pub(super) const fn outcomes(&self) -> &'static [(usize, Outcome)] {
        outcomes(self.of.0, self.three_way)
    }

    pub(super) fn offer(&self, book: BookId) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.book == book)
    }

    /// The place of a book's offer, which is made if there is none.
    pub(super) fn place(&mut self, book: BookId, books: &Books) -> usize {
        if let Some(place) = self.offers.iter().position(|offer| offer.book == book) {
            return place;
        }
        let name = &books.get(book).name;
        let place = self.offers.partition_point(|offer| books.get(offer.book).name < *name);
        self.offers.insert(place, Offer::new(book));
        place
    }

    /// Says anew what counts, and tells the books.
    pub(super) fn look(&mut self, clock: Clock, books: &mut Books) {
        let places = self.outcomes();
        let three_way = places.len() == SLOTS;
        let mut best = Best::default();
        self.updated = Timestamp::default();
        for offer in &mut self.offers {
            // A price without a draw is another bet where there is one.
            let belongs = offer.three_way == three_way;
            let standing = match offer.stand(clock) {
                Standing::Fresh(_) if belongs => {
                    let worth = offer.worth(places, books.get(offer.book).keeps);
                    best.complete |= worth.margin.is_some();
                    best.take(offer, &worth);
                    Standing::Fresh(worth.margin)
                }
                other => other,
            };
            books.count(offer.book, offer.standing, standing);
            offer.standing = standing;
            let newest = offer.prices.iter().flatten().map(|price| price.since).max();
            self.updated = self.updated.max(newest.unwrap_or_default());
        }
        self.best = best;
        self.mixed = self.is_mixed();
    }

    /// When the next price that counts becomes too old.
    pub(super) fn expires(&self, max_age_ms: i64) -> Option<Timestamp> {
        let fresh = self.offers.iter().filter(|offer| offer.is_fresh());
        fresh.map(|offer| after(offer.heard, max_age_ms.saturating_add(1))).min()
    }

    /// When a line leaves that no book offers any more; `None` while one does, for the winner, which stays as
    /// long as its event, and for a line that somebody has a stake on.
    pub(super) fn leaves(&self, settings: &OddsSettings) -> Option<Timestamp> {
        let stays = self.of.1.is_none() || self.pools != [Stakes::default(); 2];
        if stays || self.offers.iter().any(Offer::is_fresh) {
            return None;
        }
        let heard = self.offers.iter().map(|offer| offer.heard).max()?;
        Some(after(heard, whole_ms(settings.linger)))
    }

    /// Whether what counts is something else by now, although nothing was heard.
    pub(super) fn has_aged(&self, clock: Clock) -> bool {
        self.offers.iter().any(|offer| offer.is_fresh() && !offer.is_young(clock))
    }

    /// Whether the books that count were heard of at different times.
    pub(super) fn is_mixed(&self) -> bool {
        let mut heard = self.offers.iter().filter(|offer| offer.is_fresh()).map(|offer| offer.heard);
        let first = heard.next();
        heard.any(|at| Some(at) != first)
    }
}

impl Best {
    /// Of equal prices the first stays, and offers come by the names of their books.
    fn take(&mut self, offer: &Offer, worth: &Worth) {
        for (slot, price) in offer.prices.iter().enumerate() {
            let Some(Price { odds, .. }) = *price else { continue };
            if self.offered[slot].is_none_or(|(_, best)| odds > best) {
                self.offered[slot] = Some((offer.book, odds));
            }
            let net = worth.nets[slot];
            if self.net[slot].is_none_or(|(best, _, _)| net > best) {
                self.net[slot] = Some((net, offer.book, odds));
            }
        }
    }
}
