//! What a status, a policy and a refusal are called in plain words.

use shared::domain::bets::{BetStatus, OddsPolicy};
use shared::wire::Code;

/// All that can become of a bet.
pub const STATUSES: [BetStatus; 8] = [
    BetStatus::Placed,
    BetStatus::Won,
    BetStatus::HalfWon,
    BetStatus::Push,
    BetStatus::Void,
    BetStatus::HalfLost,
    BetStatus::Lost,
    BetStatus::Rejected,
];

/// What an operator may settle a bet as.
pub const OUTCOMES: [BetStatus; 6] =
    [BetStatus::Won, BetStatus::HalfWon, BetStatus::Push, BetStatus::Void, BetStatus::HalfLost, BetStatus::Lost];

/// All policies, the strictest first.
pub const POLICIES: [OddsPolicy; 3] = [OddsPolicy::None, OddsPolicy::Higher, OddsPolicy::Any];

/// The name of a status on the wire and in addresses.
#[must_use]
pub const fn status_key(status: BetStatus) -> &'static str {
    match status {
        BetStatus::Placed => "placed",
        BetStatus::Rejected => "rejected",
        BetStatus::Won => "won",
        BetStatus::Lost => "lost",
        BetStatus::Push => "push",
        BetStatus::Void => "void",
        BetStatus::HalfWon => "half_won",
        BetStatus::HalfLost => "half_lost",
    }
}

/// The status of that name.
#[must_use]
pub fn status_of(key: &str) -> Option<BetStatus> {
    STATUSES.into_iter().find(|status| status_key(*status) == key)
}

/// What a reader sees.
#[must_use]
pub const fn status_word(status: BetStatus) -> &'static str {
    match status {
        BetStatus::Placed => "Open",
        BetStatus::Rejected => "Rejected",
        BetStatus::Won => "Won",
        BetStatus::Lost => "Lost",
        BetStatus::Push => "Push",
        BetStatus::Void => "Void",
        BetStatus::HalfWon => "Half won",
        BetStatus::HalfLost => "Half lost",
    }
}

/// What it means, for a tooltip.
#[must_use]
pub const fn status_hint(status: BetStatus) -> &'static str {
    match status {
        BetStatus::Placed => "Accepted and not settled",
        BetStatus::Rejected => "Not accepted: nothing was staked",
        BetStatus::Won => "All of it won",
        BetStatus::Lost => "All of it lost",
        BetStatus::Push => "The line was hit: the stake came back",
        BetStatus::Void => "It did not count: the stake came back",
        BetStatus::HalfWon => "Half of it won, half came back",
        BetStatus::HalfLost => "Half of it lost, half came back",
    }
}

/// The name of a policy on the wire.
#[must_use]
pub const fn policy_key(policy: OddsPolicy) -> &'static str {
    match policy {
        OddsPolicy::None => "none",
        OddsPolicy::Higher => "higher",
        OddsPolicy::Any => "any",
    }
}

/// The policy of that name.
#[must_use]
pub fn policy_of(key: &str) -> Option<OddsPolicy> {
    POLICIES.into_iter().find(|policy| policy_key(*policy) == key)
}

/// What a reader chooses.
#[must_use]
pub const fn policy_word(policy: OddsPolicy) -> &'static str {
    match policy {
        OddsPolicy::None => "Only at this price",
        OddsPolicy::Higher => "Also at a better one",
        OddsPolicy::Any => "At any price",
    }
}

/// What a refusal means: the server's own sentence, and what this page does about it.
#[must_use]
pub fn refusal(code: Code, message: &str) -> String {
    let goes_on = match code {
        Code::TooMany | Code::Unavailable | Code::Internal => " It is tried again in a moment.",
        Code::Unknown => " Whether the bet was taken is asked again in a moment.",
        Code::Conflict => " Your bets show what became of the first.",
        Code::SignIn
        | Code::Forbidden
        | Code::NotFound
        | Code::Refused
        | Code::Malformed
        | Code::TooLarge
        | Code::Version => "",
    };
    format!("{}{goes_on} ({code})", sentence(message))
}

/// A text as a sentence: a capital first, a full stop last.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) || text.is_empty() { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_happened_and_what_is_done() {
        assert_eq!(
            refusal(Code::Refused, "the price is 1.95 now; accept it or wait"),
            "The price is 1.95 now; accept it or wait. (NX-422)"
        );
        assert_eq!(
            refusal(Code::Unknown, "the outcome is not known!"),
            "The outcome is not known! Whether the bet was taken is asked again in a moment. (NX-504)"
        );
        assert_eq!(refusal(Code::Internal, ""), " It is tried again in a moment. (NX-500)");
    }

    #[test]
    fn a_bet_is_settled_as_anything_but_open_and_rejected() {
        let left: Vec<_> = STATUSES.into_iter().filter(|status| !OUTCOMES.contains(status)).collect();
        assert_eq!(left, [BetStatus::Placed, BetStatus::Rejected]);
    }
}
