//! The odds engine from the outside: answers in, rows out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arbs;
mod brute;
mod epl;
mod hybrid;
mod lag;
mod market;
mod oracle;
mod property;
mod publish;
mod restart;
mod rows;
mod steps;
mod time;
