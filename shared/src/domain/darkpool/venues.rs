//! The trade reporting facilities by the provider's ids. Ids are never a filter: older archives
//! use others.

/// A facility that off-exchange trades are reported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Venue {
    /// The provider's id (`trfi`).
    pub id: u32,
    /// Market identifier code (ISO 10383).
    pub mic: &'static str,
    /// The name people know.
    pub name: &'static str,
}

const VENUES: [Venue; 3] = [
    Venue { id: 201, mic: "FINY", name: "FINRA/NYSE TRF" },
    Venue { id: 202, mic: "FINN", name: "FINRA/Nasdaq TRF Carteret" },
    Venue { id: 203, mic: "FINC", name: "FINRA/Nasdaq TRF Chicago" },
];

/// The facility with that id, if it is a known one.
#[must_use]
pub fn venue(id: u32) -> Option<&'static Venue> {
    VENUES.iter().find(|v| v.id == id)
}
