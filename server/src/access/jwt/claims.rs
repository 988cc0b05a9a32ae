//! What a token has to say, and who it says one is. Pure but for the library's clock.

use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Map, Value};
use shared::units::{Timestamp, UserId};

use super::{JwtSettings, NotTaken};
use crate::session::Identity;

/// Clocks differ by so many seconds.
pub const LEEWAY_S: u64 = 30;

/// A token's claims.
pub type Claims = Map<String, Value>;

/// What the operator's settings demand, and where they say to look.
#[derive(Debug)]
pub struct Rules {
    issuer: Option<Box<str>>,
    audience: Option<Box<str>>,
    user_claim: Box<str>,
    role_claim: Box<str>,
    operator_role: Box<str>,
}

impl Rules {
    pub fn new(settings: &JwtSettings) -> Rules {
        let JwtSettings { issuer, audience, user_claim, role_claim, operator_role, .. } = settings.clone();
        Rules { issuer, audience, user_claim, role_claim, operator_role }
    }

    /// What a token of a key of this algorithm has to satisfy. One with an audience that we do not have is
    /// meant for others (RFC 7519, 4.1.3).
    pub fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_S;
        validation.validate_nbf = true;
        let mut required = vec!["exp"];
        if let Some(issuer) = &self.issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        if let Some(audience) = &self.audience {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        validation.set_required_spec_claims(&required);
        validation
    }

    /// Who it says one is.
    pub fn identity(&self, claims: &Claims) -> Result<Identity, NotTaken> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let user = match claims.get(&*self.user_claim) {
            Some(Value::String(user)) => user.parse().ok(),
            // Some number their users.
            Some(Value::Number(number)) => number.as_u64().and_then(|number| number.to_string().parse().ok()),
            _ => None,
        };
        let user: UserId = user.ok_or(NotTaken {
            genuine: true,
            sentence: "this token names no user: 1 to 64 letters, digits, '.', '-', '_' or ':' (sub, or jwt_user_claim)",
        })?;
        let name = text("name").or_else(|| text("preferred_username")).unwrap_or_else(|| user.as_str());
        Ok(Identity {
            name: name.into(),
            operator: claims.get(&*self.role_claim).is_some_and(|role| self.makes_operator(role)),
            token: None,
            expires: claims.get("exp").and_then(end),
            user,
        })
    }

    /// A role, a list of them, or several with spaces between.
    fn makes_operator(&self, role: &Value) -> bool {
        match role {
            Value::String(roles) => roles.split(' ').any(|role| role == &*self.operator_role),
            Value::Array(roles) => roles.iter().any(|role| role.as_str() == Some(&*self.operator_role)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        }
    }
}

/// When a session has to end that began with this `exp`, which may have a fraction.
fn end(exp: &Value) -> Option<Timestamp> {
    let seconds: i64 = exp.to_string().split('.').next()?.parse().ok()?;
    let leeway = i64::try_from(LEEWAY_S).unwrap_or(0);
    Some(Timestamp::from_ms(seconds.saturating_add(leeway).saturating_mul(1000)))
}
