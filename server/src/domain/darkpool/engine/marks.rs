//! Which books changed, for each of those who want to know, at their own pace.

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Sentiment,
    Top,
    State,
    /// Reads only the books that are followed one by one, so it has no list.
    Detail,
}

const LISTED: [Reader; 3] = [Reader::Sentiment, Reader::Top, Reader::State];
const ALL: u8 = 0b1111;

/// The marks of all books, by their index.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    flags: Vec<u8>,
    lists: [Vec<usize>; LISTED.len()],
}

impl Reader {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Marks {
    /// Makes room for one more book, which did not change.
    pub(super) fn grow(&mut self) {
        self.flags.push(0);
    }

    /// The book changed.
    pub(super) fn mark(&mut self, book: usize) {
        let missing = ALL & !self.flags[book];
        if missing == 0 {
            return;
        }
        self.flags[book] = ALL;
        for (reader, list) in LISTED.iter().zip(&mut self.lists) {
            if missing & reader.bit() != 0 {
                list.push(book);
            }
        }
    }

    /// Whether it changed since that reader took it.
    pub(super) fn is_marked(&self, reader: Reader, book: usize) -> bool {
        self.flags[book] & reader.bit() != 0
    }

    /// Takes one mark.
    pub(super) fn clear(&mut self, reader: Reader, book: usize) {
        self.flags[book] &= !reader.bit();
    }

    /// Whether any book changed for that reader.
    pub(super) fn any(&self, reader: Reader) -> bool {
        self.lists.get(reader as usize).is_some_and(|list| !list.is_empty())
    }

    /// Takes all marks of a reader, in the order they were made.
    pub(super) fn drain(&mut self, reader: Reader) -> Vec<usize> {
        let books = self.lists.get_mut(reader as usize).map(std::mem::take).unwrap_or_default();
        for book in &books {
            self.clear(reader, *book);
        }
        books
    }
}
