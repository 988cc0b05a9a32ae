//! The competitions: how long a match takes, how often somebody scores, who plays.

/// A competition.
#[derive(Debug)]
pub(super) struct Game {
    /// The provider's key.
    pub key: &'static str,
    /// Its name.
    pub title: &'static str,
    /// A match may end in a draw.
    pub draws: bool,
    /// From the beginning to the end, breaks included.
    pub minutes: i64,
    /// How likely a team scores in a minute.
    pub scoring: f64,
    /// What it then gets: usually this, sometimes that.
    pub points: [i32; 2],
    /// How much strength tells: the share by which the best scores more often than the mean.
    pub spread: f64,
    /// Handicaps and totals are offered.
    pub lines: bool,
    /// Who plays.
    pub teams: &'static [&'static str],
}

impl Game {
    /// Points a score is worth, on average.
    pub fn worth(&self) -> f64 {
        f64::from(self.points[0]) * 0.6 + f64::from(self.points[1]) * 0.4
    }

    /// Its mean square.
    pub fn worth_squared(&self) -> f64 {
        let square = |points: i32| f64::from(points) * f64::from(points);
        square(self.points[0]) * 0.6 + square(self.points[1]) * 0.4
    }

    /// Somebody scores so rarely that books stop to think when it happens.
    pub fn is_slow(&self) -> bool {
        self.scoring < 0.03
    }
}

const fn soccer(key: &'static str, title: &'static str, teams: &'static [&'static str]) -> Game {
    let (minutes, scoring, points, spread) = (110, 0.0132, [1, 1], 0.55);
    Game { key, title, draws: true, minutes, scoring, points, spread, lines: true, teams }
}

/// All of them.
pub(super) const GAMES: [Game; 8] = [
    soccer("soccer_epl", "EPL", &ENGLAND),
    soccer("soccer_spain_la_liga", "La Liga - Spain", &SPAIN),
    soccer("soccer_germany_bundesliga", "Bundesliga - Germany", &GERMANY),
    Game {
        key: "basketball_nba",
        title: "NBA",
        draws: false,
        minutes: 130,
        scoring: 0.36,
        points: [2, 3],
        spread: 0.09,
        lines: true,
        teams: &BASKETBALL,
    },
    Game {
        key: "americanfootball_nfl",
        title: "NFL",
        draws: false,
        minutes: 190,
        scoring: 0.021,
        points: [7, 3],
        spread: 0.35,
        lines: true,
        teams: &FOOTBALL,
    },
    Game {
        key: "icehockey_nhl",
        title: "NHL",
        draws: false,
        minutes: 150,
        scoring: 0.0203,
        points: [1, 1],
        spread: 0.3,
        lines: true,
        teams: &HOCKEY,
    },
    Game {
        key: "baseball_mlb",
        title: "MLB",
        draws: false,
        minutes: 180,
        scoring: 0.0205,
        points: [1, 2],
        spread: 0.3,
        lines: true,
        teams: &BASEBALL,
    },
    Game {
        key: "tennis_atp_us_open",
        title: "ATP US Open",
        draws: false,
        minutes: 130,
        scoring: 0.014,
        points: [1, 1],
        spread: 0.9,
        lines: false,
        teams: &PLAYERS,
    },
];

const ENGLAND: [&str; 20] = [
    "Arsenal",
    "Aston Villa",
    "Bournemouth",
    "Brentford",
    "Brighton",
    "Burnley",
    "Chelsea",
    "Crystal Palace",
    "Everton",
    "Fulham",
    "Leeds United",
    "Liverpool",
    "Manchester City",
    "Manchester United",
    "Newcastle United",
    "Nottingham Forest",
    "Sunderland",
    "Tottenham Hotspur",
    "West Ham United",
    "Wolverhampton",
];

const SPAIN: [&str; 20] = [
    "Alavés",
    "Athletic Bilbao",
    "Atlético Madrid",
    "Barcelona",
    "Celta Vigo",
    "Elche",
    "Espanyol",
    "Getafe",
    "Girona",
    "Levante",
    "Mallorca",
    "Osasuna",
    "Rayo Vallecano",
    "Real Betis",
    "Real Madrid",
    "Real Oviedo",
    "Real Sociedad",
    "Sevilla",
    "Valencia",
    "Villarreal",
];

const GERMANY: [&str; 18] = [
    "Augsburg",
    "Bayer Leverkusen",
    "Bayern Munich",
    "Borussia Dortmund",
    "Borussia Monchengladbach",
    "Eintracht Frankfurt",
    "FC Heidenheim",
    "FC Koln",
    "FSV Mainz 05",
    "Hamburger SV",
    "RB Leipzig",
    "SC Freiburg",
    "St. Pauli",
    "TSG Hoffenheim",
    "Union Berlin",
    "VfB Stuttgart",
    "VfL Wolfsburg",
    "Werder Bremen",
];

const BASKETBALL: [&str; 20] = [
    "Atlanta Hawks",
    "Boston Celtics",
    "Brooklyn Nets",
    "Chicago Bulls",
    "Dallas Mavericks",
    "Denver Nuggets",
    "Detroit Pistons",
    "Golden State Warriors",
    "Houston Rockets",
    "Indiana Pacers",
    "Los Angeles Lakers",
    "Memphis Grizzlies",
    "Miami Heat",
    "Milwaukee Bucks",
    "New York Knicks",
    "Orlando Magic",
    "Phoenix Suns",
    "Sacramento Kings",
    "Toronto Raptors",
    "Utah Jazz",
];

const FOOTBALL: [&str; 20] = [
    "Atlanta Falcons",
    "Baltimore Ravens",
    "Buffalo Bills",
    "Chicago Bears",
    "Cincinnati Bengals",
    "Cleveland Browns",
    "Dallas Cowboys",
    "Denver Broncos",
    "Detroit Lions",
    "Green Bay Packers",
    "Houston Texans",
    "Kansas City Chiefs",
    "Miami Dolphins",
    "Minnesota Vikings",
    "New York Giants",
    "Philadelphia Eagles",
    "Pittsburgh Steelers",
    "San Francisco 49ers",
    "Seattle Seahawks",
    "Tennessee Titans",
];

const HOCKEY: [&str; 20] = [
    "Boston Bruins",
    "Buffalo Sabres",
    "Calgary Flames",
    "Carolina Hurricanes",
    "Chicago Blackhawks",
    "Colorado Avalanche",
    "Dallas Stars",
    "Detroit Red Wings",
    "Edmonton Oilers",
    "Florida Panthers",
    "Minnesota Wild",
    "Montréal Canadiens",
    "Nashville Predators",
    "New York Rangers",
    "Ottawa Senators",
    "Philadelphia Flyers",
    "Seattle Kraken",
    "Toronto Maple Leafs",
    "Vancouver Canucks",
    "Winnipeg Jets",
];

const BASEBALL: [&str; 20] = [
    "Atlanta Braves",
    "Baltimore Orioles",
    "Boston Red Sox",
    "Chicago Cubs",
    "Cleveland Guardians",
    "Detroit Tigers",
    "Houston Astros",
    "Kansas City Royals",
    "Los Angeles Dodgers",
    "Miami Marlins",
    "Milwaukee Brewers",
    "Minnesota Twins",
    "New York Yankees",
    "Philadelphia Phillies",
    "Pittsburgh Pirates",
    "San Diego Padres",
    "Seattle Mariners",
    "Tampa Bay Rays",
    "Texas Rangers",
    "Toronto Blue Jays",
];

/// Nobody is called so.
const PLAYERS: [&str; 20] = [
    "Player Amber",
    "Player Azure",
    "Player Beige",
    "Player Cobalt",
    "Player Coral",
    "Player Crimson",
    "Player Ebony",
    "Player Fuchsia",
    "Player Indigo",
    "Player Ivory",
    "Player Jade",
    "Player Lilac",
    "Player Magenta",
    "Player Ochre",
    "Player Olive",
    "Player Russet",
    "Player Saffron",
    "Player Sepia",
    "Player Teal",
    "Player Umber",
];
