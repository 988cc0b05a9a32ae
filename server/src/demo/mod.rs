//! The demo market: a seeded world that speaks the providers' own wire formats.
