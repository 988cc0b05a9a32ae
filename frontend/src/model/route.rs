//! Which page an address means. Two pages and a permalink to a ticker: no more is routed.

use shared::units::Ticker;

use super::query::Query;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The table of tickers, at `/`.
    DarkPool,
    /// The live tape, at `/tape`.
    Tape,
}

/// Where the reader is: a page and what the query says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The page.
    pub page: Page,
    /// Filters, order, columns, the open ticker.
    pub query: Query,
}

impl Page {
    /// Its path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Page::DarkPool => "/",
            Page::Tape => "/tape",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Page::DarkPool => "Dark pool",
            Page::Tape => "Tape",
        }
    }
}

impl Route {
    /// The route of an address; a path that is not ours is the first page.
    #[must_use]
    pub fn parse(path: &str, search: &str) -> Route {
        let page = if path.trim_end_matches('/').ends_with("/tape") { Page::Tape } else { Page::DarkPool };
        Route { page, query: Query::parse(search) }
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.page.path(), self.query.text())
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

    /// Another page; the open ticker stays open.
    #[must_use]
    pub fn to_page(&self, page: Page) -> Route {
        Route { page, query: Query::default() }.with_ticker(self.ticker().as_ref())
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
    }

    #[test]
    fn an_address_that_is_not_ours_is_the_first_page() {
        assert_eq!(Route::parse("/nothing/here", "").page, Page::DarkPool);
        assert_eq!(Route::parse("/tape/", "?t=%00").ticker(), None);
        assert_eq!(Route::parse("/tape", "").page, Page::Tape);
    }
}
