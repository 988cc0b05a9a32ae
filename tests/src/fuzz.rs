//! What must hold for any bytes. The fuzz targets in `tests/fuzz` call these, and an ordinary test
//! calls them with the corpus, so that what fuzzing once found is tried on every change.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::value::RawValue;
use shared::domain::odds::{MarketKind, SportKey};
use shared::units::{Moment, OddsFormat, Ticker, Timestamp};
use undercurrent::domain::darkpool::Event;
use undercurrent::domain::darkpool::feed::{Action, Decoder, MassiveFeed, Watch, statuses};
use undercurrent::domain::odds::Event as OddsEvent;
use undercurrent::domain::odds::feed::decode::{self, Context};
use undercurrent::fanout::frame::handshake::{Answer, accept};
use undercurrent::fanout::frame::{Accepted, Inflater, Policy, Reader, Role, Violation, accepted, negotiate};
use undercurrent::feed::tape::{TapeError, TapeReader};

/// The decoder: what it gives is well-formed, and a message loses no neighbour.
pub fn frames(data: &[u8]) {
    let Ok(frame) = std::str::from_utf8(data) else { return };
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.decode(frame, &mut events);
    events.iter().for_each(well_formed);
    let _ = statuses(frame);
    if serde_json::from_str::<&RawValue>(frame).is_err() {
        return;
    }
    let good = r#"{"ev":"Q","sym":"NEIGHBOUR","bp":1.5,"t":5}"#;
    let mut among = Vec::new();
    decoder.decode(&format!("[{good},{frame},{good}]"), &mut among);
    for neighbour in [among.first(), among.last()] {
        assert!(matches!(neighbour, Some(Event::Quote(quote)) if quote.ticker.as_str() == "NEIGHBOUR"));
    }
    assert!(among.len() >= 2);
}

fn well_formed(event: &Event) {
    match event {
        Event::Trade(trade) => {
            assert!(Ticker::is_valid(trade.ticker.as_str()));
            assert!(trade.price.micro() > 0 && trade.size.micro() > 0 && trade.ts.ms() > 0);
            assert!(trade.executed.is_none_or(|at| at.ms() > 0));
            assert!(trade.price.notional(trade.size).pico() > 0);
        }
        Event::Quote(quote) => {
            assert!(Ticker::is_valid(quote.ticker.as_str()));
            assert!([quote.bid, quote.ask].into_iter().flatten().all(|price| price.micro() > 0));
        }
    }
}

/// The decoder of odds: what it gives is well-formed, and an event loses no neighbour.
pub fn odds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let at = Timestamp::from_ms(1_755_288_060_000);
    let sport: SportKey = "soccer_epl".parse().expect("it is a key");
    for format in [OddsFormat::Decimal, OddsFormat::American, OddsFormat::Fractional] {
        let context = Context { format, at, response_ms: None, all_books: true };
        let mut events = Vec::new();
        decode::odds(&sport, text, &context, &mut events);
        decode::scores(text, at, &mut events);
        decode::pushed(text, &context, &mut events);
        events.iter().for_each(|event| odds_are_well_formed(event, at));
    }
    let _ = (decode::sports(text), decode::trouble(text));
    if serde_json::from_str::<&RawValue>(text).is_err() {
        return;
    }
    let good =
        r#"{"id":"good","sport_key":"soccer_epl","commence_time":5,"home_team":"A","away_team":"B","bookmakers":[]}"#;
    let context = Context { format: OddsFormat::Decimal, at, response_ms: None, all_books: true };
    let mut among = Vec::new();
    decode::odds(&sport, &format!("[{good},{text},{good}]"), &context, &mut among);
    let neighbour = |event: &OddsEvent| matches!(event, OddsEvent::Odds(odds) if odds.event.as_str() == "good");
    assert!(among.first().is_some_and(neighbour) && among.iter().skip(1).any(neighbour));
}

fn odds_are_well_formed(event: &OddsEvent, at: Timestamp) {
    match event {
        OddsEvent::Odds(odds) => {
            assert!(odds.commence.ms() > 0 && odds.home != odds.away);
            for offer in odds.books.iter().flat_map(|book| &book.offers) {
                assert!(offer.updated <= at && !offer.prices.is_empty());
                assert_eq!(offer.line.is_none(), offer.kind == MarketKind::H2h);
                assert!(offer.prices.windows(2).all(|pair| pair[0].0 < pair[1].0), "an outcome comes once");
            }
        }
        OddsEvent::Score(score) => assert!(score.at <= at),
        OddsEvent::Pool { stakes, .. } => assert!(stakes.iter().all(|(_, stake)| stake.pico() >= 0)),
        OddsEvent::Listed { .. } => {}
        OddsEvent::Publish(_) => panic!("nothing that is read publishes"),
    }
}

/// The reader of tapes: it comes to an end, its times never go back, its line numbers grow.
pub fn tape(data: &[u8]) {
    let Ok(tape) = TapeReader::new(Cursor::new(data.to_vec())) else { return };
    let (mut last_ms, mut last_line) = (0, 0);
    // A few bytes may be packed lines without end.
    for read in tape.take(5_000) {
        match read {
            Ok(frame) => {
                let at_ms = frame.at_ms.unwrap_or(last_ms);
                assert!(at_ms >= last_ms);
                last_ms = at_ms;
            }
            Err(TapeError::Line { line, .. } | TapeError::Read { line, .. }) => {
                assert!(line > last_line);
                last_line = line;
            }
            Err(TapeError::Version(_)) => {}
            Err(error @ (TapeError::Open { .. } | TapeError::Provider(_))) => panic!("{error}"),
        }
    }
}

/// The connection: each byte is something that happens to it. It opens one connection at a time,
/// sends only over an open one, never wakes for nothing, and rests for good once it is refused.
pub fn connection(data: &[u8]) {
    let mut now = Moment::from_ms(0);
    let mut feed = MassiveFeed::new(&Watch::All, now);
    let mut connected = false;
    for byte in data {
        let status = |status: &str| format!(r#"[{{"ev":"status","status":"{status}"}}]"#);
        match byte % 12 {
            0 => feed.handle_open(now),
            1 => feed.handle_frame(now, &status("connected")),
            2 => feed.handle_frame(now, &status("auth_success")),
            3 => feed.handle_frame(now, &status("success")),
            4 => feed.handle_frame(now, &status("max_connections")),
            5 => feed.handle_frame(now, &status("not authorized")),
            6 => feed.handle_frame(now, "[]"),
            7 => feed.handle_sign_of_life(now),
            8 if byte % 8 == 0 => feed.handle_frame(now, &status("auth_failed")),
            9 if connected => {
                feed.handle_closed(now, "lost", u64::from(*byte));
                connected = false;
            }
            _ => {
                now = now + Duration::from_millis(u64::from(*byte) * 40);
                feed.handle_timeout(now);
            }
        }
        while let Some(action) = feed.poll_action(now) {
            assert!(!feed.is_stopped(), "{action:?} although it is refused");
            assert_eq!(connected, action != Action::Connect, "{action:?}");
            connected = true;
            if action == Action::Close {
                feed.handle_closed(now, "closed", u64::from(*byte));
                connected = false;
            }
        }
        let _ = feed.poll_health();
        assert_eq!(feed.poll_health(), None);
        // What was due is done after a few steps, or the driver would spin.
        for _ in 0..4 {
            feed.handle_timeout(now);
            while let Some(action) = feed.poll_action(now) {
                if action == Action::Close {
                    feed.handle_closed(now, "closed", 0);
                    connected = false;
                }
            }
        }
        assert!(feed.wake_at().is_none_or(|at| at > now), "it wakes for nothing");
        assert_eq!(feed.is_stopped(), feed.wake_at().is_none());
    }
}

/// The frame reader: the first byte says who reads and with which limit, the second where the stream of the others is
/// cut. It says the same of a stream however that is cut, and keeps no more than it may.
pub fn websocket(data: &[u8]) {
    let &[first, second, ref stream @ ..] = data else { return };
    let role = if first & 1 == 0 { Role::Server } else { Role::Client };
    let (deflate, takeover, limit) = (first & 2 != 0, first & 4 != 0, usize::from(first >> 3) * 64);
    let read = |sizes: &mut dyn Iterator<Item = usize>| {
        let (mut reader, mut inflater) = (Reader::new(role, deflate, limit), Inflater::new(15, takeover));
        let (mut said, mut stream) = (Vec::new(), stream.to_vec());
        let (mut rest, mut ended): (&mut [u8], Result<(), Violation>) = (&mut stream, Ok(()));
        while !rest.is_empty() {
            let size = sizes.next().unwrap_or(usize::MAX).clamp(1, rest.len());
            let (part, after) = rest.split_at_mut(size);
            let read = reader.read(part, &mut inflater, &mut |incoming| {
                said.push(format!("{incoming:?}"));
                ControlFlow::Continue(())
            });
            assert!(reader.heap_bytes() <= limit + limit / 8 + 64 + 125, "{} bytes", reader.heap_bytes());
            assert!(!reader.is_closed() || reader.heap_bytes() == 0);
            ended = ended.and(read);
            rest = after;
        }
        (said, ended, reader.is_closed())
    };
    let whole = read(&mut std::iter::empty());
    let mut seed = usize::from(second);
    let cut = read(&mut std::iter::repeat_with(|| {
        seed = (seed * 5 + 3) % 251;
        1 + seed % 19
    }));
    assert_eq!(whole, cut);
    assert_eq!(whole, read(&mut std::iter::repeat(1)));
}

/// The handshake: any text as an offer of extensions, as their acceptance, as a key and as a server's answer.
pub fn handshake(data: &[u8]) {
    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
    if let Ok(Some(answer)) = Answer::read(data, KEY) {
        assert!(answer.len <= data.len());
        assert_eq!(Answer::read(&data[..answer.len], KEY), Ok(Some(answer.clone())));
        assert_eq!(Answer::read(&data[..answer.len - 1], KEY), Ok(None));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for window_bits in [9, 15] {
        let Some((agreed, answer)) = negotiate(text.lines(), Policy { window_bits }) else { continue };
        assert!((9..=window_bits).contains(&agreed.window_bits));
        let Some(Accepted { window_bits, context, client_context, .. }) = accepted(&answer) else {
            panic!("our own client does not understand {answer:?}");
        };
        assert_eq!((window_bits, context, client_context), (agreed.window_bits, agreed.context, false));
    }
    if let Some(Accepted { window_bits, client_window_bits, .. }) = accepted(text) {
        assert!((8..=15).contains(&window_bits) && (8..=15).contains(&client_window_bits));
    }
    assert!(accept(text).is_none_or(|accept| accept.len() == 28));
}
