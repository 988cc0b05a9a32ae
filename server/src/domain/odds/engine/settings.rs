//! What an operator can settle: whom to believe for how long, and what is worth telling.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::domain::odds::Devig;
use shared::units::{Money, Percent, Timestamp};

/// The rules' figures. The default is for a provider that is asked about once a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddsSettings {
    /// How the margin is taken out of a book's prices.
    pub devig: Devig,
    /// A price counts for so long after the last answer that had it, before the event begins. It is not
    /// the time since the price was made: an answer says that the book offers it still.
    pub max_age: Duration,
    /// The same while the event is on.
    pub max_age_live: Duration,
    /// The provider's own time of a price may be so much earlier than the answer that has it, before the event begins;
    /// a tenth of that while it is on. Beyond, the provider repeats what it once heard. Zero: as much as it likes.
    pub max_lag: Duration,
    /// What is to be known of books; [`BookTerms::default`] for others.
    pub books: BTreeMap<Box<str>, BookTerms>,
    /// A book that was heard of so much earlier than another has half its say in the consensus.
    pub half_life: Duration,
    /// What our own prices have on top.
    pub margin_pct: Percent,
    /// How what is bet with us becomes an opinion of our own beside the books'.
    pub hybrid: Hybrid,
    /// With so much staked our own pool has half the say; a market maker with so much to lose.
    pub half_weight: Money,
    /// An arbitrage that wins less is not told.
    pub min_roi_pct: Percent,
    /// A middle that loses more at worst is not told: -5 %. `None`: no middles.
    pub middles: Option<Percent>,
    /// How long an event that is over stays on its board, and a line that no book offers any more.
    pub linger: Duration,
    /// An event that has begun and that nobody mentions for so long is forgotten.
    pub forget: Duration,
    /// What is kept at most.
    pub limits: Limits,
}

/// Our own opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hybrid {
    /// Outcomes are as likely as there is staked on them.
    Pool,
    /// The prices of a market maker with the logarithmic scoring rule, who has sold a share for each dollar that
    /// open bets would bring back.
    Lmsr {
        /// Its liquidity: how many shares it takes to move its prices. At least a cent.
        b: Money,
    },
}

/// What is to be known of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookTerms {
    /// What it takes of winnings.
    pub commission: Percent,
    /// Its say in the consensus, against 1 of an ordinary book.
    pub weight: u32,
}

/// What is kept at most: what a provider sends beyond is counted and left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events.
    pub events: usize,
    /// Markets of all events.
    pub markets: usize,
    /// Books.
    pub books: usize,
    /// Books' offers in all markets.
    pub offers: usize,
    /// Points of all price histories, 12 bytes each. Long before, histories become coarser.
    pub points: usize,
}

impl Default for OddsSettings {
    fn default() -> OddsSettings {
        OddsSettings {
            devig: Devig::default(),
            max_age: Duration::from_secs(60),
            max_age_live: Duration::from_secs(10),
            max_lag: Duration::from_secs(600),
            books: BTreeMap::new(),
            half_life: Duration::from_secs(60),
            margin_pct: Percent::from_micro(5_000_000),
            hybrid: Hybrid::Pool,
            half_weight: Money::from_pico(1_000 * 1_000_000_000_000),
            min_roi_pct: Percent::from_micro(0),
            middles: Some(Percent::from_micro(-5_000_000)),
            linger: Duration::from_secs(600),
            forget: Duration::from_secs(24 * 3_600),
            limits: Limits::default(),
        }
    }
}

impl Default for BookTerms {
    fn default() -> BookTerms {
        BookTerms { commission: Percent::from_micro(0), weight: 1 }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { events: 5_000, markets: 50_000, books: 200, offers: 500_000, points: 6_000_000 }
    }
}

impl OddsSettings {
    /// How old a price may be, in milliseconds.
    pub(super) fn max_age_ms(&self, live: bool) -> i64 {
        whole_ms(if live { self.max_age_live } else { self.max_age })
    }

    /// How much earlier than its answer a price may be, in milliseconds.
    pub(super) fn max_lag_ms(&self, live: bool) -> i64 {
        match whole_ms(self.max_lag) {
            0 => i64::MAX,
            most => most / if live { 10 } else { 1 },
        }
    }

    /// What is to be known of a book.
    pub(super) fn terms(&self, book: &str) -> BookTerms {
        self.books.get(book).copied().unwrap_or_default()
    }
}

/// A duration in milliseconds.
pub(super) fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// So much later.
pub(super) const fn after(ts: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_ms(ts.ms().saturating_add(ms))
}
