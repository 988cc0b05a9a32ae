//! What a decoder met beside events.

/// What an input had beside events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages of a type that is not used, or not known.
    pub ignored: u64,
    /// Messages that could not be read; a frame that breaks off counts one.
    pub garbage: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.ignored += other.ignored;
        self.garbage += other.garbage;
    }
}
