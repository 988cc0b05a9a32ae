//! The ledger as one would write it who has all the time in the world: a list of bets that is read from
//! beginning to end for every question.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::wire::Code;

use crate::house::{BOOKS, COMMENCE, MARKETS, Market, START};

/// A price and what is the matter with it.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// In hundredths.
    pub hundredths: i64,
    pub suspended: bool,
    pub stale: bool,
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub struct ModelBet {
    pub user: &'static str,
    /// As they were sent.
    pub args: Value,
    pub id: String,
    pub hundredths: i64,
    pub cents: i64,
    /// Empty for a bet that was taken; otherwise what its refusal speaks of.
    pub rejected: Option<&'static str>,
    /// Each settlement: the status, and whether an operator said so.
    pub trail: Vec<(&'static str, bool)>,
}

/// Limits of the model, in cents.
pub const MIN: i64 = 100;
pub const MAX: i64 = 50_000;
pub const MAX_PAYOUT: i64 = 100_000;
pub const MAX_OPEN: usize = 6;

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub bets: Vec<ModelBet>,
    pub prices: BTreeMap<(&'static str, &'static str, &'static str), Price>,
    pub now_ms: i64,
}

/// American odds of a price, half away from zero.
pub fn american(hundredths: i64) -> i64 {
    let wins = hundredths - 100;
    if wins >= 100 { wins } else { -((2 * 10_000 + wins) / (2 * wins)) }
}

/// What comes back, in cents, half up.
pub fn paid(cents: i64, hundredths: i64, status: &str) -> i64 {
    // In two hundredths of a cent.
    let exact = match status {
        "won" => 2 * cents * hundredths,
        "half_won" => cents * hundredths + 100 * cents,
        "push" | "void" => 200 * cents,
        "half_lost" => 100 * cents,
        "lost" => 0,
        other => panic!("{other} pays nothing"),
    };
    (exact + 100).div_euclid(200)
}

pub fn money(cents: i64) -> Value {
    let sign = if cents < 0 { "-" } else { "" };
    json!(format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100))
}

/// What a score makes of a bet.
pub fn came_out(market: &str, selection: &str, home: i64, away: i64) -> &'static str {
    let by_half_goals = |ahead: i64| match ahead {
        2.. => "won",
        1 => "half_won",
        0 => "push",
        -1 => "half_lost",
        _ => "lost",
    };
    match (market, selection) {
        ("e1:h2h", "draw") => {
            if home == away {
                "won"
            } else {
                "lost"
            }
        }
        ("e1:h2h", "home") => {
            if home > away {
                "won"
            } else {
                "lost"
            }
        }
        ("e1:h2h", "away") => {
            if away > home {
                "won"
            } else {
                "lost"
            }
        }
        ("e2:h2h", _) if home == away => "push",
        ("e2:h2h", "home") => {
            if home > away {
                "won"
            } else {
                "lost"
            }
        }
        ("e2:h2h", "away") => {
            if away > home {
                "won"
            } else {
                "lost"
            }
        }
        // Quarters of a goal.
        ("e1:spreads:-0.75", "home") => by_half_goals(4 * (home - away) - 3),
        ("e1:spreads:-0.75", "away") => by_half_goals(4 * (away - home) + 3),
        ("e1:totals:3", "over") => by_half_goals(4 * (home + away - 3)),
        ("e1:totals:3", "under") => by_half_goals(4 * (3 - home - away)),
        other => panic!("nobody bets on {other:?}"),
    }
}

impl ModelBet {
    pub fn status(&self) -> &'static str {
        match (self.rejected, self.trail.last()) {
            (Some(_), _) => "rejected",
            (None, Some((status, _))) => status,
            (None, None) => "placed",
        }
    }

    pub fn is(&self, field: &str, value: &str) -> bool {
        self.args[field] == value
    }

    fn payout(&self) -> Option<i64> {
        self.trail.last().map(|(status, _)| paid(self.cents, self.hundredths, status))
    }

    /// What its row says, as far as the model knows.
    pub fn row(&self) -> Value {
        json!({
            "id": self.id,
            "client_ref": self.args["client_ref"],
            "market": self.args["market"],
            "selection": self.args["selection"],
            "book": self.args["book"],
            "stake": money(self.cents),
            "decimal": money(self.hundredths),
            "american": american(self.hundredths),
            "potential_payout": money(paid(self.cents, self.hundredths, "won")),
            "status": self.status(),
            "payout": self.payout().map_or(Value::Null, money),
            "odds_policy": self.args["odds_policy"],
        })
    }
}

impl Model {
    /// Places a bet. A refusal is a code and what it speaks of; an acceptance is the bet's place.
    pub fn place(&mut self, user: &'static str, args: &Value) -> Result<usize, (Code, &'static str)> {
        let outcome = |place: usize, bet: &ModelBet| bet.rejected.map_or(Ok(place), |why| Err((Code::Refused, why)));
        let known = |bet: &&ModelBet| bet.user == user && bet.args["client_ref"] == args["client_ref"];
        if let Some((place, bet)) = self.bets.iter().enumerate().find(|(_, bet)| known(bet)) {
            return if bet.args == *args { outcome(place, bet) } else { Err((Code::Conflict, "other arguments")) };
        }
        let text = |field: &str| args[field].as_str().unwrap().to_owned();
        let (market, selection, book) = (text("market"), text("selection"), text("book"));
        let found = self.prices.iter().find(|((m, s, b), _)| (*m, *s, *b) == (&*market, &*selection, &*book));
        let Some((_, price)) = found else { return Err((Code::NotFound, "")) };
        let cents: i64 = text("stake").replace('.', "").parse().unwrap();
        let bet = ModelBet {
            user,
            args: args.clone(),
            id: format!("{:013}-{:09}", START + self.now_ms, self.bets.len()),
            hundredths: price.hundredths,
            cents,
            rejected: self.why_not(user, args, price, cents),
            trail: Vec::new(),
        };
        self.bets.push(bet);
        outcome(self.bets.len() - 1, &self.bets[self.bets.len() - 1])
    }

    fn why_not(&self, user: &str, args: &Value, price: &Price, cents: i64) -> Option<&'static str> {
        let now = price.hundredths;
        let (same, better) = match (&args["decimal"], &args["american"]) {
            (Value::String(seen), _) => {
                let seen: i64 = seen.replace('.', "").parse().unwrap();
                (seen == now, now > seen)
            }
            (_, seen) => {
                let seen = seen.as_i64().unwrap();
                // now / 100 > 1 + seen / 100, or 1 + 100 / -seen.
                let better = if seen > 0 { now > 100 + seen } else { (now - 100) * -seen > 10_000 };
                (american(now) == seen, better)
            }
        };
        let moved = match args["odds_policy"].as_str() {
            Some("any") => false,
            Some("higher") => !same && !better,
            _ => !same,
        };
        let open = self.bets.iter().filter(|bet| bet.user == user && bet.status() == "placed").count();
        let after_ms = START + self.now_ms - COMMENCE;
        let reasons = [
            (price.closed, "is closed"),
            (price.suspended, "takes no bets"),
            (price.stale, "too old"),
            // Prices of the tests are always a second old.
            ((0..1_000).contains(&after_ms), "has begun"),
            (cents < MIN, "at least"),
            (cents > MAX, "at most"),
            (moved, "the price is"),
            (paid(cents, now, "won") > MAX_PAYOUT, "bring back"),
            (open >= MAX_OPEN, "are open"),
        ];
        reasons.into_iter().find(|(applies, _)| *applies).map(|(_, why)| why)
    }

    pub fn score(&mut self, event: &str, home: i64, away: i64) {
        for bet in self.bets.iter_mut().filter(|bet| bet.rejected.is_none()) {
            let (market, selection) = (bet.args["market"].as_str().unwrap(), bet.args["selection"].as_str().unwrap());
            let by_operator = bet.trail.last().is_some_and(|(_, by_operator)| *by_operator);
            if market.starts_with(event) && !by_operator {
                let status = came_out(market, selection, home, away);
                if bet.status() != status {
                    bet.trail.push((status, false));
                }
            }
        }
    }

    /// An operator settles what is open of a market. How many that were; `None`: nobody ever bet there.
    pub fn settle_market(&mut self, market: &str, selection: Option<&str>, status: &'static str) -> Option<usize> {
        let in_it = |bet: &&mut ModelBet| bet.is("market", market) && bet.rejected.is_none();
        let mut all: Vec<&mut ModelBet> = self.bets.iter_mut().filter(in_it).collect();
        if all.is_empty() {
            return None;
        }
        all.retain(|bet| bet.trail.is_empty() && selection.is_none_or(|selection| bet.is("selection", selection)));
        all.iter_mut().for_each(|bet| bet.trail.push((status, true)));
        Some(all.len())
    }

    /// An operator settles one bet.
    pub fn settle_bet(&mut self, place: usize, status: &'static str) -> Result<usize, Code> {
        let bet = &mut self.bets[place];
        if bet.rejected.is_some() {
            return Err(Code::Refused);
        }
        let said = bet.trail.last() == Some(&(status, true));
        if !said {
            bet.trail.push((status, true));
        }
        Ok(usize::from(!said))
    }

    /// The row of a user's exposure at a book; `*`: at all.
    pub fn exposure(&self, user: &str, book: &str) -> Value {
        let mine =
            |bet: &&ModelBet| bet.user == user && (book == "*" || bet.is("book", book)) && bet.rejected.is_none();
        let bets = || self.bets.iter().filter(mine);
        let open = || bets().filter(|bet| bet.trail.is_empty());
        let settled = || bets().filter(|bet| !bet.trail.is_empty());
        json!({
            "user": user,
            "book": book,
            "open_bets": open().count(),
            "open_stake": money(open().map(|bet| bet.cents).sum()),
            "open_payout": money(open().map(|bet| paid(bet.cents, bet.hundredths, "won")).sum()),
            "settled_bets": settled().count(),
            "settled_stake": money(settled().map(|bet| bet.cents).sum()),
            "profit": money(settled().filter_map(|bet| Some(bet.payout()? - bet.cents)).sum()),
        })
    }

    /// The books at which a user has an accepted bet, and all together.
    pub fn books(&self, user: &str) -> BTreeSet<&'static str> {
        let has = |book: &&str| {
            let mut bets = self.bets.iter();
            bets.any(|bet| bet.user == user && bet.is("book", book) && bet.rejected.is_none())
        };
        BOOKS.into_iter().filter(has).chain(["*"]).collect()
    }

    /// What is staked on each selection of each market by bets that are open.
    pub fn pools(&self) -> BTreeMap<String, Vec<(String, Value)>> {
        let mut pools = BTreeMap::new();
        for Market { id: market, selections, .. } in MARKETS {
            let mut selections = selections.to_vec();
            selections.sort_unstable();
            for selection in selections {
                let mut open = self.bets.iter().filter(|bet| bet.status() == "placed");
                let on = |bet: &&ModelBet| bet.is("market", market) && bet.is("selection", selection);
                let cents: i64 = open.by_ref().filter(on).map(|bet| bet.cents).sum();
                if cents > 0 {
                    let pool: &mut Vec<_> = pools.entry(market.to_owned()).or_default();
                    pool.push((selection.to_owned(), money(cents)));
                }
            }
        }
        pools
    }

    /// How many bets are open at each book that has some.
    pub fn active(&self) -> BTreeMap<String, usize> {
        let open = |book: &str| self.bets.iter().filter(|bet| bet.is("book", book) && bet.status() == "placed").count();
        BOOKS.map(|book| (book.to_owned(), open(book))).into_iter().filter(|(_, count)| *count > 0).collect()
    }
}
