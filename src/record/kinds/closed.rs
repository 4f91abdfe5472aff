//! Fields that hold one of a few words.

/// An enum of the words that a field may hold, printed and parsed as on the wire.
macro_rules! closed_set {
    (
        $(#[$about:meta])*
        $name:ident of $field:literal {
            $($(#[$what:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$about])*
        ///
        /// Parsing ignores ASCII case; another text is a
        /// [`KindError::Unknown`](crate::record::KindError::Unknown).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$what])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::record::KindError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut all = Self::ALL.iter().copied();
                all.find(|one| one.as_str().eq_ignore_ascii_case(text.trim())).ok_or(
                    $crate::record::KindError::Unknown { field: $field, expected: &[$($text),+] },
                )
            }
        }
    };
}

pub(super) use closed_set;
