//! The kinds of thing that are masked, named as their placeholders name them.

/// What a masked piece of text was.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// An e-mail address.
    Email,
    /// A payment card number.
    Card,
    /// A credential: key, token, password, private key.
    Secret,
    /// A value that was taken out because of its key, or by a rule of the host's.
    Removed,
    /// A telephone number.
    Phone,
    /// A US social security number.
    Ssn,
    /// An international bank account number.
    Iban,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A hardware (MAC) address.
    Mac,
    /// A person's name.
    Name,
    /// An identifier that belongs to one person.
    Id,
    /// Binary data written as text.
    Blob,
    /// A national identifier of a [`Pack`](super::Pack) that the policy has switched on.
    National,
}

impl Entity {
    /// Every entity, for tables and for the placeholder grammar.
    pub(crate) const ALL: [Self; 13] = [
        Self::Email,
        Self::Card,
        Self::Secret,
        Self::Removed,
        Self::Phone,
        Self::Ssn,
        Self::Iban,
        Self::Ip,
        Self::Mac,
        Self::Name,
        Self::Id,
        Self::Blob,
        Self::National,
    ];

    /// The type of the placeholder, such as `EMAIL`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Card => "CARD",
            Self::Secret => "SECRET",
            Self::Removed => "REMOVED",
            Self::Phone => "PHONE",
            Self::Ssn => "SSN",
            Self::Iban => "IBAN",
            Self::Ip => "IP",
            Self::Mac => "MAC",
            Self::Name => "NAME",
            Self::Id => "ID",
            Self::Blob => "BLOB",
            Self::National => "NATIONAL",
        }
    }

    /// Whether its placeholder is a keyed hash, so that values stay comparable.
    pub(crate) const fn is_hashed(self) -> bool {
        matches!(self, Self::Email | Self::Phone | Self::Ip | Self::Mac | Self::Id)
    }
}

/// What a policy tells of an entity to whoever wants to know what leaves the process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Documented {
    pub(crate) what: &'static str,
    pub(crate) found_by: &'static str,
    /// A value in which the default rules find it, as JSON.
    pub(crate) example: &'static str,
}

impl Entity {
    pub(crate) const fn documented(self) -> Documented {
        let (what, found_by, example) = match self {
            Self::Email => ("email address", "form; field name", r#""maria@example.com""#),
            Self::Card => (
                "card number",
                "issuer range, length and check digit; field name",
                r#""4111 1111 1111 1111""#,
            ),
            Self::Secret => (
                "key, token, password, private key",
                "form; the words before it",
                r#""password=correct-horse-42""#,
            ),
            Self::Removed => (
                "password, address, date of birth, passport, tax and account number, CVV, PIN, expiry",
                "field name, by segment",
                r#"{"home_address":"Elm Row 5"}"#,
            ),
            Self::Phone => {
                ("telephone number", "form and context; field name", r#""+49 151 23456789""#)
            }
            Self::Ssn => {
                ("US social security number", "form and valid area; field name", r#""536-90-4399""#)
            }
            Self::Iban => (
                "bank account number (IBAN)",
                "country, its length and check digits; field name",
                r#""DE89 3704 0044 0532 0130 00""#,
            ),
            Self::Ip => ("IP address", "form; field name", r#""203.0.113.77""#),
            Self::Mac => ("hardware address", "form", r#""00:1A:2B:3C:4D:5E""#),
            Self::Name => (
                "a person's name",
                "field name; greetings and signatures; wherever else the record tells it",
                r#"{"first_name":"Maria","note":"MARIA called"}"#,
            ),
            Self::Id => ("user name", "field name", r#"{"username":"mlindqvist"}"#),
            Self::National => {
                ("national identifier", "packs, by form, check digits and words", r#""12345678Z""#)
            }
            Self::Blob => (
                "binary data",
                "`data:` URI; base64 from 256 bytes on; a sequence of bytes",
                r#""data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==""#,
            ),
        };
        Documented { what, found_by, example }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::super::pack::Pack;
    use super::super::policy::Policy;
    use super::Entity;

    #[test]
    fn every_entity_is_found_in_its_own_example() {
        for entity in Entity::ALL {
            let example: &RawValue =
                serde_json::from_str(entity.documented().example).expect("it is JSON");
            let policy = Policy::builder().packs(Pack::ALL).build().expect("it is well");
            let masked = policy.mask(example).expect("it serializes");
            assert!(masked.report().count(entity) > 0, "{entity:?}: {}", masked.json());
        }
    }
}
