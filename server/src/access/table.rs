//! The store's tokens, to be looked up. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::units::Timestamp;

use super::Hash;
use crate::session::Identity;
use crate::store::StoredToken;

/// Tokens by their hash, also those that hold no more: who shows one is told what became of it.
#[derive(Debug, Default)]
pub struct Table {
    tokens: BTreeMap<Hash, Entry>,
    /// Those that were not revoked, by how an identity names them.
    held: BTreeMap<Box<str>, Hash>,
}

#[derive(Debug)]
struct Entry {
    id: i64,
    identity: Arc<Identity>,
    revoked: bool,
    used: Option<Timestamp>,
}

/// A token that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub identity: Arc<Identity>,
    /// About when it was last used.
    pub used: Option<Timestamp>,
}

/// Why a token gives nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// It was never given out.
    Unknown,
    /// It was taken back.
    Revoked,
    /// Its time is over.
    Expired,
}

impl NotFound {
    /// What to do about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            NotFound::Unknown => "this token is not known here: ask the operator for one",
            NotFound::Revoked => "this token was revoked: ask the operator for another",
            NotFound::Expired => "this token has expired: ask the operator for another",
        }
    }
}

impl Table {
    /// Of all tokens there are.
    #[must_use]
    pub fn new(stored: impl IntoIterator<Item = StoredToken>) -> Table {
        let mut table = Table::default();
        for token in stored {
            let StoredToken { id, hash, user, name, operator, created: _, expires, revoked, used } = token;
            let named: Box<str> = id.to_string().into();
            if revoked.is_none() {
                table.held.insert(named.clone(), hash);
            }
            let identity = Identity { user, name, operator, token: Some(named), expires };
            let entry = Entry { id, identity: Arc::new(identity), revoked: revoked.is_some(), used };
            table.tokens.insert(hash, entry);
        }
        table
    }

    /// The token of this hash.
    ///
    /// # Errors
    /// It gives nobody.
    pub fn find(&self, hash: &Hash, wall: Timestamp) -> Result<Found, NotFound> {
        let Entry { id, identity, revoked, used } = self.tokens.get(hash).ok_or(NotFound::Unknown)?;
        if *revoked {
            Err(NotFound::Revoked)
        } else if identity.expires.is_some_and(|at| at <= wall) {
            Err(NotFound::Expired)
        } else {
            Ok(Found { id: *id, identity: identity.clone(), used: *used })
        }
    }

    /// Whether the token of this name was not revoked.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.held.contains_key(id)
    }

    /// Notes when tokens were used.
    pub fn note_used(&mut self, used: &BTreeMap<i64, Timestamp>) {
        for entry in self.tokens.values_mut() {
            entry.used = used.get(&entry.id).copied().or(entry.used);
        }
    }

    /// How many hold.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none does.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::hash_of;

    fn token(id: i64, expires: Option<i64>, revoked: Option<i64>) -> StoredToken {
        StoredToken {
            id,
            hash: hash_of(&id.to_string()),
            user: "42".parse().unwrap(),
            name: "ana".into(),
            operator: id == 1,
            created: Timestamp::from_ms(0),
            expires: expires.map(Timestamp::from_ms),
            revoked: revoked.map(Timestamp::from_ms),
            used: None,
        }
    }

    #[test]
    fn a_token_gives_its_user_until_it_expires_or_is_revoked() {
        let table = Table::new([token(1, None, None), token(2, Some(1_000), None), token(3, None, Some(500))]);
        for (text, at, expected) in [
            ("1", i64::MAX, Ok(1)),
            ("2", 999, Ok(2)),
            ("2", 1_000, Err(NotFound::Expired)),
            ("3", 0, Err(NotFound::Revoked)),
            ("4", 0, Err(NotFound::Unknown)),
        ] {
            let found = table.find(&hash_of(text), Timestamp::from_ms(at));
            assert_eq!(found.map(|found| found.id), expected, "{text} at {at}");
        }
        let operator = |text| table.find(&hash_of(text), Timestamp::from_ms(0)).unwrap().identity.operator;
        assert!(operator("1") && !operator("2"));
        assert_eq!((table.len(), table.holds("1"), table.holds("3"), table.holds("4")), (2, true, false, false));
    }

    #[test]
    fn when_a_token_was_used_is_remembered() {
        let mut table = Table::new([token(1, None, None), token(2, None, None)]);
        let at = Timestamp::from_ms(7);
        table.note_used(&BTreeMap::from([(1, at)]));
        let used = |text| table.find(&hash_of(text), at).unwrap().used;
        assert_eq!((used("1"), used("2")), (Some(at), None));
    }
}
