//! A key with the one algorithm that it is for. Pure but for [`Key::of_pem_file`].

use std::path::Path;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};

use super::JwtError;

/// A key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name, where it has one.
    pub id: Option<Box<str>>,
    /// What it is for.
    pub algorithm: Algorithm,
    /// It.
    pub key: DecodingKey,
}

impl Key {
    /// A secret that we share with whoever signs.
    pub fn of_secret(secret: &str) -> Key {
        Key { id: None, algorithm: Algorithm::HS256, key: DecodingKey::from_secret(secret.as_bytes()) }
    }

    /// A public key in a file.
    pub fn of_pem_file(file: &Path) -> Result<Key, JwtError> {
        let setting = "jwt_public_key";
        let pem = std::fs::read(file).map_err(|error| JwtError::File { setting, file: file.to_owned(), error })?;
        let key = DecodingKey::from_rsa_pem(&pem).map_err(|_| {
            let problem = "it is no RSA public key as PEM: it begins with -----BEGIN PUBLIC KEY-----";
            JwtError::Content { setting, file: file.to_owned(), problem }
        })?;
        Ok(Key { id: None, algorithm: Algorithm::RS256, key })
    }

    /// The usable keys of a published set: RSA, for signatures. Others are for someone else.
    pub fn of_set(json: &[u8]) -> Option<Vec<Key>> {
        let set: JwkSet = serde_json::from_slice(json).ok()?;
        Some(set.keys.iter().filter_map(Key::of_jwk).collect())
    }

    fn of_jwk(jwk: &Jwk) -> Option<Key> {
        let AlgorithmParameters::RSA(parameters) = &jwk.algorithm else { return None };
        let common = &jwk.common;
        let fits = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
            && matches!(common.key_algorithm, None | Some(KeyAlgorithm::RS256));
        let key = DecodingKey::from_rsa_components(&parameters.n, &parameters.e).ok().filter(|_| fits)?;
        Some(Key { id: common.key_id.as_deref().map(Box::from), algorithm: Algorithm::RS256, key })
    }

    /// Whether a token with this header can be from it.
    pub fn may_have_signed(&self, header: &Header) -> bool {
        let named = match (&self.id, &header.kid) {
            (Some(ours), Some(theirs)) => **ours == **theirs,
            (None, _) | (_, None) => true,
        };
        named && self.algorithm == header.alg
    }
}
