//! What a client subscribed to.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::domain::odds::{ArbKind, MarketKind, OddsTopic, SportRow};
use shared::stream::Topic;
use shared::wire::Code;

use super::views::{ArbView, MarketView};
use crate::doors::desk::Complaint;
use crate::doors::names::{SportName, market_kind};

/// All books.
const ALL: &str = "*";
/// So many books, markets, types and sports may be named at once.
const MOST: usize = 256;
/// None of them is longer.
const LONGEST: usize = 200;

/// What a client wants to be told. Clients with the same filter are told together. Kinds that are named
/// narrow each other; of one kind, any of those named will do; a kind of which none is named narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    sportsbooks: BTreeSet<Box<str>>,
    markets: BTreeSet<Box<str>>,
    arbitrage: bool,
    market_types: BTreeSet<MarketKind>,
    sports: BTreeSet<SportName>,
}

/// The payload of `subscribe` and `unsubscribe`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Subscription {
    /// Books by the provider's key, or `*`: their status is told, and markets and opportunities only where
    /// one of them offers something.
    pub sportsbooks: Vec<Box<str>>,
    /// Markets by id.
    pub markets: Vec<Box<str>>,
    /// Opportunities.
    pub arbitrage: bool,
    /// `moneyline`, `spread` or `total`.
    pub market_types: Vec<Box<str>>,
    /// Sports, as `NBA` or `basketball_nba`.
    pub sports: Vec<Box<str>>,
}

impl Filter {
    /// With this too.
    ///
    /// # Errors
    /// What to tell the client.
    pub fn with(&self, subscription: &Subscription) -> Result<Filter, Complaint> {
        let Filter { mut sportsbooks, mut markets, mut arbitrage, mut market_types, mut sports } = self.clone();
        sportsbooks.extend(subscription.sportsbooks.iter().map(|book| book.to_lowercase().into()));
        markets.extend(subscription.markets.iter().cloned());
        arbitrage |= subscription.arbitrage;
        for name in &subscription.market_types {
            market_types.insert(market_kind(name).ok_or_else(|| unknown_type(name))?);
        }
        sports.extend(subscription.sports.iter().map(|sport| SportName::new(sport)));
        let named = sportsbooks.len() + markets.len() + sports.len();
        let longest = sportsbooks.iter().chain(&markets).map(|name| name.len()).max().unwrap_or(0);
        if named > MOST || longest > LONGEST {
            let sentence =
                format!("{MOST} books, markets and sports may be subscribed to at once; unsubscribe from some");
            return Err(Complaint::new(Code::TooLarge, sentence));
        }
        Ok(Filter { sportsbooks, markets, arbitrage, market_types, sports })
    }

    /// Without this.
    ///
    /// # Errors
    /// What to tell the client.
    pub fn without(&self, subscription: &Subscription) -> Result<Filter, Complaint> {
        let Filter { mut sportsbooks, mut markets, arbitrage, mut market_types, mut sports } = self.clone();
        for book in &subscription.sportsbooks {
            sportsbooks.remove(&*book.to_lowercase());
        }
        for market in &subscription.markets {
            markets.remove(market);
        }
        for name in &subscription.market_types {
            market_types.remove(&market_kind(name).ok_or_else(|| unknown_type(name))?);
        }
        for sport in &subscription.sports {
            sports.remove(&SportName::new(sport));
        }
        let arbitrage = arbitrage && !subscription.arbitrage;
        Ok(Filter { sportsbooks, markets, arbitrage, market_types, sports })
    }

    /// The topics that are followed whatever sports there are.
    pub fn standing(&self) -> Vec<Topic> {
        let sports = self.wants_markets().then(|| OddsTopic::Sports.topic());
        let books = (!self.sportsbooks.is_empty()).then(|| OddsTopic::Books.topic());
        let arbs = self.arbitrage.then(|| OddsTopic::Arbs.topic());
        [sports, books, arbs].into_iter().flatten().collect()
    }

    /// Whether any market can fit. Books alone are a wish to know how they are doing.
    pub fn wants_markets(&self) -> bool {
        !(self.markets.is_empty() && self.market_types.is_empty() && self.sports.is_empty())
    }

    /// Whether markets of a sport can fit.
    pub fn fits_sport(&self, sport: &SportRow) -> bool {
        let means = |name: &SportName| name.means(&sport.id, Some(&sport.title));
        self.wants_markets() && (self.sports.is_empty() || self.sports.iter().any(means))
    }

    /// Whether a market of a sport that fits does so too.
    pub fn fits_market(&self, id: &str, market: &MarketView) -> bool {
        self.could_fit(id, market) && self.names_one_of(market.books.iter())
    }

    /// Whether it would if the right books offered it.
    pub fn could_fit(&self, id: &str, market: &MarketView) -> bool {
        (self.market_types.is_empty() || self.market_types.contains(&market.kind))
            && (self.markets.is_empty() || self.markets.contains(id))
    }

    /// Whether an opportunity does. What may lose is none.
    pub fn fits_arb(&self, arb: &ArbView) -> bool {
        arb.kind == ArbKind::Arb
            && (self.market_types.is_empty() || self.market_types.contains(&arb.market))
            && (self.sports.is_empty() || self.sports.iter().any(|name| name.means(&arb.sport, None)))
            && (self.markets.is_empty() || arb.markets.iter().any(|id| self.markets.contains(id)))
            && self.names_one_of(arb.books.iter())
    }

    /// Whether the status of a book is to be told.
    pub fn fits_book(&self, id: &str) -> bool {
        self.sportsbooks.contains(id) || self.sportsbooks.contains(ALL)
    }

    fn names_one_of<'a>(&self, mut books: impl Iterator<Item = &'a Box<str>>) -> bool {
        self.sportsbooks.is_empty()
            || self.sportsbooks.contains(ALL)
            || books.any(|book| self.sportsbooks.contains(book))
    }
}

/// A type of market that there is not.
pub fn unknown_type(name: &str) -> Complaint {
    Complaint::new(Code::Malformed, format!("there is no market type {name:?}: use moneyline, spread or total"))
}
