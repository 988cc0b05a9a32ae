//! JSON Web Tokens (RFC 7519) of an operator who has accounts already.
//!
//! A key decides by which algorithm it may be used, never the token: a secret is for HS256, a public key
//! for RS256. Keys come from the settings, or are published by whoever signs ([`Published`], RFC 7517).

mod claims;
mod crypto;
mod keys;
mod published;

use std::path::PathBuf;
use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Header, decode, decode_header};
use thiserror::Error;

use self::claims::{Claims, Rules};
use self::keys::Key;
use self::published::Published;
use crate::feed::{Secret, Site};
use crate::session::Identity;

/// How JSON Web Tokens are verified.
#[derive(Clone, Debug)]
pub struct JwtSettings {
    /// The secret of HS256.
    pub secret: Option<Secret>,
    /// A file with the public key of RS256, as PEM.
    pub public_key: Option<PathBuf>,
    /// Where public keys are published.
    pub keys: Option<KeySource>,
    /// What `iss` has to be; `None`: whatever it is.
    pub issuer: Option<Box<str>>,
    /// What `aud` has to be or contain; `None`: there must be none.
    pub audience: Option<Box<str>>,
    /// The claim that holds the user's id.
    pub user_claim: Box<str>,
    /// The claim that holds their role, or roles.
    pub role_claim: Box<str>,
    /// The role that makes an operator.
    pub operator_role: Box<str>,
}

/// Where keys are published, as a JWK set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// An address.
    Url(Site),
}

/// Why JSON Web Tokens cannot be verified as the settings say.
#[derive(Debug, Error)]
pub enum JwtError {
    /// A file cannot be read.
    #[error("{setting}: {} cannot be read: {error}", file.display())]
    File {
        /// Which setting names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{setting}: {}: {problem}", file.display())]
    Content {
        /// Which setting names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// What it should hold.
        problem: &'static str,
    },
}

/// Why a token gives nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Whether it was signed by whom we trust: then nobody is guessing.
    pub genuine: bool,
    /// What to do about it.
    pub sentence: &'static str,
}

/// Verifies tokens.
#[derive(Debug)]
pub struct Jwt {
    own: Vec<Key>,
    published: Option<Arc<Published>>,
    rules: Rules,
}

impl Jwt {
    /// As the settings say; `None`: there is no key. Keys that are published at an address may come later.
    ///
    /// # Errors
    /// A file cannot be used.
    pub async fn new(settings: JwtSettings) -> Result<Option<Jwt>, JwtError> {
        let JwtSettings { secret, public_key, keys, .. } = &settings;
        let secret = secret.as_ref().map(|secret| Key::of_secret(secret.reveal()));
        let pem = public_key.as_deref().map(Key::of_pem_file).transpose()?;
        let own: Vec<Key> = secret.into_iter().chain(pem).collect();
        let published = match keys {
            Some(source) => Some(Published::begin(source.clone()).await?),
            None => None,
        };
        if own.is_empty() && published.is_none() {
            return Ok(None);
        }
        crypto::install();
        Ok(Some(Jwt { own, published, rules: Rules::new(&settings) }))
    }

    /// How many keys there are now.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.own.len() + self.published.as_ref().map_or(0, |published| published.keys().len())
    }

    /// Fetches published keys anew, beside whatever else happens, when it is time.
    pub fn refresh_when_due(&self) {
        if let Some(published) = &self.published {
            published.refresh_when_due();
        }
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// It is nobody's.
    pub async fn verify(&self, text: &str) -> Result<Identity, NotTaken> {
        let header = decode_header(text).map_err(|_| refused("this is no JSON Web Token that is known here"))?;
        if header.crit.is_some() {
            return Err(refused("this JSON Web Token asks for something (crit) that is not known here"));
        }
        let mut candidates = self.candidates(&header);
        if let (true, Some(published)) = (candidates.is_empty(), &self.published) {
            // Whoever signs may have a new key.
            published.refresh_for_unknown().await;
            candidates = self.candidates(&header);
        }
        let mut outcome = Err(refused("no key is known here for this JSON Web Token"));
        for key in candidates {
            let decoded = decode::<Claims>(text, &key.key, &self.rules.validation(key.algorithm));
            outcome = match decoded {
                Ok(data) => return self.rules.identity(&data.claims),
                Err(error) => Err(not_taken(error.kind())),
            };
            if outcome.as_ref().is_err_and(|taken: &NotTaken| taken.genuine) {
                break;
            }
        }
        outcome
    }

    /// The keys that may have signed: of the algorithm, and of the name where both have one.
    fn candidates(&self, header: &Header) -> Vec<Key> {
        let published = self.published.as_ref().map(|published| published.keys());
        let all = self.own.iter().chain(published.iter().flat_map(|keys| keys.iter()));
        all.filter(|key| key.may_have_signed(header)).cloned().collect()
    }
}

/// Whether a text may be such a token: three parts.
pub fn looks_like(text: &str) -> bool {
    text.split('.').count() == 3
}

const fn refused(sentence: &'static str) -> NotTaken {
    NotTaken { genuine: false, sentence }
}

/// Claims are looked at only when the signature is right.
fn not_taken(error: &ErrorKind) -> NotTaken {
    let genuine = |sentence| NotTaken { genuine: true, sentence };
    match error {
        ErrorKind::ExpiredSignature => genuine("this token has expired: sign in again where you got it"),
        ErrorKind::ImmatureSignature => genuine("this token is not valid yet: check the clocks (nbf)"),
        ErrorKind::InvalidIssuer => genuine("this token was issued by someone else than is trusted here (iss)"),
        ErrorKind::InvalidAudience => genuine("this token is meant for another server (aud)"),
        ErrorKind::MissingRequiredClaim(_) => genuine("this token lacks a claim that is required: exp, iss or aud"),
        ErrorKind::InvalidClaimFormat(_) => genuine("this token has a claim that cannot be read"),
        _ => refused("this token's signature is not valid here"),
    }
}
