//! Settings of the odds provider and of how odds are looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::domain::odds::{Devig, MarketKind, SportKey};
use shared::units::{Money, Percent};

use super::ConfigError;
use super::read::Reader;
use crate::domain::odds::engine::Hybrid;
use crate::feed::{Secret, Site};

/// The odds provider, and how odds are looked at.
#[derive(Clone, Debug)]
pub struct OddsSettings {
    /// The provider's key; none: it is not configured.
    pub api_key: Option<Secret>,
    /// Where it is.
    pub api_url: Site,
    /// Which sports; none: the main ones in season.
    pub sports: Vec<SportKey>,
    /// Whose bookmakers.
    pub regions: Vec<Box<str>>,
    /// What is bet on.
    pub markets: Vec<MarketKind>,
    /// Between two requests for a sport; none: so that the quota lasts.
    pub interval: Option<Duration>,
    /// How margins are taken out.
    pub devig: Devig,
    /// What books take of winnings.
    pub commissions: BTreeMap<Box<str>, Percent>,
    /// How long a price counts before the event begins.
    pub max_age: Duration,
    /// And after.
    pub max_age_live: Duration,
    /// How far the provider's time of a price may lag behind its answer.
    pub max_lag: Duration,
    /// How what is bet with us counts beside the books.
    pub hybrid: Hybrid,
    /// With how much of it that has half the say.
    pub half_weight: Money,
}

impl OddsSettings {
    pub(super) fn read(from: &Reader<'_>) -> Result<OddsSettings, ConfigError> {
        const KEY: &str = "the key that the provider gave you";
        const URL: &str = "an address that begins with https:// or http://";
        const SPORTS: &str = "sports' keys with commas between them, as soccer_epl,basketball_nba";
        const REGIONS: &str = "regions with commas between them, as uk,eu";
        const MARKETS: &str = "h2h, spreads, totals, with commas between them";
        const METHODS: &str = "power, multiplicative, additive, shin or odds_ratio";
        const COMMISSIONS: &str = "books and percentages from 0 to 50, as betfair_ex_uk=2,smarkets=2";
        let api_key: Option<Secret> = from.optional("odds_api_key", KEY, |text| text.parse().ok())?;
        // A provider that is asked every few minutes has no price that is as fresh as a demo's.
        let (age_s, age_live_s) = if api_key.is_some() { (300, 60) } else { (60, 10) };
        Ok(OddsSettings {
            api_url: from.parse("odds_api_url", URL, |text| text.parse().ok())?,
            sports: from
                .parse("odds_api_sports", SPORTS, |text| items(text).map(|item| item.parse().ok()).collect())?,
            regions: from.parse("odds_api_regions", REGIONS, regions)?,
            markets: from.parse("odds_api_markets", MARKETS, markets)?,
            interval: from.parse("odds_api_interval", "auto, or seconds from 1 to 86400", interval)?,
            devig: from.parse("odds_devig", METHODS, devig)?,
            commissions: from.parse("odds_commissions", COMMISSIONS, commissions)?,
            max_age: age(from, "odds_max_age_ms", age_s)?,
            max_age_live: age(from, "odds_max_age_live_ms", age_live_s)?,
            max_lag: from.millis("odds_max_lag_ms", 0..=86_400_000)?,
            hybrid: hybrid(from)?,
            half_weight: from.parse("odds_half_weight", "dollars from 0 to 1000000000", |text| dollars(text, 0))?,
            api_key,
        })
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn regions(text: &str) -> Option<Vec<Box<str>>> {
    let fits = |item: &str| item.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let regions: Vec<Box<str>> = items(text).map(Box::from).collect();
    (!regions.is_empty() && regions.iter().all(|region| fits(region))).then_some(regions)
}

fn markets(text: &str) -> Option<Vec<MarketKind>> {
    let kind = |item: &str| match item {
        "h2h" => Some(MarketKind::H2h),
        "spreads" => Some(MarketKind::Spreads),
        "totals" => Some(MarketKind::Totals),
        _ => None,
    };
    let mut kinds = items(text).map(kind).collect::<Option<Vec<_>>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    (!kinds.is_empty()).then_some(kinds)
}

fn interval(text: &str) -> Option<Option<Duration>> {
    match text {
        "auto" => Some(None),
        text => {
            let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds))?;
            Some(Some(Duration::from_secs(seconds)))
        }
    }
}

fn age(from: &Reader<'_>, name: &'static str, auto_s: u64) -> Result<Duration, ConfigError> {
    from.parse(name, "auto, or milliseconds from 100 to 86400000", |text| match text {
        "auto" => Some(Duration::from_secs(auto_s)),
        text => text.parse().ok().filter(|ms| (100..=86_400_000).contains(ms)).map(Duration::from_millis),
    })
}

fn hybrid(from: &Reader<'_>) -> Result<Hybrid, ConfigError> {
    let b = from.parse("odds_lmsr_b", "dollars from 1 to 1000000000", |text| dollars(text, 100))?;
    from.parse("odds_hybrid", "pool or lmsr", |text| match text {
        "pool" => Some(Hybrid::Pool),
        "lmsr" => Some(Hybrid::Lmsr { b }),
        _ => None,
    })
}

/// An amount of at least so many cents.
fn dollars(text: &str, least: i64) -> Option<Money> {
    let money: Money = text.parse().ok()?;
    (least..=100_000_000_000).contains(&money.cents()).then_some(money)
}

fn devig(text: &str) -> Option<Devig> {
    match text {
        "power" => Some(Devig::Power),
        "multiplicative" => Some(Devig::Multiplicative),
        "additive" => Some(Devig::Additive),
        "shin" => Some(Devig::Shin),
        "odds_ratio" => Some(Devig::OddsRatio),
        _ => None,
    }
}

fn commissions(text: &str) -> Option<BTreeMap<Box<str>, Percent>> {
    let one = |item: &str| {
        let (book, percent) = item.split_once('=')?;
        let book: SportKey = book.trim().parse().ok()?;
        let percent: Percent = percent.trim().trim_end_matches('%').trim().parse().ok()?;
        (0..=50_000_000).contains(&percent.micro()).then(|| (Box::from(book.as_str()), percent))
    };
    items(text).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_nonsense_is_refused() {
        let commissions = |text| commissions(text).map(|map| format!("{map:?}"));
        assert_eq!(commissions(""), Some("{}".to_owned()));
        let two = commissions(" betfair_ex_uk = 2 %, smarkets=0.5").unwrap();
        assert!(two.contains("betfair_ex_uk") && two.contains("500000"), "{two}");
        for bad in ["betfair_ex_uk", "b=51", "b=-1", "b=x", "a b=2"] {
            assert_eq!(commissions(bad), None, "{bad}");
        }
        assert_eq!(markets("totals,h2h,totals"), Some(vec![MarketKind::H2h, MarketKind::Totals]));
        assert_eq!([markets(""), markets("h2h,outrights")], [None, None]);
        assert_eq!(regions("uk, us_ex").map(|r| r.len()), Some(2));
        assert_eq!([regions(" , "), regions("u&k")], [None, None]);
        assert_eq!([interval("auto"), interval("10")], [Some(None), Some(Some(Duration::from_secs(10)))]);
        assert_eq!([interval("0"), interval("often")], [None, None]);
        assert_eq!(dollars("1000", 100).map(Money::cents), Some(100_000));
        assert_eq!([dollars("0.99", 100), dollars("-1", 0), dollars("1e3", 0), dollars("1000000000.01", 0)], [None; 4]);
    }
}
