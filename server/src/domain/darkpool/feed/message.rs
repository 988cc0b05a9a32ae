//! The provider's frames taken apart: a frame is an array of messages, a message a flat object.
//!
//! The way that is nearly always taken reads the whole array at once and borrows from it. When it
//! fails, the messages are cut apart and read one by one, so that a bad one loses nobody else.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::scalar::Scalar;

/// Every field that is used of any message. Which of them mean something depends on `ev`.
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    pub ev: Scalar<'a>,
    pub sym: Scalar<'a>,
    pub i: Scalar<'a>,
    pub x: Scalar<'a>,
    pub p: Scalar<'a>,
    pub s: Scalar<'a>,
    pub ds: Scalar<'a>,
    pub c: Scalar<'a>,
    pub t: Scalar<'a>,
    pub pt: Scalar<'a>,
    pub q: Scalar<'a>,
    pub trfi: Scalar<'a>,
    pub trft: Scalar<'a>,
    pub bp: Scalar<'a>,
    pub ap: Scalar<'a>,
    pub status: Scalar<'a>,
    pub message: Scalar<'a>,
}

/// Calls `take` with each message of a frame, in order. Gives the number of messages that could not
/// be read; a frame that breaks off counts one.
pub(super) fn each_message(frame: &str, take: &mut dyn FnMut(&Message<'_>)) -> u64 {
    if frame.trim_ascii_start().starts_with('{') {
        return read_one(frame, take);
    }
    let mut taken = 0;
    let mut counting = |message: &Message<'_>| {
        taken += 1;
        take(message);
    };
    if whole(frame, AtOnce(&mut counting)).is_ok() {
        return 0;
    }
    let mut garbage = 0;
    let mut one_by_one = OneByOne { skip: taken, garbage: &mut garbage, take };
    if whole(frame, &mut one_by_one).is_err() {
        garbage += 1;
    }
    garbage
}

/// A message on its own; gives 1 if it cannot be read.
fn read_one(text: &str, take: &mut dyn FnMut(&Message<'_>)) -> u64 {
    let mut message = Message::default();
    whole(text, Fill(&mut message)).map_or(1, |()| {
        take(&message);
        0
    })
}

/// Reads `frame` to its end.
fn whole<'de, S: DeserializeSeed<'de>>(frame: &'de str, seed: S) -> serde_json::Result<S::Value> {
    let mut json = serde_json::Deserializer::from_str(frame);
    let value = seed.deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

struct AtOnce<'f>(&'f mut dyn FnMut(&Message<'_>));

impl<'de> DeserializeSeed<'de> for AtOnce<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for AtOnce<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut frame: A) -> Result<(), A::Error> {
        let mut message = Message::default();
        while frame.next_element_seed(Fill(&mut message))?.is_some() {
            (self.0)(&message);
        }
        Ok(())
    }
}

struct OneByOne<'f> {
    /// Messages that were taken already.
    skip: usize,
    garbage: &'f mut u64,
    take: &'f mut dyn FnMut(&Message<'_>),
}

impl<'de> DeserializeSeed<'de> for &mut OneByOne<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut OneByOne<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut frame: A) -> Result<(), A::Error> {
        let mut seen = 0;
        while let Some(raw) = frame.next_element::<&RawValue>()? {
            seen += 1;
            if seen > self.skip {
                *self.garbage += read_one(raw.get(), self.take);
            }
        }
        Ok(())
    }
}

/// Reads a message into the place of an earlier one, since moving half a kilobyte costs as much as
/// reading a field.
struct Fill<'m, 'de>(&'m mut Message<'de>);

impl<'de> DeserializeSeed<'de> for Fill<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let message = self.0;
        *message = Message::default();
        while let Some(name) = map.next_key::<Name>()? {
            let slot = match name {
                Name::Ev => &mut message.ev,
                Name::Sym => &mut message.sym,
                Name::I => &mut message.i,
                Name::X => &mut message.x,
                Name::P => &mut message.p,
                Name::S => &mut message.s,
                Name::Ds => &mut message.ds,
                Name::C => &mut message.c,
                Name::T => &mut message.t,
                Name::Pt => &mut message.pt,
                Name::Q => &mut message.q,
                Name::Trfi => &mut message.trfi,
                Name::Trft => &mut message.trft,
                Name::Bp => &mut message.bp,
                Name::Ap => &mut message.ap,
                Name::Status => &mut message.status,
                Name::Message => &mut message.message,
                Name::Unused => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = map.next_value()?;
        }
        Ok(())
    }
}

/// The name of a field. Unknown ones are skipped with their values.
enum Name {
    Ev,
    Sym,
    I,
    X,
    P,
    S,
    Ds,
    C,
    T,
    Pt,
    Q,
    Trfi,
    Trft,
    Bp,
    Ap,
    Status,
    Message,
    Unused,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Name, E> {
                Ok(match name.as_bytes() {
                    b"ev" => Name::Ev,
                    b"sym" => Name::Sym,
                    b"i" => Name::I,
                    b"x" => Name::X,
                    b"p" => Name::P,
                    b"s" => Name::S,
                    b"ds" => Name::Ds,
                    b"c" => Name::C,
                    b"t" => Name::T,
                    b"pt" => Name::Pt,
                    b"q" => Name::Q,
                    b"trfi" => Name::Trfi,
                    b"trft" => Name::Trft,
                    b"bp" => Name::Bp,
                    b"ap" => Name::Ap,
                    b"status" => Name::Status,
                    b"message" => Name::Message,
                    _ => Name::Unused,
                })
            }
        }
        deserializer.deserialize_identifier(Text)
    }
}
