//! The columns of the table of tickers: what each is called, shows and sorts by.

use std::cmp::Ordering;

use shared::domain::darkpool::Side;

use super::tickers::{Row, Tickers};
use crate::model::flash::Way;
use crate::model::text::{self, Sign};

/// A column after the ticker's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Bullish less bearish.
    Net,
    /// A bar of bullish against bearish.
    Split,
    /// From -1 to 1.
    Sentiment,
    /// Price and size of the newest print.
    Last,
    /// How long ago that was.
    Age,
    /// How many prints.
    Prints,
    /// Off-exchange share of the volume.
    OffExchange,
    /// Off-exchange notional.
    Notional,
    /// Off-exchange shares.
    Shares,
    /// The last hour.
    Spark,
}

/// Some of the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns(u16);

impl Columns {
    /// Whether it is among them.
    #[must_use]
    pub const fn has(self, column: Column) -> bool {
        self.0 & (1 << column.index()) != 0
    }

    /// Takes a column in, or out.
    pub const fn toggle(&mut self, column: Column) {
        self.0 ^= 1 << column.index();
    }

    /// They, from left to right.
    pub fn iter(self) -> impl Iterator<Item = Column> {
        Column::ALL.into_iter().filter(move |column| self.has(*column))
    }
}

impl FromIterator<Column> for Columns {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Columns {
        Columns(columns.into_iter().fold(0, |bits, column| bits | 1 << column.index()))
    }
}

impl Column {
    /// All of them, from left to right.
    pub const ALL: [Column; 10] = [
        Column::Net,
        Column::Split,
        Column::Sentiment,
        Column::Last,
        Column::Age,
        Column::Prints,
        Column::OffExchange,
        Column::Notional,
        Column::Shares,
        Column::Spark,
    ];

    /// Its place in [`Column::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name in addresses and classes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Column::Net => "net",
            Column::Split => "split",
            Column::Sentiment => "sentiment",
            Column::Last => "last",
            Column::Age => "age",
            Column::Prints => "prints",
            Column::OffExchange => "off",
            Column::Notional => "notional",
            Column::Shares => "shares",
            Column::Spark => "spark",
        }
    }

    /// What stands above it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Column::Net => "Net",
            Column::Split => "Bullish / bearish",
            Column::Sentiment => "Sentiment",
            Column::Last => "Last print",
            Column::Age => "Age",
            Column::Prints => "Prints",
            Column::OffExchange => "Off-exch.",
            Column::Notional => "Notional",
            Column::Shares => "Shares",
            Column::Spark => "Last hour",
        }
    }

    /// What it means.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Column::Net => "Notional of bullish prints less that of bearish prints, since the session began",
            Column::Split => "Notional of bullish against bearish off-exchange prints",
            Column::Sentiment => "(bullish - bearish) / (bullish + bearish), from -1 to 1",
            Column::Last => "Price and size of the newest off-exchange print",
            Column::Age => "Time since the newest print",
            Column::Prints => "Off-exchange prints in regular hours",
            Column::OffExchange => "Off-exchange share of all shares traded",
            Column::Notional => "Price times size of all off-exchange prints",
            Column::Shares => "Shares printed off exchange",
            Column::Spark => "Cumulative net amount over the last hour",
        }
    }

    /// Its width as a track of a CSS grid.
    #[must_use]
    pub const fn track(self) -> &'static str {
        match self {
            Column::Net | Column::Notional => "minmax(76px,.8fr)",
            Column::Split => "minmax(150px,2fr)",
            Column::Sentiment => "minmax(76px,.8fr)",
            Column::Last => "minmax(136px,1.2fr)",
            Column::Age => "minmax(46px,.5fr)",
            Column::Prints | Column::OffExchange | Column::Shares => "minmax(66px,.7fr)",
            Column::Spark => "minmax(72px,1.2fr)",
        }
    }

    /// Whether it is shown until the reader says otherwise.
    #[must_use]
    pub const fn is_default(self) -> bool {
        !matches!(self, Column::Notional | Column::Shares)
    }

    /// Whether rows can be ordered by it.
    #[must_use]
    pub const fn sorts(self) -> bool {
        !matches!(self, Column::Spark)
    }

    /// The column of that name.
    #[must_use]
    pub fn of(key: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.key() == key)
    }

    /// What the cell reads, `now_ms` being the provider's time now. Bars and sparks read what a
    /// screen reader says in their place.
    #[must_use]
    pub fn text(self, tickers: &Tickers, row: Row, now_ms: i64) -> String {
        const NONE: &str = "\u{2013}";
        match self {
            Column::Net => text::money(tickers.net(row), Sign::Always),
            Column::Split => {
                let side = |amount| text::money(amount, Sign::Negative);
                format!("{} / {}", side(tickers.bullish(row)), side(tickers.bearish(row)))
            }
            Column::Sentiment => tickers.sentiment(row).map_or_else(|| NONE.to_owned(), text::score),
            Column::Last => tickers.last(row).map_or_else(
                || NONE.to_owned(),
                |last| format!("{} \u{d7} {}", text::price(last.price), text::shares(last.size)),
            ),
            Column::Age => tickers.last(row).map_or_else(|| NONE.to_owned(), |last| text::age(now_ms - last.ts.ms())),
            Column::Prints => text::count(tickers.prints(row)),
            Column::OffExchange => tickers.off_exchange(row).map_or_else(|| NONE.to_owned(), text::percent),
            Column::Notional => text::money(tickers.notional(row), Sign::Negative),
            Column::Shares => text::shares_short(tickers.dark_shares(row)),
            Column::Spark => String::new(),
        }
    }

    /// A number that changes when what the cell shows may have changed.
    #[must_use]
    pub fn stamp(self, tickers: &Tickers, row: Row) -> i128 {
        match self {
            Column::Net => tickers.net(row).pico(),
            Column::Split => tickers.bullish(row).pico() * 3 + tickers.bearish(row).pico(),
            Column::Sentiment => tickers.sentiment(row).map_or(i128::MIN, |ratio| i128::from(ratio.e4())),
            Column::Last | Column::Age => tickers.last(row).map_or(0, |last| {
                (i128::from(last.ts.ms()) << 64) + i128::from(last.price.micro()) * 31 + i128::from(last.size.micro())
            }),
            Column::Prints => i128::from(tickers.prints(row)),
            Column::OffExchange => tickers.off_exchange(row).map_or(i128::MIN, |ratio| i128::from(ratio.e4())),
            Column::Notional => tickers.notional(row).pico(),
            Column::Shares => i128::from(tickers.dark_shares(row).micro()),
            Column::Spark => tickers.spark(row).iter().fold(0, |sum, v| sum.wrapping_mul(31).wrapping_add((*v).into())),
        }
    }

    /// Which way a change lights the cell, if it does: amounts by where they went, the last print
    /// by its side.
    #[must_use]
    pub fn way(self, tickers: &Tickers, row: Row, before: i128, after: i128) -> Option<Way> {
        match self {
            Column::Net | Column::Sentiment => match after.cmp(&before) {
                Ordering::Greater => Some(Way::Up),
                Ordering::Less => Some(Way::Down),
                Ordering::Equal => None,
            },
            Column::Last => match tickers.last(row)?.side {
                Side::Bullish => Some(Way::Up),
                Side::Bearish => Some(Way::Down),
                Side::Neutral => None,
            },
            Column::Split
            | Column::Age
            | Column::Prints
            | Column::OffExchange
            | Column::Notional
            | Column::Shares
            | Column::Spark => None,
        }
    }

    /// Whether the value leans up or down by itself: its colour and its glyph.
    #[must_use]
    pub fn lean(self, tickers: &Tickers, row: Row) -> Option<Way> {
        let by = |ordering| match ordering {
            Ordering::Greater => Some(Way::Up),
            Ordering::Less => Some(Way::Down),
            Ordering::Equal => None,
        };
        match self {
            Column::Net | Column::Spark => by(tickers.net(row).cents().cmp(&0)),
            // What reads as 0.00 leans nowhere.
            Column::Sentiment => by((tickers.sentiment(row)?.e4() / 50).cmp(&0)),
            Column::Last => match tickers.last(row)?.side {
                Side::Bullish => Some(Way::Up),
                Side::Bearish => Some(Way::Down),
                Side::Neutral => None,
            },
            Column::Split | Column::Age | Column::Prints | Column::OffExchange | Column::Notional | Column::Shares => {
                None
            }
        }
    }

    /// Orders two rows by it, the least first. What is unknown has no place in the order: the
    /// caller puts it last.
    #[must_use]
    pub fn rank(self, tickers: &Tickers, row: Row) -> Option<i128> {
        match self {
            Column::Split => {
                let (up, down) = (tickers.bullish(row).pico(), tickers.bearish(row).pico());
                (up + down > 0).then(|| up / ((up + down) / 1_000_000).max(1))
            }
            Column::Sentiment => tickers.sentiment(row).map(|ratio| ratio.e4().into()),
            // The dearest print first, not the dearest share.
            Column::Last => tickers.last(row).map(|last| last.price.notional(last.size).pico()),
            // A greater age is an earlier time.
            Column::Age => tickers.last(row).map(|last| -i128::from(last.ts.ms())),
            Column::OffExchange => tickers.off_exchange(row).map(|ratio| ratio.e4().into()),
            Column::Net | Column::Prints | Column::Notional | Column::Shares | Column::Spark => {
                Some(self.stamp(tickers, row))
            }
        }
    }
}

/// How much of the bar is bullish, in tenths of a percent; `None` when there is nothing to compare.
#[must_use]
pub fn bullish_permille(tickers: &Tickers, row: Row) -> Option<i128> {
    let (up, down) = (tickers.bullish(row).pico(), tickers.bearish(row).pico());
    let all = up + down;
    (all > 0).then(|| (up / (all / 1000).max(1)).clamp(0, 1000))
}

#[cfg(test)]
mod tests {
    use super::super::tickers::{Origin, tests::*};
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own_and_a_place() {
        for (i, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column.index(), i);
            assert_eq!(Column::of(column.key()), Some(column));
        }
    }

    #[test]
    fn a_row_reads_as_a_person_would_say_it() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Top, row("A", -850, 1000), false);
        let texts = Column::ALL.map(|column| column.text(&tickers, 0, 6000));
        assert_eq!(
            texts,
            ["\u{2212}$850", "$100 / $950", "\u{2013}", "10.00 \u{d7} 5", "5s", "3", "50.0%", "$1.05K", "10", ""]
        );
        assert_eq!(Column::Net.lean(&tickers, 0), Some(Way::Down));
        assert_eq!(bullish_permille(&tickers, 0), Some(95));
    }

    #[test]
    fn a_cell_lights_the_way_its_value_went() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Top, row("A", 10, 1), false);
        let before = Column::Net.stamp(&tickers, 0);
        tickers.put(Origin::Top, row("A", 30, 2), false);
        let after = Column::Net.stamp(&tickers, 0);
        assert_eq!(Column::Net.way(&tickers, 0, before, after), Some(Way::Up));
        assert_eq!(Column::Net.way(&tickers, 0, after, before), Some(Way::Down));
        assert_eq!(Column::Prints.way(&tickers, 0, 1, 2), None);
    }
}
