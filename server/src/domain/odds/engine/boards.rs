//! Boards and events while somebody follows them, and the list of sports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::domain::odds::{EventRow, HistoryRow, OddsTopic, SportKey, SportRow, fair_odds};
use shared::stream::{Change, Key};
use shared::units::{Odds, Timestamp};

use super::super::Outcome;
use super::OddsEngine;
use super::json::{Page, board_row, event_row};
use super::market::Market;
use super::marks::Reader;
use super::rows::{json, topic_change};
use super::series::{POINTS, Point, Series};
use crate::domain::{RowJson, TopicChange};

/// The consensus is noted so often at most, in seconds.
const SAMPLE_S: i64 = 15;

/// What is followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Followed {
    boards: BTreeMap<SportKey, Board>,
    /// Whether its followers were told of the event.
    events: BTreeMap<SportKey, bool>,
    /// The sports that are told of.
    sports: BTreeSet<SportKey>,
}

/// A board that is followed.
#[derive(Clone, Debug, Default)]
struct Board {
    told: bool,
    gone: BTreeSet<Key>,
}

impl Followed {
    /// Begins to make a topic. `false`: there is no such topic, or it is always made.
    pub(super) fn open(&mut self, topic: OddsTopic) -> bool {
        match topic {
            OddsTopic::Board(sport) => drop(self.boards.entry(sport).or_default()),
            OddsTopic::Event(event) => drop(self.events.entry(event).or_insert(false)),
            OddsTopic::Sports | OddsTopic::Books | OddsTopic::Arbs | OddsTopic::Closed => return false,
        }
        true
    }

    pub(super) fn close(&mut self, topic: &OddsTopic) {
        match topic {
            OddsTopic::Board(sport) => drop(self.boards.remove(sport)),
            OddsTopic::Event(event) => drop(self.events.remove(event)),
            OddsTopic::Sports | OddsTopic::Books | OddsTopic::Arbs | OddsTopic::Closed => {}
        }
    }

    /// A market is gone.
    pub(super) fn gone(&mut self, sport: &SportKey, market: &Key) {
        if let Some(board) = self.boards.get_mut(sport).filter(|board| board.told) {
            board.gone.insert(market.clone());
        }
    }

    /// An event is gone, or one of its lines: its followers are told the whole, which may be nothing.
    pub(super) fn gone_event(&mut self, event: &SportKey) {
        if let Some(told) = self.events.get_mut(event) {
            *told = false;
        }
    }

    /// The boards and events that nobody was told anything of.
    fn take_new(&mut self) -> (Vec<SportKey>, Vec<SportKey>) {
        let new = |topic: &SportKey, told: &mut bool| (!std::mem::replace(told, true)).then(|| topic.clone());
        let boards = self.boards.iter_mut().filter_map(|(sport, board)| new(sport, &mut board.told)).collect();
        (boards, self.events.iter_mut().filter_map(|(event, told)| new(event, told)).collect())
    }
}

/// Changes of topics, with the time of the newest price in each.
type Changes = BTreeMap<OddsTopic, (Change<RowJson>, Option<Timestamp>)>;

impl OddsEngine {
    /// Those that are new are told whole, also while nothing is published: who comes then sees how things
    /// stand, and that they stand still.
    pub(super) fn take_new_topics(&mut self, changes: &mut Vec<TopicChange>) {
        let (boards, events) = self.followed.take_new();
        for sport in boards {
            let fixtures = self.fixtures.iter().filter(|(_, fixture)| fixture.facts.sport == sport);
            let markets: Vec<usize> = fixtures.flat_map(|(_, fixture)| fixture.markets.values().copied()).collect();
            let mut all = Changes::new();
            let topic = OddsTopic::Board(sport);
            markets.into_iter().for_each(|number| self.put_board(number, &topic, &mut all));
            let (change, newest) = all.remove(&topic).unwrap_or_default();
            changes.extend(topic_change(&topic, change, newest, true));
        }
        for event in events {
            let fixture = self.by_id.get(&event).map(|number| &self.fixtures[*number]);
            let markets: Vec<usize> = fixture.into_iter().flat_map(|of| of.markets.values().copied()).collect();
            let mut all = Changes::new();
            let topic = OddsTopic::Event(event);
            markets.into_iter().for_each(|number| self.put_event(number, &topic, true, &mut all));
            let (change, newest) = all.remove(&topic).unwrap_or_default();
            changes.extend(topic_change(&topic, change, newest, true));
        }
    }

    /// What changed on boards and in events that are followed.
    pub(super) fn take_boards(&mut self, changes: &mut Vec<TopicChange>) {
        let mut all = Changes::new();
        for (sport, board) in &mut self.followed.boards {
            let gone = std::mem::take(&mut board.gone);
            if !gone.is_empty() {
                let (change, _) = all.entry(OddsTopic::Board(sport.clone())).or_default();
                gone.into_iter().for_each(|key| change.del(key));
            }
        }
        for number in self.marks.take(Reader::Boards, usize::MAX) {
            let Some(market) = self.markets.get(number) else { continue };
            let facts = &self.fixtures[market.fixture].facts;
            let board = self.followed.boards.contains_key(&facts.sport).then(|| OddsTopic::Board(facts.sport.clone()));
            let event = self.followed.events.contains_key(&facts.event).then(|| OddsTopic::Event(facts.event.clone()));
            // What changed before a restart was noted before it.
            if !std::mem::take(&mut self.markets[number].restored) {
                self.sample(number);
            }
            if let Some(topic) = board {
                self.put_board(number, &topic, &mut all);
            }
            if let Some(topic) = event {
                self.put_event(number, &topic, false, &mut all);
            }
        }
        for (topic, (change, newest)) in all {
            changes.extend(topic_change(&topic, change, newest, false));
        }
    }

    /// Notes the consensus for the history, if it is time.
    fn sample(&mut self, number: usize) {
        let (most, now) = (self.most_points() * 2, self.now);
        let market = &mut self.markets[number];
        let newest = market.fair_history.iter().filter_map(|of| of.points().last()).map(|point| point.at_s).max();
        if newest.is_some_and(|at_s| now.ms() / 1000 < i64::from(at_s) + SAMPLE_S) {
            return;
        }
        market.price(&self.books, &self.settings);
        for (slot, _) in market.outcomes() {
            if let Some(odds) = market.fair.consensus[*slot].and_then(fair_odds) {
                let more = market.fair_history[*slot].push(Point::new(now, odds), most);
                self.points = self.points.saturating_add_signed(more);
                self.marks.mark_for(Reader::History, number);
            }
        }
    }

    fn put_board(&mut self, number: usize, topic: &OddsTopic, all: &mut Changes) {
        self.prepare(number);
        let mut space = std::mem::take(&mut self.space);
        let page = self.page(number);
        let row = board_row(&page, &mut space);
        let (change, newest) = all.entry(topic.clone()).or_default();
        *newest = (*newest).max(Some(page.market.updated));
        change.set(page.market.id.clone(), row);
        self.space = space;
    }

    /// Finds what a market's row needs.
    fn prepare(&mut self, number: usize) {
        let market = &mut self.markets[number];
        market.price(&self.books, &self.settings);
        market
            .offers
            .iter_mut()
            .for_each(|offer| offer.kept.spelt.fill(&self.books.get(offer.book).name, &offer.prices));
    }

    /// A market of an event with the histories that have something new, or with all.
    fn put_event(&mut self, number: usize, topic: &OddsTopic, whole: bool, all: &mut Changes) {
        self.prepare(number);
        let mut space = std::mem::take(&mut self.space);
        let page = self.page(number);
        let row = event_row(&page, &mut space);
        let (change, newest) = all.entry(topic.clone()).or_default();
        *newest = (*newest).max(Some(page.market.updated));
        change.set(page.market.id.clone(), row);
        let market = page.market;
        for (slot, outcome) in market.outcomes() {
            let new = market.offers.iter().filter(|offer| whole || !offer.kept.history[*slot].told);
            for offer in new.filter(|offer| !offer.kept.history[*slot].points().is_empty()) {
                let book = &page.books.get(offer.book).name;
                put_history(change, market, *outcome, book, points(&offer.kept.history[*slot]));
            }
            let mut fair = points(&market.fair_history[*slot]);
            let present = market.fair.consensus[*slot].and_then(fair_odds);
            let last = fair.last().copied();
            if let Some(odds) = present.filter(|odds| last.is_none_or(|(_, last)| last != *odds)) {
                // It is so since the newest price.
                let since = last.map_or(market.updated, |(at, _)| market.updated.max(at));
                fair.truncate(2 * POINTS - 1);
                fair.push((since, odds));
            }
            if fair.is_empty() {
                // It may have been told by its present value alone, and that is gone.
                change.del(history_key(market, *outcome, "fair"));
            } else {
                put_history(change, market, *outcome, "fair", fair);
            }
        }
        self.space = space;
        for offer in &mut self.markets[number].offers {
            offer.kept.history.iter_mut().for_each(|series| series.told = true);
        }
    }

    fn page(&self, number: usize) -> Page<'_> {
        let market = &self.markets[number];
        let fixture = &self.fixtures[market.fixture];
        Page { fixture, market, books: &self.books, settings: &self.settings, now: self.now }
    }

    /// The sports that have an event.
    pub(super) fn take_sports(&mut self) -> Option<TopicChange> {
        let whole = std::mem::take(&mut self.whole.sports);
        let mut rows: BTreeMap<SportKey, SportRow> = BTreeMap::new();
        for (_, fixture) in &self.fixtures {
            let facts = &fixture.facts;
            let row = rows.entry(facts.sport.clone()).or_insert_with(|| SportRow {
                id: facts.sport.clone(),
                title: facts.sport_title.clone(),
                events: 0,
                live: 0,
                markets: 0,
                updated_ms: Timestamp::default(),
            });
            if facts.over.is_none() {
                row.events += 1;
                row.live += u32::from(fixture.is_live(self.now));
                row.markets += u32::try_from(fixture.markets.len()).unwrap_or(u32::MAX);
            }
            let updated = fixture.markets.values().map(|number| self.markets[*number].updated).max();
            row.updated_ms = row.updated_ms.max(updated.unwrap_or_default());
        }
        let mut change = Change::new();
        let known = std::mem::take(&mut self.followed.sports);
        known.iter().filter(|sport| !rows.contains_key(sport)).for_each(|sport| change.del(Arc::from(sport.clone())));
        for (sport, row) in rows {
            change.set(Arc::from(sport.clone()), json(&row));
            self.followed.sports.insert(sport);
        }
        topic_change(&OddsTopic::Sports, change, None, whole)
    }
}

fn points(series: &Series) -> Vec<(Timestamp, Odds)> {
    series.points().iter().filter_map(|point| point.get()).collect()
}

fn put_history(
    change: &mut Change<RowJson>,
    market: &Market,
    outcome: Outcome,
    book: &str,
    points: Vec<(Timestamp, Odds)>,
) {
    let row = EventRow::History(HistoryRow {
        market: (*market.id).into(),
        selection: outcome.as_str().into(),
        book: book.into(),
        points: points.into(),
    });
    change.set(history_key(market, outcome, book), json(&row));
}

fn history_key(market: &Market, outcome: Outcome, book: &str) -> Key {
    format!("{}@{}@{book}", market.id, outcome.as_str()).into()
}
