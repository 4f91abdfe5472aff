//! Chance that comes the same way each time.

/// A row of numbers that a seed determines: `SplitMix64`
/// (<https://prng.di.unimi.it/splitmix64.c>).
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, this number.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "it is below a usize")]
        let number = (self.next() % end.max(1) as u64) as usize;
        number
    }

    /// From 0 to 1.
    pub(crate) fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of these, the first ones more often.
    pub(crate) fn often_first<T: Copy>(&mut self, choices: &[T]) -> T {
        let place = self.part().powi(2) * choices.len() as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small")]
        let place = (place as usize).min(choices.len() - 1);
        choices[place]
    }

    /// One of these, with its share of a hundred.
    pub(crate) fn by_share<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let mut left = self.below(100);
        for (share, choice) in choices {
            if left < *share {
                return *choice;
            }
            left -= share;
        }
        choices[0].1
    }

    /// A duration in seconds: most are near the usual one, few take many times as long.
    pub(crate) fn duration(&mut self, usual: f64) -> f64 {
        let spread = (0..4).map(|_| self.part()).sum::<f64>() - 2.0;
        (usual * (2.0 * spread).exp() * 1_000.0).round() / 1_000.0
    }
}
