//! What an operator sees: log lines and metrics.
//!
//! Nothing here decides anything, and no metric has a label whose values a client or a provider
//! can make up.

mod collect;
mod label;
mod log;
mod metrics;

pub use label::{SignIn, Transport};
pub use log::init as init_logs;
pub use metrics::{CONTENT_TYPE, Delivery, Metrics};
