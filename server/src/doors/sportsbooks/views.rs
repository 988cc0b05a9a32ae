//! Rows as the door needs them: parsed and encoded once for all of its readers.

use std::collections::BTreeSet;

use serde_json::value::{RawValue, to_raw_value};
use shared::domain::odds::{ArbKind, ArbRow, BookRow, MarketKind, MarketRow, SportKey};
use shared::units::Percent;

use super::shapes::{Book, Market, Opportunity};
use crate::domain::RowJson;

/// A market: what filters look at, and what is sent.
pub struct MarketView {
    /// What is bet on.
    pub kind: MarketKind,
    /// The event's id.
    pub event: SportKey,
    /// Who has a price of one of its selections.
    pub books: BTreeSet<Box<str>>,
    /// As the door says it.
    pub json: Box<RawValue>,
}

/// An opportunity.
pub struct ArbView {
    /// Whether it may lose.
    pub kind: ArbKind,
    /// What is bet on.
    pub market: MarketKind,
    /// The event's id.
    pub event: SportKey,
    /// The sport's key.
    pub sport: SportKey,
    /// Where.
    pub books: Vec<Box<str>>,
    /// In which markets.
    pub markets: Vec<Box<str>>,
    /// What it is worth.
    pub roi: Percent,
    /// As the door says it.
    pub json: Box<RawValue>,
}

/// A book.
pub struct BookView {
    /// As the door says it.
    pub json: Box<RawValue>,
}

impl MarketView {
    /// Of a row of a board. One that cannot be read is none for the door.
    pub fn of(row: &RowJson) -> Option<MarketView> {
        let row: MarketRow = serde_json::from_str(row).ok()?;
        let books = row.selections.iter().flat_map(|selection| selection.books.keys().cloned()).collect();
        let (kind, event) = (row.market, row.event.clone());
        Some(MarketView { kind, event, books, json: to_raw_value(&Market::from(row)).ok()? })
    }
}

impl ArbView {
    /// Of a row of `odds/arbs`.
    pub fn of(row: &RowJson) -> Option<ArbView> {
        let row: ArbRow = serde_json::from_str(row).ok()?;
        Some(ArbView {
            kind: row.kind,
            market: row.market,
            event: row.event.clone(),
            sport: row.sport.clone(),
            books: row.legs.iter().map(|leg| leg.book.clone()).collect(),
            markets: row.legs.iter().map(|leg| leg.market_id.clone()).collect(),
            roi: row.roi_pct,
            json: to_raw_value(&Opportunity::from(row)).ok()?,
        })
    }
}

impl BookView {
    /// Of a row of `odds/books`.
    pub fn of(row: &RowJson) -> Option<BookView> {
        let row: BookRow = serde_json::from_str(row).ok()?;
        Some(BookView { json: to_raw_value(&Book::from(row)).ok()? })
    }
}
