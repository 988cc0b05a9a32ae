//! What a tick of odds costs: `cargo bench -p undercurrent --bench odds`.
//!
//! 5,000 markets of ten sports with 20 books each, of whose prices a fifth changes every half second; every answer
//! is of all books of an event, as the provider sends it. Times are the median of many ticks, in milliseconds of the
//! processor: what is heard, what is taken with nobody on a board, on one of ten, on all of them; and the state.

use std::hint::black_box;
use std::time::{Duration, Instant};

use shared::domain::odds::{MarketKind, SportKey};
use shared::units::{Odds, Timestamp};
use undercurrent::domain::odds::{BookOdds, Event, EventOdds, OddsEngine, Offer, Outcome};
use undercurrent::domain::{Engine, TopicChange};

const EVENTS: usize = 1_667;
const BOOKS: usize = 20;
const SPORTS: usize = 10;
const TICKS: usize = 40;
/// 2026-09-21.
const START: i64 = 1_790_000_000_000;

fn main() {
    println!(
        "{:>10} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>7}",
        "boards", "hear", "arbs", "boards", "state", "rows", "KB", "arbs"
    );
    for followed in [0, 1, SPORTS] {
        measure(followed);
    }
}

/// Median milliseconds of the stages of a tick.
#[derive(Default)]
struct Stages {
    hear: Vec<f64>,
    arbs: Vec<f64>,
    boards: Vec<f64>,
    state: Vec<f64>,
}

fn measure(followed: usize) {
    let mut market = Market::new();
    let mut engine = OddsEngine::default();
    engine.tick(Timestamp::from_ms(START));
    for sport in 0..followed {
        engine.open(&format!("odds/board/sport_{sport}").parse().expect("it is a topic"));
    }
    market.answers(START).iter().for_each(|event| engine.handle(event));
    black_box((engine.take(&|_| true), engine.take_state()));
    let (mut stages, mut rows, mut bytes) = (Stages::default(), 0, 0);
    for tick in 1..=TICKS {
        let now = START + i64::try_from(tick).unwrap_or_default() * 500;
        market.change();
        let events = market.answers(now);
        stages.hear.push(timed(|| events.iter().for_each(|event| engine.handle(event))));
        engine.tick(Timestamp::from_ms(now));
        let mut changes = Vec::new();
        stages.arbs.push(timed(|| changes = engine.take(&|due| due == Duration::ZERO)));
        stages.boards.push(timed(|| changes.extend(engine.take(&|due| due <= Duration::from_millis(500)))));
        stages.state.push(timed(|| drop(black_box(engine.take_state()))));
        let all = || changes.iter().flat_map(|change: &TopicChange| change.change.sets().values());
        rows += all().count();
        bytes += all().map(|row| row.len()).sum::<usize>();
    }
    let slow = timed(|| drop(black_box((engine.take(&|_| true), engine.take_state()))));
    println!(
        "{followed:>10} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>9} {:>9} {:>7}",
        median(&mut stages.hear),
        median(&mut stages.arbs),
        median(&mut stages.boards),
        median(&mut stages.state),
        rows / TICKS,
        bytes / TICKS / 1024,
        engine.counts().arbs,
    );
    println!(
        "{:>10} the take every 5 s with all that waits to be stored: {slow:.1} ms, {} MiB resident",
        "",
        resident() >> 20
    );
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// True prices that wander, and books that follow with their margin and noise.
struct Market {
    /// Thousandths, of each event's three markets, each book, each outcome.
    prices: Vec<u64>,
    seed: u64,
}

/// Outcomes of an event's markets: three of the winner, two of the handicap, two of the total.
const OUTCOMES: usize = 7;

impl Market {
    fn new() -> Market {
        let mut market = Market { prices: Vec::new(), seed: 0x9e37_79b9_7f4a_7c15 };
        // With a margin of 8 % on average, so that few are arbitrages.
        let base = [2_320, 3_180, 2_800, 1_840, 1_850, 1_830, 1_860];
        for _ in 0..EVENTS * BOOKS {
            for thousandths in base {
                let noise = market.next() % 50;
                market.prices.push(thousandths + noise);
            }
        }
        market
    }

    fn next(&mut self) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }

    /// A fifth of the books' markets move.
    fn change(&mut self) {
        for place in 0..EVENTS * BOOKS {
            for outcomes in [0..3, 3..5, 5..7] {
                if self.next().is_multiple_of(5) {
                    let up = self.next().is_multiple_of(2);
                    for outcome in outcomes {
                        let price = &mut self.prices[place * OUTCOMES + outcome];
                        *price = if up == outcome.is_multiple_of(2) { *price + 10 } else { (*price - 10).max(1_100) };
                    }
                }
            }
        }
    }

    fn answers(&self, now: i64) -> Vec<Event> {
        (0..EVENTS).map(|event| Event::Odds(self.answer(event, Timestamp::from_ms(now)))).collect()
    }

    fn answer(&self, event: usize, at: Timestamp) -> EventOdds {
        let key = |name: String| name.parse::<SportKey>().expect("it is a key");
        let book = |book: usize| {
            let prices = &self.prices[(event * BOOKS + book) * OUTCOMES..][..OUTCOMES];
            let offer = |kind, line, outcomes: &[Outcome], prices: &[u64]| Offer {
                kind,
                line,
                prices: outcomes.iter().copied().zip(prices.iter().map(|price| odds(*price))).collect(),
                updated: at,
                suspended: false,
            };
            BookOdds {
                book: format!("book_{book:02}").into(),
                title: format!("Book {book}").into(),
                offers: vec![
                    offer(MarketKind::H2h, None, &[Outcome::Home, Outcome::Draw, Outcome::Away], &prices[..3]),
                    offer(MarketKind::Spreads, Some(-150), &[Outcome::Home, Outcome::Away], &prices[3..5]),
                    offer(MarketKind::Totals, Some(250), &[Outcome::Over, Outcome::Under], &prices[5..]),
                ],
            }
        };
        EventOdds {
            event: key(format!("event{event:027}")),
            sport: key(format!("sport_{}", event % SPORTS)),
            sport_title: "Sport".into(),
            home: format!("Home {event}").into(),
            away: format!("Away {event}").into(),
            commence: Timestamp::from_ms(START + 86_400_000),
            books: (0..BOOKS).map(book).collect(),
            all_books: true,
            at,
            response_ms: Some(80),
        }
    }
}

fn odds(thousandths: u64) -> Odds {
    Odds::new(thousandths / 10, 100).expect("it is above 1")
}

/// The processor time that some work takes, in milliseconds; other processes do not count.
fn timed(work: impl FnOnce()) -> f64 {
    let (start, busy) = (Instant::now(), processor_ms());
    work();
    match (busy, processor_ms()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed().as_secs_f64() * 1e3,
    }
}

/// What the scheduler says this process has run, in milliseconds.
fn processor_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(stat.split(' ').next()?.parse::<f64>().ok()? / 1e6)
}

/// The process's resident memory in bytes; 0 where that cannot be read.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
