//! The pages: the odds of a sport, one event, how the books are doing.

mod board;
mod books;
mod connected;
mod empty;
mod event;
mod event_head;
mod event_prices;
mod grid;
mod head;
mod reader;
mod row;
mod sports;
mod tools;

pub use board::odds_page;
pub use books::books_page;
pub use event::event_page;
