//! Whoever signs JSON Web Tokens for an operator: with a secret, or with a key that is published.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

/// A secret that is long enough.
pub const SECRET: &str = "a secret of the operator, 32 bytes and more";

/// A key of `tests/keys`.
pub struct Signer(RsaKeyPair);

impl Signer {
    /// `one` or `two`.
    ///
    /// # Errors
    /// There is no such key.
    pub fn new(name: &str) -> anyhow::Result<Signer> {
        let file = key_file(&format!("{name}.pk8"));
        let der = std::fs::read(&file).with_context(|| file.display().to_string())?;
        Ok(Signer(RsaKeyPair::from_pkcs8(&der).map_err(|error| anyhow::anyhow!("{name}: {error}"))?))
    }

    /// RS256. `header` is added to it.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn token(&self, header: &Value, claims: &Value) -> anyhow::Result<String> {
        let signed = signed_part("RS256", header, claims);
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        let done = self.0.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature);
        done.map_err(|_| anyhow::anyhow!("it cannot be signed"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public key as it is published.
    #[must_use]
    pub fn jwk(&self, name: Option<&str>) -> Value {
        let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(self.0.public());
        let mut key = json!({"kty": "RSA", "use": "sig", "alg": "RS256"});
        key["n"] = URL_SAFE_NO_PAD.encode(n).into();
        key["e"] = URL_SAFE_NO_PAD.encode(e).into();
        if let Some(name) = name {
            key["kid"] = name.into();
        }
        key
    }
}

/// A file of `tests/keys`.
#[must_use]
pub fn key_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("keys").join(name)
}

/// A token that says it is of `algorithm`, with an HMAC of SHA-256.
#[must_use]
pub fn hmac_token(algorithm: &str, secret: &[u8], claims: &Value) -> String {
    hmac_token_with(&json!({ "alg": algorithm }), secret, claims)
}

/// The same with more in its header.
#[must_use]
pub fn hmac_token_with(header: &Value, secret: &[u8], claims: &Value) -> String {
    let signed = signed_part("HS256", header, claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// A JSON document as a part of a token.
#[must_use]
pub fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Seconds since 1970, so many from now on.
#[must_use]
pub fn seconds_from_now(seconds: i64) -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX).saturating_add(seconds)
}

fn signed_part(algorithm: &str, header: &Value, claims: &Value) -> String {
    let mut all = json!({"typ": "JWT", "alg": algorithm});
    for (name, value) in header.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    format!("{}.{}", part(&all), part(claims))
}
