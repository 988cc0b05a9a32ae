//! Which page an address means: a page, what it is about, and a query.

use shared::domain::odds::SportKey;
use shared::units::Ticker;

use super::query::Query;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The table of tickers, at `/`.
    DarkPool,
    /// The live tape, at `/tape`.
    Tape,
    /// The odds of a sport, at `/odds/{sport}`; at `/odds`, of whichever sport has most.
    Odds,
    /// One event, at `/event/{event}`.
    Event,
    /// Arbitrages, at `/arbs`.
    Arbs,
    /// The reader's bets, at `/bets`.
    Bets,
    /// How the bookmakers are doing, at `/books`.
    Books,
}

/// Where the reader is: a page, what it is about, and what the query says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The page.
    pub page: Page,
    /// The sport of the odds, or the event.
    pub about: Option<SportKey>,
    /// Filters, order, columns, the open ticker.
    pub query: Query,
}

impl Page {
    /// Those that the header leads to.
    pub const MAIN: [Page; 6] = [Page::DarkPool, Page::Tape, Page::Odds, Page::Arbs, Page::Bets, Page::Books];

    /// Its path, before what it is about.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Page::DarkPool => "/",
            Page::Tape => "/tape",
            Page::Odds => "/odds",
            Page::Event => "/event",
            Page::Arbs => "/arbs",
            Page::Bets => "/bets",
            Page::Books => "/books",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Page::DarkPool => "Dark pool",
            Page::Tape => "Tape",
            Page::Odds => "Odds",
            Page::Event => "Event",
            Page::Arbs => "Arbs",
            Page::Bets => "Bets",
            Page::Books => "Books",
        }
    }

    /// The key that leads to it after `g`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Page::DarkPool => "g d",
            Page::Tape => "g t",
            Page::Odds => "g o",
            // An event is reached from the odds.
            Page::Event => "",
            Page::Arbs => "g a",
            Page::Bets => "g b",
            Page::Books => "g k",
        }
    }

    /// The page of the header that it belongs to.
    #[must_use]
    pub const fn main(self) -> Page {
        match self {
            Page::Event => Page::Odds,
            Page::DarkPool | Page::Tape | Page::Odds | Page::Arbs | Page::Bets | Page::Books => self,
        }
    }

    const fn shows_tickers(self) -> bool {
        matches!(self, Page::DarkPool | Page::Tape)
    }
}

impl Route {
    /// The route of an address; a path that is not ours is the first page.
    #[must_use]
    pub fn parse(path: &str, search: &str) -> Route {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (name, about) = (parts.next().unwrap_or_default(), parts.next().and_then(|about| about.parse().ok()));
        let page = match (name, &about) {
            ("tape", _) => Page::Tape,
            ("odds", _) => Page::Odds,
            ("event", Some(_)) => Page::Event,
            // Whoever cuts the end of an address off wants what is above it.
            ("event", None) => Page::Odds,
            ("arbs", _) => Page::Arbs,
            ("bets", _) => Page::Bets,
            ("books", _) => Page::Books,
            _ => Page::DarkPool,
        };
        let about = about.filter(|_| matches!(page, Page::Odds | Page::Event));
        Route { page, about, query: Query::parse(search) }
    }

    /// A page without filters.
    #[must_use]
    pub fn of(page: Page, about: Option<SportKey>) -> Route {
        Route { page, about, query: Query::default() }
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> String {
        let path = self.page.path();
        match &self.about {
            Some(about) => format!("{path}/{about}{}", self.query.text()),
            None => format!("{path}{}", self.query.text()),
        }
    }

    /// The ticker whose panel is open.
    #[must_use]
    pub fn ticker(&self) -> Option<Ticker> {
        self.query.get("t")?.parse().ok()
    }

    /// The same place with another panel, or none.
    #[must_use]
    pub fn with_ticker(mut self, ticker: Option<&Ticker>) -> Route {
        self.query.put("t", ticker.map(ToString::to_string));
        self
    }

    /// Another page; an open ticker stays open where tickers are shown.
    #[must_use]
    pub fn to_page(&self, page: Page) -> Route {
        let ticker = self.ticker().filter(|_| self.page.shows_tickers() && page.shows_tickers());
        Route::of(page, None).with_ticker(ticker.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permalink_opens_its_ticker() {
        let route = Route::parse("/", "?t=BRK.B&sort=-net");
        assert_eq!(route.page, Page::DarkPool);
        assert_eq!(route.ticker(), "BRK.B".parse().ok());
        assert_eq!(route.url(), "/?sort=-net&t=BRK.B");
        assert_eq!(route.clone().with_ticker(None).url(), "/?sort=-net");
        assert_eq!(route.to_page(Page::Tape).url(), "/tape?t=BRK.B");
        assert_eq!(route.to_page(Page::Odds).url(), "/odds");
    }

    #[test]
    fn every_page_of_the_header_is_found_by_its_path() {
        for page in Page::MAIN {
            assert_eq!(Route::parse(page.path(), "").page, page);
            assert_eq!(page.main(), page);
        }
    }

    #[test]
    fn a_sport_and_an_event_are_named_in_the_path() {
        let board = Route::parse("/odds/soccer_epl/", "?m=totals");
        assert_eq!((board.page, board.url().as_str()), (Page::Odds, "/odds/soccer_epl?m=totals"));
        let event = Route::parse("/event/d4021f6f", "");
        assert_eq!((event.page, event.url().as_str()), (Page::Event, "/event/d4021f6f"));
        assert_eq!(event.page.main(), Page::Odds);
    }

    #[test]
    fn an_address_that_is_not_ours_is_the_first_page() {
        assert_eq!(Route::parse("/nothing/here", "").page, Page::DarkPool);
        assert_eq!(Route::parse("/tape/", "?t=%00").ticker(), None);
        assert_eq!(Route::parse("/tape/x", "").url(), "/tape");
        assert_eq!(Route::parse("/event", "").page, Page::Odds);
        assert_eq!(Route::parse("/odds/a%20b", "").about, None);
    }
}
