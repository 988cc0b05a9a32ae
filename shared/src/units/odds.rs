//! Prices of bets: what comes back for one unit staked, exactly.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Money, Ratio};

mod text;

/// Decimals that are kept on the wire.
const DECIMALS: u32 = 12;
/// The greatest numerator and denominator, so that products fit 128 bits.
const MOST: u64 = 1_000_000_000_000_000_000;

/// Decimal odds above 1 as an exact fraction: -110 is 21/11, not 1.91.
///
/// Written as a decimal string with 2 to 12 decimals, rounded half to even: `2.05`,
/// `1.909090909091`. Cheap to copy; ordered by what it pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Box<str>", into = "String")]
pub struct Odds {
    num: u64,
    den: u64,
}

/// Why something is no price.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OddsError {
    /// Not of the form.
    #[error("odds are written as 2.05, -110 or 10/11")]
    Syntax,
    /// It would pay no more than the stake.
    #[error("decimal odds are above 1, American odds at most -100 or at least 100, fractions above 0")]
    NoProfit,
    /// More than anyone pays, or more decimals than are kept.
    #[error("odds have at most 12 decimals and are below a million")]
    Range,
}

/// In which of the three ways odds are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OddsFormat {
    /// `1.91`
    #[default]
    Decimal,
    /// `-110`
    American,
    /// `10/11`
    Fractional,
}

impl Odds {
    /// From an exact fraction, stake included: 21/11.
    ///
    /// # Errors
    /// It is not above 1, or out of range.
    pub fn new(num: u64, den: u64) -> Result<Odds, OddsError> {
        Odds::from_wide(num.into(), den.into())
    }

    /// [`Odds::new`] for a fraction that may fit only when it is in lowest terms.
    ///
    /// # Errors
    /// It is not above 1 by so much that 12 decimals show it, or out of range even in lowest terms.
    pub fn from_wide(num: u128, den: u128) -> Result<Odds, OddsError> {
        if den == 0 || num <= den {
            return Err(OddsError::NoProfit);
        }
        let divisor = gcd(num, den);
        let (num, den) = (num / divisor, den / divisor);
        if num > u128::from(MOST) || num / den >= 1_000_000 {
            return Err(OddsError::Range);
        }
        // Half of the last decimal is written as 1.00, which nobody could read back.
        if (num - den) * 2 * 10_u128.pow(DECIMALS) <= den {
            return Err(OddsError::NoProfit);
        }
        let narrow = |part: u128| u64::try_from(part).map_err(|_| OddsError::Range);
        Ok(Odds { num: narrow(num)?, den: narrow(den)? })
    }

    /// From American odds: what 100 wins, or less than zero what has to be staked to win 100.
    ///
    /// # Errors
    /// Between -100 and 100 there are none.
    pub fn from_american(american: i64) -> Result<Odds, OddsError> {
        let size = american.unsigned_abs();
        if size < 100 {
            return Err(OddsError::NoProfit);
        }
        if size > MOST / 2 {
            return Err(OddsError::Range);
        }
        if american > 0 { Odds::new(size + 100, 100) } else { Odds::new(size + 100, size) }
    }

    /// From a fraction of winnings to stake: 10/11.
    ///
    /// # Errors
    /// The stake is 0, or nothing is won.
    pub fn from_fraction(wins: u64, stake: u64) -> Result<Odds, OddsError> {
        Odds::new(wins.checked_add(stake).ok_or(OddsError::Range)?, stake)
    }

    /// From an implied probability: 0.5238 is 5000/2619.
    ///
    /// # Errors
    /// It is not between 0 and 1.
    pub fn from_implied(probability: Ratio) -> Result<Odds, OddsError> {
        Odds::new(10_000, u64::try_from(probability.e4()).map_err(|_| OddsError::NoProfit)?)
    }

    /// What comes back for `denominator` staked, in lowest terms.
    #[must_use]
    pub const fn numerator(self) -> u64 {
        self.num
    }

    /// See [`Odds::numerator`].
    #[must_use]
    pub const fn denominator(self) -> u64 {
        self.den
    }

    /// Winnings and stake in lowest terms: 10/11.
    #[must_use]
    pub const fn fraction(self) -> (u64, u64) {
        (self.num - self.den, self.den)
    }

    /// American odds, rounded half away from zero.
    #[must_use]
    pub fn american(self) -> i64 {
        let (wins, stake) = (i128::from(self.num - self.den), i128::from(self.den));
        let (n, d, sign) = if wins >= stake { (100 * wins, stake, 1) } else { (100 * stake, wins, -1) };
        i64::try_from(sign * ((2 * n + d) / (2 * d))).unwrap_or(i64::MAX)
    }

    /// What comes back for a stake when it wins, stake included: rounded down to 1e-12 dollars, since the rounding to
    /// cents belongs to whoever pays. Saturates far beyond any money.
    #[must_use]
    pub fn pays(self, stake: Money) -> Money {
        let (num, den) = (i128::from(self.num), i128::from(self.den));
        // Both parts fit: odds are below a million, numerator and remainder at most 1e18.
        let (whole, rest) = (stake.pico().div_euclid(den), stake.pico().rem_euclid(den));
        Money::from_pico(whole.saturating_mul(num).saturating_add(rest * num / den))
    }

    /// The nearest floating-point number, for probabilities; money is never reckoned with it.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.num as f64 / self.den as f64
    }

    /// `1 / odds`.
    #[must_use]
    pub fn implied(self) -> f64 {
        self.den as f64 / self.num as f64
    }
}

const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl PartialOrd for Odds {
    fn partial_cmp(&self, other: &Odds) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Odds {
    fn cmp(&self, other: &Odds) -> Ordering {
        (u128::from(self.num) * u128::from(other.den)).cmp(&(u128::from(other.num) * u128::from(self.den)))
    }
}

impl fmt::Display for Odds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scaled = u128::from(self.num) * 10_u128.pow(DECIMALS);
        let (den, mut digits) = (u128::from(self.den), scaled / u128::from(self.den));
        match (2 * (scaled % den)).cmp(&den) {
            Ordering::Greater => digits += 1,
            Ordering::Equal => digits += digits % 2,
            Ordering::Less => {}
        }
        let mut decimals = DECIMALS;
        while decimals > 2 && digits % 10 == 0 {
            digits /= 10;
            decimals -= 1;
        }
        let unit = 10_u128.pow(decimals);
        let width = decimals as usize;
        write!(f, "{}.{:0width$}", digits / unit, digits % unit)
    }
}

impl FromStr for Odds {
    type Err = OddsError;

    /// Reads decimal odds: `2.05`.
    fn from_str(text: &str) -> Result<Odds, OddsError> {
        let (digits, unit) = text::decimal(text, 6, DECIMALS)?;
        Odds::new(digits, unit)
    }
}

impl TryFrom<Box<str>> for Odds {
    type Error = OddsError;

    fn try_from(text: Box<str>) -> Result<Odds, OddsError> {
        text.parse()
    }
}

impl From<Odds> for String {
    fn from(odds: Odds) -> String {
        odds.to_string()
    }
}
