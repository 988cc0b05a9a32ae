//! The dark-pool engine: trades and quotes in, sentiment rows, levels and a tape out.
//!
//! Off-exchange is what a trade reporting facility reports (exchange 4 with a facility's id): dark
//! pools, wholesalers' retail orders and negotiated blocks alike. A session day is New York's from
//! 04:00. It ends with the first trade of the next one, not with the clock: over a weekend Friday's
//! totals stay, each with the name of its session. Then all rows go, and a ticker comes back with
//! its first trade; a row of zeros would say "nothing was printed" where nothing is known yet.

mod classify;
mod counts;
mod dedupe;
mod detail;
mod levels;
mod marks;
mod minutes;
mod rows;
mod session;
mod state;
mod sums;
mod tape;
mod ticker;
mod top;
mod zscore;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rustc_hash::FxBuildHasher;
use shared::domain::darkpool::{DarkPoolTopic, Policy};
use shared::stream::{Change, Topic};
use shared::units::{Ticker, Timestamp};

use self::classify::Nbbo;
pub use self::counts::Counts;
use self::detail::Detail;
use self::marks::{Marks, Reader};
pub use self::session::Calendar;
use self::session::Day;
use self::tape::Tape;
use self::ticker::{Book, TickerDay};
use self::top::Top;
use super::{Event, Quote, Trade};
use crate::domain::{Engine, RowJson, StateOp, TopicChange};

/// More tickers than any market has; beyond, a provider sends nonsense.
const MOST_TICKERS: usize = 65_536;

/// A new session day that begins so much later than now is a wrong timestamp.
const FUTURE_MS: i64 = 3_600_000;

/// The dark-pool domain's engine.
#[derive(Debug, Default)]
pub struct DarkPoolEngine {
    calendar: Calendar,
    /// The session day; `None` before the first trade.
    day: Option<Day>,
    /// Its date as rows show it.
    date: Box<str>,
    now: Option<Timestamp>,
    /// Only looked up, never iterated.
    index: HashMap<Ticker, usize, FxBuildHasher>,
    books: Vec<Book>,
    marks: Marks,
    tape: Tape,
    top: Top,
    open: BTreeMap<Ticker, Detail>,
    /// Topics whose next change is the whole of it.
    whole_sentiment: bool,
    whole_top: bool,
    /// Whether a session day began since the state was stored.
    new_day: bool,
    counts: Counts,
}

impl DarkPoolEngine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(calendar: Calendar) -> DarkPoolEngine {
        DarkPoolEngine { calendar, ..DarkPoolEngine::default() }
    }

    /// What it has seen, and why some of it did not count.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    fn trade(&mut self, trade: &Trade) {
        self.counts.trades += 1;
        let policy = Policy::of(trade.conditions.as_slice());
        if policy == Policy::Ignored {
            self.counts.markers += 1;
            return;
        }
        let Some(regular) = self.enter(trade.ts) else { return };
        let Some(index) = self.book(&trade.ticker) else { return };
        let book = &mut self.books[index];
        if !book.day.seen.is_new(trade) {
            self.counts.duplicates += 1;
            return;
        }
        if let Some(print) = book.trade(trade, policy, regular) {
            self.counts.prints += 1;
            self.tape.push(print);
        }
        self.marks.mark(index);
    }

    fn quote(&mut self, quote: &Quote) {
        self.counts.quotes += 1;
        if let Some(index) = self.book(&quote.ticker) {
            self.books[index].nbbo = Nbbo { bid: quote.bid, ask: quote.ask, ts: quote.ts };
        }
    }

    /// Begins a new session day if `ts` is in one. Says whether it is in regular hours; `None` for
    /// times that do not count.
    fn enter(&mut self, ts: Timestamp) -> Option<bool> {
        match &self.day {
            Some(day) if day.is_after(ts) => {
                self.counts.stale += 1;
                return None;
            }
            Some(day) if !day.is_before(ts) => return Some(day.is_regular(ts)),
            Some(_) | None => {}
        }
        let believable = self.now.is_none_or(|now| ts.ms_since(now) <= FUTURE_MS);
        let Some(day) = self.calendar.day_of(ts).filter(|_| believable) else {
            self.counts.mistimed += 1;
            return None;
        };
        self.begin(day);
        Some(day.is_regular(ts))
    }

    fn begin(&mut self, day: Day) {
        self.day = Some(day);
        self.date = day.date().to_string().into();
        self.new_day = true;
        for (index, book) in self.books.iter_mut().enumerate() {
            if book.day.newest.is_some() {
                book.day = TickerDay::default();
                self.marks.mark(index);
            }
        }
    }

    /// The index of a ticker's book, which is made if there is none.
    fn book(&mut self, ticker: &Ticker) -> Option<usize> {
        if let Some(index) = self.index.get(ticker) {
            return Some(*index);
        }
        if self.books.len() >= MOST_TICKERS {
            self.counts.crowded_out += 1;
            return None;
        }
        Some(self.insert(Book::new(ticker.clone())))
    }

    fn insert(&mut self, book: Book) -> usize {
        let index = self.books.len();
        self.index.insert(book.ticker.clone(), index);
        self.books.push(book);
        self.marks.grow();
        index
    }

    fn take_sentiment(&mut self) -> Option<TopicChange> {
        let whole = std::mem::take(&mut self.whole_sentiment);
        let mut change = Change::new();
        let mut newest = None;
        for index in self.marks.drain(Reader::Sentiment) {
            let book = &self.books[index];
            let key = rows::ticker_key(&book.ticker);
            newest = newest.max(book.day.newest);
            match book.day.newest {
                Some(_) => change.set(key, rows::json(&rows::sentiment(book, &self.date))),
                None => change.del(key),
            }
        }
        topic_change(&DarkPoolTopic::Sentiment, change, newest, whole)
    }

    fn take_top(&mut self) -> Option<TopicChange> {
        let whole = std::mem::take(&mut self.whole_top);
        if !whole && !self.marks.any(Reader::Top) {
            return None;
        }
        let (change, newest) = self.top.take(&self.books, &mut self.marks, &self.date);
        topic_change(&DarkPoolTopic::Top, change, newest, whole)
    }

    fn take_details(&mut self, changes: &mut Vec<TopicChange>) {
        for (ticker, detail) in &mut self.open {
            let index = self.index.get(ticker).copied();
            let changed = index.is_some_and(|index| self.marks.is_marked(Reader::Detail, index));
            let whole = detail.is_new();
            if !changed && !whole {
                continue;
            }
            if let Some(index) = index {
                self.marks.clear(Reader::Detail, index);
            }
            let book = index.map(|index| &self.books[index]);
            let change = detail.take(book, &self.date);
            let newest = book.and_then(|book| book.day.newest);
            changes.extend(topic_change(&DarkPoolTopic::Ticker(ticker.clone()), change, newest, whole));
        }
    }
}

impl Engine for DarkPoolEngine {
    type Event = Event;

    fn restore(&mut self, state: BTreeMap<Box<str>, Box<str>>) {
        let (books, unreadable) = state::load(&state);
        *self = DarkPoolEngine::new(self.calendar);
        self.counts.unreadable = unreadable;
        self.whole_sentiment = true;
        self.whole_top = true;
        let date = state.get(state::SESSION).and_then(|date| date.parse().ok());
        self.day = date.and_then(|date| self.calendar.day(date));
        self.date = self.day.map(|day| day.date().to_string().into()).unwrap_or_default();
        for book in books.into_values() {
            let index = self.insert(book);
            self.marks.mark(index);
        }
        self.marks.drain(Reader::State);
    }

    fn handle(&mut self, event: &Event) {
        match event {
            Event::Trade(trade) => self.trade(trade),
            Event::Quote(quote) => self.quote(quote),
        }
    }

    /// Sessions do not end by the clock; it only tells wrong timestamps.
    fn tick(&mut self, now: Timestamp) {
        self.now = Some(now);
    }

    fn open(&mut self, topic: &Topic) -> bool {
        match DarkPoolTopic::parse(topic) {
            Some(DarkPoolTopic::Ticker(ticker)) => {
                self.open.entry(ticker).or_default();
                true
            }
            Some(DarkPoolTopic::Sentiment | DarkPoolTopic::Top | DarkPoolTopic::Tape) | None => false,
        }
    }

    fn close(&mut self, topic: &Topic) {
        if let Some(DarkPoolTopic::Ticker(ticker)) = DarkPoolTopic::parse(topic) {
            self.open.remove(&ticker);
        }
    }

    fn take(&mut self, due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange> {
        let mut changes = Vec::new();
        if due(DarkPoolTopic::Sentiment.kind().due) {
            changes.extend(self.take_sentiment());
            // The same interval: a ticker's own topic is its row and more.
            self.take_details(&mut changes);
        }
        if due(DarkPoolTopic::Top.kind().due) {
            changes.extend(self.take_top());
        }
        if due(DarkPoolTopic::Tape.kind().due) {
            changes.extend(self.tape.take());
        }
        changes
    }

    /// Prints that wait for a take are no state: each take comes with its state, and the tape is
    /// due in each.
    fn take_state(&mut self) -> Vec<StateOp> {
        let mut ops = Vec::new();
        if std::mem::take(&mut self.new_day) {
            ops.extend(state::OF_THE_DAY.map(|prefix| StateOp::DelPrefix(prefix.into())));
            ops.push(StateOp::Put(state::SESSION.into(), self.date.clone()));
        }
        for index in self.marks.drain(Reader::State) {
            state::store(&mut self.books[index], &mut ops);
        }
        ops
    }
}

fn topic_change(
    topic: &DarkPoolTopic,
    change: Change<RowJson>,
    src_ts: Option<Timestamp>,
    whole: bool,
) -> Option<TopicChange> {
    (whole || !change.is_empty()).then(|| TopicChange { topic: topic.topic(), change, src_ts, whole })
}
