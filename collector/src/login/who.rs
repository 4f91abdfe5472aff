//! Whoever tries to log in, by the name that was typed.

use crate::auth::{KeyHash, NameKey, UserName, hexadecimal};

/// A name as it was typed, which may be none, and may be a password in the wrong field.
#[derive(Clone, Debug)]
pub(super) struct Who {
    /// `None` where no user can have it.
    pub(super) name: Option<UserName>,
    /// By which attempts are counted.
    pub(super) hash: KeyHash,
}

impl Who {
    pub(super) fn typed(name: &str, key: &NameKey) -> Self {
        UserName::new(name).map_or_else(
            || Self { name: None, hash: key.hash(name) },
            |name| Self::named(name, key),
        )
    }

    pub(super) fn named(name: UserName, key: &NameKey) -> Self {
        Self { hash: key.hash(name.as_str()), name: Some(name) }
    }

    /// How somebody is named in records who is no user: by so little of a hash that attempts under
    /// one name are seen to be that, and what was typed is not found from it.
    pub(super) fn mark(&self) -> String {
        hexadecimal(&self.hash.as_bytes()[..4])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_that_of_the_name_and_does_not_hold_it() {
        let key = NameKey::from_bytes(&[7; 32]).unwrap();
        let typed = |name| Who::typed(name, &key);
        let [one, same, other] = [" Maria", "maria", "no name"].map(typed);
        assert_eq!(one.mark(), same.mark());
        assert_ne!(one.mark(), other.mark());
        assert_eq!((other.mark().len(), other.name), (8, None));
    }
}
