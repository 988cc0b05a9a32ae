//! The language of the door for all clients with the same filter.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use shared::domain::kind_of;
use shared::domain::odds::OddsTopic;
use shared::stream::Topic;
use shared::units::Moment;
use shared::wire::Mode;

use super::filter::Filter;
use super::messages::DoorMsg;
use super::views::{ArbView, BookView, MarketView};
use crate::doors::names::{boards, tell_sports};
use crate::hub::{Frame, Frames, Next, Reader, Start, TopicState};
use crate::session::{Around, Dialect};

/// A market that changed is told at most so late...
const MARKETS_WITHIN: Duration = Duration::from_secs(5);
/// ...and an opportunity so late...
const ARBS_WITHIN: Duration = Duration::from_secs(10);
/// ...of which this is kept for what lies before and behind the door.
const MARGIN: Duration = Duration::from_millis(100);

/// See the [module](self).
pub struct Sportsbooks {
    filter: Filter,
    /// The filter as text, so that nobody else has the same.
    name: Arc<str>,
}

impl Sportsbooks {
    /// For those with this filter.
    pub fn new(filter: Filter) -> Arc<Sportsbooks> {
        let text = serde_json::to_string(&filter).expect("a filter is lists of texts");
        Arc::new(Sportsbooks { name: format!("sportsbooks {text}").into(), filter })
    }

    /// What they subscribed to.
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// A reader of a topic with the door's pace.
    pub fn reader(topic: &Topic) -> Reader {
        let within = match OddsTopic::parse(topic) {
            Some(OddsTopic::Board(_)) => MARKETS_WITHIN,
            Some(OddsTopic::Arbs) => ARBS_WITHIN,
            _ => Duration::ZERO,
        };
        let gathered = kind_of(topic).map_or(Duration::ZERO, |kind| kind.due);
        Reader::new(None, within.saturating_sub(gathered + MARGIN))
    }

    /// The boards that are to be followed, as `odds/sports` is.
    pub fn boards(&self, sports: &TopicState) -> Vec<Topic> {
        boards(sports, |sport| self.filter.fits_sport(sport))
    }

    /// Markets of a board that changed and fit now or did; all that fit where that is not known.
    fn markets(&self, board: &TopicState, sport: &str, from: Start) -> Option<(Frames, Mode)> {
        let encode = |full, markets: &[Arc<MarketView>], removed: &[&str]| {
            let message = DoorMsg::MarketUpdate {
                sport_key: Some(sport),
                full,
                markets: markets.iter().map(|view| &*view.json).collect(),
                removed,
                total: None,
                in_reply_to: None,
                request_id: None,
                timestamp: board.head_ts(),
            };
            message.encode()
        };
        if let Start::Seq(at) = from
            && let Some(changed) = board.changed_since(at)
        {
            let (mut markets, mut removed) = (Vec::new(), Vec::new());
            for (key, before) in changed {
                match board.view(key, MarketView::of) {
                    Some(now) if self.filter.fits_market(key, &now) => markets.push(now),
                    // It never did: only books come and go.
                    Some(now) if !self.filter.could_fit(key, &now) => {}
                    Some(_) | None => {
                        let before = before.and_then(MarketView::of);
                        removed.extend(before.filter(|b| self.filter.fits_market(key, b)).map(|_| &**key));
                    }
                }
            }
            let says = !markets.is_empty() || !removed.is_empty();
            let frame = || board.cached(Some(&self.name), Some(at), || encode(false, &markets, &removed));
            return says.then(|| (frame().into(), Mode::Live));
        }
        let all = board.rows().keys().filter_map(|key| Some((key, board.view(key, MarketView::of)?)));
        let fits = all.filter(|(key, view)| self.filter.fits_market(key, view));
        let markets: Vec<_> = fits.map(|(_, view)| view).collect();
        // Who was told nothing of a sport learns nothing from hearing that nothing fits.
        let says = !markets.is_empty() || from != Start::Nothing;
        let frame = || board.cached(Some(&self.name), None, || encode(true, &markets, &[]));
        says.then(|| (frame().into(), Mode::Snapshot))
    }

    /// All opportunities that fit, when one of them changed.
    fn arbs(&self, arbs: &TopicState, from: Start) -> Option<(Frames, Mode)> {
        let fits = |view: &ArbView| self.filter.fits_arb(view);
        let mode = self.mode(arbs, from, |key, before| {
            let now = arbs.view(key, ArbView::of);
            now.is_some_and(|now| fits(&now)) || before.and_then(ArbView::of).is_some_and(|before| fits(&before))
        })?;
        let frame = arbs.cached(Some(&self.name), None, || {
            let found = arbs.rows().keys().filter_map(|key| arbs.view(key, ArbView::of)).filter(|view| fits(view));
            say_arbs(&mut found.collect::<Vec<_>>(), arbs, (None, None), usize::MAX)
        });
        Some((frame.into(), mode))
    }

    /// The status of all books that fit, when one of them changed.
    fn books(&self, books: &TopicState, from: Start) -> Option<(Frames, Mode)> {
        let mode = self.mode(books, from, |key, _| self.filter.fits_book(key))?;
        let frame = books.cached(Some(&self.name), None, || {
            let keys = books.rows().keys().filter(|key| self.filter.fits_book(key));
            let views: Vec<_> = keys.filter_map(|key| books.view(key, BookView::of)).collect();
            let sportsbooks: Vec<&RawValue> = views.iter().map(|view| &*view.json).collect();
            DoorMsg::Sportsbooks { total: sportsbooks.len(), sportsbooks }.encode()
        });
        Some((frame.into(), mode))
    }

    /// Whether a list has to be told again, and how.
    fn mode(
        &self,
        topic: &TopicState,
        from: Start,
        concerns: impl Fn(&Arc<str>, Option<&Arc<str>>) -> bool,
    ) -> Option<Mode> {
        let Start::Seq(at) = from else { return Some(Mode::Snapshot) };
        let Some(changed) = topic.changed_since(at) else { return Some(Mode::Snapshot) };
        changed.into_iter().any(|(key, before)| concerns(key, before)).then_some(Mode::Live)
    }
}

/// An `arbitrage_update`, the best first. `answers`: what it answers, and the client's name for that.
pub fn say_arbs(
    found: &mut [Arc<ArbView>],
    arbs: &TopicState,
    (in_reply_to, request_id): (Option<&str>, Option<&str>),
    limit: usize,
) -> Frame {
    found.sort_by_key(|view| std::cmp::Reverse(view.roi));
    let message = DoorMsg::ArbitrageUpdate {
        total: found.len(),
        opportunities: found.iter().take(limit).map(|view| &*view.json).collect(),
        in_reply_to,
        request_id,
        timestamp: arbs.head_ts(),
    };
    message.encode()
}

impl Dialect for Sportsbooks {
    fn name(&self) -> &str {
        &self.name
    }

    fn tell(&self, reader: &mut Reader, topic: &TopicState, now: Moment) -> Next {
        match OddsTopic::parse(topic.topic()) {
            Some(OddsTopic::Sports) => tell_sports(reader, topic, |sports| self.boards(sports)),
            Some(OddsTopic::Board(sport)) => {
                reader.next_in(topic, now, |from| self.markets(topic, sport.as_str(), from))
            }
            Some(OddsTopic::Arbs) => reader.next_in(topic, now, |from| self.arbs(topic, from)),
            Some(OddsTopic::Books) => reader.next_in(topic, now, |from| self.books(topic, from)),
            Some(OddsTopic::Event(_) | OddsTopic::Closed) | None => Next::Nothing,
        }
    }

    fn heartbeat(&self, _told: &[(Topic, Reader)], around: &Around<'_>) -> Frame {
        DoorMsg::Heartbeat { timestamp: around.wall, clients: around.clients }.encode()
    }
}
