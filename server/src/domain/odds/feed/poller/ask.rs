//! The requests, as the provider takes them.

use std::time::Duration;

use shared::domain::odds::{MarketKind, SportKey};

/// What is followed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollSettings {
    /// The sports; none: the main ones that are in season.
    pub sports: Vec<SportKey>,
    /// Where the bookmakers are: `us`, `uk`, `eu`, `au`.
    pub regions: Vec<Box<str>>,
    /// What is bet on.
    pub markets: Vec<MarketKind>,
    /// How often each sport is asked for; `None`: so that a month's quota lasts.
    pub interval: Option<Duration>,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which sports are in season. It costs nothing.
    Sports,
    /// A sport's prices. It costs markets times regions.
    Odds(SportKey),
    /// A sport's scores. It costs 1, with results 2.
    Scores {
        /// The sport.
        sport: SportKey,
        /// Those that are over, too.
        results: bool,
    },
}

impl Ask {
    /// Path and query, without the key.
    #[must_use]
    pub fn path(&self, settings: &PollSettings) -> String {
        match self {
            Ask::Sports => "/v4/sports?all=false".to_owned(),
            Ask::Odds(sport) => {
                let markets: Vec<_> = settings.markets.iter().map(|kind| market(*kind)).collect();
                let (regions, markets) = (settings.regions.join(","), markets.join(","));
                format!("/v4/sports/{sport}/odds?regions={regions}&markets={markets}&oddsFormat=decimal&dateFormat=iso")
            }
            Ask::Scores { sport, results: false } => format!("/v4/sports/{sport}/scores?dateFormat=iso"),
            Ask::Scores { sport, results: true } => format!("/v4/sports/{sport}/scores?daysFrom=1&dateFormat=iso"),
        }
    }

    /// What it takes from the quota, at most.
    #[must_use]
    pub fn cost(&self, settings: &PollSettings) -> u64 {
        match self {
            Ask::Sports => 0,
            Ask::Odds(_) => settings.markets.len() as u64 * settings.regions.len() as u64,
            Ask::Scores { results, .. } => 1 + u64::from(*results),
        }
    }

    pub(super) const fn sport(&self) -> Option<&SportKey> {
        match self {
            Ask::Sports => None,
            Ask::Odds(sport) | Ask::Scores { sport, .. } => Some(sport),
        }
    }
}

const fn market(kind: MarketKind) -> &'static str {
    match kind {
        MarketKind::H2h => "h2h",
        MarketKind::Spreads => "spreads",
        MarketKind::Totals => "totals",
    }
}
