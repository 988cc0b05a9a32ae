//! `window.__undercurrent`: what tests and the curious may read. It changes nothing.
//!
//! * `status()`: `{phase, stale, heard_ms, until_ms, attempt}`; times as `performance.now()` tells them.
//! * `positions()`: `{topic: "epoch.seq" | null}`.
//! * `rows(topic)`: the topic's rows as JSON text, each exactly as the server wrote it; `null`
//!   while there are none.
//! * `counters()`: `{messages, bytes, frames, rows, snapshots, updates, garbage, unreadable}`.

use std::fmt::Write;

use js_sys::{JSON, Object, Reflect};
use shared::link::Phase;
use shared::stream::Topic;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::live::Live;
use crate::platform::window;

/// Puts it on the window.
pub fn install(live: Live) {
    let hook = Object::new();
    let put = |name: &str, value: JsValue| {
        // It fails only on a frozen object.
        let _ = Reflect::set(&hook, &name.into(), &value);
    };
    let tell = |text: fn(Live) -> String| {
        let call = move || JSON::parse(&text(live)).unwrap_or(JsValue::NULL);
        Closure::<dyn Fn() -> JsValue>::new(call).into_js_value()
    };
    put("status", tell(status));
    put("positions", tell(positions));
    put("counters", tell(counters));
    let rows = move |topic: String| topic.parse().ok().and_then(|topic| rows(live, &topic));
    put("rows", Closure::<dyn Fn(String) -> Option<String>>::new(rows).into_js_value());
    let _ = Reflect::set(&window(), &"__undercurrent".into(), &hook);
}

fn status(live: Live) -> String {
    let Some(socket) = live.socket() else { return "null".to_owned() };
    let status = socket.status();
    let (phase, attempt, until) = match &status.phase {
        Phase::Connecting { attempt } => ("connecting", Some(*attempt), None),
        Phase::Live => ("live", None, None),
        Phase::Backoff { attempt, until } => ("backoff", Some(*attempt), Some(*until)),
        Phase::Polling { next_try } => ("polling", None, *next_try),
        Phase::Offline => ("offline", None, None),
        Phase::Stopped { .. } => ("stopped", None, None),
    };
    let number = |n: Option<u64>| n.map_or_else(|| "null".to_owned(), |n| n.to_string());
    format!(
        r#"{{"phase":"{phase}","stale":{},"heard_ms":{},"until_ms":{},"attempt":{}}}"#,
        status.stale,
        number(status.heard.map(shared::units::Moment::ms)),
        number(until.map(shared::units::Moment::ms)),
        number(attempt.map(u64::from)),
    )
}

fn positions(live: Live) -> String {
    let mut out = String::from("{");
    for (topic, at) in live.socket().map(|socket| socket.positions()).unwrap_or_default() {
        if out.len() > 1 {
            out.push(',');
        }
        // Neither a topic nor a position holds what JSON would escape.
        let at = at.map_or_else(|| "null".to_owned(), |at| format!("\"{at}\""));
        let _ = write!(out, "\"{topic}\":{at}");
    }
    out.push('}');
    out
}

fn rows(live: Live, topic: &Topic) -> Option<String> {
    live.raw_rows(topic, |rows| {
        let mut out = String::from("{");
        for (key, row) in rows {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&serde_json::to_string(key).unwrap_or_default());
            out.push(':');
            out.push_str(row.get());
        }
        out.push('}');
        out
    })
}

fn counters(live: Live) -> String {
    let unreadable = live.unreadable();
    live.meters(|m| {
        let (messages, bytes) = m.traffic.totals();
        format!(
            r#"{{"messages":{messages},"bytes":{bytes},"frames":{},"rows":{},"snapshots":{},"updates":{},"garbage":{},"unreadable":{unreadable}}}"#,
            m.frames, m.rows, m.snapshots, m.updates, m.garbage
        )
    })
}
