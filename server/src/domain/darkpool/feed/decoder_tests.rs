//! Frames in, events out: examples, recorded samples, and anything at all.

use std::io::Read;
use std::path::PathBuf;

use proptest::prelude::*;

use super::{Decoder, statuses};
use crate::domain::Tally;
use crate::domain::darkpool::Event;

/// An event in a line: only what is there.
fn line(event: &Event) -> String {
    match event {
        Event::Trade(t) => {
            let mut line = format!("T {} {} x {} @{} t={}", t.ticker, t.size, t.price, t.exchange, t.ts.ms());
            let mut add = |name: &str, value: Option<String>| {
                line.extend(value.map(|value| format!(" {name}={value}")));
            };
            add("trf", t.trf.map(|id| id.to_string()));
            add("id", Some(t.id.as_str().to_owned()).filter(|id| !id.is_empty()));
            add("c", Some(format!("{:?}", t.conditions)).filter(|c| c != "[]"));
            add("done", t.executed.map(|at| at.ms().to_string()));
            add("q", t.seq.map(|q| q.to_string()));
            line
        }
        Event::Quote(q) => {
            let side = |price: Option<shared::units::Price>| price.map_or("-".to_owned(), |p| p.to_string());
            format!("Q {} {} {} t={}", q.ticker, side(q.bid), side(q.ask), q.ts.ms())
        }
    }
}

fn decode(frame: &str) -> (Vec<String>, Tally) {
    let mut events = Vec::new();
    let tally = Decoder::default().decode(frame, &mut events);
    (events.iter().map(line).collect(), tally)
}

fn check(cases: &[(&str, &[&str], u64, u64)]) {
    for (frame, events, ignored, garbage) in cases {
        let (actual, tally) = decode(frame);
        assert_eq!(actual, *events, "{frame}");
        assert_eq!(tally, Tally { ignored: *ignored, garbage: *garbage }, "{frame}");
    }
}

#[test]
fn trades_with_fields_old_and_new() {
    check(&[
        // As it is today: the size as text, two more times, no conditions.
        (
            r#"[{"ev":"T","sym":"AAPL","i":"143541","x":4,"p":297.845,"s":40,"t":1781622376036,"pt":1781622376029,"q":4938312,"z":3,"trfi":202,"trft":1781622376036,"ds":"40.0"}]"#,
            &["T AAPL 40 x 297.845 @4 t=1781622376036 trf=202 id=143541 done=1781622376029 q=4938312"],
            0,
            0,
        ),
        // As it was.
        (
            r#"[{"ev":"T","sym":"MSFT","x":4,"i":"12345","z":3,"p":114.125,"s":100,"c":[0,12],"t":1536036818784,"q":3681328}]"#,
            &["T MSFT 100 x 114.125 @4 t=1536036818784 id=12345 c=[0, 12] q=3681328"],
            0,
            0,
        ),
        // A fraction of a share; the time of the report stands in for that of the execution.
        (
            r#"[{"t":5,"ds":"0.740474","s":0,"p":10,"x":4,"trfi":201,"trft":4,"sym":"BRK.B","ev":"T"}]"#,
            &["T BRK.B 0.740474 x 10.00 @4 t=5 trf=201 done=4"],
            0,
            0,
        ),
        // `ds` as a number, as nothing, as zero, as nonsense: the other size stands in.
        (
            r#"[{"ev":"T","sym":"A","x":1,"p":1,"t":5,"s":7,"ds":7.5},
                {"ev":"T","sym":"A","x":1,"p":1,"t":5,"s":7,"ds":null},
                {"ev":"T","sym":"A","x":1,"p":1,"t":5,"s":7,"ds":"0.0"},
                {"ev":"T","sym":"A","x":1,"p":1,"t":5,"s":7,"ds":"many"}]"#,
            &["T A 7.5 x 1.00 @1 t=5", "T A 7 x 1.00 @1 t=5", "T A 7 x 1.00 @1 t=5", "T A 7 x 1.00 @1 t=5"],
            0,
            0,
        ),
        // Numbers as texts, fields nobody knows, a facility of 0, an id that is a number, a name that is escaped.
        (
            r#"[{"ev":"T","sym":"A","x":"4","p":"182.5","t":"5","s":"7","trfi":0,"i":9,"new":{"deep":[{}]},"q":-1,"c":[37,{}]},
                {"ev":"T","sym":"\u0041","x":4,"p":1e0,"t":5.0,"s":7.0}]"#,
            &["T A 7 x 182.50 @4 t=5 id=9 c=[37]", "T A 7 x 1.00 @4 t=5"],
            0,
            0,
        ),
        // A message on its own, with room around it.
        (r#" {"ev":"T","sym":"A","x":4,"p":1,"t":5,"s":7} "#, &["T A 7 x 1.00 @4 t=5"], 0, 0),
    ]);
}

#[test]
fn a_side_nobody_quotes_is_none() {
    check(&[(
        r#"[{"ev":"Q","sym":"IBM","bx":12,"bp":182.44,"bs":200,"ax":10,"ap":182.5,"as":100,"c":0,"i":[604],"t":5,"q":1,"z":1},
            {"ev":"Q","sym":"IBM","bp":0,"ap":182.5,"t":6},
            {"ev":"Q","sym":"IBM","bp":182.44,"t":7},
            {"ev":"Q","sym":"IBM","bp":null,"ap":0.0,"t":8}]"#,
        &["Q IBM 182.44 182.50 t=5", "Q IBM - 182.50 t=6", "Q IBM 182.44 - t=7", "Q IBM - - t=8"],
        0,
        0,
    )]);
}

#[test]
fn messages_that_are_not_used_are_counted() {
    check(&[
        (
            r#"[{"ev":"A","sym":"SPCE","v":200,"c":25.39,"s":1610144868000},{"ev":"LULD","T":"MSFT","i":[21]}]"#,
            &[],
            2,
            0,
        ),
        (r#"[{"ev":"TOMORROW","p":{"x":[1,2,{"y":null}]}}]"#, &[], 1, 0),
        (r#"[{"ev":"status","status":"success","message":"subscribed to: T.AAPL"}]"#, &[], 0, 0),
        ("[]", &[], 0, 0),
    ]);
}

#[test]
fn what_cannot_be_a_trade_or_a_quote_is_garbage() {
    let trade = |field: &str, value: &str| {
        let mut fields = vec![("ev", r#""T""#), ("sym", r#""A""#), ("x", "4"), ("p", "1"), ("t", "5"), ("s", "7")];
        fields.retain(|(name, _)| *name != field);
        let mut written: Vec<_> = fields.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
        if !value.is_empty() {
            written.push(format!(r#""{field}":{value}"#));
        }
        format!("[{{{}}}]", written.join(","))
    };
    assert_eq!(decode(&trade("z", "1")).0.len(), 1);
    for (field, values) in [
        ("ev", &["", "null", "7", r#""""#, "[]"][..]),
        ("sym", &["", "null", "7", r#""""#, r#""A/B""#, r#""ABCDEFGHIJKLMNOPQ""#]),
        ("x", &["", "-1", "65536", r#""four""#, "4.5"]),
        ("p", &["", "0", "0.0", "-1", "-0.01", "1e9", "1e-9", "true", "[1]", r#""NaN""#, "18446744073709551616"]),
        ("t", &["", "0", "-5", "1601318039223013600", r#""noon""#]),
        ("s", &["", "0", "-7", "null", "{}", "1000000000"]),
    ] {
        for value in values {
            let frame = trade(field, value);
            assert_eq!(decode(&frame), (vec![], Tally { ignored: 0, garbage: 1 }), "{frame}");
        }
    }
    check(&[
        (r#"[{"ev":"Q","sym":"A","bp":-1,"ap":2,"t":5}]"#, &[], 0, 1),
        (r#"[{"ev":"Q","sym":"A","bp":"x","ap":2,"t":5}]"#, &[], 0, 1),
        (r#"[{"ev":"Q","sym":"A","bp":1,"ap":2}]"#, &[], 0, 1),
        (r#"[{"ev":"Q","bp":1,"ap":2,"t":5}]"#, &[], 0, 1),
    ]);
}

#[test]
fn a_bad_message_does_not_lose_its_neighbours() {
    const GOOD: &str = r#"{"ev":"Q","sym":"A","bp":1,"ap":2,"t":5}"#;
    const Q: &str = "Q A 1.00 2.00 t=5";
    for bad in [
        "7",
        "null",
        r#""T""#,
        "[]",
        "{}",
        r#"{"ev":"T"}"#,
        r#"{"ev":"T","p":1e999}"#,
        r#"{"ev":"T","sym":"\ud800"}"#,
        r#"{"ev":"T","c":[[[[[[1]]]]],1e999]}"#,
    ] {
        let frame = format!("[{GOOD},{bad},{GOOD},{bad},{GOOD}]");
        assert_eq!(decode(&frame), (vec![Q.to_owned(); 3], Tally { ignored: 0, garbage: 2 }), "{frame}");
    }
    // What breaks off keeps what came before.
    check(&[
        (&format!("[{GOOD},{GOOD},{{\"ev\":\"T\",\"sy"), &[Q, Q], 0, 1),
        (&format!("[{GOOD},{GOOD}"), &[Q, Q], 0, 1),
        (&format!("[{GOOD} {GOOD}]"), &[Q], 0, 1),
        (&format!("[{GOOD}]]"), &[Q], 0, 1),
        (&format!("{GOOD}{GOOD}"), &[], 0, 1),
        ("", &[], 0, 1),
        ("not json", &[], 0, 1),
        ("7", &[], 0, 1),
        ("[", &[], 0, 1),
    ]);
    let deep = "[".repeat(100_000);
    assert_eq!(decode(&format!("[{GOOD},{deep}")), (vec![Q.to_owned()], Tally { ignored: 0, garbage: 1 }));
}

/// A recorded sample, or a word that it is not there.
fn sample(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

#[test]
fn recorded_frames_and_the_examples_of_the_specification() {
    if let Some(frames) = sample("massive/ws_frames.ndjson") {
        let frames = String::from_utf8(frames).unwrap();
        let (mut events, mut tally, mut said) = (Vec::new(), Tally::default(), 0);
        let mut decoder = Decoder::default();
        for frame in frames.lines() {
            tally += decoder.decode(frame, &mut events);
            said += statuses(frame).len();
        }
        assert_eq!((events.len(), said, tally), (4, 3, Tally::default()));
        assert_eq!(line(&events[0]), "Q AAPL 297.83 297.86 t=1781622375952");
        let dark = "T AAPL 40 x 297.845 @4 t=1781622376036 trf=202 id=143541 done=1781622376029 q=4938312";
        assert_eq!(line(&events[1]), dark);
    }
    if let Some(examples) = sample("massive/ws_spec_examples.json") {
        let examples: std::collections::BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&examples).unwrap();
        let frame = serde_json::to_string(&examples.values().collect::<Vec<_>>()).unwrap();
        let (events, tally) = decode(&frame);
        assert_eq!(tally, Tally { ignored: 4, garbage: 0 });
        assert_eq!(
            events,
            [
                "Q MSFT 114.125 114.128 t=1536036818784",
                "T MSFT 100 x 114.125 @4 t=1536036818784 id=12345 c=[0, 12] q=3681328"
            ]
        );
    }
}

#[test]
fn twenty_minutes_of_a_real_stock_lose_nothing() {
    let Some(packed) = sample("darkpool/ibm-20131007-1000-1020.ndjson.gz") else { return };
    let mut frames = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut frames).unwrap();
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    for frame in frames.lines() {
        assert_eq!(decoder.decode(frame, &mut events), Tally::default(), "{frame}");
    }
    assert_eq!(events.len(), 4_383);
    let dark = events.iter().filter(|event| matches!(event, Event::Trade(t) if t.exchange == 4 && t.trf.is_some()));
    assert_eq!(dark.count(), 370);
}

/// A message that is nearly right: known names, values of any kind.
fn nearly_a_message() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(vec!["ev", "sym", "i", "x", "p", "s", "ds", "c", "t", "trfi", "bp", "status", "zz"]);
    let value = prop_oneof![
        prop::sample::select(vec![
            r#""T""#,
            r#""Q""#,
            r#""status""#,
            r#""IBM""#,
            "null",
            "true",
            "{}",
            "[1,[2]]",
            "1e400"
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|x| serde_json::json!(x).to_string()),
        ".{0,8}".prop_map(|text| serde_json::json!(text).to_string()),
    ];
    prop::collection::vec((name, value), 0..10).prop_map(|fields| {
        let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
        format!("{{{}}}", fields.join(","))
    })
}

proptest! {
    #[test]
    fn no_text_stops_the_decoder(frame in ".*", cut in 0_usize..400) {
        decode(&frame);
        let _ = statuses(&frame);
        let real = r#"[{"ev":"T","sym":"AAPL","i":"143541","x":4,"p":297.845,"s":40,"t":1781622376036,"ds":"40.0"},{"ev":"status","status":"ü"}]"#;
        let cut = real.floor_char_boundary(cut.min(real.len()));
        decode(&real[..cut]);
        decode(&format!("{}{frame}", &real[..cut]));
        let _ = statuses(&format!("{}{frame}", &real[..cut]));
    }

    #[test]
    fn neighbours_survive_any_message(messages in prop::collection::vec(nearly_a_message(), 1..6), at in 0_usize..7) {
        let good = r#"{"ev":"T","sym":"GOOD","i":"1","x":4,"p":1.5,"s":7,"t":5}"#.to_owned();
        let mut frame = messages.clone();
        frame.insert(at.min(messages.len()), good);
        let (events, tally) = decode(&format!("[{}]", frame.join(",")));
        prop_assert_eq!(events.iter().filter(|line| *line == "T GOOD 7 x 1.50 @4 t=5 id=1").count(), 1);
        // Alone, each message gives what it gave in company.
        let (mut alone, mut sum) = (0, Tally::default());
        for message in &messages {
            let (events, tally) = decode(message);
            alone += events.len();
            sum += tally;
        }
        prop_assert_eq!((events.len() - 1, tally), (alone, sum));
    }
}
