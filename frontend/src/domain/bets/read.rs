//! The rows of the bets topics, read by name; a test holds each against serde's reading of the same
//! text.

use shared::domain::bets::{BetRow, BetStatus, ExposureRow, OddsPolicy};
use shared::units::Timestamp;
use shared::wire::Fields;

/// A row of `bets/{user}`, also as `place_bet` and `get_bets` answer with it.
#[must_use]
pub fn bet(text: &str) -> Option<BetRow> {
    let fields = Fields::of(text)?;
    Some(BetRow {
        id: fields.text("id")?.into(),
        client_ref: fields.text("client_ref")?.into(),
        market: fields.text("market")?.into(),
        selection: fields.text("selection")?.into(),
        book: fields.text("book")?.into(),
        stake: fields.read("stake")?,
        american: fields.plain("american")?,
        decimal: fields.read("decimal")?,
        potential_payout: fields.read("potential_payout")?,
        status: status(&fields.text("status")?)?,
        placed_ms: time(&fields, "placed_ms")?,
        settled_ms: time(&fields, "settled_ms"),
        payout: fields.read("payout"),
        odds_policy: policy(&fields.text("odds_policy")?)?,
        event: fields.text("event")?.into(),
        sport: fields.text("sport")?.into(),
        name: fields.text("name")?.into(),
        commence_ms: time(&fields, "commence_ms")?,
        notes: fields.text("notes").map(Box::from),
        reason: fields.text("reason").map(Box::from),
    })
}

/// A row of `bets/{user}/exposure`.
#[must_use]
pub fn exposure(text: &str) -> Option<ExposureRow> {
    let fields = Fields::of(text)?;
    Some(ExposureRow {
        user: fields.read("user")?,
        book: fields.text("book")?.into(),
        open_bets: fields.plain("open_bets")?,
        open_stake: fields.read("open_stake")?,
        open_payout: fields.read("open_payout")?,
        settled_bets: fields.plain("settled_bets")?,
        settled_stake: fields.read("settled_stake")?,
        profit: fields.read("profit")?,
    })
}

/// The status of that name on the wire.
#[must_use]
pub fn status(name: &str) -> Option<BetStatus> {
    super::words::STATUSES.into_iter().find(|status| super::words::status_key(*status) == name)
}

/// The policy of that name on the wire.
#[must_use]
pub fn policy(name: &str) -> Option<OddsPolicy> {
    super::words::POLICIES.into_iter().find(|policy| super::words::policy_key(*policy) == name)
}

fn time(fields: &Fields<'_>, name: &str) -> Option<Timestamp> {
    fields.plain(name).map(Timestamp::from_ms)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A bet that is open, as the server writes it.
    pub const BET: &str = r#"{"id":"b1","client_ref":"r1","market":"e1:spreads:-1.5","selection":"home","book":"pinnacle",
        "stake":"100.00","american":-110,"decimal":"1.909090909091","potential_payout":"190.91","status":"placed",
        "placed_ms":1700000000000,"settled_ms":null,"payout":null,"odds_policy":"none","event":"Arsenal - Chelsea",
        "sport":"soccer_epl","name":"Arsenal -1.5","commence_ms":1700003600000,"new":[]}"#;

    #[test]
    fn a_bet_is_read_as_serde_reads_it() {
        assert_eq!(bet(BET).unwrap(), serde_json::from_str::<BetRow>(BET).unwrap());
        let over = BET
            .replace("\"placed\"", "\"half_won\"")
            .replace(r#""settled_ms":null,"payout":null"#, r#""settled_ms":1700007200000,"payout":"145.45""#)
            .replace("\"new\":[]", r#""notes":"a \"hunch\"","reason":"settled by hand""#);
        assert_eq!(bet(&over).unwrap(), serde_json::from_str::<BetRow>(&over).unwrap());
    }

    #[test]
    fn each_status_and_policy_is_read_by_its_name() {
        for name in ["placed", "rejected", "won", "lost", "push", "void", "half_won", "half_lost"] {
            assert_eq!(status(name), serde_json::from_str(&format!("\"{name}\"")).ok());
        }
        for name in ["none", "higher", "any"] {
            assert_eq!(policy(name), serde_json::from_str(&format!("\"{name}\"")).ok());
        }
        assert!(status("").is_none() && policy("lower").is_none());
    }

    #[test]
    fn exposure_is_read_as_serde_reads_it() {
        let row = r#"{"user":"42","book":"*","open_bets":2,"open_stake":"150.00","open_payout":"301.00","settled_bets":7,
            "settled_stake":"700.00","profit":"-12.50"}"#;
        assert_eq!(exposure(row).unwrap(), serde_json::from_str::<ExposureRow>(row).unwrap());
        assert!(exposure(&row.replace("\"42\"", "\"\"")).is_none());
    }
}
