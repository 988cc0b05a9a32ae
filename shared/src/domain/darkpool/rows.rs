//! The rows of the dark-pool topics, as they are on the wire.

use serde::{Deserialize, Serialize};

use crate::units::{Money, Price, Ratio, Shares, Ticker, Timestamp};

/// Which side a print leans to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// A buyer was in a hurry.
    Bullish,
    /// A seller was in a hurry.
    Bearish,
    /// It cannot be told.
    Neutral,
}

/// Which test of Lee and Ready (1991) gave the side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Price against the middle of the best bid and offer.
    Quote,
    /// Price against the last different price.
    Tick,
}

/// A row of `darkpool/sentiment`, and with `spark` of `darkpool/top`: one ticker's session day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SentimentRow {
    /// The stock.
    pub ticker: Ticker,
    /// Price times size of bullish off-exchange prints, summed.
    pub bullish_amount: Money,
    /// The same of bearish prints.
    pub bearish_amount: Money,
    /// The same of prints whose side cannot be told.
    pub neutral_amount: Money,
    /// Bullish less bearish.
    pub net_amount: Money,
    /// `(bullish - bearish) / (bullish + bearish)`, -1 to 1; absent when both are 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Ratio>,
    /// Off-exchange prints in regular hours.
    pub prints: u64,
    /// Of which bullish.
    pub bullish_prints: u64,
    /// Of which bearish.
    pub bearish_prints: u64,
    /// Of which neither.
    pub neutral_prints: u64,
    /// Shares of off-exchange prints.
    pub dark_shares: Shares,
    /// Shares of all trades that count in volume.
    pub total_shares: Shares,
    /// Off-exchange share of all shares, in percent; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_exchange_pct: Option<Ratio>,
    /// The newest off-exchange print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_print: Option<LastPrint>,
    /// Off-exchange prints outside regular hours, kept apart.
    pub extended: Extended,
    /// The session day in New York: `2013-10-07`.
    pub session: Box<str>,
    /// The provider's time of the newest print.
    pub updated_ms: Timestamp,
    /// Only in `darkpool/top`: cumulative net amount of the last hour in thousands of dollars, one
    /// point for two minutes, oldest first, at most 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spark: Option<Box<[i64]>>,
}

/// The newest off-exchange print of a ticker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastPrint {
    /// As in `darkpool/tape`.
    pub id: Box<str>,
    /// Dollars per share.
    pub price: Price,
    /// Shares.
    pub size: Shares,
    /// Which side it leans to.
    pub side: Side,
    /// The provider's time.
    pub ts: Timestamp,
}

/// Off-exchange prints before 09:30 and from 16:00 New York time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Extended {
    /// Price times size of bullish prints.
    pub bullish_amount: Money,
    /// Of bearish prints.
    pub bearish_amount: Money,
    /// Of the others.
    pub neutral_amount: Money,
    /// How many prints.
    pub prints: u64,
}

/// A row of `darkpool/tape`: one off-exchange print. Keys sort by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PrintRow {
    /// The key.
    pub id: Box<str>,
    /// The stock.
    pub ticker: Ticker,
    /// Dollars per share.
    pub price: Price,
    /// Shares.
    pub size: Shares,
    /// Price times size.
    pub notional: Money,
    /// Which side it leans to.
    pub side: Side,
    /// Which test said so; `null` when none could.
    pub rule: Option<Rule>,
    /// The best bid in force; `null` when there was none.
    pub bid: Option<Price>,
    /// The best offer in force; `null` when there was none.
    pub ask: Option<Price>,
    /// The provider's condition codes.
    pub conditions: Box<[u16]>,
    /// Their names, in the same order; absent when there are none.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub condition_names: Box<[Box<str>]>,
    /// The id of the trade reporting facility.
    pub trf: u32,
    /// Its market identifier code; absent when the id is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<Box<str>>,
    /// Reported more than 10 s after it was executed.
    pub late: bool,
    /// At least 10,000 shares or $200,000.
    pub block: bool,
    /// Outside regular hours.
    pub extended: bool,
    /// How unusual its size is for the ticker, a robust z-score; `null` when there are too few
    /// prints to tell.
    pub z: Option<Ratio>,
    /// The provider's time.
    pub ts: Timestamp,
}

/// A row of `darkpool/ticker/{ticker}`. Keys: the ticker itself, `level:{price}`, `minute:{ms}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum DetailRow {
    /// The ticker's row as in `darkpool/sentiment`.
    Ticker(Box<SentimentRow>),
    /// One of the ten prices with most notional.
    Level(LevelRow),
    /// A minute with prints.
    Minute(MinuteRow),
}

/// How much was printed around a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LevelRow {
    /// The lower edge of the price bucket.
    pub price: Price,
    /// Price times size of its off-exchange prints.
    pub notional: Money,
    /// Their shares.
    pub shares: Shares,
    /// How many they are.
    pub prints: u64,
}

/// One minute of a ticker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MinuteRow {
    /// Its start.
    pub ts: Timestamp,
    /// Net amount since the session began, at the end of the minute (so far).
    pub net_amount: Money,
    /// The last off-exchange price.
    pub price: Price,
}
