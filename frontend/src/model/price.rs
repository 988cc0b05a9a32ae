//! Prices of bets as a reader wants them: decimal, American, fractional, or as a probability.

use shared::units::{Odds, Ratio};

const MINUS: char = '\u{2212}';
/// No bookmaker's ladder has fractions with a greater denominator.
const GREATEST_DENOMINATOR: u128 = 100;

/// How prices are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `1.91`: what comes back for one.
    #[default]
    Decimal,
    /// `−110`: what has to be staked to win 100, or what 100 wins.
    American,
    /// `10/11`: winnings to stake.
    Fractional,
    /// `52.4%`: how often it has to win.
    Probability,
}

impl Format {
    /// All of them, as offered.
    pub const ALL: [Format; 4] = [Format::Decimal, Format::American, Format::Fractional, Format::Probability];

    /// Its name in settings.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Format::Decimal => "decimal",
            Format::American => "american",
            Format::Fractional => "fractional",
            Format::Probability => "probability",
        }
    }

    /// What a reader chooses it by.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Format::Decimal => "Decimal",
            Format::American => "American",
            Format::Fractional => "Fractional",
            Format::Probability => "Probability",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn of(key: &str) -> Format {
        Format::ALL.into_iter().find(|format| format.key() == key).unwrap_or_default()
    }

    /// A price.
    #[must_use]
    pub fn price(self, odds: Odds) -> String {
        let (num, den) = (u128::from(odds.numerator()), u128::from(odds.denominator()));
        match self {
            Format::Decimal => fixed(num, den, 2),
            Format::American => match odds.american() {
                american if american < 0 => format!("{MINUS}{}", american.unsigned_abs()),
                american => format!("+{american}"),
            },
            Format::Fractional => fraction(num - den, den),
            Format::Probability => percent(den, num),
        }
    }

    /// A probability, as the price that neither side would gain from; `None` where there is no such
    /// price: it is certain or impossible, or as good as.
    #[must_use]
    pub fn fair(self, probability: Ratio) -> Option<String> {
        let e4 = u64::try_from(probability.e4()).ok()?;
        let odds = Odds::new(10_000, e4).ok()?;
        match self {
            Format::Probability => Some(percent(e4.into(), 10_000)),
            Format::Decimal | Format::American | Format::Fractional => Some(self.price(odds)),
        }
    }
}

fn percent(part: u128, whole: u128) -> String {
    format!("{}%", fixed(part * 100, whole, 1))
}

/// `num / den` with so many decimals, rounded half up.
fn fixed(num: u128, den: u128, decimals: usize) -> String {
    let unit = if decimals == 1 { 10 } else { 100 };
    let digits = (2 * num * unit + den) / (2 * den);
    format!("{}.{:0decimals$}", digits / unit, digits % unit)
}

/// The fraction itself, or the nearest that people would write.
fn fraction(num: u128, den: u128) -> String {
    // The nearest so far, and how far it is off: `error / (d * den)`.
    let (mut nearest, mut least) = ((1, 1), None::<(u128, u128)>);
    for d in 1..=GREATEST_DENOMINATOR {
        let n = ((2 * num * d + den) / (2 * den)).max(1);
        let error = (n * den).abs_diff(num * d);
        if least.is_none_or(|(other, by)| error * by < other * d) {
            (least, nearest) = (Some((error, d)), (n, d));
        }
        if error == 0 {
            break;
        }
    }
    format!("{}/{}", nearest.0, nearest.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(odds: &str) -> [String; 4] {
        Format::ALL.map(|format| format.price(odds.parse().unwrap()))
    }

    #[test]
    fn a_price_reads_in_each_format_as_people_write_it() {
        assert_eq!(all("2.00"), ["2.00", "+100", "1/1", "50.0%"]);
        assert_eq!(all("1.909090909091"), ["1.91", "\u{2212}110", "10/11", "52.4%"]);
        assert_eq!(all("4.333333333333"), ["4.33", "+333", "10/3", "23.1%"]);
        assert_eq!(all("1.04"), ["1.04", "\u{2212}2500", "1/25", "96.2%"]);
        assert_eq!(all("501"), ["501.00", "+50000", "500/1", "0.2%"]);
        assert_eq!(all("1.005"), ["1.01", "\u{2212}20000", "1/100", "99.5%"]);
    }

    #[test]
    fn a_probability_reads_as_its_price() {
        let fair = |e4| Format::ALL.map(|format| format.fair(Ratio::from_e4(e4)));
        assert_eq!(fair(5_000).map(Option::unwrap), ["2.00", "+100", "1/1", "50.0%"]);
        assert_eq!(fair(5_238).map(Option::unwrap), ["1.91", "\u{2212}110", "10/11", "52.4%"]);
        // 9/8 is near too, but not as near.
        assert_eq!(Format::Fractional.fair(Ratio::from_e4(4_704)).as_deref(), Some("107/95"));
        assert_eq!(fair(0), [const { None }; 4]);
        assert_eq!(fair(10_000), [const { None }; 4]);
        assert_eq!(fair(-1), [const { None }; 4]);
    }

    #[test]
    fn a_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::of(format.key()), format);
        }
        assert_eq!(Format::of("roman"), Format::Decimal);
    }
}
