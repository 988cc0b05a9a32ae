//! The settings of who may sign in.

use std::path::PathBuf;

use super::ConfigError;
use super::read::Reader;
use crate::access::{JwtSettings, KeySource};
use crate::feed::Secret;

/// A secret of HS256 has at least as many bytes as its hash (RFC 7518, 3.2).
const SECRET_BYTES: usize = 32;

pub(super) fn jwt(from: &Reader<'_>) -> Result<JwtSettings, ConfigError> {
    let file = |name| from.optional(name, "the path of a file", |text| Some(PathBuf::from(text)));
    let text = |name| from.optional(name, "a text", |text| Some(Box::from(text)));
    let word = |name| from.parse(name, "the name of a claim or role", |text| (!text.is_empty()).then(|| text.into()));
    let url = from.optional("jwks_url", "an address that begins with https:// or http://", |text| text.parse().ok())?;
    Ok(JwtSettings {
        secret: from.optional("jwt_secret", "a secret of at least 32 bytes", |text| {
            text.parse().ok().filter(|secret: &Secret| secret.reveal().len() >= SECRET_BYTES)
        })?,
        public_key: file("jwt_public_key")?,
        keys: url.map(KeySource::Url).or(file("jwks_file")?.map(KeySource::File)),
        issuer: text("jwt_issuer")?,
        audience: text("jwt_audience")?,
        user_claim: word("jwt_user_claim")?,
        role_claim: word("jwt_role_claim")?,
        operator_role: word("jwt_operator_role")?,
    })
}
