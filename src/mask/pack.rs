//! The packs of national identifiers that a host may switch on.

use super::detect::national;

/// The national identifiers of one country. All packs are off until a policy switches them on.
///
/// What is found becomes `[NATIONAL:de]`, with the country of the pack and never with a hash: the
/// numbers of a country are few enough to try them all.
///
/// A number with a form or a checksum that nothing else has is found wherever it stands; plain
/// digits are found beside a word that tells what they are, or under a field of such a name.
///
/// ```
/// use epilogue::mask::{Pack, Policy};
///
/// let policy = Policy::builder().pack(Pack::Netherlands).build()?;
/// let masked = policy.mask(&serde_json::json!({"bsn": 111222333, "note": "BSN 123456782"}))?;
/// assert_eq!(masked.json(), r#"{"bsn":"[NATIONAL:nl]","note":"BSN [NATIONAL:nl]"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pack {
    /// Tax file number, Medicare card number.
    Australia,
    /// Social insurance number (Sozialversicherungsnummer).
    Austria,
    /// National register number (rijksregisternummer, numéro de registre national).
    Belgium,
    /// CPF of persons, CNPJ of companies.
    Brazil,
    /// Social insurance number.
    Canada,
    /// Resident identity number.
    China,
    /// Birth number (rodné číslo).
    Czechia,
    /// CPR number.
    Denmark,
    /// Personal identity code (henkilötunnus).
    Finland,
    /// Social security number (NIR).
    France,
    /// Tax identification number, pension insurance number, identity card number.
    Germany,
    /// Aadhaar number, permanent account number.
    India,
    /// Identity number (teudat zehut).
    Israel,
    /// Tax code (codice fiscale).
    Italy,
    /// Individual number (My Number).
    Japan,
    /// Population registry code (CURP).
    Mexico,
    /// Citizen service number (burgerservicenummer).
    Netherlands,
    /// National identity number (fødselsnummer) and D number.
    Norway,
    /// PESEL number.
    Poland,
    /// Tax identification number (NIF).
    Portugal,
    /// Identity card number (NRIC) and foreign identification number (FIN).
    Singapore,
    /// Birth number (rodné číslo).
    Slovakia,
    /// Identity number.
    SouthAfrica,
    /// Resident registration number.
    SouthKorea,
    /// DNI of citizens, NIE of foreigners.
    Spain,
    /// Personal identity number (personnummer) and coordination number.
    Sweden,
    /// OASI number (AHV, AVS).
    Switzerland,
    /// NHS number, National Insurance number.
    UnitedKingdom,
    /// Individual taxpayer identification number. Social security numbers need no pack.
    UnitedStates,
}

impl Pack {
    /// Every pack, by country name.
    pub const ALL: &'static [Self] = &[
        Self::Australia,
        Self::Austria,
        Self::Belgium,
        Self::Brazil,
        Self::Canada,
        Self::China,
        Self::Czechia,
        Self::Denmark,
        Self::Finland,
        Self::France,
        Self::Germany,
        Self::India,
        Self::Israel,
        Self::Italy,
        Self::Japan,
        Self::Mexico,
        Self::Netherlands,
        Self::Norway,
        Self::Poland,
        Self::Portugal,
        Self::Singapore,
        Self::Slovakia,
        Self::SouthAfrica,
        Self::SouthKorea,
        Self::Spain,
        Self::Sweden,
        Self::Switzerland,
        Self::UnitedKingdom,
        Self::UnitedStates,
    ];

    /// The country's ISO 3166-1 alpha-2 code in small letters, as the placeholder tells it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.about().0
    }

    /// The country's name in English.
    #[must_use]
    pub const fn country(self) -> &'static str {
        self.about().1
    }

    /// What the pack finds, in one line, such as `NHS number, National Insurance number`.
    #[must_use]
    pub fn finds(self) -> String {
        national::names(self).join(", ")
    }

    #[rustfmt::skip] // Packed, so that a pack is one line.
    const fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::Australia => ("au", "Australia"),
            Self::Austria => ("at", "Austria"),
            Self::Belgium => ("be", "Belgium"),
            Self::Brazil => ("br", "Brazil"),
            Self::Canada => ("ca", "Canada"),
            Self::China => ("cn", "China"),
            Self::Czechia => ("cz", "Czechia"),
            Self::Denmark => ("dk", "Denmark"),
            Self::Finland => ("fi", "Finland"),
            Self::France => ("fr", "France"),
            Self::Germany => ("de", "Germany"),
            Self::India => ("in", "India"),
            Self::Israel => ("il", "Israel"),
            Self::Italy => ("it", "Italy"),
            Self::Japan => ("jp", "Japan"),
            Self::Mexico => ("mx", "Mexico"),
            Self::Netherlands => ("nl", "Netherlands"),
            Self::Norway => ("no", "Norway"),
            Self::Poland => ("pl", "Poland"),
            Self::Portugal => ("pt", "Portugal"),
            Self::Singapore => ("sg", "Singapore"),
            Self::Slovakia => ("sk", "Slovakia"),
            Self::SouthAfrica => ("za", "South Africa"),
            Self::SouthKorea => ("kr", "South Korea"),
            Self::Spain => ("es", "Spain"),
            Self::Sweden => ("se", "Sweden"),
            Self::Switzerland => ("ch", "Switzerland"),
            Self::UnitedKingdom => ("gb", "United Kingdom"),
            Self::UnitedStates => ("us", "United States"),
        }
    }
}

/// The packs that a policy has switched on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Packs(u64);

impl Packs {
    pub(crate) fn add(&mut self, pack: Pack) {
        self.0 |= 1 << pack as u64;
    }

    pub(crate) const fn has(self, pack: Pack) -> bool {
        self.0 & (1 << pack as u64) != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Pack, Packs};

    #[test]
    fn each_pack_has_a_country_of_its_own() {
        for (i, pack) in Pack::ALL.iter().enumerate() {
            assert_eq!(*pack as usize, i);
            assert!(!pack.finds().is_empty(), "{pack:?}");
            assert!(pack.code().len() == 2 && pack.code().bytes().all(|b| b.is_ascii_lowercase()));
            assert!(Pack::ALL[..i].iter().all(|other| other.code() != pack.code()));
        }
        assert!(Pack::ALL.is_sorted_by_key(|pack| pack.country()));
        assert_eq!(Pack::UnitedKingdom.finds(), "NHS number, National Insurance number");
        assert_eq!(Pack::Denmark.finds(), "CPR number");
    }

    #[test]
    fn packs_are_switched_on_one_by_one() {
        let mut packs = Packs::default();
        assert!(packs.is_empty());
        packs.add(Pack::Italy);
        assert!(packs.has(Pack::Italy) && !packs.has(Pack::India) && !packs.is_empty());
    }
}
