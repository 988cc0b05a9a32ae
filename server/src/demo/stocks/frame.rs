//! The provider's own wire format: arrays of trades and quotes.

use super::listing::{Listing, Touch};
use super::trade::Made;

/// A frame is closed when it holds so many messages.
const MOST_MESSAGES: usize = 48;

/// Frames being written.
#[derive(Debug, Default)]
pub(super) struct Frames {
    done: Vec<Frame>,
    /// The one that is not closed yet.
    open: String,
    messages: usize,
    at_ms: i64,
}

/// A frame, and when it would leave the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Milliseconds since 1970: the time of its newest message.
    pub at_ms: i64,
    /// A JSON array.
    pub text: String,
}

impl Frames {
    /// Closes the open frame if it is full, or older than what comes at `at_ms` by 10 ms.
    pub(super) fn make_room(&mut self, at_ms: i64) {
        let other_time = at_ms.div_euclid(10) != self.at_ms.div_euclid(10);
        if self.messages >= MOST_MESSAGES || (self.messages > 0 && other_time) {
            self.close();
        }
        self.at_ms = at_ms;
    }

    /// All frames.
    pub(super) fn finish(mut self) -> Vec<Frame> {
        if self.messages > 0 {
            self.close();
        }
        self.done
    }

    fn close(&mut self) {
        self.open.push(']');
        // The next one will be about as long.
        let next = String::with_capacity(self.open.len() + 64);
        self.done.push(Frame { at_ms: self.at_ms, text: std::mem::replace(&mut self.open, next) });
        self.messages = 0;
    }

    fn begin(&mut self, kind: &str, symbol: &str) {
        self.open.push(if self.messages == 0 { '[' } else { ',' });
        self.messages += 1;
        self.text(&[r#"{"ev":""#, kind, r#"","sym":""#, symbol, r#"","#]);
    }

    /// Writes a quote.
    pub(super) fn quote(&mut self, listing: &Listing, touch: Touch, at_ms: i64, number: u64) {
        self.begin("Q", &listing.symbol);
        self.text(&[r#""bx":12,"bp":"#]);
        self.decimal(touch.bid);
        self.text(&[r#","bs":200,"ax":11,"ap":"#]);
        self.decimal(touch.ask);
        self.text(&[r#","as":300,"c":0,"t":"#]);
        self.int(at_ms);
        self.text(&[r#","q":"#]);
        self.int(number.cast_signed());
        self.text(&[r#","z":"#]);
        self.int(listing.tape.into());
        self.open.push('}');
    }

    /// Writes a trade.
    pub(super) fn trade(&mut self, listing: &Listing, made: &Made, at_ms: i64, number: u64) {
        self.begin("T", &listing.symbol);
        self.text(&[r#""i":""#]);
        self.int(number.cast_signed());
        self.text(&[r#"","x":"#]);
        self.int(made.exchange.into());
        self.text(&[r#","p":"#]);
        self.decimal(made.price);
        self.text(&[r#","s":"#]);
        self.int(made.size / 1_000_000);
        for (place, code) in made.conditions.iter().enumerate() {
            self.text(&[if place == 0 { r#","c":["# } else { "," }]);
            self.int((*code).into());
        }
        self.text(&[if made.conditions.is_empty() { "" } else { "]" }, r#","t":"#]);
        self.int(at_ms);
        self.text(&[r#","pt":"#]);
        self.int(at_ms - made.lag_ms);
        self.text(&[r#","q":"#]);
        self.int(number.cast_signed());
        self.text(&[r#","z":"#]);
        self.int(listing.tape.into());
        if let Some(trf) = made.trf {
            self.text(&[r#","trfi":"#]);
            self.int(trf.into());
            self.text(&[r#","trft":"#]);
            self.int(at_ms);
        }
        self.text(&[r#","ds":""#]);
        self.decimal(made.size);
        self.text(&["\"}"]);
    }

    fn text(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.open.push_str(part));
    }

    /// A number of millionths, with one decimal at least, as the provider writes sizes.
    fn decimal(&mut self, micro: i64) {
        self.int(micro / 1_000_000);
        let mut fraction = micro % 1_000_000;
        let mut place = 100_000;
        self.open.push('.');
        loop {
            self.int(fraction / place);
            fraction %= place;
            place /= 10;
            if fraction == 0 {
                return;
            }
        }
    }

    fn int(&mut self, number: i64) {
        self.open.push_str(itoa::Buffer::new().format(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_look_like_the_providers() {
        let mut listing = Listing::new(1, 3);
        listing.tape = 3;
        let touch = Touch { bid: 297_840_000, ask: 297_850_000 };
        let mut made =
            Made { exchange: 4, trf: Some(202), price: 297_845_000, size: 740_474, conditions: &[14, 37], lag_ms: 7 };
        let mut frames = Frames::default();
        frames.make_room(1_781_622_376_036);
        frames.quote(&listing, touch, 1_781_622_376_036, 8);
        frames.trade(&listing, &made, 1_781_622_376_036, 9);
        made = Made { exchange: 12, trf: None, size: 40_000_000, conditions: &[], ..made };
        frames.make_room(1_781_622_376_041);
        frames.trade(&listing, &made, 1_781_622_376_041, 10);
        let frames = frames.finish();
        assert_eq!(
            frames.iter().map(|frame| &*frame.text).collect::<Vec<_>>(),
            [
                concat!(
                    r#"[{"ev":"Q","sym":"AAPL","bx":12,"bp":297.84,"bs":200,"ax":11,"ap":297.85,"as":300,"c":0,"#,
                    r#""t":1781622376036,"q":8,"z":3},"#,
                    r#"{"ev":"T","sym":"AAPL","i":"9","x":4,"p":297.845,"s":0,"c":[14,37],"t":1781622376036,"#,
                    r#""pt":1781622376029,"q":9,"z":3,"trfi":202,"trft":1781622376036,"ds":"0.740474"}]"#
                ),
                concat!(
                    r#"[{"ev":"T","sym":"AAPL","i":"10","x":12,"p":297.845,"s":40,"t":1781622376041,"#,
                    r#""pt":1781622376034,"q":10,"z":3,"ds":"40.0"}]"#
                ),
            ]
        );
    }
}
