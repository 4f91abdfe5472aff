//! Whether a value told the same story twice.

/// Tells two walks apart: a value that answers differently the second time was not looked
/// through the first time. Texts are sampled at their ends unless their place is sensitive.
#[derive(Clone, Copy, Default)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    pub(super) fn value(self) -> u64 {
        self.0
    }

    /// The mixing step of `FxHash`; speed matters here, strength does not.
    pub(super) fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    pub(super) fn sampled(&mut self, text: &str) {
        const ENDS: usize = 16;
        let bytes = text.as_bytes();
        self.mix(bytes.len() as u64);
        if bytes.len() <= 2 * ENDS {
            self.whole(bytes);
        } else {
            self.whole(&bytes[..ENDS]);
            self.whole(&bytes[bytes.len() - ENDS..]);
        }
    }

    pub(super) fn whole(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((word, behind)) = rest.split_first_chunk() {
            self.mix(u64::from_le_bytes(*word));
            rest = behind;
        }
        if rest.is_empty() {
            return;
        }
        match bytes.last_chunk() {
            Some(word) => self.mix(u64::from_le_bytes(*word)),
            None => self.mix(rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> u64 {
        let mut fingerprint = Fingerprint::default();
        fingerprint.sampled(text);
        fingerprint.value()
    }

    #[test]
    fn another_length_beginning_or_end_is_another_fingerprint() {
        let long = "x".repeat(100);
        assert_eq!(of(&long), of(&long));
        assert_ne!(of(&long), of(&long[1..]));
        assert_ne!(of(&long), of(&format!("y{}", &long[1..])));
        assert_ne!(of(&long), of(&format!("{}y", &long[1..])));
    }
}
