//! Who is listed: well-known names first, then made-up ones.
//!
//! Prices are invented, of the right size.

/// Well-known symbols by how much they trade, with a price in dollars to begin from.
const WELL_KNOWN: [(&str, u32); 120] = [
    ("NVDA", 178),
    ("TSLA", 342),
    ("SPY", 652),
    ("AAPL", 238),
    ("AMD", 164),
    ("QQQ", 586),
    ("PLTR", 157),
    ("AMZN", 231),
    ("MSFT", 506),
    ("META", 742),
    ("GOOGL", 213),
    ("INTC", 24),
    ("F", 12),
    ("BAC", 49),
    ("SOFI", 25),
    ("AVGO", 298),
    ("NFLX", 1208),
    ("IWM", 234),
    ("COIN", 305),
    ("MSTR", 334),
    ("HOOD", 104),
    ("SMCI", 41),
    ("MU", 121),
    ("T", 29),
    ("PFE", 25),
    ("CCL", 31),
    ("NIO", 6),
    ("RIVN", 14),
    ("UBER", 95),
    ("WMT", 97),
    ("C", 96),
    ("JPM", 300),
    ("XOM", 113),
    ("DIS", 118),
    ("BABA", 123),
    ("SNAP", 7),
    ("MARA", 16),
    ("RIOT", 14),
    ("ORCL", 233),
    ("CSCO", 67),
    ("KO", 69),
    ("VZ", 44),
    ("WFC", 81),
    ("GM", 58),
    ("DAL", 61),
    ("AAL", 13),
    ("UAL", 105),
    ("TLT", 87),
    ("HYG", 80),
    ("GLD", 318),
    ("SLV", 36),
    ("XLF", 53),
    ("XLE", 90),
    ("XLK", 262),
    ("EEM", 50),
    ("GDX", 62),
    ("ARM", 138),
    ("TSM", 231),
    ("ASML", 743),
    ("QCOM", 159),
    ("MRVL", 63),
    ("TXN", 202),
    ("ADBE", 356),
    ("CRM", 255),
    ("NOW", 917),
    ("SNOW", 238),
    ("CRWD", 423),
    ("PANW", 190),
    ("DDOG", 136),
    ("NET", 208),
    ("SHOP", 142),
    ("SQ", 79),
    ("PYPL", 70),
    ("V", 351),
    ("MA", 595),
    ("AXP", 331),
    ("GS", 745),
    ("MS", 150),
    ("SCHW", 95),
    ("BX", 171),
    ("BRK.B", 503),
    ("UNH", 309),
    ("JNJ", 177),
    ("LLY", 732),
    ("MRK", 84),
    ("ABBV", 210),
    ("BMY", 47),
    ("GILD", 112),
    ("MRNA", 24),
    ("CVS", 73),
    ("HD", 407),
    ("LOW", 258),
    ("COST", 943),
    ("TGT", 96),
    ("NKE", 77),
    ("SBUX", 88),
    ("MCD", 313),
    ("PEP", 148),
    ("PG", 157),
    ("CVX", 160),
    ("OXY", 47),
    ("SLB", 36),
    ("FCX", 44),
    ("CAT", 419),
    ("DE", 478),
    ("BA", 234),
    ("LMT", 455),
    ("RTX", 158),
    ("GE", 275),
    ("HON", 219),
    ("IBM", 243),
    ("ACN", 260),
    ("LYFT", 16),
    ("ABNB", 130),
    ("DKNG", 48),
    ("ROKU", 96),
    ("SPOT", 681),
    ("GME", 22),
    ("AMC", 3),
    ("CHWY", 41),
];

/// The symbol of that rank and its price to begin from, if it is a well-known one.
pub(super) fn well_known(rank: usize) -> Option<(&'static str, u32)> {
    WELL_KNOWN.get(rank).copied()
}

/// The made-up symbol of that rank: four letters, no two alike, none of them well known.
pub(super) fn made_up(rank: usize) -> String {
    // Words of consonant, vowel, consonant, any letter; the factor, prime to their number, makes
    // neighbours look unlike each other.
    const CONSONANTS: &[u8] = b"BCDFGHKLMNPRSTVWXZ";
    const VOWELS: &[u8] = b"AEIOUY";
    const WORDS: usize = CONSONANTS.len() * VOWELS.len() * CONSONANTS.len() * 26;
    let word = rank.wrapping_mul(20_011) % WORDS;
    let (word, last) = (word / 26, word % 26);
    let (word, third) = (word / CONSONANTS.len(), CONSONANTS[word % CONSONANTS.len()]);
    let (first, second) = (CONSONANTS[word / VOWELS.len()], VOWELS[word % VOWELS.len()]);
    let mut symbol: String =
        [first, second, third, b'A' + u8::try_from(last).unwrap_or(0)].map(char::from).iter().collect();
    // After all words, and where a word is well known, a fifth letter makes it another one.
    let round = rank / WORDS;
    if round > 0 || WELL_KNOWN.iter().any(|(known, _)| *known == symbol) {
        symbol.push(char::from(CONSONANTS[round % CONSONANTS.len()]));
    }
    symbol
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::units::Ticker;

    use super::*;

    #[test]
    fn no_two_listings_have_the_same_symbol() {
        let symbols = WELL_KNOWN.map(|(symbol, _)| symbol.to_owned()).into_iter().chain((0..30_000).map(made_up));
        let symbols: Vec<String> = symbols.collect();
        assert!(symbols.iter().all(|symbol| Ticker::is_valid(symbol)));
        assert_eq!(symbols.iter().collect::<BTreeSet<_>>().len(), symbols.len());
    }
}
