//! Which rows of a long list are on the screen.

use std::ops::Range;

/// The rows to keep in the DOM: those in view and `overscan` more on each side.
///
/// Lengths are in CSS pixels. A row height of 0 shows nothing: the list is not laid out yet.
#[must_use]
pub fn visible(scroll_top: u32, height: u32, row_height: u32, total: usize, overscan: usize) -> Range<usize> {
    if row_height == 0 {
        return 0..0;
    }
    let first = (scroll_top / row_height) as usize;
    // A row cut at the top and one cut at the bottom.
    let count = height.div_ceil(row_height) as usize + 1;
    let start = first.saturating_sub(overscan).min(total);
    let end = first.saturating_add(count).saturating_add(overscan).min(total);
    start..end
}

/// Where to scroll so that `row` is wholly in view; `None` when it is already.
#[must_use]
pub fn reveal(row: usize, scroll_top: u32, height: u32, row_height: u32) -> Option<u32> {
    let top = u32::try_from(row).ok()?.saturating_mul(row_height);
    if top < scroll_top {
        Some(top)
    } else if top.saturating_add(row_height) > scroll_top.saturating_add(height) {
        Some(top.saturating_add(row_height).saturating_sub(height))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_covers_the_view_and_stays_within_the_list() {
        assert_eq!(visible(0, 320, 32, 500, 4), 0..15);
        assert_eq!(visible(3200, 320, 32, 500, 4), 96..115);
        assert_eq!(visible(16_000, 320, 32, 500, 4), 496..500);
        assert_eq!(visible(99_999, 320, 32, 10, 4), 10..10);
        assert_eq!(visible(0, 320, 0, 10, 4), 0..0);
        assert_eq!(visible(0, 0, 32, 0, 4), 0..0);
    }

    #[test]
    fn every_row_that_shows_is_in_the_window() {
        for scroll in 0..400_u32 {
            let window = visible(scroll, 100, 32, 1000, 0);
            let (first, last) = (scroll / 32, (scroll + 99) / 32);
            assert!(window.contains(&(first as usize)) && window.contains(&(last as usize)), "{scroll}");
        }
    }

    #[test]
    fn revealing_moves_as_little_as_it_can() {
        assert_eq!(reveal(0, 0, 100, 32), None);
        assert_eq!(reveal(3, 0, 100, 32), Some(28));
        assert_eq!(reveal(1, 64, 100, 32), Some(32));
    }
}
