//! What happens to a value, and how two rules for the same value meet.

use super::detect::national::Kinds;
use super::keys::KeyRule;

/// What happens to the value at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Treatment {
    /// Looked through for anything personal.
    Scan,
    /// Left as it is: the host vouches for it.
    Keep,
    /// Removed, every leaf under it.
    Remove,
    /// Removed, and masked wherever else the record tells it.
    RemoveEverywhere,
    /// Of every leaf under it the length alone is told.
    Length,
    /// Left out, together with its name.
    Drop,
    /// A person's name.
    Name,
    /// An email address, whatever it looks like.
    Email,
    /// A phone number, however it is written.
    Phone,
    /// A card number, complete or not.
    Card,
    /// A social security number.
    Ssn,
    /// An account number.
    Iban,
    /// A network address.
    Ip,
    /// Somebody's user name.
    UserName,
    /// An identifier that the host says carries a name.
    Id,
    /// One of these national identifiers, if it has their form.
    National(Kinds),
}

impl Treatment {
    /// Nothing of the value is told but that it is there, and how long it is.
    pub(crate) const fn hides_all(self) -> bool {
        matches!(self, Self::Remove | Self::RemoveEverywhere | Self::Length | Self::Drop)
    }

    /// The value is not looked into: it is kept or hidden as a whole.
    pub(crate) const fn is_opaque(self) -> bool {
        self.hides_all() || matches!(self, Self::Keep)
    }

    /// What both rules come to where they meet: the stricter.
    pub(crate) fn or_stricter(self, other: Self) -> Self {
        if other.strictness() > self.strictness() { other } else { self }
    }

    const fn strictness(self) -> u8 {
        match self {
            Self::Keep => 0,
            Self::Scan => 1,
            Self::Name
            | Self::Email
            | Self::Phone
            | Self::Card
            | Self::Ssn
            | Self::Iban
            | Self::Ip
            | Self::UserName
            | Self::Id
            | Self::National(_) => 2,
            Self::Length => 3,
            Self::Remove => 4,
            Self::RemoveEverywhere => 5,
            Self::Drop => 6,
        }
    }

    /// What happens inside a container under this treatment, where the name of a field and the
    /// host say something of their own.
    pub(crate) fn within(self, own: Self, host: Option<Self>) -> Self {
        match (self, host) {
            // What is hidden stays hidden, whatever stands in it.
            (outer, host) if outer.hides_all() => {
                host.map_or(outer, |host| outer.or_stricter(host))
            }
            // The host vouches for everything but what it names itself.
            (Self::Keep, host) => host.unwrap_or(Self::Keep),
            (_, Some(host)) => host,
            (outer, None) if own == Self::Scan => outer,
            (_, None) => own,
        }
    }
}

impl From<KeyRule> for Treatment {
    fn from(rule: KeyRule) -> Self {
        match rule {
            KeyRule::Scan | KeyRule::NameUnderPerson => Self::Scan,
            KeyRule::Remove => Self::Remove,
            KeyRule::RemoveCarried => Self::RemoveEverywhere,
            KeyRule::Name => Self::Name,
            KeyRule::Email => Self::Email,
            KeyRule::Phone => Self::Phone,
            KeyRule::Card => Self::Card,
            KeyRule::Ssn => Self::Ssn,
            KeyRule::Iban => Self::Iban,
            KeyRule::Ip => Self::Ip,
            KeyRule::UserName => Self::UserName,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Treatment::{Drop, Email, Id, Keep, Length, Remove, RemoveEverywhere, Scan};

    #[test]
    fn of_two_rules_the_stricter_holds_whichever_came_first() {
        let ordered = [Keep, Id, Length, Remove, RemoveEverywhere, Drop];
        for (index, strict) in ordered.into_iter().enumerate() {
            for mild in &ordered[..=index] {
                assert_eq!(strict.or_stricter(*mild), strict);
                assert_eq!(mild.or_stricter(strict), strict);
            }
        }
    }

    #[test]
    fn inside_a_container_the_host_can_only_be_stricter_where_all_is_hidden() {
        assert_eq!(Remove.within(Email, Some(Keep)), Remove);
        assert_eq!(Remove.within(Scan, Some(Drop)), Drop);
        assert_eq!(Length.within(Scan, Some(Id)), Length);
        assert_eq!(Keep.within(Remove, None), Keep);
        assert_eq!(Keep.within(Scan, Some(Id)), Id);
        assert_eq!(Id.within(Scan, None), Id);
        assert_eq!(Id.within(Email, None), Email);
        assert_eq!(Scan.within(Remove, Some(Keep)), Keep);
    }
}
