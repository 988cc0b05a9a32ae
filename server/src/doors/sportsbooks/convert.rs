//! From the rows of v1 to the shapes of the sportsbook door.

use shared::domain::bets::BetRow;
use shared::domain::odds::{ArbRow, BookRow, LegRow, MarketRow, SelectionRow};
use shared::units::Odds;

use super::shapes::{Bet, Book, Leg, Market, Offer, Opportunity, Price, Selection};
use crate::doors::names::{market_type, short};
use crate::doors::number::Number;

/// `Lakers @ Celtics`
fn description(home: &str, away: &str) -> String {
    format!("{away} @ {home}")
}

impl From<BookRow> for Book {
    fn from(row: BookRow) -> Book {
        Book {
            id: row.id,
            name: row.name,
            status: row.status,
            response_time: row.response_ms,
            last_update: row.updated_ms,
            available_markets: row.markets,
            active_bets: row.active_bets,
        }
    }
}

impl From<MarketRow> for Market {
    fn from(row: MarketRow) -> Market {
        let best = |selection: &SelectionRow| {
            let best = selection.best.as_ref()?;
            let (bookmaker, odds, decimal_odds) = (best.book.clone(), best.decimal.american(), decimal(best.decimal));
            Some((selection.id.clone(), Offer { bookmaker, odds, decimal_odds }))
        };
        Market {
            event_description: description(&row.home, &row.away),
            event_id: row.event.as_str().into(),
            sport: short(&row.sport).into(),
            sport_key: row.sport.as_str().into(),
            market_type: market_type(row.market),
            line: row.line.map(Number::of),
            starts_at: row.commence_ms,
            live: row.live,
            best_odds: row.selections.iter().filter_map(best).collect(),
            selections: row.selections.into_iter().map(Selection::from).collect(),
            complete: row.complete,
            timestamp: row.updated_ms,
            id: row.id,
            home_team: row.home,
            away_team: row.away,
        }
    }
}

impl From<SelectionRow> for Selection {
    fn from(row: SelectionRow) -> Selection {
        let price = |(bookmaker, price): (Box<str>, shared::domain::odds::BookPrice)| Price {
            bookmaker,
            odds: price.decimal.american(),
            decimal_odds: decimal(price.decimal),
            suspended: price.suspended,
            timestamp: price.ts,
        };
        Selection {
            id: row.id,
            name: row.name,
            prices: row.books.into_iter().map(price).collect(),
            fair_probability: row.fair.map(Number::of),
            hybrid_probability: row.hybrid.map(Number::of),
            hybrid_decimal_odds: row.hybrid_decimal.map(decimal),
        }
    }
}

impl From<ArbRow> for Opportunity {
    fn from(row: ArbRow) -> Opportunity {
        let legs: Vec<Leg> = row.legs.into_iter().map(Leg::from).collect();
        Opportunity {
            id: row.id,
            kind: row.kind,
            event_id: row.event.as_str().into(),
            event_description: description(&row.home, &row.away),
            sport: short(&row.sport).into(),
            sport_key: row.sport.as_str().into(),
            market_type: market_type(row.market),
            line: row.line.map(Number::of),
            edge: Number::of(row.roi_pct),
            book_a: legs.first().cloned(),
            book_b: legs.get(1).cloned(),
            book_c: legs.get(2).cloned(),
            legs,
            guaranteed_profit: Number::of(row.profit_per_100),
            roi: Number::of(row.roi_pct),
            push_possible: row.push_possible,
            detected_at: row.opened_ms,
            timestamp: row.updated_ms,
        }
    }
}

impl From<LegRow> for Leg {
    fn from(row: LegRow) -> Leg {
        Leg {
            bookmaker: row.book,
            market_id: row.market_id,
            selection_id: row.selection,
            selection: row.name,
            odds: row.decimal.american(),
            decimal_odds: decimal(row.decimal),
            line: row.line.map(Number::of),
            stake: Number::of(row.stake),
        }
    }
}

impl From<BetRow> for Bet {
    fn from(row: BetRow) -> Bet {
        Bet {
            id: row.id,
            client_ref: row.client_ref,
            market_id: row.market,
            selection_id: row.selection,
            selection: row.name,
            event_description: row.event,
            bookmaker: row.book,
            stake: Number::of(row.stake),
            odds: row.american,
            decimal_odds: decimal(row.decimal),
            potential_payout: Number::of(row.potential_payout),
            status: row.status,
            placed_at: row.placed_ms,
            settled_at: row.settled_ms,
            payout: row.payout.map(Number::of),
            notes: row.notes,
            reason: row.reason,
        }
    }
}

fn decimal(odds: Odds) -> Number {
    Number::of(odds)
}
