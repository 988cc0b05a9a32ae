//! State as keyed tables, deltas with absolute values, and positions that say how far one has come.
//!
//! The server keeps a [`Table`] per topic; everyone who follows it keeps a [`Replica`]. Both change
//! through the same [`apply`], and [`Table::since`] is the only way to catch up.

mod change;
mod position;
mod replica;
mod table;
mod topic;

pub use change::{Change, Class, Key, Rows, apply};
pub use position::{Epoch, Position, PositionError, Seq, Verdict, judge};
pub use replica::Replica;
pub use table::{Mark, Since, Table};
pub use topic::{Topic, TopicError};
