//! The books as columns: in which order, and which of them are on the screen. Only those have cells;
//! a cell moves to another column when its own is scrolled out of sight.

use std::ops::Range;

use shared::domain::odds::MarketRow;

use crate::model::pins::Pins;

/// The columns of a board.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Books that had a price in any market that was looked at: most boards have some of all books.
    seen: Vec<Box<str>>,
    order: Vec<Box<str>>,
    pins: Pins,
    window: Range<usize>,
    /// Cells of a row.
    cells: usize,
    epoch: u32,
}

/// What changed for those who show the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// Cells belong to other columns.
    Places,
    /// There are more cells, or fewer.
    Cells,
}

impl Columns {
    /// Takes note of the books of a market.
    pub fn see(&mut self, market: &MarketRow) {
        for book in market.selections.iter().flat_map(|selection| selection.books.keys()) {
            if let Err(place) = self.seen.binary_search(book) {
                self.seen.insert(place, book.clone());
                self.order.clear();
            }
        }
    }

    /// Orders the columns and finds those in a view `width` wide that is scrolled by `left`, each
    /// column being `column` wide.
    pub fn arrange(&mut self, pins: &Pins, left: u32, width: u32, column: u32) -> Changed {
        let reordered = self.pins != *pins || (self.order.is_empty() && !self.seen.is_empty());
        if reordered {
            self.pins = pins.clone();
            let order = pins.order(self.seen.iter().map(|book| &**book));
            self.order = order.into_iter().map(Box::from).collect();
        }
        let column = column.max(1);
        // One is cut on the left and one on the right.
        let cells = (width.div_ceil(column) as usize + 1).min(self.order.len());
        let first = ((left / column) as usize).min(self.order.len() - cells);
        let window = first..first + cells;
        let changed = match (cells == self.cells, reordered || window != self.window) {
            (false, _) => Changed::Cells,
            (true, true) => Changed::Places,
            (true, false) => Changed::Nothing,
        };
        if changed != Changed::Nothing {
            (self.window, self.cells) = (window, cells);
            self.epoch = self.epoch.wrapping_add(1);
        }
        changed
    }

    /// How many columns there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.order.len()
    }

    /// How many cells a row has.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.cells
    }

    /// Counts the changes of what cells stand for.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Which column a cell is in now.
    #[must_use]
    pub const fn column_of(&self, cell: usize) -> usize {
        let round = self.window.start / self.cells * self.cells + cell;
        if round < self.window.start { round + self.cells } else { round }
    }

    /// The book of a cell.
    #[must_use]
    pub fn book_of(&self, cell: usize) -> Option<&str> {
        (cell < self.cells).then(|| self.order.get(self.column_of(cell)).map(|book| &**book)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn columns(books: &[&str]) -> Columns {
        let prices: Vec<String> =
            books.iter().map(|book| format!(r#""{book}":{{"decimal":"2.00","ts":1,"suspended":false}}"#)).collect();
        let text = format!(
            r#"{{"id":"x","event":"e","sport":"s","home":"A","away":"B","commence_ms":1,"live":false,"market":"h2h",
            "line":null,"selections":[{{"id":"home","name":"A","books":{{{}}}}}],"devig":"power","complete":true,
            "updated_ms":1}}"#,
            prices.join(",")
        );
        let mut columns = Columns::default();
        columns.see(&read::market(&text).unwrap());
        columns
    }

    fn shown(columns: &Columns) -> Vec<&str> {
        let mut books: Vec<_> =
            (0..columns.cells()).map(|cell| (columns.column_of(cell), columns.book_of(cell).unwrap())).collect();
        books.sort_unstable();
        books.into_iter().map(|(_, book)| book).collect()
    }

    #[test]
    fn a_cell_stays_with_its_column_while_that_is_in_sight() {
        let mut columns = columns(&["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(columns.arrange(&Pins::default(), 0, 200, 100), Changed::Cells);
        assert_eq!(shown(&columns), ["a", "b", "c"]);
        let before: Vec<usize> = (0..3).map(|cell| columns.column_of(cell)).collect();
        assert_eq!(columns.arrange(&Pins::default(), 99, 200, 100), Changed::Nothing);
        assert_eq!(columns.arrange(&Pins::default(), 150, 200, 100), Changed::Places);
        assert_eq!(shown(&columns), ["b", "c", "d"]);
        let after: Vec<usize> = (0..3).map(|cell| columns.column_of(cell)).collect();
        assert_eq!(before.iter().zip(&after).filter(|(a, b)| a != b).count(), 1);
        // The end of the list is the end of scrolling.
        columns.arrange(&Pins::default(), 9_999, 200, 100);
        assert_eq!(shown(&columns), ["e", "f", "g"]);
    }

    #[test]
    fn pinned_books_come_first_and_few_books_need_few_cells() {
        let mut columns = columns(&["a", "b"]);
        assert_eq!(columns.arrange(&Pins::default(), 0, 500, 100), Changed::Cells);
        assert_eq!((shown(&columns), columns.book_of(2)), (vec!["a", "b"], None));
        assert_eq!(columns.arrange(&Pins::parse("b"), 0, 500, 100), Changed::Places);
        assert_eq!(shown(&columns), ["b", "a"]);
    }

    #[test]
    fn without_books_there_are_no_cells() {
        let mut columns = Columns::default();
        assert_eq!(columns.arrange(&Pins::default(), 0, 500, 100), Changed::Nothing);
        assert_eq!((columns.count(), columns.book_of(0)), (0, None));
    }
}
