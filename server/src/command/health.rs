//! `undercurrent health`: asks the server on this machine whether it is alive, for containers that
//! have no other tool to ask with.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Outcome;
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(3);

/// Succeeds when `/healthz` answers 200.
pub(super) async fn run(config: &Config) -> Outcome {
    let address = config.listen.local_address();
    let answer = tokio::time::timeout(PATIENCE, ask(address)).await;
    match answer {
        Ok(Ok(head)) if head.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(Ok(head)) => Err(format!("{address} answers: {}", head.lines().next().unwrap_or("nothing")).into()),
        Ok(Err(error)) => Err(format!("{address} cannot be reached: {error}").into()),
        Err(_) => Err(format!("{address} does not answer within {} s", PATIENCE.as_secs()).into()),
    }
}

async fn ask(address: std::net::SocketAddr) -> std::io::Result<String> {
    let mut socket = TcpStream::connect(address).await?;
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
