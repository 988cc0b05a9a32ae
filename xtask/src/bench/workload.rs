//! What is measured: the workloads, each for us and for Bun.

use std::time::Duration;

/// One kind of load on a server that publishes to everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// How it is named on the command line.
    pub name: &'static str,
    /// How it is named in the table.
    pub title: &'static str,
    /// Connections.
    pub clients: u32,
    /// Between two bursts.
    pub period: Duration,
    /// Rows changed in each. Bun sends each as a message; we send those of a flush window in one.
    pub burst: u32,
    /// Whether permessage-deflate is on.
    pub deflate: bool,
    /// Our flush window; Bun has none.
    pub flush: Duration,
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// All of them, in the order of the table.
pub const WORKLOADS: [Workload; 6] = [
    Workload {
        name: "w1",
        title: "W1: 1,000 clients, 100 messages/s, each at once",
        clients: 1_000,
        period: ms(10),
        burst: 1,
        deflate: false,
        flush: ms(0),
    },
    Workload {
        name: "w1-window",
        title: "W1 with our default flush window of 20 ms",
        clients: 1_000,
        period: ms(10),
        burst: 1,
        deflate: false,
        flush: ms(20),
    },
    Workload {
        name: "w2",
        title: "W2: 5,000 clients, 20 messages/s",
        clients: 5_000,
        period: ms(50),
        burst: 1,
        deflate: false,
        flush: ms(0),
    },
    Workload {
        name: "w2-deflate",
        title: "W2, compressed",
        clients: 5_000,
        period: ms(50),
        burst: 1,
        deflate: true,
        flush: ms(0),
    },
    Workload {
        name: "w3",
        title: "W3: 5,000 clients, 50 messages every 500 ms",
        clients: 5_000,
        period: ms(500),
        burst: 50,
        deflate: false,
        flush: ms(20),
    },
    Workload {
        name: "w3-deflate",
        title: "W3, compressed",
        clients: 5_000,
        period: ms(500),
        burst: 50,
        deflate: true,
        flush: ms(20),
    },
];

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// This project.
    Ours,
    /// `Bun.serve` and its `publish`.
    Bun,
}

impl Server {
    /// In names of files.
    pub const fn name(self) -> &'static str {
        match self {
            Server::Ours => "undercurrent",
            Server::Bun => "bun",
        }
    }
}
