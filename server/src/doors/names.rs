//! What the doors of the odds domain call sports and markets, and how they are called here.

use std::sync::Arc;

use serde::Serialize;
use shared::domain::odds::{MarketKind, OddsTopic, SportKey, SportRow};
use shared::stream::Topic;

use crate::hub::{Next, Reader, TopicState};

/// What people call competitions, and the provider's keys.
const SHORT: [(&str, &str); 24] = [
    ("NBA", "basketball_nba"),
    ("WNBA", "basketball_wnba"),
    ("NCAAB", "basketball_ncaab"),
    ("Euroleague", "basketball_euroleague"),
    ("NFL", "americanfootball_nfl"),
    ("NCAAF", "americanfootball_ncaaf"),
    ("CFL", "americanfootball_cfl"),
    ("MLB", "baseball_mlb"),
    ("NPB", "baseball_npb"),
    ("KBO", "baseball_kbo"),
    ("NHL", "icehockey_nhl"),
    ("SHL", "icehockey_sweden_hockey_league"),
    ("MLS", "soccer_usa_mls"),
    ("EPL", "soccer_epl"),
    ("La Liga", "soccer_spain_la_liga"),
    ("Bundesliga", "soccer_germany_bundesliga"),
    ("Serie A", "soccer_italy_serie_a"),
    ("Ligue 1", "soccer_france_ligue_one"),
    ("UCL", "soccer_uefa_champs_league"),
    ("UEL", "soccer_uefa_europa_league"),
    ("MMA", "mma_mixed_martial_arts"),
    ("AFL", "aussierules_afl"),
    ("NRL", "rugbyleague_nrl"),
    ("IPL", "cricket_ipl"),
];

/// A sport as a client names it: the provider's key (`basketball_nba`), what people call it (`NBA`), its
/// title (`La Liga - Spain`) or the kind of sport (`basketball`). Letters and digits count, large or small.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct SportName(Box<str>);

impl SportName {
    /// As a client wrote it.
    pub fn new(text: &str) -> SportName {
        SportName(text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
    }

    /// Whether it means the sport with this key and, where that is known, this title.
    pub fn means(&self, sport: &SportKey, title: Option<&str>) -> bool {
        let kind = sport.as_str().split('_').next();
        let mut names = [Some(sport.as_str()), Some(short(sport)), kind, title].into_iter().flatten();
        names.any(|name| *self == SportName::new(name))
    }
}

/// What people call a sport; its key where they have no shorter name.
pub fn short(sport: &SportKey) -> &str {
    SHORT.iter().find(|(_, key)| *key == sport.as_str()).map_or(sport.as_str(), |(short, _)| *short)
}

/// The sport of a short name that is known without asking anyone.
pub fn sport_of(name: &str) -> Option<SportKey> {
    let name = SportName::new(name);
    let (_, key) = SHORT.iter().find(|(short, _)| name == SportName::new(short))?;
    key.parse().ok()
}

/// A row of `odds/sports`.
pub fn sport_row(sports: &TopicState, key: &Arc<str>) -> Option<Arc<SportRow>> {
    sports.view(key, |row| serde_json::from_str(row).ok())
}

/// The boards of those sports in `odds/sports` that `fits` says yes to.
pub fn boards(sports: &TopicState, fits: impl Fn(&SportRow) -> bool) -> Vec<Topic> {
    let rows = sports.rows().keys().filter_map(|key| sport_row(sports, key));
    rows.filter(|row| fits(row)).map(|row| OddsTopic::Board(row.id.clone()).topic()).collect()
}

/// Tells the list of sports to who follows it: not as such, but as the boards to follow.
pub fn tell_sports(reader: &mut Reader, sports: &TopicState, boards: impl Fn(&TopicState) -> Vec<Topic>) -> Next {
    if reader.position() == Some(&sports.head()) {
        return Next::Nothing;
    }
    reader.stand(Some(sports.head()));
    Next::Follow(boards(sports))
}

/// The kind of market that a client names: as the provider does, or as people do.
pub fn market_kind(name: &str) -> Option<MarketKind> {
    match &*name.to_ascii_lowercase() {
        "moneyline" | "money_line" | "h2h" | "ml" => Some(MarketKind::H2h),
        "spread" | "spreads" | "handicap" => Some(MarketKind::Spreads),
        "total" | "totals" | "over_under" => Some(MarketKind::Totals),
        _ => None,
    }
}

/// What people call a kind of market.
pub const fn market_type(kind: MarketKind) -> &'static str {
    match kind {
        MarketKind::H2h => "moneyline",
        MarketKind::Spreads => "spread",
        MarketKind::Totals => "total",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sport_has_many_names() {
        let (nba, liga) = ("basketball_nba".parse().unwrap(), "soccer_spain_la_liga".parse().unwrap());
        for (name, sport, title, expected) in [
            ("NBA", &nba, None, true),
            ("nba", &nba, None, true),
            ("basketball_nba", &nba, None, true),
            ("Basketball", &nba, None, true),
            ("NFL", &nba, None, false),
            ("ball", &nba, None, false),
            ("", &nba, None, false),
            ("La Liga", &liga, None, true),
            ("la-liga", &liga, None, true),
            ("La Liga - Spain", &liga, None, false),
            ("La Liga - Spain", &liga, Some("La Liga - Spain"), true),
        ] {
            assert_eq!(SportName::new(name).means(sport, title), expected, "{name:?} is {sport}");
        }
        assert_eq!((short(&nba), short(&"darts_pdc".parse().unwrap())), ("NBA", "darts_pdc"));
        assert_eq!(sport_of("epl"), Some("soccer_epl".parse().unwrap()));
        assert_eq!(sport_of("soccer"), None);
    }

    #[test]
    fn market_types_are_read_as_they_are_written() {
        for kind in [MarketKind::H2h, MarketKind::Spreads, MarketKind::Totals] {
            assert_eq!(market_kind(market_type(kind)), Some(kind));
        }
        assert_eq!(market_kind("Spreads"), Some(MarketKind::Spreads));
        assert_eq!(market_kind("corners"), None);
    }
}
