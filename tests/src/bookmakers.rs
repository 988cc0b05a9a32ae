//! Bookmakers that never change their mind: a stand-in for the odds provider for tests that need
//! something to bet on, whoever offers it.

use std::net::SocketAddr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The one sport.
const SPORT: &str = "soccer_epl";
const BOOKS: [&str; 5] = ["bet365", "betfair_ex_uk", "paddypower", "pinnacle", "williamhill"];
const EVENTS: usize = 20;

/// Answers the provider's requests. It ends when it is dropped.
pub struct Bookmakers {
    address: SocketAddr,
    answering: JoinHandle<()>,
}

impl Bookmakers {
    /// Opens on a free port.
    ///
    /// # Errors
    /// There is none.
    pub async fn open() -> anyhow::Result<Bookmakers> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        // All events begin tomorrow.
        let begins = Timestamp::now() + SignedDuration::from_hours(24);
        let answering = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // Whoever asked may have been killed.
                tokio::spawn(async move { answer(socket, begins).await.ok() });
            }
        });
        Ok(Bookmakers { address, answering })
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Bookmakers {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn answer(socket: TcpStream, begins: Timestamp) -> anyhow::Result<()> {
    let mut socket = BufReader::new(socket);
    let (mut request, mut line) = (String::new(), String::new());
    socket.read_line(&mut request).await?;
    while socket.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let body = if request.contains("/odds?") {
        Value::Array((0..EVENTS).map(|number| event(number, begins)).collect())
    } else if request.contains("/scores?") {
        json!([])
    } else {
        json!([{ "key": SPORT, "group": "Soccer", "title": "EPL", "active": true, "has_outrights": false }])
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all((head + &body).as_bytes()).await?;
    socket.shutdown().await?;
    Ok(())
}

/// An event at the same prices as ever, seen just now.
fn event(number: usize, begins: Timestamp) -> Value {
    let (home, away) = (format!("Home {number}"), format!("Away {number}"));
    let (seen, begins) = (Timestamp::now().to_string(), begins.to_string());
    let book = |(n, key): (usize, &str)| {
        let price = |hundredths: usize| format!("{}.{:02}", hundredths / 100, hundredths % 100).parse::<f64>().ok();
        let outcomes = [(&*home, 180), (&*away, 420), ("Draw", 350)];
        let outcomes =
            outcomes.map(|(name, price_of)| json!({ "name": name, "price": price(price_of + 5 * n + number) }));
        json!({
            "key": key, "title": key, "last_update": seen,
            "markets": [{ "key": "h2h", "last_update": seen, "outcomes": outcomes }],
        })
    };
    let books: Vec<Value> = BOOKS.into_iter().enumerate().map(book).collect();
    json!({
        "id": format!("event{number}"), "sport_key": SPORT, "sport_title": "EPL", "commence_time": begins,
        "home_team": home, "away_team": away, "bookmakers": books,
    })
}
