//! The demo market: seeded worlds that speak the providers' own formats, so that everything after the
//! decoder is what it is with real data.

mod noise;
pub mod odds;
pub mod stocks;
