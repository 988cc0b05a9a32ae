//! What of the slip stays in the browser, so that a reload loses no bet that is on its way.

use shared::units::Timestamp;
use shared::wire::{Fields, items};

use super::leg::{Leg, State};
use super::list::{MOST, Slip};
use super::pick::Pick;
use crate::domain::bets::words::{policy_key, policy_of};

impl Slip {
    /// As text; what is in the ledger is kept there.
    #[must_use]
    pub fn text(&self) -> String {
        let kept = self.legs.iter().filter(|leg| !matches!(leg.state, State::Placed(_)));
        serde_json::Value::Array(kept.map(written).collect()).to_string()
    }

    /// Another tab changed the slip: takes that over, but no bet of this tab is lost that is on its way,
    /// and what was placed here stays to be seen.
    pub fn adopt(&mut self, text: &str) {
        let theirs = Slip::parse(text);
        let is_theirs =
            |leg: &Leg| leg.client_ref.is_some() && theirs.legs.iter().any(|l| l.client_ref == leg.client_ref);
        self.legs.retain(|leg| match leg.state {
            State::Sent { .. } => !is_theirs(leg),
            State::Placed(_) => true,
            State::Draft | State::Refused { .. } => false,
        });
        for leg in theirs.legs {
            self.next += 1;
            self.legs.push(Leg { number: self.next, ..leg });
        }
    }

    /// Reads it; what cannot be read is left out.
    #[must_use]
    pub fn parse(text: &str) -> Slip {
        let legs = items(text).unwrap_or_default().into_iter().filter_map(read);
        let mut slip = Slip::default();
        for leg in legs.take(MOST) {
            slip.next += 1;
            slip.legs.push(Leg { number: slip.next, ..leg });
        }
        slip
    }
}

fn written(leg: &Leg) -> serde_json::Value {
    let Pick { event, sport, market, selection, book, title, name, decimal } = &leg.pick;
    let mut out = serde_json::json!({
        "event": event.as_str(), "sport": sport.as_str(), "market": &**market, "selection": &**selection,
        "book": &**book, "title": &**title, "name": &**name, "decimal": decimal.to_string(),
        "stake": leg.stake, "policy": policy_key(leg.policy), "notes": leg.notes,
    });
    if let Some(client_ref) = leg.client_ref.as_deref() {
        out["client_ref"] = client_ref.into();
    }
    if let State::Sent { user, at } = &leg.state {
        out["user"] = user.as_str().into();
        out["sent_ms"] = at.ms().into();
    }
    out
}

fn read(text: &str) -> Option<Leg> {
    let fields = Fields::of(text)?;
    let client_ref = fields.text("client_ref").map(Box::from);
    let sent = client_ref.as_ref().and_then(|_| {
        Some(State::Sent { user: fields.read("user")?, at: Timestamp::from_ms(fields.plain("sent_ms")?) })
    });
    Some(Leg {
        number: 0,
        pick: Pick {
            event: fields.read("event")?,
            sport: fields.read("sport")?,
            market: fields.text("market")?.into(),
            selection: fields.text("selection")?.into(),
            book: fields.text("book")?.into(),
            title: fields.text("title")?.into(),
            name: fields.text("name")?.into(),
            decimal: fields.read("decimal")?,
        },
        stake: fields.text("stake")?.into_owned(),
        policy: policy_of(&fields.text("policy")?)?,
        notes: fields.text("notes")?.into_owned(),
        state: sent.unwrap_or(State::Draft),
        client_ref,
    })
}

#[cfg(test)]
mod tests {
    use super::super::list::tests::{ana, sent};
    use super::super::pick::tests::pick;
    use super::*;
    use crate::domain::bets::store::tests::bet;

    #[test]
    fn a_reload_loses_no_bet_that_is_on_its_way() {
        let mut slip = sent();
        slip.add(pick("y", "1.909090909091"), None);
        slip.edit(2, |leg| leg.notes = "\u{e9} \"x\"".into());
        assert_eq!(Slip::parse(&slip.text()), slip);
        slip.placed(1, bet("7", "placed", None));
        let kept = Slip::parse(&slip.text());
        assert_eq!(kept.legs().iter().map(|leg| &*leg.pick.book).collect::<Vec<_>>(), ["y"]);
    }

    #[test]
    fn a_refused_bet_comes_back_as_a_draft() {
        let mut slip = sent();
        slip.missing(1);
        let kept = Slip::parse(&slip.text());
        assert_eq!((&kept.legs()[0].state, kept.legs()[0].client_ref.as_deref()), (&State::Draft, Some("ref-1")));
    }

    #[test]
    fn what_another_tab_did_is_taken_over() {
        let mut here = sent();
        let mut there = Slip::parse(&here.text());
        there.add(pick("y", "2.00"), None);
        here.adopt(&there.text());
        assert_eq!(here.legs().len(), 2, "the same bet is not there twice");
        here.adopt("[]");
        let left: Vec<_> = here.legs().iter().map(|leg| leg.client_ref.as_deref()).collect();
        assert_eq!(left, [Some("ref-1")], "what is on its way stays");
        assert!(here.legs()[0].errand(&ana(), Timestamp::from_ms(1)).is_some());
    }

    #[test]
    fn strange_text_is_an_empty_slip() {
        for text in ["", "null", "{}", "[1]", "[{}]", "[{\"event\":\"e\"}"] {
            assert_eq!(Slip::parse(text), Slip::default(), "{text}");
        }
    }
}
