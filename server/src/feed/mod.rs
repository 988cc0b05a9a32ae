//! From a provider's socket or a tape to events.
//!
//! A [`Batch`] is what every source delivers, whether it is a provider, a tape or the demo market;
//! a [`Source`] is what everyone may know of how it is doing. [`massive`] drives the connection to
//! the stocks provider, [`odds_api`] asks the odds provider, [`record`] writes what arrives to a tape, [`replay`] plays one. Here are
//! sockets, files and clocks; what frames mean and when to reconnect is in `domain`.

mod batch;
mod clock;
mod decoding;
mod endpoint;
pub mod http;
pub mod massive;
pub mod odds_api;
mod queue;
pub mod record;
pub mod replay;
mod secret;
mod source;
pub mod tape;

pub use batch::Batch;
pub(crate) use clock::wall_now;
pub(crate) use decoding::{Complaints, Decoding};
pub use endpoint::{Endpoint, EndpointError, Site, SiteError};
pub use secret::{Secret, SecretError};
pub use source::{Counter, Source, Sources};

/// Waits until `shutdown` is true, or nobody is left who could say so.
pub(crate) async fn asked_to_stop(shutdown: &mut tokio::sync::watch::Receiver<bool>) {
    // The guard that it gives must not live on: it keeps a future from moving between threads.
    let _ = shutdown.wait_for(|stop| *stop).await;
}
