//! What all rows share on their way to the wire.

use serde::Serialize;
use shared::domain::odds::OddsTopic;
use shared::stream::Change;
use shared::units::Timestamp;

use crate::domain::{RowJson, TopicChange};

/// A row as JSON.
pub(super) fn json<R: Serialize>(row: &R) -> RowJson {
    serde_json::to_string(row).expect("rows have string keys and finite numbers").into()
}

/// A change, unless there is nothing to tell.
pub(super) fn topic_change(
    topic: &OddsTopic,
    change: Change<RowJson>,
    src_ts: Option<Timestamp>,
    whole: bool,
) -> Option<TopicChange> {
    (whole || !change.is_empty()).then(|| TopicChange { topic: topic.topic(), change, src_ts, whole })
}
