//! The History API as one signal. Which page an address means is for [`crate::model::route`] to say.

use shared::domain::odds::SportKey;
use shared::units::Ticker;
use wasm_bindgen::JsValue;

use crate::model::query::Query;
use crate::model::route::{Page, Route};
use crate::parts::el::{effect, memo, set};
use crate::platform::{Listener, document, window};
use crate::reactive::*;

/// Where the reader is, and how to go elsewhere. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Router {
    route: RwSignal<Route>,
    /// What the page is about, by name.
    subject: RwSignal<Option<String>>,
    _back: StoredValue<Listener, LocalStorage>,
}

fn here() -> Route {
    let location = window().location();
    Route::parse(&location.pathname().unwrap_or_default(), &location.search().unwrap_or_default())
}

impl Router {
    /// Begins where the address says.
    pub fn start() -> Router {
        let route = RwSignal::new(here());
        let back = Listener::on(&window(), "popstate", move |_| route.set(here()));
        let subject = RwSignal::new(None);
        effect(move || route.with(|route| document().set_title(&title(route, subject.get()))));
        Router { route, subject, _back: StoredValue::new_local(back) }
    }

    /// The page. Changes only with the page.
    pub fn page(self) -> Memo<Page> {
        memo(move || self.route.with(|route| route.page))
    }

    /// The sport of the odds, or the event. Changes only with it.
    pub fn about(self) -> Memo<Option<SportKey>> {
        memo(move || self.route.with(|route| route.about.clone()))
    }

    /// The ticker whose panel is open. Changes only with the ticker.
    pub fn ticker(self) -> Memo<Option<Ticker>> {
        memo(move || self.route.with(Route::ticker))
    }

    /// Something that is read from the query. Changes only when it does.
    pub fn read<T: PartialEq + Send + Sync + 'static>(self, read: fn(&Query) -> T) -> Memo<T> {
        memo(move || self.route.with(|route| read(&route.query)))
    }

    /// Names in the document's title what the page is about, until the present owner is cleaned up.
    pub fn name_here(self, name: impl Fn() -> Option<String> + 'static) {
        effect(move || set(self.subject, name()));
        on_cleanup(move || self.subject.set(None));
    }

    /// Goes to a place that Back returns from.
    pub fn go(self, route: Route) {
        let pushed = window().history().map(|h| h.push_state_with_url(&JsValue::NULL, "", Some(&route.url())));
        // Without a history (a sandboxed frame) the page still changes.
        let _ = pushed;
        self.route.set(route);
    }

    /// Changes the query of this place; Back does not return to what it was.
    pub fn edit(self, edit: &dyn Fn(&mut Query)) {
        let mut route = self.route.get_untracked();
        edit(&mut route.query);
        let _ = window().history().map(|h| h.replace_state_with_url(&JsValue::NULL, "", Some(&route.url())));
        self.route.set(route);
    }

    /// The same place with another query, that Back returns from.
    pub fn visit(self, edit: &dyn Fn(&mut Query)) {
        let mut route = self.route.get_untracked();
        edit(&mut route.query);
        self.go(route);
    }

    /// Opens a ticker's panel, or closes it.
    pub fn open(self, ticker: Option<&Ticker>) {
        self.go(self.route.get_untracked().with_ticker(ticker));
    }

    /// Another page.
    pub fn turn_to(self, page: Page) {
        self.go(self.route.get_untracked().to_page(page));
    }

    /// The odds of a sport, with the filters that the address has.
    pub fn turn_to_sport(self, sport: &SportKey) {
        let Route { page, query, .. } = self.route.get_untracked();
        let query = if page == Page::Odds { query } else { Query::default() };
        self.go(Route { page: Page::Odds, about: Some(sport.clone()), query });
    }

    /// One event.
    pub fn turn_to_event(self, event: &SportKey) {
        self.go(Route::of(Page::Event, Some(event.clone())));
    }
}

fn title(route: &Route, subject: Option<String>) -> String {
    match route.ticker().map(|ticker| ticker.to_string()).or(subject) {
        Some(subject) => format!("{subject} \u{b7} {} \u{b7} Undercurrent", route.page.title()),
        None => format!("{} \u{b7} Undercurrent", route.page.title()),
    }
}
