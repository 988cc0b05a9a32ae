//! What is written is read, and what is broken is said.

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use shared::units::Timestamp;

use super::{Packing, TapeError, TapeFrame, TapeReader, TapeWriter};

/// A file in memory that outlives its writer.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Vec<u8>>>);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Disk {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

const PACKINGS: [Packing; 3] = [Packing::Plain, Packing::Gzip, Packing::Zstd];

fn writer(packing: Packing) -> (TapeWriter, Disk) {
    let disk = Disk::default();
    let writer = TapeWriter::new(Box::new(disk.clone()), packing, "massive", Timestamp::from_ms(1_000)).unwrap();
    (writer, disk)
}

/// Each frame as `at text`, each error as it is said.
fn read(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    let tape = match TapeReader::new(Cursor::new(bytes.into())) {
        Ok(tape) => tape,
        Err(error) => return vec![error.to_string()],
    };
    tape.map(|read| match read {
        Ok(TapeFrame { at_ms: Some(at_ms), text }) => format!("{at_ms} {text}"),
        Ok(TapeFrame { at_ms: None, text }) => format!("- {text}"),
        Err(error) => error.to_string(),
    })
    .collect()
}

fn check(tape: &str, expected: &[&str]) {
    let actual = read(tape);
    assert_eq!(actual.len(), expected.len(), "{actual:?}");
    for (actual, expected) in actual.iter().zip(expected) {
        assert!(actual.starts_with(expected), "{actual:?} does not begin with {expected:?}");
    }
}

const HEADER: &str = "{\"tape\":1,\"provider\":\"massive\",\"recorded_ms\":1000}\n";

#[test]
fn a_line_is_the_documented_one() {
    let (mut writer, disk) = writer(Packing::Plain);
    writer.write(Timestamp::from_ms(1_012), r#"[{"ev":"T"}]"#).unwrap();
    writer.write(Timestamp::from_ms(1_013), "gar\"bage\n").unwrap();
    writer.write(Timestamp::from_ms(900), "[1,\n2]").unwrap();
    writer.finish().unwrap();
    let lines =
        [r#"{"at_ms":12,"in":[{"ev":"T"}]}"#, r#"{"at_ms":13,"in":"gar\"bage\n"}"#, r#"{"at_ms":0,"in":"[1,\n2]"}"#];
    assert_eq!(String::from_utf8(disk.bytes()).unwrap(), format!("{HEADER}{}\n", lines.join("\n")));
    assert_eq!(read(disk.bytes()), ["12 [{\"ev\":\"T\"}]", "13 gar\"bage\n", "13 [1,\n2]"]);
}

#[test]
fn the_header_is_read_and_a_later_version_is_refused() {
    let tape = TapeReader::new(Cursor::new(HEADER)).unwrap();
    let header = tape.header().unwrap();
    assert_eq!((&*header.provider, header.recorded_ms.ms()), ("massive", 1_000));
    check("{\"tape\":2}\n[]", &["a tape of version 2; this program reads version 1"]);
    check("[1]\n{\"tape\":3}\n[2]", &["- [1]", "a tape of version 3"]);
}

#[test]
fn a_file_of_arrays_is_timed_by_its_own_times() {
    check("\u{feff}[{\"t\":1}]\r\n\n[2]\n{\"at_ms\":5,\"in\":[3]}\n", &["- [{\"t\":1}]", "- [2]", "- [3]"]);
    check("", &[]);
    check("\n\n", &[]);
}

#[test]
fn a_bad_line_is_said_with_its_number_and_the_next_is_read() {
    let bad_utf8 = [b"[1]\n\xff\xfe\n[2]" as &[u8]].concat();
    assert_eq!(read(bad_utf8), ["- [1]", "line 2: not UTF-8", "- [2]"]);
    check(
        &format!("{HEADER}{{\"at_ms\":1,\"in\":[1]}}\nnonsense\n{{\"at_ms\":2}}\n\n{{\"at_ms\":-1,\"in\":[2]}}\n[3]"),
        &["1 [1]", "line 3: expected", "line 4: neither a header", "line 6: invalid value", "1 [3]"],
    );
    let long = format!("[1]\n[{}]\n[2]", " ".repeat(17 << 20));
    assert_eq!(read(long), ["- [1]", "line 2: longer than 16 MiB", "- [2]"]);
}

#[test]
fn joined_tapes_go_on_where_the_first_ends() {
    for packing in PACKINGS {
        let mut joined = Vec::new();
        for _ in 0..2 {
            let (mut writer, disk) = writer(packing);
            writer.write(Timestamp::from_ms(1_005), "[1]").unwrap();
            writer.write(Timestamp::from_ms(1_007), "[2]").unwrap();
            writer.finish().unwrap();
            joined.extend(disk.bytes());
        }
        assert_eq!(read(joined), ["5 [1]", "7 [2]", "12 [1]", "14 [2]"], "{packing:?}");
    }
}

#[test]
fn what_was_flushed_is_read_after_a_kill() {
    for packing in PACKINGS {
        let (mut writer, disk) = writer(packing);
        for n in 0..100 {
            writer.write(Timestamp::from_ms(1_000 + n), &format!("[{n}]")).unwrap();
        }
        writer.flush().unwrap();
        let killed = disk.bytes();
        let tape = TapeReader::new(Cursor::new(killed)).unwrap();
        let (good, bad): (Vec<_>, Vec<_>) = tape.partition(Result::is_ok);
        assert_eq!(good.len(), 100, "{packing:?}");
        // A packed tape says that it was cut off; that is its end.
        assert_eq!(bad.len(), usize::from(packing != Packing::Plain), "{packing:?}");
        assert!(bad.iter().all(|bad| matches!(bad, Err(TapeError::Read { line: 102, .. }))), "{bad:?}");
    }
}

#[test]
fn the_name_of_the_file_says_how_it_is_packed() {
    let of = |name: &str| Packing::of(std::path::Path::new(name));
    assert_eq!([of("a.ndjson.gz"), of("a.zst"), of("a.ndjson")], [Packing::Gzip, Packing::Zstd, Packing::Plain]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_frame_comes_back_as_it_was(frames in prop::collection::vec("\\PC*|[\\[\\]{}\", \n1]{0,12}", 0..8)) {
        for packing in PACKINGS {
            let (mut writer, disk) = writer(packing);
            for frame in &frames {
                writer.write(Timestamp::from_ms(1_000), frame).unwrap();
            }
            writer.finish().unwrap();
            let tape = TapeReader::new(Cursor::new(disk.bytes())).unwrap();
            let texts: Vec<_> = tape.map(|frame| frame.unwrap().text).collect();
            prop_assert_eq!(&texts, &frames);
        }
    }

    #[test]
    fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200), packing in 0_usize..3) {
        read(bytes.clone());
        let (mut writer, disk) = writer(PACKINGS[packing]);
        writer.write(Timestamp::from_ms(1_000), "[1]").unwrap();
        writer.finish().unwrap();
        let mut broken = disk.bytes();
        broken.truncate(broken.len().saturating_sub(bytes.len() / 4));
        broken.extend(&bytes);
        read(broken);
    }
}
