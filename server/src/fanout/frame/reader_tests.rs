//! Streams and what is made of them, each also byte by byte.

use super::super::{Deflater, push_frame, push_masked};
use super::*;

/// What was handed out, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Got {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(u16, String)>),
}

impl Got {
    fn from(incoming: Incoming<'_>) -> Got {
        match incoming {
            Incoming::Text(text) => Got::Text(text.to_owned()),
            Incoming::Binary(bytes) => Got::Binary(bytes.to_owned()),
            Incoming::Ping(bytes) => Got::Ping(bytes.to_owned()),
            Incoming::Pong(bytes) => Got::Pong(bytes.to_owned()),
            Incoming::Close(close) => Got::Close(close.map(|(code, reason)| (code, reason.to_owned()))),
        }
    }
}

fn text(text: &str) -> Got {
    Got::Text(text.to_owned())
}

const LIMIT: usize = 1000;

/// What a client makes of a stream, cut into parts of so many bytes.
fn read_in(stream: &[u8], size: usize, deflate: bool) -> (Vec<Got>, Result<(), Violation>) {
    let (mut reader, mut inflater) = (Reader::new(Role::Client, deflate, LIMIT), Inflater::new(15, false));
    let mut got = Vec::new();
    for part in stream.chunks(size) {
        let mut handle = |incoming: Incoming<'_>| {
            got.push(Got::from(incoming));
            ControlFlow::Continue(())
        };
        let read = reader.read(&mut part.to_vec(), &mut inflater, &mut handle);
        if read.is_err() {
            return (got, read);
        }
    }
    (got, Ok(()))
}

/// The same, however it is cut.
fn read(stream: &[u8], deflate: bool) -> (Vec<Got>, Result<(), Violation>) {
    let whole = read_in(stream, stream.len().max(1), deflate);
    for size in 1..=20 {
        assert_eq!(read_in(stream, size, deflate), whole, "in parts of {size} bytes");
    }
    whole
}

/// A stream of frames: first byte and payload, unmasked.
fn frames(frames: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (first, payload) in frames {
        let start = out.len();
        push_frame(&mut out, Opcode::Text, false, payload);
        out[start] = *first;
    }
    out
}

/// What is read without compression and without a violation.
fn good(list: &[(u8, &[u8])]) -> Vec<Got> {
    let (got, ended) = read(&frames(list), false);
    assert_eq!(ended, Ok(()));
    got
}

/// How a stream without compression ends.
fn bad(list: &[(u8, &[u8])]) -> Violation {
    read(&frames(list), false).1.expect_err("it has to be refused")
}

#[test]
fn messages_come_whole_and_in_order() {
    let long = "long ".repeat(100);
    let all: [(u8, &[u8]); 6] =
        [(0x81, b"one"), (0x82, &[0, 255]), (0x81, b""), (0x82, b""), (0x81, long.as_bytes()), (0x8a, b"still here")];
    let expected = [text("one"), Got::Binary(vec![0, 255]), text(""), Got::Binary(vec![]), text(&long)];
    assert_eq!(good(&all)[..5], expected);
    assert_eq!(good(&all)[5], Got::Pong(b"still here".to_vec()));
}

#[test]
fn control_frames_may_come_between_the_parts_of_a_message() {
    let got = good(&[(0x01, b"fr"), (0x89, b"ping"), (0x00, b""), (0x8a, b""), (0x00, b"agm"), (0x80, b"ents")]);
    assert_eq!(got, [Got::Ping(b"ping".to_vec()), Got::Pong(vec![]), text("fragments")]);
    assert_eq!(good(&[(0x02, b""), (0x89, b"x"), (0x80, b"")]), [Got::Ping(b"x".to_vec()), Got::Binary(vec![])]);
}

#[test]
fn frames_out_of_order_are_refused() {
    assert_eq!(bad(&[(0x80, b"x")]), Violation::NothingToContinue);
    assert_eq!(bad(&[(0x00, b"x")]), Violation::NothingToContinue);
    assert_eq!(bad(&[(0x81, b"x"), (0x80, b"x")]), Violation::NothingToContinue);
    assert_eq!(bad(&[(0x01, b"x"), (0x81, b"x")]), Violation::Interleaved);
    assert_eq!(bad(&[(0x01, b""), (0x02, b"x")]), Violation::Interleaved);
}

#[test]
fn compression_is_marked_on_the_first_frame_of_a_message_and_only_if_it_was_agreed_on() {
    for first in [0xc1, 0xc2, 0xc9, 0xc8, 0xca] {
        assert_eq!(bad(&[(first, b"")]), Violation::ReservedBit, "{first:#x}");
    }
    for list in [[(0x41, &b"\x00"[..]), (0xc0, b"")], [(0x01, b""), (0xc0, b"")], [(0x01, b""), (0x40, b"")]] {
        assert_eq!(read(&frames(&list), true).1, Err(Violation::ReservedBit));
    }
    for control in [0xc8, 0xc9, 0xca] {
        assert_eq!(read(&frames(&[(control, b"")]), true).1, Err(Violation::ReservedBit));
    }
}

#[test]
fn compressed_messages_are_those_of_the_rfc() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    let last_block = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    let two_blocks = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
    for payload in [&hello[..], &stored, &last_block, &two_blocks] {
        let whole = frames(&[(0xc1, payload), (0x81, b"plain"), (0xc2, &[0])]);
        let expected = vec![text("Hello"), text("plain"), Got::Binary(vec![])];
        assert_eq!(read(&whole, true), (expected.clone(), Ok(())), "{payload:x?}");
        let (start, end) = payload.split_at(3);
        let parts = frames(&[(0x41, start), (0x89, b""), (0x80, end), (0x81, b"plain"), (0xc2, &[0])]);
        let mut with_ping = vec![Got::Ping(vec![])];
        with_ping.extend(expected);
        assert_eq!(read(&parts, true), (with_ping, Ok(())), "{payload:x?}");
    }
}

#[test]
fn what_cannot_be_inflated_is_refused() {
    let mut whole = Vec::new();
    Deflater::new(6, 15).compress("a message with a few words of text in it, and text".as_bytes(), &mut whole);
    for payload in [
        &b""[..],
        &[0xff],
        &[0x06],
        &[0x02],
        // The lengths of codes break off, and what follows is taken for more of them.
        &[0x04, 0x00],
        &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48],
        &[0xf3, 0x48, 0x05, 0x00],
    ]
    .into_iter()
    .chain((1..whole.len() - 1).map(|cut| &whole[..cut]))
    {
        assert_eq!(read(&frames(&[(0xc1, payload)]), true).1, Err(Violation::Inflate), "{payload:x?}");
    }
    assert_eq!(Violation::Inflate.code(), 1007);
}

#[test]
fn text_must_be_utf8_and_is_refused_with_the_first_byte_that_cannot_be() {
    let word = "κόσμε\u{10ffff}";
    for cut in 0..=word.len() {
        let (start, end) = word.as_bytes().split_at(cut);
        assert_eq!(good(&[(0x01, start), (0x89, b""), (0x80, end)])[1], text(word), "{cut}");
    }
    for wrong in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xce", b"ok\xce\xba\xe1\xbd"] {
        assert_eq!(bad(&[(0x81, wrong)]), Violation::Utf8, "{wrong:x?}");
        assert_eq!(bad(&[(0x01, wrong), (0x80, b"")]), Violation::Utf8, "{wrong:x?}");
        let mut packed = Vec::new();
        Deflater::new(6, 15).compress(wrong, &mut packed);
        assert_eq!(read(&frames(&[(0xc1, &packed)]), true).1, Err(Violation::Utf8), "{wrong:x?}");
    }
    // The end of neither the frame nor the message is waited for.
    let (mut reader, mut inflater) = (Reader::new(Role::Client, false, LIMIT), Inflater::new(15, false));
    let mut nothing = |incoming: Incoming<'_>| panic!("{incoming:?}");
    assert_eq!(reader.read(&mut [0x01, 100, 0xf4], &mut inflater, &mut nothing), Ok(()));
    assert_eq!(reader.read(&mut [0x90], &mut inflater, &mut nothing), Err(Violation::Utf8));
    assert_eq!(Violation::Utf8.code(), 1007);
}

#[test]
fn a_close_is_the_last_and_says_why_or_nothing() {
    let close = |payload: &[u8]| good(&[(0x88, payload), (0x81, b"never")]);
    assert_eq!(close(b""), [Got::Close(None)]);
    assert_eq!(close(b"\x03\xe8"), [Got::Close(Some((1000, String::new())))]);
    assert_eq!(close(b"\x0f\xa0\xc3\xa9"), [Got::Close(Some((4000, "é".to_owned())))]);
    let longest = [&[0x03, 0xe9][..], &[b'x'; 123]].concat();
    assert_eq!(close(&longest), [Got::Close(Some((1001, "x".repeat(123))))]);
    assert_eq!(bad(&[(0x88, b"\x03")]), Violation::CloseLength);
    assert_eq!(bad(&[(0x88, b"\x03\xe8\xff")]), Violation::Utf8);
    let (got, ended) = read(&frames(&[(0x01, b"half"), (0x88, b"\x03\xe8")]), false);
    assert_eq!((got, ended), (vec![Got::Close(Some((1000, String::new())))], Ok(())));
}

#[test]
fn close_codes_are_those_that_may_be_sent() {
    let allowed = |code: u16| read_in(&frames(&[(0x88, &code.to_be_bytes())]), 200, false).1.is_ok();
    let expected = |code: u16| matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    for code in 0..=u16::MAX {
        assert_eq!(allowed(code), expected(code), "{code}");
    }
    assert_eq!(bad(&[(0x88, &1005_u16.to_be_bytes())]), Violation::CloseCode(1005));
}

#[test]
fn a_message_is_refused_for_its_announced_length_before_any_of_it_comes() {
    let big = Violation::TooBig(1000);
    assert_eq!(good(&[(0x82, &[0; LIMIT])]), [Got::Binary(vec![0; LIMIT])]);
    assert_eq!(read(&[0x82, 126, 0x03, 0xe9], false).1, Err(big));
    assert_eq!(read(&[0x82, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0], false).1, Err(big));
    let half = frames(&[(0x02, &[0; 600])]);
    assert_eq!(read(&[&half[..], &[0x80, 126, 0x01, 0x91]].concat(), false).1, Err(big));
    assert_eq!(good(&[(0x02, &[0; 600]), (0x80, &[0; 400])]), [Got::Binary(vec![0; LIMIT])]);
    assert_eq!(big.code(), 1009);
}

#[test]
fn a_bomb_is_refused_at_the_limit() {
    let packed = |len: usize| {
        let mut packed = Vec::new();
        Deflater::new(9, 15).compress(&vec![b'a'; len], &mut packed);
        packed
    };
    assert_eq!(read(&frames(&[(0xc1, &packed(LIMIT))]), true).0, [text(&"a".repeat(LIMIT))]);
    assert_eq!(read(&frames(&[(0xc1, &packed(LIMIT + 1))]), true).1, Err(Violation::TooBig(1000)));
    assert_eq!(read(&frames(&[(0xc1, &packed(500_000))]), true).1, Err(Violation::TooBig(1000)));
    // What cannot be compressed may be a little longer as it is sent.
    let noise: Vec<u8> = (0..1000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let mut sent = Vec::new();
    Deflater::new(0, 9).compress(&noise, &mut sent);
    assert!(sent.len() > LIMIT);
    assert_eq!(read(&frames(&[(0xc2, &sent)]), true).0, [Got::Binary(noise)]);
}

#[test]
fn a_server_unmasks_and_wants_masks() {
    let mut stream = Vec::new();
    push_masked(&mut stream, Opcode::Text, false, b"hello, server", [7, 7, 0, 255]);
    push_masked(&mut stream, Opcode::Ping, false, b"you there?", [1, 2, 3, 4]);
    for size in 1..=stream.len() {
        let (mut reader, mut inflater) = (Reader::new(Role::Server, false, LIMIT), Inflater::new(15, false));
        let mut got = Vec::new();
        for part in stream.chunks(size) {
            let mut handle = |incoming: Incoming<'_>| {
                got.push(Got::from(incoming));
                ControlFlow::Continue(())
            };
            reader.read(&mut part.to_vec(), &mut inflater, &mut handle).unwrap();
        }
        assert_eq!(got, [text("hello, server"), Got::Ping(b"you there?".to_vec())], "{size}");
    }
    assert_eq!(read(&stream, false).1, Err(Violation::Masking));
}

#[test]
fn whoever_handles_a_message_can_break_off() {
    let (mut reader, mut inflater) = (Reader::new(Role::Client, false, LIMIT), Inflater::new(15, false));
    let mut calls = 0;
    for _ in 0..2 {
        let mut stream = frames(&[(0x81, b"one"), (0x81, b"two")]);
        let mut handle = |_: Incoming<'_>| {
            calls += 1;
            ControlFlow::Break(())
        };
        reader.read(&mut stream, &mut inflater, &mut handle).unwrap();
    }
    assert_eq!(calls, 1);
    assert!(reader.is_closed());
}

#[test]
fn a_reader_is_small_and_between_messages_owns_nothing() {
    assert!(size_of::<Reader>() < 100, "{} bytes", size_of::<Reader>());
    let (mut reader, mut inflater) = (Reader::new(Role::Client, true, LIMIT), Inflater::new(15, false));
    let mut stream = frames(&[(0x01, b"a"), (0x89, b"ping"), (0x80, b"b"), (0x81, &[b'x'; 900]), (0x89, b"")]);
    let mut owned = 0;
    for byte in &mut stream {
        let mut handle = |_: Incoming<'_>| ControlFlow::Continue(());
        reader.read(std::slice::from_mut(byte), &mut inflater, &mut handle).unwrap();
        owned = owned.max(reader.heap_bytes());
    }
    assert!((899..=LIMIT + 125).contains(&owned), "{owned}");
    assert_eq!(reader.heap_bytes(), 0);
    let (begun, mut next) = (frames(&[(0x01, &[b'x'; 700])]), [b'x'; 1]);
    let mut nothing = |incoming: Incoming<'_>| panic!("{incoming:?}");
    reader.read(&mut begun.clone(), &mut inflater, &mut nothing).unwrap();
    reader.read(&mut [&[0x00, 100][..], &next].concat(), &mut inflater, &mut nothing).unwrap();
    reader.read(&mut next, &mut inflater, &mut nothing).unwrap();
    assert!((702..=LIMIT + 125).contains(&reader.heap_bytes()), "{}", reader.heap_bytes());
}

#[test]
fn one_client_cannot_spoil_the_inflater_of_the_others() {
    let mut inflater = Inflater::new(15, false);
    let mut packed = Vec::new();
    Deflater::new(6, 15).compress(b"words, and more words", &mut packed);
    let whole = frames(&[(0xc1, &packed)]);
    for cut in 1..packed.len() {
        let mut reader = Reader::new(Role::Client, true, LIMIT);
        let mut bad = frames(&[(0xc1, &packed[..cut])]);
        let mut nothing = |incoming: Incoming<'_>| panic!("{incoming:?}");
        assert!(reader.read(&mut bad, &mut inflater, &mut nothing).is_err());
        assert_eq!(reader.heap_bytes(), 0);
        let (mut reader, mut got) = (Reader::new(Role::Client, true, LIMIT), Vec::new());
        let mut handle = |incoming: Incoming<'_>| {
            got.push(Got::from(incoming));
            ControlFlow::Continue(())
        };
        reader.read(&mut whole.clone(), &mut inflater, &mut handle).unwrap();
        assert_eq!(got, [text("words, and more words")], "after {cut} bytes");
    }
}
