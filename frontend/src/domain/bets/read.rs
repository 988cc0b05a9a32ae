//! The rows as `shared` defines them, read by name; a test holds each against serde's reading of the
//! same text.

use shared::domain::bets::{BetRow, ExposureRow};
use shared::units::Timestamp;
use shared::wire::Fields;

use super::words::{policy_of, status_of};

/// A row of `bets/{user}`.
#[must_use]
pub fn bet(text: &str) -> Option<BetRow> {
    let fields = Fields::of(text)?;
    let words = |name: &str| fields.text(name).map(Box::from);
    let time = |name: &str| fields.plain(name).map(Timestamp::from_ms);
    Some(BetRow {
        id: words("id")?,
        client_ref: words("client_ref")?,
        market: words("market")?,
        selection: words("selection")?,
        book: words("book")?,
        stake: fields.read("stake")?,
        american: fields.plain("american")?,
        decimal: fields.read("decimal")?,
        potential_payout: fields.read("potential_payout")?,
        status: status_of(&fields.text("status")?)?,
        placed_ms: time("placed_ms")?,
        settled_ms: time("settled_ms"),
        payout: fields.read("payout"),
        odds_policy: policy_of(&fields.text("odds_policy")?)?,
        event: words("event")?,
        sport: words("sport")?,
        name: words("name")?,
        commence_ms: time("commence_ms")?,
        notes: words("notes"),
        reason: words("reason"),
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

#[cfg(test)]
mod tests {
    use super::*;

    const BET: &str = r#"{"id":"b1","client_ref":"c","market":"e:h2h","selection":"home","book":"x","stake":"5.00",
        "american":-110,"decimal":"1.909090909091","potential_payout":"9.55","status":"placed","placed_ms":1,
        "settled_ms":null,"payout":null,"odds_policy":"none","event":"A - B","sport":"s","name":"A","commence_ms":9}"#;

    #[test]
    fn rows_are_read_as_serde_reads_them() {
        let check = |text: &str| {
            let expected: BetRow = serde_json::from_str(text).unwrap();
            assert_eq!(bet(text), Some(expected), "{text}");
        };
        for status in ["placed", "rejected", "won", "lost", "push", "void", "half_won", "half_lost"] {
            check(&BET.replace("\"placed\"", &format!("\"{status}\"")));
        }
        for policy in ["higher", "any"] {
            check(&BET.replace("\"none\"", &format!("\"{policy}\"")));
        }
        let settled = BET.replace(r#""settled_ms":null,"payout":null"#, r#""settled_ms":7,"payout":"0.00""#);
        check(&settled.replace("9}", r#"9,"notes":"n","reason":"r"}"#));
        let exposed = r#"{"user":"ana","book":"*","open_bets":1,"open_stake":"5.00","open_payout":"9.55",
            "settled_bets":2,"settled_stake":"7.00","profit":"-1.50"}"#;
        assert_eq!(exposure(exposed), serde_json::from_str(exposed).ok());
        assert!(bet("{}").is_none() && exposure("{}").is_none());
    }
}
