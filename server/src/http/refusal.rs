//! How HTTP says no: the protocol's error as JSON, with the status of its code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::stream::Topic;
use shared::wire::{Code, ErrorMsg, ServerMsg};

use crate::hub::OpenError;
use crate::session::Denied;

/// An error answer.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    error: ErrorMsg,
}

impl Refusal {
    /// A refusal with a sentence that says what to do.
    pub fn new(code: Code, message: impl Into<Box<str>>) -> Refusal {
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Refusal { status, error: ErrorMsg::new(None, code, message) }
    }

    /// The same, with a time to try again.
    pub fn retry_after_s(mut self, seconds: u64) -> Refusal {
        self.error.retry_after_ms = Some(seconds * 1000);
        self
    }
}

impl Refusal {
    /// A topic cannot be had.
    pub fn of_topic(topic: &Topic, error: OpenError) -> Refusal {
        let mut refusal = Refusal::from(error);
        refusal.error.message = format!("{topic}: {error}").into();
        refusal
    }

    /// The same as a frame among others.
    pub fn to_json(&self) -> String {
        ServerMsg::Error(self.error.clone()).to_json()
    }
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Refusal {
        match error {
            OpenError::Unknown => Refusal::new(Code::NotFound, error.to_string()),
            OpenError::Busy => Refusal::new(Code::Unavailable, error.to_string()).retry_after_s(2),
        }
    }
}

impl From<Denied> for Refusal {
    fn from(Denied { code, message, retry_after }: Denied) -> Refusal {
        let refusal = Refusal::new(code, message);
        match retry_after {
            Some(wait) => refusal.retry_after_s(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)),
            None => refusal,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry = self.error.retry_after_ms.map(|ms| ms.div_ceil(1000));
        // What one reader is refused, another may be given.
        let json = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        let mut response = (self.status, json, ServerMsg::Error(self.error).to_json()).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
