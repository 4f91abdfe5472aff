//! The second factor: codes of an authenticator (RFC 6238), each good once.

use std::fmt;

use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, TOTP};

use super::person::UserName;

/// How long a code is shown, in seconds.
const STEP: i64 = 30;
const DIGITS: usize = 6;
/// The name under which an authenticator lists the codes.
const ISSUER: &str = "epilogue";

/// What the codes of a user are made from: 160 random bits, as RFC 4226 recommends.
///
/// It cannot be stored as a hash, because codes are made from it on both sides.
#[derive(Clone)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// Where the system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = [0; 20];
        getrandom::fill(&mut bits)?;
        Ok(Self(bits))
    }

    /// One as it is stored.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// All of it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text that a person types into an authenticator (base 32, RFC 4648).
    pub fn reveal(&self) -> String {
        self.totp().get_secret_base32()
    }

    /// The address that an authenticator reads from a QR code
    /// (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
    pub fn uri(&self, user: &UserName) -> String {
        let user = user.as_str().replace('@', "%40");
        format!("otpauth://totp/{ISSUER}:{user}?secret={}&issuer={ISSUER}", self.reveal())
    }

    /// The step whose code this is, where it is that of now, of the step before or of the one after:
    /// clocks differ, and people type slowly (RFC 6238, section 5.2).
    pub fn step(&self, code: &str, now_millis: i64) -> Option<i64> {
        let now = now_millis / 1_000 / STEP;
        let is_code = |step: &i64| {
            let own = self.code(step * STEP * 1_000);
            bool::from(own.as_bytes().ct_eq(code.as_bytes()))
        };
        [now, now - 1, now + 1].into_iter().find(is_code)
    }

    /// The code that an authenticator shows at this time.
    pub fn code(&self, now_millis: i64) -> String {
        self.totp().generate(u64::try_from(now_millis / 1_000).unwrap_or_default())
    }

    fn totp(&self) -> TOTP {
        TOTP {
            algorithm: Algorithm::SHA1,
            digits: DIGITS,
            skew: 0,
            step: STEP.unsigned_abs(),
            secret: self.0.to_vec(),
        }
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(seconds * 1_000), code);
        }
        assert_eq!(secret.reveal(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_for_a_step_to_both_sides() {
        let secret = TotpSecret::random().unwrap();
        let now = 1_769_860_800_000;
        let step = now / 30_000;
        for away in -1..=1 {
            let code = secret.code(now + away * 30_000);
            assert_eq!(secret.step(&code, now), Some(step + away));
        }
        for wrong in [secret.code(now + 90_000), String::new(), "12345x".to_owned()] {
            assert_ne!(secret.step(&wrong, now), Some(step), "{wrong}");
        }
    }

    #[test]
    fn an_address_names_the_user() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(
            secret.uri(&UserName::new("maria@example.org").unwrap()),
            "otpauth://totp/epilogue:maria%40example.org\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=epilogue"
        );
        assert!(!format!("{secret:?}").contains("GEZD"));
    }
}
