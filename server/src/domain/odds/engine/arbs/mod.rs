//! Arbitrages and middles: opened, updated, closed. At most one for each market, and one across the lines of
//! each event and kind: the best.

mod find;
mod row;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::domain::odds::{ArbRow, ClosedArbRow, OddsTopic, SportKey};
use shared::stream::{Change, Key};
use shared::units::{Percent, Timestamp};

pub(super) use self::find::{Found, Ground, across_lines, in_market};
use super::counts::Counts;
use super::names::{MarketOf, parse_line};
use super::rows::{json, topic_change};
use crate::domain::{RowJson, TopicChange};

/// Closed ones that wait to be told; the topic keeps no more.
const CLOSED: usize = 500;

/// Where an opportunity is: an event and its market; without a line where a market has one: across lines.
pub(super) type Place = (SportKey, MarketOf);

/// The opportunities.
#[derive(Clone, Debug, Default)]
pub(super) struct Arbs {
    open: BTreeMap<Place, OpenArb>,
    /// What followers were not told of.
    change: Change<RowJson>,
    closed: BTreeMap<Key, RowJson>,
    /// Ids whose stored text is older, each with its new text; `None`: it is closed.
    unstored: BTreeMap<Box<str>, Option<String>>,
}

/// An opportunity that is open, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OpenArb {
    row: ArbRow,
    /// The most that it was worth.
    peak: Percent,
}

impl Arbs {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// This is what was found at a place now.
    pub(super) fn put(&mut self, place: Place, found: Option<Found<'_>>, counts: &mut Counts, now: Timestamp) {
        let was = self.open.get(&place).map(|open| &open.row);
        if let (Some(was), Some(found)) = (was, &found)
            && found.is_told_by(was, now)
        {
            return;
        }
        let row = found.and_then(|found| {
            let row = found.row(was)?;
            // Other books: another opportunity, which is as old as it is.
            let other = was.is_some_and(|was| was.id != row.id);
            Some(if other { ArbRow { opened_ms: now, updated_ms: now, ..row } } else { row })
        });
        let same = was.zip(row.as_ref()).is_some_and(|(was, row)| was.id == row.id);
        if !same && let Some(ended) = self.open.remove(&place) {
            counts.closed += 1;
            self.close(ended, now);
        }
        let Some(row) = row else { return };
        counts.opened += u64::from(!same);
        let peak = self.open.get(&place).map_or(row.roi_pct, |open| open.peak.max(row.roi_pct));
        self.change.set((*row.id).into(), json(&row));
        let open = OpenArb { row, peak };
        self.unstored.insert(open.row.id.clone(), Some(open.text()));
        self.open.insert(place, open);
    }

    fn close(&mut self, OpenArb { row, peak }: OpenArb, now: Timestamp) {
        self.change.del((*row.id).into());
        self.unstored.insert(row.id.clone(), None);
        let lived_ms = u64::try_from(now.ms_since(row.opened_ms)).unwrap_or(0);
        let key: Key = format!("{:013}-{}", now.ms(), row.id).into();
        let closed = ClosedArbRow { arb: row, closed_ms: now, lived_ms, peak_roi_pct: peak };
        self.closed.insert(key, json(&closed));
        if self.closed.len() > CLOSED {
            self.closed.pop_first();
        }
    }

    /// What to tell. `whole`: everything that is open.
    pub(super) fn take(&mut self, whole: bool) -> Option<TopicChange> {
        let mut change = std::mem::take(&mut self.change);
        if whole {
            change = Change::new();
            self.open.values().for_each(|open| change.set((*open.row.id).into(), json(&open.row)));
        }
        topic_change(&OddsTopic::Arbs, change, None, whole)
    }

    /// Nobody is told of what changed; [`Arbs::take`] of the whole will.
    pub(super) fn forget(&mut self) {
        self.change = Change::new();
    }

    pub(super) fn take_closed(&mut self) -> Option<TopicChange> {
        let mut change = Change::new();
        std::mem::take(&mut self.closed).into_iter().for_each(|(key, row)| change.set(key, row));
        topic_change(&OddsTopic::Closed, change, None, false)
    }

    pub(super) fn take_unstored(&mut self) -> BTreeMap<Box<str>, Option<String>> {
        std::mem::take(&mut self.unstored)
    }

    /// Takes up a stored one, if its place is known still. `None`: it cannot be read.
    pub(super) fn restore(&mut self, text: &str, is_known: impl Fn(&Place) -> bool) -> Option<()> {
        let open: OpenArb = serde_json::from_str(text).ok()?;
        let line = match &open.row.line {
            Some(line) => Some(parse_line(line)?),
            None => None,
        };
        let place = (open.row.event.clone(), (open.row.market, line));
        if is_known(&place) {
            self.open.insert(place, open);
        } else {
            self.unstored.insert(open.row.id, None);
        }
        Some(())
    }
}

impl OpenArb {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("rows have string keys and finite numbers")
    }
}
