//! Markets to show: a tape of our own, made from the demo world, and twenty recorded minutes of IBM
//! where those are at hand.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::domain::darkpool::Policy;
use undercurrent::demo::stocks::{Frame, World};

/// 2026-06-16, 10:00 in New York, in tenths of a second since 1970: regular hours.
const FIRST_SLOT: i64 = 17_816_184_000;

/// So many seconds of a demo market in regular hours, the same each time.
#[must_use]
pub fn frames(seconds: i64, tickers: usize, trades_per_s: u32) -> Vec<Frame> {
    let world = World::new(7, tickers, trades_per_s);
    (FIRST_SLOT..FIRST_SLOT + seconds * 10).flat_map(|slot| world.frames(slot)).collect()
}

/// Writes frames to a tape.
///
/// # Errors
/// The file cannot be written.
pub fn write_tape(path: &Path, frames: &[Frame]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, r#"{{"tape":1,"provider":"massive","recorded_ms":{}}}"#, FIRST_SLOT * 100)?;
    for frame in frames {
        writeln!(out, r#"{{"at_ms":{},"in":{}}}"#, frame.at_ms - FIRST_SLOT * 100, frame.text)?;
    }
    Ok(out.into_inner()?.sync_all()?)
}

/// A frame with one off-exchange print: the `number`-th of a ticker, at 10.50 dollars, 100 shares.
#[must_use]
pub fn print(ticker: &str, number: u64) -> String {
    // 2013-10-07, 10:20 in New York: regular hours.
    let ms = 1_381_155_600_000 + number;
    format!(r#"[{{"ev":"T","sym":"{ticker}","i":"{number}","q":{number},"x":4,"trfi":202,"p":10.5,"s":100,"t":{ms}}}]"#)
}

/// What a ticker's off-exchange prints add up to, by the plainest arithmetic there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many prints.
    pub prints: u64,
    /// Their price times size, in dollars times 10^12.
    pub notional: i128,
    /// Shares of all trades, in millionths.
    pub all_shares: i128,
}

/// Adds up every ticker of these frames.
///
/// # Errors
/// A frame is not what the provider writes.
pub fn add_up<'a>(frames: impl IntoIterator<Item = &'a str>) -> anyhow::Result<BTreeMap<String, Sum>> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for frame in frames {
        for message in serde_json::from_str::<Vec<Value>>(frame)? {
            let codes: Vec<u16> =
                serde_json::from_value(message.get("c").cloned().unwrap_or_default()).unwrap_or_default();
            if message["ev"] != "T" || Policy::of(&codes) == Policy::Ignored {
                continue;
            }
            let exact = message["ds"].as_str().map(str::to_owned).unwrap_or_else(|| message["s"].to_string());
            let (price, size) = (millionths(&message["p"].to_string())?, millionths(&exact)?);
            let sum = sums.entry(message["sym"].as_str().unwrap_or_default().to_owned()).or_default();
            sum.all_shares += size;
            if message["x"] == 4 && message.get("trfi").is_some() {
                sum.prints += 1;
                sum.notional += price * size;
            }
        }
    }
    Ok(sums)
}

/// A decimal number as millionths.
///
/// # Errors
/// It is none, or finer.
pub fn millionths(text: &str) -> anyhow::Result<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    anyhow::ensure!(fraction.len() <= 6, "{text} is finer than a millionth");
    Ok(format!("{whole}{fraction:0<6}").parse()?)
}

/// Twenty minutes of IBM, as they were recorded, and what they add up to.
pub struct Ibm {
    /// The tape.
    pub tape: PathBuf,
    /// Its frames.
    pub frames: Vec<String>,
    /// What was worked out elsewhere, by exact arithmetic.
    pub expected: Value,
}

impl Ibm {
    /// The recording, if it lies beside the repository. Says so when it does not.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn find() -> anyhow::Result<Option<Ibm>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/darkpool");
        let tape = folder.join("ibm-20131007-1000-1020.ndjson.gz");
        if !tape.exists() {
            println!("skipped: there is no recorded data at ../shared/data/darkpool");
            return Ok(None);
        }
        let mut text = String::new();
        flate2::read::GzDecoder::new(File::open(&tape)?).read_to_string(&mut text)?;
        let expected = std::fs::read_to_string(folder.join("ibm-20131007-1000-1020.expected.json"))?;
        let frames = text.lines().map(str::to_owned).collect();
        Ok(Some(Ibm { tape, frames, expected: serde_json::from_str(&expected)? }))
    }
}
