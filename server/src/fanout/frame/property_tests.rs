//! Whatever is said, and however it is packed, cut and fragmented, arrives.

use std::ops::ControlFlow;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{Deflater, Incoming, Inflater, Opcode, Reader, Role, Violation, push_frame, push_masked};

const LIMIT: usize = 100_000;

/// A message or control frame that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

impl Said {
    fn heard(incoming: Incoming<'_>) -> Option<Said> {
        match incoming {
            Incoming::Text(text) => Some(Said::Text(text.to_owned())),
            Incoming::Binary(bytes) => Some(Said::Binary(bytes.to_owned())),
            Incoming::Ping(bytes) => Some(Said::Ping(bytes.to_owned())),
            Incoming::Pong(bytes) => Some(Said::Pong(bytes.to_owned())),
            Incoming::Close(_) => None,
        }
    }

    fn opcode(&self) -> Opcode {
        match self {
            Said::Text(_) => Opcode::Text,
            Said::Binary(_) => Opcode::Binary,
            Said::Ping(_) => Opcode::Ping,
            Said::Pong(_) => Opcode::Pong,
        }
    }

    fn payload(&self) -> &[u8] {
        match self {
            Said::Text(text) => text.as_bytes(),
            Said::Binary(bytes) | Said::Ping(bytes) | Said::Pong(bytes) => bytes,
        }
    }
}

/// How one is sent: compressed or not, cut into fragments at these places, with control frames between them.
#[derive(Clone, Debug)]
struct Sent {
    said: Said,
    deflated: bool,
    cuts: Vec<Index>,
    between: Vec<Said>,
    key: [u8; 4],
}

fn control() -> impl Strategy<Value = Said> {
    let payload = || vec(any::<u8>(), 0..=125);
    prop_oneof![payload().prop_map(Said::Ping), payload().prop_map(Said::Pong)]
}

fn said() -> impl Strategy<Value = Said> {
    // Repeated words, so that compression refers to what was before.
    let words = vec(prop_oneof![Just("darkpool.sentiment "), Just("ünder"), Just("🌊"), Just("current")], 0..60);
    let noise = vec(any::<u8>(), 0..3000);
    let long = (any::<u8>(), 60_000..80_000_usize).prop_map(|(byte, len)| Said::Binary(vec![byte; len]));
    prop_oneof![
        8 => words.prop_map(|words| Said::Text(words.concat())),
        4 => any::<String>().prop_map(Said::Text),
        4 => noise.prop_map(Said::Binary),
        1 => long,
        2 => control(),
    ]
}

fn sent() -> impl Strategy<Value = Sent> {
    let how = (any::<bool>(), vec(any::<Index>(), 0..4), vec(control(), 0..3), any::<[u8; 4]>());
    (said(), how).prop_map(|(said, (deflated, cuts, between, key))| Sent { said, deflated, cuts, between, key })
}

/// Appends the frames of one message, and what is heard of them.
fn push(out: &mut Vec<u8>, heard: &mut Vec<Said>, sent: &Sent, role: Role, deflater: &mut Deflater, takeover: bool) {
    let mut frame = |opcode, deflated, fin: bool, payload: &[u8]| {
        let start = out.len();
        match role {
            Role::Server => push_masked(out, opcode, deflated, payload, sent.key),
            Role::Client => push_frame(out, opcode, deflated, payload),
        }
        if !fin {
            out[start] &= 0x7f;
        }
    };
    let (opcode, payload) = (sent.said.opcode(), sent.said.payload());
    if matches!(sent.said, Said::Ping(_) | Said::Pong(_)) {
        frame(opcode, false, true, payload);
        heard.push(sent.said.clone());
        return;
    }
    let mut packed = Vec::new();
    if sent.deflated {
        if !takeover {
            deflater.forget();
        }
        deflater.compress(payload, &mut packed);
    }
    let payload = if sent.deflated { &packed } else { payload };
    let mut cuts: Vec<usize> = sent.cuts.iter().map(|cut| cut.index(payload.len() + 1)).collect();
    cuts.sort_unstable();
    let (mut at, mut between) = (0, sent.between.iter());
    for (number, cut) in cuts.iter().enumerate() {
        let first = number == 0;
        frame(if first { opcode } else { Opcode::Continuation }, sent.deflated && first, false, &payload[at..*cut]);
        at = *cut;
        if let Some(control) = between.next() {
            frame(control.opcode(), false, true, control.payload());
            heard.push(control.clone());
        }
    }
    let alone = cuts.is_empty();
    frame(if alone { opcode } else { Opcode::Continuation }, sent.deflated && alone, true, &payload[at..]);
    heard.push(sent.said.clone());
}

/// Hands a stream over in parts of these sizes, again and again.
fn hear(reader: &mut Reader, stream: &[u8], sizes: &[usize], inflater: &mut Inflater) -> Result<Vec<Said>, Violation> {
    let (mut heard, mut stream) = (Vec::new(), stream.to_vec());
    let (mut rest, mut sizes) = (&mut stream[..], sizes.iter().cycle());
    while !rest.is_empty() {
        let (part, after) = rest.split_at_mut((*sizes.next().expect("a cycle has no end")).min(rest.len()));
        let mut handle = |incoming: Incoming<'_>| {
            heard.extend(Said::heard(incoming));
            ControlFlow::Continue(())
        };
        reader.read(part, inflater, &mut handle)?;
        rest = after;
    }
    Ok(heard)
}

proptest! {
    #[test]
    fn any_messages_arrive_however_they_are_packed_and_cut(
        messages in vec(sent(), 1..8),
        sizes in vec(prop_oneof![1..20_usize, 1..5000_usize], 1..10),
        server in any::<bool>(),
        takeover in any::<bool>(),
        window_bits in 9..=15_u8,
        level in 0..=9_u32,
    ) {
        let role = if server { Role::Server } else { Role::Client };
        let (mut deflater, mut inflater) = (Deflater::new(level, window_bits), Inflater::new(window_bits, takeover));
        let mut reader = Reader::new(role, true, LIMIT);
        let (mut stream, mut expected) = (Vec::new(), Vec::new());
        for message in &messages {
            push(&mut stream, &mut expected, message, role, &mut deflater, takeover);
        }
        let heard = hear(&mut reader, &stream, &sizes, &mut inflater);
        prop_assert_eq!(heard.as_ref(), Ok(&expected));
        prop_assert_eq!(reader.heap_bytes(), 0);
    }

    #[test]
    fn connections_of_one_thread_share_an_inflater(
        messages in vec((0..3_usize, sent()), 1..12),
        sizes in vec(1..400_usize, 1..10),
    ) {
        let mut inflater = Inflater::new(15, false);
        let mut ends: Vec<_> = (0..3).map(|_| (Reader::new(Role::Server, true, LIMIT), Deflater::new(6, 12))).collect();
        for (number, message) in &messages {
            let (reader, deflater) = &mut ends[*number];
            let (mut stream, mut expected) = (Vec::new(), Vec::new());
            push(&mut stream, &mut expected, message, Role::Server, deflater, false);
            prop_assert_eq!(hear(reader, &stream, &sizes, &mut inflater), Ok(expected));
        }
    }

    #[test]
    fn one_stream_is_read_by_all_who_joined_when_it_forgot(
        steps in vec((said(), any::<bool>(), 0..3_usize), 1..40),
        level in 1..=9_u32,
    ) {
        let mut deflater = Deflater::new(level, 10);
        let mut readers: Vec<(Reader, Inflater)> = Vec::new();
        for (said, deflated, joining) in &steps {
            if *joining > 0 {
                deflater.forget();
                let reader = || (Reader::new(Role::Client, true, LIMIT), Inflater::new(10, true));
                readers.extend((0..*joining).map(|_| reader()));
            }
            let mut frame = Vec::new();
            let deflated = *deflated && matches!(said, Said::Text(_) | Said::Binary(_));
            if deflated {
                let mut packed = Vec::new();
                deflater.compress(said.payload(), &mut packed);
                push_frame(&mut frame, said.opcode(), true, &packed);
            } else {
                // Private frames leave the window alone.
                push_frame(&mut frame, said.opcode(), false, said.payload());
            }
            for (reader, inflater) in &mut readers {
                prop_assert_eq!(hear(reader, &frame, &[usize::MAX], inflater), Ok(vec![said.clone()]));
            }
        }
    }
}
