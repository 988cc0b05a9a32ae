//! Topics, positions, what is due.
