//! How long one event takes to decode: `cargo bench -p undercurrent --bench decode`.
//!
//! Frames of invented trades and quotes of 8,000 tickers, as the provider sends them today. The
//! fastest of many short rounds is printed, since a machine is only ever too slow.

use std::hint::black_box;
use std::time::Instant;

use undercurrent::domain::Tally;
use undercurrent::domain::darkpool::feed::{Decoder, statuses};

const EVENTS: usize = 16_000;
const ROUNDS: usize = 60;

/// A name, and how its n-th message is written.
type Kind = (&'static str, fn(usize) -> String);

fn main() {
    let kinds: [Kind; 3] = [("dark trade", dark), ("lit trade", lit), ("quote", quote)];
    for per_frame in [1, 20, 200] {
        for (name, message) in kinds {
            let frames: Vec<String> = (0..EVENTS / per_frame).map(|n| frame(n, per_frame, message)).collect();
            let bytes: usize = frames.iter().map(String::len).sum();
            let decode = fastest(|| decode_all(&frames));
            let look = fastest(|| frames.iter().map(|frame| statuses(frame).len()).sum());
            let megabytes_per_s = bytes as f64 / decode / EVENTS as f64 * 1e3;
            println!(
                "{name:>10}, {per_frame:>3} a frame: {decode:>4.0} ns to decode ({megabytes_per_s:.0} MB/s), {look:>3.0} ns to look for a status"
            );
        }
    }
}

fn decode_all(frames: &[String]) -> usize {
    let mut decoder = Decoder::default();
    let mut decoded = 0;
    for frame in frames {
        let mut events = Vec::with_capacity(256);
        assert_eq!(decoder.decode(frame, &mut events), Tally::default());
        decoded += black_box(events).len();
    }
    assert_eq!(decoded, EVENTS);
    decoded
}

/// Nanoseconds for each event, in the fastest round.
fn fastest(mut round: impl FnMut() -> usize) -> f64 {
    let time = |_| {
        let start = Instant::now();
        black_box(round());
        start.elapsed().as_nanos() as f64 / EVENTS as f64
    };
    (0..ROUNDS).map(time).fold(f64::MAX, f64::min)
}

fn frame(n: usize, per_frame: usize, message: fn(usize) -> String) -> String {
    // A prime step, so that tickers come in no order.
    let messages: Vec<_> = (0..per_frame).map(|k| message((n * per_frame + k) * 7_919)).collect();
    format!("[{}]", messages.join(","))
}

fn dark(n: usize) -> String {
    let (sym, price) = (n % 8_000, 100_000 + n % 90_000);
    format!(
        r#"{{"ev":"T","sym":"S{sym}","i":"{n}","x":4,"p":{}.{:03},"s":40,"t":1781622376036,"pt":1781622376029,"q":{n},"z":3,"trfi":202,"trft":1781622376036,"ds":"40.0"}}"#,
        price / 1_000,
        price % 1_000
    )
}

fn lit(n: usize) -> String {
    let (sym, price) = (n % 8_000, 10_000 + n % 9_000);
    format!(
        r#"{{"ev":"T","sym":"S{sym}","x":11,"i":"{n}","z":1,"p":{}.{:02},"s":100,"t":1781622376036,"q":{n},"c":[14,41]}}"#,
        price / 100,
        price % 100
    )
}

fn quote(n: usize) -> String {
    let (sym, price) = (n % 8_000, 10_000 + n % 9_000);
    format!(
        r#"{{"ev":"Q","sym":"S{sym}","bx":12,"bp":{}.{:02},"bs":200,"ax":10,"ap":{}.5,"as":100,"c":0,"i":[604],"t":1781622376036,"q":{n},"z":1}}"#,
        price / 100,
        price % 100,
        price / 100 + 1
    )
}
