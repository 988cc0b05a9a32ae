//! The rules of each domain: events of a provider in, changes of topics out. Pure.

pub mod darkpool;
mod engine;

pub use engine::{Engine, RowJson, StateOp, TopicChange};
