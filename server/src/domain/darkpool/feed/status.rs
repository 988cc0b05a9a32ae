//! What the provider says about the connection itself.

use super::message::{Message, each_message};

/// A status message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// `connected`: it waits for the key.
    Connected,
    /// `auth_success`: the key is good.
    Authenticated,
    /// `auth_failed`, with its reason: this key will not do.
    AuthFailed(Box<str>),
    /// `success`: one subscription is confirmed.
    Confirmed,
    /// `max_connections`: a newer connection with this key has taken the place of this one.
    MaxConnections,
    /// `not authorized`: a subscription is refused. It does not say which.
    NotAuthorized,
    /// Anything else, as it was said.
    Other(Box<str>),
}

/// The status messages of a frame.
///
/// A frame of market data costs one search through its text, so that a connection can ask this of
/// every frame without waiting for the decoder.
#[must_use]
pub fn statuses(frame: &str) -> Vec<Status> {
    let mut found = Vec::new();
    if frame.contains("\"status\"") {
        // What cannot be read is counted where events are decoded.
        each_message(frame, &mut |message| {
            if message.ev.text() == "status" {
                found.push(status(message));
            }
        });
    }
    found
}

fn status(message: &Message<'_>) -> Status {
    let (status, text) = (message.status.text(), message.message.text());
    let refused = |said: &str| said.to_ascii_lowercase().contains("not authorized");
    match status {
        "connected" => Status::Connected,
        "auth_success" => Status::Authenticated,
        "auth_failed" => Status::AuthFailed(short(text)),
        "success" => Status::Confirmed,
        "max_connections" => Status::MaxConnections,
        _ if refused(status) || refused(text) => Status::NotAuthorized,
        _ => Status::Other(short(&format!("{status}: {text}"))),
    }
}

/// A sentence that fits an operator's line.
fn short(text: &str) -> Box<str> {
    text.chars().filter(|c| !c.is_control()).take(160).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(&str, &[Status])]) {
        for (frame, expected) in cases {
            assert_eq!(statuses(frame), *expected, "{frame}");
        }
    }

    #[test]
    fn every_word_of_the_provider_is_known() {
        use Status::{AuthFailed, Authenticated, Confirmed, Connected, MaxConnections, NotAuthorized, Other};
        check(&[
            (r#"[{"ev":"status","status":"connected","message":"Connected Successfully"}]"#, &[Connected]),
            (r#"[{"ev":"status","status":"auth_success","message":"authenticated"}]"#, &[Authenticated]),
            (
                r#"[{"message":"bad \"key\"","status":"auth_failed","ev":"status"}]"#,
                &[AuthFailed("bad \"key\"".into())],
            ),
            (r#"{"ev":"status","status":"auth_failed"}"#, &[AuthFailed("".into())]),
            (
                r#"[{"ev":"status","status":"success","message":"subscribed to: T.A"},{"ev":"T"},{"ev":"status","status":"max_connections"}]"#,
                &[Confirmed, MaxConnections],
            ),
            (r#"[{"ev":"status","status":"error","message":"Not authorized"}]"#, &[NotAuthorized]),
            (r#"[{"ev":"status","status":"not authorized"}]"#, &[NotAuthorized]),
            (r#"[{"ev":"status","status":"fog","message":"no\nsight"}]"#, &[Other("fog: nosight".into())]),
            (r#"[{"ev":"status"}]"#, &[Other(": ".into())]),
            (r#"[{"ev":"T","sym":"A"}]"#, &[]),
            (r#"["status"]"#, &[]),
            (r#"{"status""#, &[]),
        ]);
    }
}
