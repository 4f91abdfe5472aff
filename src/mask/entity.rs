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
}

impl Entity {
    /// Every entity, for tables and for the placeholder grammar.
    pub(crate) const ALL: [Self; 12] = [
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
        }
    }
}
