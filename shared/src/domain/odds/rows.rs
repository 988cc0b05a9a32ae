//! The rows of the odds topics, as they are on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SportKey;
use crate::units::{Money, Odds, Percent, Ratio, Timestamp};

/// What is bet on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MarketKind {
    /// Who wins; with a draw where there is one.
    H2h,
    /// Who wins after a handicap.
    Spreads,
    /// More or fewer points than a line.
    Totals,
}

/// How the margin is taken out of a book's prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Devig {
    /// `p = q / B`
    Multiplicative,
    /// `p = q - (B - 1) / n`
    Additive,
    /// `p = q^k`
    #[default]
    Power,
    /// Shin (1992)
    Shin,
    /// `p = q / (c + q - cq)`
    OddsRatio,
}

/// Where fair probabilities come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PriceSource {
    /// The books alone.
    Books,
    /// Books and our own pool.
    Both,
    /// Our own pool alone: no book has the whole market.
    Pool,
}

/// A row of `odds/board/{sport}`, key = `id`: one market, with every book's price of each selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MarketRow {
    /// `{event}:{market}` or `{event}:{market}:{line}`.
    pub id: Box<str>,
    /// The event's id.
    pub event: SportKey,
    /// The sport's key.
    pub sport: SportKey,
    /// Home team, or first player.
    pub home: Box<str>,
    /// Away team, or second player.
    pub away: Box<str>,
    /// When it begins.
    pub commence_ms: Timestamp,
    /// It has begun.
    pub live: bool,
    /// What is bet on.
    pub market: MarketKind,
    /// The handicap of the home team, or the points; `null` for `h2h`.
    pub line: Option<Box<str>>,
    /// The score so far; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreRow>,
    /// What may come out, in the order home, draw, away or over, under.
    pub selections: Box<[SelectionRow]>,
    /// Sum of the implied probabilities of the best prices; below 1 is an arbitrage. Absent when the
    /// market is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overround: Option<Ratio>,
    /// How the margin was taken out.
    pub devig: Devig,
    /// Where `hybrid` comes from; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PriceSource>,
    /// At least one book that is fresh has a price of every selection.
    pub complete: bool,
    /// The provider's time of the newest price.
    pub updated_ms: Timestamp,
}

/// One outcome of a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelectionRow {
    /// `home`, `draw`, `away`, `over` or `under`.
    pub id: Box<str>,
    /// As people call it.
    pub name: Box<str>,
    /// The best fresh price; of equal ones the first book by name. Absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<BestPrice>,
    /// Each book's price.
    pub books: BTreeMap<Box<str>, BookPrice>,
    /// Consensus probability without margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair: Option<Ratio>,
    /// Consensus and our own pool together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hybrid: Option<Ratio>,
    /// What we would offer for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hybrid_decimal: Option<Odds>,
    /// How the fair probability moved, in thousandths, oldest first, at most 20 points; the last is now.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub spark: Box<[u16]>,
}

/// The best price of a selection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BestPrice {
    /// Who offers it.
    pub book: Box<str>,
    /// Stake included.
    pub decimal: Odds,
}

/// What a book offers for a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BookPrice {
    /// Stake included.
    pub decimal: Odds,
    /// Since when it is this price, by the provider's clock.
    pub ts: Timestamp,
    /// Nobody can bet at it now.
    pub suspended: bool,
}

/// A score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoreRow {
    /// Of the home team.
    pub home: i32,
    /// Of the away team.
    pub away: i32,
    /// The event is over.
    pub completed: bool,
}

/// A row of `odds/event/{event}`. Keys: the market's id, `{market}@{selection}@{book}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum EventRow {
    /// A market as on the board.
    Market(Box<MarketRow>),
    /// How one book's price of one selection moved.
    History(HistoryRow),
}

/// How one book's price of one selection moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryRow {
    /// The market.
    pub market: Box<str>,
    /// The selection.
    pub selection: Box<str>,
    /// The book; `fair` for the consensus, whose odds are `1 / probability`.
    pub book: Box<str>,
    /// Time and price, oldest first, at most 120: the price holds from its time to the next one's.
    pub points: Box<[(Timestamp, Odds)]>,
}

/// How a book is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum BookStatus {
    /// Its prices are fresh.
    Online,
    /// Some are old, or many markets are suspended.
    Degraded,
    /// Nothing fresh.
    Offline,
}

/// A row of `odds/books`, key = `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BookRow {
    /// The provider's key: `pinnacle`.
    pub id: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// How it is doing.
    pub status: BookStatus,
    /// How long the request took that brought its newest prices; absent when they were not requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_ms: Option<u32>,
    /// Markets with a fresh price.
    pub markets: u32,
    /// Bets that were placed at it and are not settled.
    pub active_bets: u32,
    /// What it takes of winnings.
    pub commission_pct: Percent,
    /// Its mean margin: sum of implied probabilities less 1, in percent; absent without a complete market.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_pct: Option<Percent>,
    /// The provider's time of its newest price.
    pub updated_ms: Timestamp,
}

/// A row of `odds/sports`, key = `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SportRow {
    /// The provider's key: `soccer_epl`.
    pub id: SportKey,
    /// Its name: `EPL`.
    pub title: Box<str>,
    /// Events that are not over.
    pub events: u32,
    /// Of which have begun.
    pub live: u32,
    /// Markets.
    pub markets: u32,
    /// The provider's time of the newest price.
    pub updated_ms: Timestamp,
}

/// What kind of opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ArbKind {
    /// Something is won whatever happens.
    Arb,
    /// Two lines with results between them that win both bets; others lose a little.
    Middle,
}

/// A row of `odds/arbs`, key = `id`. The id stays while prices move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArbRow {
    /// The key.
    pub id: Box<str>,
    /// What kind.
    pub kind: ArbKind,
    /// The event's id.
    pub event: SportKey,
    /// The sport's key.
    pub sport: SportKey,
    /// Home team, or first player.
    pub home: Box<str>,
    /// Away team, or second player.
    pub away: Box<str>,
    /// When it begins.
    pub commence_ms: Timestamp,
    /// It has begun.
    pub live: bool,
    /// What is bet on.
    pub market: MarketKind,
    /// As [`MarketRow::line`]; `null` for a middle, whose legs have a line each.
    pub line: Option<Box<str>>,
    /// The bets, one for each outcome.
    pub legs: Box<[LegRow]>,
    /// Sum of implied probabilities after commission.
    pub booksum: Ratio,
    /// What is won at worst for 100 staked, in percent; below 0 for a middle.
    pub roi_pct: Percent,
    /// The same in money for a total stake of 100.
    pub profit_per_100: Money,
    /// What is won at best for 100 staked, in percent.
    pub best_pct: Percent,
    /// A result at which all stakes come back is possible.
    pub push_possible: bool,
    /// When it was first seen.
    pub opened_ms: Timestamp,
    /// When its prices last changed.
    pub updated_ms: Timestamp,
}

/// One bet of an opportunity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LegRow {
    /// The market that it is in.
    pub market_id: Box<str>,
    /// What is bet on.
    pub selection: Box<str>,
    /// As people call it.
    pub name: Box<str>,
    /// Where.
    pub book: Box<str>,
    /// As offered, before commission.
    pub decimal: Odds,
    /// What the book takes of winnings.
    pub commission_pct: Percent,
    /// The handicap or the points as this leg has them; `null` for `h2h`.
    pub line: Option<Box<str>>,
    /// Of a total of 100, to the cent.
    pub stake: Money,
}

/// A row of `odds/closed`, key = `{closed_ms}-{id}`: an opportunity that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClosedArbRow {
    /// As it last was.
    #[serde(flatten)]
    pub arb: ArbRow,
    /// When it ended.
    pub closed_ms: Timestamp,
    /// How long it lived.
    pub lived_ms: u64,
    /// The most that it was worth.
    pub peak_roi_pct: Percent,
}
