//! stub
use shared::stream::Topic;
use shared::units::Timestamp;
use shared::wire::Mode;
use std::time::Duration;
#[derive(Clone, Copy, Debug)]
pub enum Transport {
    WebSocket,
    Door,
    Sse,
    Poll,
}
#[derive(Debug, Default)]
pub struct Metrics;
impl Metrics {
    pub fn store_committed(&self, _took: Duration, _rows: usize) {}
    pub fn store_ok(&self, _ok: bool) {}
    pub fn store_failed(&self) {}
    pub fn committed(&self, _t: &Topic, _now: Timestamp, _src: Option<Timestamp>, _rec: Option<Timestamp>) {}
    pub fn opened(&self, _t: Transport) {}
    pub fn closed(&self, _t: Transport, _r: &'static str) {}
    pub fn refused(&self, _r: &'static str) {}
    pub fn store_works(&self) -> bool {
        true
    }
    pub fn exposition(&self, _s: &crate::feed::Sources) -> String {
        String::new()
    }
    pub fn delivered(&self, _t: Transport, _bytes: usize, _told: Option<(Mode, u64)>) {}
}
