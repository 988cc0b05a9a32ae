//! What a source delivers.

use shared::units::Timestamp;

/// Events that were decoded from one or a few frames.
#[derive(Clone, Debug)]
pub struct Batch<E> {
    /// When the first of its frames was read from the source.
    pub received: Timestamp,
    /// In the provider's order.
    pub events: Vec<E>,
}
