//! Whatever is asked in whatever order: the ledger agrees with a model after every step, and a restart
//! is not to be seen.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use undercurrent::domain::Refused;
use undercurrent::domain::bets::BetsSettings;

use crate::house::{BOOKS, House, MARKETS, Market};
use crate::model::{MAX, MAX_OPEN, MAX_PAYOUT, MIN, Model, ModelBet, Price, american, money};

const USERS: [&str; 3] = ["ann", "bob", "cyd"];
const STATUSES: [&str; 6] = ["won", "lost", "push", "void", "half_won", "half_lost"];
/// Among them such as are the same American odds, or better by less than these say.
const PRICES: [i64; 8] = [110, 190, 191, 200, 201, 250, 333, 2_000];
const STAKES: [i64; 8] = [1, 99, 100, 101, 3_333, 5_000, 50_000, 50_001];

#[derive(Clone, Debug)]
enum Step {
    Place {
        user: usize,
        name: usize,
        on: usize,
        stake: usize,
        seen: Seen,
        policy: usize,
    },
    /// The n-th bet's arguments once more.
    Again(usize),
    Price {
        on: usize,
        price: usize,
    },
    Flaw {
        on: usize,
        flaw: usize,
    },
    Score {
        event: usize,
        home: i32,
        away: i32,
    },
    SettleBet {
        bet: usize,
        status: usize,
    },
    SettleMarket {
        market: usize,
        selection: usize,
        status: usize,
    },
    Wait(i64),
    Follow(usize),
    Leave(usize),
}

/// The price that a client sends.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Now,
    NowAmerican,
    Decimal(usize),
    American(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let seen = prop_oneof![
        4 => Just(Seen::Now), 2 => Just(Seen::NowAmerican),
        1 => (0..PRICES.len()).prop_map(Seen::Decimal), 1 => (0..PRICES.len()).prop_map(Seen::American),
    ];
    let on = 0..offers().len();
    let place = (0..USERS.len(), 0..12_usize, on.clone(), 0..STAKES.len(), seen, 0..3_usize)
        .prop_map(|(user, name, on, stake, seen, policy)| Step::Place { user, name, on, stake, seen, policy });
    prop_oneof![
        12 => place,
        3 => (0..200_usize).prop_map(Step::Again),
        3 => (on.clone(), 0..PRICES.len()).prop_map(|(on, price)| Step::Price { on, price }),
        2 => (on, 0..8_usize).prop_map(|(on, flaw)| Step::Flaw { on, flaw }),
        2 => (0..2_usize, 0..4, 0..4).prop_map(|(event, home, away)| Step::Score { event, home, away }),
        3 => (0..200_usize, 0..STATUSES.len()).prop_map(|(bet, status)| Step::SettleBet { bet, status }),
        1 => (0..MARKETS.len(), 0..4_usize, 0..STATUSES.len())
            .prop_map(|(market, selection, status)| Step::SettleMarket { market, selection, status }),
        2 => prop_oneof![Just(1), Just(-700), Just(500), Just(30_000)].prop_map(Step::Wait),
        1 => (0..USERS.len()).prop_map(Step::Follow),
        1 => (0..USERS.len()).prop_map(Step::Leave),
    ]
}

/// Everything that has a price.
fn offers() -> Vec<(&'static str, &'static str, &'static str)> {
    let selections = MARKETS.into_iter().flat_map(|market| market.selections.iter().map(move |s| (market.id, *s)));
    selections.flat_map(|(market, selection)| BOOKS.map(|book| (market, selection, book))).collect()
}

fn cents(cents: i64) -> shared::units::Money {
    money(cents).as_str().unwrap().parse().unwrap()
}

fn house() -> House {
    let settings = BetsSettings {
        min_stake: cents(MIN),
        max_stake: cents(MAX),
        max_payout: cents(MAX_PAYOUT),
        max_open_bets: u32::try_from(MAX_OPEN).unwrap(),
    };
    House::new(settings)
}

fn model() -> Model {
    let price = Price { hundredths: 250, suspended: false, stale: false, closed: false };
    Model { prices: offers().into_iter().map(|on| (on, price)).collect(), ..Model::default() }
}

/// The arguments that a step sends, every one of them written out.
fn arguments(model: &Model, name: usize, on: usize, stake: usize, seen: Seen, policy: usize) -> Value {
    let (market, selection, book) = offers()[on];
    let policy = ["none", "higher", "any"][policy];
    let mut args = json!({
        "client_ref": format!("r{name}"), "market": market, "selection": selection, "book": book,
        "stake": money(STAKES[stake]), "odds_policy": policy,
    });
    let now = model.prices[&offers()[on]].hundredths;
    match seen {
        Seen::Now => args["decimal"] = money(now),
        Seen::NowAmerican => args["american"] = json!(american(now)),
        Seen::Decimal(price) => args["decimal"] = money(PRICES[price]),
        Seen::American(price) => args["american"] = json!(american(PRICES[price])),
    }
    args
}

/// Takes a step in both and compares the answers. What the house answered is returned.
fn take(step: &Step, house: &mut House, model: &mut Model) -> Option<Result<Value, Refused>> {
    match *step {
        Step::Place { user, name, on, stake, seen, policy } => {
            let args = arguments(model, name, on, stake, seen, policy);
            return Some(place(house, model, USERS[user], &args));
        }
        Step::Again(bet) => {
            let bet = model.bets.get(bet % model.bets.len().max(1)).cloned()?;
            return Some(place(house, model, bet.user, &bet.args));
        }
        Step::Price { on, price } => {
            let (market, selection, book) = offers()[on];
            house.prices.get(market, selection, book).odds = money(PRICES[price]).as_str().unwrap().parse().unwrap();
            model.prices.get_mut(&offers()[on]).unwrap().hundredths = PRICES[price];
        }
        Step::Flaw { on, flaw } => {
            let (market, selection, book) = offers()[on];
            let [suspended, stale, closed] = [1, 2, 3].map(|n| flaw == n);
            let quote = house.prices.get(market, selection, book);
            (quote.suspended, quote.stale, quote.closed) = (suspended, stale, closed);
            let price = model.prices.get_mut(&offers()[on]).unwrap();
            (price.suspended, price.stale, price.closed) = (suspended, stale, closed);
        }
        Step::Score { event, home, away } => {
            house.score(["e1", "e2"][event], home, away);
            model.score(["e1", "e2"][event], home.into(), away.into());
        }
        Step::SettleBet { bet, status } => {
            let bet = bet % model.bets.len().max(1);
            let id = model.bets.get(bet)?.id.clone();
            let answer = house.ask("op", "settle_bet", json!({ "bet": id, "status": STATUSES[status] }));
            let settled = answer.as_ref().map(|answer| answer["settled"].clone()).map_err(|refused| refused.code);
            assert_eq!(settled, model.settle_bet(bet, STATUSES[status]).map(|n| json!(n)));
            return Some(answer);
        }
        Step::SettleMarket { market, selection, status } => {
            let Market { id: market, selections, .. } = MARKETS[market];
            let selection = selections.get(selection).copied();
            let mut args = json!({ "market": market, "status": STATUSES[status] });
            if let Some(selection) = selection {
                args["selection"] = json!(selection);
            }
            let answer = house.ask("op", "settle_bet", args);
            let settled = answer.as_ref().ok().map(|answer| answer["settled"].clone());
            assert_eq!(settled, model.settle_market(market, selection, STATUSES[status]).map(|n| json!(n)));
            return Some(answer);
        }
        Step::Wait(ms) => {
            house.now_ms += ms;
            model.now_ms += ms;
        }
        Step::Follow(user) => {
            for topic in topics(USERS[user]) {
                if !house.followed.iter().any(|followed| followed.as_str() == topic) {
                    house.follow(&topic);
                }
            }
        }
        Step::Leave(user) => topics(USERS[user]).iter().for_each(|topic| house.leave(topic)),
    }
    None
}

fn topics(user: &str) -> [String; 2] {
    [format!("bets/{user}"), format!("bets/{user}/exposure")]
}

fn place(house: &mut House, model: &mut Model, user: &'static str, args: &Value) -> Result<Value, Refused> {
    let answer = house.ask(user, "place_bet", args.clone());
    match (&answer, model.place(user, args)) {
        (Ok(answer), Ok(bet)) => assert_row(&answer["bet"], &model.bets[bet].row()),
        (Err(refused), Err((code, why))) => {
            assert_eq!(refused.code, code, "{args} {}", refused.message);
            assert!(refused.message.contains(why), "{why}: {}", refused.message);
            assert_eq!(refused.details.is_some(), why == "the price is");
        }
        (answer, expected) => panic!("{args}: {answer:?} instead of {expected:?}"),
    }
    answer
}

/// Whether a row says what the model knows.
fn assert_row(row: &Value, expected: &Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&row[field], value, "{field} of {row}");
    }
}

/// Everything that was told, against the whole list of bets.
fn assert_told(house: &House, model: &Model) {
    for user in USERS {
        let [bets, exposure] = topics(user);
        if !house.followed.iter().any(|followed| followed.as_str() == bets) {
            continue;
        }
        let mut expected: Vec<Value> = model.bets.iter().filter(|bet| bet.user == user).map(ModelBet::row).collect();
        expected.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
        let rows = house.rows(&bets);
        assert_eq!(rows.len(), expected.len(), "{user}");
        rows.iter().zip(&expected).for_each(|(row, expected)| assert_row(row, expected));
        let sums = house.rows(&exposure);
        let expected: Vec<Value> = model.books(user).into_iter().map(|book| model.exposure(user, book)).collect();
        assert_eq!(sums, expected);
    }
    let pools = house.told.pools.iter().map(|(market, stakes)| {
        let stakes = stakes.iter().map(|(selection, stake)| (selection.to_string(), json!(stake))).collect();
        (market.to_string(), stakes)
    });
    assert_eq!(pools.collect::<BTreeMap<String, Vec<_>>>(), model.pools());
    let active = house.told.active.iter().map(|(book, count)| (book.to_string(), *count as usize));
    assert_eq!(active.collect::<BTreeMap<_, _>>(), model.active());
    let trail = |kind: &str| house.told.state.keys().filter(|key| key.starts_with(kind)).count();
    let settled: usize = model.bets.iter().map(|bet| bet.trail.len()).sum();
    assert_eq!((trail("b/"), trail("a/")), (model.bets.len(), settled), "each is stored once");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_ledger_agrees_with_a_list_of_bets_after_every_step(
        steps in prop::collection::vec(step(), 1..120),
        restarts in prop::collection::vec(prop::bool::weighted(0.15), 120),
    ) {
        let (mut whole, mut broken) = (house(), house());
        let (mut model, mut same) = (model(), model());
        for house in [&mut whole, &mut broken] {
            topics(USERS[0]).iter().for_each(|topic| house.follow(topic));
        }
        for (step, restart) in steps.iter().zip(restarts) {
            let expected = take(step, &mut whole, &mut model);
            assert_told(&whole, &model);
            prop_assert_eq!(take(step, &mut broken, &mut same), expected);
            if restart {
                broken.restart();
            }
            prop_assert_eq!(&broken.told, &whole.told);
        }
    }

    #[test]
    fn a_name_that_is_sent_again_never_makes_a_second_bet(
        steps in prop::collection::vec(step(), 1..60),
        again in prop::collection::vec(0..200_usize, 1..40),
    ) {
        let (mut house, mut model) = (house(), model());
        for step in &steps {
            take(step, &mut house, &mut model);
        }
        let told = house.told.clone();
        for (n, bet) in again.into_iter().enumerate() {
            take(&Step::Again(bet), &mut house, &mut model);
            if n % 3 == 0 {
                house.restart();
            }
            prop_assert_eq!(&house.told, &told);
        }
    }

    #[test]
    fn the_same_requests_give_the_same_ledger(steps in prop::collection::vec(step(), 1..60)) {
        let play = || {
            let (mut house, mut model) = (house(), model());
            topics(USERS[0]).iter().for_each(|topic| house.follow(topic));
            let changes: Vec<_> =
                steps.iter().map(|step| { take(step, &mut house, &mut model); house.changed.clone() }).collect();
            (changes, house.told)
        };
        prop_assert_eq!(play(), play());
    }
}
