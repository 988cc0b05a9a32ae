//! One market: what each book offers for each outcome, and which of it is best and counts.

use std::sync::Arc;

use shared::units::{Money, Odds, Timestamp};

use super::super::Outcome;
use super::books::{BookId, Books, Standing};
use super::fair::Fair;
use super::names::{MarketOf, SLOTS, outcomes};
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
    pub(super) pools: [[Money; SLOTS]; 2],
    /// What is waited for: the next price that becomes too old, or earlier.
    pub(super) deadline: Option<Timestamp>,
    /// Its books had been heard of at different times when it was last looked at: their say differs.
    pub(super) mixed: bool,
    /// It was just taken up from what was stored, and nothing happened since.
    pub(super) restored: bool,
    pub(super) best: Best,
    pub(super) fair: Fair,
    /// How the consensus moved.
    pub(super) fair_history: [Series; SLOTS],
}

/// What a book offers.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) book: BookId,
    pub(super) prices: [Option<Price>; SLOTS],
    /// The provider's time.
    pub(super) updated: Timestamp,
    /// When an answer last had it.
    pub(super) heard: Timestamp,
    pub(super) suspended: bool,
    /// It has had a price for a draw. Then its other prices lose on a draw, also while it has none.
    pub(super) three_way: bool,
    /// The number of the answer that last had it.
    pub(super) answer: u64,
    /// What it was when the market was last looked at.
    pub(super) standing: Standing,
    /// Its probabilities without margin, once they are needed.
    pub(super) devigged: Option<Option<Vec<f64>>>,
    pub(super) history: [Series; SLOTS],
}

/// A price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price {
    pub(super) odds: Odds,
    /// Since when it is this, by the provider's clock.
    pub(super) since: Timestamp,
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
            pools: [[Money::ZERO; SLOTS]; 2],
            deadline: None,
            mixed: false,
            restored: false,
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
        for offer in &mut self.offers {
            let belongs = offer.three_way == three_way;
            let standing = offer.stand(clock, if belongs { places } else { &[] });
            books.count(offer.book, offer.standing, standing);
            offer.standing = standing;
            let Standing::Fresh(margin) = standing else { continue };
            // A price without a draw is another bet where there is one.
            if belongs {
                best.complete |= margin.is_some();
                best.take(offer, books.get(offer.book).keeps);
            }
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
        let stays = self.of.1.is_none() || self.pools != [[Money::ZERO; SLOTS]; 2];
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

    /// The provider's time of the newest price.
    pub(super) fn updated(&self) -> Timestamp {
        let prices = self.offers.iter().flat_map(|offer| offer.prices.iter().flatten());
        prices.map(|price| price.since).max().unwrap_or_default()
    }
}

impl Offer {
    pub(super) fn new(book: BookId) -> Offer {
        Offer {
            book,
            prices: [None; SLOTS],
            updated: Timestamp::default(),
            heard: Timestamp::default(),
            suspended: false,
            three_way: false,
            answer: 0,
            standing: Standing::None,
            devigged: None,
            history: <[Series; SLOTS]>::default(),
        }
    }

    /// Takes what a book offers now. Says which prices changed, and whether anything that counts did.
    pub(super) fn update(
        &mut self,
        prices: [Option<Odds>; SLOTS],
        updated: Timestamp,
        heard: Timestamp,
        suspended: bool,
    ) -> ([bool; SLOTS], bool) {
        let mut moved = [false; SLOTS];
        for (slot, odds) in prices.into_iter().enumerate() {
            if self.prices[slot].map(|price| price.odds) != odds {
                self.prices[slot] = odds.map(|odds| Price { odds, since: updated });
                moved[slot] = true;
                self.devigged = None;
            }
        }
        let three_way = self.three_way || prices[1].is_some();
        // One that is old or suspended comes back by being heard of.
        let changed =
            moved != [false; SLOTS] || suspended != self.suspended || three_way != self.three_way || !self.is_fresh();
        (self.updated, self.heard) = (updated, self.heard.max(heard));
        (self.suspended, self.three_way) = (suspended, three_way);
        (moved, changed)
    }

    /// The book has it no more. Says whether it had.
    pub(super) fn withdraw(&mut self) -> bool {
        let had = self.prices.iter().any(Option::is_some);
        self.prices = [None; SLOTS];
        self.devigged = None;
        had
    }

    /// Whether it counted when the market was last looked at.
    pub(super) const fn is_fresh(&self) -> bool {
        matches!(self.standing, Standing::Fresh(_))
    }

    /// Whether it was heard of lately.
    pub(super) fn is_young(&self, clock: Clock) -> bool {
        clock.now.ms_since(self.heard) <= clock.max_age_ms
    }

    fn stand(&self, clock: Clock, places: &[(usize, Outcome)]) -> Standing {
        if clock.over || self.prices.iter().all(Option::is_none) {
            Standing::None
        } else if self.suspended {
            Standing::Suspended
        } else if !self.is_young(clock) {
            Standing::Stale
        } else {
            Standing::Fresh(self.margin(places))
        }
    }

    /// Its margin in millionths of a percent; `None` when it has not all prices.
    fn margin(&self, places: &[(usize, Outcome)]) -> Option<i64> {
        if places.is_empty() {
            return None;
        }
        let mut sum = -1.0;
        for (slot, _) in places {
            sum += self.prices[*slot]?.odds.implied();
        }
        Some(super::fair::whole(sum * 1e8))
    }
}

impl Best {
    /// Of equal prices the first stays, and offers come by the names of their books.
    fn take(&mut self, offer: &Offer, keeps: f64) {
        for (slot, price) in offer.prices.iter().enumerate() {
            let Some(Price { odds, .. }) = *price else { continue };
            if self.offered[slot].is_none_or(|(_, best)| odds > best) {
                self.offered[slot] = Some((offer.book, odds));
            }
            let net = 1.0 + (odds.to_f64() - 1.0) * keeps;
            if self.net[slot].is_none_or(|(best, _, _)| net > best) {
                self.net[slot] = Some((net, offer.book, odds));
            }
        }
    }
}
