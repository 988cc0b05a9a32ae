//! What an opportunity is worth, exactly, and how it is told.

use shared::domain::odds::{ArbKind, ArbRow, Leg as LineLeg, LegRow, booksum, is_arbitrage, net, pair, roi_pct, split};
use shared::units::{Money, Odds, Percent, Timestamp};

use super::super::json::to_ratio;
use super::super::names::{leg_line, line_text, selection_name};
use super::find::{Found, Leg};

/// What stakes are reckoned for: 100, in cents.
const TOTAL: Money = Money::from_pico(100_000_000_000_000);
const CENT: Money = Money::from_pico(10_000_000_000);

/// What it wins.
struct Worth {
    kind: ArbKind,
    roi: Percent,
    best: Percent,
    push_possible: bool,
}

impl Found<'_> {
    /// Its row; `None` when it is not worth telling of. `was` is the row that it had, if it is the same
    /// opportunity.
    pub(super) fn row(&self, was: Option<&ArbRow>) -> Option<ArbRow> {
        let nets: Vec<Odds> = self.legs.iter().map(|leg| net(leg.odds, self.commission(leg))).collect();
        let worth = self.worth(&nets)?;
        let split = split(&nets, TOTAL, CENT)?;
        // Rounding to cents may cost a narrow one its profit.
        if worth.kind == ArbKind::Arb && split.worst <= Money::ZERO {
            return None;
        }
        let facts = &self.ground.fixture.facts;
        let of = self.legs.first()?.market.of;
        let legs: Box<[LegRow]> =
            self.legs.iter().zip(split.stakes).map(|(leg, stake)| self.leg_row(leg, stake)).collect();
        let moved = |was: &ArbRow| was.legs.iter().zip(&legs).any(|(was, is)| was.decimal != is.decimal);
        let now = self.ground.now;
        let updated = was.filter(|was| !moved(was)).map_or(now, |was| was.updated_ms);
        Some(ArbRow {
            id: self.id(),
            kind: worth.kind,
            event: facts.event.clone(),
            sport: facts.sport.clone(),
            home: (*facts.home).into(),
            away: (*facts.away).into(),
            commence_ms: facts.commence,
            live: self.ground.fixture.is_live(now),
            market: of.0,
            line: of.1.filter(|_| !self.across).map(line_text),
            legs,
            booksum: to_ratio(booksum(&nets)),
            roi_pct: worth.roi,
            profit_per_100: per_100(worth.roi),
            best_pct: worth.best,
            push_possible: worth.push_possible,
            opened_ms: was.map_or(now, |was| was.opened_ms),
            updated_ms: updated,
        })
    }

    fn worth(&self, nets: &[Odds]) -> Option<Worth> {
        let settings = self.ground.settings;
        if !self.across {
            let roi = roi_pct(nets);
            let line = self.legs.first()?.market.of.1;
            let push_possible = line.is_some_and(|line| line % 100 == 0);
            let told = is_arbitrage(nets) && roi >= settings.min_roi_pct;
            return told.then_some(Worth { kind: ArbKind::Arb, roi, best: roi, push_possible });
        }
        let [first, second] = &self.legs[..] else { return None };
        let of = |leg: &Leg<'_>, odds: Odds| Some(LineLeg { line: leg_line(leg.outcome, leg.market.of.1)?, odds });
        let pair = pair(first.market.of.0, of(first, nets[0])?, of(second, nets[1])?)?;
        let (kind, worst) = (pair.kind?, percent(pair.worst));
        let least = match kind {
            ArbKind::Arb => settings.min_roi_pct,
            ArbKind::Middle => settings.middles?,
        };
        // Its stakes never all come back: where one does, the other bet is won.
        let worth = Worth { kind, roi: worst, best: percent(pair.best), push_possible: false };
        (worst >= least).then_some(worth)
    }

    fn commission(&self, leg: &Leg<'_>) -> Percent {
        self.ground.books.get(leg.book).terms.commission
    }

    fn leg_row(&self, leg: &Leg<'_>, stake: Money) -> LegRow {
        let facts = &self.ground.fixture.facts;
        LegRow {
            market_id: (*leg.market.id).into(),
            selection: leg.outcome.as_str().into(),
            name: selection_name(&facts.home, &facts.away, leg.market.of, leg.outcome).into(),
            book: (*self.ground.books.get(leg.book).name).into(),
            decimal: leg.odds,
            commission_pct: self.commission(leg),
            line: leg_line(leg.outcome, leg.market.of.1).map(line_text),
            stake,
        }
    }

    /// The same as long as the same books are the best, whatever they pay: a hash (FNV-1a) of where each bet is.
    fn id(&self) -> Box<str> {
        let mut legs: Vec<String> = self
            .legs
            .iter()
            .map(|leg| {
                let book = &self.ground.books.get(leg.book).name;
                format!("|{}@{}@{book}", leg.market.id, leg.outcome.as_str())
            })
            .collect();
        legs.sort_unstable();
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = legs.iter().flat_map(|leg| leg.bytes()).fold(0xcbf2_9ce4_8422_2325, step);
        format!("{hash:016x}").into()
    }

    /// Whether it is the same bets at the same prices, of an event that stands as it did.
    pub(super) fn is_told_by(&self, row: &ArbRow, now: Timestamp) -> bool {
        let facts = &self.ground.fixture.facts;
        let same_event = (row.commence_ms, row.live) == (facts.commence, self.ground.fixture.is_live(now))
            && (&*row.home, &*row.away) == (&*facts.home, &*facts.away);
        let same_leg = |(row, leg): (&LegRow, &Leg<'_>)| {
            row.decimal == leg.odds
                && *row.book == *self.ground.books.get(leg.book).name
                && row.market_id[..] == leg.market.id[..]
                && row.commission_pct == self.commission(leg)
        };
        same_event && row.legs.len() == self.legs.len() && row.legs.iter().zip(&self.legs).all(same_leg)
    }
}

/// Of 100 staked so much percent is so much money.
const fn per_100(percent: Percent) -> Money {
    Money::from_pico(percent.micro() as i128 * 1_000_000)
}

/// The percentage that a profit of 100 staked is, rounded down.
fn percent(profit: Money) -> Percent {
    Percent::from_micro(i64::try_from(profit.pico().div_euclid(1_000_000)).unwrap_or(i64::MAX))
}
