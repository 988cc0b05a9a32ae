//! The bookmakers: real names, made-up habits.

use std::borrow::Cow;

use crate::demo::noise::hash;

/// A bookmaker.
#[derive(Clone, Debug)]
pub(super) struct Book {
    /// The provider's key.
    pub key: Cow<'static, str>,
    /// Its name.
    pub title: Cow<'static, str>,
    /// What its implied probabilities sum to above 1.
    pub margin: f64,
    /// How long it takes to follow.
    pub delay_ms: i64,
    /// How often it changes a price.
    pub every_ms: i64,
    /// How far it is from the truth by itself.
    pub noise: f64,
    /// For what is chosen by chance.
    pub salt: u64,
}

/// Key, name, margin in hundredths of a percent, delay and pace in seconds.
type Habits = (&'static str, &'static str, u32, i64, i64);

const KNOWN: [Habits; 24] = [
    ("pinnacle", "Pinnacle", 240, 0, 1),
    ("betfair_ex_uk", "Betfair", 130, 0, 1),
    ("smarkets", "Smarkets", 150, 1, 2),
    ("matchbook", "Matchbook", 190, 1, 2),
    ("williamhill", "William Hill", 560, 6, 6),
    ("paddypower", "Paddy Power", 520, 4, 5),
    ("skybet", "Sky Bet", 610, 8, 8),
    ("ladbrokes_uk", "Ladbrokes", 580, 7, 6),
    ("coral", "Coral", 580, 8, 6),
    ("unibet_uk", "Unibet", 470, 4, 4),
    ("betvictor", "Bet Victor", 450, 5, 6),
    ("betway", "Betway", 540, 9, 10),
    ("sport888", "888sport", 600, 10, 10),
    ("boylesports", "BoyleSports", 650, 12, 12),
    ("draftkings", "DraftKings", 480, 3, 3),
    ("fanduel", "FanDuel", 470, 3, 3),
    ("betmgm", "BetMGM", 510, 6, 5),
    ("betrivers", "BetRivers", 560, 9, 9),
    ("bovada", "Bovada", 490, 6, 6),
    ("betonlineag", "BetOnline.ag", 430, 5, 5),
    ("lowvig", "LowVig.ag", 290, 4, 4),
    ("marathonbet", "Marathon Bet", 330, 3, 4),
    ("nordicbet", "Nordic Bet", 520, 7, 7),
    ("betsson", "Betsson", 520, 7, 7),
];

/// The first so many; more than are known are numbered.
pub(super) fn books(seed: u64, count: usize) -> Vec<Book> {
    let known = |(key, title, margin, delay_s, every_s): Habits| (key.into(), title.into(), margin, delay_s, every_s);
    let numbered = |n: usize| (format!("book_{n}").into(), format!("Book {n}").into(), 550, 8, 8);
    let habits = KNOWN.into_iter().map(known).chain((KNOWN.len() + 1..).map(numbered));
    let book = |(nth, (key, title, margin, delay_s, every_s)): (u64, (_, _, u32, i64, i64))| Book {
        key,
        title,
        margin: f64::from(margin) / 10_000.0,
        delay_ms: delay_s * 1_000,
        every_ms: every_s * 1_000,
        noise: 0.012 + 0.002 * every_s as f64,
        salt: hash(hash(seed, 40), nth),
    };
    (0..).zip(habits).take(count).map(book).collect()
}
