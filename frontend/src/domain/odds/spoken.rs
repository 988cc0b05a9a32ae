//! What a screen reader hears of the odds now and then.

use shared::domain::odds::{ArbKind, ArbRow, BookRow, BookStatus, SportRow};

use crate::domain::keyed::Keyed;

/// `128 events, 41 live.`; nothing while there are none.
#[must_use]
pub fn sports(sports: &Keyed<SportRow>) -> Option<String> {
    let sum = |of: fn(&SportRow) -> u32| sports.rows().values().map(of).fold(0, u32::saturating_add);
    let (events, live) = (sum(|row| row.events), sum(|row| row.live));
    (events > 0).then(|| format!("{events} events, {live} live."))
}

/// `Arbitrages: 2. Middles: 14.`; nothing while there are none.
#[must_use]
pub fn arbs(arbs: &Keyed<ArbRow>) -> Option<String> {
    let count = |kind| arbs.rows().values().filter(|row| row.kind == kind).count();
    let (arbs, middles) = (count(ArbKind::Arb), count(ArbKind::Middle));
    (arbs + middles > 0).then(|| format!("Arbitrages: {arbs}. Middles: {middles}."))
}

/// `14 books, 13 online.`; nothing while there are none.
#[must_use]
pub fn books(books: &Keyed<BookRow>) -> Option<String> {
    let all = books.rows().len();
    let online = books.rows().values().filter(|row| row.status == BookStatus::Online).count();
    (all > 0).then(|| format!("{all} books, {online} online."))
}
